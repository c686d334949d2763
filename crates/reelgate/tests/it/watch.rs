//! Streams of events and requests that wait.

use crate::fake_engine::Act;
use crate::harness::{Customer, START_MS, TestApp, request};
use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use http::{Method, Response};
use serde_json::{Value, json};

const JOBS: &str = "/api/reelgate/v1/jobs";
const EVENTS: &str = "/api/reelgate/v1/events";

fn order() -> Value {
    json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 1 })
}

/// A stream as a client reads it.
struct Listener {
    chunks: BodyDataStream,
    text: String,
}

impl Listener {
    async fn open(app: &TestApp, path: &str, who: &Customer, last: Option<&str>) -> Self {
        let response = answer(app, path, who, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { chunks: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event's id and job; nothing at the stream's end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name| event.lines().find_map(|line| line.strip_prefix(name));
                let Some(id) = field("id: ") else { continue };
                assert_eq!(field("event: "), Some("job"));
                let data = field("data: ").expect("data");
                return Some((id.to_owned(), serde_json::from_str(data).expect("a job")));
            }
            let chunk = self.chunks.next().await?.expect("a chunk");
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    async fn state(&mut self) -> Option<String> {
        let (_, job) = self.next().await?;
        Some(job["state"].as_str().expect("a state").to_owned())
    }
}

async fn answer(app: &TestApp, path: &str, who: &Customer, last: Option<&str>) -> Response<Body> {
    let mut request = request(Method::GET, path, Some(&who.key), "");
    if let Some(last) = last {
        request.headers_mut().insert("last-event-id", last.parse().expect("a header's value"));
    }
    app.open(request).await
}

#[tokio::test]
async fn a_job_is_followed_to_its_end_and_no_further() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = app.post(JOBS, &who, &order()).await.at("/id");
    // A job that has not changed for long is told once all the same.
    app.clock.advance_ms(60_000);
    let path = format!("{JOBS}/{id}/events");
    let mut listener = Listener::open(&app, &path, &who, None).await;
    assert_eq!(listener.state().await.as_deref(), Some("queued"));
    app.engine.play(&[Act::WaitForRelease]);
    let rendering = app.render_beside();
    assert_eq!(listener.state().await.as_deref(), Some("running"));
    app.engine.release();
    rendering.await.expect("an attempt");
    let last = loop {
        let (event, job) = listener.next().await.expect("an end");
        if job["state"] != "running" {
            assert_eq!(job, app.get(&format!("{JOBS}/{id}"), &who).await.json());
            break event;
        }
    };
    assert_eq!(listener.next().await, None);
    // Who has seen the end is told not to come back.
    assert_eq!(answer(&app, &path, &who, Some(&last)).await.status(), 204);
    let mut again = Listener::open(&app, &path, &who, None).await;
    assert_eq!(again.state().await.as_deref(), Some("succeeded"));
    assert_eq!(again.next().await, None);
    app.finish().await;
}

#[tokio::test]
async fn an_account_hears_of_its_own_jobs_from_now_on_or_from_where_it_was() {
    let app = TestApp::start().await;
    let (who, stranger) = (app.customer().await, app.customer().await);
    app.post(JOBS, &who, &order()).await;
    let mut listener = Listener::open(&app, EVENTS, &who, None).await;
    app.post(JOBS, &stranger, &order()).await;
    let id = app.post(JOBS, &who, &order()).await.at("/id");
    let (event, job) = listener.next().await.expect("an event");
    assert_eq!((job["id"].as_str(), job["state"].as_str()), (Some(&*id), Some("queued")));
    assert!(event.starts_with(&format!("{START_MS}-")), "{event}");
    drop(listener);
    // While nobody listens, both jobs end.
    app.clock.advance_ms(5000);
    app.drain().await;
    let mut back = Listener::open(&app, EVENTS, &who, Some(&event)).await;
    let mut ended = vec![];
    while ended.len() < 2 {
        let (_, job) = back.next().await.expect("an event");
        if job["state"] == "succeeded" {
            ended.push(job["id"].as_str().expect("an id").to_owned());
        }
    }
    assert!(ended.contains(&id), "{ended:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_stream_needs_a_job_of_the_caller_and_an_id_it_was_given() {
    let app = TestApp::start().await;
    let (who, stranger) = (app.customer().await, app.customer().await);
    let id = app.post(JOBS, &who, &order()).await.at("/id");
    let path = format!("{JOBS}/{id}/events");
    assert_eq!(answer(&app, &path, &stranger, None).await.status(), 404);
    for last in ["", "x", "5", "5-x", "-5"] {
        assert_eq!(answer(&app, &path, &who, Some(last)).await.status(), 400, "{last}");
        assert_eq!(answer(&app, EVENTS, &who, Some(last)).await.status(), 400, "{last}");
    }
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn an_account_has_a_bounded_number_of_streams() {
    let app = TestApp::start().await;
    let (who, other) = (app.customer().await, app.customer().await);
    let mut open = Vec::new();
    for _ in 0..reelgate::http::places::ACCOUNT_MAX {
        open.push(Listener::open(&app, EVENTS, &who, None).await);
    }
    let full = answer(&app, EVENTS, &who, None).await;
    assert_eq!(
        (full.status().as_u16(), &full.headers()["retry-after"]),
        (429, &"5".parse().expect("a value"))
    );
    Listener::open(&app, EVENTS, &other, None).await;
    drop(open);
    Listener::open(&app, EVENTS, &who, None).await;
    app.finish().await;
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut listener = Listener::open(&app, EVENTS, &who, None).await;
    app.app.stopping.cancel();
    assert_eq!(listener.next().await, None);
    app.finish().await;
}

async fn ordered_with(
    app: &TestApp,
    who: &Customer,
    prefer: &'static str,
) -> crate::harness::Answer {
    let mut request = request(Method::POST, JOBS, Some(&who.key), &order().to_string());
    request.headers_mut().insert("prefer", prefer.parse().expect("a header's value"));
    app.send(request).await
}

#[tokio::test]
async fn an_order_may_wait_for_its_clip() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::Clip]);
    let worker = async {
        while app.app.store.stats().await.expect("stats").queued == 0 {
            tokio::task::yield_now().await;
        }
        app.drain().await;
    };
    let (answer, ()) = tokio::join!(ordered_with(&app, &who, "wait=60"), worker);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("preference-applied"), Some("wait=60"));
    assert_eq!(answer.at("/state"), "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn an_order_that_takes_longer_is_answered_as_ever() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let answer = ordered_with(&app, &who, "wait=1").await;
    assert_eq!((answer.status.as_u16(), answer.at("/state").as_str()), (202, "queued"));
    assert_eq!(answer.header("preference-applied"), Some("wait=1"));
    app.drain().await;
    let mut status =
        request(Method::GET, &format!("{JOBS}/{}", answer.at("/id")), Some(&who.key), "");
    status.headers_mut().insert("prefer", "wait=60".parse().expect("a header's value"));
    let done = app.send(status).await;
    assert_eq!((done.status.as_u16(), done.at("/state").as_str()), (200, "succeeded"));
    app.finish().await;
}
