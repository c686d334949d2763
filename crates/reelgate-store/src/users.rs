//! People who sign in. Each has an account of their own, and a place in it.

use crate::Store;
use crate::accounts::{self, NewAccount};
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::operator::containing;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::user::{AccountKind, MemberRole};
use reelgate_core::{AccountId, Error, KeyId, SessionId, Timestamp, UserId, UserRole};

/// Most people of one page.
pub const PAGE_MAX: i64 = 100;

/// A person to create.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id.
    pub id: UserId,
    /// Their name, in small letters; unique.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// Their password's hash.
    pub password: Option<String>,
    /// Their own account.
    pub purse: Purse,
    /// Names the place they order from in it.
    pub key: KeyId,
}

/// A person's own account.
#[derive(Clone, Debug)]
pub enum Purse {
    /// One that is made with them.
    New(NewAccount),
    /// One that is there and belongs to nobody yet.
    Existing(AccountId),
}

/// What changes about a person; where there is none, it stays.
#[derive(Clone, Default)]
pub struct UserChange {
    /// Their password's hash.
    pub password: Option<String>,
    /// The session that goes on although the password is another.
    pub keep: Option<SessionId>,
    /// What they may do.
    pub role: Option<UserRole>,
    /// Whether they are shut out.
    pub disabled: Option<bool>,
}

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// Their password's hash.
    pub password: Option<String>,
    /// Their own account.
    pub account: AccountId,
    /// Since when they cannot sign in.
    pub disabled: Option<Timestamp>,
    /// When they were created.
    pub created: Timestamp,
}

impl std::fmt::Debug for User {
    // Without the hash: values like this end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({} {:?} {:?})", self.id, self.name, self.role)
    }
}

const CREATE: &str = "INSERT INTO users (id, name, role, password, account, created) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const KIND: &str = "SELECT kind FROM accounts WHERE id = $1";
const OWNED: &str = "SELECT id FROM users WHERE account = $1";
const BY_ID: &str = "SELECT id, name, role, password, account, disabled, created FROM users \
    WHERE id = $1";
const BY_NAME: &str = "SELECT id, name, role, password, account, disabled, created FROM users \
    WHERE name = $1";
const LIST: &str = "SELECT id, name, role, password, account, disabled, created FROM users \
    WHERE id > $1 AND name LIKE $2 ESCAPE '!' ORDER BY id LIMIT $3";
const SET_PASSWORD: &str = "UPDATE users SET password = $1 WHERE id = $2";
const SET_ROLE: &str = "UPDATE users SET role = $1 WHERE id = $2";
const DISABLE: &str = "UPDATE users SET disabled = $1 WHERE id = $2 AND disabled IS NULL";
const ENABLE: &str = "UPDATE users SET disabled = NULL WHERE id = $1";
const END_OTHERS: &str = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
const END_ALL: &str = "DELETE FROM sessions WHERE user_id = $1";
const END_LINKS: &str = "DELETE FROM sign_in_links WHERE user_id = $1";
/// Its hash is none, so no secret opens it.
const PLACE_KEY: &str = "INSERT INTO keys (id, account, hash, hint, style, label, created) \
    VALUES ($1, $2, $3, '', 'studio', $4, $5) ON CONFLICT DO NOTHING";
const PLACE: &str = "INSERT INTO members (account, user_id, role, api_key, since) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

impl Store {
    /// Creates a person with a place in an account of their own, in one commit.
    ///
    /// # Errors
    /// Refused with `Conflict` when the name is taken, by a person or for a new account by another
    /// account; when the account is a team's or somebody else's.
    pub async fn create_user(&self, new: NewUser, now: Timestamp) -> Result<User, StoreError> {
        self.db.write(move |tx| Box::pin(create(tx, new, now))).await
    }

    /// The person with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move { tx.first(BY_ID, &values![id]).await?.map(user).transpose() })
            })
            .await
    }

    /// The person with this name, which is in small letters.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_by_name(&self, name: &str) -> Result<Option<User>, StoreError> {
        let name = name.to_owned();
        self.db
            .read(move |tx| {
                Box::pin(
                    async move { tx.first(BY_NAME, &values![&name]).await?.map(user).transpose() },
                )
            })
            .await
    }

    /// People whose names contain this text, in any case, in the order of their ids, after a
    /// cursor, up to [`PAGE_MAX`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(
        &self,
        text: &str,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let like = containing(text);
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let limit = limit.clamp(1, PAGE_MAX);
                    let rows = tx.query(LIST, &values![&after, &like, limit]).await?;
                    rows.into_iter().map(user).collect()
                })
            })
            .await
    }

    /// Gives a person another password, or none. Their sessions end, except `keep`, and their links
    /// work no more. False when there is no such person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(
        &self,
        user: UserId,
        password: Option<String>,
        keep: Option<SessionId>,
    ) -> Result<bool, StoreError> {
        self.db.write(move |tx| Box::pin(change_password(tx, user, password, keep))).await
    }

    /// Changes several things about a person in one commit, as the methods for each; false when
    /// there is no such person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_user(
        &self,
        user: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if tx.first_locked(BY_ID, &values![user]).await?.is_none() {
                        return Ok(false);
                    }
                    if let Some(password) = change.password {
                        change_password(tx, user, Some(password), change.keep).await?;
                    }
                    if let Some(role) = change.role {
                        tx.execute(SET_ROLE, &values![role.name(), user]).await?;
                    }
                    if let Some(disabled) = change.disabled {
                        shut_out(tx, user, disabled, now).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }

    /// Changes what a person may do; false when there is no such person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_user_role(&self, user: UserId, role: UserRole) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    Ok(tx.execute(SET_ROLE, &values![role.name(), user]).await? == 1)
                })
            })
            .await
    }

    /// Shuts a person out, which ends their sessions, or lets them in again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_user_disabled(
        &self,
        user: UserId,
        disabled: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(shut_out(tx, user, disabled, now))).await
    }
}

async fn change_password(
    tx: &mut Tx,
    user: UserId,
    password: Option<String>,
    keep: Option<SessionId>,
) -> Result<bool, StoreError> {
    if tx.execute(SET_PASSWORD, &values![password, user]).await? == 0 {
        return Ok(false);
    }
    match keep {
        Some(keep) => tx.execute(END_OTHERS, &values![user, keep]).await?,
        None => tx.execute(END_ALL, &values![user]).await?,
    };
    tx.execute(END_LINKS, &values![user]).await?;
    Ok(true)
}

async fn shut_out(
    tx: &mut Tx,
    user: UserId,
    disabled: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if disabled {
        tx.execute(DISABLE, &values![now, user]).await?;
        tx.execute(END_ALL, &values![user]).await?;
        tx.execute(END_LINKS, &values![user]).await?;
    } else {
        tx.execute(ENABLE, &values![user]).await?;
    }
    Ok(())
}

/// Creates a person, as [`Store::create_user`].
pub(crate) async fn create(tx: &mut Tx, new: NewUser, now: Timestamp) -> Result<User, StoreError> {
    let conflict = |message: String| Error::new(Kind::Conflict, message);
    let NewUser { id, name, role, password, purse, key } = new;
    let account = match purse {
        Purse::New(account) => accounts::create(tx, account, now).await?.id,
        Purse::Existing(account) => account,
    };
    let row = tx.first(KIND, &values![account]).await?;
    let row = row.ok_or_else(|| Error::new(Kind::NotFound, "there is no such account"))?;
    let kind = Reader::new("accounts", row).parsed("kind", AccountKind::parse)?;
    if kind == AccountKind::Team || tx.first(OWNED, &values![account]).await?.is_some() {
        return Err(conflict("the account belongs to somebody already".to_owned()).into());
    }
    let row = values![id, &name, role.name(), password.as_deref(), account, now];
    if tx.execute(CREATE, &row).await? == 0 {
        return Err(conflict(format!("there is a user with the name {name:?} already")).into());
    }
    place(tx, account, (id, &name), MemberRole::Owner, key, now).await?;
    Ok(User { id, name, role, password, account, disabled: None, created: now })
}

/// Gives a person a place in an account, and what their orders there are filed under.
///
/// # Errors
/// Busy when the place's id is taken; refused with `Conflict` when they have a place there.
pub(crate) async fn place(
    tx: &mut Tx,
    account: AccountId,
    (user, name): (UserId, &str),
    role: MemberRole,
    key: KeyId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = values![key, account, format!("none {key}"), format!("studio: {name}"), now];
    if tx.execute(PLACE_KEY, &row).await? == 0 {
        return Err(StoreError::Busy);
    }
    let row = values![account, user, role.name(), key, now];
    if tx.execute(PLACE, &row).await? == 0 {
        let message = format!("{name} belongs to it already");
        return Err(Error::new(Kind::Conflict, message).into());
    }
    Ok(())
}

fn user(row: Row) -> Result<User, StoreError> {
    let mut r = Reader::new("users", row);
    Ok(User {
        id: r.parsed("id", UserId::parse)?,
        name: r.text("name")?,
        role: r.parsed("role", UserRole::parse)?,
        password: r.maybe_text("password")?,
        account: r.parsed("account", AccountId::parse)?,
        disabled: r.maybe_time("disabled")?,
        created: r.time("created")?,
    })
}
