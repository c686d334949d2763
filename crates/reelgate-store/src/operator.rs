//! What the operator's pages read: of all accounts, and however many jobs there are.

use crate::Store;
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::query::{AFTER_ALL, page};
use crate::rows::{self, Reader, job_columns};
use reelgate_core::ledger::Funds;
use reelgate_core::operator::{AccountRow, AllJobs, Ended, JobRow};
use reelgate_core::own::{Listing, Page};
use reelgate_core::user::AccountKind;
use reelgate_core::{AccountId, FailureClass, Job, JobId, Priority, StateName, Timestamp};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Jobs that one part of a list looks through; see [`crate::list::SCAN_MAX`].
const SCAN_MAX: i64 = 5000;

const ACCOUNTS: &str = "SELECT a.id, a.name, a.kind, a.balance, a.held, a.priority_max, u.name, \
    a.created FROM accounts a LEFT JOIN users u ON u.account = a.id \
    WHERE a.id > $1 AND LOWER(a.name) LIKE $2 ESCAPE '!' ORDER BY a.id LIMIT $3";
const ACCOUNT: &str = "SELECT a.id, a.name, a.kind, a.balance, a.held, a.priority_max, u.name, \
    a.created FROM accounts a LEFT JOIN users u ON u.account = a.id WHERE a.id = $1";
const NAME: &str = "SELECT name FROM accounts WHERE id = $1";
/// Read from an index alone.
const ENDED: &str = "SELECT state, failure_class, COUNT(*) FROM jobs \
    WHERE finished IS NOT NULL AND finished >= $1 GROUP BY state, failure_class";
const OLDEST: &str = "SELECT MIN(id) FROM jobs WHERE turn IS NOT NULL";
const CREATED: &str = "SELECT created FROM jobs WHERE id = $1";

/// The jobs of a list: where a look through the newest of them ends, and those that fit.
struct Source {
    floor: &'static str,
    rows: &'static str,
}

macro_rules! source {
    ($which:literal) => {
        Source {
            floor: concat!(
                "SELECT id FROM jobs WHERE ",
                $which,
                " AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3"
            ),
            rows: concat!(
                "SELECT ",
                job_columns!(),
                " FROM jobs WHERE ",
                $which,
                " AND id < $2 AND id >= $3 AND state LIKE $4 \
                 AND COALESCE(failure_class, '') LIKE $5 ORDER BY id DESC LIMIT $6"
            ),
        }
    };
}

// Each has a first parameter, so that they are asked alike; an index by account would mislead.
const ALL: Source = source!("COALESCE(account, '') > $1");
const OF_ACCOUNT: Source = source!("account = $1");
const FAILED: Source = source!("failure_class IS NOT NULL AND COALESCE(account, '') > $1");

impl Store {
    /// Accounts in the order of their ids whose names contain this text, in any case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_rows(
        &self,
        text: &str,
        asked: Page<AccountId>,
    ) -> Result<Listing<AccountRow, AccountId>, StoreError> {
        let like = containing(text);
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let after = asked.after.map_or_else(String::new, |id| id.to_string());
                    let limit = page(asked.limit);
                    let rows = tx.query(ACCOUNTS, &values![after, like, limit]).await?;
                    let rows = rows.into_iter().map(account).collect::<Result<Vec<_>, _>>()?;
                    let is_full = rows.len() >= asked.limit;
                    let next = rows.last().filter(|_| is_full).map(|row| row.id);
                    Ok(Listing { rows, next })
                })
            })
            .await
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_row(&self, id: AccountId) -> Result<Option<AccountRow>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(
                    async move { tx.first(ACCOUNT, &values![id]).await?.map(account).transpose() },
                )
            })
            .await
    }

    /// How jobs ended at this moment or later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ended_since(&self, since: Timestamp) -> Result<Ended, StoreError> {
        self.db.read_long(move |tx| Box::pin(ended(tx, since))).await
    }

    /// When the oldest job in line was accepted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn oldest_in_line(&self) -> Result<Option<Timestamp>, StoreError> {
        self.db.read_long(|tx| Box::pin(oldest(tx))).await
    }

    /// Jobs of all accounts that a filter lets through, newest first. A part may be short, or have
    /// none, and go on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_jobs(
        &self,
        filter: AllJobs,
        asked: Page<JobId>,
    ) -> Result<Listing<JobRow, JobId>, StoreError> {
        self.db.read_long(move |tx| Box::pin(jobs(tx, filter, asked))).await
    }
}

/// A pattern for names that contain this text, in small letters; `!` takes the meaning from signs.
pub(crate) fn containing(text: &str) -> String {
    let plain = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

async fn jobs(
    tx: &mut Tx,
    filter: AllJobs,
    asked: Page<JobId>,
) -> Result<Listing<JobRow, JobId>, StoreError> {
    let is_failed = filter.failure.is_some() || filter.state == Some(StateName::Failed);
    let source = match filter.account {
        Some(_) => OF_ACCOUNT,
        None if is_failed => FAILED,
        None => ALL,
    };
    let first = filter.account.map_or_else(String::new, |id| id.to_string());
    let before = asked.after.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
    let floor = tx.first(source.floor, &values![&first, &before, SCAN_MAX - 1]).await?;
    let floor = floor.map(|row| Reader::new("jobs", row).parsed("id", JobId::parse)).transpose()?;
    let from = floor.map_or_else(String::new, |id| id.to_string());
    let state = filter.state.map_or("%", StateName::text);
    let failure = filter.failure.map_or("%", FailureClass::name);
    let limit = page(asked.limit);
    let values = values![first, before, from, state, failure, limit];
    let found = tx.query(source.rows, &values).await?;
    let found: Vec<Job> = found.into_iter().map(rows::job).collect::<Result<_, _>>()?;
    let is_full = found.len() >= asked.limit;
    let next = if is_full { found.last().map(|job| job.id) } else { floor };
    let mut names = BTreeMap::new();
    for job in &found {
        if let Entry::Vacant(place) = names.entry(job.account) {
            place.insert(account_name(tx, job.account).await?);
        }
    }
    let named = |job: Job| JobRow {
        account_name: names.get(&job.account).cloned().unwrap_or_default(),
        job,
    };
    Ok(Listing { rows: found.into_iter().map(named).collect(), next })
}

/// The name of an account that exists.
pub(crate) async fn account_name(tx: &mut Tx, id: AccountId) -> Result<String, StoreError> {
    match tx.first(NAME, &values![id]).await? {
        Some(row) => Reader::new("accounts", row).text("name"),
        None => Ok(String::new()),
    }
}

async fn ended(tx: &mut Tx, since: Timestamp) -> Result<Ended, StoreError> {
    let mut ended = Ended::default();
    for row in tx.query(ENDED, &values![since]).await? {
        let mut r = Reader::new("jobs", row);
        let state = r.parsed("state", StateName::parse)?;
        let class = r.maybe_parsed("failure_class", FailureClass::parse)?;
        let count: u64 = r.number("count")?;
        match state {
            StateName::Succeeded => ended.succeeded += count,
            StateName::Cancelled => ended.cancelled += count,
            StateName::Failed => {
                ended.failed += count;
                ended.by_failure.extend(class.map(|class| (class, count)));
            }
            StateName::Queued | StateName::Running => {}
        }
    }
    ended.by_failure.sort_by_key(|(class, count)| (std::cmp::Reverse(*count), class.name()));
    Ok(ended)
}

async fn oldest(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let row = tx.first(OLDEST, &[]).await?.unwrap_or_default();
    let Some(id) = Reader::new("jobs", row).maybe_parsed("id", JobId::parse)? else {
        return Ok(None);
    };
    let row = tx.first(CREATED, &values![id]).await?;
    row.map(|row| Reader::new("jobs", row).time("created")).transpose()
}

fn account(row: Row) -> Result<AccountRow, StoreError> {
    let mut r = Reader::new("accounts", row);
    Ok(AccountRow {
        id: r.parsed("id", AccountId::parse)?,
        name: r.text("name")?,
        kind: r.parsed("kind", AccountKind::parse)?,
        funds: Funds { balance: r.credits("balance")?, held: r.credits("held")? },
        priority_max: {
            let highest = Priority::from_rank(r.int("priority_max")?);
            highest.ok_or_else(|| r.corrupt("priority_max", "there is no such priority"))?
        },
        owner: r.maybe_text("owner")?,
        created: r.time("created")?,
    })
}
