//! What a caller asks for: the draft as it was written, and the order once it is complete.

use crate::credits::Credits;
use crate::error::Field;
use crate::id::JobId;
use crate::line::Priority;
use crate::media::{MediaKind, MediaSource, Role};
use crate::model::ModelId;
use crate::size::{Ratio, Resolution, Size};

/// Which rendering route the caller asks for (API C); prices and looks may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The usual one.
    #[default]
    Standard,
    /// Lifelike people; takes no seed.
    Real,
    /// Freer style.
    Wild,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Real, Self::Wild];

    /// `standard`, `real` or `wild`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Real => "real",
            Self::Wild => "wild",
        }
    }

    /// The channel with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// Where the caller says the picture comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Words only.
    Text,
    /// A start frame, perhaps an end frame.
    Image,
    /// References.
    Media,
}

/// An order as a caller wrote it: what was left out is `None`, nothing is checked yet beyond types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Which model, under its catalogue name; without one, that of the earlier job in `from`.
    pub model: ModelId,
    /// The words.
    pub prompt: String,
    /// The mode, where the API has one; otherwise the media decide.
    pub mode: Option<Mode>,
    /// References in the order given.
    pub media: Vec<DraftMedia>,
    /// Aspect ratio.
    pub ratio: Option<Ratio>,
    /// Resolution.
    pub resolution: Option<Resolution>,
    /// Length in seconds; [`crate::length::AUTO`] leaves the choice to us.
    pub duration_s: Option<i64>,
    /// Seed; -1 leaves the choice to us.
    pub seed: Option<i64>,
    /// Whether to make sound.
    pub audio: Option<bool>,
    /// Whether the camera is locked.
    pub fixed_lens: Option<bool>,
    /// Rendering channel.
    pub channel: Channel,
    /// Where to report the result.
    pub callback_url: Option<String>,
    /// The caller's own data, as JSON text.
    pub metadata: Option<String>,
    /// The most it may cost; a dearer order is refused instead of held.
    pub credits_max: Option<Credits>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Exact pixels, where an API names those; they win over ratio and resolution.
    pub size: Option<Size>,
    /// Seconds from its acceptance after which it is given up.
    pub expires_in_s: Option<u32>,
    /// Whether its address hears of its acceptance and its beginnings too, not only of its end.
    pub follow: bool,
    /// The order of this earlier job is repeated with what is said here; the prompt may be empty
    /// then.
    pub from: Option<JobId>,
    /// Whether `duration_s` comes on top of what the footage lasts that it begins with: the clip
    /// of the earlier job, or the file that came along.
    pub extends: bool,
    /// What only the dialect understands, as JSON text.
    pub extra: Option<String>,
}

impl Draft {
    /// A draft with nothing but a model and words.
    #[must_use]
    pub fn new(model: ModelId, prompt: impl Into<String>) -> Self {
        Self {
            model,
            prompt: prompt.into(),
            mode: None,
            media: Vec::new(),
            ratio: None,
            resolution: None,
            duration_s: None,
            seed: None,
            audio: None,
            fixed_lens: None,
            channel: Channel::Standard,
            callback_url: None,
            metadata: None,
            credits_max: None,
            priority: None,
            size: None,
            expires_in_s: None,
            follow: false,
            from: None,
            extends: false,
            extra: None,
        }
    }

    /// The order of an earlier job with other words.
    #[must_use]
    pub fn after(earlier: JobId, prompt: impl Into<String>) -> Self {
        Self { from: Some(earlier), ..Self::new(ModelId::none(), prompt) }
    }
}

/// A reference as a caller wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftMedia {
    /// Where it is.
    pub source: MediaSource,
    /// What it is for, where the caller said so.
    pub role: Option<Role>,
    /// What to blame when it is no good.
    pub field: Field,
}

/// A complete and checked order: every default filled in, every limit kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which model, under its catalogue name.
    pub model: ModelId,
    /// The words.
    pub prompt: String,
    /// References that were fetched, in the order given; empty until they are.
    pub media: Vec<Media>,
    /// Aspect ratio, resolved: never `Adaptive` in a job.
    pub ratio: Ratio,
    /// Resolution.
    pub resolution: Resolution,
    /// Length in seconds; zero for a still picture.
    pub duration_s: u32,
    /// Seconds that were paid for, where the length was left to us: the most that it could be.
    pub reserved_s: Option<u32>,
    /// Seed, where the caller chose one.
    pub seed: Option<u32>,
    /// Whether to make sound.
    pub audio: bool,
    /// Whether the camera is locked.
    pub fixed_lens: bool,
    /// Rendering channel.
    pub channel: Channel,
    /// Where to report the result.
    pub callback_url: Option<String>,
    /// The caller's own data, as JSON text.
    pub metadata: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Exact pixels, where they were named.
    pub size: Option<Size>,
    /// Seconds from its acceptance after which it is given up, where they were named.
    pub expires_in_s: Option<u32>,
    /// Whether its address hears of its acceptance and its beginnings too.
    pub follow: bool,
    /// What only the dialect understands, as JSON text.
    pub extra: Option<String>,
    /// Whether it came with a test key: then it is rehearsed instead of rendered, at no cost.
    pub test: bool,
    /// Whether an upstream makes it: the routes said so when it was accepted. Then it waits in its
    /// model's own line, and no worker of the embedded engine takes it.
    pub remote: bool,
}

impl Order {
    /// The address that came with it, where that hears of what is not an end too.
    #[must_use]
    pub fn followed_at(&self) -> Option<&str> {
        self.callback_url.as_deref().filter(|_| self.follow)
    }

    /// Whether a picture was ordered and not a clip: it lasts no time and has no sound.
    #[must_use]
    pub const fn is_still(&self) -> bool {
        self.duration_s == 0
    }
}

/// A reference that was fetched and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The address it came from; `None` for bytes that came with the request.
    pub url: Option<String>,
    /// What it is.
    pub kind: MediaKind,
    /// What it is for.
    pub role: Role,
    /// Under which name our media storage keeps it.
    pub stored: String,
    /// Columns and rows, where it has any.
    pub size: Option<Size>,
}
