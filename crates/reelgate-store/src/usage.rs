//! What an account ordered in a span of time, summed up.

use crate::Store;
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::rows::{self, Reader};
use reelgate_core::error::Kind;
use reelgate_core::own::{DAY_MS, USAGE_JOBS_MAX, UsageBy, UsageGroup, UsageQuery, UsageRow};
use reelgate_core::{AccountId, Credits, Error, JobId, KeyId, ModelId, StateName, Timestamp};
use std::collections::BTreeMap;

/// Jobs read at once.
const CHUNK: usize = 5000;
/// The beginning of an order's JSON, long enough for any model's name.
const ORDERED: &str = "SELECT id, SUBSTR(ordered, 1, 200), api_key, state, charged, created \
    FROM jobs WHERE account = $1 AND id >= $2 AND id < $3 AND priority <= $4 ORDER BY id LIMIT $5";

/// What a report needs of a job.
struct Line {
    id: JobId,
    model: ModelId,
    key: KeyId,
    state: StateName,
    charged: Credits,
    created: Timestamp,
}

impl Store {
    /// One row for each day, model or key with jobs that were accepted in the span.
    ///
    /// # Errors
    /// Refused with `Invalid` when there are more than [`USAGE_JOBS_MAX`] of them.
    pub async fn usage(
        &self,
        account: AccountId,
        query: UsageQuery,
    ) -> Result<Vec<UsageRow>, StoreError> {
        self.db.read_long(move |tx| Box::pin(usage(tx, account, query))).await
    }
}

async fn usage(
    tx: &mut Tx,
    account: AccountId,
    query: UsageQuery,
) -> Result<Vec<UsageRow>, StoreError> {
    let until = JobId::first_of(query.until).to_string();
    let mut from = Some(JobId::first_of(query.from));
    let mut groups = BTreeMap::new();
    let mut seen = 0_u64;
    while let Some(begin) = from {
        let chunk = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let priority = rows::priority_max(query.tests_only);
        let values = values![account, begin, &until, priority, chunk];
        let rows = tx.query(ORDERED, &values).await?;
        let is_full = rows.len() >= CHUNK;
        seen = seen.saturating_add(rows.len() as u64);
        if seen > USAGE_JOBS_MAX {
            let message = "there are too many jobs in this span, choose a shorter one";
            return Err(Error::new(Kind::Invalid, message).into());
        }
        let mut last = begin;
        for row in rows {
            let line = line(row)?;
            last = line.id;
            add(&mut groups, query.by, &line);
        }
        from = is_full.then(|| JobId::from_bits(last.bits() + 1)).flatten();
    }
    Ok(groups.into_values().collect())
}

fn line(row: Row) -> Result<Line, StoreError> {
    let mut r = Reader::new("jobs", row);
    Ok(Line {
        id: r.parsed("id", JobId::parse)?,
        model: r.parsed("ordered", rows::model_of)?,
        key: r.parsed("api_key", KeyId::parse)?,
        state: r.parsed("state", StateName::parse)?,
        charged: Credits::from_micro(r.maybe_int("charged")?.unwrap_or(0)),
        created: r.time("created")?,
    })
}

fn add(groups: &mut BTreeMap<UsageGroup, UsageRow>, by: UsageBy, line: &Line) {
    let group = match by {
        UsageBy::Day => {
            let day = line.created.ms().div_euclid(DAY_MS);
            UsageGroup::Day(Timestamp::from_ms(day * DAY_MS))
        }
        UsageBy::Model => UsageGroup::Model(line.model.clone()),
        UsageBy::Key => UsageGroup::Key(line.key),
    };
    let row = groups.entry(group.clone()).or_insert(UsageRow {
        group,
        jobs: 0,
        succeeded: 0,
        failed: 0,
        cancelled: 0,
        charged: Credits::ZERO,
    });
    row.jobs += 1;
    match line.state {
        StateName::Succeeded => row.succeeded += 1,
        StateName::Failed => row.failed += 1,
        StateName::Cancelled => row.cancelled += 1,
        StateName::Queued | StateName::Running => {}
    }
    row.charged = row.charged.checked_add(line.charged).unwrap_or(row.charged);
}
