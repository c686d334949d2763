//! Quotes, caps, reruns, the line and retention: what our own API has beyond the others.

use crate::fake_engine::Act;
use crate::harness::{Left, TestApp, data_uri};
use crate::neighbour::Neighbour;
use crate::pictures;
use reelgate::entropy::{Entropy, SeededEntropy};
use reelgate::work::{Step, sweep};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const JOBS: &str = "/api/reelgate/v1/jobs";
const QUOTE: &str = "/api/reelgate/v1/quote";
const DAY_MS: i64 = 24 * 3_600_000;

fn short() -> Value {
    json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 2, "seed": 7 })
}

#[tokio::test]
async fn a_quote_is_what_the_order_then_costs_and_holds_nothing() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let before = app.money(&who).await;
    let order = json!({ "prompt": "A lighthouse", "resolution": "1080p", "duration_s": 7 });
    let quoted = app.post(QUOTE, &who, &order).await;
    quoted.is(200, &json!({ "price": "14", "price_version": "2026-11" }));
    assert_eq!(app.money(&who).await, before);
    assert_eq!(app.post(JOBS, &who, &order).await.at("/price"), "14");
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_quote_refuses_what_an_order_would_refuse() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let order = json!({ "prompt": "A lighthouse", "duration_s": 99 });
    let refused = app.post(QUOTE, &who, &order).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.at("/error/field"), "duration_s");
    app.finish().await;
}

#[tokio::test]
async fn an_order_above_its_cap_is_refused_and_one_at_its_cap_accepted() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let capped = |cap: Value| {
        let mut order = short();
        order["credits_max"] = cap;
        order
    };
    let refused = app.post(JOBS, &who, &capped(json!("0.5"))).await;
    assert_eq!(
        (refused.status.as_u16(), refused.at("/error/field")),
        (400, "credits_max".to_owned())
    );
    assert_eq!(app.post(JOBS, &who, &capped(json!(1))).await.status, 202);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_rerun_is_a_new_job_with_the_same_order_and_seed() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let first = app.post(JOBS, &who, &short()).await.at("/id");
    app.drain().await;
    let again = app.post(&format!("{JOBS}/{first}/rerun"), &who, &Value::Null).await;
    assert_eq!(again.status, 202);
    assert_ne!(again.at("/id"), first);
    app.drain().await;
    let (first, again) = (app.job(&first).await, app.job(&again.at("/id")).await);
    assert_eq!((again.seed, &again.order.prompt), (first.seed, &first.order.prompt));
    assert_eq!(again.charged(), first.charged());
    app.finish().await;
}

#[tokio::test]
async fn a_rerun_under_a_key_happens_once() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let first = app.post(JOBS, &who, &short()).await.at("/id");
    let path = format!("{JOBS}/{first}/rerun");
    let again = app.post_once(&path, &who, "again", "").await;
    let repeated = app.post_once(&path, &who, "again", "").await;
    assert_eq!(repeated.header("idempotent-replayed"), Some("true"));
    assert_eq!(repeated.text(), again.text());
    assert_eq!(app.jobs(&who).await.len(), 2);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn only_its_owner_can_rerun_a_job() {
    let app = TestApp::start().await;
    let (owner, stranger) = (app.customer().await, app.customer().await);
    let id = app.post(JOBS, &owner, &short()).await.at("/id");
    let refused = app.post(&format!("{JOBS}/{id}/rerun"), &stranger, &Value::Null).await;
    assert_eq!(refused.status, 404);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_rerun_tells_the_same_receiver_in_the_shape_it_knows() {
    let receiver = Neighbour::receiver(&[200, 200]).await;
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let order = json!({
        "content": [{ "type": "text", "text": "A beach" }],
        "callback_url": receiver.at("/hook"),
    });
    let first = app.post("/api/video/seedance/gen", &who, &order).await.at("/data/task_id");
    app.drain().await;
    app.post(&format!("{JOBS}/{first}/rerun"), &who, &Value::Null).await;
    app.drain().await;
    let bodies = receiver.received();
    assert_eq!(bodies.len(), 2);
    for received in bodies {
        let body: Value = serde_json::from_slice(&received.body).expect("JSON");
        assert_eq!(body["status"], "success", "{body}");
    }
    app.finish().await;
    receiver.close().await;
}

#[tokio::test]
async fn a_waiting_job_knows_how_many_go_before_it() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.post(JOBS, &who, &short()).await;
    app.drain().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(app.post(JOBS, &who, &short()).await.at("/id"));
    }
    for (ahead, id) in ids.iter().enumerate() {
        let shown = app.get(&format!("{JOBS}/{id}"), &who).await.json();
        assert_eq!(shown["queue"]["ahead"], ahead, "{shown}");
    }
    app.drain().await;
    let shown = app.get(&format!("{JOBS}/{}", ids[2]), &who).await.json();
    assert_eq!(shown["queue"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn an_account_at_its_cap_waits_and_others_go_past() {
    let app = TestApp::with(|setup| setup.config.jobs.running_per_account_max = 1).await;
    let (a, b) = (app.customer().await, app.customer().await);
    app.engine.play(&[Act::WaitForRelease]);
    let first = app.post(JOBS, &a, &short()).await.at("/id");
    let running = app.render_beside();
    app.engine.begun().await;
    let second = app.post(JOBS, &a, &short()).await.at("/id");
    let other = app.post(JOBS, &b, &short()).await.at("/id");
    app.drain().await;
    let state = async |id: &str| app.job(id).await.state.name().text();
    assert_eq!(state(&first).await, "running");
    assert_eq!(state(&second).await, "queued", "its account's only place is taken");
    assert_eq!(state(&other).await, "succeeded");
    app.engine.release();
    running.await.expect("the render ends");
    app.drain().await;
    assert_eq!(state(&second).await, "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn files_past_their_retention_are_gone_and_the_job_says_so() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut order = short();
    order["media"] = json!([{ "url": data_uri("image/png", &pictures::png()) }]);
    let id = app.post(JOBS, &who, &order).await.at("/id");
    app.drain().await;
    let shown = app.get(&format!("{JOBS}/{id}"), &who).await;
    let video = shown.at("/output/video_url");
    app.clock.advance_ms(29 * DAY_MS);
    sweep::step(&app.app).await.expect("a sweep");
    assert!(!app.media_files().is_empty(), "kept for thirty days");
    app.clock.advance_ms(2 * DAY_MS);
    assert_eq!(sweep::step(&app.app).await.expect("a sweep"), Step::Did);
    assert_eq!(app.media_files(), Vec::<String>::new());
    let shown = app.get(&format!("{JOBS}/{id}"), &who).await.json();
    assert_eq!(shown["state"], "expired");
    assert_eq!(shown["output"], Value::Null);
    assert_eq!(shown["charged"], "1", "what was delivered stays paid");
    let open = app.get(&format!("/api/v1/tasks/{}", id.replace("job_", "sd2_")), &who).await;
    assert_eq!(open.at("/error/code"), "expired");
    assert_ne!(app.download(&video).await.status, 200);
    let rerun = app.post(&format!("{JOBS}/{id}/rerun"), &who, &Value::Null).await;
    assert_eq!(rerun.status, 409, "its reference is gone, too");
    app.finish_leaving(Left::default()).await;
}

/// Draws everything five times in a row.
struct Stammering(AtomicU64);

impl Entropy for Stammering {
    fn fill(&self, bytes: &mut [u8]) {
        SeededEntropy::new(self.0.fetch_add(1, Ordering::Relaxed) / 5).fill(bytes);
    }
}

#[tokio::test]
async fn orders_that_draw_the_same_id_are_all_accepted() {
    let stammering = Arc::new(Stammering(AtomicU64::new(0)));
    let app = TestApp::with(|setup| setup.entropy = Some(stammering)).await;
    let who = app.customer().await;
    let mut ids = BTreeSet::new();
    for n in 0..6 {
        let accepted = app.post_once(JOBS, &who, &format!("order {n}"), &short().to_string()).await;
        assert_eq!(accepted.status, 202, "{}", accepted.text());
        ids.insert(accepted.at("/id"));
    }
    assert_eq!(ids.len(), 6);
    app.drain().await;
    app.finish().await;
}
