//! What an operation sees of a database: statements with `$1 … $n`, numbers and texts.
//!
//! Both databases read the same SQL because it keeps to a small common part: columns are `BIGINT`
//! or `TEXT`, sums are cast, and parameters are numbered in the order in which they first appear
//! (SQLite numbers `$n` that way; [`super::sqlite`] checks it).

use super::{postgres, sqlite};
use crate::error::StoreError;
use reelgate_core::{
    AccountId, AssetId, CodeId, Credits, DeliveryId, EndpointId, EntryId, JobId, KeyId, PaymentId,
    SessionId, Timestamp, UserId,
};
use std::borrow::Cow;

/// A connection inside a transaction, or a reading one.
pub(crate) enum Tx {
    Sqlite(rusqlite::Connection),
    Postgres(postgres::Session),
}

/// A parameter of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    /// Only PostgreSQL has lists; the statements for many rows at once use them.
    Ints(Vec<Option<i64>>),
    /// As above.
    Texts(Vec<Option<String>>),
}

/// One value of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
}

impl Cell {
    /// The number in it.
    pub(crate) fn number(self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(number),
            Self::Null | Self::Text(_) => None,
        }
    }
}

/// One row of an answer.
pub(crate) type Row = Vec<Cell>;

impl Tx {
    /// The rows a statement answers.
    pub(crate) async fn query(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::query(connection, sql, values),
            Self::Postgres(session) => postgres::query(session, sql, values).await,
        }
    }

    /// The first row a statement answers.
    pub(crate) async fn first(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// The first row, locked as in [`Tx::query_locked`].
    pub(crate) async fn first_locked(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query_locked(sql, values).await?.into_iter().next())
    }

    /// Rows that nobody else can change until this transaction ends.
    ///
    /// SQLite has one writer, so there they are safe already. PostgreSQL's weaker row lock is the
    /// right one: keys never change here, and the stronger one would wait for the foreign keys of
    /// rows that others are adding.
    pub(crate) async fn query_locked(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::query(connection, sql, values),
            Self::Postgres(session) => {
                postgres::query(session, &format!("{sql} FOR NO KEY UPDATE"), values).await
            }
        }
    }

    /// The rows that no other transaction is changing at this moment, locked likewise.
    pub(crate) async fn query_unlocked(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::query(connection, sql, values),
            Self::Postgres(session) => {
                let sql = format!("{sql} FOR NO KEY UPDATE SKIP LOCKED");
                postgres::query(session, &sql, values).await
            }
        }
    }

    /// Rows changed by a statement.
    pub(crate) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Self::Postgres(session) => postgres::execute(session, sql, values).await,
        }
    }

    /// Rows changed by the same statement for each set of values, in one round trip.
    pub(crate) async fn execute_each(
        &mut self,
        sql: &'static str,
        sets: &[Vec<Value<'_>>],
    ) -> Result<Vec<u64>, StoreError> {
        match self {
            Self::Sqlite(connection) => {
                sets.iter().map(|values| sqlite::execute(connection, sql, values)).collect()
            }
            Self::Postgres(session) => postgres::execute_each(session, sql, sets).await,
        }
    }
}

/// The forms for many rows at once; only PostgreSQL has them.
impl Tx {
    /// Whether those forms are to be used.
    pub(crate) fn has_lists(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The rows that several statements answer, in one round trip.
    pub(crate) async fn query_all(
        &mut self,
        asks: Vec<Ask<'_>>,
    ) -> Result<Vec<Vec<Row>>, StoreError> {
        let asks: Vec<_> = asks
            .into_iter()
            .map(|Ask { sql, lock, values }| (format!("{sql}{}", lock.clause()), values))
            .collect();
        postgres::query_all(self.postgres()?, &asks).await
    }

    /// Rows changed by several statements, one after the other in one round trip.
    pub(crate) async fn execute_all(
        &mut self,
        writes: &[(&'static str, Vec<Value<'_>>)],
    ) -> Result<Vec<u64>, StoreError> {
        postgres::execute_all(self.postgres()?, writes).await
    }

    fn postgres(&mut self) -> Result<&mut postgres::Session, StoreError> {
        match self {
            Self::Sqlite(_) => Err(StoreError::database("sqlite", "has no lists")),
            Self::Postgres(session) => Ok(session),
        }
    }
}

/// A question of [`Tx::query_all`].
pub(crate) struct Ask<'a> {
    pub(crate) sql: &'static str,
    pub(crate) lock: Lock,
    pub(crate) values: Vec<Value<'a>>,
}

/// What a question does to the rows it finds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    /// Nothing.
    None,
    /// As [`Tx::query_locked`].
    Wait,
    /// As [`Tx::query_unlocked`].
    Skip,
}

impl Lock {
    fn clause(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Wait => " FOR NO KEY UPDATE",
            Self::Skip => " FOR NO KEY UPDATE SKIP LOCKED",
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<u64> for Value<'_> {
    /// Counters: no database could count to where this stops.
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(moment: Timestamp) -> Self {
        Self::Int(moment.ms())
    }
}

impl From<Credits> for Value<'_> {
    fn from(amount: Credits) -> Self {
        Self::Int(amount.micro())
    }
}

macro_rules! id_values {
    ($($id:ty),*) => {$(
        impl From<$id> for Value<'_> {
            fn from(id: $id) -> Self {
                Self::Text(Cow::Owned(id.to_string()))
            }
        }
    )*};
}

id_values!(
    AccountId, AssetId, CodeId, DeliveryId, EndpointId, EntryId, JobId, KeyId, PaymentId,
    SessionId, UserId
);

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        clean(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        clean(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        clean(Cow::Owned(text))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The columns of many rows, each as one list: what `unnest` turns into rows again.
///
/// Every row must have the same types in the same places; a null takes the type of its column.
pub(crate) fn columns(rows: Vec<Vec<Value<'_>>>, are_texts: &[bool]) -> Vec<Value<'static>> {
    let mut columns: Vec<Value<'static>> = are_texts
        .iter()
        .map(|text| match text {
            true => Value::Texts(Vec::with_capacity(rows.len())),
            false => Value::Ints(Vec::with_capacity(rows.len())),
        })
        .collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            match (column, value) {
                (Value::Texts(texts), Value::Text(text)) => texts.push(Some(text.into_owned())),
                (Value::Texts(texts), _) => texts.push(None),
                (Value::Ints(numbers), Value::Int(number)) => numbers.push(Some(number)),
                (Value::Ints(numbers), _) => numbers.push(None),
                _ => {}
            }
        }
    }
    columns
}

/// PostgreSQL has no text with NUL in it. A provider's error message may have one, and that must
/// not keep a job from ending.
fn clean(text: Cow<'_, str>) -> Value<'_> {
    if text.contains('\0') {
        return Value::Text(Cow::Owned(text.replace('\0', "\u{fffd}")));
    }
    Value::Text(text)
}

/// Parameters of different types.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::db::Value::from($value)),*] };
}
pub(crate) use values;
