//! Machine-readable descriptions of the APIs: `/openapi/{dialect}.json`.

use super::gateway::base_url;
use crate::app::App;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use std::sync::Arc;

/// Serves the OpenAPI 3.1 document of one dialect.
pub async fn document(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let dialect = file.strip_suffix(".json").and_then(|name| app.dialect(name));
    let Some(dialect) = dialect else {
        let names: Vec<_> = app.dialects.iter().map(|dialect| dialect.name()).collect();
        let message = format!("there are documents for {}\n", names.join(", "));
        return (StatusCode::NOT_FOUND, message).into_response();
    };
    let document = dialect.openapi(&base_url(&app, &headers)).to_string();
    let headers = [(CONTENT_TYPE, "application/json"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, document).into_response()
}
