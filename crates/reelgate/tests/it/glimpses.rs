//! Pictures of clips that are being made.

use crate::fake_engine::Act;
use crate::harness::TestApp;
use serde_json::{Value, json};

const JOBS: &str = "/api/reelgate/v1/jobs";

#[tokio::test]
async fn a_clip_is_seen_while_it_is_made() {
    let app = TestApp::start().await;
    let (anna, bela) = (app.customer().await, app.customer().await);
    let order = json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 1 });
    let path = format!("{JOBS}/{}", app.post(JOBS, &anna, &order).await.at("/id"));
    let frame = format!("{path}/frame");
    assert_eq!(app.get(&frame, &anna).await.status, 404);

    app.engine.play(&[Act::ShowAndWait]);
    let rendering = app.render_beside();
    app.engine.begun().await;
    let seen = app.get(&frame, &anna).await;
    assert_eq!((seen.status.as_u16(), seen.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(seen.header("reelgate-frame"), Some("12"));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    assert!(seen.body.starts_with(&[0xff, 0xd8]), "a JPEG");
    assert_eq!(app.get(&path, &anna).await.json()["frame"], 12);
    // It is its owner's, like the job.
    assert_eq!(app.get(&frame, &bela).await.status, 404);
    app.engine.release();
    rendering.await.expect("an attempt");

    let gone = app.get(&frame, &anna).await;
    assert_eq!((gone.status.as_u16(), gone.at("/error/code").as_str()), (404, "not_found"));
    assert_eq!(app.get(&path, &anna).await.json()["frame"], Value::Null);
    app.finish().await;
}
