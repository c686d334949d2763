//! An account's own address for news of all its jobs: what it may be, and what changes it.

use crate::check::Policy;
use crate::error::{Error, Field, Kind};
use crate::id::{AccountId, DeliveryId, EndpointId, JobId};
use crate::media::check_url;
use crate::time::Timestamp;
use crate::webhook::{Attempt, EventKind, Record};
use std::fmt;

/// Endpoints that an account may have at the same time.
pub const ENDPOINTS_MAX: usize = 16;
/// Characters of an endpoint's description.
pub const DESCRIPTION_CHARS_MAX: usize = 256;
/// How long the old secret goes on signing after a rotation, unless asked otherwise.
pub const OVERLAP_DEFAULT_MS: i64 = 24 * 3_600_000;
/// The longest overlap of two secrets.
pub const OVERLAP_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// Deliveries on one page of a list, unless asked otherwise.
pub const PAGE_DEFAULT: usize = 20;
/// The most deliveries on one page of a list.
pub const PAGE_MAX: usize = 100;

/// Where an account wants to hear of its jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name.
    pub id: EndpointId,
    /// Whose jobs.
    pub account: AccountId,
    /// Where to.
    pub url: String,
    /// The owner's words.
    pub description: String,
    /// What it hears of, in the order of [`EventKind::OF_JOBS`]: a format's own events only.
    pub events: Vec<EventKind>,
    /// In whose words.
    pub format: Format,
    /// What signs for it.
    pub secrets: Secrets,
    /// Whether anything is sent.
    pub standing: Standing,
    /// How deliveries went.
    pub health: Health,
    /// When it was made.
    pub created: Timestamp,
    /// When its owner last changed it.
    pub updated: Timestamp,
}

/// In whose words an endpoint hears of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Our own.
    #[default]
    Native,
    /// Those of OpenAI's videos API, which tells of ends only.
    OpenAi,
}

impl Format {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Native, Self::OpenAi];

    /// Its name in the store and in the native API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::OpenAi => "openai",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether it has a word for this.
    #[must_use]
    pub const fn tells(self, kind: EventKind) -> bool {
        match self {
            Self::Native => true,
            Self::OpenAi => kind.is_final(),
        }
    }
}

/// What signs an endpoint's messages: one secret, or two while the old one is being replaced.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The one to use.
    pub current: String,
    /// The one before, and until when it signs too.
    pub previous: Option<(String, Timestamp)>,
}

impl fmt::Debug for Secrets {
    // Without the secrets: values like this end up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", if self.previous.is_some() { 2 } else { 1 })
    }
}

impl Secrets {
    /// The secrets that sign at `now`, the current one first.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let previous = self.previous.iter().filter(move |(_, until)| now < *until);
        std::iter::once(&self.current).chain(previous.map(|(secret, _)| secret)).map(String::as_str)
    }

    /// The secrets after `new` has taken over at `now`; the old one signs `overlap_ms` longer.
    #[must_use]
    pub fn rotated(self, new: String, overlap_ms: i64, now: Timestamp) -> Self {
        let previous = (overlap_ms > 0).then(|| (self.current, now.plus_ms(overlap_ms)));
        Self { current: new, previous }
    }
}

/// Whether anything is sent to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is told everything it asked for.
    On,
    /// It is told nothing.
    Off {
        /// Since when.
        since: Timestamp,
        /// Who switched it off.
        by: OffBy,
    },
}

/// Who switched an endpoint off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffBy {
    /// Its owner.
    Owner,
    /// The receiver itself, by answering 410.
    Receiver,
}

impl OffBy {
    /// Its name in the store and in the native API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Receiver => "receiver",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Owner, Self::Receiver].into_iter().find(|by| by.name() == name)
    }
}

/// How deliveries to an endpoint went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Attempts that failed since the last that did not.
    pub failures: u64,
    /// When something last arrived.
    pub last_success: Option<Timestamp>,
    /// When something last did not.
    pub last_failure: Option<Timestamp>,
}

/// What an owner says about an endpoint; what is left out stays as it is, or as is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Where to.
    pub url: Option<String>,
    /// What it hears of: all that its format tells when it is made.
    pub events: Option<Vec<EventKind>>,
    /// In whose words: our own when it is made. What another has no word for is not heard of any
    /// more.
    pub format: Option<Format>,
    /// Words.
    pub description: Option<String>,
    /// Whether anything is sent: yes when it is made.
    pub enabled: Option<bool>,
}

/// To whom messages went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// An endpoint of the account.
    Endpoint(EndpointId),
    /// The address that came with the order of this job.
    Order(JobId),
}

/// What can be asked of webhook endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointCall {
    /// Make one.
    Create(Change),
    /// List them.
    List,
    /// Show one.
    Show(EndpointId),
    /// Change one.
    Update(EndpointId, Change),
    /// Forget one.
    Delete(EndpointId),
    /// Give one a new secret; the old one signs this many milliseconds longer.
    Rotate(EndpointId, i64),
    /// Send it a message that tells of nothing.
    Test(EndpointId),
    /// List what was sent to one, newest first: those before this one, and at most so many.
    Deliveries(Listener, Option<DeliveryId>, usize),
    /// Show one of those.
    Delivery(Listener, DeliveryId),
    /// Send one of those once more.
    Replay(Listener, DeliveryId),
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointReply {
    /// It was made; this is the moment to show its secret.
    Created(Endpoint),
    /// All of an account's.
    List(Vec<Endpoint>),
    /// One as it is.
    Endpoint(Endpoint),
    /// It has a new secret; likewise.
    Rotated(Endpoint),
    /// It is gone.
    Deleted(EndpointId),
    /// A page of deliveries, and whether there are more.
    Deliveries(Vec<Record>, bool),
    /// A delivery, its attempts, oldest first, and the body that is sent.
    Delivery(Record, Vec<Attempt>, Vec<u8>),
    /// A message is on its way.
    Sent(Record),
}

impl Endpoint {
    /// A new endpoint.
    ///
    /// # Errors
    /// `Invalid` with the first wrong field, in the order url, events, description.
    pub fn new(
        id: EndpointId,
        account: AccountId,
        secret: String,
        change: Change,
        policy: Policy,
        now: Timestamp,
    ) -> Result<Self, Error> {
        if change.url.is_none() {
            return Err(Error::invalid(named("url"), "is required"));
        }
        let blank = Self {
            id,
            account,
            url: String::new(),
            description: String::new(),
            events: EventKind::OF_JOBS.to_vec(),
            format: Format::default(),
            secrets: Secrets { current: secret, previous: None },
            standing: Standing::On,
            health: Health::default(),
            created: now,
            updated: now,
        };
        blank.changed(change, policy, now)
    }

    /// The endpoint after its owner changed it. Switching it on again forgets its failures.
    ///
    /// # Errors
    /// As [`Endpoint::new`].
    pub fn changed(self, change: Change, policy: Policy, now: Timestamp) -> Result<Self, Error> {
        let mut after = Self { updated: now, ..self };
        if let Some(url) = change.url {
            check_url(&url, &named("url"), policy.allow_http)?;
            after.url = url;
        }
        after.format = change.format.unwrap_or(after.format);
        match change.events {
            Some(events) => after.events = events_of(&events, after.format)?,
            None => after.events.retain(|kind| after.format.tells(*kind)),
        }
        if after.events.is_empty() {
            after.events = told_by(after.format);
        }
        if let Some(description) = change.description {
            check_description(&description)?;
            after.description = description;
        }
        match (change.enabled, after.standing) {
            (Some(true), Standing::Off { .. }) => {
                after.standing = Standing::On;
                after.health.failures = 0;
            }
            (Some(false), Standing::On) => {
                after.standing = Standing::Off { since: now, by: OffBy::Owner };
            }
            (Some(_) | None, _) => {}
        }
        Ok(after)
    }

    /// Whether it is to be told of this.
    #[must_use]
    pub fn hears(&self, kind: EventKind) -> bool {
        self.standing == Standing::On && self.events.contains(&kind)
    }

    /// Refuses what cannot be done to an endpoint that is switched off.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn must_be_on(&self) -> Result<(), Error> {
        match self.standing {
            Standing::On => Ok(()),
            Standing::Off { .. } => {
                let message = "the webhook is switched off; enable it first";
                Err(Error::new(Kind::Conflict, message))
            }
        }
    }
}

/// No such endpoint, or not this caller's.
#[must_use]
pub fn not_found() -> Error {
    Error::new(Kind::NotFound, "webhook not found")
}

/// No such delivery of this endpoint.
#[must_use]
pub fn delivery_not_found() -> Error {
    Error::new(Kind::NotFound, "delivery not found")
}

/// An account has as many as it may have.
#[must_use]
pub fn too_many() -> Error {
    let message = format!("an account has at most {ENDPOINTS_MAX} webhooks; delete one first");
    Error::new(Kind::Conflict, message)
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}

/// All that a format tells of jobs.
fn told_by(format: Format) -> Vec<EventKind> {
    EventKind::OF_JOBS.into_iter().filter(|kind| format.tells(*kind)).collect()
}

/// Each kind once, in their own order.
fn events_of(asked: &[EventKind], format: Format) -> Result<Vec<EventKind>, Error> {
    let told = told_by(format);
    let unknown = asked.iter().any(|kind| !told.contains(kind));
    let events: Vec<_> = told.iter().copied().filter(|kind| asked.contains(kind)).collect();
    if events.is_empty() || unknown {
        let names = told.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        let mut message = format!("must name at least one of {names}");
        if unknown && format != Format::Native {
            message = format!("{message}, and nothing else in this format");
        }
        return Err(Error::invalid(named("events"), message));
    }
    Ok(events)
}

fn check_description(text: &str) -> Result<(), Error> {
    if text.chars().count() > DESCRIPTION_CHARS_MAX || text.contains('\0') {
        let message =
            format!("must be at most {DESCRIPTION_CHARS_MAX} characters, none of them NUL");
        return Err(Error::invalid(named("description"), message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_763_690_000_000);

    fn endpoint(change: Change) -> Result<Endpoint, Error> {
        let (id, account) = (EndpointId::new(NOW, 1), AccountId::new(NOW, 2));
        Endpoint::new(id, account, "whsec_b25l".to_owned(), change, Policy::default(), NOW)
    }

    fn to(url: &str) -> Change {
        Change { url: Some(url.to_owned()), ..Change::default() }
    }

    #[test]
    fn an_endpoint_hears_of_everything_unless_it_says_otherwise() {
        let all = endpoint(to("https://example.com/hook")).expect("an endpoint");
        assert_eq!(all.events, EventKind::OF_JOBS);
        let twice = Some(vec![EventKind::Failed, EventKind::Succeeded, EventKind::Failed]);
        let change = Change { events: twice, ..Change::default() };
        let some = all.changed(change, Policy::default(), NOW).expect("a change");
        assert_eq!(some.events, [EventKind::Succeeded, EventKind::Failed]);
        assert!(some.hears(EventKind::Failed) && !some.hears(EventKind::Running));
    }

    #[test]
    fn a_format_without_words_for_beginnings_tells_of_ends() {
        let openai = Some(Format::OpenAi);
        let ends = [EventKind::Succeeded, EventKind::Failed, EventKind::Cancelled];
        let made = endpoint(Change { format: openai, ..to("https://example.com/") });
        assert_eq!(made.expect("an endpoint").events, ends);
        let begins = Some(vec![EventKind::Queued, EventKind::Failed]);
        let first = endpoint(Change { events: begins.clone(), ..to("https://example.com/") });
        let first = first.expect("an endpoint");
        let changed = |change| first.clone().changed(change, Policy::default(), NOW);
        let switched = changed(Change { format: openai, ..Change::default() });
        assert_eq!(switched.expect("a change").events, [EventKind::Failed]);
        let both = changed(Change { format: openai, events: begins, ..Change::default() });
        assert_eq!(
            both.expect_err("a beginning").to_string(),
            "events must name at least one of job.succeeded, job.failed, job.cancelled, and \
             nothing else in this format"
        );
    }

    #[test]
    fn the_first_wrong_field_is_named() {
        let long = Some("x".repeat(DESCRIPTION_CHARS_MAX + 1));
        for (change, message) in [
            (Change::default(), "url is required"),
            (to("http://example.com/"), "url must be a public https URL"),
            (
                Change { events: Some(vec![EventKind::Test]), ..to("https://example.com/") },
                "events must name at least one of job.queued, job.running, job.succeeded, \
                 job.failed, job.cancelled",
            ),
            (
                Change { description: long, ..to("https://example.com/") },
                "description must be at most 256 characters, none of them NUL",
            ),
        ] {
            let refusal = endpoint(change).expect_err(message).to_string();
            assert_eq!(refusal, message);
        }
    }

    #[test]
    fn two_secrets_sign_while_one_replaces_the_other() {
        let secrets = Secrets { current: "one".to_owned(), previous: None };
        let secrets = secrets.rotated("two".to_owned(), 1000, NOW);
        let live = |at: Timestamp| secrets.live(at).collect::<Vec<_>>();
        assert_eq!(live(NOW.plus_ms(999)), ["two", "one"]);
        assert_eq!(live(NOW.plus_ms(1000)), ["two"]);
        let at_once = secrets.clone().rotated("three".to_owned(), 0, NOW);
        assert_eq!(at_once.live(NOW).collect::<Vec<_>>(), ["three"]);
        assert_eq!(format!("{secrets:?}"), "Secrets(2)");
    }

    #[test]
    fn switching_on_again_forgets_failures() {
        let mut endpoint = endpoint(to("https://example.com/")).expect("an endpoint");
        endpoint.standing = Standing::Off { since: NOW, by: OffBy::Receiver };
        endpoint.health.failures = 7;
        assert!(endpoint.must_be_on().is_err());
        let on = Change { enabled: Some(true), ..Change::default() };
        let endpoint = endpoint.changed(on, Policy::default(), NOW).expect("a change");
        assert_eq!((endpoint.standing, endpoint.health.failures), (Standing::On, 0));
    }
}
