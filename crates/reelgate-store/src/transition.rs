//! From one state to the next: `reelgate_core::job::next` decides, this writes what it says.

use crate::db::{Cell, Row, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::ledger::{self, Till};
use crate::outbox;
use crate::rows::{self, StateColumns, job_columns};
use reelgate_core::job::{self, Event, Money, Next, Refusal};
use reelgate_core::{DeliveryId, EntryId, Error, Job, JobId, Timestamp};

/// Names for the rows that a transition may add.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids {
    /// Of the ledger entry that settles the hold.
    pub(crate) entry: EntryId,
    /// Of the message to the address that came with the order.
    pub(crate) delivery: DeliveryId,
}

/// A column that is more than zero when a job's account has endpoints that are switched on.
macro_rules! count_endpoints {
    () => {
        "(SELECT COUNT(*) FROM webhook_endpoints AS hook \
         WHERE hook.account = jobs.account AND hook.disabled IS NULL)"
    };
}
pub(crate) use count_endpoints;

const LOAD_TO_END: &str =
    concat!("SELECT ", job_columns!(), ", ", count_endpoints!(), " FROM jobs WHERE id = $1");
const LOAD_ALL_TO_END: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    " FROM jobs WHERE id = ANY(CAST($1 AS TEXT[])) ORDER BY id"
);
const LOAD: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1");

/// Repeats what the decision was taken from. No job that moves is in line: a worker has it, it has
/// ended, or it waits for its moment and [`crate::claim`] puts it back in line then.
const WRITE: &str = "UPDATE jobs SET state = $1, not_before = $2, lease_expires = $3, \
    progress = $4, cancel_requested = $5, finished = $6, output = $7, charged = $8, \
    failure_class = $9, failure_message = $10, attempt = $11, leases = $12, updated = $13, \
    turn = NULL \
    WHERE id = $14 AND state = $15 AND leases = $16 AND attempt = $17 AND finished IS NULL";

/// As [`WRITE`] for many jobs, on PostgreSQL.
const WRITE_MANY: &str = "UPDATE jobs SET state = d.state, not_before = d.not_before, \
    lease_expires = d.lease_expires, progress = d.progress, \
    cancel_requested = d.cancel_requested, finished = d.finished, output = d.output, \
    charged = d.charged, failure_class = d.failure_class, failure_message = d.failure_message, \
    attempt = d.attempt, leases = d.leases, updated = d.updated, turn = NULL \
    FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), \
    CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]), CAST($7 AS TEXT[]), \
    CAST($8 AS BIGINT[]), CAST($9 AS TEXT[]), CAST($10 AS TEXT[]), CAST($11 AS BIGINT[]), \
    CAST($12 AS BIGINT[]), CAST($13 AS BIGINT[]), CAST($14 AS TEXT[]), CAST($15 AS TEXT[]), \
    CAST($16 AS BIGINT[]), CAST($17 AS BIGINT[])) AS d (state, not_before, lease_expires, \
    progress, cancel_requested, finished, output, charged, failure_class, failure_message, \
    attempt, leases, updated, id, was, leases_were, attempt_was) \
    WHERE jobs.id = d.id AND jobs.state = d.was AND jobs.leases = d.leases_were \
    AND jobs.attempt = d.attempt_was AND jobs.finished IS NULL";
/// Which of those columns are texts.
const ARE_TEXTS: [bool; 17] = [
    true, false, false, false, false, false, true, false, true, true, false, false, false, true,
    true, false, false,
];

/// The job, which nobody else can change until this transaction ends.
pub(crate) async fn load(tx: &mut Tx, id: JobId) -> Result<Job, StoreError> {
    let row = tx.first_locked(LOAD, &values![id]).await?;
    rows::job(row.ok_or_else(Error::job_not_found)?)
}

/// A job that may end now, and who would hear of it.
pub(crate) struct Loaded {
    pub(crate) job: Job,
    has_endpoints: bool,
}

/// As [`load`]; also asks, without a question of its own, whether the account has endpoints.
pub(crate) async fn load_to_end(tx: &mut Tx, id: JobId) -> Result<Loaded, StoreError> {
    let row = tx.first_locked(LOAD_TO_END, &values![id]).await?;
    let (job, has_endpoints) = job_and_endpoints(row.ok_or_else(Error::job_not_found)?);
    Ok(Loaded { job: job?, has_endpoints })
}

/// As [`load_to_end`] for many jobs at once, in the order of their ids; only PostgreSQL can.
pub(crate) async fn load_all_to_end(
    tx: &mut Tx,
    ids: impl Iterator<Item = JobId>,
) -> Result<Vec<Result<Loaded, StoreError>>, StoreError> {
    let ids = ids.map(|id| Some(id.to_string())).collect();
    let rows = tx.query_locked(LOAD_ALL_TO_END, &[Value::Texts(ids)]).await?;
    let jobs = rows.into_iter().map(|row| {
        let (job, has_endpoints) = job_and_endpoints(row);
        Ok(Loaded { job: job?, has_endpoints })
    });
    Ok(jobs.collect())
}

/// Reads a job and, behind it, what [`count_endpoints`] counts.
pub(crate) fn job_and_endpoints(row: Row) -> (Result<Job, StoreError>, bool) {
    let has_endpoints = matches!(row.last(), Some(Cell::Int(count)) if *count > 0);
    (rows::job(row), has_endpoints)
}

/// Lets `event` happen to a job: its state, its money and its messages, all in this transaction.
///
/// A refusal has changed nothing.
pub(crate) async fn apply(
    tx: &mut Tx,
    loaded: Loaded,
    event: &Event,
    ids: Ids,
    now: Timestamp,
) -> Result<Result<Job, Refusal>, StoreError> {
    let mut till = Till::default();
    let applied = apply_with(tx, &mut till, loaded, event, ids, now).await?;
    till.write(tx).await?;
    Ok(applied)
}

/// As [`apply`], with the accounts as `till` knows them; they are written when it is.
pub(crate) async fn apply_with(
    tx: &mut Tx,
    till: &mut Till,
    loaded: Loaded,
    event: &Event,
    ids: Ids,
    now: Timestamp,
) -> Result<Result<Job, Refusal>, StoreError> {
    let decided = match loaded.decide(event, now) {
        Ok(decided) => decided,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Decided { job, next, .. } = &decided;
    write_all(tx, &[(job, next)], now).await?;
    if let Some(entry) = till.settle(tx, ids.entry, job, next.money, now).await? {
        ledger::enter(tx, &entry).await?;
    }
    tell(tx, decided, ids, now).await.map(Ok)
}

/// What was decided for a job.
pub(crate) struct Decided {
    pub(crate) job: Job,
    pub(crate) next: Next,
    has_endpoints: bool,
}

impl Loaded {
    pub(crate) fn id(&self) -> JobId {
        self.job.id
    }

    /// Decides what `event` does to it.
    ///
    /// # Errors
    /// Why it does nothing.
    pub(crate) fn decide(self, event: &Event, now: Timestamp) -> Result<Decided, Refusal> {
        let Self { job, has_endpoints } = self;
        let next = job::next(&job, event, now)?;
        Ok(Decided { job, next, has_endpoints })
    }
}

/// Stages the messages of what was decided and written; the job as it is then.
pub(crate) async fn tell(
    tx: &mut Tx,
    decided: Decided,
    ids: Ids,
    now: Timestamp,
) -> Result<Job, StoreError> {
    let Decided { job, next, has_endpoints } = decided;
    let announce = next.announce;
    let job = after(job, next, now);
    if let Some(kind) = announce {
        outbox::stage(tx, Some(ids.delivery), &job, kind, has_endpoints, now).await?;
    }
    Ok(job)
}

/// Lets an event happen that neither moves money nor tells anyone: a claim, a sign of life.
pub(crate) async fn apply_quietly(
    tx: &mut Tx,
    job: Job,
    event: &Event,
    now: Timestamp,
) -> Result<Result<Job, Refusal>, StoreError> {
    let next = match job::next(&job, event, now) {
        Ok(next) => next,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if next.money != Money::Keep {
        return Err(StoreError::database("the store", "a quiet event moved money"));
    }
    write_all(tx, &[(&job, &next)], now).await?;
    Ok(Ok(after(job, next, now)))
}

/// Writes what was decided for jobs that were read under lock in this transaction.
pub(crate) async fn write_all(
    tx: &mut Tx,
    decided: &[(&Job, &Next)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sets =
        decided.iter().map(|(job, next)| write_values(job, next, now)).collect::<Result<_, _>>()?;
    let sets: Vec<Vec<Value<'_>>> = sets;
    let changed = tx.execute_each(WRITE, &sets).await?;
    // Each row was locked when it was read; one that is different now means that somebody wrote
    // past the rules, and then nothing of this may stand.
    if changed.iter().all(|rows| *rows == 1) { Ok(()) } else { Err(StoreError::Busy) }
}

/// As [`write_all`] in one statement, on PostgreSQL. It must change a row for each.
pub(crate) fn write_many(
    decided: &[(&Job, &Next)],
    now: Timestamp,
) -> Result<(&'static str, Vec<Value<'static>>), StoreError> {
    write_many_at(decided.iter().map(|decided| (*decided, now)))
}

/// As [`write_many`], each at a moment of its own.
pub(crate) fn write_many_at<'a>(
    decided: impl Iterator<Item = ((&'a Job, &'a Next), Timestamp)>,
) -> Result<(&'static str, Vec<Value<'static>>), StoreError> {
    let sets = decided.map(|((job, next), now)| write_values(job, next, now));
    Ok((WRITE_MANY, columns(sets.collect::<Result<_, _>>()?, &ARE_TEXTS)))
}

/// The job as it is after what was decided for it.
pub(crate) fn after(job: Job, next: Next, now: Timestamp) -> Job {
    Job { state: next.state, attempt: next.attempt, leases: next.leases, updated: now, ..job }
}

fn write_values(job: &Job, next: &Next, now: Timestamp) -> Result<Vec<Value<'static>>, StoreError> {
    let to = StateColumns::of(&next.state)?;
    Ok(Vec::from(values![
        to.state,
        to.not_before,
        to.lease_expires,
        to.progress,
        to.cancel_requested,
        to.finished,
        to.output,
        to.charged,
        to.failure_class,
        to.failure_message,
        next.attempt,
        next.leases,
        now,
        job.id,
        job.state.name().text(),
        job.leases,
        job.attempt,
    ]))
}
