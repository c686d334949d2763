use crate::fixture::{START, World};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::user::{AccountKind, LINK_MS, MemberRole, SESSION_MS};
use reelgate_core::{AccountId, KeyHash, KeyId, Means, SessionId, Timestamp, UserId, UserRole};
use reelgate_store::{
    NewAccount, NewLink, NewSession, NewUser, Person, Purse, StoreError, User, UserChange,
};

on_each_database!(
    a_person_has_an_account_of_their_own_and_a_place_in_it,
    a_name_and_an_account_belong_to_one_person,
    a_session_opens_until_it_ends,
    a_link_signs_in_once_even_at_once,
    a_new_password_ends_the_other_sessions,
    whoever_is_shut_out_is_out_at_once,
    several_things_about_a_person_change_at_once,
    a_password_that_was_changed_meanwhile_opens_nothing,
    sessions_and_links_are_bounded_and_swept,
    what_a_place_orders_under_is_no_key,
);

fn hash(id: u64) -> KeyHash {
    KeyHash::from_hex(&format!("{id:064x}")).expect("a hash")
}

fn new_user(world: &World, name: &str) -> NewUser {
    let account = NewAccount {
        id: AccountId::new(START, world.entropy()),
        name: name.to_owned(),
        webhook_secret: "whsec_x".to_owned(),
    };
    NewUser {
        id: UserId::new(START, world.entropy()),
        name: name.to_owned(),
        role: UserRole::User,
        password: Some("$argon2id$one".to_owned()),
        purse: Purse::New(account),
        key: KeyId::new(START, world.entropy()),
    }
}

async fn user(world: &World, name: &str) -> User {
    world.store.create_user(new_user(world, name), START).await.expect("a user")
}

fn session(world: &World, token: u64) -> NewSession {
    let id = SessionId::new(START, world.entropy());
    NewSession { id, hash: hash(token), means: Means::Password, agent: "test".to_owned() }
}

async fn open(world: &World, user: &User, token: u64) -> Result<(), Kind> {
    let opened = world.store.open_session(user.id, session(world, token), None, START).await;
    opened.map_err(kind)
}

async fn who(world: &World, token: u64, now: Timestamp) -> Option<Person> {
    world.store.person_by_session(hash(token), now).await.expect("a read")
}

fn kind(error: StoreError) -> Kind {
    match error {
        StoreError::Refused(error) => error.kind,
        other => panic!("not refused: {other}"),
    }
}

async fn a_person_has_an_account_of_their_own_and_a_place_in_it(world: &World) {
    let anna = user(world, "anna").await;
    assert_eq!(world.store.user_by_name("anna").await.expect("a read"), Some(anna.clone()));
    assert_eq!(world.store.user(anna.id).await.expect("a read"), Some(anna.clone()));
    world.store.set_user_role(anna.id, UserRole::Operator).await.expect("a write");
    open(world, &anna, 1).await.expect("a session");
    let person = who(world, 1, START).await.expect("somebody");
    assert_eq!((person.user, person.role), (anna.id, UserRole::Operator));
    let [seat] = person.seats.as_slice() else { panic!("one place: {person:?}") };
    assert_eq!((seat.account, seat.name.as_str()), (anna.account, "anna"));
    assert_eq!((seat.kind, seat.role), (AccountKind::Personal, MemberRole::Owner));
    // An account that was there before can become somebody's own.
    let old = world.owner("old", 5).await;
    let purse = Purse::Existing(old.account);
    let new = NewUser { purse, ..new_user(world, "bela") };
    let bela = world.store.create_user(new, START).await.expect("a user");
    assert_eq!(bela.account, old.account);
    let users = world.store.users("", None, 10).await.expect("a list");
    assert_eq!(users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["anna", "bela"]);
    let rest = world.store.users("", Some(users[0].id), 10).await.expect("a list");
    assert_eq!(rest, users[1..]);
}

async fn a_name_and_an_account_belong_to_one_person(world: &World) {
    let anna = user(world, "anna").await;
    let again = world.store.create_user(new_user(world, "anna"), START).await;
    assert_eq!(again.map_err(kind), Err(Kind::Conflict));
    let purse = Purse::Existing(anna.account);
    let new = NewUser { purse, ..new_user(world, "bela") };
    assert_eq!(world.store.create_user(new, START).await.map_err(kind), Err(Kind::Conflict));
    let purse = Purse::Existing(AccountId::new(START, 999));
    let new = NewUser { purse, ..new_user(world, "bela") };
    assert_eq!(world.store.create_user(new, START).await.map_err(kind), Err(Kind::NotFound));
    assert_eq!(world.store.user_by_name("bela").await.expect("a read"), None);
}

async fn a_session_opens_until_it_ends(world: &World) {
    let anna = user(world, "anna").await;
    let bela = user(world, "bela").await;
    open(world, &anna, 1).await.expect("a session");
    open(world, &anna, 2).await.expect("a session");
    let later = START.plus_ms(5000);
    let first = who(world, 1, later).await.expect("somebody").session;
    world.store.sessions_seen(vec![(first, later)]).await.expect("a write");
    let list = world.store.sessions(anna.id, later).await.expect("a list");
    assert_eq!(list.len(), 2);
    assert!(list.iter().any(|one| one.id == first && one.last_seen == later));
    // Nobody ends the session of somebody else.
    assert!(!world.store.end_session(bela.id, first).await.expect("a write"));
    assert!(world.store.end_session(anna.id, first).await.expect("a write"));
    assert_eq!(who(world, 1, later).await, None);
    assert!(who(world, 2, START.plus_ms(SESSION_MS - 1)).await.is_some());
    assert_eq!(who(world, 2, START.plus_ms(SESSION_MS)).await, None);
}

async fn a_link_signs_in_once_even_at_once(world: &World) {
    let anna = user(world, "anna").await;
    for link in [100, 101] {
        let new = NewLink { hash: hash(link), user: anna.id };
        assert!(world.store.create_link(new, START).await.expect("a write"));
    }
    let tries = (0..8).map(|n| {
        let new = NewSession { means: Means::Link, ..session(world, n) };
        world.store.open_session_by_link(hash(100), new, START)
    });
    let tries = futures_util::future::join_all(tries).await;
    assert_eq!(tries.iter().filter(|opened| opened.is_ok()).count(), 1);
    assert_eq!(world.store.sessions(anna.id, START).await.expect("a list").len(), 1);
    let late = START.plus_ms(LINK_MS);
    let opened = world.store.open_session_by_link(hash(101), session(world, 20), late).await;
    assert_eq!(opened.map_err(kind), Err(Kind::Unauthorized));
}

async fn a_new_password_ends_the_other_sessions(world: &World) {
    let anna = user(world, "anna").await;
    open(world, &anna, 1).await.expect("a session");
    open(world, &anna, 2).await.expect("a session");
    let link = NewLink { hash: hash(100), user: anna.id };
    assert!(world.store.create_link(link, START).await.expect("a write"));
    let keep = who(world, 2, START).await.expect("somebody").session;
    let new = Some("$argon2id$two".to_owned());
    assert!(world.store.set_password(anna.id, new, Some(keep)).await.expect("a write"));
    assert_eq!(who(world, 1, START).await, None);
    assert!(who(world, 2, START).await.is_some());
    let opened = world.store.open_session_by_link(hash(100), session(world, 3), START).await;
    assert_eq!(opened.map_err(kind), Err(Kind::Unauthorized));
    assert!(world.store.set_password(anna.id, None, None).await.expect("a write"));
    assert_eq!(who(world, 2, START).await, None);
}

async fn several_things_about_a_person_change_at_once(world: &World) {
    let anna = user(world, "anna").await;
    open(world, &anna, 1).await.expect("a session");
    let password = Some("$argon2id$two".to_owned());
    let (role, disabled) = (Some(UserRole::Operator), Some(true));
    let change = UserChange { password: password.clone(), keep: None, role, disabled };
    assert!(world.store.update_user(anna.id, change.clone(), START).await.expect("a write"));
    let now = world.store.user(anna.id).await.expect("a read").expect("anna");
    let told = (now.password, now.role, now.disabled);
    assert_eq!(told, (password, UserRole::Operator, Some(START)));
    assert_eq!(who(world, 1, START).await, None);
    let nobody = UserId::new(START, 77);
    assert!(!world.store.update_user(nobody, change, START).await.expect("a write"));
}

async fn whoever_is_shut_out_is_out_at_once(world: &World) {
    let anna = user(world, "anna").await;
    open(world, &anna, 1).await.expect("a session");
    world.store.set_user_disabled(anna.id, true, START).await.expect("a write");
    assert_eq!(who(world, 1, START).await, None);
    assert_eq!(open(world, &anna, 2).await, Err(Kind::Unauthorized));
    let link = NewLink { hash: hash(100), user: anna.id };
    assert!(!world.store.create_link(link, START).await.expect("a write"));
    world.store.set_user_disabled(anna.id, false, START).await.expect("a write");
    open(world, &anna, 2).await.expect("a session");
}

async fn a_password_that_was_changed_meanwhile_opens_nothing(world: &World) {
    let anna = user(world, "anna").await;
    for (password, expected) in
        [("$argon2id$old", Err(Kind::Unauthorized)), ("$argon2id$one", Ok(()))]
    {
        let password = Some(password.to_owned());
        let opened = world.store.open_session(anna.id, session(world, 1), password, START).await;
        assert_eq!(opened.map_err(kind), expected);
    }
}

async fn sessions_and_links_are_bounded_and_swept(world: &World) {
    let anna = user(world, "anna").await;
    for n in 0..52 {
        open(world, &anna, n).await.expect("a session");
    }
    let list = world.store.sessions(anna.id, START).await.expect("a list");
    assert_eq!(list.len(), 50);
    assert_eq!(who(world, 0, START).await, None, "the oldest went first");
    let link = NewLink { hash: hash(100), user: anna.id };
    assert!(world.store.create_link(link, START).await.expect("a write"));
    assert_eq!(world.store.sweep_sessions(START).await.expect("a sweep"), 0);
    let late = START.plus_ms(SESSION_MS);
    assert_eq!(world.store.sweep_sessions(late).await.expect("a sweep"), 51);
}

async fn what_a_place_orders_under_is_no_key(world: &World) {
    let anna = user(world, "anna").await;
    open(world, &anna, 1).await.expect("a session");
    let place = who(world, 1, START).await.expect("somebody").seats[0].key;
    assert_eq!(world.store.keys(Some(anna.account)).await.expect("a list"), []);
    assert_eq!(world.store.key(place).await.expect("a read"), None);
    world.grant(anna.account, 10).await;
    let owner = crate::fixture::Owner { account: anna.account, key: place };
    let job = world.submit(owner, 3).await;
    assert_eq!(job.key, place);
    assert_eq!(world.funds(owner).await, (10, 3));
}
