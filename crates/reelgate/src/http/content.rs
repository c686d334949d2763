//! Files of a job, sent to whoever may see it: for APIs that give no links.

use super::actions::job_not_made;
use super::auth::Caller;
use super::files;
use super::previews;
use super::records::record_of;
use crate::app::App;
use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, Method, Response};
use reelgate_core::{Content, Error, JobId, Kind, State};

/// Sends a file of a job that is done: whole, in ranges, or only its headers.
///
/// # Errors
/// `NotFound` for a job that is not the caller's, and for a file that is not there.
pub(super) async fn send(
    app: &App,
    caller: Caller,
    (id, content): (JobId, Content),
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response<Body>, Error> {
    let job = record_of(app, caller, id).await?;
    let State::Succeeded { output, .. } = &job.state else { return Err(job_not_made(&job)) };
    if output.removed.is_some() {
        return Err(Error::new(Kind::NotFound, "The files of this video were removed"));
    }
    let name = match content {
        Content::Video => output.video.clone(),
        Content::Thumbnail => previews::thumbnail(app, &job, output).await?,
        Content::Spritesheet => previews::spritesheet(app, &job, output).await?,
    };
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method.clone();
    *request.headers_mut() = headers.clone();
    Ok(files::serve(app, &name, request).await)
}
