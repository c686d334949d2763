//! Lists, money, reports and deletion on our own API; pictures on all of them.

use crate::harness::{Customer, TestApp, request};
use http::Method;
use serde_json::{Value, json};

const JOBS: &str = "/api/reelgate/v1/jobs";

fn order(prompt: &str) -> Value {
    json!({ "prompt": prompt, "resolution": "480p", "duration_s": 1 })
}

async fn delete(app: &TestApp, path: &str, who: &Customer) -> crate::harness::Answer {
    app.send(request(Method::DELETE, path, Some(&who.key), "")).await
}

#[tokio::test]
async fn jobs_are_listed_by_state_model_and_time() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut ids = Vec::new();
    for prompt in ["one", "two", "three"] {
        ids.insert(0, app.post(JOBS, &who, &order(prompt)).await.at("/id"));
        app.clock.advance_ms(1000);
    }
    let list = async |query: &str| -> Vec<String> {
        let body = app.get(&format!("{JOBS}?{query}"), &who).await.json();
        let jobs = body["data"].as_array().unwrap_or_else(|| panic!("{query}: {body}"));
        jobs.iter().map(|job| job["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(list("").await, ids);
    let first = app.get(&format!("{JOBS}?limit=2"), &who).await;
    let rest = format!("{JOBS}?limit=2&cursor={}", first.at("/next"));
    let rest = app.get(&rest, &who).await.json();
    assert_eq!((rest["data"][0]["id"].as_str(), &rest["next"]), (Some(&*ids[2]), &Value::Null));
    let (from, until) = ("2026-06-03T10:00:01Z", "2026-06-03T10:00:02Z");
    assert_eq!(list(&format!("created_after={from}&created_before={until}")).await, ids[1..2]);
    assert_eq!(list("created_after=2026-06-04").await, Vec::<String>::new());
    assert_eq!(list("model=native/preview").await, ids);
    assert_eq!(list("prompt=TWO").await, ids[1..2]);
    assert_eq!(list("prompt=o%20W").await, ids[1..2]);
    assert_eq!(list("prompt=one%20two").await, Vec::<String>::new());
    let long = format!("{JOBS}?prompt={}", "x".repeat(201));
    assert_eq!(app.get(&long, &who).await.at("/error/field"), "prompt");
    assert_eq!(list("model=open_v1/seedance-2.0").await, Vec::<String>::new());
    app.post(&format!("{JOBS}/{}/cancel", ids[1]), &who, &Value::Null).await;
    assert_eq!(list("state=cancelled").await, ids[1..2]);
    app.drain().await;
    assert_eq!(list("state=succeeded").await, [ids[0].clone(), ids[2].clone()]);
    assert_eq!(list("state=queued").await, Vec::<String>::new());
    let stranger = app.customer().await;
    app.get(JOBS, &stranger).await.is(200, &json!({ "data": [], "next": null }));
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_job_keeps_its_bill_and_loses_its_files() {
    let app = TestApp::start().await;
    let (who, stranger) = (app.customer().await, app.customer().await);
    let id = app.post(JOBS, &who, &order("a pier")).await.at("/id");
    let path = format!("{JOBS}/{id}");
    let waiting = delete(&app, &path, &who).await;
    let message = "the task has not ended, cancel it first";
    assert_eq!((waiting.status.as_u16(), waiting.at("/error/message").as_str()), (409, message));
    app.drain().await;
    let link = app.get(&path, &who).await.at("/output/video_url");
    assert_eq!(delete(&app, &path, &stranger).await.status, 404);
    let gone = delete(&app, &path, &who).await;
    assert_eq!((gone.status.as_u16(), gone.at("/state").as_str()), (200, "expired"));
    assert_eq!(gone.json()["output"], Value::Null);
    assert_eq!(app.download(&link).await.status, 410);
    assert_eq!(app.media_files(), Vec::<String>::new());
    assert_eq!(delete(&app, &path, &who).await.json(), gone.json());
    assert_eq!(app.get(&path, &who).await.json(), gone.json());
    let listed = app.get(&format!("{JOBS}?state=expired"), &who).await;
    assert_eq!(listed.at("/data/0/id"), id);
    assert_eq!(gone.at("/charged"), "1");
    app.finish().await;
}

#[tokio::test]
async fn what_a_crash_leaves_of_a_deleted_job_is_swept() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = app.post(JOBS, &who, &order("a pier")).await.at("/id");
    app.drain().await;
    // The store knows, and then the process dies.
    let deleted = app.app.store.delete_files(who.account, app.job_id(&id), app.app.now()).await;
    deleted.expect("noted");
    assert_ne!(app.media_files(), Vec::<String>::new());
    reelgate::work::sweep::step(&app.app).await.expect("a sweep");
    assert_eq!(app.media_files(), Vec::<String>::new());
    app.finish().await;
}

#[tokio::test]
async fn money_and_usage_are_told_exactly() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let balance = "/api/reelgate/v1/balance";
    let funds = |balance: &str, held: &str, available: &str| {
        let (balance, held, available) = (json!(balance), json!(held), json!(available));
        json!({ "balance": balance, "held": held, "available": available })
    };
    app.get(balance, &who).await.is(200, &funds("1000", "0", "1000"));
    app.post(JOBS, &who, &json!({ "prompt": "a pier", "duration_s": 3 })).await;
    app.get(balance, &who).await.is(200, &funds("1000", "3", "997"));
    app.clock.advance_ms(1000);
    app.drain().await;
    app.get(balance, &who).await.is(200, &funds("997", "0", "997"));
    let statement = app.get("/api/reelgate/v1/statement", &who).await.json();
    let kinds: Vec<_> = statement["data"].as_array().expect("entries").iter().collect();
    assert_eq!(kinds[0]["kind"], "capture");
    assert_eq!(kinds[0]["balance_delta"], "-3");
    assert_eq!(kinds.len(), 3);
    let first = app.get("/api/reelgate/v1/statement?limit=1", &who).await;
    let rest = format!("/api/reelgate/v1/statement?cursor={}", first.at("/next"));
    assert_eq!(app.get(&rest, &who).await.json()["data"], json!(kinds[1..]));
    let row = |group: &str| {
        json!([{ "group": group, "jobs": 1, "succeeded": 1, "failed": 0, "cancelled": 0,
                 "charged": "3" }])
    };
    let key = format!("key_{}", who.key_id);
    for (by, group) in [("day", "2026-06-03"), ("model", "native/preview"), ("key", key.as_str())] {
        let path = format!("/api/reelgate/v1/usage?by={by}&from=2026-06-01&until=2026-06-04");
        assert_eq!(app.get(&path, &who).await.json()["data"], row(group), "{by}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_picture_is_ordered_on_api_c_and_read_on_every_api() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let body = json!({ "type": "text-to-image", "prompt": "A running shoe on chrome",
                       "resolution": "1K", "aspect_ratio": "16:9" });
    let accepted = app.post_once("/api/v1/image/gpt-image-2", &who, "k", &body.to_string()).await;
    let id = accepted.at("/id");
    accepted.is(
        202,
        &json!({ "id": id, "status": "processing", "model": "gpt-image-2", "credits_used": 5,
                 "remaining_credits": 995 }),
    );
    assert!(id.starts_with("gpt2_"), "{id}");
    let again = app.post_once("/api/v1/image/gpt-image-2", &who, "k", &body.to_string()).await;
    assert_eq!(again.text(), accepted.text());
    let other = app.post_once("/api/v1/image/nano-banana-pro", &who, "k", &body.to_string()).await;
    assert_eq!(other.status, 409);
    app.drain().await;
    let task = app.get(&format!("/api/v1/tasks/{id}"), &who).await;
    assert_eq!(task.at("/status"), "completed");
    let url = task.at("/output/images/0/url");
    let picture = app.download(&url).await;
    assert_eq!(picture.header("content-type"), Some("image/png"));
    let size = reelgate_codec::image_size(&picture.body).expect("a PNG");
    assert_eq!(size, (1376, 768));
    let of = |name: &str| app.shown(app.job_id(&id), name);
    let a = format!("/api/open/v1/video/generations/{}", of("open_v1"));
    let a = app.get(&a, &who).await.json();
    assert_eq!(a["output"], json!({ "type": "image", "url": url }));
    let b = format!("/api/task/query?task_id={}", of("task_query"));
    assert_eq!(app.get(&b, &who).await.json()["data"]["result"], json!([{ "image": url }]));
    let native = app.get(&format!("{JOBS}/{}", of("native")), &who).await.json();
    assert_eq!(native["output"]["image_url"], json!(url));
    assert_eq!(native["output"]["video_url"], Value::Null);
    assert_eq!(app.money(&who).await, (995, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_picture_of_another_size_than_ordered_is_never_charged() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[crate::fake_engine::Act::LieAboutSize; 3]);
    let body = json!({ "prompt": "A running shoe" });
    let id = app.post("/api/v1/image/nano-banana-pro", &who, &body).await.at("/id");
    for _ in 0..3 {
        app.drain_after_ms(60_000).await;
    }
    let task = app.get(&format!("/api/v1/tasks/{id}"), &who).await.json();
    assert_eq!((&task["status"], &task["credits_refunded"]), (&json!("failed"), &json!(12)));
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn what_only_clips_have_is_refused_for_pictures() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let says = "is not used by a model that makes pictures, leave it out";
    for (field, value) in [("duration_s", json!(5)), ("audio", json!(true))] {
        let mut body = json!({ "model": "native/preview-image", "prompt": "A pier" });
        body[field] = value;
        let refused = app.post(JOBS, &who, &body).await;
        assert_eq!(refused.at("/error/message"), format!("{field} {says}"));
    }
    let clip = json!({ "prompt": "A pier", "resolution": "1K" });
    assert_eq!(app.post(JOBS, &who, &clip).await.status, 400);
    app.finish().await;
}
