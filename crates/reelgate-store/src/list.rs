//! An account's jobs: those of a filter, and those that have changed.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::query::{AFTER_ALL, page};
use crate::rows::{self, job_columns};
use reelgate_core::own::{JobFilter, Listing, Page, Shown};
use reelgate_core::{AccountId, Job, JobId, StateName, Timestamp};

/// Jobs that one part of a filtered list looks through; a filter that finds nothing among them
/// gives a short part that goes on.
pub const SCAN_MAX: i64 = 5000;

/// Where a look through the newest jobs ends.
const FLOOR: &str = "SELECT id FROM jobs WHERE account = $1 AND id < $2 AND id >= $3 \
    ORDER BY id DESC LIMIT 1 OFFSET $4";
/// The order's JSON begins with its model, see `rows/json.rs`.
const FILTERED: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM jobs WHERE account = $1 AND id < $2 AND id >= $3 AND state LIKE $4 \
     AND ordered LIKE $5 ESCAPE '!' AND COALESCE(removed, 0) BETWEEN $6 AND $7 \
     AND priority <= $8 ORDER BY id DESC LIMIT $9"
);
const CHANGED: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM jobs WHERE account = $1 AND updated >= $2 AND (updated > $3 OR id > $4) \
     AND (leases > 0 OR finished IS NOT NULL) ORDER BY updated, id LIMIT $5"
);
const NEW: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM jobs WHERE account = $1 AND id > $2 AND leases = 0 AND finished IS NULL \
     ORDER BY id LIMIT $3"
);

impl Store {
    /// The account's jobs that `filter` lets through, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_jobs(
        &self,
        account: AccountId,
        filter: JobFilter,
        page: Page<JobId>,
    ) -> Result<Listing<Job, JobId>, StoreError> {
        self.db.read_long(move |tx| Box::pin(list(tx, account, filter, page))).await
    }

    /// The account's jobs that were taken up or ended and changed at `since` or later, those that
    /// changed first first; at that moment only those behind `after` in the order of ids.
    ///
    /// A job that is being changed while this reads may show up later with an earlier moment: ask
    /// again from a little before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changed_jobs(
        &self,
        account: AccountId,
        since: Timestamp,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let values = values![account, since, since, after, page(limit)];
                    tx.query(CHANGED, &values).await?.into_iter().map(rows::job).collect()
                })
            })
            .await
    }

    /// The account's jobs behind `after`, in the order they were accepted, that nothing has
    /// happened to since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new_jobs(
        &self,
        account: AccountId,
        after: JobId,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let values = values![account, after, page(limit)];
                    tx.query(NEW, &values).await?.into_iter().map(rows::job).collect()
                })
            })
            .await
    }
}

async fn list(
    tx: &mut Tx,
    account: AccountId,
    filter: JobFilter,
    asked: Page<JobId>,
) -> Result<Listing<Job, JobId>, StoreError> {
    let until = filter.until.map(JobId::first_of);
    let before = asked.after.into_iter().chain(until).min();
    let before = before.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
    let from = filter.from.map_or_else(String::new, |from| JobId::first_of(from).to_string());
    let window = values![account, &before, &from, SCAN_MAX - 1];
    let floor = match tx.first(FLOOR, &window).await? {
        Some(row) => Some(rows::Reader::new("jobs", row).parsed("id", JobId::parse)?),
        None => None,
    };
    let from = floor.map_or(from, |id| id.to_string());
    let (state, removed): (&str, (i64, i64)) = match filter.state {
        None => ("%", (0, i64::MAX)),
        Some(Shown::State(StateName::Succeeded)) => (StateName::Succeeded.text(), (0, 0)),
        Some(Shown::State(state)) => (state.text(), (0, i64::MAX)),
        Some(Shown::Expired) => (StateName::Succeeded.text(), (1, i64::MAX)),
    };
    let model = filter.model.as_ref().map_or_else(|| "%".to_owned(), rows::order_like);
    // Words are compared here, because databases do not agree about the case of letters.
    let wanted = if filter.words.is_empty() { page(asked.limit) } else { SCAN_MAX };
    let priority = rows::priority_max(filter.tests_only);
    let values =
        values![account, before, from, state, model, removed.0, removed.1, priority, wanted];
    let found = tx.query(FILTERED, &values).await?;
    let jobs = found.into_iter().map(rows::job);
    let fits = |job: &Result<Job, _>| match job {
        Ok(job) => filter.is_about(&job.order.prompt),
        Err(_) => true,
    };
    let rows: Vec<Job> = jobs.filter(fits).take(asked.limit).collect::<Result<_, _>>()?;
    let is_full = rows.len() >= asked.limit;
    let next = if is_full { rows.last().map(|job| job.id) } else { floor };
    Ok(Listing { rows, next })
}
