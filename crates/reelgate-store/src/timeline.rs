//! All that is known to have happened to one job, from its order to its last message.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::ledger;
use crate::operator::account_name;
use crate::rows::{self, Reader, job_columns};
use reelgate_core::ledger::EntryKind;
use reelgate_core::operator::{Happening, JobRow};
use reelgate_core::{DeliveryId, Job, JobId, State};

/// Messages of a job that are told of.
const DELIVERIES_MAX: i64 = 100;
/// Attempts at one message that are told of.
const ATTEMPTS_MAX: i64 = 50;

const JOB: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1");
const HOLD: &str = "SELECT id, account, job, kind, balance_delta, held_delta, note, at \
    FROM ledger_entries WHERE id = $1";
const SETTLEMENT: &str = "SELECT id, account, job, kind, balance_delta, held_delta, note, at \
    FROM ledger_entries WHERE job = $1 AND kind IN ('capture', 'release')";
/// In two parts, each of which an index finds.
const DELIVERIES: &str = "SELECT id, kind, url, state, created, settled FROM deliveries \
    WHERE job = $1 AND endpoint IS NULL UNION ALL \
    SELECT d.id, d.kind, d.url, d.state, d.created, d.settled FROM deliveries d \
    WHERE d.job = $1 AND d.endpoint IN (SELECT id FROM webhook_endpoints WHERE account = $2) \
    LIMIT $3";
const ATTEMPTS: &str = "SELECT delivery, number, at, took_ms, status, error \
    FROM delivery_attempts WHERE delivery = $1 ORDER BY number LIMIT $2";

impl Store {
    /// A job and what happened to it, oldest first; nothing for a job that is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn timeline(
        &self,
        job: JobId,
    ) -> Result<Option<(JobRow, Vec<Happening>)>, StoreError> {
        self.db.read_long(move |tx| Box::pin(timeline(tx, job))).await
    }
}

async fn timeline(tx: &mut Tx, id: JobId) -> Result<Option<(JobRow, Vec<Happening>)>, StoreError> {
    let Some(row) = tx.first(JOB, &values![id]).await? else { return Ok(None) };
    let job = rows::job(row)?;
    let mut told = of_job(&job);
    for statement in [HOLD, SETTLEMENT] {
        if let Some(row) = tx.first(statement, &values![id]).await? {
            let entry = ledger::entry(row)?;
            let what = match entry.kind {
                EntryKind::Hold => "held",
                EntryKind::Capture => "captured",
                EntryKind::Release => "released",
                EntryKind::Grant | EntryKind::Transfer => "moved",
            };
            let delta = entry.delta;
            let detail = format!("balance {}, held {}", delta.balance, delta.held);
            told.push(Happening { at: entry.at, what, detail });
        }
    }
    messages(tx, &job, &mut told).await?;
    // What happened in one moment stays in the order in which it was told.
    told.sort_by_key(|one| one.at);
    let account_name = account_name(tx, job.account).await?;
    Ok(Some((JobRow { job, account_name }, told)))
}

fn of_job(job: &Job) -> Vec<Happening> {
    let model = &job.order.model;
    let detail = format!("{model} through {} under key_{}", job.dialect, job.key);
    let mut told = vec![Happening { at: job.created, what: "submitted", detail }];
    let attempts = format!("attempt {} of {}", job.attempt, job.attempts_max);
    let leases = format!("{attempts}, {} leases", job.leases);
    match &job.state {
        State::Queued { not_before } if *not_before > job.created => {
            let detail = format!("{leases}, not before the moment of this entry");
            told.push(Happening { at: *not_before, what: "queued", detail });
        }
        State::Queued { .. } => {}
        State::Running { progress, cancel_requested, .. } => {
            let percent = progress.permille() / 10;
            let cancel = if *cancel_requested { ", to be cancelled" } else { "" };
            let detail = format!("{leases}, {percent} %{cancel}");
            told.push(Happening { at: job.updated, what: "running", detail });
        }
        State::Succeeded { finished, output, charged } => {
            let detail = format!("{leases}, by {}, charged {charged}", output.engine);
            told.push(Happening { at: *finished, what: "succeeded", detail });
            if let Some(at) = output.removed {
                let detail = "its files are gone".to_owned();
                told.push(Happening { at, what: "removed", detail });
            }
        }
        State::Failed { finished, failure } => {
            let detail = format!("{leases}, {}: {}", failure.class.name(), failure.message);
            told.push(Happening { at: *finished, what: "failed", detail });
        }
        State::Cancelled { finished } => {
            told.push(Happening { at: *finished, what: "cancelled", detail: leases });
        }
    }
    told
}

async fn messages(tx: &mut Tx, job: &Job, told: &mut Vec<Happening>) -> Result<(), StoreError> {
    let found = tx.query(DELIVERIES, &values![job.id, job.account, DELIVERIES_MAX]).await?;
    for row in found {
        let mut r = Reader::new("deliveries", row);
        let id = r.parsed("id", DeliveryId::parse)?;
        let (kind, url, state) = (r.text("kind")?, r.text("url")?, r.text("state")?);
        let created = r.time("created")?;
        let settled = r.maybe_time("settled")?;
        // What follows the question mark may be a secret of the receiver.
        let place = url.split('?').next().unwrap_or("");
        let detail = format!("{kind} to {place}");
        told.push(Happening { at: created, what: "webhook_staged", detail: detail.clone() });
        for row in tx.query(ATTEMPTS, &values![id, ATTEMPTS_MAX]).await? {
            let mut r = Reader::new("delivery_attempts", row);
            r.text("delivery")?;
            let (number, at, took_ms) = (r.int("number")?, r.time("at")?, r.int("took_ms")?);
            let status = r.maybe_int("status")?.map(|status| format!("status {status}"));
            let came = status.or(r.maybe_text("error")?).unwrap_or_default();
            let detail = format!("{detail}, try {number}: {came}, {took_ms} ms");
            told.push(Happening { at, what: "webhook_attempt", detail });
        }
        if let Some(at) = settled {
            let what = if state == "delivered" { "webhook_delivered" } else { "webhook_given_up" };
            told.push(Happening { at, what, detail });
        }
    }
    Ok(())
}
