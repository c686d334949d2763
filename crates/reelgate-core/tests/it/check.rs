//! What is refused, for which field, and which fault is named first.

use reelgate_core::check::{METADATA_BYTES_MAX, Policy, check};
use reelgate_core::order::{Draft, DraftMedia, Mode};
use reelgate_core::{
    Catalogue, Channel, Credits, Error, Field, MediaSource, Model, ModelId, Ratio, Resolution, Role,
};

fn model(dialect: &str, name: &str) -> Model {
    Catalogue::built_in().find(&ModelId::new(dialect, name)).expect("on offer").clone()
}

fn draft(model: &Model) -> Draft {
    Draft::new(model.id.clone(), "a river in autumn")
}

fn url(address: &str, role: Option<Role>, field: Field) -> DraftMedia {
    DraftMedia { source: MediaSource::Url(address.to_owned()), role, field }
}

fn picture(role: Option<Role>) -> DraftMedia {
    url("https://example.com/a.png", role, Field::Media(Some(0)))
}

/// Checks a draft after one change and returns the refusal as a caller would read it.
fn refusal(model: &Model, change: impl FnOnce(&mut Draft)) -> String {
    let mut draft = draft(model);
    change(&mut draft);
    match check(&draft, model, Policy::default(), "v") {
        Ok(_) => "accepted".to_owned(),
        Err(Error { field: Some(field), message, .. }) => format!("{field:?} {message}"),
        Err(error) => error.message,
    }
}

#[test]
fn defaults_are_filled_in() {
    for (dialect, name, credits) in [
        ("open_v1", "seedance-2.0", 40),
        ("task_query", "seedance-2.0", 50),
        ("tasks_v1", "seedance2-standard", 30),
        ("native", "preview", 5),
    ] {
        let model = model(dialect, name);
        let (order, price) = check(&draft(&model), &model, Policy::default(), "v").expect(name);
        assert_eq!((order.duration_s, order.resolution), (5, Resolution::P720));
        assert_eq!((order.ratio, order.audio, order.seed), (Ratio::R16x9, true, None));
        assert_eq!(price.credits, Credits::whole(credits), "{dialect}/{name}");
    }
}

#[test]
fn each_bad_field_is_named_with_what_is_allowed() {
    let a = model("open_v1", "seedance-2.0");
    let old = model("open_v1", "seedance-1.5-pro");
    let b = model("task_query", "seedance-2.0");
    let c = model("tasks_v1", "seedance2-standard");
    let says = |got: String, want: &str| assert_eq!(got, want);

    says(
        refusal(&a, |d| d.prompt = "  ".into()),
        "Prompt must be 1 to 10000 characters long, got 0",
    );
    says(
        refusal(&c, |d| d.prompt = "ab".into()),
        "Prompt must be 3 to 10000 characters long, got 2",
    );
    says(refusal(&a, |d| d.prompt = "x\0".into()), "Prompt must not contain NUL characters");
    says(refusal(&a, |d| d.duration_s = Some(3)), "Duration must be 4 to 15 seconds, got 3");
    says(refusal(&old, |d| d.duration_s = Some(7)), "Duration must be 5 or 10 seconds, got 7");
    says(refusal(&b, |d| d.duration_s = Some(-5)), "Duration must be 5, 10 or 15 seconds, got -5");
    says(
        refusal(&a, |d| d.ratio = Some(Ratio::R21x9)),
        "Ratio must be one of 16:9, 9:16, 1:1 for this model, got 21:9",
    );
    says(
        refusal(&c, |d| d.resolution = Some(Resolution::P4k)),
        "Resolution must be one of 720p, 1080p for this model, got 4k",
    );
    says(
        refusal(&a, |d| d.channel = Channel::Wild),
        "Channel must be one of standard for this model",
    );
    says(refusal(&c, |d| d.seed = Some(4_294_967_296)), "Seed must be -1 (any) or 0 to 4294967295");
    says(
        refusal(&c, |d| (d.seed, d.channel) = (Some(1), Channel::Real)),
        "Seed is not supported on the real channel, leave it out",
    );
    says(
        refusal(&model("tasks_v1", "seedance2-mini"), |d| d.seed = Some(1)),
        "Seed is not supported by this model, leave it out",
    );
    says(
        refusal(&a, |d| d.callback_url = Some("http://example.com".into())),
        "Callback must be a public https URL",
    );
    says(
        refusal(&a, |d| d.metadata = Some("x".repeat(METADATA_BYTES_MAX + 1))),
        "Metadata must be at most 16384 bytes of JSON",
    );
}

#[test]
fn references_are_counted_and_looked_at() {
    let a = model("open_v1", "seedance-2.0");
    let six = |d: &mut Draft| d.media = vec![picture(None); 6];
    assert_eq!(refusal(&a, six), "Media(None) must have at most 5 entries, got 6");
    for (address, why) in [
        ("http://example.com/a.png", "must be a public https URL"),
        ("ftp://example.com/a.png", "must be a public https URL"),
        ("", "must be a public https URL"),
        ("HTTPS://example.com/a b.png", "must be a URL without spaces or control characters"),
        ("asset://12", "must be a public https URL; asset:// references are not accepted here"),
    ] {
        let got = refusal(&a, |d| d.media = vec![url(address, None, Field::Media(Some(0)))]);
        assert_eq!(got, format!("Media(Some(0)) {why}"), "{address}");
    }
}

#[test]
fn modes_take_the_references_that_belong_to_them() {
    let c = model("tasks_v1", "seedance2-standard");
    let check = |mode, roles: &[Role]| {
        refusal(&c, |d| {
            d.mode = Some(mode);
            d.media = roles.iter().map(|role| picture(Some(*role))).collect();
        })
    };
    let (first, last, reference) = (Role::FirstFrame, Role::LastFrame, Role::Reference);
    for (mode, roles) in [
        (Mode::Text, &[][..]),
        (Mode::Image, &[first]),
        (Mode::Image, &[first, last]),
        (Mode::Media, &[reference]),
    ] {
        assert_eq!(check(mode, roles), "accepted", "{mode:?} {roles:?}");
    }
    for (mode, roles) in [
        (Mode::Text, &[first][..]),
        (Mode::Image, &[]),
        (Mode::Image, &[last]),
        (Mode::Image, &[first, reference]),
        (Mode::Media, &[]),
        (Mode::Media, &[reference, first]),
    ] {
        assert_ne!(check(mode, roles), "accepted", "{mode:?} {roles:?}");
    }
}

#[test]
fn the_first_fault_by_the_documented_order_is_named() {
    let c = model("tasks_v1", "seedance2-standard");
    let mut wrong = draft(&c);
    wrong.prompt = String::new();
    wrong.media = vec![picture(None); 13];
    wrong.ratio = None;
    wrong.duration_s = Some(99);
    wrong.resolution = Some(Resolution::P480);
    wrong.seed = Some(-2);
    wrong.callback_url = Some("nowhere".to_owned());
    wrong.metadata = Some("x".repeat(METADATA_BYTES_MAX + 1));
    let mut named = Vec::new();
    while let Err(error) = check(&wrong, &c, Policy::default(), "v") {
        let field = error.field.expect("every fault here has a field");
        match &field {
            Field::Prompt => wrong.prompt = "a river".to_owned(),
            Field::Media(_) => wrong.media.clear(),
            Field::Duration => wrong.duration_s = None,
            Field::Resolution => wrong.resolution = None,
            Field::Seed => wrong.seed = None,
            Field::Callback => wrong.callback_url = None,
            Field::Metadata => wrong.metadata = None,
            other => panic!("unexpected {other:?}"),
        }
        named.push(format!("{field:?}"));
    }
    let order = "Prompt Media(None) Duration Resolution Seed Callback Metadata";
    assert_eq!(named.join(" "), order);
}

#[test]
fn a_development_server_may_use_http() {
    let a = model("open_v1", "seedance-2.0");
    let mut draft = draft(&a);
    draft.media = vec![url("http://127.0.0.1:9/a.png", None, Field::Media(Some(0)))];
    let policy = Policy { allow_http: true, allow_data: false };
    let (_, price) = check(&draft, &a, policy, "v").expect("allowed");
    assert_eq!(price.credits, Credits::whole(64));
}
