//! `reelgate mcp`

use super::CliError;
use crate::agents::api::There;
use crate::agents::mcp::Tools;
use clap::Args;
use reelgate_core::Catalogue;
use reelgate_dialects::{Native, Settings};
use rmcp::ServiceExt as _;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Args, Debug)]
pub(super) struct McpOptions {
    /// The server whose tools these are
    #[arg(long, value_name = "URL", env = "REELGATE_SERVER")]
    server: String,
    /// A key of that server
    #[arg(long, value_name = "KEY", env = "REELGATE_KEY", hide_env_values = true)]
    key: String,
}

/// Speaks the protocol on standard streams until the other side closes them.
pub(super) async fn run(options: &McpOptions) -> Result<ExitCode, CliError> {
    let said = |error: &dyn std::fmt::Display| CliError::said(error.to_string());
    let there = There::new(&options.server, &options.key).map_err(|error| said(&error))?;
    let settings = Settings::of(&Catalogue::built_in());
    let tools = Tools::new(Arc::new(there), &Native::new(&settings));
    let serving = tools.serve(rmcp::transport::stdio()).await.map_err(|error| said(&error))?;
    serving.waiting().await.map_err(|error| said(&error))?;
    Ok(ExitCode::SUCCESS)
}
