use crate::fixture::{START, World};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::{AccountId, Asset, AssetId, MediaKind, Size, Timestamp};
use reelgate_store::StoreError;

on_each_database!(
    the_same_content_is_one_upload_of_an_account,
    an_account_has_so_much_room,
    unused_uploads_are_forgotten,
    uploads_are_listed_newest_first_and_belong_to_somebody,
);

fn asset(world: &World, account: AccountId, stored: &str, at: Timestamp) -> Asset {
    Asset {
        id: AssetId::new(at, world.entropy()),
        account,
        name: "cat.png".to_owned(),
        kind: MediaKind::Image,
        stored: stored.to_owned(),
        bytes: 10,
        size: Some(Size { width: 4, height: 2 }),
        test: false,
        created: at,
        used: at,
    }
}

async fn the_same_content_is_one_upload_of_an_account(world: &World) {
    let (owner, other) = (world.owner("a", 0).await.account, world.owner("b", 0).await.account);
    let first = asset(world, owner, "reference/1.png", START);
    assert_eq!(world.store.add_asset(first.clone(), 100).await.expect("kept"), first);
    let later = START.plus_ms(5);
    let again = asset(world, owner, "reference/1.png", later);
    let kept = world.store.add_asset(again, 100).await.expect("kept");
    assert_eq!(kept, Asset { used: later, ..first.clone() });
    assert_eq!(world.store.asset(owner, first.id).await.expect("an answer"), Some(kept));
    let others = asset(world, other, "reference/1.png", START);
    assert_eq!(world.store.add_asset(others.clone(), 100).await.expect("kept"), others);
    // Tests have files of their own.
    let tests = Asset { test: true, ..asset(world, owner, "reference/1.png", START) };
    assert_eq!(world.store.add_asset(tests.clone(), 100).await.expect("kept"), tests);
    let listed = world.store.assets(owner, None, true, 9).await.expect("a list");
    assert_eq!(listed, [tests]);
    assert_eq!(world.store.assets(owner, None, false, 9).await.expect("a list").len(), 2);
}

async fn an_account_has_so_much_room(world: &World) {
    let owner = world.owner("a", 0).await.account;
    let add = async |stored| {
        let new = asset(world, owner, stored, START);
        world.store.add_asset(new, 25).await
    };
    add("reference/1.png").await.expect("kept");
    let second = add("reference/2.png").await.expect("kept");
    match add("reference/3.png").await.expect_err("full") {
        StoreError::Refused(error) => assert_eq!(error.kind, Kind::TooLarge),
        other => panic!("{other}"),
    }
    // What is there already needs no more room.
    add("reference/1.png").await.expect("the same");
    world.store.delete_asset(owner, second.id).await.expect("gone");
    add("reference/3.png").await.expect("kept");
}

async fn unused_uploads_are_forgotten(world: &World) {
    let owner = world.owner("a", 0).await.account;
    let used = asset(world, owner, "reference/1.png", START);
    let idle = asset(world, owner, "reference/2.png", START);
    for new in [&used, &idle] {
        world.store.add_asset(new.clone(), 100).await.expect("kept");
    }
    let later = START.plus_ms(9);
    assert!(world.store.use_asset(owner, used.id, later).await.expect("noted"));
    // An earlier use changes nothing, and is no refusal.
    assert!(world.store.use_asset(owner, used.id, START).await.expect("noted"));
    assert_eq!(world.store.sweep_assets(START).await.expect("a sweep"), 0);
    assert_eq!(world.store.sweep_assets(later).await.expect("a sweep"), 1);
    assert_eq!(world.store.asset(owner, idle.id).await.expect("an answer"), None);
    assert!(!world.store.use_asset(owner, idle.id, later).await.expect("an answer"));
    let kept = world.store.asset(owner, used.id).await.expect("an answer");
    assert_eq!(kept.map(|asset| asset.used), Some(later));
}

async fn uploads_are_listed_newest_first_and_belong_to_somebody(world: &World) {
    let (owner, other) = (world.owner("a", 0).await.account, world.owner("b", 0).await.account);
    let mut ids = Vec::new();
    for (ms, stored) in [(1, "reference/1.png"), (2, "reference/2.png"), (3, "reference/3.png")] {
        let new = asset(world, owner, stored, START.plus_ms(ms));
        ids.insert(0, world.store.add_asset(new, 100).await.expect("kept").id);
    }
    let list = async |account, before, limit| -> Vec<AssetId> {
        let assets = world.store.assets(account, before, false, limit).await.expect("a list");
        assets.into_iter().map(|asset| asset.id).collect()
    };
    assert_eq!(list(owner, None, 2).await, ids[..2]);
    assert_eq!(list(owner, Some(ids[1]), 2).await, ids[2..]);
    assert_eq!(list(other, None, 2).await, []);
    assert_eq!(world.store.asset(other, ids[0]).await.expect("an answer"), None);
    assert_eq!(world.store.delete_asset(other, ids[0]).await.expect("an answer"), None);
    assert!(!world.store.use_asset(other, ids[0], START).await.expect("an answer"));
}
