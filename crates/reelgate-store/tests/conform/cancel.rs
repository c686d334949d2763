use crate::fixture::{LEASE_MS, START, World, clip, order, passing};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::job::Refusal;
use reelgate_core::webhook::EventKind;
use reelgate_core::{Job, JobId, Order, State, StateName};
use reelgate_store::StoreError;

on_each_database!(
    a_waiting_job_ends_at_once,
    a_running_job_ends_when_its_worker_stops,
    a_lost_worker_cannot_keep_a_job_from_being_cancelled,
    a_finished_job_stays_as_it_is,
    somebody_elses_job_does_not_exist,
    cancel_and_claim_at_once_agree,
    cancel_and_finish_at_once_settle_once,
);

async fn a_waiting_job_ends_at_once(world: &World) {
    let owner = world.owner("a", 100).await;
    let callback_url = Some("https://example.com/hook".to_owned());
    let order = Order { callback_url, ..order() };
    let job = world.accept(Job { order, ..world.new_job(owner, 40) }).await;
    let now = START.plus_ms(3);
    let cancelled = world.cancel(&job, now).await.expect("cancelled");
    assert_eq!(cancelled.state, State::Cancelled { finished: now });
    assert_eq!(world.stored(job.id).await, cancelled);
    assert_eq!(world.funds(owner).await, (100, 0));
    let due = world.store.claim_deliveries(now, 1_000, 9).await.expect("a claim");
    assert_eq!(due.iter().map(|d| d.message.kind).collect::<Vec<_>>(), [EventKind::Cancelled]);
    assert_eq!(world.claim(now).await, None);
    let again = world.cancel(&job, now.plus_ms(1)).await;
    assert_eq!(again, Err(Refusal::Final(StateName::Cancelled)));
}

async fn a_running_job_ends_when_its_worker_stops(world: &World) {
    let owner = world.owner("a", 100).await;
    for outcome in [clip(40), passing(START)] {
        world.submit(owner, 40).await;
        let job = world.claim(START).await.expect("a job");
        for _ in 0..2 {
            let asked = world.cancel(&job, START).await.expect("requested");
            assert!(matches!(asked.state, State::Running { cancel_requested: true, .. }));
            assert_eq!(world.stored(job.id).await, asked);
        }
        assert_eq!(world.funds(owner).await, (100, 40));
        let ended = world.finish(&job, outcome, START).await.expect("ended");
        assert_eq!(ended.state, State::Cancelled { finished: START });
        assert_eq!(world.funds(owner).await, (100, 0));
    }
}

async fn a_lost_worker_cannot_keep_a_job_from_being_cancelled(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let job = world.claim(START).await.expect("a job");
    world.cancel(&job, START).await.expect("requested");
    let late = START.plus_ms(LEASE_MS);
    assert_eq!(world.rescue(late).await, 1);
    assert_eq!(world.stored(job.id).await.state, State::Cancelled { finished: late });
    assert_eq!(world.funds(owner).await, (100, 0));
}

async fn a_finished_job_stays_as_it_is(world: &World) {
    let owner = world.owner("a", 100).await;
    world.submit(owner, 40).await;
    let job = world.claim(START).await.expect("a job");
    let done = world.finish(&job, clip(40), START).await.expect("ended");
    assert_eq!(world.cancel(&job, START).await, Err(Refusal::Final(StateName::Succeeded)));
    assert_eq!(world.stored(job.id).await, done);
}

async fn somebody_elses_job_does_not_exist(world: &World) {
    let owner = world.owner("a", 100).await;
    let other = world.owner("b", 100).await;
    let job = world.submit(owner, 40).await;
    for id in [job.id, JobId::new(START, 999)] {
        let (entry, delivery) = (world.entry_id(), world.delivery_id());
        match world.store.cancel(other.account, id, entry, delivery, START).await {
            Err(StoreError::Refused(error)) => assert_eq!(error.kind, Kind::NotFound),
            result => panic!("not refused: {result:?}"),
        }
        assert_eq!(world.store.job_of(other.account, id).await.expect("a read"), None);
    }
    assert_eq!(world.stored(job.id).await, job);
}

async fn cancel_and_claim_at_once_agree(world: &World) {
    let owner = world.owner("a", 1000).await;
    for _ in 0..10 {
        let job = world.submit(owner, 10).await;
        let (claimed, cancelled) =
            futures_util::future::join(world.claim(START), world.cancel(&job, START)).await;
        let cancelled = cancelled.expect("not final before");
        match claimed {
            None => assert_eq!(cancelled.state.name(), StateName::Cancelled),
            Some(running) => {
                assert_eq!(cancelled.state.name(), StateName::Running);
                world.finish(&running, clip(10), START).await.expect("ended");
            }
        }
        assert_eq!(world.stored(job.id).await.state.name(), StateName::Cancelled);
    }
    assert_eq!(world.funds(owner).await, (1000, 0));
}

async fn cancel_and_finish_at_once_settle_once(world: &World) {
    let owner = world.owner("a", 1000).await;
    let mut spent = 0;
    for _ in 0..10 {
        world.submit(owner, 10).await;
        let job = world.claim(START).await.expect("a job");
        let both = (world.cancel(&job, START), world.finish(&job, clip(10), START));
        let (cancelled, finished) = futures_util::future::join(both.0, both.1).await;
        let state = world.stored(job.id).await.state.name();
        assert_eq!(finished.expect("ended").state.name(), state);
        match cancelled {
            Ok(_) => assert_eq!(state, StateName::Cancelled),
            Err(refusal) => assert_eq!(refusal, Refusal::Final(StateName::Succeeded)),
        }
        spent += i64::from(state == StateName::Succeeded) * 10;
    }
    assert_eq!(world.funds(owner).await, (1000 - spent, 0));
}
