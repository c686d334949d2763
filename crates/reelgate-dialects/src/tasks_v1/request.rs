//! A body of API C as a draft.

use super::{MODEL_PREFIX, NAME, TIER};
use crate::json::{Digits, Fields, string_of, unknown, url_of};
use crate::wire::WireRequest;
use reelgate_core::order::Mode;
use reelgate_core::{Channel, Draft, DraftMedia, Error, Field, ModelId, Ratio, Resolution, Role};

/// Every field of the API (seed 004).
pub(super) const FIELDS: [&str; 13] = [
    "mode",
    "quality_tier",
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
    "seed",
];
/// Modes, the first being the one when none is named (seed 004).
pub(super) const MODES: [Mode; 3] = [Mode::Text, Mode::Image, Mode::Media];
/// Resolutions (seed 004); the last two only for the `pro` tier.
pub(super) const RESOLUTIONS: [Resolution; 4] =
    [Resolution::P720, Resolution::P1080, Resolution::P1080Plus, Resolution::P4k];
/// Ratios in the documents' order (seed 004).
pub(super) const RATIOS: [Ratio; 7] = [
    Ratio::R1x1,
    Ratio::R21x9,
    Ratio::R4x3,
    Ratio::R3x4,
    Ratio::R16x9,
    Ratio::R9x16,
    Ratio::Adaptive,
];

/// A mode's name on this wire.
pub(super) const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Text => "text-to-video",
        Mode::Image => "image-to-video",
        Mode::Media => "media-to-video",
    }
}

/// Reads an order; `tiers` are the quality tiers on offer.
///
/// Unknown fields come first: a misspelt name explains what would be refused after it.
pub(super) fn draft(request: &WireRequest, tiers: &[String]) -> Result<Draft, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&FIELDS, "")?;
    let mode = body.choice("mode", Field::Mode, &MODES, mode_name)?.unwrap_or(Mode::Text);
    let model = model(&mut body, tiers)?;
    let channel = body.choice("channel", Field::Channel, &Channel::ALL, Channel::name)?;
    let mut draft = Draft::new(model, body.required("prompt", Field::Prompt)?);
    draft.mode = Some(mode);
    draft.channel = channel.unwrap_or_default();
    draft.ratio = body.choice("aspect_ratio", Field::Ratio, &RATIOS, Ratio::name)?;
    draft.duration_s = body.integer("duration", Field::Duration, Digits::NumberOrText)?;
    draft.resolution =
        body.choice("resolution", Field::Resolution, &RESOLUTIONS, Resolution::name)?;
    draft.media = media(&mut body)?;
    draft.audio = body.boolean("generate_audio", Field::Audio)?;
    draft.fixed_lens = body.boolean("fixed_lens", Field::FixedLens)?;
    draft.seed = body.integer("seed", Field::Seed, Digits::Number)?;
    Ok(draft)
}

fn model(body: &mut Fields, tiers: &[String]) -> Result<ModelId, Error> {
    let tier = body.string("quality_tier", Field::Tier)?.unwrap_or_else(|| TIER.to_owned());
    if tiers.contains(&tier) {
        Ok(ModelId::new(NAME, &format!("{MODEL_PREFIX}{tier}")))
    } else {
        Err(unknown(Field::Tier, tiers, &tier))
    }
}

/// The two frames and the references, each with its role; which of them the mode allows is checked
/// with the rest of the order.
pub(super) fn media(body: &mut Fields) -> Result<Vec<DraftMedia>, Error> {
    let mut media = Vec::new();
    for (key, role, field) in [
        ("image_url", Role::FirstFrame, Field::FirstFrame),
        ("end_image_url", Role::LastFrame, Field::LastFrame),
    ] {
        if let Some(text) = body.string(key, field.clone())? {
            media.push(reference(text, role, field)?);
        }
    }
    let urls = body.array("media_urls", Field::Media(None))?.unwrap_or_default();
    for (index, value) in urls.into_iter().enumerate() {
        let field = Field::Media(Some(index));
        media.push(reference(string_of(value, field.clone())?, Role::Reference, field)?);
    }
    Ok(media)
}

fn reference(text: String, role: Role, field: Field) -> Result<DraftMedia, Error> {
    let source = url_of(text, field.clone())?;
    Ok(DraftMedia { source, role: Some(role), field })
}
