//! A body as fields, whether it came as JSON or as a form.
//!
//! The official clients send every order as a form, with brackets for what lies inside something:
//! `input_reference[image_url]` is the `image_url` of `input_reference`.

use crate::json::Fields;
use crate::wire::{FormPart, WireRequest};
use reelgate_core::{Error, Field};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What a body says.
pub(super) struct Form<'r> {
    /// Fields that are no files; those of a form are texts.
    pub(super) fields: Fields,
    files: Vec<&'r FormPart>,
}

impl<'r> Form<'r> {
    /// The body of a request.
    ///
    /// # Errors
    /// As [`Fields::of_body`], and `Invalid` for a part that is no text.
    pub(super) fn of(request: &'r WireRequest) -> Result<Self, Error> {
        let Some(parts) = &request.form else {
            return Ok(Self { fields: Fields::of_body(request)?, files: Vec::new() });
        };
        let (files, texts): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.is_file);
        let mut fields = Map::new();
        for part in texts {
            let (name, inner) = inside(&part.name);
            let Ok(text) = std::str::from_utf8(&part.content) else {
                return Err(Error::invalid(Field::Named(part.name.clone()), "must be UTF-8 text"));
            };
            let value = Value::from(text);
            match (inner, fields.get_mut(name)) {
                (Some(inner), Some(Value::Object(known))) => {
                    known.insert(inner.to_owned(), value);
                }
                (Some(inner), _) => {
                    let known = Map::from_iter([(inner.to_owned(), value)]);
                    fields.insert(name.to_owned(), Value::Object(known));
                }
                (None, _) => {
                    fields.insert(name.to_owned(), value);
                }
            }
        }
        let fields = Fields::of_value(Value::Object(fields), Field::Body)?;
        Ok(Self { fields, files })
    }

    /// A file of the form.
    ///
    /// # Errors
    /// `Invalid` for one without content.
    pub(super) fn file(&self, name: &str) -> Result<Option<Arc<[u8]>>, Error> {
        match self.files.iter().find(|part| part.name == name) {
            None => Ok(None),
            Some(part) if part.content.is_empty() => {
                Err(Error::invalid(Field::Named(name.to_owned()), "must not be empty"))
            }
            Some(part) => Ok(Some(Arc::clone(&part.content))),
        }
    }
}

/// `a[b]` as `a` and `b`.
fn inside(name: &str) -> (&str, Option<&str>) {
    match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((outer, inner)) => (outer, Some(inner)),
        None => (name, None),
    }
}
