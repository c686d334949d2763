//! Links to a clip that need no key, for a while.

use crate::harness::TestApp;
use crate::harness::request;
use http::Method;
use serde_json::json;

const JOBS: &str = "/api/reelgate/v1/jobs";

#[tokio::test]
async fn a_shared_clip_is_open_until_then_or_until_it_is_removed() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let order = json!({ "prompt": "A lighthouse", "duration_s": 1, "resolution": "480p" });
    let id = app.post(JOBS, &who, &order).await.at("/id");
    let share = format!("{JOBS}/{id}/share");
    let early = app.post(&share, &who, &json!({})).await;
    assert_eq!(early.status, 409, "{}", early.text());
    app.drain().await;
    let stranger = app.customer().await;
    assert_eq!(app.post(&share, &stranger, &json!({})).await.status, 404);
    for (body, status) in [(json!({ "expires_in_s": 0 }), 400), (json!({ "days": 3 }), 400)] {
        assert_eq!(app.post(&share, &who, &body).await.status, status, "{body}");
    }
    let hour = app.post(&share, &who, &json!({ "expires_in_s": 3600 })).await.at("/url");
    let week = app.post(&share, &who, &json!({})).await.at("/url");
    assert_eq!(app.download(&hour).await.status, 200);
    app.clock.advance_ms(3_600_000);
    assert_eq!(app.download(&hour).await.status, 403);
    assert_eq!(app.download(&week).await.status, 200);
    let gone = app.send(request(Method::DELETE, &format!("{JOBS}/{id}"), Some(&who.key), "")).await;
    assert_eq!(gone.status, 200);
    assert_eq!(app.download(&week).await.status, 410);
    app.finish().await;
}
