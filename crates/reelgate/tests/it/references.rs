//! Pictures, videos and sounds that come with an order: what is fetched, from where, and what the
//! engine makes of it.

use crate::apis::Api::{OpenV1, TaskQuery, TasksV1};
use crate::apis::{APIS, Api};
use crate::harness::{Customer, TestApp, data_uri};
use crate::neighbour::{Names, Neighbour, answer, redirect};
use crate::pictures;
use axum::body::{Body, Bytes};
use http::Response;
use reelgate_codec::encode_png;
use reelgate_core::ledger::EntryKind::Grant;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const JOBS: &str = "/api/reelgate/v1/jobs";

/// Where each API puts the second of two references in its messages.
fn field(api: Api) -> &'static str {
    match api {
        OpenV1 => "mediaUrls[1]",
        TaskQuery => "content[2].image_url.url",
        TasksV1 => "media_urls[1]",
        Api::Native => "media[1]",
    }
}

async fn nothing_was_made(app: &TestApp, who: &Customer) {
    assert_eq!(app.jobs(who).await, []);
    assert_eq!(app.entries(who).await, [Grant]);
    assert_eq!(app.money(who).await, (1000, 0));
}

/// A host with everything that a careless or hostile caller may point at.
async fn host() -> Neighbour {
    let reachable = |path: &str| -> Response<Body> {
        let mut cut = pictures::png();
        cut.truncate(cut.len() / 2);
        match path {
            "/good.png" => answer(200, "image/png", pictures::png()),
            // What a server calls it does not matter, only what it is.
            "/good" => answer(200, "text/html", pictures::jpeg()),
            "/cut.png" => answer(200, "image/png", cut),
            "/page.png" => answer(200, "image/png", b"<html>sign in first</html>".to_vec()),
            "/empty.png" => answer(200, "image/png", Vec::new()),
            "/huge.png" => answer(200, "image/png", vec![0; 300_000]),
            "/endless.png" => endless(),
            "/bomb.png" => answer(200, "image/png", pictures::bomb()),
            "/once" => redirect("/good.png"),
            "/loop" => redirect("/loop"),
            "/to-file" => redirect("file:///etc/passwd"),
            "/to-gopher" => redirect("gopher://127.0.0.1/"),
            "/nowhere" => Response::builder().status(302).body(Body::empty()).expect("a response"),
            "/secret" => answer(403, "text/plain", Vec::new()),
            "/broken" => answer(500, "text/plain", Vec::new()),
            _ => answer(404, "text/plain", Vec::new()),
        }
    };
    Neighbour::start(reachable).await
}

/// A body without a length that goes on as long as somebody reads.
fn endless() -> Response<Body> {
    let chunks = futures_util::stream::repeat_with(|| {
        Ok::<_, std::convert::Infallible>(Bytes::from_static(&[0; 16_384]))
    });
    Response::new(Body::from_stream(chunks))
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_field_before_anything_is_held() {
    let app = TestApp::with(|setup| {
        setup.config.outbound.allow_private = true;
        setup.config.outbound.reference_bytes_max = 200_000;
    })
    .await;
    let (who, host) = (app.customer().await, host().await);
    let good = host.at("/good.png");
    let missing = |what: &str| format!("must be a public URL of a media file, but it {what}");
    let allowed = "must be an image (jpg, png, webp, gif, bmp), a video (mp4, mov, m4v) or sound \
                   (mp3, wav), judged by its content";
    for (path, says) in [
        ("/cut.png", "must be a readable image, but the picture cannot be read"),
        ("/bomb.png", "must be a readable image, but a picture of 60000x60000 pixels"),
        ("/page.png", allowed),
        ("/empty.png", allowed),
        ("/huge.png", &missing("is larger than 200000 bytes")),
        ("/endless.png", &missing("is larger than 200000 bytes")),
        ("/loop", &missing("redirects too often")),
        ("/nowhere", &missing("redirects too often")),
        ("/to-file", "must be a public https URL"),
        ("/to-gopher", "must be a public https URL"),
        ("/secret", &missing("answered with HTTP status 403")),
        ("/gone.png", &missing("answered with HTTP status 404")),
        ("/broken", &missing("answered with HTTP status 500")),
    ] {
        for api in APIS {
            let order = api.showing(&[&good, &host.at(path)]);
            let refused = app.post(api.submit(), &who, &order).await;
            assert_eq!(refused.status, 400, "{api:?} {path}: {}", refused.text());
            let message = format!("{} {says}", field(api));
            assert!(refused.text().contains(&message), "{path}: {}", refused.text());
        }
    }
    nothing_was_made(&app, &who).await;
    host.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_host_that_is_not_there_or_does_not_answer_is_named_too() {
    let app = TestApp::with(|setup| {
        setup.config.outbound.allow_private = true;
        setup.config.outbound.fetch_timeout = Duration::from_millis(50);
    })
    .await;
    let who = app.customer().await;
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let silent_url = format!("http://{}/a.png", silent.local_addr().expect("an address"));
    let closed = Neighbour::receiver(&[200]).await;
    let closed_url = closed.at("/a.png");
    closed.close().await;
    for (url, says) in [
        (closed_url.as_str(), "could not be reached"),
        (silent_url.as_str(), "did not answer in time"),
        ("https://nobody.example/a.png", "could not be reached"),
    ] {
        let refused = app.post(OpenV1.submit(), &who, &OpenV1.showing(&[url])).await;
        let message = format!("mediaUrls[0] must be a public URL of a media file, but it {says}");
        assert_eq!((refused.status.as_u16(), refused.at("/error/message")), (400, message));
    }
    nothing_was_made(&app, &who).await;
    app.finish().await;
}

#[tokio::test]
async fn redirects_and_wrong_labels_are_followed_and_forgiven() {
    let app = TestApp::with_private_network().await;
    let (who, host) = (app.customer().await, host().await);
    for path in ["/good", "/once"] {
        let accepted = app.post(OpenV1.submit(), &who, &OpenV1.showing(&[&host.at(path)])).await;
        assert_eq!(accepted.status, 200, "{}", accepted.text());
    }
    app.drain().await;
    let extension = |at: usize| {
        let path = app.engine.works()[at].inputs[0].path.clone();
        path.extension().expect("one").to_str().expect("text").to_owned()
    };
    assert_eq!((extension(0).as_str(), extension(1).as_str()), ("jpg", "png"));
    host.close().await;
    app.finish().await;
}

/// Every spelling of an address that must not be dialled, for references of every API.
#[tokio::test]
async fn private_addresses_are_refused_however_they_are_spelt() {
    let names = Names::of(&[
        ("inside.example", &["10.0.0.8"]),
        ("loop.example", &["127.0.0.1", "::1"]),
        ("metadata.example", &["169.254.169.254"]),
        ("mapped.example", &["::ffff:127.0.0.1"]),
    ]);
    let app = TestApp::with(|setup| setup.names = Arc::new(names)).await;
    let who = app.customer().await;
    let public = "https://nobody.example/a.png";
    let no_url = "must be a public https URL";
    let private = "must be a public address: private, local and reserved networks are refused";
    for (url, says) in [
        ("http://example.com/a.png", no_url),
        ("http://127.0.0.1/a.png", no_url),
        ("https://user:secret@example.com/a.png", no_url),
        ("https://localhost/a.png", private),
        ("https://LOCALHOST./a.png", private),
        ("https://printer.local/a.png", private),
        ("https://metadata.google.internal/a.png", private),
        ("https://intranet/a.png", private),
        ("https://127.0.0.1/a.png", private),
        ("https://127.1/a.png", private),
        ("https://0x7f000001/a.png", private),
        ("https://2130706433/a.png", private),
        ("https://0177.0.0.1/a.png", private),
        ("https://0/a.png", private),
        ("https://[::1]/a.png", private),
        ("https://[::ffff:127.0.0.1]/a.png", private),
        ("https://[64:ff9b::7f00:1]/a.png", private),
        ("https://[fd00::1]/a.png", private),
        ("https://10.0.0.8/a.png", private),
        ("https://172.16.0.1/a.png", private),
        ("https://192.168.1.1/a.png", private),
        ("https://100.64.0.1/a.png", private),
        ("https://169.254.169.254/latest/meta-data/", private),
        ("https://inside.example/a.png", private),
        ("https://loop.example/a.png", private),
        ("https://metadata.example/a.png", private),
        ("https://mapped.example/a.png", private),
    ] {
        for api in APIS {
            let order = api.showing(&[url, public]);
            let refused = app.post(api.submit(), &who, &order).await;
            let first = field(api).replace("[1]", "[0]").replace("[2]", "[1]");
            let message = format!("{first} {says}");
            assert_eq!(refused.status, 400, "{api:?} {url}");
            assert!(refused.text().contains(&message), "{url}: {}", refused.text());
        }
    }
    nothing_was_made(&app, &who).await;
    app.finish().await;
}

#[tokio::test]
async fn kinds_that_a_model_does_not_take_are_refused_by_their_content() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let wav = data_uri("audio/wav", &pictures::beep());
    let picture = data_uri("image/png", &pictures::png());
    let media = |urls: &[&str]| {
        let media: Vec<_> = urls.iter().map(|url| json!({ "url": url })).collect();
        json!({ "prompt": "x", "duration_s": 1, "resolution": "480p", "media": media })
    };
    let only_sound = app.post(JOBS, &who, &media(&[&wav])).await;
    let message = "media must contain at least one image or video besides the audio";
    assert_eq!(
        (only_sound.status.as_u16(), only_sound.at("/error/message").as_str()),
        (400, message)
    );

    let order = json!({
        "content": [
            { "type": "text", "text": "A beach" },
            { "type": "image_url", "image_url": { "url": wav } }
        ]
    });
    let sound_as_image = app.post(TaskQuery.submit(), &who, &order).await;
    let message = "content[1].image_url.url must be image, but its content is audio";
    assert_eq!(sound_as_image.at("/message"), message);

    let mut order = media(&[&wav]);
    order["media"][0]["role"] = json!("first_frame");
    let sound_as_frame = app.post(JOBS, &who, &order).await;
    let message = "media[0] must be an image, but its content is audio";
    assert_eq!(sound_as_frame.at("/error/message"), message);
    for uri in ["data:image/png;base64,%%%", "data:image/png,plain", "data:"] {
        let refused = app.post(JOBS, &who, &media(&[uri])).await;
        let message = "media[0] must be a base64 data URI such as data:image/png;base64,...";
        assert_eq!(refused.at("/error/message"), message);
    }
    nothing_was_made(&app, &who).await;
    let both = app.post(JOBS, &who, &media(&[&picture, &wav])).await;
    assert_eq!(both.status, 202, "{}", both.text());
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn the_same_bytes_are_kept_once() {
    let app = TestApp::with_private_network().await;
    let (who, host) = (app.customer().await, host().await);
    for _ in 0..2 {
        let url = host.at("/good.png");
        let accepted = app.post(OpenV1.submit(), &who, &OpenV1.showing(&[&url, &url])).await;
        assert_eq!(accepted.status, 200);
    }
    let kept = app.media_files();
    assert_eq!(kept.len(), 1, "{kept:?}");
    host.close().await;
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn an_adaptive_shape_follows_the_picture() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let tall = encode_png(&pictures::slope(90, 160)).expect("a PNG");
    let body = json!({
        "prompt": "It grows",
        "ratio": "adaptive",
        "resolution": "480p",
        "duration_s": 1,
        "media": [{ "url": data_uri("image/png", &tall) }]
    });
    let accepted = app.post(JOBS, &who, &body).await;
    assert_eq!(accepted.at("/ratio"), "9:16");
    app.drain().await;
    let size = app.engine.works()[0].size;
    assert_eq!((size.width, size.height), (496, 864));
    app.finish().await;
}
