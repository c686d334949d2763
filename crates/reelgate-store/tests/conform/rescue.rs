use crate::fixture::{LEASE_MS, START, World, clip};
use crate::on_each_database;
use reelgate_core::{FailureClass, State, StateName};

on_each_database!(
    an_expired_lease_costs_an_attempt_and_the_last_one_the_job,
    a_job_that_took_too_long_fails_wherever_it_is,
    a_cancelled_job_that_took_too_long_is_cancelled,
    rescuers_at_once_do_the_work_once,
);

async fn an_expired_lease_costs_an_attempt_and_the_last_one_the_job(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let mut now = START;
    for attempt in 1..=3 {
        let job = world.claim(now).await.expect("a job");
        assert_eq!(job.attempt, attempt);
        now = now.plus_ms(LEASE_MS);
        assert_eq!(world.rescue(now.plus_ms(-1)).await, 0);
        assert_eq!(world.rescue(now).await, 1);
        assert_eq!(world.rescue(now).await, 0);
    }
    let jobs = world.store.jobs(owner.account, None, 1).await.expect("a list");
    let State::Failed { failure, finished } = &jobs[0].state else { panic!("not failed") };
    assert_eq!((failure.class, *finished), (FailureClass::WorkerLost, now));
    assert_eq!(world.funds(owner).await, (100, 0));
}

async fn a_job_that_took_too_long_fails_wherever_it_is(world: &World) {
    let owner = world.owner("a", 100).await;
    let running = world.submit(owner, 40).await;
    let kept = world.claim(START).await.expect("a job");
    let waiting = world.submit(owner, 40).await;
    let deadline = running.deadline;
    assert_eq!(world.rescue(deadline).await, 2);
    for id in [running.id, waiting.id] {
        let State::Failed { failure, .. } = world.stored(id).await.state else {
            panic!("not failed");
        };
        assert_eq!(failure.class, FailureClass::Timeout);
    }
    assert!(world.finish(&kept, clip(40), deadline).await.is_err());
    assert_eq!(world.funds(owner).await, (100, 0));
}

async fn a_cancelled_job_that_took_too_long_is_cancelled(world: &World) {
    let owner = world.owner("a", 100).await;
    let job = world.submit(owner, 40).await;
    world.claim(START).await.expect("a job");
    world.cancel(&job, START).await.expect("requested");
    assert_eq!(world.rescue(job.deadline).await, 1);
    assert_eq!(world.stored(job.id).await.state.name(), StateName::Cancelled);
}

async fn rescuers_at_once_do_the_work_once(world: &World) {
    let owner = world.owner("a", 100).await;
    for _ in 0..20 {
        world.submit(owner, 1).await;
    }
    world.store.claim(START, LEASE_MS, 20).await.expect("a claim");
    let late = START.plus_ms(LEASE_MS);
    let rescues = (0..4).map(|_| world.rescue(late));
    let rescued = futures_util::future::join_all(rescues).await;
    assert_eq!(rescued.into_iter().sum::<usize>(), 20);
    assert_eq!(world.store.stats().await.expect("counts").queued, 20);
}
