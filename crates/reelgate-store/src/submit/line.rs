//! Where a new job joins the line for a worker; `reelgate_core::line` decides.

use crate::db::{Ask, Lock, Row, Tx};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::{Job, State, Timestamp, line};

const SERVED: &str = "SELECT served FROM line";

/// The line as one transaction sees it.
#[derive(Default)]
pub(super) struct Line {
    served: Option<i64>,
}

impl Line {
    /// Asks for what [`Line::turn`] would, together with other questions.
    pub(super) fn ask() -> Ask<'static> {
        Ask { sql: SERVED, lock: Lock::None, values: Vec::new() }
    }

    /// What [`Line::ask`] was answered.
    pub(super) fn of(rows: Vec<Row>) -> Result<Self, StoreError> {
        let row = rows.into_iter().next().unwrap_or_default();
        Ok(Self { served: Some(Reader::new("line", row).int("served")?) })
    }

    /// A new job's turn, noted as its account's last; none while it waits for its moment.
    pub(super) async fn turn(
        &mut self,
        tx: &mut Tx,
        job: &Job,
        last_of_account: &mut i64,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        match job.state {
            State::Queued { not_before } if not_before <= now => {}
            _ => return Ok(None),
        }
        let served = match self.served {
            Some(served) => served,
            None => {
                let row = tx.first(SERVED, &[]).await?.unwrap_or_default();
                *self.served.insert(Reader::new("line", row).int("served")?)
            }
        };
        *last_of_account = line::turn(*last_of_account, served);
        Ok(Some(*last_of_account))
    }
}
