use crate::fixture::{LEASE_MS, START, World};
use crate::on_each_database;
use reelgate_core::{Job, JobId, Progress, State, Ticket};
use reelgate_store::Directive;

on_each_database!(
    a_heartbeat_extends_the_lease_and_notes_progress,
    a_heartbeat_hears_of_a_cancellation,
    a_late_worker_learns_that_it_lost_the_job,
    a_ticket_survives_into_the_next_attempt,
);

async fn running(world: &World) -> Job {
    let owner = world.owner("a", 10).await;
    world.submit(owner, 1).await;
    world.claim(START).await.expect("a job")
}

async fn beat(world: &World, id: JobId, token: u64, permille: u16, after_ms: i64) -> Directive {
    let (progress, now) = (Progress::from_permille(permille), START.plus_ms(after_ms));
    world.store.heartbeat(id, token, LEASE_MS, progress, now).await.expect("a heartbeat")
}

async fn a_heartbeat_extends_the_lease_and_notes_progress(world: &World) {
    let job = running(world).await;
    assert_eq!(beat(world, job.id, 1, 400, 1_000).await, Directive::Continue);
    assert_eq!(beat(world, job.id, 1, 300, 2_000).await, Directive::Continue);
    let State::Running { lease, progress, .. } = world.stored(job.id).await.state else {
        panic!("not running");
    };
    assert_eq!((lease.token, lease.expires), (1, START.plus_ms(2_000 + LEASE_MS)));
    assert_eq!(progress.permille(), 400);
    // Late, but nobody took the job: the worker keeps it.
    assert_eq!(beat(world, job.id, 1, 500, 90_000).await, Directive::Continue);
    assert_eq!(world.rescue(START.plus_ms(90_001)).await, 0);
}

async fn a_heartbeat_hears_of_a_cancellation(world: &World) {
    let job = running(world).await;
    world.cancel(&job, START).await.expect("requested");
    assert_eq!(beat(world, job.id, 1, 0, 1).await, Directive::Stop);
    assert_eq!(beat(world, job.id, 2, 0, 1).await, Directive::Lost);
}

async fn a_late_worker_learns_that_it_lost_the_job(world: &World) {
    let job = running(world).await;
    let late = START.plus_ms(LEASE_MS);
    assert_eq!(world.rescue(late).await, 1);
    assert_eq!(beat(world, job.id, 1, 900, LEASE_MS + 1).await, Directive::Lost);
    let second = world.claim(late.plus_ms(1)).await.expect("a second attempt");
    assert_eq!((second.id, second.leases, second.attempt), (job.id, 2, 2));
    assert_eq!(beat(world, job.id, 1, 900, LEASE_MS + 2).await, Directive::Lost);
    assert_eq!(beat(world, job.id, 2, 100, LEASE_MS + 2).await, Directive::Continue);
    assert_eq!(beat(world, JobId::new(START, 999), 1, 0, 0).await, Directive::Lost);
}

async fn a_ticket_survives_into_the_next_attempt(world: &World) {
    let job = running(world).await;
    let known = Ticket::Known("remote-7".to_owned());
    for ticket in [Ticket::Asked, known.clone()] {
        assert!(world.store.store_ticket(job.id, 1, &ticket, START).await.expect("a write"));
        assert_eq!(world.stored(job.id).await.ticket, ticket);
    }
    let late = START.plus_ms(LEASE_MS);
    assert_eq!(world.rescue(late).await, 1);
    let lost = world.store.store_ticket(job.id, 1, &Ticket::Asked, late).await;
    assert!(!lost.expect("a write"));
    let second = world.claim(late).await.expect("a second attempt");
    assert_eq!(second.ticket, known);
    assert!(!world.store.store_ticket(job.id, 1, &Ticket::None, late).await.expect("a write"));
    assert!(world.store.store_ticket(job.id, 2, &Ticket::None, late).await.expect("a write"));
}
