//! Reelgate's translations: one folder for each public API, bytes in, calls out.
//!
//! A dialect is pure: it reads no clock, no database and no network, and it cannot contain the
//! pipeline. Authentication, limits, idempotency, prices and storage happen once, in the gateway.

mod wire;

pub use wire::{Operation, Route, WireRequest, WireResponse};

use reelgate_core::{Call, Error, JobId, JobView, Reply};

/// One public API.
pub trait Dialect: Send + Sync {
    /// Its name in jobs, the catalogue, logs and configuration.
    fn name(&self) -> &'static str;

    /// Every path it serves.
    fn routes(&self) -> &'static [Route];

    /// Reads a request to one of its routes.
    ///
    /// # Errors
    /// What is wrong with the request, in the platform's words.
    fn parse(&self, operation: Operation, request: &WireRequest) -> Result<Call, Error>;

    /// Writes an answer.
    fn render(&self, reply: &Reply) -> WireResponse;

    /// Writes a refusal, with the field under the name this API has for it.
    fn render_error(&self, error: &Error) -> WireResponse;

    /// Writes the body of this API's webhook about a job that has ended.
    fn render_event(&self, view: &JobView) -> Vec<u8>;

    /// A job's id as this API shows it.
    fn show_id(&self, id: JobId) -> String;

    /// Reads what [`Dialect::show_id`] writes; nothing for any other text.
    fn read_id(&self, text: &str) -> Option<JobId>;
}
