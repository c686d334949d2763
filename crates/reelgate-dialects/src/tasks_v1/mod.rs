//! API C: `/api/v1/video/seedance2`, its newer sibling, `/api/v1/image/{model}` and
//! `/api/v1/tasks/{id}`, with plain objects and snake_case.
//!
//! Sources: seed 004; the vendors' contract, sections 3 and 4.C, where that is silent. A field that
//! the API does not have is refused here, as its documents say. There is no cancel, no webhook and
//! no list of models.

mod error;
mod image;
mod newer;
mod openapi;
mod request;
mod response;

use crate::settings::Settings;
use crate::wire::{Operation, Route, WireRequest, WireResponse, bytes};
use crate::{Dialect, ids};
use http::{Method, StatusCode};
use reelgate_core::{Call, Error, JobId, JobView, Reply};

/// The dialect's name.
const NAME: &str = "tasks_v1";
/// The model's name on this wire; the catalogue has it once for each tier.
const MODEL: &str = "seedance2";
/// What the catalogue's names begin with; the tier follows.
const MODEL_PREFIX: &str = "seedance2-";
/// The newer model, on the wire and in the catalogue.
const NEWER: &str = "seedance25";
/// The tier when none is named (seed 004), and what jobs of other APIs show.
const TIER: &str = "standard";
/// The older edition's name of the order form, still used by clients (contract 3.1).
const OLD_PATH: &str = "/api/v1/video/seedance";
/// Where clips of the newer model are ordered (contract 3.1).
const NEWER_PATH: &str = "/api/v1/video/seedance25";
/// Where pictures are ordered (contract 3.1).
const IMAGE_PATH: &str = "/api/v1/image/{model}";
/// The path parameter that holds a job's id.
const ID: &str = "id";

/// API C.
#[derive(Clone, Debug)]
pub struct TasksV1 {
    tiers: Vec<String>,
    image_models: Vec<String>,
}

impl TasksV1 {
    /// The API for an installation with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let names = settings.names(NAME);
        let tier = |name: &String| name.strip_prefix(MODEL_PREFIX).map(ToOwned::to_owned);
        let tiers = names.iter().filter_map(tier).collect();
        let is_image = |name: &String| !name.starts_with(MODEL_PREFIX) && name != NEWER;
        Self { tiers, image_models: names.into_iter().filter(is_image).collect() }
    }
}

static ROUTES: [Route; 5] = [
    route(Method::POST, "/api/v1/video/seedance2", Operation::Submit),
    route(Method::POST, OLD_PATH, Operation::Submit),
    route(Method::POST, NEWER_PATH, Operation::SubmitForm(NEWER)),
    route(Method::POST, IMAGE_PATH, Operation::Submit),
    route(Method::GET, "/api/v1/tasks/{id}", Operation::Get),
];

const fn route(method: Method, path: &'static str, operation: Operation) -> Route {
    Route { method, path, operation, public: false }
}

impl Dialect for TasksV1 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error> {
        let id = || self.read_id(request.parameter(ID)).ok_or_else(Error::job_not_found);
        match operation {
            Operation::Submit if request.path.contains_key(image::MODEL) => {
                Ok(Call::Submit(Box::new(image::draft(request, &self.image_models)?)))
            }
            Operation::Submit => Ok(Call::Submit(Box::new(request::draft(request, &self.tiers)?))),
            Operation::SubmitForm(_) => Ok(Call::Submit(Box::new(newer::draft(request)?))),
            Operation::Get => Ok(Call::Get(id()?)),
            Operation::Cancel => Ok(Call::Cancel(id()?)),
            Operation::Models => Ok(Call::Models),
            // This API has no routes for these.
            Operation::Records
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
                WireResponse::json(StatusCode::ACCEPTED, &response::Accepted::of(job))
            }
            Reply::Job(view) | Reply::Cancelled(view) => {
                WireResponse::json(StatusCode::OK, &response::Task::of(view))
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
        bytes(&response::Task::of(view))
    }

    fn show_id(&self, id: JobId) -> String {
        ids::show_c(id)
    }

    fn openapi(&self, server_url: &str) -> serde_json::Value {
        openapi::document(server_url, &ROUTES, &self.tiers, &self.image_models)
    }
}
