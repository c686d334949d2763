//! API C's newer model: lengths that are left to it, and a gate for accounts that have not paid.

use crate::harness::TestApp;
use reelgate_core::{Credits, KeyStyle, RedeemCode};
use reelgate_store::NewCode;
use serde_json::json;

const NEWER: &str = "/api/v1/video/seedance25";

#[tokio::test]
async fn a_length_that_is_left_to_the_model_gives_back_what_it_does_not_need() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let order = json!({ "prompt": "A glass train", "duration": "auto" });
    let accepted = app.post_once(NEWER, &who, "once", &order.to_string()).await;
    let id = accepted.at("/id");
    accepted.is(
        202,
        &json!({
            "id": id, "status": "processing", "model": "seedance25", "channel": "standard",
            "credits_used": 450, "remaining_credits": 550,
        }),
    );
    assert_eq!(app.money(&who).await, (1000, 450));
    // Whatever is ordered meanwhile, a repeat reads as the first answer did.
    app.post(NEWER, &who, &json!({ "prompt": "A boat", "duration": "4" })).await;
    let again = app.post_once(NEWER, &who, "once", &order.to_string()).await;
    assert_eq!((again.text(), again.status), (accepted.text(), accepted.status));
    app.drain().await;
    let task = app.get(&format!("/api/v1/tasks/{id}"), &who).await.json();
    assert_eq!(task["status"], "completed", "{task}");
    // Four seconds were made of thirty.
    assert_eq!((&task["credits_used"], &task["credits_refunded"]), (&json!(450), &json!(390)));
    assert_eq!((task.get("quality_tier"), &task["model"]), (None, &json!("seedance25")));
    let clip = app.get(&format!("/api/reelgate/v1/jobs/{id}"), &who).await.json();
    assert_eq!((&clip["duration_s"], &clip["charged"]), (&json!(4), &json!("60")));
    assert_eq!(app.money(&who).await, (1000 - 60 - 60, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_rerun_is_paid_for_as_the_order_was() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = app.post(NEWER, &who, &json!({ "prompt": "A train", "duration": "auto" })).await;
    let again = format!("/api/reelgate/v1/jobs/{}/rerun", id.at("/id"));
    assert_eq!(app.post(&again, &who, &json!({})).await.at("/price"), "450");
    app.drain().await;
    assert_eq!(app.money(&who).await, (1000 - 120, 0));
    app.finish().await;
}

#[tokio::test]
async fn the_gate_opens_for_accounts_that_have_paid_and_for_rehearsals() {
    let app = TestApp::with(|setup| setup.config.limits.purchase_gate = true).await;
    let who = app.customer().await;
    let order = json!({ "prompt": "A glass train" });
    let with_media = json!({
        "mode": "image-to-video", "prompt": "A train", "image_url": "https://example.com/a.png",
    });
    for order in [&order, &with_media] {
        let refused = app.post(NEWER, &who, order).await;
        let message = "This model is for accounts that have bought credits; buy some first";
        let error = json!({ "code": "purchase_required", "message": message });
        refused.is(403, &json!({ "error": error }));
    }
    // The older model is for everybody, and tests cost nothing.
    app.post("/api/v1/video/seedance2", &who, &order).await.at("/id");
    let tester = app.key_of(who.account, KeyStyle::Test).await;
    let rehearsed = app.post(NEWER, &tester, &order).await.json();
    assert_eq!(
        (&rehearsed["credits_used"], &rehearsed["remaining_credits"]),
        (&json!(0), &json!(0))
    );
    let code = RedeemCode::new(&[5; reelgate_core::code::ENTROPY_BYTES]);
    let new = NewCode {
        id: reelgate_core::CodeId::new(app.app.now(), 1),
        hash: code.hash(),
        hint: code.hint(),
        label: String::new(),
        credits: Credits::whole(1),
        uses_max: 1,
        expires: None,
    };
    app.app.store.create_code(new, app.app.now()).await.expect("a code");
    let redeem = json!({ "code": code.reveal() });
    app.post("/api/reelgate/v1/account/redeem", &who, &redeem).await.at("/credits");
    app.post(NEWER, &who, &order).await.at("/id");
    app.drain().await;
    app.finish().await;
}
