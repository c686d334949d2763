//! From a job's end to its first delivery, on a machine that does nothing else.
//!
//! A waiting job is cancelled: that is an end like any other, and nothing renders meanwhile. What
//! is measured begins when the cancel is sent: the commit and the request itself are in it too.

use super::{Options, fresh, sqlite_url};
use crate::product::Start;
use crate::report::{Report, Target};
use crate::wire::Connection;
use crate::world::{self, Owner};
use axum::Router;
use reelgate_core::check::Policy;
use reelgate_core::endpoint::Change;
use reelgate_core::webhook::EventKind;
use reelgate_core::{Endpoint, EndpointId, JobId};
use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Ends in one round.
const ENDS: u64 = 300;
/// Those of them that only warm up.
const WARM: usize = 20;
/// A message that takes longer has not come.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Between one end and the next, so that each meets a server at rest.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let (mut half, mut most, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let data = fresh(folder, "data")?;
        let (owners, jobs) = world::prepare(&sqlite_url(&data), 1, ENDS)?;
        let owner = owners.first().ok_or_else(|| Error::other("no account"))?;
        let (mut told, mut answered) = world::runtime()?.block_on(round(&data, owner, &jobs))?;
        told.sort_by(f64::total_cmp);
        answered.sort_by(f64::total_cmp);
        half.push(told[told.len() / 2]);
        most.push(told[told.len() * 99 / 100]);
        answers.push(answered[answered.len() * 99 / 100]);
    }
    report.plain("an end to its first delivery, median", &half, " ms", Target::None);
    report.plain("an end to its first delivery, p99", &most, " ms", Target::AtMost(50.0));
    report.plain("an end to the answer of its request, p99", &answers, " ms", Target::None);
    Ok(())
}

/// Milliseconds from each cancel to its message, and to its answer.
async fn round(data: &Path, owner: &Owner, jobs: &[JobId]) -> Result<(Vec<f64>, Vec<f64>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    listen(data, owner, &format!("http://{}/hook", listener.local_addr()?)).await?;
    let (sender, mut arrivals) = unbounded_channel();
    let receiver = tokio::spawn(receive(listener, sender));
    let product = Start { private: true, ..Start::on(data) }.start()?;
    let mut connection = Connection::open(product.address).await?;
    let (mut told, mut answered) = (Vec::new(), Vec::new());
    for (n, job) in jobs.iter().enumerate() {
        let secret = &owner.secret;
        let request = format!(
            "POST /api/reelgate/v1/jobs/job_{job}/cancel HTTP/1.1\r\nHost: h\r\n\
             Authorization: Bearer {secret}\r\nContent-Length: 0\r\n\r\n"
        );
        let begun = Instant::now();
        let status = connection.ask(request.as_bytes()).await?.status;
        if status != 200 {
            return Err(Error::other(format!("a cancel was answered with {status}")));
        }
        let answer = begun.elapsed();
        let arrival = arrival(&mut arrivals).await?;
        if n >= WARM {
            told.push(arrival.saturating_duration_since(begun).as_secs_f64() * 1e3);
            answered.push(answer.as_secs_f64() * 1e3);
        }
        tokio::time::sleep(PAUSE).await;
    }
    receiver.abort();
    Ok((told, answered))
}

/// Makes an endpoint that hears of cancelled jobs.
async fn listen(data: &Path, owner: &Owner, url: &str) -> Result<()> {
    let store = world::open(&sqlite_url(data)).await?;
    let (id, now) = (EndpointId::new(world::now(), world::entropy()), world::now());
    let change = Change {
        url: Some(url.to_owned()),
        events: Some(vec![EventKind::Cancelled]),
        ..Change::default()
    };
    let policy = Policy { allow_http: true, allow_data: false };
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
    let endpoint = Endpoint::new(id, owner.account, secret, change, policy, now);
    store.create_endpoint(endpoint.map_err(Error::other)?).await.map_err(Error::other)?;
    store.close().await;
    Ok(())
}

/// Notes when messages come in, until it is stopped.
async fn receive(listener: TcpListener, arrivals: UnboundedSender<Instant>) -> Result<()> {
    let router = Router::new().fallback(move || {
        // Nobody waits any more: then it does not matter when this came.
        let _ = arrivals.send(Instant::now());
        std::future::ready(())
    });
    axum::serve(listener, router).await
}

async fn arrival(arrivals: &mut UnboundedReceiver<Instant>) -> Result<Instant> {
    let arrival = tokio::time::timeout(WAIT_MAX, arrivals.recv()).await;
    arrival.ok().flatten().ok_or_else(|| Error::other("a message did not come"))
}
