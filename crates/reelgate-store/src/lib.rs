//! Reelgate's memory: every write is one transaction in one file.
//!
//! Reading the folder is reading a job's life: [`submit`] accepts it, [`claim`] gives it to a
//! worker, [`report`] hears from that worker, [`finish`], [`cancel`] and [`rescue`] end it,
//! [`outbox`] tells whoever listens, [`delete`] gives its files up. `reelgate_core` decides what
//! may happen; here it is written down, each time with a statement that repeats what it relies on.
//! [`audit`] asks the database itself whether the rules hold.
//!
//! SQLite serves one server, PostgreSQL several; `db/` is the only place that knows the difference.

pub mod accounts;
pub mod assets;
pub mod audit;
pub mod cancel;
pub mod claim;
pub mod codes;
mod db;
pub mod delete;
pub mod deliveries;
pub mod endpoints;
mod error;
pub mod finish;
pub mod identities;
pub mod keys;
mod ledger;
pub mod list;
mod migrate;
pub mod operator;
pub mod outbox;
pub mod payments;
pub mod query;
pub mod queue;
pub mod rates;
pub mod records;
pub mod report;
pub mod rescue;
mod rows;
pub mod sessions;
pub mod submit;
pub mod sweep;
pub mod teams;
pub mod timeline;
mod transition;
pub mod upstream;
pub mod usage;
pub mod users;

pub use accounts::{Account, NewAccount};
pub use audit::Violation;
pub use codes::{Code, NewCode};
pub use error::StoreError;
pub use finish::Outcome;
pub use identities::Newcomer;
pub use keys::{Key, NewKey};
pub use outbox::{Settled, Tried};
pub use payments::NewPayment;
pub use query::Stats;
pub use records::Records;
pub use report::Directive;
pub use sessions::{NewLink, NewSession, Person, Session};
pub use submit::{Submission, Submitted};
pub use sweep::Removable;
pub use teams::NewTeam;
pub use upstream::{Ask, Orphan, Renewal};
pub use users::{NewUser, Purse, User, UserChange};

use std::sync::Arc;

/// Where the data lies.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH`, or `postgres://…` in the form libpq reads, `sslmode` and `sslrootcert`
    /// included: without them a connection is encrypted where the server offers it, and its
    /// certificate is not looked at.
    pub url: String,
    /// Whether what is committed must outlive the machine (SQLite): a folder that is removed when
    /// its process ends has no use for it, and waits for no disk.
    pub lasting: bool,
}

/// The database. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Store {
    db: Arc<db::Db>,
    lanes: Arc<Lanes>,
}

/// Where callers of what is done most often meet, to have it done together.
struct Lanes {
    submits: submit::Lane,
    askings: upstream::asking::Lane,
    answers: upstream::known::Lane,
    finishes: finish::Lane,
}

impl Store {
    /// The database: `sqlite` or `postgresql`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.db.kind()
    }

    /// Opens the database, creates it where there is none (SQLite), and brings its tables up to
    /// date.
    ///
    /// # Errors
    /// When it cannot be reached, or was made by a newer version.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        let db = db::Db::open(options).await?;
        let lanes = Lanes {
            submits: db.lane(submit::forms()),
            askings: db.lane(upstream::asking::forms()),
            answers: db.lane(upstream::known::forms()),
            finishes: db.lane(finish::forms()),
        };
        Ok(Self { db: Arc::new(db), lanes: Arc::new(lanes) })
    }

    /// Tells workers of other processes, on PostgreSQL, that a job may be claimed. Returns at once;
    /// a ring may be lost, so workers look by themselves as well.
    pub fn ring(&self) {
        self.db.ring();
    }

    /// Waits until another process rings; for ever on SQLite, whose workers are all in one process.
    pub async fn heard(&self) {
        self.db.heard().await;
    }

    /// Finishes what was accepted, then refuses everything.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// How often this store has committed something, where no other server does (SQLite): as long
    /// as it stays the same, so does every job.
    #[must_use]
    pub fn commits(&self) -> Option<u64> {
        self.db.commits()
    }

    /// Whether writes have stopped for good: after [`Store::close`], or because the writer failed
    /// in a way it cannot trust itself after. The process should end then and be started afresh.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.db.is_stopped()
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}
