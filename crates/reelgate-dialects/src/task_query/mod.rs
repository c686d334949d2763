//! API B: `/api/video/seedance/gen` and `/api/task/query`, with `code`, `message` and `data`.
//!
//! Sources: seed 003; the vendors' contract, sections 2 and 4.B, where that is silent. Fields that
//! the contract does not name are ignored here. The API has no cancel and no list of models.

mod content;
mod error;
mod openapi;
mod request;
mod response;

use crate::settings::Settings;
use crate::wire::{Operation, Route, WireRequest, WireResponse, bytes};
use crate::{Dialect, ids};
use http::{Method, StatusCode};
use reelgate_core::{Call, Error, Field, JobId, JobView, Reply};
use response::{Envelope, Task};

/// The dialect's name.
const NAME: &str = "task_query";
/// The query parameter that holds a job's id.
const ID: &str = "task_id";
/// Another name for it that clients use (contract 4.B).
const ID_ALIAS: &str = "job_id";

/// API B.
#[derive(Clone, Debug)]
pub struct TaskQuery {
    usd_micro_per_credit: i64,
    allow_data_uris: bool,
    models: Vec<String>,
}

impl TaskQuery {
    /// The API for an installation with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            usd_micro_per_credit: settings.usd_micro_per_credit,
            allow_data_uris: settings.allow_data_uris,
            models: settings.names(NAME),
        }
    }

    fn task<'a>(&self, view: &'a JobView) -> Task<'a> {
        Task::of(view, self.usd_micro_per_credit)
    }
}

static ROUTES: [Route; 2] = [
    route(Method::POST, "/api/video/seedance/gen", Operation::Submit),
    route(Method::GET, "/api/task/query", Operation::Get),
];

const fn route(method: Method, path: &'static str, operation: Operation) -> Route {
    Route { method, path, operation, public: false }
}

impl Dialect for TaskQuery {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error> {
        let id = || {
            let text = request.query_value(ID).or_else(|| request.query_value(ID_ALIAS));
            let text = text.filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| Error::invalid(Field::JobId, "is required"))?;
            self.read_id(text).ok_or_else(Error::job_not_found)
        };
        match operation {
            Operation::Submit => {
                let draft = request::draft(request, &self.models, self.allow_data_uris)?;
                Ok(Call::Submit(Box::new(draft)))
            }
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
                WireResponse::json(StatusCode::OK, &Envelope::ok(response::Accepted::of(job)))
            }
            Reply::Job(view) | Reply::Cancelled(view) => {
                WireResponse::json(StatusCode::OK, &Envelope::ok(self.task(view)))
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
                let names = models.iter().map(|model| model.id.name()).collect::<Vec<_>>();
                WireResponse::json(StatusCode::OK, &Envelope::ok(names))
            }
        }
    }

    fn render_error(&self, error: &Error) -> WireResponse {
        error::render(error)
    }

    /// The task without its envelope: what the receivers in use read (contract 2.7).
    fn render_event(&self, view: &JobView) -> Vec<u8> {
        bytes(&self.task(view))
    }

    fn show_id(&self, id: JobId) -> String {
        ids::show_b(id)
    }

    fn openapi(&self, server_url: &str) -> serde_json::Value {
        openapi::document(server_url, &ROUTES, &self.models)
    }
}
