//! A draft against a model: a complete order, or the first thing that is wrong with it.
//!
//! Precedence, so that a caller always hears of the same fault first: prompt, mode and media,
//! ratio, duration, resolution, channel, sound, seed, callback, metadata, price cap.

use crate::error::{Error, Field};
use crate::length;
use crate::media::{MediaSource, Role, check_url};
use crate::model::Model;
use crate::order::{Channel, Draft, DraftMedia, Mode, Order};
use crate::price::{Price, price};

/// Bytes of JSON text that a caller may keep with a job.
pub const METADATA_BYTES_MAX: usize = 16 * 1024;

/// The refusal of what only a clip can have.
const NO_TIME: &str = "is not used by a model that makes pictures, leave it out";

/// What the operator allows beyond the public contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Addresses may be http and private: for development only.
    pub allow_http: bool,
    /// Bytes may come inside the request as `data:` URIs.
    pub allow_data: bool,
}

/// Checks everything that can be known before the references are fetched, and prices the order.
///
/// The order comes back without media: they are fetched next and settled by
/// [`crate::media::check_kinds`] and [`crate::media::settle_roles`].
///
/// # Errors
/// `Invalid` with the first wrong field.
pub fn check(
    draft: &Draft,
    model: &Model,
    policy: Policy,
    price_version: &str,
) -> Result<(Order, Price), Error> {
    prompt(draft, model)?;
    mode(draft, model)?;
    media(draft, model, policy)?;
    let ratio = one_of(draft.ratio, model.ratio_default, &model.ratios, Field::Ratio)?;
    let (duration_s, reserved_s) = duration(draft, model)?;
    let resolution =
        one_of(draft.resolution, model.resolution_default, &model.resolutions, Field::Resolution)?;
    channel(draft, model)?;
    sound(draft, model)?;
    let seed = seed(draft, model)?;
    callback(draft, policy)?;
    metadata(draft)?;
    let paid_s = reserved_s.unwrap_or(duration_s);
    let price = price(model, resolution, paid_s, !draft.media.is_empty(), price_version)
        .ok_or_else(|| Error::invalid(Field::Resolution, "is not on sale for this model"))?;
    price_cap(draft, &price)?;
    let order = Order {
        model: model.id.clone(),
        prompt: draft.prompt.clone(),
        media: Vec::new(),
        ratio,
        resolution,
        duration_s,
        reserved_s,
        seed,
        audio: draft.audio.unwrap_or(model.audio_default),
        fixed_lens: draft.fixed_lens.unwrap_or(false),
        channel: draft.channel,
        callback_url: draft.callback_url.clone(),
        metadata: draft.metadata.clone(),
        priority: draft.priority.unwrap_or_default(),
        size: draft.size,
        expires_in_s: draft.expires_in_s,
        follow: draft.follow,
        extra: draft.extra.clone(),
        test: false,
        remote: false,
    };
    Ok((order, price))
}

fn prompt(draft: &Draft, model: &Model) -> Result<(), Error> {
    let chars = draft.prompt.trim().chars().count();
    let (min, max) = (*model.prompt_chars.start(), *model.prompt_chars.end());
    if chars < min || chars > max {
        let message = format!("must be {min} to {max} characters long, got {chars}");
        return Err(Error::invalid(Field::Prompt, message));
    }
    if draft.prompt.contains('\0') {
        return Err(Error::invalid(Field::Prompt, "must not contain NUL characters"));
    }
    Ok(())
}

fn mode(draft: &Draft, model: &Model) -> Result<(), Error> {
    let Some(mode) = draft.mode else { return Ok(()) };
    let has = |role| draft.media.iter().find(|item| item.role == Some(role));
    let name = mode_name(mode, model.makes_stills());
    let unused = |item: &DraftMedia| {
        Err(Error::invalid(item.field.clone(), format!("is not used in {name} mode, leave it out")))
    };
    let needed = |field| Err(Error::invalid(field, format!("is required in {name} mode")));
    let frame = has(Role::FirstFrame).or_else(|| has(Role::LastFrame));
    match (mode, has(Role::FirstFrame), frame, has(Role::Reference)) {
        (Mode::Text, ..) => draft.media.first().map_or(Ok(()), unused),
        (Mode::Image, _, _, Some(item)) | (Mode::Media, _, Some(item), _) => unused(item),
        (Mode::Image, None, ..) => needed(Field::FirstFrame),
        (Mode::Media, .., None) => needed(Field::Media(None)),
        (Mode::Image | Mode::Media, ..) => Ok(()),
    }
}

/// A mode in the words of the APIs that have modes.
const fn mode_name(mode: Mode, stills: bool) -> &'static str {
    match (mode, stills) {
        (Mode::Text, false) => "text-to-video",
        (Mode::Text, true) => "text-to-image",
        (Mode::Image, false) => "image-to-video",
        (Mode::Media, false) => "media-to-video",
        (Mode::Image | Mode::Media, true) => "image-to-image",
    }
}

fn media(draft: &Draft, model: &Model, policy: Policy) -> Result<(), Error> {
    let count_max = model.media.count_max;
    if draft.media.len() > count_max {
        let message = format!("must have at most {count_max} entries, got {}", draft.media.len());
        let field = match draft.media.first() {
            // An API without a list has a name for each.
            Some(DraftMedia { field: field @ Field::Named(_), .. }) => field.clone(),
            _ => Field::Media(None),
        };
        return Err(Error::invalid(field, message));
    }
    for item in &draft.media {
        match &item.source {
            MediaSource::Url(url) => check_url(url, &item.field, policy.allow_http)?,
            MediaSource::Data(_) | MediaSource::Bytes(_) if policy.allow_data => {}
            // Whether there is one is known when it is looked up, as with an address.
            MediaSource::Asset(_) | MediaSource::Clip(_) | MediaSource::Kept(_) => {}
            MediaSource::Data(_) | MediaSource::Bytes(_) => {
                return Err(Error::invalid(item.field.clone(), "must be a public https URL"));
            }
        }
    }
    Ok(())
}

fn one_of<T: Copy + PartialEq + std::fmt::Display>(
    asked: Option<T>,
    default: T,
    allowed: &[T],
    field: Field,
) -> Result<T, Error> {
    let value = asked.unwrap_or(default);
    if allowed.contains(&value) {
        return Ok(value);
    }
    let names = allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Err(Error::invalid(field, format!("must be one of {names} for this model, got {value}")))
}

/// The length, and the longest there is where the choice was left to us.
fn duration(draft: &Draft, model: &Model) -> Result<(u32, Option<u32>), Error> {
    if model.makes_stills() {
        return match draft.duration_s {
            None | Some(0) => Ok((0, None)),
            Some(_) => Err(Error::invalid(Field::Duration, NO_TIME)),
        };
    }
    let asked = draft.duration_s.unwrap_or(i64::from(model.duration_default_s));
    if asked == length::AUTO && model.takes_auto {
        let chosen = length::choose(&draft.prompt, model).unwrap_or(model.duration_default_s);
        return Ok((chosen, model.durations_s.last().copied()));
    }
    let found = u32::try_from(asked).ok().filter(|s| model.durations_s.contains(s));
    found.map(|s| (s, None)).ok_or_else(|| {
        let allowed = seconds(&model.durations_s);
        let auto = if model.takes_auto { ", or left to the model" } else { "" };
        Error::invalid(Field::Duration, format!("must be {allowed} seconds{auto}, got {asked}"))
    })
}

/// `4 to 15` for a run of neighbours, `5, 10 or 15` otherwise.
fn seconds(durations_s: &[u32]) -> String {
    let (Some(first), Some(last)) = (durations_s.first(), durations_s.last()) else {
        return "nothing: this model makes no clips, not even of zero".to_owned();
    };
    let run = durations_s.windows(2).all(|pair| pair[1].checked_sub(pair[0]) == Some(1));
    match (run, durations_s) {
        (_, [only]) => only.to_string(),
        (true, _) => format!("{first} to {last}"),
        (false, [head @ .., _]) => {
            let head = head.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("{head} or {last}")
        }
        (false, []) => String::new(),
    }
}

fn channel(draft: &Draft, model: &Model) -> Result<(), Error> {
    if model.channels.contains(&draft.channel) {
        return Ok(());
    }
    let names = model.channels.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", ");
    Err(Error::invalid(Field::Channel, format!("must be one of {names} for this model")))
}

fn sound(draft: &Draft, model: &Model) -> Result<(), Error> {
    match draft.audio {
        Some(true) if model.makes_stills() => Err(Error::invalid(Field::Audio, NO_TIME)),
        _ => Ok(()),
    }
}

fn seed(draft: &Draft, model: &Model) -> Result<Option<u32>, Error> {
    let Some(asked) = draft.seed else { return Ok(None) };
    let refuse = |message: &str| Err(Error::invalid(Field::Seed, message));
    if !model.takes_seed {
        return refuse("is not supported by this model, leave it out");
    }
    if draft.channel == Channel::Real {
        return refuse("is not supported on the real channel, leave it out");
    }
    match (asked, u32::try_from(asked)) {
        (-1, _) => Ok(None),
        (_, Ok(seed)) => Ok(Some(seed)),
        _ => refuse("must be -1 (any) or 0 to 4294967295"),
    }
}

fn callback(draft: &Draft, policy: Policy) -> Result<(), Error> {
    match &draft.callback_url {
        Some(url) => check_url(url, &Field::Callback, policy.allow_http),
        None => Ok(()),
    }
}

fn price_cap(draft: &Draft, price: &Price) -> Result<(), Error> {
    match draft.credits_max {
        Some(cap) if price.credits > cap => {
            let message = format!("is {cap}, but this order costs {}", price.credits);
            Err(Error::invalid(Field::PriceCap, message))
        }
        _ => Ok(()),
    }
}

fn metadata(draft: &Draft) -> Result<(), Error> {
    match &draft.metadata {
        Some(text) if text.len() > METADATA_BYTES_MAX => {
            Err(Error::invalid(Field::Metadata, "must be at most 16384 bytes of JSON"))
        }
        _ => Ok(()),
    }
}
