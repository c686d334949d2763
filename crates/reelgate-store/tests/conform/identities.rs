//! People by another service's word.

use crate::fixture::{START, World};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::openid::{Door, Stranger};
use reelgate_core::{AccountId, KeyHash, KeyId, Means, SessionId, UserId, UserRole};
use reelgate_store::{NewAccount, NewSession, NewUser, Newcomer, Purse, StoreError};

on_each_database!(
    an_identity_stays_the_same_person,
    an_identity_that_comes_twice_at_once_is_one_person,
    two_identities_at_once_never_join_one_person,
    whoever_is_shut_out_is_not_let_in_by_an_issuer,
);

fn account(world: &World, name: &str) -> NewAccount {
    let id = AccountId::new(START, world.entropy());
    NewAccount { id, name: name.to_owned(), webhook_secret: "whsec_x".to_owned() }
}

fn stranger(subject: &str, email: Option<&str>) -> Stranger {
    Stranger {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
        email: email.map(str::to_owned),
        handle: None,
    }
}

fn open() -> Door {
    Door { creates: true, ..Door::default() }
}

async fn come(
    world: &World,
    stranger: Stranger,
    door: &Door,
    token: u64,
) -> Result<UserId, StoreError> {
    let newcomer = Newcomer {
        id: UserId::new(START, world.entropy()),
        account: account(world, ""),
        key: KeyId::new(START, world.entropy()),
    };
    let hash = KeyHash::from_hex(&format!("{token:064x}")).expect("a hash");
    let id = SessionId::new(START, world.entropy());
    let session = NewSession { id, hash, means: Means::OpenId, agent: "test".to_owned() };
    let door = door.clone();
    world.store.open_session_by_identity(stranger, door, newcomer, session, START).await
}

fn kind(error: StoreError) -> Kind {
    match error {
        StoreError::Refused(error) => error.kind,
        other => panic!("not refused: {other}"),
    }
}

async fn an_identity_stays_the_same_person(world: &World) {
    let anna = stranger("1", Some("anna@example.com"));
    let first = come(world, anna, &open(), 1).await.expect("somebody new");
    let person = world.store.user(first).await.expect("a read").expect("a person");
    assert_eq!((person.name.as_str(), person.role), ("anna@example.com", UserRole::User));
    // Also where nobody new is let in any more, and under another address.
    let moved = stranger("1", Some("bela@example.com"));
    assert_eq!(come(world, moved, &Door::default(), 2).await.expect("known"), first);
    let other = stranger("2", Some("anna@example.com"));
    assert_eq!(come(world, other, &open(), 3).await.map_err(kind), Err(Kind::Conflict));
    let sessions = world.store.sessions(first, START).await.expect("a list");
    assert_eq!(sessions.len(), 2);
}

async fn an_identity_that_comes_twice_at_once_is_one_person(world: &World) {
    let doors = open();
    let tries = (0..4).map(|n| come(world, stranger("1", Some("a@example.com")), &doors, n));
    let came: Vec<_> = futures_util::future::join_all(tries).await;
    let mut people: Vec<_> = came.into_iter().filter_map(Result::ok).collect();
    people.dedup();
    assert_eq!(people.len(), 1, "{people:?}");
    let users = world.store.users("", None, 10).await.expect("a list");
    assert_eq!(users.len(), 1);
}

async fn two_identities_at_once_never_join_one_person(world: &World) {
    let new = NewUser {
        id: UserId::new(START, world.entropy()),
        name: "anna@example.com".to_owned(),
        role: UserRole::User,
        password: None,
        purse: Purse::New(account(world, "anna")),
        key: KeyId::new(START, world.entropy()),
    };
    world.store.create_user(new, START).await.expect("a user");
    let door = Door { joins: true, ..Door::default() };
    let subjects = ["1", "2", "3"].map(|one| stranger(one, Some("anna@example.com")));
    let tries = subjects.into_iter().zip(0..).map(|(one, n)| come(world, one, &door, n));
    let came = futures_util::future::join_all(tries).await;
    assert_eq!(came.iter().filter(|one| one.is_ok()).count(), 1, "{came:?}");
}

async fn whoever_is_shut_out_is_not_let_in_by_an_issuer(world: &World) {
    let anna = come(world, stranger("1", None), &open(), 1).await.expect("somebody new");
    world.store.set_user_disabled(anna, true, START).await.expect("a write");
    let refused = come(world, stranger("1", None), &open(), 2).await.map_err(kind);
    assert_eq!(refused, Err(Kind::Unauthorized));
}
