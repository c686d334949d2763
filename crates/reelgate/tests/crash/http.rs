//! The smallest HTTP client that will do: one request, one connection, no surprises when the other
//! side dies in the middle.

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// What to ask.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) key: &'a str,
    pub(crate) idempotency: Option<&'a str>,
    pub(crate) body: &'a str,
}

/// Asks `address`; nothing when no whole answer came back.
pub(crate) fn ask(address: &str, ask: &Ask<'_>) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    let Ask { method, path, key, body, .. } = ask;
    let once = ask.idempotency.map(|key| format!("idempotency-key: {key}\r\n"));
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n{}connection: close\r\n\r\n",
        body.len(),
        once.unwrap_or_default()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = bytes[end + 4..].to_vec();
    // Half an answer is none: the caller could not have read it.
    let whole = content_length(head).is_none_or(|length| length == body.len());
    whole.then_some(Answer { status, body })
}

/// The length that a message's head announces.
pub(crate) fn content_length(head: &str) -> Option<usize> {
    header(head, "content-length")?.parse().ok()
}

/// A header of a message's head.
pub(crate) fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}
