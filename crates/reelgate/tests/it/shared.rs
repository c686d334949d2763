//! Two servers on one PostgreSQL database: limits and idempotency keys hold for both together.

#[path = "../../../reelgate-store/tests/conform/postgres.rs"]
mod postgres;

use crate::apis::Api::{Native, TasksV1};
use crate::harness::{Customer, TestApp};
use futures_util::future::join_all;
use serde_json::json;

async fn server(url: &str) -> TestApp {
    TestApp::with(|setup| {
        setup.config.database = Some(url.to_owned());
        setup.config.limits.rate_limit = true;
    })
    .await
}

/// How many of these requests, made at once to both servers in turn, were let in.
async fn admitted(servers: [&TestApp; 2], path: &str, who: &Customer, asked: usize) -> usize {
    let answers = (0..asked).map(|n| servers[n % 2].get(path, who));
    let answers = join_all(answers).await;
    for answer in answers.iter().filter(|answer| answer.status != 404) {
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
        assert!(answer.header("retry-after").is_some());
    }
    answers.iter().filter(|answer| answer.status == 404).count()
}

#[tokio::test]
async fn servers_that_share_a_database_count_and_remember_together() {
    let Some(url) = postgres::create_database() else { return };
    let (one, two) = (server(&url).await, server(&url).await);
    let who = one.customer().await;
    assert_eq!(admitted([&one, &two], &TasksV1.look("x"), &who, 50).await, 30);
    assert_eq!(admitted([&two, &one], &TasksV1.look("x"), &who, 4).await, 0);
    // A large window is shared in slices: never too much, and nearly all of it.
    let let_in = admitted([&one, &two], &Native.look("x"), &who, 640).await;
    assert!((590..=600).contains(&let_in), "{let_in}");
    for app in [&one, &two] {
        app.clock.advance_ms(60_000);
    }
    assert_eq!(admitted([&one, &two], &TasksV1.look("x"), &who, 40).await, 30);

    // The same order to both servers at once is one order; another body is refused.
    let body = Native.order().to_string();
    let other = Native.saying(json!("Something else")).to_string();
    let (a, b) = futures_util::future::join(
        one.post_once(Native.submit(), &who, "k", &body),
        two.post_once(Native.submit(), &who, "k", &body),
    )
    .await;
    assert_eq!((a.status.as_u16(), a.body), (202, b.body));
    let replays = [&a.headers, &b.headers].map(|h| h.contains_key("idempotent-replayed"));
    assert_eq!(replays.iter().filter(|replayed| **replayed).count(), 1);
    let refused = two.post_once(Native.submit(), &who, "k", &other).await;
    assert_eq!(refused.at("/error/code"), "idempotency_mismatch");
    one.drain().await;
    two.app.store.close().await;
    one.finish().await;
}
