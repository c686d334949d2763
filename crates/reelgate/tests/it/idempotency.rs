//! Sending an order twice without paying twice.

use crate::harness::TestApp;
use crate::neighbour::{Neighbour, answer};
use crate::pictures;
use reelgate_core::ledger::EntryKind::{Capture, Grant, Hold};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::AsyncWriteExt as _;

const SEEDANCE2: &str = "/api/v1/video/seedance2";
const GENERATIONS: &str = "/api/open/v1/video/generations";
const TRAIN: &str = r#"{"prompt":"A glass train","duration":"4"}"#;

#[tokio::test]
async fn a_repeat_answers_byte_for_byte_the_same_and_charges_nothing() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let orders = [
        (GENERATIONS, r#"{"model":"seedance-2.0","prompt":"A river","duration":4}"#),
        ("/api/video/seedance/gen", r#"{"content":[{"type":"text","text":"A beach"}]}"#),
        (SEEDANCE2, TRAIN),
        ("/api/reelgate/v1/jobs", r#"{"prompt":"A lighthouse","duration_s":1}"#),
    ];
    for (at, (path, body)) in orders.into_iter().enumerate() {
        let key = format!("order-{at}");
        let first = app.post_once(path, &who, &key, body).await;
        assert!(first.status.is_success(), "{}", first.text());
        assert_eq!(first.header("idempotent-replayed"), None);
        let money = app.money(&who).await;
        let again = app.post_once(path, &who, &key, body).await;
        app.drain_after_ms(60_000).await;
        // The job is done by now, and has other fields than when it was accepted.
        let late = app.post_once(path, &who, &key, body).await;
        for replay in [again, late] {
            assert_eq!((replay.status, replay.text()), (first.status, first.text()));
            assert_eq!(replay.header("idempotent-replayed"), Some("true"));
        }
        assert_eq!(app.money(&who).await, (money.0 - money.1, 0));
        assert_eq!(app.jobs(&who).await.len(), at + 1);
    }
    app.finish().await;
}

#[tokio::test]
async fn spacing_and_the_order_of_fields_do_not_matter() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let first = app.post_once(SEEDANCE2, &who, "one", TRAIN).await;
    let other = "{ \"duration\": \"4\",\n\"prompt\": \"A glass train\" }";
    let again = app.post_once(SEEDANCE2, &who, "one", other).await;
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    app.drain().await;
    assert_eq!(app.entries(&who).await, [Grant, Hold, Capture]);
    app.finish().await;
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.post_once(SEEDANCE2, &who, "one", TRAIN).await;
    let other = r#"{"prompt":"A glass train","duration":"5"}"#;
    let refused = app.post_once(SEEDANCE2, &who, "one", other).await;
    let message = "Idempotency-Key was already used with a different request body";
    let error = json!({ "error": { "code": "idempotency_conflict", "message": message } });
    refused.is(409, &error);
    assert_eq!(refused.header("retry-after"), None, "waiting would not help");
    app.drain().await;
    assert_eq!(app.jobs(&who).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn two_accounts_may_choose_the_same_key() {
    let app = TestApp::start().await;
    let (one, two) = (app.customer().await, app.customer().await);
    let first = app.post_once(SEEDANCE2, &one, "same", TRAIN).await;
    let second = app.post_once(SEEDANCE2, &two, "same", TRAIN).await;
    assert_ne!(first.at("/id"), second.at("/id"));
    assert_eq!(second.header("idempotent-replayed"), None);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_does_not_use_the_key_up() {
    let app = TestApp::start().await;
    let who = app.customer_with(0, reelgate_core::KeyStyle::Sk).await;
    let bad = r#"{"prompt":"A glass train","duration":"99"}"#;
    assert_eq!(app.post_once(SEEDANCE2, &who, "one", bad).await.status, 400);
    assert_eq!(app.post_once(SEEDANCE2, &who, "one", TRAIN).await.status, 402);
    app.grant(who.account, 100).await;
    let accepted = app.post_once(SEEDANCE2, &who, "one", TRAIN).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    assert_eq!(accepted.header("idempotent-replayed"), None);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    for key in ["", " ", &"x".repeat(256)] {
        let refused = app.post_once(SEEDANCE2, &who, key, TRAIN).await;
        let message = "Idempotency-Key must be 1 to 255 printable ASCII characters";
        let error = json!({ "error": { "code": "invalid_request", "message": message } });
        refused.is(400, &error);
    }
    let longest = "x".repeat(255);
    assert_eq!(app.post_once(SEEDANCE2, &who, &longest, TRAIN).await.status, 202);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_key_is_forgotten_after_two_days() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let first = app.post_once(SEEDANCE2, &who, "one", TRAIN).await;
    app.drain().await;
    app.clock.advance_ms(49 * 3_600_000);
    reelgate::work::sweep::step(&app.app).await.expect("a sweep");
    let second = app.post_once(SEEDANCE2, &who, "one", TRAIN).await;
    assert_ne!(first.at("/id"), second.at("/id"));
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_repeat_needs_no_references_any_more() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let gone = Arc::new(AtomicBool::new(false));
    let host = Neighbour::start({
        let gone = Arc::clone(&gone);
        move |_| match gone.load(Ordering::SeqCst) {
            false => answer(200, "image/png", pictures::png()),
            true => answer(404, "text/plain", Vec::new()),
        }
    })
    .await;
    let body = json!({
        "model": "seedance-2.0",
        "prompt": "It moves",
        "mediaUrls": [host.at("/a.png")],
        "duration": 4
    })
    .to_string();
    let first = app.post_once(GENERATIONS, &who, "one", &body).await;
    assert_eq!(first.status, 200, "{}", first.text());
    gone.store(true, Ordering::SeqCst);
    let again = app.post_once(GENERATIONS, &who, "one", &body).await;
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    assert_eq!(host.received().len(), 1);
    host.close().await;
    app.drain().await;
    app.finish().await;
}

/// The first request is still fetching its picture when the second arrives.
#[tokio::test]
async fn a_repeat_while_the_first_is_being_answered_is_told_to_wait() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}/a.png", listener.local_addr().expect("an address"));
    let body = json!({
        "mode": "image-to-video",
        "prompt": "It moves",
        "image_url": url
    })
    .to_string();
    let first = async { app.post_once(SEEDANCE2, &who, "one", &body).await };
    let meanwhile = async {
        // Once the picture is asked for, the first request is in the middle of its work.
        let (connection, _) = listener.accept().await.expect("the fetch");
        let second = app.post_once(SEEDANCE2, &who, "one", &body).await;
        drop(connection);
        drop(listener);
        second
    };
    let (first, second) = tokio::join!(first, meanwhile);
    let message = "The first request with this Idempotency-Key is still being processed";
    let error = json!({ "error": { "code": "idempotency_conflict", "message": message } });
    second.is(409, &error);
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(first.status, 400, "its picture never came: {}", first.text());
    // The key is free again.
    let third = app.post_once(SEEDANCE2, &who, "one", TRAIN).await;
    assert_eq!(third.status, 202);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_is_served_all_the_same() {
    let app = TestApp::with_private_network().await;
    let who = app.customer().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}/a.png", listener.local_addr().expect("an address"));
    let body = json!({ "mode": "image-to-video", "prompt": "It moves", "image_url": url });
    let body = body.to_string();
    let mut connection = {
        let hangs_up = app.post_once(SEEDANCE2, &who, "one", &body);
        tokio::select! {
            _ = hangs_up => unreachable!("nobody has answered for the picture"),
            accepted = listener.accept() => accepted.expect("the fetch").0,
        }
    };
    let png = pictures::png();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", png.len());
    connection.write_all(head.as_bytes()).await.expect("sent");
    connection.write_all(&png).await.expect("sent");
    // The first one goes on by itself; a repeat waits its turn and then hears how it ended.
    let answered = loop {
        let again = app.post_once(SEEDANCE2, &who, "one", &body).await;
        if again.status != 409 {
            break again;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(answered.status, 202, "{}", answered.text());
    assert_eq!(app.jobs(&who).await.len(), 1);
    app.drain().await;
    app.finish().await;
}
