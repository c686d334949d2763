//! The same operations with a million jobs stored and with a thousand.

use super::{Options, ask, fresh, sqlite_url};
use crate::process;
use crate::product::{Start, orders};
use crate::report::{Report, Target, each};
use crate::world::{self, Owner};
use reelgate_core::JobId;
use reelgate_store::Store;
use std::io::Result;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SMALL: u64 = 1000;
/// So few that each has a page of jobs in the small database too.
const ACCOUNTS: u64 = 50;
const CONNECTIONS: usize = 64;
const READS: u64 = 100_000;
/// Jobs between one read and the next.
const STRIDE: u64 = 7919;
const LISTS: u64 = 10_000;
const PAGE: usize = 20;
const CLAIMS: u64 = 30;
const CLAIMED: usize = 32;
const LEASE_MS: i64 = 3_600_000;

/// What is compared, in the order of a round's figures.
const WHAT: [&str; 5] =
    ["orders", "reads of the newest 1000", "reads of any job", "lists of 20", "claims of 32"];

struct Stored {
    data: PathBuf,
    owners: Vec<Owner>,
    jobs: Vec<JobId>,
}

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let large = stored(folder, "large", options.jobs)?;
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        let small = stored(folder, "small", SMALL)?;
        rounds.push((figures(&small, options)?, figures(&large, options)?));
    }
    for (at, what) in WHAT.iter().enumerate() {
        let small: Vec<f64> = rounds.iter().map(|(small, _)| small[at]).collect();
        let large: Vec<f64> = rounds.iter().map(|(_, large)| large[at]).collect();
        // Time for each, so that more is worse: 1.2 times is the bound.
        let (small, large) = (micros(&small), micros(&large));
        let what = format!("{what}, {} jobs stored", options.jobs);
        let target = Target::AtMost(1.2);
        report.times(&what, (&large, &small), ("us", "with 1000 jobs"), target);
    }
    Ok(())
}

fn micros(per_s: &[f64]) -> Vec<f64> {
    per_s.iter().map(|per_s| 1e6 / per_s).collect()
}

fn stored(folder: &Path, name: &str, count: u64) -> Result<Stored> {
    let data = fresh(folder, name)?;
    let (owners, jobs) = world::prepare(&sqlite_url(&data), ACCOUNTS, count)?;
    Ok(Stored { data, owners, jobs })
}

/// How many of each a second.
fn figures(stored: &Stored, options: &Options) -> Result<[f64; 5]> {
    let [newest, read, list, claim] = straight(stored)?;
    let server = Start::on(&stored.data).start()?;
    let order = ask(&server, options, CONNECTIONS, 200, &orders(&stored.owners, None))?;
    let of = each(&[order], |load| load.per_s);
    Ok([of[0], newest, read, list, claim])
}

/// Straight from the store: a server would answer some reads without it, and claims have no API.
fn straight(stored: &Stored) -> Result<[f64; 4]> {
    world::runtime()?.block_on(async {
        let store = world::open(&sqlite_url(&stored.data)).await?;
        // What is polled, and then everything, where each read is on another page.
        let newest = stored.jobs.len().saturating_sub(SMALL as usize);
        let newest = reads(&store, stored.jobs[newest..].to_vec()).await?;
        let read = reads(&store, stored.jobs.clone()).await?;
        let (lister, owners) = (store.clone(), stored.owners.clone());
        let before = own_cpu()?;
        world::spread(2, LISTS, move |n| {
            let (store, owner) = (lister.clone(), owners[world::slot(n, owners.len())].account);
            async move { store.jobs(owner, None, PAGE).await.map(drop) }
        })
        .await?;
        let list = LISTS as f64 / (own_cpu()? - before).as_secs_f64();
        let claimer = store.clone();
        let (_, time) = world::spread(1, CLAIMS, move |_| {
            let store = claimer.clone();
            async move { store.claim(world::now(), LEASE_MS, CLAIMED).await.map(drop) }
        })
        .await?;
        store.close().await;
        Ok([newest, read, list, CLAIMS as f64 / time.as_secs_f64()])
    })
}

/// What this process has used: reads wait for nothing, so that their CPU time is their cost, and
/// says the same beside other work.
fn own_cpu() -> Result<Duration> {
    process::cpu(std::process::id())
}

/// Reads a second of CPU time, of jobs that lie far apart among these.
async fn reads(store: &Store, jobs: Vec<JobId>) -> Result<f64> {
    let (reader, before) = (store.clone(), own_cpu()?);
    world::spread(2, READS, move |n| {
        let at = world::slot(n.wrapping_mul(STRIDE), jobs.len());
        let (store, id) = (reader.clone(), jobs[at]);
        async move { store.job(id).await.map(drop) }
    })
    .await?;
    Ok(READS as f64 / (own_cpu()? - before).as_secs_f64())
}
