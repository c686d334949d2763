//! The ceilings: programs that do the least that could do the same. Each runs as a process of its
//! own, so that its CPU time and the libraries preloaded into it are its own.

pub(crate) mod http;
mod postgres;
mod sqlite;

use crate::load::Load;
use crate::process::{self, Process};
use std::future::Future;
use std::io::{Error, Result};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Accounts of the raw programs.
pub(crate) const ACCOUNTS: u64 = 1000;
/// A hold, in micro-credits.
pub(crate) const PRICE: i64 = 1_000_000;
/// What each account begins with: enough for every run.
pub(crate) const BALANCE: i64 = 1_000_000_000_000_000;

/// A job as the raw programs accept it: the rows of a submit, with keys as random as a client's.
#[derive(Clone, Debug)]
pub(crate) struct RawJob {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) key: String,
    pub(crate) fingerprint: String,
    pub(crate) body: String,
}

impl RawJob {
    fn new(n: u64, run: u64) -> Self {
        let random = crate::mix(n ^ run);
        Self {
            id: format!("{n:012x}"),
            account: format!("{:012x}", random % ACCOUNTS),
            key: format!("{random:016x}-{:016x}", crate::mix(random)),
            fingerprint: format!("{random:016x}").repeat(4),
            body: crate::order_json(),
        }
    }
}

/// Runs a raw program in this process; what the parent reads is one line.
pub(crate) fn run(name: &str, target: &str, numbers: &[u64]) -> Result<()> {
    let &[waiters, batch_max, run_ms] = numbers else {
        return Err(Error::other("raw NAME TARGET WAITERS BATCH_MAX RUN_MS"));
    };
    let run_for = Duration::from_millis(run_ms);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let batch_max = usize::try_from(batch_max).map_err(Error::other)?;
    let load = match name {
        "sqlite" => sqlite::run(&runtime, target, waiters, batch_max, run_for)?,
        "postgres" => runtime.block_on(postgres::run(target, waiters, batch_max, run_for))?,
        _ => return Err(Error::other("there are raw sqlite and raw postgres")),
    };
    crate::say(&load.line());
    Ok(())
}

/// Starts this program again as a raw one, and reads what it measured.
pub(crate) fn measure(
    name: &str,
    target: &str,
    numbers: [u64; 3],
    preload: Option<&std::path::Path>,
) -> Result<Load> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["raw", name, target]).args(numbers.map(|n| n.to_string()));
    command.stdout(Stdio::piped());
    if let Some(library) = preload {
        command.env("LD_PRELOAD", library);
    }
    Load::parse(Process::start(&mut command)?.output()?.trim())
}

/// Keeps `waiters` operations going for a while, after a short warm-up.
async fn spread<F>(
    waiters: u64,
    run_for: Duration,
    operation: impl Fn(RawJob) -> F + Send + Sync + 'static,
) -> Result<Load>
where
    F: Future<Output = Result<()>> + Send,
{
    let run = crate::random();
    let from = Instant::now() + run_for / 5;
    let until = from + run_for;
    let (next, operation) = (Arc::new(AtomicU64::new(0)), Arc::new(operation));
    let tasks = (0..waiters).map(|_| {
        let (next, operation) = (Arc::clone(&next), Arc::clone(&operation));
        tokio::spawn(async move {
            let mut waits = Vec::new();
            loop {
                let begun = Instant::now();
                if begun >= until {
                    return Ok::<_, Error>(waits);
                }
                let n = next.fetch_add(1, Ordering::Relaxed);
                operation(RawJob::new(n, run)).await?;
                let ended = Instant::now();
                if ended >= from && ended < until {
                    waits.push(ended - begun);
                }
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    tokio::time::sleep_until(from.into()).await;
    let before = process::cpu(std::process::id())?;
    tokio::time::sleep_until(until.into()).await;
    let cpu = process::cpu(std::process::id())?.saturating_sub(before);
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.map_err(Error::other)??);
    }
    Ok(crate::load::summary(waits, run_for, cpu))
}
