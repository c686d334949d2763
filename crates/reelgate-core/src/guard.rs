//! Guard rails: what a key may do, whatever its account could pay for.
//!
//! A key in the hands of an agent or of a partner should not be able to spend everything. Each rail
//! is checked before any credit is held; the daily cap again in the transaction that holds it.

use crate::credits::Credits;
use crate::error::{Error, Field, Kind};
use crate::model::ModelId;
use crate::network::Network;
use crate::order::Order;
use crate::size::Resolution;
use crate::time::Timestamp;
use std::net::IpAddr;

/// Most models that a key's list may name.
pub const MODELS_MAX: usize = 50;
/// Most networks that a key's list may name.
pub const NETWORKS_MAX: usize = 50;
/// Most characters of a key's label.
pub const LABEL_CHARS_MAX: usize = 64;
/// Longest time until a key expires, in seconds: ten years.
pub const EXPIRES_S_MAX: i64 = 10 * 366 * 86_400;

const DAY_MS: i64 = 86_400_000;

/// The rails of one key; the default has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// What its orders of one day (UTC) may cost; what was given back does not count.
    pub credits_per_day: Option<Credits>,
    /// Models it may order; empty for all.
    pub models: Vec<ModelId>,
    /// Longest clip it may order, in seconds.
    pub seconds_max: Option<u32>,
    /// Largest resolution it may order.
    pub resolution_max: Option<Resolution>,
    /// Networks it may be used from; empty for all.
    pub networks: Vec<Network>,
    /// Requests it may make in a minute, over all APIs together and besides its account's limits.
    pub requests_per_minute: Option<u32>,
    /// Whether it may list, make, change and revoke the keys of its account.
    pub manages: bool,
}

/// A day's limit for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyCap {
    /// What the day's orders may cost.
    pub credits: Credits,
    /// Which day: days since 1970, in UTC.
    pub day: i64,
}

impl Guard {
    /// Refuses an order that this key may not make.
    ///
    /// # Errors
    /// `Forbidden` with the first field that is beyond a rail: model, duration, resolution.
    pub fn check(&self, order: &Order) -> Result<(), Error> {
        let refuse =
            |field, message| Err(Error { kind: Kind::Forbidden, field: Some(field), message });
        if !self.models.is_empty() && !self.models.contains(&order.model) {
            let names = self.models.iter().map(ModelId::as_str).collect::<Vec<_>>().join(", ");
            return refuse(Field::Model, format!("must be one of {names} for this API key"));
        }
        match self.seconds_max {
            Some(max) if order.duration_s > max => {
                let message = format!(
                    "must be at most {max} seconds for this API key, got {}",
                    order.duration_s
                );
                return refuse(Field::Duration, message);
            }
            _ => {}
        }
        match self.resolution_max {
            Some(max) if order.resolution > max => {
                let message =
                    format!("must be at most {max} for this API key, got {}", order.resolution);
                refuse(Field::Resolution, message)
            }
            _ => Ok(()),
        }
    }

    /// Refuses a caller from a network that is not on the list; `None` is a caller whose address is
    /// not known.
    ///
    /// # Errors
    /// `Forbidden`; it does not tell which networks would do.
    pub fn check_address(&self, address: Option<IpAddr>) -> Result<(), Error> {
        let listed = |address| self.networks.iter().any(|network| network.contains(address));
        if self.networks.is_empty() || address.is_some_and(listed) {
            return Ok(());
        }
        let message = "This API key may not be used from this network address";
        Err(Error::new(Kind::Forbidden, message))
    }

    /// The limit that an order at `now` falls under.
    #[must_use]
    pub fn daily_cap(&self, now: Timestamp) -> Option<DailyCap> {
        self.credits_per_day.map(|credits| DailyCap { credits, day: day(now) })
    }
}

impl DailyCap {
    /// Refuses a price that would bring what the key has `spent` on this day over the limit.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn check(&self, spent: Credits, price: Credits) -> Result<(), Error> {
        match spent.checked_add(price) {
            Some(sum) if sum <= self.credits => Ok(()),
            _ => {
                let cap = self.credits;
                let message = format!(
                    "This API key may spend {cap} credits a day (UTC): {spent} are spent, \
                     this needs {price}"
                );
                Err(Error::new(Kind::Forbidden, message))
            }
        }
    }
}

/// The day of a moment: days since 1970, in UTC.
#[must_use]
pub const fn day(now: Timestamp) -> i64 {
    now.ms().div_euclid(DAY_MS)
}

/// When a day begins.
#[must_use]
pub const fn day_start(day: i64) -> Timestamp {
    Timestamp::from_ms(day.saturating_mul(DAY_MS))
}
