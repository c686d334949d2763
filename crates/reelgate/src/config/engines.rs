//! The `[engines.NAME]` tables of the TOML file: upstreams, their keys and what they make.
//!
//! Keys are never in the file: it names the environment variables that hold them.

use super::ConfigError;
use reelgate_core::ModelId;
use reelgate_engines::remote::fit::Ignored;
use reelgate_engines::remote::{KINDS, adapter};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// An upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineConfig {
    /// What the operator calls it; kept with every job it was asked for.
    pub name: String,
    /// Which adapter speaks with it.
    pub kind: String,
    /// Where it is, without a final slash.
    pub base_url: Url,
    /// Its keys; one without a name and text where it asks for none.
    pub keys: Vec<Secret>,
    /// What it calls each of our models that it makes.
    pub models: BTreeMap<ModelId, String>,
    /// How much it gets, compared with other engines for the same model.
    pub weight: u32,
    /// Jobs at the same time under one key.
    pub concurrency: u32,
    /// Requests in a minute under one key; zero for no limit.
    pub requests_per_minute: u32,
    /// What it may leave out of an order.
    pub ignored: Ignored,
    /// Whether it gets nothing new.
    pub drain: bool,
    /// Whether it is told where to report ends, when this server has a public address.
    pub callbacks: bool,
    /// Time for one request.
    pub timeout: Duration,
    /// Bytes of one clip.
    pub file_bytes_max: u64,
    /// Whether clips may be fetched from private addresses other than its own.
    pub private_files: bool,
    /// What its own file says, of kinds that have one.
    pub file: Option<serde_json::Value>,
}

/// A key and the name of the variable that it came from.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The variable; kept with every job that was asked for with it.
    pub name: String,
    /// Never shown.
    value: String,
}

impl Secret {
    /// A key under a name.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// The key itself, for the request's header and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.name)
    }
}

impl EngineConfig {
    /// An engine with the usual settings.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(
        name: &str,
        kind: &str,
        base_url: &str,
        keys: Vec<Secret>,
    ) -> Result<Self, ConfigError> {
        let file = EngineFile {
            kind: kind.to_owned(),
            base_url: base_url.to_owned(),
            ..EngineFile::default()
        };
        Ok(Self { keys, ..file.read(name)? })
    }
}

/// One table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EngineFile {
    kind: String,
    base_url: String,
    key_env: Option<String>,
    key_envs: Vec<String>,
    models: BTreeMap<String, String>,
    weight: Option<u32>,
    concurrency: Option<u32>,
    requests_per_minute: Option<u32>,
    ignores: Vec<String>,
    drain: bool,
    callbacks: Option<bool>,
    timeout_s: Option<u32>,
    file_bytes_max: Option<u64>,
    private_files: bool,
    file: Option<PathBuf>,
}

/// Reads an engine's own file, TOML or JSON; a `workflow` in it may be another file's name.
pub(crate) fn read_file(path: &Path) -> Result<serde_json::Value, String> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let json = |text: &str| serde_json::from_str(text).map_err(|error| error.to_string());
    let read = text(path)?;
    let mut value: serde_json::Value = match path.extension().is_some_and(|end| end == "json") {
        true => json(&read)?,
        false => toml::from_str(&read).map_err(|error| error.to_string())?,
    };
    if let Some(name) = value.get("workflow").and_then(|one| one.as_str()) {
        let other = path.parent().unwrap_or(Path::new("")).join(name);
        value["workflow"] = json(&text(&other)?)?;
    }
    Ok(value)
}

impl EngineFile {
    /// Reads a table and the keys that it names.
    pub(super) fn read(&self, name: &str) -> Result<EngineConfig, ConfigError> {
        let refuse = |key: &str, why: String| ConfigError(format!("engines.{name}.{key} {why}"));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.len() > 60 || !name.chars().all(plain) {
            let rule = "must be a name of letters, digits, '-', '_' and '.'";
            return Err(ConfigError(format!("engines.{name} {rule}")));
        }
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(refuse("kind", format!("must be {}", KINDS.join(", "))));
        }
        let file = self.file.as_deref().map(read_file).transpose();
        let file = file.map_err(|why| refuse("file", why))?;
        adapter(&self.kind, file.as_ref()).map_err(|why| refuse("file", why))?;
        let base_url = Url::parse(self.base_url.trim_end_matches('/')).ok();
        let base_url = base_url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let base_url = base_url.filter(|url| url.username().is_empty() && url.password().is_none());
        let base_url = base_url.ok_or_else(|| {
            refuse("base_url", "must be an http or https URL without a password".to_owned())
        })?;
        let within = |key, value: Option<u32>, default, most| match value.unwrap_or(default) {
            number if number <= most => Ok(number),
            _ => Err(refuse(key, format!("must be at most {most}"))),
        };
        Ok(EngineConfig {
            name: name.to_owned(),
            kind: self.kind.clone(),
            base_url,
            keys: self.keys(),
            models: self.models(name)?,
            weight: within("weight", self.weight, 1, 1000)?,
            concurrency: within("concurrency", self.concurrency, 10, 100_000)?,
            requests_per_minute: within(
                "requests_per_minute",
                self.requests_per_minute,
                0,
                1_000_000,
            )?,
            ignored: self.ignored(name)?,
            drain: self.drain,
            callbacks: self.callbacks.unwrap_or(true),
            timeout: Duration::from_secs(within("timeout_s", self.timeout_s, 60, 600)?.into()),
            file_bytes_max: self.file_bytes_max.unwrap_or(512 << 20),
            private_files: self.private_files,
            file,
        })
    }

    fn keys(&self) -> Vec<Secret> {
        let named: Vec<&String> = self.key_env.iter().chain(&self.key_envs).collect();
        if named.is_empty() {
            return vec![Secret::new("", "")];
        }
        // One that holds nothing is a fault of the server alone: other commands need no keys.
        let secrets = named.into_iter().map(|variable| {
            let value = super::options::variable(variable).unwrap_or_default();
            Secret::new(variable, value.trim())
        });
        secrets.collect()
    }

    fn models(&self, name: &str) -> Result<BTreeMap<ModelId, String>, ConfigError> {
        self.models
            .iter()
            .map(|(ours, theirs)| match ours.split_once('/') {
                Some((dialect, model)) if !theirs.is_empty() => {
                    Ok((ModelId::new(dialect, model), theirs.clone()))
                }
                _ => Err(ConfigError(format!(
                    "engines.{name}.models must map models such as \"open_v1/seedance-2.0\" to \
                     the upstream's names, got {ours:?}"
                ))),
            })
            .collect()
    }

    fn ignored(&self, name: &str) -> Result<Ignored, ConfigError> {
        let mut ignored = Ignored::default();
        for what in &self.ignores {
            match what.as_str() {
                "audio" => ignored.audio = true,
                "seed" => ignored.seed = true,
                "fixed_lens" => ignored.fixed_lens = true,
                _ => {
                    let rule = "must hold audio, seed or fixed_lens";
                    return Err(ConfigError(format!("engines.{name}.ignores {rule}")));
                }
            }
        }
        Ok(ignored)
    }
}
