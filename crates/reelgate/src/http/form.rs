//! Forms (`multipart/form-data`): taken apart before a dialect reads them.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use multer::Multipart;
use reelgate_core::{Error, Field, Kind};
use reelgate_dialects::{FormPart, WireRequest};
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;

/// Parts that the form of an order may have.
const PARTS_MAX: usize = 64;
/// Bytes of a part's name.
const NAME_BYTES_MAX: usize = 200;

/// Whether a body is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let essence = content_type(headers).split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("multipart/form-data")
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).map(HeaderValue::to_str).and_then(Result::ok).unwrap_or("")
}

/// Begins to read the form that a request's body is.
///
/// # Errors
/// `UnsupportedMediaType` for another content type.
pub(super) fn open(request: &mut WireRequest) -> Result<Multipart<'static>, Error> {
    let boundary = multer::parse_boundary(content_type(&request.headers)).map_err(|_| {
        let message = "Content-Type must be multipart/form-data with a boundary";
        Error::new(Kind::UnsupportedMediaType, message)
    })?;
    let body = std::mem::take(&mut request.body);
    let whole = futures_util::stream::iter([Ok::<Bytes, Infallible>(Bytes::from(body))]);
    Ok(Multipart::new(whole, boundary))
}

/// What a form is refused with that cannot be read.
pub(super) fn broken(error: &multer::Error) -> Error {
    Error::invalid(Field::Body, format!("is not a readable form: {error}"))
}

/// Takes a form apart.
///
/// # Errors
/// As [`open`], and `Invalid` for a form that cannot be read or has too many parts.
pub(super) async fn parts(request: &mut WireRequest) -> Result<Vec<FormPart>, Error> {
    let mut form = open(request)?;
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or("").to_owned();
        if parts.len() == PARTS_MAX || name.len() > NAME_BYTES_MAX {
            let message = format!(
                "must have at most {PARTS_MAX} parts with names of at most {NAME_BYTES_MAX} bytes"
            );
            return Err(Error::invalid(Field::Body, message));
        }
        let is_file = part.file_name().is_some();
        let content = part.bytes().await.map_err(|error| broken(&error))?;
        parts.push(FormPart { name, is_file, content: content.as_ref().into() });
    }
    Ok(parts)
}

/// Adds what a form says, however it was divided, to a request's fingerprint.
pub(super) fn fingerprint(parts: &[FormPart], hasher: &mut Sha256) {
    for part in parts {
        let FormPart { name, is_file, content } = part;
        hasher.update(format!("{} {name} {is_file} {} ", name.len(), content.len()));
        hasher.update(content);
    }
}
