//! `reelgate engine`: the upstreams of the settings.

use super::{CliError, open_store, say};
use crate::config::{Config, EngineConfig, read_engine_file};
use crate::outbound::{SystemNames, UpstreamClient};
use clap::Subcommand;
use reelgate_core::{ModelId, Order, Priority, Ratio, Resolution, Size, order::Channel};
use reelgate_dialects::iso;
use reelgate_engines::remote::wire::{Answer, Body};
use reelgate_engines::remote::{Adapter, Errand, Seen, adapter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Time for the answer to a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Subcommand, Debug)]
pub(super) enum EngineCommand {
    /// List the engines of the settings, with their models, keys and limits
    List,
    /// Ask engines whether their keys are good, which costs nothing; or try a declared engine's
    /// file
    Test {
        /// An engine's name, or the file of a declared engine or workflow [default: every engine]
        what: Option<String>,
    },
    /// List requests to upstreams whose outcome was never learnt, to compare with their bills
    Unknown,
}

pub(super) async fn run(config: &Config, command: EngineCommand) -> Result<ExitCode, CliError> {
    match command {
        EngineCommand::List => list(config),
        EngineCommand::Test { what: Some(what) } if Path::new(&what).is_file() => {
            try_file(&PathBuf::from(what))
        }
        EngineCommand::Test { what } => test(config, what.as_deref()).await,
        EngineCommand::Unknown => unknown(config).await,
    }
}

fn list(config: &Config) -> Result<ExitCode, CliError> {
    if config.engines.is_empty() {
        say("no engines: the embedded one makes every model");
    }
    for engine in &config.engines {
        let state = if engine.drain { ", drains" } else { "" };
        let (name, kind, base) = (&engine.name, &engine.kind, &engine.base_url);
        say(&format!("{name}  {kind}  {base}{state}"));
        for key in engine.keys.iter().filter(|key| !key.name.is_empty()) {
            let there = if key.reveal().is_empty() { "holds no key" } else { "is set" };
            say(&format!("  key {} {there}", key.name));
        }
        let (weight, jobs) = (engine.weight, engine.concurrency);
        let rate = match engine.requests_per_minute {
            0 => "no limit of requests".to_owned(),
            rate => format!("{rate} requests a minute"),
        };
        say(&format!("  weight {weight}, {jobs} jobs at a time and {rate} under each key"));
        for (ours, theirs) in &engine.models {
            say(&format!("  {ours} = {theirs}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(config: &Config, name: Option<&str>) -> Result<ExitCode, CliError> {
    let chosen = config.engines.iter().filter(|one| name.is_none_or(|name| name == one.name));
    let chosen: Vec<_> = chosen.collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        return Err(CliError::said(format!("there is neither an engine nor a file {name}")));
    }
    let client = UpstreamClient::new(Arc::new(SystemNames));
    let mut code = ExitCode::SUCCESS;
    for engine in chosen {
        for key in &engine.keys {
            let said = match check(&client, engine, key.reveal()).await {
                Ok(()) => "ok".to_owned(),
                Err(why) => {
                    code = ExitCode::FAILURE;
                    why
                }
            };
            let name = if key.name.is_empty() { "no key" } else { &key.name };
            say(&format!("{} ({name}): {said}", engine.name));
        }
    }
    Ok(code)
}

async fn check(client: &UpstreamClient, engine: &EngineConfig, key: &str) -> Result<(), String> {
    let adapter = adapter(&engine.kind, engine.file.as_ref())?;
    let authorization = (!key.is_empty()).then(|| adapter.authorization(key));
    let sent = client.send(&engine.base_url, authorization, adapter.check(), TEST_TIMEOUT).await;
    let given = sent.map_err(|error| error.to_string())?;
    adapter.checked(&given.answer())
}

/// Shows what a file makes of an order and of answers, without sending anything.
fn try_file(path: &Path) -> Result<ExitCode, CliError> {
    let file = read_engine_file(path).map_err(CliError::said)?;
    let kind = if file.get("workflow").is_some() { "comfyui" } else { "declared" };
    let adapter = adapter(kind, Some(&file))
        .map_err(|why| CliError::said(format!("{}: {why}", path.display())))?;
    let order = sample();
    let errand = Errand {
        order: &order,
        size: Size { width: 1280, height: 720 },
        seed: 7,
        model: "MODEL",
        marker: "rg-MARKER-1",
        callback: None,
        references: &[],
    };
    let request = adapter.create(&errand, &[]).map_err(|error| CliError::said(error.message))?;
    let body = match &request.body {
        Body::Json(body) => body.to_string(),
        Body::Empty | Body::Form(_) => String::new(),
    };
    say(&format!("{kind}: the file reads well"));
    say(&format!("create {:?} {}\n  {body}", request.method, request.path));
    say(&format!("poll   {:?} {}", adapter.poll("ID").method, adapter.poll("ID").path));
    for cancel in adapter.cancel("ID") {
        say(&format!("cancel {:?} {}", cancel.method, cancel.path));
    }
    let examples = file.get("example").and_then(|one| one.as_array());
    for example in examples.into_iter().flatten() {
        let (fine, line) = try_example(adapter.as_ref(), example);
        say(&line);
        if !fine {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One `[[example]]` of a file: an answer, and what it should mean.
fn try_example(adapter: &dyn Adapter, example: &serde_json::Value) -> (bool, String) {
    let status = example.get("http_status").and_then(serde_json::Value::as_u64).unwrap_or(200);
    let answer = example.get("answer").map(ToString::to_string).unwrap_or_default();
    let said = adapter.seen(
        "ID",
        &Answer {
            status: u16::try_from(status).unwrap_or(0),
            retry_after_s: None,
            body: answer.as_bytes(),
        },
    );
    let found = match said {
        Seen::Waiting => "waiting",
        Seen::Running(_) => "running",
        Seen::Done(_) => "done",
        Seen::Failed(_) => "failed",
        Seen::Stopped => "stopped",
        Seen::Gone => "gone",
        Seen::Unclear(_) | Seen::Then(_) => "unclear",
    };
    let expected = example.get("means").and_then(|one| one.as_str()).unwrap_or("");
    (found == expected, format!("example: {found}, expected {expected}: {answer}"))
}

fn sample() -> Order {
    Order {
        model: ModelId::new("native", "preview"),
        prompt: "A lighthouse in a storm".to_owned(),
        media: Vec::new(),
        ratio: Ratio::R16x9,
        resolution: Resolution::P720,
        duration_s: 5,
        reserved_s: None,
        seed: None,
        audio: true,
        fixed_lens: false,
        channel: Channel::Standard,
        callback_url: None,
        metadata: None,
        priority: Priority::Normal,
        size: None,
        expires_in_s: None,
        follow: false,
        extra: None,
        test: false,
        remote: true,
    }
}

async fn unknown(config: &Config) -> Result<ExitCode, CliError> {
    let store = open_store(config, false).await?;
    let asks = store.unknown_asks().await?;
    store.close().await;
    if asks.is_empty() {
        say("none: the outcome of every request is known");
    }
    for ask in asks {
        let at = iso(ask.asked);
        say(&format!(
            "{at}  job_{}  request {}  {} {}",
            ask.job, ask.number, ask.engine, ask.credential
        ));
    }
    Ok(ExitCode::SUCCESS)
}
