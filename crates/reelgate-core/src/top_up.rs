//! Paying by card for credits.

use crate::credits::Credits;

/// A request about paying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopUpCall {
    /// List what can be bought. Needs no sign-in.
    Plans,
    /// Begin to pay for a plan.
    Checkout {
        /// Its id.
        plan: String,
    },
}

/// An answer about paying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopUpReply {
    /// What can be bought; nothing where no card is taken.
    Plans(Vec<Plan>),
    /// Where to pay.
    Checkout {
        /// The payment service's page.
        url: String,
    },
}

/// Credits that can be bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id; unique.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it brings.
    pub credits: Credits,
    /// What it costs, in the currency's smallest unit.
    pub amount: i64,
    /// The currency: three small letters.
    pub currency: String,
}
