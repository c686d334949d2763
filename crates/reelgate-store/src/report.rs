//! What a worker says while it works. Every statement names the lease's token, so a worker whose
//! job went to another one changes nothing.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::{rows, transition};
use reelgate_core::error::Kind;
use reelgate_core::{Event, JobId, Progress, State, Ticket, Timestamp};

/// What a worker is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// Go on.
    Continue,
    /// The job is to be cancelled: stop the engine, then report with `finish`.
    Stop,
    /// Somebody else has the job, or it has ended: stop, and report nothing.
    Lost,
}

const TICKET: &str = "UPDATE jobs SET ticket = $1, ticket_id = $2, updated = $3 \
    WHERE id = $4 AND state = 'running' AND leases = $5";

impl Store {
    /// Extends a lease to `lease_ms` from now and notes how far the job is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heartbeat(
        &self,
        job: JobId,
        token: u64,
        lease_ms: i64,
        progress: Progress,
        now: Timestamp,
    ) -> Result<Directive, StoreError> {
        let event = Event::Heartbeat { token, lease_ms, progress };
        self.db.write(move |tx| Box::pin(heartbeat(tx, job, event, now))).await
    }

    /// Keeps what is known about a remote service's copy of the job; durable when this returns.
    /// False when the lease is lost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn store_ticket(
        &self,
        job: JobId,
        token: u64,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ticket = ticket.clone();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let (kind, id) = rows::ticket_values(&ticket);
                    Ok(tx.execute(TICKET, &values![kind, id, now, job, token]).await? == 1)
                })
            })
            .await
    }
}

async fn heartbeat(
    tx: &mut Tx,
    id: JobId,
    event: Event,
    now: Timestamp,
) -> Result<Directive, StoreError> {
    let job = match transition::load(tx, id).await {
        Ok(job) => job,
        Err(StoreError::Refused(error)) if error.kind == Kind::NotFound => {
            return Ok(Directive::Lost);
        }
        Err(error) => return Err(error),
    };
    Ok(match transition::apply_quietly(tx, job, &event, now).await? {
        Ok(job) => match job.state {
            State::Running { cancel_requested: true, .. } => Directive::Stop,
            _ => Directive::Continue,
        },
        Err(_) => Directive::Lost,
    })
}
