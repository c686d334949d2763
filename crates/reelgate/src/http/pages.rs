//! Documentation as text: `/llms.txt` (<https://llmstxt.org>), `/llms-full.txt`, `/docs.md`, each
//! page under `/docs/`, and the skill (seed 004 names the skill and a raw text endpoint).

use super::gateway::base_url;
use super::studio;
use crate::app::App;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, Response, StatusCode};
use std::fmt::Write as _;
use std::sync::Arc;
use url::Url;

/// Stands for the server's own address in the skill.
const ADDRESS: &str = "{{server}}";
/// The address that the pages' examples use.
const EXAMPLE: &str = "http://127.0.0.1:8787";
/// Where files are that a page names and this server does not have.
const REPOSITORY: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main");
const SKILL: &str = include_str!("../../docs/agent-skill.md");
const PROMPTS: &str = include_str!("../../docs/prompt-guide.md");

/// A page: its name below `/docs/`, what it is for, its text.
struct Page {
    name: &'static str,
    about: &'static str,
    text: &'static str,
}

macro_rules! page {
    ($name:literal, $about:literal) => {
        Page { name: $name, about: $about, text: include_str!(concat!("../../docs/", $name)) }
    };
}

/// What somebody who writes a client needs, in the order to read it.
const FOR_CLIENTS: &[Page] = &[
    page!("quickstart.md", "a first video, an account, a key"),
    page!("prompt-guide.md", "how to write prompts"),
    page!("studio.md", "the pages for people"),
    page!("api/native.md", "the native API: everything the platform can do"),
    page!("api/open_v1.md", "API A, /api/open/v1"),
    page!("api/task_query.md", "API B, /api/video/seedance and /api/task/query"),
    page!("api/tasks_v1.md", "API C, /api/v1"),
    page!("api/ark.md", "Ark, /api/v3/contents/generations/tasks"),
    page!("api/openai.md", "OpenAI's videos API, /v1/videos"),
    page!("api/webhooks.md", "being told instead of asking"),
    page!("errors.md", "what is refused, and what to repeat"),
    page!("api/people.md", "signing in, sessions, cookies: what the pages use"),
    page!("test-keys.md", "keys that rehearse every outcome at no cost"),
    page!("agents.md", "tools over the Model Context Protocol, the skill, these pages"),
];

/// What somebody who runs a server needs.
const FOR_OPERATORS: &[Page] = &[
    page!("engines.md", "where clips are made: here, or by a service elsewhere"),
    page!("operating.md", "settings, databases, backups, upgrades"),
    page!("preview-engine.md", "the embedded engine and its words"),
    page!("job-lifecycle.md", "what may happen to a job"),
    page!("ledger.md", "what may happen to money"),
    page!("crash-proof.md", "how it is tested against crashes"),
    page!("benchmarks.md", "how fast it is"),
];

/// Guides in the other languages of the studio, under the names of the English ones.
const TRANSLATED: &[Page] = &[
    page!("ja/quickstart.md", "クイックスタート"),
    page!("ja/prompt-guide.md", "プロンプトガイド"),
    page!("ko/quickstart.md", "빠른 시작"),
    page!("ko/prompt-guide.md", "프롬프트 안내"),
    page!("pl/quickstart.md", "szybki start"),
    page!("pl/prompt-guide.md", "jak pisać opisy"),
];

/// The routes of the pages.
pub fn routes(app: &Arc<App>) -> Router {
    Router::new()
        .route("/llms.txt", get(index))
        .route("/llms-full.txt", get(everything))
        .route("/llms-api.txt", get(for_clients))
        .route("/docs.md", get(for_clients))
        .route("/docs/{*name}", get(one))
        .route("/downloads/seedance-skill.md", get(skill))
        .with_state(Arc::clone(app))
}

async fn index(State(app): State<Arc<App>>, headers: HeaderMap) -> Response<String> {
    let server = base_url(&app, &headers);
    let mut text = String::from(
        "# Reelgate\n\n> Video generation over HTTP: send a prompt and references, get a task \
         id, poll or receive a webhook, download an MP4. This server speaks several documented \
         APIs; a key works on all of them.\n\n\
         Every request carries `Authorization: Bearer KEY`. Start with the native API, or with \
         the one that your client was written for.\n",
    );
    let mut list = |title: &str, pages: &[Page]| {
        let _ = write!(text, "\n## {title}\n\n");
        for Page { name, about, .. } in pages {
            let _ = writeln!(text, "- [{name}]({server}/docs/{name}): {about}");
        }
    };
    list("Docs", FOR_CLIENTS);
    let _ = write!(text, "\n## For machines\n\n");
    for dialect in &app.dialects {
        let name = dialect.name();
        let _ = writeln!(text, "- [{name}.json]({server}/openapi/{name}.json): OpenAPI 3.1");
    }
    let _ = write!(
        text,
        "- [seedance-skill.md]({server}/downloads/seedance-skill.md): a skill for agents\n\
         - `{server}/mcp`: tools over the Model Context Protocol (streamable HTTP)\n\
         - [docs.md]({server}/docs.md): all pages for clients in one text\n\
         - [llms-full.txt]({server}/llms-full.txt): all pages in one text\n"
    );
    let mut list = |title: &str, pages: &[Page]| {
        let _ = write!(text, "\n## {title}\n\n");
        for Page { name, about, .. } in pages {
            let _ = writeln!(text, "- [{name}]({server}/docs/{name}): {about}");
        }
    };
    list("Optional", FOR_OPERATORS);
    list("Other languages", TRANSLATED);
    plain(text)
}

async fn everything(State(app): State<Arc<App>>, headers: HeaderMap) -> Response<String> {
    let server = base_url(&app, &headers);
    plain(joined(FOR_CLIENTS.iter().chain(FOR_OPERATORS), &server))
}

async fn for_clients(State(app): State<Arc<App>>, headers: HeaderMap) -> Response<String> {
    markdown(joined(FOR_CLIENTS.iter(), &base_url(&app, &headers)))
}

async fn one(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> axum::response::Response {
    match page_of(&name) {
        Some(page) => markdown(at(page, &base_url(&app, &headers))).map(Into::into),
        // The pages for people have the same names without the ending.
        None if !name.ends_with(".md") => studio::page(headers).await,
        None => {
            let mut response = plain(format!("there is no page {name}; /llms.txt lists them\n"));
            *response.status_mut() = StatusCode::NOT_FOUND;
            response.map(Into::into)
        }
    }
}

async fn skill(State(app): State<Arc<App>>, headers: HeaderMap) -> Response<String> {
    markdown(skill_text(&base_url(&app, &headers)))
}

/// The skill for a server at this address: its instructions, then the prompt guide.
fn skill_text(server: &str) -> String {
    let guide = PROMPTS.split_once('\n').map_or(PROMPTS, |(_, rest)| rest);
    format!("{}\n## Writing prompts\n{guide}", SKILL.replace(ADDRESS, server))
}

fn joined<'p>(pages: impl Iterator<Item = &'p Page>, server: &str) -> String {
    pages.map(|page| at(page, server)).collect::<Vec<_>>().join("\n\n---\n\n")
}

fn page_of(name: &str) -> Option<&'static Page> {
    let mut pages = FOR_CLIENTS.iter().chain(FOR_OPERATORS).chain(TRANSLATED);
    pages.find(|page| page.name == name)
}

/// A page whose examples can be run against this server as they are, and whose links lead
/// somewhere wherever it is read.
fn at(page: &Page, server: &str) -> String {
    let mut parts = page.text.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (to, rest) = part.split_once(')').unwrap_or((part, ""));
        let _ = write!(text, "]({}){rest}", whole(page.name, to, server));
    }
    text.replace(EXAMPLE, server)
}

/// A link as it stands on a page, as an address that can be followed.
fn whole(page: &str, to: &str, server: &str) -> String {
    if to.contains("://") {
        return to.to_owned();
    }
    let root = Url::parse("repository:///docs/").and_then(|docs| docs.join(page)?.join(to));
    let Ok(found) = root else { return to.to_owned() };
    let part = found.fragment().map(|part| format!("#{part}")).unwrap_or_default();
    let served = found.path().strip_prefix("/docs/").filter(|name| page_of(name).is_some());
    let base = if served.is_some() { server } else { REPOSITORY };
    format!("{base}{}{part}", found.path())
}

fn markdown(text: String) -> Response<String> {
    with_type(text, "text/markdown; charset=utf-8")
}

fn plain(text: String) -> Response<String> {
    with_type(text, "text/plain; charset=utf-8")
}

fn with_type(text: String, content_type: &'static str) -> Response<String> {
    let mut response = Response::new(text);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-cache"));
    response
}
