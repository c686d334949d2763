use crate::fixture::{LEASE_MS, Owner, START, World, clip, open};
use crate::on_each_database;
use reelgate_core::{AccountId, Error, Field, KeyId};
use reelgate_store::{NewAccount, Options, Store, StoreError};

on_each_database!(
    everything_is_there_after_a_restart,
    opening_again_changes_nothing,
    a_newer_database_is_refused,
    a_closed_store_refuses_writes,
    pages_follow_each_other,
    tampering_is_found_by_the_audit,
);

async fn everything_is_there_after_a_restart(world: &World) {
    let owner = world.owner("a", 100).await;
    let waiting = world.submit(owner, 10).await;
    world.submit(owner, 20).await;
    let running = world.claim(START).await.expect("a job");
    let second = open(&world.url).await;
    assert_eq!(second.job(waiting.id).await.expect("a read"), Some(running.clone()));
    // What one handle changes, the other sees.
    let claimed = second.claim(START, LEASE_MS, 5).await.expect("a claim");
    assert_eq!(claimed.len(), 1);
    second.close().await;
    world.finish(&running, clip(10), START).await.expect("ended");
    world.finish(&claimed[0], clip(20), START).await.expect("ended");
    let third = open(&world.url).await;
    let account = third.account(owner.account).await.expect("a read").expect("it exists");
    assert_eq!(account.funds.balance.whole_down(), 70);
    assert_eq!(third.audit().await.expect("an audit"), []);
    third.close().await;
}

async fn opening_again_changes_nothing(world: &World) {
    let owner = world.owner("a", 100).await;
    // Several at once, as when a whole fleet restarts.
    let opens = (0..3).map(|_| open(&world.url));
    for store in futures_util::future::join_all(opens).await {
        assert_eq!(store.accounts().await.expect("a list").len(), 1);
        store.close().await;
    }
    assert_eq!(world.funds(owner).await, (100, 0));
}

async fn a_newer_database_is_refused(world: &World) {
    world.by_hand("INSERT INTO migrations VALUES (9999, 'future')").await.expect("inserted");
    let refused =
        Store::open(&Options { url: world.url.clone(), lasting: true }).await.expect_err("refused");
    assert!(refused.to_string().contains("newer version"), "{refused}");
}

async fn a_closed_store_refuses_writes(world: &World) {
    let second = open(&world.url).await;
    let create = |n: u64| {
        let id = AccountId::new(START, 500 + n);
        let new = NewAccount { id, name: format!("n{n}"), webhook_secret: String::new() };
        second.create_account(new, START)
    };
    let creates = futures_util::future::join_all((0..20).map(create));
    let (created, ()) = futures_util::future::join(creates, second.close()).await;
    let created = created.iter().filter(|result| result.is_ok()).count();
    assert_eq!(world.store.accounts().await.expect("a list").len(), created);
    assert!(second.is_stopped());
    assert!(!world.store.is_stopped());
    assert!(matches!(create(99).await, Err(StoreError::Database(_))));
}

async fn pages_follow_each_other(world: &World) {
    let owner = world.owner("a", 100).await;
    let other = world.owner("b", 100).await;
    let mut ids = Vec::new();
    for _ in 0..7 {
        ids.push(world.submit(owner, 1).await.id);
        world.submit(other, 1).await;
    }
    ids.reverse();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = world.store.jobs(owner.account, before, 3).await.expect("a page");
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page.iter().map(|job| job.id));
    }
    assert_eq!(seen, ids);
    assert_eq!(world.store.jobs(owner.account, None, 0).await.expect("a page"), []);
}

async fn tampering_is_found_by_the_audit(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 10).await;
    for (sql, undo, invariants) in [
        ("UPDATE accounts SET balance = balance + 1", "balance = balance - 1", vec![5]),
        ("UPDATE accounts SET held = held - 1", "held = held + 1", vec![5, 5]),
    ] {
        world.by_hand(sql).await.expect("changed");
        let found = world.store.audit().await.expect("an audit");
        let found = found.iter().map(|violation| violation.invariant).collect::<Vec<_>>();
        assert_eq!(found, invariants, "{sql}");
        world.by_hand(&format!("UPDATE accounts SET {undo}")).await.expect("changed back");
    }
}

/// A server runs these on whatever thread is free; this only has to compile.
#[test]
fn every_operation_can_move_between_threads() {
    fn movable(_: impl Send) {}
    fn check(world: &'static World, entropy: &'static mut (dyn FnMut() -> u64 + Send)) {
        movable(world.store.rescue(START, entropy));
        movable(world.store.claim(START, LEASE_MS, 1));
        movable(world.store.audit());
        movable(world.store.sweep_idempotency(START));
        movable(world.submit(world_owner(), 1));
    }
    fn world_owner() -> Owner {
        let (account, key) = (AccountId::new(START, 0), KeyId::new(START, 0));
        Owner { account, key }
    }
    let _: fn(&'static World, &'static mut (dyn FnMut() -> u64 + Send)) = check;
}

#[test]
fn what_the_database_said_is_not_for_callers() {
    let refused = StoreError::from(Error::invalid(Field::Seed, "must be a number"));
    assert_eq!(Error::from(refused).field, Some(Field::Seed));
    assert_eq!(StoreError::Busy.public(), Error::busy(1));
    let failed = StoreError::Database("password=secret".to_owned());
    assert_eq!(failed.public(), Error::internal());
}

#[test]
fn a_url_that_names_no_database_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for url in ["", "mysql://x", "store.db", "sqlite:/no/such/folder/store.db"] {
        runtime.block_on(async {
            let opened = Store::open(&Options { url: url.to_owned(), lasting: true }).await;
            assert!(matches!(opened, Err(StoreError::Database(_))), "{url}");
        });
    }
}
