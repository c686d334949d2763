//! What happens without being asked: rendering, rescuing, delivering, sweeping.
//!
//! Each file has a `step` that does one thing and says whether there was anything to do; the loops
//! in [`runner`] are trivial, and tests call the steps.

pub mod deliver;
pub mod glimpses;
mod leftovers;
pub mod message;
pub mod note;
pub mod pace;
pub mod rehearse;
pub mod render;
pub mod rescue;
pub mod runner;
pub mod sweep;
pub mod upstream;

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something was done; there may be more.
    Did,
    /// There was nothing to do.
    Idle,
}
