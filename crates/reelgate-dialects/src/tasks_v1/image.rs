//! A body of API C's picture endpoint as a draft.
//!
//! The vendor's example names `type`, `prompt`, `resolution` and `aspect_ratio`; clients in use
//! send `image_urls`. What the documents leave open is said in `docs/api/tasks_v1.md`.

use super::NAME;
use super::request::RATIOS;
use crate::json::{Fields, string_of, url_of};
use crate::wire::WireRequest;
use reelgate_core::order::Mode;
use reelgate_core::{Draft, DraftMedia, Error, Field, Kind, ModelId, Ratio, Resolution, Role};

/// The path parameter that names the model.
pub(super) const MODEL: &str = "model";
/// Every field of an order for a picture.
pub(super) const FIELDS: [&str; 5] = ["type", "prompt", "resolution", "aspect_ratio", "image_urls"];
/// What `type` may say.
pub(super) const TYPES: [Mode; 2] = [Mode::Text, Mode::Media];
/// What `resolution` may say; each model has the first, and some have more.
pub(super) const RESOLUTIONS: [Resolution; 3] = [Resolution::K1, Resolution::K2, Resolution::K4];

/// Pictures that an order may start from, on every model.
pub(super) const IMAGES_MAX: usize = 8;

/// A type's name on this wire.
pub(super) const fn type_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Text => "text-to-image",
        Mode::Image | Mode::Media => "image-to-image",
    }
}

/// Reads an order for a picture; `models` are the names that the path may have.
pub(super) fn draft(request: &WireRequest, models: &[String]) -> Result<Draft, Error> {
    let name = request.parameter(MODEL);
    if !models.iter().any(|model| model == name) {
        let message = format!("there is no such model, but there are {}", models.join(", "));
        return Err(Error::new(Kind::NotFound, message));
    }
    let mut body = Fields::of_body(request)?;
    body.only(&FIELDS, "")?;
    let field = Field::Named("type".to_owned());
    let asked = body.choice("type", field, &TYPES, type_name)?;
    let prompt = body.required("prompt", Field::Prompt)?;
    let mut draft = Draft::new(ModelId::new(NAME, name), prompt);
    draft.resolution =
        body.choice("resolution", Field::Resolution, &RESOLUTIONS, Resolution::name)?;
    draft.ratio = body.choice("aspect_ratio", Field::Ratio, &RATIOS, Ratio::name)?;
    let urls = body.array("image_urls", named(None))?.unwrap_or_default();
    if urls.len() > IMAGES_MAX {
        let message = format!("must have at most {IMAGES_MAX} entries, got {}", urls.len());
        return Err(Error::invalid(named(None), message));
    }
    draft.media = urls.into_iter().enumerate().map(media).collect::<Result<_, _>>()?;
    let by_media = if draft.media.is_empty() { Mode::Text } else { Mode::Media };
    draft.mode = Some(asked.unwrap_or(by_media));
    if draft.mode == Some(Mode::Media) && draft.media.is_empty() {
        return Err(Error::invalid(named(None), "is required in image-to-image mode"));
    }
    Ok(draft)
}

fn media((index, value): (usize, serde_json::Value)) -> Result<DraftMedia, Error> {
    let field = named(Some(index));
    let source = url_of(string_of(value, field.clone())?, field.clone())?;
    Ok(DraftMedia { source, role: Some(Role::Reference), field })
}

/// The list, or an entry of it, under the name it has here; clips have another list.
fn named(index: Option<usize>) -> Field {
    Field::Named(match index {
        Some(index) => format!("image_urls[{index}]"),
        None => "image_urls".to_owned(),
    })
}
