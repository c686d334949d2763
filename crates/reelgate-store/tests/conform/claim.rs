use crate::fixture::{LEASE_MS, START, World, clip, passing};
use crate::on_each_database;
use reelgate_core::{Field, Job, JobId, Lease, Priority, Progress, State, Timestamp};
use reelgate_store::StoreError;
use std::collections::HashSet;

on_each_database!(
    a_claim_takes_the_oldest_under_a_new_lease,
    no_job_is_given_out_twice,
    a_look_at_the_queue_counts_no_further_than_asked,
    accounts_take_turns,
    accounts_take_turns_also_when_they_come_at_once,
    a_newcomer_does_not_wait_for_a_backlog,
    a_job_waits_for_its_moment_and_then_goes_first,
    priority_goes_before_age,
    whoever_found_the_line_empty_is_no_worse_off_for_it,
    an_overdue_job_is_not_begun,
    an_account_runs_no_more_than_its_cap,
    an_unreadable_row_does_not_hold_up_the_line,
);

async fn claim_ids(world: &World, max: usize) -> Vec<JobId> {
    let jobs = world.store.claim(START, LEASE_MS, max).await.expect("a claim");
    jobs.into_iter().map(|job| job.id).collect()
}

async fn a_claim_takes_the_oldest_under_a_new_lease(world: &World) {
    assert_eq!(world.claim(START).await, None);
    let owner = world.owner("a", 10).await;
    let first = world.submit(owner, 1).await;
    world.submit(owner, 1).await;
    let now = START.plus_ms(500);
    let lease = Lease { token: 1, expires: now.plus_ms(LEASE_MS) };
    let state = State::Running { lease, progress: Progress::default(), cancel_requested: false };
    let expected = Job { state, attempt: 1, leases: 1, updated: now, ..first };
    assert_eq!(world.claim(now).await, Some(expected.clone()));
    assert_eq!(world.stored(expected.id).await, expected);
    assert_eq!(world.store.stats().await.expect("counts").queued, 1);
    assert_eq!(world.store.stats().await.expect("counts").running, 1);
}

async fn no_job_is_given_out_twice(world: &World) {
    let owner = world.owner("a", 1000).await;
    let submits = (0..90).map(|_| world.submit(owner, 1));
    futures_util::future::join_all(submits).await;
    let claims = (0..12).map(|n| claim_ids(world, 1 + n % 16));
    let mut seen = HashSet::new();
    for claimed in futures_util::future::join_all(claims).await {
        for id in claimed {
            assert!(seen.insert(id), "{id} twice");
        }
    }
    while let Some(id) = claim_ids(world, 1).await.pop() {
        assert!(seen.insert(id), "{id} twice");
    }
    assert_eq!(seen.len(), 90);
}

async fn a_look_at_the_queue_counts_no_further_than_asked(world: &World) {
    let owner = world.owner("a", 10).await;
    for _ in 0..5 {
        world.submit(owner, 1).await;
    }
    claim_ids(world, 1).await;
    let look = async |most| world.store.stats_up_to(most).await.expect("counts");
    assert_eq!((look(3).await.queued, look(3).await.running), (3, 1));
    assert_eq!((look(9).await.queued, look(0).await.running), (4, 0));
    assert_eq!(look(9).await, world.store.stats().await.expect("counts"));
}

async fn accounts_take_turns(world: &World) {
    let a = world.owner("a", 100).await;
    let b = world.owner("b", 100).await;
    let mut of_a = Vec::new();
    for _ in 0..4 {
        of_a.push(world.submit(a, 1).await.id);
    }
    let of_b = [world.submit(b, 1).await.id, world.submit(b, 1).await.id];
    let expected = [of_a[0], of_b[0], of_a[1], of_b[1], of_a[2], of_a[3]];
    assert_eq!(claim_ids(world, 10).await, expected);
}

async fn accounts_take_turns_also_when_they_come_at_once(world: &World) {
    let a = world.owner("a", 100).await;
    let b = world.owner("b", 100).await;
    let poor = world.owner("poor", 0).await;
    let first = world.submit(a, 1).await.id;
    let jobs = [a, a, poor, b, a, poor, b].map(|owner| world.new_job(owner, 1));
    let [a1, a2, _, b0, a3, _, b1] = jobs.clone().map(|job| job.id);
    let submits = jobs.into_iter().map(|job| world.try_accept(job));
    let results = futures_util::future::join_all(submits).await;
    let accepted = results.iter().map(Result::is_ok).collect::<Vec<_>>();
    assert_eq!(accepted, [true, true, false, true, true, false, true]);
    assert_eq!(claim_ids(world, 10).await, [first, b0, a1, b1, a2, a3]);
}

async fn a_newcomer_does_not_wait_for_a_backlog(world: &World) {
    let busy = world.owner("busy", 1000).await;
    for _ in 0..30 {
        world.submit(busy, 1).await;
    }
    claim_ids(world, 20).await;
    let newcomer = world.owner("newcomer", 10).await;
    let both = futures_util::future::join(world.submit(newcomer, 1), world.submit(newcomer, 1));
    let (job, _) = both.await;
    assert!(claim_ids(world, 2).await.contains(&job.id));
    // Nor do newcomers jump the line together.
    let mut owners = Vec::new();
    for name in ["n1", "n2", "n3", "n4", "n5", "n6"] {
        owners.push(world.owner(name, 10).await);
    }
    let submits = owners.iter().map(|owner| world.submit(*owner, 1));
    futures_util::future::join_all(submits).await;
    let next = world.claim(START).await.expect("a job");
    assert_eq!(next.account, busy.account);
    // And whoever was busy before is not punished for it once the line is empty.
    claim_ids(world, 100).await;
    let again = world.submit(busy, 1).await;
    for _ in 0..5 {
        world.submit(newcomer, 1).await;
    }
    assert_eq!(claim_ids(world, 1).await, [again.id]);
}

async fn a_job_waits_for_its_moment_and_then_goes_first(world: &World) {
    let owner = world.owner("a", 100).await;
    let job = world.submit(owner, 1).await;
    let running = world.claim(START).await.expect("a job");
    let retry_at = START.plus_ms(2_000);
    let queued = world.finish(&running, passing(retry_at), START).await.expect("goes back");
    assert_eq!(queued.state, State::Queued { not_before: retry_at });
    assert_eq!(world.stored(job.id).await, queued);
    world.submit(owner, 1).await;
    world.submit(owner, 1).await;
    let stats = world.store.stats().await.expect("counts");
    assert_eq!((stats.queued, stats.delayed), (3, 1));
    let claim_at = async |now: Timestamp| world.claim(now).await.expect("a job").id;
    assert_ne!(claim_at(retry_at.plus_ms(-1)).await, job.id);
    assert_eq!(claim_at(retry_at).await, job.id);
    assert_eq!(world.stored(job.id).await.attempt, 2);
}

async fn priority_goes_before_age(world: &World) {
    let owner = world.owner("a", 100).await;
    let job = |priority| {
        let mut job = world.new_job(owner, 1);
        job.order.priority = priority;
        job
    };
    let refused = world.try_accept(job(Priority::High)).await;
    match refused {
        Err(StoreError::Refused(error)) => assert_eq!(error.field, Some(Field::Priority)),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.funds(owner).await, (100, 0));
    assert!(world.store.set_priority_max(owner.account, Priority::High).await.expect("set"));
    let low = world.accept(job(Priority::Low)).await;
    let normal = world.accept(job(Priority::Normal)).await;
    let high = world.accept(job(Priority::High)).await;
    assert_eq!(world.stored(high.id).await, high);
    assert_eq!(claim_ids(world, 10).await, [high.id, normal.id, low.id]);
}

async fn whoever_found_the_line_empty_is_no_worse_off_for_it(world: &World) {
    let (busy, other) = (world.owner("busy", 100).await, world.owner("other", 100).await);
    for _ in 0..20 {
        world.submit(busy, 1).await;
        claim_ids(world, 1).await;
    }
    let first = world.submit(other, 1).await;
    let again = world.submit(busy, 1).await;
    let second = world.submit(other, 1).await;
    assert_eq!(claim_ids(world, 10).await, [first.id, again.id, second.id]);
    // Nor is it by jobs that wait at the head because their account runs as many as it may.
    let steady = world.owner("steady", 100).await;
    let capped = world.owner("capped", 100).await;
    for _ in 0..8 {
        world.submit(capped, 1).await;
    }
    let claim = async || world.store.claim_below(START, LEASE_MS, 4, 1).await.expect("a claim");
    claim().await;
    for _ in 0..4 {
        let job = world.submit(steady, 1).await;
        assert_eq!(claim().await.first().map(|job| job.id), Some(job.id));
        let done = clip(0);
        world.finish(&world.stored(job.id).await, done, START).await.expect("it ran");
    }
    let again = world.submit(steady, 1).await;
    let late = world.submit(world.owner("late", 10).await, 1).await;
    assert_eq!(claim().await.iter().map(|job| job.id).collect::<Vec<_>>(), [again.id, late.id]);
}

async fn an_account_runs_no_more_than_its_cap(world: &World) {
    let (a, b) = (world.owner("a", 100).await, world.owner("b", 100).await);
    for _ in 0..5 {
        world.submit(a, 1).await;
    }
    world.submit(b, 1).await;
    let claim =
        async |max| world.store.claim_below(START, LEASE_MS, max, 2).await.expect("a claim");
    let mut running = claim(1).await;
    running.extend(claim(8).await);
    let of = |account| running.iter().filter(|job| job.account == account).count();
    assert_eq!((of(a.account), of(b.account)), (2, 1), "two of one, and the other goes past");
    assert_eq!(claim(8).await, [], "the rest waits");
    assert_eq!(world.store.stats().await.expect("counts").queued, 3);
    for job in running.iter().filter(|job| job.account == a.account) {
        world.finish(job, clip(1), START).await.expect("its lease is the newest");
    }
    assert_eq!(claim(8).await.len(), 2, "and goes on when places are free");
}

async fn an_overdue_job_is_not_begun(world: &World) {
    let owner = world.owner("a", 100).await;
    let job = world.submit(owner, 1).await;
    assert_eq!(world.claim(job.deadline).await, None);
    assert_eq!(world.rescue(job.deadline).await, 1);
}

async fn an_unreadable_row_does_not_hold_up_the_line(world: &World) {
    let owner = world.owner("a", 100).await;
    let broken = world.submit(owner, 1).await;
    let good = world.submit(owner, 1).await;
    let sql = format!("UPDATE jobs SET ordered = '{{}}' WHERE id = '{}'", broken.id);
    world.by_hand(&sql).await.expect("changed");
    assert_eq!(claim_ids(world, 1).await, []);
    assert_eq!(claim_ids(world, 1).await, [good.id]);
    let error = world.store.job(broken.id).await.expect_err("not readable").to_string();
    assert!(error.starts_with(&format!("jobs.ordered of \"{}\"", broken.id)), "{error}");
}
