//! From the cancel of a clip that is being made to the moment at which its worker makes the next.

use super::super::{Options, fresh, sqlite_url};
use crate::product::Start;
use crate::report::{Report, Target};
use crate::wire::Connection;
use crate::world;
use reelgate_core::JobId;
use serde_json::Value;
use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, Instant};

/// A clip that has not come this far in this time never will.
const WAIT_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(2);

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..options.rounds {
        let data = fresh(folder, "data")?;
        let (owners, jobs) = world::prepare(&sqlite_url(&data), 1, 2)?;
        let owner = owners.first().ok_or_else(|| Error::other("no account"))?;
        times.push(world::runtime()?.block_on(once(&data, &owner.secret, &jobs))?);
    }
    let most = Target::AtMost(200.0);
    report.plain("a cancel to the worker's next clip", &times, " ms", most);
    Ok(())
}

/// Milliseconds.
async fn once(data: &Path, secret: &str, jobs: &[JobId]) -> Result<f64> {
    let product = Start { workers: 1, ..Start::on(data) }.start()?;
    let mut server = Connection::open(product.address).await?;
    let path = |n: usize| format!("/api/reelgate/v1/jobs/job_{}", jobs[n]);
    let request = |what: &str| {
        format!(
            "{what} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {secret}\r\n\
             Content-Length: 0\r\n\r\n"
        )
    };
    let first = until(&mut server, |n| request(&format!("GET {}", path(n))), 2).await?;
    let begun = Instant::now();
    let cancel = request(&format!("POST {}/cancel", path(first)));
    let status = server.ask(cancel.as_bytes()).await?.status;
    if status != 200 {
        return Err(Error::other(format!("a cancel was answered with {status}")));
    }
    until(&mut server, |_| request(&format!("GET {}", path(1 - first))), 1).await?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Looks at so many jobs in turn until one runs and shows some progress; which.
async fn until(
    server: &mut Connection,
    request: impl Fn(usize) -> String,
    jobs: usize,
) -> Result<usize> {
    let begun = Instant::now();
    while begun.elapsed() < WAIT_MAX {
        for n in 0..jobs {
            server.ask(request(n).as_bytes()).await?;
            let job: Value = serde_json::from_slice(&server.body).map_err(Error::other)?;
            let came = jobs == 1 || job["progress"].as_f64().is_some_and(|part| part > 0.05);
            if job["state"] == "running" && came {
                return Ok(n);
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Error::other("no job came to run"))
}
