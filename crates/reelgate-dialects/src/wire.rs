//! A request and an answer as bytes, without any HTTP library's types in the way.

use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, StatusCode};
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A request that matched one of a dialect's routes.
#[derive(Clone, Debug)]
pub struct WireRequest {
    /// Path parameters by the name they have in the route.
    pub path: BTreeMap<String, String>,
    /// Query parameters in the order given, decoded.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, within the size limit; empty where it was a form.
    pub body: Vec<u8>,
    /// The parts of a form, in the order given; `None` where the body is none, or this API reads
    /// none.
    pub form: Option<Vec<FormPart>>,
}

/// A part of a form (`multipart/form-data`).
#[derive(Clone, PartialEq, Eq)]
pub struct FormPart {
    /// Its name.
    pub name: String,
    /// Whether it is a file: it came with a file's name.
    pub is_file: bool,
    /// Its content.
    pub content: Arc<[u8]>,
}

impl fmt::Debug for FormPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormPart({}, {} bytes)", self.name, self.content.len())
    }
}

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireResponse {
    /// The status.
    pub status: StatusCode,
    /// Headers beyond the content type, such as `Retry-After`.
    pub headers: HeaderMap,
    /// The body, JSON unless a header says otherwise.
    pub body: Vec<u8>,
}

/// One route of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces: `/api/v1/tasks/{id}`.
    pub path: &'static str,
    /// What it does; handed back to [`crate::Dialect::parse`].
    pub operation: Operation,
    /// Whether it may be called without a key.
    pub public: bool,
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Accepts an order.
    Submit,
    /// Accepts an order in another of the API's forms, by the dialect's own name for it.
    SubmitForm(&'static str),
    /// Says what an order would cost.
    Quote,
    /// Accepts the order of an earlier job again.
    Rerun,
    /// Shows a job.
    Get,
    /// Stops a job.
    Cancel,
    /// Lists jobs as records.
    Records,
    /// Removes a job's record.
    Remove,
    /// Sends one of a job's files.
    Content,
    /// Lists models.
    Models,
    /// Something that only our own API has.
    Own(OwnOperation),
    /// Does something about the account's webhook endpoints.
    Endpoint(EndpointAction),
    /// Asks or does something about the account itself.
    Owner(OwnerOperation),
    /// Asks or does something as a person.
    People(PeopleOperation),
}

/// What a route of our own API does, beyond what the documented ones have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnOperation {
    /// Lists jobs.
    ListJobs,
    /// Removes a job's files.
    DeleteJob,
    /// Makes a link to a job's clip.
    Share,
    /// Shows a small picture of the clip while it is made.
    Glimpse,
    /// Follows a job.
    WatchJob,
    /// Follows an account's jobs.
    Watch,
    /// Shows the balance.
    Balance,
    /// Lists ledger entries.
    Statement,
    /// Sums up what was ordered.
    Usage,
    /// Keeps a file.
    Upload,
    /// Lists uploaded files.
    ListAssets,
    /// Shows an uploaded file.
    GetAsset,
    /// Forgets an uploaded file.
    DeleteAsset,
}

/// What a route does about webhook endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndpointAction {
    /// Makes one.
    Create,
    /// Lists them.
    List,
    /// Shows one.
    Show,
    /// Changes one.
    Update,
    /// Forgets one.
    Delete,
    /// Gives one a new secret.
    Rotate,
    /// Sends it a message that tells of nothing.
    Test,
    /// Lists what was sent to it.
    Deliveries,
    /// Shows one of those.
    Delivery,
    /// Sends one of those once more.
    Replay,
}

/// What a route about the account itself does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnerOperation {
    /// Lists keys.
    Keys,
    /// Makes a key.
    CreateKey,
    /// Changes what a key is called or may do.
    UpdateKey,
    /// Makes a key useless.
    RevokeKey,
    /// Turns a code into credits.
    Redeem,
}

/// What a route for people does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeopleOperation {
    /// Says what this server offers.
    Server,
    /// Opens a session.
    SignIn,
    /// Shows the present session.
    Session,
    /// Ends it.
    SignOut,
    /// Lists sessions.
    Sessions,
    /// Ends one of them.
    EndSession,
    /// Changes the password.
    ChangePassword,
    /// Lists what can be bought.
    Plans,
    /// Begins to pay.
    Checkout,
    /// Something about teams.
    Team(TeamOperation),
    /// Something for operators.
    Operator(OperatorOperation),
}

/// What a route about teams does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TeamOperation {
    /// Lists teams.
    List,
    /// Makes one.
    Create,
    /// Shows one.
    Show,
    /// Gives somebody a place in it.
    Add,
    /// Changes a member's role.
    SetRole,
    /// Takes a place away.
    Remove,
    /// Moves credits to its pool.
    Fund,
}

/// What a route for operators does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperatorOperation {
    /// Shows how the place is doing.
    Overview,
    /// Lists accounts.
    Accounts,
    /// Makes one.
    CreateAccount,
    /// Shows one.
    Account,
    /// Gives one credits.
    Grant,
    /// Changes one.
    UpdateAccount,
    /// Lists people.
    Users,
    /// Makes a person.
    CreateUser,
    /// Changes a person.
    UpdateUser,
    /// Makes a link that signs a person in.
    LinkUser,
    /// Lists jobs of all accounts.
    Jobs,
    /// Tells what happened to a job.
    Timeline,
    /// Shows the rate card.
    Prices,
    /// Show how the server is set up, and how long it keeps what.
    Settings,
    /// Checks every promise.
    Audit,
    /// Lists redeem codes.
    Codes,
    /// Makes one.
    CreateCode,
    /// Makes one useless.
    RevokeCode,
}

impl Operation {
    /// A name that never changes: idempotency fingerprints are made with it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::SubmitForm(name) => name,
            Self::Quote => "quote",
            Self::Rerun => "rerun",
            Self::Get => "get",
            Self::Cancel => "cancel",
            Self::Records => "records",
            Self::Remove => "remove",
            Self::Content => "content",
            Self::Models => "models",
            Self::Own(_) => "own",
            Self::Endpoint(_) => "endpoint",
            Self::Owner(_) => "owner",
            Self::People(_) => "people",
        }
    }
}

impl WireRequest {
    /// The path parameter of this name; empty when the route has none.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The first query parameter of this name.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl WireResponse {
    /// An answer with this body.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self { status, headers: HeaderMap::new(), body: bytes(body) }
    }

    /// A refusal with this body, and when to come back where that helps.
    pub(crate) fn refusal(status: StatusCode, body: &impl Serialize, error: &Error) -> Self {
        let mut response = Self::json(status, body);
        if let Some(seconds) = retry_after_s(&error.kind) {
            response.headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A body as it goes over the wire.
pub(crate) fn bytes(body: &impl Serialize) -> Vec<u8> {
    // Our wire types are structs of texts, numbers and JSON values: nothing in them can fail.
    serde_json::to_vec(body).expect("a wire type is always JSON")
}

/// Seconds for a `Retry-After` header; the first request with an idempotency key is answered soon.
fn retry_after_s(kind: &Kind) -> Option<u32> {
    match kind {
        Kind::RateLimited { retry_after_s } | Kind::Busy { retry_after_s } => {
            Some((*retry_after_s).max(1))
        }
        Kind::IdempotencyInFlight => Some(1),
        Kind::Invalid
        | Kind::Unauthorized
        | Kind::Forbidden
        | Kind::PurchaseRequired
        | Kind::InsufficientCredits { .. }
        | Kind::NotFound
        | Kind::Conflict
        | Kind::IdempotencyMismatch
        | Kind::MethodNotAllowed
        | Kind::TooLarge
        | Kind::UnsupportedMediaType
        | Kind::Internal => None,
    }
}

/// The sentence of a refusal: the field under the API's name for it, then what is allowed.
///
/// A fault of the server never tells more than that it is one.
pub(crate) fn sentence(error: &Error, name: impl Fn(&Field) -> String) -> String {
    match (&error.kind, &error.field) {
        (Kind::Internal, _) => Error::internal().message,
        (Kind::Unauthorized, _) => Error::unauthorized().message,
        (_, Some(field)) => format!("{} {}", name(field), error.message),
        (_, None) => error.message.clone(),
    }
}
