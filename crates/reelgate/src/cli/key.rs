//! `reelgate key`

use super::{CliError, account, bits, complain, now, open_store, say};
use crate::config::Config;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::fault::{self, Point};
use clap::{Subcommand, ValueEnum};
use reelgate_core::key::{ApiKey, ENTROPY_BYTES};
use reelgate_core::{AccountId, KeyId, KeyStyle};
use reelgate_store::{NewKey, Store};
use std::process::ExitCode;

#[derive(Subcommand, Debug)]
pub(super) enum KeyCommand {
    /// Make a key and print it, this once, on standard output
    Create {
        /// Whose key
        #[arg(long, value_name = "NAME")]
        account: String,
        /// Which vendor's look it has; every key works on every API
        #[arg(long, value_enum, default_value_t = Style::Sk)]
        style: Style,
        /// A few words to tell it from others
        #[arg(long, default_value = "")]
        label: String,
    },
    /// List keys; the keys themselves are never shown again
    List {
        /// Of this account only
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Make a key useless for good; a running server notices within a second
    Revoke {
        /// Its id, as `key list` shows it, or the key itself
        key: String,
    },
}

/// Which vendor's look a key has.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Style {
    /// `sk_live_...`
    Sk,
    /// `sd2_live_...`
    Sd2,
    /// `dk-...`
    Dk,
}

impl From<Style> for KeyStyle {
    fn from(style: Style) -> Self {
        match style {
            Style::Sk => Self::Sk,
            Style::Sd2 => Self::Sd2,
            Style::Dk => Self::Dk,
        }
    }
}

pub(super) async fn run(config: &Config, command: KeyCommand) -> Result<ExitCode, CliError> {
    let store = open_store(config, false).await?;
    let code = match command {
        KeyCommand::Create { account, style, label } => {
            let owner = account::find(&store, &account).await?;
            let key = create_key(&store, owner.id, style.into(), &label).await?;
            fault::point(Point::KeyMade);
            say(key.reveal());
            ExitCode::SUCCESS
        }
        KeyCommand::List { account } => {
            list(&store, account.as_deref()).await?;
            ExitCode::SUCCESS
        }
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
    label: &str,
) -> Result<ApiKey, CliError> {
    if label.chars().count() > 64 || label.contains('\0') {
        return Err(CliError::said("a label has at most 64 characters"));
    }
    let mut entropy = [0; ENTROPY_BYTES];
    SystemEntropy.fill(&mut entropy);
    let key = ApiKey::new(style, &entropy);
    let new = NewKey {
        id: KeyId::new(now(), bits()),
        account,
        hash: key.hash(),
        hint: key.hint(),
        style,
        label: label.to_owned(),
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
        let state = if key.revoked.is_some() { "revoked" } else { "active" };
        say(&format!("{}  {}  {state}  {}", key.id, key.hint, key.label));
    }
    Ok(())
}

async fn revoke(store: &Store, text: &str) -> Result<ExitCode, CliError> {
    let id = match ApiKey::parse(text) {
        Some(key) => store.key_by_hash(key.hash()).await?.map(|key| key.id),
        None => KeyId::parse(text),
    };
    let revoked = match id {
        Some(id) => store.revoke_key(id, now()).await?,
        None => false,
    };
    if revoked {
        say("revoked");
        return Ok(ExitCode::SUCCESS);
    }
    complain("error: there is no such key, or it was revoked before");
    Ok(ExitCode::FAILURE)
}
