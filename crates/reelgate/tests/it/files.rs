//! Downloads of clips by their signed links.

use crate::harness::{Answer, Customer, TestApp, path_of, request};
use http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};
use http::{HeaderName, Method};
use serde_json::json;

const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;

struct Film {
    app: TestApp,
    who: Customer,
    id: String,
    path: String,
    bytes: Vec<u8>,
}

/// A finished job and the path of its film.
async fn film() -> Film {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let body = json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 1 });
    let id = app.post("/api/reelgate/v1/jobs", &who, &body).await.at("/id");
    app.drain().await;
    let path = path_of(&link(&app, &who, &id, "video_url").await);
    let bytes = app.get_without_key(&path).await.body;
    Film { app, who, id, path, bytes }
}

async fn link(app: &TestApp, who: &Customer, id: &str, which: &str) -> String {
    let path = format!("/api/reelgate/v1/jobs/{id}");
    app.get(&path, who).await.at(&format!("/output/{which}"))
}

impl Film {
    async fn ask(&self, method: Method, header: HeaderName, value: &str) -> Answer {
        let mut request = request(method, &self.path, None, "");
        request.headers_mut().insert(header, value.parse().expect("a header's value"));
        self.app.send(request).await
    }
}

#[tokio::test]
async fn a_film_needs_no_key_and_says_what_it_is() {
    let film = film().await;
    let whole = film.app.get_without_key(&film.path).await;
    assert_eq!(whole.status, 200);
    let length = film.bytes.len().to_string();
    for (name, value) in [
        ("content-type", "video/mp4"),
        ("content-length", length.as_str()),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("cache-control", "private, max-age=3600, immutable"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    assert!(reelgate_codec::probe(&whole.body).expect("an MP4").faststart);
    let head = film.app.send(request(Method::HEAD, &film.path, None, "")).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(length.as_str()));
    for (which, content_type) in [("poster_url", "image/jpeg"), ("last_frame_url", "image/png")] {
        let still = film.app.download(&link(&film.app, &film.who, &film.id, which).await).await;
        assert_eq!(still.header("content-type"), Some(content_type));
        assert!(reelgate_codec::image_size(&still.body).is_ok());
    }
    film.app.finish().await;
}

#[tokio::test]
async fn a_part_of_a_film_can_be_had() {
    let film = film().await;
    let length = film.bytes.len();
    for (asked, from, to) in [
        ("bytes=0-0".to_owned(), 0, 0),
        ("bytes=0-99".to_owned(), 0, 99),
        ("bytes=100-".to_owned(), 100, length - 1),
        ("bytes=-10".to_owned(), length - 10, length - 1),
        (format!("bytes={}-", length - 1), length - 1, length - 1),
        // Past the end is cut off at the end.
        (format!("bytes=5-{}", length * 2), 5, length - 1),
    ] {
        let part = film.ask(Method::GET, RANGE, &asked).await;
        assert_eq!(part.status, 206, "{asked}");
        let range = format!("bytes {from}-{to}/{length}");
        assert_eq!(part.header("content-range"), Some(range.as_str()), "{asked}");
        assert_eq!(part.body, film.bytes[from..=to], "{asked}");
        assert_eq!(part.header("content-type"), Some("video/mp4"));
    }
    film.app.finish().await;
}

#[tokio::test]
async fn a_range_that_cannot_be_had_is_refused() {
    let film = film().await;
    let length = film.bytes.len();
    for asked in [format!("bytes={length}-"), "bytes=9-5".to_owned(), "bytes=-0".to_owned()] {
        let refused = film.ask(Method::GET, RANGE, &asked).await;
        assert_eq!(refused.status, 416, "{asked}");
        assert_eq!(refused.header("content-range"), Some(format!("bytes */{length}").as_str()));
    }
    film.app.finish().await;
}

/// What a range may say that is answered with the whole film: other units, several parts, more of
/// the end than there is, or a part of another version (RFC 9110, sections 13.1.5 and 14).
#[tokio::test]
async fn a_range_that_does_not_apply_is_ignored() {
    let film = film().await;
    let length = film.bytes.len();
    for asked in ["items=0-1".to_owned(), "bytes=0-1,4-5".to_owned()] {
        let whole = film.ask(Method::GET, RANGE, &asked).await;
        assert_eq!((whole.status.as_u16(), whole.body.len()), (200, length), "{asked}");
    }
    let tail = film.ask(Method::GET, RANGE, &format!("bytes=-{}", length * 2)).await;
    assert!(tail.status.is_success(), "{}", tail.status);
    assert_eq!(tail.body, film.bytes);
    let etag = film.app.get_without_key(&film.path).await.header("etag").expect("a tag").to_owned();
    for (version, status) in [(etag.as_str(), 206), ("\"another\"", 200)] {
        let mut request = request(Method::GET, &film.path, None, "");
        request.headers_mut().insert(RANGE, "bytes=0-9".parse().expect("a header's value"));
        request.headers_mut().insert(IF_RANGE, version.parse().expect("a header's value"));
        assert_eq!(film.app.send(request).await.status, status, "{version}");
    }
    film.app.finish().await;
}

#[tokio::test]
async fn a_browser_that_has_it_is_not_sent_it_again() {
    let film = film().await;
    let etag = film.app.get_without_key(&film.path).await.header("etag").expect("a tag").to_owned();
    for asked in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let again = film.ask(Method::GET, IF_NONE_MATCH, &asked).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{asked}");
        assert_eq!(again.header("etag"), Some(etag.as_str()));
    }
    assert_eq!(film.ask(Method::GET, IF_NONE_MATCH, "\"x\"").await.status, 200);
    film.app.finish().await;
}

#[tokio::test]
async fn a_link_that_was_changed_opens_nothing() {
    let film = film().await;
    let parts: Vec<_> = film.path.splitn(4, '/').collect();
    let (ticket, name) = (parts[2], parts[3]);
    let (expires, signature) = ticket.split_once('-').expect("expiry and signature");
    let later = expires.parse::<i64>().expect("seconds") + 1;
    let flipped = if signature.starts_with('0') { "1" } else { "0" };
    let poster = name.replace("video.mp4", "poster.jpg");
    for path in [
        format!("/files/{later}-{signature}/{name}"),
        format!("/files/{expires}-{flipped}{}/{name}", &signature[1..]),
        format!("/files/{expires}-/{name}"),
        format!("/files/{expires}-{}/{name}", &signature[1..]),
        format!("/files/{expires}/{name}"),
        format!("/files/x/{name}"),
        format!("/files/-1-{signature}/{name}"),
        format!("/files/{ticket}/{poster}"),
        format!("/files/{ticket}/../../link.key"),
        format!("/files/{ticket}/..%2f..%2flink.key"),
        format!("/files/{ticket}/%2e%2e/%2e%2e/reelgate.db"),
        format!("/files/{ticket}//etc/passwd"),
        format!("/files/{ticket}/{name}%00"),
        format!("/files/{ticket}/clip/../{name}"),
    ] {
        let refused = film.app.get_without_key(&path).await;
        assert_eq!(refused.status, 403, "{path}");
        let words = "this link is not valid or has expired; ask the API for a new one\n";
        assert_eq!(refused.text(), words);
    }
    film.app.finish().await;
}

#[tokio::test]
async fn a_link_lives_a_day_and_a_new_one_is_there_for_the_asking() {
    let film = film().await;
    film.app.clock.advance_ms(DAY_MS);
    assert_eq!(film.app.get_without_key(&film.path).await.status, 200);
    film.app.clock.advance_ms(HOUR_MS + 1);
    assert_eq!(film.app.get_without_key(&film.path).await.status, 403);
    let fresh = link(&film.app, &film.who, &film.id, "video_url").await;
    assert_ne!(path_of(&fresh), film.path);
    assert_eq!(film.app.download(&fresh).await.body, film.bytes);
    film.app.finish().await;
}

#[tokio::test]
async fn links_asked_for_within_an_hour_are_the_same() {
    let film = film().await;
    film.app.clock.advance_ms(HOUR_MS - 1);
    let again = link(&film.app, &film.who, &film.id, "video_url").await;
    assert_eq!(path_of(&again), film.path);
    film.app.finish().await;
}

#[tokio::test]
async fn links_outlive_a_restart() {
    let film = film().await;
    let app = film.app.restart_after_ms(1000).await;
    assert_eq!(app.get_without_key(&film.path).await.body, film.bytes);
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_was_removed_is_gone() {
    let film = film().await;
    let name = film.app.media_files().into_iter().find(|name| name.ends_with(".mp4"));
    film.app.app.media.remove(&name.expect("the film")).await.expect("removed");
    let gone = film.app.get_without_key(&film.path).await;
    assert_eq!((gone.status.as_u16(), gone.text()), (410, "this file was removed\n"));
    film.app.finish().await;
}

#[tokio::test]
async fn links_begin_with_the_callers_own_host_or_the_public_address() {
    let film = film().await;
    let ask = async |app: &TestApp, host: &str| {
        let path = format!("/api/reelgate/v1/jobs/{}", film.id);
        let mut request = request(Method::GET, &path, Some(&film.who.key), "");
        request.headers_mut().insert("host", host.parse().expect("a host"));
        app.send(request).await.at("/output/video_url")
    };
    let url = ask(&film.app, "films.example:8080").await;
    assert_eq!(url, format!("http://films.example:8080{}", film.path));
    // A host that would break out of the address is not repeated.
    let url = ask(&film.app, "evil/\"><script>").await;
    assert_eq!(url, format!("http://127.0.0.1:8787{}", film.path));
    film.app.finish().await;
}
