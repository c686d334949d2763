use crate::fixture::{Owner, START, World};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::{CodeId, Credits, EntryId, KeyHash, Timestamp};
use reelgate_store::{NewCode, StoreError};

on_each_database!(
    a_code_brings_an_account_its_credits_once,
    a_code_serves_as_many_accounts_as_it_may_even_at_once,
    an_account_that_asks_many_times_at_once_is_served_once,
    a_code_that_ended_brings_nothing,
    a_code_brings_something_and_is_one_of_a_kind,
);

fn code(id: u64, credits: i64, uses_max: u32, expires: Option<Timestamp>) -> NewCode {
    NewCode {
        id: CodeId::new(START, id),
        hash: hash(id),
        hint: "RG-...-ABCDE".to_owned(),
        label: "fair".to_owned(),
        credits: Credits::whole(credits),
        uses_max,
        expires,
    }
}

fn hash(id: u64) -> KeyHash {
    KeyHash::from_hex(&format!("{id:064x}")).expect("a hash")
}

/// What the code brought, or how it was refused.
async fn redeem(world: &World, owner: Owner, id: u64) -> Result<i64, Kind> {
    let redeemed = world.store.redeem(hash(id), owner.account, world.entry_id(), START).await;
    match redeemed {
        Ok((credits, _)) => Ok(credits.whole_down()),
        Err(StoreError::Refused(error)) => Err(error.kind),
        Err(error) => panic!("{error}"),
    }
}

async fn a_code_brings_an_account_its_credits_once(world: &World) {
    let owner = world.owner("a", 5).await;
    world.store.create_code(code(1, 20, 3, None), START).await.expect("a code");
    assert_eq!(redeem(world, owner, 1).await, Ok(20));
    assert_eq!(redeem(world, owner, 1).await, Err(Kind::Conflict));
    assert_eq!(redeem(world, owner, 2).await, Err(Kind::NotFound));
    assert_eq!(world.funds(owner).await, (25, 0));
    let before: Option<EntryId> = None;
    let entries = world.store.statement(owner.account, before, 10).await.expect("a statement");
    assert!(entries.iter().any(|entry| entry.note == "redeemed RG-...-ABCDE fair"));
    let codes = world.store.codes().await.expect("a list");
    assert_eq!(codes.iter().map(|code| (code.uses, code.uses_max)).collect::<Vec<_>>(), [(1, 3)]);
}

async fn a_code_serves_as_many_accounts_as_it_may_even_at_once(world: &World) {
    world.store.create_code(code(1, 10, 3, None), START).await.expect("a code");
    let mut owners = Vec::new();
    for n in 0..8 {
        owners.push(world.owner(&format!("a{n}"), 0).await);
    }
    let redeems = owners.iter().map(|owner| redeem(world, *owner, 1));
    let redeemed = futures_util::future::join_all(redeems).await;
    assert_eq!(redeemed.iter().filter(|result| **result == Ok(10)).count(), 3);
    assert!(redeemed.iter().all(|result| matches!(result, Ok(10) | Err(Kind::NotFound))));
    // Whoever was served hears that, although the code is used up.
    let served = redeemed.iter().position(Result::is_ok).expect("somebody");
    assert_eq!(redeem(world, owners[served], 1).await, Err(Kind::Conflict));
}

async fn an_account_that_asks_many_times_at_once_is_served_once(world: &World) {
    let owner = world.owner("a", 0).await;
    world.store.create_code(code(1, 10, 100, None), START).await.expect("a code");
    let redeems = (0..8).map(|_| redeem(world, owner, 1));
    let redeemed = futures_util::future::join_all(redeems).await;
    assert_eq!(redeemed.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(world.funds(owner).await, (10, 0));
}

async fn a_code_that_ended_brings_nothing(world: &World) {
    let owner = world.owner("a", 0).await;
    world.store.create_code(code(1, 10, 1, Some(START)), START).await.expect("a code");
    world.store.create_code(code(2, 10, 1, None), START).await.expect("a code");
    assert!(world.store.revoke_code(CodeId::new(START, 2), START).await.expect("a write"));
    assert!(!world.store.revoke_code(CodeId::new(START, 2), START).await.expect("a write"));
    for id in [1, 2] {
        assert_eq!(redeem(world, owner, id).await, Err(Kind::NotFound));
    }
    assert_eq!(world.funds(owner).await, (0, 0));
}

async fn a_code_brings_something_and_is_one_of_a_kind(world: &World) {
    world.store.create_code(code(1, 10, 1, None), START).await.expect("a code");
    for (new, kind) in
        [(code(1, 10, 1, None), Kind::Conflict), (code(2, 0, 1, None), Kind::Invalid)]
    {
        match world.store.create_code(new, START).await {
            Err(StoreError::Refused(error)) => assert_eq!(error.kind, kind),
            other => panic!("not refused: {other:?}"),
        }
    }
}
