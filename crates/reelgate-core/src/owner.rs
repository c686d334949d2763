//! What an account's owner can ask about it: keys, money and redeem codes.

use crate::credits::Credits;
use crate::error::{Error, Field};
use crate::guard::{EXPIRES_S_MAX, Guard, LABEL_CHARS_MAX, MODELS_MAX, NETWORKS_MAX};
use crate::id::KeyId;
use crate::key::{ApiKey, KeyStyle};
use crate::ledger::Funds;
use crate::model::ModelId;
use crate::network::Network;
use crate::size::Resolution;
use crate::time::Timestamp;

/// A request about the account itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerCall {
    /// List the keys.
    Keys,
    /// Make a key.
    CreateKey {
        /// Its look.
        style: KeyStyle,
        /// What it is called and what it may do.
        change: Box<KeyChange>,
    },
    /// Change what a key is called or may do.
    UpdateKey {
        /// Which.
        id: KeyId,
        /// To what.
        change: Box<KeyChange>,
    },
    /// Make a key useless for good.
    RevokeKey(KeyId),
    /// Turn a redeem code into credits.
    Redeem(String),
}

/// An answer about the account itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerReply {
    /// The keys.
    Keys(Vec<KeyView>),
    /// A key.
    Key(Box<KeyView>),
    /// A key that was just made; the only moment at which it is shown.
    Made(Box<KeyView>, ApiKey),
    /// A code was redeemed.
    Redeemed {
        /// What it brought.
        credits: Credits,
        /// What the account has now.
        funds: Funds,
    },
}

/// A key as its owner sees it in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// Its name.
    pub id: KeyId,
    /// What may be shown of it.
    pub hint: String,
    /// Its look.
    pub style: KeyStyle,
    /// The owner's word for it.
    pub label: String,
    /// What it may do.
    pub guard: Guard,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it opens nothing.
    pub expires: Option<Timestamp>,
    /// Since when it opens nothing any more.
    pub revoked: Option<Timestamp>,
    /// When it was last used, to within a minute.
    pub last_used: Option<Timestamp>,
}

/// A key's new settings. `None` leaves one as it is, `Some(None)` lifts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// The owner's word for it.
    pub label: Option<String>,
    /// Seconds from now until it expires.
    pub expires_in_s: Option<Option<i64>>,
    /// See [`Guard::credits_per_day`].
    pub credits_per_day: Option<Option<Credits>>,
    /// See [`Guard::models`]; an empty list lifts it.
    pub models: Option<Vec<ModelId>>,
    /// See [`Guard::seconds_max`].
    pub seconds_max: Option<Option<i64>>,
    /// See [`Guard::resolution_max`].
    pub resolution_max: Option<Option<Resolution>>,
    /// See [`Guard::networks`]; an empty list lifts it.
    pub networks: Option<Vec<Network>>,
    /// See [`Guard::requests_per_minute`].
    pub requests_per_minute: Option<Option<i64>>,
    /// See [`Guard::manages`].
    pub manages: Option<bool>,
}

/// The settings of a key that can change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySettings {
    /// The owner's word for it.
    pub label: String,
    /// From when on it opens nothing.
    pub expires: Option<Timestamp>,
    /// What it may do.
    pub guard: Guard,
}

impl KeyChange {
    /// The settings after this change at `now`.
    ///
    /// # Errors
    /// `Invalid` with the first setting that is out of its range.
    pub fn apply(self, before: KeySettings, now: Timestamp) -> Result<KeySettings, Error> {
        let KeySettings { mut label, mut expires, mut guard } = before;
        if let Some(text) = self.label {
            check_label(&text)?;
            label = text;
        }
        if let Some(seconds) = self.expires_in_s {
            let seconds =
                seconds.map(|s| within("expires_in_s", s, 1, EXPIRES_S_MAX)).transpose()?;
            expires = seconds.map(|s| now.plus_ms(s.saturating_mul(1000)));
        }
        if let Some(cap) = self.credits_per_day {
            guard.credits_per_day = cap;
        }
        if let Some(models) = self.models {
            check_count("models", models.len(), MODELS_MAX)?;
            guard.models = models;
        }
        if let Some(max) = self.seconds_max {
            let max = max.map(|s| within("seconds_max", s, 1, 86_400)).transpose()?;
            guard.seconds_max = max.and_then(|s| u32::try_from(s).ok());
        }
        if let Some(max) = self.resolution_max {
            guard.resolution_max = max;
        }
        if let Some(networks) = self.networks {
            check_count("networks", networks.len(), NETWORKS_MAX)?;
            guard.networks = networks;
        }
        if let Some(rate) = self.requests_per_minute {
            let rate = rate.map(|n| within("requests_per_minute", n, 1, 1_000_000)).transpose()?;
            guard.requests_per_minute = rate.and_then(|n| u32::try_from(n).ok());
        }
        if let Some(manages) = self.manages {
            guard.manages = manages;
        }
        Ok(KeySettings { label, expires, guard })
    }
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}

pub(crate) fn check_label(text: &str) -> Result<(), Error> {
    if text.chars().count() > LABEL_CHARS_MAX || text.chars().any(char::is_control) {
        let message = format!("must be at most {LABEL_CHARS_MAX} characters on one line");
        return Err(Error::invalid(named("label"), message));
    }
    Ok(())
}

fn check_count(name: &str, count: usize, max: usize) -> Result<(), Error> {
    if count > max {
        let message = format!("must have at most {max} entries, got {count}");
        return Err(Error::invalid(named(name), message));
    }
    Ok(())
}

pub(crate) fn within(name: &str, value: i64, min: i64, max: i64) -> Result<i64, Error> {
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid(named(name), format!("must be {min} to {max}, got {value}")))
}
