//! `reelgate user`

use super::account::{find as find_account, new_account};
use super::{CliError, bits, complain, now, open_store, say};
use crate::config::Config;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::people::password::{SALT_BYTES, hash};
use clap::Subcommand;
use reelgate_core::token::{ENTROPY_BYTES, Token, TokenKind};
use reelgate_core::user::{LINK_MS, check_password, user_name};
use reelgate_core::{KeyId, Secret, UserId, UserRole};
use reelgate_store::{NewLink, NewUser, Purse, Store, User};
use std::io::IsTerminal as _;
use std::process::ExitCode;

/// People that one read of the list fetches.
const PAGE: i64 = 100;

#[derive(Subcommand, Debug)]
pub(super) enum UserCommand {
    /// Make a user with an account of their own; without a password a link signs them in
    Add {
        /// Their name, and that of their account
        name: String,
        /// user or operator
        #[arg(long, default_value = "user", value_parser = role)]
        role: UserRole,
        /// An account that is there and belongs to nobody yet, instead of a new one
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
        /// Ask for a password on the terminal, or read it from standard input
        #[arg(long)]
        password: bool,
    },
    /// List users
    List,
    /// Give a user another password, asked for on the terminal or read from standard input
    Password {
        /// Their name
        name: String,
    },
    /// Change what a user may do
    Role {
        /// Their name
        name: String,
        /// user or operator
        #[arg(value_parser = role)]
        role: UserRole,
    },
    /// Shut a user out, which ends their sessions
    Disable {
        /// Their name
        name: String,
    },
    /// Let a user in again
    Enable {
        /// Their name
        name: String,
    },
    /// Print a link that signs a user in, once, within 15 minutes
    Link {
        /// Their name
        name: String,
        /// The server's address, where it differs from the settings
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
}

fn role(text: &str) -> Result<UserRole, String> {
    UserRole::parse(text).ok_or_else(|| "must be user or operator".to_owned())
}

pub(super) async fn run(config: &Config, command: UserCommand) -> Result<ExitCode, CliError> {
    let store = open_store(config, matches!(command, UserCommand::Add { .. })).await?;
    match command {
        UserCommand::Add { name, role, account, password } => {
            add(&store, &name, role, account, password).await?;
        }
        UserCommand::List => list(&store).await?,
        UserCommand::Password { name } => {
            let user = find(&store, &name).await?;
            let hashed = ask_password(&user.name)?;
            store.set_password(user.id, Some(hashed), None).await?;
            say(&format!("{}: password changed, every session has ended", user.name));
        }
        UserCommand::Role { name, role } => {
            let user = find(&store, &name).await?;
            store.set_user_role(user.id, role).await?;
            say(&format!("{}: {}", user.name, role.name()));
        }
        UserCommand::Disable { name } => {
            let user = find(&store, &name).await?;
            store.set_user_disabled(user.id, true, now()).await?;
            say(&format!("{}: shut out", user.name));
        }
        UserCommand::Enable { name } => {
            let user = find(&store, &name).await?;
            store.set_user_disabled(user.id, false, now()).await?;
            say(&format!("{}: may sign in", user.name));
        }
        UserCommand::Link { name, server } => {
            let user = find(&store, &name).await?;
            link(config, &store, &user, server).await?;
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn add(
    store: &Store,
    name: &str,
    role: UserRole,
    account: Option<String>,
    password: bool,
) -> Result<(), CliError> {
    let name = user_name(name).map_err(|error| CliError::said(format!("a user's {error}")))?;
    let password = if password { Some(ask_password(&name)?) } else { None };
    let purse = match account {
        Some(account) => Purse::Existing(find_account(store, &account).await?.id),
        None => Purse::New(new_account(&name)?),
    };
    let (id, key) = (UserId::new(now(), bits()), KeyId::new(now(), bits()));
    let new = NewUser { id, name, role, password, purse, key };
    let user = store.create_user(new, now()).await?;
    say(&format!("made {} {} ({})", user.role.name(), user.name, user.id));
    if user.password.is_none() {
        complain(&format!("without a password: reelgate user link {} signs in", user.name));
    }
    Ok(())
}

async fn list(store: &Store) -> Result<(), CliError> {
    let mut after = None;
    loop {
        let users = store.users("", after, PAGE).await?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.id);
        for user in &users {
            let password = if user.password.is_some() { "password" } else { "no password" };
            let state = if user.disabled.is_some() { "shut out" } else { "active" };
            say(&format!("{}  {}  {password}  {state}", user.name, user.role.name()));
        }
    }
}

async fn link(
    config: &Config,
    store: &Store,
    user: &User,
    server: Option<String>,
) -> Result<(), CliError> {
    let mut entropy = [0; ENTROPY_BYTES];
    SystemEntropy.fill(&mut entropy);
    let token = Token::new(TokenKind::Link, &entropy);
    if !store.create_link(NewLink { hash: token.hash(), user: user.id }, now()).await? {
        return Err(CliError::said(format!("{} is shut out", user.name)));
    }
    let own = || config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let server = server.unwrap_or_else(own);
    say(&format!("{}/#sign-in={}", server.trim_end_matches('/'), token.reveal()));
    let minutes = LINK_MS / 60_000;
    complain(&format!("this signs {} in once, within {minutes} minutes", user.name));
    Ok(())
}

async fn find(store: &Store, name: &str) -> Result<User, CliError> {
    let found = store.user_by_name(&name.to_ascii_lowercase()).await?;
    found.ok_or_else(|| CliError::said(format!("there is no user named {name}")))
}

/// The hash of a password that is typed unseen, or comes as a line of standard input.
fn ask_password(name: &str) -> Result<String, CliError> {
    let text = if std::io::stdin().is_terminal() {
        let text = rpassword::prompt_password(format!("password for {name}: "))?;
        if rpassword::prompt_password("once more: ")? != text {
            return Err(CliError::said("the two passwords differ"));
        }
        text
    } else {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    let secret = Secret(text);
    check_password("the password", &secret, name)
        .map_err(|error| CliError::said(error.to_string()))?;
    let mut salt = [0; SALT_BYTES];
    SystemEntropy.fill(&mut salt);
    hash(&secret, &salt).ok_or_else(|| CliError::said("the password cannot be hashed"))
}
