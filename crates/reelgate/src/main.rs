//! The `reelgate` binary.
fn main() {}
