//! `reelgate generate`

use super::client::{Client, RemoteJob};
use super::{CliError, account, complain, key, open_app};
use crate::app::App;
use crate::config::{CommonOptions, Config};
use crate::http::listen;
use crate::work::runner::Runner;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use reelgate_core::{Credits, KeyChange, KeyHash, KeyStyle};
use reelgate_store::Store;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// The account that pays for clips made without a server.
const LOCAL_ACCOUNT: &str = "local";
/// What that account is topped up to: far more than any one clip costs.
const LOCAL_CREDITS: Credits = Credits::whole(100_000);
/// Between two looks at a job of a server.
const POLL: Duration = Duration::from_millis(200);
/// Between two looks whether the store of this process has written anything, which cost nothing.
const GLANCE: Duration = Duration::from_millis(2);
/// Polls that may fail in a row before the command gives up.
const POLL_FAILURES_MAX: u32 = 25;

#[derive(Args, Debug)]
pub(super) struct GenerateOptions {
    /// What the clip shows
    prompt: String,
    /// Picture, video or sound to use, a file or URL; may be given several times
    #[arg(long, value_name = "FILE_OR_URL")]
    image: Vec<String>,
    /// Length in seconds
    #[arg(long, value_name = "S", default_value_t = 5)]
    duration: u32,
    /// 16:9, 9:16, 1:1, 4:3, 3:4, 21:9 or adaptive
    #[arg(long, value_name = "RATIO", default_value = "16:9")]
    ratio: String,
    /// 480p, 720p, 1080p, 1080p-plus or 4k
    #[arg(long, value_name = "RESOLUTION", default_value = "720p")]
    resolution: String,
    /// Model: `native/preview` or any other of the catalogue
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The same seed and order make the same clip
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Make no sound
    #[arg(long)]
    silent: bool,
    /// Keep the camera still
    #[arg(long)]
    fixed_lens: bool,
    /// Where to put the MP4
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Use this server instead of rendering here
    #[arg(long, value_name = "URL", env = "REELGATE_SERVER", requires = "key")]
    server: Option<String>,
    /// A key of that server
    #[arg(long, value_name = "KEY", env = "REELGATE_KEY", hide_env_values = true)]
    key: Option<String>,
}

pub(super) async fn run(
    config: Config,
    common: &CommonOptions,
    options: GenerateOptions,
) -> Result<ExitCode, CliError> {
    if let (Some(server), Some(key)) = (&options.server, &options.key) {
        make(&Client::new(server, key)?, &options, None).await?;
        return Ok(ExitCode::SUCCESS);
    }
    // Without a folder of its own the whole platform lives in a temporary one for this one clip.
    let temporary = tempfile::tempdir()?;
    let mut config = config;
    if common.data.is_none() && common.config.is_none() {
        config.data = temporary.path().join("data");
        // Nobody will ever look into it: only the clip itself has to reach the disk.
        config.lasting = config.database.is_some() || config.media.place.is_some();
    }
    config.workers = config.workers.max(1);
    config.limits.rate_limit = false;
    config.limits.body_bytes_max = config.limits.body_bytes_max.max(128 << 20);
    let local = Local::start(config).await?;
    let made = make(&local.client, &options, Some(&local.app.store)).await;
    local.stop().await?;
    made.map(|()| ExitCode::SUCCESS)
}

/// The platform in this process, reached like any other through its HTTP API.
struct Local {
    app: Arc<App>,
    runner: Runner,
    server: tokio::task::JoinHandle<()>,
    client: Client,
    key: KeyHash,
}

impl Local {
    async fn start(mut config: Config) -> Result<Self, CliError> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        config.listen = listener.local_addr()?;
        config.public_url = None;
        let app = open_app(config).await?;
        let account = match app.store.account_by_name(LOCAL_ACCOUNT).await? {
            Some(account) => account,
            None => account::create_account(&app.store, LOCAL_ACCOUNT, LOCAL_CREDITS).await?,
        };
        let missing = LOCAL_CREDITS.checked_sub(account.funds.available());
        if let Some(missing) = missing.filter(|missing| *missing > Credits::ZERO) {
            account::grant(&app.store, account.id, missing, "for clips made here").await?;
        }
        let label = Some("one clip, made here".to_owned());
        let settings = KeyChange { label, ..KeyChange::default() };
        let key = key::create_key(&app.store, account.id, KeyStyle::Sk, settings).await?;
        let client = Client::here(&app.public_url(), key.reveal())?;
        let (router, limit) = (crate::http::router(&app), app.config.limits.connections_max);
        let server = tokio::spawn(listen::serve(listener, router, limit, app.stopping.clone()));
        let runner = Runner::start(&app);
        Ok(Self { app, runner, server, client, key: key.hash() })
    }

    /// The key was for this one run: it ends here.
    async fn stop(self) -> Result<(), CliError> {
        self.app.stopping.cancel();
        self.runner.finish().await;
        self.server.abort();
        if let Some(key) = self.app.store.key_by_hash(self.key).await? {
            self.app.store.revoke_key(key.id, super::now()).await?;
        }
        self.app.store.close().await;
        Ok(())
    }
}

/// Has a clip made by a server, or by this process: then `here` is what it writes to.
async fn make(
    client: &Client,
    options: &GenerateOptions,
    here: Option<&Store>,
) -> Result<(), CliError> {
    let job = client.submit(&order(options)?).await?;
    let bar = ProgressBar::new(1000);
    let style = ProgressStyle::with_template("{msg:10} [{bar:40}] {percent:>3}%  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    let done = tokio::select! {
        done = wait(client, &job.id, &bar, here) => done?,
        _ = tokio::signal::ctrl_c() => {
            bar.abandon_with_message("cancelling");
            client.cancel(&job.id).await?;
            return Err(CliError::said("cancelled; its credits were given back"));
        }
    };
    match (done.output, done.error) {
        (Some(output), _) => {
            bar.finish_with_message("done");
            let bytes = client.download(&output.video_url, &options.output).await?;
            let file = options.output.display();
            complain(&format!("{file}: {} kB", bytes.div_ceil(1000)));
            Ok(())
        }
        (None, error) => {
            bar.abandon_with_message("failed");
            let why = error.map_or_else(|| "it ended without a clip".to_owned(), |e| e.message);
            Err(CliError::said(format!("no clip was made and nothing was charged: {why}")))
        }
    }
}

/// Polls until the job has ended; a hiccup of the network is not the job's end.
async fn wait(
    client: &Client,
    id: &str,
    bar: &ProgressBar,
    here: Option<&Store>,
) -> Result<RemoteJob, CliError> {
    let mut failures = 0;
    loop {
        let written = here.and_then(Store::commits);
        match client.job(id).await {
            Ok(job) => {
                failures = 0;
                bar.set_message(job.state.clone());
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "clamped to 0..=1000 first"
                )]
                bar.set_position((job.progress * 1000.0).clamp(0.0, 1000.0) as u64);
                if matches!(job.state.as_str(), "succeeded" | "failed" | "cancelled" | "expired") {
                    return Ok(job);
                }
            }
            Err(error) if failures >= POLL_FAILURES_MAX => return Err(error),
            Err(_) => failures += 1,
        }
        changed(here, written).await;
    }
}

/// Returns when a job may have changed: what this process has not written, it need not look at.
async fn changed(here: Option<&Store>, written: Option<u64>) {
    let (Some(store), Some(_)) = (here, written) else { return tokio::time::sleep(POLL).await };
    while store.commits() == written {
        tokio::time::sleep(GLANCE).await;
    }
}

fn order(options: &GenerateOptions) -> Result<Value, CliError> {
    let media = options.image.iter().map(|image| Ok(json!({ "url": address(image)? })));
    let mut order = json!({
        "prompt": options.prompt,
        "duration_s": options.duration,
        "ratio": options.ratio,
        "resolution": options.resolution,
        "audio": !options.silent,
        "fixed_lens": options.fixed_lens,
        "media": media.collect::<Result<Vec<_>, CliError>>()?,
    });
    if let Some(model) = &options.model {
        order["model"] = json!(model);
    }
    if let Some(seed) = options.seed {
        order["seed"] = json!(seed);
    }
    Ok(order)
}

/// A URL as it is; a file as a `data:` URI.
fn address(image: &str) -> Result<String, CliError> {
    if image.starts_with("https://") || image.starts_with("http://") {
        return Ok(image.to_owned());
    }
    let bytes = std::fs::read(Path::new(image))
        .map_err(|error| CliError::said(format!("cannot read {image}: {error}")))?;
    let mime = reelgate_codec::sniff(&bytes).map_or("application/octet-stream", |t| t.mime());
    Ok(format!("data:{mime};base64,{}", STANDARD.encode(bytes)))
}
