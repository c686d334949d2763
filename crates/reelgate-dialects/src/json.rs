//! Reads typed fields out of a JSON body, and says in one sentence what is wrong with one.
//!
//! Deserialising into a struct would give up at a byte position with the parser's words. Here each
//! field is taken by hand, so the refusal names the field and what is allowed. A field that is
//! `null` counts as left out.

use crate::ids::{self, ASSET_SCHEME};
use crate::wire::WireRequest;
use http::header::CONTENT_TYPE;
use reelgate_core::{Error, Field, Kind, MediaSource};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Characters of a caller's own text that a message repeats.
const ECHO_CHARS_MAX: usize = 40;
/// Whole numbers up to here are exact when a JSON number has a decimal point or an exponent.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The fields of a JSON object that have not been read yet, in the order given. There are few, so a
/// look through all of them costs less than a map of them; of a name that stands twice the last
/// counts.
pub(crate) struct Fields(Vec<(String, Value)>);

/// How an API lets its callers write a whole number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    /// As a number; `5.0` counts.
    Number,
    /// As a number, or as its digits in a string.
    NumberOrText,
}

impl Fields {
    /// The fields of a request's body.
    ///
    /// # Errors
    /// `UnsupportedMediaType` for a declared type other than JSON, `Invalid` for text that is no
    /// JSON object.
    pub(crate) fn of_body(request: &WireRequest) -> Result<Self, Error> {
        check_content_type(request)?;
        if request.body.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::invalid(Field::Body, "must be a JSON object, but is empty"));
        }
        let invalid = |error| Error::invalid(Field::Body, format!("is not valid JSON: {error}"));
        if request.body.trim_ascii_start().starts_with(b"{") {
            return serde_json::from_slice(&request.body).map_err(invalid);
        }
        let value: Value = serde_json::from_slice(&request.body).map_err(invalid)?;
        Self::of_value(value, Field::Body)
    }

    /// The fields of an object inside a body.
    pub(crate) fn of_value(value: Value, field: Field) -> Result<Self, Error> {
        match value {
            Value::Object(map) => Ok(Self(map.into_iter().collect())),
            other => Err(wrong(field, "an object", &other)),
        }
    }

    /// Refuses the first field whose name is not in `known`; `path` is where the object lies, with
    /// a dot at its end, and empty for the body itself.
    pub(crate) fn only(&self, known: &[&str], path: &str) -> Result<(), Error> {
        match self.0.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => {
                let field = Field::Named(format!("{path}{}", shorten(key)));
                Err(Error::invalid(field, "is not a supported field"))
            }
            None => Ok(()),
        }
    }

    /// The value of a field, unless it was left out.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        let mut last = None;
        self.0.retain_mut(|(name, value)| {
            let found = name == key;
            if found {
                last = Some(value.take());
            }
            !found
        });
        last.filter(|value| !value.is_null())
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Whether a field is there and null, where that means something else than leaving it out.
    pub(crate) fn is_null(&self, key: &str) -> bool {
        self.get(key).is_some_and(Value::is_null)
    }

    /// Whether a field is exactly this text.
    pub(crate) fn is_text(&self, key: &str, text: &str) -> bool {
        self.get(key).and_then(Value::as_str) == Some(text)
    }

    /// A text.
    pub(crate) fn string(&mut self, key: &str, field: Field) -> Result<Option<String>, Error> {
        self.take(key).map(|value| string_of(value, field)).transpose()
    }

    /// A text that has to be there.
    pub(crate) fn required(&mut self, key: &str, field: Field) -> Result<String, Error> {
        self.string(key, field.clone())?.ok_or_else(|| Error::invalid(field, "is required"))
    }

    /// A whole number.
    pub(crate) fn integer(
        &mut self,
        key: &str,
        field: Field,
        digits: Digits,
    ) -> Result<Option<i64>, Error> {
        self.take(key).map(|value| integer_of(&value, field, digits)).transpose()
    }

    /// Yes or no.
    pub(crate) fn boolean(&mut self, key: &str, field: Field) -> Result<Option<bool>, Error> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Bool(answer)) => Ok(Some(answer)),
            Some(other) => Err(wrong(field, "true or false", &other)),
        }
    }

    /// A list; nothing when it was left out.
    pub(crate) fn array(&mut self, key: &str, field: Field) -> Result<Option<Vec<Value>>, Error> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Array(values)) => Ok(Some(values)),
            Some(other) => Err(wrong(field, "an array", &other)),
        }
    }

    /// An object, as compact JSON text.
    pub(crate) fn object_text(&mut self, key: &str, field: Field) -> Result<Option<String>, Error> {
        match self.take(key) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value.to_string())),
            Some(other) => Err(wrong(field, "an object", &other)),
        }
    }

    /// One of a set of names.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &str,
        field: Field,
        allowed: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.string(key, field.clone())? else { return Ok(None) };
        let found = allowed.iter().copied().find(|value| name(*value) == text);
        let names = allowed.iter().map(|value| name(*value)).collect::<Vec<_>>();
        found.map(Some).ok_or_else(|| unknown(field, &names, &text))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            fields.push(pair);
        }
        Ok(Fields(fields))
    }
}

/// A text inside a list.
pub(crate) fn string_of(value: Value, field: Field) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong(field, "a string", &other)),
    }
}

/// An address where only addresses are taken: of the web, or `asset://` and an upload's id.
pub(crate) fn url_of(text: String, field: Field) -> Result<MediaSource, Error> {
    if is_data_uri(&text) {
        return Err(Error::invalid(field, "must be a public https URL, not a data: URI"));
    }
    source_of(text, field)
}

/// An address, or the bytes themselves.
pub(crate) fn source_of(text: String, field: Field) -> Result<MediaSource, Error> {
    if is_data_uri(&text) {
        return Ok(MediaSource::Data(text));
    }
    let is_asset = text.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("asset:"));
    if !is_asset {
        return Ok(MediaSource::Url(text));
    }
    let id = text.get(8..).filter(|_| text.starts_with(ASSET_SCHEME)).and_then(ids::read_asset);
    id.map(MediaSource::Asset).ok_or_else(|| {
        let message = "must be a public https URL, or asset:// and the id of an upload";
        Error::invalid(field, message)
    })
}

/// Whether the bytes themselves come along.
pub(crate) fn is_data_uri(text: &str) -> bool {
    text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// Names that a refusal tells: enough for every list but that of all models.
const NAMES_SHOWN: usize = 12;

/// The refusal of a name that is not in a list.
pub(crate) fn unknown(field: Field, allowed: &[impl AsRef<str>], got: &str) -> Error {
    let shown = allowed.iter().take(NAMES_SHOWN).map(AsRef::as_ref).collect::<Vec<_>>();
    let mut names = shown.join(", ");
    if allowed.len() > NAMES_SHOWN {
        names = format!("{names} and {} more", allowed.len() - NAMES_SHOWN);
    }
    let one_of = if allowed.len() == 1 { "" } else { "one of " };
    Error::invalid(field, format!("must be {one_of}{names}, got \"{}\"", shorten(got)))
}

fn check_content_type(request: &WireRequest) -> Result<(), Error> {
    let Some(value) = request.headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = value.to_str().unwrap_or("").split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = "Content-Type must be application/json";
    Err(Error::new(Kind::UnsupportedMediaType, message))
}

fn integer_of(value: &Value, field: Field, digits: Digits) -> Result<i64, Error> {
    let found = match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(exact)),
        Value::String(text) if digits == Digits::NumberOrText => plain_digits(text),
        _ => None,
    };
    let allowed = match digits {
        Digits::Number => "an integer",
        Digits::NumberOrText => "an integer, as a number or as digits in a string",
    };
    found.ok_or_else(|| match value {
        Value::Number(number) => Error::invalid(field, format!("must be {allowed}, got {number}")),
        Value::String(text) if digits == Digits::NumberOrText => {
            Error::invalid(field, format!("must be {allowed}, got \"{}\"", shorten(text)))
        }
        other => wrong(field, allowed, other),
    })
}

/// `5.0` is the integer 5; `5.5` and numbers too large to be exact are none.
fn exact(number: f64) -> Option<i64> {
    let whole = number.fract() == 0.0 && number.abs() < EXACT_MAX;
    // In range by the check above, so nothing is cut off.
    whole.then_some(number as i64)
}

fn plain_digits(text: &str) -> Option<i64> {
    // The standard parser would also take a plus sign.
    if text.starts_with('+') { None } else { text.parse().ok() }
}

fn wrong(field: Field, expected: &str, got: &Value) -> Error {
    let got = match got {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Error::invalid(field, format!("must be {expected}, got {got}"))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(ECHO_CHARS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
