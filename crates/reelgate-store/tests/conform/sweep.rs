use crate::fixture::{START, World, clip, order, output};
use crate::on_each_database;
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey, KEEP_MS};
use reelgate_core::{Job, Media, MediaKind, Order, Output, Role, State};
use reelgate_store::{Removable, Submission, Submitted};

on_each_database!(idempotency_keys_are_forgotten_after_two_days, files_are_removed_once);

async fn idempotency_keys_are_forgotten_after_two_days(world: &World) {
    let owner = world.owner("a", 10).await;
    let submit = async |body| {
        let key = IdempotencyKey::parse("k").expect("a key");
        let idempotency = Some((key, Fingerprint([body; 32])));
        let job = world.new_job(owner, 1);
        let submission = Submission { job, idempotency, needs_purchase: false, daily_cap: None };
        world.store.submit(submission, START).await
    };
    submit(1).await.expect("accepted");
    let kept = START.plus_ms(KEEP_MS);
    assert_eq!(world.store.sweep_idempotency(kept).await.expect("a sweep"), 0);
    submit(2).await.expect_err("still known");
    assert_eq!(world.store.sweep_idempotency(kept.plus_ms(1)).await.expect("a sweep"), 1);
    assert!(matches!(submit(2).await.expect("accepted"), Submitted::Accepted(_)));
}

async fn files_are_removed_once(world: &World) {
    let owner = world.owner("a", 10).await;
    let media = Media {
        url: None,
        kind: MediaKind::Image,
        role: Role::FirstFrame,
        stored: "ref/9".to_owned(),
        size: None,
    };
    let order = Order { media: vec![media], ..order() };
    let job = world.accept(Job { order, ..world.new_job(owner, 1) }).await;
    let running = world.claim(START).await.expect("a job");
    assert_eq!(world.store.removable(START.plus_ms(1)).await.expect("a list"), []);
    world.finish(&running, clip(1), START).await.expect("ended");
    assert_eq!(world.store.removable(START).await.expect("a list"), []);
    let Output { video, poster, last_frame, thumbnail, .. } = output();
    let mut outputs = vec![video, poster, last_frame];
    outputs.extend(thumbnail);
    let expected = Removable { job: job.id, outputs, references: vec!["ref/9".to_owned()] };
    let later = START.plus_ms(1);
    assert_eq!(world.store.removable(later).await.expect("a list"), [expected]);
    world.store.mark_removed(vec![job.id], later).await.expect("marked");
    assert_eq!(world.store.removable(later).await.expect("a list"), []);
    let State::Succeeded { output, .. } = world.stored(job.id).await.state else {
        panic!("not succeeded");
    };
    assert_eq!(output.removed, Some(later));
}
