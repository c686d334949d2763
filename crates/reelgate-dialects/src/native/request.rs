//! A body of our own API as a draft.

use super::MODEL;
use crate::json::{Digits, Fields, source_of, unknown};
use crate::wire::WireRequest;
use reelgate_core::own::{SHARE_S_DEFAULT, SHARE_S_MAX};
use reelgate_core::{
    Channel, Credits, Draft, DraftMedia, Error, Field, ModelId, Priority, Ratio, Resolution, Role,
};
use serde_json::Value;

/// Every field of the API.
pub(super) const FIELDS: [&str; 14] = [
    "model",
    "prompt",
    "media",
    "ratio",
    "resolution",
    "duration_s",
    "seed",
    "audio",
    "fixed_lens",
    "channel",
    "callback_url",
    "metadata",
    "credits_max",
    "priority",
];

/// Reads an order; `models` are the catalogue's names.
pub(super) fn draft(request: &WireRequest, models: &[String]) -> Result<Draft, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&FIELDS, "")?;
    let model = body.string("model", Field::Model)?.unwrap_or_else(|| MODEL.to_owned());
    if !models.contains(&model) {
        return Err(unknown(Field::Model, models, &model));
    }
    let prompt = body.required("prompt", Field::Prompt)?;
    let mut draft = Draft::new(ModelId::from_text(model), prompt);
    let items = body.array("media", Field::Media(None))?.unwrap_or_default();
    draft.media = items.into_iter().enumerate().map(media).collect::<Result<_, _>>()?;
    draft.ratio = body.choice("ratio", Field::Ratio, &Ratio::ALL, Ratio::name)?;
    draft.resolution =
        body.choice("resolution", Field::Resolution, &Resolution::ALL, Resolution::name)?;
    draft.duration_s = body.integer("duration_s", Field::Duration, Digits::Number)?;
    draft.seed = body.integer("seed", Field::Seed, Digits::Number)?;
    draft.audio = body.boolean("audio", Field::Audio)?;
    draft.fixed_lens = body.boolean("fixed_lens", Field::FixedLens)?;
    let channel = body.choice("channel", Field::Channel, &Channel::ALL, Channel::name)?;
    draft.channel = channel.unwrap_or_default();
    draft.callback_url = body.string("callback_url", Field::Callback)?;
    draft.metadata = body.object_text("metadata", Field::Metadata)?;
    draft.credits_max = amount(&mut body, "credits_max", Field::PriceCap)?;
    draft.priority = body.choice("priority", Field::Priority, &Priority::ALL, Priority::name)?;
    Ok(draft)
}

/// Reads an amount as a decimal in a string or as a whole number: JSON's fractions are not exact.
pub(super) fn amount(
    body: &mut Fields,
    name: &str,
    field: Field,
) -> Result<Option<Credits>, Error> {
    let Some(value) = body.take(name) else { return Ok(None) };
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let allowed = "must be credits, such as 40 or \"12.8\"";
    let read = Credits::parse(&text).ok_or_else(|| Error::invalid(field, allowed))?;
    Ok(Some(read))
}

/// Reads `{"url": ..., "role": ...}`; the url may be a `data:` URI.
fn media((index, item): (usize, Value)) -> Result<DraftMedia, Error> {
    let field = Field::Media(Some(index));
    let named = |tail: &str| Field::Named(format!("media[{index}].{tail}"));
    let mut item = Fields::of_value(item, field.clone())?;
    item.only(&["url", "role"], &format!("media[{index}]."))?;
    let url = item.required("url", named("url"))?;
    let role = item.choice("role", named("role"), &Role::ALL, Role::name)?;
    let source = source_of(url, field.clone())?;
    Ok(DraftMedia { source, role, field })
}

/// Reads how long a shared link works; the body may be left out.
pub(super) fn share(request: &WireRequest) -> Result<i64, Error> {
    if request.body.is_empty() {
        return Ok(SHARE_S_DEFAULT);
    }
    let mut body = Fields::of_body(request)?;
    body.only(&["expires_in_s"], "")?;
    let field = Field::Named("expires_in_s".to_owned());
    let seconds = body.integer("expires_in_s", field.clone(), Digits::Number)?;
    match seconds.unwrap_or(SHARE_S_DEFAULT) {
        seconds if (1..=SHARE_S_MAX).contains(&seconds) => Ok(seconds),
        other => Err(Error::invalid(field, format!("must be 1 to {SHARE_S_MAX}, got {other}"))),
    }
}
