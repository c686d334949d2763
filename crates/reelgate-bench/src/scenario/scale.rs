//! The same operations with a million jobs stored and with a thousand.

use super::{Options, ask, fresh, sqlite_url};
use crate::product::{Start, orders};
use crate::report::{Report, Target, each};
use crate::world::{self, Owner};
use reelgate_core::JobId;
use std::io::Result;
use std::path::{Path, PathBuf};

const SMALL: u64 = 1000;
/// So few that each has a page of jobs in the small database too.
const ACCOUNTS: u64 = 50;
const CONNECTIONS: usize = 64;
const READS: u64 = 20_000;
/// Jobs between one read and the next.
const STRIDE: u64 = 7919;
const LISTS: u64 = 4000;
const PAGE: usize = 20;
const CLAIMS: u64 = 30;
const CLAIMED: usize = 32;
const LEASE_MS: i64 = 3_600_000;

/// What is compared, in the order of a round's figures.
const WHAT: [&str; 4] = ["orders", "reads of a job", "lists of 20", "claims of 32"];

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
fn figures(stored: &Stored, options: &Options) -> Result<[f64; 4]> {
    let [read, list, claim] = straight(stored)?;
    let server = Start::on(&stored.data).start()?;
    let order = ask(&server, options, CONNECTIONS, 200, &orders(&stored.owners, None))?;
    let of = each(&[order], |load| load.per_s);
    Ok([of[0], read, list, claim])
}

/// Straight from the store: a server would answer some reads without it, and claims have no API.
fn straight(stored: &Stored) -> Result<[f64; 3]> {
    world::runtime()?.block_on(async {
        let store = world::open(&sqlite_url(&stored.data)).await?;
        let (reader, jobs) = (store.clone(), stored.jobs.clone());
        let (_, time) = world::spread(2, READS, move |n| {
            // Far apart, so that each is on another page.
            let at = world::slot(n.wrapping_mul(STRIDE), jobs.len());
            let (store, id) = (reader.clone(), jobs[at]);
            async move { store.job(id).await.map(drop) }
        })
        .await?;
        let read = READS as f64 / time.as_secs_f64();
        let (lister, owners) = (store.clone(), stored.owners.clone());
        let (_, time) = world::spread(2, LISTS, move |n| {
            let (store, owner) = (lister.clone(), owners[world::slot(n, owners.len())].account);
            async move { store.jobs(owner, None, PAGE).await.map(drop) }
        })
        .await?;
        let list = LISTS as f64 / time.as_secs_f64();
        let claimer = store.clone();
        let (_, time) = world::spread(1, CLAIMS, move |_| {
            let store = claimer.clone();
            async move { store.claim(world::now(), LEASE_MS, CLAIMED).await.map(drop) }
        })
        .await?;
        store.close().await;
        Ok([read, list, CLAIMS as f64 / time.as_secs_f64()])
    })
}
