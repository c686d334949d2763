//! Credits by card: a page to pay on, and a signed report that brings them once.

use crate::harness::{Answer, TestApp, request};
use crate::neighbour::{Neighbour, answer};
use crate::people::Browser;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use reelgate::config::{Secret, StripeConfig};
use reelgate_core::{Credits, Plan, UserRole};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "whsec_test";

async fn service() -> Neighbour {
    let page = json!({ "id": "cs_1", "url": "https://pay.example/cs_1" }).to_string();
    Neighbour::start(move |_| answer(200, "application/json", page.clone().into_bytes())).await
}

async fn shop(service: &Neighbour) -> TestApp {
    let stripe = StripeConfig {
        base_url: service.at("/").parse().expect("a URL"),
        key: Secret::new("STRIPE_KEY", "sk_shop"),
        webhook_secret: Secret::new("STRIPE_SECRET", SECRET),
        plans: vec![Plan {
            id: "small".to_owned(),
            title: "100 credits".to_owned(),
            credits: Credits::whole(100),
            amount: 900,
            currency: "eur".to_owned(),
        }],
    };
    TestApp::with(|setup| setup.config.stripe = Some(stripe)).await
}

/// What the service was asked for, as its form's fields.
fn asked(service: &Neighbour) -> Vec<(String, String)> {
    let last = service.received().pop().expect("a request");
    url::form_urlencoded::parse(&last.body).into_owned().collect()
}

fn value(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(known, _)| known == name).expect("a field").1.clone()
}

/// Begins a payment, and says under which name.
async fn begin(app: &TestApp, service: &Neighbour, who: &Browser) -> String {
    let page = app.studio(who, Method::POST, "/checkout", &json!({ "plan": "small" })).await;
    page.is(200, &json!({ "url": "https://pay.example/cs_1" }));
    let fields = asked(service);
    assert_eq!(value(&fields, "line_items[0][price_data][unit_amount]"), "900");
    value(&fields, "client_reference_id")
}

fn paid(id: &str, amount: i64) -> Value {
    json!({ "type": "checkout.session.completed", "data": { "object": {
        "client_reference_id": id, "payment_status": "paid",
        "amount_total": amount, "currency": "eur",
    } } })
}

async fn report(app: &TestApp, body: &Value, secret: &str, late_s: i64) -> Answer {
    let (at, body) = (app.app.now().ms() / 1000 - late_s, body.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    let mut request = request(Method::POST, "/payments/stripe", None, &body);
    let header = format!("t={at},v1={hex},v0=00");
    request.headers_mut().insert("stripe-signature", header.parse().expect("a header"));
    app.send(request).await
}

async fn balance(app: &TestApp, who: &Browser) -> String {
    app.look(who, "/balance").await.at("/balance")
}

#[tokio::test]
async fn a_payment_brings_its_credits_once() {
    let service = service().await;
    let app = shop(&service).await;
    let plans = app.get_without_key("/api/reelgate/v1/plans").await.json();
    assert_eq!(plans["data"][0]["id"], "small", "{plans}");
    let anna = app.browser("anna", UserRole::User, 0).await;
    let id = begin(&app, &service, &anna).await;
    assert_eq!(balance(&app, &anna).await, "0");
    for _ in 0..2 {
        assert_eq!(report(&app, &paid(&id, 900), SECRET, 0).await.status, 200);
        assert_eq!(balance(&app, &anna).await, "100");
    }
    service.close().await;
    app.finish().await;
}

#[tokio::test]
async fn nothing_else_brings_credits() {
    let service = service().await;
    let app = shop(&service).await;
    let anna = app.browser("anna", UserRole::User, 0).await;
    let id = begin(&app, &service, &anna).await;
    let mut unpaid = paid(&id, 900);
    unpaid["data"]["object"]["payment_status"] = json!("unpaid");
    for (body, secret, late_s, status) in [
        (paid(&id, 900), "whsec_other", 0, 400),
        (paid(&id, 900), SECRET, 301, 400),
        (paid(&id, 900), SECRET, -301, 400),
        (paid(&id, 1), SECRET, 0, 422),
        (paid("000000000000", 900), SECRET, 0, 422),
        (paid("not ours", 900), SECRET, 0, 200),
        (unpaid, SECRET, 0, 200),
    ] {
        let answer = report(&app, &body, secret, late_s).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text());
    }
    let bare = request(Method::POST, "/payments/stripe", None, &paid(&id, 900).to_string());
    assert_eq!(app.send(bare).await.status, 400);
    assert_eq!(balance(&app, &anna).await, "0");
    let wrong = app.studio(&anna, Method::POST, "/checkout", &json!({ "plan": "large" })).await;
    assert_eq!((wrong.status.as_u16(), wrong.at("/error/field").as_str()), (400, "plan"));
    service.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_server_without_a_payment_service_takes_no_cards() {
    let app = TestApp::start().await;
    let anna = app.browser("anna", UserRole::User, 0).await;
    assert_eq!(app.look(&anna, "/plans").await.json()["data"], json!([]));
    let refused = app.studio(&anna, Method::POST, "/checkout", &json!({ "plan": "small" })).await;
    assert_eq!(refused.status, 404);
    let session = app.look(&anna, "/session").await.json();
    assert_eq!(session["server"]["top_up"], json!(["code"]));
    app.finish().await;
}
