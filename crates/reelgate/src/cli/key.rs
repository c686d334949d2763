//! `reelgate key`

use super::rails::Rails;
use super::{CliError, account, bits, complain, now, open_store, say};
use crate::config::Config;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::fault::{self, Point};
use clap::{Subcommand, ValueEnum};
use reelgate_core::key::{ApiKey, ENTROPY_BYTES};
use reelgate_core::{AccountId, Error, Field, KeyChange, KeyId, KeySettings, KeyStyle};
use reelgate_store::{Key, NewKey, Store, StoreError};
use std::process::ExitCode;

#[derive(Subcommand, Debug)]
pub(super) enum KeyCommand {
    /// Make a key and print it, this once, on standard output
    Create {
        /// Whose key
        #[arg(long, value_name = "NAME")]
        account: String,
        /// Which look it has; every key works on every API, and a test key only rehearses
        #[arg(long, value_enum, default_value_t = Style::Sk)]
        style: Style,
        #[command(flatten)]
        rails: Box<Rails>,
    },
    /// List keys; the keys themselves are never shown again
    List {
        /// Of this account only
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Change what a key is called or may do; what is not named stays
    Update {
        /// Its id, as `key list` shows it, or the key itself
        key: String,
        #[command(flatten)]
        rails: Box<Rails>,
    },
    /// Make a key useless for good; a running server notices within a second
    Revoke {
        /// Its id, as `key list` shows it, or the key itself
        key: String,
    },
}

/// Which look a key has.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Style {
    /// `sk_live_...`
    Sk,
    /// `sd2_live_...`
    Sd2,
    /// `dk-...`
    Dk,
    /// `sk_test_...`: free of charge, and nothing is rendered
    Test,
}

impl From<Style> for KeyStyle {
    fn from(style: Style) -> Self {
        match style {
            Style::Sk => Self::Sk,
            Style::Sd2 => Self::Sd2,
            Style::Dk => Self::Dk,
            Style::Test => Self::Test,
        }
    }
}

pub(super) async fn run(config: &Config, command: KeyCommand) -> Result<ExitCode, CliError> {
    let store = open_store(config, false).await?;
    let code = match command {
        KeyCommand::Create { account, style, rails } => {
            let owner = account::find(&store, &account).await?;
            let key = create_key(&store, owner.id, style.into(), rails.change()?).await?;
            fault::point(Point::KeyMade);
            say(key.reveal());
            ExitCode::SUCCESS
        }
        KeyCommand::List { account } => {
            list(&store, account.as_deref()).await?;
            ExitCode::SUCCESS
        }
        KeyCommand::Update { key, rails } => update(&store, &key, rails.change()?).await?,
        KeyCommand::Revoke { key } => revoke(&store, &key).await?,
    };
    store.close().await;
    Ok(code)
}

/// Makes a key; the store keeps only its hash.
pub(super) async fn create_key(
    store: &Store,
    account: AccountId,
    style: KeyStyle,
    change: KeyChange,
) -> Result<ApiKey, CliError> {
    let settings = change.apply(KeySettings::default(), now()).map_err(|error| refused(&error))?;
    let mut entropy = [0; ENTROPY_BYTES];
    SystemEntropy.fill(&mut entropy);
    let key = ApiKey::new(style, &entropy);
    let new = NewKey {
        id: KeyId::new(now(), bits()),
        account,
        hash: key.hash(),
        hint: key.hint(),
        style,
        settings,
    };
    store.create_key(new, now()).await?;
    Ok(key)
}

async fn list(store: &Store, name: Option<&str>) -> Result<(), CliError> {
    let only = match name {
        Some(name) => Some(account::find(store, name).await?.id),
        None => None,
    };
    for key in store.keys(only).await? {
        say(&line(&key));
    }
    Ok(())
}

fn line(key: &Key) -> String {
    let KeySettings { label, expires, guard } = &key.settings;
    let state = match expires {
        _ if key.revoked.is_some() => "revoked",
        Some(expires) if *expires <= now() => "expired",
        _ => "active",
    };
    let mut words = vec![key.id.to_string(), key.hint.clone(), state.to_owned(), label.clone()];
    let mut add = |name: &str, value: Option<String>| {
        words.extend(value.map(|value| format!("{name} {value}")));
    };
    add("expires", expires.map(reelgate_dialects::iso));
    add("last used", key.last_used.map(reelgate_dialects::iso));
    add("credits per day", guard.credits_per_day.map(|credits| credits.to_string()));
    add("models", joined(&guard.models));
    add("seconds up to", guard.seconds_max.map(|s| s.to_string()));
    add("up to", guard.resolution_max.map(|resolution| resolution.to_string()));
    add("from", joined(&guard.networks));
    add("requests per minute", guard.requests_per_minute.map(|n| n.to_string()));
    add("manages", guard.manages.then(|| "keys".to_owned()));
    words.retain(|word| !word.is_empty());
    words.join("  ")
}

fn joined(items: &[impl ToString]) -> Option<String> {
    let texts: Vec<_> = items.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

/// The key with this id, or the key itself.
async fn find(store: &Store, text: &str) -> Result<Option<Key>, CliError> {
    let secret = ApiKey::parse(text);
    if let Some(secret) = secret {
        return Ok(store.key_by_hash(secret.hash()).await?);
    }
    let Some(id) = KeyId::parse(text.strip_prefix("key_").unwrap_or(text)) else { return Ok(None) };
    Ok(store.key(id).await?)
}

async fn update(store: &Store, text: &str, change: KeyChange) -> Result<ExitCode, CliError> {
    let key = find(store, text).await?.filter(|key| key.revoked.is_none());
    let Some(key) = key else {
        complain("error: there is no such key, or it was revoked");
        return Ok(ExitCode::FAILURE);
    };
    match store.update_key(key.account, key.id, change, now()).await {
        Err(StoreError::Refused(error)) => Err(refused(&error)),
        updated => {
            say(&line(&updated?));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A refusal with the setting's name in front.
fn refused(error: &Error) -> CliError {
    match &error.field {
        Some(Field::Named(name)) => CliError::said(format!("{name} {}", error.message)),
        _ => CliError::said(error.message.clone()),
    }
}

async fn revoke(store: &Store, text: &str) -> Result<ExitCode, CliError> {
    let revoked = match find(store, text).await? {
        Some(key) => store.revoke_key(key.id, now()).await?,
        None => false,
    };
    if revoked {
        say("revoked");
        return Ok(ExitCode::SUCCESS);
    }
    complain("error: there is no such key, or it was revoked before");
    Ok(ExitCode::FAILURE)
}
