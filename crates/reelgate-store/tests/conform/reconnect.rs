//! A PostgreSQL server that dies and comes back, under a store that stays.

use crate::fixture::{LEASE_MS, START, World, open};
use crate::private_postgres::{Death, PrivateServer, is_wanted};
use futures_util::future::join_all;
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_store::{StoreError, Submission, Submitted};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Fails unless a commit is written and not answered.
const SOMEBODY_WAITS: &str = "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_stat_activity \
    WHERE wait_event = 'SyncRep') THEN RAISE EXCEPTION 'not yet'; END IF; END $$";
/// So that nobody waits long for what froze.
const ANSWER_TIMEOUT: &str = "?answer_timeout=1";
/// Callers who order without a pause.
const CALLERS: usize = 8;

#[test]
fn a_store_finds_its_way_back_to_a_server_that_died() {
    on_its_own_server(async |world, server| {
        let owner = world.owner("one", 100).await;
        for death in [Death::Immediate, Death::Killed] {
            let job = world.submit(owner, 1).await;
            server.die(death);
            let refused = world.try_accept(world.new_job(owner, 1)).await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
            let refused = world.store.job(job.id).await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
            server.start_again();
            assert_eq!(world.stored(job.id).await, job);
            world.submit(owner, 1).await;
        }
        assert_eq!(world.funds(owner).await, (100, 4));
    });
}

#[test]
fn a_connection_that_froze_is_given_up() {
    on_its_own_server(async |world, server| {
        let world = World::at(format!("{}{ANSWER_TIMEOUT}", world.url)).await;
        let owner = world.owner("one", 100).await;
        let job = world.submit(owner, 1).await;
        tokio::task::block_in_place(|| server.freeze(true));
        // Its connections are given up one after the other, and then there are new ones.
        let mut refused = 0;
        let accepted = loop {
            match world.try_accept(world.new_job(owner, 1)).await {
                Ok(Submitted::Accepted(job)) => break job,
                Err(StoreError::Unavailable(_)) if refused < 12 => refused += 1,
                other => panic!("{other:?}"),
            }
        };
        assert!(refused > 0, "none was frozen");
        assert_eq!(world.stored(job.id).await, job);
        tokio::task::block_in_place(|| server.freeze(false));
        // What was refused stays refused when the server goes on.
        assert_eq!(world.funds(owner).await, (100, 2));
        assert_eq!(world.stored(accepted.id).await, accepted);
        world.store.close().await;
    });
}

#[test]
fn an_order_is_accepted_exactly_when_its_caller_heard_so() {
    on_its_own_server(async |world, server| {
        let owner = world.owner("one", 1_000_000).await;
        let over = Arc::new(AtomicBool::new(false));
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (world, over) = (Arc::clone(world), Arc::clone(&over));
                tokio::spawn(async move { order(&world, owner, caller, &over).await })
            })
            .collect();
        for death in [Death::Killed, Death::Immediate, Death::Killed, Death::Immediate] {
            tokio::time::sleep(Duration::from_millis(150)).await;
            tokio::task::block_in_place(|| {
                server.die(death);
                server.start_again();
            });
        }
        over.store(true, Ordering::SeqCst);
        let mut accepted = Vec::new();
        for caller in callers {
            accepted.extend(caller.await.expect("no panic"));
        }
        assert!(accepted.len() > CALLERS, "{}", accepted.len());
        let mut stored = Vec::new();
        while let Some(job) = world.claim(START).await {
            stored.push(job.id);
        }
        accepted.sort_unstable();
        stored.sort_unstable();
        assert_eq!(stored, accepted, "what was accepted is there, and nothing else");
        let held = i64::try_from(stored.len()).expect("few");
        assert_eq!(world.funds(owner).await, (1_000_000, held));
        let again = world.store.claim(START.plus_ms(LEASE_MS / 2), LEASE_MS, 1).await;
        assert!(again.expect("a claim").is_empty());
    });
}

#[test]
fn an_order_that_was_committed_while_the_server_died_is_accepted_once() {
    on_its_own_server(async |world, server| {
        let owner = world.owner("one", 100).await;
        let mut accepted = 0_i64;
        for together in [1, 3] {
            // Commits are written and then wait for a second server, which there is none.
            let wait = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'";
            world.by_hand(wait).await.expect("a setting");
            world.by_hand("SELECT pg_reload_conf()").await.expect("read again");
            // Orders that come before the setting is in force are over at once.
            let mut ordered = Vec::new();
            while world.by_hand(SOMEBODY_WAITS).await.is_err() {
                if ordered.iter().all(tokio::task::JoinHandle::is_finished) {
                    assert!(ordered.len() < 90, "nobody waits");
                    let world = Arc::clone(world);
                    ordered.push(tokio::spawn(async move {
                        let orders =
                            (0..together).map(|_| world.try_accept(world.new_job(owner, 1)));
                        join_all(orders).await
                    }));
                }
            }
            tokio::task::block_in_place(|| {
                server.die(Death::Immediate);
                server.start_again();
            });
            let before = accepted;
            for ordered in ordered {
                for answer in ordered.await.expect("no panic") {
                    match answer {
                        Ok(Submitted::Accepted(_)) => accepted += 1,
                        // It was still in the queue.
                        Err(StoreError::Unavailable(_)) => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
            assert!(accepted > before, "the one that waited is accepted");
            assert_eq!(world.funds(owner).await, (100, accepted));
        }
        let queued = world.store.stats().await.expect("counts").queued;
        assert_eq!(i64::try_from(queued), Ok(accepted));
    });
}

/// Orders until it is over, with and without idempotency keys; answers what was accepted.
async fn order(
    world: &World,
    owner: crate::fixture::Owner,
    caller: usize,
    over: &AtomicBool,
) -> Vec<reelgate_core::JobId> {
    let mut accepted = Vec::new();
    let mut number = 0_u64;
    while !over.load(Ordering::SeqCst) {
        number += 1;
        let job = world.new_job(owner, 1);
        let key = format!("{caller}-{number}");
        let key = IdempotencyKey::parse(&key).expect("a key");
        let idempotency = number.is_multiple_of(2).then_some((key, Fingerprint([7; 32])));
        let submission = Submission { job, idempotency, needs_purchase: false, daily_cap: None };
        match world.store.submit(submission, START).await {
            Ok(Submitted::Accepted(job) | Submitted::Replayed(job)) => accepted.push(job.id),
            Err(StoreError::Unavailable(_) | StoreError::Busy) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    accepted
}

fn on_its_own_server(test: impl AsyncFn(&Arc<World>, &PrivateServer)) {
    if !is_wanted() {
        return;
    }
    let server = PrivateServer::start("-c listen_addresses= -c max_connections=50", |_| {});
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = Arc::new(World::at(server.create_database(None)).await);
        test(&world, &server).await;
        world.audit().await;
        world.store.close().await;
        // What the first store wrote is what a second one reads.
        let second = open(&world.url).await;
        assert_eq!(second.audit().await.expect("an audit"), []);
        second.close().await;
    });
}
