//! The platform as tools over the Model Context Protocol, at `/mcp` and over standard streams.
//!
//! Each call is one request to our own API with the caller's own key, so whatever holds there holds
//! here: limits, prices, idempotency, guard rails of the key.

use super::api::{Api, Here};
use super::tools;
use axum::Router;
use http::request::Parts;
use reelgate_dialects::Dialect;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, Implementation,
    InitializeResult, ListToolsResult, PaginatedRequestParams, ServerCapabilities, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Larger requests are refused; a picture may come inside one as a `data:` URI.
const REQUEST_BYTES_MAX: usize = 34 << 20;
const INSTRUCTIONS: &str = "Generates videos and pictures. Call quote before generate and tell the \
    person what it costs; generate answers with a job, wait shows how it ends. Prompts work best \
    as a director's words: subject, action, place, camera, style.";

/// The tools, on some way to the API.
#[derive(Clone)]
pub struct Tools {
    api: Arc<dyn Api>,
    tools: Arc<[Tool]>,
}

impl Tools {
    /// The tools as `native`, our own API, describes its orders.
    #[must_use]
    pub fn new(api: Arc<dyn Api>, native: &dyn Dialect) -> Self {
        Self { api, tools: tools::all(&native.openapi("")).into() }
    }
}

/// The service behind `/mcp`. It keeps no sessions: any server of several can answer any request.
pub fn service(
    native: &Router,
    dialect: &dyn Dialect,
    stopping: CancellationToken,
) -> StreamableHttpService<Tools, NeverSessionManager> {
    let tools = Tools::new(Arc::new(Here(native.clone())), dialect);
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(REQUEST_BYTES_MAX)
        // A page that lures a browser here has no key to send.
        .disable_allowed_hosts()
        .with_cancellation_token(stopping);
    StreamableHttpService::new(move || Ok(tools.clone()), Arc::default(), config)
}

impl ServerHandler for Tools {
    fn get_info(&self) -> InitializeResult {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let mut info = InitializeResult::new(capabilities).with_instructions(INSTRUCTIONS);
        info.server_info = Implementation::new("reelgate", env!("CARGO_PKG_VERSION"));
        info
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let ask = tools::ask(&call.name, call.arguments.unwrap_or_default());
        let ask = ask.ok_or_else(|| {
            ErrorData::invalid_params(format!("there is no tool {:?}", call.name), None)
        })?;
        let ask = match ask {
            Ok(ask) => ask,
            Err(message) => {
                let wrong = json!({ "error": { "code": "invalid_request", "message": message } });
                return Ok(CallToolResult::structured_error(wrong).into());
            }
        };
        // Over standard streams there is no request, and the key is the process's own.
        let caller = context.extensions.get::<Parts>();
        let (status, body) = self.api.ask(ask, caller).await;
        Ok(match (200..300).contains(&status) {
            true => CallToolResult::structured(body),
            false => CallToolResult::structured_error(body),
        }
        .into())
    }
}
