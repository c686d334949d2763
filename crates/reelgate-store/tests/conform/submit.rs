use crate::fixture::{Owner, START, World, order};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::{
    Channel, Credits, EntryId, Job, Media, MediaKind, Order, Ratio, Resolution, Role, Size, State,
    Ticket,
};
use reelgate_store::{StoreError, Submission, Submitted};

on_each_database!(
    everything_about_a_job_reads_back,
    a_price_that_the_balance_does_not_cover_is_refused,
    many_at_once_never_overdraw,
    a_repeated_request_answers_with_the_first_job,
    a_key_that_was_used_for_another_request_is_refused,
    a_refused_request_does_not_use_up_its_key,
    one_key_at_the_same_time_makes_one_job,
    poor_neighbours_do_not_fail_a_batch,
    keyed_requests_at_once_each_get_their_own_answer,
    an_id_that_is_taken_is_told,
    a_kept_model_is_for_accounts_that_have_paid,
);

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).expect("a key")
}

async fn submit_keyed(
    world: &World,
    job: Job,
    name: &str,
    body: u8,
) -> Result<Submitted, StoreError> {
    let idempotency = Some((key(name), Fingerprint([body; 32])));
    let submission = Submission { job, idempotency, needs_purchase: false, daily_cap: None };
    world.store.submit(submission, START).await
}

fn refusal(result: Result<Submitted, StoreError>) -> Kind {
    match result {
        Err(StoreError::Refused(error)) => error.kind,
        other => panic!("not refused: {other:?}"),
    }
}

async fn everything_about_a_job_reads_back(world: &World) {
    let owner = world.owner("a", 100).await;
    let media = |kind, url: Option<&str>, size| Media {
        url: url.map(str::to_owned),
        kind,
        role: Role::Reference,
        stored: "ref/1".to_owned(),
        size,
    };
    let size = Size { width: 640, height: 480 };
    let full = Job {
        order: Order {
            media: vec![
                media(MediaKind::Image, Some("https://example.com/ü?a=\"b\""), Some(size)),
                media(MediaKind::Audio, None, None),
            ],
            ratio: Ratio::R21x9,
            resolution: Resolution::P4k,
            duration_s: 15,
            seed: Some(u32::MAX),
            fixed_lens: true,
            channel: Channel::Wild,
            callback_url: Some("https://example.com/hook".to_owned()),
            metadata: Some(r#"{"a":"\u0000"}"#.to_owned()),
            ..order()
        },
        seed: u32::MAX,
        ticket: Ticket::Known("up-1".to_owned()),
        ..world.new_job(owner, 1)
    };
    for job in [full, world.new_job(owner, 0)] {
        let job = world.accept(job).await;
        assert_eq!(world.stored(job.id).await, job);
        assert_eq!(world.store.job_of(owner.account, job.id).await.expect("a read"), Some(job));
    }
}

async fn a_price_that_the_balance_does_not_cover_is_refused(world: &World) {
    let owner = world.owner("a", 50).await;
    world.submit(owner, 40).await;
    let kind = refusal(world.try_accept(world.new_job(owner, 11)).await);
    let (required, available) = (Credits::whole(11), Credits::whole(10));
    assert_eq!(kind, Kind::InsufficientCredits { required, available });
    world.submit(owner, 10).await;
    assert_eq!(world.funds(owner).await, (50, 50));
}

async fn many_at_once_never_overdraw(world: &World) {
    let owner = world.owner("a", 25).await;
    let jobs = (0..40).map(|_| world.new_job(owner, 2)).collect::<Vec<_>>();
    let submits = jobs.into_iter().map(|job| world.try_accept(job));
    let results = futures_util::future::join_all(submits).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 12);
    assert_eq!(world.funds(owner).await, (25, 24));
    assert_eq!(world.store.jobs(owner.account, None, 100).await.expect("a list").len(), 12);
}

async fn a_repeated_request_answers_with_the_first_job(world: &World) {
    let owner = world.owner("a", 50).await;
    let first = world.new_job(owner, 30);
    let accepted = submit_keyed(world, first.clone(), "k", 1).await.expect("accepted");
    let first = Job { remaining: Some(Credits::whole(20)), ..first };
    assert_eq!(accepted, Submitted::Accepted(first.clone()));
    let found = world.store.find_idempotent(owner.account, &key("k")).await.expect("a read");
    assert_eq!(found, Some((Fingerprint([1; 32]), first.id)));
    // It would not fit into the balance twice, and does not have to.
    for _ in 0..2 {
        let again = submit_keyed(world, world.new_job(owner, 30), "k", 1).await.expect("replayed");
        assert_eq!(again, Submitted::Replayed(first.clone()));
    }
    assert_eq!(world.funds(owner).await, (50, 30));
    // The same text is another key for another account.
    let other = world.owner("b", 50).await;
    submit_keyed(world, world.new_job(other, 1), "k", 2).await.expect("accepted");
}

async fn a_key_that_was_used_for_another_request_is_refused(world: &World) {
    let owner = world.owner("a", 50).await;
    submit_keyed(world, world.new_job(owner, 1), "k", 1).await.expect("accepted");
    let again = submit_keyed(world, world.new_job(owner, 1), "k", 2).await;
    assert_eq!(refusal(again), Kind::IdempotencyMismatch);
    assert_eq!(world.funds(owner).await, (50, 1));
}

async fn a_refused_request_does_not_use_up_its_key(world: &World) {
    let owner = world.owner("a", 0).await;
    let poor = submit_keyed(world, world.new_job(owner, 5), "k", 1).await;
    assert!(matches!(refusal(poor), Kind::InsufficientCredits { .. }));
    assert_eq!(world.store.find_idempotent(owner.account, &key("k")).await.expect("a read"), None);
    world.grant(owner.account, 5).await;
    let rich = submit_keyed(world, world.new_job(owner, 5), "k", 1).await.expect("accepted");
    assert!(matches!(rich, Submitted::Accepted(_)));
}

async fn one_key_at_the_same_time_makes_one_job(world: &World) {
    let owner = world.owner("a", 50).await;
    let submits = (0..16).map(|_| submit_keyed(world, world.new_job(owner, 30), "k", 1));
    let mut ids = Vec::new();
    let mut accepted = 0;
    for result in futures_util::future::join_all(submits).await {
        match result.expect("answered") {
            Submitted::Accepted(job) => {
                accepted += 1;
                ids.push(job.id);
            }
            Submitted::Replayed(job) => ids.push(job.id),
        }
    }
    ids.dedup();
    assert_eq!((accepted, ids.len()), (1, 1));
    assert_eq!(world.funds(owner).await, (50, 30));
}

async fn poor_neighbours_do_not_fail_a_batch(world: &World) {
    let rich = world.owner("rich", 100).await;
    let poor = world.owner("poor", 1).await;
    let taken = world.submit(rich, 1).await;
    let unknown = Owner { account: reelgate_core::AccountId::new(START, 999_999), ..rich };
    let jobs = (0..30).map(|n| match n % 3 {
        0 => world.new_job(rich, 1),
        1 => world.new_job(poor, 2),
        _ if n == 5 => Job { id: taken.id, ..world.new_job(rich, 1) },
        _ => world.new_job(unknown, 1),
    });
    let jobs = jobs.collect::<Vec<_>>();
    let submits = jobs.into_iter().map(|job| world.try_accept(job));
    for (n, result) in futures_util::future::join_all(submits).await.into_iter().enumerate() {
        assert_eq!(result.is_ok(), n % 3 == 0, "{n}: {result:?}");
    }
    assert_eq!(world.funds(rich).await, (100, 11));
    assert_eq!(world.funds(poor).await, (1, 0));
}

async fn keyed_requests_at_once_each_get_their_own_answer(world: &World) {
    let owner = world.owner("a", 100).await;
    let poor = world.owner("poor", 1).await;
    let first = world.new_job(owner, 1);
    let first = match submit_keyed(world, first, "old", 1).await.expect("accepted") {
        Submitted::Accepted(job) | Submitted::Replayed(job) => job,
    };
    let new = world.new_job(owner, 5);
    let results = futures_util::future::join_all([
        submit_keyed(world, world.new_job(owner, 1), "old", 1),
        submit_keyed(world, world.new_job(owner, 1), "old", 2),
        submit_keyed(world, new.clone(), "new", 1),
        submit_keyed(world, world.new_job(owner, 5), "new", 1),
        submit_keyed(world, world.new_job(owner, 5), "new", 2),
        submit_keyed(world, world.new_job(poor, 2), "poor", 1),
        submit_keyed(world, world.new_job(poor, 1), "fits", 1),
        submit_keyed(world, world.new_job(owner, 7), "other", 1),
    ]);
    let mut results = results.await.into_iter();
    let mut next = || results.next().expect("eight answers");
    assert_eq!(next().expect("replayed"), Submitted::Replayed(first));
    assert_eq!(refusal(next()), Kind::IdempotencyMismatch);
    let new = Job { remaining: Some(Credits::whole(94)), ..new };
    assert_eq!(next().expect("accepted"), Submitted::Accepted(new.clone()));
    assert_eq!(next().expect("replayed"), Submitted::Replayed(new));
    assert_eq!(refusal(next()), Kind::IdempotencyMismatch);
    assert!(matches!(refusal(next()), Kind::InsufficientCredits { .. }));
    assert!(matches!(next().expect("accepted"), Submitted::Accepted(_)));
    assert!(matches!(next().expect("accepted"), Submitted::Accepted(_)));
    assert_eq!(world.funds(owner).await, (100, 13));
    assert_eq!(world.funds(poor).await, (1, 1));
    // The poor request's key was not used up.
    world.grant(poor.account, 2).await;
    let again = submit_keyed(world, world.new_job(poor, 2), "poor", 2).await.expect("accepted");
    assert!(matches!(again, Submitted::Accepted(_)));
}

async fn an_id_that_is_taken_is_told(world: &World) {
    let owner = world.owner("a", 100).await;
    let first = world.submit(owner, 1).await;
    let twin = Job { id: first.id, ..world.new_job(owner, 2) };
    assert!(matches!(world.try_accept(twin).await, Err(StoreError::Taken)));
    // Also when both came with a key.
    let keyed = world.new_job(owner, 1);
    submit_keyed(world, keyed.clone(), "one", 1).await.expect("accepted");
    let twin = submit_keyed(world, Job { id: keyed.id, ..world.new_job(owner, 2) }, "two", 2).await;
    assert!(matches!(twin, Err(StoreError::Taken)), "{twin:?}");
    world.cancel(&keyed, START).await.expect("cancelled");
    // Nor may its hold's, which is named as the job.
    let job = world.new_job(owner, 3);
    let (named, gift) = (EntryId::of_hold(job.id), Credits::whole(1));
    world.store.grant(named, owner.account, gift, "a gift", START).await.expect("granted");
    assert!(matches!(world.try_accept(job).await, Err(StoreError::Taken)));
    assert_eq!(world.funds(owner).await, (101, 1));
    assert!(matches!(world.stored(first.id).await.state, State::Queued { .. }));
}

async fn a_kept_model_is_for_accounts_that_have_paid(world: &World) {
    let owner = world.owner("a", 10).await;
    let order = |job| Submission { job, idempotency: None, needs_purchase: true, daily_cap: None };
    // Credits that were given are not credits that were bought.
    let refused = world.store.submit(order(world.new_job(owner, 1)), START).await;
    assert_eq!(refusal(refused), Kind::PurchaseRequired);
    assert_eq!(world.funds(owner).await, (10, 0));
    let (entry, five) = (EntryId::new(START, 9), Credits::whole(5));
    world.store.grant_paid(entry, owner.account, five, "bought", START).await.expect("a grant");
    let both = [order(world.new_job(owner, 1)), order(world.new_job(owner, 1))];
    let both = both.map(|submission| world.store.submit(submission, START));
    for accepted in futures_util::future::join_all(both).await {
        assert!(matches!(accepted, Ok(Submitted::Accepted(_))), "{accepted:?}");
    }
    assert_eq!(world.funds(owner).await, (15, 2));
}
