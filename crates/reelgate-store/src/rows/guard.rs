//! A key's guard rails as JSON text. As with orders, its fields are never renamed.

use crate::error::StoreError;
use reelgate_core::{Credits, Guard, ModelId, Network, Resolution};
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct GuardRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    micro_credits_per_day: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_max: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution_max: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    networks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_minute: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    manages: bool,
}

/// The text for a guard; none for one without any rail.
pub(crate) fn write(guard: &Guard) -> Result<Option<String>, StoreError> {
    if *guard == Guard::default() {
        return Ok(None);
    }
    let row = GuardRow {
        micro_credits_per_day: guard.credits_per_day.map(Credits::micro),
        models: guard.models.iter().map(|model| model.as_str().to_owned()).collect(),
        seconds_max: guard.seconds_max,
        resolution_max: guard.resolution_max.map(|resolution| resolution.name().to_owned()),
        networks: guard.networks.iter().map(ToString::to_string).collect(),
        requests_per_minute: guard.requests_per_minute,
        manages: guard.manages,
    };
    let text = serde_json::to_string(&row);
    text.map(Some).map_err(|error| StoreError::database("writing JSON", error))
}

/// The guard in `text`; says what is wrong with it otherwise: a rail that cannot be read must not
/// become no rail.
pub(crate) fn read(text: &str) -> Result<Guard, String> {
    let row: GuardRow = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let resolution = |name: String| {
        Resolution::parse(&name).ok_or_else(|| format!("resolution_max reads {name:?}"))
    };
    let network =
        |text: &String| Network::parse(text).ok_or_else(|| format!("networks has {text:?}"));
    Ok(Guard {
        credits_per_day: row.micro_credits_per_day.map(Credits::from_micro),
        models: row.models.into_iter().map(ModelId::from_text).collect(),
        seconds_max: row.seconds_max,
        resolution_max: row.resolution_max.map(resolution).transpose()?,
        networks: row.networks.iter().map(network).collect::<Result<_, _>>()?,
        requests_per_minute: row.requests_per_minute,
        manages: row.manages,
    })
}
