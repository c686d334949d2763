//! Messages to whoever listens: staged in the commit that changes a job, sent by whoever claims
//! them. An account's endpoints hear of orders, beginnings and ends, the address that came with an
//! order hears of its end.

use crate::Store;
use crate::db::{Row, Tx, Value, values};
use crate::endpoints;
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use reelgate_core::webhook::{Delivery, EventKind, Message, listeners};
use reelgate_core::{DeliveryId, EndpointId, Job, JobId, Timestamp};

/// Most deliveries in one claim.
pub const CLAIM_MAX: usize = 256;

/// How an attempt at a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It arrived.
    Delivered {
        /// The receiver's answer.
        status: u16,
    },
    /// Try again.
    Retry {
        /// Not before this moment.
        at: Timestamp,
        /// The receiver's answer, if there was one.
        status: Option<u16>,
    },
    /// Never again.
    Dead {
        /// The receiver's answer, if there was one.
        status: Option<u16>,
    },
    /// Never again, and nothing else to this endpoint either: the receiver says it is gone.
    Gone {
        /// The receiver's answer.
        status: u16,
    },
    /// It was not sent: nobody listens there any more.
    Dropped,
}

/// What an attempt cost, for the log of attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Why no answer came.
    pub error: Option<String>,
}

impl Tried {
    /// An attempt that was none, and why.
    #[must_use]
    pub fn unsent(why: &str) -> Self {
        Self { took_ms: 0, error: Some(why.to_owned()) }
    }
}

/// The columns of a message, in the order in which [`message`] reads them.
macro_rules! message_columns {
    () => {
        "id, endpoint, job, kind, lease, job_attempt, created"
    };
}
pub(crate) use message_columns;

const STAGE: &str = "INSERT INTO deliveries (id, endpoint, job, kind, lease, job_attempt, url, \
    state, attempt, token, next_at, created) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', 0, 0, $8, $8) ON CONFLICT (id) DO NOTHING";
const DUE: &str = concat!(
    "SELECT ",
    message_columns!(),
    ", url, attempt, token FROM deliveries \
     WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at LIMIT $2"
);
const TAKE: &str = "UPDATE deliveries SET attempt = $1, token = $2, next_at = $3 \
    WHERE id = $4 AND state = 'pending' AND token = $5";
const BURY: &str = "UPDATE deliveries SET state = 'dead', settled = $1 \
    WHERE id = $2 AND state = 'pending' AND token = $3";
const SETTLE: &str = "UPDATE deliveries SET state = $1, settled = $2, last_status = $3 \
    WHERE id = $4 AND state = 'pending' AND token = $5";
const AGAIN: &str = "UPDATE deliveries SET next_at = $1, last_status = $2 \
    WHERE id = $3 AND state = 'pending' AND token = $4";
const MINE: &str = "SELECT id FROM deliveries WHERE id = $1 AND state = 'pending' AND token = $2";
/// The token may come again: who had it has neither sent anything nor will.
const DEFER: &str = "UPDATE deliveries SET attempt = attempt - 1, token = token - 1, \
    next_at = $1 WHERE id = $2 AND state = 'pending' AND token = $3";
const NOTE: &str = "INSERT INTO delivery_attempts (delivery, number, at, took_ms, status, error) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (delivery, number) DO NOTHING";
const WENT_WELL: &str =
    "UPDATE webhook_endpoints SET failures = 0, last_success = $1 WHERE id = $2";
const WENT_WRONG: &str =
    "UPDATE webhook_endpoints SET failures = failures + 1, last_failure = $1 WHERE id = $2";
const SWITCH_OFF: &str = "UPDATE webhook_endpoints SET disabled = $1, disabled_by = 'receiver', \
    updated = $1 WHERE id = $2 AND disabled IS NULL";

impl Store {
    /// Takes up to `max` deliveries (at most [`CLAIM_MAX`]) that are due; each comes back to the
    /// line by itself after `lease_ms`. One whose attempts are spent is buried instead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_ms: i64,
        max: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max))).await
    }

    /// Puts claimed deliveries back into line until `at`, as if they had not been claimed; those
    /// that were lost meanwhile stay as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn defer_deliveries(
        &self,
        claimed: Vec<Delivery>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(defer(tx, claimed, at))).await
    }

    /// Notes how an attempt ended, in the log of attempts and in the health of its endpoint too;
    /// false when it was not this token's to settle any more, and then nothing is noted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_delivery(
        &self,
        delivery: &Delivery,
        result: Settled,
        tried: Tried,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, endpoint) = (delivery.message.id, delivery.message.endpoint);
        let token = delivery.token;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if !note(tx, id, token, result, tried, now).await? {
                        return Ok(false);
                    }
                    settle(tx, id, token, result, now).await?;
                    if let Some(endpoint) = endpoint {
                        judge(tx, endpoint, result, now).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }
}

/// Stages what is to be told of a job that is as `kind` says: to its own address, an end always and
/// anything else where it asked for that, under the name `callback` if there is one; and to the
/// endpoints of its account, where it has any that are on.
pub(crate) async fn stage(
    tx: &mut Tx,
    callback: Option<DeliveryId>,
    job: &Job,
    kind: EventKind,
    has_endpoints: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let url = match kind.is_final() {
        true => job.order.callback_url.as_deref(),
        false => job.order.followed_at(),
    };
    let on = if has_endpoints { endpoints::switched_on(tx, job.account).await? } else { vec![] };
    let mut messages: Vec<(Message, &str)> = listeners(&on, kind)
        .map(|endpoint| (Message::of_job(job, kind, endpoint.id, now), endpoint.url.as_str()))
        .collect();
    messages.extend(url.map(|url| (Message::of_order(job, kind, callback, now), url)));
    let messages: Vec<_> = messages.iter().map(|(message, url)| (message, *url)).collect();
    insert(tx, &messages).await
}

/// As [`stage`] for an order that was just accepted, where anybody wants to hear of that.
pub(crate) async fn stage_order(
    tx: &mut Tx,
    job: &Job,
    has_endpoints: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !has_endpoints && job.order.followed_at().is_none() {
        return Ok(());
    }
    stage(tx, None, job, EventKind::Queued, has_endpoints, now).await
}

/// Puts messages in line, due at once.
pub(crate) async fn insert<U: AsRef<str>>(
    tx: &mut Tx,
    messages: &[(&Message, U)],
) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows = messages.iter().map(|(m, url)| {
        let kind = m.kind.name();
        Vec::from(values![m.id, m.endpoint, m.job, kind, m.lease, m.attempt, url.as_ref(), m.at])
    });
    let rows: Vec<Vec<Value<'_>>> = rows.collect();
    let staged = tx.execute_each(STAGE, &rows).await?;
    if staged.iter().all(|rows| *rows == 1) { Ok(()) } else { Err(StoreError::Busy) }
}

async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    lease_ms: i64,
    max: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let limit = i64::try_from(max.min(CLAIM_MAX)).unwrap_or(0);
    let due = tx.query_unlocked(DUE, &values![now, limit]).await?;
    let (mut taken, mut takes, mut burials) = (Vec::new(), Vec::new(), Vec::new());
    for row in due {
        let mut delivery = delivery(row)?;
        let (id, before) = (delivery.message.id, delivery.token);
        if delivery.attempt >= WEBHOOK_ATTEMPTS_MAX {
            burials.push(Vec::from(values![now, id, before]));
            continue;
        }
        delivery.attempt += 1;
        delivery.token += 1;
        let until = now.plus_ms(lease_ms);
        let (attempt, token) = (delivery.attempt, delivery.token);
        takes.push(Vec::from(values![attempt, token, until, id, before]));
        taken.push(delivery);
    }
    let mut changed = tx.execute_each(BURY, &burials).await?;
    changed.extend(tx.execute_each(TAKE, &takes).await?);
    if changed.iter().any(|rows| *rows != 1) {
        return Err(StoreError::Busy);
    }
    Ok(taken)
}

async fn defer(tx: &mut Tx, mut claimed: Vec<Delivery>, at: Timestamp) -> Result<(), StoreError> {
    // In the order of ids, so that no two of these wait for each other in a circle.
    claimed.sort_unstable_by_key(|delivery| delivery.message.id);
    let sets = claimed.iter().map(|one| Vec::from(values![at, one.message.id, one.token]));
    let sets: Vec<Vec<Value<'_>>> = sets.collect();
    tx.execute_each(DEFER, &sets).await.map(drop)
}

async fn settle(
    tx: &mut Tx,
    id: DeliveryId,
    token: u64,
    result: Settled,
    now: Timestamp,
) -> Result<(), StoreError> {
    let status = Value::from(status_of(result).map(u32::from));
    let changed = match result {
        Settled::Delivered { .. } => {
            tx.execute(SETTLE, &values!["delivered", now, status, id, token]).await?
        }
        Settled::Dead { .. } | Settled::Gone { .. } | Settled::Dropped => {
            tx.execute(SETTLE, &values!["dead", now, status, id, token]).await?
        }
        Settled::Retry { at, .. } => tx.execute(AGAIN, &values![at, status, id, token]).await?,
    };
    if changed == 1 { Ok(()) } else { Err(StoreError::Busy) }
}

/// Adds an attempt to its delivery's log; false when it was lost meanwhile, or is there already: a
/// delivery that is to be tried again keeps its token until it is.
async fn note(
    tx: &mut Tx,
    id: DeliveryId,
    token: u64,
    result: Settled,
    tried: Tried,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if tx.first_locked(MINE, &values![id, token]).await?.is_none() {
        return Ok(false);
    }
    let status = status_of(result).map(u32::from);
    let row = values![id, token, now, tried.took_ms, status, tried.error];
    Ok(tx.execute(NOTE, &row).await? == 1)
}

/// Writes down what an attempt says about its endpoint.
async fn judge(
    tx: &mut Tx,
    endpoint: EndpointId,
    result: Settled,
    now: Timestamp,
) -> Result<(), StoreError> {
    match result {
        Settled::Delivered { .. } => tx.execute(WENT_WELL, &values![now, endpoint]).await?,
        Settled::Retry { .. } | Settled::Dead { .. } => {
            tx.execute(WENT_WRONG, &values![now, endpoint]).await?
        }
        Settled::Gone { .. } => {
            tx.execute(WENT_WRONG, &values![now, endpoint]).await?;
            tx.execute(SWITCH_OFF, &values![now, endpoint]).await?
        }
        Settled::Dropped => 0,
    };
    Ok(())
}

const fn status_of(result: Settled) -> Option<u16> {
    match result {
        Settled::Delivered { status } | Settled::Gone { status } => Some(status),
        Settled::Retry { status, .. } | Settled::Dead { status } => status,
        Settled::Dropped => None,
    }
}

/// Reads what [`message_columns`] names.
pub(crate) fn message(r: &mut Reader) -> Result<Message, StoreError> {
    let id = r.parsed("id", DeliveryId::parse)?;
    let endpoint = r.maybe_parsed("endpoint", EndpointId::parse)?;
    let job = r.maybe_parsed("job", JobId::parse)?;
    Ok(Message {
        id,
        endpoint,
        job,
        kind: r.parsed("kind", EventKind::parse)?,
        lease: r.number("lease")?,
        attempt: r.number("job_attempt")?,
        at: r.time("created")?,
    })
}

fn delivery(row: Row) -> Result<Delivery, StoreError> {
    let mut r = Reader::new("deliveries", row);
    Ok(Delivery {
        message: message(&mut r)?,
        url: r.text("url")?,
        attempt: r.number("attempt")?,
        token: r.number("token")?,
    })
}
