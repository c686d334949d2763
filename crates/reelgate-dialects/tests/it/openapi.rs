//! Each API's own description, held against what it does.

use crate::golden::{Golden, files};
use crate::schema::fits;
use crate::world::{dialect, route};
use reelgate_core::{Catalogue, Model};
use reelgate_dialects::{Dialect, Operation, Settings, all};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SERVER: &str = "https://video.example";

#[test]
fn every_route_is_described_and_nothing_else() {
    for dialect in all(&Settings::default()) {
        let document = dialect.openapi(SERVER);
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], SERVER);
        let mut described = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                described.insert(format!("{} {path}", method.to_ascii_uppercase()));
                let id = operation["operationId"].as_str().expect("an id");
                assert!(ids.insert(id.to_owned()), "{id} is not unique");
                check_parameters(path, operation);
            }
        }
        let routes: BTreeSet<String> = dialect
            .routes()
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(described, routes, "{}", dialect.name());
    }
}

/// Every parameter in the path is described, and no other.
fn check_parameters(path: &str, operation: &Value) {
    let described: Vec<String> = operation["parameters"]
        .as_array()
        .expect("parameters")
        .iter()
        .filter(|parameter| parameter["in"] == "path")
        .map(|parameter| format!("{{{}}}", parameter["name"].as_str().expect("a name")))
        .collect();
    let named: Vec<&str> = path.split('/').filter(|part| part.starts_with('{')).collect();
    assert_eq!(described, named, "{path}");
}

#[test]
fn every_golden_pair_fits_what_is_described() {
    let mut wrong = Vec::new();
    for golden in files() {
        let dialect = dialect(&golden.dialect);
        let document = dialect.openapi(SERVER);
        if let Err(error) = check(&*dialect, &document, &golden) {
            wrong.push(format!("{}: {error}", golden.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(dialect: &dyn Dialect, document: &Value, golden: &Golden) -> Result<(), String> {
    let response = &golden.file["response"];
    if golden.file.get("event").is_some() {
        return fits(document, event_schema(dialect, document)?, &response["body"]);
    }
    let operation = operation(dialect, document, &golden.file);
    let status = response["status"].as_u64().expect("a status");
    let answers = &operation["responses"];
    let answer = answers.get(status.to_string()).unwrap_or(&answers["default"]);
    // Only what no route can answer itself may be left to the default.
    if answers.get(status.to_string()).is_none() && status != 405 {
        return Err(format!("{status} is not described"));
    }
    fits(document, &answer["content"]["application/json"]["schema"], &response["body"])?;
    for name in response["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
        let described = answer["headers"].as_object();
        if !described.is_some_and(|all| all.keys().any(|key| key.eq_ignore_ascii_case(name))) {
            return Err(format!("the header {name} is not described"));
        }
    }
    let is_json = golden.file["request"].get("body").is_some();
    if status < 300 && is_json && golden.file.get("draft").is_some() {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        return check_order(document, schema, &golden.file["request"]["body"]);
    }
    Ok(())
}

/// What was accepted has to be described. Fields that are null count as left out, and fields that
/// an API ignores need no description.
fn check_order(document: &Value, schema: &Value, body: &Value) -> Result<(), String> {
    let pointer = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    let target = pointer.and_then(|pointer| document.pointer(pointer)).ok_or("no order form")?;
    let closed = target.get("additionalProperties").is_some();
    let mut body = body.as_object().expect("an object").clone();
    body.retain(|name, value| {
        !value.is_null() && (closed || target["properties"].get(name).is_some())
    });
    // A picture's detail and role are upstream's, and ignored.
    if let Some(items) = body.get_mut("content").and_then(Value::as_array_mut) {
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            item.remove("role");
            item.get_mut("image_url").and_then(Value::as_object_mut).map(|o| o.remove("detail"));
        }
    }
    fits(document, target, &Value::Object(body))
}

/// The operation that a golden file is about: its request's, or for a refusal of the platform's
/// own the order form, which knows most of them; a task that is not found is never ordered.
fn operation<'a>(dialect: &dyn Dialect, document: &'a Value, file: &Value) -> &'a Value {
    let path = match file.get("request") {
        Some(request) => {
            let method = request["method"].as_str().expect("a method");
            let (route, _) = route(dialect, method, request["path"].as_str().expect("a path"));
            (method.to_ascii_lowercase(), route.path)
        }
        None => {
            let missing = file["refusal"]["kind"] == "not_found";
            let (method, wanted) =
                if missing { ("get", Operation::Get) } else { ("post", Operation::Submit) };
            let mut routes = dialect.routes().iter();
            let route = routes.find(|route| route.operation == wanted).expect("a route");
            (method.to_owned(), route.path)
        }
    };
    &document["paths"][path.1][path.0]
}

fn event_schema<'a>(dialect: &dyn Dialect, document: &'a Value) -> Result<&'a Value, String> {
    let callbacks = document["paths"]
        .as_object()
        .into_iter()
        .flat_map(|paths| paths.values())
        .filter_map(|methods| methods["post"]["callbacks"]["ended"].as_object())
        .find_map(|addresses| addresses.values().next());
    match callbacks {
        Some(callback) => {
            Ok(&callback["post"]["requestBody"]["content"]["application/json"]["schema"])
        }
        None if dialect.name() == "openai" => Ok(&document["components"]["schemas"]["Event"]),
        // API C has no webhook of its own; what it would send is its task.
        None if dialect.name() == "tasks_v1" => Ok(&document["components"]["schemas"]["Task"]),
        None => Err("no callback is described".to_owned()),
    }
}

#[test]
fn the_described_limits_are_those_of_the_catalogue() {
    let catalogue = Catalogue::built_in();
    for (name, prompt, ratios, resolutions, media_max) in [
        ("open_v1", Some("prompt"), "aspectRatio", Some("resolution"), Some("mediaUrls")),
        ("task_query", None, "ratio", None, None),
        ("tasks_v1", Some("prompt"), "aspect_ratio", Some("resolution"), Some("media_urls")),
        ("native", Some("prompt"), "ratio", Some("resolution"), Some("media")),
    ] {
        let document = dialect(name).openapi(SERVER);
        let described = &document["components"]["schemas"]["Order"]["properties"];
        // API C's newer model has a form of its own, which the contract tries.
        let of_form = |model: &&Model| !model.makes_stills() && !model.gated;
        let models: Vec<_> = catalogue.of_dialect(name).filter(of_form).collect();
        let set = |value: &Value| -> BTreeSet<String> {
            let names = value["enum"].as_array().expect("names").iter();
            names.map(|name| name.as_str().expect("a name").to_owned()).collect()
        };
        let offered: BTreeSet<String> =
            models.iter().flat_map(|model| &model.ratios).map(ToString::to_string).collect();
        assert_eq!(set(&described[ratios]), offered, "{name}");
        if let Some(field) = resolutions {
            // Our own API orders pictures with the same form.
            let sold = catalogue
                .of_dialect(name)
                .filter(|model| name == "native" || !model.makes_stills());
            let offered: BTreeSet<String> =
                sold.flat_map(|model| &model.resolutions).map(ToString::to_string).collect();
            assert_eq!(set(&described[field]), offered, "{name}");
        }
        for model in models {
            if let Some(field) = prompt {
                assert_eq!(described[field]["minLength"], json!(model.prompt_chars.start()));
                assert_eq!(described[field]["maxLength"], json!(model.prompt_chars.end()));
            }
            if let Some(field) = media_max {
                let most = described[field]["maxItems"].as_u64().expect("a limit");
                let own = u64::try_from(model.media.count_max).expect("a few");
                // Our own API orders from models with different limits.
                assert!(most == own || name == "native" && most > own, "{name} {field}");
            }
        }
    }
}
