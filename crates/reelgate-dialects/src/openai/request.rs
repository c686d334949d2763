//! A body of the videos API as a draft, and the questions of its list.

use super::NAME;
use super::form::Form;
use crate::ids;
use crate::json::{Digits, Fields, source_of, unknown};
use crate::wire::WireRequest;
use reelgate_core::size::pixels;
use reelgate_core::{
    Content, Draft, DraftMedia, Error, Field, JobId, MediaSource, ModelId, Ratio, RecordQuery,
    Resolution, Role, Size,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The model when none is named.
pub(super) const MODEL_DEFAULT: &str = "sora-2";
/// Rows of a page, and the same when nothing is said.
pub(super) const PAGE_MAX: usize = 100;
pub(super) const PAGE_DEFAULT: usize = 20;
/// What a clip may begin with.
const PICTURE: &str = "input_reference";
/// The clip that an order begins with.
const FOOTAGE: &str = "video";

/// Pixels of a clip, as what they are priced at; the first when none are named (contract 2.2).
#[rustfmt::skip]
pub(super) const SIZES: [(&str, u32, u32, Resolution, Ratio); 6] = [
    ("720x1280", 720, 1280, Resolution::P720, Ratio::R9x16),
    ("1280x720", 1280, 720, Resolution::P720, Ratio::R16x9),
    ("1024x1792", 1024, 1792, Resolution::P1080, Ratio::R9x16),
    ("1792x1024", 1792, 1024, Resolution::P1080, Ratio::R16x9),
    ("1080x1920", 1080, 1920, Resolution::P1080, Ratio::R9x16),
    ("1920x1080", 1920, 1080, Resolution::P1080, Ratio::R16x9),
];

/// What an order keeps the name of its model under, where that is not the model's own.
pub(super) const NAMED: &str = "model";
/// Where an order keeps the name of the job that it is a remix of.
pub(super) const REMIXED_FROM: &str = "remixed_from";

/// Names of models, and what they stand for.
pub(super) type Models = BTreeMap<String, ModelId>;

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}

/// Reads an order; `models` are the names on offer.
pub(super) fn draft(request: &WireRequest, models: &Models) -> Result<Draft, Error> {
    let mut form = Form::of(request)?;
    let mut draft = new(&mut form, models, Some(SIZES[0].0))?;
    draft.media = picture(&mut form)?.into_iter().collect();
    Ok(draft)
}

/// Reads an order that repeats the one of an earlier job with other words.
pub(super) fn remix(request: &WireRequest, earlier: JobId) -> Result<Draft, Error> {
    let mut form = Form::of(request)?;
    let prompt = prompt(&mut form.fields)?;
    let extra = json!({ REMIXED_FROM: earlier.to_string() });
    Ok(Draft { extra: Some(extra.to_string()), ..Draft::after(earlier, prompt) })
}

/// Reads an order that changes or continues a clip, of an earlier job or in a file.
pub(super) fn of_footage(
    request: &WireRequest,
    models: &Models,
    extends: bool,
) -> Result<Draft, Error> {
    let mut form = Form::of(request)?;
    let field = named(FOOTAGE);
    let footage = |source| vec![DraftMedia { source, role: Some(Role::Reference), field }];
    if let Some(bytes) = form.file(FOOTAGE)? {
        let draft = new(&mut form, models, None)?;
        must_say_seconds(&draft, extends)?;
        return Ok(Draft { media: footage(MediaSource::Bytes(bytes)), extends, ..draft });
    }
    let id = match form.fields.take(FOOTAGE) {
        None => return Err(Error::invalid(named(FOOTAGE), "is required: a file, or an id")),
        Some(Value::String(id)) => id,
        Some(value) => {
            Fields::of_value(value, named(FOOTAGE))?.required("id", named("video.id"))?
        }
    };
    let earlier = ids::read(&id).ok_or_else(Error::job_not_found)?;
    let mut draft = Draft::after(earlier, prompt(&mut form.fields)?);
    if extends {
        draft.duration_s = seconds(&mut form.fields)?;
        must_say_seconds(&draft, extends)?;
    }
    Ok(Draft { media: footage(MediaSource::Clip(earlier)), extends, ..draft })
}

fn must_say_seconds(draft: &Draft, extends: bool) -> Result<(), Error> {
    match draft.duration_s {
        None if extends => Err(Error::invalid(Field::Duration, "is required")),
        _ => Ok(()),
    }
}

/// What every order says that does not begin with an earlier job; `usual` is its size when it names
/// none.
fn new(form: &mut Form<'_>, models: &Models, usual: Option<&str>) -> Result<Draft, Error> {
    let fields = &mut form.fields;
    let prompt = prompt(fields)?;
    let model = fields.string("model", Field::Model)?;
    let model = model.unwrap_or_else(|| MODEL_DEFAULT.to_owned());
    let Some(id) = models.get(&model) else {
        let names: Vec<_> = models.keys().collect();
        return Err(unknown(Field::Model, &names, &model));
    };
    let mut draft = Draft::new(id.clone(), prompt);
    draft.extra = (id.name() != model).then(|| json!({ NAMED: model }).to_string());
    if let Some(asked) = fields.string("size", named("size"))?.or(usual.map(str::to_owned)) {
        let (size, resolution, ratio) = size(&asked, id)?;
        draft.size = Some(size);
        (draft.resolution, draft.ratio) = (Some(resolution), Some(ratio));
    }
    draft.duration_s = seconds(fields)?;
    draft.seed = fields.integer("seed", Field::Seed, Digits::NumberOrText)?;
    Ok(draft)
}

/// What these pixels are priced at. A model of another API makes the sizes of its own too.
fn size(asked: &str, model: &ModelId) -> Result<(Size, Resolution, Ratio), Error> {
    let own = SIZES.into_iter().find(|(name, ..)| *name == asked);
    let own = own
        .map(|(_, width, height, resolution, ratio)| (Size { width, height }, resolution, ratio));
    let usual = || {
        let clips = &Resolution::ALL[..5];
        let pairs = clips.iter().flat_map(|one| Ratio::ALL.map(|ratio| (*one, ratio)));
        let mut sizes = pairs.map(|(one, ratio)| (pixels(one, ratio), one, ratio));
        sizes.find(|(size, ..)| model.dialect() != NAME && size.to_string() == asked)
    };
    own.or_else(usual).ok_or_else(|| unknown(named("size"), &SIZES.map(|(name, ..)| name), asked))
}

fn prompt(fields: &mut Fields) -> Result<String, Error> {
    fields.required("prompt", Field::Prompt)
}

fn seconds(fields: &mut Fields) -> Result<Option<i64>, Error> {
    fields.integer("seconds", Field::Duration, Digits::NumberOrText)
}

/// The picture that a clip begins with: a file, an address, or an upload.
fn picture(form: &mut Form<'_>) -> Result<Option<DraftMedia>, Error> {
    let field = named(PICTURE);
    let source = match (form.file(PICTURE)?, form.fields.take(PICTURE)) {
        (Some(bytes), _) => MediaSource::Bytes(bytes),
        (None, None) => return Ok(None),
        (None, Some(Value::String(url))) => source_of(url, field.clone())?,
        (None, Some(value)) => {
            let mut inner = Fields::of_value(value, field.clone())?;
            let at = |name: &str| named(&format!("{PICTURE}.{name}"));
            let url = inner.string("image_url", at("image_url"))?;
            let file = inner.string("file_id", at("file_id"))?;
            match (url, file) {
                (Some(url), None) => source_of(url, at("image_url"))?,
                (None, Some(id)) => MediaSource::Asset(
                    ids::read_asset(&id)
                        .ok_or_else(|| Error::invalid(at("file_id"), "is not an upload's id"))?,
                ),
                _ => {
                    let message = "must be a file, or have either image_url or file_id";
                    return Err(Error::invalid(field, message));
                }
            }
        }
    };
    Ok(Some(DraftMedia { source, role: Some(Role::FirstFrame), field }))
}

/// Reads which records are wanted.
pub(super) fn query(request: &WireRequest) -> Result<RecordQuery, Error> {
    let given = |name: &str| request.query_value(name).filter(|text| !text.is_empty());
    let limit = match given("limit") {
        None => PAGE_DEFAULT,
        Some(text) => {
            let found = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
            let message = format!("must be 1 to {PAGE_MAX}");
            found.ok_or_else(|| Error::invalid(named("limit"), message))?
        }
    };
    let after = match given("after") {
        None => None,
        Some(text) => {
            let message = "must be the id of a video of an earlier page";
            let id = ids::read(text).ok_or_else(|| Error::invalid(named("after"), message))?;
            Some(id)
        }
    };
    let oldest_first = match given("order") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(other) => return Err(unknown(named("order"), &["asc", "desc"], other)),
    };
    Ok(RecordQuery { after, oldest_first, ..RecordQuery::newest(limit) })
}

/// Reads which file is wanted.
pub(super) fn content(request: &WireRequest) -> Result<Content, Error> {
    let Some(text) = request.query_value("variant").filter(|text| !text.is_empty()) else {
        return Ok(Content::Video);
    };
    let names = Content::ALL.map(Content::name);
    Content::parse(text).ok_or_else(|| unknown(named("variant"), &names, text))
}
