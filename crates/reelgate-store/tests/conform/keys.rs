use crate::accounts::new_key;
use crate::fixture::{Owner, START, World, clip, fatal};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::guard::Guard;
use reelgate_core::{
    Credits, DailyCap, KeyChange, KeySettings, ModelId, Network, Resolution, Timestamp,
};
use reelgate_store::{Key, StoreError, Submission, Submitted};

on_each_database!(
    a_key_keeps_its_settings,
    a_key_is_changed_by_its_account_alone_and_not_after_it_was_revoked,
    what_changes_about_keys_is_counted_and_their_use_is_not,
    orders_beyond_the_daily_cap_are_refused_and_refunds_count_back,
    a_daily_cap_holds_however_many_orders_come_at_once,
    a_repeated_order_is_answered_whatever_the_cap_says,
    a_new_cap_counts_what_was_ordered_before_on_that_day,
);

fn guard() -> Guard {
    Guard {
        credits_per_day: Some(Credits::from_micro(12_500_000)),
        models: vec![ModelId::new("open_v1", "seedance-2.0")],
        seconds_max: Some(8),
        resolution_max: Some(Resolution::P720),
        networks: vec![Network::parse("10.0.0.0/8").expect("a range")],
        requests_per_minute: Some(7),
        manages: true,
    }
}

async fn key_of(world: &World, owner: Owner) -> Key {
    let keys = world.store.keys(Some(owner.account)).await.expect("a list");
    keys.into_iter().find(|key| key.id == owner.key).expect("it is listed")
}

async fn a_key_keeps_its_settings(world: &World) {
    let owner = world.owner("a", 0).await;
    let settings =
        KeySettings { label: "x".to_owned(), expires: Some(START.plus_ms(9)), guard: guard() };
    let mut new = new_key(60, owner.account, "ab");
    new.settings = settings.clone();
    let hash = new.hash;
    world.store.create_key(new, START).await.expect("a key");
    let key = world.store.key_by_hash(hash).await.expect("a read").expect("it exists");
    assert_eq!(key.settings, settings);
    assert_eq!(key_of(world, owner).await.settings, KeySettings::default());
}

async fn a_key_is_changed_by_its_account_alone_and_not_after_it_was_revoked(world: &World) {
    let (owner, other) = (world.owner("a", 0).await, world.owner("b", 0).await);
    let change = KeyChange {
        label: Some("agent".to_owned()),
        seconds_max: Some(Some(6)),
        expires_in_s: Some(Some(60)),
        ..KeyChange::default()
    };
    let update = async |account, change: &KeyChange| {
        world.store.update_key(account, owner.key, change.clone(), START).await
    };
    let refused = |result: Result<Key, StoreError>, kind| match result {
        Err(StoreError::Refused(error)) => assert_eq!(error.kind, kind),
        other => panic!("not refused: {other:?}"),
    };
    refused(update(other.account, &change).await, Kind::NotFound);
    let long = KeyChange { label: Some("x".repeat(65)), ..KeyChange::default() };
    refused(update(owner.account, &long).await, Kind::Invalid);
    assert_eq!(key_of(world, owner).await.settings, KeySettings::default());

    let changed = update(owner.account, &change).await.expect("changed");
    assert_eq!(changed, key_of(world, owner).await);
    assert_eq!(changed.settings.label, "agent");
    assert_eq!(changed.settings.expires, Some(START.plus_ms(60_000)));
    assert_eq!(changed.settings.guard.seconds_max, Some(6));
    let lift = KeyChange { seconds_max: Some(None), ..KeyChange::default() };
    let lifted = update(owner.account, &lift).await.expect("changed");
    assert_eq!(lifted.settings.guard, Guard::default());
    assert_eq!(lifted.settings.label, "agent");

    assert!(world.store.revoke_key(owner.key, START).await.expect("a write"));
    refused(update(owner.account, &change).await, Kind::NotFound);
}

fn cap(credits: i64) -> Option<DailyCap> {
    Guard { credits_per_day: Some(Credits::whole(credits)), ..Guard::default() }.daily_cap(START)
}

async fn order(world: &World, owner: Owner, credits: i64, cap: Option<DailyCap>) -> Submission {
    let job = world.new_job(owner, credits);
    Submission { job, idempotency: None, needs_purchase: false, daily_cap: cap }
}

/// Whether an order under a cap was accepted.
async fn accepts(world: &World, owner: Owner, credits: i64, cap: Option<DailyCap>) -> bool {
    let submission = order(world, owner, credits, cap).await;
    match world.store.submit(submission, START).await {
        Ok(Submitted::Accepted(_)) => true,
        Err(StoreError::Refused(error)) if error.kind == Kind::Forbidden => false,
        other => panic!("{other:?}"),
    }
}

async fn what_changes_about_keys_is_counted_and_their_use_is_not(world: &World) {
    let changes = async || world.store.key_changes().await.expect("a read");
    let before = changes().await;
    let owner = world.owner("a", 0).await;
    world.store.keys_used(vec![(owner.key, START.plus_ms(5))]).await.expect("a write");
    assert_eq!(changes().await, before);
    let change = KeyChange { label: Some("agent".to_owned()), ..KeyChange::default() };
    world.store.update_key(owner.account, owner.key, change, START).await.expect("changed");
    let changed = changes().await;
    assert!(changed > before);
    assert!(world.store.revoke_key(owner.key, START).await.expect("a write"));
    assert!(changes().await > changed);
}

async fn orders_beyond_the_daily_cap_are_refused_and_refunds_count_back(world: &World) {
    let owner = world.owner("a", 100).await;
    assert!(accepts(world, owner, 6, cap(10)).await);
    assert!(!accepts(world, owner, 5, cap(10)).await);
    assert_eq!(world.funds(owner).await, (100, 6));
    assert!(accepts(world, owner, 4, cap(10)).await);
    assert!(!accepts(world, owner, 1, cap(10)).await);
    // Other keys, of this account or not, have nothing to do with it.
    assert!(accepts(world, owner, 30, None).await);

    let (first, second) = (world.claim(START).await, world.claim(START).await);
    world.finish(&first.expect("a job"), clip(6), START).await.expect("done");
    assert!(!accepts(world, owner, 1, cap(10)).await);
    world.finish(&second.expect("a job"), fatal(), START).await.expect("failed");
    assert!(accepts(world, owner, 4, cap(10)).await);
    assert!(!accepts(world, owner, 1, cap(10)).await);
    let tomorrow = cap(10).map(|cap| DailyCap { day: cap.day + 1, ..cap });
    assert!(accepts(world, owner, 10, tomorrow).await);
}

async fn a_daily_cap_holds_however_many_orders_come_at_once(world: &World) {
    let owner = world.owner("a", 1000).await;
    let orders = (0..24).map(|_| accepts(world, owner, 3, cap(20)));
    let accepted = futures_util::future::join_all(orders).await;
    assert_eq!(accepted.iter().filter(|accepted| **accepted).count(), 6);
    assert_eq!(world.funds(owner).await, (1000, 18));
}

async fn a_repeated_order_is_answered_whatever_the_cap_says(world: &World) {
    use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
    let owner = world.owner("a", 100).await;
    let key = IdempotencyKey::parse("once").expect("a key");
    let keyed = async || {
        let mut submission = order(world, owner, 10, cap(10)).await;
        submission.idempotency = Some((key.clone(), Fingerprint([7; 32])));
        world.store.submit(submission, START).await.expect("answered")
    };
    let Submitted::Accepted(job) = keyed().await else { panic!("it is the first") };
    assert_eq!(keyed().await, Submitted::Replayed(job));
}

async fn a_new_cap_counts_what_was_ordered_before_on_that_day(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 7).await;
    let limit =
        KeyChange { credits_per_day: Some(Some(Credits::whole(10))), ..KeyChange::default() };
    let later: Timestamp = START.plus_ms(1);
    world.store.update_key(owner.account, owner.key, limit, later).await.expect("changed");
    assert!(!accepts(world, owner, 4, cap(10)).await);
    assert!(accepts(world, owner, 3, cap(10)).await);
}
