//! A webhook receiver that outlives the servers which call it.

use crate::http::{content_length, header};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// For each job the webhook ids it was announced under, and the states announced.
pub(crate) type Heard = BTreeMap<String, BTreeSet<(String, String)>>;

pub(crate) struct Receiver {
    pub(crate) url: String,
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    heard: Mutex<Heard>,
    calls: AtomicU64,
    /// Every so many calls are answered with an error; zero for none.
    fails_every: AtomicU64,
    over: AtomicBool,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if shared.over.load(Ordering::SeqCst) {
                        break;
                    }
                    // A caller that was killed in the middle has told us nothing.
                    let _ = answer(stream, &shared);
                }
            }
        });
        Self { url: format!("http://{address}/hook"), shared, thread: Some(thread) }
    }

    /// Answers every `nth` call with an error.
    pub(crate) fn fail_every(&self, nth: u64) {
        self.shared.fails_every.store(nth, Ordering::SeqCst);
    }

    pub(crate) fn heard(&self) -> Heard {
        self.shared.heard.lock().expect("no panic").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let address = self.url.trim_start_matches("http://").trim_end_matches("/hook");
        drop(TcpStream::connect(address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let (head, body) = loop {
        let length = stream.read(&mut chunk)?;
        if length == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(&chunk[..length]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        if bytes.len() >= end + 4 + content_length(&head).unwrap_or(0) {
            break (head, bytes.split_off(end + 4));
        }
    };
    let call = shared.calls.fetch_add(1, Ordering::SeqCst) + 1;
    let every = shared.fails_every.load(Ordering::SeqCst);
    let status = if every > 0 && call.is_multiple_of(every) { "503 Busy" } else { "200 OK" };
    let job: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| job[name].as_str().unwrap_or("").to_owned();
    let id = header(&head, "webhook-id").unwrap_or("").to_owned();
    let mut heard = shared.heard.lock().expect("no panic");
    heard.entry(text("id")).or_default().insert((id, text("state")));
    drop(heard);
    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(reply.as_bytes())
}
