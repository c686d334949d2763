//! Bare axum: it reads the body and answers, and does nothing else. And bare `ServeDir`.

use crate::process::Process;
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use tower_http::services::ServeDir;

/// About as long as a job's status.
const STATUS: &str = "{\"success\":true,\"requestId\":\"req_0VmVS1tJ0a1b\",\"status\":\"queued\",\
    \"model\":\"seedance-2.0\",\"prompt\":\"A river flowing through an autumn forest, aerial view, \
    cinematic motion, soft morning light, mist between the trees, slow push in\",\"duration\":5,\
    \"aspectRatio\":\"16:9\",\"resolution\":\"720p\",\"creditsCharged\":40,\"progress\":0,\
    \"createdAt\":\"2026-11-21T06:19:03.120Z\",\"updatedAt\":\"2026-11-21T06:19:03.120Z\"}";

/// A bare server in a process of its own.
pub(crate) struct Bare {
    process: Process,
    pub(crate) address: SocketAddr,
}

impl Bare {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg(folder).stdout(Stdio::piped());
        let mut process = Process::start(&mut command)?;
        let address = process.first_line()?.parse().map_err(Error::other)?;
        Ok(Self { process, address })
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

/// Serves until it is killed; says where on the first line.
pub(crate) fn serve(folder: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        crate::say(&listener.local_addr()?.to_string());
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let json = [("content-type", "application/json")];
        let router = Router::new()
            .route("/", post(async move |body: Bytes| (json, body)))
            .route("/", get(async move || (json, STATUS)))
            .nest_service("/files", ServeDir::new(folder));
        axum::serve(listener, router).await
    })
}
