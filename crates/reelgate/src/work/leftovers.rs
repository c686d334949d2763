//! Files of attempts that nobody refers to: their worker died, or could not clean up.
//!
//! Scratch folders and clips are named after the job and the token of the lease they were made
//! under. They are needed while that lease is the job's newest and runs; a clip also for as long as
//! it is the job's output. Anything else under such a name goes. What has another name, or belongs
//! to a job that the database does not know, was not put there by this platform and stays.

use crate::app::App;
use reelgate_core::{Job, JobId, State};
use reelgate_store::StoreError;
use std::path::{Path, PathBuf};

/// Removes them; answers how many folders went.
///
/// # Errors
/// When the store fails.
pub(super) async fn remove(app: &App) -> Result<u64, StoreError> {
    let mut removed = 0;
    for root in [app.config.data.join("scratch"), app.media.clips()] {
        for (name, folder) in folders(&root).await {
            let Some((job, token)) = attempt(&name) else { continue };
            let Some(job) = app.store.job(job).await? else { continue };
            if is_needed(&job, token, folder == app.media.clip_folder(job.id, token)) {
                continue;
            }
            match tokio::fs::remove_dir_all(&folder).await {
                Ok(()) => {
                    tracing::info!(job = %job.id, token, "removed what a lost attempt left behind");
                    removed += 1;
                }
                Err(error) => {
                    let folder = folder.display();
                    tracing::warn!(%folder, %error, "a folder could not be removed");
                }
            }
        }
    }
    Ok(removed)
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

async fn folders(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    // A folder that is not there holds nothing.
    let Ok(mut entries) = tokio::fs::read_dir(root).await else { return found };
    while let Ok(Some(entry)) = entries.next_entry().await {
        if let Ok(name) = entry.file_name().into_string() {
            found.push((name, entry.path()));
        }
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
