//! `Prefer: wait=N`: an answer that waits for the job's end (RFC 7240).

use super::auth::Caller;
use super::reply::store_error;
use crate::app::App;
use http::{HeaderMap, HeaderName};
use reelgate_core::own::WAIT_MAX_S;
use reelgate_core::{Error, Job, JobId};
use std::time::Duration;

/// Asks for something that may be ignored.
pub(super) const PREFER: HeaderName = HeaderName::from_static("prefer");
/// Says which of it was not.
pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The job is looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Seconds that a caller wants to wait, at most [`WAIT_MAX_S`]; nothing when it does not.
///
/// A preference that cannot be read is no mistake: it is as if it were not there.
#[must_use]
pub(super) fn wanted_s(headers: &HeaderMap) -> Option<u32> {
    let texts = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = texts.flat_map(|text| text.split([',', ';'])).map(str::trim);
    let seconds = preferences.find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("wait").then(|| value.parse::<u32>().ok())?
    })?;
    (seconds > 0).then_some(seconds.min(WAIT_MAX_S))
}

/// The job once it has ended, or as it is after so many seconds; nothing when too many wait.
///
/// # Errors
/// When the store fails.
pub(super) async fn for_end(
    app: &App,
    caller: Caller,
    id: JobId,
    seconds: u32,
) -> Result<Option<Job>, Error> {
    let Ok(_place) = app.places.enter(caller.account) else { return Ok(None) };
    let patience = tokio::time::sleep(Duration::from_secs(seconds.into()));
    tokio::pin!(patience);
    loop {
        let job = app.store.job_of(caller.account, id).await.map_err(store_error)?;
        let job = job.ok_or_else(Error::job_not_found)?;
        if job.state.finished().is_some() || patience.is_elapsed() {
            return Ok(Some(job));
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = &mut patience => {}
            () = app.stopping.cancelled() => return Ok(Some(job)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(texts: &[&'static str]) -> Option<u32> {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append(PREFER, http::HeaderValue::from_static(text));
        }
        wanted_s(&headers)
    }

    #[test]
    fn a_wait_is_found_among_preferences_and_capped() {
        for (texts, seconds) in [
            (&["wait=5"][..], Some(5)),
            (&["respond-async, wait=10"], Some(10)),
            (&["return=minimal", "Wait = \"7\""], Some(7)),
            (&["wait=100000"], Some(WAIT_MAX_S)),
            (&["wait=0"], None),
            (&["wait"], None),
            (&["wait=-1"], None),
            (&["wait=soon"], None),
            (&["respond-async"], None),
            (&[], None),
        ] {
            assert_eq!(wanted(texts), seconds, "{texts:?}");
        }
    }
}
