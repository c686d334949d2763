use crate::fixture::{START, World, clip, order};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::own::{DAY_MS, JobFilter, Page, Shown, UsageBy, UsageGroup, UsageQuery};
use reelgate_core::{Credits, Job, JobId, ModelId, Order, State, StateName, Timestamp};
use reelgate_store::StoreError;

on_each_database!(
    a_filter_lets_through_what_it_says,
    a_list_goes_on_where_it_ended,
    files_go_when_their_owner_says_so,
    changes_are_found_in_their_order,
    usage_is_summed_by_day_model_and_key,
);

fn page(limit: usize) -> Page<JobId> {
    Page { after: None, limit }
}

async fn a_filter_lets_through_what_it_says(world: &World) {
    let owner = world.owner("a", 100).await;
    let stranger = world.owner("b", 100).await;
    world.accept(world.new_job(stranger, 1)).await;
    let done = world.accept(world.new_job(owner, 1)).await.id;
    let running = world.claim(START).await.expect("the stranger's job");
    world.finish(&running, clip(1), START).await.expect("ended");
    let running = world.claim(START).await.expect("a job");
    world.finish(&running, clip(1), START).await.expect("ended");
    let other = Order { model: ModelId::from_text("open_v1/other"), ..order() };
    let queued = world.accept(Job { order: other, ..world.new_job(owner, 1) }).await.id;
    let list = async |filter: JobFilter| -> Vec<JobId> {
        let found = world.store.list_jobs(owner.account, filter, page(10)).await.expect("a list");
        assert_eq!(found.next, None);
        let mut ids: Vec<JobId> = found.rows.into_iter().map(|job| job.id).collect();
        ids.sort_unstable();
        ids
    };
    let mut both = vec![done, queued];
    both.sort_unstable();
    let all = JobFilter::default();
    assert_eq!(list(all.clone()).await, both);
    let state = |name| Some(Shown::State(name));
    let in_state = |state| JobFilter { state, ..JobFilter::default() };
    assert_eq!(list(in_state(state(StateName::Queued))).await, [queued]);
    assert_eq!(list(in_state(state(StateName::Succeeded))).await, [done]);
    assert_eq!(list(in_state(state(StateName::Failed))).await, []);
    assert_eq!(list(in_state(Some(Shown::Expired))).await, []);
    let of =
        |model: &str| JobFilter { model: Some(ModelId::from_text(model)), ..JobFilter::default() };
    assert_eq!(list(of("open_v1/other")).await, [queued]);
    // An underscore stands for itself.
    assert_eq!(list(of("open-v1/other")).await, []);
    assert_eq!(list(of("open_v1/othe")).await, []);
    let span = |from: i64, until: i64| JobFilter {
        from: Some(START.plus_ms(from)),
        until: Some(START.plus_ms(until)),
        ..JobFilter::default()
    };
    assert_eq!(list(span(0, 1)).await, both);
    assert_eq!(list(span(1, 9)).await, []);
    assert_eq!(list(span(-9, 0)).await, []);
    world.store.delete_files(owner.account, done, START).await.expect("removed");
    assert_eq!(list(in_state(state(StateName::Succeeded))).await, []);
    assert_eq!(list(in_state(Some(Shown::Expired))).await, [done]);
}

async fn a_list_goes_on_where_it_ended(world: &World) {
    let owner = world.owner("a", 100).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.accept(world.new_job(owner, 1)).await.id);
    }
    ids.sort_unstable();
    ids.reverse();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = Page { after, limit: 2 };
        let filter = JobFilter::default();
        let part = world.store.list_jobs(owner.account, filter, page).await.expect("a list");
        seen.extend(part.rows.iter().map(|job| job.id));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
}

async fn files_go_when_their_owner_says_so(world: &World) {
    let owner = world.owner("a", 10).await;
    let stranger = world.owner("b", 10).await;
    let job = world.accept(world.new_job(owner, 1)).await;
    let refused = |result: Result<Job, StoreError>| match result.expect_err("a refusal") {
        StoreError::Refused(error) => error.kind,
        other => panic!("{other}"),
    };
    let delete = async |account, at| world.store.delete_files(account, job.id, at).await;
    assert_eq!(refused(delete(owner.account, START).await), Kind::Conflict);
    let running = world.claim(START).await.expect("a job");
    assert_eq!(refused(delete(owner.account, START).await), Kind::Conflict);
    world.finish(&running, clip(1), START).await.expect("ended");
    assert_eq!(refused(delete(stranger.account, START).await), Kind::NotFound);
    let at = START.plus_ms(7);
    let removed = |job: &Job| match &job.state {
        State::Succeeded { output, .. } => output.removed,
        other => panic!("{other:?}"),
    };
    assert_eq!(removed(&delete(owner.account, at).await.expect("gone")), Some(at));
    let again = delete(owner.account, at.plus_ms(1)).await.expect("gone already");
    assert_eq!((removed(&again), again.updated), (Some(at), at));
    assert_eq!(again, world.stored(job.id).await);
}

async fn changes_are_found_in_their_order(world: &World) {
    let owner = world.owner("a", 10).await;
    let mut both = Vec::new();
    for _ in 0..2 {
        both.push(world.accept(world.new_job(owner, 1)).await.id);
    }
    both.sort_unstable();
    let ids = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.id).collect::<Vec<JobId>>();
    let new = async |after: JobId, limit| {
        ids(world.store.new_jobs(owner.account, after, limit).await.expect("a list"))
    };
    let since = async |moment: Timestamp, after, limit| {
        let jobs = world.store.changed_jobs(owner.account, moment, after, limit).await;
        ids(jobs.expect("a list"))
    };
    let before_all = JobId::from_bits(0).expect("an id");
    assert_eq!(new(before_all, 10).await, both);
    assert_eq!(new(before_all, 1).await, both[..1]);
    assert_eq!(new(both[0], 10).await, both[1..]);
    assert_eq!(since(START, None, 10).await, []);
    let later = START.plus_ms(5);
    let mut taken = Vec::new();
    for _ in 0..2 {
        taken.push(world.claim(later).await.expect("a job").id);
    }
    taken.sort_unstable();
    assert_eq!(new(before_all, 10).await, []);
    assert_eq!(since(START, None, 10).await, both);
    assert_eq!(since(later, None, 1).await, both[..1]);
    assert_eq!(since(later, Some(both[0]), 10).await, both[1..]);
    assert_eq!(since(later.plus_ms(1), None, 10).await, []);
    let stranger = world.owner("b", 10).await.account;
    assert_eq!(world.store.changed_jobs(stranger, START, None, 10).await.expect("a list"), []);
    assert_eq!(world.store.new_jobs(stranger, before_all, 10).await.expect("a list"), []);
}

async fn usage_is_summed_by_day_model_and_key(world: &World) {
    let owner = world.owner("a", 100).await;
    world.accept(world.new_job(owner, 3)).await;
    let running = world.claim(START).await.expect("a job");
    world.finish(&running, clip(2), START).await.expect("ended");
    let other = Order { model: ModelId::from_text("open_v1/other"), ..order() };
    world.accept(Job { order: other.clone(), ..world.new_job(owner, 1) }).await;
    let usage = async |by, from: i64, until: i64| {
        let (from, until) = (START.plus_ms(from), START.plus_ms(until));
        let query = UsageQuery { by, from, until, tests_only: false };
        world.store.usage(owner.account, query).await.expect("a report")
    };
    let days = usage(UsageBy::Day, 0, 1).await;
    let day = START.ms().div_euclid(DAY_MS) * DAY_MS;
    assert_eq!(days.len(), 1);
    assert_eq!(days[0].group, UsageGroup::Day(Timestamp::from_ms(day)));
    assert_eq!((days[0].jobs, days[0].succeeded, days[0].charged), (2, 1, Credits::whole(2)));
    let models = usage(UsageBy::Model, 0, 1).await;
    let named: Vec<_> = models.iter().map(|row| (row.group.clone(), row.jobs)).collect();
    let mut expected =
        vec![(UsageGroup::Model(order().model), 1), (UsageGroup::Model(other.model), 1)];
    expected.sort();
    assert_eq!(named, expected);
    let keys = usage(UsageBy::Key, 0, 1).await;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].group, UsageGroup::Key(owner.key));
    assert_eq!(usage(UsageBy::Day, 1, 9).await, []);
}
