use crate::fixture::{Owner, START, World, clip, fatal, order, passing};
use crate::on_each_database;
use reelgate_core::check::Policy;
use reelgate_core::endpoint::{Change, ENDPOINTS_MAX, Health, Listener, OffBy, Standing};
use reelgate_core::error::Kind;
use reelgate_core::webhook::{Delivery, DeliveryState, EventKind, Record, TRIES_MAX};
use reelgate_core::{Endpoint, Job, Order, Timestamp};
use reelgate_store::{Settled, StoreError, Tried};

on_each_database!(
    an_endpoint_hears_of_what_it_asked_for,
    every_attempt_at_a_job_has_a_beginning_of_its_own,
    an_endpoint_that_is_off_hears_nothing,
    an_endpoint_belongs_to_its_account,
    an_account_has_so_many_endpoints,
    two_secrets_sign_for_a_while,
    attempts_and_health_are_remembered,
    a_receiver_that_is_gone_switches_its_endpoint_off,
    a_delivery_is_sent_once_more_under_its_name,
    what_an_order_was_told_is_sent_once_more,
    replays_are_bounded,
    what_was_deleted_goes_with_its_last_delivery,
    a_lost_message_is_found_by_the_audit,
);

async fn claim(world: &World, now: Timestamp) -> Vec<Delivery> {
    let mut claimed = world.store.claim_deliveries(now, 10_000, 50).await.expect("a claim");
    claimed.sort_by_key(|delivery| delivery.message.kind.name());
    claimed
}

async fn settle(world: &World, delivery: &Delivery, result: Settled, now: Timestamp) -> bool {
    let tried = Tried { took_ms: 12, error: None };
    world.store.settle_delivery(delivery, result, tried, now).await.expect("a write")
}

/// What was told, in the order of names.
async fn kinds(world: &World, now: Timestamp) -> Vec<EventKind> {
    claim(world, now).await.iter().map(|delivery| delivery.message.kind).collect()
}

async fn change(world: &World, endpoint: &Endpoint, change: Change) -> Endpoint {
    let (account, policy) = (endpoint.account, Policy::default());
    world.store.change_endpoint(account, endpoint.id, change, policy, START).await.expect("changed")
}

fn enabled(on: bool) -> Change {
    Change { enabled: Some(on), ..Change::default() }
}

/// A delivery of this endpoint, claimed.
async fn test(world: &World, endpoint: &Endpoint) -> Delivery {
    let id = world.delivery_id();
    world.store.test_endpoint(endpoint.account, endpoint.id, id, START).await.expect("staged");
    let delivery = claim(world, START).await.pop().expect("a delivery");
    assert_eq!((delivery.message.id, delivery.message.kind), (id, EventKind::Test));
    delivery
}

async fn refusal<T: std::fmt::Debug>(result: impl Future<Output = Result<T, StoreError>>) -> Kind {
    match result.await.expect_err("refused") {
        StoreError::Refused(error) => error.kind,
        other => panic!("{other:?}"),
    }
}

async fn run(world: &World, owner: Owner, callback_url: Option<String>) -> Job {
    let order = Order { callback_url, ..order() };
    world.accept(Job { order, ..world.new_job(owner, 1) }).await;
    world.claim(START).await.expect("a job")
}

async fn an_endpoint_hears_of_what_it_asked_for(world: &World) {
    use EventKind::{Cancelled, Failed, Queued, Running, Succeeded};
    let (owner, other) = (world.owner("a", 100).await, world.owner("b", 100).await);
    let all = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let ends = world.endpoint(owner, &[Failed, Succeeded], START).await;
    world.endpoint(other, &EventKind::OF_JOBS, START).await;
    let job = run(world, owner, Some("https://example.com/own".to_owned())).await;
    world.finish(&job, clip(1), START).await.expect("ended");
    let told = claim(world, START).await;
    let mut to: Vec<_> =
        told.iter().map(|d| (d.message.kind, d.message.endpoint, d.url.as_str())).collect();
    to.sort_by_key(|(kind, endpoint, _)| (kind.name(), *endpoint));
    assert_eq!(
        to,
        [
            (Queued, Some(all.id), "https://example.com/all"),
            (Running, Some(all.id), "https://example.com/all"),
            (Succeeded, None, "https://example.com/own"),
            (Succeeded, Some(all.id), "https://example.com/all"),
            (Succeeded, Some(ends.id), "https://example.com/all"),
        ]
    );
    assert!(told.iter().all(|d| d.message.job == Some(job.id) && d.message.at == START));
    let job = run(world, owner, None).await;
    world.finish(&job, fatal(), START).await.expect("ended");
    assert_eq!(kinds(world, START).await, [Failed, Failed, Queued, Running]);
    let job = world.submit(owner, 1).await;
    world.cancel(&job, START).await.expect("ended");
    assert_eq!(kinds(world, START).await, [Cancelled, Queued]);
}

async fn every_attempt_at_a_job_has_a_beginning_of_its_own(world: &World) {
    let owner = world.owner("a", 100).await;
    world.endpoint(owner, &[EventKind::Running], START).await;
    let first = run(world, owner, None).await;
    world.finish(&first, passing(START.plus_ms(500)), START).await.expect("handed back");
    let later = START.plus_ms(500);
    world.claim(later).await.expect("again");
    let told: Vec<_> = claim(world, later).await.into_iter().map(|d| d.message).collect();
    let facts: Vec<_> = told.iter().map(|m| (m.lease, m.attempt, m.at)).collect();
    assert_eq!(facts, [(1, 1, START), (2, 2, later)]);
    let job = world.stored(first.id).await;
    let shown = told[0].as_told(job.clone());
    assert_eq!((shown.attempt, shown.updated, shown.state.name()), (1, START, job.state.name()));
}

async fn an_endpoint_that_is_off_hears_nothing(world: &World) {
    let owner = world.owner("a", 100).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let off = change(world, &endpoint, enabled(false)).await;
    assert_eq!(off.standing, Standing::Off { since: START, by: OffBy::Owner });
    let job = run(world, owner, None).await;
    let test = world.store.test_endpoint(owner.account, off.id, world.delivery_id(), START);
    assert_eq!(refusal(test).await, Kind::Conflict);
    change(world, &endpoint, enabled(true)).await;
    world.finish(&job, clip(1), START).await.expect("ended");
    assert_eq!(kinds(world, START).await, [EventKind::Succeeded]);
}

async fn an_endpoint_belongs_to_its_account(world: &World) {
    let (owner, other) = (world.owner("a", 0).await.account, world.owner("b", 0).await.account);
    let mine = world.owner("c", 0).await;
    let endpoint = world.endpoint(mine, &EventKind::OF_JOBS, START).await;
    let (id, store) = (endpoint.id, &world.store);
    let delivery = test(world, &endpoint).await.message.id;
    for stranger in [owner, other] {
        assert_eq!(store.endpoints(stranger).await.expect("a list"), []);
        assert_eq!(store.endpoint_of(stranger, id).await.expect("a read"), None);
        assert!(!store.delete_endpoint(stranger, id, START).await.expect("a write"));
        let policy = Policy::default();
        let change = store.change_endpoint(stranger, id, enabled(false), policy, START);
        assert_eq!(refusal(change).await, Kind::NotFound);
        let rotate = store.rotate_endpoint(stranger, id, String::new(), 0, START);
        assert_eq!(refusal(rotate).await, Kind::NotFound);
        let replay = store.replay_delivery(stranger, Listener::Endpoint(id), delivery, START);
        assert_eq!(refusal(replay).await, Kind::NotFound);
        assert_eq!(
            refusal(store.deliveries(stranger, Listener::Endpoint(id), None, 9)).await,
            Kind::NotFound
        );
        assert_eq!(
            refusal(store.delivery(stranger, Listener::Endpoint(id), delivery)).await,
            Kind::NotFound
        );
    }
    assert_eq!(store.endpoints(mine.account).await.expect("a list"), [endpoint]);
}

async fn an_account_has_so_many_endpoints(world: &World) {
    let owner = world.owner("a", 0).await;
    let mut all = Vec::new();
    for _ in 0..ENDPOINTS_MAX {
        all.push(world.endpoint(owner, &EventKind::OF_JOBS, START).await);
    }
    let more = Endpoint { id: reelgate_core::EndpointId::new(START, 99_999), ..all[0].clone() };
    assert_eq!(refusal(world.store.create_endpoint(more.clone())).await, Kind::Conflict);
    let deleted = world.store.delete_endpoint(owner.account, all[3].id, START).await;
    assert!(deleted.expect("a write"));
    world.store.create_endpoint(more).await.expect("there is room again");
    assert_eq!(world.store.endpoints(owner.account).await.expect("a list").len(), ENDPOINTS_MAX);
}

async fn two_secrets_sign_for_a_while(world: &World) {
    let owner = world.owner("a", 0).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let rotate = async |secret: &str, overlap_ms| {
        let (account, secret) = (owner.account, secret.to_owned());
        let rotate =
            world.store.rotate_endpoint(account, endpoint.id, secret, overlap_ms, START).await;
        let read = world.store.endpoint(endpoint.id).await.expect("a read").expect("it is there");
        assert_eq!(rotate.expect("rotated"), read);
        read.secrets
    };
    let secrets = rotate("whsec_dHdv", 1_000).await;
    let live = |at| secrets.live(at).collect::<Vec<_>>();
    assert_eq!(live(START.plus_ms(999)), ["whsec_dHdv", "whsec_b25l"]);
    assert_eq!(live(START.plus_ms(1_000)), ["whsec_dHdv"]);
    assert_eq!(rotate("whsec_dGhyZWU=", 0).await.previous, None);
}

async fn attempts_and_health_are_remembered(world: &World) {
    let owner = world.owner("a", 0).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let id = test(world, &endpoint).await.message.id;
    let health = async || {
        let read = world.store.endpoint(endpoint.id).await;
        read.expect("a read").expect("it is there").health
    };
    let later = START.plus_ms(60_000);
    let again = claim(world, later).await.remove(0);
    let retry = Settled::Retry { at: later, status: Some(503) };
    assert!(settle(world, &again, retry, later).await);
    assert_eq!(
        health().await,
        Health { failures: 1, last_failure: Some(later), last_success: None }
    );
    let again = claim(world, later).await.remove(0);
    let tried = Tried { took_ms: 9, error: Some("could not be reached".to_owned()) };
    let retry = Settled::Retry { at: later, status: None };
    assert!(world.store.settle_delivery(&again, retry, tried, later).await.expect("a write"));
    let last = claim(world, later).await.remove(0);
    assert!(settle(world, &last, Settled::Delivered { status: 204 }, later).await);
    assert!(!settle(world, &last, Settled::Delivered { status: 204 }, later).await);
    let all = Health { failures: 0, last_failure: Some(later), last_success: Some(later) };
    assert_eq!(health().await, all);
    let read = world.store.delivery(owner.account, Listener::Endpoint(endpoint.id), id).await;
    let (record, attempts) = read.expect("a read");
    assert_eq!(record.state, DeliveryState::Delivered { settled: later });
    assert_eq!((record.tries, record.last_status), (4, Some(204)));
    let log: Vec<_> = attempts.iter().map(|a| (a.number, a.took_ms, a.status)).collect();
    // The first sender never said what became of it.
    assert_eq!(log, [(2, 12, Some(503)), (3, 9, None), (4, 12, Some(204))]);
    assert_eq!(attempts[1].error.as_deref(), Some("could not be reached"));
}

async fn a_receiver_that_is_gone_switches_its_endpoint_off(world: &World) {
    let owner = world.owner("a", 10).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let delivery = test(world, &endpoint).await;
    assert!(settle(world, &delivery, Settled::Gone { status: 410 }, START).await);
    let off = world.store.endpoint(endpoint.id).await.expect("a read").expect("it is there");
    assert_eq!(off.standing, Standing::Off { since: START, by: OffBy::Receiver });
    assert_eq!(off.health.failures, 1);
    let job = run(world, owner, None).await;
    world.finish(&job, clip(1), START).await.expect("ended");
    assert_eq!(kinds(world, START).await, []);
    assert_eq!(change(world, &endpoint, enabled(true)).await.health.failures, 0);
}

async fn a_delivery_is_sent_once_more_under_its_name(world: &World) {
    let owner = world.owner("a", 0).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let delivery = test(world, &endpoint).await;
    let id = delivery.message.id;
    let replay =
        || world.store.replay_delivery(owner.account, Listener::Endpoint(endpoint.id), id, START);
    assert_eq!(refusal(replay()).await, Kind::Conflict);
    settle(world, &delivery, Settled::Delivered { status: 200 }, START).await;
    let Record { state, tries, .. } = replay().await.expect("replayed");
    assert_eq!((state, tries), (DeliveryState::Pending { next: START }, 1));
    let again = claim(world, START).await.remove(0);
    assert_eq!((&again.message, again.token), (&delivery.message, 2));
    settle(world, &again, Settled::Dead { status: Some(500) }, START).await;
    change(world, &endpoint, enabled(false)).await;
    assert_eq!(refusal(replay()).await, Kind::Conflict);
}

async fn replays_are_bounded(world: &World) {
    let owner = world.owner("a", 0).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let mut delivery = test(world, &endpoint).await;
    let id = delivery.message.id;
    let replay =
        || world.store.replay_delivery(owner.account, Listener::Endpoint(endpoint.id), id, START);
    for _ in 1..TRIES_MAX {
        settle(world, &delivery, Settled::Dead { status: None }, START).await;
        replay().await.expect("replayed");
        delivery = claim(world, START).await.remove(0);
    }
    settle(world, &delivery, Settled::Dead { status: None }, START).await;
    assert_eq!(refusal(replay()).await, Kind::Conflict);
}

async fn what_was_deleted_goes_with_its_last_delivery(world: &World) {
    let owner = world.owner("a", 10).await;
    let endpoint = world.endpoint(owner, &EventKind::OF_JOBS, START).await;
    let delivery = test(world, &endpoint).await;
    assert!(world.store.delete_endpoint(owner.account, endpoint.id, START).await.expect("gone"));
    assert!(!world.store.delete_endpoint(owner.account, endpoint.id, START).await.expect("gone"));
    assert_eq!(world.store.endpoint_of(owner.account, endpoint.id).await.expect("a read"), None);
    let kept = world.store.endpoint(endpoint.id).await.expect("a read").expect("for its delivery");
    assert_eq!(kept.secrets.current, "", "secrets do not outlive their use");
    let later = START.plus_ms(1);
    assert_eq!(world.store.sweep_deliveries(later).await.expect("a sweep"), 0);
    assert!(world.store.endpoint(endpoint.id).await.expect("a read").is_some());
    assert!(settle(world, &delivery, Settled::Dropped, START).await);
    assert_eq!(world.store.sweep_deliveries(later).await.expect("a sweep"), 1);
    assert_eq!(world.store.endpoint(endpoint.id).await.expect("a read"), None);
}

async fn a_lost_message_is_found_by_the_audit(world: &World) {
    let owner = world.owner("a", 10).await;
    world.endpoint(owner, &[EventKind::Succeeded], START).await;
    let job = run(world, owner, None).await;
    let later = START.plus_ms(60_001);
    world.finish(&job, clip(1), later).await.expect("ended");
    world.audit().await;
    let found = async |sql: &str| {
        world.by_hand(sql).await.expect("changed");
        let found = world.store.audit().await.expect("an audit");
        found.iter().map(|violation| violation.invariant).collect::<Vec<_>>()
    };
    assert_eq!(found("UPDATE deliveries SET kind = 'job.failed'").await, [8, 8]);
    assert_eq!(found("DELETE FROM deliveries").await, [8]);
    world.by_hand("UPDATE webhook_endpoints SET events = 'job.failed'").await.expect("changed");
}

async fn what_an_order_was_told_is_sent_once_more(world: &World) {
    let (owner, other) = (world.owner("a", 100).await, world.owner("b", 100).await);
    let job = run(world, owner, Some("https://example.com/own".to_owned())).await;
    world.finish(&job, clip(1), START).await.expect("ended");
    let delivery = claim(world, START).await.pop().expect("staged");
    let (id, to) = (delivery.message.id, Listener::Order(job.id));
    let replay = || world.store.replay_delivery(owner.account, to, id, START);
    assert_eq!(refusal(replay()).await, Kind::Conflict);
    settle(world, &delivery, Settled::Dead { status: Some(500) }, START).await;
    assert_eq!(replay().await.expect("replayed").message, delivery.message);
    let again = claim(world, START).await.pop().expect("due");
    assert_eq!((again.message, again.token), (delivery.message, 2));
    let (page, more) = world.store.deliveries(owner.account, to, None, 9).await.expect("a page");
    assert_eq!((page.len(), more), (1, false));
    let (_, attempts) = world.store.delivery(owner.account, to, id).await.expect("one");
    assert_eq!(attempts.len(), 1);
    assert_eq!(refusal(world.store.deliveries(other.account, to, None, 9)).await, Kind::NotFound);
    let stranger = world.store.replay_delivery(other.account, to, id, START);
    assert_eq!(refusal(stranger).await, Kind::NotFound);
}
