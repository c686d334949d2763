//! `reelgate code`

use super::{CliError, bits, complain, now, open_store, say};
use crate::config::Config;
use crate::entropy::{Entropy as _, SystemEntropy};
use clap::{Subcommand, value_parser};
use reelgate_core::code::{self, ENTROPY_BYTES, USES_MAX};
use reelgate_core::guard::EXPIRES_S_MAX;
use reelgate_core::{CodeId, Credits, RedeemCode, Timestamp};
use reelgate_store::{Code, NewCode, Store};
use std::process::ExitCode;

const DAY_S: i64 = 86_400;
/// Most days until a code expires.
const DAYS: i64 = EXPIRES_S_MAX / DAY_S;
/// Most accounts that a code may serve.
const USES: i64 = USES_MAX as i64;

#[derive(Subcommand, Debug)]
pub(super) enum CodeCommand {
    /// Make a redeem code and print it, this once, on standard output
    Create {
        /// What it brings an account
        #[arg(long, value_parser = super::account::amount)]
        credits: Credits,
        /// How many accounts may redeem it, each of them once
        #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=USES))]
        uses: u32,
        /// Days until nobody can any more
        #[arg(long, value_name = "DAYS", value_parser = value_parser!(i64).range(1..=DAYS))]
        expires_days: Option<i64>,
        /// A few words; on the statement of whoever redeems it
        #[arg(long, default_value = "")]
        label: String,
    },
    /// List codes; the codes themselves are never shown again
    List,
    /// Make a code useless for good; what was redeemed stays
    Revoke {
        /// Its id, as `code list` shows it
        id: String,
    },
}

pub(super) async fn run(config: &Config, command: CodeCommand) -> Result<ExitCode, CliError> {
    let store = open_store(config, false).await?;
    let mut code = ExitCode::SUCCESS;
    match command {
        CodeCommand::Create { credits, uses, expires_days, label } => {
            let days_ms = |days: i64| days.saturating_mul(DAY_S).saturating_mul(1000);
            let expires = expires_days.map(|days| now().plus_ms(days_ms(days)));
            create(&store, credits, uses, expires, label).await?;
        }
        CodeCommand::List => {
            for code in store.codes().await? {
                say(&line(&code));
            }
        }
        CodeCommand::Revoke { id } => {
            let revoked = match CodeId::parse(&id) {
                Some(id) => store.revoke_code(id, now()).await?,
                None => false,
            };
            if revoked {
                say("revoked");
            } else {
                complain("error: there is no such code, or it was revoked before");
                code = ExitCode::FAILURE;
            }
        }
    }
    store.close().await;
    Ok(code)
}

async fn create(
    store: &Store,
    credits: Credits,
    uses_max: u32,
    expires: Option<Timestamp>,
    label: String,
) -> Result<(), CliError> {
    code::check(i64::from(uses_max), None, &label)
        .map_err(|error| CliError::said(error.to_string()))?;
    let mut entropy = [0; ENTROPY_BYTES];
    SystemEntropy.fill(&mut entropy);
    let code = RedeemCode::new(&entropy);
    let (hash, hint) = (code.hash(), code.hint());
    let id = CodeId::new(now(), bits());
    store.create_code(NewCode { id, hash, hint, label, credits, uses_max, expires }, now()).await?;
    say(&code.reveal());
    Ok(())
}

fn line(code: &Code) -> String {
    let state = match (code.revoked, code.expires) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(expires)) if expires <= now() => "expired".to_owned(),
        (None, Some(expires)) => format!("until {}", reelgate_dialects::iso(expires)),
        (None, None) => "active".to_owned(),
    };
    let Code { id, hint, label, credits, uses, uses_max, .. } = code;
    format!("{id}  {hint}  {credits} credits  used {uses} of {uses_max}  {state}  {label}")
        .trim_end()
        .to_owned()
}
