//! Where upstreams say that they are done. The word of somebody whose signature nobody knows is
//! worth one look at the job, and nothing else: the body is not even read.

use crate::app::App;
use axum::extract::{Path as Parts, State};
use http::StatusCode;
use reelgate_core::JobId;
use std::sync::Arc;

/// Has a job looked at, for whoever was given this address when it was asked for.
pub(super) async fn report(
    State(app): State<Arc<App>>,
    Parts((job, seal)): Parts<(String, String)>,
) -> StatusCode {
    let Some(id) = JobId::parse(&job) else { return StatusCode::NOT_FOUND };
    let expected = app.media.seal(&format!("upstream:{id}"));
    let same = expected.len() == seal.len()
        && expected.bytes().zip(seal.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0;
    if !same {
        return StatusCode::NOT_FOUND;
    }
    app.upstreams.nudge(id, app.now());
    StatusCode::OK
}
