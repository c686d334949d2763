//! A webhook receiver that has good and bad days.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// With this status.
    Status(u16),
    /// It closes the connection.
    HangUp,
}

/// What came in under one webhook id.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    /// Bodies, which must all tell of one job.
    pub(super) bodies: Vec<String>,
    /// They came to an account's endpoint, not to the address of one order.
    pub(super) to_endpoint: bool,
    /// One of them was answered with success.
    pub(super) taken: bool,
    /// One of them was answered with 410: never again.
    pub(super) refused: bool,
}

/// The receiver.
pub(super) struct Receiver {
    pub(super) url: String,
    shared: Arc<Mutex<Shared>>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    mood: Mood,
    calls: BTreeMap<String, Calls>,
}

impl Receiver {
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let shared =
            Arc::new(Mutex::new(Shared { mood: Mood::Status(200), calls: BTreeMap::new() }));
        let task = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn({
                        let shared = Arc::clone(&shared);
                        // A caller that broke off has said nothing.
                        async move { drop(answer(stream, &shared).await) }
                    });
                }
            }
        });
        Ok(Self { url, shared, task })
    }

    pub(super) fn set_mood(&self, mood: Mood) {
        self.shared.lock().expect("no holder of this lock panics").mood = mood;
    }

    pub(super) fn calls(&self) -> BTreeMap<String, Calls> {
        self.shared.lock().expect("no holder of this lock panics").calls.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = header(&head, "content-length").and_then(|text| text.parse().ok());
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            break (head, bytes.split_off(end + 4));
        }
    };
    let id = header(&head, "webhook-id").unwrap_or("").to_owned();
    let mood = {
        let mut shared = shared.lock().expect("no holder of this lock panics");
        let mood = shared.mood;
        let calls = shared.calls.entry(id).or_default();
        calls.to_endpoint |= head.starts_with("POST /hook/all ");
        calls.bodies.push(String::from_utf8_lossy(&body).into_owned());
        calls.taken |= matches!(mood, Mood::Status(200..=299));
        calls.refused |= mood == Mood::Status(410);
        mood
    };
    let Mood::Status(status) = mood else { return Ok(()) };
    let reply = format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(reply.as_bytes()).await
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}
