//! The Ark API: `/api/v3/contents/generations/tasks`, as BytePlus ModelArk and Volcengine Ark have
//! it.
//!
//! Source: the contract of the further APIs, section 1. An option that is null counts as left out,
//! options that a model does not take are ignored, and unknown ones too.

mod content;
mod error;
mod openapi;
mod request;
mod response;
mod suffix;

use crate::settings::Settings;
use crate::wire::{Operation, Route, WireRequest, WireResponse, bytes};
use crate::{Dialect, ids};
use http::{Method, StatusCode};
use reelgate_core::{Call, Error, JobId, JobView, Removal, Reply};
use serde_json::json;

/// The dialect's name.
const NAME: &str = "ark";
const TASKS: &str = "/api/v3/contents/generations/tasks";
const TASK: &str = "/api/v3/contents/generations/tasks/{id}";
/// The path parameter that holds a job's id.
const ID: &str = "id";
/// Bytes that a request's body may have: pictures and sounds may come inside it.
const BODY_BYTES_MAX: usize = 64 << 20;

/// The Ark API.
#[derive(Clone, Debug)]
pub struct Ark {
    models: Vec<String>,
}

impl Ark {
    /// The API for an installation with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { models: settings.names(NAME) }
    }
}

static ROUTES: [Route; 4] = [
    route(Method::POST, TASKS, Operation::Submit),
    route(Method::GET, TASKS, Operation::Records),
    route(Method::GET, TASK, Operation::Get),
    route(Method::DELETE, TASK, Operation::Remove),
];

const fn route(method: Method, path: &'static str, operation: Operation) -> Route {
    Route { method, path, operation, public: false }
}

impl Dialect for Ark {
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
            Operation::Submit => Ok(Call::Submit(Box::new(request::draft(request, &self.models)?))),
            Operation::Records => Ok(Call::Records(Box::new(request::query(request)?))),
            Operation::Get => Ok(Call::Get(id()?)),
            // A body may come along, and means nothing.
            Operation::Remove => Ok(Call::Remove(id()?, Removal::Idle)),
            Operation::Models => Ok(Call::Models),
            // This API has no routes for these.
            Operation::SubmitForm(_)
            | Operation::Quote
            | Operation::Rerun
            | Operation::Cancel
            | Operation::Content
            | Operation::Own(_)
            | Operation::Endpoint(_)
            | Operation::Owner(_)
            | Operation::People(_) => Err(Error::internal()),
        }
    }

    fn render(&self, reply: &Reply) -> WireResponse {
        let ok = StatusCode::OK;
        match reply {
            Reply::Accepted(job) => WireResponse::json(ok, &json!({ "id": ids::show_ark(job.id) })),
            Reply::Job(view) | Reply::Cancelled(view) => {
                WireResponse::json(ok, &response::Task::of(view))
            }
            Reply::Records { rows, total, .. } => {
                WireResponse::json(ok, &response::Tasks::of(rows, *total))
            }
            // Clients read a body here, so it is not left out.
            Reply::Removed(_) => WireResponse::json(ok, &json!({})),
            // No route of this API asks for one.
            Reply::Models(_)
            | Reply::Quote(_)
            | Reply::Own(_)
            | Reply::Endpoint(_)
            | Reply::Owner(_)
            | Reply::People(_) => self.render_error(&Error::internal()),
        }
    }

    fn render_error(&self, error: &Error) -> WireResponse {
        error::render(error)
    }

    fn render_event(&self, view: &JobView) -> Vec<u8> {
        bytes(&response::Task::of(view))
    }

    fn show_id(&self, id: JobId) -> String {
        ids::show_ark(id)
    }

    fn openapi(&self, server_url: &str) -> serde_json::Value {
        openapi::document(server_url, &ROUTES, &self.models)
    }
}
