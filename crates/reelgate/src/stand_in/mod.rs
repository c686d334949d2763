//! A stand-in for other people's services: it answers as each of them does, over real HTTP, and
//! goes wrong when it is told to. `reelgate dev upstream` runs it; so do our own tests.
//!
//! What it is asked to make is a real clip of one colour. Faults are written into the prompt, as in
//! `[upstream:lost]`, or come by chance; see [`script`].

mod ark;
mod clip;
mod comfyui;
mod hook;
mod hosts;
mod openai;
mod page;
pub mod script;
mod vendors;
mod world;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use page::{Call, Face, Page};
use reelgate_core::Clock;
use reqwest::dns::Resolve;
use script::Chance;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use world::World;

pub use world::{Record, Summary};

/// Kinds there is a stand-in for.
pub const KINDS: &[&str] =
    &["ark", "open_v1", "task_query", "tasks_v1", "openai", "fal", "replicate", "comfyui"];
/// A moment of hope before a connection breaks off.
const LOST_AFTER_MS: u64 = 50;
/// Largest request.
const BODY_BYTES_MAX: usize = 64 << 20;

/// What a stand-in is to be.
pub struct Options {
    /// Which service.
    pub kind: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How long a job takes unless its prompt says otherwise, in milliseconds.
    pub takes_ms: i64,
    /// Faults by chance.
    pub chance: Chance,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where callbacks' hosts are looked up.
    pub names: Arc<dyn Resolve>,
}

/// A running stand-in; stopped when dropped.
pub struct StandIn {
    /// Where it listens.
    pub address: SocketAddr,
    path: &'static str,
    world: Arc<World>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl StandIn {
    /// Starts one.
    ///
    /// # Errors
    /// When there is no such kind, or the address is taken.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let (face, path): (Arc<dyn Face>, _) = match options.kind.as_str() {
            "ark" => (Arc::new(ark::Ark), "/api/v3"),
            "open_v1" => (Arc::new(vendors::OpenV1), ""),
            "task_query" => (Arc::new(vendors::TaskQuery), ""),
            "tasks_v1" => (Arc::new(vendors::TasksV1), ""),
            "openai" => (Arc::new(openai::OpenAi), "/v1"),
            "fal" => (Arc::new(hosts::Fal), ""),
            "replicate" => (Arc::new(hosts::Replicate), "/v1"),
            "comfyui" => (Arc::new(comfyui::ComfyUi), ""),
            other => return Err(std::io::Error::other(format!("there is no kind {other}"))),
        };
        let world = Arc::new(World::new(address, &options));
        let stop = CancellationToken::new();
        let task = tokio::spawn(listen(listener, face, Arc::clone(&world), stop.clone()));
        Ok(Self { address, path, world, stop, task })
    }

    /// The base address that an engine's settings name.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// What it was asked for so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.world.summary()
    }

    /// Waits until it is stopped from outside, which is never.
    pub async fn wait(&mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.cancel();
        self.task.abort();
    }
}

async fn listen(
    listener: TcpListener,
    face: Arc<dyn Face>,
    world: Arc<World>,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let (face, world) = (Arc::clone(&face), Arc::clone(&world));
                connections.spawn(async move {
                    let service = hyper::service::service_fn(move |request| {
                        answer(Arc::clone(&face), Arc::clone(&world), request)
                    });
                    let io = TokioIo::new(stream);
                    // An error is a fault that somebody asked for, or a client that went away.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(io, service)
                        .await;
                });
            }
            Some(_) = connections.join_next() => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Answers, or breaks the connection off.
async fn answer(
    face: Arc<dyn Face>,
    world: Arc<World>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let body = body.map_err(|_| std::io::Error::other("too large"))?.to_bytes();
    let header = |name: &str| text_of(&parts.headers, name);
    let call = Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        key: header("authorization"),
        idempotency: header("idempotency-key"),
        content_type: header("content-type"),
        body,
    };
    let page = match call.path.as_str() {
        "/_stand_in" => Page::json(200, &world.summary().json()),
        path => match path.strip_prefix("/_files/") {
            Some(name) => world.file(name).await,
            None => face.answer(&world, &call).await,
        },
    };
    let page = match page {
        Page::Break { after_ms } => {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            return Err(std::io::Error::other("broken off, as ordered"));
        }
        Page::Full { status, headers, body, cut } => (status, headers, body, cut),
    };
    let (status, headers, body, cut) = page;
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let mut body = body;
    if cut {
        // Announces all of it and sends half: hyper then breaks the connection off.
        response = response.header("content-length", body.len());
        body.truncate(body.len() / 2);
    }
    response.body(Full::new(body)).map_err(std::io::Error::other)
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}
