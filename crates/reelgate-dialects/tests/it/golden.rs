//! Plays the golden files.
//!
//! A file has a `request` (method, path, headers, and a `body`, `raw` text, or the parts of a
//! `form`, where `{"file": "content"}` is a file), for an order the
//! `draft` that it has to be read as, for a job the `job` that exists, for a refusal of the
//! platform's own the `refusal`; and the `response`, whose body is compared byte for byte, so the
//! order of its fields counts. `event` instead of a request asks for the webhook's body. `$A`,
//! `$B`, `$C`, `$N`, `$K` and `$V` stand for the job's id in each API's look, `$U` for an upload's.

use crate::world::{accept, dialect, id, job, request};
use crate::{draft, own, people, world};
use reelgate_core::{Call, Catalogue, Credits, Error, Field, Kind, Reply, idempotency};
use reelgate_dialects::{Dialect, FormPart, WireResponse};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// One golden file.
pub(crate) struct Golden {
    pub(crate) name: String,
    pub(crate) dialect: String,
    pub(crate) file: Value,
}

/// Every golden file of every dialect.
pub(crate) fn files() -> Vec<Golden> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files = Vec::new();
    for folder in fs::read_dir(root).expect("the golden folder") {
        let folder = folder.expect("a folder").path();
        let dialect = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for file in fs::read_dir(&folder).expect("a dialect's folder") {
            let path = file.expect("a file").path();
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let name = format!("{dialect}/{stem}");
            let text = fs::read_to_string(&path).expect("a readable file");
            let text = with_ids(&text);
            let file = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
            files.push(Golden { name, dialect: dialect.clone(), file });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn with_ids(text: &str) -> String {
    let shown = |name| dialect(name).show_id(id());
    text.replace("$A", &shown("open_v1"))
        .replace("$B", &shown("task_query"))
        .replace("$C", &shown("tasks_v1"))
        .replace("$N", &shown("native"))
        .replace("$K", &shown("ark"))
        .replace("$V", &shown("openai"))
        .replace("$U", &format!("ast_{}", own::asset().id))
}

#[test]
fn every_pair_is_answered_as_documented() {
    let files = files();
    for dialect in ["open_v1", "task_query", "tasks_v1", "native", "ark", "openai"] {
        let count = files.iter().filter(|golden| golden.dialect == dialect).count();
        assert!(count >= 20, "{dialect} has only {count} golden files");
    }
    let wrong: Vec<String> = files.iter().filter_map(|golden| play(golden).err()).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

fn play(golden: &Golden) -> Result<(), String> {
    let Golden { name, dialect, file } = golden;
    let dialect = world::dialect(dialect);
    let (got, body) = if file.get("event").is_some() {
        let body = dialect.render_event(&job(&file["job"]));
        (json!({}), body)
    } else {
        let response = answer(&*dialect, file).map_err(|e| format!("{name}: {e}"))?;
        (head(&response), response.body)
    };
    let mut expected = file["response"].as_object().expect("a response").clone();
    let expected_body = expected.remove("body").expect("a body").to_string();
    let got_body = String::from_utf8(body).expect("UTF-8");
    if got != Value::Object(expected.clone()) || got_body != expected_body {
        let expected = Value::Object(expected);
        return Err(format!("{name}\n want {expected} {expected_body}\n got  {got} {got_body}"));
    }
    Ok(())
}

fn head(response: &WireResponse) -> Value {
    let mut head = Map::new();
    head.insert("status".to_owned(), json!(response.status.as_u16()));
    let headers: Map<String, Value> = response
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value.to_str().expect("text"))))
        .collect();
    if !headers.is_empty() {
        head.insert("headers".to_owned(), Value::Object(headers));
    }
    Value::Object(head)
}

/// What the platform answers, by way of this dialect.
fn answer(dialect: &dyn Dialect, file: &Value) -> Result<WireResponse, String> {
    if let Some(spec) = file.get("refusal") {
        return Ok(dialect.render_error(&refusal(spec)));
    }
    let call = match read(dialect, &file["request"]) {
        Ok(call) => call,
        Err(error) => return Ok(dialect.render_error(&error)),
    };
    let reply = match call {
        Call::Submit(draft) => {
            if let Some(expected) = file.get("draft") {
                let got = draft::shown(&draft);
                if *expected != got {
                    return Err(format!("draft\n want {expected}\n got  {got}"));
                }
            }
            let draft = match draft.model.is_none() {
                true => world::repeated(*draft, &job(&file["job"]).job),
                false => *draft,
            };
            match accept(dialect, &draft) {
                Ok(job) => Reply::Accepted(Box::new(job)),
                Err(error) => return Ok(dialect.render_error(&error)),
            }
        }
        Call::Quote(draft) => match accept(dialect, &draft) {
            Ok(job) => Reply::Quote(job.price),
            Err(error) => return Ok(dialect.render_error(&error)),
        },
        Call::Rerun(wanted) => {
            assert_eq!(wanted, id());
            Reply::Accepted(Box::new(job(&file["job"]).job))
        }
        Call::Get(wanted) => {
            assert_eq!(wanted, id());
            Reply::Job(Box::new(job(&file["job"])))
        }
        Call::Cancel(wanted) => {
            assert_eq!(wanted, id());
            Reply::Cancelled(Box::new(job(&file["job"])))
        }
        Call::Records(_) => {
            let rows: Vec<_> = file["jobs"].as_array().expect("jobs").iter().map(job).collect();
            let total = file["total"].as_u64().expect("how many there are");
            let has_more = u64::try_from(rows.len()).expect("a few") < total;
            Reply::Records { rows, total, has_more }
        }
        Call::Remove(wanted, _) => Reply::Removed(wanted),
        Call::Content(..) => return Err("files are sent by the server".to_owned()),
        Call::Own(call) => Reply::Own(own::reply(call, file)),
        Call::Models => {
            let catalogue = Catalogue::built_in();
            Reply::Models(catalogue.of_dialect(dialect.name()).cloned().collect())
        }
        Call::Endpoint(_) => return Err("endpoints are in webhooks.rs".to_owned()),
        Call::People(call) => Reply::People(people::reply(call, file)),
        Call::Owner(call) => match world::owner(call) {
            Ok(reply) => Reply::Owner(reply),
            Err(error) => return Ok(dialect.render_error(&error)),
        },
    };
    Ok(dialect.render(&reply))
}

fn read(dialect: &dyn Dialect, spec: &Value) -> Result<Call, Error> {
    let text = |key: &str| spec[key].as_str().unwrap_or_else(|| panic!("no {key}"));
    let headers: Vec<(&str, &str)> = spec["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    let body = match (spec.get("body"), spec.get("raw")) {
        (Some(body), None) => body.to_string(),
        (None, Some(raw)) => raw.as_str().expect("a text").to_owned(),
        (None, None) => String::new(),
        (Some(_), Some(_)) => panic!("a body and a raw text"),
    };
    let (operation, mut request) =
        request(dialect, text("method"), text("path"), &headers, body.as_bytes());
    let parts = spec["form"].as_object();
    request.form = parts.map(|parts| parts.iter().map(|(name, value)| part(name, value)).collect());
    dialect.parse(operation, &request)
}

fn part(name: &str, value: &Value) -> FormPart {
    let (file, text) = (value["file"].as_str(), value.as_str());
    let content = file.or(text).expect("a text or a file").as_bytes().into();
    FormPart { name: name.to_owned(), is_file: file.is_some(), content }
}

/// A refusal that the platform makes by itself.
fn refusal(spec: &Value) -> Error {
    let message = spec["message"].as_str().unwrap_or("what the platform says");
    let seconds = || u32::try_from(spec["retry_after_s"].as_u64().expect("seconds")).expect("few");
    let credits = |key: &str| Credits::parse(spec[key].as_str().expect(key)).expect("credits");
    match spec["kind"].as_str().expect("a kind") {
        "unauthorized" => Error::unauthorized(),
        "purchase_required" => Error::purchase_required(),
        "forbidden" => Error::new(Kind::Forbidden, message),
        "insufficient_credits" => {
            Error::insufficient_credits(credits("required"), credits("available"))
        }
        "not_found" => Error::job_not_found(),
        "conflict" => Error::new(Kind::Conflict, message),
        "idempotency_mismatch" => idempotency::mismatch(),
        "idempotency_in_flight" => idempotency::in_flight(),
        "idempotency_key" => {
            let parsed = idempotency::IdempotencyKey::parse("");
            parsed.expect_err("an empty key")
        }
        "method_not_allowed" => Error::new(Kind::MethodNotAllowed, message),
        "too_large" => Error::new(Kind::TooLarge, message),
        "unsupported_media_type" => Error::new(Kind::UnsupportedMediaType, message),
        "rate_limited" => Error::new(Kind::RateLimited { retry_after_s: seconds() }, message),
        "busy" => Error::busy(seconds()),
        "internal" => Error { field: Some(Field::Prompt), ..Error::new(Kind::Internal, message) },
        other => panic!("no refusal is called {other}"),
    }
}
