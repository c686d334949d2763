//! Other people's servers: hosts of references and receivers of webhooks, on this machine, and the
//! names under which they are found.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt as _;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server of this test, which remembers what it was sent.
pub(crate) struct Neighbour {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Neighbour {
    /// Answers every request with what `answer` says to its path.
    pub(crate) async fn start(
        answer: impl Fn(&str) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen) = (Arc::new(answer), Arc::clone(&received));
        let router = Router::new().fallback(move |request: Request| {
            let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.map(|body| body.to_bytes().to_vec());
                let path = parts.uri.path().to_owned();
                let one = Received {
                    path: path.clone(),
                    headers: parts.headers,
                    body: body.unwrap_or_default(),
                };
                seen.lock().expect("no panic").push(one);
                answer(&path)
            }
        });
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stopped).await.expect("serves");
        });
        Self { url, received, stop, task }
    }

    /// A receiver that answers with these statuses in turn, and with the last one ever after.
    pub(crate) async fn receiver(statuses: &[u16]) -> Self {
        let left = Mutex::new(statuses.to_vec());
        Self::start(move |_| {
            let mut left = left.lock().expect("no panic");
            let status = if left.len() > 1 { left.remove(0) } else { left[0] };
            answer(status, "text/plain", b"noted".to_vec())
        })
        .await
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }

    /// The address of something here.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.task.await.expect("it ends in good order");
    }
}

/// An answer with this body.
pub(crate) fn answer(status: u16, content_type: &str, body: Vec<u8>) -> Response<Body> {
    let response = Response::builder().status(status).header("content-type", content_type);
    response.body(Body::from(body)).expect("a response")
}

/// An answer that sends the caller elsewhere.
pub(crate) fn redirect(to: &str) -> Response<Body> {
    let response = Response::builder().status(StatusCode::FOUND).header("location", to);
    response.body(Body::empty()).expect("a response")
}

/// A telephone book with these names and no others: tests never ask the real one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(BTreeMap<String, Vec<IpAddr>>);

impl Names {
    pub(crate) fn of(names: &[(&str, &[&str])]) -> Self {
        let entry = |(name, addresses): &(&str, &[&str])| {
            let parse = |text: &&str| text.parse().expect("an address");
            ((*name).to_owned(), addresses.iter().map(parse).collect())
        };
        Self(names.iter().map(entry).collect())
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.get(name.as_str()).cloned();
        Box::pin(async move {
            let found = found.ok_or_else(|| std::io::Error::other("no such name"))?;
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            let addresses: Addrs = Box::new(found.collect::<Vec<_>>().into_iter());
            Ok(addresses)
        })
    }
}
