//! What agents read and call, each with a real client: curl and bash for the skill, the protocol's
//! own client for the tools.

use crate::desk::{Desk, Server};
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, CallToolResult, JsonObject};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

/// A server that renders, and a key for it.
fn open_for_business(desk: &Desk) -> (Server, String) {
    desk.says(&["account", "create", "agent", "--credits", "100"]);
    let said = desk.says(&["key", "create", "--account", "agent"]);
    let key = said.split_whitespace().find(|word| word.starts_with("sk_live_")).expect("a key");
    (desk.serve(&["--workers", "1"]), key.to_owned())
}

fn fetch(url: &str) -> (u16, String) {
    let fetched = Command::new("curl").args(["-sS", "-w", "\n%{http_code}", url]).output();
    let text = text_of(&fetched.expect("curl is installed"));
    let (body, status) = text.rsplit_once('\n').expect("a status");
    (status.parse().expect("a number"), body.to_owned())
}

fn text_of(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn every_address_in_the_index_answers_and_names_this_server() {
    let desk = Desk::new();
    let (server, _) = open_for_business(&desk);
    let (status, index) = fetch(&format!("{}/llms.txt", server.url));
    assert_eq!(status, 200);
    assert!(index.starts_with("# Reelgate\n\n> "), "{index}");
    let links: Vec<&str> =
        index.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 12, "{links:?}");
    for link in links {
        assert!(link.starts_with(&server.url), "{link}");
        let (status, text) = fetch(link);
        assert_eq!(status, 200, "{link}");
        assert!(!text.contains("http://127.0.0.1:8787") && !text.contains("{{"), "{link}");
    }
    for more in ["/llms-api.txt", "/docs.md", "/llms-full.txt"] {
        let (status, text) = fetch(&format!("{}{more}", server.url));
        assert_eq!((status, text.contains("# Prompt guide")), (200, true), "{more}");
    }
    assert_eq!(fetch(&format!("{}/docs/no-such.md", server.url)).0, 404);
    server.stop("-INT");
}

/// Pages link to each other and to files of the repository; read here, no link may lead nowhere.
#[test]
fn every_link_of_a_page_leads_somewhere() {
    let desk = Desk::new();
    let (server, _) = open_for_business(&desk);
    let (_, pages) = fetch(&format!("{}/llms-full.txt", server.url));
    let links = pages.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links: BTreeSet<&str> = links.collect();
    let (here, away): (Vec<&str>, Vec<&str>) =
        links.into_iter().partition(|link| link.starts_with(&server.url));
    assert!(here.len() > 15 && away.len() > 5, "{here:?} {away:?}");
    let mut read = BTreeMap::new();
    for link in here {
        let page = link.split('#').next().expect("a page");
        let status = *read.entry(page).or_insert_with(|| fetch(page).0);
        assert_eq!(status, 200, "{link}");
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for link in away {
        if let Some(path) = link.strip_prefix("https://github.com/reelgate/reelgate/blob/main/") {
            assert!(root.join(path.split('#').next().expect("a path")).exists(), "{link}");
        } else {
            assert!(link.starts_with("https://"), "{link}");
        }
    }
    server.stop("-INT");
}

/// Exactly the commands that the skill tells an agent to run.
#[test]
fn the_skills_own_commands_make_a_film() {
    let desk = Desk::new();
    let (server, key) = open_for_business(&desk);
    let (_, skill) = fetch(&format!("{}/downloads/seedance-skill.md", server.url));
    assert!(skill.starts_with("---\nname: seedance\ndescription: "), "{skill}");
    assert!(skill.contains("## Writing prompts"));
    let script = skill.split("```bash\n").nth(1).and_then(|rest| rest.split("```").next());
    let script = format!("set -eu\n{}", script.expect("commands"));
    let ran = Command::new("bash")
        .args(["-c", &script])
        .env("REELGATE_KEY", &key)
        .current_dir(desk.path(""))
        .output();
    let said = text_of(&ran.expect("bash"));
    assert!(said.contains(r#""price":"2""#), "{said}");
    let film = std::fs::read(desk.path("paper-boat.mp4")).expect("a film");
    assert_eq!(&film[4..8], b"ftyp");
    server.stop("-INT");
}

type Client = RunningService<RoleClient, ()>;

async fn call(client: &Client, tool: &'static str, arguments: Value) -> CallToolResult {
    let arguments: JsonObject = serde_json::from_value(arguments).expect("an object");
    let call = CallToolRequestParams::new(tool).with_arguments(arguments);
    client.call_tool(call).await.expect("an answer")
}

async fn fine(client: &Client, tool: &'static str, arguments: Value) -> Value {
    let result = call(client, tool, arguments).await;
    assert_eq!(result.is_error, Some(false), "{result:?}");
    result.structured_content.expect("structured")
}

/// From a price to a film and a cancelled job, through the tools alone.
async fn make_a_film(client: &Client) {
    let tools = client.list_all_tools().await.expect("tools");
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    let all = ["generate", "quote", "wait", "list", "cancel", "models", "balance"];
    assert_eq!(names, all);
    let order = json!({ "prompt": "A pier in fog", "resolution": "480p", "duration_s": 1 });
    assert_eq!(fine(client, "quote", order.clone()).await["price"], "1");
    let mut once = order.clone();
    once["idempotency_key"] = "pier-1".into();
    let job = fine(client, "generate", once.clone()).await;
    assert_eq!(fine(client, "generate", once).await["id"], job["id"], "ordered once");
    let mut done = fine(client, "wait", json!({ "id": job["id"] })).await;
    for _ in 0..5 {
        if done["state"] == "succeeded" {
            break;
        }
        done = fine(client, "wait", json!({ "id": job["id"] })).await;
    }
    assert_eq!(done["state"], "succeeded", "{done}");
    assert!(done["output"]["video_url"].as_str().expect("a link").starts_with("http://127."));
    let listed = fine(client, "list", json!({ "limit": 5, "state": "succeeded" })).await;
    assert_eq!(listed["data"][0]["id"], job["id"], "{listed}");
    let long = json!({ "prompt": "Slow clouds", "resolution": "1080p", "duration_s": 15 });
    let long = fine(client, "generate", long).await;
    fine(client, "cancel", json!({ "id": long["id"] })).await;
    let gone = fine(client, "wait", json!({ "id": long["id"] })).await;
    assert_eq!(gone["state"], "cancelled");
    assert_eq!(fine(client, "balance", json!({})).await["balance"], "99");
    assert!(fine(client, "models", json!({})).await["data"].as_array().is_some());
    // What the API refuses, the tool refuses in the API's words.
    let wrong = call(client, "generate", json!({ "prompt": "A pier", "duration_s": 99 })).await;
    assert_eq!(wrong.is_error, Some(true));
    let refusal = wrong.structured_content.expect("structured");
    assert_eq!(refusal["error"]["field"], "duration_s", "{refusal}");
    let nothing = call(client, "wait", json!({ "id": "../keys" })).await;
    assert_eq!(nothing.is_error, Some(true));
    assert!(client.call_tool(CallToolRequestParams::new("no_such")).await.is_err());
}

/// A client of the tools at a server's own address.
async fn over_http(server: &Server, key: Option<&str>) -> Client {
    let mut config = StreamableHttpClientTransportConfig::with_uri(format!("{}/mcp", server.url));
    config.auth_header = key.map(str::to_owned);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().build().expect("a client");
    let transport = StreamableHttpClientTransport::with_client(http, config);
    ().serve(transport).await.expect("a client")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tools_work_over_http() {
    let desk = Desk::new();
    let (server, key) = open_for_business(&desk);
    let client = over_http(&server, Some(&key)).await;
    make_a_film(&client).await;
    client.cancel().await.expect("it ends");
    let stranger = over_http(&server, None).await;
    let refused = call(&stranger, "balance", json!({})).await;
    assert_eq!(refused.is_error, Some(true));
    let refusal = refused.structured_content.expect("structured");
    assert_eq!(refusal["error"]["code"], "unauthorized", "{refusal}");
    stranger.cancel().await.expect("it ends");
    server.stop("-INT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_tied_to_a_network_works_from_there() {
    let desk = Desk::new();
    let (server, _) = open_for_business(&desk);
    for (network, allowed) in [("127.0.0.0/8", true), ("192.0.2.0/24", false)] {
        let said = desk.says(&["key", "create", "--account", "agent", "--network", network]);
        let client = over_http(&server, Some(said.trim())).await;
        let balance = call(&client, "balance", json!({})).await;
        assert_eq!(balance.is_error, Some(!allowed), "{network}: {balance:?}");
        client.cancel().await.expect("it ends");
    }
    server.stop("-INT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_has_ten_jobs_unless_more_are_asked_for() {
    let desk = Desk::new();
    let (server, _) = open_for_business(&desk);
    let said = desk.says(&["key", "create", "--account", "agent", "--style", "test"]);
    let client = over_http(&server, Some(said.trim())).await;
    for number in 0..21 {
        let prompt = format!("[test:stall] {number}");
        fine(&client, "generate", json!({ "prompt": prompt, "duration_s": 1 })).await;
    }
    let (mut counts, mut arguments) = (Vec::new(), json!({}));
    for _ in 0..3 {
        let listed = fine(&client, "list", arguments).await;
        counts.push(listed["data"].as_array().expect("jobs").len());
        arguments = json!({ "cursor": listed["next"] });
    }
    assert_eq!(counts, [10, 10, 1]);
    let all = fine(&client, "list", json!({ "limit": 100 })).await;
    assert_eq!(all["data"].as_array().expect("jobs").len(), 21);
    client.cancel().await.expect("it ends");
    server.stop("-INT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tools_work_over_standard_streams() {
    let desk = Desk::new();
    let (server, key) = open_for_business(&desk);
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_reelgate"));
    command.args(["mcp", "--server", &server.url]).env("REELGATE_KEY", &key);
    let client = ().serve(TokioChildProcess::new(command).expect("it starts")).await;
    let client = client.expect("a client");
    make_a_film(&client).await;
    client.cancel().await.expect("it ends");
    server.stop("-INT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_when_to_come_back() {
    let desk = Desk::new();
    let (server, _) = open_for_business(&desk);
    let said = desk.says(&["key", "create", "--account", "agent", "--requests-per-minute", "1"]);
    let client = over_http(&server, Some(said.trim())).await;
    fine(&client, "balance", json!({})).await;
    let refused = call(&client, "balance", json!({})).await;
    let body = refused.structured_content.expect("an error");
    assert_eq!(body["error"]["code"], "rate_limited");
    assert!(
        (1..=60).contains(&body["error"]["retry_after_s"].as_u64().expect("seconds")),
        "{body}"
    );
    client.cancel().await.expect("it ends");
    server.stop("-INT");
}
