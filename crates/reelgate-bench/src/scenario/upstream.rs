//! Many jobs that an upstream makes, followed by one process: its memory and its work.

use super::{Options, fresh, sqlite_url};
use crate::process::{self, Process};
use crate::product::{Start, UPSTREAM_KEY, binary};
use crate::report::{Report, Target};
use crate::wire::Connection;
use crate::world::{self, Owner};
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Jobs that are followed at the same time.
const JOBS: u64 = 10_000;
const ACCOUNTS: u64 = 100;
/// Longer than a run takes: none of them ends.
const TAKES_MS: &str = "86400000";
/// All of them must have been asked for within this time.
const ASKED_MAX: Duration = Duration::from_secs(300);
/// For so long they are only followed.
const FOLLOW: Duration = Duration::from_secs(30);
/// Between two questions how far the server is.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) fn run(folder: &Path, _: &Options, report: &mut Report) -> Result<()> {
    let data = fresh(folder, "data")?;
    let (owners, _) = world::prepare(&sqlite_url(&data), ACCOUNTS, 0)?;
    let (_upstream, address) = stand_in("ark")?;
    let settings = data.join("reelgate.toml");
    std::fs::write(&settings, table(address))?;
    let product = Start { config: Some(&settings), private: true, ..Start::on(&data) }.start()?;
    world::runtime()?.block_on(async {
        order(product.address, &owners).await?;
        all_run(product.address).await
    })?;
    let before = process::cpu(product.id())?;
    std::thread::sleep(FOLLOW);
    let busy = process::cpu(product.id())?.saturating_sub(before);
    let (now_mib, most_mib) = process::memory_mib(product.id())?;
    let core = 100.0 * busy.as_secs_f64() / FOLLOW.as_secs_f64();
    report.plain("memory, 10,000 jobs upstream", &[now_mib], " MiB", Target::AtMost(300.0));
    report.plain("the most it had", &[most_mib], " MiB", Target::AtMost(300.0));
    report.plain("following them, of one core", &[core], " %", Target::None);
    Ok(())
}

/// A stand-in of this kind, in a process of its own, and where it listens. Its jobs never end.
pub(super) fn stand_in(kind: &str) -> Result<(Process, SocketAddr)> {
    // Its own line says where, before anybody is answered there.
    let mut command = Command::new(binary()?);
    command.args(["dev", "upstream", "--kind", kind, "--listen", "127.0.0.1:0"]);
    command.args(["--takes-ms", TAKES_MS]).stdout(Stdio::piped());
    let mut process = Process::start(&mut command)?;
    let line = process.first_line()?;
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.and_then(|address| address.parse().ok());
    Ok((process, address.ok_or_else(|| Error::other(format!("the stand-in said {line}")))?))
}

fn table(upstream: SocketAddr) -> String {
    format!(
        "[engines.up]\nkind = \"ark\"\nbase_url = \"http://{upstream}/api/v3\"\n\
         key_env = \"{UPSTREAM_KEY}\"\nconcurrency = 100000\n\
         models = {{ \"open_v1/seedance-2.0\" = \"dreamina-seedance-2-0-260128\" }}\n"
    )
}

/// Orders all of them, over one connection.
async fn order(server: SocketAddr, owners: &[Owner]) -> Result<()> {
    let mut connection = Connection::open(server).await?;
    let write = crate::product::orders(owners, None);
    let mut request = Vec::new();
    for n in 0..JOBS {
        request.clear();
        write(n, &mut request);
        let status = connection.ask(&request).await?.status;
        if status != 200 {
            return Err(Error::other(format!("an order was answered with {status}")));
        }
    }
    Ok(())
}

/// Waits until every job runs, which is when its upstream was asked for it.
async fn all_run(server: SocketAddr) -> Result<()> {
    let mut connection = Connection::open(server).await?;
    let begun = Instant::now();
    while begun.elapsed() < ASKED_MAX {
        connection.ask(b"GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n").await?;
        let counts: serde_json::Value =
            serde_json::from_slice(&connection.body).map_err(Error::other)?;
        if counts["running"] == JOBS {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::other("not all jobs were asked for in time"))
}
