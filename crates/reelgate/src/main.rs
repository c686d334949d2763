//! The `reelgate` binary.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A request allocates a hundred small things, often on another thread than frees them: there this
/// one is several times faster than the C library's. It stands in for that too, so SQLite's pages
/// come from here as well.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    reelgate::cli::main()
}
