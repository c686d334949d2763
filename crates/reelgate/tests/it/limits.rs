//! How often an account may ask, and what a server says that cannot answer now.

use crate::harness::{Answer, TestApp, request};
use http::Method;
use serde_json::{Value, json};

/// What is left, as the headers tell: limit, remaining, seconds until the window closes.
fn allowance(answer: &Answer) -> [Option<&str>; 3] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map(|name| answer.header(name))
}

async fn limited() -> TestApp {
    TestApp::with(|setup| setup.config.limits.rate_limit = true).await
}

#[tokio::test]
async fn api_c_takes_30_requests_in_60_seconds_from_an_account() {
    let app = limited().await;
    let (who, other) = (app.customer().await, app.customer().await);
    let second_key = app.key_of(who.account, reelgate_core::KeyStyle::Dk).await;
    let path = "/api/v1/tasks/sd2_unknown";
    for asked in 1..=30 {
        // Every authenticated request counts, whatever comes of it, whichever key is used.
        let key = if asked % 2 == 0 { &who } else { &second_key };
        let answer = app.get(path, key).await;
        assert_eq!(answer.status, 404);
        let remaining = (30 - asked).to_string();
        assert_eq!(allowance(&answer), [Some("30"), Some(&remaining), Some("60")]);
    }
    app.clock.advance_ms(23_500);
    let refused = app.post("/api/v1/video/seedance2", &who, &json!({ "prompt": "A train" })).await;
    let message = "Too many requests: the limit is 30 per 60 seconds";
    refused.is(429, &json!({ "error": { "code": "rate_limited", "message": message } }));
    assert_eq!(refused.header("retry-after"), Some("37"));
    assert_eq!(app.jobs(&who).await.len(), 0);

    // Neither other accounts nor the account's requests to other APIs are counted with it.
    assert_eq!(app.get(path, &other).await.status, 404);
    let elsewhere = app.get("/api/open/v1/video/generations/req_unknown", &who).await;
    assert_eq!(allowance(&elsewhere), [Some("600"), Some("599"), Some("60")]);

    app.clock.advance_ms(36_499);
    assert_eq!(app.get(path, &who).await.status, 429);
    app.clock.advance_ms(1);
    let reopened = app.get(path, &who).await;
    assert_eq!(allowance(&reopened), [Some("30"), Some("29"), Some("60")]);
    app.finish().await;
}

#[tokio::test]
async fn a_key_that_is_none_is_not_counted() {
    let app = limited().await;
    for _ in 0..40 {
        let answer = app.get_without_key("/api/v1/tasks/sd2_unknown").await;
        assert_eq!((answer.status.as_u16(), allowance(&answer)), (401, [None; 3]));
    }
    app.finish().await;
}

#[tokio::test]
async fn the_other_apis_refuse_in_their_own_shape() {
    let app = TestApp::with(|setup| {
        setup.config.limits.rate_limit = true;
        setup.config.limits.requests_per_minute = 1;
    })
    .await;
    let who = app.customer().await;
    let message = "Too many requests: the limit is 1 per 60 seconds";
    let error = json!({ "code": "rate_limited", "message": message });
    for (path, body) in [
        (
            "/api/open/v1/video/generations/req_unknown",
            json!({ "success": false, "error": error.clone() }),
        ),
        ("/api/task/query?task_id=taunknown", json!({ "code": 1, "message": message })),
        ("/api/reelgate/v1/jobs/job_unknown", json!({ "error": error.clone() })),
    ] {
        assert_eq!(app.get(path, &who).await.status, 404);
        let refused = app.get(path, &who).await;
        refused.is(429, &body);
        assert_eq!(refused.header("retry-after"), Some("60"));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_full_server_says_so_in_the_shape_of_the_api() {
    let app = TestApp::with(|setup| setup.config.limits.requests_in_flight_max = 0).await;
    let message = "The server is busy, please try again";
    let busy = |code: &str| json!({ "code": code, "message": message });
    for (path, body) in [
        ("/api/v1/tasks/x", json!({ "error": busy("service_busy") })),
        (
            "/api/open/v1/video/generations",
            json!({ "success": false, "error": busy("service_busy") }),
        ),
        ("/api/task/query", json!({ "code": 1, "message": message })),
        ("/api/reelgate/v1/jobs", json!({ "error": busy("busy") })),
    ] {
        let refused = app.get_without_key(path).await;
        refused.is(503, &body);
        assert_eq!(refused.header("retry-after"), Some("1"), "{path}");
    }
    assert_eq!(app.get_without_key("/files/1-2/x").await.status, 503);
    app.finish().await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_in_the_shape_of_the_nearest_api() {
    let app = TestApp::start().await;
    for (path, envelope) in [
        ("/api/open/v1/videos", "open_v1"),
        ("/api/video/seedance/list", "task_query"),
        ("/api/task/list", "task_query"),
        ("/api/v1/balance", "tasks_v1"),
        ("/api/v1/credits", "tasks_v1"),
        ("/api/reelgate/v1/nothing", "native"),
    ] {
        let answer = app.get_without_key(path).await;
        let message = format!("there is nothing at {path}");
        let error = json!({ "code": "not_found", "message": message });
        let body = match envelope {
            "open_v1" => json!({ "success": false, "error": error }),
            "task_query" => json!({ "code": 1, "message": message }),
            _ => json!({ "error": error }),
        };
        answer.is(404, &body);
    }
    let plain = app.get_without_key("/wp-login.php").await;
    assert_eq!((plain.status.as_u16(), plain.text()), (404, "there is nothing at /wp-login.php\n"));
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_method_is_refused_with_the_right_ones() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let say = |methods: &str| format!("this address answers {methods} only");
    let coded = |code: &str, methods: &str| json!({ "code": code, "message": say(methods) });
    for (method, path, allowed, body) in [
        (
            Method::DELETE,
            "/api/open/v1/video/generations/req_x",
            "GET",
            json!({ "success": false, "error": coded("method_not_allowed", "GET") }),
        ),
        (
            Method::GET,
            "/api/video/seedance/gen",
            "POST",
            json!({ "code": 1, "message": say("POST") }),
        ),
        (
            Method::PUT,
            "/api/v1/video/seedance2",
            "POST",
            json!({ "error": coded("invalid_request", "POST") }),
        ),
        (
            Method::GET,
            "/api/reelgate/v1/quote",
            "POST",
            json!({ "error": coded("method_not_allowed", "POST") }),
        ),
    ] {
        let answer = app.send(request(method, path, Some(&who.key), "")).await;
        answer.is(405, &body);
        assert_eq!(answer.header("allow"), Some(allowed));
    }
    app.finish().await;
}

#[tokio::test]
async fn health_and_documents_need_no_key() {
    let app = TestApp::start().await;
    app.get_without_key("/healthz").await.is(200, &json!({ "status": "ok" }));
    let ready = json!({ "status": "ok", "engine": "fake", "queued": 0, "running": 0 });
    app.get_without_key("/readyz").await.is(200, &ready);
    for name in ["open_v1", "task_query", "tasks_v1", "native"] {
        let document: Value = app.get_without_key(&format!("/openapi/{name}.json")).await.json();
        assert_eq!(document["openapi"], "3.1.0", "{name}");
    }
    assert_eq!(app.get_without_key("/openapi/other.json").await.status, 404);
    assert!(app.get_without_key("/").await.text().contains("<title>Reelgate</title>"));
    app.app.stopping.cancel();
    app.get_without_key("/readyz").await.is(503, &json!({ "status": "stopping" }));
    app.finish().await;
}
