//! API A as its documents show it (seeds 000 to 002).

use crate::fake_engine::Act;
use crate::harness::{Customer, Left, START, TestApp, data_uri};
use crate::neighbour::{Neighbour, answer};
use reelgate::work::Step;
use reelgate_core::KeyStyle;
use reelgate_core::ledger::EntryKind::{Capture, Grant, Hold, Release};
use serde_json::{Value, json};

const GENERATIONS: &str = "/api/open/v1/video/generations";

fn river() -> Value {
    json!({
        "model": "seedance-2.0",
        "prompt": "A river flowing through an autumn forest, aerial view, cinematic motion",
        "aspectRatio": "16:9",
        "duration": 5,
        "resolution": "720p"
    })
}

/// A generation of [`river`] as the status call shows it.
fn river_is(id: &str, status: &str, output: Value, refunded: i64) -> Value {
    json!({
        "success": true,
        "requestId": id,
        "status": status,
        "model": "seedance-2.0",
        "prompt": "A river flowing through an autumn forest, aerial view, cinematic motion",
        "duration": 5,
        "aspectRatio": "16:9",
        "output": output,
        "error": null,
        "resolution": "720p",
        "creditsCharged": 40,
        "creditsRefunded": refunded,
        "metadata": null,
        "createdAt": START,
        "updatedAt": START
    })
}

async fn order(app: &TestApp, who: &Customer) -> String {
    app.post(GENERATIONS, who, &river()).await.at("/requestId")
}

async fn look(app: &TestApp, who: &Customer, id: &str) -> crate::harness::Answer {
    app.get(&format!("{GENERATIONS}/{id}"), who).await
}

async fn cancel(app: &TestApp, who: &Customer, id: &str) -> crate::harness::Answer {
    app.post(&format!("{GENERATIONS}/{id}/cancel"), who, &Value::Null).await
}

#[tokio::test]
async fn the_documented_text_order_becomes_a_clip() {
    let app = TestApp::start().await;
    let who = app.customer_with(1000, KeyStyle::Sd2).await;
    let mut body = river();
    body["webhookUrl"] = json!("https://your-app.com/webhooks/seedance");
    body["metadata"] = json!({ "projectId": "proj_1001", "sceneId": "scene_08" });

    let accepted = app.post(GENERATIONS, &who, &body).await;
    let id = accepted.at("/requestId");
    let expected =
        json!({ "success": true, "requestId": id, "status": "queued", "creditsCharged": 40 });
    accepted.is(200, &expected);
    assert_eq!(app.money(&who).await, (1000, 40));
    let mut expected = river_is(&id, "queued", Value::Null, 0);
    expected["metadata"] = body["metadata"].clone();
    look(&app, &who, &id).await.is(200, &expected);

    app.drain().await;
    let done = look(&app, &who, &id).await;
    let url = done.at("/output/url");
    expected["status"] = json!("succeeded");
    expected["output"] = json!({ "type": "video", "url": url });
    done.is(200, &expected);
    assert_eq!(app.money(&who).await, (960, 0));
    assert_eq!(app.entries(&who).await, [Grant, Hold, Capture]);

    let film = app.download(&url).await;
    let facts = reelgate_codec::probe(&film.body).expect("an MP4");
    let video = facts.video.expect("pictures");
    assert_eq!((video.width, video.height, facts.duration_ms), (1280, 720, 5000));
    // Nobody answers at the documents' address: the message waits for its next attempt.
    app.finish_leaving(Left { deliveries: 1, ..Left::default() }).await;
}

#[tokio::test]
async fn the_documented_image_order_costs_64() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let photo = Neighbour::start(|_| answer(200, "image/jpeg", crate::pictures::jpeg())).await;
    let body = json!({
        "model": "seedance-2.0",
        "prompt": "A young woman blows out birthday candles, warm indoor lighting, shallow depth \
                   of field",
        "mediaUrls": [photo.at("/photo.jpg")],
        "aspectRatio": "16:9",
        "duration": 5,
        "resolution": "720p"
    });
    let accepted = app.post(GENERATIONS, &who, &body).await;
    let id = accepted.at("/requestId");
    let expected =
        json!({ "success": true, "requestId": id, "status": "queued", "creditsCharged": 64 });
    accepted.is(200, &expected);
    app.drain().await;
    assert_eq!(look(&app, &who, &id).await.at("/status"), "succeeded");
    assert_eq!(app.money(&who).await, (936, 0));
    assert_eq!(photo.received().len(), 1, "a reference is fetched once");
    photo.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_running_job_is_processing() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::WorkUntilStopped]);
    let id = order(&app, &who).await;
    let attempt = app.render_beside();
    app.engine.begun().await;
    look(&app, &who, &id).await.is(200, &river_is(&id, "processing", Value::Null, 0));
    cancel(&app, &who, &id).await;
    assert_eq!(attempt.await.expect("no panic"), Step::Did);
    app.finish().await;
}

#[tokio::test]
async fn a_queued_job_is_cancelled_at_once_and_as_often_as_asked() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    let cancelled = json!({ "success": true, "requestId": id, "status": "cancelled" });
    for _ in 0..3 {
        cancel(&app, &who, &id).await.is(200, &cancelled);
        assert_eq!(app.money(&who).await, (1000, 0));
    }
    look(&app, &who, &id).await.is(200, &river_is(&id, "cancelled", Value::Null, 40));
    app.drain().await;
    assert!(app.engine.works().is_empty(), "nothing is rendered for it");
    assert_eq!(app.entries(&who).await, [Grant, Hold, Release]);
    app.finish().await;
}

#[tokio::test]
async fn a_running_job_is_stopped_and_refunded() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::WorkUntilStopped]);
    let id = order(&app, &who).await;
    let attempt = app.render_beside();
    app.engine.begun().await;

    let cancelled = json!({ "success": true, "requestId": id, "status": "cancelled" });
    cancel(&app, &who, &id).await.is(200, &cancelled);
    cancel(&app, &who, &id).await.is(200, &cancelled);
    attempt.await.expect("no panic");
    cancel(&app, &who, &id).await.is(200, &cancelled);
    look(&app, &who, &id).await.is(200, &river_is(&id, "cancelled", Value::Null, 40));
    assert_eq!(app.money(&who).await, (1000, 0));
    assert_eq!(app.media_files(), [""; 0], "nothing of it was kept");
    app.finish().await;
}

#[tokio::test]
async fn what_has_ended_cannot_be_cancelled() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    for (act, state) in [(Act::Clip, "succeeded"), (Act::Refuse, "failed")] {
        app.engine.play(&[act]);
        let id = order(&app, &who).await;
        app.drain().await;
        let message = format!("the task has already {state}");
        let refused =
            json!({ "success": false, "error": { "code": "conflict", "message": message } });
        cancel(&app, &who, &id).await.is(409, &refused);
        assert_eq!(look(&app, &who, &id).await.at("/status"), state);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_failed_job_says_why_and_costs_nothing() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::Refuse]);
    let id = order(&app, &who).await;
    app.drain().await;
    let mut expected = river_is(&id, "failed", Value::Null, 40);
    expected["error"] = json!({ "code": "content_refused", "message": "the prompt was refused" });
    look(&app, &who, &id).await.is(200, &expected);
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn the_models_are_listed_without_a_key() {
    let app = TestApp::start().await;
    let listed = app.get_without_key("/api/open/v1/models").await;
    assert_eq!(listed.status, 200);
    let body = listed.json();
    let names: Vec<_> = body["data"].as_array().expect("a list").iter().map(|m| &m["id"]).collect();
    assert_eq!(names, ["seedance-2.0", "seedance-2.0-fast", "seedance-1.5-pro"]);
    assert_eq!(body["data"][0]["durations"], json!([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]));
    let rate = json!({ "resolution": "720p", "textToVideo": 8, "withMedia": 12.8 });
    assert_eq!(body["data"][0]["pricing"]["rates"][1], rate);
    app.finish().await;
}

#[tokio::test]
async fn a_data_uri_is_no_public_address_here() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut body = river();
    body["mediaUrls"] = json!([data_uri("image/png", b"x")]);
    let refused = app.post(GENERATIONS, &who, &body).await;
    let message = "mediaUrls[0] must be a public https URL, not a data: URI";
    refused.is(
        400,
        &json!({ "success": false, "error": { "code": "invalid_request", "message": message } }),
    );
    app.finish().await;
}
