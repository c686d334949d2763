//! Signing in with another service's word: the way there and the way back, as a browser goes them.

use super::gateway::base_url;
use super::peer::caller_address;
use super::people;
use super::reply::store_error;
use crate::app::App;
use crate::http::actions::NATIVE;
use crate::people::openid::{ANSWER_MS_MAX, Question, SEED_BYTES};
use crate::secrets::webhook_secret;
use axum::body::Body;
use axum::extract::{Request, State};
use http::header::{CACHE_CONTROL, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use reelgate_core::openid::Stranger;
use reelgate_core::{AccountId, Error, KeyId, Kind, Means, Reply, UserId};
use reelgate_store::{NewAccount, Newcomer};
use std::net::IpAddr;
use std::sync::Arc;

/// Holds the question until it is answered.
const QUESTION: &str = "reelgate_openid";
/// Where browsers come back to.
const BACK: &str = "/openid/return";
/// Bytes of a code, at most.
const CODE_BYTES_MAX: usize = 4096;

/// Sends the browser to the service.
pub(super) async fn begin(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let Some(openid) = &app.openid else { return sent("/sign-in", &[]) };
    let address = address(&app, &parts.extensions, &parts.headers);
    if app.people.throttle.try_one(None, address, app.now()).is_err() {
        return refused("busy");
    }
    let mut seed = [0; SEED_BYTES];
    app.entropy.fill(&mut seed);
    let question = Question::new(&seed, app.now());
    let back = format!("{}{BACK}", base_url(&app, &parts.headers));
    match openid.page(&question, &back, app.now()).await {
        Ok(page) => sent(&page, &[cookie(&app, question.reveal(), ANSWER_MS_MAX / 1000)]),
        Err(error) => {
            tracing::error!(%error, issuer = openid.config.issuer, "no page to sign in on");
            refused("failed")
        }
    }
}

/// What the browser brings back.
#[derive(Default)]
struct Answer {
    state: String,
    code: Option<String>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Answer {
    fn read(query: &str) -> Self {
        let mut answer = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            match name.as_str() {
                "state" => answer.state = value,
                "code" => answer.code = Some(value),
                "error" => answer.error = Some(value),
                "iss" => answer.issuer = Some(value),
                _ => {}
            }
        }
        answer
    }
}

/// Takes the browser that comes back.
pub(super) async fn back(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let address = address(&app, &parts.extensions, &parts.headers);
    let answer = Answer::read(parts.uri.query().unwrap_or(""));
    let mut response = match sign_in(&app, &parts.headers, address, answer).await {
        Ok(session) => sent("/#signed-in", &[session]),
        Err(why) => refused(why),
    };
    // The question was answered, whatever with.
    response.headers_mut().append(SET_COOKIE, cookie(&app, "", 0));
    response
}

/// Opens a session; a word for the page where none was opened.
async fn sign_in(
    app: &App,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    answer: Answer,
) -> Result<HeaderValue, &'static str> {
    let openid = app.openid.as_ref().ok_or("failed")?;
    let question = question(headers).and_then(|text| Question::parse(text, app.now()));
    let question = question.filter(|question| question.is_answered_by(&answer.state));
    let question = question.ok_or("late")?;
    let issuer = &openid.config.issuer;
    if let Some(error) = answer.error {
        let error: String = error.chars().take(100).collect();
        tracing::warn!(error, issuer, "not signed in there");
        return Err("refused");
    }
    // RFC 9207: where the answer says whose it is, it must be this service's.
    if answer.issuer.is_some_and(|named| &named != issuer) {
        return Err("failed");
    }
    let code = answer.code.filter(|code| code.len() <= CODE_BYTES_MAX).ok_or("failed")?;
    app.people.throttle.try_one(None, address, app.now()).map_err(|_| "busy")?;
    let back = format!("{}{BACK}", base_url(app, headers));
    let stranger = openid.stranger(&question, &code, &back, app.now()).await.map_err(|error| {
        tracing::error!(%error, issuer, "nobody signed in");
        "failed"
    })?;
    admit(app, stranger, people::agent(headers)).await.map_err(|error| {
        tracing::warn!(%error, issuer, "somebody was not let in");
        match error.kind {
            Kind::Forbidden => "unknown",
            Kind::Conflict | Kind::Unauthorized => "taken",
            _ => "failed",
        }
    })
}

/// Opens a session for somebody whose word was good: the cookie that holds it.
async fn admit(app: &App, stranger: Stranger, agent: String) -> Result<HeaderValue, Error> {
    let openid = app.openid.as_ref().ok_or_else(Error::internal)?;
    let door = openid.config.door.clone();
    door.opens_for(&stranger)?;
    let (now, entropy) = (app.now(), &app.entropy);
    let newcomer = Newcomer {
        id: UserId::new(now, entropy.bits()),
        account: NewAccount {
            id: AccountId::new(now, entropy.bits()),
            name: String::new(),
            webhook_secret: webhook_secret(entropy.as_ref()),
        },
        key: KeyId::new(now, entropy.bits()),
    };
    let (token, session) = people::session(app, Means::OpenId, agent);
    let opened = app.store.open_session_by_identity(stranger, door, newcomer, session, now).await;
    opened.map_err(store_error)?;
    let reply = people::signed_in(app, token).await?;
    let native = app.dialect(NATIVE).ok_or_else(Error::internal)?;
    let answer = native.render(&Reply::People(reply));
    answer.headers.get(SET_COOKIE).cloned().ok_or_else(Error::internal)
}

fn address(app: &App, extensions: &http::Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    caller_address(extensions.get().copied(), headers, &app.config.limits.trusted_proxies)
}

fn question(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|text| text.split(';')).filter_map(|one| one.split_once('='));
    pairs.find(|(name, _)| name.trim() == QUESTION).map(|(_, value)| value.trim())
}

/// The cookie that holds the question; it comes along when the service sends the browser back.
fn cookie(app: &App, value: &str, age_s: i64) -> HeaderValue {
    let secure = if people::is_secure(app) { "; Secure" } else { "" };
    let text = format!(
        "{QUESTION}={value}; Path=/openid; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}"
    );
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(QUESTION));
    value.set_sensitive(true);
    value
}

/// Back to the page, with a word about why nobody was let in.
fn refused(why: &str) -> Response<Body> {
    sent(&format!("/sign-in?refused={why}"), &[])
}

/// Sends the browser elsewhere.
fn sent(to: &str, cookies: &[HeaderValue]) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/")));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie.clone());
    }
    response
}
