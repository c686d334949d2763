//! Named moments at which a test may make the platform die.
//!
//! In a build without the features `fault-points` and `simulation`, which is every build that is
//! not a test, [`point`] is empty. With `fault-points` the process kills itself with SIGKILL at the
//! moment that `REELGATE_TEST_FAULT` names (`NAME`, or `NAME:N` for the Nth time it comes by); with
//! `simulation` the task breaks off where the simulator said.

macro_rules! moments {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A boundary between two steps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Point {
            $($(#[$doc])* $variant,)*
        }

        impl Point {
            /// Every boundary, in the order of a job's life.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in `REELGATE_TEST_FAULT`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

moments! {
    /// The data folder has its secret, the database is not open yet.
    SecretMade = "secret-made",
    /// Everything is open, nothing runs yet.
    Opened = "opened",
    /// An account is committed, its opening balance not announced.
    AccountMade = "account-made",
    /// A key is committed and was not shown yet.
    KeyMade = "key-made",
    /// An order's references are kept, nothing is written about it.
    ReferencesKept = "references-kept",
    /// An order is checked and priced.
    SubmitDecided = "submit-decided",
    /// A job and its hold are committed, the caller does not know.
    SubmitCommitted = "submit-committed",
    /// A worker has a job.
    Claimed = "claimed",
    /// The scratch folder is there, the engine begins.
    EngineStarts = "engine-starts",
    /// A lease was extended.
    Heartbeat = "heartbeat",
    /// The engine has made its files.
    EngineDone = "engine-done",
    /// The files are what was ordered; the poster is next.
    ClipChecked = "clip-checked",
    /// The poster is kept.
    PosterKept = "poster-kept",
    /// The last frame is kept.
    LastFrameKept = "last-frame-kept",
    /// The video is kept too.
    VideoKept = "video-kept",
    /// It is noted that an upstream is asked, the request has not left.
    UpstreamAsked = "upstream-asked",
    /// The upstream has answered, nothing of that is kept.
    UpstreamAnswered = "upstream-answered",
    /// The upstream's name for the job is kept.
    UpstreamKnown = "upstream-known",
    /// The upstream's clip is here and was not looked at.
    UpstreamFetched = "upstream-fetched",
    /// An attempt's end is decided.
    FinishDecided = "finish-decided",
    /// An attempt's end is committed.
    FinishCommitted = "finish-committed",
    /// A cancel is asked for.
    CancelAsked = "cancel-asked",
    /// A cancel is committed, the caller does not know.
    CancelCommitted = "cancel-committed",
    /// Webhooks are claimed.
    DeliveryClaimed = "delivery-claimed",
    /// A receiver has answered.
    DeliveryPosted = "delivery-posted",
    /// A webhook's outcome is committed.
    DeliverySettled = "delivery-settled",
    /// Silent workers are about to be looked for.
    RescueStarts = "rescue-starts",
    /// Jobs were taken back.
    Rescued = "rescued",
    /// A stop was asked for, jobs still run.
    StopAsked = "stop-asked",
    /// Jobs were handed back, the database is still open.
    HandedBack = "handed-back",
}

/// Passes a moment; dies there if a test asked for it.
#[cfg(not(any(feature = "fault-points", feature = "simulation")))]
#[inline]
pub const fn point(_at: Point) {}

/// Passes a moment; dies there if a test asked for it.
#[cfg(any(feature = "fault-points", feature = "simulation"))]
pub fn point(at: Point) {
    #[cfg(feature = "fault-points")]
    kill::point(at);
    #[cfg(feature = "simulation")]
    breaking::point(at);
}

#[cfg(feature = "simulation")]
pub use breaking::{Broken, arm, is_armed};

#[cfg(feature = "fault-points")]
mod kill {
    use super::Point;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Where to die, and how often to pass before.
    struct Plan {
        name: String,
        left: AtomicU32,
    }

    static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| {
        let text = crate::config::test_fault()?;
        let (name, nth) = text.split_once(':').unwrap_or((&text, "1"));
        let nth = nth.parse().unwrap_or(1);
        Some(Plan { name: name.to_owned(), left: AtomicU32::new(nth) })
    });

    pub(super) fn point(at: Point) {
        let Some(plan) = PLAN.as_ref().filter(|plan| plan.name == at.name()) else { return };
        if plan.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let me = rustix::process::getpid();
            let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(feature = "simulation")]
mod breaking {
    use super::Point;
    use std::cell::Cell;

    thread_local! {
        static ARMED: Cell<Option<Point>> = const { Cell::new(None) };
    }

    /// What a task ends with that broke off where the simulator said.
    #[derive(Debug)]
    pub struct Broken;

    /// Says where the next task of this thread breaks off; answers where it was to be until now.
    pub fn arm(at: Option<Point>) -> Option<Point> {
        ARMED.replace(at)
    }

    /// Whether a task of this thread is still to break off.
    #[must_use]
    pub fn is_armed() -> bool {
        ARMED.get().is_some()
    }

    pub(super) fn point(at: Point) {
        if ARMED.get() == Some(at) {
            ARMED.set(None);
            // Not a panic that anybody needs to read of: the hook stays silent.
            std::panic::resume_unwind(Box::new(Broken));
        }
    }
}
