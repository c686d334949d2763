//! What may happen to an account's money. Entries are only ever added.
//!
//! An account has a balance and, inside it, an amount held for jobs that have not ended. Every
//! entry says how both move, so the balance is the sum of one column and the held amount the sum of
//! the other, and spending power is balance minus held, never below zero.

use crate::credits::Credits;
use crate::error::{Error, Kind};
use crate::id::{AccountId, EntryId, JobId};
use crate::time::Timestamp;

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// Whose money.
    pub account: AccountId,
    /// For which job; none for a grant or a transfer.
    pub job: Option<JobId>,
    /// What it is.
    pub kind: EntryKind,
    /// How it moves account totals.
    pub delta: Delta,
    /// Why, for people: the operator's words on a grant.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// What an entry is. A job has one `Hold` and later exactly one of `Capture` and `Release`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Credits were given to the account.
    Grant,
    /// A job was accepted: its price is set aside.
    Hold,
    /// A job succeeded: what it cost is gone, the rest of the hold is free again.
    Capture,
    /// A job failed or was cancelled: its whole hold is free again.
    Release,
    /// Credits came from another account, or went there: one of two entries of one commit, whose
    /// amounts cancel out.
    Transfer,
}

/// How an entry moves an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Added to the balance.
    pub balance: Credits,
    /// Added to the held amount.
    pub held: Credits,
}

/// An account's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    /// Everything it has.
    pub balance: Credits,
    /// The part set aside for living jobs.
    pub held: Credits,
}

/// The largest amount one grant may add.
pub const GRANT_MAX: Credits = Credits::whole(1_000_000_000);

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Grant, Self::Hold, Self::Capture, Self::Release, Self::Transfer];

    /// Its name in the store and on statements.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Transfer => "transfer",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Funds {
    /// What a new job may cost at most.
    #[must_use]
    pub fn available(self) -> Credits {
        self.balance.checked_sub(self.held).unwrap_or(Credits::ZERO).max(Credits::ZERO)
    }

    /// The totals after `delta`, or nothing when they would be impossible: a negative balance or
    /// hold, or more held than there is.
    #[must_use]
    pub fn after(self, delta: Delta) -> Option<Self> {
        let balance = self.balance.checked_add(delta.balance)?;
        let held = self.held.checked_add(delta.held)?;
        (held >= Credits::ZERO && balance >= held).then_some(Self { balance, held })
    }
}

/// Sets a job's price aside.
///
/// # Errors
/// `InsufficientCredits` when the account cannot cover it, `Internal` for a negative price.
pub fn hold(funds: Funds, price: Credits) -> Result<Delta, Error> {
    if price < Credits::ZERO {
        return Err(Error::internal());
    }
    let delta = Delta { balance: Credits::ZERO, held: price };
    match funds.after(delta) {
        Some(_) => Ok(delta),
        None => Err(Error::insufficient_credits(price, funds.available())),
    }
}

/// Settles a hold of `held` by charging `charge` of it; never more than was held.
#[must_use]
pub fn capture(held: Credits, charge: Credits) -> Delta {
    let charge = charge.min(held).max(Credits::ZERO);
    Delta { balance: negative(charge), held: negative(held) }
}

/// Settles a hold of `held` by giving all of it back.
#[must_use]
pub fn release(held: Credits) -> Delta {
    Delta { balance: Credits::ZERO, held: negative(held) }
}

/// Adds credits to an account.
///
/// # Errors
/// `Invalid` for nothing, a negative amount, more than [`GRANT_MAX`] or more than a balance can
/// count.
pub fn grant(funds: Funds, amount: Credits) -> Result<Delta, Error> {
    let refuse = |message: &str| Err(Error::new(Kind::Invalid, message));
    if amount <= Credits::ZERO || amount > GRANT_MAX {
        return refuse("credits must be more than 0 and at most 1000000000");
    }
    let delta = Delta { balance: amount, held: Credits::ZERO };
    match funds.after(delta) {
        Some(_) => Ok(delta),
        None => refuse("the account's balance cannot count that many credits"),
    }
}

/// Moves credits that are not held from one account to another: what leaves, and what arrives.
///
/// # Errors
/// `Invalid` for nothing, a negative amount or more than [`GRANT_MAX`]; `InsufficientCredits` when
/// the giver cannot spare it.
pub fn transfer(from: Funds, to: Funds, amount: Credits) -> Result<(Delta, Delta), Error> {
    let arrives = grant(to, amount)?;
    let leaves = Delta { balance: negative(amount), held: Credits::ZERO };
    match from.after(leaves) {
        Some(_) => Ok((leaves, arrives)),
        None => Err(Error::insufficient_credits(amount, from.available())),
    }
}

fn negative(amount: Credits) -> Credits {
    Credits::from_micro(amount.micro().saturating_neg())
}
