//! OpenAI's videos API: `/v1/videos`, as its official clients speak it.
//!
//! Source: the contract of the further APIs, section 2. Orders come as forms or as JSON, and mean
//! the same. An option that is null counts as left out, and unknown ones are ignored: servers of
//! this kind know many that the documented API does not have.

mod error;
mod form;
mod openapi;
mod request;
mod response;

use crate::settings::Settings;
use crate::wire::{Operation, Route, WireRequest, WireResponse, bytes};
use crate::{Dialect, ids};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use reelgate_core::webhook::Message;
use reelgate_core::{Call, Error, JobId, JobView, Kind, ModelId, Removal, Reply};
use response::{Event, Page, Removed, Video};
use std::collections::BTreeMap;

/// The dialect's name.
const NAME: &str = "openai";
const VIDEOS: &str = "/v1/videos";
const VIDEO: &str = "/v1/videos/{id}";
/// The path parameter that holds a job's id.
const ID: &str = "id";
/// The forms of orders that begin with an earlier clip.
const EDIT: &str = "edit";
const EXTEND: &str = "extend";
const REMIX: &str = "remix";
/// What is not made here, and would be taken for a video's name otherwise.
const CHARACTER: &str = "character";
/// Bytes that a request's body may have: pictures and clips may come inside it.
const BODY_BYTES_MAX: usize = 64 << 20;
/// Tells the official clients when to ask again; the first one they see counts.
const POLL_AFTER: HeaderName = HeaderName::from_static("openai-poll-after-ms");

/// OpenAI's videos API.
#[derive(Clone, Debug)]
pub struct OpenAi {
    /// Names, and the models that they stand for.
    models: BTreeMap<String, ModelId>,
    retention_ms: i64,
}

impl OpenAi {
    /// The API for an installation with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let own = settings.names(NAME).into_iter();
        let own = own.map(|name| (name.clone(), ModelId::new(NAME, &name)));
        // What the operator says wins.
        let named = settings.openai_models.clone();
        Self { models: own.chain(named).collect(), retention_ms: settings.retention_ms }
    }

    fn video<'a>(&self, view: &'a JobView) -> Video<'a> {
        Video::of(view, self.retention_ms)
    }
}

static ROUTES: [Route; 9] = [
    route(Method::POST, VIDEOS, Operation::Submit),
    route(Method::GET, VIDEOS, Operation::Records),
    route(Method::POST, "/v1/videos/edits", Operation::SubmitForm(EDIT)),
    route(Method::POST, "/v1/videos/extensions", Operation::SubmitForm(EXTEND)),
    route(Method::POST, "/v1/videos/characters", Operation::SubmitForm(CHARACTER)),
    route(Method::GET, VIDEO, Operation::Get),
    route(Method::DELETE, VIDEO, Operation::Remove),
    route(Method::GET, "/v1/videos/{id}/content", Operation::Content),
    route(Method::POST, "/v1/videos/{id}/remix", Operation::SubmitForm(REMIX)),
];

const fn route(method: Method, path: &'static str, operation: Operation) -> Route {
    Route { method, path, operation, public: false }
}

/// The body of a message to an endpoint that listens in this API's words; of a test, without a
/// job.
#[must_use]
pub fn event(message: &Message) -> Vec<u8> {
    bytes(&Event::of(message))
}

impl Dialect for OpenAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn body_bytes_max(&self) -> Option<usize> {
        Some(BODY_BYTES_MAX)
    }

    fn reads_forms(&self) -> bool {
        true
    }

    fn timing_header(&self) -> Option<HeaderName> {
        Some(HeaderName::from_static("openai-processing-ms"))
    }

    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error> {
        let id = || self.read_id(request.parameter(ID)).ok_or_else(Error::job_not_found);
        let submit = |draft| Ok(Call::Submit(Box::new(draft)));
        match operation {
            Operation::Submit => submit(request::draft(request, &self.models)?),
            Operation::SubmitForm(REMIX) => submit(request::remix(request, id()?)?),
            Operation::SubmitForm(CHARACTER) => {
                Err(Error::new(Kind::NotFound, "There are no characters here"))
            }
            Operation::SubmitForm(form) => {
                submit(request::of_footage(request, &self.models, form == EXTEND)?)
            }
            Operation::Records => Ok(Call::Records(Box::new(request::query(request)?))),
            Operation::Get => Ok(Call::Get(id()?)),
            // There is no other way to stop one.
            Operation::Remove => Ok(Call::Remove(id()?, Removal::Always)),
            Operation::Content => Ok(Call::Content(id()?, request::content(request)?)),
            Operation::Models => Ok(Call::Models),
            // This API has no routes for these.
            Operation::Quote
            | Operation::Rerun
            | Operation::Cancel
            | Operation::Own(_)
            | Operation::Endpoint(_)
            | Operation::Owner(_)
            | Operation::People(_) => Err(Error::internal()),
        }
    }

    fn render(&self, reply: &Reply) -> WireResponse {
        let ok = StatusCode::OK;
        match reply {
            Reply::Accepted(job) => WireResponse::json(ok, &Video::accepted(job)),
            Reply::Job(view) | Reply::Cancelled(view) => {
                let mut response = WireResponse::json(ok, &self.video(view));
                if let Some(wait_ms) = view.poll_after_ms {
                    response.headers.insert(POLL_AFTER, HeaderValue::from(wait_ms));
                }
                response
            }
            Reply::Records { rows, has_more, .. } => {
                let videos = rows.iter().map(|view| self.video(view)).collect();
                WireResponse::json(ok, &Page::of(videos, *has_more))
            }
            Reply::Removed(id) => WireResponse::json(ok, &Removed::of(*id)),
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
        bytes(&Event::of_end(view))
    }

    fn show_id(&self, id: JobId) -> String {
        ids::show_openai(id)
    }

    fn openapi(&self, server_url: &str) -> serde_json::Value {
        openapi::document(server_url, &ROUTES, &self.models)
    }
}
