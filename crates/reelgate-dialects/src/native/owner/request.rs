//! Bodies about keys and codes. In a change, a field that is left out stays as it is and one that
//! is null is lifted.

use super::super::{ID, KEY_PREFIX, request::amount};
use crate::json::{Digits, Fields, string_of, unknown};
use crate::wire::WireRequest;
use reelgate_core::{
    Error, Field, KeyChange, KeyId, KeyStyle, Kind, ModelId, Network, OwnerCall, Resolution,
};
use serde_json::Value;

/// Every setting of a key.
const SETTINGS: [&str; 9] = [
    "label",
    "expires_in_s",
    "credits_per_day",
    "models",
    "seconds_max",
    "resolution_max",
    "networks",
    "requests_per_minute",
    "manages_keys",
];

pub(super) fn create_key(request: &WireRequest, models: &[String]) -> Result<OwnerCall, Error> {
    let mut body = Fields::of_body(request)?;
    let mut known = SETTINGS.to_vec();
    known.push("style");
    body.only(&known, "")?;
    let style = body.choice("style", named("style"), &KeyStyle::ALL, KeyStyle::name)?;
    let change = Box::new(settings(&mut body, models)?);
    Ok(OwnerCall::CreateKey { style: style.unwrap_or(KeyStyle::Sk), change })
}

pub(super) fn change(request: &WireRequest, models: &[String]) -> Result<KeyChange, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&SETTINGS, "")?;
    settings(&mut body, models)
}

pub(super) fn redeem(request: &WireRequest) -> Result<OwnerCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["code"], "")?;
    Ok(OwnerCall::Redeem(body.required("code", named("code"))?))
}

pub(super) fn key_id(request: &WireRequest) -> Result<KeyId, Error> {
    let id = request.parameter(ID).strip_prefix(KEY_PREFIX).and_then(KeyId::parse);
    id.ok_or_else(|| Error::new(Kind::NotFound, "key not found"))
}

fn settings(body: &mut Fields, models: &[String]) -> Result<KeyChange, Error> {
    let label_lifted = body.is_null("label");
    let lifted = |body: &Fields, name| body.is_null(name).then_some(None);
    let mut change = KeyChange {
        expires_in_s: lifted(body, "expires_in_s"),
        credits_per_day: body.is_null("credits_per_day").then_some(None),
        models: body.is_null("models").then(Vec::new),
        seconds_max: lifted(body, "seconds_max"),
        resolution_max: body.is_null("resolution_max").then_some(None),
        networks: body.is_null("networks").then(Vec::new),
        requests_per_minute: lifted(body, "requests_per_minute"),
        ..KeyChange::default()
    };
    change.label = body.string("label", named("label"))?.or(label_lifted.then(String::new));
    let mut number = |name| body.integer(name, named(name), Digits::Number);
    change.expires_in_s = number("expires_in_s")?.map(Some).or(change.expires_in_s);
    change.seconds_max = number("seconds_max")?.map(Some).or(change.seconds_max);
    let rate = number("requests_per_minute")?;
    change.requests_per_minute = rate.map(Some).or(change.requests_per_minute);
    let cap = amount(body, "credits_per_day", named("credits_per_day"))?;
    change.credits_per_day = cap.map(Some).or(change.credits_per_day);
    let name = "resolution_max";
    let max = body.choice(name, named(name), &Resolution::ALL, Resolution::name)?;
    change.resolution_max = max.map(Some).or(change.resolution_max);
    if let Some(items) = body.array("models", named("models"))? {
        change.models = Some(each(items, "models", |text| model(text, models))?);
    }
    if let Some(items) = body.array("networks", named("networks"))? {
        change.networks = Some(each(items, "networks", network)?);
    }
    change.manages = body.boolean("manages_keys", named("manages_keys"))?;
    Ok(change)
}

/// The entries of a list of texts.
fn each<T>(
    items: Vec<Value>,
    name: &str,
    read: impl Fn((&str, Field)) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let entry = |(index, item)| {
        let field = named(&format!("{name}[{index}]"));
        read((&string_of(item, field.clone())?, field))
    };
    items.into_iter().enumerate().map(entry).collect()
}

fn model((text, field): (&str, Field), models: &[String]) -> Result<ModelId, Error> {
    match models.iter().any(|model| model == text) {
        true => Ok(ModelId::from_text(text)),
        false => Err(unknown(field, models, text)),
    }
}

fn network((text, field): (&str, Field)) -> Result<Network, Error> {
    let allowed = "must be an address such as 203.0.113.7 or a range such as 10.0.0.0/8";
    Network::parse(text).ok_or_else(|| Error::invalid(field, allowed))
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}
