//! Orders, a hot account and claims on PostgreSQL.

use super::{ACCOUNTS, BATCH_MAX, Options, ask, fresh};
use crate::load::Load;
use crate::postgres::Postgres;
use crate::product::{Look, Start, looks, orders};
use crate::raw;
use crate::report::{Report, Target, each};
use crate::world::{self, Owner};
use reelgate_store::Store;
use std::io::Result;
use std::path::Path;

const LEASE_MS: i64 = 3_600_000;
/// Jobs of one claim, and how many are claimed in all.
const CLAIMED: usize = 32;
const IN_BATCHES: u64 = 16_384;
const ONE_AT_A_TIME: u64 = 4_096;
const BATCH_CALLERS: u64 = 4;
const SINGLE_CALLERS: u64 = 16;

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let Some(mut server) = Postgres::start()? else {
        report.note("postgres: skipped, PostgreSQL is not installed".to_owned());
        return Ok(());
    };
    for connections in [64, 256] {
        let (mut raw, mut many, mut hot) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            let numbers = [connections as u64, BATCH_MAX, options.run_ms()];
            raw.push(raw::measure("postgres", &server.database()?, numbers, None)?);
            many.push(submit(folder, &mut server, options, connections, ACCOUNTS)?);
            hot.push(submit(folder, &mut server, options, connections, 1)?);
        }
        let per_s = |loads: &[Load]| each(loads, |load| load.per_s);
        let name = |what: &str| format!("{what}, PostgreSQL, {connections} connections");
        let against = ("/s", "raw unnest batch");
        report.share(&name("orders"), (&per_s(&many), &per_s(&raw)), against, 60.0);
        let against = ("/s", "a thousand accounts");
        report.share(&name("one hot account"), (&per_s(&hot), &per_s(&many)), against, 100.0);
        let p50 = each(&many, |load| load.p50_ms);
        report.plain(&name("p50 of an order"), &p50, " ms", Target::None);
        let p99 = each(&many, |load| load.p99_ms);
        report.plain(&name("p99 of an order"), &p99, " ms", Target::None);
    }
    statuses(folder, &mut server, options, report)?;
    claims(&mut server, options, report)
}

/// The product on a new database.
fn submit(
    folder: &Path,
    server: &mut Postgres,
    options: &Options,
    connections: usize,
    accounts: u64,
) -> Result<Load> {
    let (data, url) = (fresh(folder, "product")?, server.database()?);
    let (owners, _) = world::prepare(&url, accounts, 0)?;
    let product = Start { database: Some(&url), ..Start::on(&data) }.start()?;
    ask(&product, options, connections, 200, &orders(&owners, None))
}

fn statuses(
    folder: &Path,
    server: &mut Postgres,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let (data, url) = (fresh(folder, "product")?, server.database()?);
    let (owners, _) = world::prepare(&url, ACCOUNTS, 0)?;
    let jobs = super::status::submitted(&url, &owners)?;
    let product = Start { database: Some(&url), ..Start::on(&data) }.start()?;
    let mut loads = Vec::new();
    for _ in 0..options.rounds {
        let all: Vec<Look> =
            (0..jobs.len()).map(|n| super::status::look(&owners, &jobs, n)).collect();
        loads.push(ask(&product, options, 64, 200, &looks(all, None))?);
    }
    let what = "status of many jobs, PostgreSQL, 64 connections";
    report.plain(what, &each(&loads, |load| load.per_s), " /s", Target::None);
    Ok(())
}

/// Claims are what workers do, so they are measured in the store, without HTTP.
fn claims(server: &mut Postgres, options: &Options, report: &mut Report) -> Result<()> {
    let url = server.database()?;
    let (owners, _) = world::prepare(&url, ACCOUNTS, 0)?;
    let (mut batches, mut singles, mut accepts) = (Vec::new(), Vec::new(), Vec::new());
    world::runtime()?.block_on(async {
        let store = world::open(&url).await?;
        for _ in 0..options.rounds {
            accepts.push(accept(&store, &owners, IN_BATCHES + ONE_AT_A_TIME).await?);
            singles.push(claim(&store, SINGLE_CALLERS, ONE_AT_A_TIME, 1).await?);
            let calls = IN_BATCHES / CLAIMED as u64;
            batches.push(claim(&store, BATCH_CALLERS, calls, CLAIMED).await?);
        }
        store.close().await;
        Ok::<_, std::io::Error>(())
    })?;
    let against = ("/s", "one at a time, 16 callers");
    let target = Target::AtLeast(7.0);
    report.times("claims of 32, PostgreSQL", (&batches, &singles), against, target);
    let (against, target) = (("/s", "accepted by the store"), Target::AtLeast(1.5));
    report.times("claims of 32, PostgreSQL", (&batches, &accepts), against, target);
    Ok(())
}

/// Jobs accepted a second.
async fn accept(store: &Store, owners: &[Owner], jobs: u64) -> Result<f64> {
    let begun = std::time::Instant::now();
    world::submit(store, owners, jobs).await?;
    Ok(jobs as f64 / begun.elapsed().as_secs_f64())
}

/// Jobs claimed a second.
async fn claim(store: &Store, callers: u64, calls: u64, of: usize) -> Result<f64> {
    let store = store.clone();
    let (claimed, time) = world::spread(callers, calls, move |_| {
        let store = store.clone();
        async move { store.claim(world::now(), LEASE_MS, of).await.map(|jobs| jobs.len()) }
    })
    .await?;
    Ok(claimed.into_iter().sum::<usize>() as f64 / time.as_secs_f64())
}
