//! Orders when each flush takes 2 ms longer, against one transaction for each job.

use super::{ACCOUNTS, Options, ask, fresh, sqlite_url};
use crate::product::{Start, orders};
use crate::report::{Report, Target, each};
use crate::{raw, world};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SOURCE: &str = include_str!("slow_fsync.c");
const CONNECTIONS: usize = 256;

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    if !crate::process::has("cc") {
        report.note("fsync: skipped, there is no C compiler".to_owned());
        return Ok(());
    }
    let library = library(folder)?;
    let (mut product, mut single) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let file = fresh(folder, "raw")?.join("raw.db").display().to_string();
        let numbers = [CONNECTIONS as u64, 1, options.run_ms()];
        single.push(raw::measure("sqlite", &file, numbers, Some(&library))?);
        let data = fresh(folder, "product")?;
        let (owners, _) = world::prepare(&sqlite_url(&data), ACCOUNTS, 0)?;
        let server = Start { preload: Some(&library), ..Start::on(&data) }.start()?;
        product.push(ask(&server, options, CONNECTIONS, 200, &orders(&owners, None))?);
    }
    let what = "orders, flush + 2 ms, 256 connections";
    let (figure, of) = (each(&product, |load| load.per_s), each(&single, |load| load.per_s));
    let target = Target::AtLeast(45.0);
    report.times(what, (&figure, &of), ("/s", "one transaction a job"), target);
    Ok(())
}

fn library(folder: &Path) -> Result<PathBuf> {
    let (source, library) = (folder.join("slow_fsync.c"), folder.join("slow_fsync.so"));
    std::fs::write(&source, SOURCE)?;
    let mut command = Command::new("cc");
    command.args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    if command.stdin(Stdio::null()).status()?.success() {
        return Ok(library);
    }
    Err(Error::other("cc failed"))
}
