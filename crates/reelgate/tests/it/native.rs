//! Our own API, and what holds for every API at once.

use crate::fake_engine::Act;
use crate::harness::{START, TestApp, data_uri, request};
use crate::pictures;
use http::Method;
use reelgate_core::{KeyStyle, Priority, Role};
use serde_json::{Value, json};

const JOBS: &str = "/api/reelgate/v1/jobs";

fn cliff() -> Value {
    json!({
        "prompt": "A lighthouse on a cliff",
        "resolution": "480p",
        "duration_s": 2,
        "seed": 7,
        "metadata": { "shot": 3 }
    })
}

/// An order through each API, where its reply has the id, and how it is looked up.
const APIS: [(&str, &str, &str, &str, &str); 4] = [
    (
        "open_v1",
        "/api/open/v1/video/generations",
        r#"{"model":"seedance-2.0","prompt":"A river","resolution":"480p","duration":4}"#,
        "/requestId",
        "/api/open/v1/video/generations/",
    ),
    (
        "task_query",
        "/api/video/seedance/gen",
        r#"{"content":[{"type":"text","text":"A beach"}]}"#,
        "/data/task_id",
        "/api/task/query?task_id=",
    ),
    (
        "tasks_v1",
        "/api/v1/video/seedance2",
        r#"{"prompt":"A glass train","duration":"4"}"#,
        "/id",
        "/api/v1/tasks/",
    ),
    (
        "native",
        JOBS,
        r#"{"prompt":"A lighthouse","resolution":"480p","duration_s":1}"#,
        "/id",
        "/api/reelgate/v1/jobs/",
    ),
];

/// How each API says that a job is done.
fn is_done(dialect: &str, body: &Value) -> bool {
    match dialect {
        "open_v1" => body["status"] == "succeeded",
        "task_query" => body["data"]["status"] == "success",
        "tasks_v1" => body["status"] == "completed",
        _ => body["state"] == "succeeded",
    }
}

fn body_of(text: &str) -> Value {
    serde_json::from_str(text).expect("an example body")
}

#[tokio::test]
async fn an_order_becomes_a_job_and_the_job_a_clip() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let accepted = app.post(JOBS, &who, &cliff()).await;
    let id = accepted.at("/id");
    let mut expected = json!({
        "id": id,
        "state": "queued",
        "progress": 0.0,
        "cancel_requested": false,
        "model": "native/preview",
        "prompt": "A lighthouse on a cliff",
        "ratio": "16:9",
        "resolution": "480p",
        "duration_s": 2,
        "seed": 7,
        "audio": true,
        "fixed_lens": false,
        "priority": "normal",
        "price": "1",
        "charged": "0",
        "refunded": "0",
        "output": null,
        "error": null,
        "attempt": 0,
        "queue": null,
        "metadata": { "shot": 3 },
        "created_at": START,
        "updated_at": START,
        "finished_at": null
    });
    accepted.is(202, &expected);
    app.drain().await;
    let done = app.get(&format!("{JOBS}/{id}"), &who).await;
    let url = done.at("/output/video_url");
    let film = app.download(&url).await;
    let output = &done.json()["output"];
    assert_eq!(output["bytes"], film.body.len());
    let facts = json!([864, 496, 48, 2000, true, "fake"]);
    let shown = ["width", "height", "frames", "duration_ms", "has_audio", "engine"];
    assert_eq!(json!(shown.map(|name| &output[name])), facts);
    expected["state"] = json!("succeeded");
    expected["progress"] = json!(1.0);
    expected["charged"] = json!("1");
    expected["output"] = output.clone();
    expected["attempt"] = json!(1);
    expected["finished_at"] = json!(START);
    done.is(200, &expected);
    app.finish().await;
}

#[tokio::test]
async fn progress_and_a_requested_stop_are_shown() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::WorkUntilStopped]);
    let id = app.post(JOBS, &who, &cliff()).await.at("/id");
    let path = format!("{JOBS}/{id}");
    let attempt = app.render_beside();
    app.engine.begun().await;
    // The first heartbeat after the engine's report carries it to the store.
    loop {
        let body = app.get(&path, &who).await.json();
        assert_eq!(body["state"], "running");
        if body["progress"] == json!(0.5) {
            break;
        }
        tokio::task::yield_now().await;
    }
    app.post(&format!("{path}/cancel"), &who, &Value::Null).await;
    attempt.await.expect("no panic");
    let body = app.get(&path, &who).await.json();
    let shown = ["state", "price", "charged", "refunded"].map(|name| &body[name]);
    assert_eq!(json!(shown), json!(["cancelled", "1", "0", "1"]));
    app.finish().await;
}

#[tokio::test]
async fn failures_say_whose_fault_they_are() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::Refuse]);
    let id = app.post(JOBS, &who, &cliff()).await.at("/id");
    app.drain().await;
    let error = &app.get(&format!("{JOBS}/{id}"), &who).await.json()["error"];
    let expected = json!({
        "code": "content_refused",
        "message": "the prompt was refused",
        "blame": "caller"
    });
    assert_eq!(*error, expected);
    app.finish().await;
}

#[tokio::test]
async fn references_come_inside_the_request_with_their_roles() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut body = cliff();
    body["ratio"] = json!("adaptive");
    body["media"] = json!([
        { "url": data_uri("image/png", &pictures::png()), "role": "last_frame" },
        { "url": data_uri("image/jpeg", &pictures::jpeg()), "role": "first_frame" }
    ]);
    let accepted = app.post(JOBS, &who, &body).await;
    assert_eq!(accepted.at("/ratio"), "16:9", "as the first picture");
    app.drain().await;
    let roles: Vec<_> = app.engine.works()[0].inputs.iter().map(|input| input.role).collect();
    assert_eq!(roles, [Role::LastFrame, Role::FirstFrame]);
    app.finish().await;
}

#[tokio::test]
async fn every_model_of_every_api_is_on_the_list() {
    let app = TestApp::start().await;
    let listed = app.get_without_key("/api/reelgate/v1/models").await;
    assert_eq!(listed.status, 200);
    let body = listed.json();
    let ids: Vec<_> =
        body["data"].as_array().expect("a list").iter().map(|model| &model["id"]).collect();
    let expected = [
        "open_v1/seedance-2.0",
        "open_v1/seedance-2.0-fast",
        "open_v1/seedance-1.5-pro",
        "task_query/seedance-2.0",
        "tasks_v1/seedance2-mini",
        "tasks_v1/seedance2-standard",
        "tasks_v1/seedance2-pro",
        "tasks_v1/seedance25",
        "tasks_v1/gpt-image-2",
        "tasks_v1/nano-banana-pro",
        "tasks_v1/nano-banana-2-lite",
        "ark/doubao-seedance-2-5-260628",
        "ark/dreamina-seedance-2-5-260628",
        "ark/doubao-seedance-2-0-260128",
        "ark/dreamina-seedance-2-0-260128",
        "ark/doubao-seedance-2-0-fast-260128",
        "ark/dreamina-seedance-2-0-fast-260128",
        "ark/doubao-seedance-2-0-mini-260615",
        "ark/dreamina-seedance-2-0-mini-260615",
        "ark/doubao-seedance-1-5-pro-251215",
        "ark/seedance-1-5-pro-251215",
        "ark/doubao-seedance-1-0-pro-250528",
        "ark/doubao-seedance-1-0-pro-fast-251015",
        "ark/seedance-1-0-pro-250528",
        "ark/seedance-1-0-pro-fast-251015",
        "ark/doubao-seedance-1-0-lite-t2v-250428",
        "ark/doubao-seedance-1-0-lite-i2v-250428",
        "openai/sora-2",
        "openai/sora-2-2025-10-06",
        "openai/sora-2-2025-12-08",
        "openai/sora-2-pro",
        "openai/sora-2-pro-2025-10-06",
        "native/preview",
        "native/preview-image",
    ];
    assert_eq!(ids, expected);
    app.finish().await;
}

#[tokio::test]
async fn every_key_works_on_every_api_and_every_api_shows_every_job() {
    let app = TestApp::start().await;
    let first = app.customer_with(1000, KeyStyle::Sk).await;
    let keys = [
        app.key_of(first.account, KeyStyle::Sd2).await,
        app.key_of(first.account, KeyStyle::Dk).await,
        first,
    ];
    let mut jobs = Vec::new();
    for (at, (_, path, body, pointer, _)) in APIS.into_iter().enumerate() {
        let accepted = app.post(path, &keys[at % 3], &body_of(body)).await;
        jobs.push(app.job_id(&accepted.at(pointer)));
    }
    app.drain().await;
    for job in &jobs {
        for (at, (reader, _, _, _, look)) in APIS.into_iter().enumerate() {
            // An API reads its own look of the id and everybody else's.
            for (writer, ..) in APIS {
                let id = app.shown(*job, writer);
                let answer = app.get(&format!("{look}{id}"), &keys[at % 3]).await;
                assert_eq!(answer.status, 200, "{reader} {id}");
                assert!(is_done(reader, &answer.json()), "{reader}: {}", answer.text());
                assert!(answer.text().contains(&app.shown(*job, reader)));
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn somebody_elses_job_does_not_exist() {
    let app = TestApp::start().await;
    let (owner, stranger) = (app.customer().await, app.customer().await);
    for (dialect, path, body, pointer, look) in APIS {
        let id = app.post(path, &owner, &body_of(body)).await.at(pointer);
        let theirs = app.get(&format!("{look}{id}"), &stranger).await;
        // The same words as for an id that nobody has: the answer does not tell which it was.
        let unknown = id.replace(&id[id.len() - 4..], "0000");
        let nobodys = app.get(&format!("{look}{unknown}"), &stranger).await;
        assert_eq!((theirs.status.as_u16(), nobodys.status.as_u16()), (404, 404), "{dialect}");
        assert_eq!(theirs.text(), nobodys.text(), "{dialect}");
        assert!(theirs.text().contains("task not found"), "{}", theirs.text());
    }
    let ids: Vec<_> = app.jobs(&owner).await.iter().map(|job| job.id).collect();
    for id in &ids {
        for (dialect, cancel) in [("open_v1", "/cancel"), ("native", "/cancel")] {
            let look = if dialect == "native" { APIS[3].4 } else { APIS[0].4 };
            let path = format!("{look}{}{cancel}", app.shown(*id, dialect));
            assert_eq!(app.post(&path, &stranger, &Value::Null).await.status, 404);
        }
    }
    app.drain().await;
    assert_eq!(app.engine.works().len(), ids.len(), "no stranger stopped anything");
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_is_not_wanted_any_more_is_a_failure_where_there_is_no_word_for_it() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = app.post(JOBS, &who, &cliff()).await.at("/id");
    app.post(&format!("{JOBS}/{id}/cancel"), &who, &Value::Null).await;
    let task = app.get(&format!("/api/v1/tasks/{id}"), &who).await.json();
    assert_eq!(task["status"], "failed");
    assert_eq!(task["error"]["code"], "cancelled");
    let task = app.get(&format!("/api/task/query?task_id={id}"), &who).await.json();
    assert_eq!(task["data"]["status"], "failed");
    assert_eq!(task["data"]["status_reason"]["message"], "the task was cancelled");
    app.finish().await;
}

#[tokio::test]
async fn a_status_that_the_caller_has_is_not_sent_again() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let accepted = app.post("/api/reelgate/v1/jobs", &who, &json!({ "prompt": "A pier" })).await;
    let look = format!("/api/reelgate/v1/jobs/{}", accepted.at("/id"));
    let first = app.get(&look, &who).await;
    let etag = first.header("etag").expect("a mark").to_owned();
    let asked = || {
        let mut asked = request(Method::GET, &look, Some(&who.key), "");
        asked.headers_mut().insert("if-none-match", etag.parse().expect("a value"));
        asked
    };
    let again = app.send(asked()).await;
    assert_eq!((again.status.as_u16(), again.text()), (304, ""));
    assert_eq!(again.header("etag"), Some(etag.as_str()));
    assert_eq!(again.header("cache-control"), Some("private, no-cache"));
    app.drain_after_ms(1000).await;
    let done = app.send(asked()).await;
    assert_eq!((done.status.as_u16(), done.at("/state").as_str()), (200, "succeeded"));
    assert_ne!(done.header("etag"), Some(etag.as_str()));
    app.finish().await;
}

#[tokio::test]
async fn a_status_asked_for_again_and_again_is_never_an_old_one() {
    let app = TestApp::start().await;
    let (who, other) = (app.customer().await, app.customer().await);
    let accepted = app.post(JOBS, &who, &json!({ "prompt": "A pier" })).await;
    let look = format!("{JOBS}/{}", accepted.at("/id"));
    for _ in 0..4 {
        assert_eq!(app.get(&look, &who).await.at("/state"), "queued");
        assert_eq!(app.get(&look, &other).await.status.as_u16(), 404);
    }
    app.post(&format!("{look}/cancel"), &who, &json!({})).await;
    for _ in 0..4 {
        assert_eq!(app.get(&look, &who).await.at("/state"), "cancelled");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_high_priority_needs_the_operators_leave() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let urgent = json!({ "prompt": "A pier", "priority": "high" });
    let refused = app.post(JOBS, &who, &urgent).await;
    assert_eq!(refused.status.as_u16(), 400);
    assert_eq!(refused.at("/error/field"), "priority");
    assert_eq!(refused.at("/error/message"), "priority must be at most normal for this account");
    app.app.store.set_priority_max(who.account, Priority::High).await.expect("set");
    let usual = app.post(JOBS, &who, &json!({ "prompt": "A pier" })).await;
    let accepted = app.post(JOBS, &who, &urgent).await;
    assert_eq!(accepted.at("/priority"), "high");
    let ahead = app.get(&format!("{JOBS}/{}", usual.at("/id")), &who).await;
    assert_eq!(ahead.json()["queue"]["ahead"], 1);
    app.drain().await;
    app.finish().await;
}
