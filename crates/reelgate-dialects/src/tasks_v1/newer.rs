//! A body of API C's newer video endpoint as a draft: no tier, no seed, and a length that may be
//! left to the model (contract 3.1). What the documents leave open is as on the older endpoint.

use super::request::{MODES, RATIOS, media, mode_name};
use super::{NAME, NEWER};
use crate::json::{Digits, Fields};
use crate::wire::WireRequest;
use reelgate_core::length::AUTO;
use reelgate_core::order::Mode;
use reelgate_core::{Channel, Draft, Error, Field, ModelId, Ratio, Resolution};

/// Every field of the form.
pub(super) const FIELDS: [&str; 11] = [
    "mode",
    "channel",
    "prompt",
    "aspect_ratio",
    "duration",
    "resolution",
    "image_url",
    "end_image_url",
    "media_urls",
    "generate_audio",
    "fixed_lens",
];
/// Resolutions of the newer model.
pub(super) const RESOLUTIONS: [Resolution; 2] = [Resolution::P720, Resolution::P1080];
/// The length that is left to the model.
pub(super) const AUTO_NAME: &str = "auto";
/// References that an order may have.
pub(super) const MEDIA_MAX: usize = 50;

/// Reads an order.
pub(super) fn draft(request: &WireRequest) -> Result<Draft, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&FIELDS, "")?;
    let mode = body.choice("mode", Field::Mode, &MODES, mode_name)?.unwrap_or(Mode::Text);
    let channel = body.choice("channel", Field::Channel, &Channel::ALL, Channel::name)?;
    let prompt = body.required("prompt", Field::Prompt)?;
    let mut draft = Draft::new(ModelId::new(NAME, NEWER), prompt);
    draft.mode = Some(mode);
    draft.channel = channel.unwrap_or_default();
    draft.ratio = body.choice("aspect_ratio", Field::Ratio, &RATIOS, Ratio::name)?;
    draft.duration_s = duration(&mut body)?;
    draft.resolution =
        body.choice("resolution", Field::Resolution, &RESOLUTIONS, Resolution::name)?;
    draft.media = media(&mut body)?;
    draft.audio = body.boolean("generate_audio", Field::Audio)?;
    draft.fixed_lens = body.boolean("fixed_lens", Field::FixedLens)?;
    Ok(draft)
}

/// Seconds, or `auto`. What stands for that inside has no name here.
fn duration(body: &mut Fields) -> Result<Option<i64>, Error> {
    if body.is_text("duration", AUTO_NAME) {
        body.take("duration");
        return Ok(Some(AUTO));
    }
    match body.integer("duration", Field::Duration, Digits::NumberOrText)? {
        Some(seconds) if seconds < 0 => {
            let message = format!("must be 4 to 30 seconds, or auto, got {seconds}");
            Err(Error::invalid(Field::Duration, message))
        }
        seconds => Ok(seconds),
    }
}
