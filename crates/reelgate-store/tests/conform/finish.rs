use crate::fixture::{LEASE_MS, START, World, clip, fatal, order, output, passing};
use crate::on_each_database;
use reelgate_core::job::{Failure, Refusal};
use reelgate_core::webhook::EventKind;
use reelgate_core::{Credits, EngineError, FailureClass, Job, Order, State, StateName};
use reelgate_store::Outcome;

on_each_database!(
    a_clip_is_charged_and_the_rest_released,
    a_failure_for_good_gives_everything_back,
    attempts_run_out,
    a_handed_back_job_costs_no_attempt,
    a_stale_worker_cannot_finish,
    finishing_twice_settles_once,
    many_finishes_at_once_settle_once,
    ends_of_many_jobs_at_once_each_have_their_own_answer,
    an_end_that_somebody_listens_for_is_staged,
);

async fn a_clip_is_charged_and_the_rest_released(world: &World) {
    let owner = world.owner("a", 100).await;
    for (held, charge, charged, balance) in [(40, 25, 25, 75), (40, 99, 40, 35), (0, 0, 0, 35)] {
        world.submit(owner, held).await;
        let job = world.claim(START).await.expect("a job");
        let now = START.plus_ms(10);
        let done = world.finish(&job, clip(charge), now).await.expect("ended");
        let charged = Credits::whole(charged);
        let state = State::Succeeded { finished: now, output: output(), charged };
        assert_eq!(done.state, state);
        assert_eq!(world.stored(job.id).await, done);
        assert_eq!(world.funds(owner).await, (balance, 0));
    }
}

async fn a_failure_for_good_gives_everything_back(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let job = world.claim(START).await.expect("a job");
    world.finish(&job, fatal(), START).await.expect("ended");
    // PostgreSQL keeps no NUL in a text, so none is kept anywhere.
    let message = "the picture\u{fffd} cannot be used".to_owned();
    let failure = Failure { class: FailureClass::Input, message };
    let state = State::Failed { finished: START, failure };
    assert_eq!(world.stored(job.id).await.state, state);
    assert_eq!(world.funds(owner).await, (100, 0));
}

async fn attempts_run_out(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    for attempt in 1..=3 {
        let job = world.claim(START).await.expect("a job");
        assert_eq!((job.attempt, job.leases), (attempt, u64::from(attempt)));
        let after = world.finish(&job, passing(START), START).await.expect("goes on");
        let expected = if attempt < 3 { StateName::Queued } else { StateName::Failed };
        assert_eq!(after.state.name(), expected);
        let held = if attempt < 3 { 40 } else { 0 };
        assert_eq!(world.funds(owner).await, (100, held));
    }
    assert_eq!(world.claim(START).await, None);
}

async fn a_handed_back_job_costs_no_attempt(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    for lease in 1..=5 {
        let job = world.claim(START).await.expect("a job");
        assert_eq!((job.attempt, job.leases), (1, lease));
        let stopped = Outcome::Failed { error: EngineError::stopped(), retry_at: START };
        world.finish(&job, stopped, START).await.expect("goes back");
    }
}

async fn a_stale_worker_cannot_finish(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let first = world.claim(START).await.expect("a job");
    let late = START.plus_ms(LEASE_MS);
    assert_eq!(world.rescue(late).await, 1);
    assert_eq!(world.finish(&first, clip(40), late).await, Err(Refusal::StaleLease));
    let second = world.claim(late).await.expect("a second attempt");
    assert_eq!(world.finish(&first, clip(40), late).await, Err(Refusal::StaleLease));
    assert_eq!(world.finish(&first, fatal(), late).await, Err(Refusal::StaleLease));
    assert_eq!(world.stored(second.id).await, second);
    assert_eq!(world.funds(owner).await, (100, 40));
    world.finish(&second, clip(40), late).await.expect("ended");
    assert_eq!(world.funds(owner).await, (60, 0));
}

async fn finishing_twice_settles_once(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let job = world.claim(START).await.expect("a job");
    let done = world.finish(&job, clip(40), START).await.expect("ended");
    let refusal = Refusal::Final(StateName::Succeeded);
    for outcome in [clip(40), fatal(), passing(START)] {
        assert_eq!(world.finish(&job, outcome, START.plus_ms(1)).await, Err(refusal));
    }
    assert_eq!(world.stored(job.id).await, done);
    assert_eq!(world.funds(owner).await, (60, 0));
}

async fn many_finishes_at_once_settle_once(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let job = world.claim(START).await.expect("a job");
    let outcomes = (0..12).map(|n| if n % 2 == 0 { clip(40) } else { fatal() });
    let finishes = outcomes.map(|outcome| world.finish(&job, outcome, START));
    let results = futures_util::future::join_all(finishes).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(world.store.statement(owner.account, None, 9).await.expect("entries").len(), 3);
}

async fn ends_of_many_jobs_at_once_each_have_their_own_answer(world: &World) {
    let owners = [world.owner("a", 100).await, world.owner("b", 100).await];
    world.endpoint(owners[1], &[EventKind::Succeeded], START).await;
    for n in 0..24 {
        world.submit(owners[n % 2], 2).await;
    }
    let jobs = world.store.claim(START, LEASE_MS, 24).await.expect("a claim");
    let unknown = Job { id: world.new_job(owners[0], 1).id, ..jobs[0].clone() };
    let stale = Job { leases: 9, ..jobs[0].clone() };
    let finishes = jobs.iter().chain([&stale, &unknown]).enumerate().map(|(n, job)| {
        let outcome = if n % 3 == 0 { fatal() } else { clip(1) };
        let (entry, delivery) = (world.entry_id(), world.delivery_id());
        world.store.finish(job.id, job.leases, outcome, entry, delivery, START)
    });
    let mut results = futures_util::future::join_all(finishes).await;
    results.pop().expect("of the unknown job").expect_err("there is no such job");
    let stale = results.pop().expect("of the stale lease").expect("the database works");
    // It came after the end, or before: never is it done.
    let (late, early) = (Refusal::Final(StateName::Failed), Refusal::StaleLease);
    assert!([Err(late), Err(early)].contains(&stale), "{stale:?}");
    for (n, result) in results.into_iter().enumerate() {
        let ended = result.expect("the database works").expect("ended");
        let expected = if n % 3 == 0 { StateName::Failed } else { StateName::Succeeded };
        assert_eq!((ended.id, ended.state.name()), (jobs[n].id, expected));
        assert_eq!(world.stored(ended.id).await.state.name(), expected);
    }
    let charged: i64 = owners.len() as i64 * 100 - 16;
    assert_eq!(world.funds(owners[0]).await.0 + world.funds(owners[1]).await.0, charged);
    assert_eq!((world.funds(owners[0]).await.1, world.funds(owners[1]).await.1), (0, 0));
}

async fn an_end_that_somebody_listens_for_is_staged(world: &World) {
    let owner = world.owner("a", 100).await;
    let callback_url = Some("https://example.com/hook".to_owned());
    let listening = async |outcome, kind: Option<EventKind>| {
        let order = Order { callback_url: callback_url.clone(), ..order() };
        let job = Job { order, ..world.new_job(owner, 10) };
        world.accept(job).await;
        let job = world.claim(START).await.expect("a job");
        world.finish(&job, outcome, START).await.expect("goes on");
        let due = world.store.claim_deliveries(START, 1_000, 9).await.expect("a claim");
        let seen = due.iter().map(|delivery| {
            assert_eq!(Some(&delivery.url), callback_url.as_ref());
            (delivery.message.job, delivery.message.kind)
        });
        assert_eq!(seen.collect::<Vec<_>>(), kind.map(|kind| (Some(job.id), kind)).as_slice());
    };
    listening(clip(5), Some(EventKind::Succeeded)).await;
    listening(fatal(), Some(EventKind::Failed)).await;
    listening(passing(START.plus_ms(1)), None).await;
}
