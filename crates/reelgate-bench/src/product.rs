//! The product under test: the release binary, as a process of its own.

use crate::process::Process;
use crate::world::Owner;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The server must answer within this time.
const START_MAX: Duration = Duration::from_secs(30);
/// The variable with the key of an upstream in the settings.
pub(crate) const UPSTREAM_KEY: &str = "BENCH_UPSTREAM_KEY";
const ORDERS: &str = "/api/open/v1/video/generations";

/// A running `reelgate serve`.
pub(crate) struct Product {
    process: Process,
    pub(crate) address: SocketAddr,
}

/// How it is started.
pub(crate) struct Start<'s> {
    pub(crate) data: &'s Path,
    /// Another database than the data folder's own.
    pub(crate) database: Option<&'s str>,
    pub(crate) workers: u32,
    pub(crate) preload: Option<&'s Path>,
    /// It may talk to this machine.
    pub(crate) private: bool,
    /// Settings.
    pub(crate) config: Option<&'s Path>,
}

impl<'s> Start<'s> {
    /// A server that accepts and answers, on the data folder's own database.
    pub(crate) fn on(data: &'s Path) -> Self {
        Self { data, database: None, workers: 0, preload: None, private: false, config: None }
    }

    pub(crate) fn start(&self) -> Result<Product> {
        std::fs::create_dir_all(self.data)?;
        let told = self.data.join("address");
        let _ = std::fs::remove_file(&told);
        let mut command = Command::new(binary()?);
        command.arg("--data").arg(self.data).args(["--log-level", "warn"]);
        if let Some(url) = self.database {
            command.args(["--database", url]);
        }
        if let Some(config) = self.config {
            command.arg("--config").arg(config).env(UPSTREAM_KEY, "bench");
        }
        command.args(["serve", "--listen", "127.0.0.1:0", "--no-rate-limit"]);
        if self.private {
            command.arg("--allow-private-network");
        }
        command.arg("--workers").arg(self.workers.to_string());
        command.arg("--address-file").arg(&told).stdout(Stdio::null());
        if let Some(library) = self.preload {
            command.env("LD_PRELOAD", library);
        }
        let mut process = Process::start(&mut command)?;
        // Something, or the end of the process that should have said it.
        let told = crate::wait_for(START_MAX, || match std::fs::read_to_string(&told) {
            Ok(text) if text.ends_with('\n') => Some(text),
            _ => process.has_ended().then(String::new),
        });
        let address = told.and_then(|text| text.trim().parse().ok());
        let address = address.ok_or_else(|| Error::other("the server did not start"))?;
        Ok(Product { process, address })
    }
}

impl Product {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

/// The release binary beside this one.
pub(crate) fn binary() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("reelgate");
    if path.exists() {
        return Ok(path);
    }
    Err(Error::other(format!("{} is not built", path.display())))
}

/// Time from the start of the process to the first answer of a healthy server.
pub(crate) fn time_to_answer(data: &Path) -> Result<(Duration, Product)> {
    let begun = Instant::now();
    let product = Start::on(data).start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = crate::wire::Connection::open(product.address).await?;
        let answer = connection.ask(b"GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n").await?;
        if answer.status == 200 { Ok(()) } else { Err(Error::other("not ready")) }
    })?;
    Ok((begun.elapsed(), product))
}

/// Orders of all these accounts in turn, each with an idempotency key of its own.
pub(crate) fn orders(owners: &[Owner], path: Option<&str>) -> crate::load::Write {
    let path = path.unwrap_or(ORDERS).to_owned();
    let secrets: Vec<String> = owners.iter().map(|owner| owner.secret.clone()).collect();
    let (body, run) = (crate::order_json(), crate::random());
    Rc::new(move |n, out| {
        let secret = &secrets[crate::world::slot(n, secrets.len())];
        let key = crate::uuid(crate::mix(n ^ run));
        let length = body.len();
        out.extend_from_slice(
            format!(
                "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\
                 Content-Type: application/json\r\nIdempotency-Key: {key}\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .as_bytes(),
        );
    })
}

/// One look at a job.
pub(crate) struct Look {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// What an earlier answer was marked with.
    pub(crate) etag: Option<String>,
}

/// Status requests for these jobs, in turn.
pub(crate) fn looks(looks: Vec<Look>, path: Option<&str>) -> crate::load::Write {
    let requests: Vec<String> = looks
        .iter()
        .map(|Look { id, secret, etag }| {
            let path = path.map_or_else(|| format!("{ORDERS}/req_{id}"), str::to_owned);
            let etag = etag.as_ref().map(|tag| format!("If-None-Match: {tag}\r\n"));
            let etag = etag.unwrap_or_default();
            format!(
                "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\
                 {etag}\r\n"
            )
        })
        .collect();
    Rc::new(move |n, out| {
        out.extend_from_slice(requests[crate::world::slot(n, requests.len())].as_bytes());
    })
}
