//! A body of the Ark API as a draft, and the questions of its list.

use super::NAME;
use super::content::{self, Content};
use super::error::CONSTRAINT;
use super::suffix::Spoken;
use crate::ids;
use crate::json::{Digits, Fields, unknown};
use crate::wire::WireRequest;
use reelgate_core::length::AUTO;
use reelgate_core::record::{IDS_MAX, PAGE_MAX};
use reelgate_core::{
    Draft, Error, Field, Kind, MediaKind, ModelId, Priority, Ratio, RecordQuery, RecordStatus,
    Resolution,
};
use serde_json::{Map, Value, json};

/// Seconds that an order may wait (contract 1.2).
pub(super) const EXPIRES_S: (i64, i64) = (3_600, 259_200);
/// The same when nothing is said.
pub(super) const EXPIRES_DEFAULT_S: u32 = 172_800;
/// Frames of a clip of the first generation: 25 and a multiple of four, in this range.
pub(super) const FRAMES: (i64, i64) = (29, 289);
/// Seconds of such a clip.
const FIRST_S: (i64, i64) = (2, 12);
/// Characters of an end user's name.
pub(super) const SAFETY_CHARS_MAX: usize = 64;
/// Resolutions of the family.
pub(super) const RESOLUTIONS: [Resolution; 4] =
    [Resolution::P480, Resolution::P720, Resolution::P1080, Resolution::P4k];
/// Pages of a list: the size when nothing is said, and how far back it looks.
pub(super) const PAGE_DEFAULT: usize = 10;
const LIST_AGE_MS: i64 = 7 * 24 * 3_600_000;
const PER_S: i64 = 24;
/// Says what the newest model is to do with references.
const TASK_TYPE: &str = "omni_reference_task_type";

/// What a model's name says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    First,
    OnePointFive,
    Second,
    Newest,
}

impl Family {
    fn of(model: &str) -> Self {
        match model {
            name if name.contains("seedance-1-0") => Self::First,
            name if name.contains("seedance-1-5") => Self::OnePointFive,
            name if name.contains("seedance-2-5") => Self::Newest,
            _ => Self::Second,
        }
    }

    /// Whether it is of the generation that takes seeds, locked cameras and the slow tier.
    fn is_older(self) -> bool {
        matches!(self, Self::First | Self::OnePointFive)
    }
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}

/// Reads an order; `models` are the names on offer.
pub(super) fn draft(request: &WireRequest, models: &[String]) -> Result<Draft, Error> {
    let mut body = Fields::of_body(request)?;
    let name = body.required("model", Field::Model)?;
    if !models.contains(&name) {
        let message = format!("is not a model or an endpoint of this server: {name:.60}");
        return Err(Error { field: Some(Field::Model), ..Error::new(Kind::NotFound, message) });
    }
    let family = Family::of(&name);
    let items = body.array("content", content::whole())?;
    let items = items.ok_or_else(|| Error::invalid(content::whole(), "is required"))?;
    let content = content::read(items)?;
    let spoken = Spoken::read(&content.text);
    check_content(&content, &spoken, family)?;
    let mut draft = Draft::new(ModelId::new(NAME, &name), spoken.prompt.trim());
    draft.from = content.draft;
    let mut extra = Map::new();
    looks(&mut body, &spoken, family, &content, &mut draft)?;
    length(&mut body, &spoken, family, &mut draft, &mut extra)?;
    options(&mut body, family, &mut draft, &mut extra)?;
    constraint(&mut body, family, &content, &draft, &mut extra)?;
    draft.media = content.media;
    draft.callback_url = body.string("callback_url", Field::Callback)?;
    draft.follow = draft.callback_url.is_some();
    draft.extra = Some(Value::Object(extra).to_string());
    Ok(draft)
}

fn check_content(content: &Content, spoken: &Spoken, family: Family) -> Result<(), Error> {
    let refuse = |message: &str| Err(Error::invalid(content::whole(), message));
    if content.draft.is_some() {
        return Ok(());
    }
    if content.media.is_empty() && spoken.prompt.trim().is_empty() {
        return refuse("must have a text that is not empty, or a picture");
    }
    let count = |kind| content.kinds.iter().filter(|known| **known == kind).count();
    let (images, videos, audios) =
        (count(MediaKind::Image), count(MediaKind::Video), count(MediaKind::Audio));
    if family.is_older() && videos + audios > 0 {
        return refuse("must have no video and no audio for this model");
    }
    let (images_max, others_max) = if family == Family::Newest { (30, 10) } else { (9, 3) };
    if images > images_max || videos > others_max || audios > others_max {
        return refuse(&format!(
            "must have at most {images_max} images, {others_max} videos and {others_max} audios \
             for this model"
        ));
    }
    Ok(())
}

/// Resolution, ratio, sound, camera and seed: what the model does not take is left out.
fn looks(
    body: &mut Fields,
    spoken: &Spoken,
    family: Family,
    content: &Content,
    draft: &mut Draft,
) -> Result<(), Error> {
    let name = draft.model.name();
    let is_small = name.contains("2-0-fast") || name.contains("2-0-mini");
    let asked = body.choice("resolution", Field::Resolution, &RESOLUTIONS, Resolution::name)?;
    let weak = || spoken.value("resolution").and_then(Resolution::parse);
    let most = if is_small { Resolution::P720 } else { Resolution::P1080 };
    let full = content.draft.map(|_| Resolution::P720);
    draft.resolution = asked.or_else(|| weak().filter(|r| *r <= most)).or(full);
    let asked = body.choice("ratio", Field::Ratio, &Ratio::ALL, Ratio::name)?;
    let changes_footage = ["edit", "extend"].iter().any(|task| body.is_text(TASK_TYPE, task));
    let usual = match (family, content.media.is_empty(), content.has_frames()) {
        (Family::Newest, ..) if changes_footage => Ratio::Adaptive,
        (_, false, true) => Ratio::Adaptive,
        (_, false, false) | (Family::First, true, _) => Ratio::R16x9,
        (_, true, _) => Ratio::Adaptive,
    };
    let weak = || spoken.value("ratio").and_then(Ratio::parse);
    // What a repeated draft looked like is what it will look like.
    draft.ratio = match content.draft {
        Some(_) => asked.or_else(weak),
        None => Some(asked.or_else(weak).unwrap_or(usual)),
    };
    let audio = body.boolean("generate_audio", Field::Audio)?;
    draft.audio = audio.filter(|_| family != Family::First);
    let fixed = body.boolean("camera_fixed", Field::FixedLens)?;
    let fixed = fixed.or_else(|| spoken.answer("camerafixed"));
    let takes_fixed = family.is_older() && (content.media.is_empty() || content.has_frames());
    draft.fixed_lens = fixed.filter(|_| takes_fixed);
    let seed = body.integer("seed", Field::Seed, Digits::Number)?;
    let weak = || spoken.number("seed").filter(|seed| (-1..=i64::from(u32::MAX)).contains(seed));
    draft.seed = seed.or_else(weak).filter(|_| family.is_older());
    body.boolean("watermark", named("watermark"))?;
    Ok(())
}

/// Seconds, or frames where the model counts those; frames win.
fn length(
    body: &mut Fields,
    spoken: &Spoken,
    family: Family,
    draft: &mut Draft,
    extra: &mut Map<String, Value>,
) -> Result<(), Error> {
    let in_range = |frames: &i64| (FRAMES.0..=FRAMES.1).contains(frames) && (frames - 25) % 4 == 0;
    let frames = body.integer("frames", named("frames"), Digits::Number)?;
    let frames = frames.filter(|_| family == Family::First);
    if let Some(wrong) = frames.filter(|frames| !in_range(frames)) {
        let message = format!("must be 25 + 4n and {} to {}, got {wrong}", FRAMES.0, FRAMES.1);
        return Err(Error::invalid(named("frames"), message));
    }
    let asked = body.integer("duration", Field::Duration, Digits::Number)?;
    let weak_frames = || spoken.number("frames").filter(|f| family == Family::First && in_range(f));
    if let Some(frames) = frames.or_else(|| asked.is_none().then(weak_frames).flatten()) {
        extra.insert("frames".to_owned(), json!(frames));
        // Clips last whole seconds here; the most frames are one more than twelve have.
        draft.duration_s = Some(((frames + PER_S - 1) / PER_S).min(FIRST_S.1));
        return Ok(());
    }
    let (least, most) = match family {
        Family::First => FIRST_S,
        Family::OnePointFive => (4, 12),
        Family::Second => (4, 15),
        Family::Newest => (4, 30),
    };
    let weak = || {
        let auto = |s: i64| s == AUTO && family != Family::First;
        spoken.number("duration").filter(|s| auto(*s) || (least..=most).contains(s))
    };
    let usual = (family == Family::Newest && draft.from.is_none()).then_some(AUTO);
    draft.duration_s = asked.or_else(weak).or(usual);
    Ok(())
}

/// What only this API has: some of it is kept and told again.
fn options(
    body: &mut Fields,
    family: Family,
    draft: &mut Draft,
    extra: &mut Map<String, Value>,
) -> Result<(), Error> {
    let tiers = [Priority::Normal, Priority::Low];
    let tier = body.choice("service_tier", named("service_tier"), &tiers, tier_name)?;
    let is_draft = body.boolean("draft", named("draft"))?.unwrap_or(false);
    let can_draft = matches!(family, Family::OnePointFive | Family::Newest);
    let is_draft = is_draft && can_draft;
    // The slow tier is for the older models, and never for a draft.
    let is_low = tier == Some(Priority::Low) && family.is_older() && !is_draft;
    draft.priority = is_low.then_some(Priority::Low);
    let last_frame = body.boolean("return_last_frame", named("return_last_frame"))?;
    if is_draft {
        draft.resolution = Some(Resolution::P480);
        extra.insert("draft".to_owned(), json!(true));
    }
    if last_frame == Some(true) && !is_draft {
        extra.insert("return_last_frame".to_owned(), json!(true));
    }
    let name = "execution_expires_after";
    if let Some(seconds) = body.integer(name, named(name), Digits::Number)? {
        let (least, most) = EXPIRES_S;
        let found = u32::try_from(seconds).ok().filter(|_| (least..=most).contains(&seconds));
        draft.expires_in_s = Some(found.ok_or_else(|| {
            Error::invalid(named(name), format!("must be {least} to {most} seconds, got {seconds}"))
        })?);
    }
    if let Some(priority) = body.integer("priority", named("priority"), Digits::Number)? {
        if !(0..=9).contains(&priority) {
            return Err(Error::invalid(
                named("priority"),
                format!("must be 0 to 9, got {priority}"),
            ));
        }
        extra.insert("priority".to_owned(), json!(priority));
    }
    if let Some(who) = body.string("safety_identifier", named("safety_identifier"))? {
        if who.chars().count() > SAFETY_CHARS_MAX {
            let message = format!("must be at most {SAFETY_CHARS_MAX} characters");
            return Err(Error::invalid(named("safety_identifier"), message));
        }
        extra.insert("safety_identifier".to_owned(), json!(who));
    }
    if body.array("tools", named("tools"))?.is_some_and(|tools| !tools.is_empty()) {
        extra.insert("tools".to_owned(), json!([{ "type": "web_search" }]));
    }
    match body.string("output_format", named("output_format"))?.as_deref() {
        None | Some("mp4") => Ok(()),
        Some(other) => Err(unknown(named("output_format"), &["mp4"], other)),
    }
}

/// A tier's name on this wire; what waits longer is a lower priority here.
pub(super) const fn tier_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "flex",
        Priority::Normal | Priority::High => "default",
    }
}

/// What tasks of the newest model may be combined with (contract 1.5).
fn constraint(
    body: &mut Fields,
    family: Family,
    content: &Content,
    draft: &Draft,
    extra: &mut Map<String, Value>,
) -> Result<(), Error> {
    const TYPES: [&str; 4] = ["auto", "reference", "edit", "extend"];
    let field = named(TASK_TYPE);
    let Some(asked) = body.string(TASK_TYPE, field.clone())? else {
        return constrained(family, content, "auto", draft);
    };
    if !TYPES.contains(&asked.as_str()) {
        return Err(unknown(field, &TYPES, &asked));
    }
    extra.insert(TASK_TYPE.to_owned(), json!(asked));
    constrained(family, content, &asked, draft)
}

fn constrained(family: Family, content: &Content, task: &str, draft: &Draft) -> Result<(), Error> {
    if family != Family::Newest || content.draft.is_some() {
        return Ok(());
    }
    let changes_footage = matches!(task, "edit" | "extend");
    let needs_adaptive = changes_footage || content.has_frames();
    if needs_adaptive && draft.ratio != Some(Ratio::Adaptive) {
        return Err(Error::invalid(Field::Ratio, format!("must be adaptive {CONSTRAINT}")));
    }
    if task == "edit" && draft.duration_s != Some(AUTO) {
        return Err(Error::invalid(Field::Duration, format!("must be -1 {CONSTRAINT}")));
    }
    Ok(())
}

/// Reads which records are wanted.
pub(super) fn query(request: &WireRequest) -> Result<RecordQuery, Error> {
    let number = |name: &str, most: usize| match request.query_value(name) {
        None => Ok(None),
        Some(text) => {
            let read = text.parse::<usize>().ok().filter(|n| (1..=most).contains(n));
            let message = format!("must be 1 to {most}");
            read.map(Some).ok_or_else(|| Error::invalid(named(name), message))
        }
    };
    let page = number("page_num", 500)?.unwrap_or(1);
    let limit = number("page_size", PAGE_MAX)?.unwrap_or(PAGE_DEFAULT);
    let given = |name: &str| request.query_value(name).filter(|text| !text.is_empty());
    let status = match given("filter.status") {
        None => None,
        Some(text) => Some(RecordStatus::parse(text).ok_or_else(|| {
            let names = RecordStatus::ALL.map(RecordStatus::name);
            unknown(named("filter.status"), &names, text)
        })?),
    };
    let is_low = match given("filter.service_tier") {
        None => None,
        Some("flex") => Some(true),
        Some("default") => Some(false),
        Some(other) => {
            return Err(unknown(named("filter.service_tier"), &["default", "flex"], other));
        }
    };
    // Repeated, or several in one with commas.
    let asked: Vec<&str> = request
        .query
        .iter()
        .filter(|(name, _)| name == "filter.task_ids")
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect();
    if asked.len() > IDS_MAX {
        let message = format!("must have at most {IDS_MAX} ids");
        return Err(Error::invalid(named("filter.task_ids"), message));
    }
    let mut found: Vec<_> = asked.iter().filter_map(|text| ids::read(text)).collect();
    if found.is_empty() && !asked.is_empty() {
        // A name that no job has: the list is empty, and not all of them.
        found.extend(reelgate_core::JobId::from_bits(0));
    }
    Ok(RecordQuery {
        age_ms_max: Some(LIST_AGE_MS),
        drops_cancelled: true,
        status,
        model: given("filter.model").map(|name| ModelId::new(NAME, name)),
        is_low,
        ids: found,
        skip: (page - 1).saturating_mul(limit),
        ..RecordQuery::newest(limit)
    })
}
