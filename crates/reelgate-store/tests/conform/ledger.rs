use crate::fixture::{START, World, clip, fatal};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::ledger::{EntryKind, Funds, GRANT_MAX};
use reelgate_core::{AccountId, Credits};
use reelgate_store::StoreError;

on_each_database!(
    grants_add_up_and_impossible_ones_are_refused,
    a_repeated_grant_adds_nothing,
    grants_at_once_all_count,
    a_statement_shows_every_movement_newest_first,
    entries_cannot_be_changed_even_by_hand,
);

async fn grants_add_up_and_impossible_ones_are_refused(world: &World) {
    let owner = world.owner("a", 5).await;
    let funds = world.grant(owner.account, 7).await;
    assert_eq!(funds, Funds { balance: Credits::whole(12), held: Credits::ZERO });
    let nobody = AccountId::new(START, 999);
    let too_much = Credits::from_micro(GRANT_MAX.micro() + 1);
    for (account, amount, expected) in [
        (owner.account, Credits::ZERO, Kind::Invalid),
        (owner.account, Credits::whole(-1), Kind::Invalid),
        (owner.account, too_much, Kind::Invalid),
        (nobody, Credits::whole(1), Kind::NotFound),
    ] {
        match world.store.grant(world.entry_id(), account, amount, "", START).await {
            Err(StoreError::Refused(error)) => assert_eq!(error.kind, expected),
            other => panic!("not refused: {other:?}"),
        }
    }
    assert_eq!(world.funds(owner).await, (12, 0));
}

async fn a_repeated_grant_adds_nothing(world: &World) {
    let owner = world.owner("a", 0).await;
    let entry = world.entry_id();
    let five = Credits::whole(5);
    world.store.grant(entry, owner.account, five, "once", START).await.expect("a grant");
    match world.store.grant(entry, owner.account, five, "twice", START).await {
        Err(StoreError::Refused(error)) => assert_eq!(error.kind, Kind::Conflict),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(world.funds(owner).await, (5, 0));
}

async fn grants_at_once_all_count(world: &World) {
    let owner = world.owner("a", 0).await;
    let grants = (0..50).map(|_| world.grant(owner.account, 2));
    futures_util::future::join_all(grants).await;
    assert_eq!(world.funds(owner).await, (100, 0));
}

async fn a_statement_shows_every_movement_newest_first(world: &World) {
    let owner = world.owner("a", 100).await;
    let kept = world.submit(owner, 40).await;
    let lost = world.submit(owner, 30).await;
    let (first, second) = (world.claim(START).await, world.claim(START).await);
    world.finish(&first.expect("a job"), clip(25), START).await.expect("ended");
    world.finish(&second.expect("a job"), fatal(), START).await.expect("ended");
    assert_eq!(world.funds(owner).await, (75, 0));
    let all = world.store.statement(owner.account, None, 100).await.expect("a statement");
    let seen = all.iter().map(|entry| {
        let delta = (entry.delta.balance.whole_down(), entry.delta.held.whole_down());
        (entry.kind, entry.job, delta)
    });
    let expected = [
        (EntryKind::Release, Some(lost.id), (0, -30)),
        (EntryKind::Capture, Some(kept.id), (-25, -40)),
        (EntryKind::Hold, Some(lost.id), (0, 30)),
        (EntryKind::Hold, Some(kept.id), (0, 40)),
        (EntryKind::Grant, None, (100, 0)),
    ];
    assert_eq!(seen.collect::<Vec<_>>(), expected);
    assert_eq!((all[4].note.as_str(), all[4].at), ("a gift", START));
    let page = world.store.statement(owner.account, Some(all[1].id), 2).await.expect("a page");
    assert_eq!(page, all[2..4]);
}

async fn entries_cannot_be_changed_even_by_hand(world: &World) {
    let owner = world.owner("a", 5).await;
    for sql in [
        "UPDATE ledger_entries SET balance_delta = 900000000",
        "UPDATE ledger_entries SET note = 'another'",
        "DELETE FROM ledger_entries",
        "UPDATE accounts SET held = balance + 1",
        "UPDATE accounts SET balance = -1",
    ] {
        world.by_hand(sql).await.expect_err(sql);
    }
    assert_eq!(world.funds(owner).await, (5, 0));
}
