//! The corpus of careless and hostile files through the front door: each is used, or refused with
//! its field and a reason, and the server is as well as before.

use crate::corpus::{Fate, corpus};
use crate::harness::{Customer, TestApp, data_uri};
use crate::uploads::upload;
use reelgate_core::ledger::EntryKind::Grant;
use serde_json::json;

const JOBS: &str = "/api/reelgate/v1/jobs";

async fn is_well(app: &TestApp, who: &Customer) {
    assert_eq!(app.get_without_key("/readyz").await.status, 200);
    assert_eq!(app.entries(who).await, [Grant]);
    assert_eq!(app.jobs(who).await, []);
}

#[tokio::test]
async fn as_references_of_an_order() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut taken = 0;
    for specimen in corpus() {
        let name = specimen.name;
        // What it is called does not matter: every file claims to be a PNG.
        let url = data_uri("image/png", &specimen.bytes);
        let order = json!({
            "prompt": "It wakes",
            "duration_s": 1,
            "resolution": "480p",
            "media": [{ "url": url }],
            "priority": "sideways"
        });
        // An order with another fault is refused before its references are looked at.
        assert_eq!(app.post(JOBS, &who, &order).await.status, 400, "{name}");
        let is_sound = reelgate_codec::sniff(&specimen.bytes)
            .is_some_and(|found| found.kind() == reelgate_codec::MediaKind::Audio);
        let mut order = order;
        order.as_object_mut().expect("an object").remove("priority");
        let poor = app.customer().await;
        let answer = app.post(JOBS, &poor, &order).await;
        let status = answer.status.as_u16();
        match (specimen.fate, is_sound) {
            (Fate::Taken, false) => assert_eq!(status, 202, "{name}: {}", answer.text()),
            // Sound alone is no order, good or bad.
            (Fate::Taken | Fate::Refused, _) => assert_eq!(status, 400, "{name}"),
            (Fate::Either, _) => assert!(matches!(status, 202 | 400), "{name}: {status}"),
        }
        if status == 400 {
            let message = answer.at("/error/message");
            assert!(message.starts_with("media"), "{name}: {message}");
            is_well(&app, &poor).await;
        } else {
            taken += 1;
        }
    }
    assert!(taken > 5);
    is_well(&app, &who).await;
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn as_uploads() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    for specimen in corpus() {
        let (name, answer) =
            (specimen.name, upload(&app, &who, specimen.name, &specimen.bytes).await);
        let status = answer.status.as_u16();
        match specimen.fate {
            Fate::Taken => assert_eq!(status, 201, "{name}: {}", answer.text()),
            Fate::Refused => assert_eq!(status, 400, "{name}: {}", answer.text()),
            Fate::Either => assert!(matches!(status, 201 | 400), "{name}: {status}"),
        }
        if status == 400 {
            let message = answer.at("/error/message");
            assert!(message.starts_with("file "), "{name}: {message}");
        }
    }
    is_well(&app, &who).await;
    app.finish().await;
}
