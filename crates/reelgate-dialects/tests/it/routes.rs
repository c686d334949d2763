//! What the dialects promise about themselves.

use crate::world::{dialect, id, order, request};
use proptest::prelude::*;
use proptest::sample::select;
use reelgate_core::{Field, Kind};
use reelgate_dialects::{Operation, PeopleOperation, Settings, all};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn no_two_routes_collide_and_only_what_comes_before_a_sign_in_is_public() {
    let public = [
        Operation::Models,
        Operation::People(PeopleOperation::Server),
        Operation::People(PeopleOperation::SignIn),
        Operation::People(PeopleOperation::Plans),
    ];
    let mut seen = BTreeSet::new();
    for dialect in all(&Settings::default()) {
        for route in dialect.routes() {
            let new = seen.insert(format!("{} {}", route.method, route.path));
            assert!(new, "{} is served twice", route.path);
            assert_eq!(route.public, public.contains(&route.operation), "{}", route.path);
        }
    }
    assert_eq!(seen.len(), 92);
}

#[test]
fn every_dialect_reads_every_look_of_an_id() {
    let dialects = all(&Settings::default());
    for writer in &dialects {
        let text = writer.show_id(id());
        for reader in &dialects {
            assert_eq!(reader.read_id(&text), Some(id()), "{} reads {text}", reader.name());
        }
    }
}

#[test]
fn ids_look_as_documented() {
    for (name, shape) in [
        ("open_v1", "req_************"),
        ("task_query", "ta******-****-****-****-************"),
        ("tasks_v1", "sd2_************"),
        ("ark", "cgt-**************-********"),
        ("openai", "video_************"),
        ("native", "job_************"),
    ] {
        let text = dialect(name).show_id(id());
        assert_eq!(text.len(), shape.len(), "{text}");
        for (got, want) in text.chars().zip(shape.chars()) {
            assert!(got == want || (want == '*' && got.is_ascii_alphanumeric()), "{text}");
        }
    }
}

#[test]
fn an_id_that_nobody_made_is_not_found_in_any_api() {
    for (name, target) in [
        ("open_v1", "/api/open/v1/video/generations/req_1234567890"),
        ("task_query", "/api/task/query?task_id=ta823dfb-eaac-44fd-aec2-3e2c7ba8e071"),
        ("task_query", "/api/task/query?task_id=%00"),
        ("tasks_v1", "/api/v1/tasks/sd2_xxxxx"),
    ] {
        let dialect = dialect(name);
        let (operation, request) = request(&*dialect, "GET", target, &[], b"");
        let error = dialect.parse(operation, &request).expect_err(target);
        assert_eq!((error.kind, error.message.as_str()), (Kind::NotFound, "task not found"));
    }
}

/// JSON of any shape whose keys are often those of a request.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        ".{0,12}".prop_map(|value| json!(value)),
        select(&["seedance-2.0", "text", "image_url", "16:9", "@image1"][..])
            .prop_map(|value| json!(value)),
    ];
    let keys = select(
        &[
            "model",
            "prompt",
            "content",
            "type",
            "text",
            "image_url",
            "url",
            "mediaUrls",
            "mode",
            "duration",
            "metadata",
            "media_urls",
            "seed",
            "ratio",
            "seconds",
            "size",
            "input_reference",
        ][..],
    );
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(|values| json!(values)),
            proptest::collection::btree_map(keys.clone(), inner, 0..8)
                .prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #[test]
    fn any_body_is_accepted_or_refused_with_a_sentence(body in any_json()) {
        for dialect in all(&Settings::default()) {
            if let Err(error) = order(&*dialect, body.to_string().as_bytes()) {
                let no_model = error.kind == Kind::NotFound && error.field == Some(Field::Model);
                prop_assert!(error.kind == Kind::Invalid || no_model, "{:?}", error);
                let response = dialect.render_error(&error);
                let refusal: serde_json::Value = serde_json::from_slice(&response.body)?;
                prop_assert!(refusal.is_object());
                prop_assert!(response.body.len() < 600, "{}", refusal);
            }
        }
    }

    #[test]
    fn any_bytes_are_accepted_or_refused(body: Vec<u8>) {
        for dialect in all(&Settings::default()) {
            prop_assert!(order(&*dialect, &body).is_err());
        }
    }
}
