//! Reelgate's translations: one folder for each public API, bytes in, calls out.
//!
//! A dialect is pure: it reads no clock, no database and no network, and it cannot contain the
//! pipeline. Authentication, limits, idempotency, prices and storage happen once, in the gateway.
//!
//! Each folder reads the same way: `mod.rs` lists the routes, `request.rs` turns a body into a
//! draft, `response.rs` turns an answer into a body, `error.rs` turns a refusal into a status and a
//! code, `openapi.rs` describes all of it. What they share lies beside them.

mod ark;
mod ids;
mod json;
mod native;
mod open_v1;
mod openai;
mod openapi;
mod settings;
mod task_query;
mod tasks_v1;
mod time;
mod view;
mod wire;

pub use ark::Ark;
pub use native::{Native, notice};
pub use open_v1::OpenV1;
pub use openai::{OpenAi, event};
pub use settings::Settings;
pub use task_query::TaskQuery;
pub use tasks_v1::TasksV1;
pub use time::iso;
pub use wire::{
    EndpointAction, FormPart, Operation, OperatorOperation, OwnOperation, OwnerOperation,
    PeopleOperation, Route, TeamOperation, WireRequest, WireResponse,
};

use http::HeaderName;
use reelgate_core::{Call, Error, JobId, JobView, Reply};
use std::sync::Arc;

/// One public API.
pub trait Dialect: Send + Sync {
    /// Its name in jobs, the catalogue, logs and configuration.
    fn name(&self) -> &'static str;

    /// Every path it serves.
    fn routes(&self) -> &'static [Route];

    /// Bytes a request's body may have, where this API needs another limit than the server's.
    fn body_bytes_max(&self) -> Option<usize> {
        None
    }

    /// Whether orders may come as forms (`multipart/form-data`) too.
    fn reads_forms(&self) -> bool {
        false
    }

    /// The header in which this API tells how many milliseconds an answer took, if it does.
    fn timing_header(&self) -> Option<HeaderName> {
        None
    }

    /// Reads a request to one of its routes.
    ///
    /// # Errors
    /// What is wrong with the request, in the platform's words.
    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error>;

    /// Writes an answer.
    fn render(&self, reply: &Reply) -> WireResponse;

    /// Writes a refusal, with the field under the name this API has for it.
    fn render_error(&self, error: &Error) -> WireResponse;

    /// Writes the body of this API's webhook about a job.
    fn render_event(&self, view: &JobView) -> Vec<u8>;

    /// A job's id as this API shows it.
    fn show_id(&self, id: JobId) -> String;

    /// Reads a job's id as any of the APIs shows it; nothing for any other text.
    ///
    /// One job can be read through every API, so each of them reads every form: a client that
    /// moves from one API to another keeps its ids.
    fn read_id(&self, text: &str) -> Option<JobId> {
        ids::read(text)
    }

    /// An OpenAPI 3.1 document of this API as served at `server_url`.
    fn openapi(&self, server_url: &str) -> serde_json::Value;
}

/// Every dialect, in the order in which they are mounted and listed.
#[must_use]
pub fn all(settings: &Settings) -> Vec<Arc<dyn Dialect>> {
    vec![
        Arc::new(OpenV1::new(settings)),
        Arc::new(TaskQuery::new(settings)),
        Arc::new(TasksV1::new(settings)),
        Arc::new(Ark::new(settings)),
        Arc::new(OpenAi::new(settings)),
        Arc::new(Native::new(settings)),
    ]
}
