//! Whether the server is alive and able to work.

use crate::app::App;
use axum::body::Body;
use axum::extract::State;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use std::sync::Arc;

/// How far jobs are counted: nobody needs a key to ask, so it must not cost more with more of them.
const COUNTED_MAX: u64 = 1000;

/// Answers as long as the process can.
pub async fn alive() -> Response<Body> {
    json(StatusCode::OK, r#"{"status":"ok"}"#.to_owned())
}

/// Answers 200 when the database answers, 503 when it does not or the server is going down.
pub async fn ready(State(app): State<Arc<App>>) -> Response<Body> {
    if app.stopping.is_cancelled() {
        return json(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"stopping"}"#.to_owned());
    }
    match app.store.stats_up_to(COUNTED_MAX).await {
        Ok(stats) => {
            let mut body = serde_json::json!({
                "status": "ok",
                "engine": app.engine.name(),
                "queued": stats.queued,
                "running": stats.running,
            });
            if !app.upstreams.is_empty() {
                // Numbers only: whoever may ask this need not know whose keys they are.
                let keys = app.upstreams.health(app.now());
                let resting = keys.iter().filter(|key| key.rests.is_some()).count();
                body["upstreams"] = serde_json::json!({
                    "keys": keys.len(), "resting": resting, "followed": app.upstreams.followed(),
                });
            }
            json(StatusCode::OK, body.to_string())
        }
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            json(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#.to_owned())
        }
    }
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
