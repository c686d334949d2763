//! Jobs whose worker went silent or whose deadline passed.

use super::Step;
use crate::app::App;
use crate::fault::{self, Point};
use reelgate_store::StoreError;

/// Takes back expired leases and ends overdue jobs.
///
/// # Errors
/// When the store fails.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    fault::point(Point::RescueStarts);
    let entropy = app.entropy.clone();
    let rescued = app.store.rescue(app.now(), &mut move || entropy.bits()).await?;
    if rescued == 0 {
        return Ok(Step::Idle);
    }
    fault::point(Point::Rescued);
    tracing::warn!(rescued, "took jobs back from silent workers");
    app.jobs_ready.notify_waiters();
    app.store.ring();
    app.deliveries_ready.notify_one();
    Ok(Step::Did)
}
