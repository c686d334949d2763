//! Durable orders through the whole HTTP pipeline, against bare axum and raw group commit.

use super::{ACCOUNTS, BATCH_MAX, Options, ask, ask_bare, fresh, sqlite_url};
use crate::load::Load;
use crate::product::{Start, orders};
use crate::raw::{self, http::Bare};
use crate::report::{Report, Target, each};
use crate::world;
use std::io::Result;
use std::path::Path;

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    for connections in [64, 256] {
        at(connections, folder, options, report)?;
    }
    Ok(())
}

fn at(connections: usize, folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let (mut bare, mut raw, mut product) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let server = Bare::start(folder)?;
        bare.push(ask_bare(&server, options, connections, 200, &orders(&[nobody()], Some("/")))?);
        drop(server);
        raw.push(group_commit(folder, options, connections)?);
        product.push(one(folder, options, connections)?);
    }
    let per_s = |loads: &[Load]| each(loads, |load| load.per_s);
    let name = |what: &str| format!("{what}, SQLite, {connections} connections");
    let (product_s, bare_s, raw_s) = (per_s(&product), per_s(&bare), per_s(&raw));
    report.share(&name("orders"), (&product_s, &bare_s), ("/s", "bare axum POST"), 50.0);
    report.share(&name("orders"), (&product_s, &raw_s), ("/s", "raw group commit"), 80.0);
    let most = if connections == 64 { Target::AtMost(5.0) } else { Target::None };
    let p50 = each(&product, |load| load.p50_ms);
    report.plain(&name("p50 of an order"), &p50, " ms", Target::None);
    report.plain(&name("p99 of an order"), &each(&product, |load| load.p99_ms), " ms", most);
    let cpu = |loads: &[Load]| each(loads, |load| load.cpu_us);
    let (cpu, of) = (cpu(&product), cpu(&bare));
    let what = name("CPU of an order");
    report.times(&what, (&cpu, &of), ("us", "bare axum POST"), Target::None);
    Ok(())
}

/// The product on a new database.
fn one(folder: &Path, options: &Options, connections: usize) -> Result<Load> {
    let data = fresh(folder, "product")?;
    let (owners, _) = world::prepare(&sqlite_url(&data), ACCOUNTS, 0)?;
    let server = Start::on(&data).start()?;
    ask(&server, options, connections, 200, &orders(&owners, None))
}

/// The raw program on a new database.
fn group_commit(folder: &Path, options: &Options, waiters: usize) -> Result<Load> {
    let file = fresh(folder, "raw")?.join("raw.db").display().to_string();
    let numbers = [waiters as u64, BATCH_MAX, options.run_ms()];
    raw::measure("sqlite", &file, numbers, None)
}

/// Bare axum looks at no key.
pub(super) fn nobody() -> world::Owner {
    let (account, key) = (world::now(), world::entropy());
    world::Owner {
        account: reelgate_core::AccountId::new(account, key),
        key: reelgate_core::KeyId::new(account, key),
        secret: format!("sk_live_{}", "0".repeat(40)),
    }
}
