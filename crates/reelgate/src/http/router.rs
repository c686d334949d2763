//! Everything that is mounted, dialect by dialect.

use super::actions::NATIVE;
use super::gateway::{self, PathParams};
use super::{files, health, openapi, openid, pages, reply, studio, top_up, upstream};
use crate::agents::mcp;
use crate::app::App;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::{MethodFilter, MethodRouter, get, post};
use axum::{Router, middleware};
use http::{Response, StatusCode};
use reelgate_core::{Error, Kind};
use reelgate_dialects::{Dialect, Route};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Builds the server's front.
pub fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new()
        .route("/openapi/{file}", get(openapi::document))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/files/{ticket}/{*name}", get(files::download))
        .route("/upstream/{job}/{seal}", post(upstream::report))
        .route("/payments/stripe", post(top_up::report))
        .route("/openid/sign-in", get(openid::begin))
        .route("/openid/return", get(openid::back))
        .with_state(Arc::clone(app));
    for dialect in &app.dialects {
        for (path, routes) in by_path(dialect.routes()) {
            router = router.route(path, mount(app, dialect, &routes));
        }
    }
    if let Some(native) = app.dialect(NATIVE) {
        let tools = mcp::service(&router, native.as_ref(), app.stopping.clone());
        router = router.route_service("/mcp", tools);
    }
    router = router.merge(pages::routes(app)).merge(studio::routes());
    let in_flight = Arc::new(Semaphore::new(app.config.limits.requests_in_flight_max));
    router
        .fallback({
            let app = Arc::clone(app);
            move |request: Request| async move { unknown(&app, request.uri().path()) }
        })
        .layer(middleware::from_fn({
            let app = Arc::clone(app);
            move |request: Request, next: middleware::Next| {
                let (app, in_flight) = (Arc::clone(&app), Arc::clone(&in_flight));
                async move {
                    let Ok(_place) = in_flight.try_acquire() else {
                        return refuse(&app, request.uri().path(), &Error::busy(1));
                    };
                    next.run(request).await
                }
            }
        }))
}

fn by_path(routes: &'static [Route]) -> BTreeMap<&'static str, Vec<&'static Route>> {
    let mut paths = BTreeMap::<_, Vec<_>>::new();
    for route in routes {
        paths.entry(route.path).or_default().push(route);
    }
    paths
}

fn mount(app: &Arc<App>, dialect: &Arc<dyn Dialect>, routes: &[&'static Route]) -> MethodRouter {
    let mut methods = MethodRouter::new();
    for route in routes.iter().copied() {
        let (app, dialect) = (Arc::clone(app), Arc::clone(dialect));
        let filter = MethodFilter::try_from(route.method.clone())
            .expect("dialects use the methods that HTTP defines");
        methods = methods.on(filter, move |path: PathParams, request: Request| {
            gateway::answer(Arc::clone(&app), Arc::clone(&dialect), route, path, request)
        });
    }
    let names: Vec<_> = routes.iter().map(|route| route.method.to_string()).collect();
    let (dialect, allowed) = (Arc::clone(dialect), names.join(", "));
    methods.fallback(async move || gateway::wrong_method(dialect.as_ref(), &allowed))
}

fn unknown(app: &App, path: &str) -> Response<Body> {
    let message = format!("there is nothing at {path}");
    refuse(app, path, &Error::new(Kind::NotFound, message))
}

/// A refusal in the shape of the API that the path comes nearest to.
fn refuse(app: &App, path: &str, error: &Error) -> Response<Body> {
    let near = |dialect: &Arc<dyn Dialect>| {
        dialect.routes().iter().map(|route| shared_segments(route.path, path)).max().unwrap_or(0)
    };
    match app.dialects.iter().max_by_key(|dialect| near(dialect)) {
        Some(dialect) if near(dialect) >= 2 => reply::send(dialect.render_error(error)),
        _ => {
            let status = match error.kind {
                Kind::NotFound => StatusCode::NOT_FOUND,
                _ => StatusCode::SERVICE_UNAVAILABLE,
            };
            let mut response = Response::new(Body::from(format!("{}\n", error.message)));
            *response.status_mut() = status;
            response
        }
    }
}

/// Leading path segments that two paths have in common.
fn shared_segments(route: &str, path: &str) -> usize {
    let pairs = route.split('/').skip(1).zip(path.split('/').skip(1));
    pairs.take_while(|(a, b)| a == b).count()
}
