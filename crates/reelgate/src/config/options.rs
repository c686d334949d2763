//! What the command line and the environment can set.

use super::{Config, ConfigError, DAY_MS};
use clap::{Args, ValueEnum};
use reelgate_core::Network;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Every environment variable that is read; each is the flag of the same name.
const VARIABLES: [&str; 22] = [
    "REELGATE_ADDRESS_FILE",
    "REELGATE_ALLOW_PRIVATE_NETWORK",
    "REELGATE_BODY_BYTES_MAX",
    "REELGATE_CONFIG",
    "REELGATE_DATA",
    "REELGATE_DATABASE",
    "REELGATE_JOB_ATTEMPTS",
    "REELGATE_JOB_DEADLINE_S",
    "REELGATE_KEY",
    "REELGATE_LISTEN",
    "REELGATE_LOG",
    "REELGATE_LOG_LEVEL",
    "REELGATE_MEDIA",
    "REELGATE_NO_RATE_LIMIT",
    "REELGATE_PUBLIC_URL",
    "REELGATE_RENDER_THREADS",
    "REELGATE_REQUESTS_PER_MINUTE",
    "REELGATE_RETENTION_DAYS",
    "REELGATE_RUNNING_PER_ACCOUNT",
    "REELGATE_SERVER",
    "REELGATE_TRUSTED_PROXIES",
    "REELGATE_WORKERS",
];

/// Options of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct CommonOptions {
    /// Folder that holds everything: database, media and secrets [default: reelgate-data]
    #[arg(long, global = true, value_name = "DIR", env = "REELGATE_DATA")]
    pub data: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://... [default: reelgate.db in the data folder]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "REELGATE_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// Where references and clips are kept: a folder, or s3://bucket/prefix [default: media in the
    /// data folder]
    #[arg(long, global = true, value_name = "PLACE", env = "REELGATE_MEDIA")]
    pub media: Option<String>,
    /// TOML file with settings; the command line and REELGATE_* variables win over it
    #[arg(long, global = true, value_name = "FILE", env = "REELGATE_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Options of the server.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeOptions {
    /// Address and port to listen on [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDR", env = "REELGATE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Write the address to this file once the server answers; of use with port 0
    #[arg(long, value_name = "FILE", env = "REELGATE_ADDRESS_FILE")]
    pub address_file: Option<PathBuf>,
    /// How callers reach this server; result links begin with it [default: each request's host]
    #[arg(long, value_name = "URL", env = "REELGATE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Jobs rendered at the same time; 0 only accepts and answers [default: 1]
    #[arg(long, value_name = "N", env = "REELGATE_WORKERS")]
    pub workers: Option<usize>,
    /// Threads that one job may use [default: one per core]
    #[arg(long, value_name = "N", env = "REELGATE_RENDER_THREADS")]
    pub render_threads: Option<usize>,
    /// Do not count requests: for benchmarks and trusted networks
    #[arg(long, env = "REELGATE_NO_RATE_LIMIT")]
    pub no_rate_limit: bool,
    /// Requests an account may make in a minute; API C keeps its documented 30 [default: 600]
    #[arg(long, value_name = "N", env = "REELGATE_REQUESTS_PER_MINUTE")]
    pub requests_per_minute: Option<u32>,
    /// Proxies whose X-Forwarded-For is believed: addresses or ranges, with commas
    #[arg(long, value_name = "LIST", env = "REELGATE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// Largest request body in bytes [default: 8388608]
    #[arg(long, value_name = "BYTES", env = "REELGATE_BODY_BYTES_MAX")]
    pub body_bytes_max: Option<usize>,
    /// Attempts before a job fails [default: 3]
    #[arg(long, value_name = "N", env = "REELGATE_JOB_ATTEMPTS")]
    pub job_attempts: Option<u32>,
    /// Seconds after which an unfinished job fails and is refunded [default: 172800]
    #[arg(long, value_name = "S", env = "REELGATE_JOB_DEADLINE_S")]
    pub job_deadline_s: Option<u32>,
    /// Jobs of one account that run at the same time; 0 for no limit [default: 0]
    #[arg(long, value_name = "N", env = "REELGATE_RUNNING_PER_ACCOUNT")]
    pub running_per_account: Option<u32>,
    /// Days after which a finished job's files are removed; 0 keeps them for ever [default: 30]
    #[arg(long, value_name = "DAYS", env = "REELGATE_RETENTION_DAYS")]
    pub retention_days: Option<u32>,
    /// Allow http and private addresses in references and webhooks: for development only
    #[arg(long, env = "REELGATE_ALLOW_PRIVATE_NETWORK")]
    pub allow_private_network: bool,
    /// How log lines look [default: text]
    #[arg(long, value_name = "FORMAT", env = "REELGATE_LOG")]
    pub log: Option<LogFormat>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl ServeOptions {
    pub(super) fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        set(&mut config.listen, self.listen);
        if let Some(url) = &self.public_url {
            config.public_url = Some(url.trim_end_matches('/').to_owned());
        }
        set(&mut config.workers, self.workers);
        set(&mut config.render_threads, self.render_threads);
        set(&mut config.log, self.log);
        if self.no_rate_limit {
            config.limits.rate_limit = false;
        }
        set(&mut config.limits.requests_per_minute, self.requests_per_minute);
        let proxies = self.trusted_proxies.as_deref();
        set(&mut config.limits.trusted_proxies, proxies.map(networks).transpose()?);
        set(&mut config.limits.body_bytes_max, self.body_bytes_max);
        set(&mut config.jobs.attempts_max, self.job_attempts);
        set(&mut config.jobs.deadline_ms, self.job_deadline_s.map(|s| i64::from(s) * 1000));
        set(&mut config.jobs.running_per_account_max, self.running_per_account);
        let days = self.retention_days.map(|days| i64::from(days) * DAY_MS);
        set(&mut config.jobs.retention_ms, days);
        if self.allow_private_network {
            config.outbound.allow_private = true;
        }
        Ok(())
    }
}

/// Reads ranges of addresses.
pub(super) fn networks(texts: &[String]) -> Result<Vec<Network>, ConfigError> {
    let read = |text: &String| {
        Network::parse(text.trim()).ok_or_else(|| {
            let rule = "addresses such as 203.0.113.7 or ranges such as 10.0.0.0/8";
            ConfigError(format!("trusted_proxies must be {rule}, got {text:?}"))
        })
    };
    texts.iter().map(read).collect()
}

pub(super) fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// Refuses a `REELGATE_*` variable that nothing reads, naming the nearest one that is read: a
/// misspelt setting must not be silently without effect. `REELGATE_TEST_*` belongs to tests.
pub(super) fn check_environment() -> Result<(), ConfigError> {
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the environment")]
    let set = std::env::vars();
    for (name, _) in set {
        let ours = name.starts_with("REELGATE_") && !name.starts_with("REELGATE_TEST_");
        if ours && !VARIABLES.contains(&name.as_str()) {
            let hint = nearest(&name, VARIABLES.iter().copied());
            return Err(ConfigError(format!("unknown environment variable {name}{hint}")));
        }
    }
    Ok(())
}

/// A variable that the configuration file names.
pub(super) fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the environment")]
    let value = std::env::var(name);
    value.ok()
}

/// Where a test build is to die.
#[cfg(feature = "fault-points")]
pub(crate) fn test_fault() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the environment")]
    let text = std::env::var("REELGATE_TEST_FAULT");
    text.ok()
}

/// This program, to be started once more, also after its file was replaced by a newer one.
fn own_program() -> PathBuf {
    let running = PathBuf::from("/proc/self/exe");
    match running.exists() {
        true => running,
        false => std::env::current_exe().unwrap_or_else(|_| PathBuf::from("reelgate")),
    }
}

/// Whether this process was started to decode one file of others.
pub(crate) fn is_decoder() -> bool {
    std::env::args_os().skip(1).eq([reelgate_sandbox::COMMAND])
}

/// What decodes the files of others: the small program that is installed beside this one, else this
/// one itself.
pub(crate) fn decoders() -> Vec<PathBuf> {
    let name = format!("reelgate-decoder{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().map(|own| own.with_file_name(name));
    let beside = beside.ok().filter(|path| path.exists());
    beside.into_iter().chain([own_program()]).collect()
}

/// `, did you mean X?` for the known name nearest to a wrong one.
pub(super) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = known.map(|name| (strsim::jaro_winkler(wrong, name), name));
    match near.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((score, name)) if score > 0.7 => format!(", did you mean {name}?"),
        Some((_, _)) | None => String::new(),
    }
}
