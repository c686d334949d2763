//! The questions of our own API: what a path and a query string ask for.

use super::ID;
use crate::ids;
use crate::json::unknown;
use crate::time::parse;
use crate::wire::{OwnOperation, WireRequest};
use reelgate_core::own::{
    DAY_MS, JobFilter, OwnCall, PAGE_DEFAULT, PAGE_MAX, Page, Shown, USAGE_DAYS_MAX, UsageBy,
    UsageQuery,
};
use reelgate_core::{AssetId, EntryId, Error, Field, JobId, Kind, ModelId, Timestamp};

/// The parameters of each list.
pub(super) const JOBS: [&str; 7] =
    ["limit", "cursor", "state", "model", "prompt", "created_after", "created_before"];
/// Characters of the words that are looked for in prompts.
pub(super) const WORDS_CHARS_MAX: usize = 200;
pub(super) const PAGES: [&str; 2] = ["limit", "cursor"];
pub(super) const USAGE: [&str; 3] = ["by", "from", "until"];

/// Reads a question; `models` are the catalogue's names.
///
/// Uploads are not among them: their file is taken out of the request before.
pub(super) fn call(
    operation: OwnOperation,
    request: &WireRequest,
    models: &[String],
) -> Result<OwnCall, Error> {
    let job = || ids::read(request.parameter(ID)).ok_or_else(Error::job_not_found);
    let asset = || ids::read_asset(request.parameter(ID)).ok_or_else(no_asset);
    let known: &[&str] = match operation {
        OwnOperation::ListJobs => &JOBS,
        OwnOperation::Statement | OwnOperation::ListAssets => &PAGES,
        OwnOperation::Usage => &USAGE,
        _ => &[],
    };
    only(request, known)?;
    Ok(match operation {
        OwnOperation::ListJobs => OwnCall::Jobs(filter(request, models)?, page(request, job_id)?),
        OwnOperation::DeleteJob => OwnCall::DeleteJob(job()?),
        OwnOperation::Share => OwnCall::Share(job()?, super::request::share(request)?),
        OwnOperation::Glimpse => OwnCall::Glimpse(job()?),
        OwnOperation::WatchJob => OwnCall::WatchJob(job()?),
        OwnOperation::Watch => OwnCall::Watch,
        OwnOperation::Balance => OwnCall::Balance,
        OwnOperation::Statement => OwnCall::Statement(page(request, EntryId::parse)?),
        OwnOperation::Usage => OwnCall::Usage(usage(request)?),
        OwnOperation::ListAssets => OwnCall::Assets(page(request, asset_id)?),
        OwnOperation::GetAsset => OwnCall::Asset(asset()?),
        OwnOperation::DeleteAsset => OwnCall::DeleteAsset(asset()?),
        OwnOperation::Upload => return Err(Error::internal()),
    })
}

/// No such upload, or not this caller's.
pub(super) fn no_asset() -> Error {
    Error::new(Kind::NotFound, "upload not found")
}

fn job_id(text: &str) -> Option<JobId> {
    ids::read(text)
}

fn asset_id(text: &str) -> Option<AssetId> {
    ids::read_asset(text)
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}

/// A misspelt parameter must not silently list everything.
pub(super) fn only(request: &WireRequest, known: &[&str]) -> Result<(), Error> {
    for (index, (name, _)) in request.query.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let shown = name.chars().take(40).collect::<String>();
            return Err(Error::invalid(named(&shown), "is not a supported parameter"));
        }
        if request.query[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Error::invalid(named(name), "must not be repeated"));
        }
    }
    Ok(())
}

/// Which part of a list is wanted, where nothing else can be said about it.
pub(super) fn page_of<C>(
    request: &WireRequest,
    read: fn(&str) -> Option<C>,
) -> Result<Page<C>, Error> {
    only(request, &PAGES)?;
    page(request, read)
}

pub(super) fn page<C>(
    request: &WireRequest,
    read: fn(&str) -> Option<C>,
) -> Result<Page<C>, Error> {
    let limit = match request.query_value("limit") {
        None => PAGE_DEFAULT,
        Some(text) => {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|limit| digits && (1..=PAGE_MAX).contains(limit));
            number.ok_or_else(|| {
                Error::invalid(named("limit"), format!("must be an integer from 1 to {PAGE_MAX}"))
            })?
        }
    };
    let after = match request.query_value("cursor") {
        None => None,
        Some(text) => Some(read(text).ok_or_else(|| {
            Error::invalid(named("cursor"), "must be the next of an earlier part of this list")
        })?),
    };
    Ok(Page { after, limit })
}

fn filter(request: &WireRequest, models: &[String]) -> Result<JobFilter, Error> {
    let state = match request.query_value("state") {
        None => None,
        Some(text) => {
            let names = Shown::ALL.map(Shown::text);
            let found = Shown::ALL.into_iter().find(|state| state.text() == text);
            Some(found.ok_or_else(|| unknown(named("state"), &names, text))?)
        }
    };
    let model = match request.query_value("model") {
        None => None,
        Some(text) if models.iter().any(|model| model == text) => Some(ModelId::from_text(text)),
        Some(text) => return Err(unknown(Field::Model, models, text)),
    };
    let (from, until) = (moment(request, "created_after")?, moment(request, "created_before")?);
    Ok(JobFilter { state, model, from, until, words: words(request)?, tests_only: false })
}

/// What a prompt has to have, word by word.
fn words(request: &WireRequest) -> Result<Vec<String>, Error> {
    let text = request.query_value("prompt").unwrap_or_default();
    if text.chars().count() > WORDS_CHARS_MAX {
        let message = format!("must have at most {WORDS_CHARS_MAX} characters");
        return Err(Error::invalid(named("prompt"), message));
    }
    Ok(text.split_whitespace().map(str::to_lowercase).collect())
}

fn usage(request: &WireRequest) -> Result<UsageQuery, Error> {
    let by = match request.query_value("by") {
        None => UsageBy::Day,
        Some(text) => {
            let names = UsageBy::ALL.map(UsageBy::name);
            let found = UsageBy::ALL.into_iter().find(|by| by.name() == text);
            found.ok_or_else(|| unknown(named("by"), &names, text))?
        }
    };
    let required =
        |name| moment(request, name)?.ok_or_else(|| Error::invalid(named(name), "is required"));
    let (from, until) = (required("from")?, required("until")?);
    if until <= from || until.since_ms(from) > USAGE_DAYS_MAX * DAY_MS {
        let message = format!("must be later than from, by at most {USAGE_DAYS_MAX} days");
        return Err(Error::invalid(named("until"), message));
    }
    Ok(UsageQuery { by, from, until, tests_only: false })
}

fn moment(request: &WireRequest, name: &str) -> Result<Option<Timestamp>, Error> {
    let Some(text) = request.query_value(name) else { return Ok(None) };
    let message = "must be a day such as 2026-11-21, or a moment such as 2026-11-21T06:19:03Z";
    parse(text).map(Some).ok_or_else(|| Error::invalid(named(name), message))
}
