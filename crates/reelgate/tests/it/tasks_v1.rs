//! API C as its documents show it (seed 004).

use crate::fake_engine::Act;
use crate::harness::{START, TestApp};
use crate::neighbour::{Neighbour, answer};
use crate::pictures;
use reelgate_core::Role;
use serde_json::{Value, json};

const SEEDANCE2: &str = "/api/v1/video/seedance2";

fn train() -> Value {
    json!({
        "mode": "text-to-video",
        "quality_tier": "standard",
        "prompt": "A cinematic shot of a glass train crossing a snowy mountain bridge",
        "aspect_ratio": "16:9",
        "duration": "5",
        "resolution": "720p"
    })
}

fn task_is(id: &str, status: &str, refunded: i64, output: Value, error: Value) -> Value {
    json!({
        "id": id,
        "status": status,
        "model": "seedance2",
        "quality_tier": "standard",
        "channel": "standard",
        "credits_used": 30,
        "credits_refunded": refunded,
        "output": output,
        "error": error,
        "created_at": START,
        "updated_at": START,
        "resolution": "720p"
    })
}

fn task(id: &str) -> String {
    format!("/api/v1/tasks/{id}")
}

#[tokio::test]
async fn the_documented_order_becomes_a_clip() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let accepted = app.post_once(SEEDANCE2, &who, "demo-video-001", &train().to_string()).await;
    let id = accepted.at("/id");
    let expected = json!({
        "id": id,
        "status": "processing",
        "model": "seedance2",
        "quality_tier": "standard",
        "channel": "standard",
        "credits_used": 30
    });
    accepted.is(202, &expected);
    assert_eq!((id.len(), &id[..4]), (16, "sd2_"));
    let waiting = task_is(&id, "processing", 0, Value::Null, Value::Null);
    app.get(&task(&id), &who).await.is(200, &waiting);
    assert_eq!(app.money(&who).await, (1000, 30));

    app.drain().await;
    let done = app.get(&task(&id), &who).await;
    let (video, last) = (done.at("/output/video_url"), done.at("/output/last_frame_url"));
    let seed = app.job(&id).await.seed;
    let output = json!({ "video_url": video, "last_frame_url": last, "seed": seed });
    done.is(200, &task_is(&id, "completed", 0, output, Value::Null));
    assert_eq!(app.money(&who).await, (970, 0));
    let film = app.download(&video).await;
    assert_eq!((film.status.as_u16(), film.header("content-type")), (200, Some("video/mp4")));
    let frame = app.download(&last).await;
    assert_eq!((frame.status.as_u16(), frame.header("content-type")), (200, Some("image/png")));
    app.finish().await;
}

#[tokio::test]
async fn a_given_seed_comes_back_and_none_is_kept_for_every_attempt() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut body = train();
    for (asked, kept) in [(json!(123), Some(123)), (json!(-1), None), (Value::Null, None)] {
        body["seed"] = asked;
        app.engine.play(&[Act::Stumble]);
        let id = app.post(SEEDANCE2, &who, &body).await.at("/id");
        app.drain().await;
        app.drain_after_ms(10_000).await;
        let shown = app.get(&task(&id), &who).await.json()["output"]["seed"].clone();
        let works = app.engine.works();
        let used = [works[works.len() - 2].seed, works[works.len() - 1].seed];
        assert_eq!(shown, json!(kept.unwrap_or(used[0])));
        assert_eq!(used[0], used[1]);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_older_path_and_a_number_for_the_duration_work() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let body = json!({ "prompt": "A glass train", "duration": 4, "generate_audio": false });
    let accepted = app.post("/api/v1/video/seedance", &who, &body).await;
    assert_eq!((accepted.status.as_u16(), &accepted.json()["credits_used"]), (202, &json!(24)));
    app.drain().await;
    let done = app.get(&task(&accepted.at("/id")), &who).await;
    let film = app.download(&done.at("/output/video_url")).await;
    let facts = reelgate_codec::probe(&film.body).expect("an MP4");
    assert_eq!((facts.duration_ms, facts.audio), (4000, None));
    app.finish().await;
}

#[tokio::test]
async fn a_failed_task_is_refunded_in_full() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::Refuse]);
    let id = app.post(SEEDANCE2, &who, &train()).await.at("/id");
    app.drain().await;
    let error = json!({ "code": "content_refused", "message": "the prompt was refused" });
    let failed = task_is(&id, "failed", 30, Value::Null, error);
    app.get(&task(&id), &who).await.is(200, &failed);
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn frames_and_references_get_the_roles_their_fields_give_them() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let host = Neighbour::start(|_| answer(200, "image/png", pictures::png())).await;
    let frames = json!({
        "mode": "image-to-video",
        "prompt": "It wakes up",
        "image_url": host.at("/first.png"),
        "end_image_url": host.at("/last.png")
    });
    let media = json!({
        "mode": "media-to-video",
        "prompt": "It wakes up",
        "aspect_ratio": "adaptive",
        "media_urls": [host.at("/a.png"), host.at("/b.png")]
    });
    for body in [&frames, &media] {
        assert_eq!(app.post(SEEDANCE2, &who, body).await.status, 202);
    }
    app.drain().await;
    let works = app.engine.works();
    let roles = |at: usize| works[at].inputs.iter().map(|i| i.role).collect::<Vec<_>>();
    assert_eq!(roles(0), [Role::FirstFrame, Role::LastFrame]);
    assert_eq!(roles(1), [Role::Reference, Role::Reference]);
    host.close().await;
    app.finish().await;
}
