//! Orders of test keys: as other orders, but their script may refuse them or hold the answer back.

use super::submit::{Origin, checked, replay, submit_checked};
use crate::app::App;
use reelgate_core::order::Draft;
use reelgate_core::price::price;
use reelgate_core::rehearsal::Script;
use reelgate_core::{Error, Field};
use reelgate_store::Submitted;
use std::time::Duration;

/// Accepts a test order, or refuses it as its script says.
///
/// # Errors
/// As for any order, and what the script asks for.
pub(super) async fn submit(app: &App, origin: Origin, draft: Draft) -> Result<Submitted, Error> {
    if let Some(replayed) = replay(app, &origin).await? {
        return Ok(replayed);
    }
    let (model, order, _) = checked(app, &origin, &draft)?;
    let script = Script::read(&draft.prompt, draft.metadata.as_deref())?;
    let answer = match script.refuse {
        None => Box::pin(submit_checked(app, origin, draft)).await,
        Some(_) => {
            let with_media = !draft.media.is_empty();
            let version = &app.catalogue.price_version;
            let paid_s = order.reserved_s.unwrap_or(order.duration_s);
            let price = price(model, order.resolution, paid_s, with_media, version);
            let price = price.ok_or_else(|| Error::invalid(Field::Model, "is not on sale"))?;
            Err(script.refusal(price.credits).unwrap_or_else(Error::internal))
        }
    };
    if script.delay_s > 0 {
        // Held back after the fact: whoever gives up and repeats the order meets it again.
        let _place = app.delays.try_acquire().map_err(|_| Error::busy(1))?;
        tokio::time::sleep(Duration::from_secs(script.delay_s.into())).await;
    }
    answer
}
