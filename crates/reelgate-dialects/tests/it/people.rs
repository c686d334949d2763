//! What the rest of the platform answers to people: anna, who has a team, and an operator.

use crate::operator;
use reelgate_core::ledger::Funds;
use reelgate_core::people::{
    PeopleCall, PeopleReply, Seat, ServerView, SessionRow, SessionView, UserView,
};
use reelgate_core::team::{Member, TeamCall, TeamReply, TeamView};
use reelgate_core::token::{ENTROPY_BYTES, Token, TokenKind};
use reelgate_core::top_up::{TopUpCall, TopUpReply};
use reelgate_core::user::{AccountKind, Means, MemberRole, UserRole};
use reelgate_core::{AccountId, Credits, KeyId, Plan, SessionId, Timestamp, UserId};
use serde_json::Value;

pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_780_480_800_000);

/// The answer to a call.
pub(crate) fn reply(call: PeopleCall, file: &Value) -> PeopleReply {
    match call {
        PeopleCall::Server => PeopleReply::Server(server()),
        PeopleCall::SignIn(_) => PeopleReply::SignedIn {
            session: Box::new(session()),
            token: Token::new(TokenKind::Session, &[7; ENTROPY_BYTES]),
            max_age_s: 2_592_000,
            secure: true,
        },
        PeopleCall::Session => PeopleReply::Session(Box::new(session())),
        PeopleCall::SignOut => PeopleReply::SignedOut { secure: true },
        PeopleCall::Sessions => PeopleReply::Sessions(vec![place()]),
        PeopleCall::EndSession(id) => {
            assert_eq!(id, place().id);
            PeopleReply::SessionEnded
        }
        PeopleCall::ChangePassword { .. } => PeopleReply::PasswordChanged,
        PeopleCall::Team(call) => PeopleReply::Team(team_reply(call)),
        PeopleCall::TopUp(TopUpCall::Plans) => PeopleReply::TopUp(TopUpReply::Plans(vec![plan()])),
        PeopleCall::TopUp(TopUpCall::Checkout { plan: id }) => {
            assert_eq!(id, plan().id);
            let url = "https://pay.example/cs_1".to_owned();
            PeopleReply::TopUp(TopUpReply::Checkout { url })
        }
        PeopleCall::Operator(call) => PeopleReply::Operator(Box::new(operator::reply(*call, file))),
    }
}

fn team_reply(call: TeamCall) -> TeamReply {
    match call {
        TeamCall::List => TeamReply::Teams(vec![seat(AccountKind::Team)]),
        TeamCall::Create { name } => {
            let mut made = team();
            made.seat.name = name;
            TeamReply::Made(Box::new(made))
        }
        TeamCall::Remove { .. } => TeamReply::Teams(vec![seat(AccountKind::Team)]),
        TeamCall::Show(_) => TeamReply::Team(Box::new(team())),
        TeamCall::Add { name, role, .. } => {
            let mut more = team();
            more.members.push(Member {
                user: user(),
                name,
                role,
                key: KeyId::new(NOW, 3),
                since: NOW,
            });
            TeamReply::Team(Box::new(more))
        }
        TeamCall::SetRole { role, .. } => {
            let mut changed = team();
            changed.members[0].role = role;
            TeamReply::Team(Box::new(changed))
        }
        TeamCall::Fund { credits, .. } => TeamReply::Funded {
            pool: Funds { balance: credits, held: Credits::ZERO },
            own: Funds { balance: Credits::whole(900), held: Credits::whole(40) },
        },
    }
}

pub(crate) fn user() -> UserId {
    UserId::new(NOW, 8)
}

pub(crate) fn account() -> AccountId {
    AccountId::new(NOW, 1)
}

fn server() -> ServerView {
    ServerView {
        version: "0.1.0",
        sign_in: vec!["password", "link", "openid"],
        openid: Some("Film school".to_owned()),
        top_up: vec!["code", "card"],
    }
}

fn session() -> SessionView {
    let (id, name) = (user(), "anna".to_owned());
    let user = UserView { id, name, role: UserRole::User, has_password: true };
    let accounts = vec![seat(AccountKind::Personal), seat(AccountKind::Team)];
    SessionView { user, accounts, server: server() }
}

fn seat(kind: AccountKind) -> Seat {
    let (name, role) = match kind {
        AccountKind::Personal => ("anna", MemberRole::Owner),
        AccountKind::Team => ("film-club", MemberRole::Admin),
    };
    Seat {
        account: account(),
        name: name.to_owned(),
        kind,
        role,
        key: KeyId::new(NOW, 2),
        funds: Funds { balance: Credits::whole(25), held: Credits::from_micro(1_600_000) },
    }
}

fn team() -> TeamView {
    let (user, name) = (user(), "anna".to_owned());
    let (role, key) = (MemberRole::Admin, KeyId::new(NOW, 2));
    let anna = Member { user, name, role, key, since: NOW };
    TeamView { seat: seat(AccountKind::Team), members: vec![anna] }
}

fn place() -> SessionRow {
    SessionRow {
        id: SessionId::new(NOW, 9),
        means: Means::Link,
        agent: "Firefox on Linux".to_owned(),
        current: true,
        created: NOW,
        last_seen: NOW.plus_ms(60_000),
        expires: NOW.plus_ms(2_592_000_000),
    }
}

fn plan() -> Plan {
    Plan {
        id: "small".to_owned(),
        title: "1,000 credits".to_owned(),
        credits: Credits::whole(1000),
        amount: 900,
        currency: "eur".to_owned(),
    }
}
