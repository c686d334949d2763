//! The way to upstreams: addresses that the operator wrote into the settings.
//!
//! They may be private, which is why this is a client of its own and no caller's address ever comes
//! here. A key goes to the engine's own address and nowhere else; redirects are not followed, so
//! none can be sent on.

use super::base::Latent;
use super::save::{self, SaveError, Saved};
use super::{OutboundError, broken};
use reelgate_engines::remote::wire::{Answer, Body, Content, Method, Part, Request};
use reqwest::dns::Resolve;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Bytes of one answer; a list of five hundred tasks is the largest thing that is asked for.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Connections kept open to one upstream while nothing is sent: as many as are used at a time.
const IDLE_MAX: usize = 256;
/// Longest `Retry-After` that is honoured, in seconds.
const RETRY_AFTER_S_MAX: u32 = 3600;

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct UpstreamClient {
    client: Latent,
}

/// What an upstream answered.
#[derive(Clone, Debug)]
pub struct Given {
    status: u16,
    retry_after_s: Option<u32>,
    body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing was sent: there is no connection.
    #[error("could not be reached")]
    NotSent,
    /// It was sent, or some of it; nobody knows what became of it.
    #[error("gave no answer")]
    NoAnswer,
}

impl Given {
    /// The same, for an adapter to read.
    #[must_use]
    pub fn answer(&self) -> Answer<'_> {
        Answer { status: self.status, retry_after_s: self.retry_after_s, body: &self.body }
    }

    /// The beginning of the body in one line, for the operator's log.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let text: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        format!("status {}: {}", self.status, text.replace(['\n', '\r'], " "))
    }
}

impl UpstreamClient {
    /// A client that resolves names with `names`, whatever addresses they lead to.
    #[must_use]
    pub fn new(names: Arc<dyn Resolve>) -> Self {
        Self { client: Latent::new(names, IDLE_MAX) }
    }

    /// Sends a request once, and reads the answer.
    ///
    /// # Errors
    /// Why there is none, and whether the request may have arrived.
    pub async fn send(
        &self,
        base: &Url,
        authorization: Option<(&'static str, String)>,
        request: Request,
        timeout: Duration,
    ) -> Result<Given, SendError> {
        let url = join(base, &request.path).ok_or(SendError::NotSent)?;
        let client = self.client.get().ok_or(SendError::NotSent)?;
        let mut builder = client.request(method(request.method), url);
        for (name, value) in authorization.into_iter().chain(request.headers) {
            builder = builder.header(name, value);
        }
        builder = match request.body {
            Body::Empty => builder,
            Body::Json(value) => builder.json(&value),
            Body::Form(parts) => {
                let (boundary, body) = form(&parts);
                let kind = format!("multipart/form-data; boundary={boundary}");
                builder.header(CONTENT_TYPE, kind).body(body)
            }
        };
        let exchange = async {
            let sent = builder.send().await;
            let sent = sent.map_err(|error| match error.is_connect() || error.is_builder() {
                true => SendError::NotSent,
                false => SendError::NoAnswer,
            })?;
            read(sent).await
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(SendError::NoAnswer))
    }

    /// Saves a file of an upstream: with its key behind its own address, or from an address that it
    /// named and that the caller of this has judged.
    ///
    /// # Errors
    /// Why it could not be had whole.
    pub async fn save(
        &self,
        url: Url,
        authorization: Option<(&'static str, String)>,
        file: &Path,
        bytes_max: u64,
    ) -> Result<Saved, SaveError> {
        let mut builder = self.client.get().ok_or(OutboundError::Unreachable)?.get(url);
        if let Some((name, value)) = authorization {
            builder = builder.header(name, value);
        }
        let sent = tokio::time::timeout(save::ANSWER_TIMEOUT, builder.send()).await;
        let sent = sent.map_err(|_| OutboundError::TimedOut)?.map_err(broken)?;
        save::save(sent, file, bytes_max).await
    }
}

/// A path behind a base address: nothing in it can lead to another host.
pub(crate) fn join(base: &Url, path: &str) -> Option<Url> {
    let text = format!("{}{path}", base.as_str().trim_end_matches('/'));
    let url = Url::parse(&text).ok().filter(|_| path.starts_with('/'))?;
    (url.origin() == base.origin()).then_some(url)
}

const fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    }
}

async fn read(mut response: reqwest::Response) -> Result<Given, SendError> {
    let status = response.status().as_u16();
    let retry_after_s = retry_after(response.headers());
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|_| SendError::NoAnswer)? {
        if body.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(SendError::NoAnswer);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Given { status, retry_after_s, body })
}

fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(|seconds: u32| seconds.min(RETRY_AFTER_S_MAX))
}

/// A form as bytes, and a boundary that is not in any of its files.
fn form(parts: &[Part]) -> (String, Vec<u8>) {
    let mut boundary = "reelgate-form".to_owned();
    while parts.iter().any(|part| holds(&part.content, boundary.as_bytes())) {
        boundary.push('x');
    }
    let mut body = Vec::new();
    for part in parts {
        let name = part.name.replace(['"', '\r', '\n'], "_");
        let head = match &part.content {
            Content::Text(_) => format!("form-data; name=\"{name}\"\r\n"),
            Content::File { name: file, mime, .. } => {
                let file = file.replace(['"', '\r', '\n'], "_");
                format!(
                    "form-data; name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: {mime}\r\n"
                )
            }
        };
        let head = format!("--{boundary}\r\ncontent-disposition: {head}\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(match &part.content {
            Content::Text(text) => text.as_bytes(),
            Content::File { bytes, .. } => bytes,
        });
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

fn holds(content: &Content, needle: &[u8]) -> bool {
    let bytes = match content {
        Content::Text(text) => text.as_bytes(),
        Content::File { bytes, .. } => bytes,
    };
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_an_upstream_leads_to_no_other_host() {
        let base = Url::parse("https://ark.example.com/api/v3").expect("a URL");
        let joined = |path: &str| join(&base, path).map(String::from);
        let tasks = "https://ark.example.com/api/v3/tasks?page_num=1";
        assert_eq!(joined("/tasks?page_num=1").as_deref(), Some(tasks));
        assert_eq!(joined("https://evil.example/"), None);
        assert_eq!(joined("@evil.example/"), None);
        assert_eq!(joined(".evil.example/"), None);
    }

    #[test]
    fn a_form_is_what_the_standard_says() {
        let file = Content::File { name: "a\".png".to_owned(), mime: "image/png", bytes: vec![7] };
        let parts = [
            Part::text("prompt", "reelgate-form"),
            Part { name: "input_reference".to_owned(), content: file },
        ];
        let (boundary, body) = form(&parts);
        assert_eq!(boundary, "reelgate-formx");
        let expected = "--reelgate-formx\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\n\
            reelgate-form\r\n--reelgate-formx\r\ncontent-disposition: form-data; \
            name=\"input_reference\"; filename=\"a_.png\"\r\ncontent-type: image/png\r\n\r\n\u{7}\
            \r\n--reelgate-formx--\r\n";
        assert_eq!(String::from_utf8(body).expect("text"), expected);
    }
}
