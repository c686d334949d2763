//! Redeem codes, as operators make and list them.

use super::super::{ID, request::amount};
use super::request::named;
use crate::json::{Digits, Fields};
use crate::time::iso;
use crate::wire::WireRequest;
use reelgate_core::operator::CodeRow;
use reelgate_core::{CodeId, Error, Kind, OperatorCall};
use serde::Serialize;

/// How ids of codes begin.
pub(super) const PREFIX: &str = "code_";

pub(super) fn create(request: &WireRequest) -> Result<OperatorCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["credits", "uses", "expires_in_s", "label"], "")?;
    let credits = amount(&mut body, "credits", named("credits"))?;
    let credits = credits.ok_or_else(|| Error::invalid(named("credits"), "is required"))?;
    let uses_max = body.integer("uses", named("uses"), Digits::Number)?.unwrap_or(1);
    let expires_in_s = body.integer("expires_in_s", named("expires_in_s"), Digits::Number)?;
    let label = body.string("label", named("label"))?.unwrap_or_default();
    Ok(OperatorCall::CreateCode { credits, uses_max, expires_in_s, label })
}

pub(super) fn id(request: &WireRequest) -> Result<CodeId, Error> {
    let id = request.parameter(ID).strip_prefix(PREFIX).and_then(CodeId::parse);
    id.ok_or_else(|| Error::new(Kind::NotFound, "code not found"))
}

#[derive(Serialize)]
pub(super) struct Code<'a> {
    id: String,
    hint: &'a str,
    label: &'a str,
    credits: String,
    uses: u32,
    uses_max: u32,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

/// A code that was just made.
#[derive(Serialize)]
pub(super) struct Made<'a> {
    /// The only time that it is shown.
    code: &'a str,
    #[serde(flatten)]
    body: Code<'a>,
}

impl<'a> Made<'a> {
    pub(super) fn of(row: &'a CodeRow, secret: &'a str) -> Self {
        Self { code: secret, body: code(row) }
    }
}

pub(super) fn code(row: &CodeRow) -> Code<'_> {
    Code {
        id: format!("{PREFIX}{}", row.id),
        hint: &row.hint,
        label: &row.label,
        credits: row.credits.to_string(),
        uses: row.uses,
        uses_max: row.uses_max,
        expires_at: row.expires.map(iso),
        revoked_at: row.revoked.map(iso),
    }
}
