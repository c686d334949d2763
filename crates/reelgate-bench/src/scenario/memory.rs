//! Memory, idle and under load, and the time from start to first answer.

use super::{ACCOUNTS, Options, ask, fresh, sqlite_url};
use crate::product::{orders, time_to_answer};
use crate::report::{Report, Target};
use crate::{process, world};
use std::io::Result;
use std::path::Path;

const CONNECTIONS: usize = 256;

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let (mut empty, mut existing) = (Vec::new(), Vec::new());
    let (mut idle, mut loaded) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let (time, server) = time_to_answer(&fresh(folder, "empty")?)?;
        empty.push(time.as_secs_f64() * 1e3);
        drop(server);
        let data = fresh(folder, "existing")?;
        let (owners, _) = world::prepare(&sqlite_url(&data), ACCOUNTS, 20_000)?;
        let (time, server) = time_to_answer(&data)?;
        existing.push(time.as_secs_f64() * 1e3);
        idle.push(process::memory_mib(server.id())?.0);
        ask(&server, options, CONNECTIONS, 200, &orders(&owners, None))?;
        loaded.push(process::memory_mib(server.id())?.1);
    }
    let most = Target::AtMost;
    report.plain("memory, idle", &idle, " MiB", most(30.0));
    report.plain("memory, 256 connections ordering", &loaded, " MiB", most(120.0));
    report.plain("start to first answer, no database yet", &empty, " ms", most(100.0));
    report.plain("start to first answer, 20,000 jobs", &existing, " ms", most(100.0));
    Ok(())
}
