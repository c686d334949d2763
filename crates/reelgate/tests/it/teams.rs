//! Teams: a pool that several people spend in the studio.

use crate::harness::TestApp;
use crate::people::Browser;
use http::Method;
use reelgate_core::UserRole;
use serde_json::{Value, json};

async fn team_of(app: &TestApp, maker: &Browser) -> String {
    let made = app.studio(maker, Method::POST, "/teams", &json!({ "name": "studio-north" })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.at("/role"), "admin");
    made.at("/id")
}

async fn add(app: &TestApp, by: &Browser, team: &str, name: &str) -> u16 {
    let body = json!({ "name": name, "role": "member" });
    app.studio(by, Method::POST, &format!("/teams/{team}/members"), &body).await.status.as_u16()
}

#[tokio::test]
async fn orders_for_a_team_are_paid_from_its_pool() {
    let app = TestApp::start().await;
    let anna = app.browser("anna", UserRole::User, 100).await;
    let bela = app.browser("bela", UserRole::User, 5).await;
    let team = team_of(&app, &anna).await;
    assert_eq!(add(&app, &anna, &team, "Bela").await, 200);
    let fund = json!({ "credits": "60" });
    let moved = app.studio(&anna, Method::POST, &format!("/teams/{team}/fund"), &fund).await;
    let funds = |balance: &str| json!({ "balance": balance, "held": "0", "available": balance });
    moved.is(200, &json!({ "pool": funds("60"), "own": funds("40") }));

    let order = json!({ "prompt": "A lighthouse", "duration_s": 1, "resolution": "480p",
        "model": "open_v1/seedance-2.0" });
    let order = {
        let mut order = order;
        order["duration_s"] = json!(5);
        order
    };
    let bela_there = bela.for_account(&team);
    let job = app.studio(&bela_there, Method::POST, "/jobs", &order).await;
    assert_eq!((job.status.as_u16(), job.at("/price").as_str()), (202, "20"), "{}", job.text());
    app.drain().await;
    assert_eq!(app.look(&bela_there, "/balance").await.at("/balance"), "40");
    assert_eq!(app.look(&bela, "/balance").await.at("/balance"), "5");
    // What was charged stands under the member whose order it was.
    let team_view = app.look(&anna, &format!("/teams/{team}")).await;
    let by_key = "/usage?from=2026-06-01&until=2026-06-30&by=key";
    let usage = app.look(&anna.for_account(&team), by_key).await;
    assert_eq!(usage.at("/data/0/group"), team_view.at("/members/1/studio_key"));
    assert_eq!(usage.at("/data/0/charged"), "20");
    // Everybody in the team sees the job, nobody else does.
    let path = format!("/jobs/{}", job.at("/id"));
    assert_eq!(app.look(&anna.for_account(&team), &path).await.status, 200);
    assert_eq!(app.look(&bela, &path).await.status, 404);
    // The pool is spent in the studio only: there are no keys of a team.
    let key = json!({ "label": "mine" });
    let refused = app.studio(&bela_there, Method::POST, "/keys", &key).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    app.finish().await;
}

#[tokio::test]
async fn members_leave_and_admins_decide() {
    let app = TestApp::start().await;
    let anna = app.browser("anna", UserRole::User, 10).await;
    let bela = app.browser("bela", UserRole::User, 0).await;
    let team = team_of(&app, &anna).await;
    let path = format!("/teams/{team}");
    // To strangers it is not there.
    assert_eq!(app.look(&bela, &path).await.status, 404);
    assert_eq!(add(&app, &bela, &team, "bela").await, 404);
    assert_eq!(add(&app, &anna, &team, "nobody").await, 404);
    assert_eq!(add(&app, &anna, &team, "bela").await, 200);
    assert_eq!(add(&app, &anna, &team, "bela").await, 409);
    let shown = app.look(&bela, &path).await.json();
    let names: Vec<_> = shown["members"].as_array().expect("members").iter().collect();
    assert_eq!((names.len(), &names[1]["name"]), (2, &json!("bela")));
    // Members change nothing; the last admin stays one.
    let place = |who: &Browser| format!("{path}/members/usr_{}", who.user.id);
    let admin = json!({ "role": "admin" });
    assert_eq!(app.studio(&bela, Method::PATCH, &place(&bela), &admin).await.status, 403);
    assert_eq!(app.studio(&anna, Method::DELETE, &place(&anna), &Value::Null).await.status, 409);
    let teams = app.look(&bela, "/teams").await.json();
    assert_eq!(teams["data"].as_array().map(Vec::len), Some(1), "{teams}");
    assert_eq!(app.studio(&bela, Method::DELETE, &place(&bela), &Value::Null).await.status, 200);
    assert_eq!(app.look(&bela, &path).await.status, 404);
    assert_eq!(app.look(&bela.for_account(&team), "/balance").await.status, 404);
    app.finish().await;
}

#[tokio::test]
async fn nobody_gives_more_than_they_have_or_to_strangers() {
    let app = TestApp::start().await;
    let anna = app.browser("anna", UserRole::User, 10).await;
    let bela = app.browser("bela", UserRole::User, 10).await;
    let team = team_of(&app, &anna).await;
    let fund = format!("/teams/{team}/fund");
    app.clock.advance_ms(1);
    for (credits, status) in [("11", 402), ("0", 400), ("-3", 400), ("x", 400), ("10", 200)] {
        let body = json!({ "credits": credits });
        let answer = app.studio(&anna, Method::POST, &fund, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{credits}: {}", answer.text());
    }
    let body = json!({ "credits": "1" });
    assert_eq!(app.studio(&bela, Method::POST, &fund, &body).await.status, 404);
    let told = app.look(&anna, "/statement").await.json();
    assert_eq!(told["data"][0]["kind"], "transfer", "{told}");
    app.finish().await;
}
