//! What a call does that only our own API has.

use super::actions::job_of;
use super::auth::Caller;
use super::reply::store_error;
use super::view::view;
use crate::app::App;
use crate::media::ClipFile;
use reelgate_core::ledger::Funds;
use reelgate_core::own::{JobFilter, Listing, Page, UsageQuery};
use reelgate_core::{AssetId, Error, JobId, Kind, OwnCall, OwnReply, Reply, State};

/// Does it.
///
/// # Errors
/// Why it was not done; nothing has changed then.
pub(super) async fn act(
    app: &App,
    caller: Caller,
    call: OwnCall,
    base_url: &str,
) -> Result<Reply, Error> {
    let account = caller.account;
    let reply = match call {
        OwnCall::Jobs(filter, page) => {
            let filter = JobFilter { tests_only: caller.test, ..filter };
            let found = app.store.list_jobs(account, filter, page).await.map_err(store_error)?;
            let rows = found.rows.into_iter().map(|job| view(app, job, base_url)).collect();
            OwnReply::Jobs(Listing { rows, next: found.next })
        }
        OwnCall::DeleteJob(id) => {
            let job = delete_job(app, caller, id).await?;
            return Ok(Reply::Job(Box::new(view(app, job, base_url))));
        }
        // Nothing that a test key does costs or moves anything, so it has no business with more.
        OwnCall::Balance if caller.test => OwnReply::Balance(Funds::default()),
        OwnCall::Balance => {
            let found = app.store.account(account).await.map_err(store_error)?;
            OwnReply::Balance(found.ok_or_else(Error::unauthorized)?.funds)
        }
        // Tests move no money, so there is nothing that a test key may see.
        OwnCall::Statement(_) if caller.test => {
            OwnReply::Statement(Listing { rows: Vec::new(), next: None })
        }
        OwnCall::Statement(page) => {
            let entries = app.store.statement(account, page.after, page.limit).await;
            OwnReply::Statement(part(entries.map_err(store_error)?, page, |entry| entry.id))
        }
        OwnCall::Usage(query) => {
            let query = UsageQuery { tests_only: caller.test, ..query };
            let rows = app.store.usage(account, query).await.map_err(store_error)?;
            OwnReply::Usage(query, rows)
        }
        OwnCall::Upload(upload) => {
            OwnReply::Uploaded(super::uploads::keep(app, caller, upload).await?)
        }
        OwnCall::Assets(page) => {
            let assets = app.store.assets(account, page.after, caller.test, page.limit).await;
            OwnReply::Assets(part(assets.map_err(store_error)?, page, |asset| asset.id))
        }
        OwnCall::Asset(id) => OwnReply::Asset(asset(app, caller, id).await?),
        OwnCall::DeleteAsset(id) => {
            asset(app, caller, id).await?;
            let gone = app.store.delete_asset(account, id).await.map_err(store_error)?;
            OwnReply::Asset(gone.ok_or_else(no_asset)?)
        }
        OwnCall::Share(id, seconds) => share(app, caller, id, seconds, base_url).await?,
        OwnCall::Glimpse(id) => {
            let job = job_of(app, caller, id).await?;
            let seen = app.glimpses.of(job.id);
            OwnReply::Glimpse(
                seen.ok_or_else(|| {
                    Error::new(Kind::NotFound, "there is no picture of this job now")
                })?,
            )
        }
        // The gateway opens streams itself: they are no answer that a dialect could write.
        OwnCall::WatchJob(_) | OwnCall::Watch => return Err(Error::internal()),
    };
    Ok(Reply::Own(reply))
}

fn no_asset() -> Error {
    Error::new(Kind::NotFound, "upload not found")
}

async fn asset(app: &App, caller: Caller, id: AssetId) -> Result<reelgate_core::Asset, Error> {
    let found = app.store.asset(caller.account, id).await.map_err(store_error)?;
    found.filter(|asset| asset.test || !caller.test).ok_or_else(no_asset)
}

/// A full part may be the last one: then the next is empty and says so.
fn part<T, C>(rows: Vec<T>, page: Page<C>, id: impl Fn(&T) -> C) -> Listing<T, C> {
    let is_full = rows.len() >= page.limit;
    let next = rows.last().filter(|_| is_full).map(id);
    Listing { rows, next }
}

/// A link that anybody may open until then, unless the files are removed before.
async fn share(
    app: &App,
    caller: Caller,
    id: JobId,
    seconds: i64,
    base_url: &str,
) -> Result<OwnReply, Error> {
    let job = job_of(app, caller, id).await?;
    let output = match &job.state {
        State::Succeeded { output, .. } if output.removed.is_none() => output,
        _ => return Err(Error::new(Kind::Conflict, "there is no video, or not any more")),
    };
    let expires = app.now().plus_ms(seconds * 1000);
    let path = app.media.link_until(&output.video, expires);
    Ok(OwnReply::Shared { url: format!("{base_url}{path}"), expires })
}

/// From the moment that the store has noted it, no answer has a link any more; what a crash leaves
/// of the files is swept.
async fn delete_job(app: &App, caller: Caller, id: JobId) -> Result<reelgate_core::Job, Error> {
    job_of(app, caller, id).await?;
    let job = app.store.delete_files(caller.account, id, app.now()).await.map_err(store_error)?;
    remove_files(app, &job).await;
    Ok(job)
}

/// Deletes the files of a job that the store says are gone.
pub(super) async fn remove_files(app: &App, job: &reelgate_core::Job) {
    let State::Succeeded { output, .. } = &job.state else { return };
    let still = [&output.video, &output.poster, &output.last_frame];
    let previews = [ClipFile::Still, ClipFile::Spritesheet];
    let previews = previews.map(|kind| app.media.beside(&output.video, kind));
    for name in still.into_iter().chain(&output.thumbnail).chain(&previews) {
        if let Err(error) = app.media.remove(name).await {
            tracing::warn!(id = %job.id, %error, "a file was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reelgate_core::EntryId;

    #[test]
    fn a_short_part_is_the_last() {
        let rows = |limit| {
            let ids = [3, 2].map(|bits| EntryId::from_bits(bits).expect("an id"));
            part(ids.to_vec(), Page { after: None, limit }, |id| *id).next
        };
        assert_eq!(rows(2), EntryId::from_bits(2));
        assert_eq!(rows(3), None);
    }
}
