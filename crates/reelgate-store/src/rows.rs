//! Rows and the values they stand for. A row that does not parse names its table and column.

use crate::db::{Cell, Row, Value};
use crate::error::StoreError;
use reelgate_core::idempotency::Fingerprint;
use reelgate_core::{
    AccountId, Credits, FailureClass, Job, JobId, KeyId, Lease, ModelId, Order, Price, Priority,
    Progress, Size, State, StateName, Ticket, Timestamp, job::Failure, line,
};
use std::fmt::Display;

pub(crate) mod guard;
mod json;

/// The columns of a job, in the order in which [`job`] reads them.
macro_rules! job_columns {
    () => {
        "id, account, api_key, dialect, ordered, callback_url, priority, price, price_version, \
         width, height, seed, state, not_before, lease_expires, progress, cancel_requested, \
         finished, output, charged, failure_class, failure_message, removed, attempt, \
         attempts_max, leases, ticket, ticket_id, deadline, remaining, deleted, \
         created, updated"
    };
}
pub(crate) use job_columns;

/// Test jobs have the usual priorities, this much further down: a line of their own. Statements
/// tell the two by [`TESTS_BELOW`]. Jobs for upstreams have them further up, a line for each model:
/// `line::remote_line`.
const TESTS_DOWN: i64 = 10;
/// Every test job's priority is below this number, and no real one's.
const TESTS_BELOW: i64 = -5;

/// The highest number in the column of jobs that may be seen: any, or those of tests.
pub(crate) const fn priority_max(tests_only: bool) -> i64 {
    if tests_only { TESTS_BELOW - 1 } else { i64::MAX }
}

/// An order's priority in its column.
pub(crate) fn rank(order: &Order) -> i64 {
    let middle = match (order.test, order.remote) {
        (true, _) => -TESTS_DOWN,
        (false, true) => line::remote_line(&order.model),
        (false, false) => 0,
    };
    order.priority.rank().saturating_add(middle)
}

/// The priority in a rank of any line.
fn priority_of(rank: i64) -> Option<Priority> {
    let middle = match rank {
        ..TESTS_BELOW => -TESTS_DOWN,
        _ => (rank + line::LINE_STEP / 2).div_euclid(line::LINE_STEP) * line::LINE_STEP,
    };
    Priority::from_rank(rank - middle)
}

/// Reads a row's columns in order, the id first.
pub(crate) struct Reader {
    table: &'static str,
    id: String,
    cells: std::vec::IntoIter<Cell>,
}

impl Reader {
    pub(crate) fn new(table: &'static str, row: Row) -> Self {
        let id = match row.first() {
            Some(Cell::Text(id)) => id.clone(),
            _ => String::new(),
        };
        Self { table, id, cells: row.into_iter() }
    }

    /// The error for a column that cannot be read.
    pub(crate) fn corrupt(&self, column: &'static str, detail: impl Display) -> StoreError {
        let (table, id) = (self.table, self.id.clone());
        StoreError::Corrupt { table, column, id, detail: detail.to_string() }
    }

    pub(crate) fn maybe_int(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.cells.next() {
            Some(Cell::Int(number)) => Ok(Some(number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.corrupt(column, "it is no number")),
        }
    }

    pub(crate) fn int(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.maybe_int(column)?.ok_or_else(|| self.corrupt(column, "it is null"))
    }

    /// A number of a narrower type.
    pub(crate) fn number<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T, StoreError>
    where
        T::Error: Display,
    {
        T::try_from(self.int(column)?).map_err(|error| self.corrupt(column, error))
    }

    pub(crate) fn maybe_text(
        &mut self,
        column: &'static str,
    ) -> Result<Option<String>, StoreError> {
        match self.cells.next() {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.corrupt(column, "it is no text")),
        }
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        self.maybe_text(column)?.ok_or_else(|| self.corrupt(column, "it is null"))
    }

    /// A text that `parse` understands.
    pub(crate) fn parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| self.corrupt(column, format!("it reads {text:?}")))
    }

    /// As [`Reader::parsed`], where there may be nothing.
    pub(crate) fn maybe_parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.maybe_text(column)? else { return Ok(None) };
        let read = parse(&text);
        read.map(Some).ok_or_else(|| self.corrupt(column, format!("it reads {text:?}")))
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp::from_ms)
    }

    pub(crate) fn maybe_time(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_int(column)?.map(Timestamp::from_ms))
    }

    pub(crate) fn credits(&mut self, column: &'static str) -> Result<Credits, StoreError> {
        self.int(column).map(Credits::from_micro)
    }
}

/// What a state looks like in columns.
pub(crate) struct StateColumns {
    pub(crate) state: &'static str,
    pub(crate) not_before: Option<i64>,
    pub(crate) lease_expires: Option<i64>,
    pub(crate) progress: Option<i64>,
    pub(crate) cancel_requested: Option<i64>,
    pub(crate) finished: Option<i64>,
    pub(crate) output: Option<String>,
    pub(crate) charged: Option<i64>,
    pub(crate) failure_class: Option<&'static str>,
    pub(crate) failure_message: Option<String>,
}

impl StateColumns {
    pub(crate) fn of(state: &State) -> Result<Self, StoreError> {
        let mut columns = Self {
            state: state.name().text(),
            not_before: None,
            lease_expires: None,
            progress: None,
            cancel_requested: None,
            finished: state.finished().map(Timestamp::ms),
            output: None,
            charged: None,
            failure_class: None,
            failure_message: None,
        };
        match state {
            State::Queued { not_before } => columns.not_before = Some(not_before.ms()),
            State::Running { lease, progress, cancel_requested } => {
                columns.lease_expires = Some(lease.expires.ms());
                columns.progress = Some(i64::from(progress.permille()));
                columns.cancel_requested = Some(i64::from(*cancel_requested));
            }
            State::Succeeded { output, charged, .. } => {
                columns.output = Some(json::write_output(output)?);
                columns.charged = Some(charged.micro());
            }
            State::Failed { failure, .. } => {
                columns.failure_class = Some(failure.class.name());
                columns.failure_message = Some(failure.message.clone());
            }
            State::Cancelled { .. } => {}
        }
        Ok(columns)
    }
}

/// A job's order in columns: its JSON, and the address to call back.
pub(crate) fn order_json(job: &Job) -> Result<String, StoreError> {
    json::write_order(&job.order)
}

/// What the JSON of every order for this model looks like to `LIKE`, with `!` to escape.
pub(crate) fn order_like(model: &ModelId) -> String {
    json::order_like(model)
}

/// The model in the beginning of an order's JSON.
pub(crate) fn model_of(beginning: &str) -> Option<ModelId> {
    json::model_of(beginning)
}

/// A ticket in columns.
pub(crate) fn ticket_values(ticket: &Ticket) -> (Value<'_>, Value<'_>) {
    match ticket {
        Ticket::None => (Value::from("none"), Value::Null),
        Ticket::Asked => (Value::from("asked"), Value::Null),
        Ticket::Known(id) => (Value::from("known"), Value::from(id)),
    }
}

/// A fingerprint from its hex.
pub(crate) fn read_fingerprint(text: &str) -> Option<Fingerprint> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(Fingerprint(bytes))
}

/// A job from the columns of [`job_columns`].
pub(crate) fn job(row: Row) -> Result<Job, StoreError> {
    let mut r = Reader::new("jobs", row);
    let id = r.parsed("id", JobId::parse)?;
    let account = r.parsed("account", AccountId::parse)?;
    let key = r.parsed("api_key", KeyId::parse)?;
    let dialect = r.text("dialect")?;
    let ordered = r.text("ordered")?;
    let callback_url = r.maybe_text("callback_url")?;
    let rank = r.int("priority")?;
    let priority = priority_of(rank);
    let priority = priority.ok_or_else(|| r.corrupt("priority", "there is no such priority"))?;
    let order = json::read_order(&ordered, callback_url, priority)
        .map_err(|detail| r.corrupt("ordered", detail))?;
    let price = Price { credits: r.credits("price")?, version: r.text("price_version")? };
    let size = Size { width: r.number("width")?, height: r.number("height")? };
    let seed = r.number("seed")?;
    let state = StateReader::read(&mut r)?;
    let attempt = r.number("attempt")?;
    let attempts_max = r.number("attempts_max")?;
    let leases = r.number("leases")?;
    Ok(Job {
        id,
        account,
        key,
        dialect,
        order,
        price,
        size,
        seed,
        attempt,
        attempts_max,
        leases,
        ticket: ticket(&mut r)?,
        deadline: r.time("deadline")?,
        remaining: r.maybe_int("remaining")?.map(Credits::from_micro),
        hidden: r.maybe_time("deleted")?,
        created: r.time("created")?,
        updated: r.time("updated")?,
        state: state.build(&r, leases)?,
    })
}

fn ticket(r: &mut Reader) -> Result<Ticket, StoreError> {
    let kind = r.text("ticket")?;
    match (kind.as_str(), r.maybe_text("ticket_id")?) {
        ("none", None) => Ok(Ticket::None),
        ("asked", None) => Ok(Ticket::Asked),
        ("known", Some(id)) => Ok(Ticket::Known(id)),
        _ => Err(r.corrupt("ticket", format!("it reads {kind:?}"))),
    }
}

/// The state's columns as read: the lease's token comes later, so the state is built at the end.
struct StateReader {
    name: StateName,
    not_before: Option<Timestamp>,
    lease_expires: Option<Timestamp>,
    progress: Option<i64>,
    cancel_requested: Option<i64>,
    finished: Option<Timestamp>,
    output: Option<String>,
    charged: Option<i64>,
    failure_class: Option<String>,
    failure_message: Option<String>,
    removed: Option<Timestamp>,
}

impl StateReader {
    fn read(r: &mut Reader) -> Result<Self, StoreError> {
        Ok(Self {
            name: r.parsed("state", StateName::parse)?,
            not_before: r.maybe_time("not_before")?,
            lease_expires: r.maybe_time("lease_expires")?,
            progress: r.maybe_int("progress")?,
            cancel_requested: r.maybe_int("cancel_requested")?,
            finished: r.maybe_time("finished")?,
            output: r.maybe_text("output")?,
            charged: r.maybe_int("charged")?,
            failure_class: r.maybe_text("failure_class")?,
            failure_message: r.maybe_text("failure_message")?,
            removed: r.maybe_time("removed")?,
        })
    }

    fn build(self, r: &Reader, leases: u64) -> Result<State, StoreError> {
        let missing = |column| move || r.corrupt(column, "it is null in this state");
        let finished = self.finished.ok_or_else(missing("finished"));
        Ok(match self.name {
            StateName::Queued => {
                State::Queued { not_before: self.not_before.ok_or_else(missing("not_before"))? }
            }
            StateName::Running => {
                let expires = self.lease_expires.ok_or_else(missing("lease_expires"))?;
                let permille = self.progress.ok_or_else(missing("progress"))?;
                let permille = u16::try_from(permille).unwrap_or(1000);
                State::Running {
                    lease: Lease { token: leases, expires },
                    progress: Progress::from_permille(permille),
                    cancel_requested: self.cancel_requested == Some(1),
                }
            }
            StateName::Succeeded => {
                let text = self.output.ok_or_else(missing("output"))?;
                let output = json::read_output(&text, self.removed)
                    .map_err(|detail| r.corrupt("output", detail))?;
                let charged = self.charged.ok_or_else(missing("charged"))?;
                let charged = Credits::from_micro(charged);
                State::Succeeded { finished: finished?, output, charged }
            }
            StateName::Failed => {
                let class = self.failure_class.as_deref().and_then(FailureClass::parse);
                let class = class.ok_or_else(missing("failure_class"))?;
                let message = self.failure_message.ok_or_else(missing("failure_message"))?;
                State::Failed { finished: finished?, failure: Failure { class, message } }
            }
            StateName::Cancelled => State::Cancelled { finished: finished? },
        })
    }
}
