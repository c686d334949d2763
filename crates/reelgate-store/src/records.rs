//! Jobs as records: listed in pages with a total, and hidden when their owner removes them.

use crate::Store;
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::query::AFTER_ALL;
use crate::rows::{self, Reader, job_columns};
use reelgate_core::record::{self, RecordQuery};
use reelgate_core::{AccountId, Error, Job, JobId, RecordStatus, State, Timestamp};

/// Jobs that one question looks through, the newest ones.
const SCAN_MAX: i64 = 5_000;

/// The oldest job that a question looks at, if it does not look at all of them.
const FLOOR: &str = "SELECT id FROM jobs WHERE account = $1 ORDER BY id DESC LIMIT 1 OFFSET $2";

/// What a question finds, wherever its page begins. Pictures last no time.
macro_rules! found {
    () => {
        " FROM jobs WHERE account = $1 AND id >= $2 AND deleted IS NULL AND priority <= $3 \
         AND ordered NOT LIKE '%\"duration_s\":0,%' AND ordered LIKE $4 ESCAPE '!' \
         AND CASE WHEN state = 'running' AND cancel_requested = 1 THEN 'cancelled' \
         WHEN state = 'failed' AND failure_class = 'timeout' AND finished >= deadline \
         THEN 'expired' WHEN state = 'succeeded' AND removed IS NOT NULL THEN 'expired' \
         ELSE state END LIKE $5 \
         AND (state <> 'cancelled' OR finished >= $6) \
         AND CASE WHEN priority IN (-1, -11) THEN 'low' ELSE 'other' END LIKE $7 \
         AND (CAST($8 AS TEXT) = '' OR CAST($8 AS TEXT) LIKE '%' || id || '%')"
    };
}
const COUNT: &str = concat!("SELECT COUNT(*)", found!());
const NEWEST: &str = concat!(
    "SELECT ",
    job_columns!(),
    found!(),
    " AND id < $9 ORDER BY id DESC LIMIT $10 OFFSET $11"
);
const OLDEST: &str =
    concat!("SELECT ", job_columns!(), found!(), " AND id > $9 ORDER BY id LIMIT $10 OFFSET $11");
const ONE: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1 AND account = $2");
const HIDE: &str = "UPDATE jobs SET deleted = $1, updated = $1, \
    removed = CASE WHEN state = 'succeeded' THEN COALESCE(removed, $1) ELSE removed END \
    WHERE id = $2 AND account = $3 AND deleted IS NULL";

/// A page of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// The page.
    pub rows: Vec<Job>,
    /// All that the question finds, of the newest five thousand jobs.
    pub total: u64,
    /// Whether something follows the page.
    pub has_more: bool,
}

impl Store {
    /// The account's clips that `query` asks for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records(
        &self,
        account: AccountId,
        query: RecordQuery,
        tests_only: bool,
        now: Timestamp,
    ) -> Result<Records, StoreError> {
        self.db.read_long(move |tx| Box::pin(list(tx, account, query, tests_only, now))).await
    }

    /// Hides a job's record; a clip's files are to be deleted afterwards. Doing so again changes
    /// nothing.
    ///
    /// # Errors
    /// Refused with `NotFound` for a job that is not this account's.
    pub async fn hide_job(
        &self,
        account: AccountId,
        id: JobId,
        now: Timestamp,
    ) -> Result<Job, StoreError> {
        self.db.write(move |tx| Box::pin(hide(tx, account, id, now))).await
    }
}

async fn list(
    tx: &mut Tx,
    account: AccountId,
    query: RecordQuery,
    tests_only: bool,
    now: Timestamp,
) -> Result<Records, StoreError> {
    let floor = tx.first(FLOOR, &values![account, SCAN_MAX - 1]).await?;
    let floor = floor.map(|row| Reader::new("jobs", row).text("id")).transpose()?;
    let since = query.age_ms_max.map(|age_ms| JobId::first_of(now.plus_ms(-age_ms)).to_string());
    let from = floor.into_iter().chain(since).max().unwrap_or_default();
    let model = query.model.as_ref().map_or_else(|| "%".to_owned(), rows::order_like);
    let status = query.status.map_or("%", RecordStatus::name);
    let urgency = match query.is_low {
        None => "%",
        Some(true) => "low",
        Some(false) => "other",
    };
    let ids = query.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let kept = record::cancelled_since(&query, now);
    let visible = rows::priority_max(tests_only);
    let mut wanted = Vec::from(values![account, from, visible, model, status, kept, urgency, ids]);
    let total: u64 = number(tx.first(COUNT, &wanted).await?)?;
    let (sql, edge) = match query.oldest_first {
        true => (OLDEST, String::new()),
        false => (NEWEST, AFTER_ALL.to_owned()),
    };
    let after = query.after.map_or(edge, |id| id.to_string());
    let limit = query.limit.clamp(1, record::PAGE_MAX);
    let skip = i64::try_from(query.skip).unwrap_or(i64::MAX);
    // One more than asked for: that is how the end is known.
    wanted.extend(values![after, i64::try_from(limit + 1).unwrap_or(1), skip]);
    let found = tx.query(sql, &wanted).await?.into_iter().map(rows::job);
    let mut rows: Vec<Job> = found.collect::<Result<_, _>>()?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Records { rows, total, has_more })
}

fn number(row: Option<Row>) -> Result<u64, StoreError> {
    Reader::new("jobs", row.unwrap_or_default()).number("id")
}

async fn hide(
    tx: &mut Tx,
    account: AccountId,
    id: JobId,
    now: Timestamp,
) -> Result<Job, StoreError> {
    let row = tx.first_locked(ONE, &values![id, account]).await?;
    let mut job = rows::job(row.ok_or_else(Error::job_not_found)?)?;
    if tx.execute(HIDE, &values![now, id, account]).await? == 1 {
        (job.hidden, job.updated) = (Some(now), now);
        if let State::Succeeded { output, .. } = &mut job.state {
            output.removed = output.removed.or(Some(now));
        }
    }
    Ok(job)
}
