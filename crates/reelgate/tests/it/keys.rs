//! What keys may do: guard rails, expiry, and keys that manage others.

use crate::apis::APIS;
use crate::apis::Api::{self, Native, OpenV1};
use crate::harness::{Answer, Customer, TestApp, request};
use http::Method;
use reelgate::http::peer::Peer;
use reelgate::work::note;
use reelgate_core::{Credits, Guard, KeyStyle, ModelId, Network, Resolution};
use serde_json::{Value, json};

/// The refusal of something that the key may not do.
fn forbidden(api: Api, message: &str, field: Option<&str>) -> Value {
    let mut error = json!({ "code": "forbidden", "message": message });
    if let (Native, Some(field)) = (api, field) {
        error["field"] = json!(field);
    }
    match api {
        Api::OpenV1 => json!({ "success": false, "error": error }),
        Api::TaskQuery => json!({ "code": 1, "message": message }),
        Api::TasksV1 | Native => json!({ "error": error }),
    }
}

async fn guarded(app: &TestApp, who: &Customer, guard: Guard) -> Customer {
    app.key_with(who.account, KeyStyle::Sk, guard).await
}

#[tokio::test]
async fn each_api_refuses_what_is_beyond_a_rail_in_its_own_words() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let models = vec![ModelId::new("x", "y"), ModelId::new("x", "z")];
    let other = guarded(&app, &who, Guard { models, ..Guard::default() }).await;
    let short = guarded(&app, &who, Guard { seconds_max: Some(4), ..Guard::default() }).await;
    let small = Some(Resolution::P480);
    let small = guarded(&app, &who, Guard { resolution_max: small, ..Guard::default() }).await;
    for api in APIS {
        let order = api.order();
        let duration = if api == Native { "duration_s" } else { "duration" };
        for (key, field, message) in [
            (&other, "model", "model must be one of x/y, x/z for this API key".to_owned()),
            (
                &short,
                duration,
                format!("{duration} must be at most 4 seconds for this API key, got 5"),
            ),
            (
                &small,
                "resolution",
                "resolution must be at most 480p for this API key, got 720p".to_owned(),
            ),
        ] {
            let refused = app.post(api.submit(), key, &order).await;
            refused.is(403, &forbidden(api, &message, Some(field)));
        }
    }
    // A quote tells the same before anything is ordered, and so does a rerun.
    let quoted = app.post("/api/reelgate/v1/quote", &short, &Native.order()).await;
    assert_eq!(quoted.status, 403);
    let ordered = app.post(Native.submit(), &who, &Native.order()).await;
    let rerun = format!("/api/reelgate/v1/jobs/{}/rerun", ordered.at("/id"));
    assert_eq!(app.post(&rerun, &short, &json!({})).await.status, 403);
    assert_eq!(app.money(&who).await, (1000, 5));
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn a_daily_cap_opens_again_with_the_day_and_with_a_refund() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let cap = Guard { credits_per_day: Some(Credits::whole(90)), ..Guard::default() };
    let agent = guarded(&app, &who, cap).await;
    let order = async || app.post(OpenV1.submit(), &agent, &OpenV1.order()).await;
    let first = order().await;
    assert_eq!(first.status, 200);
    assert_eq!(order().await.status, 200);
    let message = "This API key may spend 90 credits a day (UTC): 80 are spent, this needs 40";
    order().await.is(403, &forbidden(OpenV1, message, None));
    assert_eq!(app.money(&who).await, (1000, 80));
    // The account's other keys go on.
    assert_eq!(app.post(OpenV1.submit(), &who, &OpenV1.order()).await.status, 200);

    let cancel = format!("/api/reelgate/v1/jobs/{}/cancel", first.at("/requestId"));
    assert_eq!(app.post(&cancel, &agent, &json!({})).await.status, 200);
    assert_eq!(order().await.status, 200);
    assert_eq!(order().await.status, 403);
    app.drain_after_ms(14 * 3_600_000).await;
    assert_eq!(order().await.status, 200);
    app.drain().await;
    app.finish().await;
}

/// A request by this key that comes from this address.
async fn from(app: &TestApp, peer: &str, forwarded: &str, who: &Customer) -> Answer {
    let mut request = request(Method::GET, "/api/v1/tasks/sd2_unknown", Some(&who.key), "");
    request.extensions_mut().insert(Peer(peer.parse().expect("an address")));
    if !forwarded.is_empty() {
        let value = forwarded.parse().expect("a header's value");
        request.headers_mut().insert("x-forwarded-for", value);
    }
    app.send(request).await
}

#[tokio::test]
async fn a_key_is_used_from_its_networks_alone() {
    let network = |text| Network::parse(text).expect("a range");
    let app = TestApp::with(|setup| {
        setup.config.limits.trusted_proxies = vec![network("192.0.2.1")];
        setup.config.limits.rate_limit = true;
    })
    .await;
    let who = app.customer().await;
    let networks = vec![network("10.0.0.0/8"), network("2001:db8::/32")];
    let office = guarded(&app, &who, Guard { networks, ..Guard::default() }).await;
    let message = "This API key may not be used from this network address";
    for (peer, forwarded, status) in [
        ("10.1.2.3", "", 404),
        ("2001:db8::5", "", 404),
        ("203.0.113.7", "", 403),
        ("203.0.113.7", "10.1.2.3", 403),
        ("192.0.2.1", "10.1.2.3", 404),
        ("192.0.2.1", "10.1.2.3, 203.0.113.7", 403),
    ] {
        let answer = from(&app, peer, forwarded, &office).await;
        assert_eq!(answer.status, status, "{peer} {forwarded}");
        if status == 403 {
            answer.is(403, &forbidden(Api::TasksV1, message, None));
            // Whoever stole it does not use up its owner's requests either.
            assert_eq!(answer.header("ratelimit-limit"), None);
        }
    }
    assert_eq!(app.get("/api/v1/tasks/sd2_unknown", &office).await.status, 403);
    app.finish().await;
}

#[tokio::test]
async fn a_key_has_a_limit_of_its_own_over_all_apis() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let guard = Guard { requests_per_minute: Some(3), ..Guard::default() };
    let slow = guarded(&app, &who, guard).await;
    for (api, left) in [(OpenV1, "2"), (Native, "1"), (Api::TasksV1, "0")] {
        let answer = app.get(&api.look("x"), &slow).await;
        assert_eq!(answer.header("ratelimit-remaining"), Some(left));
    }
    let refused = app.get(&Native.look("x"), &slow).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("60")));
    assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
    assert_eq!(app.get(&Native.look("x"), &who).await.status, 404);
    app.finish().await;
}

const KEYS: &str = "/api/reelgate/v1/keys";

/// A key that may manage others.
async fn manager(app: &TestApp) -> Customer {
    let who = app.customer().await;
    guarded(app, &who, Guard { manages: true, ..Guard::default() }).await
}

async fn send(app: &TestApp, method: Method, path: &str, who: &Customer, body: &str) -> Answer {
    app.send(request(method, path, Some(&who.key), body)).await
}

#[tokio::test]
async fn a_managing_key_makes_lists_changes_and_revokes_keys() {
    let app = TestApp::start().await;
    let boss = manager(&app).await;
    let made =
        app.post(KEYS, &boss, &json!({ "style": "sd2", "label": "ci", "seconds_max": 4 })).await;
    assert_eq!(made.status, 201);
    let (id, secret) = (made.at("/id"), made.at("/key"));
    assert!(secret.starts_with("sd2_live_"), "{secret}");
    let agent = Customer { key: secret.clone(), ..boss.clone() };
    assert_eq!(app.post(Native.submit(), &agent, &Native.order()).await.status, 403);

    let one = format!("{KEYS}/{id}");
    let changed = send(&app, Method::PATCH, &one, &boss, r#"{"seconds_max":null}"#).await;
    assert_eq!((changed.status.as_u16(), changed.at("/label").as_str()), (200, "ci"));
    // At once, for a server that made the change itself.
    assert_eq!(app.post(Native.submit(), &agent, &Native.order()).await.status, 202);
    note::step(&app.app).await.expect("noted");

    let listed = app.get(KEYS, &boss).await;
    assert!(!listed.text().contains(&secret), "{}", listed.text());
    let keys = listed.json()["data"].as_array().expect("a list").clone();
    let found = keys.iter().find(|key| key["id"] == id.as_str()).expect("it is listed");
    assert_eq!(found["last_used_at"], crate::harness::START);
    assert_eq!(keys.len(), 3);

    for _ in 0..2 {
        let revoked = send(&app, Method::DELETE, &one, &boss, "").await;
        assert_eq!(
            (revoked.status.as_u16(), revoked.at("/revoked_at").as_str()),
            (200, crate::harness::START)
        );
    }
    assert_eq!(app.get(&Native.look("x"), &agent).await.status, 401);
    let changed = send(&app, Method::PATCH, &one, &boss, r#"{"label":"x"}"#).await;
    assert_eq!(changed.status, 404);
    app.drain().await;
    app.finish().await;
}

#[tokio::test]
async fn no_other_key_manages_keys_and_nobody_those_of_others() {
    let app = TestApp::start().await;
    let (boss, other) = (manager(&app).await, manager(&app).await);
    let plain = app.key_of(boss.account, KeyStyle::Sk).await;
    let tester = Guard { manages: true, ..Guard::default() };
    let tester = app.key_with(boss.account, KeyStyle::Test, tester).await;
    let theirs = app.get(KEYS, &other).await.at("/data/0/id");
    let one = format!("{KEYS}/{theirs}");
    for who in [&plain, &tester] {
        for (method, path, body) in [
            (Method::GET, KEYS, ""),
            (Method::POST, KEYS, "{}"),
            (Method::PATCH, one.as_str(), "{}"),
            (Method::DELETE, one.as_str(), ""),
        ] {
            let message = "This API key may not manage the keys of its account";
            send(&app, method, path, who, body).await.is(403, &forbidden(Native, message, None));
        }
    }
    for (method, body) in [(Method::PATCH, r#"{"label":"mine"}"#), (Method::DELETE, "")] {
        assert_eq!(send(&app, method, &one, &boss, body).await.status, 404);
    }
    assert_eq!(app.get(KEYS, &other).await.at("/data/0/label"), "");
    app.finish().await;
}

#[tokio::test]
async fn an_expired_key_opens_nothing() {
    let app = TestApp::start().await;
    let boss = manager(&app).await;
    let made = app.post(KEYS, &boss, &json!({ "expires_in_s": 60 })).await;
    assert_eq!(made.at("/expires_at"), "2026-06-03T10:01:00.000Z");
    let brief = Customer { key: made.at("/key"), ..boss.clone() };
    app.clock.advance_ms(59_999);
    assert_eq!(app.get(&Native.look("x"), &brief).await.status, 404);
    // Not even for the moment in which a good key need not be looked up.
    app.clock.advance_ms(1);
    assert_eq!(app.get(&Native.look("x"), &brief).await.status, 401);
    app.finish().await;
}

#[tokio::test]
async fn a_code_becomes_credits_once_for_each_account() {
    use reelgate_core::{CodeId, RedeemCode};
    let app = TestApp::start().await;
    let (who, other) = (app.customer().await, app.customer().await);
    let code = RedeemCode::new(&[7; 20]);
    let new = reelgate_store::NewCode {
        id: CodeId::new(app.app.now(), 1),
        hash: code.hash(),
        hint: code.hint(),
        label: "fair".to_owned(),
        credits: Credits::whole(250),
        uses_max: 2,
        expires: None,
    };
    app.app.store.create_code(new, app.app.now()).await.expect("a code");
    let path = "/api/reelgate/v1/account/redeem";
    let typed = json!({ "code": code.reveal().to_lowercase() });
    let redeemed = app.post(path, &who, &typed).await;
    let funds = json!({ "credits": "250", "balance": "1250", "held": "0", "available": "1250" });
    redeemed.is(200, &funds);
    let again = app.post(path, &who, &typed).await;
    assert_eq!((again.status.as_u16(), again.at("/error/code").as_str()), (409, "conflict"));
    for wrong in ["", "RG-00000-00000-00000-00000", "nonsense"] {
        assert_eq!(app.post(path, &who, &json!({ "code": wrong })).await.status, 404, "{wrong}");
    }
    let tester = app.key_of(other.account, KeyStyle::Test).await;
    assert_eq!(app.post(path, &tester, &typed).await.status, 403);
    assert_eq!(app.post(path, &other, &typed).await.status, 200);
    let account = app.get("/api/reelgate/v1/balance", &other).await;
    account.is(200, &json!({ "balance": "1250", "held": "0", "available": "1250" }));
    app.finish().await;
}
