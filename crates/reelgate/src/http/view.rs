//! A job as its owner sees it: with links, and its place in the queue.

use super::reply::store_error;
use crate::app::App;
use reelgate_core::{Error, Job, JobView, Links, QueuePlace, State};

/// A job with signed links to its files, for as long as they exist.
#[must_use]
pub fn view(app: &App, job: Job, base_url: &str) -> JobView {
    let links = match &job.state {
        State::Succeeded { output, .. } if output.removed.is_none() => {
            let link = |name: &str| format!("{base_url}{}", app.media.link(name, app.now()));
            Some(Links {
                video: link(&output.video),
                poster: link(&output.poster),
                thumbnail: output.thumbnail.as_deref().map(link),
                last_frame: link(&output.last_frame),
            })
        }
        _ => None,
    };
    let glimpse = match &job.state {
        State::Running { .. } => app.glimpses.of(job.id).map(|seen| seen.frame),
        _ => None,
    };
    let poll_after_ms = poll_after_ms(app, &job);
    JobView { job, links, queue: None, glimpse, poll_after_ms }
}

/// When to ask again after a job that has not ended, by what was learnt of its model here.
fn poll_after_ms(app: &App, job: &Job) -> Option<u32> {
    if job.state.finished().is_some() {
        return None;
    }
    let typical_ms = match job.order.remote {
        true => app.upstreams.typical_ms(&job.order.model),
        false => app.pace.average_ms(),
    };
    Some(JobView::poll_after(app.now().since_ms(job.created), typical_ms))
}

/// Where a waiting job stands; nothing for any other.
pub(super) async fn queue_place(app: &App, job: &Job) -> Result<Option<QueuePlace>, Error> {
    if !matches!(job.state, State::Queued { .. }) {
        return Ok(None);
    }
    let ahead = app.store.queued_before(job.id, QueuePlace::AHEAD_MAX).await;
    let ahead = ahead.map_err(store_error)?;
    let eta_s = match job.order.remote {
        true => app.upstreams.eta_s(&job.order.model, ahead),
        false => app.pace.eta_s(ahead, app.config.workers),
    };
    Ok(Some(QueuePlace { ahead, eta_s }))
}
