//! API A: `/api/open/v1`, with `success`, `requestId` and camelCase names.
//!
//! Sources: seeds 000, 001 and 002; the vendors' contract, sections 1 and 4.A, where those are
//! silent. Fields that the contract does not name are ignored here.

mod error;
mod openapi;
mod request;
mod response;

use crate::settings::Settings;
use crate::wire::{Operation, Route, WireRequest, WireResponse, bytes};
use crate::{Dialect, ids};
use http::{Method, StatusCode};
use reelgate_core::{Call, Error, JobId, JobView, Reply};

/// The dialect's name.
const NAME: &str = "open_v1";
/// The path parameter that holds a job's id.
const ID: &str = "requestId";

/// API A.
#[derive(Clone, Debug)]
pub struct OpenV1 {
    models: Vec<String>,
}

impl OpenV1 {
    /// The API for an installation with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { models: settings.names(NAME) }
    }
}

static ROUTES: [Route; 4] = [
    // The documents' own sample of the list carries no key (contract 1.2).
    route(Method::GET, "/api/open/v1/models", Operation::Models, true),
    route(Method::POST, "/api/open/v1/video/generations", Operation::Submit, false),
    route(Method::GET, "/api/open/v1/video/generations/{requestId}", Operation::Get, false),
    route(
        Method::POST,
        "/api/open/v1/video/generations/{requestId}/cancel",
        Operation::Cancel,
        false,
    ),
];

const fn route(method: Method, path: &'static str, operation: Operation, public: bool) -> Route {
    Route { method, path, operation, public }
}

impl Dialect for OpenV1 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error> {
        let id = || self.read_id(request.parameter(ID)).ok_or_else(Error::job_not_found);
        match operation {
            Operation::Submit => Ok(Call::Submit(Box::new(request::draft(request, &self.models)?))),
            Operation::Get => Ok(Call::Get(id()?)),
            Operation::Cancel => Ok(Call::Cancel(id()?)),
            Operation::Models => Ok(Call::Models),
            // This API has no routes for these.
            Operation::SubmitForm(_)
            | Operation::Records
            | Operation::Remove
            | Operation::Content
            | Operation::Quote
            | Operation::Rerun
            | Operation::Own(_)
            | Operation::Endpoint(_)
            | Operation::Owner(_)
            | Operation::People(_) => Err(Error::internal()),
        }
    }

    fn render(&self, reply: &Reply) -> WireResponse {
        match reply {
            Reply::Accepted(job) => {
                WireResponse::json(StatusCode::OK, &response::Accepted::of(job))
            }
            Reply::Job(view) => WireResponse::json(StatusCode::OK, &response::Generation::of(view)),
            Reply::Cancelled(view) => {
                WireResponse::json(StatusCode::OK, &response::Cancelled::of(view))
            }
            // No route of this API asks for one.
            Reply::Records { .. }
            | Reply::Removed(_)
            | Reply::Quote(_)
            | Reply::Own(_)
            | Reply::Endpoint(_)
            | Reply::Owner(_)
            | Reply::People(_) => self.render_error(&Error::internal()),
            Reply::Models(models) => {
                WireResponse::json(StatusCode::OK, &response::Models::of(models))
            }
        }
    }

    fn render_error(&self, error: &Error) -> WireResponse {
        error::render(error)
    }

    fn render_event(&self, view: &JobView) -> Vec<u8> {
        bytes(&response::Generation::of(view))
    }

    fn show_id(&self, id: JobId) -> String {
        ids::show_a(id)
    }

    fn openapi(&self, server_url: &str) -> serde_json::Value {
        openapi::document(server_url, &ROUTES, &self.models)
    }
}
