//! Lengths that are left to us: how long a clip should be, from what it is to show.
//!
//! The longest clip is paid for when the order is accepted, and what the chosen length costs less
//! comes back when it is done.

use crate::credits::Credits;
use crate::job::Job;
use crate::model::Model;
use crate::price::Price;

/// The length that means "choose one", as -1 does for seeds.
pub const AUTO: i64 = -1;

/// Words that take about a second to show.
const WORDS_PER_S: usize = 6;
/// Words that add nothing: whatever is shown takes so many seconds.
const START_S: usize = 3;

/// The length for these words, one that the model makes; none where it makes no clips.
///
/// A fixed rule, so that the same order always gets the same length.
#[must_use]
pub fn choose(prompt: &str, model: &Model) -> Option<u32> {
    let wanted = START_S.saturating_add(prompt.split_whitespace().count() / WORDS_PER_S);
    let enough = model.durations_s.iter().find(|s| usize::try_from(**s).is_ok_and(|s| s >= wanted));
    enough.or(model.durations_s.last()).copied()
}

/// What to charge for a job's clip, which is as long as the order says: all of its price, or the
/// part of it for the seconds that were made, rounded up to whole credits.
#[must_use]
pub fn charge(job: &Job) -> Credits {
    let Price { credits, .. } = job.price;
    let Some(reserved_s) = job.order.reserved_s.filter(|s| *s > job.order.duration_s) else {
        return credits;
    };
    let part = credits.checked_mul(i64::from(job.order.duration_s));
    let part = part.map(|all| all.micro() / i64::from(reserved_s)).map(Credits::from_micro);
    let part = part.and_then(|part| part.round_up_to(Credits::whole(1)));
    part.map_or(credits, |part| part.min(credits))
}
