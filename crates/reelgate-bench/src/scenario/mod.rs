//! What is measured. In every scenario product and ceiling take turns, round by round.

mod fsync;
mod generate;
mod litellm;
mod media;
mod memory;
mod postgres;
mod probe;
mod scale;
mod status;
mod submit;
mod upstream;
mod webhook;

use crate::load::{Load, Plan, Write, drive};
use crate::product::Product;
use crate::raw::http::Bare;
use crate::report::Report;
use std::io::Result;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// Accounts, as many as a service of some size has active.
const ACCOUNTS: u64 = 1000;
/// A batch of the raw programs, the same as the product's.
const BATCH_MAX: u64 = 256;

/// How thorough a run is.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) rounds: u64,
    /// Jobs in the large database.
    pub(crate) jobs: u64,
    warm: Duration,
    run: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let (warm, run) = (Duration::from_millis(700), Duration::from_secs(3));
        Self { rounds: 3, jobs: 1_000_000, warm, run }
    }
}

impl Options {
    pub(crate) fn quick() -> Self {
        let (warm, run) = (Duration::from_millis(300), Duration::from_secs(1));
        Self { rounds: 3, jobs: 100_000, warm, run }
    }

    fn run_ms(&self) -> u64 {
        u64::try_from(self.run.as_millis()).unwrap_or(1000)
    }
}

pub(crate) type Scenario = fn(&Path, &Options, &mut Report) -> Result<()>;

/// Every scenario: its name, what it is about, and itself.
pub(crate) const ALL: &[(&str, &str, Scenario)] = &[
    ("submit", "durable orders over HTTP, SQLite", submit::run),
    ("fsync", "the same on a disk whose flush takes 2 ms longer", fsync::run),
    ("status", "status requests and repeated polls, SQLite", status::run),
    ("postgres", "orders, a hot account and claims, PostgreSQL", postgres::run),
    ("scale", "many stored jobs against a thousand, SQLite", scale::run),
    ("memory", "memory and time to start", memory::run),
    ("media", "parts of a clip over HTTP", media::run),
    ("webhook", "from a job's end to its first delivery, SQLite", webhook::run),
    ("upstream", "ten thousand jobs that an upstream makes", upstream::run),
    ("litellm", "OpenAI's videos API, against a LiteLLM proxy", litellm::run),
    ("probe", "a look at a stranger's file by a confined child", probe::run),
    ("generate", "whole clips from the command line", generate::run),
];

/// Asks the product.
fn ask(
    product: &Product,
    options: &Options,
    connections: usize,
    status: u16,
    write: &Write,
) -> Result<Load> {
    drive(Plan {
        address: product.address,
        pid: product.id(),
        connections,
        warm: options.warm,
        run: options.run,
        status,
        write: Rc::clone(write),
    })
}

/// Asks a bare server.
fn ask_bare(
    bare: &Bare,
    options: &Options,
    connections: usize,
    status: u16,
    write: &Write,
) -> Result<Load> {
    drive(Plan {
        address: bare.address,
        pid: bare.id(),
        connections,
        warm: options.warm,
        run: options.run,
        status,
        write: Rc::clone(write),
    })
}

fn sqlite_url(data: &Path) -> String {
    format!("sqlite:{}", data.join("reelgate.db").display())
}

/// An empty folder with that name.
fn fresh(folder: &Path, name: &str) -> Result<std::path::PathBuf> {
    let own = folder.join(name);
    if own.exists() {
        std::fs::remove_dir_all(&own)?;
    }
    std::fs::create_dir_all(&own)?;
    Ok(own)
}
