//! The line for a worker: who goes first, and who is next within that.
//!
//! Higher priorities go first. Within one, accounts take turns however many jobs each of them has
//! waiting. A priority above the normal one needs the operator's leave, account by account, so that
//! nobody can push past others by asking.

use crate::error::{Error, Field};
use crate::model::ModelId;
use sha2::{Digest as _, Sha256};

/// How urgent a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// When nothing else waits.
    Low,
    /// The usual one.
    #[default]
    Normal,
    /// Before everything usual; only for accounts that may.
    High,
}

impl Priority {
    /// Every priority, the least urgent first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Normal, Self::High];

    /// `low`, `normal` or `high`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// The priority with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }

    /// As a number that sorts: 0 is normal, more goes first.
    #[must_use]
    pub const fn rank(self) -> i64 {
        match self {
            Self::Low => -1,
            Self::Normal => 0,
            Self::High => 1,
        }
    }

    /// The priority with this number.
    #[must_use]
    pub fn from_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.rank() == rank)
    }

    /// Refuses more than an account may ask for.
    ///
    /// # Errors
    /// `Invalid`, naming the priority.
    pub fn check(self, highest: Self) -> Result<(), Error> {
        if self <= highest {
            return Ok(());
        }
        let message = format!("must be at most {} for this account", highest.name());
        Err(Error::invalid(Field::Priority, message))
    }
}

/// Ranks of one line lie around a multiple of this; see [`remote_line`].
pub const LINE_STEP: i64 = 20;

/// The middle rank of the line in which jobs for `model` wait for an upstream: the same on every
/// server and at every start, and another one for every other model, so that a model whose upstream
/// is full keeps no other model waiting.
#[must_use]
pub fn remote_line(model: &ModelId) -> i64 {
    let digest = Sha256::digest(model.as_str().as_bytes());
    let number = digest.iter().take(4).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
    // Zero is the line of the embedded engine.
    (number + 1) * LINE_STEP
}

/// A new job's turn: one after the newest that its account was given, and after those whose turn
/// has been. So accounts take turns however many jobs each has waiting, and one that comes back
/// after a pause neither jumps the line nor pays for having been busy before.
#[must_use]
pub fn turn(last_of_account: i64, served: i64) -> i64 {
    last_of_account.max(served).saturating_add(1)
}
