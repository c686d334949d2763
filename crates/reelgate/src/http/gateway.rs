//! The one pipeline that every request to every dialect goes through:
//! authenticate, limit, read, parse, do, render.

use super::actions::{Done, NATIVE, act, models, wait as wait_for};
use super::auth::authenticate;
use super::reply::{REPLAYED, REQUEST_ID, send, send_marked, tell_allowance};
use super::submit::Origin;
use super::uploads;
use super::wait::{self, PREFERENCE_APPLIED};
use super::watch::{self, Scope};
use crate::app::App;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use http::header::{ALLOW, HOST, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Response, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::limit::Allowance;
use reelgate_core::{Call, Error, Kind, OwnCall};
use reelgate_dialects::{Dialect, Operation, OwnOperation, Route, WireRequest};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Bodies must arrive within this time.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A path's parameters, unless they are no text.
pub(super) type PathParams = Result<RawPathParams, RawPathParamsRejection>;

/// Answers a request to one of a dialect's routes.
pub(super) async fn answer(
    app: Arc<App>,
    dialect: Arc<dyn Dialect>,
    route: &'static Route,
    path: PathParams,
    request: Request,
) -> Response<Body> {
    let request_id = format!("req-{:016x}", app.entropy.bits());
    let mut allowance = None;
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let worked = work(&app, &dialect, route, &path, request, &mut allowance).await;
    let mut response = match worked {
        Ok(Answer::Stream(response)) => response,
        Ok(Answer::Done(done)) => {
            let wire = dialect.render(&done.reply);
            let mut response = match route.operation {
                Operation::Get => send_marked(wire, known.as_ref()),
                _ => send(wire),
            };
            dress(&mut response, &done);
            response
        }
        Err(error) => send(dialect.render_error(&error)),
    };
    if let Some(allowance) = allowance {
        tell_allowance(&mut response, allowance);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    tracing::debug!(request_id, dialect = dialect.name(), path = route.path, status, "answered");
    response
}

/// What a request gets.
enum Answer {
    /// Something that the dialect writes.
    Done(Done),
    /// Events, for as long as the caller listens.
    Stream(Response<Body>),
}

/// Says how the answer came about.
fn dress(response: &mut Response<Body>, done: &Done) {
    let headers = response.headers_mut();
    if done.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let Some(Ok(waited)) = done.waited_s.map(|s| HeaderValue::from_str(&format!("wait={s}"))) {
        headers.insert(PREFERENCE_APPLIED, waited);
    }
}

/// Answers a request whose path exists with other methods only.
pub fn wrong_method(dialect: &dyn Dialect, allowed: &str) -> Response<Body> {
    let message = format!("this address answers {allowed} only");
    let error = Error::new(Kind::MethodNotAllowed, message);
    let mut response = send(dialect.render_error(&error));
    if let Ok(value) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

async fn work(
    app: &Arc<App>,
    dialect: &Arc<dyn Dialect>,
    route: &'static Route,
    path: &PathParams,
    request: Request,
    allowance: &mut Option<Allowance>,
) -> Result<Answer, Error> {
    let (parts, body) = request.into_parts();
    let caller = match route.public {
        true => None,
        false => Some(authenticate(app, &parts.headers).await?),
    };
    if let (Some(caller), Some(rule)) = (caller, app.config.rate(dialect.name())) {
        *allowance = Some(app.limiter.admit(caller.account, dialect.name(), rule, app.now())?);
    }
    let base_url = base_url(app, &parts.headers);
    // A parameter is always an id, and no id has bytes that are no text.
    let path = path.as_ref().map_err(|_| Error::job_not_found())?;
    let is_upload = route.operation == Operation::Own(OwnOperation::Upload);
    let _room = match is_upload {
        true => Some(app.uploading.try_acquire().map_err(|_| Error::busy(1))?),
        false => None,
    };
    let mut wire = WireRequest {
        path: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: query(&parts.uri),
        headers: parts.headers,
        body: read(body, body_bytes_max(app, dialect.as_ref(), is_upload)).await?,
    };
    let call = match is_upload {
        true => Call::Own(OwnCall::Upload(uploads::file_of(&mut wire).await?)),
        false => dialect.parse(route.operation, &wire)?,
    };
    let Some(caller) = caller else {
        return match call {
            Call::Models => Ok(Answer::Done(models(app, dialect.name()))),
            _ => Err(Error::unauthorized()),
        };
    };
    let scope = match call {
        Call::Own(OwnCall::WatchJob(id)) => Scope::Job(id),
        Call::Own(OwnCall::Watch) => Scope::Account,
        call => {
            let name = dialect.name();
            let idempotency = match call {
                Call::Submit(_) | Call::Rerun(_) => idempotency(&wire, name, route)?,
                Call::Quote(_) | Call::Get(_) | Call::Cancel(_) | Call::Models | Call::Own(_) => {
                    None
                }
            };
            let origin = Origin { caller, dialect: name, idempotency };
            let done = act(app, call, origin, &base_url).await?;
            return match wait::wanted_s(&wire.headers).filter(|_| name == NATIVE) {
                Some(seconds) => wait_for(app, done, caller, seconds, &base_url).await,
                None => Ok(done),
            }
            .map(Answer::Done);
        }
    };
    watch::open(app, dialect, caller, scope, &wire.headers, &base_url).await.map(Answer::Stream)
}

/// How this request's caller reaches the server.
pub(super) fn base_url(app: &App, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let plain = |host: &&str| {
        !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b))
    };
    match (&app.config.public_url, host.filter(plain)) {
        (None, Some(host)) => format!("http://{host}"),
        _ => app.public_url(),
    }
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    let text = uri.query().unwrap_or("");
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The server's own limit, or a larger one of this API; of a form, what its file may have.
fn body_bytes_max(app: &App, dialect: &dyn Dialect, is_upload: bool) -> usize {
    if is_upload {
        return app.config.outbound.reference_bytes_max.saturating_add(uploads::FORM_BYTES_MAX);
    }
    let own = dialect.body_bytes_max().unwrap_or(0);
    app.config.limits.body_bytes_max.max(own)
}

async fn read(body: Body, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let collected = Limited::new(body, bytes_max).collect();
    match tokio::time::timeout(BODY_TIMEOUT, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes().to_vec()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("the request body must be at most {bytes_max} bytes");
            Err(Error::new(Kind::TooLarge, message))
        }
        Ok(Err(_)) | Err(_) => Err(Error::new(Kind::Invalid, "the request body did not arrive")),
    }
}

/// The caller's key against doing it twice, with the fingerprint of what it covers: the dialect,
/// the operation, what the path names, and the body as JSON with sorted keys, so that spacing and
/// key order do not count.
fn idempotency(
    wire: &WireRequest,
    dialect: &str,
    route: &Route,
) -> Result<Option<(IdempotencyKey, Fingerprint)>, Error> {
    let Some(value) = wire.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = IdempotencyKey::parse(value.to_str().unwrap_or(""))?;
    let mut hasher = Sha256::new();
    let named: Vec<_> = wire.path.iter().map(|(name, value)| format!("{name}={value}")).collect();
    hasher.update(format!("{dialect} {} {}\n", route.operation.name(), named.join("&")));
    match serde_json::from_slice::<serde_json::Value>(&wire.body) {
        Ok(value) => hasher.update(sorted(value).to_string()),
        Err(_) => hasher.update(&wire.body),
    }
    Ok(Some((key, Fingerprint(hasher.finalize().into()))))
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.into_iter().collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(pairs.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain => plain,
    }
}
