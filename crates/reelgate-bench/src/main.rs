//! Measures Reelgate against named ceilings, in one run on one machine.
//!
//! `./bench` builds and runs it; `docs/benchmarks.md` says what the numbers mean. The product is
//! the release binary in a process of its own, and so is every ceiling it is compared with. Nothing
//! here is a test: no figure fails a build.

#![expect(clippy::disallowed_methods, reason = "measuring is about the real clock")]

mod load;
mod postgres;
mod process;
mod product;
mod raw;
mod report;
mod scenario;
mod wire;
mod world;

use scenario::Options;
use std::io::{Error, Result};
use std::time::{Duration, Instant};

/// As long as people write them.
pub(crate) const PROMPT: &str = "A river flowing through an autumn forest, aerial view, cinematic \
    motion, soft morning light, mist between the trees, slow push in, golden leaves on the water, \
    distant mountains under a pale sky";

const USAGE: &str = "usage: ./bench [SCENARIO ...] [--quick] [--jobs N] [--rounds N]

scenarios, all of them without any:";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare", folder] => raw::http::serve(folder),
        ["raw", name, target, numbers @ ..] => {
            let numbers: std::result::Result<Vec<u64>, _> =
                numbers.iter().map(|number| number.parse()).collect();
            raw::run(name, target, &numbers.map_err(Error::other)?)
        }
        ["--help" | "-h"] => {
            say(USAGE);
            scenario::ALL.iter().for_each(|(name, what, _)| say(&format!("  {name:9} {what}")));
            Ok(())
        }
        words => measure(words),
    }
}

fn measure(words: &[&str]) -> Result<()> {
    let mut options = Options::default();
    let mut names = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || {
            let number = words.next().and_then(|number| number.parse().ok());
            number.ok_or_else(|| Error::other(format!("{word} takes a number")))
        };
        match *word {
            "--quick" => options = Options::quick(),
            "--jobs" => options.jobs = number()?,
            "--rounds" => options.rounds = number()?.max(1),
            name if scenario::ALL.iter().any(|(known, ..)| *known == name) => names.push(name),
            other => return Err(Error::other(format!("there is no {other}; see ./bench --help"))),
        }
    }
    let folder = std::env::current_exe()?.with_file_name("bench-data");
    std::fs::create_dir_all(&folder)?;
    // On the disk of the build, not in a /tmp that may be memory: flushes must be real.
    let folder = tempfile::Builder::new().prefix("run").tempdir_in(folder)?;
    let mut report = report::Report::default();
    for (name, what, run) in scenario::ALL {
        if names.is_empty() || names.contains(name) {
            say(&format!("{name}: {what}"));
            let own = folder.path().join(name);
            std::fs::create_dir_all(&own)?;
            if let Err(error) = run(&own, &options, &mut report) {
                report.note(format!("{name} broke off: {error}"));
            }
            std::fs::remove_dir_all(&own)?;
        }
    }
    say(&format!("\n{}", report.table()));
    Ok(())
}

/// The body of an order, as a client sends it.
pub(crate) fn order_json() -> String {
    format!(
        "{{\"model\":\"seedance-2.0\",\"prompt\":\"{PROMPT}\",\"aspectRatio\":\"16:9\",\
         \"duration\":5,\"resolution\":\"720p\"}}"
    )
}

/// Spreads a number over all bits (splitmix64).
pub(crate) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// As random as a client's idempotency keys are.
pub(crate) fn uuid(random: u64) -> String {
    let (a, b) = (random, mix(random));
    let (b1, b2) = ((b >> 48) & 0xfff, b & 0xffff_ffff_ffff);
    format!("{:08x}-{:04x}-4{b1:03x}-8{:03x}-{b2:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xfff)
}

pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness two runs would use the same keys, on databases of their own.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Looks again and again until there is something.
pub(crate) fn wait_for<T>(most: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    while begun.elapsed() < most {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

#[expect(clippy::print_stdout, reason = "a program for people")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
