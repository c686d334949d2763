//! What upstreams' refusals mean here. Callers read our own sentences; what an upstream wrote goes
//! to the log alone.

use super::wire::Answer;
use reelgate_core::{EngineError, FailureClass};

/// An upstream that certainly made nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It will not make this order.
    Order(EngineError),
    /// It takes none from us for so many seconds; a short while when it does not say.
    Busy(Option<u32>),
    /// It takes none under this key until its operator did something: what is wrong with it.
    Account(&'static str),
}

/// What happened to a request that should make something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is being made, under this name.
    Known(String),
    /// It is not.
    Refused(Refused),
    /// It may be, or not.
    Unclear,
}

/// The prompt or a reference was refused for what it shows.
#[must_use]
pub fn moderated() -> EngineError {
    let message = "the provider's content rules refuse this order; change the words or references";
    EngineError::fatal(FailureClass::Moderation, message)
}

/// A reference shows a person that the provider does not accept.
#[must_use]
pub fn person() -> EngineError {
    let message = "the provider refuses references that show a real person; use another picture";
    EngineError::fatal(FailureClass::Moderation, message)
}

/// What came out was refused for what it shows.
#[must_use]
pub fn output_moderated() -> EngineError {
    let message = "the provider's content rules refuse the clip that came out; change the words";
    EngineError::fatal(FailureClass::Moderation, message)
}

/// The provider finds fault with the order.
#[must_use]
pub fn unusable() -> EngineError {
    let message = "the provider cannot use this order; change the words, references or settings";
    EngineError::fatal(FailureClass::Input, message)
}

/// The provider failed; another attempt may do.
#[must_use]
pub fn failed() -> EngineError {
    EngineError::passing(FailureClass::Provider, "the provider could not make the clip")
}

/// The same, when another attempt would be paid for as well.
#[must_use]
pub fn failed_for_good() -> EngineError {
    EngineError::fatal(FailureClass::Provider, "the provider could not make the clip")
}

/// What a text of an upstream says about a refusal, by the words that all of them use.
#[must_use]
pub fn by_words(text: &str) -> Option<EngineError> {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["real person", "privacyinformation", "privacy information", "human face", "likeness"])
    {
        return Some(person());
    }
    if has(&["outputvideosensitive", "outputaudiosensitive"]) {
        return Some(output_moderated());
    }
    let words = ["sensitive", "moderation", "nsfw", "content policy", "policyviolation", "safety"];
    has(&words).then(moderated)
}

/// What a status alone says about a request that should make something.
#[must_use]
pub fn by_status(answer: &Answer<'_>) -> Created {
    Created::Refused(match answer.status {
        401 => Refused::Account("the key is not accepted"),
        402 => Refused::Account("the balance at the provider is used up"),
        403 => Refused::Account("the key may not do this"),
        429 => Refused::Busy(answer.retry_after_s),
        // It says itself that it did nothing; other errors of a server say no such thing.
        503 if answer.retry_after_s.is_some() => Refused::Busy(answer.retry_after_s),
        400 | 404 | 405 | 411 | 413 | 415 | 422 => Refused::Order(unusable()),
        _ => return Created::Unclear,
    })
}

/// The same, after a look at what the upstream wrote.
#[must_use]
pub fn by_body(answer: &Answer<'_>) -> Created {
    let order_refused = matches!(answer.status, 400 | 403 | 422);
    let words = String::from_utf8_lossy(answer.body);
    match by_words(&words) {
        Some(error) if order_refused => Created::Refused(Refused::Order(error)),
        _ => by_status(answer),
    }
}
