use crate::accounts::new_key;
use crate::fixture::{LEASE_MS, Owner, START, World, clip};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::rehearsal::WAITING_MAX;
use reelgate_core::{Job, KeyStyle};
use reelgate_store::StoreError;

on_each_database!(
    test_jobs_stand_in_a_line_of_their_own,
    test_jobs_of_an_account_keep_to_their_cap_and_others_go_past,
    an_account_has_a_bounded_number_of_waiting_test_jobs,
    the_audit_notices_a_test_job_that_costs_something,
);

/// The owner with a test key instead.
async fn tester(world: &World, owner: Owner) -> Owner {
    let mut new = new_key(world.entropy() + 500, owner.account, "ef");
    new.style = KeyStyle::Test;
    new.hash = reelgate_core::KeyHash::from_hex(&format!("{:064x}", world.entropy())).expect("hex");
    let key = new.id;
    world.store.create_key(new, START).await.expect("a key");
    Owner { key, ..owner }
}

fn test_job(world: &World, owner: Owner) -> Job {
    let mut job = world.new_job(owner, 0);
    job.order.test = true;
    job
}

async fn test_jobs_stand_in_a_line_of_their_own(world: &World) {
    let owner = world.owner("a", 10).await;
    let tester = tester(world, owner).await;
    let test = world.accept(test_job(world, tester)).await;
    let real = world.submit(owner, 5).await;
    assert!(world.stored(test.id).await.order.test);
    for id in [test.id, real.id] {
        assert_eq!(world.store.queued_before(id, 9).await.expect("a count"), 0);
    }
    assert_eq!(world.claim(START).await.map(|job| job.id), Some(real.id));
    assert_eq!(world.claim(START).await, None);
    let claimed = world.store.claim_tests(START, LEASE_MS, 9, 9).await.expect("a claim");
    assert_eq!(claimed.iter().map(|job| job.id).collect::<Vec<_>>(), [test.id]);
    let done = world.finish(&claimed[0], clip(7), START).await.expect("done");
    assert_eq!(done.charged().micro(), 0);
    assert_eq!(world.funds(owner).await, (10, 5));
}

async fn test_jobs_of_an_account_keep_to_their_cap_and_others_go_past(world: &World) {
    let a = tester(world, world.owner("a", 0).await).await;
    let b = tester(world, world.owner("b", 0).await).await;
    let mut ids = Vec::new();
    for owner in [a, a, a, b] {
        ids.push(world.accept(test_job(world, owner)).await.id);
    }
    let claim = async || {
        let claimed = world.store.claim_tests(START, LEASE_MS, 3, 2).await.expect("a claim");
        claimed.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(claim().await, [ids[0], ids[1]]);
    assert_eq!(claim().await, [ids[3]]);
    assert_eq!(claim().await, []);
}

async fn an_account_has_a_bounded_number_of_waiting_test_jobs(world: &World) {
    let owner = tester(world, world.owner("a", 0).await).await;
    for _ in 0..WAITING_MAX {
        world.accept(test_job(world, owner)).await;
    }
    match world.try_accept(test_job(world, owner)).await {
        Err(StoreError::Refused(error)) => {
            assert_eq!(error.kind, Kind::RateLimited { retry_after_s: 5 });
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn the_audit_notices_a_test_job_that_costs_something(world: &World) {
    let owner = tester(world, world.owner("a", 10).await).await;
    let job = world.submit(owner, 1).await;
    let found = world.store.audit().await.expect("an audit");
    assert_eq!(found.iter().map(|rule| rule.invariant).collect::<Vec<_>>(), [11]);
    assert!(found[0].detail.contains(&job.id.to_string()));
    let mend = format!("UPDATE keys SET style = 'sk' WHERE id = '{}'", owner.key);
    world.by_hand(&mend).await.expect("mended");
}
