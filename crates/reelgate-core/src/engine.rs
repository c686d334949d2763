//! The port behind which every way of rendering stands: local or remote, one long call.

use crate::id::JobId;
use crate::job::Progress;
use crate::media::{MediaKind, Role};
use crate::order::Order;
use crate::size::Size;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

/// A glimpse is wanted at most this often, in milliseconds.
pub const GLIMPSE_EVERY_MS: i64 = 1000;
/// Pixels of a glimpse's longer side.
pub const GLIMPSE_SIDE: usize = 320;
/// Bytes of a glimpse, at most.
pub const GLIMPSE_BYTES_MAX: usize = 20_000;

/// A future that a port may return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that turns a job's order into a clip.
pub trait Engine: Send + Sync {
    /// Its name in configuration, logs and file metadata.
    fn name(&self) -> &str;

    /// Renders `work`, telling `report` how far it is, until the clip lies in the scratch folder.
    ///
    /// Must return within a second after [`Report::should_stop`] turns true, with an error of class
    /// [`FailureClass::Stopped`]. Before asking a remote service to create anything it stores the
    /// ticket `Asked`, and `Known` after the answer: a later attempt that is handed `Known` resumes
    /// that id, and one that is handed `Asked` never creates again.
    ///
    /// # Errors
    /// An [`EngineError`] that says whose fault it is and whether to try again.
    fn run<'a>(
        &'a self,
        work: Work,
        report: &'a dyn Report,
    ) -> BoxFuture<'a, Result<Clip, EngineError>>;
}

/// How an engine talks back while it works. All calls are cheap and may come from any thread.
pub trait Report: Send + Sync {
    /// The job is this far.
    fn progress(&self, progress: Progress);

    /// Whether a [`Glimpse`] of what is being made would be taken now.
    fn wants_glimpse(&self) -> bool {
        false
    }

    /// Shows what is being made.
    fn glimpse(&self, _glimpse: Glimpse) {}

    /// The job was cancelled, its lease was lost or the server is going down: stop and return.
    fn should_stop(&self) -> bool;

    /// Stores what is known about the remote side; resolves once it is durable.
    ///
    /// # Errors
    /// When the lease was lost: stop, another worker has the job.
    fn ticket(&self, ticket: Ticket) -> BoxFuture<'_, Result<(), EngineError>>;
}

/// A small picture of a clip that is being made. It is shown and forgotten, never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Which frame of the clip, from 0.
    pub frame: u32,
    /// A JPEG of at most [`GLIMPSE_BYTES_MAX`] bytes.
    pub jpeg: Vec<u8>,
}

impl fmt::Debug for Glimpse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glimpse({}, {} bytes)", self.frame, self.jpeg.len())
    }
}

/// What is known about a remote service's copy of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ticket {
    /// It was never asked to create one.
    #[default]
    None,
    /// It was asked, and the answer is not known.
    Asked,
    /// It has one, under this id.
    Known(String),
}

/// One attempt at a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Which job.
    pub job: JobId,
    /// What was ordered.
    pub order: Order,
    /// Pixels of the clip.
    pub size: Size,
    /// The seed to use: the caller's, or one chosen for this job; the same at every attempt.
    pub seed: u32,
    /// The order's references as files, in the same order.
    pub inputs: Vec<Input>,
    /// An empty folder of this attempt's own; it is deleted after the clip was taken.
    pub scratch: PathBuf,
    /// What earlier attempts learnt about the remote side.
    pub ticket: Ticket,
}

/// A reference as a local file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is.
    pub kind: MediaKind,
    /// What it is for.
    pub role: Role,
    /// Where it lies; read only.
    pub path: PathBuf,
}

/// What came out: files in the scratch folder, and what is true of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// The MP4; of a still picture, the PNG.
    pub video: PathBuf,
    /// A JPEG from early in the clip.
    pub poster: PathBuf,
    /// A PNG of the last frame, at full size.
    pub last_frame: PathBuf,
    /// Pixels.
    pub size: Size,
    /// Frames.
    pub frames: u32,
    /// Length in milliseconds.
    pub duration_ms: u32,
    /// Whether there is a sound track.
    pub has_audio: bool,
}

impl Clip {
    /// Where an engine that makes a small moving picture of the clip (GIF) puts it.
    #[must_use]
    pub fn thumbnail(&self) -> PathBuf {
        self.poster.with_file_name("thumbnail.gif")
    }
}

/// Why an attempt made no clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    /// What went wrong.
    pub class: FailureClass,
    /// Whether another attempt may help.
    pub retry: Retry,
    /// A sentence for the caller; never holds secrets or internal addresses.
    pub message: String,
}

/// What went wrong, as a closed set that callers can program against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// A reference or the prompt cannot be used.
    Input,
    /// The content was refused by a moderation rule.
    Moderation,
    /// The provider behind the engine failed or refused.
    Provider,
    /// It took longer than it may.
    Timeout,
    /// Every attempt's worker was lost.
    WorkerLost,
    /// A fault of this server.
    Internal,
    /// It was told to stop.
    Stopped,
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The order.
    Caller,
    /// The service that renders.
    Provider,
    /// This server.
    Platform,
}

/// Whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It would fail again.
    Never,
    /// It may work later.
    Later,
    /// The provider may have done it: ask before doing it again.
    OutcomeUnknown,
}

impl FailureClass {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::Input,
        Self::Moderation,
        Self::Provider,
        Self::Timeout,
        Self::WorkerLost,
        Self::Internal,
        Self::Stopped,
    ];

    /// Its name on wires and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "invalid_input",
            Self::Moderation => "content_refused",
            Self::Provider => "provider_error",
            Self::Timeout => "timeout",
            Self::WorkerLost => "worker_lost",
            Self::Internal => "internal_error",
            Self::Stopped => "stopped",
        }
    }

    /// The class with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn blame(self) -> Blame {
        match self {
            Self::Input | Self::Moderation => Blame::Caller,
            Self::Provider | Self::Timeout => Blame::Provider,
            Self::WorkerLost | Self::Internal | Self::Stopped => Blame::Platform,
        }
    }
}

impl EngineError {
    /// A failure that another attempt would repeat.
    #[must_use]
    pub fn fatal(class: FailureClass, message: impl Into<String>) -> Self {
        Self { class, retry: Retry::Never, message: message.into() }
    }

    /// A failure that may pass.
    #[must_use]
    pub fn passing(class: FailureClass, message: impl Into<String>) -> Self {
        Self { class, retry: Retry::Later, message: message.into() }
    }

    /// The answer to a request to stop.
    #[must_use]
    pub fn stopped() -> Self {
        Self::passing(FailureClass::Stopped, "the attempt was told to stop")
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class.name(), self.message)
    }
}

impl std::error::Error for EngineError {}
