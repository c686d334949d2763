//! Downloads: signed links to clips, for plain HTTP clients and browsers.

use super::reply::matches_etag;
use crate::app::App;
use axum::body::Body;
use axum::extract::{Path as Parts, Request, State};
use axum::response::IntoResponse;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

/// Serves a stored file whose link was signed here and has not expired: whole, in ranges, or only
/// its headers.
pub async fn download(
    State(app): State<Arc<App>>,
    Parts((ticket, name)): Parts<(String, String)>,
    request: Request,
) -> Response<Body> {
    if !app.media.accepts(&ticket, &name, app.now()) {
        let body = "this link is not valid or has expired; ask the API for a new one\n";
        return (StatusCode::FORBIDDEN, body).into_response();
    }
    serve(&app, &name, request).await
}

/// Answers a request for a stored file that its sender may have.
pub(super) async fn serve(app: &App, name: &str, mut request: Request) -> Response<Body> {
    // A stored name is never reused for other bytes, so the name itself is the version.
    let etag = format!("\"{}\"", name.replace('/', "."));
    if matches_etag(request.headers().get(IF_NONE_MATCH), &etag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        dress(response.headers_mut(), &etag);
        return response;
    }
    let Some(file) = app.media.file(name) else {
        let (method, headers) = (request.method(), request.headers());
        let mut response = super::pass_on::serve(app, name, method, headers, &etag).await;
        if response.status().is_success() {
            dress(response.headers_mut(), &etag);
        }
        return response;
    };
    if !range_applies(request.headers(), &etag, &file).await {
        request.headers_mut().remove(RANGE);
    }
    let served = ServeFile::new(file).oneshot(request).await;
    let mut response = match served {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    if response.status() == StatusCode::NOT_FOUND {
        return (StatusCode::GONE, "this file was removed\n").into_response();
    }
    dress(response.headers_mut(), &etag);
    if response.status().is_success() {
        let kind = HeaderValue::from_static(content_type(name));
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

/// What a stored file is, by the ending that it was given here.
pub(super) fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("mp4") => "video/mp4",
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        _ => "application/octet-stream",
    }
}

/// Whether a range is one that can be served. Any other is ignored, as RFC 9110 (13.1.5, 14.2) asks
/// or allows, where the library would refuse it: another unit, several parts, more of the end than
/// there is, or a part of another version.
async fn range_applies(headers: &HeaderMap, etag: &str, file: &Path) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(set) = text(RANGE).and_then(|range| range.strip_prefix("bytes=")) else {
        return false;
    };
    if set.contains(',') || text(IF_RANGE).is_some_and(|version| version != etag) {
        return false;
    }
    match set.strip_prefix('-').and_then(|suffix| suffix.trim().parse::<u64>().ok()) {
        Some(suffix) => tokio::fs::metadata(file).await.is_ok_and(|file| suffix <= file.len()),
        None => true,
    }
}

fn dress(headers: &mut HeaderMap, etag: &str) {
    if let Ok(value) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, value);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600, immutable"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
