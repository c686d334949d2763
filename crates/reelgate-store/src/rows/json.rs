//! The two structures that are kept as JSON text. Their fields are never renamed: jobs are kept for
//! good, so every form that was ever written must stay readable.

use crate::error::StoreError;
use reelgate_core::{
    Channel, Media, MediaKind, ModelId, Order, Output, Priority, Ratio, Resolution, Role, Size,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What stands before the model's name: it is the first field, and lists rely on that.
const MODEL: &str = "{\"model\":\"";

#[derive(Serialize, Deserialize)]
struct OrderRow<'a> {
    #[serde(borrow)]
    model: Cow<'a, str>,
    #[serde(borrow)]
    prompt: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    media: Vec<MediaRow<'a>>,
    #[serde(borrow)]
    ratio: Cow<'a, str>,
    #[serde(borrow)]
    resolution: Cow<'a, str>,
    duration_s: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reserved_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    audio: bool,
    fixed_lens: bool,
    #[serde(borrow)]
    channel: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    metadata: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<(u32, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_in_s: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    follow: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    extra: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remote: bool,
}

#[derive(Serialize, Deserialize)]
struct MediaRow<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(borrow)]
    stored: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<(u32, u32)>,
}

#[derive(Serialize, Deserialize)]
struct OutputRow<'a> {
    #[serde(borrow)]
    video: Cow<'a, str>,
    video_bytes: u64,
    #[serde(borrow)]
    video_sha256: Cow<'a, str>,
    #[serde(borrow)]
    poster: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    thumbnail: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_frame: Cow<'a, str>,
    size: (u32, u32),
    frames: u32,
    duration_ms: u32,
    has_audio: bool,
    #[serde(borrow)]
    engine: Cow<'a, str>,
}

pub(super) fn write_order(order: &Order) -> Result<String, StoreError> {
    let media = order.media.iter().map(|media| MediaRow {
        url: media.url.as_deref().map(Cow::Borrowed),
        kind: media.kind.name().into(),
        role: media.role.name().into(),
        stored: media.stored.as_str().into(),
        size: media.size.map(|size| (size.width, size.height)),
    });
    write(&OrderRow {
        model: order.model.as_str().into(),
        prompt: order.prompt.as_str().into(),
        media: media.collect(),
        ratio: order.ratio.name().into(),
        resolution: order.resolution.name().into(),
        duration_s: order.duration_s,
        reserved_s: order.reserved_s,
        seed: order.seed,
        audio: order.audio,
        fixed_lens: order.fixed_lens,
        channel: order.channel.name().into(),
        metadata: order.metadata.as_deref().map(Cow::Borrowed),
        test: order.test,
        size: order.size.map(|size| (size.width, size.height)),
        expires_in_s: order.expires_in_s,
        follow: order.follow,
        extra: order.extra.as_deref().map(Cow::Borrowed),
        remote: order.remote,
    })
}

/// What every order for this model looks like to `LIKE`, with `!` to escape.
pub(super) fn order_like(model: &ModelId) -> String {
    let mut name = String::new();
    for c in model.as_str().chars() {
        if matches!(c, '!' | '%' | '_') {
            name.push('!');
        }
        name.push(c);
    }
    format!("{MODEL}{name}\",%")
}

/// The model in the beginning of an order's text.
pub(super) fn model_of(beginning: &str) -> Option<ModelId> {
    let (name, _) = beginning.strip_prefix(MODEL)?.split_once('"')?;
    Some(ModelId::from_text(name))
}

/// The order in `text`, with what has columns of its own; says what is wrong with it otherwise.
pub(super) fn read_order(
    text: &str,
    callback_url: Option<String>,
    priority: Priority,
) -> Result<Order, String> {
    let row: OrderRow<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(Order {
        model: ModelId::from_text(row.model),
        prompt: row.prompt.into_owned(),
        media: row.media.into_iter().map(read_media).collect::<Result<_, _>>()?,
        ratio: named("ratio", Ratio::parse, &row.ratio)?,
        resolution: named("resolution", Resolution::parse, &row.resolution)?,
        duration_s: row.duration_s,
        reserved_s: row.reserved_s,
        seed: row.seed,
        audio: row.audio,
        fixed_lens: row.fixed_lens,
        channel: named("channel", Channel::parse, &row.channel)?,
        callback_url,
        metadata: row.metadata.map(Cow::into_owned),
        priority,
        test: row.test,
        size: row.size.map(|(width, height)| Size { width, height }),
        expires_in_s: row.expires_in_s,
        follow: row.follow,
        extra: row.extra.map(Cow::into_owned),
        remote: row.remote,
    })
}

fn read_media(row: MediaRow<'_>) -> Result<Media, String> {
    Ok(Media {
        url: row.url.map(Cow::into_owned),
        kind: named("kind", MediaKind::parse, &row.kind)?,
        role: named("role", Role::parse, &row.role)?,
        stored: row.stored.into_owned(),
        size: row.size.map(|(width, height)| Size { width, height }),
    })
}

pub(super) fn write_output(output: &Output) -> Result<String, StoreError> {
    write(&OutputRow {
        video: output.video.as_str().into(),
        video_bytes: output.video_bytes,
        video_sha256: output.video_sha256.as_str().into(),
        poster: output.poster.as_str().into(),
        thumbnail: output.thumbnail.as_deref().map(Cow::Borrowed),
        last_frame: output.last_frame.as_str().into(),
        size: (output.size.width, output.size.height),
        frames: output.frames,
        duration_ms: output.duration_ms,
        has_audio: output.has_audio,
        engine: output.engine.as_str().into(),
    })
}

/// The output in `text`; says what is wrong with it otherwise.
pub(super) fn read_output(text: &str, removed: Option<Timestamp>) -> Result<Output, String> {
    let row: OutputRow<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(Output {
        video: row.video.into_owned(),
        video_bytes: row.video_bytes,
        video_sha256: row.video_sha256.into_owned(),
        poster: row.poster.into_owned(),
        thumbnail: row.thumbnail.map(Cow::into_owned),
        last_frame: row.last_frame.into_owned(),
        size: Size { width: row.size.0, height: row.size.1 },
        frames: row.frames,
        duration_ms: row.duration_ms,
        has_audio: row.has_audio,
        engine: row.engine.into_owned(),
        removed,
    })
}

fn write(row: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(row).map_err(|error| StoreError::database("writing JSON", error))
}

fn named<T>(field: &str, parse: impl FnOnce(&str) -> Option<T>, text: &str) -> Result<T, String> {
    parse(text).ok_or_else(|| format!("{field} reads {text:?}"))
}
