//! Reelgate's translations: one folder for each public API, bytes in, calls out.
