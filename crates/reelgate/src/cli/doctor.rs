//! `reelgate doctor`

use super::{CliError, open_app, say, settings};
use crate::config::Config;
use reelgate_core::size::{Ratio, Resolution, pixels};
use std::path::Path;
use std::process::ExitCode;

/// Less than this many free bytes is worth a warning: a few hundred clips.
const FREE_BYTES_MIN: u64 = 1 << 30;

pub(super) async fn run(config: &Config) -> Result<ExitCode, CliError> {
    let mut healthy = true;
    let mut report = |good: bool, text: &str| {
        healthy &= good;
        say(&format!("{} {text}", if good { "ok  " } else { "BAD " }));
    };
    report(true, &format!("reelgate {}", env!("CARGO_PKG_VERSION")));
    for line in settings::lines(&config.without_secrets()) {
        report(true, &line);
    }
    let data = config.data.display();
    match writable(&config.data) {
        Ok(()) => report(true, &format!("data folder {data} is writable")),
        Err(error) => report(false, &format!("data folder {data}: {error}")),
    }
    match free_bytes(&config.data) {
        Some(free) => report(free >= FREE_BYTES_MIN, &format!("{} MiB of disk free", free >> 20)),
        None => report(true, "free disk space is not known here"),
    }
    match open_app(config.clone()).await {
        Err(error) => report(false, &error.to_string()),
        Ok(app) => {
            report(true, "the database opens and is up to date");
            let stats = app.store.stats().await?;
            let (queued, running) = (stats.queued, stats.running);
            report(true, &format!("jobs: {queued} queued, {running} running"));
            let broken = app.store.audit().await?.len();
            report(broken == 0, &format!("audit: {broken} promises broken"));
            let size = pixels(Resolution::P720, Ratio::R16x9);
            let engine = app.engine.name();
            report(true, &format!("engine {engine}, {} x {} by default", size.width, size.height));
            match app.media.check().await {
                Ok(()) => report(true, "media storage can be written"),
                Err(error) => report(false, &error.to_string()),
            }
            match app.decoder.layers().await {
                Ok(layers) => {
                    let on = |name: &'static str, is: bool| is.then_some(name);
                    let names = [
                        on("limits", layers.limits),
                        on("landlock", layers.landlock),
                        on("seccomp", layers.seccomp),
                    ];
                    let names = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
                    report(layers.limits, &format!("files of others are decoded under: {names}"));
                }
                Err(error) => report(false, &format!("files of others: {error}")),
            }
            app.store.close().await;
        }
    }
    if config.outbound.allow_private {
        report(true, "private networks are allowed: only for development");
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn writable(data: &Path) -> std::io::Result<()> {
    crate::secrets::make_folder(data)?;
    tempfile::NamedTempFile::new_in(data).map(drop)
}

/// Free bytes where the data lies, from `df`, the one portable program that knows.
fn free_bytes(data: &Path) -> Option<u64> {
    let output = std::process::Command::new("df").arg("-Pk").arg(data).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kib: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib << 10)
}
