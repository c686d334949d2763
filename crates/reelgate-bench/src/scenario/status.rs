//! Status requests: of many jobs, and of one job again and again.

use super::{ACCOUNTS, Options, ask, ask_bare, fresh, sqlite_url};
use crate::load::Load;
use crate::product::{Look, Product, Start, looks};
use crate::raw::http::Bare;
use crate::report::{Report, Target, each};
use crate::wire::Connection;
use crate::world::{self, Owner, slot};
use reelgate_core::JobId;
use std::io::Result;
use std::path::Path;

const JOBS: u64 = 20_000;
const CONNECTIONS: usize = 64;

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let data = fresh(folder, "product")?;
    let (owners, _) = world::prepare(&sqlite_url(&data), ACCOUNTS, 0)?;
    let jobs = submitted(&sqlite_url(&data), &owners)?;
    let (mut bare, mut many, mut same) = (Vec::new(), Vec::new(), Vec::new());
    let mut unchanged = Vec::new();
    for _ in 0..options.rounds {
        let server = Bare::start(folder)?;
        let plain = looks(vec![look(&owners, &jobs, 0)], Some("/"));
        bare.push(ask_bare(&server, options, CONNECTIONS, 200, &plain)?);
        drop(server);
        let server = Start::on(&data).start()?;
        let all = (0..jobs.len()).map(|n| look(&owners, &jobs, n)).collect();
        many.push(ask(&server, options, CONNECTIONS, 200, &looks(all, None))?);
        let one = looks(vec![look(&owners, &jobs, 0)], None);
        same.push(ask(&server, options, CONNECTIONS, 200, &one)?);
        if let Some(etag) = etag(&server, look(&owners, &jobs, 0))? {
            let one = Look { etag: Some(etag), ..look(&owners, &jobs, 0) };
            let one = looks(vec![one], None);
            unchanged.push(ask(&server, options, CONNECTIONS, 304, &one)?);
        }
    }
    let per_s = |loads: &[Load]| each(loads, |load| load.per_s);
    let (bare_s, against) = (per_s(&bare), ("/s", "bare axum GET"));
    report.share("status of many jobs, SQLite, 64", (&per_s(&many), &bare_s), against, 75.0);
    report.share("status of one job, SQLite, 64", (&per_s(&same), &bare_s), against, 95.0);
    if !unchanged.is_empty() {
        let (what, figure) = ("the same, If-None-Match, 304", per_s(&unchanged));
        report.share(what, (&figure, &bare_s), against, 95.0);
    }
    let p50 = each(&many, |load| load.p50_ms);
    report.plain("p50 of a status, SQLite, 64 connections", &p50, " ms", Target::None);
    let p99 = each(&many, |load| load.p99_ms);
    report.plain("p99 of a status, SQLite, 64 connections", &p99, " ms", Target::None);
    let cpu = |loads: &[Load]| each(loads, |load| load.cpu_us);
    let (cpu, of) = (cpu(&many), cpu(&bare));
    report.times("CPU of a status", (&cpu, &of), ("us", "bare axum GET"), Target::None);
    Ok(())
}

/// Jobs, the n-th of the n-th account.
pub(super) fn submitted(url: &str, owners: &[Owner]) -> Result<Vec<(usize, JobId)>> {
    world::runtime()?.block_on(async {
        let store = world::open(url).await?;
        let mut jobs = Vec::new();
        for (at, owner) in owners.iter().enumerate() {
            let count = JOBS / owners.len() as u64;
            let made = world::submit(&store, std::slice::from_ref(owner), count).await?;
            jobs.extend(made.into_iter().map(|id| (at, id)));
        }
        store.close().await;
        Ok(jobs)
    })
}

/// The jobs in an order that no cache of pages likes.
pub(super) fn look(owners: &[Owner], jobs: &[(usize, JobId)], n: usize) -> Look {
    let (owner, id) = jobs[slot(crate::mix(n as u64) >> 1, jobs.len())];
    Look { id: id.to_string(), secret: owners[owner].secret.clone(), etag: None }
}

/// What the server marks an answer with, if it does.
fn etag(product: &Product, look: Look) -> Result<Option<String>> {
    let mut request = Vec::new();
    looks(vec![look], None)(0, &mut request);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(product.address).await?;
        Ok(connection.ask(&request).await?.etag)
    })
}
