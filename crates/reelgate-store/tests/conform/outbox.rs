use crate::fixture::{START, World, order};
use crate::on_each_database;
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use reelgate_core::webhook::Delivery;
use reelgate_core::{Job, Order, Timestamp};
use reelgate_store::{Settled, Tried};
use std::collections::HashSet;

on_each_database!(
    a_delivery_is_tried_until_it_arrives,
    a_lost_sender_costs_an_attempt_and_its_answer_counts_no_more,
    attempts_are_bounded_even_when_every_sender_is_lost,
    senders_at_once_never_share_a_delivery,
    a_settled_delivery_is_forgotten_in_time,
);

async fn stage(world: &World, count: usize) {
    let owner = world.owner("a", 1000).await;
    for _ in 0..count {
        let callback_url = Some("https://example.com/hook".to_owned());
        let order = Order { callback_url, ..order() };
        let job = world.accept(Job { order, ..world.new_job(owner, 1) }).await;
        world.cancel(&job, START).await.expect("cancelled");
    }
}

async fn claim(world: &World, now: Timestamp) -> Option<Delivery> {
    world.store.claim_deliveries(now, 10_000, 1).await.expect("a claim").pop()
}

async fn settle(world: &World, delivery: &Delivery, result: Settled) -> bool {
    let settled = world.store.settle_delivery(delivery, result, Tried::default(), START);
    settled.await.expect("a write")
}

async fn a_delivery_is_tried_until_it_arrives(world: &World) {
    stage(world, 1).await;
    let first = claim(world, START).await.expect("a delivery");
    assert_eq!((first.attempt, first.token), (1, 1));
    let at = START.plus_ms(5_000);
    assert!(settle(world, &first, Settled::Retry { at, status: Some(500) }).await);
    let twice = Settled::Retry { at: at.plus_ms(9_000), status: None };
    assert!(!settle(world, &first, twice).await, "an attempt ends once");
    assert_eq!(claim(world, at.plus_ms(-1)).await, None);
    let second = claim(world, at).await.expect("again");
    assert_eq!(second, Delivery { attempt: 2, token: 2, ..first.clone() });
    assert_eq!(world.store.stats().await.expect("counts").deliveries_pending, 1);
    assert!(settle(world, &second, Settled::Delivered { status: 204 }).await);
    assert!(!settle(world, &second, Settled::Retry { at, status: None }).await);
    assert_eq!(claim(world, at.plus_ms(99_999_999)).await, None);
    assert_eq!(world.store.stats().await.expect("counts").deliveries_pending, 0);
}

async fn a_lost_sender_costs_an_attempt_and_its_answer_counts_no_more(world: &World) {
    stage(world, 1).await;
    let lost = claim(world, START).await.expect("a delivery");
    assert_eq!(claim(world, START.plus_ms(9_999)).await, None);
    let second = claim(world, START.plus_ms(10_000)).await.expect("again");
    assert_eq!((second.message.id, second.attempt), (lost.message.id, 2));
    assert!(!settle(world, &lost, Settled::Dead { status: Some(410) }).await);
    assert!(!settle(world, &lost, Settled::Delivered { status: 200 }).await);
    assert!(settle(world, &second, Settled::Dead { status: None }).await);
}

async fn attempts_are_bounded_even_when_every_sender_is_lost(world: &World) {
    stage(world, 1).await;
    let mut now = START;
    for attempt in 1..=WEBHOOK_ATTEMPTS_MAX {
        assert_eq!(claim(world, now).await.expect("again").attempt, attempt);
        now = now.plus_ms(10_000);
    }
    assert_eq!(claim(world, now).await, None);
    assert_eq!(world.store.stats().await.expect("counts").deliveries_pending, 0);
}

async fn senders_at_once_never_share_a_delivery(world: &World) {
    stage(world, 20).await;
    let claims = (0..8).map(|_| world.store.claim_deliveries(START, 10_000, 5));
    let mut seen = HashSet::new();
    for claimed in futures_util::future::join_all(claims).await {
        for delivery in claimed.expect("a claim") {
            assert!(seen.insert(delivery.message.id), "{} twice", delivery.message.id);
        }
    }
    while let Some(delivery) = claim(world, START).await {
        assert!(seen.insert(delivery.message.id), "{} twice", delivery.message.id);
    }
    assert_eq!(seen.len(), 20);
}

async fn a_settled_delivery_is_forgotten_in_time(world: &World) {
    stage(world, 2).await;
    let delivery = claim(world, START).await.expect("a delivery");
    settle(world, &delivery, Settled::Delivered { status: 200 }).await;
    assert_eq!(world.store.sweep_deliveries(START).await.expect("a sweep"), 0);
    assert_eq!(world.store.sweep_deliveries(START.plus_ms(1)).await.expect("a sweep"), 1);
    assert_eq!(world.store.sweep_deliveries(START.plus_ms(-9)).await.expect("a sweep"), 0);
    assert_eq!(world.store.stats().await.expect("counts").deliveries_pending, 1);
}
