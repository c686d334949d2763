//! OpenAI's videos API: orders as forms and as JSON, files, lists, removal, clips made from clips,
//! and messages in its words.

use crate::fake_engine::Act;
use crate::harness::{Answer, Customer, TestApp, request};
use crate::neighbour::Neighbour;
use crate::pictures;
use crate::uploads::upload;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RANGE};
use http::{Method, Request};
use reelgate_core::{MediaKind, ModelId, Role};
use serde_json::{Value, json};

const VIDEOS: &str = "/v1/videos";

/// A part of a form: its name, the name of its file if it is one, its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn text<'a>(name: &'a str, content: &'a str) -> Part<'a> {
    (name, None, content.as_bytes())
}

/// A form as the official clients send it; they choose another boundary every time.
fn form(who: &Customer, path: &str, boundary: &str, parts: &[Part<'_>]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(AUTHORIZATION, format!("Bearer {}", who.key))
        .header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
        .body(Body::from(body))
        .expect("a request")
}

async fn order(app: &TestApp, who: &Customer, prompt: &str) -> String {
    let accepted = app.post(VIDEOS, who, &json!({ "prompt": prompt })).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    accepted.at("/id")
}

async fn shown(app: &TestApp, who: &Customer, id: &str) -> Value {
    app.get(&format!("{VIDEOS}/{id}"), who).await.json()
}

async fn delete(app: &TestApp, who: &Customer, id: &str) -> Answer {
    app.send(request(Method::DELETE, &format!("{VIDEOS}/{id}"), Some(&who.key), "")).await
}

/// The status, and whom the refusal blames.
fn refused(answer: &Answer) -> (u16, Value, String) {
    let error = answer.json()["error"].clone();
    (answer.status.as_u16(), error["param"].clone(), answer.at("/error/code"))
}

#[tokio::test]
async fn a_form_becomes_a_clip_that_can_be_fetched_whole_and_in_parts() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let parts = [text("prompt", "A river"), text("model", "sora-2"), text("seconds", "8")];
    let accepted = app.send(form(&who, VIDEOS, "one", &parts)).await;
    let id = accepted.at("/id");
    assert_eq!(accepted.at("/status"), "queued");
    assert!(accepted.header("x-request-id").is_some());
    assert_eq!(accepted.header("openai-processing-ms"), Some("0"));
    assert_eq!(app.money(&who).await, (1000, 80));
    let waiting = app.get(&format!("{VIDEOS}/{id}"), &who).await;
    assert_eq!(waiting.header("openai-poll-after-ms"), Some("1000"));
    let content = format!("{VIDEOS}/{id}/content");
    assert_eq!(refused(&app.get(&content, &who).await).0, 404);
    app.drain().await;
    let done = app.get(&format!("{VIDEOS}/{id}"), &who).await;
    assert_eq!((done.at("/status"), done.at("/seconds")), ("completed".into(), "8".into()));
    assert_eq!(done.header("openai-poll-after-ms"), None);
    let whole = app.get(&content, &who).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, Some("video/mp4")));
    let mut part = request(Method::GET, &content, Some(&who.key), "");
    part.headers_mut().insert(RANGE, "bytes=4-7".parse().expect("a range"));
    let part = app.send(part).await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, b"ftyp".as_slice()));
    let head = app.send(request(Method::HEAD, &content, Some(&who.key), "")).await;
    let length = whole.body.len().to_string();
    assert_eq!((head.header("content-length"), head.body.len()), (Some(length.as_str()), 0));
    let stranger = app.customer().await;
    assert_eq!(app.get(&content, &stranger).await.status, 404);
    assert_eq!(app.get_without_key(&content).await.status, 401);
    app.finish().await;
}

#[tokio::test]
async fn small_pictures_are_made_once_and_go_with_the_clip() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who, "A river").await;
    app.drain().await;
    let before = app.media_files().len();
    for (variant, kind, magic) in
        [("thumbnail", "image/webp", &b"RIFF"[..]), ("spritesheet", "image/jpeg", b"\xff\xd8\xff")]
    {
        let path = format!("{VIDEOS}/{id}/content?variant={variant}");
        let first = app.get(&path, &who).await;
        assert_eq!((first.status.as_u16(), first.header("content-type")), (200, Some(kind)));
        assert!(first.body.starts_with(magic), "{variant}");
        assert_eq!(app.get(&path, &who).await.body, first.body, "{variant}");
    }
    assert_eq!(app.media_files().len(), before + 2);
    let wrong = app.get(&format!("{VIDEOS}/{id}/content?variant=gif"), &who).await;
    assert_eq!(refused(&wrong), (400, json!("variant"), "invalid_value".to_owned()));
    delete(&app, &who, &id).await;
    assert_eq!(app.media_files(), Vec::<String>::new());
    app.finish().await;
}

#[tokio::test]
async fn a_picture_comes_as_a_file_an_upload_or_inside_the_order() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let png = pictures::png();
    let kept = upload(&app, &who, "cat.png", &png).await.at("/id");
    let inside = crate::harness::data_uri("image/png", &png);
    let (prompt, file) = (text("prompt", "It moves"), ("input_reference", Some("a.png"), &*png));
    for picture in
        [file, text("input_reference[image_url]", &inside), text("input_reference[file_id]", &kept)]
    {
        let accepted = app.send(form(&who, VIDEOS, "b", &[prompt, picture])).await;
        assert_eq!(accepted.status, 200, "{}", accepted.text());
        let media = app.job(&accepted.at("/id")).await.order.media;
        assert_eq!((media.len(), media[0].role), (1, Role::FirstFrame));
        assert_eq!(media[0].kind, MediaKind::Image);
    }
    let junk = ("input_reference", Some("a.png"), &b"no picture"[..]);
    let refusal = app.send(form(&who, VIDEOS, "b", &[prompt, junk])).await;
    let expected = (400, json!("input_reference"), "invalid_value".to_owned());
    assert_eq!(refused(&refusal), expected);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_form_sent_twice_under_one_key_is_one_order_however_it_is_divided() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let send = async |boundary: &str, prompt: &str| {
        let mut order = form(&who, VIDEOS, boundary, &[text("prompt", prompt)]);
        order.headers_mut().insert("idempotency-key", "once".parse().expect("a value"));
        app.send(order).await
    };
    let first = send("one", "A river").await;
    let again = send("two", "A river").await;
    assert_eq!((again.text(), again.header("idempotent-replayed")), (first.text(), Some("true")));
    assert_eq!(app.jobs(&who).await.len(), 1);
    let other = send("one", "A lake").await;
    assert_eq!(refused(&other).2, "idempotency_mismatch");
    assert_eq!(other.header("x-should-retry"), Some("false"));
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_before_anything_is_held() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let many: Vec<_> = (0..65).map(|_| text("prompt", "A river")).collect();
    for (refusal, status) in [
        (form(&who, VIDEOS, "b", &many), 400),
        (form(&who, VIDEOS, "b", &[("prompt", None, &[0xff, 0xfe])]), 400),
        (form(&who, VIDEOS, "b", &[]), 400),
    ] {
        assert_eq!(app.send(refusal).await.status.as_u16(), status);
    }
    let mut bare = form(&who, VIDEOS, "b", &[text("prompt", "A river")]);
    bare.headers_mut().insert(CONTENT_TYPE, "multipart/form-data".parse().expect("a type"));
    assert_eq!(refused(&app.send(bare).await).2, "unsupported_content_type");
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_list_is_walked_page_by_page_from_either_end() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut made = Vec::new();
    for n in 0..5 {
        app.clock.advance_ms(10);
        made.push(order(&app, &who, &format!("Wave {n}")).await);
    }
    app.drain().await;
    for order in ["asc", "desc"] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("{VIDEOS}?limit=2&order={order}&after={after}");
            let page = app.get(&path, &who).await.json();
            let data = page["data"].as_array().expect("videos").clone();
            seen.extend(data.iter().map(|video| video["id"].as_str().expect("an id").to_owned()));
            assert_eq!(page["last_id"].as_str(), seen.last().map(String::as_str));
            assert_eq!(page["first_id"], data[0]["id"]);
            if page["has_more"] == json!(false) {
                break;
            }
            after.clone_from(seen.last().expect("a video"));
        }
        if order == "desc" {
            seen.reverse();
        }
        assert_eq!(seen, made, "{order}");
    }
    let stranger = app.customer().await;
    let none = app.get(VIDEOS, &stranger).await.json();
    assert_eq!((&none["data"], &none["first_id"]), (&json!([]), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn a_removed_video_is_stopped_refunded_and_gone() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let waiting = order(&app, &who, "One").await;
    let gone = json!({ "id": waiting, "object": "video.deleted", "deleted": true });
    delete(&app, &who, &waiting).await.is(200, &gone);
    assert_eq!(app.money(&who).await, (1000, 0));
    assert_eq!(delete(&app, &who, &waiting).await.status, 404);

    app.engine.play(&[Act::WorkUntilStopped]);
    let running = order(&app, &who, "Two").await;
    let working = app.render_beside();
    app.engine.begun().await;
    assert_eq!(delete(&app, &who, &running).await.status, 200);
    working.await.expect("the worker goes on");
    assert_eq!(app.money(&who).await, (1000, 0));

    let made = order(&app, &who, "Three").await;
    app.drain().await;
    assert_eq!(delete(&app, &who, &made).await.status, 200);
    assert_eq!(app.get(&format!("{VIDEOS}/{made}/content"), &who).await.status, 404);
    let left = app.get(VIDEOS, &who).await.json();
    assert_eq!(left["data"], json!([]));
    assert_eq!(app.money(&who).await, (960, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_remix_is_the_same_order_with_other_words() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let body = json!({
        "prompt": "A boat", "model": "sora-2-pro", "seconds": "8", "size": "1280x720", "seed": "7",
    });
    let id = app.post(VIDEOS, &who, &body).await.at("/id");
    let remix = format!("{VIDEOS}/{id}/remix");
    let early = app.post(&remix, &who, &json!({ "prompt": "In the rain" })).await;
    assert_eq!(refused(&early).0, 409);
    assert_eq!(early.header("x-should-retry"), Some("false"));
    app.drain().await;
    let made = app.post(&remix, &who, &json!({ "prompt": "In the rain" })).await;
    assert_eq!(made.at("/remixed_from_video_id"), id);
    let (first, second) = (app.job(&id).await, app.job(&made.at("/id")).await);
    assert_eq!(second.order.prompt, "In the rain");
    assert_eq!((second.size, second.seed, &second.order.model), {
        (first.size, 7, &first.order.model)
    });
    assert_eq!(second.price, first.price);
    app.drain().await;
    let stranger = app.customer().await;
    let theirs = app.post(&remix, &stranger, &json!({ "prompt": "x" })).await;
    assert_eq!(refused(&theirs).0, 404);
    app.finish().await;
}

#[tokio::test]
async fn an_edit_takes_the_clip_along_and_an_extension_makes_it_longer() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = app.post(VIDEOS, &who, &json!({ "prompt": "A boat", "size": "1280x720" })).await;
    let id = id.at("/id");
    app.drain().await;
    let film = app.get(&format!("{VIDEOS}/{id}/content"), &who).await.body;
    let (edits, extensions) = (format!("{VIDEOS}/edits"), format!("{VIDEOS}/extensions"));
    let prompt = text("prompt", "In winter");
    let (of_id, of_file) = (text("video[id]", &id), ("video", Some("a.mp4"), &*film));
    let longer = text("seconds", "8");
    for (path, parts, seconds, size) in [
        (&edits, vec![prompt, of_id], "4", "1280x720"),
        (&edits, vec![prompt, of_file], "4", "1280x720"),
        (&extensions, vec![prompt, of_id, longer], "12", "1280x720"),
        (&extensions, vec![prompt, of_file, longer], "12", "1280x720"),
    ] {
        let made = app.send(form(&who, path, "b", &parts)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        assert_eq!((made.at("/seconds"), made.at("/size")), (seconds.into(), size.into()));
        let media = app.job(&made.at("/id")).await.order.media;
        assert_eq!((media[0].kind, media[0].role), (MediaKind::Video, Role::Reference));
    }
    app.drain().await;
    let all = app.get(VIDEOS, &who).await.json();
    let states: Vec<_> = all["data"].as_array().expect("videos").iter().collect();
    assert!(states.iter().all(|video| video["status"] == "completed"), "{all}");
    // Who asks again is told how long a clip takes here.
    let pending = app.send(form(&who, &edits, "c", &[prompt, of_id])).await.at("/id");
    app.app.pace.learn(400_000);
    let wait = async || {
        let seen = app.get(&format!("{VIDEOS}/{pending}"), &who).await;
        seen.header("openai-poll-after-ms").map(str::to_owned)
    };
    assert_eq!(wait().await.as_deref(), Some("10000"));
    app.clock.advance_ms(3_600_000);
    assert_eq!(wait().await.as_deref(), Some("1000"), "it is late");
    app.drain().await;
    let nothing = app.post(&edits, &who, &json!({ "prompt": "In winter" })).await;
    let expected = (400, json!("video"), "missing_required_parameter".to_owned());
    assert_eq!(refused(&nothing), expected);
    app.finish().await;
}

#[tokio::test]
async fn an_endpoint_in_its_words_hears_of_ends_only() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let receiver = Neighbour::receiver(&[200]).await;
    let hook = json!({ "url": receiver.at("/hook"), "format": "openai" });
    let hook = app.post("/api/reelgate/v1/webhooks", &who, &hook).await;
    let ends = json!(["job.succeeded", "job.failed", "job.cancelled"]);
    assert_eq!(hook.json()["events"], ends);
    let made = order(&app, &who, "A river").await;
    app.drain().await;
    app.engine.play(&[Act::Refuse]);
    let failed = order(&app, &who, "A storm").await;
    app.drain().await;
    let told = receiver.received();
    let told: Vec<Value> =
        told.iter().map(|one| serde_json::from_slice(&one.body).expect("JSON")).collect();
    let words = |event: &Value| (event["type"].clone(), event["data"]["id"].clone());
    assert_eq!(
        told.iter().map(words).collect::<Vec<_>>(),
        [(json!("video.completed"), json!(made)), (json!("video.failed"), json!(failed)),]
    );
    assert_eq!(told[0]["object"], "event");
    assert!(told[0]["id"].as_str().expect("an id").starts_with("evt_"));
    assert_eq!(shown(&app, &who, &failed).await["error"]["code"], "moderation_blocked");
    receiver.close().await;
    app.finish().await;
}

#[tokio::test]
async fn another_name_stands_for_the_model_that_the_operator_says() {
    let app = TestApp::with(|setup| {
        let model = ModelId::new("native", "preview");
        setup.config.openai_models = [("wan-2.2".to_owned(), model)].into();
    })
    .await;
    let who = app.customer().await;
    let body = json!({ "prompt": "A river", "model": "wan-2.2", "seconds": 5, "size": "864x496" });
    let made = app.post(VIDEOS, &who, &body).await;
    assert_eq!((made.at("/model"), made.at("/seconds")), ("wan-2.2".into(), "5".into()));
    let job = app.job(&made.at("/id")).await;
    assert_eq!(job.order.model.as_str(), "native/preview");
    assert_eq!(app.money(&who).await.1, job.price.credits.whole_up());
    app.drain().await;
    app.finish().await;
}
