//! Files of a bucket: passed on as they arrive, in ranges, or their caller sent there.

use crate::app::App;
use crate::media::{MediaError, Part};
use axum::body::Body;
use axum::response::IntoResponse as _;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, IF_RANGE, LOCATION,
    RANGE,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use object_store::GetRange;

/// How long an address of the bucket itself works.
const ELSEWHERE_S: u64 = 3600;

/// Answers a request for a file whose link was accepted.
pub(super) async fn serve(
    app: &App,
    name: &str,
    method: &Method,
    headers: &HeaderMap,
    etag: &str,
) -> Response<Body> {
    match app.media.elsewhere(name, ELSEWHERE_S).await {
        Ok(None) => {}
        Ok(Some(address)) => return send_to(&address),
        Err(error) => return failed(name, &error),
    }
    let answered = match (method, asked(headers, etag)) {
        (&Method::HEAD, _) => app.media.size(name).await.map(|size| head(name, size)),
        (_, None) => app.media.part(name, None).await.map(|part| whole(name, part)),
        (_, Some(range)) => partly(app, name, range).await,
    };
    answered.unwrap_or_else(|error| failed(name, &error))
}

fn send_to(address: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(LOCATION, address);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn failed(name: &str, error: &MediaError) -> Response<Body> {
    if error.is_gone() {
        return (StatusCode::GONE, "this file was removed\n").into_response();
    }
    tracing::error!(name, %error, "a file could not be read from the bucket");
    (StatusCode::SERVICE_UNAVAILABLE, "the storage does not answer, try again\n").into_response()
}

/// The one range that is asked for; several, or a part of another version, are none.
fn asked(headers: &HeaderMap, etag: &str) -> Option<GetRange> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(IF_RANGE).is_some_and(|version| version != etag) {
        return None;
    }
    let (first, last) = text(RANGE)?.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => {
            Some(GetRange::Bounded(first..last.saturating_add(1)))
        }
        (Some(first), None) if last.trim().is_empty() => Some(GetRange::Offset(first)),
        (None, Some(count)) if first.trim().is_empty() => Some(GetRange::Suffix(count)),
        _ => None,
    }
}

async fn partly(app: &App, name: &str, range: GetRange) -> Result<Response<Body>, MediaError> {
    let got = match app.media.part(name, Some(range.clone())).await {
        Err(error) if !error.is_gone() => {
            // Buckets say in many ways that a range lies outside.
            let size = app.media.size(name).await?;
            let outside = match range {
                GetRange::Bounded(range) => range.start >= size,
                GetRange::Offset(first) => first >= size,
                GetRange::Suffix(count) => count == 0,
            };
            return if outside { Ok(unsatisfiable(size)) } else { Err(error) };
        }
        got => got?,
    };
    let content_range = format!("bytes {}-{}/{}", got.range.start, got.range.end - 1, got.size);
    let mut response = whole(name, got);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    if let Ok(value) = HeaderValue::from_str(&content_range) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    Ok(response)
}

fn unsatisfiable(size: u64) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

fn head(name: &str, size: u64) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let kind = super::files::content_type(name);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
    response.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

fn whole(name: &str, part: Part) -> Response<Body> {
    let mut response = head(name, part.range.end - part.range.start);
    *response.body_mut() = Body::from_stream(part.body);
    response
}
