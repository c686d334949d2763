//! What an operator asks about the place as a whole.

use crate::credits::Credits;
use crate::engine::FailureClass;
use crate::error::{Error, Field};
use crate::id::{AccountId, CodeId, JobId, UserId};
use crate::job::{Job, StateName};
use crate::ledger::Funds;
use crate::line::Priority;
use crate::model::Model;
use crate::own::{Listing, Page};
use crate::time::Timestamp;
use crate::user::{AccountKind, Secret, UserRole};

/// Most characters of the words on a grant.
pub const NOTE_CHARS_MAX: usize = 200;

/// Refuses words that a statement has no room for.
///
/// # Errors
/// `Invalid` for more characters, or for several lines.
pub fn check_note(note: &str) -> Result<(), Error> {
    if note.chars().count() > NOTE_CHARS_MAX || note.chars().any(char::is_control) {
        let message = format!("must be at most {NOTE_CHARS_MAX} characters on one line");
        return Err(Error::invalid(Field::Named("note".to_owned()), message));
    }
    Ok(())
}

/// A request by an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorCall {
    /// Show how the place is doing.
    Overview,
    /// List accounts whose names contain some text.
    Accounts(String, Page<AccountId>),
    /// Make an account that belongs to nobody.
    CreateAccount(String),
    /// Show an account.
    Account(AccountId),
    /// Give an account credits.
    Grant {
        /// Which.
        account: AccountId,
        /// How many.
        credits: Credits,
        /// Why; on its statement.
        note: String,
    },
    /// Change the most urgent that an account's jobs may be.
    SetPriority(AccountId, Priority),
    /// List people whose names contain some text.
    Users(String, Page<UserId>),
    /// Make a person with an account of their own.
    CreateUser {
        /// Their name.
        name: String,
        /// Their password; without one a link signs them in.
        password: Option<Secret>,
        /// What they may do.
        role: UserRole,
    },
    /// Change what a person may do, or shut them out.
    UpdateUser {
        /// Who.
        id: UserId,
        /// What they may do from now on.
        role: Option<UserRole>,
        /// Whether they are shut out from now on.
        disabled: Option<bool>,
        /// Their password from now on; their sessions end.
        password: Option<Secret>,
    },
    /// Make a link that signs a person in once.
    LinkUser(UserId),
    /// List jobs of all accounts, newest first.
    Jobs(AllJobs, Page<JobId>),
    /// Tell all that happened to a job.
    Timeline(JobId),
    /// Show what everything costs.
    Prices,
    /// Show how the server is set up, and how long it keeps what.
    Settings,
    /// Check every promise about jobs and money.
    Audit,
    /// List redeem codes.
    Codes,
    /// Make a redeem code.
    CreateCode {
        /// What it brings an account.
        credits: Credits,
        /// How many accounts may redeem it.
        uses_max: i64,
        /// Seconds until nobody can.
        expires_in_s: Option<i64>,
        /// A few words.
        label: String,
    },
    /// Make a redeem code useless.
    RevokeCode(CodeId),
}

/// Which jobs of all accounts are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllJobs {
    /// In this state.
    pub state: Option<StateName>,
    /// Failed like this.
    pub failure: Option<FailureClass>,
    /// Of this account.
    pub account: Option<AccountId>,
}

/// An answer to an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorReply {
    /// How the place is doing.
    Overview(Box<Overview>),
    /// Accounts.
    Accounts(Listing<AccountRow, AccountId>),
    /// An account.
    Account(AccountRow),
    /// An account that was just made.
    AccountMade(AccountRow),
    /// People.
    Users(Listing<UserRow, UserId>),
    /// A person.
    User(UserRow),
    /// A person who was just made.
    UserMade(UserRow),
    /// A link that signs somebody in once.
    Link {
        /// The page with the token behind `#`.
        url: String,
        /// Until when.
        expires: Timestamp,
    },
    /// Jobs of all accounts.
    Jobs(Listing<JobRow, JobId>),
    /// All that happened to a job.
    Timeline(Box<JobRow>, Vec<Happening>),
    /// What everything costs.
    Prices {
        /// The version of the rate card.
        version: String,
        /// Every model with its rates.
        models: Vec<Model>,
    },
    /// How long what is kept, and what was set.
    Settings(Vec<Kept>, Vec<SettingRow>),
    /// What the audit found.
    Audit(Vec<Finding>),
    /// Redeem codes.
    Codes(Vec<CodeRow>),
    /// A redeem code that was just made; the only moment at which it is shown.
    CodeMade(CodeRow, String),
    /// It was done.
    Done,
}

/// How the place is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The version that runs.
    pub version: &'static str,
    /// Milliseconds since this server started.
    pub uptime_ms: i64,
    /// `sqlite` or `postgresql`.
    pub database: &'static str,
    /// What keeps the files.
    pub storage: &'static str,
    /// Bytes of files, where they can be counted in time.
    pub used_bytes: Option<u64>,
    /// Bytes that are free there, where that is known.
    pub free_bytes: Option<u64>,
    /// Jobs that wait.
    pub waiting: u64,
    /// Jobs that a worker has.
    pub running: u64,
    /// Since when the oldest waits, in milliseconds.
    pub oldest_wait_ms: Option<i64>,
    /// How jobs of the last 24 hours ended.
    pub ended: Ended,
    /// What renders.
    pub engines: Vec<EngineRow>,
}

/// How jobs of some time ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Jobs that succeeded.
    pub succeeded: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// Those that failed, by class, the most frequent first.
    pub by_failure: Vec<(FailureClass, u64)>,
}

/// Something that renders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineRow {
    /// Its name.
    pub name: String,
    /// `ready` or `off`.
    pub state: &'static str,
    /// Jobs that it has.
    pub running: u64,
    /// Jobs that it may have at the same time.
    pub slots: u64,
    /// What else there is to say.
    pub detail: String,
}

/// An account in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: AccountKind,
    /// What it has.
    pub funds: Funds,
    /// The most urgent that its jobs may be.
    pub priority_max: Priority,
    /// Whose own it is.
    pub owner: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// Their own account.
    pub account: AccountId,
    /// Whether they have a password.
    pub has_password: bool,
    /// Since when they are shut out.
    pub disabled: Option<Timestamp>,
    /// When they were made.
    pub created: Timestamp,
}

/// A job in a list of all accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// Its account's name.
    pub account_name: String,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// What, in a word: `submitted`, `held`, `succeeded`, `captured`, `webhook_attempt`, ...
    pub what: &'static str,
    /// What else there is to say.
    pub detail: String,
}

/// Something that is kept for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What: `files`, `uploads`, `deliveries`, ...
    pub what: &'static str,
    /// Seconds; none for what is kept for ever.
    pub seconds: Option<i64>,
    /// The setting that says so, where one does.
    pub setting: Option<&'static str>,
}

/// A setting of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// Its name in the file of settings.
    pub key: &'static str,
    /// Its option of `reelgate serve`, which is also an environment variable, where it has one.
    pub option: Option<&'static str>,
    /// What it is.
    pub value: SettingValue,
}

/// What a setting is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// On or off.
    Switch(bool),
    /// A number in the unit that its name ends with.
    Number(u64),
    /// A text; never a secret.
    Text(String),
    /// Nothing was set.
    Unset,
}

/// A promise that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its number in the architecture's list.
    pub invariant: u8,
    /// What it says.
    pub name: &'static str,
    /// The row that breaks it, and how.
    pub detail: String,
}

/// A redeem code in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// Its id.
    pub id: CodeId,
    /// What may be shown of it.
    pub hint: String,
    /// The operator's word for it.
    pub label: String,
    /// What it brings.
    pub credits: Credits,
    /// How often it was redeemed.
    pub uses: u32,
    /// How often it may be.
    pub uses_max: u32,
    /// From when on nobody can.
    pub expires: Option<Timestamp>,
    /// Since when nobody can any more.
    pub revoked: Option<Timestamp>,
}
