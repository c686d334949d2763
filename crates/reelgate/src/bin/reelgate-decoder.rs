//! Decodes one file from standard input: the server starts this for every file of others.

use std::process::ExitCode;

fn main() -> ExitCode {
    reelgate_sandbox::serve()
}
