//! Orders that begin with an earlier job: its order repeated with changes, or its clip as footage.

use super::actions::{self, job_of};
use super::auth::Caller;
use super::references::{self, Fetched};
use crate::app::App;
use reelgate_core::media::MediaSource;
use reelgate_core::{
    Draft, DraftMedia, Error, Field, JobId, Kind, Media, MediaKind, Role, Size, State,
};

/// Puts what an earlier order said where the draft says nothing; its references come along unless
/// the draft has its own.
///
/// # Errors
/// `NotFound` for a job that is not the caller's.
pub(super) async fn fill(app: &App, caller: Caller, draft: Draft) -> Result<Draft, Error> {
    let Some(from) = draft.from else { return Ok(draft) };
    let earlier = job_of(app, caller, from).await?;
    if draft.model.is_none() && !matches!(earlier.state, State::Succeeded { .. }) {
        return Err(Error::new(Kind::Conflict, "The earlier video is not done"));
    }
    let order = earlier.order;
    let kept = |media: Media| DraftMedia {
        role: Some(media.role),
        source: MediaSource::Kept(Box::new(media)),
        field: Field::Media(None),
    };
    let prompt = if draft.prompt.is_empty() { order.prompt } else { draft.prompt };
    let media = match draft.media.is_empty() {
        true => order.media.into_iter().map(kept).collect(),
        false => draft.media,
    };
    let model = if draft.model.is_none() { order.model } else { draft.model };
    let earlier_s = i64::from(order.duration_s);
    let duration_s = match (draft.duration_s, draft.extends) {
        (Some(more), true) => earlier_s.saturating_add(more),
        (asked, _) => asked.unwrap_or(earlier_s),
    };
    // A model that takes no seed was given one by us, and may not be asked for it again.
    let takes_seed = app.catalogue.find(&model).is_some_and(|model| model.takes_seed);
    Ok(Draft {
        model,
        prompt,
        media,
        ratio: draft.ratio.or(Some(order.ratio)),
        resolution: draft.resolution.or(Some(order.resolution)),
        duration_s: Some(duration_s),
        seed: draft.seed.or(takes_seed.then_some(i64::from(earlier.seed))),
        audio: draft.audio.or(Some(order.audio)),
        fixed_lens: draft.fixed_lens.or(Some(order.fixed_lens)),
        size: draft.size.or(order.size),
        from: None,
        extends: false,
        ..draft
    })
}

/// Gives an order that begins with a film in a form what it does not say: the film's shape, and how
/// long it is.
///
/// # Errors
/// `Invalid` for what is no film.
pub(super) async fn fit(app: &App, draft: Draft) -> Result<Draft, Error> {
    let Some(DraftMedia { source: MediaSource::Bytes(film), role: Some(Role::Reference), field }) =
        draft.media.first()
    else {
        return Ok(draft);
    };
    let model = actions::model_of(app, &draft)?;
    let seen = references::look_inside(app, MediaKind::Video, film, field).await?;
    if seen.frames == 0 {
        return Err(Error::invalid(field.clone(), "must be a video"));
    }
    let film_s = i64::try_from(seen.duration_ms.div_ceil(1000)).unwrap_or(i64::MAX);
    let duration_s = match (draft.duration_s, draft.extends) {
        (Some(more), true) => Some(film_s.saturating_add(more)),
        (None, _) => model.nearest_s(film_s),
        (asked, _) => asked,
    };
    let draft = Draft { duration_s, extends: false, ..draft };
    if draft.size.is_some() {
        return Ok(draft);
    }
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let film = Size { width: side(seen.width), height: side(seen.height) };
    let (resolution, ratio) = model.nearest_to(film);
    Ok(Draft { resolution: Some(resolution), ratio: Some(ratio), ..draft })
}

/// A reference of an earlier order, which has to be there still.
pub(super) async fn kept(app: &App, media: &Media, field: &Field) -> Result<Fetched, Error> {
    let gone = || Error::invalid(field.clone(), "was removed; send it again");
    app.media.touch(&media.stored, app.now()).await.map_err(|_| gone())?;
    Ok(Fetched { kind: media.kind, stored: media.stored.clone(), size: media.size })
}

/// The clip of an earlier job as a reference: a copy, which lives as long as references do.
pub(super) async fn clip(
    app: &App,
    caller: Caller,
    id: JobId,
    field: &Field,
) -> Result<Fetched, Error> {
    let job = job_of(app, caller, id).await?;
    let output = match &job.state {
        State::Succeeded { output, .. } if output.removed.is_none() => output,
        _ => return Err(Error::new(Kind::Conflict, "the video is not there, or not any more")),
    };
    let bytes = app.media.read(&output.video).await;
    let bytes = bytes.map_err(|_| Error::invalid(field.clone(), "was removed"))?;
    let judged = references::judge(app, &bytes, field).await?;
    references::keep(app, bytes, judged).await
}
