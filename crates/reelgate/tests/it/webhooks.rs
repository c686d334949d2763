//! Telling callers that their job has ended.

use crate::fake_engine::Act;
use crate::harness::{Customer, Left, START, START_MS, TestApp, WEBHOOK_SECRET};
use crate::neighbour::{Names, Neighbour, Received, answer, redirect};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;

const GENERATIONS: &str = "/api/open/v1/video/generations";
const GEN: &str = "/api/video/seedance/gen";

fn river(webhook_url: &str) -> Value {
    json!({
        "model": "seedance-2.0",
        "prompt": "A river",
        "duration": 4,
        "resolution": "480p",
        "webhookUrl": webhook_url,
        "metadata": { "sceneId": "scene_08" }
    })
}

async fn order(app: &TestApp, who: &Customer, receiver: &Neighbour) -> String {
    app.post(GENERATIONS, who, &river(&receiver.at("/hook"))).await.at("/requestId")
}

/// Checks a message as the Standard Webhooks document tells receivers to.
#[track_caller]
fn is_signed(message: &Received) {
    let header = |name: &str| message.headers[name].to_str().expect("plain text");
    let secret = WEBHOOK_SECRET.strip_prefix("whsec_").expect("a secret");
    let secret = STANDARD.decode(secret).expect("base64");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&secret).expect("any length");
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&message.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(header("webhook-signature"), expected);
    assert_eq!(header("content-type"), "application/json");
}

fn id_of(message: &Received) -> &str {
    message.headers["webhook-id"].to_str().expect("plain text")
}

#[tokio::test]
async fn api_a_sends_what_its_status_call_says() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    for (act, status) in [(Act::Clip, "succeeded"), (Act::Refuse, "failed")] {
        app.engine.play(&[act]);
        let id = order(&app, &who, &receiver).await;
        app.drain().await;
        let shown = app.get(&format!("{GENERATIONS}/{id}"), &who).await;
        let message = receiver.received().pop().expect("a message");
        assert_eq!(message.path, "/hook");
        let sent: Value = serde_json::from_slice(&message.body).expect("JSON");
        assert_eq!(sent, shown.json());
        assert_eq!(
            (&sent["status"], &sent["metadata"]["sceneId"]),
            (&json!(status), &json!("scene_08"))
        );
        is_signed(&message);
        assert_eq!(message.headers["webhook-timestamp"], (START_MS / 1000).to_string());
    }
    assert_eq!(receiver.received().len(), 2, "only ends are told");
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn api_a_tells_of_a_cancel() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[204]).await;
    let id = order(&app, &who, &receiver).await;
    for _ in 0..2 {
        app.post(&format!("{GENERATIONS}/{id}/cancel"), &who, &Value::Null).await;
    }
    app.drain().await;
    let messages = receiver.received();
    assert_eq!(messages.len(), 1, "a repeated cancel is no second end");
    let sent: Value = serde_json::from_slice(&messages[0].body).expect("JSON");
    assert_eq!((&sent["requestId"], &sent["status"]), (&json!(id), &json!("cancelled")));
    is_signed(&messages[0]);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn api_b_sends_the_task_without_its_envelope() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let body = json!({
        "content": [{ "type": "text", "text": "A beach" }],
        "callback_url": receiver.at("/webhook/video-callback")
    });
    let id = app.post(GEN, &who, &body).await.at("/data/task_id");
    app.drain().await;
    let message = receiver.received().pop().expect("a message");
    let sent: Value = serde_json::from_slice(&message.body).expect("JSON");
    let video = sent["result"]["video"].as_str().expect("a link");
    let expected = json!({
        "task_id": id,
        "status": "success",
        "result": { "video": video },
        "consumed": "0.500000",
        "status_reason": { "message": null },
        "created_at": START
    });
    assert_eq!(String::from_utf8(message.body.clone()).expect("text"), expected.to_string());
    is_signed(&message);
    assert_eq!(app.download(video).await.status, 200);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_receiver_in_trouble_is_tried_again_later_and_later() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[500, 404, 302, 200]).await;
    order(&app, &who, &receiver).await;
    app.drain().await;
    let mut tried = 1;
    for (first_ms, last_ms) in [(5_000, 6_250), (20_000, 25_000), (80_000, 100_000)] {
        assert_eq!(receiver.received().len(), tried);
        app.drain_after_ms(first_ms - 1).await;
        assert_eq!(receiver.received().len(), tried, "not before {first_ms} ms");
        app.drain_after_ms(last_ms - first_ms + 1).await;
        tried += 1;
    }
    app.drain_after_ms(24 * 3_600_000).await;
    let messages = receiver.received();
    assert_eq!(messages.len(), 4, "delivered once");
    for message in &messages {
        is_signed(message);
        assert_eq!(id_of(message), id_of(&messages[0]));
    }
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[410, 200]).await;
    order(&app, &who, &receiver).await;
    app.drain().await;
    app.drain_after_ms(48 * 3_600_000).await;
    assert_eq!(receiver.received().len(), 1);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_receiver_that_never_recovers_is_given_up_after_a_day() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[503]).await;
    order(&app, &who, &receiver).await;
    app.drain().await;
    for _ in 0..40 {
        app.drain_after_ms(8 * 3_600_000).await;
    }
    assert_eq!(receiver.received().len(), WEBHOOK_ATTEMPTS_MAX as usize);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_never_ends_counts_when_its_status_is_there() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver =
        Neighbour::start(|_| answer(200, "application/octet-stream", vec![0; 8 << 20])).await;
    order(&app, &who, &receiver).await;
    app.drain().await;
    assert_eq!(receiver.received().len(), 1);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let elsewhere = Neighbour::receiver(&[200]).await;
    let to = elsewhere.at("/other");
    let receiver = Neighbour::start(move |_| redirect(&to)).await;
    order(&app, &who, &receiver).await;
    app.drain().await;
    assert_eq!((receiver.received().len(), elsewhere.received().len()), (1, 0));
    receiver.close().await;
    elsewhere.close().await;
    app.finish_leaving(Left { deliveries: 1, ..Left::default() }).await;
}

/// A name may look public when the order is accepted and lead anywhere when it is dialled.
#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_never_dialled() {
    let receiver = Neighbour::receiver(&[200]).await;
    let port = receiver.url.rsplit(':').next().expect("a port").to_owned();
    let names = Names::of(&[
        ("inside.example", &["127.0.0.1", "10.0.0.8"]),
        ("six.example", &["::1", "fd00::1"]),
    ]);
    let app = TestApp::with(|setup| setup.names = Arc::new(names)).await;
    let who = app.customer().await;
    for name in ["inside.example", "six.example"] {
        let body = river(&format!("https://{name}:{port}/hook"));
        assert_eq!(app.post(GENERATIONS, &who, &body).await.status, 200);
    }
    app.drain().await;
    app.drain_after_ms(60_000).await;
    assert_eq!(receiver.received().len(), 0);
    receiver.close().await;
    app.finish_leaving(Left { deliveries: 2, ..Left::default() }).await;
}
