//! As much of HTTP/1.1 as a load generator needs: one request out, one whole answer in.

use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Largest header of an answer.
const HEAD_MAX: usize = 16 << 10;
/// Read at once.
const READ: usize = 64 << 10;
/// Kept of a body for whoever wants to look at it.
const BODY_KEPT: usize = 64 << 10;

/// A kept-alive connection with one request in flight at most.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Box<[u8]>,
    /// The last answer's body, or its beginning.
    pub(crate) body: Vec<u8>,
}

/// An answer's first line and length.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
}

impl Connection {
    pub(crate) async fn open(address: std::net::SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; READ].into(), body: Vec::new() })
    }

    /// Sends a whole request and reads its whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head_end = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, "closed in an answer's head"));
            }
            let from = filled.saturating_sub(3);
            filled += read;
            if let Some(at) = find(&self.buffer[from..filled], b"\r\n\r\n") {
                break from + at + 4;
            }
            if filled > HEAD_MAX {
                return Err(Error::new(ErrorKind::InvalidData, "an answer's head is too long"));
            }
        };
        let head = parse(&self.buffer[..head_end])?;
        self.body.clear();
        self.body.extend_from_slice(&self.buffer[head_end..filled]);
        let mut left = head.length.saturating_sub(filled - head_end);
        while left > 0 {
            let read = self.stream.read(&mut self.buffer).await?;
            if read == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, "closed in an answer's body"));
            }
            if self.body.len() < BODY_KEPT {
                self.body.extend_from_slice(&self.buffer[..read]);
            }
            left = left.saturating_sub(read);
        }
        Ok(Answer { status: head.status, etag: head.etag })
    }
}

struct Head {
    status: u16,
    length: usize,
    etag: Option<String>,
}

fn parse(head: &[u8]) -> Result<Head> {
    let bad = || Error::new(ErrorKind::InvalidData, "not an HTTP answer");
    let text = std::str::from_utf8(head).map_err(|_| bad())?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.get(9..12)).ok_or_else(bad)?;
    let status = status.parse().map_err(|_| bad())?;
    let (mut length, mut etag) = (0, None);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| bad())?;
        } else if name.eq_ignore_ascii_case("etag") {
            etag = Some(value.trim().to_owned());
        }
    }
    Ok(Head { status, length: if status == 304 { 0 } else { length }, etag })
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_head_is_read() {
        let head = b"HTTP/1.1 202 Accepted\r\nContent-Length: 12\r\netag: \"a\"\r\n\r\n";
        let head = parse(head).expect("an answer");
        assert_eq!((head.status, head.length, head.etag.as_deref()), (202, 12, Some("\"a\"")));
        assert!(parse(b"nonsense\r\n\r\n").is_err());
    }
}
