//! The contract, item by item: `contract.json` lists what the vendors document, and every line of
//! it is tried here. `docs/api/coverage.md` is made from it and must not differ.
//!
//! A field is ordered with each value that it takes and each that it refuses; its default has to
//! mean the same as leaving it out. An answer or an error has to be in a golden file, and so has
//! every route.

use crate::golden::{Golden, files};
use crate::world::{accept, dialect, request, route};
use reelgate_core::{Call, Error, Order};
use reelgate_dialects::{Dialect, Settings, all};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const CONTRACT: &str = include_str!("contract.json");
/// Golden files that a row of the table names.
const NAMED_MAX: usize = 2;

fn contract() -> Value {
    serde_json::from_str(CONTRACT).expect("the contract is JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// Orders with these fields, as far as the core's checks.
fn ordered(dialect: &dyn Dialect, path: &str, body: &Value) -> Result<Order, Error> {
    let (operation, request) = request(dialect, "POST", path, &[], body.to_string().as_bytes());
    match dialect.parse(operation, &request)? {
        Call::Submit(draft) => accept(dialect, &draft).map(|job| job.order),
        other => panic!("an order was read as {other:?}"),
    }
}

/// `base` with more fields.
fn with(base: &Value, more: &Value) -> Value {
    let mut body = base.as_object().expect("an object").clone();
    body.extend(more.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
    Value::Object(body)
}

/// The message of a refusal in the API's words.
fn message(dialect: &dyn Dialect, error: &Error) -> String {
    let body: Value = serde_json::from_slice(&dialect.render_error(error).body).expect("JSON");
    let found = body["error"]["message"].as_str().or(body["message"].as_str());
    found.expect("a message").to_owned()
}

#[test]
fn every_field_takes_and_refuses_what_the_contract_says() {
    let mut wrong = Vec::new();
    for (name, api) in contract().as_object().expect("APIs") {
        let dialect = dialect(name);
        for form in list(api, "forms") {
            for field in list(form, "fields") {
                let place = format!("{name} {} {}", text(form, "path"), field["name"]);
                check_field(&*dialect, form, field, &place, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check_field(
    dialect: &dyn Dialect,
    form: &Value,
    field: &Value,
    place: &str,
    wrong: &mut Vec<String>,
) {
    let (path, name) = (text(form, "path"), text(field, "name"));
    let base = with(&form["base"], &field["with"]);
    let order = |value: &Value| ordered(dialect, path, &with(&base, &json!({ name: value })));
    for value in list(field, "takes") {
        if let Err(error) = order(value) {
            wrong.push(format!("{place} {value}: {}", message(dialect, &error)));
        }
    }
    for value in list(field, "refuses") {
        match order(value) {
            Ok(_) => wrong.push(format!("{place} takes {value}")),
            Err(error) => {
                let said = message(dialect, &error);
                let asked = field["with"].as_object().into_iter().flatten().map(|(key, _)| key);
                let mut blamed = [name, value.as_str().unwrap_or(name)].into_iter();
                if !blamed.any(|word| said.contains(word))
                    && !asked.into_iter().any(|key| said.contains(key))
                {
                    wrong.push(format!("{place} {value} is refused without being named: {said}"));
                }
            }
        }
    }
    if let Some(default) = field.get("default") {
        let (without, named) = (ordered(dialect, path, &base), order(default));
        if without != named || without.is_err() {
            wrong.push(format!("{place}: {named:?} is not what it means to leave it out"));
        }
    }
    let mut bare = base.clone();
    bare.as_object_mut().expect("an object").remove(name);
    let is_needed = ordered(dialect, path, &bare).is_err();
    let says_needed = field["required"] == json!(true);
    if says_needed && !is_needed {
        wrong.push(format!("{place} may be left out"));
    }
}

/// The golden files of an API in which `holds` is true of the answer.
fn golden<'a>(files: &'a [Golden], api: &str, holds: impl Fn(&Value) -> bool) -> Vec<&'a str> {
    let mine = files.iter().filter(|golden| golden.dialect == api);
    let found = mine.filter(|golden| holds(&golden.file));
    found.map(|golden| golden.name.split_once('/').expect("a folder").1).collect()
}

/// What lies at a dotted path of an answer's body.
fn at<'a>(file: &'a Value, path: &str) -> Option<&'a Value> {
    file["response"]["body"].pointer(&format!("/{}", path.replace('.', "/")))
}

/// A row of the table, or what is missing for it.
struct Row {
    item: String,
    allowed: String,
    source: String,
    tests: String,
}

fn named(found: &[&str]) -> String {
    let shown: Vec<String> = found.iter().take(NAMED_MAX).map(|name| format!("`{name}`")).collect();
    let more = found.len().saturating_sub(NAMED_MAX);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("golden {}{tail}", shown.join(", "))
}

/// A test outside the golden files, `FILE NAME`, which has to be there.
fn tried_elsewhere(test: &str) -> String {
    let (file, name) = test.split_once(' ').expect("a file and a test");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let source = std::fs::read_to_string(path).expect("a file of tests");
    assert!(source.contains(&format!("fn {name}(")), "{file} has no test {name}");
    format!("`{name}`")
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.chars().count() {
        0..=44 => format!("`{text}`"),
        _ => format!("`{}...`", text.chars().take(40).collect::<String>()),
    }
}

fn values(values: &[Value]) -> String {
    values.iter().map(short).collect::<Vec<_>>().join(" ")
}

fn route_rows(name: &str, api: &Value, files: &[Golden], missing: &mut Vec<String>) -> Vec<Row> {
    let dialect = dialect(name);
    let row = |entry: &Value| {
        let [method, path, source] = [0, 1, 2].map(|at| text_at(entry, at));
        let found = golden(files, name, |file| {
            let request = &file["request"];
            let (Some(used), Some(target)) = (request["method"].as_str(), request["path"].as_str())
            else {
                return false;
            };
            used == method && route(&*dialect, used, target).0.path == path
        });
        let item = format!("`{method} {path}`");
        let elsewhere = entry[3].as_str();
        if found.is_empty() && elsewhere.is_none() {
            missing.push(format!("{name}: no golden file has {item}"));
        }
        let tests = elsewhere.map_or_else(|| named(&found), tried_elsewhere);
        Row { item, allowed: String::new(), source: source.to_owned(), tests }
    };
    list(api, "routes").iter().map(row).collect()
}

fn rows(name: &str, api: &Value, files: &[Golden], missing: &mut Vec<String>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |item: String, allowed: String, source: &str, found: &[&str]| {
        if found.is_empty() {
            missing.push(format!("{name}: no golden file has {item} {allowed}"));
        }
        rows.push(Row { item, allowed, source: source.to_owned(), tests: named(found) });
    };
    for answer in list(api, "answers") {
        let path = text(answer, "path");
        let item = format!("answer `{path}`");
        let source = text(answer, "source");
        let filled = golden(files, name, |file| at(file, path).is_some_and(|v| !v.is_null()));
        let expected = list(answer, "values");
        if expected.iter().all(|value| !value.is_null()) {
            add(item.clone(), String::new(), source, &filled);
        }
        for value in expected {
            let found = golden(files, name, |file| at(file, path) == Some(value));
            add(item.clone(), short(value), source, &found);
        }
    }
    for error in list(api, "errors") {
        let (status, code) = (&error[0], &error[1]);
        let found = golden(files, name, |file| {
            let body = &file["response"]["body"];
            let got = body.pointer("/error/code").unwrap_or(&body["code"]);
            file["response"]["status"] == *status && got == code
        });
        let item = format!("error {status}");
        add(item, short(code), error[2].as_str().expect("a source"), &found);
    }
    rows
}

fn field_rows(api: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for form in list(api, "forms") {
        for field in list(form, "fields") {
            let of = field["of"].as_str().map_or(String::new(), |of| format!(" with {of}"));
            let mut allowed = Vec::new();
            if field["required"] == json!(true) {
                allowed.push("required".to_owned());
            }
            if let Some(default) = field.get("default") {
                allowed.push(format!("default {}", short(default)));
            }
            for (word, key) in [("takes", "takes"), ("refuses", "refuses")] {
                if !list(field, key).is_empty() {
                    allowed.push(format!("{word} {}", values(list(field, key))));
                }
            }
            let path = text(form, "path").rsplit('/').next().unwrap_or("");
            rows.push(Row {
                item: format!("field `{}`{of} of `{path}`", text(field, "name")),
                allowed: allowed.join("; "),
                source: text(field, "source").to_owned(),
                tests: "`every_field_takes_and_refuses_what_the_contract_says`".to_owned(),
            });
        }
    }
    rows
}

fn table() -> Result<String, Vec<String>> {
    let (files, mut missing) = (files(), Vec::new());
    let mut page = String::from(
        "# What of the contract is tried, and where\n\n\
         Made from `crates/reelgate-dialects/tests/it/contract.json` by the test beside it, which \
         fails when\nthis page differs. Sources are explained in [sources](../sources.md). Golden \
         files lie in\n`crates/reelgate-dialects/tests/golden/`; what is **ours** is on the page \
         of each API.\n",
    );
    for (name, api) in contract().as_object().expect("APIs") {
        let title = text(api, "title");
        write!(
            page,
            "\n## {title}: `{name}`\n\n| item | documented | source | test |\n|---|---|---|---|\n"
        )
        .expect("a text takes everything");
        let mut all = route_rows(name, api, &files, &mut missing);
        all.extend(field_rows(api));
        all.extend(rows(name, api, &files, &mut missing));
        for Row { item, allowed, source, tests } in all {
            writeln!(page, "| {item} | {} | {source} | {tests} |", allowed.replace('|', "\\|"))
                .expect("a text takes everything");
        }
    }
    if missing.is_empty() { Ok(page) } else { Err(missing) }
}

#[test]
fn every_route_answer_and_error_of_the_contract_is_in_a_golden_file_and_in_the_table() {
    let fresh = table().unwrap_or_else(|missing| panic!("{}", missing.join("\n")));
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/coverage.md");
    let kept = std::fs::read_to_string(&page).unwrap_or_default();
    if kept != fresh {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("coverage.md");
        std::fs::write(&made, fresh).expect("the build folder can be written");
        panic!("docs/api/coverage.md differs; copy {} there", made.display());
    }
}

#[test]
fn every_route_and_field_of_the_documented_apis_is_in_the_contract() {
    let contract = contract();
    for dialect in all(&Settings::default()) {
        let Some(api) = contract.get(dialect.name()) else { continue };
        let known: BTreeSet<String> = list(api, "routes")
            .iter()
            .map(|entry| format!("{} {}", text_at(entry, 0), text_at(entry, 1)))
            .collect();
        let served: BTreeSet<String> = dialect
            .routes()
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(known, served, "{}", dialect.name());
        let document = dialect.openapi("https://video.example");
        for form in list(api, "forms") {
            let (route, _) = route(&*dialect, "POST", text(form, "path"));
            let body = &document["paths"][route.path]["post"]["requestBody"]["content"];
            let schema = &body["application/json"]["schema"]["$ref"];
            let pointer = schema.as_str().and_then(|s| s.strip_prefix('#')).expect("a form");
            let described = document.pointer(pointer).expect("a schema")["properties"].clone();
            let listed: BTreeSet<&str> =
                list(form, "fields").iter().map(|field| text(field, "name")).collect();
            for name in described.as_object().expect("fields").keys() {
                assert!(listed.contains(name.as_str()), "{} {name}", dialect.name());
            }
        }
    }
}

fn text_at(entry: &Value, at: usize) -> &str {
    entry[at].as_str().expect("a text")
}
