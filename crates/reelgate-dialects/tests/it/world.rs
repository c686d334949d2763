//! The rest of the platform, as small as possible: it checks, prices and makes jobs up.

use http::{HeaderMap, HeaderName, Method};
use reelgate_core::job::{Lease, Output, Progress};
use reelgate_core::key::{self, ApiKey};
use reelgate_core::ledger::Funds;
use reelgate_core::{
    AccountId, Call, Catalogue, Credits, Draft, Error, Failure, FailureClass, Job, JobId, JobView,
    KeyChange, KeyId, KeySettings, KeyStyle, KeyView, Links, OwnerCall, OwnerReply, QueuePlace,
    State, Ticket, Timestamp, check,
};
use reelgate_dialects::{Dialect, Operation, Route, Settings, WireRequest, all};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The job every test talks about.
pub(crate) fn id() -> JobId {
    JobId::new(Timestamp::from_ms(1_754_216_540_010), 424_242)
}

pub(crate) fn dialect(name: &str) -> Arc<dyn Dialect> {
    all(&Settings::default()).into_iter().find(|dialect| dialect.name() == name).expect(name)
}

/// A request to a path that one of the dialect's routes has to match.
pub(crate) fn request(
    dialect: &dyn Dialect,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> (Operation, WireRequest) {
    let (route, parameters) = route(dialect, method, target);
    let mut header_map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a header's name");
        header_map.insert(name, value.parse().expect("a header's value"));
    }
    let query = target
        .split_once('?')
        .map_or("", |(_, query)| query)
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let query = query.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let body = body.to_vec();
    (
        route.operation,
        WireRequest { path: parameters, query, headers: header_map, body, form: None },
    )
}

/// The route that a request goes to, and its path parameters.
pub(crate) fn route(
    dialect: &dyn Dialect,
    method: &str,
    target: &str,
) -> (&'static Route, BTreeMap<String, String>) {
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let method: Method = method.parse().expect("a method");
    let mut routes = dialect.routes().iter().filter(|route| route.method == method);
    routes
        .find_map(|route| Some((route, matched(route.path, path)?)))
        .unwrap_or_else(|| panic!("no route for {method} {path}"))
}

fn matched(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    let mut parameters = BTreeMap::new();
    for (expected, got) in template.into_iter().zip(path) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => drop(parameters.insert(name.to_owned(), got.to_owned())),
            None if expected == got => {}
            None => return None,
        }
    }
    Some(parameters)
}

/// The path of the dialect's order form.
pub(crate) fn submit_path(dialect: &dyn Dialect) -> &'static str {
    let mut routes = dialect.routes().iter();
    routes.find(|route| route.operation == Operation::Submit).expect("a way to order").path
}

/// Hands a body to the dialect's order form.
pub(crate) fn order(dialect: &dyn Dialect, body: &[u8]) -> Result<Draft, Error> {
    let (operation, request) = request(dialect, "POST", submit_path(dialect), &[], body);
    match dialect.parse(operation, &request)? {
        Call::Submit(draft) => Ok(*draft),
        other => panic!("an order was read as {other:?}"),
    }
}

/// Accepts a draft, as the gateway does.
pub(crate) fn accept(dialect: &dyn Dialect, draft: &Draft) -> Result<Job, Error> {
    let catalogue = Catalogue::built_in();
    let model = catalogue.find(&draft.model).expect("a dialect names only models that exist");
    let policy = check::Policy { allow_http: false, allow_data: true };
    let (order, price) = check::check(draft, model, policy, "test")?;
    let created = Timestamp::from_ms(1_780_480_800_000);
    Ok(Job {
        id: id(),
        account: AccountId::new(created, 1),
        key: KeyId::new(created, 2),
        dialect: dialect.name().to_owned(),
        size: order.size.unwrap_or(model.grid.pixels(order.resolution, order.ratio)),
        order,
        price,
        seed: 123,
        state: State::Queued { not_before: created },
        attempt: 0,
        attempts_max: 3,
        leases: 0,
        ticket: Ticket::None,
        deadline: created.plus_ms(3_600_000),
        hidden: None,
        remaining: Some(Credits::whole(960)),
        created,
        updated: created.plus_ms(192_000),
    })
}

/// A draft that says little, as an earlier job's order completes it.
pub(crate) fn repeated(draft: Draft, earlier: &Job) -> Draft {
    let order = &earlier.order;
    let earlier_s = i64::from(order.duration_s);
    let asked_s = draft.duration_s.unwrap_or(0);
    Draft {
        model: order.model.clone(),
        ratio: Some(order.ratio),
        resolution: Some(order.resolution),
        duration_s: Some(if draft.extends { earlier_s + asked_s } else { earlier_s }),
        size: order.size,
        ..draft
    }
}

/// What an account's owner is answered: there is one key, and a thousand credits.
pub(crate) fn owner(call: OwnerCall) -> Result<OwnerReply, Error> {
    let created = Timestamp::from_ms(1_780_480_800_000);
    let secret = ApiKey::new(KeyStyle::Sk, &[7; key::ENTROPY_BYTES]);
    let funds = Funds { balance: Credits::whole(1000), held: Credits::whole(40) };
    let view = |style, change: KeyChange, revoked| {
        let KeySettings { label, expires, guard } =
            change.apply(KeySettings::default(), created)?;
        let (id, hint) = (KeyId::new(created, 2), secret.hint());
        let last_used = Some(created);
        Ok(Box::new(KeyView {
            id,
            hint,
            style,
            label,
            guard,
            created,
            expires,
            revoked,
            last_used,
        }))
    };
    Ok(match call {
        OwnerCall::Keys => OwnerReply::Keys(vec![*view(KeyStyle::Sk, KeyChange::default(), None)?]),
        OwnerCall::CreateKey { style, change } => {
            OwnerReply::Made(view(style, *change, None)?, secret.clone())
        }
        OwnerCall::UpdateKey { change, .. } => OwnerReply::Key(view(KeyStyle::Sk, *change, None)?),
        OwnerCall::RevokeKey(_) => {
            OwnerReply::Key(view(KeyStyle::Sk, KeyChange::default(), Some(created))?)
        }
        OwnerCall::Redeem(_) => OwnerReply::Redeemed { credits: Credits::whole(250), funds },
    })
}

/// A job as a golden file describes it: the order it came from, and what became of it.
pub(crate) fn job(spec: &Value) -> JobView {
    let through = dialect(text(spec, "through").expect("the job's dialect"));
    let body = spec["order"].to_string();
    let draft = order(&*through, body.as_bytes()).expect("a good order");
    let mut job = accept(&*through, &draft).expect("an acceptable order");
    if let Some(created) = spec["created_ms"].as_i64() {
        job.created = Timestamp::from_ms(created);
    }
    job.state = state(spec, &job);
    let kept = matches!(&job.state, State::Succeeded { output, .. } if output.removed.is_none());
    let link = |key, other: &str| text(spec, key).unwrap_or(other).to_owned();
    let links = kept.then(|| Links {
        video: link("video", "https://media.example/clip.mp4"),
        poster: link("poster", "https://media.example/clip.jpg"),
        thumbnail: text(spec, "thumbnail").map(ToOwned::to_owned),
        last_frame: link("last_frame", "https://media.example/clip.png"),
    });
    let number = |key: &str| spec["queue"][key].as_u64().and_then(|n| u32::try_from(n).ok());
    let queue = number("ahead").map(|ahead| QueuePlace { ahead, eta_s: number("eta_s") });
    // As of a server that has not learnt yet how long a job takes.
    let poll_after_ms = job.state.finished().is_none().then(|| JobView::poll_after(0, None));
    JobView { job, links, queue, glimpse: None, poll_after_ms }
}

fn state(spec: &Value, job: &Job) -> State {
    let finished = job.updated;
    let lease = Lease { token: 1, expires: finished };
    let running =
        |cancel_requested| State::Running { lease, progress: Progress::of(1, 3), cancel_requested };
    let succeeded = |removed| {
        let charged = text(spec, "charged").map(|text| Credits::parse(text).expect("credits"));
        let charged = charged.unwrap_or(job.price.credits);
        State::Succeeded { finished, output: output(job, removed), charged }
    };
    match text(spec, "state").expect("the job's state") {
        "queued" => State::Queued { not_before: job.created },
        "running" => running(false),
        "stopping" => running(true),
        "succeeded" => succeeded(None),
        "swept" => succeeded(Some(finished)),
        "failed" => {
            let class = FailureClass::parse(text(spec, "class").expect("a class")).expect("known");
            let message = text(spec, "message").expect("a message").to_owned();
            State::Failed { finished, failure: Failure { class, message } }
        }
        "cancelled" => State::Cancelled { finished },
        other => panic!("no state is called {other}"),
    }
}

fn output(job: &Job, removed: Option<Timestamp>) -> Output {
    Output {
        video: "clip.mp4".to_owned(),
        video_bytes: 1,
        video_sha256: "0".repeat(64),
        poster: "clip.jpg".to_owned(),
        thumbnail: None,
        last_frame: "clip.png".to_owned(),
        size: job.size,
        frames: 121,
        duration_ms: 5042,
        has_audio: true,
        engine: "preview".to_owned(),
        removed,
    }
}

fn text<'a>(spec: &'a Value, key: &str) -> Option<&'a str> {
    spec[key].as_str()
}
