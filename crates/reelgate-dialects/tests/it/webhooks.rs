//! Webhook endpoints of our own API, in words and in answers.

use crate::schema::fits;
use crate::world::{dialect, id, job, request, route};
use reelgate_core::endpoint::{
    Change, EndpointCall, EndpointReply, Format, Health, Listener, OffBy, Secrets, Standing,
};
use reelgate_core::webhook::{Attempt, DeliveryState, EventKind, Message, Record};
use reelgate_core::{
    AccountId, Call, DeliveryId, Endpoint, EndpointId, Error, Kind, Reply, Timestamp,
};
use reelgate_dialects::{WireResponse, notice};
use serde_json::{Value, json};

const WEBHOOKS: &str = "/api/reelgate/v1/webhooks";
const NOW: Timestamp = Timestamp::from_ms(1_780_480_800_000);

fn hook() -> EndpointId {
    EndpointId::new(NOW, 5)
}

fn delivery() -> DeliveryId {
    DeliveryId::new(NOW, 6)
}

fn call(method: &str, target: &str, body: &str) -> Result<EndpointCall, Error> {
    let native = dialect("native");
    let (operation, request) = request(&*native, method, target, &[], body.as_bytes());
    match native.parse(operation, &request)? {
        Call::Endpoint(call) => Ok(*call),
        other => panic!("read as {other:?}"),
    }
}

fn endpoint() -> Endpoint {
    Endpoint {
        id: hook(),
        account: AccountId::new(NOW, 1),
        url: "https://example.com/hook".to_owned(),
        description: "the studio".to_owned(),
        events: vec![EventKind::Succeeded, EventKind::Failed],
        format: Format::Native,
        secrets: Secrets {
            current: "whsec_new".to_owned(),
            previous: Some(("whsec_old".to_owned(), NOW.plus_ms(60_000))),
        },
        standing: Standing::Off { since: NOW, by: OffBy::Receiver },
        health: Health { failures: 3, last_success: Some(NOW), last_failure: None },
        created: NOW,
        updated: NOW,
    }
}

fn record(state: DeliveryState) -> Record {
    let message = Message {
        id: delivery(),
        endpoint: Some(hook()),
        job: Some(id()),
        kind: EventKind::Succeeded,
        lease: 1,
        attempt: 1,
        at: NOW,
    };
    Record { message, state, tries: 2, last_status: Some(503) }
}

/// The answer, which is as the document describes the answer of this route.
#[track_caller]
fn answer(method: &str, target: &str, reply: EndpointReply) -> (u16, Value) {
    let native = dialect("native");
    let document = native.openapi("https://video.example");
    let WireResponse { status, body, .. } = native.render(&Reply::Endpoint(Box::new(reply)));
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let (route, _) = route(&*native, method, target);
    let described = &document["paths"][route.path][method.to_ascii_lowercase()]["responses"];
    let schema = &described[status.as_str()]["content"]["application/json"]["schema"];
    fits(&document, schema, &body).expect("as described");
    (status.as_u16(), body)
}

#[test]
fn every_request_about_an_endpoint_is_read() {
    let (wh, msg) = (format!("{WEBHOOKS}/wh_{}", hook()), format!("msg_{}", delivery()));
    let (hook, delivery) = (hook(), delivery());
    let to = Listener::Endpoint(hook);
    let url = Some("https://example.com/hook".to_owned());
    let events = Some(vec![EventKind::Failed, EventKind::Running]);
    let body = r#"{"url":"https://example.com/hook","events":["job.failed","job.running"]}"#;
    let change = Change { url, events, ..Change::default() };
    let off =
        Change { enabled: Some(false), description: Some("x".to_owned()), ..Change::default() };
    for (method, target, body, expected) in [
        ("POST", WEBHOOKS, body, EndpointCall::Create(change)),
        ("GET", WEBHOOKS, "", EndpointCall::List),
        ("GET", &wh, "", EndpointCall::Show(hook)),
        (
            "PATCH",
            &wh,
            r#"{"enabled":false,"description":"x","url":null}"#,
            EndpointCall::Update(hook, off),
        ),
        ("DELETE", &wh, "", EndpointCall::Delete(hook)),
        ("POST", &format!("{wh}/rotate"), "", EndpointCall::Rotate(hook, 86_400_000)),
        ("POST", &format!("{wh}/rotate"), r#"{"overlap_s":0}"#, EndpointCall::Rotate(hook, 0)),
        ("POST", &format!("{wh}/test"), "", EndpointCall::Test(hook)),
        ("GET", &format!("{wh}/deliveries"), "", EndpointCall::Deliveries(to, None, 20)),
        (
            "GET",
            &format!("{WEBHOOKS}/{}/deliveries", dialect("tasks_v1").show_id(id())),
            "",
            EndpointCall::Deliveries(Listener::Order(id()), None, 20),
        ),
        (
            "GET",
            &format!("{wh}/deliveries?limit=100&cursor={msg}"),
            "",
            EndpointCall::Deliveries(to, Some(delivery), 100),
        ),
        ("GET", &format!("{wh}/deliveries/{msg}"), "", EndpointCall::Delivery(to, delivery)),
        ("POST", &format!("{wh}/deliveries/{msg}/replay"), "", EndpointCall::Replay(to, delivery)),
    ] {
        assert_eq!(call(method, target, body), Ok(expected), "{method} {target}");
    }
}

#[test]
fn a_bad_request_is_refused_with_its_field_and_what_is_allowed() {
    let wh = format!("{WEBHOOKS}/wh_{}", hook());
    let kinds = "job.queued, job.running, job.succeeded, job.failed, job.cancelled";
    for (method, target, body, message) in [
        ("POST", WEBHOOKS, "", "request body must be a JSON object, but is empty".to_owned()),
        ("POST", WEBHOOKS, r#"{"url":7}"#, "url must be a string, got a number".to_owned()),
        ("POST", WEBHOOKS, r#"{"uri":"x"}"#, "uri is not a supported field".to_owned()),
        (
            "PATCH",
            &wh,
            r#"{"events":["job.failed","job.done"]}"#,
            format!("events[1] must be one of {kinds}, got \"job.done\""),
        ),
        (
            "PATCH",
            &wh,
            r#"{"events":"job.failed"}"#,
            "events must be an array, got a string".to_owned(),
        ),
        (
            "PATCH",
            &wh,
            r#"{"enabled":"no"}"#,
            "enabled must be true or false, got a string".to_owned(),
        ),
        (
            "POST",
            &format!("{wh}/rotate"),
            r#"{"overlap_s":604801}"#,
            "overlap_s must be 0 to 604800, got 604801".to_owned(),
        ),
        (
            "GET",
            &format!("{wh}/deliveries?limit=0"),
            "",
            "limit must be an integer from 1 to 100".to_owned(),
        ),
        (
            "GET",
            &format!("{wh}/deliveries?cursor=7"),
            "",
            "cursor must be the next of an earlier part of this list".to_owned(),
        ),
        (
            "GET",
            &format!("{wh}/deliveries?before=msg_IWM0s5ybp848"),
            "",
            "before is not a supported parameter".to_owned(),
        ),
    ] {
        let error = call(method, target, body).expect_err(target);
        assert_eq!(error.kind, Kind::Invalid);
        let refusal: Value =
            serde_json::from_slice(&dialect("native").render_error(&error).body).expect("JSON");
        assert_eq!(refusal["error"]["message"], message, "{method} {target}");
    }
}

#[test]
fn a_name_that_nobody_made_is_not_found() {
    for (method, target, message) in [
        ("GET", format!("{WEBHOOKS}/{}", hook()), "webhook not found"),
        ("DELETE", format!("{WEBHOOKS}/wh_short"), "webhook not found"),
        ("GET", format!("{WEBHOOKS}/wh_{}/deliveries/x", hook()), "delivery not found"),
    ] {
        let error = call(method, &target, "").expect_err(&target);
        assert_eq!((error.kind, error.message.as_str()), (Kind::NotFound, message));
    }
}

#[test]
fn a_secret_is_shown_when_it_is_made_and_never_again() {
    let wh = format!("{WEBHOOKS}/wh_{}", hook());
    let (status, body) = answer("POST", WEBHOOKS, EndpointReply::Created(endpoint()));
    assert_eq!((status, &body["secret"]), (201, &json!("whsec_new")));
    let (_, body) = answer("POST", &format!("{wh}/rotate"), EndpointReply::Rotated(endpoint()));
    assert_eq!(body["secret"], "whsec_new");
    let (_, body) = answer("GET", &wh, EndpointReply::Endpoint(endpoint()));
    let shown = json!({
        "id": format!("wh_{}", hook()),
        "url": "https://example.com/hook",
        "events": ["job.succeeded", "job.failed"],
        "format": "native",
        "description": "the studio",
        "enabled": false,
        "disabled_at": "2026-06-03T10:00:00.000Z",
        "disabled_by": "receiver",
        "previous_secret_expires_at": "2026-06-03T10:01:00.000Z",
        "health": {
            "consecutive_failures": 3,
            "last_success_at": "2026-06-03T10:00:00.000Z",
            "last_failure_at": null,
        },
        "created_at": "2026-06-03T10:00:00.000Z",
        "updated_at": "2026-06-03T10:00:00.000Z",
    });
    assert_eq!(body, shown);
    let (_, body) = answer("GET", WEBHOOKS, EndpointReply::List(vec![endpoint()]));
    assert_eq!(body, json!({ "data": [shown], "next": null }));
    let (_, body) = answer("DELETE", &wh, EndpointReply::Deleted(hook()));
    assert_eq!(body, json!({ "id": format!("wh_{}", hook()), "deleted": true }));
}

#[test]
fn deliveries_are_shown_with_what_became_of_them() {
    let wh = format!("{WEBHOOKS}/wh_{}", hook());
    let pending = record(DeliveryState::Pending { next: NOW.plus_ms(5_000) });
    let dead = record(DeliveryState::Dead { settled: NOW });
    let target = format!("{wh}/deliveries");
    let page = EndpointReply::Deliveries(vec![pending.clone(), dead.clone()], true);
    let (_, body) = answer("GET", &target, page);
    assert_eq!(body["next"], format!("msg_{}", delivery()));
    assert_eq!(body["data"][0]["next_try_at"], "2026-06-03T10:00:05.000Z");
    assert_eq!(body["data"][1]["state"], "dead");
    let (_, body) = answer("GET", &target, EndpointReply::Deliveries(vec![dead.clone()], false));
    assert_eq!(body["next"], Value::Null);
    let replay = format!("{target}/msg_{}/replay", delivery());
    let (status, _) = answer("POST", &replay, EndpointReply::Sent(pending));
    assert_eq!(status, 202);
    let attempt = Attempt {
        number: 1,
        at: NOW,
        took_ms: 31,
        status: None,
        error: Some("did not answer in time".to_owned()),
    };
    let view = job(&json!({
        "through": "native",
        "order": { "prompt": "A river" },
        "state": "succeeded",
    }));
    let payload = notice(&dead.message, Some(&view));
    let one = EndpointReply::Delivery(dead, vec![attempt], payload.clone());
    let (_, body) = answer("GET", &format!("{target}/msg_{}", delivery()), one);
    assert_eq!(body["attempts"][0]["error"], "did not answer in time");
    assert_eq!(body["payload"], serde_json::from_slice::<Value>(&payload).expect("JSON"));
}

#[test]
fn an_event_is_an_envelope_around_the_job() {
    let document = dialect("native").openapi("https://video.example");
    let body = &document["webhooks"]["event"]["post"]["requestBody"];
    let schema = &body["content"]["application/json"]["schema"];
    let message = record(DeliveryState::Dead { settled: NOW }).message;
    let spec = json!({ "through": "native", "order": { "prompt": "A river" }, "state": "failed",
        "class": "timeout", "message": "no end" });
    let view = job(&spec);
    let sent: Value = serde_json::from_slice(&notice(&message, Some(&view))).expect("JSON");
    fits(&document, schema, &sent).expect("as described");
    let native = dialect("native");
    let shown: Value =
        serde_json::from_slice(&native.render(&Reply::Job(Box::new(view))).body).expect("JSON");
    assert_eq!(
        sent,
        json!({
            "id": format!("msg_{}", delivery()),
            "type": "job.succeeded",
            "timestamp": "2026-06-03T10:00:00.000Z",
            "data": shown,
        })
    );
    let test = Message { job: None, kind: EventKind::Test, ..message };
    let sent: Value = serde_json::from_slice(&notice(&test, None)).expect("JSON");
    fits(&document, schema, &sent).expect("as described");
    assert_eq!(sent["data"], json!({ "webhook_id": format!("wh_{}", hook()) }));
}
