//! References that come with an order: what they are, what they are for, and how many may come.

use crate::error::{Error, Field};
use crate::id::{AssetId, JobId};
use crate::order::{DraftMedia, Media};
use std::fmt;
use std::sync::Arc;

/// What a reference is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A moving picture.
    Video,
    /// Sound.
    Audio,
}

impl MediaKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Image, Self::Video, Self::Audio];

    /// `image`, `video` or `audio`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a reference is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The clip opens on this picture.
    FirstFrame,
    /// The clip ends on this picture.
    LastFrame,
    /// Subject, style, motion, footage or rhythm to use; the prompt says how.
    Reference,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::FirstFrame, Self::LastFrame, Self::Reference];

    /// `first_frame`, `last_frame` or `reference`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstFrame => "first_frame",
            Self::LastFrame => "last_frame",
            Self::Reference => "reference",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Where a reference is to be had.
#[derive(Clone, PartialEq, Eq)]
pub enum MediaSource {
    /// An address to fetch once.
    Url(String),
    /// The bytes themselves, as a `data:` URI.
    Data(String),
    /// The bytes themselves, as a part of a form.
    Bytes(Arc<[u8]>),
    /// A file that the account uploaded before.
    Asset(AssetId),
    /// The clip of an earlier job of the account.
    Clip(JobId),
    /// A reference of an earlier order.
    Kept(Box<Media>),
}

impl fmt::Debug for MediaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
            Self::Data(uri) => write!(f, "Data({} bytes)", uri.len()),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::Asset(id) => f.debug_tuple("Asset").field(id).finish(),
            Self::Clip(id) => f.debug_tuple("Clip").field(id).finish(),
            Self::Kept(media) => f.debug_tuple("Kept").field(&media.stored).finish(),
        }
    }
}

/// Longest address accepted anywhere, in bytes.
pub const URL_BYTES_MAX: usize = 2048;

/// Checks the look of an address that a caller hands in; whether it may be dialled is decided when
/// it is.
///
/// # Errors
/// `Invalid` for `field`, when the text is no address or not https while only https is allowed.
pub fn check_url(url: &str, field: &Field, allow_http: bool) -> Result<(), Error> {
    let refuse = |message: &str| Err(Error::invalid(field.clone(), message));
    let lower = url.get(..8.min(url.len())).unwrap_or("").to_ascii_lowercase();
    if url.len() > URL_BYTES_MAX {
        return refuse("must be at most 2048 bytes long");
    }
    if lower.starts_with("asset:") {
        return refuse("must be a public https URL; asset:// references are not accepted here");
    }
    let scheme_ok = lower.starts_with("https://") || (allow_http && lower.starts_with("http://"));
    if !scheme_ok {
        return refuse("must be a public https URL");
    }
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refuse("must be a URL without spaces or control characters");
    }
    Ok(())
}

/// How many references of which kinds a model takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRules {
    /// Most references in one order; zero for a model that takes none.
    pub count_max: usize,
    /// Kinds that are taken.
    pub kinds: Vec<MediaKind>,
}

/// Gives each reference its role, now that its kind is known.
///
/// Where the caller named no roles: one picture opens the clip, two pictures open and close it, and
/// everything else is a reference (contract A, section 4.A).
#[must_use]
pub fn settle_roles(media: &[DraftMedia], kinds: &[MediaKind]) -> Vec<Role> {
    let only_images = kinds.iter().all(|kind| *kind == MediaKind::Image);
    media
        .iter()
        .enumerate()
        .map(|(index, item)| match (item.role, only_images, media.len(), index) {
            (Some(role), ..) => role,
            (None, true, 1 | 2, 0) => Role::FirstFrame,
            (None, true, 2, 1) => Role::LastFrame,
            _ => Role::Reference,
        })
        .collect()
}

/// Checks the kinds that were found against the model and the roles.
///
/// # Errors
/// `Invalid`, naming the first reference that cannot be used and the kinds that can.
pub fn check_kinds(
    media: &[DraftMedia],
    kinds: &[MediaKind],
    rules: &MediaRules,
) -> Result<(), Error> {
    for (item, kind) in media.iter().zip(kinds) {
        let frame = matches!(item.role, Some(Role::FirstFrame | Role::LastFrame));
        if frame && *kind != MediaKind::Image {
            let message = format!("must be an image, but its content is {kind}");
            return Err(Error::invalid(item.field.clone(), message));
        }
        if !rules.kinds.contains(kind) {
            let allowed = rules.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>();
            let message = format!("must be {}, but its content is {kind}", allowed.join(" or "));
            return Err(Error::invalid(item.field.clone(), message));
        }
    }
    if !kinds.is_empty() && kinds.iter().all(|kind| *kind == MediaKind::Audio) {
        let message = "must contain at least one image or video besides the audio";
        return Err(Error::invalid(Field::Media(None), message));
    }
    Ok(())
}
