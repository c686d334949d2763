use crate::fixture::{START, World, open};
use crate::on_each_database;
use reelgate_core::limit::Rule;

on_each_database!(
    servers_that_share_a_database_never_let_in_more_than_the_limit,
    a_window_opens_anew_when_it_is_over_and_is_forgotten_later,
);

async fn servers_that_share_a_database_never_let_in_more_than_the_limit(world: &World) {
    let second = open(&world.url).await;
    for (bucket, limit) in [("a/tasks_v1", 30), ("a/native", 600)] {
        let rule = Rule::per_minute(limit);
        let mut granted = 0;
        let mut trips = 0;
        while granted < limit {
            let takes =
                [&world.store, &second].map(|store| store.take_requests(bucket, rule, START));
            for (_, slice) in futures_util::future::join_all(takes).await.into_iter().flatten() {
                granted += slice;
            }
            trips += 1;
        }
        assert_eq!(granted, limit);
        assert!(trips <= 100, "{trips} trips for {limit} requests");
        let (window, none) = second.take_requests(bucket, rule, START).await.expect("a read");
        assert_eq!((window.used, none), (limit, 0));
    }
    second.close().await;
}

async fn a_window_opens_anew_when_it_is_over_and_is_forgotten_later(world: &World) {
    let rule = Rule::per_minute(1);
    let take = async |ms: i64| {
        world.store.take_requests("a/x", rule, START.plus_ms(ms)).await.expect("taken").1
    };
    assert_eq!((take(0).await, take(59_999).await, take(60_000).await), (1, 0, 1));
    let day_ms = 24 * 3_600_000;
    assert_eq!(world.store.sweep_rates(START.plus_ms(day_ms)).await.expect("swept"), 0);
    assert_eq!(world.store.sweep_rates(START.plus_ms(day_ms + 60_001)).await.expect("swept"), 1);
    assert_eq!(take(60_001).await, 1);
}
