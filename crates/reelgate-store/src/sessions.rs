//! Sessions of people, and the links that open one once. Of their tokens only hashes are kept.

use crate::Store;
use crate::db::{Row, Tx, Value, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::ledger::Funds;
use reelgate_core::people::Seat;
use reelgate_core::user::{AccountKind, LINK_MS, MemberRole, SESSION_MS};
use reelgate_core::{
    AccountId, Error, KeyHash, KeyId, Means, SessionId, Timestamp, UserId, UserRole,
};

/// Most sessions that a person has at the same time; a further one ends the oldest.
pub const SESSIONS_MAX: i64 = 50;
/// Most links that wait for a person at the same time; a further one ends the oldest.
pub const LINKS_MAX: i64 = 10;
/// Most accounts that a person sees.
pub const SEATS_MAX: i64 = 200;
/// Ended sessions and links that one sweep forgets.
const SWEEP_MAX: i64 = 500;

/// A session to open.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// The only form of its token that is kept.
    pub hash: KeyHash,
    /// How it begins.
    pub means: Means,
    /// What the browser calls itself.
    pub agent: String,
}

/// A link to make.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The only form of its token that is kept.
    pub hash: KeyHash,
    /// Whom it signs in.
    pub user: UserId,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// Whether they have a password.
    pub has_password: bool,
    /// By which session.
    pub session: SessionId,
    /// How that began.
    pub means: Means,
    /// When.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Where they may act, their own account first.
    pub seats: Vec<Seat>,
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// How it began.
    pub means: Means,
    /// What the browser calls itself.
    pub agent: String,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, as far as that was noted.
    pub last_seen: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// Nothing happens when the password was changed, or the person shut out, since that was looked at.
const OPEN: &str = "INSERT INTO sessions (id, hash, user_id, means, agent, created, last_seen, \
    expires) SELECT $1, $2, id, $3, $4, CAST($5 AS BIGINT), CAST($5 AS BIGINT), \
    CAST($6 AS BIGINT) FROM users WHERE id = $7 AND disabled IS NULL \
    AND COALESCE(password, '') = COALESCE($8, COALESCE(password, '')) ON CONFLICT DO NOTHING";
const TOO_MANY: &str = "DELETE FROM sessions WHERE user_id = $1 AND id NOT IN \
    (SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT $2)";
const BY_HASH: &str = "SELECT s.id, s.user_id, s.means, s.created, s.expires, u.name, u.role, \
    CAST(CASE WHEN u.password IS NULL THEN 0 ELSE 1 END AS BIGINT) \
    FROM sessions s JOIN users u ON u.id = s.user_id \
    WHERE s.hash = $1 AND s.expires > $2 AND u.disabled IS NULL";
const SEATS: &str = "SELECT m.account, a.name, a.kind, m.role, m.api_key, a.balance, a.held \
    FROM members m JOIN accounts a ON a.id = m.account WHERE m.user_id = $1 \
    ORDER BY CASE WHEN m.role = 'owner' THEN 0 ELSE 1 END, m.account LIMIT $2";
const LIST: &str = "SELECT id, means, agent, created, last_seen, expires FROM sessions \
    WHERE user_id = $1 AND expires > $2 ORDER BY id DESC LIMIT $3";
const END: &str = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
const SEEN: &str = "UPDATE sessions SET last_seen = $1 WHERE id = $2 AND last_seen < $1";
const LINK: &str = "INSERT INTO sign_in_links (hash, user_id, created, expires) \
    SELECT $1, id, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM users \
    WHERE id = $4 AND disabled IS NULL";
const TOO_MANY_LINKS: &str = "DELETE FROM sign_in_links WHERE user_id = $1 AND hash NOT IN \
    (SELECT hash FROM sign_in_links WHERE user_id = $1 ORDER BY created DESC, hash LIMIT $2)";
const LINK_OF: &str = "SELECT user_id FROM sign_in_links WHERE hash = $1 AND expires > $2";
const USE_LINK: &str = "DELETE FROM sign_in_links WHERE hash = $1 AND expires > $2";
const SWEEP: &str = "DELETE FROM sessions WHERE id IN \
    (SELECT id FROM sessions WHERE expires <= $1 ORDER BY expires LIMIT $2)";
const SWEEP_LINKS: &str = "DELETE FROM sign_in_links WHERE hash IN \
    (SELECT hash FROM sign_in_links WHERE expires <= $1 ORDER BY expires LIMIT $2)";

impl Store {
    /// Opens a session for somebody whose password has this hash still; `None` where no password
    /// was looked at.
    ///
    /// # Errors
    /// Refused with `Unauthorized` when they may not sign in any more.
    pub async fn open_session(
        &self,
        user: UserId,
        new: NewSession,
        password: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(open(tx, user, new, password, now))).await
    }

    /// Uses a link up and opens a session with it, in one commit.
    ///
    /// # Errors
    /// Refused with `Unauthorized` for a link that is unknown, too old or used.
    pub async fn open_session_by_link(
        &self,
        link: KeyHash,
        new: NewSession,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(open_by_link(tx, link, new, now))).await
    }

    /// Makes a link that signs somebody in once; false when they may not sign in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_link(&self, new: NewLink, now: Timestamp) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let row = values![new.hash.hex(), now, now.plus_ms(LINK_MS), new.user];
                    let made = tx.execute(LINK, &row).await? == 1;
                    tx.execute(TOO_MANY_LINKS, &values![new.user, LINKS_MAX]).await?;
                    Ok(made)
                })
            })
            .await
    }

    /// Whose session this is, while it lasts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_by_session(
        &self,
        hash: KeyHash,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        self.db.read(move |tx| Box::pin(person(tx, hash, now))).await
    }

    /// The accounts that somebody belongs to, with what is in them, their own first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seats(&self, user: UserId) -> Result<Vec<Seat>, StoreError> {
        self.db.read(move |tx| Box::pin(seats(tx, user))).await
    }

    /// Somebody's living sessions, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.query(LIST, &values![user, now, SESSIONS_MAX]).await?;
                    rows.into_iter().map(session).collect()
                })
            })
            .await
    }

    /// Ends a session of somebody; false when they have no such one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move { Ok(tx.execute(END, &values![id, user]).await? == 1) })
            })
            .await
    }

    /// Notes when sessions were last used, as [`Store::keys_used`] does for keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions_seen(
        &self,
        mut seen: Vec<(SessionId, Timestamp)>,
    ) -> Result<(), StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    // In one order, so that two servers never wait for each other in a circle.
                    seen.sort_unstable();
                    let sets: Vec<Vec<Value<'_>>> =
                        seen.into_iter().map(|(id, at)| Vec::from(values![at, id])).collect();
                    tx.execute_each(SEEN, &sets).await.map(drop)
                })
            })
            .await
    }

    /// Forgets sessions and links that have ended; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sessions = tx.execute(SWEEP, &values![now, SWEEP_MAX]).await?;
                    let links = tx.execute(SWEEP_LINKS, &values![now, SWEEP_MAX]).await?;
                    Ok(sessions + links)
                })
            })
            .await
    }
}

/// Opens a session, as [`Store::open_session`].
pub(crate) async fn open(
    tx: &mut Tx,
    user: UserId,
    new: NewSession,
    password: Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (means, expires) = (new.means.name(), now.plus_ms(SESSION_MS));
    let row = values![new.id, new.hash.hex(), means, &new.agent, now, expires, user, password];
    if tx.execute(OPEN, &row).await? == 0 {
        return Err(Error::unauthorized().into());
    }
    tx.execute(TOO_MANY, &values![user, SESSIONS_MAX]).await?;
    Ok(())
}

async fn open_by_link(
    tx: &mut Tx,
    link: KeyHash,
    new: NewSession,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = tx.first_locked(LINK_OF, &values![link.hex(), now]).await?;
    let row = row.ok_or_else(Error::unauthorized)?;
    let user = Reader::new("sign_in_links", row).parsed("user_id", UserId::parse)?;
    if tx.execute(USE_LINK, &values![link.hex(), now]).await? == 0 {
        return Err(Error::unauthorized().into());
    }
    open(tx, user, new, None, now).await
}

async fn person(tx: &mut Tx, hash: KeyHash, now: Timestamp) -> Result<Option<Person>, StoreError> {
    let Some(row) = tx.first(BY_HASH, &values![hash.hex(), now]).await? else { return Ok(None) };
    let mut r = Reader::new("sessions", row);
    let session = r.parsed("id", SessionId::parse)?;
    let user = r.parsed("user_id", UserId::parse)?;
    let means = r.parsed("means", Means::parse)?;
    let created = r.time("created")?;
    let expires = r.time("expires")?;
    let name = r.text("name")?;
    let role = r.parsed("role", UserRole::parse)?;
    let has_password = r.int("password")? == 1;
    let seats = seats(tx, user).await?;
    Ok(Some(Person { user, name, role, has_password, session, means, created, expires, seats }))
}

async fn seats(tx: &mut Tx, user: UserId) -> Result<Vec<Seat>, StoreError> {
    let rows = tx.query(SEATS, &values![user, SEATS_MAX]).await?;
    rows.into_iter().map(seat).collect()
}

fn seat(row: Row) -> Result<Seat, StoreError> {
    let mut r = Reader::new("members", row);
    Ok(Seat {
        account: r.parsed("account", AccountId::parse)?,
        name: r.text("name")?,
        kind: r.parsed("kind", AccountKind::parse)?,
        role: r.parsed("role", MemberRole::parse)?,
        key: r.parsed("api_key", KeyId::parse)?,
        funds: Funds { balance: r.credits("balance")?, held: r.credits("held")? },
    })
}

fn session(row: Row) -> Result<Session, StoreError> {
    let mut r = Reader::new("sessions", row);
    Ok(Session {
        id: r.parsed("id", SessionId::parse)?,
        means: r.parsed("means", Means::parse)?,
        agent: r.text("agent")?,
        created: r.time("created")?,
        last_seen: r.time("last_seen")?,
        expires: r.time("expires")?,
    })
}
