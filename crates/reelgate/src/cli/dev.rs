//! `reelgate dev`: help for whoever develops against this server or its upstreams.

use super::{CliError, complain, say};
use crate::app::WallClock;
use crate::outbound::SystemNames;
use crate::stand_in::script::Chance;
use crate::stand_in::{KINDS, Options, StandIn};
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Subcommand, Debug)]
pub(super) enum DevCommand {
    /// Run a stand-in for somebody else's service, which goes wrong when it is told to
    Upstream(UpstreamOptions),
}

#[derive(Args, Debug)]
pub(super) struct UpstreamOptions {
    /// Which service: ark, open_v1, task_query, tasks_v1, openai, fal, replicate or comfyui
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9400")]
    listen: SocketAddr,
    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 3000)]
    takes_ms: i64,
    /// Of a thousand jobs, how many something goes wrong with
    #[arg(long, value_name = "N", default_value_t = 0)]
    faults_permille: u32,
    /// Where chance begins
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(command: DevCommand) -> Result<ExitCode, CliError> {
    let DevCommand::Upstream(options) = command;
    if !KINDS.contains(&options.kind.as_str()) {
        return Err(CliError::said(format!("--kind must be {}", KINDS.join(", "))));
    }
    let loopback = options.listen.ip().is_loopback();
    if !loopback {
        complain("this address is not of this machine alone; anybody may use the stand-in");
    }
    let mut stand_in = StandIn::start(Options {
        kind: options.kind.clone(),
        listen: options.listen,
        takes_ms: options.takes_ms.clamp(0, 86_400_000),
        chance: Chance { permille: options.faults_permille.min(1000), seed: options.seed },
        clock: Arc::new(WallClock),
        names: Arc::new(SystemNames),
    })
    .await?;
    let (kind, base, address) = (&options.kind, stand_in.base_url(), stand_in.address);
    say(&format!("a stand-in for {kind} at {base}; what it made: http://{address}/_stand_in"));
    tokio::select! {
        () = stand_in.wait() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::SUCCESS)
}
