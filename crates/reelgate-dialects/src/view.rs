//! A job as its owner may see it, before an API's words are put to it.

use reelgate_core::{JobView, Links, State};

/// Where a job stands, told apart as finely as any API does.
pub(crate) enum Stage<'a> {
    /// Waiting.
    Queued,
    /// Being rendered.
    Running,
    /// Done, and the files are there.
    Succeeded(&'a Links),
    /// It ended without anything to download.
    Failed {
        /// Why, for programs.
        code: &'a str,
        /// Why, for people.
        message: &'a str,
    },
    /// Stopped, or about to be.
    Cancelled,
}

/// What is told instead of `succeeded` once the files are gone, after their retention period or by
/// their owner: no API has a word for it, and a
/// success without an address would break every client that follows it.
const EXPIRED: Stage<'static> =
    Stage::Failed { code: "expired", message: "the output was removed" };

/// The words for a stopped job, in APIs that only know failures.
pub(crate) const CANCELLED: (&str, &str) = ("cancelled", "the task was cancelled");

/// Where this job stands.
///
/// A job whose end was requested counts as cancelled at once: it can end no other way, and the
/// documents answer a cancel with `cancelled`.
pub(crate) fn stage(view: &JobView) -> Stage<'_> {
    match &view.job.state {
        State::Queued { .. } => Stage::Queued,
        State::Running { cancel_requested: false, .. } => Stage::Running,
        State::Running { cancel_requested: true, .. } | State::Cancelled { .. } => Stage::Cancelled,
        State::Succeeded { output, .. } => match &view.links {
            Some(links) if output.removed.is_none() => Stage::Succeeded(links),
            _ => EXPIRED,
        },
        State::Failed { failure, .. } => {
            Stage::Failed { code: failure.class.name(), message: &failure.message }
        }
    }
}

/// A job's money in whole credits, as APIs A and C count it.
pub(crate) struct Bill {
    /// What was taken when it was accepted.
    pub(crate) used: i64,
    /// What came back of that.
    pub(crate) refunded: i64,
}

/// What this job took and gave back.
///
/// Both figures are rounded so that their difference is what the clip cost, rounded up.
pub(crate) fn bill(view: &JobView) -> Bill {
    let used = view.job.price.credits.whole_up();
    let refunded = match &view.job.state {
        State::Queued { .. } | State::Running { cancel_requested: false, .. } => 0,
        State::Running { cancel_requested: true, .. }
        | State::Failed { .. }
        | State::Cancelled { .. } => used,
        State::Succeeded { charged, .. } => used.saturating_sub(charged.whole_up()).max(0),
    };
    Bill { used, refunded }
}
