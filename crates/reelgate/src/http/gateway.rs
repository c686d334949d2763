//! The one pipeline that every request to every dialect goes through:
//! authenticate, limit, read, parse, do, render.

use super::auth::{Caller, authenticate};
use super::reply::{REPLAYED, REQUEST_ID, send, store_error, tell_allowance};
use super::submit::{Incoming, submit};
use crate::app::App;
use crate::fault::{self, Point};
use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use http::header::{ALLOW, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Response, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use reelgate_core::id::DeliveryId;
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::job::Refusal;
use reelgate_core::limit::Allowance;
use reelgate_core::{Call, Error, Job, JobId, JobView, Kind, Links, Reply, State};
use reelgate_dialects::{Dialect, Operation, Route, WireRequest};
use reelgate_store::Submitted;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Bodies must arrive within this time.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);
/// Our own API sells what every other one does.
const NATIVE: &str = "native";
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Answers a request to one of a dialect's routes.
pub async fn answer(
    app: Arc<App>,
    dialect: Arc<dyn Dialect>,
    route: &'static Route,
    path: RawPathParams,
    request: Request,
) -> Response<Body> {
    let request_id = format!("req-{:016x}", app.entropy.bits());
    let mut allowance = None;
    let worked = work(&app, &dialect, route, &path, request, &mut allowance).await;
    let mut response = match &worked {
        Ok(done) => {
            let mut response = send(dialect.render(&done.reply));
            if done.replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            response
        }
        Err(error) => send(dialect.render_error(error)),
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

struct Done {
    reply: Reply,
    replayed: bool,
}

async fn work(
    app: &Arc<App>,
    dialect: &Arc<dyn Dialect>,
    route: &'static Route,
    path: &RawPathParams,
    request: Request,
    allowance: &mut Option<Allowance>,
) -> Result<Done, Error> {
    let (parts, body) = request.into_parts();
    let caller = match route.public {
        true => None,
        false => Some(authenticate(app, &parts.headers).await?),
    };
    if let (Some(caller), Some(rule)) = (caller, app.config.rate(dialect.name())) {
        *allowance = Some(app.limiter.admit(caller.account, dialect.name(), rule, app.now())?);
    }
    let base_url = base_url(app, &parts.headers);
    let wire = WireRequest {
        path: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: query(&parts.uri),
        headers: parts.headers,
        body: read(body, body_bytes_max(app, dialect.as_ref())).await?,
    };
    let call = dialect.parse(route.operation, &wire)?;
    match (call, caller) {
        (Call::Models, _) => {
            let models = match dialect.name() {
                NATIVE => app.catalogue.models.clone(),
                name => app.catalogue.of_dialect(name).cloned().collect(),
            };
            Ok(Done { reply: Reply::Models(models), replayed: false })
        }
        (_, None) => Err(Error::unauthorized()),
        (Call::Submit(draft), Some(caller)) => {
            let idempotency = idempotency(&wire, dialect.name(), route)?;
            let incoming = Incoming { caller, dialect: dialect.name(), draft: *draft, idempotency };
            accept(app, incoming).await
        }
        (Call::Get(id), Some(caller)) => {
            let job = app.store.job_of(caller.account, id).await.map_err(store_error)?;
            let view = view(app, job.ok_or_else(Error::job_not_found)?, &base_url);
            Ok(Done { reply: Reply::Job(Box::new(view)), replayed: false })
        }
        (Call::Cancel(id), Some(caller)) => {
            let job = cancel(app, caller, id).await?;
            let view = view(app, job, &base_url);
            Ok(Done { reply: Reply::Cancelled(Box::new(view)), replayed: false })
        }
    }
}

/// Runs a submit to its end even when the caller hangs up: its outcome must not depend on that.
async fn accept(app: &Arc<App>, incoming: Incoming) -> Result<Done, Error> {
    let task = tokio::spawn({
        let app = Arc::clone(app);
        async move { submit(&app, incoming).await }
    });
    let submitted = task.await.map_err(|error| {
        tracing::error!(%error, "a submit broke off");
        Error::internal()
    })??;
    let (job, replayed) = match submitted {
        Submitted::Accepted(job) => (job, false),
        Submitted::Replayed(job) => (job, true),
    };
    Ok(Done { reply: Reply::Accepted(Box::new(job)), replayed })
}

async fn cancel(app: &App, caller: Caller, id: JobId) -> Result<Job, Error> {
    let (entry, delivery): (_, DeliveryId) = (app.entry_id(), app.delivery_id());
    fault::point(Point::CancelAsked);
    let outcome = app.store.cancel(caller.account, id, entry, delivery, app.now()).await;
    fault::point(Point::CancelCommitted);
    let job = match outcome.map_err(store_error)? {
        Ok(job) => job,
        Err(Refusal::Final(reelgate_core::StateName::Cancelled)) => {
            let job = app.store.job_of(caller.account, id).await.map_err(store_error)?;
            job.ok_or_else(Error::job_not_found)?
        }
        Err(Refusal::Final(state)) => {
            let message = format!("the task has already {}", state.text());
            return Err(Error::new(Kind::Conflict, message));
        }
        Err(refusal) => {
            tracing::error!(?refusal, %id, "a cancel was refused");
            return Err(Error::internal());
        }
    };
    app.deliveries_ready.notify_one();
    app.leases_due.notify_waiters();
    Ok(job)
}

/// A job with signed links to its files, for as long as they exist.
#[must_use]
pub fn view(app: &App, job: Job, base_url: &str) -> JobView {
    let links = match &job.state {
        State::Succeeded { output, .. } if output.removed.is_none() => {
            let link = |name: &str| format!("{base_url}{}", app.media.link(name, app.now()));
            Some(Links {
                video: link(&output.video),
                poster: link(&output.poster),
                last_frame: link(&output.last_frame),
            })
        }
        _ => None,
    };
    JobView { job, links }
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

/// The server's own limit, or a larger one of this API.
fn body_bytes_max(app: &App, dialect: &dyn Dialect) -> usize {
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
/// the operation, and the body as JSON with sorted keys, so that spacing and key order do not count.
fn idempotency(
    wire: &WireRequest,
    dialect: &str,
    route: &Route,
) -> Result<Option<(IdempotencyKey, Fingerprint)>, Error> {
    let Some(value) = wire.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = IdempotencyKey::parse(value.to_str().unwrap_or(""))?;
    let mut hasher = Sha256::new();
    debug_assert_eq!(route.operation, Operation::Submit);
    hasher.update(format!("{dialect} submit\n"));
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
