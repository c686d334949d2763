//! Plays the platform's simulation for as many seeds as asked: `reelgate-sim --seeds N [--from S]`.

use clap::Parser;
use std::process::ExitCode;

/// Plays the simulation of the whole platform
#[derive(Parser, Debug)]
#[command(name = "reelgate-sim", version, about)]
struct Options {
    /// How many seeds
    #[arg(long, value_name = "N", default_value_t = 100)]
    seeds: u64,
    /// The first seed
    #[arg(long, value_name = "S", default_value_t = 0)]
    from: u64,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what it is for")]
fn main() -> ExitCode {
    let Options { seeds, from } = Options::parse();
    match reelgate::sim::play_all(from, seeds) {
        Ok(played) => {
            println!("{seeds} seeds from {from}: {played:?}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
