//! What the TOML file can set.

use super::engines::EngineFile;
use super::openid::OpenIdFile;
use super::options::{nearest, networks, set};
use super::stripe::StripeFile;
use super::{Config, ConfigError, DAY_MS, LogFormat, SecretText};
use reelgate_core::ModelId;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Every key the file may have, dotted.
const KEYS: [&str; 43] = [
    "data",
    "database",
    "media",
    "watermark",
    "credentials.sign",
    "credentials.certificate",
    "credentials.key",
    "s3.endpoint",
    "s3.region",
    "s3.access_key_id",
    "s3.secret_access_key",
    "s3.redirect",
    "s3.timeout_s",
    "listen",
    "public_url",
    "workers",
    "render_threads",
    "log",
    "limits.rate_limit",
    "limits.requests_per_minute",
    "limits.open_v1_requests_per_minute",
    "limits.task_query_requests_per_minute",
    "limits.tasks_v1_requests_per_minute",
    "limits.ark_requests_per_minute",
    "limits.openai_requests_per_minute",
    "limits.native_requests_per_minute",
    "limits.purchase_gate",
    "limits.trusted_proxies",
    "limits.body_bytes_max",
    "limits.asset_bytes_max",
    "limits.connections_max",
    "limits.requests_in_flight_max",
    "jobs.attempts_max",
    "jobs.deadline_s",
    "jobs.lease_s",
    "jobs.retention_days",
    "jobs.running_per_account_max",
    "outbound.allow_private",
    "outbound.fetch_timeout_s",
    "outbound.reference_bytes_max",
    "outbound.reference_pixels_max",
    "outbound.webhook_timeout_s",
    "openai.models",
];

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    pub(super) data: Option<PathBuf>,
    database: Option<String>,
    media: Option<String>,
    watermark: Option<bool>,
    credentials: Credentials,
    s3: S3,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    workers: Option<usize>,
    render_threads: Option<usize>,
    log: Option<String>,
    limits: Limits,
    jobs: Jobs,
    outbound: Outbound,
    openai: OpenAi,
    engines: BTreeMap<String, EngineFile>,
    stripe: Option<StripeFile>,
    openid: Option<OpenIdFile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Credentials {
    sign: Option<bool>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct S3 {
    endpoint: Option<String>,
    region: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<SecretText>,
    redirect: Option<bool>,
    timeout_s: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Limits {
    rate_limit: Option<bool>,
    requests_per_minute: Option<u32>,
    open_v1_requests_per_minute: Option<u32>,
    task_query_requests_per_minute: Option<u32>,
    tasks_v1_requests_per_minute: Option<u32>,
    ark_requests_per_minute: Option<u32>,
    openai_requests_per_minute: Option<u32>,
    native_requests_per_minute: Option<u32>,
    purchase_gate: Option<bool>,
    trusted_proxies: Option<Vec<String>>,
    body_bytes_max: Option<usize>,
    asset_bytes_max: Option<u64>,
    connections_max: Option<usize>,
    requests_in_flight_max: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Jobs {
    attempts_max: Option<u32>,
    deadline_s: Option<u32>,
    lease_s: Option<u32>,
    retention_days: Option<u32>,
    running_per_account_max: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Outbound {
    allow_private: Option<bool>,
    fetch_timeout_s: Option<u32>,
    reference_bytes_max: Option<usize>,
    reference_pixels_max: Option<usize>,
    webhook_timeout_s: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OpenAi {
    models: BTreeMap<String, String>,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError(format!("cannot read {}: {error}", path.display())))?;
        Self::parse(&text).map_err(|ConfigError(why)| {
            ConfigError(format!("in {}: {}", path.display(), why.trim_end()))
        })
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| ConfigError(error.to_string()))?;
        check_keys("", &table)?;
        table.try_into().map_err(|error: toml::de::Error| ConfigError(error.to_string()))
    }

    pub(super) fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        set(&mut config.database, self.database.clone().map(Some));
        set(&mut config.listen, self.listen);
        if let Some(url) = &self.public_url {
            config.public_url = Some(url.trim_end_matches('/').to_owned());
        }
        set(&mut config.workers, self.workers);
        set(&mut config.render_threads, self.render_threads);
        match self.log.as_deref() {
            None => {}
            Some("text") => config.log = LogFormat::Text,
            Some("json") => config.log = LogFormat::Json,
            Some(_) => return Err(ConfigError("log must be text or json".to_owned())),
        }
        let (limits, from) = (&mut config.limits, &self.limits);
        set(&mut limits.rate_limit, from.rate_limit);
        set(&mut limits.requests_per_minute, from.requests_per_minute);
        set(&mut limits.tasks_v1_requests_per_minute, from.tasks_v1_requests_per_minute);
        for (slot, value) in [
            (&mut limits.open_v1_requests_per_minute, from.open_v1_requests_per_minute),
            (&mut limits.task_query_requests_per_minute, from.task_query_requests_per_minute),
            (&mut limits.ark_requests_per_minute, from.ark_requests_per_minute),
            (&mut limits.openai_requests_per_minute, from.openai_requests_per_minute),
            (&mut limits.native_requests_per_minute, from.native_requests_per_minute),
        ] {
            set(slot, value.map(Some));
        }
        set(&mut limits.purchase_gate, from.purchase_gate);
        let proxies = from.trusted_proxies.as_deref();
        set(&mut limits.trusted_proxies, proxies.map(networks).transpose()?);
        set(&mut limits.body_bytes_max, from.body_bytes_max);
        set(&mut limits.asset_bytes_max, from.asset_bytes_max);
        set(&mut limits.connections_max, from.connections_max);
        set(&mut limits.requests_in_flight_max, from.requests_in_flight_max);
        let ms = |s: u32| i64::from(s) * 1000;
        set(&mut config.jobs.attempts_max, self.jobs.attempts_max);
        set(&mut config.jobs.deadline_ms, self.jobs.deadline_s.map(ms));
        set(&mut config.jobs.lease_ms, self.jobs.lease_s.map(ms));
        set(&mut config.jobs.running_per_account_max, self.jobs.running_per_account_max);
        let days = |days: u32| i64::from(days) * DAY_MS;
        set(&mut config.jobs.retention_ms, self.jobs.retention_days.map(days));
        let (outbound, from) = (&mut config.outbound, &self.outbound);
        let time = |s: u32| Duration::from_secs(s.into());
        set(&mut outbound.allow_private, from.allow_private);
        set(&mut outbound.fetch_timeout, from.fetch_timeout_s.map(time));
        set(&mut outbound.reference_bytes_max, from.reference_bytes_max);
        set(&mut outbound.reference_pixels_max, from.reference_pixels_max);
        set(&mut outbound.webhook_timeout, from.webhook_timeout_s.map(time));
        let models = self.openai.models.iter();
        config.openai_models =
            models.map(|(name, model)| (name.clone(), ModelId::from_text(model))).collect();
        let engines = self.engines.iter().map(|(name, engine)| engine.read(name));
        config.engines = engines.collect::<Result<_, _>>()?;
        config.stripe = self.stripe.as_ref().map(StripeFile::read).transpose()?;
        config.openid = self.openid.as_ref().map(OpenIdFile::read).transpose()?;
        self.apply_media(config)
    }

    fn apply_media(&self, config: &mut Config) -> Result<(), ConfigError> {
        let (media, from) = (&mut config.media, &self.s3);
        set(&mut media.place, self.media.clone().map(Some));
        set(&mut media.endpoint, from.endpoint.clone().map(Some));
        set(&mut media.region, from.region.clone());
        set(&mut media.access_key_id, from.access_key_id.clone().map(Some));
        set(&mut media.secret_access_key, from.secret_access_key.clone().map(Some));
        set(&mut media.redirect, from.redirect);
        set(&mut media.timeout, from.timeout_s.map(|s| Duration::from_secs(s.into())));
        set(&mut config.watermark, self.watermark);
        let credentials = &self.credentials;
        set(&mut config.credentials.sign, credentials.sign);
        config.credentials.certificate = match (&credentials.certificate, &credentials.key) {
            (Some(certificate), Some(key)) => Some((certificate.clone(), key.clone())),
            (None, None) => None,
            _ => {
                let both = "credentials.certificate and credentials.key go together";
                return Err(ConfigError(both.to_owned()));
            }
        };
        Ok(())
    }
}

fn check_keys(prefix: &str, table: &toml::Table) -> Result<(), ConfigError> {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        let group = format!("{key}.");
        match value {
            toml::Value::Table(inner) if KEYS.iter().any(|known| known.starts_with(&group)) => {
                check_keys(&group, inner)?;
            }
            // Names of the operator's choice; what is in them is checked when they are read.
            toml::Value::Table(_) if ["engines", "stripe", "openid"].contains(&key.as_str()) => {}
            _ if KEYS.contains(&key.as_str()) => {}
            _ => {
                let hint = nearest(&key, KEYS.iter().copied());
                return Err(ConfigError(format!("unknown setting {key}{hint}")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::LimitConfig;
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let mut config = Config::for_data(Path::new("d"));
        File::parse(text)?.apply(&mut config)?;
        Ok(config)
    }

    const EXAMPLE: &str = "
        data = 'd'
        database = 'postgres://localhost/reelgate'
        media = 's3://films/ours'
        watermark = true
        listen = '0.0.0.0:1'
        public_url = 'https://example.com/'
        workers = 2
        render_threads = 3
        log = 'json'
        [limits]
        rate_limit = false
        requests_per_minute = 4
        open_v1_requests_per_minute = 6
        task_query_requests_per_minute = 7
        tasks_v1_requests_per_minute = 5
        ark_requests_per_minute = 9
        openai_requests_per_minute = 10
        native_requests_per_minute = 8
        purchase_gate = true
        trusted_proxies = ['10.0.0.0/8', '::1']
        body_bytes_max = 6000
        asset_bytes_max = 6001
        connections_max = 7
        requests_in_flight_max = 7
        [jobs]
        attempts_max = 8
        deadline_s = 9
        lease_s = 10
        retention_days = 99
        running_per_account_max = 2
        [credentials]
        sign = false
        certificate = 'chain.pem'
        key = 'key.pem'
        [s3]
        endpoint = 'http://127.0.0.1:9000'
        region = 'eu-1'
        access_key_id = 'key'
        secret_access_key = 'hush'
        redirect = true
        timeout_s = 15
        [outbound]
        allow_private = true
        fetch_timeout_s = 11
        reference_bytes_max = 12
        reference_pixels_max = 13
        webhook_timeout_s = 14
        [openai]
        models = { 'wan-2.2' = 'native/preview' }
    ";

    #[test]
    fn every_key_is_read() {
        let keys = EXAMPLE.lines().filter(|line| line.contains('=')).count();
        assert_eq!(keys, KEYS.len(), "the example names every key");
        let config = load(EXAMPLE).expect("valid");
        let defaults = Config::for_data(Path::new("d"));
        assert_eq!(config.public_url.as_deref(), Some("https://example.com"));
        assert_eq!(config.jobs.deadline_ms, 9_000);
        assert_ne!(config.limits, defaults.limits);
        assert_eq!(config.limits.trusted_proxies.len(), 2);
        assert!(config.limits.purchase_gate);
        let rates = ["open_v1", "task_query", "tasks_v1", "ark", "openai", "native"].map(|name| {
            let limits = LimitConfig { rate_limit: true, ..config.limits.clone() };
            Config { limits, ..config.clone() }.rate(name).map(|rule| rule.requests)
        });
        assert_eq!(rates, [Some(6), Some(7), Some(5), Some(9), Some(10), Some(8)]);
        assert_ne!(config.outbound, defaults.outbound);
        assert_eq!(config.openai_models["wan-2.2"].as_str(), "native/preview");
        assert!(config.watermark && !config.credentials.sign);
        let files = Some(("chain.pem".into(), "key.pem".into()));
        assert_eq!(config.credentials.certificate, files);
        assert!(config.media.redirect && config.media.timeout == Duration::from_secs(15));
        assert_eq!(config.media.secret_access_key, Some("hush".to_owned().into()));
    }

    #[test]
    fn a_misspelt_key_is_named_with_the_nearest_known_one() {
        let error = load("[outbound]\nallow_privat = true").expect_err("unknown");
        assert_eq!(
            error.0,
            "unknown setting outbound.allow_privat, did you mean outbound.allow_private?"
        );
        assert!(load("worker = 2").expect_err("unknown").0.ends_with("did you mean workers?"));
        assert!(load("workers = 'two'").is_err());
    }
}
