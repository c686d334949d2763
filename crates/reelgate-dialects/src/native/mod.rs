//! Our own API, `/api/reelgate/v1`: everything the platform can do, in its own words.
//!
//! The command line and the web pages use it. A field that it does not have is refused, so that a
//! misspelt one is noticed.

mod error;
mod lists;
mod openapi;
mod openapi_own;
mod operator;
mod owner;
mod people;
mod query;
mod request;
mod response;
mod teams;
mod webhooks;

use crate::settings::Settings;
use crate::wire::{
    EndpointAction, Operation, OwnOperation, Route, WireRequest, WireResponse, bytes,
};
use crate::{Dialect, ids};
use http::{Method, StatusCode};
use reelgate_core::{Call, Error, JobId, JobView, Reply};
use std::sync::LazyLock;

pub use webhooks::notice;

/// The dialect's name.
const NAME: &str = "native";
/// The model when none is named.
const MODEL: &str = "native/preview";
/// How ids of keys begin.
const KEY_PREFIX: &str = "key_";
/// The path parameter that holds a job's id.
const ID: &str = "id";
/// Pictures may come inside a request, so its body may be larger than elsewhere.
const BODY_BYTES_MAX: usize = 32 << 20;

/// Our own API.
#[derive(Clone, Debug)]
pub struct Native {
    models: Vec<String>,
}

impl Native {
    /// The API for an installation with these settings; it sells every model of every dialect.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { models: settings.models.iter().map(|id| id.as_str().to_owned()).collect() }
    }
}

const JOBS: [Route; 29] = [
    route(Method::POST, "/api/reelgate/v1/jobs", Operation::Submit, false),
    route(Method::GET, "/api/reelgate/v1/jobs/{id}", Operation::Get, false),
    route(Method::POST, "/api/reelgate/v1/jobs/{id}/cancel", Operation::Cancel, false),
    route(Method::POST, "/api/reelgate/v1/jobs/{id}/rerun", Operation::Rerun, false),
    route(Method::POST, "/api/reelgate/v1/quote", Operation::Quote, false),
    route(Method::GET, "/api/reelgate/v1/models", Operation::Models, true),
    own(Method::GET, "/api/reelgate/v1/jobs", OwnOperation::ListJobs),
    own(Method::DELETE, "/api/reelgate/v1/jobs/{id}", OwnOperation::DeleteJob),
    own(Method::GET, "/api/reelgate/v1/jobs/{id}/events", OwnOperation::WatchJob),
    own(Method::GET, "/api/reelgate/v1/jobs/{id}/frame", OwnOperation::Glimpse),
    own(Method::POST, "/api/reelgate/v1/jobs/{id}/share", OwnOperation::Share),
    own(Method::GET, "/api/reelgate/v1/events", OwnOperation::Watch),
    own(Method::GET, "/api/reelgate/v1/balance", OwnOperation::Balance),
    own(Method::GET, "/api/reelgate/v1/statement", OwnOperation::Statement),
    own(Method::GET, "/api/reelgate/v1/usage", OwnOperation::Usage),
    own(Method::POST, "/api/reelgate/v1/uploads", OwnOperation::Upload),
    own(Method::GET, "/api/reelgate/v1/assets", OwnOperation::ListAssets),
    own(Method::GET, "/api/reelgate/v1/assets/{id}", OwnOperation::GetAsset),
    own(Method::DELETE, "/api/reelgate/v1/assets/{id}", OwnOperation::DeleteAsset),
    hook(Method::POST, "/api/reelgate/v1/webhooks", EndpointAction::Create),
    hook(Method::GET, "/api/reelgate/v1/webhooks", EndpointAction::List),
    hook(Method::GET, "/api/reelgate/v1/webhooks/{id}", EndpointAction::Show),
    hook(Method::PATCH, "/api/reelgate/v1/webhooks/{id}", EndpointAction::Update),
    hook(Method::DELETE, "/api/reelgate/v1/webhooks/{id}", EndpointAction::Delete),
    hook(Method::POST, webhooks::ROTATE, EndpointAction::Rotate),
    hook(Method::POST, "/api/reelgate/v1/webhooks/{id}/test", EndpointAction::Test),
    hook(Method::GET, "/api/reelgate/v1/webhooks/{id}/deliveries", EndpointAction::Deliveries),
    hook(
        Method::GET,
        "/api/reelgate/v1/webhooks/{id}/deliveries/{delivery}",
        EndpointAction::Delivery,
    ),
    hook(
        Method::POST,
        "/api/reelgate/v1/webhooks/{id}/deliveries/{delivery}/replay",
        EndpointAction::Replay,
    ),
];

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let people = people::ROUTES.into_iter().chain(teams::ROUTES).chain(operator::ROUTES);
    JOBS.into_iter().chain(owner::ROUTES).chain(people).collect()
});

const fn own(method: Method, path: &'static str, operation: OwnOperation) -> Route {
    route(method, path, Operation::Own(operation), false)
}

const fn hook(method: Method, path: &'static str, action: EndpointAction) -> Route {
    route(method, path, Operation::Endpoint(action), false)
}

const fn route(method: Method, path: &'static str, operation: Operation, public: bool) -> Route {
    Route { method, path, operation, public }
}

impl Dialect for Native {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn body_bytes_max(&self) -> Option<usize> {
        Some(BODY_BYTES_MAX)
    }

    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error> {
        let id = || self.read_id(request.parameter(ID)).ok_or_else(Error::job_not_found);
        match operation {
            Operation::Submit | Operation::SubmitForm(_) => {
                Ok(Call::Submit(Box::new(request::draft(request, &self.models)?)))
            }
            Operation::Quote => Ok(Call::Quote(Box::new(request::draft(request, &self.models)?))),
            Operation::Rerun => Ok(Call::Rerun(id()?)),
            Operation::Get => Ok(Call::Get(id()?)),
            Operation::Cancel => Ok(Call::Cancel(id()?)),
            Operation::Models => Ok(Call::Models),
            Operation::Own(operation) => {
                Ok(Call::Own(query::call(operation, request, &self.models)?))
            }
            Operation::Endpoint(action) => {
                Ok(Call::Endpoint(Box::new(webhooks::parse(action, request)?)))
            }
            // No route of this API does these.
            Operation::Records | Operation::Remove | Operation::Content => Err(Error::internal()),
            Operation::Owner(operation) => {
                Ok(Call::Owner(owner::parse(operation, request, &self.models)?))
            }
            Operation::People(operation) => Ok(Call::People(people::parse(operation, request)?)),
        }
    }

    fn render(&self, reply: &Reply) -> WireResponse {
        match reply {
            Reply::Accepted(job) => {
                WireResponse::json(StatusCode::ACCEPTED, &response::JobBody::accepted(job))
            }
            Reply::Job(view) | Reply::Cancelled(view) => {
                WireResponse::json(StatusCode::OK, &response::JobBody::of(view))
            }
            Reply::Quote(price) => WireResponse::json(StatusCode::OK, &response::Quote::of(price)),
            Reply::Models(models) => {
                let part = lists::Part::whole(models.iter().map(response::ModelBody::of));
                WireResponse::json(StatusCode::OK, &part)
            }
            Reply::Own(reply) => lists::render(reply),
            // No route of this API asks for these.
            Reply::Records { .. } | Reply::Removed(_) => self.render_error(&Error::internal()),
            Reply::Endpoint(reply) => webhooks::render(reply),
            Reply::Owner(reply) => owner::render(reply),
            Reply::People(reply) => people::render(reply),
        }
    }

    fn render_error(&self, error: &Error) -> WireResponse {
        error::render(error)
    }

    fn render_event(&self, view: &JobView) -> Vec<u8> {
        bytes(&response::JobBody::of(view))
    }

    fn show_id(&self, id: JobId) -> String {
        ids::show_native(id)
    }

    fn openapi(&self, server_url: &str) -> serde_json::Value {
        openapi::document(server_url, &ROUTES, &self.models)
    }
}
