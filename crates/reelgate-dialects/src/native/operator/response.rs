//! Answers to operators.

use super::super::people::response::Done;
use super::super::people::{ACCOUNT_PREFIX, USER_PREFIX};
use super::super::response::ModelBody;
use crate::ids;
use crate::time::iso;
use crate::wire::WireResponse;
use http::StatusCode;
use reelgate_core::operator::{
    AccountRow, EngineRow, Finding, Happening, JobRow, Overview as Facts, UserRow,
};
use reelgate_core::{AccountId, Model, State, Timestamp};
use serde::Serialize;

pub(super) use super::super::lists::Part;

/// Answers that are made elsewhere.
pub(super) struct Rendered;

impl Rendered {
    pub(super) fn done() -> WireResponse {
        WireResponse::json(StatusCode::OK, &Done::YES)
    }
}

#[derive(Serialize)]
pub(super) struct Overview<'a> {
    version: &'static str,
    uptime_s: i64,
    database: &'static str,
    storage: Storage,
    queue: Queue,
    last_24h: Ended,
    engines: Vec<Engine<'a>>,
}

#[derive(Serialize)]
struct Storage {
    kind: &'static str,
    used_bytes: Option<u64>,
    free_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Queue {
    waiting: u64,
    running: u64,
    oldest_wait_ms: Option<i64>,
}

#[derive(Serialize)]
struct Ended {
    succeeded: u64,
    failed: u64,
    cancelled: u64,
    by_failure: Vec<Failures>,
}

#[derive(Serialize)]
struct Failures {
    kind: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct Engine<'a> {
    name: &'a str,
    state: &'static str,
    running: u64,
    slots: u64,
    detail: &'a str,
}

impl<'a> Overview<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let ended = &facts.ended;
        let failures = |(class, count): &(reelgate_core::FailureClass, u64)| Failures {
            kind: class.name(),
            count: *count,
        };
        Self {
            version: facts.version,
            uptime_s: facts.uptime_ms / 1000,
            database: facts.database,
            storage: Storage {
                kind: facts.storage,
                used_bytes: facts.used_bytes,
                free_bytes: facts.free_bytes,
            },
            queue: Queue {
                waiting: facts.waiting,
                running: facts.running,
                oldest_wait_ms: facts.oldest_wait_ms,
            },
            last_24h: Ended {
                succeeded: ended.succeeded,
                failed: ended.failed,
                cancelled: ended.cancelled,
                by_failure: ended.by_failure.iter().map(failures).collect(),
            },
            engines: facts.engines.iter().map(engine).collect(),
        }
    }
}

fn engine(row: &EngineRow) -> Engine<'_> {
    let EngineRow { name, state, running, slots, detail } = row;
    Engine { name, state, running: *running, slots: *slots, detail }
}

#[derive(Serialize)]
pub(super) struct Account<'a> {
    id: String,
    name: &'a str,
    kind: &'static str,
    balance: String,
    held: String,
    available: String,
    priority_max: &'static str,
    owner: Option<&'a str>,
    created_at: String,
}

impl<'a> Account<'a> {
    pub(super) fn of(row: &'a AccountRow) -> Self {
        Self {
            id: account_id(row.id),
            name: &row.name,
            kind: row.kind.name(),
            balance: row.funds.balance.to_string(),
            held: row.funds.held.to_string(),
            available: row.funds.available().to_string(),
            priority_max: row.priority_max.name(),
            owner: row.owner.as_deref(),
            created_at: iso(row.created),
        }
    }
}

pub(super) fn account_id(id: AccountId) -> String {
    format!("{ACCOUNT_PREFIX}{id}")
}

#[derive(Serialize)]
pub(super) struct User<'a> {
    id: String,
    name: &'a str,
    role: &'static str,
    account: String,
    has_password: bool,
    disabled: bool,
    disabled_at: Option<String>,
    created_at: String,
}

impl<'a> User<'a> {
    pub(super) fn of(row: &'a UserRow) -> Self {
        Self {
            id: format!("{USER_PREFIX}{}", row.id),
            name: &row.name,
            role: row.role.name(),
            account: account_id(row.account),
            has_password: row.has_password,
            disabled: row.disabled.is_some(),
            disabled_at: row.disabled.map(iso),
            created_at: iso(row.created),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Link<'a> {
    url: &'a str,
    expires: String,
}

impl<'a> Link<'a> {
    pub(super) fn of(url: &'a str, expires: Timestamp) -> Self {
        Self { url, expires: iso(expires) }
    }
}

#[derive(Serialize)]
pub(super) struct Job<'a> {
    id: String,
    account: String,
    account_name: &'a str,
    dialect: &'a str,
    model: &'a str,
    state: &'static str,
    failure: Option<&'static str>,
    message: Option<&'a str>,
    price: String,
    attempt: u32,
    created_at: String,
    updated_at: String,
    finished_at: Option<String>,
}

impl<'a> Job<'a> {
    pub(super) fn of(row: &'a JobRow) -> Self {
        let job = &row.job;
        let failure = match &job.state {
            State::Failed { failure, .. } => Some(failure),
            _ => None,
        };
        Self {
            id: ids::show_native(job.id),
            account: account_id(job.account),
            account_name: &row.account_name,
            dialect: &job.dialect,
            model: job.order.model.as_str(),
            state: job.state.name().text(),
            failure: failure.map(|failure| failure.class.name()),
            message: failure.map(|failure| failure.message.as_str()),
            price: job.price.credits.to_string(),
            attempt: job.attempt,
            created_at: iso(job.created),
            updated_at: iso(job.updated),
            finished_at: job.state.finished().map(iso),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Timeline<'a> {
    job: Job<'a>,
    events: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    at: String,
    what: &'static str,
    detail: &'a str,
}

impl<'a> Timeline<'a> {
    pub(super) fn of(job: &'a JobRow, told: &'a [Happening]) -> Self {
        let event =
            |one: &'a Happening| Event { at: iso(one.at), what: one.what, detail: &one.detail };
        Self { job: Job::of(job), events: told.iter().map(event).collect() }
    }
}

#[derive(Serialize)]
struct Prices<'a> {
    price_version: &'a str,
    #[serde(flatten)]
    models: Part<ModelBody<'a>>,
}

pub(super) fn prices(version: &str, models: &[Model]) -> WireResponse {
    let body =
        Prices { price_version: version, models: Part::whole(models.iter().map(ModelBody::of)) };
    WireResponse::json(StatusCode::OK, &body)
}

#[derive(Serialize)]
pub(super) struct Audit<'a> {
    clean: bool,
    findings: Vec<FindingBody<'a>>,
}

#[derive(Serialize)]
struct FindingBody<'a> {
    invariant: u8,
    name: &'static str,
    detail: &'a str,
}

impl<'a> Audit<'a> {
    pub(super) fn of(findings: &'a [Finding]) -> Self {
        let body = |one: &'a Finding| FindingBody {
            invariant: one.invariant,
            name: one.name,
            detail: &one.detail,
        };
        Self { clean: findings.is_empty(), findings: findings.iter().map(body).collect() }
    }
}
