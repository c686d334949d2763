//! A body of API B as a draft.

use super::{NAME, content};
use crate::json::{Digits, Fields, unknown};
use crate::wire::WireRequest;
use reelgate_core::{Draft, Error, Field, ModelId, Ratio};

/// The model when none is named (seed 003).
pub(super) const MODEL: &str = "seedance-2.0";
/// Ratios that the documents name (seed 003).
pub(super) const RATIOS: [Ratio; 6] =
    [Ratio::R16x9, Ratio::R9x16, Ratio::R1x1, Ratio::R4x3, Ratio::R3x4, Ratio::R21x9];

/// Reads an order; `models` are the names on offer.
///
/// The duration may be a text of digits, as in the provider's sibling endpoints (contract 2.3).
pub(super) fn draft(
    request: &WireRequest,
    models: &[String],
    allow_data: bool,
) -> Result<Draft, Error> {
    let mut body = Fields::of_body(request)?;
    let name = body.string("model", Field::Model)?.unwrap_or_else(|| MODEL.to_owned());
    if !models.contains(&name) {
        return Err(unknown(Field::Model, models, &name));
    }
    let items = body.array("content", content::whole())?;
    let items = items.ok_or_else(|| Error::invalid(content::whole(), "is required"))?;
    let content = content::read(items, allow_data)?;
    let mut draft = Draft::new(ModelId::new(NAME, &name), content.text);
    draft.media = content.images;
    draft.duration_s = body.integer("duration", Field::Duration, Digits::NumberOrText)?;
    draft.ratio = body.choice("ratio", Field::Ratio, &RATIOS, Ratio::name)?;
    draft.callback_url = body.string("callback_url", Field::Callback)?;
    Ok(draft)
}
