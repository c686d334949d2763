//! Accounts' webhook endpoints. What is sent to them is in [`crate::outbox`], what was sent in
//! [`crate::deliveries`].

use crate::Store;
use crate::db::{Row, Tx, Value, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::check::Policy;
use reelgate_core::endpoint::{
    self, Change, ENDPOINTS_MAX, Format, Health, OffBy, Secrets, Standing,
};
use reelgate_core::error::Kind;
use reelgate_core::webhook::EventKind;
use reelgate_core::{AccountId, Endpoint, EndpointId, Error, Timestamp};

/// The columns of an endpoint, in the order in which [`endpoint`] reads them.
macro_rules! endpoint_columns {
    () => {
        "id, account, url, description, events, format, secret, previous_secret, previous_until, \
         failures, last_success, last_failure, disabled, disabled_by, created, updated"
    };
}

const OWNER: &str = "SELECT id FROM accounts WHERE id = $1";
const CREATE: &str = "INSERT INTO webhook_endpoints \
    (id, account, url, description, events, format, secret, since, created, updated) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8) ON CONFLICT (id) DO NOTHING";
const LIST: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    " FROM webhook_endpoints WHERE account = $1 AND deleted IS NULL ORDER BY id LIMIT $2"
);
const ONE: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    " FROM webhook_endpoints WHERE id = $1 AND account = $2 AND deleted IS NULL"
);
const ANY: &str = concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoints WHERE id = $1");
const ON: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    " FROM webhook_endpoints WHERE account = $1 AND disabled IS NULL ORDER BY id LIMIT $2"
);
/// What was listened for until now was another thing, as far as the audit can know.
const CHANGE: &str = "UPDATE webhook_endpoints SET url = $1, description = $2, events = $3, \
    format = $4, failures = $5, disabled = $6, disabled_by = $7, since = $8, updated = $8 \
    WHERE id = $9 AND deleted IS NULL";
const ROTATE: &str = "UPDATE webhook_endpoints SET secret = $1, previous_secret = $2, \
    previous_until = $3, updated = $4 WHERE id = $5 AND deleted IS NULL";
/// Its secrets are nobody's business any more.
const DELETE: &str = "UPDATE webhook_endpoints SET deleted = $1, secret = '', \
    previous_secret = NULL, previous_until = NULL, disabled = COALESCE(disabled, $1), \
    disabled_by = COALESCE(disabled_by, 'owner'), updated = $1 \
    WHERE id = $2 AND account = $3 AND deleted IS NULL";

impl Store {
    /// Keeps a new endpoint.
    ///
    /// # Errors
    /// Refused with `Conflict` when the account has [`ENDPOINTS_MAX`] of them, with `NotFound` for
    /// an unknown account. Taken when the id is.
    pub async fn create_endpoint(&self, new: Endpoint) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(create(tx, new))).await
    }

    /// An account's endpoints, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endpoints(&self, account: AccountId) -> Result<Vec<Endpoint>, StoreError> {
        self.db.read(move |tx| Box::pin(list(tx, LIST, account))).await
    }

    /// An endpoint of this account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endpoint_of(
        &self,
        account: AccountId,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    tx.first(ONE, &values![id, account]).await?.map(endpoint).transpose()
                })
            })
            .await
    }

    /// An endpoint, whosever it is, deleted ones too: those are switched off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(
                    async move { tx.first(ANY, &values![id]).await?.map(endpoint).transpose() },
                )
            })
            .await
    }

    /// Changes an endpoint as its owner asks.
    ///
    /// # Errors
    /// Refused as [`Endpoint::changed`] refuses, and with `NotFound`.
    pub async fn change_endpoint(
        &self,
        account: AccountId,
        id: EndpointId,
        change: Change,
        policy: Policy,
        now: Timestamp,
    ) -> Result<Endpoint, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let before = lock(tx, account, id).await?;
                    let after = before.changed(change, policy, now)?;
                    write(tx, &after, now).await?;
                    Ok(after)
                })
            })
            .await
    }

    /// Gives an endpoint a new secret; the old one signs too for `overlap_ms`.
    ///
    /// # Errors
    /// Refused with `NotFound`.
    pub async fn rotate_endpoint(
        &self,
        account: AccountId,
        id: EndpointId,
        secret: String,
        overlap_ms: i64,
        now: Timestamp,
    ) -> Result<Endpoint, StoreError> {
        self.db.write(move |tx| Box::pin(rotate(tx, account, id, secret, overlap_ms, now))).await
    }

    /// Forgets an endpoint; false when the account has none of this name. What is still to be sent
    /// to it is given up when it is due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_endpoint(
        &self,
        account: AccountId,
        id: EndpointId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(
                    async move { Ok(tx.execute(DELETE, &values![now, id, account]).await? == 1) },
                )
            })
            .await
    }
}

/// An account's endpoints that are switched on.
pub(crate) async fn switched_on(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Vec<Endpoint>, StoreError> {
    list(tx, ON, account).await
}

/// An endpoint of this account, which nobody else can change until this transaction ends.
pub(crate) async fn lock(
    tx: &mut Tx,
    account: AccountId,
    id: EndpointId,
) -> Result<Endpoint, StoreError> {
    let row = tx.first_locked(ONE, &values![id, account]).await?;
    endpoint(row.ok_or_else(endpoint::not_found)?)
}

async fn list(
    tx: &mut Tx,
    sql: &'static str,
    account: AccountId,
) -> Result<Vec<Endpoint>, StoreError> {
    let max = i64::try_from(ENDPOINTS_MAX).unwrap_or(0);
    let rows = tx.query(sql, &values![account, max]).await?;
    rows.into_iter().map(endpoint).collect()
}

async fn create(tx: &mut Tx, new: Endpoint) -> Result<(), StoreError> {
    // Locked, so that two at once are not both the last that there is room for.
    if tx.first_locked(OWNER, &values![new.account]).await?.is_none() {
        return Err(Error::new(Kind::NotFound, "there is no such account").into());
    }
    if list(tx, LIST, new.account).await?.len() >= ENDPOINTS_MAX {
        return Err(endpoint::too_many().into());
    }
    let (events, secret) = (names(&new.events), &new.secrets.current);
    let (url, description, format) = (&new.url, &new.description, new.format.name());
    let row = values![new.id, new.account, url, description, events, format, secret, new.created];
    if tx.execute(CREATE, &row).await? == 0 {
        return Err(StoreError::Taken);
    }
    // It may have been made switched off.
    if new.standing == Standing::On { Ok(()) } else { write(tx, &new, new.created).await }
}

async fn write(tx: &mut Tx, after: &Endpoint, now: Timestamp) -> Result<(), StoreError> {
    let (disabled, by): (Option<Timestamp>, Option<&str>) = match after.standing {
        Standing::On => (None, None),
        Standing::Off { since, by } => (Some(since), Some(by.name())),
    };
    let (events, failures) = (names(&after.events), after.health.failures);
    let (url, description, format) = (&after.url, &after.description, after.format.name());
    let row = values![url, description, events, format, failures, disabled, by, now, after.id];
    if tx.execute(CHANGE, &row).await? == 1 { Ok(()) } else { Err(StoreError::Busy) }
}

async fn rotate(
    tx: &mut Tx,
    account: AccountId,
    id: EndpointId,
    secret: String,
    overlap_ms: i64,
    now: Timestamp,
) -> Result<Endpoint, StoreError> {
    let before = lock(tx, account, id).await?;
    let secrets = before.secrets.clone().rotated(secret, overlap_ms, now);
    let after = Endpoint { secrets, updated: now, ..before };
    let (previous, until): (Option<&String>, Option<Timestamp>) = match &after.secrets.previous {
        Some((secret, until)) => (Some(secret), Some(*until)),
        None => (None, None),
    };
    let row: [Value<'_>; 5] = values![&after.secrets.current, previous, until, now, id];
    if tx.execute(ROTATE, &row).await? == 1 { Ok(after) } else { Err(StoreError::Busy) }
}

fn names(events: &[EventKind]) -> String {
    events.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" ")
}

fn read_names(text: &str) -> Option<Vec<EventKind>> {
    text.split(' ').map(EventKind::parse).collect()
}

fn endpoint(row: Row) -> Result<Endpoint, StoreError> {
    let mut r = Reader::new("webhook_endpoints", row);
    let id = r.parsed("id", EndpointId::parse)?;
    let account = r.parsed("account", AccountId::parse)?;
    let (url, description) = (r.text("url")?, r.text("description")?);
    let events = r.parsed("events", read_names)?;
    let format = r.parsed("format", Format::parse)?;
    let current = r.text("secret")?;
    let previous = r.maybe_text("previous_secret")?.zip(r.maybe_time("previous_until")?);
    let health = Health {
        failures: r.number("failures")?,
        last_success: r.maybe_time("last_success")?,
        last_failure: r.maybe_time("last_failure")?,
    };
    let standing = match (r.maybe_time("disabled")?, r.maybe_text("disabled_by")?) {
        (None, _) => Standing::On,
        (Some(since), by) => {
            let by = by.as_deref().and_then(OffBy::parse);
            Standing::Off { since, by: by.ok_or_else(|| r.corrupt("disabled_by", "unknown"))? }
        }
    };
    let secrets = Secrets { current, previous };
    let (created, updated) = (r.time("created")?, r.time("updated")?);
    Ok(Endpoint {
        id,
        account,
        url,
        description,
        events,
        format,
        secrets,
        standing,
        health,
        created,
        updated,
    })
}
