//! The one pipeline that every request to every dialect goes through:
//! authenticate, limit, read, parse, do, render.

use super::actions::{Done, NATIVE, act, models, wait as wait_for};
use super::auth::{Caller, Known, authenticate};
use super::canonical;
use super::content;
use super::form;
use super::limit::admit;
use super::peer::{Peer, caller_address};
use super::people;
use super::polls::{Marked, Poll};
use super::reply::{REPLAYED, REQUEST_ID, mark, send, send_marked, tell_allowance};
use super::session;
use super::submit::Origin;
use super::uploads;
use super::wait::{self, PREFERENCE_APPLIED};
use super::watch::{self, Scope};
use crate::app::App;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use http::header::{ALLOW, AUTHORIZATION, HOST, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::limit::Allowance;
use reelgate_core::{Call, Error, Kind, OwnCall, Reply, Timestamp};
use reelgate_dialects::{Dialect, Operation, OwnOperation, Route, WireRequest};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Bodies must arrive within this time.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);
const HEX: &[u8; 16] = b"0123456789abcdef";
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
    let began = app.now();
    let mut allowance = None;
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let worked = work(&app, &dialect, route, &path, request, &mut allowance).await;
    let mut response = match worked {
        Ok(Worked::Stream(response)) => response,
        Ok(Worked::Marked(answer, waited_s)) => {
            let mut response = send_marked(answer, known.as_ref());
            tell_wait(&mut response, waited_s);
            response
        }
        Ok(Worked::Done(done)) => {
            let mut response = send(dialect.render(&done.reply));
            if done.replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            tell_wait(&mut response, done.waited_s);
            response
        }
        Err(error) => send(dialect.render_error(&error)),
    };
    if let Some(allowance) = allowance {
        tell_allowance(&mut response, allowance);
    }
    if let Some(name) = dialect.timing_header() {
        response.headers_mut().insert(name, app.now().since_ms(began).max(0).into());
    }
    let request_id = request_id(app.entropy.bits());
    let status = response.status().as_u16();
    tracing::debug!(?request_id, dialect = dialect.name(), path = route.path, status, "answered");
    response.headers_mut().insert(REQUEST_ID, request_id);
    response
}

/// Says that the caller's wish to wait was heard.
fn tell_wait(response: &mut Response<Body>, waited_s: Option<u32>) {
    if let Some(Ok(waited)) = waited_s.map(|s| HeaderValue::from_str(&format!("wait={s}"))) {
        response.headers_mut().insert(PREFERENCE_APPLIED, waited);
    }
}

/// `req-` and sixteen hex digits.
fn request_id(bits: u64) -> HeaderValue {
    let mut text = *b"req-0000000000000000";
    for (slot, byte) in text[4..].chunks_exact_mut(2).zip(bits.to_be_bytes()) {
        slot.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
    HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("req-"))
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

/// An answer before it is rendered, or after.
enum Worked {
    Done(Done),
    /// With the seconds that the caller asked to wait, where that was done.
    Marked(Marked, Option<u32>),
    /// Events, for as long as the caller listens.
    Stream(Response<Body>),
}

/// By key, or on our own API by a session where no key is sent.
async fn authenticate_any(app: &App, parts: &Parts, dialect: &str) -> Result<Known, Error> {
    let has_key = parts.headers.contains_key(AUTHORIZATION);
    match session::token(&parts.headers) {
        Some(token) if dialect == NATIVE && !has_key => {
            Box::pin(session::authenticate(app, parts, &token)).await
        }
        _ => authenticate(app, &parts.headers).await,
    }
}

async fn work(
    app: &Arc<App>,
    dialect: &Arc<dyn Dialect>,
    route: &'static Route,
    path: &PathParams,
    request: Request,
    allowance: &mut Option<Allowance>,
) -> Result<Worked, Error> {
    let (mut parts, body) = request.into_parts();
    let known = match route.public {
        true => None,
        false => Some(authenticate_any(app, &parts, dialect.name()).await?),
    };
    if let Some(known) = &known {
        // Before the request is counted: a stolen key must not use up its owner's requests.
        check_address(app, known, &parts)?;
        admit(app, known, dialect.name(), allowance).await?;
    }
    let caller = known.as_ref().map(|known| known.caller);
    let wait_s = wait::wanted_s(&parts.headers).filter(|_| dialect.name() == NATIVE);
    let poll = caller.filter(|_| route.operation == Operation::Get && wait_s.is_none());
    let poll = poll.zip(app.store.commits()).map(|(caller, commits)| (caller, commits, app.now()));
    if let Some(asked) = poll
        && let Some(answer) = app.polls.find(&poll_of(asked, &parts.uri, &parts.headers))
    {
        return Ok(Worked::Marked(answer, None));
    }
    let base_url = base_url(app, &parts.headers);
    let peer = parts.extensions.get::<Peer>().copied();
    let _room = match is_upload(route) {
        true => Some(app.uploading.try_acquire().map_err(|_| Error::busy(1))?),
        false => None,
    };
    let (wire, call) = read_call(app, dialect.as_ref(), route, path, (&mut parts, body)).await?;
    let Some(Known { caller, guard, person, .. }) = known else {
        return match call {
            Call::Models => Ok(Worked::Done(models(app, dialect.name()))),
            Call::People(call) => {
                let reply =
                    Box::pin(people::without_session(app, call, &wire.headers, peer)).await?;
                Ok(Worked::Done(Done::with(Reply::People(reply))))
            }
            _ => Err(Error::unauthorized()),
        };
    };
    if let Call::Content(id, content) = call {
        let sent = content::send(app, caller, (id, content), &parts.method, &wire.headers);
        return Box::pin(sent).await.map(Worked::Stream);
    }
    if let Some(scope) = scope(&call) {
        let stream = watch::open(app, dialect, caller, scope, &wire.headers, &base_url);
        return Box::pin(stream).await.map(Worked::Stream);
    }
    let idempotency = match may_repeat(&call) {
        true => idempotency(&wire, dialect.name(), route, caller)?,
        false => None,
    };
    let origin = Origin { caller, guard, person, dialect: dialect.name(), idempotency };
    let mut done = act(app, call, origin, &base_url).await?;
    if let Some(seconds) = wait_s {
        done = Box::pin(wait_for(app, done, caller, seconds, &base_url)).await?;
    }
    if route.operation != Operation::Get {
        return Ok(Worked::Done(done));
    }
    let answer = mark(dialect.render(&done.reply));
    if let Some(asked) = poll {
        app.polls.keep(&poll_of(asked, &parts.uri, &wire.headers), &answer);
    }
    Ok(Worked::Marked(answer, done.waited_s))
}

/// A request as its dialect sees it, and what it asks for.
async fn read_call(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    path: &PathParams,
    (parts, body): (&mut Parts, Body),
) -> Result<(WireRequest, Call), Error> {
    let is_upload = is_upload(route);
    // A parameter is always an id, and no id has bytes that are no text.
    let path = path.as_ref().map_err(|_| Error::job_not_found())?;
    let mut wire = WireRequest {
        path: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: query(&parts.uri),
        headers: std::mem::take(&mut parts.headers),
        body: read(body, body_bytes_max(app, dialect, is_upload)).await?,
        form: None,
    };
    if dialect.reads_forms() && form::is_form(&wire.headers) {
        wire.form = Some(Box::pin(form::parts(&mut wire)).await?);
    }
    let call = match is_upload {
        true => Call::Own(OwnCall::Upload(Box::pin(uploads::file_of(&mut wire)).await?)),
        false => dialect.parse(route.operation, &wire)?,
    };
    Ok((wire, call))
}

fn is_upload(route: &Route) -> bool {
    route.operation == Operation::Own(OwnOperation::Upload)
}

/// Whether a caller may send this again with a key that stands for the first time.
const fn may_repeat(call: &Call) -> bool {
    match call {
        Call::Submit(_) | Call::Rerun(_) => true,
        Call::Quote(_)
        | Call::Get(_)
        | Call::Cancel(_)
        | Call::Records(_)
        | Call::Remove(..)
        | Call::Content(..)
        | Call::Models
        | Call::Endpoint(_)
        | Call::Own(_)
        | Call::Owner(_)
        | Call::People(_) => false,
    }
}

/// What a call wants to follow.
const fn scope(call: &Call) -> Option<Scope> {
    match call {
        Call::Own(OwnCall::WatchJob(id)) => Some(Scope::Job(*id)),
        Call::Own(OwnCall::Watch) => Some(Scope::Account),
        _ => None,
    }
}

fn poll_of<'r>(
    (caller, commits, now): (Caller, u64, Timestamp),
    uri: &'r Uri,
    headers: &'r HeaderMap,
) -> Poll<'r> {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let host = headers.get(HOST).map_or(&b""[..], HeaderValue::as_bytes);
    Poll { caller, path, host, commits, now }
}

/// Refuses a key that may not be used from where this request comes from.
fn check_address(app: &App, known: &Known, parts: &Parts) -> Result<(), Error> {
    if known.guard.networks.is_empty() {
        return Ok(());
    }
    let peer = parts.extensions.get::<Peer>().copied();
    let address = caller_address(peer, &parts.headers, &app.config.limits.trusted_proxies);
    known.guard.check_address(address)
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
    let Some(text) = uri.query() else { return Vec::new() };
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
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
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
    caller: Caller,
) -> Result<Option<(IdempotencyKey, Fingerprint)>, Error> {
    let Some(value) = wire.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = IdempotencyKey::parse(value.to_str().unwrap_or(""))?;
    let key = if caller.test { key.for_test() } else { key };
    let mut hasher = Sha256::new();
    let named: Vec<_> = wire.path.iter().map(|(name, value)| format!("{name}={value}")).collect();
    hasher.update(format!("{dialect} {} {}\n", route.operation.name(), named.join("&")));
    match &wire.form {
        Some(parts) => form::fingerprint(parts, &mut hasher),
        None => match canonical::of(&wire.body) {
            Some(text) => hasher.update(text),
            None => hasher.update(&wire.body),
        },
    }
    Ok(Some((key, Fingerprint(hasher.finalize().into()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, C, D, E, F>(_: impl Fn(A, B, C, D, E) -> F) -> usize {
        size_of::<F>()
    }

    /// Each request's is made anew and copied several times on its way. What makes it larger is
    /// most likely a rare call whose future should be boxed.
    #[test]
    fn the_future_of_a_request_is_small() {
        let bytes = size_of_future(answer);
        assert!(bytes <= 8192, "{bytes} bytes");
    }
}
