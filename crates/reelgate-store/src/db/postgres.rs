//! PostgreSQL: a small pool of connections, one transaction for each operation.

use super::bell::Bell;
use super::postgres_tls::{Address, address};
use super::{Cell, QUEUE_MAX, Row, Tx, Value};
use crate::error::StoreError;
use crate::migrate;
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use reelgate_core::engine::BoxFuture;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Statement};

/// More connections than this make a small server slower, not faster.
const CONNECTIONS_MAX: usize = 12;
/// How long an operation waits for a connection before it is refused as busy.
const WAIT_S: u64 = 5;
/// How long a statement may go unanswered, unless the URL says otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Who reads the whole database in one go waits so many times as long.
const SNAPSHOT_PATIENCE: u32 = 20;
/// A server that does not confirm what was sent for so long is gone.
const VANISHED: Duration = Duration::from_secs(20);
/// Nobody waits long for a row, and a client that went away does not keep one.
const LIMITS: &str = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s";
/// Processes that start at the same time migrate one after the other under this lock.
const MIGRATION_LOCK: &str = "SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(7293051846)";

/// A PostgreSQL database. All clones are one.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: Pool,
    patience: Duration,
    waiting: Arc<Semaphore>,
    bell: Arc<Bell>,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let mut address = address(url)?;
        let config = &mut address.config;
        if config.get_options().is_none() {
            config.options(LIMITS);
        }
        // A server that vanished without a word is noticed while something waits for it.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(VANISHED);
        }
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let Address { config, tls, patience } = address.clone();
        let manager = match tls {
            Some(tls) => Manager::from_config(config, tls, settings),
            None => Manager::from_config(config, NoTls, settings),
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS_MAX)
            .wait_timeout(Some(Duration::from_secs(WAIT_S)))
            .create_timeout(Some(Duration::from_secs(WAIT_S)))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::database("postgres", error))?;
        let (waiting, bell) = (Arc::new(Semaphore::new(QUEUE_MAX)), Arc::new(Bell::new(address)));
        let postgres = Self { pool, patience, waiting, bell };
        postgres.migrate().await?;
        Ok(postgres)
    }

    /// Runs on a task of its own: a caller that hangs up cannot leave a transaction half way.
    pub(super) async fn write<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let _place = self.place()?;
        self.transaction(operation).await
    }

    /// As [`Postgres::write`], for who has a place in the queue already.
    pub(super) async fn transaction<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        self.spawn("BEGIN", self.patience, operation).await
    }

    /// A place among the operations that may wait.
    pub(super) fn place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        Arc::clone(&self.waiting).try_acquire_owned().map_err(|error| match error {
            TryAcquireError::NoPermits => StoreError::Busy,
            TryAcquireError::Closed => StoreError::database("postgres", "the store is closed"),
        })
    }

    pub(super) async fn read_snapshot<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let _place = self.place()?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.spawn(begin, self.patience * SNAPSHOT_PATIENCE, operation).await
    }

    /// Single statements, without a transaction around them: nothing to undo when dropped.
    pub(super) async fn read<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>>,
    {
        let client = self.pool.get().await.map_err(no_connection)?;
        let mut tx = Tx::Postgres(Session { client, begin: None, patience: self.patience });
        let result = operation(&mut tx).await;
        if let (Tx::Postgres(session), Err(StoreError::Unavailable(_))) = (tx, &result) {
            // Nobody else should wait for what it may still answer.
            drop(Object::take(session.client));
        }
        result
    }

    pub(super) async fn close(&self) {
        // Every place is free again once everything that was accepted is done.
        let all = u32::try_from(QUEUE_MAX).unwrap_or(u32::MAX);
        let idle = self.waiting.acquire_many(all).await;
        self.waiting.close();
        drop(idle);
        self.bell.stop();
        self.pool.close();
    }

    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.pool.is_closed()
    }

    async fn spawn<T, F>(
        &self,
        begin: &'static str,
        patience: Duration,
        operation: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let pool = self.pool.clone();
        let task = tokio::spawn(async move {
            let mut lent = Lent::begin(&pool, begin, patience).await?;
            let result = operation(lent.tx()?).await;
            lent.end(result).await
        });
        task.await.map_err(|error| StoreError::database("postgres", error))?
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let client = self.pool.get().await.map_err(no_connection)?;
        // A migration takes the time it takes.
        let mut session = Session { client, begin: None, patience: Duration::MAX };
        loop {
            // One simple query of several statements is one transaction only with BEGIN in front.
            let begin = format!("BEGIN; {MIGRATION_LOCK}; {}", migrate::CREATE);
            let result = match session.client.batch_execute(&begin).await {
                Ok(()) => migrate_once(&mut session).await,
                Err(error) => Err(failed(error)),
            };
            let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
            session.client.batch_execute(end).await.map_err(failed)?;
            if !result? {
                return Ok(());
            }
        }
    }
}

/// One step of the way; false at its end.
async fn migrate_once(session: &mut Session) -> Result<bool, StoreError> {
    let rows = query(session, migrate::VERSION, &[]).await?;
    let Some([Cell::Int(version)]) = rows.first().map(Vec::as_slice) else {
        return Err(StoreError::database("postgres", "the migrations table has no version"));
    };
    match migrate::step_after(*version, |migration| migration.postgres)? {
        Some(script) => session.client.batch_execute(&script).await.map_err(failed).map(|()| true),
        None => Ok(false),
    }
}

/// A connection inside a transaction. One that was not ended in good order (a panic, a lost
/// server) is thrown away instead of going back with a transaction open.
pub(super) struct Lent(Option<Tx>);

impl Lent {
    pub(super) async fn begin(
        pool: &Pool,
        begin: &'static str,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let client = pool.get().await.map_err(no_connection)?;
        Ok(Self(Some(Tx::Postgres(Session { client, begin: Some(begin), patience }))))
    }

    pub(super) fn tx(&mut self) -> Result<&mut Tx, StoreError> {
        self.0.as_mut().ok_or_else(|| StoreError::database("postgres", "a connection was lost"))
    }

    /// Commits what succeeded, undoes what did not.
    pub(super) async fn end<T>(mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let Tx::Postgres(Session { client, begin, patience }) = self.tx()? else {
            return Err(StoreError::database("postgres", "handed another database"));
        };
        if begin.is_some() {
            // It asked nothing, so there is nothing to end.
            drop(self.0.take());
            return result;
        }
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        // Who goes away while committing may have committed.
        let ended = match timeout(*patience, client.batch_execute(end)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if is_lost(&error) => Err(unknown(&error)),
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => Err(StoreError::database("postgres", format!("no answer to {end}"))),
        };
        if ended.is_ok() {
            // Dropping the client whole is what returns it to the pool.
            drop(self.0.take());
        }
        // The operation's own error says more than that undoing it failed too.
        result.and_then(|value| ended.map(|()| value))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(Tx::Postgres(session)) = self.0.take() {
            drop(Object::take(session.client));
        }
    }
}

/// A connection and, until its first statement, what begins its transaction: both go out together.
pub(crate) struct Session {
    client: Object,
    begin: Option<&'static str>,
    patience: Duration,
}

impl Session {
    /// Runs the first statement behind what begins the transaction, in one round trip.
    async fn begun<T>(
        &mut self,
        statement: impl AsyncFnOnce(&Object) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let client = &self.client;
        let Some(begin) = self.begin.take() else {
            return self.answered(statement(client)).await;
        };
        let begin = async { client.batch_execute(begin).await.map_err(failed) };
        // Polled, and thereby sent, in this order.
        let both = futures_util::future::try_join(begin, statement(client));
        let ((), found) = self.answered(both).await?;
        Ok(found)
    }

    async fn prepare(&self, sql: &str) -> Result<Statement, StoreError> {
        self.answered(async { self.client.prepare_cached(sql).await.map_err(failed) }).await
    }

    /// Waits for a server that may have frozen with its connections open.
    async fn answered<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let late = |_| StoreError::Unavailable("postgres: no answer".to_owned());
        timeout(self.patience, answer).await.map_err(late)?
    }
}

pub(super) async fn query(
    session: &mut Session,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, StoreError> {
    let statement = session.prepare(sql).await?;
    session.begun(async |client| run_query(client, &statement, values).await).await
}

/// The answers to statements that are all sent before the first answer is awaited.
pub(super) async fn query_all(
    session: &mut Session,
    asks: &[(String, Vec<Value<'_>>)],
) -> Result<Vec<Vec<Row>>, StoreError> {
    let mut prepared = Vec::with_capacity(asks.len());
    for (sql, values) in asks {
        prepared.push((session.prepare(sql).await?, values));
    }
    let all = async |client: &Object| {
        let runs = prepared.iter().map(|(statement, values)| run_query(client, statement, values));
        futures_util::future::try_join_all(runs).await
    };
    session.begun(all).await
}

async fn run_query(
    client: &Object,
    statement: &Statement,
    values: &[Value<'_>],
) -> Result<Vec<Row>, StoreError> {
    let found = client.query(statement, &parameters(values)).await.map_err(failed)?;
    found.iter().map(row).collect()
}

pub(super) async fn execute(
    session: &mut Session,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let statement = session.prepare(sql).await?;
    session.begun(async |client| run(client, &statement, values).await).await
}

/// Rows changed by statements that are sent in this order before the first answer is awaited. One
/// that fails makes those behind it fail.
pub(super) async fn execute_all(
    session: &mut Session,
    writes: &[(&'static str, Vec<Value<'_>>)],
) -> Result<Vec<u64>, StoreError> {
    let mut prepared = Vec::with_capacity(writes.len());
    for (sql, values) in writes {
        prepared.push((session.prepare(sql).await?, values));
    }
    let all = async |client: &Object| {
        let runs = prepared.iter().map(|(statement, values)| run(client, statement, values));
        futures_util::future::try_join_all(runs).await
    };
    session.begun(all).await
}

/// All sets go out before the first answer is awaited.
pub(super) async fn execute_each(
    session: &mut Session,
    sql: &str,
    sets: &[Vec<Value<'_>>],
) -> Result<Vec<u64>, StoreError> {
    let statement = &session.prepare(sql).await?;
    let all = async |client: &Object| {
        let runs = sets.iter().map(|values| run(client, statement, values));
        futures_util::future::try_join_all(runs).await
    };
    session.begun(all).await
}

async fn run(
    client: &Object,
    statement: &Statement,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    client.execute(statement, &parameters(values)).await.map_err(failed)
}

fn parameters<'v>(values: &'v [Value<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let cell = |(index, column): (usize, &tokio_postgres::Column)| {
        let cell = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index).map(|v| v.map(Cell::Int)),
            _ => row.try_get::<_, Option<String>>(index).map(|v| v.map(Cell::Text)),
        };
        cell.map(|cell| cell.unwrap_or(Cell::Null)).map_err(failed)
    };
    row.columns().iter().enumerate().map(cell).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql_checked(ty, out),
            Self::Text(text) => text.as_ref().to_sql_checked(ty, out),
            Self::Ints(numbers) => numbers.to_sql_checked(ty, out),
            Self::Texts(texts) => texts.to_sql_checked(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::INT8_ARRAY | Type::TEXT_ARRAY)
    }

    to_sql_checked!();
}

fn no_connection(error: PoolError) -> StoreError {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
        PoolError::Closed => StoreError::database("postgres", error),
        PoolError::Backend(error) => StoreError::Unavailable(format!("postgres: {}", said(&error))),
        error => StoreError::Unavailable(format!("postgres: {error}")),
    }
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    let again = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::TOO_MANY_CONNECTIONS,
    ];
    if error.code().is_some_and(|code| again.contains(code)) {
        return StoreError::Busy;
    }
    if is_lost(&error) {
        return StoreError::Unavailable(format!("postgres: {}", said(&error)));
    }
    unknown(&error)
}

fn unknown(error: &tokio_postgres::Error) -> StoreError {
    StoreError::database("postgres", said(error))
}

/// Whether the connection is gone, or the server says that it is about to be.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    let going = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    match error.code() {
        Some(code) => going.contains(code),
        None => error.is_closed() || error.source().is_some_and(|cause| cause.is::<io::Error>()),
    }
}

/// The driver's own text is only "db error"; the database's says which rule was broken.
fn said(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(cause), _) => cause.to_string(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
