//! Reelgate's decisions, without any IO.
//!
//! Values in, values out: this crate knows what an order may ask for, what it costs, what may
//! happen to a job and what that does to the money. It reads no clock, no file, no network and no
//! random source; all of those arrive as arguments. Nothing here can be written to a wire or a
//! database row: dialects and the store make their own counterparts.
//!
//! The nouns, in reading order: an [`Order`] for a [`Model`] of the [`Catalogue`] is checked
//! ([`check`]) and priced ([`price`]), and becomes a [`Job`]. A job moves through [`State`]s by
//! [`Event`]s; its credits are held, then captured or released ([`ledger`]). An [`Engine`] renders
//! it into a [`Clip`].

#![deny(clippy::float_arithmetic)]

pub mod asset;
pub mod call;
pub mod catalogue;
mod catalogue_ark;
mod catalogue_openai;
pub mod check;
pub mod code;
pub mod credits;
pub mod delivery;
pub mod endpoint;
pub mod engine;
pub mod error;
pub mod guard;
pub mod id;
pub mod idempotency;
pub mod job;
pub mod key;
pub mod ledger;
pub mod length;
pub mod limit;
pub mod line;
pub mod media;
pub mod model;
pub mod network;
pub mod openid;
pub mod operator;
pub mod order;
pub mod own;
pub mod owner;
pub mod people;
pub mod price;
pub mod record;
pub mod rehearsal;
pub mod retry;
pub mod size;
pub mod team;
pub mod time;
pub mod token;
pub mod top_up;
pub mod user;
pub mod webhook;

pub use asset::Asset;
pub use call::{Call, Content, JobView, Links, QueuePlace, Reply};
pub use catalogue::Catalogue;
pub use code::RedeemCode;
pub use credits::Credits;
pub use endpoint::Endpoint;
pub use engine::{
    Blame, Clip, Engine, EngineError, FailureClass, Glimpse, Input, Report, Retry, Ticket, Work,
};
pub use error::{Error, Field, Kind};
pub use guard::{DailyCap, Guard};
pub use id::{
    AccountId, AssetId, CodeId, DeliveryId, EndpointId, EntryId, JobId, KeyId, PaymentId,
    SessionId, UserId,
};
pub use job::{Event, Failure, Job, Lease, Output, Progress, State, StateName};
pub use key::{KeyHash, KeyStyle};
pub use line::Priority;
pub use media::{MediaKind, MediaSource, Role};
pub use model::{Model, ModelId};
pub use network::Network;
pub use operator::{OperatorCall, OperatorReply};
pub use order::{Channel, Draft, DraftMedia, Media, Order};
pub use own::{OwnCall, OwnReply};
pub use owner::{KeyChange, KeySettings, KeyView, OwnerCall, OwnerReply};
pub use people::{PeopleCall, PeopleReply};
pub use price::Price;
pub use record::{RecordQuery, RecordStatus, Removal};
pub use size::{Ratio, Resolution, Size};
pub use team::{TeamCall, TeamReply};
pub use time::{Clock, ManualClock, Timestamp};
pub use token::Token;
pub use top_up::{Plan, TopUpCall, TopUpReply};
pub use user::{Means, Secret, UserRole};
