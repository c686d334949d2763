//! References of an order: fetched once, judged by their content, and kept.

use super::auth::Caller;
use super::derive;
use crate::app::App;
use crate::outbound::{Limits, OutboundError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use reelgate_codec::{ImageLimits, MediaType, sniff};
use reelgate_core::{DraftMedia, Error, Field, MediaKind, MediaSource, Size};
use reelgate_sandbox::{Bounds, DecodeError, Media, Seen};
use std::sync::Arc;

/// References fetched for one order at the same time.
const FETCHES_MAX: usize = 4;

/// A reference that was fetched and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// What it is, by its content.
    pub kind: MediaKind,
    /// Its name in media storage.
    pub stored: String,
    /// Its pixels, if it has any.
    pub size: Option<Size>,
}

/// Fetches, judges and keeps every reference, in the order given.
///
/// # Errors
/// `Invalid` for the first reference that cannot be had or used, naming its field.
pub async fn fetch_all(
    app: &App,
    caller: Caller,
    media: &[DraftMedia],
) -> Result<Vec<Fetched>, Error> {
    let fetches: Vec<_> = media.iter().map(|item| fetch_one(app, caller, item)).collect();
    futures_util::stream::iter(fetches).buffered(FETCHES_MAX).try_collect().await
}

async fn fetch_one(app: &App, caller: Caller, item: &DraftMedia) -> Result<Fetched, Error> {
    if let MediaSource::Asset(id) = &item.source {
        return super::uploads::take(app, caller, *id, &item.field).await;
    }
    match &item.source {
        MediaSource::Clip(id) => return derive::clip(app, caller, *id, &item.field).await,
        MediaSource::Kept(media) => return derive::kept(app, media, &item.field).await,
        MediaSource::Url(_)
        | MediaSource::Data(_)
        | MediaSource::Bytes(_)
        | MediaSource::Asset(_) => {}
    }
    let bytes = load(app, item).await?;
    let judged = judge(app, &bytes, &item.field).await?;
    keep(app, bytes, judged).await
}

/// What a file is, by its content.
pub(super) struct Judged {
    kind: MediaKind,
    size: Option<Size>,
    pub(super) extension: &'static str,
}

/// Looks at a file's content.
///
/// # Errors
/// `Invalid` for the field when it cannot be used.
pub(super) async fn judge(app: &App, bytes: &Bytes, field: &Field) -> Result<Judged, Error> {
    let Some(found) = sniff(bytes) else {
        let allowed = "must be an image (jpg, png, webp, gif, bmp), a video (mp4, mov, m4v) or \
                       sound (mp3, wav), judged by its content";
        return Err(Error::invalid(field.clone(), allowed));
    };
    let kind = kind_of(found);
    let seen = look_inside(app, kind, bytes, field).await?;
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let size = Size { width: side(seen.width), height: side(seen.height) };
    let size = (kind != MediaKind::Audio).then_some(size);
    Ok(Judged { kind, size, extension: found.extension() })
}

/// Keeps a file that can be used.
///
/// # Errors
/// `Internal` when the storage fails.
pub(super) async fn keep(app: &App, bytes: Bytes, judged: Judged) -> Result<Fetched, Error> {
    let Judged { kind, size, extension } = judged;
    let stored = app.media.put_reference(bytes, extension, app.now()).await.map_err(|error| {
        tracing::error!(%error, "a reference could not be kept");
        Error::internal()
    })?;
    Ok(Fetched { kind, stored, size })
}

async fn load(app: &App, item: &DraftMedia) -> Result<Bytes, Error> {
    let limits = Limits {
        timeout: app.config.outbound.fetch_timeout,
        bytes_max: app.config.outbound.reference_bytes_max,
    };
    match &item.source {
        MediaSource::Url(url) => app.outbound.fetch(url, limits).await.map_err(|error| {
            tracing::info!(%error, "a reference could not be fetched");
            Error::invalid(item.field.clone(), explain(&error))
        }),
        MediaSource::Data(uri) => decode_data(uri).ok_or_else(|| {
            let message = "must be a base64 data URI such as data:image/png;base64,...";
            Error::invalid(item.field.clone(), message)
        }),
        MediaSource::Bytes(bytes) => {
            let bytes_max = limits.bytes_max;
            if bytes.len() > bytes_max {
                let message = format!("must be at most {bytes_max} bytes");
                return Err(Error::invalid(item.field.clone(), message));
            }
            Ok(Bytes::from_owner(Arc::clone(bytes)))
        }
        // These are here already and never loaded.
        MediaSource::Asset(_) | MediaSource::Clip(_) | MediaSource::Kept(_) => {
            Err(Error::internal())
        }
    }
}

fn explain(error: &OutboundError) -> String {
    match error {
        OutboundError::BadUrl | OutboundError::NotPublic => error.to_string(),
        other => format!("must be a public URL of a media file, but it {other}"),
    }
}

fn decode_data(uri: &str) -> Option<Bytes> {
    let (head, body) = uri.split_once(',')?;
    let prefix = head.get(..5)?;
    if !prefix.eq_ignore_ascii_case("data:") || !head.to_ascii_lowercase().ends_with(";base64") {
        return None;
    }
    STANDARD.decode(body.trim()).ok().map(Bytes::from)
}

/// Decodes a picture, or the beginning of a video or a sound, so that what cannot be used is
/// refused here and not after it was paid for.
pub(super) async fn look_inside(
    app: &App,
    kind: MediaKind,
    bytes: &[u8],
    field: &Field,
) -> Result<Seen, Error> {
    let pixels_max = app.config.outbound.reference_pixels_max;
    let bytes_max = ImageLimits::default().bytes_max;
    let bounds = Bounds { pixels_max, bytes_max, decode: true };
    app.decoder.look(Media::Bytes(bytes), bounds).await.map_err(|error| match error {
        DecodeError::Refused(_) | DecodeError::Broke => {
            Error::invalid(field.clone(), format!("must be a readable {kind}, but {error}"))
        }
        DecodeError::Unavailable(error) => {
            tracing::error!(%error, "no decoder could be started");
            Error::internal()
        }
    })
}

fn kind_of(found: MediaType) -> MediaKind {
    match found.kind() {
        reelgate_codec::MediaKind::Image => MediaKind::Image,
        reelgate_codec::MediaKind::Video => MediaKind::Video,
        reelgate_codec::MediaKind::Audio => MediaKind::Audio,
    }
}
