//! A body of API A as a draft.

use super::NAME;
use crate::json::{Digits, Fields, string_of, unknown, url_of};
use crate::wire::WireRequest;
use reelgate_core::{Draft, DraftMedia, Error, Field, ModelId, Ratio, Resolution};
use serde_json::Value;

/// Ratios that the documents name (seeds 000 to 002).
pub(super) const RATIOS: [Ratio; 3] = [Ratio::R16x9, Ratio::R9x16, Ratio::R1x1];
/// Resolutions that the documents name (seeds 000 to 002).
pub(super) const RESOLUTIONS: [Resolution; 3] =
    [Resolution::P480, Resolution::P720, Resolution::P1080];

/// Reads an order; `models` are the names on offer.
pub(super) fn draft(request: &WireRequest, models: &[String]) -> Result<Draft, Error> {
    let mut body = Fields::of_body(request)?;
    let mut draft = Draft::new(model(&mut body, models)?, body.required("prompt", Field::Prompt)?);
    let urls = body.array("mediaUrls", Field::Media(None))?.unwrap_or_default();
    draft.media = urls.into_iter().enumerate().map(media).collect::<Result<_, _>>()?;
    draft.ratio = body.choice("aspectRatio", Field::Ratio, &RATIOS, Ratio::name)?;
    draft.duration_s = body.integer("duration", Field::Duration, Digits::Number)?;
    draft.resolution =
        body.choice("resolution", Field::Resolution, &RESOLUTIONS, Resolution::name)?;
    draft.callback_url = body.string("webhookUrl", Field::Callback)?;
    draft.metadata = body.object_text("metadata", Field::Metadata)?;
    Ok(draft)
}

fn model(body: &mut Fields, models: &[String]) -> Result<ModelId, Error> {
    let name = body.required("model", Field::Model)?;
    if models.contains(&name) {
        Ok(ModelId::new(NAME, &name))
    } else {
        Err(unknown(Field::Model, models, &name))
    }
}

/// What a reference is for cannot be said in this API: its place in the list decides later.
fn media((index, value): (usize, Value)) -> Result<DraftMedia, Error> {
    let field = Field::Media(Some(index));
    let source = url_of(string_of(value, field.clone())?, field.clone())?;
    Ok(DraftMedia { source, role: None, field })
}
