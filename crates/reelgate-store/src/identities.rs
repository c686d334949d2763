//! People by another service's word: which identity is whose, and the session that it opens.

use crate::Store;
use crate::accounts::NewAccount;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use crate::sessions::{self, NewSession};
use crate::users::{self, NewUser, Purse};
use reelgate_core::openid::{Door, Stranger, Way};
use reelgate_core::{KeyId, Timestamp, UserId, UserRole};

/// What somebody new would get.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Their id.
    pub id: UserId,
    /// Their own account; its name becomes theirs.
    pub account: NewAccount,
    /// Names the place they order from in it.
    pub key: KeyId,
}

const KNOWN: &str = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
const NAMESAKE: &str = "SELECT id FROM users WHERE name = $1";
const OTHERS: &str = "SELECT subject FROM identities WHERE issuer = $1 AND user_id = $2";
const NOTE: &str = "INSERT INTO identities (issuer, subject, user_id, created) \
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

impl Store {
    /// Opens a session for whoever this identity is here, and notes whose it is where it is new, in
    /// one commit. Answers who came in.
    ///
    /// # Errors
    /// Refused as [`Door::way`] refuses, with `Conflict` also when the name of somebody new is
    /// taken, and with `Unauthorized` for somebody who is shut out.
    pub async fn open_session_by_identity(
        &self,
        stranger: Stranger,
        door: Door,
        newcomer: Newcomer,
        session: NewSession,
        now: Timestamp,
    ) -> Result<UserId, StoreError> {
        self.db.write(move |tx| Box::pin(open(tx, stranger, door, newcomer, session, now))).await
    }
}

async fn open(
    tx: &mut Tx,
    stranger: Stranger,
    door: Door,
    newcomer: Newcomer,
    session: NewSession,
    now: Timestamp,
) -> Result<UserId, StoreError> {
    let (issuer, subject) = (&stranger.issuer, &stranger.subject);
    let known = one(tx.first_locked(KNOWN, &values![issuer, subject]).await?)?;
    let namesake = namesake(tx, &stranger).await?;
    let user = match door.way(&stranger, known, namesake)? {
        Way::Known(user) => user,
        Way::Join(user) => {
            note(tx, &stranger, user, now).await?;
            user
        }
        Way::Create(name) => {
            let Newcomer { id, account, key } = newcomer;
            let purse = Purse::New(NewAccount { name: name.clone(), ..account });
            let new = NewUser { id, name, role: UserRole::User, password: None, purse, key };
            users::create(tx, new, now).await?;
            note(tx, &stranger, id, now).await?;
            id
        }
    };
    sessions::open(tx, user, session, None, now).await?;
    Ok(user)
}

/// Who has their verified address as a name, and whether by another identity of that issuer.
async fn namesake(tx: &mut Tx, stranger: &Stranger) -> Result<Option<(UserId, bool)>, StoreError> {
    let Some(email) = &stranger.email else { return Ok(None) };
    let Some(user) = one(tx.first_locked(NAMESAKE, &values![email]).await?)? else {
        return Ok(None);
    };
    let other = tx.first(OTHERS, &values![&stranger.issuer, user]).await?;
    Ok(Some((user, other.is_some())))
}

async fn note(
    tx: &mut Tx,
    stranger: &Stranger,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = values![&stranger.issuer, &stranger.subject, user, now];
    // Somebody came in by the same identity at the same time.
    if tx.execute(NOTE, &row).await? == 0 { Err(StoreError::Busy) } else { Ok(()) }
}

fn one(row: Option<crate::db::Row>) -> Result<Option<UserId>, StoreError> {
    row.map(|row| Reader::new("identities", row).parsed("user_id", UserId::parse)).transpose()
}
