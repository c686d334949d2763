//! What a person asks about themselves, and what they get back.

use crate::id::{AccountId, KeyId, SessionId, UserId};
use crate::ledger::Funds;
use crate::operator::{OperatorCall, OperatorReply};
use crate::team::{TeamCall, TeamReply};
use crate::time::Timestamp;
use crate::token::Token;
use crate::top_up::{TopUpCall, TopUpReply};
use crate::user::{AccountKind, Means, MemberRole, Secret, UserRole};

/// A request by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleCall {
    /// Say what this server offers. Needs no sign-in.
    Server,
    /// Open a session. Needs none.
    SignIn(Credential),
    /// Show the present session.
    Session,
    /// End the present session.
    SignOut,
    /// List the person's sessions.
    Sessions,
    /// End one of them.
    EndSession(SessionId),
    /// Something about teams.
    Team(TeamCall),
    /// Something about paying.
    TopUp(TopUpCall),
    /// Something about the place as a whole; for operators.
    Operator(Box<OperatorCall>),
    /// Change the password; every other session ends.
    ChangePassword {
        /// The one until now; not needed just after a sign-in by link.
        current: Option<Secret>,
        /// The one from now on.
        new: Secret,
    },
}

/// What somebody signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A name and a password.
    Password {
        /// Whose.
        name: String,
        /// As it was typed.
        password: Secret,
    },
    /// The token of a one-time link, as it was sent.
    Link(Secret),
}

/// An answer to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleReply {
    /// What this server offers.
    Server(ServerView),
    /// A session was opened.
    SignedIn {
        /// Whose it is.
        session: Box<SessionView>,
        /// What the cookie holds.
        token: Token,
        /// Seconds until it ends.
        max_age_s: i64,
        /// Whether the cookie is for https only.
        secure: bool,
    },
    /// The present session.
    Session(Box<SessionView>),
    /// The session has ended, and the cookie should go.
    SignedOut {
        /// Whether the cookie was for https only.
        secure: bool,
    },
    /// The person's sessions, newest first.
    Sessions(Vec<SessionRow>),
    /// One of them has ended.
    SessionEnded,
    /// The password is another one now.
    PasswordChanged,
    /// Something about teams.
    Team(TeamReply),
    /// Something about paying.
    TopUp(TopUpReply),
    /// Something about the place as a whole.
    Operator(Box<OperatorReply>),
}

/// What a page has to know before anybody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerView {
    /// The version that runs.
    pub version: &'static str,
    /// Ways to sign in: `password`, `link`, `openid`.
    pub sign_in: Vec<&'static str>,
    /// What people call the service that `openid` is.
    pub openid: Option<String>,
    /// Ways to get credits: `code`, `card`.
    pub top_up: Vec<&'static str>,
}

/// Who is signed in, and what they can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Who.
    pub user: UserView,
    /// Their accounts, their own first.
    pub accounts: Vec<Seat>,
    /// Where.
    pub server: ServerView,
}

/// A person, as they see themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// What they may do here.
    pub role: UserRole,
    /// Whether they have a password.
    pub has_password: bool,
}

/// A person's place in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: AccountKind,
    /// What the person may do in it.
    pub role: MemberRole,
    /// What their orders from the studio are filed under.
    pub key: KeyId,
    /// What it has.
    pub funds: Funds,
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// How it began.
    pub means: Means,
    /// What the browser calls itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, to within a minute.
    pub last_seen: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}
