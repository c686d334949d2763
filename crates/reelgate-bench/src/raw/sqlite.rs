//! Raw SQLite: one thread that owns the connection and commits whatever has collected, at most
//! `batch_max` jobs at a time. With a batch of one this is the usual transaction for each job.

use super::{ACCOUNTS, BALANCE, PRICE, RawJob, spread};
use crate::load::Load;
use rusqlite::{Connection, params};
use std::io::{Error, Result};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

const TABLES: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
    PRAGMA wal_autocheckpoint = 4000;
    CREATE TABLE accounts (id TEXT PRIMARY KEY, balance BIGINT NOT NULL, held BIGINT NOT NULL);
    CREATE TABLE idempotency (account TEXT NOT NULL, idempotency_key TEXT NOT NULL,
        fingerprint TEXT NOT NULL, job TEXT NOT NULL, created BIGINT NOT NULL,
        PRIMARY KEY (account, idempotency_key));
    CREATE TABLE jobs (id TEXT PRIMARY KEY, account TEXT NOT NULL, state TEXT NOT NULL,
        ordered TEXT NOT NULL, price BIGINT NOT NULL, created BIGINT NOT NULL);
    CREATE INDEX jobs_queued ON jobs (created) WHERE state = 'queued';
    CREATE TABLE ledger_entries (id TEXT PRIMARY KEY, account TEXT NOT NULL, job TEXT NOT NULL,
        amount BIGINT NOT NULL, at BIGINT NOT NULL);";
const REMEMBER: &str = "INSERT INTO idempotency VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT DO NOTHING";
const HOLD: &str = "UPDATE accounts SET held = held + ?1 WHERE id = ?2 AND balance - held >= ?1";
const JOB: &str = "INSERT INTO jobs VALUES (?1, ?2, 'queued', ?3, ?4, 0)";
const ENTER: &str = "INSERT INTO ledger_entries VALUES (?1, ?2, ?1, ?3, 0)";
const QUEUE_MAX: usize = 4096;

type Waiting = (RawJob, oneshot::Sender<()>);

pub(super) fn run(
    runtime: &tokio::runtime::Runtime,
    path: &str,
    waiters: u64,
    batch_max: usize,
    run_for: Duration,
) -> Result<Load> {
    let connection = open(path).map_err(Error::other)?;
    let (queue, waiting) = mpsc::channel::<Waiting>(QUEUE_MAX);
    let writer = std::thread::spawn(move || serve(connection, waiting, batch_max));
    let load = runtime.block_on(spread(waiters, run_for, move |job| {
        let queue = queue.clone();
        async move {
            let (done, committed) = oneshot::channel();
            queue.send((job, done)).await.map_err(Error::other)?;
            committed.await.map_err(Error::other)
        }
    }))?;
    let ended = writer.join().map_err(|_| Error::other("the writer panicked"))?;
    ended.map_err(Error::other)?;
    Ok(load)
}

fn open(path: &str) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch(TABLES)?;
    let all = connection.transaction()?;
    for n in 0..ACCOUNTS {
        all.execute(
            "INSERT INTO accounts VALUES (?1, ?2, 0)",
            params![format!("{n:012x}"), BALANCE],
        )?;
    }
    all.commit()?;
    Ok(connection)
}

fn serve(
    mut connection: Connection,
    mut queue: mpsc::Receiver<Waiting>,
    batch_max: usize,
) -> rusqlite::Result<()> {
    let mut batch = Vec::new();
    while let Some(first) = queue.blocking_recv() {
        let all = connection.transaction()?;
        let mut next = Some(first);
        while let Some((job, done)) = next.take() {
            accept(&all, &job)?;
            batch.push(done);
            if batch.len() < batch_max {
                next = queue.try_recv().ok();
            }
        }
        all.commit()?;
        for done in batch.drain(..) {
            let _ = done.send(());
        }
    }
    Ok(())
}

fn accept(connection: &Connection, job: &RawJob) -> rusqlite::Result<()> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        connection.prepare_cached(sql)?.execute(values).map(drop)
    };
    run(REMEMBER, params![job.account, job.key, job.fingerprint, job.id])?;
    run(HOLD, params![PRICE, job.account])?;
    run(JOB, params![job.id, job.account, job.body, PRICE])?;
    run(ENTER, params![job.id, job.account, PRICE])
}
