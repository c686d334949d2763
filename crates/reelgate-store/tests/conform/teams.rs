//! Pools of several people, payments by card, and what operators read.

use crate::fixture::{START, World};
use crate::on_each_database;
use reelgate_core::error::Kind;
use reelgate_core::operator::AllJobs;
use reelgate_core::own::Page;
use reelgate_core::team::Change;
use reelgate_core::user::MemberRole;
use reelgate_core::{
    AccountId, Credits, FailureClass, KeyId, PaymentId, Plan, StateName, UserId, UserRole,
};
use reelgate_store::{NewAccount, NewPayment, NewTeam, NewUser, Purse, StoreError, User};

on_each_database!(
    a_pool_gets_what_its_members_give_and_no_more,
    gifts_at_once_never_overdraw_the_giver,
    a_team_always_keeps_an_admin_even_at_once,
    a_payment_is_credited_once_even_at_once,
    a_payment_of_another_amount_brings_nothing,
    jobs_and_accounts_of_everybody_are_listed,
    a_transfer_by_hand_is_noticed,
);

fn account(world: &World, name: &str) -> NewAccount {
    let id = AccountId::new(START, world.entropy());
    NewAccount { id, name: name.to_owned(), webhook_secret: "whsec_x".to_owned() }
}

async fn person(world: &World, name: &str, credits: i64) -> User {
    let new = NewUser {
        id: UserId::new(START, world.entropy()),
        name: name.to_owned(),
        role: UserRole::User,
        password: None,
        purse: Purse::New(account(world, name)),
        key: KeyId::new(START, world.entropy()),
    };
    let user = world.store.create_user(new, START).await.expect("a user");
    if credits > 0 {
        world.grant(user.account, credits).await;
    }
    user
}

async fn team(world: &World, maker: &User) -> AccountId {
    let account = account(world, "team");
    let id = account.id;
    let key = KeyId::new(START, world.entropy());
    let new = NewTeam { account, maker: maker.id, key };
    world.store.create_team(new, START).await.expect("a team");
    id
}

async fn add(world: &World, team: AccountId, by: &User, name: &str) -> Result<(), Kind> {
    let key = KeyId::new(START, world.entropy());
    let whom = (name.to_owned(), MemberRole::Admin);
    world.store.add_member(team, by.id, whom, key, START).await.map_err(kind)
}

async fn fund(world: &World, team: AccountId, by: &User, credits: i64) -> Result<(), Kind> {
    let entries = (world.entry_id(), world.entry_id());
    let given = Credits::whole(credits);
    let moved = world.store.fund_team(team, by.id, given, entries, START).await;
    moved.map(drop).map_err(kind)
}

fn kind(error: StoreError) -> Kind {
    match error {
        StoreError::Refused(error) => error.kind,
        other => panic!("not refused: {other}"),
    }
}

async fn balance(world: &World, account: AccountId) -> i64 {
    let found = world.store.account(account).await.expect("a read").expect("an account");
    found.funds.balance.whole_down()
}

async fn a_pool_gets_what_its_members_give_and_no_more(world: &World) {
    let anna = person(world, "anna", 10).await;
    let bela = person(world, "bela", 10).await;
    let team = team(world, &anna).await;
    assert_eq!(fund(world, team, &anna, 7).await, Ok(()));
    assert!(matches!(fund(world, team, &anna, 4).await, Err(Kind::InsufficientCredits { .. })));
    assert_eq!(fund(world, team, &bela, 1).await, Err(Kind::NotFound));
    assert_eq!(add(world, team, &anna, "bela").await, Ok(()));
    assert_eq!(add(world, team, &anna, "bela").await, Err(Kind::Conflict));
    assert_eq!(fund(world, team, &bela, 1).await, Ok(()));
    let left = [balance(world, anna.account).await, balance(world, team).await];
    assert_eq!(left, [3, 8]);
    let told = world.store.statement(team, None, 10).await.expect("a statement");
    assert!(told.iter().any(|entry| entry.note == "from bela"), "{told:?}");
}

async fn gifts_at_once_never_overdraw_the_giver(world: &World) {
    let anna = person(world, "anna", 10).await;
    let team = team(world, &anna).await;
    let gifts = (0..8).map(|_| fund(world, team, &anna, 3));
    let given = futures_util::future::join_all(gifts).await;
    assert_eq!(given.iter().filter(|gift| gift.is_ok()).count(), 3, "{given:?}");
    assert_eq!((balance(world, anna.account).await, balance(world, team).await), (1, 9));
}

async fn a_team_always_keeps_an_admin_even_at_once(world: &World) {
    let anna = person(world, "anna", 0).await;
    let bela = person(world, "bela", 0).await;
    let team = team(world, &anna).await;
    assert_eq!(add(world, team, &anna, "bela").await, Ok(()));
    let leaves = [&anna, &bela]
        .map(|who| world.store.change_member(team, who.id, Change::Remove(who.id), START));
    let left = futures_util::future::join_all(leaves).await;
    assert_eq!(left.iter().filter(|one| one.is_ok()).count(), 1, "{left:?}");
    let members = world.store.members(team).await.expect("members");
    assert_eq!(members.iter().map(|one| one.role).collect::<Vec<_>>(), [MemberRole::Admin]);
}

fn payment(world: &World, account: AccountId) -> NewPayment {
    let plan = Plan {
        id: "small".to_owned(),
        title: "Small".to_owned(),
        credits: Credits::whole(100),
        amount: 900,
        currency: "eur".to_owned(),
    };
    NewPayment { id: PaymentId::new(START, world.entropy()), account, plan }
}

async fn credit(world: &World, id: PaymentId, amount: i64) -> Result<bool, Kind> {
    let paid = (amount, "eur".to_owned());
    world.store.credit_payment(id, paid, world.entry_id(), START).await.map_err(kind)
}

async fn a_payment_is_credited_once_even_at_once(world: &World) {
    let owner = world.owner("a", 0).await;
    let new = payment(world, owner.account);
    let id = new.id;
    world.store.begin_payment(new, START).await.expect("a write");
    let reports = (0..6).map(|_| credit(world, id, 900));
    let said = futures_util::future::join_all(reports).await;
    assert_eq!(said.iter().filter(|one| **one == Ok(true)).count(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|one| **one == Ok(false)).count(), 5, "{said:?}");
    assert_eq!(world.funds(owner).await, (100, 0));
    // Whoever paid by card has paid: what is kept for such accounts is open to this one.
    let account = world.store.account(owner.account).await.expect("a read").expect("an account");
    assert_eq!(account.purchased, Some(START));
}

async fn a_payment_of_another_amount_brings_nothing(world: &World) {
    let owner = world.owner("a", 0).await;
    let new = payment(world, owner.account);
    let id = new.id;
    world.store.begin_payment(new, START).await.expect("a write");
    assert_eq!(credit(world, id, 1).await, Err(Kind::Invalid));
    let unknown = PaymentId::new(START, 99);
    assert_eq!(credit(world, unknown, 900).await, Err(Kind::NotFound));
    assert_eq!(world.funds(owner).await, (0, 0));
}

async fn jobs_and_accounts_of_everybody_are_listed(world: &World) {
    let (a, b) = (world.owner("Alpha", 50).await, world.owner("beta", 50).await);
    let first = world.submit(a, 5).await;
    let second = world.submit(b, 5).await;
    world.cancel(&second, START).await.expect("cancelled");
    let page = || Page { after: None, limit: 10 };
    let all = world.store.all_jobs(AllJobs::default(), page()).await.expect("a list");
    assert_eq!(all.rows.len(), 2);
    let of = |filter: AllJobs| world.store.all_jobs(filter, page());
    let waiting = of(AllJobs { state: Some(StateName::Queued), ..AllJobs::default() }).await;
    let waiting = waiting.expect("a list").rows;
    assert_eq!((waiting.len(), waiting[0].job.id), (1, first.id));
    assert_eq!(waiting[0].account_name, "Alpha");
    let none = AllJobs { failure: Some(FailureClass::Moderation), ..AllJobs::default() };
    assert_eq!(of(none).await.expect("a list").rows, []);
    let mine = AllJobs { account: Some(b.account), ..AllJobs::default() };
    assert_eq!(of(mine).await.expect("a list").rows.len(), 1);
    let accounts = world.store.account_rows("alp", Page { after: None, limit: 10 }).await;
    assert_eq!(accounts.expect("a list").rows.len(), 1);
    let odd = world.store.account_rows("%", Page { after: None, limit: 10 }).await;
    assert_eq!(odd.expect("a list").rows, []);
    let ended = world.store.ended_since(START).await.expect("figures");
    assert_eq!((ended.cancelled, ended.failed), (1, 0));
    assert_eq!(world.store.oldest_in_line().await.expect("a read"), Some(START));
    let told = world.store.timeline(second.id).await.expect("a read").expect("a job").1;
    let whats: Vec<_> = told.iter().map(|one| one.what).collect();
    assert!(whats.contains(&"held") && whats.contains(&"released"), "{whats:?}");
}

async fn a_transfer_by_hand_is_noticed(world: &World) {
    let anna = person(world, "anna", 10).await;
    let team = team(world, &anna).await;
    assert_eq!(fund(world, team, &anna, 7).await, Ok(()));
    world.by_hand("UPDATE transfers SET credits = credits + 1").await.expect("a statement");
    let found = world.store.audit().await.expect("an audit");
    assert!(!found.is_empty());
    world.by_hand("UPDATE transfers SET credits = credits - 1").await.expect("a statement");
}
