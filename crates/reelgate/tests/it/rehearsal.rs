//! Test keys: the whole contract against a scripted engine, at no cost.

use crate::apis::APIS;
use crate::apis::Api::{Native, OpenV1, TasksV1};
use crate::harness::{Customer, Left, TestApp};
use reelgate_core::{KeyStyle, StateName};
use serde_json::{Value, json};

/// An account with these credits, and its test key.
async fn tester(app: &TestApp, credits: i64) -> (Customer, Customer) {
    let who = app.customer_with(credits, KeyStyle::Sk).await;
    let test = app.key_of(who.account, KeyStyle::Test).await;
    assert!(test.key.starts_with("sk_test_"));
    (who, test)
}

/// The order's id in the answer of any API.
fn id_of(answer: &Value) -> String {
    let places = ["/requestId", "/task_id", "/data/task_id", "/id", "/data/id"];
    let id = places.iter().find_map(|place| answer.pointer(place)?.as_str());
    id.unwrap_or_else(|| panic!("no id in {answer}")).to_owned()
}

#[tokio::test]
async fn a_test_order_on_each_api_ends_with_a_clip_that_is_real_and_free() {
    let app = TestApp::start().await;
    let (who, test) = tester(&app, 0).await;
    for api in APIS {
        let answer = app.post(api.submit(), &test, &api.order()).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        let id = id_of(&answer.json());
        app.drain().await;
        let job = app.job(&id).await;
        assert_eq!(job.state.name(), StateName::Succeeded, "{job:?}");
        assert!(app.get(&api.look(&id), &test).await.text().contains(".mp4"));
        let native = app.get(&Native.look(&id), &test).await.json();
        assert_eq!(native["test"], true);
        assert_eq!((&native["price"], &native["charged"]), (&json!("0"), &json!("0")));
        assert_eq!(native["output"]["engine"], "rehearsal");
        assert_eq!(native["output"]["duration_ms"], 5000);
        let url = native["output"]["video_url"].as_str().expect("a link");
        assert_eq!(app.download(url).await.status, 200);
    }
    // The engine of real jobs was never asked, and no money moved.
    assert_eq!(app.engine.works().len(), 0);
    assert_eq!(app.money(&who).await, (0, 0));
    app.finish().await;
}

#[tokio::test]
async fn every_way_to_fail_can_be_rehearsed() {
    let app = TestApp::start().await;
    let (_, test) = tester(&app, 0).await;
    for class in [
        "invalid_input",
        "content_refused",
        "provider_error",
        "timeout",
        "worker_lost",
        "internal_error",
    ] {
        let prompt = format!("A river [test:fail={class}]");
        let answer = app.post(Native.submit(), &test, &Native.saying(json!(prompt))).await;
        app.drain().await;
        let job = app.get(&Native.look(&answer.at("/id")), &test).await;
        assert_eq!(job.at("/state"), "failed");
        assert_eq!(
            (job.at("/error/code").as_str(), job.json()["attempt"].as_u64()),
            (class, Some(1))
        );
    }
    let order = Native.with(json!({ "metadata": { "note": "[test:fail=timeout]" } }));
    let answer = app.post(Native.submit(), &test, &order).await;
    app.drain().await;
    assert_eq!(app.get(&Native.look(&answer.at("/id")), &test).await.at("/error/code"), "timeout");
    app.finish().await;
}

#[tokio::test]
async fn a_stalled_rehearsal_can_be_cancelled_and_keeps_nobody_waiting() {
    let app = TestApp::start().await;
    let (who, test) = tester(&app, 100).await;
    let stalled =
        app.post(TasksV1.submit(), &test, &TasksV1.saying(json!("[test:stall] a train"))).await;
    let id = id_of(&stalled.json());
    let platform = app.app.clone();
    let beside =
        tokio::spawn(
            async move { reelgate::work::rehearse::step(&platform).await.expect("a step") },
        );
    while app.job(&id).await.state.name() != StateName::Running {
        tokio::task::yield_now().await;
    }
    // Meanwhile a real order goes through.
    let real = app.post(Native.submit(), &who, &Native.order()).await;
    let done = app.get(&Native.look(&real.at("/id")), &who).await;
    assert_eq!(done.json()["queue"]["ahead"], 0);
    assert_eq!(app.engine.works().len(), 0);
    Box::pin(reelgate::work::render::step(&app.app)).await.expect("rendered");
    assert_eq!(app.engine.works().len(), 1);

    let cancel = format!("/api/reelgate/v1/jobs/{id}/cancel");
    assert_eq!(app.post(&cancel, &test, &json!({})).await.status, 200);
    beside.await.expect("no panic");
    assert_eq!(app.job(&id).await.state.name(), StateName::Cancelled);
    app.finish().await;
}

#[tokio::test]
async fn refusals_can_be_rehearsed_and_misspelt_scripts_are_refused() {
    let app = TestApp::start().await;
    let (_, test) = tester(&app, 0).await;
    for (code, status, said) in [
        ("insufficient_credits", 402, "insufficient_credits"),
        ("rate_limited", 429, "rate_limited"),
        ("busy", 503, "service_busy"),
        ("internal_error", 500, "internal_error"),
    ] {
        let order = OpenV1.saying(json!(format!("A river [test:refuse={code}]")));
        let refused = app.post(OpenV1.submit(), &test, &order).await;
        assert_eq!((refused.status.as_u16(), refused.at("/error/code").as_str()), (status, said));
        if code == "insufficient_credits" {
            let error = &refused.json()["error"];
            assert_eq!(
                (&error["requiredCredits"], &error["availableCredits"]),
                (&json!(40), &json!(0))
            );
        }
    }
    let order = OpenV1.saying(json!("A river [test:fail=loudly]"));
    let refused = app.post(OpenV1.submit(), &test, &order).await;
    assert_eq!(refused.status, 400);
    assert!(refused.at("/error/message").starts_with("prompt must have one of invalid_input"));
    assert_eq!(app.jobs(&test).await.len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn words_in_brackets_mean_nothing_to_a_real_key() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let order = Native.saying(json!("A sign that says [test:fail=timeout]"));
    let answer = app.post(Native.submit(), &who, &order).await;
    app.drain().await;
    let job = app.get(&Native.look(&answer.at("/id")), &who).await;
    assert_eq!((job.at("/state").as_str(), &job.json()["test"]), ("succeeded", &Value::Null));
    assert_eq!(app.money(&who).await, (995, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_test_key_neither_sees_nor_stops_nor_repeats_what_is_real() {
    let app = TestApp::start().await;
    let (who, test) = tester(&app, 100).await;
    let id = app.post(Native.submit(), &who, &Native.order()).await.at("/id");
    for path in ["cancel", "rerun"] {
        let path = format!("/api/reelgate/v1/jobs/{id}/{path}");
        assert_eq!(app.post(&path, &test, &json!({})).await.status, 404);
    }
    for api in APIS {
        assert_eq!(app.get(&api.look(&id), &test).await.status, 404);
    }
    assert_eq!(app.money(&who).await, (100, 5));
    // The other way round is harmless: a real key's rerun of a rehearsal is a real order.
    let rehearsed = app.post(Native.submit(), &test, &Native.order()).await.at("/id");
    let rerun = format!("/api/reelgate/v1/jobs/{rehearsed}/rerun");
    let real = app.post(&rerun, &who, &json!({})).await;
    assert_eq!((real.at("/price").as_str(), &real.json()["test"]), ("5", &Value::Null));
    let left = Left { queued: 3, ..Left::default() };
    app.finish_leaving(left).await;
}

#[tokio::test]
async fn going_live_with_the_idempotency_keys_of_a_rehearsal_orders() {
    let app = TestApp::start().await;
    let (who, test) = tester(&app, 100).await;
    let body = Native.order().to_string();
    let order = async |who: &Customer| app.post_once(Native.submit(), who, "demo-1", &body).await;
    let rehearsed = order(&test).await;
    let again = order(&test).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, rehearsed.body);
    let real = order(&who).await;
    assert_eq!((real.status.as_u16(), real.header("idempotent-replayed")), (202, None));
    assert_ne!(real.at("/id"), rehearsed.at("/id"));
    assert_eq!(app.money(&who).await, (100, 5));
    app.finish_leaving(Left { queued: 2, ..Left::default() }).await;
}

#[tokio::test]
async fn a_test_key_is_told_of_no_real_money() {
    let app = TestApp::start().await;
    let (who, test) = tester(&app, 100).await;
    let funds = |amount: &str| json!({ "balance": amount, "held": "0", "available": amount });
    app.get("/api/reelgate/v1/balance", &test).await.is(200, &funds("0"));
    app.get("/api/reelgate/v1/balance", &who).await.is(200, &funds("100"));
    app.finish().await;
}
