//! What a person asks: to sign in and out, and about their sessions.

use super::operator;
use super::peer::{Peer, caller_address};
use super::reply::store_error;
use super::session::{check_origin, signed_out};
use super::submit::Origin;
use super::teams;
use super::top_up;
use crate::app::App;
use crate::people::{password::SALT_BYTES, token};
use http::HeaderMap;
use http::header::USER_AGENT;
use reelgate_core::people::{Credential, ServerView, SessionRow, SessionView, UserView};
use reelgate_core::token::{Token, TokenKind};
use reelgate_core::user::{FRESH_MS, SESSION_MS, check_password, user_name};
use reelgate_core::{
    Error, KeyHash, Kind, Means, PeopleCall, PeopleReply, Secret, SessionId, TopUpCall, TopUpReply,
    UserId,
};
use reelgate_store::{NewSession, Person};
use std::sync::Arc;

/// Characters that are kept of what a browser calls itself.
const AGENT_CHARS_MAX: usize = 200;

/// What is public: what this server offers, and signing in.
///
/// # Errors
/// Why not; nothing has changed then.
pub(super) async fn without_session(
    app: &App,
    call: PeopleCall,
    headers: &HeaderMap,
    peer: Option<Peer>,
) -> Result<PeopleReply, Error> {
    match call {
        PeopleCall::Server => Ok(PeopleReply::Server(server(app))),
        PeopleCall::TopUp(TopUpCall::Plans) => {
            Ok(PeopleReply::TopUp(TopUpReply::Plans(top_up::plans(app))))
        }
        PeopleCall::SignIn(credential) => {
            // Nobody should find themselves signed in as somebody else by another site's page.
            check_origin(app, headers)?;
            let address = caller_address(peer, headers, &app.config.limits.trusted_proxies);
            let name = match &credential {
                Credential::Password { name, .. } => user_name(name).ok(),
                Credential::Link(_) => None,
            };
            app.people.throttle.try_one(name.as_deref(), address, app.now())?;
            sign_in(app, credential, agent(headers)).await
        }
        _ => Err(signed_out()),
    }
}

/// What a person asks.
///
/// # Errors
/// Why it was not done; nothing has changed then.
pub(super) async fn act(
    app: &App,
    origin: &Origin,
    call: PeopleCall,
) -> Result<PeopleReply, Error> {
    let person = person_of(origin)?;
    match call {
        PeopleCall::Server => Ok(PeopleReply::Server(server(app))),
        PeopleCall::SignIn(_) => Err(Error::internal()),
        PeopleCall::Session => Ok(PeopleReply::Session(Box::new(view(app, person).await?))),
        PeopleCall::SignOut => {
            end(app, person.user, person.session).await?;
            Ok(PeopleReply::SignedOut { secure: is_secure(app) })
        }
        PeopleCall::Sessions => sessions(app, person).await,
        PeopleCall::EndSession(id) => {
            if end(app, person.user, id).await? {
                return Ok(PeopleReply::SessionEnded);
            }
            Err(Error::new(Kind::NotFound, "session not found"))
        }
        PeopleCall::Team(call) => Ok(PeopleReply::Team(teams::act(app, person, call).await?)),
        PeopleCall::TopUp(call) => Ok(PeopleReply::TopUp(top_up::act(app, origin, call).await?)),
        PeopleCall::Operator(call) => {
            let reply = operator::act(app, person, *call).await?;
            Ok(PeopleReply::Operator(Box::new(reply)))
        }
        PeopleCall::ChangePassword { current, new } => {
            change_password(app, person, current, new).await
        }
    }
}

/// Who asks, where only a person may.
pub(super) fn person_of(origin: &Origin) -> Result<&Arc<Person>, Error> {
    let message = "This needs somebody who is signed in, not an API key";
    origin.person.as_ref().ok_or_else(|| Error::new(Kind::Forbidden, message))
}

/// What a page has to know before anybody signs in.
pub(super) fn server(app: &App) -> ServerView {
    let mut top_up = vec!["code"];
    if app.config.stripe.is_some() {
        top_up.push("card");
    }
    let mut sign_in = vec!["password", "link"];
    let openid = app.openid.as_ref().map(|openid| openid.config.title.clone());
    if openid.is_some() {
        sign_in.push("openid");
    }
    ServerView { version: env!("CARGO_PKG_VERSION"), sign_in, openid, top_up }
}

async fn sign_in(app: &App, credential: Credential, agent: String) -> Result<PeopleReply, Error> {
    match credential {
        Credential::Password { name, password } => {
            let wrong = || Error::new(Kind::Unauthorized, "Wrong name or password");
            let name = user_name(&name).map_err(|_| wrong())?;
            let user = app.store.user_by_name(&name).await.map_err(store_error)?;
            let user = user.filter(|user| user.disabled.is_none());
            let hash = user.as_ref().and_then(|user| user.password.clone());
            // Whoever does not exist costs the same time.
            let fits = app.people.passwords.fits(password, hash.clone()).await?;
            let user = user.filter(|_| fits).ok_or_else(wrong)?;
            let (token, new) = session(app, Means::Password, agent);
            let opened = app.store.open_session(user.id, new, hash, app.now()).await;
            opened.map_err(store_error)?;
            app.people.throttle.forgive(&name);
            signed_in(app, token).await
        }
        Credential::Link(Secret(link)) => {
            let used = || Error::new(Kind::Unauthorized, "This link was used, or is too old");
            let link = Token::parse(TokenKind::Link, &link).ok_or_else(used)?;
            let (token, new) = session(app, Means::Link, agent);
            let opened = app.store.open_session_by_link(link.hash(), new, app.now()).await;
            match opened.map_err(store_error) {
                Err(error) if error.kind == Kind::Unauthorized => return Err(used()),
                other => other?,
            }
            signed_in(app, token).await
        }
    }
}

/// A session to open, and its token.
pub(super) fn session(app: &App, means: Means, agent: String) -> (Token, NewSession) {
    let token = token(app, TokenKind::Session);
    let id = SessionId::new(app.now(), app.entropy.bits());
    let hash: KeyHash = token.hash();
    (token, NewSession { id, hash, means, agent })
}

/// What whoever opened a session hears.
pub(super) async fn signed_in(app: &App, token: Token) -> Result<PeopleReply, Error> {
    let person = app.store.person_by_session(token.hash(), app.now()).await.map_err(store_error)?;
    let person = person.ok_or_else(signed_out)?;
    tracing::info!(user = %person.user, means = person.means.name(), "signed in");
    let session = Box::new(view(app, &person).await?);
    let (max_age_s, secure) = (SESSION_MS / 1000, is_secure(app));
    Ok(PeopleReply::SignedIn { session, token, max_age_s, secure })
}

async fn view(app: &App, person: &Person) -> Result<SessionView, Error> {
    let user = UserView {
        id: person.user,
        name: person.name.clone(),
        role: person.role,
        has_password: person.has_password,
    };
    let accounts = app.store.seats(person.user).await.map_err(store_error)?;
    Ok(SessionView { user, accounts, server: server(app) })
}

async fn sessions(app: &App, person: &Person) -> Result<PeopleReply, Error> {
    let found = app.store.sessions(person.user, app.now()).await.map_err(store_error)?;
    let row = |one: reelgate_store::Session| SessionRow {
        current: one.id == person.session,
        id: one.id,
        means: one.means,
        agent: one.agent,
        created: one.created,
        last_seen: one.last_seen,
        expires: one.expires,
    };
    Ok(PeopleReply::Sessions(found.into_iter().map(row).collect()))
}

async fn end(app: &App, user: UserId, session: SessionId) -> Result<bool, Error> {
    let ended = app.store.end_session(user, session).await.map_err(store_error);
    app.people.known.forget(user);
    ended
}

async fn change_password(
    app: &App,
    person: &Person,
    current: Option<Secret>,
    new: Secret,
) -> Result<PeopleReply, Error> {
    check_password("new", &new, &person.name)?;
    let user = app.store.user(person.user).await.map_err(store_error)?.ok_or_else(signed_out)?;
    let fresh = person.means == Means::Link && app.now().since_ms(person.created) < FRESH_MS;
    if user.password.is_some() && !fresh {
        let field = reelgate_core::Field::Named("current".to_owned());
        let current = current.ok_or_else(|| Error::invalid(field.clone(), "is required"))?;
        app.people.throttle.try_one(Some(&user.name), None, app.now())?;
        if !app.people.passwords.fits(current, user.password).await? {
            return Err(Error::invalid(field, "is not the password"));
        }
        app.people.throttle.forgive(&user.name);
    }
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt);
    let hash = app.people.passwords.hash(new, salt).await?;
    let keep = Some(person.session);
    app.store.set_password(person.user, Some(hash), keep).await.map_err(store_error)?;
    app.people.known.forget(person.user);
    Ok(PeopleReply::PasswordChanged)
}

/// Whether browsers reach this server by https, as far as the settings say.
pub(super) fn is_secure(app: &App) -> bool {
    app.config.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

/// What a browser calls itself, as much of it as is kept.
pub(super) fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    text.chars().filter(|c| !c.is_control()).take(AGENT_CHARS_MAX).collect()
}
