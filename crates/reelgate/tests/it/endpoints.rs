//! An account's webhook endpoints, from making one to sending a message once more.

use crate::harness::{Answer, Customer, START, START_MS, TestApp, request};
use crate::neighbour::{Neighbour, Received, answer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use reelgate::work::deliver;
use serde_json::{Value, json};
use sha2::Sha256;

const JOBS: &str = "/api/reelgate/v1/jobs";
const WEBHOOKS: &str = "/api/reelgate/v1/webhooks";

/// An endpoint that was made over HTTP.
struct Hook {
    /// Where it is shown.
    path: String,
    secret: String,
}

async fn hook(app: &TestApp, who: &Customer, url: &str, events: Option<&[&str]>) -> Hook {
    let made = app.post(WEBHOOKS, who, &json!({ "url": url, "events": events })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    Hook { path: format!("{WEBHOOKS}/{}", made.at("/id")), secret: made.at("/secret") }
}

async fn order(app: &TestApp, who: &Customer) -> String {
    let body = json!({ "prompt": "A river", "duration_s": 4, "resolution": "480p" });
    app.post(JOBS, who, &body).await.at("/id")
}

async fn patch(app: &TestApp, who: &Customer, path: &str, body: &Value) -> Answer {
    app.send(request(Method::PATCH, path, Some(&who.key), &body.to_string())).await
}

async fn delete(app: &TestApp, who: &Customer, path: &str) -> Answer {
    app.send(request(Method::DELETE, path, Some(&who.key), "")).await
}

fn header<'a>(message: &'a Received, name: &str) -> &'a str {
    message.headers[name].to_str().expect("plain text")
}

fn said(message: &Received) -> Value {
    serde_json::from_slice(&message.body).expect("JSON")
}

/// What this secret has to have signed.
fn signature(message: &Received, secret: &str) -> String {
    let secret = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&secret).expect("any length");
    let (id, time) = (header(message, "webhook-id"), header(message, "webhook-timestamp"));
    mac.update(format!("{id}.{time}.").as_bytes());
    mac.update(&message.body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn an_endpoint_hears_how_each_job_begins_and_ends() {
    let app = TestApp::with_private_network().await;
    let (who, other) = (app.customer().await, app.customer().await);
    let receiver = Neighbour::receiver(&[200]).await;
    let hook = hook(&app, &who, &receiver.at("/all"), None).await;
    let id = order(&app, &who).await;
    order(&app, &other).await;
    app.drain().await;
    let mut messages = receiver.received();
    messages.sort_by_key(|message| said(message)["type"].to_string());
    let types: Vec<_> = messages.iter().map(|message| said(message)["type"].clone()).collect();
    assert_eq!(types, ["job.queued", "job.running", "job.succeeded"]);
    let [ordered, begun, ended] = [0, 1, 2].map(|n| said(&messages[n]));
    assert_eq!((&ordered["data"]["id"], &ordered["data"]["state"]), (&json!(id), &json!("queued")));
    assert_eq!(ordered["data"]["updated_at"], START);
    assert_eq!((&begun["data"]["id"], &begun["data"]["state"]), (&json!(id), &json!("running")));
    assert_eq!(begun["timestamp"], START);
    assert_eq!(ended["data"], app.get(&format!("{JOBS}/{id}"), &who).await.json());
    for message in &messages {
        assert_eq!(said(message)["id"], header(message, "webhook-id"));
        assert_eq!(header(message, "webhook-signature"), signature(message, &hook.secret));
        assert_eq!(header(message, "content-type"), "application/json");
    }
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn an_endpoint_hears_only_what_it_asked_for() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let hook = hook(&app, &who, &receiver.at("/some"), Some(&["job.cancelled"])).await;
    order(&app, &who).await;
    app.drain().await;
    assert_eq!(receiver.received().len(), 0);
    let id = order(&app, &who).await;
    app.post(&format!("{JOBS}/{id}/cancel"), &who, &Value::Null).await;
    app.drain().await;
    assert_eq!(said(&receiver.received()[0])["type"], "job.cancelled");
    let changed = patch(&app, &who, &hook.path, &json!({ "enabled": false })).await.json();
    assert_eq!(
        (&changed["disabled_at"], &changed["disabled_by"]),
        (&json!(START), &json!("owner"))
    );
    let id = order(&app, &who).await;
    app.post(&format!("{JOBS}/{id}/cancel"), &who, &Value::Null).await;
    assert_eq!(delete(&app, &who, &hook.path).await.json()["deleted"], true);
    assert_eq!(app.get(&hook.path, &who).await.status, 404);
    app.drain().await;
    assert_eq!(receiver.received().len(), 1);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn both_secrets_sign_until_the_overlap_ends() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let hook = hook(&app, &who, &receiver.at("/all"), None).await;
    let rotate = format!("{}/rotate", hook.path);
    let rotated = app.post(&rotate, &who, &json!({ "overlap_s": 60 })).await;
    assert_eq!(rotated.at("/previous_secret_expires_at"), "2026-06-03T10:01:00.000Z");
    let (old, new) = (hook.secret, rotated.at("/secret"));
    for _ in 0..2 {
        app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
        app.drain_after_ms(60_000).await;
    }
    let during = {
        app.post(&rotate, &who, &json!({ "overlap_s": 60 })).await;
        app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
        app.drain().await;
        receiver.received()[2].clone()
    };
    // The first test was sent when the overlap had just ended.
    let alone = &receiver.received()[0];
    assert_eq!(header(alone, "webhook-signature"), signature(alone, &new));
    let signatures: Vec<_> = header(&during, "webhook-signature").split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert_eq!(signatures[1], signature(&during, &new), "the one before signs too");
    assert!(!signatures.contains(&signature(&during, &old).as_str()));
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_test_message_shows_whether_an_endpoint_works() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[500, 204]).await;
    let hook = hook(&app, &who, &receiver.at("/all"), None).await;
    let sent = app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
    assert_eq!((sent.status.as_u16(), sent.at("/state").as_str()), (202, "pending"));
    app.drain().await;
    let health = app.get(&hook.path, &who).await.json()["health"].clone();
    assert_eq!(
        health,
        json!({ "consecutive_failures": 1, "last_success_at": null, "last_failure_at": START })
    );
    app.drain_after_ms(6_250).await;
    let health = app.get(&hook.path, &who).await.json()["health"].clone();
    assert_eq!(health["consecutive_failures"], 0);
    let shown = app.get(&format!("{}/deliveries/{}", hook.path, sent.at("/id")), &who).await.json();
    let statuses: Vec<_> =
        shown["attempts"].as_array().expect("a log").iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [500, 204]);
    assert_eq!((&shown["state"], &shown["tries"]), (&json!("delivered"), &json!(2)));
    assert_eq!(shown["payload"], said(&receiver.received()[1]));
    assert_eq!(shown["payload"]["type"], "webhook.test");
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_delivery_that_arrived_can_be_sent_once_more() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let hook = hook(&app, &who, &receiver.at("/all"), Some(&["job.succeeded"])).await;
    order(&app, &who).await;
    app.drain().await;
    let list = format!("{}/deliveries", hook.path);
    let one = app.get(&list, &who).await.at("/data/0/id");
    app.clock.advance_ms(3_000);
    let replay = format!("{list}/{one}/replay");
    assert_eq!(app.post(&replay, &who, &Value::Null).await.status, 202);
    let again = app.post(&replay, &who, &Value::Null).await;
    assert_eq!((again.status.as_u16(), again.at("/error/code").as_str()), (409, "conflict"));
    app.drain().await;
    let messages = receiver.received();
    assert_eq!(messages.len(), 2);
    assert_eq!(header(&messages[0], "webhook-id"), header(&messages[1], "webhook-id"));
    let later = (START_MS / 1000 + 3).to_string();
    assert_eq!(header(&messages[1], "webhook-timestamp"), later);
    assert_eq!(said(&messages[0])["timestamp"], said(&messages[1])["timestamp"]);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_receiver_may_ask_for_patience() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::start(|_| {
        let mut busy = answer(429, "text/plain", Vec::new());
        busy.headers_mut().insert("retry-after", "120".parse().expect("a header's value"));
        busy
    })
    .await;
    let hook = hook(&app, &who, &receiver.at("/all"), None).await;
    let sent = app.post(&format!("{}/test", hook.path), &who, &Value::Null).await.at("/id");
    app.drain().await;
    app.drain_after_ms(119_999).await;
    assert_eq!(receiver.received().len(), 1);
    let shown = app.get(&format!("{}/deliveries/{sent}", hook.path), &who).await;
    assert_eq!(shown.at("/next_try_at"), "2026-06-03T10:02:00.000Z");
    app.drain_after_ms(1).await;
    assert_eq!(receiver.received().len(), 2);
    delete(&app, &who, &hook.path).await;
    app.drain_after_ms(3_600_000).await;
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_hears_nothing_until_it_is_enabled() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[410, 200]).await;
    let hook = hook(&app, &who, &receiver.at("/all"), None).await;
    app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
    app.drain().await;
    let shown = app.get(&hook.path, &who).await.json();
    assert_eq!((&shown["enabled"], &shown["disabled_by"]), (&json!(false), &json!("receiver")));
    order(&app, &who).await;
    app.drain().await;
    assert_eq!(receiver.received().len(), 1);
    let refused = app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
    assert_eq!(refused.at("/error/message"), "the webhook is switched off; enable it first");
    patch(&app, &who, &hook.path, &json!({ "enabled": true })).await;
    app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
    app.drain().await;
    assert_eq!(receiver.received().len(), 2);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn what_waits_goes_to_where_the_endpoint_has_moved() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let (broken, mended) = (Neighbour::receiver(&[500]).await, Neighbour::receiver(&[200]).await);
    let hook = hook(&app, &who, &broken.at("/all"), None).await;
    app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
    app.drain().await;
    let moved = patch(&app, &who, &hook.path, &json!({ "url": mended.at("/new") })).await;
    assert_eq!(moved.at("/url"), mended.at("/new"));
    app.drain_after_ms(10_000).await;
    assert_eq!((broken.received().len(), mended.received().len()), (1, 1));
    broken.close().await;
    mended.close().await;
    app.finish().await;
}

#[tokio::test]
async fn senders_at_once_send_each_message_once() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let hook = hook(&app, &who, &receiver.at("/all"), None).await;
    for _ in 0..40 {
        app.post(&format!("{}/test", hook.path), &who, &Value::Null).await;
    }
    let steps = (0..4).map(|_| deliver::step(&app.app));
    for step in futures_util::future::join_all(steps).await {
        step.expect("the store works");
    }
    // Those for which the receiver had no room yet.
    app.drain_after_ms(1_000).await;
    app.drain_after_ms(1_000).await;
    let mut ids: Vec<_> = receiver
        .received()
        .iter()
        .map(|message| header(message, "webhook-id").to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!((receiver.received().len(), ids.len()), (40, 40));
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_bad_endpoint_is_refused_and_a_strangers_is_not_found() {
    let app = TestApp::start().await;
    let (who, stranger) = (app.customer().await, app.customer().await);
    for (url, message) in [
        ("http://example.com/hook", "url must be a public https URL"),
        ("https://user:pass@example.com/", "url must be a public https URL"),
        (
            "https://10.0.0.1/hook",
            "url must be a public address: private, local and reserved networks are refused",
        ),
        (
            "https://localhost/hook",
            "url must be a public address: private, local and reserved networks are refused",
        ),
    ] {
        let refused = app.post(WEBHOOKS, &who, &json!({ "url": url })).await;
        assert_eq!((refused.status.as_u16(), refused.at("/error/message")), (400, message.into()));
        assert_eq!(refused.at("/error/field"), "url");
    }
    let hook = hook(&app, &who, "https://example.com/hook", None).await;
    assert_eq!(app.get(&hook.path, &stranger).await.status, 404);
    assert_eq!(delete(&app, &stranger, &hook.path).await.status, 404);
    let list = app.get(WEBHOOKS, &stranger).await;
    assert_eq!(list.json(), json!({ "data": [], "next": null }));
    assert_eq!(app.get_without_key(WEBHOOKS).await.status, 401);
    let all = app.get(WEBHOOKS, &who).await;
    assert_eq!(all.json()["data"][0].get("secret"), None, "it was shown once");
    for _ in 1..16 {
        let body = json!({ "url": "https://example.com/hook" });
        assert_eq!(app.post(WEBHOOKS, &who, &body).await.status, 201);
    }
    let body = json!({ "url": "https://example.com/hook" });
    assert_eq!(app.post(WEBHOOKS, &who, &body).await.status, 409);
    app.finish().await;
}

#[tokio::test]
async fn what_an_orders_own_address_was_told_is_listed_and_sent_once_more() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let body = json!({ "model": "seedance-2.0", "prompt": "A river",
                       "webhookUrl": receiver.at("/mine") });
    let id = app.post("/api/open/v1/video/generations", &who, &body).await.at("/requestId");
    app.drain().await;
    // The job goes by its id in any look.
    let list = format!("{WEBHOOKS}/{id}/deliveries");
    let listed = app.get(&list, &who).await;
    let (one, told) = (listed.at("/data/0/id"), listed.json()["data"][0].clone());
    assert_eq!((&told["type"], &told["webhook_id"]), (&json!("job.succeeded"), &Value::Null));
    let shown = app.get(&format!("{list}/{one}"), &who).await.json();
    assert_eq!(
        (&shown["payload"]["requestId"], &shown["attempts"][0]["status"]),
        (&json!(id), &json!(200))
    );
    let replay = format!("{list}/{one}/replay");
    assert_eq!(app.post(&replay, &who, &Value::Null).await.status, 202);
    app.drain().await;
    let messages = receiver.received();
    assert_eq!(messages.len(), 2);
    assert_eq!(header(&messages[0], "webhook-id"), header(&messages[1], "webhook-id"));
    let stranger = app.customer().await;
    for path in [&list, &format!("{list}/{one}")] {
        assert_eq!(app.get(path, &stranger).await.status, 404);
    }
    assert_eq!(app.post(&replay, &stranger, &Value::Null).await.status, 404);
    // A test key may not see a real job's messages; an endpoint's it may never.
    let tester = app.key_of(who.account, reelgate_core::KeyStyle::Test).await;
    assert_eq!(app.get(&list, &tester).await.status, 404);
    assert_eq!(app.get(WEBHOOKS, &tester).await.status, 403);
    receiver.close().await;
    app.finish().await;
}
