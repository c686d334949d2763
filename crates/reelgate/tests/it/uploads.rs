//! Files that are uploaded once and ordered with through every API.

use crate::harness::{Answer, Customer, TestApp};
use crate::pictures;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use reelgate_core::{KeyStyle, Role};
use serde_json::{Value, json};

const UPLOADS: &str = "/api/reelgate/v1/uploads";
const ASSETS: &str = "/api/reelgate/v1/assets";

/// A form with one file in it, as browsers and curl send it.
fn form(who: &Customer, part: &str, name: &str, content: &[u8]) -> Request<Body> {
    let mut body = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
         --limit\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend(content);
    body.extend(b"\r\n--limit--\r\n");
    Request::builder()
        .method(Method::POST)
        .uri(UPLOADS)
        .header(AUTHORIZATION, format!("Bearer {}", who.key))
        .header(CONTENT_TYPE, "multipart/form-data; boundary=limit")
        .body(Body::from(body))
        .expect("a request")
}

pub(crate) async fn upload(app: &TestApp, who: &Customer, name: &str, content: &[u8]) -> Answer {
    app.send(form(who, "file", name, content)).await
}

#[tokio::test]
async fn an_upload_is_shown_listed_and_forgotten() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let kept = upload(&app, &who, "../cat.png", &pictures::png()).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    let asset = kept.json();
    let shown = ["name", "kind", "width", "height", "bytes"].map(|key| asset[key].clone());
    let expected = json!(["cat.png", "image", 64, 36, pictures::png().len()]);
    assert_eq!(json!(shown), expected);
    assert_eq!(kept.at("/url"), format!("asset://{}", kept.at("/id")));
    let one = format!("{ASSETS}/{}", kept.at("/id"));
    app.get(&one, &who).await.is(200, &asset);
    app.get(ASSETS, &who).await.is(200, &json!({ "data": [asset], "next": null }));
    let stranger = app.customer().await;
    assert_eq!(app.get(&one, &stranger).await.status, 404);
    app.get(ASSETS, &stranger).await.is(200, &json!({ "data": [], "next": null }));
    let delete = |who: &Customer| crate::harness::request(Method::DELETE, &one, Some(&who.key), "");
    assert_eq!(app.send(delete(&stranger)).await.status, 404);
    app.send(delete(&who)).await.is(200, &asset);
    assert_eq!(app.send(delete(&who)).await.status, 404);
    app.get(ASSETS, &who).await.is(200, &json!({ "data": [], "next": null }));
    app.finish().await;
}

#[tokio::test]
async fn the_same_content_is_kept_once() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let first = upload(&app, &who, "a.png", &pictures::png()).await;
    let second = upload(&app, &who, "b.png", &pictures::png()).await;
    assert_eq!(first.json(), second.json());
    assert_eq!(app.media_files().len(), 1);
    let other = upload(&app, &app.customer().await, "c.png", &pictures::png()).await;
    assert_ne!(other.at("/id"), first.at("/id"));
    assert_eq!(app.media_files().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn an_upload_is_a_reference_on_every_api() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let url = upload(&app, &who, "a.png", &pictures::png()).await.at("/url");
    let image = json!({ "type": "image_url", "image_url": { "url": url } });
    for (path, body) in [
        (
            "/api/open/v1/video/generations",
            json!({ "model": "seedance-2.0", "prompt": "It wakes", "mediaUrls": [url],
                    "resolution": "480p", "duration": 4 }),
        ),
        (
            "/api/video/seedance/gen",
            json!({ "content": [{ "type": "text", "text": "It wakes" }, image] }),
        ),
        (
            "/api/v1/video/seedance2",
            json!({ "mode": "image-to-video", "prompt": "It wakes", "image_url": url }),
        ),
        ("/api/v1/image/gpt-image-2", json!({ "prompt": "It wakes", "image_urls": [url] })),
        (
            "/api/reelgate/v1/jobs",
            json!({ "prompt": "It wakes", "media": [{ "url": url }],
                                          "duration_s": 1, "resolution": "480p" }),
        ),
    ] {
        let accepted = app.post(path, &who, &body).await;
        assert!(accepted.status.is_success(), "{path}: {}", accepted.text());
        app.drain().await;
    }
    let works = app.engine.works();
    let roles: Vec<Role> = works.iter().map(|work| work.inputs[0].role).collect();
    let first = Role::FirstFrame;
    assert_eq!(roles, [first, first, first, Role::Reference, first]);
    assert_eq!(app.media_files().iter().filter(|name| name.starts_with("reference/")).count(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_upload_of_the_account_is_refused_before_any_credit_is_held() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let stranger = app.customer().await;
    let url = upload(&app, &stranger, "a.png", &pictures::png()).await.at("/url");
    for (url, message) in [
        (url.as_str(), "media[0] is not an upload of this account"),
        ("asset://ast_000000000000", "media[0] is not an upload of this account"),
        (
            "asset://ast_x",
            "media[0] must be a public https URL, or asset:// and the id of an upload",
        ),
    ] {
        let body = json!({ "prompt": "It wakes", "media": [{ "url": url }] });
        let refused = app.post("/api/reelgate/v1/jobs", &who, &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.at("/error/message").as_str()),
            (400, message)
        );
    }
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn bad_forms_and_files_are_refused_with_a_reason() {
    let app = TestApp::with(|setup| {
        setup.config.outbound.reference_bytes_max = 2000;
        setup.config.limits.asset_bytes_max = 5000;
    })
    .await;
    let who = app.customer().await;
    let refusal = |answer: Answer| {
        let (status, body) = (answer.status.as_u16(), answer.json());
        (status, body["error"]["message"].as_str().expect("a message").to_owned())
    };
    let (status, message) = refusal(upload(&app, &who, "a.txt", b"no picture").await);
    assert_eq!(status, 400);
    assert!(message.starts_with("file must be an image (jpg, png"), "{message}");
    let empty = refusal(upload(&app, &who, "a.png", b"").await);
    assert_eq!(empty, (400, "file must not be empty".to_owned()));
    let (status, message) = refusal(app.send(form(&who, "image", "a.png", b"x")).await);
    assert_eq!(status, 400);
    assert!(message.starts_with("file is required"), "{message}");
    let large = refusal(upload(&app, &who, "a.png", &[0; 2001]).await);
    assert_eq!(large, (413, "a file must be at most 2000 bytes".to_owned()));
    let (status, _) = refusal(upload(&app, &who, "a.png", &[0; 70_000]).await);
    assert_eq!(status, 413);
    let plain = app.post(UPLOADS, &who, &Value::Null).await;
    assert_eq!(plain.status, 415);
    assert_eq!(app.media_files(), Vec::<String>::new());
    app.finish().await;
}

#[tokio::test]
async fn a_full_account_writes_nothing_more() {
    let app = TestApp::with(|setup| setup.config.limits.asset_bytes_max = 1).await;
    let who = app.customer().await;
    let full = upload(&app, &who, "a.png", &pictures::png()).await;
    full.is(
        413,
        &json!({ "error": {
            "code": "payload_too_large",
            "message": "an account's uploads may have 1 bytes together",
        } }),
    );
    assert_eq!(app.media_files(), Vec::<String>::new());
    app.finish().await;
}

#[tokio::test]
async fn an_unused_upload_goes_after_the_retention_and_a_used_one_stays() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let app = TestApp::start().await;
    let who = app.customer().await;
    let idle = upload(&app, &who, "a.png", &pictures::png()).await;
    let used = upload(&app, &who, "b.jpg", &pictures::jpeg()).await;
    app.clock.advance_ms(20 * DAY_MS);
    let body = json!({ "prompt": "It wakes", "media": [{ "url": used.at("/url") }],
                       "duration_s": 1, "resolution": "480p" });
    assert_eq!(app.post("/api/reelgate/v1/jobs", &who, &body).await.status, 202);
    app.drain().await;
    app.clock.advance_ms(20 * DAY_MS);
    reelgate::work::sweep::step(&app.app).await.expect("a sweep");
    assert_eq!(app.get(&format!("{ASSETS}/{}", idle.at("/id")), &who).await.status, 404);
    assert_eq!(app.get(&format!("{ASSETS}/{}", used.at("/id")), &who).await.status, 200);
    let references: Vec<String> =
        app.media_files().into_iter().filter(|name| name.starts_with("reference/")).collect();
    assert_eq!(references.len(), 1, "{references:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_test_key_has_uploads_of_its_own() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let tester = app.key_of(who.account, KeyStyle::Test).await;
    let real = upload(&app, &who, "a.png", &pictures::png()).await;
    let one = format!("{ASSETS}/{}", real.at("/id"));
    app.get(ASSETS, &tester).await.is(200, &json!({ "data": [], "next": null }));
    let delete = |path: &str, who: &Customer| {
        crate::harness::request(Method::DELETE, path, Some(&who.key), "")
    };
    assert_eq!(app.get(&one, &tester).await.status, 404);
    assert_eq!(app.send(delete(&one, &tester)).await.status, 404);
    let order =
        |url: &str| json!({ "prompt": "It wakes", "media": [{ "url": url }], "duration_s": 1 });
    let refused = app.post("/api/reelgate/v1/jobs", &tester, &order(&real.at("/url"))).await;
    assert_eq!(refused.at("/error/message"), "media[0] is not an upload of this account");
    // The same content is another upload, and its owner's real keys see both.
    let own = upload(&app, &tester, "a.png", &pictures::png()).await;
    assert_eq!(own.json()["test"], true);
    let listed = app.get(ASSETS, &tester).await;
    listed.is(200, &json!({ "data": [own.json()], "next": null }));
    assert_eq!(app.get(ASSETS, &who).await.json()["data"].as_array().map(Vec::len), Some(2));
    let accepted = app.post("/api/reelgate/v1/jobs", &tester, &order(&own.at("/url"))).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    app.drain().await;
    let gone = format!("{ASSETS}/{}", own.at("/id"));
    assert_eq!(app.send(delete(&gone, &tester)).await.status, 200);
    assert_eq!(app.get(&one, &who).await.status, 200);
    app.finish().await;
}
