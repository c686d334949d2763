//! Files of attempts that nobody refers to: their worker died, or could not clean up.
//!
//! Scratch folders and clips are named after the job and the token of the lease they were made
//! under. They are needed while that lease is the job's newest and runs; a clip also for as long as
//! it is the job's output. Anything else under such a name goes. What has another name, or belongs
//! to a job that the database does not know, was not put there by this platform and stays.

use crate::app::App;
use crate::media::MediaError;
use reelgate_core::{Job, JobId, State};
use reelgate_store::StoreError;
use std::path::Path;

/// Removes them; answers how many folders went.
///
/// # Errors
/// When the store fails.
pub(super) async fn remove(app: &App) -> Result<u64, StoreError> {
    let mut removed = 0;
    let scratch = app.config.data.join("scratch");
    for name in names(&scratch).await {
        if let Some((job, _)) = unneeded(app, &name, false).await? {
            let gone = tokio::fs::remove_dir_all(scratch.join(&name)).await;
            removed += noted(job, gone.map_err(MediaError::from));
        }
    }
    let clips = app.media.attempts().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "clips of lost attempts are not looked for");
        Vec::new()
    });
    for name in clips {
        if let Some((job, token)) = unneeded(app, &name, true).await? {
            removed += noted(job, app.media.remove_clip(job, token).await);
        }
    }
    Ok(removed)
}

fn noted(job: JobId, gone: Result<(), MediaError>) -> u64 {
    match gone {
        Ok(()) => {
            tracing::info!(%job, "removed what a lost attempt left behind");
            1
        }
        Err(error) => {
            tracing::warn!(%job, %error, "files of a lost attempt could not be removed");
            0
        }
    }
}

/// The attempt with this name, when it is known and its files are not needed; `is_clip` when they
/// are in media storage.
async fn unneeded(
    app: &App,
    name: &str,
    is_clip: bool,
) -> Result<Option<(JobId, u64)>, StoreError> {
    let Some((job, token)) = attempt(name) else { return Ok(None) };
    let Some(job) = app.store.job(job).await? else { return Ok(None) };
    Ok((!is_needed(&job, token, is_clip)).then_some((job.id, token)))
}

/// Whether an attempt's folder is still of use; `is_clip` when it is in media storage.
fn is_needed(job: &Job, token: u64, is_clip: bool) -> bool {
    match &job.state {
        State::Running { lease, .. } => lease.token == token,
        State::Succeeded { output, .. } => {
            let folder = output.video.split('/').nth(1).and_then(attempt);
            // Its owner may have given it up just before this server died.
            is_clip && output.removed.is_none() && folder == Some((job.id, token))
        }
        State::Queued { .. } | State::Failed { .. } | State::Cancelled { .. } => false,
    }
}

/// Job and token from `{job}-{token}`, with or without something behind another dash.
fn attempt(name: &str) -> Option<(JobId, u64)> {
    let mut parts = name.splitn(3, '-');
    Some((JobId::parse(parts.next()?)?, parts.next()?.parse().ok()?))
}

async fn names(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    // A folder that is not there holds nothing.
    let Ok(mut entries) = tokio::fs::read_dir(root).await else { return found };
    while let Ok(Some(entry)) = entries.next_entry().await {
        found.extend(entry.file_name().into_string());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::attempt;
    use reelgate_core::JobId;

    #[test]
    fn only_names_of_attempts_are_read() {
        let id = JobId::parse("IWM1Ls5RxDxY").expect("an id");
        assert_eq!(attempt("IWM1Ls5RxDxY-12"), Some((id, 12)));
        assert_eq!(attempt("IWM1Ls5RxDxY-2-WeoV-I6"), Some((id, 2)));
        for other in ["", "IWM1Ls5RxDxY", "IWM1Ls5RxDxY-x", "notes-1", "lost+found"] {
            assert_eq!(attempt(other), None, "{other}");
        }
    }
}
