//! Teams: accounts of several people, and the credits that people give them.

use crate::Store;
use crate::accounts::{self, NewAccount};
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::ledger;
use crate::rows::Reader;
use crate::users::place;
use reelgate_core::error::Kind;
use reelgate_core::ledger::Funds;
use reelgate_core::team::{self, Change, MEMBERS_MAX, Member, TEAMS_MAX};
use reelgate_core::user::MemberRole;
use reelgate_core::{AccountId, Credits, EntryId, Error, KeyId, Timestamp, UserId};

/// A team to make.
#[derive(Clone, Debug)]
pub struct NewTeam {
    /// Its account.
    pub account: NewAccount,
    /// Who makes it, and becomes its admin.
    pub maker: UserId,
    /// Names the maker's place in it.
    pub key: KeyId,
}

const MAKE: &str = "UPDATE accounts SET kind = 'team' WHERE id = $1";
const PLACES: &str = "SELECT COUNT(*) FROM members WHERE user_id = $1 AND role <> 'owner'";
const LOCK: &str = "SELECT id, name FROM accounts WHERE id = $1 AND kind = 'team'";
const MEMBERS: &str = "SELECT m.user_id, u.name, m.role, m.api_key, m.since FROM members m \
    JOIN users u ON u.id = m.user_id WHERE m.account = $1 ORDER BY m.since, m.user_id LIMIT $2";
const PERSON: &str = "SELECT id, name FROM users WHERE name = $1 AND disabled IS NULL";
const BY_ID: &str = "SELECT id, name, account FROM users WHERE id = $1";
const SET_ROLE: &str = "UPDATE members SET role = $1 WHERE account = $2 AND user_id = $3";
const KEY: &str = "SELECT api_key FROM members WHERE account = $1 AND user_id = $2";
const REMOVE: &str = "DELETE FROM members WHERE account = $1 AND user_id = $2";
/// Its jobs keep its name; it only opens nothing any more, which it never did.
const REVOKE: &str = "UPDATE keys SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
const TRANSFER: &str = "INSERT INTO transfers \
    (leaves, arrives, giver, taker, credits, user_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

impl Store {
    /// Makes a team with its first admin, in one commit.
    ///
    /// # Errors
    /// Refused with `Conflict` when the name is taken, or the maker has too many teams.
    pub async fn create_team(&self, new: NewTeam, now: Timestamp) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(create(tx, new, now))).await
    }

    /// A team's members in the order in which they came.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(&self, team: AccountId) -> Result<Vec<Member>, StoreError> {
        self.db.read(move |tx| Box::pin(members(tx, team))).await
    }

    /// Gives the person with this name a place in a team, under this key.
    ///
    /// # Errors
    /// Refused as [`team::check`] refuses `actor`; with `NotFound` for a person or a team that is
    /// not there, with `Conflict` for somebody who has a place, or too many.
    pub async fn add_member(
        &self,
        team: AccountId,
        actor: UserId,
        (name, role): (String, MemberRole),
        key: KeyId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(add(tx, team, actor, (name, role), key, now))).await
    }

    /// Changes what a member may do, or takes their place away.
    ///
    /// # Errors
    /// Refused as [`team::check`] refuses `actor`; with `NotFound` for a team that is not there.
    pub async fn change_member(
        &self,
        team: AccountId,
        actor: UserId,
        change: Change,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(change_member(tx, team, actor, change, now))).await
    }

    /// Moves credits from a member's own account to the team's pool, in one commit. Answers what
    /// the pool has then, and what the member has.
    ///
    /// # Errors
    /// Refused with `NotFound` for a team that the giver is no member of, and as
    /// `reelgate_core::ledger::transfer` refuses.
    pub async fn fund_team(
        &self,
        team: AccountId,
        giver: UserId,
        credits: Credits,
        (leaves, arrives): (EntryId, EntryId),
        now: Timestamp,
    ) -> Result<(Funds, Funds), StoreError> {
        self.db
            .write(move |tx| Box::pin(fund(tx, team, giver, credits, (leaves, arrives), now)))
            .await
    }
}

async fn create(tx: &mut Tx, new: NewTeam, now: Timestamp) -> Result<(), StoreError> {
    let account = accounts::create(tx, new.account, now).await?.id;
    tx.execute(MAKE, &values![account]).await?;
    let row = tx.first(BY_ID, &values![new.maker]).await?.ok_or_else(team::no_member)?;
    let (maker, name) = person(row)?;
    check_places(tx, maker, &name).await?;
    place(tx, account, (maker, &name), MemberRole::Admin, new.key, now).await
}

async fn add(
    tx: &mut Tx,
    account: AccountId,
    actor: UserId,
    (name, role): (String, MemberRole),
    key: KeyId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (_, members) = locked(tx, account, actor).await?;
    team::check(&members, actor, Change::Add)?;
    let row = tx.first(PERSON, &values![&name]).await?;
    let nobody = || Error::new(Kind::NotFound, format!("there is no user named {name:?}"));
    let (user, name) = person(row.ok_or_else(nobody)?)?;
    check_places(tx, user, &name).await?;
    place(tx, account, (user, &name), role, key, now).await
}

async fn change_member(
    tx: &mut Tx,
    account: AccountId,
    actor: UserId,
    change: Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (_, members) = locked(tx, account, actor).await?;
    team::check(&members, actor, change)?;
    let changed = match change {
        Change::Add => 0,
        Change::SetRole(user, role) => {
            tx.execute(SET_ROLE, &values![role.name(), account, user]).await?
        }
        Change::Remove(user) => {
            let row = tx.first(KEY, &values![account, user]).await?.ok_or_else(team::no_member)?;
            let key = Reader::new("members", row).parsed("api_key", KeyId::parse)?;
            tx.execute(REVOKE, &values![now, key]).await?;
            tx.execute(REMOVE, &values![account, user]).await?
        }
    };
    if changed == 1 { Ok(()) } else { Err(team::no_member().into()) }
}

async fn fund(
    tx: &mut Tx,
    account: AccountId,
    giver: UserId,
    credits: Credits,
    (leaves, arrives): (EntryId, EntryId),
    now: Timestamp,
) -> Result<(Funds, Funds), StoreError> {
    let name = team_name(tx, account, false).await?;
    let members = members(tx, account).await?;
    if !members.iter().any(|one| one.user == giver) {
        return Err(no_team().into());
    }
    let row = tx.first(BY_ID, &values![giver]).await?.ok_or_else(team::no_member)?;
    let mut r = Reader::new("users", row);
    r.parsed("id", UserId::parse)?;
    let who = r.text("name")?;
    let own = r.parsed("account", AccountId::parse)?;
    let notes = (format!("to the team {name}"), format!("from {who}"));
    let (out, into) = ((leaves, own), (arrives, account));
    let (own_funds, pool) = ledger::transfer(tx, out, into, credits, notes, now).await?;
    let row = values![leaves, arrives, own, account, credits, giver, now];
    tx.execute(TRANSFER, &row).await?;
    Ok((pool, own_funds))
}

/// A team that nobody else changes now, with its members, where `actor` is one of them.
async fn locked(
    tx: &mut Tx,
    account: AccountId,
    actor: UserId,
) -> Result<(String, Vec<Member>), StoreError> {
    let name = team_name(tx, account, true).await?;
    let members = members(tx, account).await?;
    // To strangers a team is not there.
    if !members.iter().any(|one| one.user == actor) {
        return Err(no_team().into());
    }
    Ok((name, members))
}

async fn team_name(tx: &mut Tx, account: AccountId, lock: bool) -> Result<String, StoreError> {
    let row = match lock {
        true => tx.first_locked(LOCK, &values![account]).await?,
        false => tx.first(LOCK, &values![account]).await?,
    };
    let mut r = Reader::new("accounts", row.ok_or_else(no_team)?);
    r.parsed("id", AccountId::parse)?;
    r.text("name")
}

async fn check_places(tx: &mut Tx, user: UserId, name: &str) -> Result<(), StoreError> {
    let row = tx.first(PLACES, &values![user]).await?.unwrap_or_default();
    let places: usize = Reader::new("members", row).number("user_id")?;
    if places < TEAMS_MAX {
        return Ok(());
    }
    let message = format!("{name} belongs to {TEAMS_MAX} teams already");
    Err(Error::new(Kind::Conflict, message).into())
}

async fn members(tx: &mut Tx, account: AccountId) -> Result<Vec<Member>, StoreError> {
    let most = i64::try_from(MEMBERS_MAX).unwrap_or(i64::MAX);
    let rows = tx.query(MEMBERS, &values![account, most]).await?;
    rows.into_iter().map(member).collect()
}

fn no_team() -> Error {
    Error::new(Kind::NotFound, "team not found")
}

fn person(row: Row) -> Result<(UserId, String), StoreError> {
    let mut r = Reader::new("users", row);
    Ok((r.parsed("id", UserId::parse)?, r.text("name")?))
}

fn member(row: Row) -> Result<Member, StoreError> {
    let mut r = Reader::new("members", row);
    Ok(Member {
        user: r.parsed("user_id", UserId::parse)?,
        name: r.text("name")?,
        role: r.parsed("role", MemberRole::parse)?,
        key: r.parsed("api_key", KeyId::parse)?,
        since: r.time("since")?,
    })
}
