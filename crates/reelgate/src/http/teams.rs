//! What a person does with teams: accounts of several people, whose pool is spent in the studio.

use super::reply::store_error;
use crate::app::App;
use crate::secrets::webhook_secret;
use reelgate_core::people::Seat;
use reelgate_core::team::{Change, TeamView};
use reelgate_core::user::{AccountKind, account_name};
use reelgate_core::{AccountId, Error, KeyId, Kind, TeamCall, TeamReply};
use reelgate_store::{NewAccount, NewTeam, Person};

/// Does what was asked for.
///
/// # Errors
/// Why it was not done; nothing has changed then.
pub(super) async fn act(app: &App, person: &Person, call: TeamCall) -> Result<TeamReply, Error> {
    match call {
        TeamCall::List => own(app, person).await,
        TeamCall::Create { name } => {
            let id = create(app, person, &name).await?;
            Ok(TeamReply::Made(Box::new(view(app, person, id).await?)))
        }
        TeamCall::Show(team) => shown(app, person, team).await,
        TeamCall::Add { team, name, role } => {
            let key = KeyId::new(app.now(), app.entropy.bits());
            let whom = (name.trim().to_ascii_lowercase(), role);
            let added = app.store.add_member(team, person.user, whom, key, app.now()).await;
            added.map_err(store_error)?;
            app.people.known.forget_everybody();
            shown(app, person, team).await
        }
        TeamCall::SetRole { team, user, role } => {
            change(app, person, team, Change::SetRole(user, role)).await?;
            shown(app, person, team).await
        }
        TeamCall::Remove { team, user } => {
            change(app, person, team, Change::Remove(user)).await?;
            own(app, person).await
        }
        TeamCall::Fund { team, credits } => {
            let entries = (app.entry_id(), app.entry_id());
            let moved = app.store.fund_team(team, person.user, credits, entries, app.now()).await;
            let (pool, own) = moved.map_err(store_error)?;
            Ok(TeamReply::Funded { pool, own })
        }
    }
}

/// The person's teams.
async fn own(app: &App, person: &Person) -> Result<TeamReply, Error> {
    let seats = app.store.seats(person.user).await.map_err(store_error)?;
    let teams = seats.into_iter().filter(|seat| seat.kind == AccountKind::Team);
    Ok(TeamReply::Teams(teams.collect()))
}

async fn create(app: &App, person: &Person, name: &str) -> Result<AccountId, Error> {
    let name = name.trim();
    account_name(name)?;
    let id = AccountId::new(app.now(), app.entropy.bits());
    let secret = webhook_secret(app.entropy.as_ref());
    let account = NewAccount { id, name: name.to_owned(), webhook_secret: secret };
    let key = KeyId::new(app.now(), app.entropy.bits());
    let new = NewTeam { account, maker: person.user, key };
    app.store.create_team(new, app.now()).await.map_err(store_error)?;
    app.people.known.forget(person.user);
    Ok(id)
}

async fn change(app: &App, person: &Person, team: AccountId, change: Change) -> Result<(), Error> {
    let changed = app.store.change_member(team, person.user, change, app.now()).await;
    // Also when it failed: its commit may have succeeded all the same.
    app.people.known.forget_account(team);
    changed.map_err(store_error)
}

async fn shown(app: &App, person: &Person, team: AccountId) -> Result<TeamReply, Error> {
    Ok(TeamReply::Team(Box::new(view(app, person, team).await?)))
}

/// A team as a member sees it; to strangers it is not there.
async fn view(app: &App, person: &Person, team: AccountId) -> Result<TeamView, Error> {
    let seats = app.store.seats(person.user).await.map_err(store_error)?;
    let is_it = |seat: &Seat| seat.account == team && seat.kind == AccountKind::Team;
    let seat = seats.into_iter().find(is_it);
    let seat = seat.ok_or_else(|| Error::new(Kind::NotFound, "team not found"))?;
    let members = app.store.members(team).await.map_err(store_error)?;
    Ok(TeamView { seat, members })
}
