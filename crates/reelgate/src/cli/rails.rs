//! The guard rails of a key as options; `none` lifts one.

use super::CliError;
use clap::Args;
use reelgate_core::{Catalogue, Credits, KeyChange, ModelId, Network, Resolution};

const DAY_S: i64 = 86_400;
/// What lifts a rail.
const NONE: &str = "none";

/// What a key is called and may do.
#[derive(Args, Debug, Default)]
pub(super) struct Rails {
    /// A few words to tell it from others
    #[arg(long)]
    label: Option<String>,
    /// Days until it expires
    #[arg(long, value_name = "DAYS", value_parser = number)]
    expires_days: Option<Lift<i64>>,
    /// Credits that its orders of one day (UTC) may cost
    #[arg(long, value_name = "CREDITS", value_parser = credits)]
    credits_per_day: Option<Lift<Credits>>,
    /// A model that it may order, such as open_v1/seedance-2.0; repeat for more
    #[arg(long, value_name = "ID")]
    model: Vec<String>,
    /// Longest clip that it may order, in seconds
    #[arg(long, value_name = "S", value_parser = number)]
    seconds_max: Option<Lift<i64>>,
    /// Largest resolution that it may order, such as 720p
    #[arg(long, value_name = "NAME", value_parser = resolution)]
    resolution_max: Option<Lift<Resolution>>,
    /// A network that it may be used from: an address or a range; repeat for more
    #[arg(long, value_name = "RANGE")]
    network: Vec<String>,
    /// Requests that it may make in a minute, over all APIs
    #[arg(long, value_name = "N", value_parser = number)]
    requests_per_minute: Option<Lift<i64>>,
    /// Whether it may manage the account's keys through the native API
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    manage: Option<bool>,
}

/// A new value, or none any more.
#[derive(Clone, Copy, Debug)]
enum Lift<T> {
    To(T),
    None,
}

impl<T> Lift<T> {
    fn read(text: &str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Self, String> {
        match text {
            NONE => Ok(Self::None),
            text => parse(text).map(Self::To).ok_or_else(|| format!("must be {allowed} or {NONE}")),
        }
    }

    fn value(self) -> Option<T> {
        match self {
            Self::To(value) => Some(value),
            Self::None => None,
        }
    }
}

fn number(text: &str) -> Result<Lift<i64>, String> {
    Lift::read(text, "a whole number", |text| text.parse().ok())
}

fn credits(text: &str) -> Result<Lift<Credits>, String> {
    Lift::read(text, "a number such as 100 or 12.5", Credits::parse)
}

fn resolution(text: &str) -> Result<Lift<Resolution>, String> {
    let names = Resolution::ALL.map(Resolution::name).join(", ");
    Lift::read(text, &names, Resolution::parse)
}

impl Rails {
    /// The change that these options stand for.
    pub(super) fn change(self) -> Result<KeyChange, CliError> {
        let days = self.expires_days.map(Lift::value);
        Ok(KeyChange {
            label: self.label,
            expires_in_s: days.map(|days| days.map(|days| days.saturating_mul(DAY_S))),
            credits_per_day: self.credits_per_day.map(Lift::value),
            models: list(&self.model, model)?,
            seconds_max: self.seconds_max.map(Lift::value),
            resolution_max: self.resolution_max.map(Lift::value),
            networks: list(&self.network, network)?,
            requests_per_minute: self.requests_per_minute.map(Lift::value),
            manages: self.manage,
        })
    }
}

/// A list that was given; empty for a single `none`.
fn list<T>(
    texts: &[String],
    read: impl Fn(&str) -> Result<T, CliError>,
) -> Result<Option<Vec<T>>, CliError> {
    match texts {
        [] => Ok(None),
        [one] if one == NONE => Ok(Some(Vec::new())),
        texts => texts.iter().map(|text| read(text)).collect::<Result<_, _>>().map(Some),
    }
}

fn model(text: &str) -> Result<ModelId, CliError> {
    let id = ModelId::from_text(text);
    let catalogue = Catalogue::built_in();
    if catalogue.find(&id).is_some() {
        return Ok(id);
    }
    let names: Vec<_> = catalogue.models.iter().map(|model| model.id.as_str()).collect();
    Err(CliError::said(format!("--model must be one of {}, or {NONE}", names.join(", "))))
}

fn network(text: &str) -> Result<Network, CliError> {
    let rule = "an address such as 203.0.113.7, a range such as 10.0.0.0/8, or none";
    Network::parse(text).ok_or_else(|| CliError::said(format!("--network must be {rule}")))
}
