//! Signing in, and what a cookie opens and does not.

use crate::harness::{Left, TestApp, request};
use crate::people::{API, PASSWORD, cookie_of, from_studio};
use http::Method;
use reelgate::http::peer::Peer;
use reelgate::people::throttle::{BY_ADDRESS, BY_NAME};
use reelgate::work::note;
use reelgate_core::UserRole;
use serde_json::{Value, json};

#[tokio::test]
async fn a_password_opens_a_session_in_a_cookie_that_scripts_cannot_read() {
    let app = TestApp::start().await;
    let server = app.get_without_key(&format!("{API}/server")).await;
    assert_eq!(server.json()["sign_in"], json!(["password", "link"]));
    app.user("anna", UserRole::User, 25).await;
    let answer = app.sign_in(&json!({ "name": "Anna", "password": PASSWORD })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let set = answer.header("set-cookie").expect("a cookie").to_owned();
    let flags = "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax";
    assert!(set.starts_with("reelgate_session=rgs_") && set.ends_with(flags), "{set}");
    let session = answer.json();
    assert_eq!(session["user"]["name"], "anna");
    assert_eq!(session["user"]["role"], "user");
    assert_eq!(session["accounts"][0]["balance"], "25");
    assert_eq!(session["accounts"][0]["kind"], "personal");
    assert_eq!(session["accounts"][0]["role"], "owner");
    assert!(!answer.text().contains("rgs_") && !answer.text().contains("argon2"));
    app.finish().await;
}

#[tokio::test]
async fn behind_https_the_cookie_is_for_https_only() {
    let public = "https://video.example".to_owned();
    let app = TestApp::with(|setup| setup.config.public_url = Some(public)).await;
    app.user("anna", UserRole::User, 0).await;
    let answer = app.sign_in(&json!({ "name": "anna", "password": PASSWORD })).await;
    assert!(answer.header("set-cookie").expect("a cookie").ends_with("; Secure"));
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_wrong_hears_the_same_whatever_is_wrong() {
    let app = TestApp::start().await;
    app.user("anna", UserRole::User, 0).await;
    let out = app.user("bela", UserRole::User, 0).await;
    app.app.store.set_user_disabled(out.id, true, app.app.now()).await.expect("a write");
    let link = "rgl_0123456789012345678901234567890123456789";
    let wrong = "Wrong name or password";
    for (body, message) in [
        (json!({ "name": "anna", "password": "wrong" }), wrong),
        (json!({ "name": "nobody", "password": PASSWORD }), wrong),
        (json!({ "name": "bela", "password": PASSWORD }), wrong),
        (json!({ "name": "not a name", "password": PASSWORD }), wrong),
        (json!({ "link": link }), "This link was used, or is too old"),
        (json!({ "link": "nonsense" }), "This link was used, or is too old"),
    ] {
        let answer = app.sign_in(&body).await;
        let refusal = json!({ "error": { "code": "unauthorized", "message": message } });
        answer.is(401, &refusal);
        assert_eq!(answer.header("set-cookie"), None);
    }
    for (body, field) in [(json!({ "name": "anna" }), "password"), (json!({ "pin": 1 }), "pin")] {
        assert_eq!(app.sign_in(&body).await.at("/error/field"), field);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_link_signs_in_once_and_lets_a_forgotten_password_be_replaced() {
    let app = TestApp::start().await;
    let mut anna = app.browser("anna", UserRole::User, 0).await;
    let link = app.link_for(&anna.user).await;
    let first = app.sign_in(&json!({ "link": link })).await;
    assert_eq!(first.status, 200);
    assert_eq!(app.sign_in(&json!({ "link": link })).await.status, 401);
    anna.cookie = cookie_of(&first);
    let new = json!({ "new": "a better password" });
    let changed = app.studio(&anna, Method::POST, "/password", &new).await;
    changed.is(200, &json!({ "done": true }));
    let sessions = app.look(&anna, "/sessions").await.json();
    assert_eq!(sessions["data"].as_array().map(Vec::len), Some(1), "{sessions}");
    let typed = json!({ "name": "anna", "password": "a better password" });
    let again = app.sign_in(&typed).await;
    anna.cookie = cookie_of(&again);
    // Whoever signed in otherwise has to know the old one.
    for (body, field) in [
        (json!({ "new": "one more password" }), "current"),
        (json!({ "current": "wrong", "new": "one more password" }), "current"),
        (json!({ "current": "a better password", "new": "short" }), "new"),
    ] {
        let refused = app.studio(&anna, Method::POST, "/password", &body).await;
        assert_eq!((refused.status.as_u16(), refused.at("/error/field").as_str()), (400, field));
    }
    let body = json!({ "current": "a better password", "new": "one more password" });
    assert_eq!(app.studio(&anna, Method::POST, "/password", &body).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_cookie_does_on_our_own_api_what_a_key_does_and_nothing_elsewhere() {
    let app = TestApp::start().await;
    let anna = app.browser("anna", UserRole::User, 25).await;
    let order = json!({ "prompt": "A lighthouse", "duration_s": 1, "resolution": "480p" });
    let job = app.studio(&anna, Method::POST, "/jobs", &order).await;
    assert_eq!(job.status, 202, "{}", job.text());
    app.drain().await;
    let shown = app.look(&anna, &format!("/jobs/{}", job.at("/id"))).await;
    assert_eq!(shown.at("/state"), "succeeded");
    for path in ["/models", "/balance", "/statement", "/jobs", "/webhooks", "/assets"] {
        assert_eq!(app.look(&anna, path).await.status, 200, "{path}");
    }
    // Keys are made and listed; what the studio orders under is none of them.
    let made = app.studio(&anna, Method::POST, "/keys", &json!({ "label": "mine" })).await;
    assert_eq!(made.status, 201);
    let keys = app.look(&anna, "/keys").await.json();
    assert_eq!(keys["data"].as_array().map(Vec::len), Some(1), "{keys}");
    let session = app.look(&anna, "/session").await;
    let place = session.at("/accounts/0/studio_key");
    let revoked = app.studio(&anna, Method::DELETE, &format!("/keys/{place}"), &Value::Null).await;
    assert_eq!(revoked.status, 404);
    for account in ["acc_000000000000", "nonsense"] {
        assert_eq!(app.look(&anna.for_account(account), "/balance").await.status, 404);
    }
    // Other APIs know keys only, and a key is no person.
    let mut elsewhere = request(Method::GET, "/api/v1/tasks/sd2_000000000000", None, "");
    elsewhere.headers_mut().insert("cookie", anna.cookie.parse().expect("a value"));
    assert_eq!(app.send(elsewhere).await.status, 401);
    let customer = app.customer().await;
    let refused = app.get(&format!("{API}/session"), &customer).await;
    assert_eq!(refused.status, 403);
    // A key that is sent counts, even a wrong one.
    let mut both = from_studio(&anna, Method::GET, "/balance", &Value::Null);
    both.headers_mut().insert("authorization", "Bearer sk_live_wrong".parse().expect("a value"));
    assert_eq!(app.send(both).await.status, 401);
    app.finish().await;
}

#[tokio::test]
async fn another_site_cannot_do_anything_with_the_cookie() {
    let app = TestApp::start().await;
    let anna = app.browser("anna", UserRole::User, 25).await;
    let order = json!({ "prompt": "A lighthouse" });
    let plain = || from_studio(&anna, Method::POST, "/jobs", &order);
    let mut without = plain();
    without.headers_mut().remove("reelgate-studio");
    let mut wrong = plain();
    wrong.headers_mut().insert("reelgate-studio", "yes".parse().expect("a value"));
    let mut origin = plain();
    origin.headers_mut().insert("origin", "https://evil.example".parse().expect("a value"));
    let mut opaque = plain();
    opaque.headers_mut().insert("origin", "null".parse().expect("a value"));
    let mut site = plain();
    site.headers_mut().insert("sec-fetch-site", "cross-site".parse().expect("a value"));
    let mut sibling = plain();
    sibling.headers_mut().insert("sec-fetch-site", "same-site".parse().expect("a value"));
    for forged in [without, wrong, origin, opaque, site, sibling] {
        let refused = app.send(forged).await;
        assert_eq!(
            (refused.status.as_u16(), refused.at("/error/code").as_str()),
            (403, "forbidden")
        );
    }
    // Nor sign anybody in as somebody else.
    let typed = json!({ "name": "anna", "password": PASSWORD }).to_string();
    let mut forged = request(Method::POST, &format!("{API}/session"), None, &typed);
    forged.headers_mut().insert("origin", "https://evil.example".parse().expect("a value"));
    assert_eq!(app.send(forged).await.status, 403);
    assert!(app.app.store.jobs(anna.user.account, None, 10).await.expect("jobs").is_empty());
    app.finish_leaving(Left::default()).await;
}

#[tokio::test]
async fn a_session_that_was_ended_opens_nothing_at_once() {
    let app = TestApp::start().await;
    let here = app.browser("anna", UserRole::User, 0).await;
    let link = app.link_for(&here.user).await;
    let mut there = here.clone();
    there.cookie = cookie_of(&app.sign_in(&json!({ "link": link })).await);
    app.clock.advance_ms(600);
    for browser in [&here, &there] {
        assert_eq!(app.look(browser, "/session").await.status, 200);
    }
    note::step(&app.app).await.expect("a note");
    let list = app.look(&here, "/sessions").await.json();
    let rows = list["data"].as_array().expect("rows");
    assert_eq!(rows.iter().filter(|row| row["current"] == json!(true)).count(), 1, "{list}");
    assert!(rows.iter().all(|row| row["last_seen_at"] != row["created_at"]), "{list}");
    let other = rows.iter().find(|row| row["current"] == json!(false)).expect("the other");
    let path = format!("/sessions/{}", other["id"].as_str().expect("an id"));
    assert_eq!(app.studio(&here, Method::DELETE, &path, &Value::Null).await.status, 200);
    assert_eq!(app.studio(&here, Method::DELETE, &path, &Value::Null).await.status, 404);
    app.look(&there, "/session")
        .await
        .is(401, &json!({ "error": { "code": "unauthorized", "message": "Sign in first" } }));
    let out = app.studio(&here, Method::DELETE, "/session", &Value::Null).await;
    let set = out.header("set-cookie").expect("a cookie").to_owned();
    assert!(set.starts_with("reelgate_session=; Path=/; Max-Age=0;"), "{set}");
    assert_eq!(app.look(&here, "/session").await.status, 401);
    // One that nobody ended ends by itself.
    let link = app.link_for(&here.user).await;
    let mut late = here.clone();
    late.cookie = cookie_of(&app.sign_in(&json!({ "link": link })).await);
    app.clock.advance_ms(reelgate_core::user::SESSION_MS);
    assert_eq!(app.look(&late, "/session").await.status, 401);
    app.finish().await;
}

#[tokio::test]
async fn a_storm_of_guesses_is_braked_by_name_and_by_address() {
    let app = TestApp::start().await;
    app.user("anna", UserRole::User, 0).await;
    let guess = json!({ "name": "anna", "password": "guess" });
    let tries = (0..20).map(|_| app.sign_in(&guess));
    let answers = futures_util::future::join_all(tries).await;
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(wrong, usize::try_from(BY_NAME.requests).expect("few"));
    let braked = answers.iter().find(|answer| answer.status == 429).expect("one that is braked");
    assert_eq!(braked.header("retry-after"), Some("300"));
    // Even the right one has to wait; then it is forgiven.
    let right = json!({ "name": "anna", "password": PASSWORD });
    assert_eq!(app.sign_in(&right).await.status, 429);
    app.clock.advance_ms(BY_NAME.window_ms);
    assert_eq!(app.sign_in(&right).await.status, 200);

    let from = |address: &str, n: u32| {
        let body = json!({ "name": format!("n{n}"), "link": "nonsense" }).to_string();
        let mut request = request(Method::POST, &format!("{API}/session"), None, &body);
        request.extensions_mut().insert(Peer(address.parse().expect("an address")));
        request
    };
    for n in 0..BY_ADDRESS.requests {
        assert_eq!(app.send(from("203.0.113.7", n)).await.status, 401);
    }
    assert_eq!(app.send(from("203.0.113.7", 1)).await.status, 429);
    assert_eq!(app.send(from("203.0.113.8", 1)).await.status, 401);
    app.finish().await;
}
