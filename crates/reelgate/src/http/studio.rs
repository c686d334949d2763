//! The studio: the pages for people, out of `web/`, which is embedded in the binary.
//!
//! There is no build step. Files are ES modules that import each other by relative paths, so all of
//! them lie under one folder whose name is a digest of their contents: a browser keeps each for
//! ever, and a new version is a new folder. The page itself is asked for every time and names the
//! folder. What the pages show and do is the native API's matter, not this file's.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing::get};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{LazyLock, OnceLock};

/// Stands for the folder of this version in the page.
const FOLDER: &str = "{{folder}}";
/// Only what comes from this server runs, and nothing that was written into a page. Pictures and
/// films may also come from where the operator keeps them.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' https: data: blob:; media-src 'self' https: blob:; connect-src 'self'; \
    manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";
const ALWAYS: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NEVER: HeaderValue = HeaderValue::from_static("no-cache");
/// Where the one page is served; what it shows there is for its script to say.
const PLACES: [&str; 11] = [
    "/",
    "/sign-in",
    "/create",
    "/storyboard",
    "/watch",
    "/watch/{*rest}",
    "/gallery",
    "/pricing",
    "/account",
    "/account/{*rest}",
    "/docs",
];

#[derive(Embed)]
#[folder = "web/"]
struct Files;

/// A file, and the same in fewer bytes once somebody has asked for that.
struct File {
    bytes: Bytes,
    packed: OnceLock<Bytes>,
    content_type: &'static str,
}

/// Everything of this version.
struct Bundle {
    digest: String,
    files: BTreeMap<String, File>,
    page: File,
}

static BUNDLE: LazyLock<Bundle> = LazyLock::new(Bundle::read);

/// The routes of the pages and of what they consist of.
pub(super) fn routes() -> Router {
    let places = PLACES.iter().fold(Router::new(), |router, place| router.route(place, get(page)));
    places.route("/studio/{digest}/{*name}", get(file)).route("/favicon.ico", get(icon))
}

/// The page.
pub(super) async fn page(headers: HeaderMap) -> Response {
    let mut response = BUNDLE.page.answer(&headers, NEVER);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

async fn icon(headers: HeaderMap) -> Response {
    match BUNDLE.files.get("icon.svg") {
        Some(file) => file.answer(&headers, HeaderValue::from_static("public, max-age=86400")),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A file of this version. Those of another are gone: a page that was left open while the server
/// was replaced is told so, and loads itself again.
async fn file(Path((digest, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    match BUNDLE.files.get(&name).filter(|_| digest == BUNDLE.digest) {
        Some(file) => file.answer(&headers, ALWAYS),
        None => {
            let message = format!("this version has no file {name}\n");
            (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], message).into_response()
        }
    }
}

impl Bundle {
    fn read() -> Self {
        let mut names: Vec<_> = Files::iter().filter(|name| content_type(name).is_some()).collect();
        names.sort();
        let mut hasher = Sha256::new();
        let mut files = BTreeMap::new();
        for name in names {
            let Some((found, content_type)) = Files::get(&name).zip(content_type(&name)) else {
                continue;
            };
            let bytes = match found.data {
                std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
            };
            hasher.update(format!("{name} {}\n", bytes.len()));
            hasher.update(&bytes);
            files.insert(name.into_owned(), File::new(bytes, content_type));
        }
        let digest = hasher.finalize()[..8].iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let page = files.remove("index.html").map(|page| page.bytes).unwrap_or_default();
        let folder = format!("/studio/{digest}");
        let page = String::from_utf8_lossy(&page).replace(FOLDER, &folder);
        Self { digest, files, page: File::new(page.into(), "text/html; charset=utf-8") }
    }
}

impl File {
    fn new(bytes: Bytes, content_type: &'static str) -> Self {
        Self { bytes, packed: OnceLock::new(), content_type }
    }

    fn answer(&self, asked: &HeaderMap, kept: HeaderValue) -> Response {
        let packed = takes_gzip(asked).then(|| self.packed());
        let is_packed = packed.is_some();
        let mut response = Response::new(Body::from(packed.unwrap_or(&self.bytes).clone()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, kept);
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if is_packed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    fn packed(&self) -> &Bytes {
        self.packed.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            match encoder.write_all(&self.bytes).and_then(|()| encoder.finish()) {
                Ok(packed) => packed.into(),
                Err(never) => unreachable!("writing to memory does not fail: {never}"),
            }
        })
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    accepted.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !weight.trim().ends_with("q=0")
    })
}

/// What is served, by the ends of names; notes and types beside the sources are not.
fn content_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "html" => Some("text/html; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "json" | "webmanifest" => Some("application/manifest+json"),
        _ => None,
    }
}
