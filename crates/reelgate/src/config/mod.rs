//! Settings: the only reader of the environment and of the configuration file.
//!
//! A value is taken from the first of these that has it: the command line, a `REELGATE_*`
//! environment variable, the TOML file, the default.

mod engines;
mod file;
mod media;
mod openid;
mod options;
mod stripe;

pub(crate) use engines::read_file as read_engine_file;
pub use engines::{EngineConfig, Secret};
pub use media::{BucketConfig, MediaConfig, MediaPlace, SecretText};
pub use openid::OpenIdConfig;
pub(crate) use openid::is_safe;
#[cfg(feature = "fault-points")]
pub(crate) use options::test_fault;
pub use options::{CommonOptions, LogFormat, ServeOptions};
pub(crate) use options::{decoders, is_decoder};
pub use stripe::StripeConfig;

use file::File;
use reelgate_core::limit::Rule;
use reelgate_core::{ModelId, Network};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const DAY_MS: i64 = 24 * 3_600_000;

/// Everything that can be set, with defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The folder that holds everything: database, media, scratch files, secrets.
    pub data: PathBuf,
    /// Whether what is written there must outlive the machine; no setting, but what is done with
    /// the folder decides.
    pub lasting: bool,
    /// The database: `sqlite:PATH` or `postgres://...`; `None` is a file in the data folder.
    pub database: Option<String>,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// How callers reach the server, without a final slash; `None` takes each request's own host.
    pub public_url: Option<String>,
    /// Jobs rendered at the same time; zero only accepts and answers.
    pub workers: usize,
    /// Threads that one job may use.
    pub render_threads: usize,
    /// How log lines look.
    pub log: LogFormat,
    /// Limits on callers.
    pub limits: LimitConfig,
    /// Limits on jobs.
    pub jobs: JobConfig,
    /// Limits on what is fetched for callers.
    pub outbound: OutboundConfig,
    /// Where references and clips are kept.
    pub media: MediaConfig,
    /// Signed words in files.
    pub credentials: CredentialConfig,
    /// Whether the embedded engine marks its pictures visibly.
    pub watermark: bool,
    /// Upstreams that make clips, by their names.
    pub engines: Vec<EngineConfig>,
    /// Further names of models on OpenAI's videos API, and the models that they stand for.
    pub openai_models: BTreeMap<String, ModelId>,
    /// Who takes cards, and what is sold.
    pub stripe: Option<StripeConfig>,
    /// Whose word lets people in.
    pub openid: Option<OpenIdConfig>,
}

/// Limits on callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitConfig {
    /// Whether requests are counted at all.
    pub rate_limit: bool,
    /// Requests an account may make in a minute on an API that documents no limit.
    pub requests_per_minute: u32,
    /// The same for API A, where it is to differ.
    pub open_v1_requests_per_minute: Option<u32>,
    /// The same for API B, where it is to differ.
    pub task_query_requests_per_minute: Option<u32>,
    /// The same for API C, which documents 30.
    pub tasks_v1_requests_per_minute: u32,
    /// The same for the Ark API, where it is to differ.
    pub ark_requests_per_minute: Option<u32>,
    /// The same for OpenAI's videos API, where it is to differ.
    pub openai_requests_per_minute: Option<u32>,
    /// The same for the native API, where it is to differ.
    pub native_requests_per_minute: Option<u32>,
    /// Whether models that are kept for accounts that have paid are: API C's newer one.
    pub purchase_gate: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Bytes of a request's body.
    pub body_bytes_max: usize,
    /// Bytes of the files that an account has uploaded, together.
    pub asset_bytes_max: u64,
    /// Connections open at the same time; one more waits.
    pub connections_max: usize,
    /// Requests answered at the same time; one more is told to come back.
    pub requests_in_flight_max: usize,
}

/// Limits on jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobConfig {
    /// Attempts before a job fails.
    pub attempts_max: u32,
    /// A job fails when it has not ended so long after it was accepted.
    pub deadline_ms: i64,
    /// A worker is presumed dead when it is silent for so long.
    pub lease_ms: i64,
    /// A worker says that it is alive this often.
    pub heartbeat_ms: u64,
    /// Jobs of one account that run at the same time, further ones wait; zero for no such limit.
    pub running_per_account_max: u32,
    /// Files are kept so long after their job ended, then the job answers `expired`; zero keeps
    /// them for ever.
    pub retention_ms: i64,
}

/// Limits on what is fetched for callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboundConfig {
    /// http and private addresses are allowed: for development.
    pub allow_private: bool,
    /// Time to fetch one reference.
    pub fetch_timeout: Duration,
    /// Bytes of one reference.
    pub reference_bytes_max: usize,
    /// Pixels of one picture.
    pub reference_pixels_max: usize,
    /// Time for one webhook.
    pub webhook_timeout: Duration,
}

/// Signed words in files about how they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialConfig {
    /// Whether files are signed.
    pub sign: bool,
    /// Certificate chain and private key, two PEM files; `None` makes a certificate of this
    /// installation's own.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

impl Default for CredentialConfig {
    fn default() -> Self {
        Self { sign: true, certificate: None }
    }
}

/// Why settings cannot be used: one sentence that names the setting.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// The defaults for a data folder.
    #[must_use]
    pub fn for_data(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            lasting: true,
            database: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            public_url: None,
            workers: 1,
            render_threads: cores(),
            log: LogFormat::Text,
            limits: LimitConfig {
                rate_limit: true,
                requests_per_minute: 600,
                open_v1_requests_per_minute: None,
                task_query_requests_per_minute: None,
                tasks_v1_requests_per_minute: 30,
                ark_requests_per_minute: None,
                openai_requests_per_minute: None,
                native_requests_per_minute: None,
                purchase_gate: false,
                trusted_proxies: Vec::new(),
                body_bytes_max: 8 << 20,
                asset_bytes_max: 10 << 30,
                connections_max: 4096,
                requests_in_flight_max: 1024,
            },
            jobs: JobConfig {
                attempts_max: reelgate_core::retry::JOB_ATTEMPTS_MAX,
                deadline_ms: 48 * 3_600_000,
                lease_ms: 15_000,
                heartbeat_ms: 500,
                running_per_account_max: 0,
                retention_ms: 30 * DAY_MS,
            },
            outbound: OutboundConfig {
                allow_private: false,
                fetch_timeout: Duration::from_secs(30),
                reference_bytes_max: 64 << 20,
                reference_pixels_max: 40_000_000,
                webhook_timeout: Duration::from_secs(10),
            },
            media: MediaConfig::default(),
            credentials: CredentialConfig::default(),
            watermark: false,
            engines: Vec::new(),
            openai_models: BTreeMap::new(),
            stripe: None,
            openid: None,
        }
    }

    /// Puts the command line and environment (both in `common` and `serve`) over the file.
    ///
    /// # Errors
    /// When the file cannot be read, has unknown keys, or a value is out of range.
    pub fn load(common: &CommonOptions, serve: &ServeOptions) -> Result<Self, ConfigError> {
        options::check_environment()?;
        let file = common.config.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let data = common.data.clone().or(file.data.clone());
        let data = data.unwrap_or_else(|| PathBuf::from("reelgate-data"));
        let mut config = Self::for_data(&data);
        file.apply(&mut config)?;
        options::set(&mut config.database, common.database.clone().map(Some));
        options::set(&mut config.media.place, common.media.clone().map(Some));
        config.media.read_environment();
        serve.apply(&mut config)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |text: &str| Err(ConfigError(text.to_owned()));
        if self.workers > 64 {
            return refuse("workers must be 0 to 64");
        }
        if self.render_threads == 0 || self.render_threads > 256 {
            return refuse("render_threads must be 1 to 256");
        }
        if self.limits.body_bytes_max < 1024 {
            return refuse("limits.body_bytes_max must be at least 1024");
        }
        if self.jobs.attempts_max == 0 || self.jobs.attempts_max > 100 {
            return refuse("jobs.attempts_max must be 1 to 100");
        }
        if self.jobs.retention_ms != 0 && self.jobs.retention_ms <= self.jobs.deadline_ms {
            return refuse("jobs.retention_days must be 0 (for ever) or longer than the deadline");
        }
        self.media.place(&self.data)?;
        match &self.database {
            Some(url)
                if !["sqlite:", "postgres:", "postgresql:"].iter().any(|s| url.starts_with(s)) =>
            {
                return refuse("database must begin with sqlite: or postgres://");
            }
            _ => {}
        }
        match &self.public_url {
            Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
                refuse("public_url must begin with http:// or https://")
            }
            _ => Ok(()),
        }
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> String {
        let own = || format!("sqlite:{}", self.data.join("reelgate.db").display());
        self.database.clone().unwrap_or_else(own)
    }

    /// The settings as they may be shown: without the database's password.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let database = self.database.as_deref().map(|text| match url::Url::parse(text) {
            Ok(mut url) if url.password().is_some() => {
                // Fails only for addresses that cannot have a password.
                let _ = url.set_password(Some("..."));
                url.to_string()
            }
            _ => text.to_owned(),
        });
        Self { database, ..self.clone() }
    }

    /// How many requests an account may make on a dialect; nothing when they are not counted.
    #[must_use]
    pub fn rate(&self, dialect: &str) -> Option<Rule> {
        let limits = &self.limits;
        let own = match dialect {
            "open_v1" => limits.open_v1_requests_per_minute,
            "task_query" => limits.task_query_requests_per_minute,
            "tasks_v1" => Some(limits.tasks_v1_requests_per_minute),
            "ark" => limits.ark_requests_per_minute,
            "openai" => limits.openai_requests_per_minute,
            "native" => limits.native_requests_per_minute,
            _ => None,
        };
        let requests = own.unwrap_or(limits.requests_per_minute);
        limits.rate_limit.then_some(Rule::per_minute(requests))
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
