//! Upstreams: other people's services and GPU servers that make clips for us.
//!
//! An [`Adapter`] is pure: it turns an order into a request and an answer into what it means. It
//! neither sends nor waits; the server does, once for all of them. What an adapter must know of a
//! service is in its own file and nowhere else.

mod ark;
mod comfyui;
mod declared;
mod fal;
pub mod fit;
mod open_v1;
mod openai_videos;
pub mod refusal;
mod replicate;
mod task_query;
mod tasks_v1;
pub mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fit::Ability;
use reelgate_core::{EngineError, FailureClass, MediaKind, Order, Progress, Role, Size};
use refusal::Created;
use serde_json::Value;
use std::sync::Arc;
use wire::{Answer, Request};

/// The kinds of upstream there are.
pub const KINDS: &[&str] = &[
    "ark",
    "open_v1",
    "task_query",
    "tasks_v1",
    "openai-videos",
    "fal",
    "replicate",
    "comfyui",
    "declared",
];

/// The adapter of this kind. `file` is what the engine's own file says, of kinds that have one.
///
/// # Errors
/// A sentence about the kind or the file.
pub fn adapter(kind: &str, file: Option<&Value>) -> Result<Arc<dyn Adapter>, String> {
    let needed = || file.ok_or_else(|| "needs a file".to_owned());
    Ok(match kind {
        "ark" => Arc::new(ark::Ark),
        "open_v1" => Arc::new(open_v1::OpenV1),
        "task_query" => Arc::new(task_query::TaskQuery),
        "tasks_v1" => Arc::new(tasks_v1::TasksV1),
        "openai-videos" => Arc::new(openai_videos::OpenAiVideos),
        "fal" => Arc::new(fal::Fal),
        "replicate" => Arc::new(replicate::Replicate),
        "comfyui" => Arc::new(comfyui::ComfyUi::read(needed()?)?),
        "declared" => Arc::new(declared::Declared::read(needed()?)?),
        _ => return Err(format!("must be {}", KINDS.join(", "))),
    })
}

/// An order on its way to an upstream.
#[derive(Clone, Copy, Debug)]
pub struct Errand<'a> {
    /// What was ordered.
    pub order: &'a Order,
    /// Pixels that were ordered.
    pub size: Size,
    /// The seed: the caller's, or the one chosen for this job.
    pub seed: u32,
    /// What the upstream calls the model.
    pub model: &'a str,
    /// Our own name for this request, the same however often it is made.
    pub marker: &'a str,
    /// Where the upstream may report the end.
    pub callback: Option<&'a str>,
    /// The order's references, in its order.
    pub references: &'a [Reference],
}

/// A reference on its way to an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is.
    pub kind: MediaKind,
    /// What it is for.
    pub role: Role,
    /// Its media type.
    pub mime: &'static str,
    /// How the upstream gets it.
    pub place: Place,
}

/// How an upstream gets a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It fetches it from here.
    Link(String),
    /// It is sent along.
    Bytes(Vec<u8>),
}

/// How an adapter wants references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// As addresses, which the upstream fetches itself.
    Links,
    /// As addresses, or inside the request where there is none.
    LinksOrBytes,
    /// As bytes.
    Bytes,
}

/// What an upstream says about something that it was asked to make.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It has not begun.
    Waiting,
    /// It is at work, and perhaps says how far.
    Running(Option<Progress>),
    /// It is done.
    Done(Box<Made>),
    /// It gave up.
    Failed(EngineError),
    /// It was stopped there.
    Stopped,
    /// It knows of no such thing. Once is nothing: new things take a moment to be known.
    Gone,
    /// This answer says nothing; ask again, after so many seconds when it said so.
    Unclear(Option<u32>),
    /// The answer to this request says it.
    Then(Box<Request>),
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The clip.
    pub video: Source,
    /// Its last frame, where the upstream keeps it.
    pub last_frame: Option<Source>,
    /// The seed that was used, where it says so.
    pub seed: Option<u32>,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// At this address, to be fetched without any key.
    Url(String),
    /// Behind the engine's base address, to be fetched with its key.
    Path(String),
}

impl Default for Source {
    fn default() -> Self {
        Self::Path(String::new())
    }
}

/// How to find out what became of a request whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// There is no way.
    None,
    /// Ask again: the upstream makes it once for each marker.
    AskAgain,
    /// Look for the marker; not finding it proves nothing.
    Look,
    /// The marker is the upstream's own name for it, so a look as at any other job says whether it
    /// is there; what is not was not made, once the request cannot arrive any more.
    IsKnown,
}

/// What a look for a marker found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there, under this name.
    Known(String),
    /// It is not there.
    Absent,
    /// The answer does not say.
    Unclear,
}

/// One kind of upstream.
pub trait Adapter: Send + Sync {
    /// Its name in settings.
    fn kind(&self) -> &'static str;

    /// The header that carries the key.
    fn authorization(&self, key: &str) -> (&'static str, String) {
        ("authorization", format!("Bearer {key}"))
    }

    /// What the upstream's `model` can do.
    fn ability(&self, model: &str) -> Ability;

    /// How references travel.
    fn wants(&self) -> Wants;

    /// Whether the upstream remembers its jobs when it is started again. What one that does not has
    /// forgotten was lost with it, and may be asked for afresh.
    fn keeps_jobs(&self) -> bool {
        true
    }

    /// Requests that must be answered before [`Adapter::create`]: files to upload.
    fn uploads(&self, errand: &Errand<'_>) -> Vec<Request> {
        let _ = errand;
        Vec::new()
    }

    /// The request that has the clip made. `uploaded` is what the uploads were answered.
    ///
    /// # Errors
    /// When the order cannot be put into this upstream's words.
    fn create(&self, errand: &Errand<'_>, uploaded: &[Value]) -> Result<Request, EngineError>;

    /// What the answer to that says.
    fn created(&self, marker: &str, answer: &Answer<'_>) -> Created;

    /// The request that asks how far it is.
    fn poll(&self, id: &str) -> Request;

    /// What the answer to that says.
    fn seen(&self, id: &str, answer: &Answer<'_>) -> Seen;

    /// The requests that stop it, where there are any.
    fn cancel(&self, id: &str) -> Vec<Request>;

    /// How to find out about a lost answer.
    fn recovery(&self) -> Recovery {
        Recovery::None
    }

    /// The request that looks for a marker.
    fn look(&self, marker: &str) -> Option<Request> {
        let _ = marker;
        None
    }

    /// What the answer to that says.
    fn found(&self, marker: &str, answer: &Answer<'_>) -> Found {
        let _ = (marker, answer);
        Found::Unclear
    }

    /// A request that costs nothing and shows whether the key is good.
    fn check(&self) -> Request;

    /// Whether the answer to that says so; else what is wrong, for the operator.
    ///
    /// # Errors
    /// A sentence for the operator.
    fn checked(&self, answer: &Answer<'_>) -> Result<(), String> {
        match answer.status {
            200..=299 => Ok(()),
            401 | 403 => Err("the key is not accepted".to_owned()),
            status => Err(format!("it answers with status {status}")),
        }
    }
}

impl Reference {
    /// Its address, or itself as a `data:` URI.
    #[must_use]
    pub fn uri(&self) -> String {
        match &self.place {
            Place::Link(link) => link.clone(),
            Place::Bytes(bytes) => {
                format!("data:{};base64,{}", self.mime, STANDARD.encode(bytes))
            }
        }
    }
}

impl Errand<'_> {
    /// The references with this role, in order.
    pub(crate) fn with(&self, role: Role) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(move |reference| reference.role == role)
    }

    /// The references of this kind that are no frames, in order.
    pub(crate) fn of(&self, kind: MediaKind) -> impl Iterator<Item = &Reference> {
        self.with(Role::Reference).filter(move |reference| reference.kind == kind)
    }
}

/// The refusal of an order whose reference only travels as an address.
pub(crate) fn needs_link() -> EngineError {
    let message = "a reference can only be sent on when this server has a public address";
    EngineError::fatal(FailureClass::Input, message)
}

/// The seed in an answer.
pub(crate) fn seed_at(value: &Value, pointer: &str) -> Option<u32> {
    value.pointer(pointer)?.as_u64().and_then(|seed| u32::try_from(seed).ok())
}

/// Of services whose only harmless question is for a job that does not exist: they answer it when
/// the key is good.
pub(crate) fn checked_by_missing(answer: &Answer<'_>) -> Result<(), String> {
    match answer.status {
        200..=299 | 400 | 404 | 422 => Ok(()),
        401 | 403 => Err("the key is not accepted".to_owned()),
        status => Err(format!("it answers with status {status}")),
    }
}
