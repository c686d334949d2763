//! OpenAI's videos API in front of the same upstream, against a LiteLLM proxy: orders, statuses,
//! memory, and time to start.
//!
//! `./bench litellm` installs the proxy into the build folder. Both are one process with its usual
//! settings, with one key, and are sent the same requests. The proxy keeps nothing: an order is
//! answered when the upstream has answered. The product answers after its commit, and asks the
//! upstream beside that.

use super::upstream::stand_in;
use super::{Options, fresh, sqlite_url};
use crate::load::{Load, Plan, Write, drive};
use crate::process::{self, Process};
use crate::product::{Product, Start, UPSTREAM_KEY, time_to_answer};
use crate::report::{Report, Target};
use crate::wire::Connection;
use crate::world;
use std::io::{Error, Result};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 32;
/// Videos that are looked at, in turn.
const VIDEOS: u64 = 100;
/// What the proxy may take to start.
const START_MAX: Duration = Duration::from_secs(180);
const PROXY_KEY: &str = "sk-bench";

/// One of the two, ready to be asked.
struct Side {
    address: SocketAddr,
    pid: u32,
    key: String,
    start_ms: f64,
}

/// What one round found out about a side.
struct Found {
    orders: Load,
    looks: Load,
    memory_mib: f64,
    start_ms: f64,
}

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let program = program()?;
    if !program.exists() {
        report.note("litellm: not installed; ./bench litellm does that".to_owned());
        return Ok(());
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let (_upstream, upstream) = stand_in("openai")?;
        let (process, side) = proxy(&program, folder, upstream)?;
        theirs.push(measure(&side, options)?);
        drop(process);
        let (_product, side) = product(folder, upstream)?;
        ours.push(measure(&side, options)?);
    }
    let both = |pick: fn(&Found) -> f64| (figures(&ours, pick), figures(&theirs, pick));
    let mut times = |what: &str, unit: &str, target, pick: fn(&Found) -> f64| {
        let (ours, theirs) = both(pick);
        report.times(what, (&ours, &theirs), (unit, "LiteLLM"), target);
    };
    let (most, less) = (Target::AtLeast(50.0), Target::AtMost(0.1));
    times("orders, /v1/videos, 32 connections", "/s", most, |found| found.orders.per_s);
    times("p50 of an order", "ms", Target::None, |found| found.orders.p50_ms);
    times("p99 of an order", "ms", Target::None, |found| found.orders.p99_ms);
    times("CPU of an order", "us", Target::None, |found| found.orders.cpu_us);
    times("statuses of a hundred videos", "/s", most, |found| found.looks.per_s);
    times("p50 of a status", "ms", Target::None, |found| found.looks.p50_ms);
    times("p99 of a status", "ms", Target::None, |found| found.looks.p99_ms);
    times("the most memory it had", "MiB", less, |found| found.memory_mib);
    times("start to first answer", "ms", less, |found| found.start_ms);
    Ok(())
}

fn figures(found: &[Found], pick: fn(&Found) -> f64) -> Vec<f64> {
    found.iter().map(pick).collect()
}

/// Orders, then looks at some of what was ordered.
fn measure(side: &Side, options: &Options) -> Result<Found> {
    let videos = world::runtime()?.block_on(some_videos(side))?;
    let looks = run_on(side, options, looks(side, &videos))?;
    let orders = run_on(side, options, orders(side))?;
    let memory_mib = process::memory_mib(side.pid)?.1;
    Ok(Found { orders, looks, memory_mib, start_ms: side.start_ms })
}

fn run_on(side: &Side, options: &Options, write: Write) -> Result<Load> {
    drive(Plan {
        address: side.address,
        pid: side.pid,
        connections: CONNECTIONS,
        warm: options.warm,
        // The proxy answers few enough to need more time for a fair mean.
        run: options.run * 3,
        status: 200,
        write,
    })
}

/// An order as the official clients send it.
fn orders(side: &Side) -> Write {
    let part = |name: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let parts = [part("model", "sora-2"), part("prompt", crate::PROMPT), part("seconds", "4")];
    let body = format!("{}--b--\r\n", parts.concat());
    let request = format!(
        "POST /v1/videos HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n{body}",
        side.key,
        body.len()
    );
    Rc::new(move |_, out| out.extend_from_slice(request.as_bytes()))
}

fn looks(side: &Side, videos: &[String]) -> Write {
    let request = |id: &String| {
        format!(
            "GET /v1/videos/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Authorization: Bearer {}\r\n\r\n",
            side.key
        )
    };
    let requests: Vec<String> = videos.iter().map(request).collect();
    Rc::new(move |n, out| {
        out.extend_from_slice(requests[world::slot(n, requests.len())].as_bytes());
    })
}

/// Names of videos that were ordered one after the other, which also warms the other side up.
async fn some_videos(side: &Side) -> Result<Vec<String>> {
    let mut connection = Connection::open(side.address).await?;
    let (write, mut request) = (orders(side), Vec::new());
    let mut videos = Vec::new();
    for n in 0..VIDEOS {
        request.clear();
        write(n, &mut request);
        let status = connection.ask(&request).await?.status;
        let video: serde_json::Value =
            serde_json::from_slice(&connection.body).map_err(Error::other)?;
        match video["id"].as_str() {
            Some(id) if status == 200 => videos.push(id.to_owned()),
            _ => return Err(Error::other(format!("an order was answered with {status}"))),
        }
    }
    Ok(videos)
}

fn product(folder: &Path, upstream: SocketAddr) -> Result<(Product, Side)> {
    let (start, empty) = time_to_answer(&fresh(folder, "empty")?)?;
    drop(empty);
    let data = fresh(folder, "product")?;
    let (owners, _) = world::prepare(&sqlite_url(&data), 1, 0)?;
    let settings = data.join("reelgate.toml");
    let text = format!(
        "[engines.up]\nkind = \"openai-videos\"\nbase_url = \"http://{upstream}/v1\"\n\
         key_env = \"{UPSTREAM_KEY}\"\nconcurrency = 100000\nignores = [\"audio\"]\n\
         models = {{ \"openai/sora-2\" = \"wan\" }}\n"
    );
    std::fs::write(&settings, text)?;
    let product = Start { config: Some(&settings), private: true, ..Start::on(&data) }.start()?;
    let side = Side {
        address: product.address,
        pid: product.id(),
        key: owners[0].secret.clone(),
        start_ms: start.as_secs_f64() * 1e3,
    };
    Ok((product, side))
}

/// Where `./bench` puts the proxy: beside the folder of this program.
fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(Path::parent);
    let target = target.ok_or_else(|| Error::other("this program has no folder"))?;
    Ok(target.join("litellm/bin/litellm"))
}

fn proxy(program: &Path, folder: &Path, upstream: SocketAddr) -> Result<(Process, Side)> {
    let settings = folder.join("litellm.yaml");
    let text = format!(
        "model_list:\n  - model_name: sora-2\n    litellm_params:\n      \
         model: openai/sora-2\n      api_base: http://{upstream}/v1\n      api_key: bench\n\
         general_settings:\n  master_key: {PROXY_KEY}\nlitellm_settings:\n  telemetry: false\n"
    );
    std::fs::write(&settings, text)?;
    // Its own choice of a port would not be told.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.arg("--config").arg(&settings).args(["--host", "127.0.0.1", "--port"]);
    command.arg(address.port().to_string()).env("LITELLM_LOG", "ERROR");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = Process::start(&mut command)?;
    let answers = crate::wait_for(START_MAX, || match process.has_ended() {
        true => Some(false),
        false => is_alive(address).then_some(true),
    });
    if answers != Some(true) {
        return Err(Error::other("the proxy did not start"));
    }
    let (pid, key) = (process.id(), PROXY_KEY.to_owned());
    let start_ms = begun.elapsed().as_secs_f64() * 1e3;
    Ok((process, Side { address, pid, key, start_ms }))
}

fn is_alive(address: SocketAddr) -> bool {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return false;
    };
    runtime.block_on(async {
        let Ok(mut connection) = Connection::open(address).await else { return false };
        let request = b"GET /health/liveliness HTTP/1.1\r\nHost: h\r\n\r\n";
        connection.ask(request).await.is_ok_and(|answer| answer.status == 200)
    })
}
