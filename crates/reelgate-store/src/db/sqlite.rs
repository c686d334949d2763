//! SQLite: one connection that writes, on a thread of its own, and a few that read where they are
//! called.

use super::checkpoint::{self, Checkpointer};
use super::gather::Gather;
use super::lane::Forms;
use super::writer::{self, Message, Waiting};
use super::{Cell, QUEUE_MAX, Row, Tx, Value};
use crate::error::StoreError;
use crate::migrate;
use reelgate_core::engine::BoxFuture;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long to wait for another process (a command line tool, say) that holds the file.
const BUSY_MS: u64 = 5_000;
/// Statements each connection keeps prepared; there are about sixty.
const STATEMENTS_MAX: usize = 128;
/// Reading connections that are kept open.
const READERS_MAX: usize = 8;
/// Readers look at the file through memory, as far as a gigabyte of it: pages that one has looked
/// at are there for all, and none is copied. Where the disk fails, that ends the process; what a
/// process has promised outlives it anyway.
const READING: &str = "PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824";
/// Whoever closes the file last empties its log into it, a reader too.
const FLUSHED: &str = "PRAGMA synchronous = FULL";
const NOT_FLUSHED: &str = "PRAGMA synchronous = OFF";

/// A SQLite file.
pub(crate) struct Sqlite {
    queue: mpsc::Sender<Message>,
    readers: Arc<Readers>,
    commits: Arc<AtomicU64>,
}

/// Connections that can only read.
struct Readers {
    path: PathBuf,
    settings: String,
    idle: Mutex<Vec<Tx>>,
}

impl Sqlite {
    pub(super) async fn open(path: &str, lasting: bool) -> Result<Self, StoreError> {
        let path = PathBuf::from(path);
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let flush = if lasting { FLUSHED } else { NOT_FLUSHED };
        let settings = format!("{READING}; {flush}");
        let idle = Mutex::new(Vec::new());
        let readers = Arc::new(Readers { path: path.clone(), settings, idle });
        let opened = tokio::task::spawn_blocking(move || {
            create_private(&path)?;
            open_writing(&path, flush)
        });
        let opened = opened.await;
        let (tx, checkpointer) =
            opened.map_err(|error| StoreError::database("sqlite", error))??;
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                let closing = writer::serve(tx, waiting, &counted);
                // It ends with the writing connection; after this the file is nobody's.
                let _ = checkpointer.join();
                if let Some(done) = closing {
                    let _ = done.send(());
                }
            })
            .map_err(|error| StoreError::database("the store's writer", error))?;
        Ok(Self { queue, readers, commits })
    }

    pub(super) async fn write<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let message = Message::Run(Box::new(Waiting::new(operation, reply)));
        self.queue.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Where callers of an operation with a form for many meet.
    pub(super) fn gather<I, T>(&self, forms: Forms<I, T>) -> Gather<I, T>
    where
        I: Clone + Send + 'static,
        T: Send + 'static,
    {
        Gather::new(self.queue.clone(), forms)
    }

    /// Runs a read on the calling thread: a point read takes microseconds, less than a hand-over.
    pub(super) fn read_here<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>>,
    {
        self.readers.with(|tx| writer::run_ready(operation(tx)))
    }

    pub(super) async fn read_aside<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let task = tokio::task::spawn_blocking(move || {
            readers.with(|tx| {
                run_command(tx, "BEGIN")?;
                let result = writer::run_ready(operation(tx));
                run_command(tx, "COMMIT")?;
                result
            })
        });
        task.await.map_err(|error| StoreError::database("sqlite", error))?
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        // When the writer is gone already there is nothing left to close.
        if self.queue.send(Message::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Commits so far.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.queue.is_closed()
    }
}

impl Readers {
    /// Lends a reading connection. One that was met by an error is not used again.
    fn with<T>(
        &self,
        read: impl FnOnce(&mut Tx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tx = match idle {
            Some(tx) => tx,
            None => Tx::Sqlite(connect(&self.path, &self.settings)?),
        };
        let result = read(&mut tx);
        if result.is_ok() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < READERS_MAX {
                idle.push(tx);
            }
        }
        result
    }
}

pub(super) fn stopped() -> StoreError {
    StoreError::database("sqlite", "the store is closed, or its writer has failed")
}

/// Creates the file, where there is none, for this user alone: it holds the secrets that sign
/// webhooks. The files that SQLite adds beside it inherit that.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let place = path.display().to_string();
    options.open(path).map(drop).map_err(|error| StoreError::database(&place, error))
}

/// `FULL` flushes at every commit; with many operations in a commit that costs nothing measurable.
/// What need not last is not flushed at all.
///
/// Of the cache of pages, each commit may look through all: a larger one costs more than it spares.
fn open_writing(path: &Path, flush: &str) -> Result<(Tx, Checkpointer), StoreError> {
    let settings = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; \
                    PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864";
    // Undoing one operation of a batch needs the pages it touched: in memory, not in a file.
    let settings = format!("{flush}; {settings}; PRAGMA temp_store = MEMORY");
    let mut connection = connect(path, &settings)?;
    migrate::sqlite(&mut SqliteScripts(&mut connection))?;
    let checkpointer = checkpoint::start(&mut connection, connect(path, flush)?)?;
    Ok((Tx::Sqlite(connection), checkpointer))
}

fn connect(path: &Path, settings: &str) -> Result<Connection, StoreError> {
    let place = path.display().to_string();
    let connection = Connection::open(path).map_err(|error| StoreError::database(&place, error))?;
    connection
        .busy_timeout(Duration::from_millis(BUSY_MS))
        .and_then(|()| connection.execute_batch(settings))
        // Or else a statement is planned anew for every value that a partial index might match.
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))
        .map_err(|error| StoreError::database(&place, error))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// How migrations reach a SQLite file: several statements at once, without parameters.
struct SqliteScripts<'c>(&'c mut Connection);

impl migrate::Scripts for SqliteScripts<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.0.execute_batch(sql).map_err(failed)
    }

    fn number(&mut self, sql: &str) -> Result<i64, StoreError> {
        self.0.query_row(sql, [], |row| row.get(0)).map_err(failed)
    }
}

pub(super) fn query(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, StoreError> {
    let mut statement = prepare(connection, sql)?;
    let width = statement.column_count();
    let mut found = statement.query(rusqlite::params_from_iter(values)).map_err(failed)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failed)? {
        let cells = (0..width).map(|index| cell(row.get_ref(index).map_err(failed)?));
        rows.push(cells.collect::<Result<Row, StoreError>>()?);
    }
    Ok(rows)
}

pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let mut statement = prepare(connection, sql)?;
    let changed = statement.execute(rusqlite::params_from_iter(values)).map_err(failed)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

fn run_command(tx: &Tx, sql: &str) -> Result<(), StoreError> {
    match tx {
        Tx::Sqlite(connection) => execute(connection, sql, &[]).map(drop),
        Tx::Postgres(_) => Err(StoreError::database("sqlite", "handed another database")),
    }
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
) -> Result<rusqlite::CachedStatement<'c>, StoreError> {
    let statement = connection.prepare_cached(sql).map_err(failed)?;
    debug_assert!(
        (1..=statement.parameter_count())
            .all(|n| statement.parameter_name(n) == Some(format!("${n}").as_str())),
        "SQLite numbers parameters as they appear, so {sql} must use them in order"
    );
    Ok(statement)
}

fn cell(value: ValueRef<'_>) -> Result<Cell, StoreError> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(number) => Ok(Cell::Int(number)),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cell::Text(text.to_owned())),
            Err(error) => Err(StoreError::database("sqlite: a text", error)),
        },
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(StoreError::database("sqlite", "a value is neither a number nor a text"))
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => Ok(ToSqlOutput::Borrowed(ValueRef::Null)),
            Self::Int(number) => Ok(ToSqlOutput::Borrowed(ValueRef::Integer(*number))),
            Self::Text(text) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))),
            Self::Ints(_) | Self::Texts(_) => {
                Err(rusqlite::Error::ToSqlConversionFailure("SQLite has no lists".into()))
            }
        }
    }
}

fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::database("sqlite", error),
    }
}

#[cfg(test)]
mod tests;
