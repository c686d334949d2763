//! The command line: one file for each command.

mod account;
mod audit;
mod client;
mod code;
mod dev;
mod doctor;
mod engine;
mod generate;
mod key;
mod mcp;
mod rails;
mod serve;
mod settings;
mod user;
mod webhook;

use crate::app::{App, Parts, StartError, WallClock};
use crate::config::{CommonOptions, Config, ConfigError, LogFormat, ServeOptions};
use crate::entropy::{Entropy, SystemEntropy};
use clap::{Parser, Subcommand};
use reelgate_core::{Clock as _, Timestamp};
use reelgate_store::{Options, Store, StoreError};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A self-hosted video-generation API: send a prompt, get an MP4.
#[derive(Parser, Debug)]
#[command(name = "reelgate", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    common: CommonOptions,
    /// What to log: error, warn, info, debug, trace, or a filter such as reelgate=debug
    #[arg(long, global = true, value_name = "LEVEL", env = "REELGATE_LOG_LEVEL")]
    log_level: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server
    Serve(ServeOptions),
    /// Make accounts, give them credits, see their statements
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Make people who can sign in, change what they may do, make links that sign them in
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make, list, change and revoke API keys
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Make, change and watch the addresses that hear of an account's jobs
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Make, list and revoke redeem codes
    #[command(subcommand)]
    Code(code::CodeCommand),
    /// List and test the upstreams that make clips for this server
    #[command(subcommand)]
    Engine(engine::EngineCommand),
    /// Run stand-ins for upstreams
    #[command(subcommand)]
    Dev(dev::DevCommand),
    /// Make a clip: with --server through that server, else right here
    Generate(generate::GenerateOptions),
    /// Offer a server's tools to an agent, over the Model Context Protocol on standard streams
    Mcp(mcp::McpOptions),
    /// Check every promise about jobs and money; exit 1 if one is broken
    Audit,
    /// Look for what may be wrong with this installation
    Doctor,
}

/// Why a command failed: a sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Said(String),
}

impl CliError {
    fn said(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    // The server starts this for every file of others: it is confined before it does anything else.
    if crate::config::is_decoder() {
        return reelgate_sandbox::serve();
    }
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(Box::pin(run(cli))),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, CliError> {
    let serve = match &cli.command {
        Command::Serve(options) => options.clone(),
        _ => ServeOptions::default(),
    };
    let config = Config::load(&cli.common, &serve)?;
    let default_level = match &cli.command {
        Command::Serve(_) => "info",
        _ => "warn",
    };
    start_log(cli.log_level.as_deref().unwrap_or(default_level), config.log)?;
    match cli.command {
        Command::Serve(options) => serve::run(config, options.address_file.as_deref()).await,
        Command::Account(command) => account::run(&config, command).await,
        Command::User(command) => user::run(&config, command).await,
        Command::Key(command) => key::run(&config, command).await,
        Command::Webhook(command) => webhook::run(&config, command).await,
        Command::Code(command) => code::run(&config, command).await,
        Command::Engine(command) => engine::run(&config, command).await,
        Command::Dev(command) => dev::run(command).await,
        Command::Generate(options) => generate::run(config, &cli.common, options).await,
        Command::Mcp(options) => mcp::run(&options).await,
        Command::Audit => audit::run(&config).await,
        Command::Doctor => doctor::run(&config).await,
    }
}

fn start_log(level: &str, format: LogFormat) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(level)
        .map_err(|error| CliError::said(format!("--log-level: {error}")))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Opens the database of a data folder that exists: a mistyped folder is an error, not a new
/// installation. The server may be running on it.
async fn open_store(config: &Config, make: bool) -> Result<Store, CliError> {
    if make {
        crate::secrets::make_folder(&config.data)?;
    } else if config.database.is_none() && !config.data.join("reelgate.db").exists() {
        let folder = config.data.display();
        return Err(CliError::said(format!("there is no Reelgate data in {folder} (--data)")));
    }
    Ok(Store::open(&Options { url: config.database_url(), lasting: config.lasting }).await?)
}

async fn open_app(config: Config) -> Result<std::sync::Arc<App>, CliError> {
    Ok(App::open(config, Parts::default()).await?)
}

fn now() -> Timestamp {
    WallClock.now()
}

fn bits() -> u64 {
    SystemEntropy.bits()
}

/// Answers on standard output; whoever closed it does not want to know.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
