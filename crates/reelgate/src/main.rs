//! The `reelgate` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    reelgate::cli::main()
}
