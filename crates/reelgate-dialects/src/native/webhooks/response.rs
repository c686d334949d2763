//! Endpoints and deliveries as their owner sees them.

use super::{show_delivery, show_id};
use crate::ids;
use crate::time::iso;
use reelgate_core::endpoint::Standing;
use reelgate_core::webhook::{Attempt, DeliveryState, Record};
use reelgate_core::{Endpoint, EndpointId};
use serde::Serialize;

/// An endpoint.
#[derive(Serialize)]
pub(super) struct EndpointBody<'a> {
    id: String,
    url: &'a str,
    events: Vec<&'static str>,
    format: &'static str,
    description: &'a str,
    enabled: bool,
    disabled_at: Option<String>,
    /// `owner`, or `receiver` when it answered 410.
    disabled_by: Option<&'static str>,
    /// Shown when it is made and when it is rotated, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    /// Until when the secret before signs too.
    previous_secret_expires_at: Option<String>,
    health: HealthBody,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct HealthBody {
    consecutive_failures: u64,
    last_success_at: Option<String>,
    last_failure_at: Option<String>,
}

impl<'a> EndpointBody<'a> {
    pub(super) fn of(endpoint: &'a Endpoint) -> Self {
        let (disabled_at, disabled_by) = match endpoint.standing {
            Standing::On => (None, None),
            Standing::Off { since, by } => (Some(iso(since)), Some(by.name())),
        };
        let previous = endpoint.secrets.previous.as_ref();
        Self {
            id: show_id(endpoint.id),
            url: &endpoint.url,
            events: endpoint.events.iter().map(|kind| kind.name()).collect(),
            format: endpoint.format.name(),
            description: &endpoint.description,
            enabled: endpoint.standing == Standing::On,
            disabled_at,
            disabled_by,
            secret: None,
            previous_secret_expires_at: previous.map(|(_, until)| iso(*until)),
            health: HealthBody {
                consecutive_failures: endpoint.health.failures,
                last_success_at: endpoint.health.last_success.map(iso),
                last_failure_at: endpoint.health.last_failure.map(iso),
            },
            created_at: iso(endpoint.created),
            updated_at: iso(endpoint.updated),
        }
    }

    pub(super) fn with_secret(endpoint: &'a Endpoint) -> Self {
        Self { secret: Some(&endpoint.secrets.current), ..Self::of(endpoint) }
    }
}

/// An endpoint that is no more.
#[derive(Serialize)]
pub(super) struct Deleted {
    id: String,
    deleted: bool,
}

impl Deleted {
    pub(super) fn of(id: EndpointId) -> Self {
        Self { id: show_id(id), deleted: true }
    }
}

/// A delivery; alone also with its attempts and what is sent.
#[derive(Serialize)]
pub(super) struct DeliveryBody<'a> {
    id: String,
    webhook_id: Option<String>,
    r#type: &'static str,
    job_id: Option<String>,
    state: &'static str,
    tries: u64,
    last_status: Option<u16>,
    created_at: String,
    next_try_at: Option<String>,
    settled_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<Vec<AttemptBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct AttemptBody<'a> {
    number: u64,
    at: String,
    took_ms: i64,
    status: Option<u16>,
    error: Option<&'a str>,
}

impl<'a> DeliveryBody<'a> {
    pub(super) fn of(record: &Record) -> Self {
        let (next, settled) = match record.state {
            DeliveryState::Pending { next } => (Some(next), None),
            DeliveryState::Delivered { settled } | DeliveryState::Dead { settled } => {
                (None, Some(settled))
            }
        };
        Self {
            id: show_delivery(record.message.id),
            webhook_id: record.message.endpoint.map(show_id),
            r#type: record.message.kind.name(),
            job_id: record.message.job.map(ids::show_native),
            state: record.state.name(),
            tries: record.tries,
            last_status: record.last_status,
            created_at: iso(record.message.at),
            next_try_at: next.map(iso),
            settled_at: settled.map(iso),
            attempts: None,
            payload: None,
        }
    }

    pub(super) fn whole(record: &Record, attempts: &'a [Attempt], payload: &[u8]) -> Self {
        let attempts = attempts.iter().map(|attempt| AttemptBody {
            number: attempt.number,
            at: iso(attempt.at),
            took_ms: attempt.took_ms,
            status: attempt.status,
            error: attempt.error.as_deref(),
        });
        Self {
            attempts: Some(attempts.collect()),
            payload: serde_json::from_slice(payload).ok(),
            ..Self::of(record)
        }
    }
}
