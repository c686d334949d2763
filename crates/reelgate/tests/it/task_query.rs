//! API B as its documents show it (seed 003).

use crate::fake_engine::Act;
use crate::harness::{START, TestApp, data_uri};
use crate::neighbour::{Neighbour, answer};
use crate::pictures;
use reelgate_core::{KeyStyle, Role};
use serde_json::{Value, json};

const GEN: &str = "/api/video/seedance/gen";

fn beach() -> Value {
    json!({
        "model": "seedance-2.0",
        "content": [
            {
                "type": "text",
                "text": "A beautiful beach scene with waves gently lapping at the shore"
            }
        ]
    })
}

fn task_is(id: &str, status: &str, result: Value, consumed: &str, reason: Value) -> Value {
    json!({
        "code": 0,
        "message": "ok",
        "data": {
            "task_id": id,
            "status": status,
            "result": result,
            "consumed": consumed,
            "status_reason": { "message": reason },
            "created_at": START
        }
    })
}

fn query(id: &str) -> String {
    format!("/api/task/query?task_id={id}")
}

#[tokio::test]
async fn the_documented_text_order_becomes_a_clip() {
    let app = TestApp::start().await;
    let who = app.customer_with(1000, KeyStyle::Dk).await;
    let accepted = app.post(GEN, &who, &beach()).await;
    let id = accepted.at("/data/task_id");
    accepted.is(200, &json!({ "code": 0, "message": "ok", "data": { "task_id": id } }));
    assert_eq!((id.len(), &id[..2]), (36, "ta"));
    let pending = task_is(&id, "pending", Value::Null, "0.000000", Value::Null);
    app.get(&query(&id), &who).await.is(200, &pending);
    assert_eq!(app.money(&who).await, (1000, 50));

    app.drain().await;
    let done = app.get(&query(&id), &who).await;
    let url = done.at("/data/result/video");
    done.is(200, &task_is(&id, "success", json!({ "video": url }), "0.500000", Value::Null));
    assert_eq!(app.money(&who).await, (950, 0));
    let film = app.download(&url).await;
    assert_eq!((film.status.as_u16(), film.header("content-type")), (200, Some("video/mp4")));
    app.finish().await;
}

#[tokio::test]
async fn the_documented_two_pictures_become_references() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let host = Neighbour::start(|path| match path {
        "/cat.png" => answer(200, "image/png", pictures::png()),
        _ => answer(200, "image/jpeg", pictures::jpeg()),
    })
    .await;
    let text = "The cat in @image1 walks through a garden, then meets the dog in @image2";
    let body = json!({
        "content": [
            { "type": "text", "text": text },
            { "type": "image_url", "image_url": { "url": host.at("/cat.png") } },
            { "type": "image_url", "image_url": { "url": host.at("/dog.png") } }
        ],
        "duration": 5
    });
    let id = app.post(GEN, &who, &body).await.at("/data/task_id");
    app.drain().await;
    assert_eq!(app.get(&query(&id), &who).await.at("/data/status"), "success");
    let work = app.engine.works().remove(0);
    let roles: Vec<_> = work.inputs.iter().map(|input| input.role).collect();
    assert_eq!(roles, [Role::Reference, Role::Reference]);
    assert!(work.inputs[0].path.extension().is_some_and(|ext| ext == "png"));
    host.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_running_task_is_in_progress_and_a_failed_one_says_why() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::Stumble, Act::Refuse]);
    let id = app.post(GEN, &who, &beach()).await.at("/data/task_id");
    app.drain().await;
    let pending = task_is(&id, "pending", Value::Null, "0.000000", Value::Null);
    app.get(&query(&id), &who).await.is(200, &pending);
    app.drain_after_ms(10_000).await;
    let failed = task_is(&id, "failed", Value::Null, "0.000000", json!("the prompt was refused"));
    app.get(&query(&id), &who).await.is(200, &failed);
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn pictures_may_come_inside_the_request() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut body = beach();
    let uri = data_uri("image/png", &pictures::png());
    let image = json!({ "type": "image_url", "image_url": { "url": uri } });
    body["content"].as_array_mut().expect("a list").push(image);
    let id = app.post(GEN, &who, &body).await.at("/data/task_id");
    app.drain().await;
    assert_eq!(app.get(&query(&id), &who).await.at("/data/status"), "success");
    assert_eq!(app.engine.works()[0].inputs[0].role, Role::FirstFrame);
    app.finish().await;
}

#[tokio::test]
async fn the_other_name_of_the_id_works_and_none_is_refused() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = app.post(GEN, &who, &beach()).await.at("/data/task_id");
    app.drain().await;
    let found = app.get(&format!("/api/task/query?job_id={id}"), &who).await;
    assert_eq!(found.at("/data/task_id"), id);
    for path in ["/api/task/query", "/api/task/query?task_id="] {
        let message = "task_id is required";
        app.get(path, &who).await.is(400, &json!({ "code": 1, "message": message }));
    }
    let unknown = app.get(&query("ta823dfb-eaac-44fd-aec2-3e2c7ba8e071"), &who).await;
    unknown.is(404, &json!({ "code": 1, "message": "task not found" }));
    app.finish().await;
}
