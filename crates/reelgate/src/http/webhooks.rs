//! What an account does about its webhook endpoints.

use super::actions::{job_of, policy};
use super::auth::Caller;
use super::reply::store_error;
use crate::app::App;
use crate::{outbound, secrets, work};
use reelgate_core::endpoint::{self, Change, EndpointCall, EndpointReply, Listener};
use reelgate_core::{Endpoint, EndpointId, Error, Field, Kind};

/// Does it, for this caller's endpoints only.
///
/// # Errors
/// Why it was not done; nothing has changed then.
pub(super) async fn act(
    app: &App,
    caller: Caller,
    call: EndpointCall,
) -> Result<EndpointReply, Error> {
    if let Some(Listener::Order(id)) = listener(&call) {
        // Whoever may see the job may see what was said of it.
        job_of(app, caller, id).await?;
    } else if caller.test {
        // An endpoint hears of real jobs, with links to what they made.
        let message = "A test key may not manage webhook endpoints";
        return Err(Error::new(Kind::Forbidden, message));
    }
    let (account, store, now) = (caller.account, &app.store, app.now());
    match call {
        EndpointCall::Create(change) => {
            check_address(app, &change)?;
            let (id, secret) = (EndpointId::new(now, app.entropy.bits()), secret(app));
            let new = Endpoint::new(id, account, secret, change, policy(app), now)?;
            store.create_endpoint(new.clone()).await.map_err(store_error)?;
            Ok(EndpointReply::Created(new))
        }
        EndpointCall::List => {
            Ok(EndpointReply::List(store.endpoints(account).await.map_err(store_error)?))
        }
        EndpointCall::Show(id) => {
            let found = store.endpoint_of(account, id).await.map_err(store_error)?;
            Ok(EndpointReply::Endpoint(found.ok_or_else(endpoint::not_found)?))
        }
        EndpointCall::Update(id, change) => {
            check_address(app, &change)?;
            let changed = store.change_endpoint(account, id, change, policy(app), now).await;
            Ok(EndpointReply::Endpoint(changed.map_err(store_error)?))
        }
        EndpointCall::Delete(id) => {
            match store.delete_endpoint(account, id, now).await.map_err(store_error)? {
                true => Ok(EndpointReply::Deleted(id)),
                false => Err(endpoint::not_found()),
            }
        }
        EndpointCall::Rotate(id, overlap_ms) => {
            let rotated = store.rotate_endpoint(account, id, secret(app), overlap_ms, now).await;
            Ok(EndpointReply::Rotated(rotated.map_err(store_error)?))
        }
        EndpointCall::Test(id) => {
            let sent = store.test_endpoint(account, id, app.delivery_id(), now).await;
            app.deliveries_ready.notify_one();
            Ok(EndpointReply::Sent(sent.map_err(store_error)?))
        }
        EndpointCall::Deliveries(to, before, limit) => {
            let page = store.deliveries(account, to, before, limit).await.map_err(store_error)?;
            Ok(EndpointReply::Deliveries(page.0, page.1))
        }
        EndpointCall::Delivery(to, delivery) => {
            let found = store.delivery(account, to, delivery).await.map_err(store_error)?;
            let (record, attempts) = found;
            let body = work::message::body(app, &record.message).await.map_err(store_error)?;
            let body = body.ok_or_else(endpoint::delivery_not_found)?;
            Ok(EndpointReply::Delivery(record, attempts, body))
        }
        EndpointCall::Replay(to, delivery) => {
            let sent = store.replay_delivery(account, to, delivery, now).await;
            app.deliveries_ready.notify_one();
            Ok(EndpointReply::Sent(sent.map_err(store_error)?))
        }
    }
}

const fn listener(call: &EndpointCall) -> Option<Listener> {
    match call {
        EndpointCall::Deliveries(to, ..)
        | EndpointCall::Delivery(to, _)
        | EndpointCall::Replay(to, _) => Some(*to),
        _ => None,
    }
}

fn secret(app: &App) -> String {
    secrets::webhook_secret(app.entropy.as_ref())
}

/// Refuses at once what would never be dialled; a name is judged when it is.
fn check_address(app: &App, change: &Change) -> Result<(), Error> {
    let Some(url) = &change.url else { return Ok(()) };
    let checked = outbound::checked(url, app.config.outbound.allow_private);
    let refuse = |fault: outbound::OutboundError| {
        Error::invalid(Field::Named("url".to_owned()), fault.to_string())
    };
    checked.map(drop).map_err(refuse)
}
