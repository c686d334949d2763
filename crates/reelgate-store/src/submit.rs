//! Accepting a job: the idempotency row, the job and the hold, in one commit.

mod batch;
mod cap;
mod line;
mod rehearse;
mod round;

use crate::Store;
use crate::db::{self, Tx, Value, values};
use crate::error::StoreError;
use crate::ledger::{self, Purse};
use crate::outbox;
use crate::rows::{self, Reader, job_columns};
use line::Line;
use reelgate_core::idempotency::{self, Fingerprint, IdempotencyKey, Verdict};
use reelgate_core::{AccountId, Credits, DailyCap, Job, JobId, State, Timestamp, key};
use std::sync::Arc;

/// A checked and priced order, as a job that has not begun.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The job, in state `Queued`.
    pub job: Job,
    /// The caller's key for this request, and what the request said.
    pub idempotency: Option<(IdempotencyKey, Fingerprint)>,
    /// Whether its account must have paid before.
    pub needs_purchase: bool,
    /// The limit on what the job's key may order in a day, where it has one.
    pub daily_cap: Option<DailyCap>,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// The job is accepted and its price set aside.
    Accepted(Job),
    /// The same request was accepted before, as this job; nothing was done again.
    Replayed(Job),
}

const REMEMBER: &str = "INSERT INTO idempotency \
    (account, idempotency_key, fingerprint, job, created) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT DO NOTHING";
const REMEMBERED: &str = "SELECT job, fingerprint FROM idempotency \
    WHERE account = $1 AND idempotency_key = $2";
const JOB: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1");

const INSERT: &str = "INSERT INTO jobs (id, account, api_key, dialect, ordered, callback_url, \
    priority, price, price_version, width, height, seed, state, not_before, attempt, \
    attempts_max, leases, ticket, ticket_id, deadline, created, updated, turn, remaining) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
    $19, $20, $21, $22, $23, $24) ON CONFLICT (id) DO NOTHING";

/// A submission and when it came. The caller keeps a share, so that whoever writes copies nothing.
type Item = (Arc<Submission>, Timestamp);

/// What became of an item.
#[derive(Debug)]
pub(crate) enum Fate {
    /// Accepted; what its account can still spend.
    Accepted(Option<Credits>),
    /// An earlier job answers.
    Replayed(Box<Job>),
}

/// Where submissions meet, to be accepted together.
pub(crate) type Lane = db::Lane<Item, Fate>;

pub(crate) fn forms() -> db::Forms<Item, Fate> {
    db::Forms {
        many_postgres: |tx, items| Box::pin(batch::submit_many(tx, items)),
        many_sqlite: |tx, items| Box::pin(round::submit_round(tx, items)),
        one: |tx, item| Box::pin(async move { submit(tx, &item.0, item.1).await }),
        again: |tx, item| Box::pin(async move { submit_again(tx, &item.0, item.1).await }),
    }
}

impl Store {
    /// Accepts a job and sets its price aside, once for each idempotency key.
    ///
    /// # Errors
    /// Refused with `InsufficientCredits`, with `IdempotencyMismatch` when the key belongs to
    /// another request, or with `Forbidden` beyond the daily cap. Taken when the job's id is.
    pub async fn submit(
        &self,
        submission: Submission,
        now: Timestamp,
    ) -> Result<Submitted, StoreError> {
        let is_plain = cap::is_plain(&submission);
        let submission = Arc::new(submission);
        let item = (Arc::clone(&submission), now);
        let fate = match is_plain {
            true => self.lanes.submits.run(item).await?,
            false => {
                let write = self
                    .db
                    .write(move |tx| Box::pin(async move { submit(tx, &item.0, item.1).await }));
                write.await?
            }
        };
        Ok(match fate {
            Fate::Accepted(remaining) => {
                let job = Arc::unwrap_or_clone(submission).job;
                Submitted::Accepted(Job { remaining, ..job })
            }
            Fate::Replayed(job) => Submitted::Replayed(*job),
        })
    }

    /// What an account's idempotency key was used for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_idempotent(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
    ) -> Result<Option<(Fingerprint, JobId)>, StoreError> {
        let key = key.clone();
        self.db.read(move |tx| Box::pin(async move { remembered(tx, account, &key).await })).await
    }
}

async fn submit(tx: &mut Tx, new: &Submission, now: Timestamp) -> Result<Fate, StoreError> {
    let job = &new.job;
    if let Some((key, fingerprint)) = &new.idempotency
        && !remember(tx, job, key, *fingerprint, now).await?
    {
        return replay(tx, job.account, key, *fingerprint).await;
    }
    let mut purse = Purse::default();
    let owner = purse.cover(tx, job, new.needs_purchase).await?;
    let (has_listeners, remaining) = (owner.has_listeners, owner.remaining());
    // The account is locked from here on, so nobody else spends under the same key.
    if let Some(cap) = new.daily_cap {
        cap::check(tx, job, cap).await?;
    }
    let turn = if job.order.test {
        rehearse::turn(tx, job, owner.last_turn, now).await?
    } else {
        Line::default().turn(tx, job, &mut owner.last_turn, now).await?
    };
    if tx.execute(INSERT, &row_of(job, turn, remaining)?).await? == 0 {
        return Err(StoreError::Taken);
    }
    if let Some(cap) = new.daily_cap {
        cap::count(tx, job, cap).await?;
    }
    ledger::enter_hold(tx, job, now).await?;
    outbox::stage_order(tx, job, has_listeners, now).await?;
    purse.write(tx).await?;
    Ok(Fate::Accepted(Some(remaining)))
}

/// Claims an idempotency key for a job; false when it was used before.
async fn remember(
    tx: &mut Tx,
    job: &Job,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let text = key::hex(&fingerprint.0);
    let row = values![job.account, key.as_str(), text, job.id, now];
    Ok(tx.execute(REMEMBER, &row).await? == 1)
}

/// As [`submit`], for a submission that may have been accepted without anybody hearing of it.
async fn submit_again(
    tx: &mut Tx,
    submission: &Submission,
    now: Timestamp,
) -> Result<Fate, StoreError> {
    let new = &submission.job;
    if let Some(row) = tx.first(JOB, &values![new.id]).await? {
        let stored = rows::job(row)?;
        let is_ours = (stored.account, stored.key, stored.created)
            == (new.account, new.key, new.created)
            && stored.order == new.order;
        return if is_ours { Ok(Fate::Accepted(stored.remaining)) } else { Err(StoreError::Taken) };
    }
    submit(tx, submission, now).await
}

/// The answer to a key that was used before.
async fn replay(
    tx: &mut Tx,
    account: AccountId,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
) -> Result<Fate, StoreError> {
    // Nobody used the key: it was swept away at this very moment, or the job's id is another's.
    let first = remembered(tx, account, key).await?.ok_or(StoreError::Taken)?;
    match idempotency::judge(first, fingerprint) {
        Verdict::Mismatch => Err(idempotency::mismatch().into()),
        Verdict::Replay(id) => {
            let row = tx.first(JOB, &values![id]).await?;
            let row = row.ok_or_else(|| StoreError::Corrupt {
                table: "idempotency",
                column: "job",
                id: id.to_string(),
                detail: "there is no such job".to_owned(),
            })?;
            Ok(Fate::Replayed(Box::new(rows::job(row)?)))
        }
    }
}

async fn remembered(
    tx: &mut Tx,
    account: AccountId,
    key: &IdempotencyKey,
) -> Result<Option<(Fingerprint, JobId)>, StoreError> {
    let Some(row) = tx.first(REMEMBERED, &values![account, key.as_str()]).await? else {
        return Ok(None);
    };
    let mut r = Reader::new("idempotency", row);
    let job = r.parsed("job", JobId::parse)?;
    let fingerprint = r.parsed("fingerprint", rows::read_fingerprint)?;
    Ok(Some((fingerprint, job)))
}

/// A new job's columns, in the order that the statements insert them.
fn row_of(job: &Job, turn: Option<i64>, remaining: Credits) -> Result<Vec<Value<'_>>, StoreError> {
    let State::Queued { not_before } = job.state else {
        return Err(StoreError::database("submit", "the job has begun already"));
    };
    let (ticket, ticket_id) = rows::ticket_values(&job.ticket);
    Ok(Vec::from(values![
        job.id,
        job.account,
        job.key,
        &job.dialect,
        rows::order_json(job)?,
        job.order.callback_url.as_deref(),
        rows::rank(&job.order),
        job.price.credits,
        &job.price.version,
        job.size.width,
        job.size.height,
        job.seed,
        job.state.name().text(),
        not_before,
        job.attempt,
        job.attempts_max,
        job.leases,
        ticket,
        ticket_id,
        job.deadline,
        job.created,
        job.updated,
        turn,
        remaining,
    ]))
}
