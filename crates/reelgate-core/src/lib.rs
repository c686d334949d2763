//! Reelgate's decisions: orders, prices, the ledger and the job lifecycle, without any IO.
