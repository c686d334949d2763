//! Media in a bucket: the whole platform on a small S3 service of this machine, well and unwell.

use crate::harness::{Answer, Customer, TestApp, data_uri, path_of, request};
use crate::pictures;
use crate::sigv4;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use http::header::{IF_NONE_MATCH, LOCATION, RANGE};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::BodyExt as _;
use reelgate::config::Config;
use reelgate_core::Timestamp;
use reelgate_dialects::iso;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};
use tokio_util::sync::CancellationToken;

const JOBS: &str = "/api/reelgate/v1/jobs";
const DAY_MS: i64 = 24 * 3_600_000;

/// What is stored: its bytes and when it was written.
type Objects = BTreeMap<String, (Vec<u8>, i64)>;

/// An S3 service with one bucket.
#[derive(Default)]
struct Service {
    objects: Mutex<Objects>,
    now_ms: AtomicI64,
    /// Requests that are answered with an error first.
    failing: AtomicU32,
    /// Whether it takes requests and says nothing.
    silent: AtomicBool,
    /// Why requests were refused.
    unsigned: Mutex<Vec<String>>,
}

struct FakeS3 {
    service: Arc<Service>,
    url: String,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl FakeS3 {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let service = Arc::new(Service::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&service));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stopped).await.expect("serves");
        });
        Self { service, url, stop, task }
    }

    /// A platform that keeps its media here.
    async fn platform(&self, choose: impl FnOnce(&mut Config)) -> TestApp {
        let app = TestApp::with(|setup| {
            let media = &mut setup.config.media;
            media.place = Some("s3://films/ours".to_owned());
            media.endpoint = Some(self.url.clone());
            media.access_key_id = Some("key".to_owned());
            media.secret_access_key = Some("hush".to_owned().into());
            choose(&mut setup.config);
        })
        .await;
        self.service.now_ms.store(app.app.now().ms(), Ordering::Relaxed);
        app
    }

    fn names(&self) -> Vec<String> {
        self.service.objects.lock().expect("no panic").keys().cloned().collect()
    }

    async fn close(self) {
        let unsigned = self.service.unsigned.lock().expect("no panic").clone();
        assert_eq!(unsigned, [""; 0], "every request is signed");
        self.stop.cancel();
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    if service.silent.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
    let failing = service
        .failing
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    if failing.is_ok() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "<Error><Code>SlowDown</Code></Error>");
    }
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes())
            .into_owned()
            .collect();
    if let Err(why) = sigv4::check(&parts, &body, "key", "hush") {
        service.unsigned.lock().expect("no panic").push(why);
        return plain(StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    }
    let mut objects = service.objects.lock().expect("no panic");
    let key = parts.uri.path().strip_prefix("/films").unwrap_or("").trim_start_matches('/');
    match parts.method {
        Method::GET if key.is_empty() => list(&objects, &query),
        Method::PUT => {
            objects.insert(key.to_owned(), (body, service.now_ms.load(Ordering::Relaxed)));
            Response::builder().header("etag", "\"e\"").body(Body::empty()).expect("a response")
        }
        Method::DELETE => {
            objects.remove(key);
            plain(StatusCode::NO_CONTENT, "")
        }
        _ => match objects.get(key) {
            Some((bytes, written_ms)) => read(bytes, *written_ms, &parts.headers),
            None => plain(StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>"),
        },
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    Response::builder().status(status).body(Body::from(text.to_owned())).expect("a response")
}

fn read(bytes: &[u8], written_ms: i64, headers: &HeaderMap) -> Response<Body> {
    let size = bytes.len();
    let written = UNIX_EPOCH + Duration::from_millis(written_ms.unsigned_abs());
    let response = Response::builder()
        .header("etag", "\"e\"")
        .header("last-modified", httpdate::fmt_http_date(written));
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return response.body(Body::from(bytes.to_vec())).expect("a response");
    };
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), last) => (first, last.unwrap_or(size - 1).min(size - 1)),
        (Err(_), count) => (size - count.expect("a suffix").min(size), size - 1),
    };
    if first >= size {
        return plain(StatusCode::RANGE_NOT_SATISFIABLE, "<Error/>");
    }
    response
        .status(StatusCode::PARTIAL_CONTENT)
        .header("content-range", format!("bytes {first}-{last}/{size}"))
        .body(Body::from(bytes[first..=last].to_vec()))
        .expect("a response")
}

/// Two names at a time, so that whoever lists has to go on.
fn list(objects: &Objects, query: &BTreeMap<String, String>) -> Response<Body> {
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let after = text("start-after").max(text("continuation-token"));
    let found = |name: &&String| name.starts_with(text("prefix")) && name.as_str() > after;
    let names: Vec<_> = objects.keys().filter(found).take(3).cloned().collect();
    let shown = &names[..names.len().min(2)];
    let more = names.len() > 2;
    let contents: String = shown
        .iter()
        .map(|name| {
            let (bytes, written_ms) = &objects[name];
            let written = iso(Timestamp::from_ms(*written_ms));
            format!(
                "<Contents><Key>{name}</Key><LastModified>{written}</LastModified>\
                 <ETag>\"e\"</ETag><Size>{}</Size></Contents>",
                bytes.len()
            )
        })
        .collect();
    let next = match (more, shown.last()) {
        (true, Some(last)) => format!("<NextContinuationToken>{last}</NextContinuationToken>"),
        _ => String::new(),
    };
    let body = format!(
        "<ListBucketResult><KeyCount>{}</KeyCount><IsTruncated>{more}</IsTruncated>{next}\
         {contents}</ListBucketResult>",
        shown.len()
    );
    plain(StatusCode::OK, &body)
}

/// A finished job with a picture, and where its film is.
async fn film(app: &TestApp, who: &Customer) -> (String, String) {
    let picture = data_uri("image/png", &pictures::png());
    let order = json!({
        "prompt": "A lighthouse",
        "resolution": "480p",
        "duration_s": 1,
        "media": [{ "url": picture }]
    });
    let id = app.post(JOBS, who, &order).await.at("/id");
    app.drain().await;
    let done = app.get(&format!("{JOBS}/{id}"), who).await;
    assert_eq!(done.at("/state"), "succeeded", "{}", done.text());
    (id, path_of(&done.at("/output/video_url")))
}

async fn part(app: &TestApp, path: &str, range: &str) -> Answer {
    let mut asked = request(Method::GET, path, None, "");
    asked.headers_mut().insert(RANGE, range.parse().expect("a header's value"));
    app.send(asked).await
}

#[tokio::test]
async fn a_job_lives_in_the_bucket_from_its_reference_to_its_end() {
    let s3 = FakeS3::start().await;
    let app = s3.platform(|_| ()).await;
    let who = app.customer().await;
    let (id, path) = film(&app, &who).await;
    let names = s3.names();
    assert_eq!(names.len(), 4, "a reference and three files of the clip: {names:?}");
    assert!(names.iter().all(|name| name.starts_with("ours/")), "{names:?}");
    assert!(!app.app.config.data.join("media").exists(), "nothing is kept here");

    let whole = app.get_without_key(&path).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, Some("video/mp4")));
    assert!(reelgate_codec::probe(&whole.body).expect("an MP4").faststart);
    assert_eq!(whole.header("cache-control"), Some("private, max-age=3600, immutable"));
    let size = whole.body.len();
    let head = app.send(request(Method::HEAD, &path, None, "")).await;
    assert_eq!(head.header("content-length"), Some(size.to_string().as_str()));
    assert_eq!(head.header("content-type"), Some("video/mp4"));
    for (range, from, to) in
        [("bytes=0-0", 0, 0), ("bytes=10-", 10, size - 1), ("bytes=-7", size - 7, size - 1)]
    {
        let some = part(&app, &path, range).await;
        assert_eq!(some.status, 206, "{range}");
        assert_eq!(some.body, whole.body[from..=to]);
        let content_range = format!("bytes {from}-{to}/{size}");
        assert_eq!(some.header("content-range"), Some(content_range.as_str()));
    }
    let behind = part(&app, &path, &format!("bytes={size}-")).await;
    let content_range = format!("bytes */{size}");
    assert_eq!(behind.status, 416);
    assert_eq!(behind.header("content-range"), Some(content_range.as_str()));
    let mut again = request(Method::GET, &path, None, "");
    let etag = whole.header("etag").expect("an etag").parse().expect("a value");
    again.headers_mut().insert(IF_NONE_MATCH, etag);
    assert_eq!(app.send(again).await.status, 304);

    let remove = request(Method::DELETE, &format!("{JOBS}/{id}"), Some(&who.key), "");
    let removed = app.send(remove).await;
    assert!(removed.status.is_success(), "{}", removed.text());
    assert_eq!(app.get_without_key(&path).await.status, 410);
    app.finish().await;
    s3.close().await;
}

#[tokio::test]
async fn references_are_kept_once_and_forgotten_when_nobody_asks() {
    let s3 = FakeS3::start().await;
    let app = s3.platform(|_| ()).await;
    let who = app.customer().await;
    for _ in 0..2 {
        film(&app, &who).await;
    }
    let references =
        |names: Vec<String>| names.iter().filter(|name| name.contains("/reference/")).count();
    assert_eq!(references(s3.names()), 1);
    let pass = |days: i64| {
        app.clock.advance_ms(days * DAY_MS);
        s3.service.now_ms.store(app.app.now().ms(), Ordering::Relaxed);
    };
    // Asked for again just before it would go, it stays as long once more.
    pass(29);
    film(&app, &who).await;
    pass(29);
    reelgate::work::sweep::step(&app.app).await.expect("a sweep");
    assert_eq!(references(s3.names()), 1);
    pass(5);
    reelgate::work::sweep::step(&app.app).await.expect("a sweep");
    assert_eq!(s3.names(), [""; 0], "clips and references are gone");
    app.finish().await;
    s3.close().await;
}

#[tokio::test]
async fn callers_are_sent_to_the_bucket_where_that_is_set() {
    let s3 = FakeS3::start().await;
    let app = s3.platform(|config| config.media.redirect = true).await;
    let who = app.customer().await;
    let (_, path) = film(&app, &who).await;
    let sent = app.get_without_key(&path).await;
    assert_eq!(sent.status, 307);
    let to = sent.header(LOCATION.as_str()).expect("an address");
    assert!(to.starts_with(&s3.url) && to.contains("X-Amz-Expires=3600"), "{to}");
    assert!(!to.contains("hush"), "{to}");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build().expect("a client");
    let film = client.get(to).send().await.expect("an answer").bytes().await.expect("a film");
    assert!(reelgate_codec::probe(&film).expect("an MP4").faststart);
    let film = app.app.outbound.fetch(to, limits()).await;
    assert!(film.is_err(), "callers' addresses still do not lead into this network");
    app.finish().await;
    s3.close().await;
}

fn limits() -> reelgate::outbound::Limits {
    reelgate::outbound::Limits { timeout: Duration::from_secs(5), bytes_max: 1 << 20 }
}

#[tokio::test]
async fn a_bucket_that_stumbles_is_asked_again_and_a_silent_one_costs_nobody() {
    let s3 = FakeS3::start().await;
    let app = s3.platform(|config| config.media.timeout = Duration::from_millis(600)).await;
    let who = app.customer().await;
    s3.service.failing.store(2, Ordering::Relaxed);
    let (_, path) = film(&app, &who).await;

    // Silent while a reference is to be kept: refused, and nothing is held.
    s3.service.silent.store(true, Ordering::Relaxed);
    let picture = data_uri("image/png", &pictures::jpeg());
    let order = json!({ "prompt": "A lighthouse", "media": [{ "url": picture }] });
    let before = app.money(&who).await;
    assert_eq!(app.post(JOBS, &who, &order).await.status, 500);
    assert_eq!(app.money(&who).await, before);
    // Silent while a film is asked for: said so, and the link works again later.
    assert_eq!(app.get_without_key(&path).await.status, 503);
    // Silent while a clip is to be kept: the attempt fails and its job is tried again.
    let order = json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 1 });
    let id = app.post(JOBS, &who, &order).await.at("/id");
    app.drain().await;
    assert_eq!(app.get(&format!("{JOBS}/{id}"), &who).await.at("/state"), "queued");
    s3.service.silent.store(false, Ordering::Relaxed);
    assert_eq!(app.get_without_key(&path).await.status, 200);
    app.drain_after_ms(DAY_MS / 24).await;
    assert_eq!(app.get(&format!("{JOBS}/{id}"), &who).await.at("/state"), "succeeded");
    app.finish().await;
    s3.close().await;
}

#[tokio::test]
async fn files_of_lost_attempts_are_found_in_the_bucket() {
    let s3 = FakeS3::start().await;
    let app = s3.platform(|_| ()).await;
    let who = app.customer().await;
    let (id, _) = film(&app, &who).await;
    let left = format!("ours/clip/{}-77/video.mp4", app.job_id(&id));
    let strange = "ours/clip/notes/readme".to_owned();
    for name in [&left, &strange] {
        s3.service.objects.lock().expect("no panic").insert(name.clone(), (vec![1], 0));
    }
    reelgate::work::sweep::step(&app.app).await.expect("a sweep");
    let names = s3.names();
    assert!(!names.contains(&left), "{names:?}");
    assert!(names.contains(&strange) && names.len() == 5, "{names:?}");
    app.finish().await;
    s3.close().await;
}

#[tokio::test]
async fn a_bucket_that_refuses_the_keys_is_an_error_and_shows_no_secret() {
    let s3 = FakeS3::start().await;
    let wrong = |config: &mut Config| {
        config.media.secret_access_key = Some("wrong-secret".to_owned().into());
    };
    let app = s3.platform(wrong).await;
    let error = app.app.media.check().await.expect_err("the signature does not fit");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("wrong-secret"), "{shown}");
    assert!(!s3.service.unsigned.lock().expect("no panic").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn the_doctor_sees_whether_a_bucket_can_be_written() {
    let s3 = FakeS3::start().await;
    let app = s3.platform(|config| config.media.timeout = Duration::from_millis(300)).await;
    app.app.media.check().await.expect("it works");
    assert_eq!(s3.names(), [""; 0]);
    s3.service.silent.store(true, Ordering::Relaxed);
    app.app.media.check().await.expect_err("it says nothing");
    app.finish().await;
    s3.close().await;
}
