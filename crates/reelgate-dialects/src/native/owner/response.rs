//! Answers about the account itself.

use super::super::KEY_PREFIX;
use crate::time::iso;
use reelgate_core::key::ApiKey;
use reelgate_core::ledger::Funds;
use reelgate_core::{Credits, KeyView, ModelId};
use serde::Serialize;

/// A key in lists.
#[derive(Serialize)]
pub(super) struct KeyBody<'a> {
    id: String,
    hint: &'a str,
    style: &'static str,
    label: &'a str,
    test: bool,
    credits_per_day: Option<String>,
    models: Vec<&'a str>,
    seconds_max: Option<u32>,
    resolution_max: Option<&'static str>,
    networks: Vec<String>,
    requests_per_minute: Option<u32>,
    manages_keys: bool,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    last_used_at: Option<String>,
}

/// A key that was just made.
#[derive(Serialize)]
pub(super) struct Made<'a> {
    /// The only time that it is shown.
    key: &'a str,
    #[serde(flatten)]
    body: KeyBody<'a>,
}

#[derive(Serialize)]
pub(super) struct FundsBody {
    balance: String,
    held: String,
    available: String,
}

#[derive(Serialize)]
pub(super) struct Redeemed {
    credits: String,
    #[serde(flatten)]
    funds: FundsBody,
}

impl<'a> KeyBody<'a> {
    pub(super) fn of(key: &'a KeyView) -> Self {
        let guard = &key.guard;
        Self {
            id: format!("{KEY_PREFIX}{}", key.id),
            hint: &key.hint,
            style: key.style.name(),
            label: &key.label,
            test: key.style.is_test(),
            credits_per_day: guard.credits_per_day.map(|credits| credits.to_string()),
            models: guard.models.iter().map(ModelId::as_str).collect(),
            seconds_max: guard.seconds_max,
            resolution_max: guard.resolution_max.map(|resolution| resolution.name()),
            networks: guard.networks.iter().map(ToString::to_string).collect(),
            requests_per_minute: guard.requests_per_minute,
            manages_keys: guard.manages,
            created_at: iso(key.created),
            expires_at: key.expires.map(iso),
            revoked_at: key.revoked.map(iso),
            last_used_at: key.last_used.map(iso),
        }
    }
}

impl<'a> Made<'a> {
    pub(super) fn of(key: &'a KeyView, secret: &'a ApiKey) -> Self {
        Self { key: secret.reveal(), body: KeyBody::of(key) }
    }
}

impl FundsBody {
    pub(super) fn of(funds: Funds) -> Self {
        Self {
            balance: funds.balance.to_string(),
            held: funds.held.to_string(),
            available: funds.available().to_string(),
        }
    }
}

impl Redeemed {
    pub(super) fn of(credits: Credits, funds: Funds) -> Self {
        Self { credits: credits.to_string(), funds: FundsBody::of(funds) }
    }
}
