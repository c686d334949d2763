//! The only way out: every request to an address that a caller chose goes through here.
//!
//! An address must be https and public. Names are resolved by [`PublicOnly`], which hands the
//! connector nothing but addresses that passed [`is_public`], so the address that was checked is
//! the address that is dialled. Redirects are followed by hand, each one checked like the first.
//! Sizes, times and redirects are bounded. `allow_private` lifts the address and scheme rules, and
//! nothing else, for development.

mod address;
mod base;
mod door;
pub mod openid;
mod posted;
mod resolver;
mod save;
pub mod stripe;
mod upstream;

pub use address::is_public;
pub use door::BucketDoor;
pub use posted::Posted;
pub use resolver::{PublicOnly, SystemNames};
pub use save::{SaveError, Saved};
pub(crate) use upstream::join as join_upstream;
pub use upstream::{Given, SendError, UpstreamClient};

use base::Latent;
use bytes::Bytes;
use reqwest::dns::Resolve;
use reqwest::header::{HeaderMap, LOCATION};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

const REDIRECTS_MAX: usize = 3;
/// Connections kept open to one host while nothing is sent.
const IDLE_MAX: usize = 4;

/// How far a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time for the whole exchange, redirects included.
    pub timeout: Duration,
    /// Bytes of an answer's body.
    pub bytes_max: usize,
}

/// Why an exchange failed; safe to show to the caller who named the address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OutboundError {
    /// The text is no address this platform dials.
    #[error("must be a public https URL")]
    BadUrl,
    /// The address leads into a private network.
    #[error("must be a public address: private, local and reserved networks are refused")]
    NotPublic,
    /// The host does not resolve, does not answer or breaks off.
    #[error("could not be reached")]
    Unreachable,
    /// It took too long.
    #[error("did not answer in time")]
    TimedOut,
    /// It answered with something else than success.
    #[error("answered with HTTP status {0}")]
    Status(u16),
    /// The body is larger than allowed.
    #[error("is larger than {0} bytes")]
    TooLarge(usize),
    /// It redirects without end, or to nowhere.
    #[error("redirects too often")]
    Redirects,
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    client: Latent,
    allow_private: bool,
}

impl Outbound {
    /// A client that resolves names with `names`.
    #[must_use]
    pub fn new(names: Arc<dyn Resolve>, allow_private: bool) -> Self {
        let names: Arc<dyn Resolve> =
            if allow_private { names } else { Arc::new(PublicOnly::new(names)) };
        Self { client: Latent::new(names, IDLE_MAX), allow_private }
    }

    /// Downloads what lies at `url`, at most `limits.bytes_max` bytes of it.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub async fn fetch(&self, url: &str, limits: Limits) -> Result<Bytes, OutboundError> {
        let work = async {
            let mut url = self.checked(url)?;
            let client = self.client.get().ok_or(OutboundError::Unreachable)?;
            for _ in 0..=REDIRECTS_MAX {
                let response = client.get(url.clone()).send().await.map_err(broken)?;
                let status = response.status();
                if status.is_redirection() {
                    url = self.redirected(&url, response.headers())?;
                } else if status.is_success() {
                    return read(response, limits.bytes_max).await;
                } else {
                    return Err(OutboundError::Status(status.as_u16()));
                }
            }
            Err(OutboundError::Redirects)
        };
        tokio::time::timeout(limits.timeout, work).await.unwrap_or(Err(OutboundError::TimedOut))
    }

    /// Saves what lies at `url` into `file`, a piece at a time.
    ///
    /// # Errors
    /// Why it could not be had whole.
    pub async fn save(
        &self,
        url: &str,
        file: &Path,
        bytes_max: u64,
    ) -> Result<Saved, save::SaveError> {
        let mut url = self.checked(url)?;
        let client = self.client.get().ok_or(OutboundError::Unreachable)?;
        for _ in 0..=REDIRECTS_MAX {
            let response = client.get(url.clone()).send();
            let response = tokio::time::timeout(save::ANSWER_TIMEOUT, response).await;
            let response = response.map_err(|_| OutboundError::TimedOut)?.map_err(broken)?;
            if !response.status().is_redirection() {
                return save::save(response, file, bytes_max).await;
            }
            url = self.redirected(&url, response.headers())?;
        }
        Err(OutboundError::Redirects.into())
    }

    /// Sends `body` to `url` and answers with what came back; redirects are not followed, the
    /// answer's body is not read.
    ///
    /// # Errors
    /// Why nothing was answered.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<Posted, OutboundError> {
        let url = self.checked(url)?;
        let client = self.client.get().ok_or(OutboundError::Unreachable)?;
        let request = client.post(url).headers(headers).body(body).timeout(timeout);
        let response = request.send().await.map_err(broken)?;
        Ok(Posted::new(response.status().as_u16(), response.headers()))
    }

    /// Accepts an address that may be dialled; a name's addresses are judged when it is resolved.
    ///
    /// # Errors
    /// `BadUrl` or `NotPublic`.
    pub fn checked(&self, text: &str) -> Result<Url, OutboundError> {
        checked(text, self.allow_private)
    }

    fn redirected(&self, from: &Url, headers: &HeaderMap) -> Result<Url, OutboundError> {
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let next =
            location.and_then(|text| from.join(text).ok()).ok_or(OutboundError::Redirects)?;
        self.checked(next.as_str())
    }
}

/// Accepts an address that may be dialled, as [`Outbound::checked`] does, without a client.
///
/// # Errors
/// `BadUrl` or `NotPublic`.
pub fn checked(text: &str, allow_private: bool) -> Result<Url, OutboundError> {
    let url = Url::parse(text).map_err(|_| OutboundError::BadUrl)?;
    let scheme_ok = url.scheme() == "https" || (allow_private && url.scheme() == "http");
    let has_secret = !url.username().is_empty() || url.password().is_some();
    if !scheme_ok || has_secret {
        return Err(OutboundError::BadUrl);
    }
    // Parsing has already turned every odd spelling (octal, hexadecimal, one number) of an IPv4
    // address into the address itself.
    let public = match url.host() {
        None => return Err(OutboundError::BadUrl),
        Some(Host::Ipv4(v4)) => is_public(v4.into()),
        Some(Host::Ipv6(v6)) => is_public(v6.into()),
        Some(Host::Domain(name)) => !is_local_name(name),
    };
    if public || allow_private { Ok(url) } else { Err(OutboundError::NotPublic) }
}

/// Names that never mean a public host, whatever a resolver says.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let local_zone = [".localhost", ".local", ".internal", ".home.arpa"];
    !name.contains('.') || local_zone.iter().any(|zone| name.ends_with(zone))
}

async fn read(mut response: reqwest::Response, bytes_max: usize) -> Result<Bytes, OutboundError> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |length| length > bytes_max) {
        return Err(OutboundError::TooLarge(bytes_max));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(OutboundError::TooLarge(bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

fn broken(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::TimedOut;
    }
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(inner) = cause {
        if inner.is::<resolver::NotPublicName>() {
            return OutboundError::NotPublic;
        }
        cause = inner.source();
    }
    OutboundError::Unreachable
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a public host sends this client on to.
    fn follow(location: &str) -> Result<String, OutboundError> {
        let outbound = Outbound::new(Arc::new(SystemNames), false);
        let from = Url::parse("https://example.com/a/photo.png").expect("a URL");
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, location.parse().expect("a header's value"));
        outbound.redirected(&from, &headers).map(String::from)
    }

    #[test]
    fn a_redirect_may_lead_to_public_addresses_only() {
        use OutboundError::{BadUrl, NotPublic};
        assert_eq!(follow("b.png").as_deref(), Ok("https://example.com/a/b.png"));
        assert_eq!(follow("//cdn.example/b").as_deref(), Ok("https://cdn.example/b"));
        for (location, refusal) in [
            ("https://127.0.0.1/", NotPublic),
            ("https://[::1]/", NotPublic),
            ("https://0x7f000001/", NotPublic),
            ("https://2130706433/", NotPublic),
            ("https://169.254.169.254/latest/meta-data/", NotPublic),
            ("//localhost/", NotPublic),
            ("//metadata.google.internal/", NotPublic),
            ("http://example.com/b.png", BadUrl),
            ("https://user:secret@example.com/", BadUrl),
            ("file:///etc/passwd", BadUrl),
            ("gopher://example.com/", BadUrl),
        ] {
            assert_eq!(follow(location), Err(refusal), "{location}");
        }
    }
}
