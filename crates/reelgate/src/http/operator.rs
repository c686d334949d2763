//! What operators do in the browser, beside `reelgate account`, `user` and `code`.

use super::overview::overview;
use super::reply::store_error;
use super::settings;
use crate::app::App;
use crate::people::{password::SALT_BYTES, token};
use crate::secrets::webhook_secret;
use reelgate_core::operator::{AccountRow, CodeRow, Finding, UserRow, check_note};
use reelgate_core::own::Listing;
use reelgate_core::token::TokenKind;
use reelgate_core::user::{LINK_MS, account_name, check_password, user_name};
use reelgate_core::{
    AccountId, CodeId, Error, KeyId, Kind, OperatorCall, OperatorReply, RedeemCode, Secret, UserId,
    UserRole, code,
};
use reelgate_store::{NewAccount, NewCode, NewLink, NewUser, Person, Purse, User, UserChange};

/// Does what was asked for.
///
/// # Errors
/// `Forbidden` for whoever is no operator; else why it was not done. Nothing has changed then.
pub(super) async fn act(
    app: &App,
    person: &Person,
    call: OperatorCall,
) -> Result<OperatorReply, Error> {
    if person.role != UserRole::Operator {
        return Err(Error::new(Kind::Forbidden, "This is for operators"));
    }
    match call {
        OperatorCall::Overview => Ok(OperatorReply::Overview(Box::new(overview(app).await?))),
        OperatorCall::Jobs(filter, page) => {
            let found = app.store.all_jobs(filter, page).await.map_err(store_error)?;
            Ok(OperatorReply::Jobs(found))
        }
        OperatorCall::Timeline(id) => {
            let found = app.store.timeline(id).await.map_err(store_error)?;
            let (job, told) = found.ok_or_else(Error::job_not_found)?;
            Ok(OperatorReply::Timeline(Box::new(job), told))
        }
        OperatorCall::Prices => Ok(OperatorReply::Prices {
            version: app.catalogue.price_version.clone(),
            models: app.catalogue.models.clone(),
        }),
        OperatorCall::Settings => {
            let kept = settings::kept(&app.config);
            Ok(OperatorReply::Settings(kept, settings::rows(&app.config)))
        }
        OperatorCall::Audit => {
            let found = app.store.audit().await.map_err(store_error)?;
            let finding = |one: reelgate_store::Violation| Finding {
                invariant: one.invariant,
                name: one.name,
                detail: one.detail,
            };
            Ok(OperatorReply::Audit(found.into_iter().map(finding).collect()))
        }
        call => match call {
            OperatorCall::Codes | OperatorCall::CreateCode { .. } | OperatorCall::RevokeCode(_) => {
                codes(app, call).await
            }
            OperatorCall::Users(..)
            | OperatorCall::CreateUser { .. }
            | OperatorCall::UpdateUser { .. }
            | OperatorCall::LinkUser(_) => users(app, person, call).await,
            other => accounts(app, person, other).await,
        },
    }
}

async fn accounts(app: &App, person: &Person, call: OperatorCall) -> Result<OperatorReply, Error> {
    match call {
        OperatorCall::Accounts(text, page) => {
            let found = app.store.account_rows(&text, page).await.map_err(store_error)?;
            Ok(OperatorReply::Accounts(found))
        }
        OperatorCall::CreateAccount(name) => {
            let name = name.trim();
            account_name(name)?;
            let id = AccountId::new(app.now(), app.entropy.bits());
            let secret = webhook_secret(app.entropy.as_ref());
            let new = NewAccount { id, name: name.to_owned(), webhook_secret: secret };
            app.store.create_account(new, app.now()).await.map_err(store_error)?;
            Ok(OperatorReply::AccountMade(account(app, id).await?))
        }
        OperatorCall::Account(id) => Ok(OperatorReply::Account(account(app, id).await?)),
        OperatorCall::Grant { account: id, credits, note } => {
            check_note(&note)?;
            account(app, id).await?;
            let granted = app.store.grant(app.entry_id(), id, credits, &note, app.now()).await;
            granted.map_err(store_error)?;
            tracing::info!(operator = %person.user, account = %id, %credits, "granted");
            Ok(OperatorReply::Account(account(app, id).await?))
        }
        OperatorCall::SetPriority(id, highest) => {
            let changed = app.store.set_priority_max(id, highest).await.map_err(store_error)?;
            if !changed {
                return Err(no_account());
            }
            Ok(OperatorReply::Account(account(app, id).await?))
        }
        _ => Err(Error::internal()),
    }
}

async fn account(app: &App, id: AccountId) -> Result<AccountRow, Error> {
    app.store.account_row(id).await.map_err(store_error)?.ok_or_else(no_account)
}

fn no_account() -> Error {
    Error::new(Kind::NotFound, "account not found")
}

async fn users(app: &App, person: &Person, call: OperatorCall) -> Result<OperatorReply, Error> {
    match call {
        OperatorCall::Users(text, page) => {
            let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
            let found = app.store.users(&text, page.after, limit).await.map_err(store_error)?;
            let is_full = found.len() >= page.limit;
            let next = found.last().filter(|_| is_full).map(|user| user.id);
            Ok(OperatorReply::Users(Listing { rows: found.into_iter().map(row).collect(), next }))
        }
        OperatorCall::CreateUser { name, password, role } => {
            let user = create_user(app, &name, password, role).await?;
            tracing::info!(operator = %person.user, user = %user.id, "made a user");
            Ok(OperatorReply::UserMade(row(user)))
        }
        OperatorCall::UpdateUser { id, role, disabled, password } => {
            let whom = user(app, id).await?;
            // Nobody should lock the last door behind them.
            if id == person.user && (disabled == Some(true) || role == Some(UserRole::User)) {
                let message = "Somebody else has to do this to you";
                return Err(Error::new(Kind::Conflict, message));
            }
            // Checked before anything is changed.
            let hash = match password {
                Some(password) => Some(hash_of(app, &whom.name, password).await?),
                None => None,
            };
            let has_new_password = hash.is_some();
            let keep = (id == person.user).then_some(person.session);
            let change = UserChange { password: hash, keep, role, disabled };
            app.store.update_user(id, change, app.now()).await.map_err(store_error)?;
            app.people.known.forget(id);
            let operator = person.user;
            tracing::info!(%operator, user = %id, ?role, ?disabled, has_new_password, "changed");
            Ok(OperatorReply::User(row(user(app, id).await?)))
        }
        OperatorCall::LinkUser(id) => {
            user(app, id).await?;
            let token = token(app, TokenKind::Link);
            let new = NewLink { hash: token.hash(), user: id };
            if !app.store.create_link(new, app.now()).await.map_err(store_error)? {
                return Err(Error::new(Kind::Conflict, "this person is shut out"));
            }
            let url = format!("{}/#sign-in={}", app.public_url(), token.reveal());
            Ok(OperatorReply::Link { url, expires: app.now().plus_ms(LINK_MS) })
        }
        _ => Err(Error::internal()),
    }
}

async fn user(app: &App, id: UserId) -> Result<User, Error> {
    let found = app.store.user(id).await.map_err(store_error)?;
    found.ok_or_else(|| Error::new(Kind::NotFound, "user not found"))
}

async fn create_user(
    app: &App,
    name: &str,
    password: Option<Secret>,
    role: UserRole,
) -> Result<User, Error> {
    let name = user_name(name)?;
    let password = match password {
        None => None,
        Some(password) => Some(hash_of(app, &name, password).await?),
    };
    let purse = Purse::New(NewAccount {
        id: AccountId::new(app.now(), app.entropy.bits()),
        name: name.clone(),
        webhook_secret: webhook_secret(app.entropy.as_ref()),
    });
    let (id, key) =
        (UserId::new(app.now(), app.entropy.bits()), KeyId::new(app.now(), app.entropy.bits()));
    let new = NewUser { id, name, role, password, purse, key };
    app.store.create_user(new, app.now()).await.map_err(store_error)
}

/// A password as it is kept.
async fn hash_of(app: &App, name: &str, password: Secret) -> Result<String, Error> {
    check_password("password", &password, name)?;
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt);
    app.people.passwords.hash(password, salt).await
}

fn row(user: User) -> UserRow {
    UserRow {
        id: user.id,
        name: user.name,
        role: user.role,
        account: user.account,
        has_password: user.password.is_some(),
        disabled: user.disabled,
        created: user.created,
    }
}

async fn codes(app: &App, call: OperatorCall) -> Result<OperatorReply, Error> {
    match call {
        OperatorCall::Codes => {
            let found = app.store.codes().await.map_err(store_error)?;
            Ok(OperatorReply::Codes(found.into_iter().map(code_row).collect()))
        }
        OperatorCall::CreateCode { credits, uses_max, expires_in_s, label } => {
            let uses_max = code::check(uses_max, expires_in_s, &label)?;
            let mut entropy = [0; code::ENTROPY_BYTES];
            app.entropy.fill(&mut entropy);
            let made = RedeemCode::new(&entropy);
            let new = NewCode {
                id: CodeId::new(app.now(), app.entropy.bits()),
                hash: made.hash(),
                hint: made.hint(),
                label,
                credits,
                uses_max,
                expires: expires_in_s.map(|s| app.now().plus_ms(s.saturating_mul(1000))),
            };
            let shown = code_row(reelgate_store::Code {
                id: new.id,
                hint: new.hint.clone(),
                label: new.label.clone(),
                credits,
                uses: 0,
                uses_max: new.uses_max,
                expires: new.expires,
                revoked: None,
            });
            app.store.create_code(new, app.now()).await.map_err(store_error)?;
            Ok(OperatorReply::CodeMade(shown, made.reveal()))
        }
        OperatorCall::RevokeCode(id) => {
            if app.store.revoke_code(id, app.now()).await.map_err(store_error)? {
                return Ok(OperatorReply::Done);
            }
            let message = "there is no such code, or it was revoked before";
            Err(Error::new(Kind::NotFound, message))
        }
        _ => Err(Error::internal()),
    }
}

fn code_row(code: reelgate_store::Code) -> CodeRow {
    CodeRow {
        id: code.id,
        hint: code.hint,
        label: code.label,
        credits: code.credits,
        uses: code.uses,
        uses_max: code.uses_max,
        expires: code.expires,
        revoked: code.revoked,
    }
}
