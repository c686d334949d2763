//! Signing in with another service's word: what it is asked, and how its answer is read.
//!
//! The authorization code flow with PKCE. Nothing is remembered between question and answer but one
//! cookie of the browser, from which `state`, `nonce` and the code's verifier are derived; so any
//! server of several can take the answer. Where the service is and which keys it signs with are
//! read from its own documents, and kept for a while.
//! Sources: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (`iss`).

use crate::config::OpenIdConfig;
use crate::outbound::openid::{AskError, OpenIdClient, Proof};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{AlgorithmFamily, DecodingKey, Validation, decode, decode_header};
use reelgate_core::Timestamp;
use reelgate_core::openid::{Claims, Expected, Stranger, check};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// Random bytes behind a question.
pub const SEED_BYTES: usize = 32;
/// A question is answered within so long.
pub const ANSWER_MS_MAX: i64 = 10 * 60_000;
/// The service's documents are good for so long.
const KNOWN_MS: i64 = 3_600_000;
/// They are not read again before so long has passed, whatever comes.
const AGAIN_MS: i64 = 30_000;
/// A service that failed is left alone for so long: visitors must not queue up behind it.
const REST_MS: i64 = 5_000;
/// Keys of a service that are looked at.
const KEYS_MAX: usize = 50;

/// What was asked, as the browser keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Question(String);

impl Question {
    /// A new one.
    #[must_use]
    pub fn new(seed: &[u8; SEED_BYTES], now: Timestamp) -> Self {
        Self(format!("{}.{}", now.ms(), URL_SAFE_NO_PAD.encode(seed)))
    }

    /// The one that a browser kept, while it may be answered.
    #[must_use]
    pub fn parse(text: &str, now: Timestamp) -> Option<Self> {
        let (ms, seed) = text.split_once('.')?;
        let then = Timestamp::from_ms(ms.parse().ok()?);
        let is_seed = URL_SAFE_NO_PAD.decode(seed).is_ok_and(|seed| seed.len() == SEED_BYTES);
        let is_young = now >= then && now.since_ms(then) <= ANSWER_MS_MAX;
        (is_young && is_seed).then(|| Self(text.to_owned()))
    }

    /// For the browser's cookie, and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the answer's `state` is this question's.
    #[must_use]
    pub fn is_answered_by(&self, state: &str) -> bool {
        let given = URL_SAFE_NO_PAD.decode(state).unwrap_or_default();
        self.mac("state").verify_slice(&given).is_ok()
    }

    fn state(&self) -> String {
        self.derived("state")
    }

    fn nonce(&self) -> String {
        self.derived("nonce")
    }

    fn verifier(&self) -> String {
        self.derived("verifier")
    }

    fn derived(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(what).finalize().into_bytes())
    }

    fn mac(&self, what: &str) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes());
        mac.expect("any length is a key").chain_update(what)
    }
}

/// Why nobody came in; for the operator's log.
#[derive(Debug, thiserror::Error)]
pub enum WordError {
    /// The service could not be asked.
    #[error("{0}")]
    Ask(#[from] AskError),
    /// What it says is no good.
    #[error("its word is not accepted: {0}")]
    Refused(&'static str),
    /// Its token cannot be read.
    #[error("its token is not accepted: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
}

/// The service, as far as it is known.
pub struct OpenId {
    /// The settings.
    pub config: OpenIdConfig,
    client: OpenIdClient,
    known: Mutex<Known>,
}

/// What was last heard of the service.
#[derive(Default)]
struct Known {
    service: Option<(Timestamp, Arc<Service>)>,
    failed: Option<Timestamp>,
}

/// What its documents say.
#[derive(Debug)]
struct Service {
    authorize: Url,
    token: String,
    secret_in_form: bool,
    keys: Vec<Jwk>,
}

impl OpenId {
    /// The service of the settings, of which nothing is known yet.
    #[must_use]
    pub fn new(config: OpenIdConfig, client: OpenIdClient) -> Self {
        Self { config, client, known: Mutex::default() }
    }

    /// The page to send a browser to; `back` is the address that it comes back to.
    ///
    /// # Errors
    /// When the service does not say where that is.
    pub async fn page(
        &self,
        question: &Question,
        back: &str,
        now: Timestamp,
    ) -> Result<String, WordError> {
        let mut url = self.service(None, now).await?.authorize.clone();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(question.verifier()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", "openid email profile")
            .append_pair("state", &question.state())
            .append_pair("nonce", &question.nonce())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Who it is that came back with a code.
    ///
    /// # Errors
    /// Why that is not known.
    pub async fn stranger(
        &self,
        question: &Question,
        code: &str,
        back: &str,
        now: Timestamp,
    ) -> Result<Stranger, WordError> {
        let service = self.service(None, now).await?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", &question.verifier()),
        ];
        let proof = Proof {
            client_id: &self.config.client_id,
            secret: self.config.client_secret.as_ref().map(crate::config::Secret::reveal),
            in_form: service.secret_in_form,
        };
        let answer = self.client.post(&service.token, &fields, proof).await?;
        let token = answer.get("id_token").and_then(Value::as_str);
        let token = token.ok_or(WordError::Refused("it has no id_token"))?;
        let claims = self.claims(token, now).await?;
        let nonce = question.nonce();
        let (issuer, client) = (&self.config.issuer, &self.config.client_id);
        check(claims, &Expected { issuer, client, nonce: &nonce }, now).map_err(WordError::Refused)
    }

    /// What a token says, its signature checked.
    async fn claims(&self, token: &str, now: Timestamp) -> Result<Claims, WordError> {
        let name = decode_header(token)?.kid;
        let service = self.service(None, now).await?;
        // Keys are changed now and then: one that is not known may be new.
        let service = match service.key(name.as_deref()) {
            Some(_) => service,
            None => self.service(Some(&service), now).await?,
        };
        let key = service.key(name.as_deref());
        let key = key.ok_or(WordError::Refused("it is signed with an unknown key"))?;
        claims(token, key)
    }

    /// The service's documents; `stale`: not these.
    async fn service(
        &self,
        stale: Option<&Arc<Service>>,
        now: Timestamp,
    ) -> Result<Arc<Service>, WordError> {
        let mut known = self.known.lock().await;
        if let Some((at, service)) = known.service.as_ref() {
            let age = now.since_ms(*at);
            let is_other = stale.is_none_or(|stale| !Arc::ptr_eq(stale, service));
            if (is_other && age < KNOWN_MS) || age < AGAIN_MS {
                return Ok(Arc::clone(service));
            }
        }
        if known.failed.is_some_and(|at| now.since_ms(at) < REST_MS) {
            return Err(WordError::Refused("it failed a moment ago"));
        }
        match self.read().await {
            Ok(service) => {
                let service = Arc::new(service);
                let heard = Some((now, Arc::clone(&service)));
                *known = Known { service: heard, failed: None };
                Ok(service)
            }
            Err(error) => {
                known.failed = Some(now);
                Err(error)
            }
        }
    }

    async fn read(&self) -> Result<Service, WordError> {
        let issuer = &self.config.issuer;
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found = self.client.read(&place).await?;
        let text = |name: &str| found.get(name).and_then(Value::as_str);
        if text("issuer") != Some(issuer.as_str()) {
            return Err(WordError::Refused("its document is of another issuer"));
        }
        let missing = || WordError::Refused("its document lacks an address");
        let authorize = text("authorization_endpoint").and_then(|url| Url::parse(url).ok());
        let authorize = authorize.filter(crate::config::is_safe).ok_or_else(missing)?;
        let token = text("token_endpoint").ok_or_else(missing)?.to_owned();
        let keys = self.client.read(text("jwks_uri").ok_or_else(missing)?).await?;
        let ways = found.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let takes = |way: &str| ways.is_some_and(|ways| ways.iter().any(|one| one == way));
        Ok(Service {
            authorize,
            token,
            secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            keys: keys_of(&keys),
        })
    }
}

impl Service {
    /// The key of this name, or the only one.
    fn key(&self, name: Option<&str>) -> Option<&Jwk> {
        match (name, self.keys.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(name), keys) => {
                keys.iter().find(|key| key.common.key_id.as_deref() == Some(name))
            }
        }
    }
}

/// Keys that can be read and are public; others are of no concern.
fn keys_of(document: &Value) -> Vec<Jwk> {
    let keys = document.get("keys").and_then(Value::as_array);
    let read = |key: &Value| Jwk::deserialize(key).ok();
    keys.into_iter().flatten().take(KEYS_MAX).filter_map(read).collect()
}

/// One text or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A claim that some services write as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Truth {
    Said(bool),
    Written(String),
}

#[derive(Deserialize)]
struct Body {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Truth>,
    preferred_username: Option<String>,
}

/// What a token that was signed with this key says. Who said it, to whom and when is for
/// [`check`] to judge, by our own clock.
fn claims(token: &str, key: &Jwk) -> Result<Claims, WordError> {
    let key = DecodingKey::from_jwk(key)?;
    // A secret in a public document would let everybody sign.
    if key.family() == AlgorithmFamily::Hmac {
        return Err(WordError::Refused("its key is no public key"));
    }
    // The key says which signatures there can be, never the token.
    let mut validation = Validation::new_for_family(key.family());
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let body: Body = decode(token, &key, &validation)?.claims;
    Ok(Claims {
        issuer: body.iss,
        subject: body.sub,
        audiences: match body.aud {
            Audience::One(one) => vec![one],
            Audience::Several(several) => several,
        },
        authorized: body.azp,
        expires_s: body.exp,
        issued_s: body.iat,
        nonce: body.nonce,
        email: body.email,
        email_verified: match body.email_verified {
            Some(Truth::Said(yes)) => yes,
            Some(Truth::Written(text)) => text == "true",
            None => false,
        },
        handle: body.preferred_username,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_by_its_own_state_for_ten_minutes() {
        let now = Timestamp::from_ms(1_780_480_800_000);
        let question = Question::new(&[7; SEED_BYTES], now);
        let other = Question::new(&[8; SEED_BYTES], now);
        assert!(question.is_answered_by(&question.state()));
        for wrong in [other.state(), question.nonce(), String::new(), "x y".to_owned()] {
            assert!(!question.is_answered_by(&wrong), "{wrong}");
        }
        assert!((43..=128).contains(&question.verifier().len()));
        let read = |text: &str, ms| Question::parse(text, now.plus_ms(ms)).is_some();
        assert!(read(question.reveal(), 0) && read(question.reveal(), ANSWER_MS_MAX));
        assert!(!read(question.reveal(), ANSWER_MS_MAX + 1) && !read(question.reveal(), -1));
        for wrong in ["", ".", "1780480800000.", "1780480800000.AAAA", "x.y"] {
            assert!(!read(wrong, 0), "{wrong}");
        }
    }
}
