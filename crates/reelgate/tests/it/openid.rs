//! Signing in with another service's word, over real HTTP on this machine.

use crate::harness::{Answer, TestApp, request};
use crate::neighbour::{Neighbour, answer};
use crate::people::cookie_of;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderValue, Method};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::KeyPair;
use reelgate::config::{OpenIdConfig, Secret};
use reelgate_core::UserRole;
use reelgate_core::openid::Door;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex};
use url::Url;

/// What the service says next.
#[derive(Default)]
struct Says {
    url: String,
    keys: Vec<Value>,
    token: Option<String>,
}

/// A service that vouches for whomever a test names.
struct Issuer {
    server: Neighbour,
    says: Arc<Mutex<Says>>,
    key: KeyPair,
}

fn public(key: &KeyPair, name: &str) -> Value {
    let point = key.public_key_raw();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    json!({ "kty": "EC", "crv": "P-256", "kid": name, "use": "sig", "alg": "ES256",
        "x": part(1..33), "y": part(33..65) })
}

fn sign(key: &KeyPair, name: &str, claims: &Value) -> String {
    let header = Header { kid: Some(name.to_owned()), ..Header::new(Algorithm::ES256) };
    let key = EncodingKey::from_ec_der(&key.serialize_der());
    encode(&header, claims, &key).expect("a token")
}

impl Issuer {
    async fn start() -> Self {
        let says = Arc::new(Mutex::new(Says::default()));
        let heard = Arc::clone(&says);
        let server = Neighbour::start(move |path| {
            let says = heard.lock().expect("no panic");
            let at = |path: &str| format!("{}{path}", says.url);
            let body = match path {
                "/.well-known/openid-configuration" => json!({
                    "issuer": says.url,
                    "authorization_endpoint": at("/authorize?tenant=film"),
                    "token_endpoint": at("/token"),
                    "jwks_uri": at("/keys"),
                }),
                "/keys" => json!({ "keys": says.keys }),
                "/token" => match &says.token {
                    Some(token) => json!({ "access_token": "x", "id_token": token }),
                    None => {
                        let body = json!({ "error": "invalid_grant" }).to_string();
                        return answer(400, "application/json", body.into_bytes());
                    }
                },
                _ => return answer(404, "text/plain", Vec::new()),
            };
            answer(200, "application/json", body.to_string().into_bytes())
        })
        .await;
        let key = KeyPair::generate().expect("a key");
        let mut first = says.lock().expect("no panic");
        first.url = server.url.clone();
        // A key that nobody can read is no reason to read none.
        first.keys = vec![json!({ "kty": "strange", "kid": "0" }), public(&key, "1")];
        drop(first);
        Self { server, says, key }
    }

    async fn app(&self, door: Door) -> TestApp {
        let config = OpenIdConfig {
            issuer: self.server.url.clone(),
            client_id: "studio".to_owned(),
            client_secret: Some(Secret::new("OPENID_SECRET", "hush: hush")),
            title: "Film school".to_owned(),
            door,
        };
        TestApp::with(|setup| setup.config.openid = Some(config)).await
    }

    /// What it says of anna, who asked with this nonce.
    fn claims(&self, app: &TestApp, nonce: &str) -> Value {
        let now = app.app.now().ms() / 1000;
        json!({ "iss": self.server.url, "sub": "u-42", "aud": "studio", "iat": now,
            "exp": now + 300, "nonce": nonce, "email": "Anna@example.com",
            "email_verified": true, "preferred_username": "anna" })
    }

    fn says(&self, token: Option<String>) {
        self.says.lock().expect("no panic").token = token;
    }
}

/// A browser on its way.
struct Trip {
    cookie: String,
    asked: Url,
}

impl Trip {
    async fn begin(app: &TestApp) -> Self {
        let sent = app.send(request(Method::GET, "/openid/sign-in", None, "")).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let asked = sent.header("location").expect("a place").parse().expect("a URL");
        Self { cookie: cookie_of(&sent), asked }
    }

    fn asked(&self, name: &str) -> String {
        let found = self.asked.query_pairs().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
    }

    async fn back(&self, app: &TestApp, query: &str) -> Answer {
        let mut request = request(Method::GET, &format!("/openid/return?{query}"), None, "");
        let cookie = HeaderValue::try_from(&self.cookie).expect("a value");
        request.headers_mut().insert("cookie", cookie);
        app.send(request).await
    }

    /// Comes back with the right state.
    async fn home(&self, app: &TestApp) -> Answer {
        self.back(app, &format!("code=c0de&state={}", self.asked("state"))).await
    }
}

/// Where the browser was sent, and its session's cookie where it got one.
fn sent(answer: &Answer) -> (String, Option<String>) {
    let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|one| one.to_str().ok());
    let session = cookies.filter(|one| one.starts_with("reelgate_session="));
    let session = session.map(|one| one.split(';').next().unwrap_or("").to_owned()).next();
    (answer.header("location").expect("a place").to_owned(), session)
}

/// Goes there and back with claims that `change` has seen; the user's name, or the refusal.
async fn go(
    issuer: &Issuer,
    app: &TestApp,
    change: impl FnOnce(&mut Value),
) -> Result<String, String> {
    let trip = Trip::begin(app).await;
    let mut claims = issuer.claims(app, &trip.asked("nonce"));
    change(&mut claims);
    issuer.says(Some(sign(&issuer.key, "1", &claims)));
    came(app, &trip.home(app).await).await
}

async fn came(app: &TestApp, answer: &Answer) -> Result<String, String> {
    match sent(answer) {
        (place, Some(cookie)) => {
            assert_eq!(place, "/#signed-in");
            let mut look = request(Method::GET, "/api/reelgate/v1/session", None, "");
            look.headers_mut().insert("cookie", cookie.parse().expect("a value"));
            Ok(app.send(look).await.at("/user/name"))
        }
        (place, None) => Err(place.strip_prefix("/sign-in?refused=").expect("why").to_owned()),
    }
}

fn open() -> Door {
    Door { creates: true, ..Door::default() }
}

#[tokio::test]
async fn somebody_new_gets_an_account_and_is_known_the_next_time() {
    let issuer = Issuer::start().await;
    let app = issuer.app(open()).await;
    let trip = Trip::begin(&app).await;
    assert!(trip.cookie.starts_with("reelgate_openid="));
    assert_eq!(
        (trip.asked("tenant"), trip.asked("scope")),
        ("film".into(), "openid email profile".into())
    );
    assert!(trip.asked("redirect_uri").ends_with("/openid/return"));
    let claims = issuer.claims(&app, &trip.asked("nonce"));
    issuer.says(Some(sign(&issuer.key, "1", &claims)));
    let home = trip.home(&app).await;
    assert_eq!(came(&app, &home).await.as_deref(), Ok("anna@example.com"));
    // The service was asked as the standards say.
    let received = issuer.server.received();
    let asked = received.iter().find(|one| one.path == "/token").expect("a request");
    let basic = format!("Basic {}", STANDARD.encode("studio:hush%3A+hush"));
    assert_eq!(asked.headers.get("authorization").expect("a proof"), &basic);
    let fields: Vec<_> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|one| one.0 == name).expect("a field").1.clone();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
    assert_eq!((field("code"), challenge), ("c0de".to_owned(), trip.asked("code_challenge")));
    assert_eq!(field("redirect_uri"), trip.asked("redirect_uri"));
    // Their address may change, and their claim to it too: they stay who they are.
    let again = go(&issuer, &app, |claims| claims["email"] = json!("bela@example.com")).await;
    assert_eq!(again.as_deref(), Ok("anna@example.com"));
    let server = app.send(request(Method::GET, "/api/reelgate/v1/server", None, "")).await;
    assert_eq!(
        (server.at("/sign_in/2"), server.at("/openid")),
        ("openid".into(), "Film school".into())
    );
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn an_equal_address_takes_nobody_over() {
    let issuer = Issuer::start().await;
    let app = issuer.app(open()).await;
    app.user("anna@example.com", UserRole::Operator, 0).await;
    assert_eq!(go(&issuer, &app, |_| {}).await, Err("taken".to_owned()));
    // Not verified: somebody else, with a name of their own.
    let unsure = go(&issuer, &app, |claims| claims["email_verified"] = json!(false)).await;
    assert_eq!(unsure.as_deref(), Ok("anna"));
    app.finish().await;
    let joins = Door { joins: true, ..Door::default() };
    let app = issuer.app(joins).await;
    let anna = app.user("anna@example.com", UserRole::User, 0).await;
    let unsure = go(&issuer, &app, |claims| claims["email_verified"] = json!(false)).await;
    assert_eq!(unsure, Err("unknown".to_owned()));
    assert_eq!(go(&issuer, &app, |_| {}).await.as_deref(), Ok("anna@example.com"));
    // Another of the issuer's people with the same address does not become the same person.
    let other = go(&issuer, &app, |claims| claims["sub"] = json!("u-43")).await;
    assert_eq!(other, Err("taken".to_owned()));
    // Whoever is shut out is shut out.
    app.app.store.set_user_disabled(anna.id, true, app.app.now()).await.expect("a write");
    assert_eq!(go(&issuer, &app, |_| {}).await, Err("taken".to_owned()));
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn nobody_new_is_let_in_unless_the_operator_says_so() {
    let issuer = Issuer::start().await;
    let app = issuer.app(Door::default()).await;
    assert_eq!(go(&issuer, &app, |_| {}).await, Err("unknown".to_owned()));
    app.finish().await;
    let app = issuer.app(Door { domains: vec!["film.example".to_owned()], ..open() }).await;
    assert_eq!(go(&issuer, &app, |_| {}).await, Err("unknown".to_owned()));
    let inside = go(&issuer, &app, |claims| claims["email"] = json!("c@film.example")).await;
    assert_eq!(inside.as_deref(), Ok("c@film.example"));
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn a_word_that_is_not_the_issuers_or_not_for_us_opens_nothing() {
    let issuer = Issuer::start().await;
    let app = issuer.app(open()).await;
    for (field, wrong) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("aud", json!(["studio", "other"])),
        ("nonce", json!("of another question")),
        ("exp", json!(app.app.now().ms() / 1000 - 61)),
        ("iat", json!(app.app.now().ms() / 1000 + 61)),
        ("sub", json!("")),
    ] {
        let came = go(&issuer, &app, |claims| claims[field] = wrong.clone()).await;
        assert_eq!(came, Err("failed".to_owned()), "{field} {wrong}");
    }
    // Signed by somebody else; by nobody; with the public key as a secret.
    let trip = Trip::begin(&app).await;
    let claims = issuer.claims(&app, &trip.asked("nonce"));
    let stranger = KeyPair::generate().expect("a key");
    let body = URL_SAFE_NO_PAD.encode(claims.to_string());
    let none = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": "1" }).to_string());
    let header = Header { kid: Some("1".to_owned()), ..Header::new(Algorithm::HS256) };
    let secret = EncodingKey::from_secret(issuer.key.public_key_raw());
    let by_secret = encode(&header, &claims, &secret).expect("a token");
    for token in [sign(&stranger, "1", &claims), format!("{none}.{body}."), by_secret] {
        issuer.says(Some(token));
        assert_eq!(came(&app, &trip.home(&app).await).await, Err("failed".to_owned()));
    }
    issuer.says(None);
    assert_eq!(came(&app, &trip.home(&app).await).await, Err("failed".to_owned()));
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn an_answer_belongs_to_the_browser_that_asked_and_to_its_time() {
    let issuer = Issuer::start().await;
    let app = issuer.app(open()).await;
    let (anna, mallory) = (Trip::begin(&app).await, Trip::begin(&app).await);
    issuer.says(Some(sign(&issuer.key, "1", &issuer.claims(&app, &anna.asked("nonce")))));
    let why = async |answer: Answer| came(&app, &answer).await.expect_err("refused");
    // Somebody else's answer, in this browser: nobody is signed in as somebody else unasked.
    assert_eq!(why(mallory.home(&app).await).await, "failed");
    let crossed = format!("code=c0de&state={}", anna.asked("state"));
    assert_eq!(why(mallory.back(&app, &crossed).await).await, "late");
    assert_eq!(why(anna.back(&app, "code=c0de").await).await, "late");
    let bare = Trip { cookie: "theme=dark".to_owned(), asked: anna.asked.clone() };
    assert_eq!(why(bare.home(&app).await).await, "late");
    let state = anna.asked("state");
    let denied = format!("error=access_denied&state={state}");
    assert_eq!(why(anna.back(&app, &denied).await).await, "refused");
    let mixed = format!("code=c0de&state={state}&iss=https%3A%2F%2Fevil.example");
    assert_eq!(why(anna.back(&app, &mixed).await).await, "failed");
    app.clock.advance_ms(600_001);
    assert_eq!(why(anna.home(&app).await).await, "late");
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn new_keys_of_the_issuer_are_read_when_they_are_met() {
    let issuer = Issuer::start().await;
    let app = issuer.app(open()).await;
    assert!(go(&issuer, &app, |_| {}).await.is_ok());
    let next = KeyPair::generate().expect("a key");
    issuer.says.lock().expect("no panic").keys = vec![public(&next, "2")];
    let trip = Trip::begin(&app).await;
    let claims = issuer.claims(&app, &trip.asked("nonce"));
    issuer.says(Some(sign(&next, "2", &claims)));
    // Not at once: whoever makes up names of keys must not make this server ask each time.
    assert_eq!(came(&app, &trip.home(&app).await).await, Err("failed".to_owned()));
    app.clock.advance_ms(31_000);
    assert!(came(&app, &trip.home(&app).await).await.is_ok());
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn a_service_that_failed_is_left_alone_for_a_moment() {
    let issuer = Issuer::start().await;
    let app = issuer.app(open()).await;
    let well = std::mem::take(&mut issuer.says.lock().expect("no panic").url);
    let begin = async || app.send(request(Method::GET, "/openid/sign-in", None, "")).await;
    for _ in 0..3 {
        assert_eq!(begin().await.header("location"), Some("/sign-in?refused=failed"));
    }
    assert_eq!(issuer.server.received().len(), 1, "asked once");
    issuer.says.lock().expect("no panic").url = well;
    assert_eq!(begin().await.header("location"), Some("/sign-in?refused=failed"));
    app.clock.advance_ms(5_000);
    assert!(begin().await.header("location").expect("a place").contains("/authorize"));
    app.finish().await;
    issuer.server.close().await;
}

#[tokio::test]
async fn without_a_service_the_way_leads_back() {
    let app = TestApp::start().await;
    let sent = app.send(request(Method::GET, "/openid/sign-in", None, "")).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, Some("/sign-in")));
    app.finish().await;
}
