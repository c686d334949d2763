//! Files that an account uploads: taken out of the request, judged by content, kept once.

use super::auth::Caller;
use super::form;
use super::references::{self, Fetched};
use super::reply::store_error;
use crate::app::App;
use crate::media::reference_name;
use bytes::Bytes;
use reelgate_core::asset::{Asset, clean_name};
use reelgate_core::own::Upload;
use reelgate_core::{AssetId, Error, Field, Kind};
use reelgate_dialects::WireRequest;

/// Files that arrive at the same time, for all accounts: each is in memory as a whole.
pub const AT_ONCE_MAX: usize = 8;
/// Bytes around a file that a form may have.
pub(super) const FORM_BYTES_MAX: usize = 64 << 10;
/// Parts that a form may have.
const PARTS_MAX: usize = 8;
/// The part with the file.
const FILE: &str = "file";

fn field() -> Field {
    Field::Named(FILE.to_owned())
}

/// Takes the file out of a form (`multipart/form-data`).
///
/// # Errors
/// `UnsupportedMediaType` for another content type, `Invalid` for a form without a file.
pub(super) async fn file_of(request: &mut WireRequest) -> Result<Upload, Error> {
    let mut form = form::open(request)?;
    let broken = |error: multer::Error| form::broken(&error);
    for _ in 0..PARTS_MAX {
        let Some(part) = form.next_field().await.map_err(broken)? else { break };
        if part.name() != Some(FILE) {
            continue;
        }
        let name = clean_name(part.file_name().unwrap_or(""));
        let bytes = part.bytes().await.map_err(broken)?.to_vec();
        if bytes.is_empty() {
            return Err(Error::invalid(field(), "must not be empty"));
        }
        return Ok(Upload { name, bytes });
    }
    Err(Error::invalid(field(), "is required: a part of the form with this name and the content"))
}

/// Keeps a file for its account.
///
/// # Errors
/// `TooLarge` for a file or an account that is full, `Invalid` for what is no media.
pub(super) async fn keep(app: &App, caller: Caller, upload: Upload) -> Result<Asset, Error> {
    let bytes = upload.bytes.len() as u64;
    let file_max = app.config.outbound.reference_bytes_max;
    if upload.bytes.len() > file_max {
        let message = format!("a file must be at most {file_max} bytes");
        return Err(Error::new(Kind::TooLarge, message));
    }
    let all_max = app.config.limits.asset_bytes_max;
    let content = Bytes::from(upload.bytes);
    let judged = references::judge(app, &content, &field()).await?;
    let name = reference_name(&content, judged.extension);
    // Before anything is written: an account that is full must not fill the disk.
    let fits = app.store.asset_fits(caller.account, &name, bytes, caller.test, all_max).await;
    fits.map_err(store_error)?;
    let Fetched { kind, stored, size } = references::keep(app, content, judged).await?;
    let now = app.now();
    let asset = Asset {
        id: AssetId::new(now, app.entropy.bits()),
        account: caller.account,
        name: upload.name,
        kind,
        stored,
        bytes,
        size,
        test: caller.test,
        created: now,
        used: now,
    };
    app.store.add_asset(asset, all_max).await.map_err(store_error)
}

/// An upload as a reference of an order; it counts as used from here on.
///
/// # Errors
/// `Invalid` for the field when there is no such upload.
pub(super) async fn take(
    app: &App,
    caller: Caller,
    id: AssetId,
    field: &Field,
) -> Result<Fetched, Error> {
    let gone = || Error::invalid(field.clone(), "is not an upload of this account");
    let asset = app.store.asset(caller.account, id).await.map_err(store_error)?;
    let asset = asset.filter(|asset| asset.test || !caller.test).ok_or_else(gone)?;
    let now = app.now();
    if !app.store.use_asset(caller.account, id, now).await.map_err(store_error)? {
        return Err(gone());
    }
    app.media.touch(&asset.stored, now).await.map_err(|_| gone())?;
    Ok(Fetched { kind: asset.kind, stored: asset.stored, size: asset.size })
}
