//! Reelgate's memory: every write is one transaction in one file.
