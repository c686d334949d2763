//! The scripts of test orders: what a caller with a test key wants to rehearse.
//!
//! A directive is `[test:...]` in the prompt or in a text of the metadata, so that every API can
//! carry it: `[test:slow=20 fail=content_refused]`. Without one the order succeeds at once.

use crate::credits::Credits;
use crate::engine::FailureClass;
use crate::error::{Error, Field, Kind};

/// Longest that a rehearsed job takes, in seconds.
pub const JOB_S_MAX: u32 = 600;
/// Longest that the answer to a test order is held back, in seconds.
pub const DELAY_S_MAX: u32 = 10;
/// Test jobs of one account that may wait at the same time.
pub const WAITING_MAX: i64 = 100;

const OPEN: &str = "[test:";
const ALLOWED: &str = "must be succeed, fail=CLASS, stall, stall=SECONDS, slow=SECONDS, \
    delay=SECONDS or refuse=CODE in [test:...]";
const CLASSES: &str =
    "invalid_input, content_refused, provider_error, timeout, worker_lost or internal_error";

/// What is to happen to a test order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The answer to the order is held back so long, in seconds.
    pub delay_s: u32,
    /// The order is not accepted.
    pub refuse: Option<Refuse>,
    /// The job runs so long, in seconds, and says how far it is.
    pub slow_s: u32,
    /// How the job ends.
    pub end: End,
}

/// How a rehearsed job ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// With a clip of what was ordered.
    #[default]
    Clip,
    /// Like this.
    Fail(FailureClass),
    /// After so many seconds without progress, as if it had timed out.
    Stall(u32),
}

/// How a test order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuse {
    /// As if the balance did not cover it.
    InsufficientCredits,
    /// As if too many requests had been made.
    RateLimited,
    /// As if the server were full.
    Busy,
    /// As if the server had a fault.
    Internal,
}

impl Script {
    /// Reads the directives of an order.
    ///
    /// # Errors
    /// `Invalid` with the first that is none, and what is allowed.
    pub fn read(prompt: &str, metadata: Option<&str>) -> Result<Self, Error> {
        let mut script = Self::default();
        for (text, field) in [(prompt, Field::Prompt), (metadata.unwrap_or(""), Field::Metadata)] {
            for piece in text.split(OPEN).skip(1) {
                let (words, _) = piece.split_once(']').unwrap_or((piece, ""));
                for word in words.split([' ', ',']).filter(|word| !word.is_empty()) {
                    script.add(word).map_err(|why| Error::invalid(field.clone(), why))?;
                }
            }
        }
        Ok(script)
    }

    /// The refusal that the script asks for, in place of the order's acceptance.
    #[must_use]
    pub fn refusal(&self, price: Credits) -> Option<Error> {
        self.refuse.map(|refuse| match refuse {
            Refuse::InsufficientCredits => Error::insufficient_credits(price, Credits::ZERO),
            Refuse::RateLimited => {
                let message = "Too many requests: a rehearsed refusal";
                Error::new(Kind::RateLimited { retry_after_s: 1 }, message)
            }
            Refuse::Busy => Error::busy(1),
            Refuse::Internal => Error::internal(),
        })
    }

    fn add(&mut self, word: &str) -> Result<(), String> {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match (name, value) {
            ("succeed", "") => self.end = End::Clip,
            ("stall", "") => self.end = End::Stall(JOB_S_MAX),
            ("stall", seconds) => self.end = End::Stall(read_s(name, seconds, JOB_S_MAX)?),
            ("slow", seconds) => self.slow_s = read_s(name, seconds, JOB_S_MAX)?,
            ("delay", seconds) => self.delay_s = read_s(name, seconds, DELAY_S_MAX)?,
            ("fail", class) => {
                let class = FailureClass::parse(class).filter(|c| *c != FailureClass::Stopped);
                let refusal = || format!("must have one of {CLASSES} after fail= in [test:...]");
                self.end = End::Fail(class.ok_or_else(refusal)?);
            }
            ("refuse", code) => {
                self.refuse = Some(match code {
                    "insufficient_credits" => Refuse::InsufficientCredits,
                    "rate_limited" => Refuse::RateLimited,
                    "busy" => Refuse::Busy,
                    "internal_error" => Refuse::Internal,
                    _ => {
                        let codes = "insufficient_credits, rate_limited, busy or internal_error";
                        return Err(format!("must have {codes} after refuse= in [test:...]"));
                    }
                });
            }
            _ => return Err(ALLOWED.to_owned()),
        }
        Ok(())
    }
}

fn read_s(name: &str, text: &str, max: u32) -> Result<u32, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|seconds| digits && *seconds <= max);
    seconds.ok_or_else(|| format!("must have 0 to {max} seconds after {name}= in [test:...]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_without_directives_succeeds_at_once() {
        assert_eq!(Script::read("A train [test] passes", Some("{}")), Ok(Script::default()));
    }

    #[test]
    fn directives_stand_in_the_prompt_or_in_the_metadata() {
        let read = Script::read("A train [test:slow=20 fail=provider_error]", Some("{}"));
        let failing =
            Script { slow_s: 20, end: End::Fail(FailureClass::Provider), ..Script::default() };
        assert_eq!(read, Ok(failing));
        let read = Script::read("A train", Some(r#"{"note":"[test:stall,delay=3]"}"#));
        assert_eq!(read, Ok(Script { delay_s: 3, end: End::Stall(600), ..Script::default() }));
        let read = Script::read("[test:refuse=busy]", None).expect("a script");
        assert_eq!(read.refusal(Credits::ZERO), Some(Error::busy(1)));
    }

    #[test]
    fn a_directive_that_is_none_is_refused_with_what_is_allowed() {
        for (prompt, why) in [
            ("[test:explode]", "succeed, fail=CLASS"),
            ("[test:fail=stopped]", "content_refused"),
            ("[test:fail]", "content_refused"),
            ("[test:slow=601]", "0 to 600"),
            ("[test:delay=+1]", "0 to 10"),
            ("[test:refuse=me]", "rate_limited"),
        ] {
            let error = Script::read(prompt, None).expect_err(prompt);
            assert_eq!(error.field, Some(Field::Prompt));
            assert!(error.message.contains(why), "{prompt}: {}", error.message);
        }
    }
}
