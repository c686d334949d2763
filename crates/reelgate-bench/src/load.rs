//! The load generator: many connections, each with one request in flight, on one thread.

use crate::process;
use crate::wire::Connection;
use std::cell::{Cell, RefCell};
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::{JoinSet, LocalSet};

/// Time after the end of a run for the last answers.
const GRACE: Duration = Duration::from_secs(20);
/// Requests in one run, at most.
const REQUESTS_MAX: u64 = 4_000_000;

/// Writes the n-th request into an empty buffer.
pub(crate) type Write = Rc<dyn Fn(u64, &mut Vec<u8>)>;

/// What to ask, whom, how often and for how long.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    /// The server's process, for its CPU time.
    pub(crate) pid: u32,
    pub(crate) connections: usize,
    pub(crate) warm: Duration,
    pub(crate) run: Duration,
    /// Answers must have this status.
    pub(crate) status: u16,
    pub(crate) write: Write,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    pub(crate) per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// The server's CPU time for each request.
    pub(crate) cpu_us: f64,
}

struct Shared {
    plan: Plan,
    next: Cell<u64>,
    from: Instant,
    until: Instant,
    waits: RefCell<Vec<Duration>>,
}

/// Runs a plan to its end.
pub(crate) fn drive(plan: Plan) -> Result<Load> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let (pid, run, bound) = (plan.pid, plan.run, plan.warm + plan.run + GRACE);
        let from = Instant::now() + plan.warm;
        let (next, waits) = (Cell::new(0), RefCell::default());
        let shared = Rc::new(Shared { plan, next, from, until: from + run, waits });
        let mut all = JoinSet::new();
        for _ in 0..shared.plan.connections {
            all.spawn_local(connection(Rc::clone(&shared)));
        }
        let served = async {
            while let Some(ended) = all.join_next().await {
                ended.map_err(Error::other)??;
            }
            Ok(())
        };
        let cpu = async {
            tokio::time::sleep_until(shared.from.into()).await;
            let before = process::cpu(pid)?;
            tokio::time::sleep_until(shared.until.into()).await;
            Ok::<_, Error>(process::cpu(pid)?.saturating_sub(before))
        };
        let both = tokio::time::timeout(bound, async { tokio::try_join!(served, cpu) });
        let ((), cpu) = both.await.map_err(|_| Error::other("answers stopped coming"))??;
        Ok(summary(shared.waits.take(), run, cpu))
    })
}

async fn connection(shared: Rc<Shared>) -> Result<()> {
    let plan = &shared.plan;
    let mut connection = Connection::open(plan.address).await?;
    let mut request = Vec::new();
    loop {
        let begun = Instant::now();
        let n = shared.next.replace(shared.next.get() + 1);
        if begun >= shared.until || n >= REQUESTS_MAX {
            return Ok(());
        }
        request.clear();
        (plan.write)(n, &mut request);
        let answer = connection.ask(&request).await?;
        if answer.status != plan.status {
            let body = String::from_utf8_lossy(&connection.body).into_owned();
            return Err(Error::other(format!("answered {}: {body}", answer.status)));
        }
        let ended = Instant::now();
        if ended >= shared.from && ended < shared.until {
            shared.waits.borrow_mut().push(ended - begun);
        }
    }
}

/// Sorts what was waited and reads off what is of interest.
pub(crate) fn summary(mut waits: Vec<Duration>, run: Duration, cpu: Duration) -> Load {
    waits.sort_unstable();
    let at = |percent: usize| {
        let wait = waits.get(waits.len() * percent / 100).copied().unwrap_or_default();
        wait.as_secs_f64() * 1e3
    };
    let count = waits.len().max(1) as f64;
    Load {
        per_s: waits.len() as f64 / run.as_secs_f64(),
        p50_ms: at(50),
        p99_ms: at(99),
        cpu_us: cpu.as_secs_f64() * 1e6 / count,
    }
}

impl Load {
    /// As one line, to be read by the process that started this one.
    pub(crate) fn line(&self) -> String {
        format!("{} {} {} {}", self.per_s, self.p50_ms, self.p99_ms, self.cpu_us)
    }

    pub(crate) fn parse(line: &str) -> Result<Self> {
        let numbers: Vec<f64> =
            line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        match numbers.as_slice() {
            &[per_s, p50_ms, p99_ms, cpu_us] => Ok(Self { per_s, p50_ms, p99_ms, cpu_us }),
            _ => Err(Error::other(format!("a raw program said {line:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_reads_the_percentiles_and_survives_as_a_line() {
        let waits = (1..=200).rev().map(Duration::from_millis).collect();
        let load = summary(waits, Duration::from_secs(2), Duration::from_millis(20));
        let again = Load::parse(&load.line()).expect("a line");
        assert_eq!((again.per_s, again.p50_ms, again.p99_ms), (100.0, 101.0, 199.0));
        assert!((again.cpu_us - 100.0).abs() < 0.001);
        assert!(Load::parse("nothing").is_err());
    }
}
