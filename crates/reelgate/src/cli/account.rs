//! `reelgate account`

use super::{CliError, bits, now, open_store, say};
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::fault::{self, Point};
use crate::secrets::webhook_secret;
use clap::Subcommand;
use reelgate_core::user::account_name;
use reelgate_core::{AccountId, Credits, EntryId, Priority};
use reelgate_store::{Account, NewAccount, Store};
use std::process::ExitCode;

/// Entries on a statement unless asked otherwise.
const STATEMENT_LINES: usize = 50;

#[derive(Subcommand, Debug)]
pub(super) enum AccountCommand {
    /// Make an account
    Create {
        /// Its name: 1 to 64 letters, digits, dots, dashes, underscores or @
        name: String,
        /// Credits to begin with
        #[arg(long, default_value = "0", value_parser = amount)]
        credits: Credits,
    },
    /// Give an account more credits
    Grant {
        /// Its name
        name: String,
        /// How many
        #[arg(value_parser = amount)]
        credits: Credits,
        /// The account has paid for them: it may use models that are kept for those that have
        #[arg(long)]
        paid: bool,
    },
    /// Set the most urgent that an account's jobs may be
    Priority {
        /// Its name
        name: String,
        /// low, normal or high
        #[arg(value_parser = priority)]
        highest: Priority,
    },
    /// Print the secret that signs an account's webhooks
    WebhookSecret {
        /// Its name
        name: String,
    },
    /// List accounts and their balances
    List,
    /// Show every movement of an account's money, newest first
    Statement {
        /// Its name
        name: String,
        /// How many lines
        #[arg(long, default_value_t = STATEMENT_LINES)]
        lines: usize,
    },
}

pub(super) fn amount(text: &str) -> Result<Credits, String> {
    Credits::parse(text).ok_or_else(|| "must be a number such as 100 or 12.5".to_owned())
}

fn priority(text: &str) -> Result<Priority, String> {
    Priority::parse(text).ok_or_else(|| "must be low, normal or high".to_owned())
}

pub(super) async fn run(config: &Config, command: AccountCommand) -> Result<ExitCode, CliError> {
    let make = matches!(command, AccountCommand::Create { .. });
    let store = open_store(config, make).await?;
    match command {
        AccountCommand::Create { name, credits } => create(&store, &name, credits).await?,
        AccountCommand::Grant { name, credits, paid } => {
            let account = find(&store, &name).await?;
            let funds = if paid {
                let entry = EntryId::new(now(), bits());
                let note = "bought, entered by the operator";
                store.grant_paid(entry, account.id, credits, note, now()).await?
            } else {
                grant(&store, account.id, credits, "granted by the operator").await?
            };
            say(&format!("{name}: balance {}, available {}", funds.balance, funds.available()));
        }
        AccountCommand::Priority { name, highest } => {
            store.set_priority_max(find(&store, &name).await?.id, highest).await?;
            say(&format!("{name}: jobs may have priority up to {}", highest.name()));
        }
        AccountCommand::WebhookSecret { name } => {
            say(&find(&store, &name).await?.webhook_secret);
        }
        AccountCommand::List => {
            for account in store.accounts().await? {
                let funds = account.funds;
                let (balance, held) = (funds.balance, funds.held);
                say(&format!("{}  balance {balance}  held {held}", account.name));
            }
        }
        AccountCommand::Statement { name, lines } => statement(&store, &name, lines).await?,
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn create(store: &Store, name: &str, credits: Credits) -> Result<(), CliError> {
    let account = create_account(store, name, credits).await?;
    fault::point(Point::AccountMade);
    say(&format!("made account {name} ({}) with {credits} credits", account.id));
    Ok(())
}

/// An account that does not exist yet.
pub(super) fn new_account(name: &str) -> Result<NewAccount, CliError> {
    account_name(name).map_err(|error| CliError::said(format!("an account's {error}")))?;
    Ok(NewAccount {
        id: AccountId::new(now(), bits()),
        name: name.to_owned(),
        webhook_secret: webhook_secret(&SystemEntropy),
    })
}

/// Makes an account with a webhook secret of its own and its opening balance, in one commit.
pub(super) async fn create_account(
    store: &Store,
    name: &str,
    credits: Credits,
) -> Result<Account, CliError> {
    let new = new_account(name)?;
    if credits == Credits::ZERO {
        return Ok(store.create_account(new, now()).await?);
    }
    let entry = EntryId::new(now(), bits());
    Ok(store.open_account(new, entry, credits, "opening balance", now()).await?)
}

/// Adds credits to an account.
pub(super) async fn grant(
    store: &Store,
    account: AccountId,
    credits: Credits,
    note: &str,
) -> Result<reelgate_core::ledger::Funds, CliError> {
    let entry = EntryId::new(now(), bits());
    Ok(store.grant(entry, account, credits, note, now()).await?)
}

/// The account with this name.
pub(super) async fn find(store: &Store, name: &str) -> Result<Account, CliError> {
    let found = store.account_by_name(name).await?;
    found.ok_or_else(|| CliError::said(format!("there is no account named {name}")))
}

async fn statement(store: &Store, name: &str, lines: usize) -> Result<(), CliError> {
    let account = find(store, name).await?;
    for entry in store.statement(account.id, None, lines.clamp(1, 1000)).await? {
        let job = entry.job.map_or_else(|| "-".to_owned(), |job| job.to_string());
        let (kind, delta) = (entry.kind.name(), entry.delta);
        say(&format!(
            "{}  {kind:8} {job:12}  balance {}  held {}  {}",
            reelgate_dialects::iso(entry.at),
            Signed(delta.balance),
            Signed(delta.held),
            entry.note
        ));
    }
    let funds = account.funds;
    say(&format!(
        "balance {}, held {}, available {}",
        funds.balance,
        funds.held,
        funds.available()
    ));
    Ok(())
}

/// An amount that always shows its sign.
struct Signed(Credits);

impl std::fmt::Display for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 >= Credits::ZERO { "+" } else { "" };
        write!(f, "{sign}{}", self.0)
    }
}
