//! Messages to whoever listens: staged in the commit that ends a job, sent by whoever claims them.

use crate::Store;
use crate::db::{Row, Tx, Value, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use reelgate_core::webhook::{Delivery, EventKind};
use reelgate_core::{DeliveryId, Job, JobId, Timestamp};

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
}

const STAGE: &str = "INSERT INTO deliveries \
    (id, job, kind, url, state, attempt, token, next_at, created) \
    VALUES ($1, $2, $3, $4, 'pending', 0, 0, $5, $6) ON CONFLICT (id) DO NOTHING";
const DUE: &str = "SELECT id, job, kind, url, attempt, token FROM deliveries \
    WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at LIMIT $2";
const TAKE: &str = "UPDATE deliveries SET attempt = $1, token = $2, next_at = $3 \
    WHERE id = $4 AND state = 'pending' AND token = $5";
const BURY: &str = "UPDATE deliveries SET state = 'dead', settled = $1 \
    WHERE id = $2 AND state = 'pending' AND token = $3";
const SETTLE: &str = "UPDATE deliveries SET state = $1, settled = $2, last_status = $3 \
    WHERE id = $4 AND state = 'pending' AND token = $5";
const AGAIN: &str = "UPDATE deliveries SET next_at = $1, last_status = $2 \
    WHERE id = $3 AND state = 'pending' AND token = $4";

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

    /// Notes how an attempt ended; false when it was not this token's to settle any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_delivery(
        &self,
        id: DeliveryId,
        token: u64,
        result: Settled,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db.write(move |tx| Box::pin(settle(tx, id, token, result, now))).await
    }
}

/// Stages a job's last message, where somebody wants to hear of it.
pub(crate) async fn stage(
    tx: &mut Tx,
    id: DeliveryId,
    job: &Job,
    kind: EventKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(url) = job.order.callback_url.as_deref().filter(|_| kind.is_final()) else {
        return Ok(());
    };
    let row = values![id, job.id, kind.name(), url, now, now];
    if tx.execute(STAGE, &row).await? == 1 { Ok(()) } else { Err(StoreError::Busy) }
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
        let before = delivery.token;
        if delivery.attempt >= WEBHOOK_ATTEMPTS_MAX {
            burials.push(Vec::from(values![now, delivery.id, before]));
            continue;
        }
        delivery.attempt += 1;
        delivery.token += 1;
        let until = now.plus_ms(lease_ms);
        let (attempt, token) = (delivery.attempt, delivery.token);
        takes.push(Vec::from(values![attempt, token, until, delivery.id, before]));
        taken.push(delivery);
    }
    let mut changed = tx.execute_each(BURY, &burials).await?;
    changed.extend(tx.execute_each(TAKE, &takes).await?);
    if changed.iter().any(|rows| *rows != 1) {
        return Err(StoreError::Busy);
    }
    Ok(taken)
}

async fn settle(
    tx: &mut Tx,
    id: DeliveryId,
    token: u64,
    result: Settled,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let code = |status: Option<u16>| -> Value<'_> { status.map(u32::from).into() };
    let changed = match result {
        Settled::Delivered { status } => {
            let values = values!["delivered", now, code(Some(status)), id, token];
            tx.execute(SETTLE, &values).await?
        }
        Settled::Dead { status } => {
            tx.execute(SETTLE, &values!["dead", now, code(status), id, token]).await?
        }
        Settled::Retry { at, status } => {
            tx.execute(AGAIN, &values![at, code(status), id, token]).await?
        }
    };
    Ok(changed == 1)
}

fn delivery(row: Row) -> Result<Delivery, StoreError> {
    let mut r = Reader::new("deliveries", row);
    Ok(Delivery {
        id: r.parsed("id", DeliveryId::parse)?,
        job: r.parsed("job", JobId::parse)?,
        kind: r.parsed("kind", EventKind::parse)?,
        url: r.text("url")?,
        attempt: r.number("attempt")?,
        token: r.number("token")?,
    })
}
