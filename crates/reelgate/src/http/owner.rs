//! What an account's owner asks about it: keys, money, redeem codes.

use super::auth::Caller;
use super::reply::store_error;
use super::submit::Origin;
use crate::app::App;
use reelgate_core::key::{ApiKey, ENTROPY_BYTES};
use reelgate_core::{
    Error, KeyChange, KeyId, KeySettings, KeyStyle, KeyView, Kind, OwnerCall, OwnerReply,
    RedeemCode,
};
use reelgate_store::{Key, NewKey};

/// Does what was asked for.
///
/// # Errors
/// Why it was not done; nothing has changed then.
pub(super) async fn act(app: &App, origin: &Origin, call: OwnerCall) -> Result<OwnerReply, Error> {
    let caller = origin.caller;
    match call {
        OwnerCall::Redeem(text) => redeem(app, caller, &text).await,
        OwnerCall::Keys => {
            may_manage(origin)?;
            let keys = app.store.keys(Some(caller.account)).await.map_err(store_error)?;
            Ok(OwnerReply::Keys(keys.into_iter().map(view).collect()))
        }
        OwnerCall::CreateKey { style, change } => {
            may_manage(origin)?;
            create(app, caller, style, *change).await
        }
        OwnerCall::UpdateKey { id, change } => {
            may_manage(origin)?;
            let updated = app.store.update_key(caller.account, id, *change, app.now()).await;
            app.known_keys.forget(id);
            Ok(OwnerReply::Key(Box::new(view(updated.map_err(store_error)?))))
        }
        OwnerCall::RevokeKey(id) => {
            may_manage(origin)?;
            revoke(app, caller, id).await
        }
    }
}

/// A key that could make others could make itself a freer one, so that has to be allowed to it.
fn may_manage(origin: &Origin) -> Result<(), Error> {
    if origin.guard.manages && !origin.caller.test {
        return Ok(());
    }
    Err(Error::new(Kind::Forbidden, "This API key may not manage the keys of its account"))
}

async fn create(
    app: &App,
    caller: Caller,
    style: KeyStyle,
    change: KeyChange,
) -> Result<OwnerReply, Error> {
    let now = app.now();
    let settings = change.apply(KeySettings::default(), now)?;
    let mut entropy = [0; ENTROPY_BYTES];
    app.entropy.fill(&mut entropy);
    let secret = ApiKey::new(style, &entropy);
    let new = NewKey {
        id: KeyId::new(now, app.entropy.bits()),
        account: caller.account,
        hash: secret.hash(),
        hint: secret.hint(),
        style,
        settings,
    };
    app.store.create_key(new, now).await.map_err(store_error)?;
    let made = app.store.key_by_hash(secret.hash()).await.map_err(store_error)?;
    let made = made.ok_or_else(Error::internal)?;
    Ok(OwnerReply::Made(Box::new(view(made)), secret))
}

/// Asking twice answers the same.
async fn revoke(app: &App, caller: Caller, id: KeyId) -> Result<OwnerReply, Error> {
    let find = async || {
        let key = app.store.key(id).await.map_err(store_error)?;
        let key = key.filter(|key| key.account == caller.account);
        key.ok_or_else(|| Error::new(Kind::NotFound, "key not found"))
    };
    find().await?;
    app.store.revoke_key(id, app.now()).await.map_err(store_error)?;
    app.known_keys.forget(id);
    Ok(OwnerReply::Key(Box::new(view(find().await?))))
}

async fn redeem(app: &App, caller: Caller, text: &str) -> Result<OwnerReply, Error> {
    if caller.test {
        let message = "A test key cannot redeem codes: nothing it does moves money";
        return Err(Error::new(Kind::Forbidden, message));
    }
    let unknown = || Error::new(Kind::NotFound, "There is no such code, or it cannot be used now");
    let code = RedeemCode::parse(text).ok_or_else(unknown)?;
    let redeemed = app.store.redeem(code.hash(), caller.account, app.entry_id(), app.now()).await;
    let (credits, funds) = redeemed.map_err(store_error)?;
    Ok(OwnerReply::Redeemed { credits, funds })
}

fn view(key: Key) -> KeyView {
    let Key { id, hint, style, settings, created, revoked, last_used, .. } = key;
    let KeySettings { label, expires, guard } = settings;
    KeyView { id, hint, style, label, guard, created, expires, revoked, last_used }
}
