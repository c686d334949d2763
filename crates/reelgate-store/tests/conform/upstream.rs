use crate::fixture::{LEASE_MS, Owner, START, World, order};
use crate::on_each_database;
use futures_util::future::join_all;
use reelgate_core::{EngineError, Job, JobId, Order, State, Ticket};
use reelgate_store::Outcome;

on_each_database!(
    an_upstream_is_asked_once_for_an_attempt,
    many_are_asked_at_once_and_each_has_its_own_answer,
    whoever_asks_at_the_same_time_as_itself_is_told_once,
    nobody_is_asked_for_a_job_that_is_to_stop,
    a_job_that_was_asked_for_is_found_by_whoever_follows_next,
    a_line_of_upstreams_keeps_to_the_cap_of_an_account,
);

/// Claimed jobs of the line of an upstream.
async fn claimed(world: &World, owner: Owner, count: usize) -> Vec<Job> {
    for _ in 0..count {
        let order = Order { remote: true, ..order() };
        world.accept(Job { order, ..world.new_job(owner, 1) }).await;
    }
    claim(world, count, 0).await
}

async fn claim(world: &World, max: usize, running_max: u32) -> Vec<Job> {
    let models = [(order().model, max)];
    let claim = world.store.claim_remote(START, LEASE_MS, max, running_max, &models);
    claim.await.expect("a claim")
}

async fn ask(world: &World, id: JobId, token: u64) -> Option<u64> {
    world.store.ask_upstream(id, token, "up", "KEY", START).await.expect("the database works")
}

async fn answer(world: &World, id: JobId, token: u64, name: &str) -> bool {
    let answered = world.store.upstream_answered(id, token, name, START.plus_ms(5));
    answered.await.expect("the database works")
}

async fn an_upstream_is_asked_once_for_an_attempt(world: &World) {
    let owner = world.owner("a", 100).await;
    let job = claimed(world, owner, 1).await.remove(0);
    assert_eq!(ask(world, job.id, job.leases + 1).await, None, "under another lease");
    assert!(!answer(world, job.id, job.leases, "early").await, "nobody was asked");
    assert_eq!(ask(world, job.id, job.leases).await, Some(1));
    assert_eq!(world.stored(job.id).await.ticket, Ticket::Asked);
    assert_eq!(ask(world, job.id, job.leases).await, None);
    assert!(!answer(world, job.id, job.leases + 1, "stale").await);
    assert!(answer(world, job.id, job.leases, "video_1").await);
    assert!(!answer(world, job.id, job.leases, "video_2").await);
    assert_eq!(world.stored(job.id).await.ticket, Ticket::Known("video_1".to_owned()));
    let forget = world.store.forget_upstream(job.id, job.leases, "refused", START);
    assert!(forget.await.expect("the database works"));
    assert_eq!(ask(world, job.id, job.leases).await, Some(2));
    let asks = world.store.asks(job.id).await.expect("a read");
    let seen: Vec<_> = asks.iter().map(|one| (one.number, one.outcome.as_deref())).collect();
    assert_eq!(seen, [(1, Some("refused")), (2, None)]);
    assert_eq!(asks[0].upstream_id.as_deref(), Some("video_1"));
}

async fn many_are_asked_at_once_and_each_has_its_own_answer(world: &World) {
    let owner = world.owner("a", 100).await;
    let jobs = claimed(world, owner, 40).await;
    assert_eq!(jobs.len(), 40);
    // Every fifth comes under a lease that it does not have.
    let token = |n: usize, job: &Job| job.leases + u64::from(n.is_multiple_of(5));
    let asks = jobs.iter().enumerate().map(|(n, job)| ask(world, job.id, token(n, job)));
    for (n, asked) in join_all(asks).await.into_iter().enumerate() {
        assert_eq!(asked, (!n.is_multiple_of(5)).then_some(1), "of {n}");
    }
    let names: Vec<String> = (0..jobs.len()).map(|n| format!("video_{n}")).collect();
    let answers =
        jobs.iter().zip(&names).map(|(job, name)| answer(world, job.id, job.leases, name));
    for (n, kept) in join_all(answers).await.into_iter().enumerate() {
        assert_eq!(kept, !n.is_multiple_of(5), "of {n}");
        let ticket = world.stored(jobs[n].id).await.ticket;
        let expected = if kept { Ticket::Known(names[n].clone()) } else { Ticket::None };
        assert_eq!(ticket, expected);
    }
}

async fn whoever_asks_at_the_same_time_as_itself_is_told_once(world: &World) {
    let owner = world.owner("a", 100).await;
    let jobs = claimed(world, owner, 2).await;
    let asks = (0..20).map(|n| ask(world, jobs[n % 2].id, jobs[n % 2].leases));
    let told: Vec<u64> = join_all(asks).await.into_iter().flatten().collect();
    assert_eq!(told, [1, 1]);
    let answers = (0..20).map(|n| answer(world, jobs[n % 2].id, jobs[n % 2].leases, "video"));
    assert_eq!(join_all(answers).await.into_iter().filter(|kept| *kept).count(), 2);
}

async fn nobody_is_asked_for_a_job_that_is_to_stop(world: &World) {
    let owner = world.owner("a", 100).await;
    let jobs = claimed(world, owner, 3).await;
    world.cancel(&jobs[1], START).await.expect("it will stop");
    let asks = jobs.iter().map(|job| ask(world, job.id, job.leases));
    assert_eq!(join_all(asks).await, [Some(1), None, Some(1)]);
    let stopping = world.store.stopping().await.expect("a read");
    assert_eq!(stopping, [(jobs[1].id, jobs[1].leases)]);
}

async fn a_job_that_was_asked_for_is_found_by_whoever_follows_next(world: &World) {
    let owner = world.owner("a", 100).await;
    let jobs = claimed(world, owner, 2).await;
    let has_underway = async || world.store.has_underway(START).await.expect("the database works");
    assert_eq!(ask(world, jobs[0].id, jobs[0].leases).await, Some(1));
    assert!(!has_underway().await, "somebody follows it");
    for job in &jobs {
        let back = Outcome::Failed { error: EngineError::stopped(), retry_at: START };
        world.finish(job, back, START).await.expect("back in line");
    }
    assert!(has_underway().await);
    let model = order().model;
    let found = world.store.claim_underway(START, LEASE_MS, 9, &model).await.expect("a claim");
    assert_eq!(found.iter().map(|job| job.id).collect::<Vec<_>>(), [jobs[0].id]);
    assert_eq!(found[0].ticket, Ticket::Asked);
    assert!(!has_underway().await);
    let rest = claim(world, 9, 0).await;
    assert_eq!(rest.iter().map(|job| job.id).collect::<Vec<_>>(), [jobs[1].id]);
}

async fn a_line_of_upstreams_keeps_to_the_cap_of_an_account(world: &World) {
    let (a, b) = (world.owner("a", 100).await, world.owner("b", 100).await);
    for owner in [a, a, a, a, b] {
        let order = Order { remote: true, ..order() };
        world.accept(Job { order, ..world.new_job(owner, 1) }).await;
    }
    let taken = claim(world, 9, 3).await;
    let of = |owner: Owner| taken.iter().filter(|job| job.account == owner.account).count();
    assert_eq!((of(a), of(b)), (3, 1));
    assert_eq!(claim(world, 9, 3).await, []);
    let first = taken.iter().find(|job| job.account == a.account).expect("one of a");
    world.finish(first, crate::fixture::fatal(), START).await.expect("ended");
    assert_eq!(claim(world, 9, 3).await.len(), 1);
    let running = matches!(world.stored(taken[1].id).await.state, State::Running { .. });
    assert!(running);
}
