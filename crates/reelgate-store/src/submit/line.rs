//! Where a new job joins the line for a worker; `reelgate_core::line` decides.

use crate::db::Tx;
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
