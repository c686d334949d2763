//! What operators do in the browser.

use crate::fake_engine::Act;
use crate::harness::TestApp;
use crate::people::PASSWORD;
use http::Method;
use reelgate_core::UserRole;
use serde_json::{Value, json};

#[tokio::test]
async fn the_place_is_shown_to_operators_only() {
    let app = TestApp::start().await;
    let owen = app.browser("owen", UserRole::Operator, 0).await;
    let anna = app.browser("anna", UserRole::User, 100).await;
    app.engine.play(&[Act::Clip, Act::Refuse]);
    let order = json!({ "prompt": "A lighthouse", "duration_s": 1, "resolution": "480p" });
    for _ in 0..2 {
        assert_eq!(app.studio(&anna, Method::POST, "/jobs", &order).await.status, 202);
    }
    app.drain().await;
    for path in ["overview", "accounts", "users", "jobs", "prices", "codes", "settings"] {
        assert_eq!(app.look(&anna, &format!("/operator/{path}")).await.status, 403, "{path}");
        let shown = app.look(&owen, &format!("/operator/{path}")).await;
        assert_eq!(shown.status, 200, "{path}: {}", shown.text());
    }
    let overview = app.look(&owen, "/operator/overview").await.json();
    assert_eq!(overview["database"], "sqlite");
    let ended = &overview["last_24h"];
    assert_eq!((&ended["succeeded"], &ended["failed"]), (&json!(1), &json!(1)), "{overview}");
    assert_eq!(ended["by_failure"], json!([{ "kind": "content_refused", "count": 1 }]));
    assert_eq!(overview["queue"]["waiting"], 0);
    assert!(overview["storage"]["used_bytes"].as_u64() > Some(0), "{overview}");
    let audit = app.studio(&owen, Method::POST, "/operator/audit", &Value::Null).await;
    audit.is(200, &json!({ "clean": true, "findings": [] }));
    app.finish().await;
}

#[tokio::test]
async fn a_job_is_told_from_its_order_to_its_end() {
    let app = TestApp::start().await;
    let owen = app.browser("owen", UserRole::Operator, 0).await;
    let anna = app.browser("anna", UserRole::User, 100).await;
    let order = json!({ "prompt": "A lighthouse", "model": "open_v1/seedance-2.0",
        "duration_s": 5, "resolution": "480p" });
    let id = app.studio(&anna, Method::POST, "/jobs", &order).await.at("/id");
    app.drain().await;
    let path = format!("/operator/jobs/{id}/timeline");
    let told = app.look(&owen, &path).await.json();
    let events = told["events"].as_array().expect("events");
    let whats: Vec<_> = events.iter().map(|one| one["what"].as_str().expect("a word")).collect();
    for what in ["submitted", "held", "succeeded", "captured"] {
        assert!(whats.contains(&what), "{what}: {told}");
    }
    let failed = app.look(&owen, "/operator/jobs?state=failed").await.json();
    assert_eq!(failed["data"], json!([]));
    let all = app.look(&owen, "/operator/jobs?limit=1").await.json();
    assert_eq!(all["data"][0]["account_name"], "anna", "{all}");
    assert_eq!(app.look(&anna, &path).await.status, 403);
    app.finish().await;
}

#[tokio::test]
async fn accounts_people_and_codes_are_made_and_changed() {
    let app = TestApp::start().await;
    let owen = app.browser("owen", UserRole::Operator, 0).await;
    let post = async |path: &str, body: Value| {
        app.studio(&owen, Method::POST, &format!("/operator/{path}"), &body).await
    };
    let account = post("accounts", json!({ "name": "film-club" })).await;
    assert_eq!(account.status, 201, "{}", account.text());
    let grant = format!("accounts/{}/grant", account.at("/id"));
    let granted = post(&grant, json!({ "credits": "50", "note": "welcome" })).await;
    assert_eq!(granted.at("/balance"), "50", "{}", granted.text());
    let found = app.look(&owen, "/operator/accounts?query=FILM").await.json();
    assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{found}");

    let made = post("users", json!({ "name": "bela", "role": "user" })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/operator/users/{}", made.at("/id"));
    let link = post(&format!("users/{}/link", made.at("/id")), json!({})).await;
    let token = link.at("/url").split_once("#sign-in=").expect("a token").1.to_owned();
    assert_eq!(app.sign_in(&json!({ "link": token })).await.status, 200);
    let new = json!({ "password": "short" });
    let refused = app.studio(&owen, Method::PATCH, &path, &new).await;
    assert_eq!((refused.status.as_u16(), refused.at("/error/field").as_str()), (400, "password"));
    let new = json!({ "password": PASSWORD });
    let changed = app.studio(&owen, Method::PATCH, &path, &new).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["has_password"]), (200, &json!(true)));
    let proof = json!({ "name": "bela", "password": PASSWORD });
    assert_eq!(app.sign_in(&proof).await.status, 200);
    for (text, count) in [("BEL", 1), ("b_l", 0), ("", 2)] {
        let found = app.look(&owen, &format!("/operator/users?query={text}")).await.json();
        assert_eq!(found["data"].as_array().map(Vec::len), Some(count), "{text}: {found}");
    }
    let out = app.studio(&owen, Method::PATCH, &path, &json!({ "disabled": true })).await;
    assert_eq!(out.status, 200, "{}", out.text());
    assert_eq!(post(&format!("users/{}/link", made.at("/id")), json!({})).await.status, 409);
    // Nobody locks the last door behind them.
    let own = format!("/operator/users/usr_{}", owen.user.id);
    let refused = app.studio(&owen, Method::PATCH, &own, &json!({ "role": "user" })).await;
    assert_eq!(refused.status, 409);

    let code = post("codes", json!({ "credits": "7", "uses": 1, "label": "spring" })).await;
    assert_eq!(code.status, 201, "{}", code.text());
    let redeem = json!({ "code": code.at("/code") });
    assert_eq!(
        app.studio(&owen, Method::POST, "/account/redeem", &redeem).await.at("/credits"),
        "7"
    );
    let revoke = format!("/operator/codes/{}", code.at("/id"));
    let gone = app.studio(&owen, Method::DELETE, &revoke, &Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    app.finish().await;
}

#[tokio::test]
async fn what_is_out_of_range_makes_no_code_and_grants_nothing() {
    let app = TestApp::start().await;
    let owen = app.browser("owen", UserRole::Operator, 0).await;
    let mut tries = vec![];
    for (field, wrong) in [
        ("uses", json!(-5)),
        ("uses", json!(0)),
        ("uses", json!(1_000_001)),
        ("expires_in_s", json!(-1)),
        ("expires_in_s", json!(99_999_999_999_i64)),
        ("label", json!("x".repeat(65))),
    ] {
        tries.push(("codes".to_owned(), field, json!({ "credits": "5", field: wrong })));
    }
    let rows = app.look(&owen, "/operator/accounts").await.json();
    let grant = format!("accounts/{}/grant", rows["data"][0]["id"].as_str().expect("an id"));
    let note = "x".repeat(201);
    tries.push((grant, "note", json!({ "credits": "5", "note": note })));
    for (path, field, body) in tries {
        let path = format!("/operator/{path}");
        let refused = app.studio(&owen, Method::POST, &path, &body).await;
        let told = (refused.status.as_u16(), refused.at("/error/field"));
        assert_eq!(told, (400, field.to_owned()), "{body}: {}", refused.text());
    }
    let codes = app.look(&owen, "/operator/codes").await.json();
    assert_eq!(codes["data"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn settings_say_how_long_what_is_kept_and_where_that_is_set() {
    let app = TestApp::start().await;
    let owen = app.browser("owen", UserRole::Operator, 0).await;
    let shown = app.look(&owen, "/operator/settings").await.json();
    let files = json!({ "what": "files", "kept_s": 2_592_000, "setting": "jobs.retention_days" });
    assert_eq!(shown["retention"][0], files, "{shown}");
    let rows = shown["settings"].as_array().expect("settings");
    let days = rows.iter().find(|row| row["key"] == "jobs.retention_days").expect("a setting");
    let told = json!({ "key": "jobs.retention_days", "option": "--retention-days",
        "variable": "REELGATE_RETENTION_DAYS", "value": 30 });
    assert_eq!(days, &told);
    app.finish().await;
}
