//! Raw PostgreSQL: one task that hands whatever has collected to the database as one statement,
//! with the accounts locked in order and each one's running balance checked.

use super::{ACCOUNTS, BALANCE, PRICE, RawJob, spread};
use crate::load::Load;
use std::collections::HashSet;
use std::io::{Error, Result};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, NoTls};

const TABLES: &str = "
    DROP TABLE IF EXISTS raw_accounts, raw_idempotency, raw_jobs, raw_ledger;
    CREATE TABLE raw_accounts (id TEXT PRIMARY KEY, balance BIGINT NOT NULL, held BIGINT NOT NULL)
        WITH (fillfactor = 50);
    CREATE TABLE raw_idempotency (account TEXT NOT NULL, idempotency_key TEXT NOT NULL,
        fingerprint TEXT NOT NULL, job TEXT NOT NULL, created BIGINT NOT NULL,
        PRIMARY KEY (account, idempotency_key));
    CREATE TABLE raw_jobs (id TEXT PRIMARY KEY, account TEXT NOT NULL, state TEXT NOT NULL,
        ordered TEXT NOT NULL, price BIGINT NOT NULL, created BIGINT NOT NULL);
    CREATE INDEX raw_jobs_queued ON raw_jobs (created) WHERE state = 'queued';
    CREATE TABLE raw_ledger (id TEXT PRIMARY KEY, account TEXT NOT NULL, job TEXT NOT NULL,
        amount BIGINT NOT NULL, at BIGINT NOT NULL);";
const ACCEPT: &str = "
    WITH asked AS (SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[])
            WITH ORDINALITY AS a (job, account, key, print, body, n)),
        locked AS MATERIALIZED (SELECT id, balance - held AS free FROM raw_accounts
            WHERE id IN (SELECT account FROM asked) ORDER BY id FOR UPDATE),
        fit AS (SELECT asked.*, free, sum($6::BIGINT) OVER (PARTITION BY account ORDER BY n) AS used
            FROM asked JOIN locked ON locked.id = asked.account),
        keyed AS (INSERT INTO raw_idempotency SELECT account, key, print, job, 0 FROM fit
            WHERE used <= free ON CONFLICT DO NOTHING RETURNING job),
        good AS (SELECT fit.job, fit.account, fit.body FROM fit JOIN keyed USING (job)),
        moved AS (UPDATE raw_accounts SET held = held + s.total FROM (SELECT account,
            count(*) * $6::BIGINT AS total FROM good GROUP BY account) AS s
            WHERE raw_accounts.id = s.account),
        made AS (INSERT INTO raw_jobs SELECT job, account, 'queued', body, $6, 0 FROM good),
        entered AS (INSERT INTO raw_ledger SELECT job, account, job, $6, 0 FROM good)
    SELECT job FROM good";
const QUEUE_MAX: usize = 4096;

type Waiting = (RawJob, oneshot::Sender<()>);

pub(super) async fn run(
    url: &str,
    waiters: u64,
    batch_max: usize,
    run_for: Duration,
) -> Result<Load> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(Error::other)?;
    tokio::spawn(connection);
    client.batch_execute(TABLES).await.map_err(Error::other)?;
    let accounts = format!(
        "INSERT INTO raw_accounts SELECT lpad(to_hex(n), 12, '0'), {BALANCE}, 0 \
         FROM generate_series(0, {}) AS s (n)",
        ACCOUNTS - 1
    );
    client.batch_execute(&accounts).await.map_err(Error::other)?;
    let (queue, waiting) = mpsc::channel::<Waiting>(QUEUE_MAX);
    let writer = tokio::spawn(serve(client, waiting, batch_max));
    let load = spread(waiters, run_for, move |job| {
        let queue = queue.clone();
        async move {
            let (done, committed) = oneshot::channel();
            queue.send((job, done)).await.map_err(Error::other)?;
            committed.await.map_err(Error::other)
        }
    });
    let load = load.await?;
    writer.await.map_err(Error::other)??;
    Ok(load)
}

async fn serve(client: Client, mut queue: mpsc::Receiver<Waiting>, batch_max: usize) -> Result<()> {
    let accept = client.prepare(ACCEPT).await.map_err(Error::other)?;
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, batch_max).await > 0 {
        let column = |of: fn(&RawJob) -> &str| -> Vec<&str> {
            batch.iter().map(|(job, _)| of(job)).collect()
        };
        let (jobs, accounts) = (column(|j| &j.id), column(|j| &j.account));
        let (keys, prints) = (column(|j| &j.key), column(|j| &j.fingerprint));
        let bodies = column(|j| &j.body);
        let rows = client
            .query(&accept, &[&jobs, &accounts, &keys, &prints, &bodies, &PRICE])
            .await
            .map_err(Error::other)?;
        let accepted: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
        for (job, done) in batch.drain(..) {
            if !accepted.contains(&job.id) {
                return Err(Error::other("a raw job was refused"));
            }
            let _ = done.send(());
        }
    }
    Ok(())
}
