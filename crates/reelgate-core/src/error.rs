//! What can go wrong for a caller: a closed set of kinds, one sentence, and the field to blame.

use crate::credits::Credits;
use std::fmt;

/// A refusal that a caller can understand and act on.
///
/// `message` continues the field's name when there is one: field `Duration` and message
/// `must be 4 to 15 seconds` read as "duration must be 4 to 15 seconds" in a dialect's words.
/// Internal causes are logged where they happen and never put into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort of refusal this is.
    pub kind: Kind,
    /// The part of the request to change, when one part is to blame.
    pub field: Option<Field>,
    /// What is allowed, or what to do.
    pub message: String,
}

/// The closed set of refusals; every dialect maps each of them to its own status and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request asks for something that cannot be had; the field says what.
    Invalid,
    /// No key, or one that is unknown, revoked or expired.
    Unauthorized,
    /// The key is good, but may not do this.
    Forbidden,
    /// The balance does not cover the price.
    InsufficientCredits {
        /// What the order costs.
        required: Credits,
        /// What the account could spend.
        available: Credits,
    },
    /// The model is kept for accounts that have paid, and this one has not.
    PurchaseRequired,
    /// No such route, or no such thing that this caller owns.
    NotFound,
    /// The thing is in a state that does not allow this.
    Conflict,
    /// The idempotency key belongs to a request with another body.
    IdempotencyMismatch,
    /// The first request with this idempotency key has not been answered yet.
    IdempotencyInFlight,
    /// The route exists, but not with this method.
    MethodNotAllowed,
    /// The body is larger than the limit.
    TooLarge,
    /// The body is not of a content type that this API reads.
    UnsupportedMediaType,
    /// Too many requests; try again after so many seconds.
    RateLimited {
        /// Seconds until a request will be accepted, at least 1.
        retry_after_s: u32,
    },
    /// The server cannot take this now; try again.
    Busy {
        /// Seconds after which to try again, at least 1.
        retry_after_s: u32,
    },
    /// A fault of the server; nothing the caller can change.
    Internal,
}

/// A part of a request, by its meaning; each dialect knows its own name for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The body as a whole.
    Body,
    /// The model.
    Model,
    /// The mode (text, image or media to video).
    Mode,
    /// The quality tier.
    Tier,
    /// The rendering channel.
    Channel,
    /// The words.
    Prompt,
    /// The list of media, or its entry with this index.
    Media(Option<usize>),
    /// The picture to open on.
    FirstFrame,
    /// The picture to end on.
    LastFrame,
    /// The aspect ratio.
    Ratio,
    /// The length.
    Duration,
    /// The resolution.
    Resolution,
    /// The seed.
    Seed,
    /// Whether to make sound.
    Audio,
    /// Whether the camera is locked.
    FixedLens,
    /// Where to report the result.
    Callback,
    /// The most credits the order may cost.
    PriceCap,
    /// How urgent the job is.
    Priority,
    /// The caller's own data.
    Metadata,
    /// The idempotency key.
    IdempotencyKey,
    /// The id of a job.
    JobId,
    /// A part that only this dialect knows, under its own name.
    Named(String),
}

impl Error {
    /// A refusal of this kind that blames no field.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, field: None, message: message.into() }
    }

    /// An invalid field, and what is allowed for it.
    #[must_use]
    pub fn invalid(field: Field, message: impl Into<String>) -> Self {
        Self { kind: Kind::Invalid, field: Some(field), message: message.into() }
    }

    /// The one answer to every key that does not open the door; it does not say why.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized, "Invalid API key")
    }

    /// No such job, or not this caller's.
    #[must_use]
    pub fn job_not_found() -> Self {
        Self::new(Kind::NotFound, "task not found")
    }

    /// A fault whose cause is in the log, under the request's id.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "Internal server error")
    }

    /// The server is full or shutting down.
    #[must_use]
    pub fn busy(retry_after_s: u32) -> Self {
        let kind = Kind::Busy { retry_after_s: retry_after_s.max(1) };
        Self::new(kind, "The server is busy, please try again")
    }

    /// The balance does not cover the price.
    #[must_use]
    pub fn insufficient_credits(required: Credits, available: Credits) -> Self {
        let message =
            format!("Not enough credits: this needs {required}, the balance has {available}");
        Self::new(Kind::InsufficientCredits { required, available }, message)
    }
}

impl Error {
    /// The model is kept for accounts that have paid.
    #[must_use]
    pub fn purchase_required() -> Self {
        let message = "This model is for accounts that have bought credits; buy some first";
        Self::new(Kind::PurchaseRequired, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(Field::Named(name)) => write!(f, "{name} {}", self.message),
            Some(field) => write!(f, "{field:?} {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}
