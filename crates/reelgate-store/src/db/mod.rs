//! The databases. Nothing outside this folder names a driver.
//!
//! An operation is written once, as an async function over a [`Tx`]. On SQLite its futures are
//! always ready, so the writer thread simply runs them; on PostgreSQL they really wait.

mod bell;
mod checkpoint;
mod gather;
mod lane;
mod postgres;
mod postgres_tls;
mod sqlite;
mod tx;
mod writer;

pub(crate) use lane::{Forms, Outcomes};
pub(crate) use tx::{Ask, Cell, Lock, Row, Tx, Value, columns, values};

use crate::Options;
use crate::error::StoreError;
use reelgate_core::engine::BoxFuture;

/// Operations that may wait before the next one is refused as busy.
pub(crate) const QUEUE_MAX: usize = 4096;

/// One of the two databases.
pub(crate) enum Db {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Db {
    /// Opens what `options` name and brings its tables up to date.
    pub(crate) async fn open(options: &Options) -> Result<Self, StoreError> {
        let url = options.url.as_str();
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(sqlite::Sqlite::open(path, options.lasting).await?));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(postgres::Postgres::open(url).await?));
        }
        let message = "must begin with sqlite: or postgres://";
        Err(StoreError::database("the database's URL", message))
    }

    /// Which of the two it is.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// Runs `operation` in a transaction of its own: all of it happens, or none.
    ///
    /// Once it has begun it runs to its end, even when the caller stops waiting.
    pub(crate) async fn write<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(operation).await,
            Self::Postgres(postgres) => postgres.write(operation).await,
        }
    }

    /// Runs a read of very few rows, found by an index.
    pub(crate) async fn read<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.read_here(operation),
            Self::Postgres(postgres) => postgres.read(operation).await,
        }
    }

    /// Runs a read that may take long, away from the async threads, with one view of the database.
    pub(crate) async fn read_long<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.read_aside(operation).await,
            Self::Postgres(postgres) => postgres.read_snapshot(operation).await,
        }
    }

    /// Where callers of an operation with a form for many meet.
    pub(crate) fn lane<I, T>(&self, forms: Forms<I, T>) -> Lane<I, T>
    where
        I: Clone + Send + 'static,
        T: Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => Lane::Sqlite(sqlite.gather(forms)),
            Self::Postgres(postgres) => Lane::Postgres(lane::Queue::start(postgres, forms)),
        }
    }

    /// Tells the other processes on this database that there is something to do. SQLite has none.
    pub(crate) fn ring(&self) {
        if let Self::Postgres(postgres) = self {
            postgres.bell().ring();
        }
    }

    /// Waits until another process rings.
    pub(crate) async fn heard(&self) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(postgres) => postgres.bell().heard().await,
        }
    }

    /// Whether several servers may be using it at the same time.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Finishes what was accepted and closes.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Commits so far, where nobody else commits.
    pub(crate) fn commits(&self) -> Option<u64> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite.commits()),
            Self::Postgres(_) => None,
        }
    }

    /// Whether no write can succeed any more, until the process starts again.
    pub(crate) fn is_stopped(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.is_stopped(),
            Self::Postgres(postgres) => postgres.is_stopped(),
        }
    }
}

/// Where callers meet, to have an operation done for many of them at once.
pub(crate) enum Lane<I, T> {
    Sqlite(gather::Gather<I, T>),
    Postgres(lane::Queue<I, T>),
}

impl<I, T> Lane<I, T>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
{
    /// Waits for this item's outcome.
    pub(crate) async fn run(&self, item: I) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(gather) => gather.run(item).await,
            Self::Postgres(queue) => queue.run(item).await,
        }
    }
}
