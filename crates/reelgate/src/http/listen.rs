//! Connections: accepted within a bound, given a time limit for their headers, and closed in good
//! order.

use super::peer::Peer;
use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// A connection without a request, or with an unfinished one, is closed after this time.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Open connections may take so long to finish after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(10);
/// Out of file descriptors, most likely: some will be free again soon.
const AFTER_FAULT: Duration = Duration::from_millis(100);

/// Serves `router` to at most `connections_max` connections at a time, until `stopping`; then takes
/// no new ones and lets the open ones end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections_max: usize,
    stopping: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(connections_max));
    let open = GracefulShutdown::new();
    while let Some((stream, peer, place)) = next(&listener, &places, &stopping).await {
        // Small answers must not wait for more bytes to fill a packet.
        let _ = stream.set_nodelay(true);
        let router = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            request
        });
        let service = TowerToHyperService::new(router);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => {
            tracing::warn!("connections were still open and are cut");
        }
    }
}

/// The next connection and its place; nothing once the server stops.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stopping: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    loop {
        let accepted = async {
            let place = Arc::clone(places).acquire_owned().await;
            (listener.accept().await, place)
        };
        tokio::select! {
            (stream, place) = accepted => match (stream, place) {
                (Ok((stream, peer)), Ok(place)) => return Some((stream, peer, place)),
                (_, Err(_closed)) => return None,
                (Err(error), _) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(AFTER_FAULT).await;
                }
            },
            () = stopping.cancelled() => return None,
        }
    }
}
