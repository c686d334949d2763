//! Jobs as records, for APIs that list and remove them.

use super::actions::{cancel, job_of};
use super::auth::Caller;
use super::own::remove_files;
use super::reply::store_error;
use super::view::view;
use crate::app::App;
use reelgate_core::record::{Removing, removing};
use reelgate_core::{Error, Job, JobId, RecordQuery, Removal, Reply};

/// A page of the caller's records.
///
/// # Errors
/// When the store fails.
pub(super) async fn list(
    app: &App,
    caller: Caller,
    query: RecordQuery,
    base_url: &str,
) -> Result<Reply, Error> {
    let found = app.store.records(caller.account, query, caller.test, app.now()).await;
    let found = found.map_err(store_error)?;
    let rows = found.rows.into_iter().map(|job| view(app, job, base_url)).collect();
    Ok(Reply::Records { rows, total: found.total, has_more: found.has_more })
}

/// A job whose record is there.
///
/// # Errors
/// `NotFound` for any other.
pub(super) async fn record_of(app: &App, caller: Caller, id: JobId) -> Result<Job, Error> {
    let job = job_of(app, caller, id).await?;
    if job.hidden.is_some() { Err(Error::job_not_found()) } else { Ok(job) }
}

/// Removes a record as far as the API lets its callers.
///
/// # Errors
/// `NotFound`, and `Conflict` when it may not be removed as it is.
pub(super) async fn remove(
    app: &App,
    caller: Caller,
    id: JobId,
    removal: Removal,
) -> Result<Reply, Error> {
    let job = record_of(app, caller, id).await?;
    let what = removing(&job, removal)?;
    if matches!(what, Removing::Cancel | Removing::CancelAndHide) {
        match cancel(app, caller, id).await {
            // It ended in this very moment: then its record goes as that of any that has.
            Err(error) if what == Removing::CancelAndHide => {
                job_of(app, caller, id).await?.state.finished().ok_or(error)?;
            }
            other => drop(other?),
        }
    }
    if matches!(what, Removing::Hide | Removing::CancelAndHide) {
        let job = app.store.hide_job(caller.account, id, app.now()).await.map_err(store_error)?;
        remove_files(app, &job).await;
    }
    Ok(Reply::Removed(id))
}
