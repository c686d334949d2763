//! What was sent to an endpoint, or to the address of an order, for its owner: deliveries, their
//! attempts, and once more.

use crate::Store;
use crate::db::{Row, Tx, values};
use crate::endpoints;
use crate::error::StoreError;
use crate::outbox::{self, message, message_columns};
use crate::rows::Reader;
use reelgate_core::endpoint::{self, Listener, PAGE_MAX};
use reelgate_core::error::Kind;
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use reelgate_core::webhook::{Attempt, DeliveryState, EventKind, Message, Record, TRIES_MAX};
use reelgate_core::{AccountId, DeliveryId, EndpointId, Error, Timestamp};

/// The columns of a record, in the order in which [`record`] reads them.
macro_rules! record_columns {
    () => {
        concat!(message_columns!(), ", state, next_at, settled, token, last_status")
    };
}

/// Larger than every id's text.
const AFTER_ALL: &str = "~";

const LIST: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM deliveries WHERE endpoint = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
);
const ONE: &str =
    concat!("SELECT ", record_columns!(), " FROM deliveries WHERE id = $1 AND endpoint = $2");
/// The same of what was sent to the address that came with an order.
const LIST_OF_ORDER: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM deliveries WHERE job = $1 AND endpoint IS NULL AND id < $2 ORDER BY id DESC LIMIT $3"
);
const ONE_OF_ORDER: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM deliveries WHERE id = $1 AND job = $2 AND endpoint IS NULL"
);
const ATTEMPTS: &str = "SELECT number, at, took_ms, status, error FROM delivery_attempts \
    WHERE delivery = $1 ORDER BY number LIMIT $2";
const REPLAY: &str = "UPDATE deliveries SET state = 'pending', settled = NULL, next_at = $1, \
    attempt = $2 WHERE id = $3 AND state <> 'pending' AND token = $4";

impl Store {
    /// A page of what was sent to a listener, newest first, those before `before` where it is
    /// given; up to `limit` and never more than [`PAGE_MAX`]. Whether there are more comes along.
    ///
    /// # Errors
    /// Refused with `NotFound` for an endpoint or a job that is not this account's.
    pub async fn deliveries(
        &self,
        account: AccountId,
        to: Listener,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Result<(Vec<Record>, bool), StoreError> {
        self.must_own(account, to).await?;
        let (list, _) = statements(to);
        let before = before.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
        let limit = limit.clamp(1, PAGE_MAX);
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    // One more than asked for: that is how the end is known.
                    let max = i64::try_from(limit).unwrap_or(0).saturating_add(1);
                    let rows = tx.query(list, &values![name(to), before, max]).await?;
                    let found = rows.into_iter().map(record).collect::<Result<Vec<_>, _>>();
                    let mut found = found?;
                    let more = found.len() > limit;
                    found.truncate(limit);
                    Ok((found, more))
                })
            })
            .await
    }

    /// Something that was sent to a listener of this account, and its attempts, oldest first.
    ///
    /// # Errors
    /// Refused with `NotFound`.
    pub async fn delivery(
        &self,
        account: AccountId,
        to: Listener,
        id: DeliveryId,
    ) -> Result<(Record, Vec<Attempt>), StoreError> {
        self.must_own(account, to).await?;
        let (_, one) = statements(to);
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let row = tx.first(one, &values![id, name(to)]).await?;
                    let found = record(row.ok_or_else(endpoint::delivery_not_found)?)?;
                    let rows = tx.query(ATTEMPTS, &values![id, TRIES_MAX]).await?;
                    let attempts = rows.into_iter().map(attempt).collect::<Result<_, _>>()?;
                    Ok((found, attempts))
                })
            })
            .await
    }

    /// Sends a delivery that has arrived or was given up once more, under its old name.
    ///
    /// # Errors
    /// Refused with `NotFound`; with `Conflict` while it is still being tried, when it was tried
    /// [`TRIES_MAX`] times, and when its endpoint is switched off.
    pub async fn replay_delivery(
        &self,
        account: AccountId,
        to: Listener,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Record, StoreError> {
        self.must_own(account, to).await?;
        self.db.write(move |tx| Box::pin(replay(tx, account, to, id, now))).await
    }

    async fn must_own(&self, account: AccountId, to: Listener) -> Result<(), StoreError> {
        let (owns, refusal) = match to {
            Listener::Endpoint(id) => {
                (self.endpoint_of(account, id).await?.is_some(), endpoint::not_found())
            }
            Listener::Order(id) => {
                (self.job_of(account, id).await?.is_some(), Error::job_not_found())
            }
        };
        if owns { Ok(()) } else { Err(refusal.into()) }
    }

    /// Sends an endpoint a message that tells of nothing.
    ///
    /// # Errors
    /// Refused with `NotFound`, and with `Conflict` when the endpoint is switched off. Busy also
    /// when the id is taken: a new one will do.
    pub async fn test_endpoint(
        &self,
        account: AccountId,
        endpoint: EndpointId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Record, StoreError> {
        self.db.write(move |tx| Box::pin(test(tx, account, endpoint, id, now))).await
    }
}

/// The statements about what was sent to a listener: a page of it, and one.
const fn statements(to: Listener) -> (&'static str, &'static str) {
    match to {
        Listener::Endpoint(_) => (LIST, ONE),
        Listener::Order(_) => (LIST_OF_ORDER, ONE_OF_ORDER),
    }
}

/// What those statements know the listener by.
fn name(to: Listener) -> String {
    match to {
        Listener::Endpoint(id) => id.to_string(),
        Listener::Order(id) => id.to_string(),
    }
}

async fn replay(
    tx: &mut Tx,
    account: AccountId,
    to: Listener,
    id: DeliveryId,
    now: Timestamp,
) -> Result<Record, StoreError> {
    // The delivery first, as those do who settle one.
    let (_, one) = statements(to);
    let row = tx.first_locked(one, &values![id, name(to)]).await?;
    if let Listener::Endpoint(endpoint) = to {
        endpoints::lock(tx, account, endpoint).await?.must_be_on()?;
    }
    let found = record(row.ok_or_else(endpoint::delivery_not_found)?)?;
    if matches!(found.state, DeliveryState::Pending { .. }) {
        let message = "the delivery is still being tried";
        return Err(Error::new(Kind::Conflict, message).into());
    }
    if found.tries >= TRIES_MAX {
        let message = format!("the delivery was tried {TRIES_MAX} times, which is all it may be");
        return Err(Error::new(Kind::Conflict, message).into());
    }
    // One attempt: it counts as the last that there is.
    let spent = WEBHOOK_ATTEMPTS_MAX.saturating_sub(1);
    if tx.execute(REPLAY, &values![now, spent, id, found.tries]).await? != 1 {
        return Err(StoreError::Busy);
    }
    Ok(Record { state: DeliveryState::Pending { next: now }, ..found })
}

async fn test(
    tx: &mut Tx,
    account: AccountId,
    endpoint: EndpointId,
    id: DeliveryId,
    now: Timestamp,
) -> Result<Record, StoreError> {
    let endpoint = endpoints::lock(tx, account, endpoint).await?;
    endpoint.must_be_on()?;
    let message = Message {
        id,
        endpoint: Some(endpoint.id),
        job: None,
        kind: EventKind::Test,
        lease: 0,
        attempt: 0,
        at: now,
    };
    outbox::insert(tx, &[(&message, &endpoint.url)]).await?;
    let state = DeliveryState::Pending { next: now };
    Ok(Record { message, state, tries: 0, last_status: None })
}

fn record(row: Row) -> Result<Record, StoreError> {
    let mut r = Reader::new("deliveries", row);
    let message = message(&mut r)?;
    let state = r.text("state")?;
    let (next, settled) = (r.time("next_at")?, r.maybe_time("settled")?);
    let state = match (state.as_str(), settled) {
        ("pending", None) => DeliveryState::Pending { next },
        ("delivered", Some(settled)) => DeliveryState::Delivered { settled },
        ("dead", Some(settled)) => DeliveryState::Dead { settled },
        _ => return Err(r.corrupt("state", format!("it reads {state:?}"))),
    };
    let tries = r.number("token")?;
    Ok(Record { message, state, tries, last_status: status(&mut r)? })
}

fn attempt(row: Row) -> Result<Attempt, StoreError> {
    let mut r = Reader::new("delivery_attempts", row);
    Ok(Attempt {
        number: r.number("number")?,
        at: r.time("at")?,
        took_ms: r.int("took_ms")?,
        status: status(&mut r)?,
        error: r.maybe_text("error")?,
    })
}

fn status(r: &mut Reader) -> Result<Option<u16>, StoreError> {
    let status = r.maybe_int("status")?;
    status.map(|code| u16::try_from(code).map_err(|error| r.corrupt("status", error))).transpose()
}
