//! Webhooks on their way out.
//!
//! A delivery is claimed, sent once, and settled by what the receiver answered. Its id stays the
//! same at every attempt, so a receiver can drop repeats. Many are on their way at once, and a
//! receiver that is slow holds up itself only: it has no more than its share of them.

use super::{Step, message};
use crate::app::App;
use crate::fault::{self, Point};
use crate::outbound::{OutboundError, Posted};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use reelgate_core::webhook::{Delivery, Verdict, judge, retry_at};
use reelgate_store::{Settled, StoreError, Tried};
use std::collections::HashMap;
use std::time::Duration;

/// Deliveries on their way at the same time.
const SENDING_MAX: usize = 128;
/// Of those, to one receiver.
const SENDING_TO_ONE_MAX: usize = 16;
/// A receiver that has its share is looked at again after so long.
const DEFER_MS: i64 = 1_000;
/// While something is on its way: another process may have staged more, or a wait may be over.
const POLL: Duration = Duration::from_millis(500);

/// Sends what is due, and whatever becomes due until all of that has been answered.
///
/// # Errors
/// When the store fails; what was on its way has been answered by then.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let mut sending = FuturesUnordered::new();
    let mut shares = Shares::default();
    let (mut found, mut more, mut failed) = (Step::Idle, true, None);
    loop {
        let goes_on = failed.is_none() && !app.stopping.is_cancelled();
        if goes_on && more && sending.len() <= SENDING_MAX / 2 {
            let room = SENDING_MAX - sending.len();
            match claim(app, &mut shares, room).await {
                Ok(claimed) => {
                    // Nothing more is due where less came than there was room for.
                    more = claimed.count == room;
                    for delivery in claimed.admitted {
                        found = Step::Did;
                        // Drawn in order, whoever answers first.
                        sending.push(send(app, delivery, app.entropy.bits()));
                    }
                }
                Err(error) => failed = Some(error),
            }
        }
        if sending.is_empty() {
            return failed.map_or(Ok(found), Err);
        }
        tokio::select! {
            biased;
            Some((receiver, result)) = sending.next() => {
                shares.release(&receiver);
                failed = failed.or(result.err());
            }
            () = app.deliveries_ready.notified() => more = true,
            () = tokio::time::sleep(POLL) => more = true,
        }
    }
}

/// What one claim brought.
struct Claimed {
    /// All of it.
    count: usize,
    /// What is to be sent now.
    admitted: Vec<Delivery>,
}

async fn claim(app: &App, shares: &mut Shares, room: usize) -> Result<Claimed, StoreError> {
    let timeout_ms = i64::try_from(app.config.outbound.webhook_timeout.as_millis());
    let lease_ms = timeout_ms.unwrap_or(10_000).saturating_mul(3);
    let due = app.store.claim_deliveries(app.now(), lease_ms, room).await?;
    if !due.is_empty() {
        fault::point(Point::DeliveryClaimed);
    }
    let count = due.len();
    let (admitted, deferred) = shares.admit(due);
    if !deferred.is_empty() {
        app.store.defer_deliveries(deferred, app.now().plus_ms(DEFER_MS)).await?;
    }
    Ok(Claimed { count, admitted })
}

/// How much is on its way to each receiver.
#[derive(Default)]
struct Shares(HashMap<String, usize>);

impl Shares {
    /// Those of `due` whose receiver has room for them, and those that have to wait.
    fn admit(&mut self, due: Vec<Delivery>) -> (Vec<Delivery>, Vec<Delivery>) {
        due.into_iter().partition(|delivery| {
            let share = self.0.entry(receiver(&delivery.url)).or_default();
            let has_room = *share < SENDING_TO_ONE_MAX;
            *share += usize::from(has_room);
            has_room
        })
    }

    fn release(&mut self, receiver: &str) {
        if let Some(share) = self.0.get_mut(receiver) {
            *share -= 1;
            if *share == 0 {
                self.0.remove(receiver);
            }
        }
    }
}

/// Scheme, host and port: what answers slowly for all its addresses.
fn receiver(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/").to_ascii_lowercase()
}

/// Sends one delivery and settles it; answers to whom it went.
async fn send(app: &App, delivery: Delivery, scatter: u64) -> (String, Result<(), StoreError>) {
    (receiver(&delivery.url), try_once(app, &delivery, scatter).await)
}

async fn try_once(app: &App, delivery: &Delivery, scatter: u64) -> Result<(), StoreError> {
    let started = app.now();
    let Some(outgoing) = message::compose(app, delivery).await? else {
        return settle(app, delivery, Settled::Dropped, Tried::unsent("nobody listens there"))
            .await;
    };
    let headers = outgoing.headers(delivery.message.id, started.ms() / 1000);
    let timeout = app.config.outbound.webhook_timeout;
    let posted = app.outbound.post(&outgoing.url, headers, outgoing.body, timeout).await;
    fault::point(Point::DeliveryPosted);
    let now = app.now();
    let tried = Tried {
        took_ms: now.since_ms(started).max(0),
        error: posted.as_ref().err().map(OutboundError::to_string),
    };
    let status = posted.as_ref().ok().map(|posted| posted.status);
    let patience_ms = posted.as_ref().ok().and_then(|posted: &Posted| posted.retry_after_ms(now));
    let result = match (judge(status), status) {
        (Verdict::Delivered, Some(status)) => Settled::Delivered { status },
        (Verdict::Gone, Some(status)) => Settled::Gone { status },
        _ if delivery.attempt < WEBHOOK_ATTEMPTS_MAX => {
            let at = retry_at(now, delivery.attempt, patience_ms, scatter);
            Settled::Retry { at, status }
        }
        _ => Settled::Dead { status },
    };
    settle(app, delivery, result, tried).await
}

async fn settle(
    app: &App,
    delivery: &Delivery,
    result: Settled,
    tried: Tried,
) -> Result<(), StoreError> {
    let (id, kind, error) = (delivery.message.id, delivery.message.kind.name(), &tried.error);
    tracing::info!(delivery = %id, kind, ?result, ?error, "sent a webhook");
    app.store.settle_delivery(delivery, result, tried, app.now()).await?;
    fault::point(Point::DeliverySettled);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::receiver;

    #[test]
    fn a_receiver_is_its_host_and_port() {
        assert_eq!(receiver("https://Example.com:81/a/b?c=/d"), "https://example.com:81");
        assert_eq!(receiver("https://example.com"), "https://example.com");
    }
}
