use crate::fixture::{START, World};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::{AccountId, Credits, EntryId, KeyHash, KeyId, KeySettings, KeyStyle};
use reelgate_store::{NewAccount, NewKey, StoreError};

on_each_database!(
    accounts_are_found_by_id_and_name,
    a_name_belongs_to_one_account,
    an_opening_balance_comes_with_its_account_or_neither_does,
    keys_are_found_by_hash_and_can_be_revoked_once,
    a_key_needs_an_account_and_a_hash_of_its_own,
);

async fn accounts_are_found_by_id_and_name(world: &World) {
    let a = world.owner("a", 5).await;
    let b = world.owner("Grüße, \"b\"", 0).await;
    let by_id = world.store.account(b.account).await.expect("a read").expect("it exists");
    assert_eq!((by_id.name.as_str(), by_id.created), ("Grüße, \"b\"", START));
    assert_eq!(by_id.webhook_secret, "whsec_x");
    assert!(!format!("{by_id:?}").contains("whsec_x"));
    let by_name = world.store.account_by_name("a").await.expect("a read").expect("it exists");
    assert_eq!(by_name.id, a.account);
    assert_eq!(world.store.account_by_name("A").await.expect("a read"), None);
    let all = world.store.accounts().await.expect("a list");
    assert_eq!(all.iter().map(|account| account.id).collect::<Vec<_>>(), [a.account, b.account]);
}

async fn a_name_belongs_to_one_account(world: &World) {
    world.owner("a", 0).await;
    let id = AccountId::new(START, 77);
    let twin = NewAccount { id, name: "a".to_owned(), webhook_secret: String::new() };
    match world.store.create_account(twin, START).await {
        Err(StoreError::Refused(error)) => assert_eq!(error.kind, Kind::Conflict),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(world.store.account(id).await.expect("a read"), None);
}

async fn an_opening_balance_comes_with_its_account_or_neither_does(world: &World) {
    let open = async |name: &str, id: u64, credits: i64| {
        let (id, entry) = (AccountId::new(START, id), EntryId::new(START, id));
        let new = NewAccount { id, name: name.to_owned(), webhook_secret: String::new() };
        world.store.open_account(new, entry, Credits::whole(credits), "opening", START).await
    };
    let opened = open("a", 70, 12).await.expect("a new account");
    assert_eq!(opened.funds.balance, Credits::whole(12));
    let stored = world.store.account_by_name("a").await.expect("a read");
    assert_eq!(stored, Some(opened));
    for (name, id, credits, kind) in [("a", 71, 5, Kind::Conflict), ("b", 72, -1, Kind::Invalid)] {
        match open(name, id, credits).await {
            Err(StoreError::Refused(error)) => assert_eq!(error.kind, kind),
            other => panic!("not refused: {other:?}"),
        }
        let made = world.store.account(AccountId::new(START, id)).await.expect("a read");
        assert_eq!(made, None);
    }
}

pub(crate) fn new_key(id: u64, account: AccountId, hash: &str) -> NewKey {
    NewKey {
        id: KeyId::new(START, id),
        account,
        hash: KeyHash::from_hex(&hash.repeat(32)).expect("a hash"),
        hint: "dk-...abcd".to_owned(),
        style: KeyStyle::Dk,
        settings: KeySettings { label: "ci".to_owned(), ..KeySettings::default() },
    }
}

async fn keys_are_found_by_hash_and_can_be_revoked_once(world: &World) {
    let owner = world.owner("a", 0).await;
    let new = new_key(50, owner.account, "ab");
    let (id, hash) = (new.id, new.hash);
    world.store.create_key(new, START).await.expect("a key");
    let key = world.store.key_by_hash(hash).await.expect("a read").expect("it exists");
    assert_eq!((key.id, key.account, key.style), (id, owner.account, KeyStyle::Dk));
    assert_eq!((key.hint.as_str(), key.settings.label.as_str()), ("dk-...abcd", "ci"));
    assert_eq!((key.revoked, key.last_used), (None, None));
    let later = START.plus_ms(5);
    world.store.keys_used(vec![(id, later), (owner.key, later)]).await.expect("noted");
    world.store.keys_used(vec![(id, START)]).await.expect("noted");
    let revokes = [START.plus_ms(9), START.plus_ms(10)].map(|at| world.store.revoke_key(id, at));
    let [first, second] = revokes;
    assert!(first.await.expect("a write"));
    assert!(!second.await.expect("a write"));
    let key = world.store.key_by_hash(hash).await.expect("a read").expect("it is still known");
    assert_eq!((key.revoked, key.last_used), (Some(START.plus_ms(9)), Some(later)));
    let other = KeyHash::from_hex(&"cd".repeat(32)).expect("a hash");
    assert_eq!(world.store.key_by_hash(other).await.expect("a read"), None);
    let all = world.store.keys(None).await.expect("a list");
    assert_eq!(all, world.store.keys(Some(owner.account)).await.expect("a list"));
    assert_eq!(all.iter().map(|key| key.id).collect::<Vec<_>>(), [owner.key, id]);
}

async fn a_key_needs_an_account_and_a_hash_of_its_own(world: &World) {
    let owner = world.owner("a", 0).await;
    world.store.create_key(new_key(50, owner.account, "ab"), START).await.expect("a key");
    let nobody = AccountId::new(START, 999);
    for (new, expected) in [
        (new_key(51, owner.account, "ab"), Kind::Conflict),
        (new_key(50, owner.account, "cd"), Kind::Conflict),
        (new_key(52, nobody, "ef"), Kind::NotFound),
    ] {
        match world.store.create_key(new, START).await {
            Err(StoreError::Refused(error)) => assert_eq!(error.kind, expected),
            other => panic!("not refused: {other:?}"),
        }
    }
}
