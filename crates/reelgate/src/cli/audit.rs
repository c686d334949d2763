//! `reelgate audit`

use super::{CliError, open_store, say};
use crate::config::Config;
use std::process::ExitCode;

pub(super) async fn run(config: &Config) -> Result<ExitCode, CliError> {
    let store = open_store(config, false).await?;
    let violations = store.audit().await?;
    store.close().await;
    if violations.is_empty() {
        say("audit: every promise about jobs and money holds");
        return Ok(ExitCode::SUCCESS);
    }
    for violation in &violations {
        say(&format!("broken: {} ({}): {}", violation.invariant, violation.name, violation.detail));
    }
    say(&format!("audit: {} broken", violations.len()));
    Ok(ExitCode::FAILURE)
}
