//! Answers of our own API beyond orders and jobs: lists, money, reports, uploads.

use super::KEY_PREFIX;
use super::response::JobBody;
use crate::ids::{self, ASSET_SCHEME};
use crate::time::iso;
use crate::wire::WireResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use reelgate_core::Glimpse;
use reelgate_core::asset::Asset;
use reelgate_core::ledger::{Entry, Funds};
use reelgate_core::own::{OwnReply, UsageGroup, UsageQuery, UsageRow};
use serde::Serialize;

/// A part of a list; every list of this API has this shape.
#[derive(Serialize)]
pub(super) struct Part<T> {
    pub(super) data: Vec<T>,
    /// Sent back as `cursor` it gives the next part; null at the end.
    pub(super) next: Option<String>,
}

impl<T> Part<T> {
    /// A list that has one part.
    pub(super) fn whole(all: impl Iterator<Item = T>) -> Self {
        Self { data: all.collect(), next: None }
    }
}

#[derive(Serialize)]
struct Shared<'a> {
    url: &'a str,
    expires: String,
}

/// Credits as exact decimals.
#[derive(Serialize)]
struct Balance {
    balance: String,
    held: String,
    available: String,
}

#[derive(Serialize)]
struct EntryBody<'a> {
    id: String,
    kind: &'static str,
    job: Option<String>,
    balance_delta: String,
    held_delta: String,
    note: &'a str,
    at: String,
}

#[derive(Serialize)]
struct Report {
    by: &'static str,
    from: String,
    until: String,
    #[serde(flatten)]
    part: Part<Row>,
}

#[derive(Serialize)]
struct Row {
    group: String,
    jobs: u64,
    succeeded: u64,
    failed: u64,
    cancelled: u64,
    charged: String,
}

#[derive(Serialize)]
struct AssetBody<'a> {
    id: String,
    url: String,
    name: &'a str,
    kind: &'static str,
    width: Option<u32>,
    height: Option<u32>,
    bytes: u64,
    sha256: &'a str,
    created_at: String,
    used_at: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

/// The one answer that is no JSON; its header says which frame it is.
fn picture(glimpse: &Glimpse) -> WireResponse {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert("reelgate-frame", HeaderValue::from(glimpse.frame));
    WireResponse { status: StatusCode::OK, headers, body: glimpse.jpeg.clone() }
}

/// Writes an answer.
pub(super) fn render(reply: &OwnReply) -> WireResponse {
    let ok = StatusCode::OK;
    match reply {
        OwnReply::Jobs(jobs) => {
            let data = jobs.rows.iter().map(JobBody::of).collect();
            WireResponse::json(ok, &Part { data, next: jobs.next.map(ids::show_native) })
        }
        OwnReply::Shared { url, expires } => {
            WireResponse::json(ok, &Shared { url, expires: iso(*expires) })
        }
        OwnReply::Glimpse(glimpse) => picture(glimpse),
        OwnReply::Balance(funds) => WireResponse::json(ok, &balance(*funds)),
        OwnReply::Statement(entries) => {
            let data = entries.rows.iter().map(entry).collect();
            WireResponse::json(ok, &Part { data, next: entries.next.map(|id| id.to_string()) })
        }
        OwnReply::Usage(query, rows) => WireResponse::json(ok, &report(query, rows)),
        OwnReply::Asset(one) => WireResponse::json(ok, &asset(one)),
        OwnReply::Uploaded(one) => WireResponse::json(StatusCode::CREATED, &asset(one)),
        OwnReply::Assets(assets) => {
            let data = assets.rows.iter().map(asset).collect();
            WireResponse::json(ok, &Part { data, next: assets.next.map(ids::show_asset) })
        }
    }
}

fn balance(funds: Funds) -> Balance {
    Balance {
        balance: funds.balance.to_string(),
        held: funds.held.to_string(),
        available: funds.available().to_string(),
    }
}

fn entry(entry: &Entry) -> EntryBody<'_> {
    EntryBody {
        id: entry.id.to_string(),
        kind: entry.kind.name(),
        job: entry.job.map(ids::show_native),
        balance_delta: entry.delta.balance.to_string(),
        held_delta: entry.delta.held.to_string(),
        note: &entry.note,
        at: iso(entry.at),
    }
}

fn report(query: &UsageQuery, rows: &[UsageRow]) -> Report {
    let row = |row: &UsageRow| Row {
        group: match &row.group {
            UsageGroup::Day(day) => iso(*day).chars().take("2026-11-21".len()).collect(),
            UsageGroup::Model(model) => model.to_string(),
            UsageGroup::Key(key) => format!("{KEY_PREFIX}{key}"),
        },
        jobs: row.jobs,
        succeeded: row.succeeded,
        failed: row.failed,
        cancelled: row.cancelled,
        charged: row.charged.to_string(),
    };
    Report {
        by: query.by.name(),
        from: iso(query.from),
        until: iso(query.until),
        part: Part::whole(rows.iter().map(row)),
    }
}

fn asset(asset: &Asset) -> AssetBody<'_> {
    let id = ids::show_asset(asset.id);
    AssetBody {
        url: format!("{ASSET_SCHEME}{id}"),
        id,
        name: &asset.name,
        kind: asset.kind.name(),
        width: asset.size.map(|size| size.width),
        height: asset.size.map(|size| size.height),
        bytes: asset.bytes,
        sha256: asset.sha256(),
        created_at: iso(asset.created),
        used_at: iso(asset.used),
        test: asset.test,
    }
}
