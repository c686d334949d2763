//! The Ark API: order, list, cancel, removal, callbacks, and drafts rendered in full.

use crate::fake_engine::Act;
use crate::harness::{Customer, TestApp, request};
use crate::neighbour::Neighbour;
use http::Method;
use serde_json::{Value, json};

const TASKS: &str = "/api/v3/contents/generations/tasks";
const MODEL: &str = "dreamina-seedance-2-0-260128";

fn task(id: &str) -> String {
    format!("{TASKS}/{id}")
}

fn order(text: &str) -> Value {
    json!({ "model": MODEL, "content": [{ "type": "text", "text": text }] })
}

/// As the official SDKs send it: with a body that means nothing.
async fn delete(app: &TestApp, who: &Customer, id: &str) -> (u16, Value) {
    let answer = app.send(request(Method::DELETE, &task(id), Some(&who.key), "{}")).await;
    (answer.status.as_u16(), answer.json())
}

async fn listed(app: &TestApp, who: &Customer, query: &str) -> Vec<String> {
    let page = app.get(&format!("{TASKS}?{query}"), who).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let items = page.json()["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn the_documented_order_becomes_a_clip() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let accepted = app.post(TASKS, &who, &order("A cat --rs 480p --dur 4 --ratio 9:16")).await;
    let id = accepted.at("/id");
    accepted.is(200, &json!({ "id": id }));
    assert_eq!(app.money(&who).await, (1000, 16));
    assert_eq!(app.get(&task(&id), &who).await.at("/status"), "queued");
    app.drain().await;
    let done = app.get(&task(&id), &who).await;
    let shown = done.json();
    assert_eq!(shown["status"], "succeeded", "{shown}");
    assert_eq!((&shown["resolution"], &shown["ratio"]), (&json!("480p"), &json!("9:16")));
    assert_eq!((&shown["duration"], &shown["error"]), (&json!(4), &Value::Null));
    assert_eq!(shown["content"].get("last_frame_url"), None);
    let tokens = 496 * 864 * 97 / 1024;
    assert_eq!(shown["usage"], json!({ "completion_tokens": tokens, "total_tokens": tokens }));
    let film = app.download(&done.at("/content/video_url")).await;
    assert_eq!((film.status.as_u16(), film.header("content-type")), (200, Some("video/mp4")));
    assert_eq!(app.money(&who).await, (984, 0));
    app.finish().await;
}

#[tokio::test]
async fn options_that_are_null_count_as_left_out() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut body = order("A cat");
    for name in [
        "callback_url",
        "return_last_frame",
        "service_tier",
        "execution_expires_after",
        "priority",
        "generate_audio",
        "draft",
        "tools",
        "safety_identifier",
        "resolution",
        "ratio",
        "duration",
        "frames",
        "seed",
        "camera_fixed",
        "watermark",
        "output_format",
        "omni_reference_task_type",
    ] {
        body[name] = Value::Null;
    }
    let id = app.post(TASKS, &who, &body).await.at("/id");
    let shown = app.get(&task(&id), &who).await.json();
    assert_eq!((&shown["resolution"], &shown["duration"]), (&json!("720p"), &json!(5)));
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn tasks_are_listed_by_status_model_and_name() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let made = app.post(TASKS, &who, &order("One")).await.at("/id");
    app.drain().await;
    let waiting = app.post(TASKS, &who, &order("Two")).await.at("/id");
    let [both, done, none] = [
        listed(&app, &who, "page_size=10").await,
        listed(&app, &who, "filter.status=succeeded").await,
        listed(&app, &who, "filter.model=seedance-1-5-pro-251215").await,
    ];
    assert_eq!(both.iter().collect::<std::collections::BTreeSet<_>>().len(), 2, "{both:?}");
    assert_eq!((done, none), (vec![made.clone()], vec![]));
    let named = [
        format!("filter.task_ids={made}&filter.task_ids={waiting}"),
        format!("filter.task_ids={made},{waiting}"),
    ];
    for query in named {
        assert_eq!(listed(&app, &who, &query).await.len(), 2, "{query}");
    }
    assert_eq!(listed(&app, &who, "filter.task_ids=cgt-nothing").await, Vec::<String>::new());
    let wrong = app.get(&format!("{TASKS}?filter.status=done"), &who).await;
    assert_eq!((wrong.status.as_u16(), wrong.at("/error/param").as_str()), (400, "filter.status"));
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_waiting_task_is_cancelled_and_the_record_of_an_ended_one_goes() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let waiting = app.post(TASKS, &who, &order("One")).await.at("/id");
    assert_eq!(delete(&app, &who, &waiting).await, (200, json!({})));
    assert_eq!(app.money(&who).await, (1000, 0));
    assert_eq!(app.get(&task(&waiting), &who).await.at("/status"), "cancelled");
    // What is cancelled already is refused.
    assert_eq!(delete(&app, &who, &waiting).await.0, 409);

    let made = app.post(TASKS, &who, &order("Two")).await.at("/id");
    app.drain().await;
    assert_eq!(delete(&app, &who, &made).await, (200, json!({})));
    let gone = app.get(&task(&made), &who).await;
    assert_eq!((gone.status.as_u16(), gone.at("/error/code").as_str()), (404, "NotFound.id"));
    // The cancelled one is listed for a day.
    assert_eq!(listed(&app, &who, "").await, [waiting]);
    app.clock.advance_ms(24 * 3_600_000 + 1);
    assert_eq!(listed(&app, &who, "").await, Vec::<String>::new());
    assert_eq!(app.money(&who).await, (960, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_running_task_is_not_cancelled_and_clients_are_told_not_to_try_again() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::WaitForRelease]);
    let id = app.post(TASKS, &who, &order("A cat")).await.at("/id");
    let working = app.render_beside();
    app.engine.begun().await;
    let refused = app.send(request(Method::DELETE, &task(&id), Some(&who.key), "{}")).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.at("/error/code"), "TaskRunningCannotCancel");
    assert_eq!(refused.header("x-should-retry"), Some("false"));
    app.engine.release();
    working.await.expect("the worker goes on");
    app.drain().await;
    assert_eq!(app.get(&task(&id), &who).await.at("/status"), "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn a_callback_tells_of_every_change() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let mut body = order("A cat");
    body["callback_url"] = json!(receiver.at("/hook"));
    let id = app.post(TASKS, &who, &body).await.at("/id");
    app.drain().await;
    let told = receiver.received();
    let mut told: Vec<Value> =
        told.iter().map(|r| serde_json::from_slice(&r.body).expect("JSON")).collect();
    assert!(told.iter().all(|task| task["id"] == json!(id)), "{told:?}");
    let mut names: Vec<_> = told.iter_mut().map(|task| task["status"].take()).collect();
    names.sort_by_key(Value::to_string);
    assert_eq!(names, [json!("queued"), json!("running"), json!("succeeded")]);
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_draft_is_rendered_in_full_as_it_was() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let draft = json!({
        "model": "seedance-1-5-pro-251215", "draft": true, "seed": 7,
        "content": [{ "type": "text", "text": "A cat on a roof" }], "ratio": "1:1",
    });
    let id = app.post(TASKS, &who, &draft).await.at("/id");
    app.drain().await;
    assert_eq!(app.get(&task(&id), &who).await.at("/resolution"), "480p");
    let full = json!({
        "model": "seedance-1-5-pro-251215",
        "content": [{ "type": "draft_task", "draft_task": { "id": id } }],
    });
    let full = app.post(TASKS, &who, &full).await.at("/id");
    app.drain().await;
    let shown = app.get(&task(&full), &who).await.json();
    assert_eq!((&shown["status"], &shown["draft"]), (&json!("succeeded"), &json!(false)));
    assert_eq!((&shown["resolution"], &shown["ratio"]), (&json!("720p"), &json!("1:1")));
    assert_eq!(shown["seed"], 7);
    assert_eq!(app.job(&full).await.order.prompt, "A cat on a roof");
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_task_is_not_found_only_for_those_with_a_key() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let path = task("cgt-20250803102220-02gsn5te");
    let missing = app.get(&path, &who).await;
    assert_eq!((missing.status.as_u16(), missing.at("/error/code").as_str()), (404, "NotFound.id"));
    let refused = app.get_without_key(&path).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.at("/error/code"), "AuthenticationError");
    app.finish().await;
}
