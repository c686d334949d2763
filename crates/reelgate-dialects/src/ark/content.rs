//! The `content` array: texts, pictures, videos, sounds, and a draft to be rendered in full.
//!
//! Source: contract 1.3.

use crate::ids;
use crate::json::{Fields, is_data_uri, source_of, string_of, unknown};
use reelgate_core::{DraftMedia, Error, Field, JobId, MediaKind, Role};
use serde_json::Value;

/// What a content array says.
#[derive(Default)]
pub(super) struct Content {
    /// The texts, each on its own line.
    pub(super) text: String,
    /// References in the order given, with their roles.
    pub(super) media: Vec<DraftMedia>,
    /// What each of them says it is.
    pub(super) kinds: Vec<MediaKind>,
    /// The draft that is to be rendered in full.
    pub(super) draft: Option<JobId>,
}

/// The array as the thing to blame.
pub(super) fn whole() -> Field {
    Field::Named("content".to_owned())
}

const TYPES: [&str; 5] = ["text", "image_url", "video_url", "audio_url", "draft_task"];

/// Reads the array's items.
pub(super) fn read(items: Vec<Value>) -> Result<Content, Error> {
    let count = items.len();
    let (mut texts, mut content) = (Vec::new(), Content::default());
    for (index, item) in items.into_iter().enumerate() {
        let at = |tail: &str| Field::Named(format!("content[{index}]{tail}"));
        let mut item = Fields::of_value(item, at(""))?;
        let kind = item.required("type", at(".type"))?;
        match kind.as_str() {
            "text" => texts.push(item.required("text", at(".text"))?),
            "image_url" => content.add(index, &mut item, MediaKind::Image)?,
            "video_url" => content.add(index, &mut item, MediaKind::Video)?,
            "audio_url" => content.add(index, &mut item, MediaKind::Audio)?,
            "draft_task" if count > 1 => {
                return Err(Error::invalid(at(""), "must be the only item of content"));
            }
            "draft_task" => {
                let field = at(".draft_task.id");
                let inner = item.take("draft_task").unwrap_or(Value::Null);
                let id = Fields::of_value(inner, at(".draft_task"))?.required("id", field)?;
                content.draft = Some(ids::read(&id).ok_or_else(Error::job_not_found)?);
            }
            other => return Err(unknown(at(".type"), &TYPES, other)),
        }
    }
    content.text = texts.join("\n");
    content.settle()?;
    Ok(content)
}

impl Content {
    fn add(&mut self, index: usize, item: &mut Fields, kind: MediaKind) -> Result<(), Error> {
        let key = match kind {
            MediaKind::Image => "image_url",
            MediaKind::Video => "video_url",
            MediaKind::Audio => "audio_url",
        };
        let at = |tail: &str| Field::Named(format!("content[{index}]{tail}"));
        let inner = item.take(key);
        let inner = inner.ok_or_else(|| Error::invalid(at(&format!(".{key}")), "is required"))?;
        let mut inner = Fields::of_value(inner, at(&format!(".{key}")))?;
        let field = at(&format!(".{key}.url"));
        let url = inner.take("url").ok_or_else(|| Error::invalid(field.clone(), "is required"))?;
        let url = string_of(url, field.clone())?;
        if kind == MediaKind::Video && is_data_uri(&url) {
            let message = "must be a public https URL or an upload, not a data: URI";
            return Err(Error::invalid(field, message));
        }
        let role = item.string("role", at(".role"))?;
        let role = role.map(|role| role_of(kind, &role, at(".role"))).transpose()?;
        // What is no picture has one role only.
        let role = role.or((kind != MediaKind::Image).then_some(Role::Reference));
        self.media.push(DraftMedia { source: source_of(url, field.clone())?, role, field });
        self.kinds.push(kind);
        Ok(())
    }

    /// Gives pictures without a role theirs, and refuses what cannot go together.
    fn settle(&mut self) -> Result<(), Error> {
        let silent = self.media.iter().filter(|item| item.role.is_none()).count();
        if silent > 0 && self.media.len() > 1 {
            let first = self.media.iter().position(|item| item.role.is_none()).unwrap_or(0);
            let field = Field::Named(format!("content[{first}].role"));
            let message = "is required where more than one reference comes along";
            return Err(Error::invalid(field, message));
        }
        for item in &mut self.media {
            item.role = item.role.or(Some(Role::FirstFrame));
        }
        let count = |role| self.media.iter().filter(|item| item.role == Some(role)).count();
        let (first, last, references) =
            (count(Role::FirstFrame), count(Role::LastFrame), count(Role::Reference));
        let refuse = |message: &str| Err(Error::invalid(whole(), message));
        if first + last > 0 && references > 0 {
            return refuse("must have either frames or references, not both");
        }
        if first > 1 || last > 1 || last > first {
            return refuse("must have one first_frame, and a last_frame only with it");
        }
        Ok(())
    }

    /// Whether the clip begins with a picture.
    pub(super) fn has_frames(&self) -> bool {
        self.media.iter().any(|item| item.role == Some(Role::FirstFrame))
    }
}

fn role_of(kind: MediaKind, role: &str, field: Field) -> Result<Role, Error> {
    match (kind, role) {
        (MediaKind::Image, "first_frame") => Ok(Role::FirstFrame),
        (MediaKind::Image, "last_frame") => Ok(Role::LastFrame),
        // One client writes the short form.
        (MediaKind::Image, "reference_image" | "reference")
        | (MediaKind::Video, "reference_video")
        | (MediaKind::Audio, "reference_audio") => Ok(Role::Reference),
        (MediaKind::Image, other) => {
            Err(unknown(field, &["first_frame", "last_frame", "reference_image"], other))
        }
        (MediaKind::Video, other) => Err(unknown(field, &["reference_video"], other)),
        (MediaKind::Audio, other) => Err(unknown(field, &["reference_audio"], other)),
    }
}
