//! Any other service that is asked once and looked at until it is done: its paths, places and words
//! stand in a file, and nothing has to be built again.
//!
//! `docs/engines.md` has the file's reference.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Body, Method, Request, safe_id, text_at};
use super::{Adapter, Errand, Made, Seen, Source, Wants};
use reelgate_core::{EngineError, MediaKind, Progress, Ratio, Resolution, Role};
use serde_json::Value;

/// The adapter.
pub(super) struct Declared {
    create: Step,
    id: String,
    poll: Step,
    status: String,
    progress: Option<String>,
    video: String,
    last_frame: Option<String>,
    error: String,
    cancel: Option<Step>,
    check: Step,
    /// The service's words for how far a job is.
    words: Vec<(String, Word)>,
    /// Name and beginning of the header with the key.
    header: &'static str,
    scheme: String,
    ability: Ability,
}

/// One request.
struct Step {
    method: Method,
    path: String,
    body: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Waiting,
    Running,
    Done,
    Failed,
    Stopped,
}

const WORDS: [(&str, Word); 5] = [
    ("waiting", Word::Waiting),
    ("running", Word::Running),
    ("done", Word::Done),
    ("failed", Word::Failed),
    ("stopped", Word::Stopped),
];

impl Declared {
    /// Reads the engine's file.
    pub(super) fn read(file: &Value) -> Result<Self, String> {
        let text = |pointer: &str| text_at(file, pointer);
        let needed = |pointer: &str| {
            text(pointer).ok_or_else(|| format!("needs {}", pointer[1..].replace('/', ".")))
        };
        let mut words = Vec::new();
        for (name, word) in WORDS {
            let listed = file.pointer(&format!("/status/{name}")).and_then(Value::as_array);
            let listed = listed.into_iter().flatten().filter_map(Value::as_str);
            words.extend(listed.map(|theirs| (theirs.to_owned(), word)));
        }
        if !words.iter().any(|(_, word)| *word == Word::Done) {
            return Err("needs status.done".to_owned());
        }
        let header = match text("/auth/header").as_deref() {
            None | Some("authorization") => "authorization",
            Some("x-api-key") => "x-api-key",
            Some("api-key") => "api-key",
            Some(_) => {
                return Err("auth.header must be authorization, x-api-key or api-key".to_owned());
            }
        };
        let scheme = match (text("/auth/scheme"), header) {
            (Some(scheme), _) => scheme,
            (None, "authorization") => "Bearer".to_owned(),
            (None, _) => String::new(),
        };
        let poll = Step::read(file, "poll", Method::Get)?.ok_or("needs poll")?;
        let check = Step::read(file, "check", Method::Get)?;
        let missing = || Step {
            method: Method::Get,
            path: poll.path.replace("{id}", "reelgate-check"),
            body: Value::Null,
        };
        Ok(Self {
            create: Step::read(file, "create", Method::Post)?.ok_or("needs create")?,
            id: needed("/create/id")?,
            status: needed("/poll/status")?,
            progress: text("/poll/progress"),
            video: needed("/poll/video")?,
            last_frame: text("/poll/last_frame"),
            error: text("/poll/error").unwrap_or_else(|| "/error".to_owned()),
            cancel: Step::read(file, "cancel", Method::Post)?,
            check: check.unwrap_or_else(missing),
            poll,
            words,
            header,
            scheme,
            ability: ability(file)?,
        })
    }

    fn word(&self, status: &str) -> Option<Word> {
        self.words.iter().find(|(theirs, _)| theirs == status).map(|(_, word)| *word)
    }
}

impl Adapter for Declared {
    fn kind(&self) -> &'static str {
        "declared"
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        (self.header, format!("{} {key}", self.scheme).trim().to_owned())
    }

    fn ability(&self, _: &str) -> Ability {
        self.ability.clone()
    }

    fn wants(&self) -> Wants {
        Wants::LinksOrBytes
    }

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        Ok(self.create.request("", Some(errand)))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let id = text_at(&answer.json(), &self.id).and_then(|id| safe_id(&id));
        match id {
            Some(id) if answer.is_success() => Created::Known(id),
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        self.poll.request(id, None)
    }

    fn seen(&self, _: &str, answer: &Answer<'_>) -> Seen {
        let body = answer.json();
        let status = text_at(&body, &self.status).unwrap_or_default();
        match (self.word(&status), answer.status) {
            (Some(Word::Waiting), _) => Seen::Waiting,
            (Some(Word::Running), _) => {
                let percent = self.progress.as_ref().and_then(|at| body.pointer(at)?.as_u64());
                let permille = percent.and_then(|done| u16::try_from(done * 10).ok());
                Seen::Running(permille.map(Progress::from_permille))
            }
            (Some(Word::Done), _) => match text_at(&body, &self.video) {
                Some(url) => Seen::Done(Box::new(Made {
                    video: source(url),
                    last_frame: self
                        .last_frame
                        .as_ref()
                        .and_then(|at| text_at(&body, at))
                        .map(source),
                    seed: None,
                })),
                None => Seen::Unclear(None),
            },
            (Some(Word::Failed), _) => {
                let why = body.pointer(&self.error).map(Value::to_string).unwrap_or_default();
                Seen::Failed(refusal::by_words(&why).unwrap_or_else(refusal::failed))
            }
            (Some(Word::Stopped), _) => Seen::Stopped,
            (None, 404) => Seen::Gone,
            (None, _) => Seen::Unclear(answer.retry_after_s),
        }
    }

    fn cancel(&self, id: &str) -> Vec<Request> {
        self.cancel.iter().map(|step| step.request(id, None)).collect()
    }

    fn check(&self) -> Request {
        self.check.request("", None)
    }

    fn checked(&self, answer: &Answer<'_>) -> Result<(), String> {
        super::checked_by_missing(answer)
    }
}

impl Step {
    fn read(file: &Value, name: &str, usual: Method) -> Result<Option<Self>, String> {
        let Some(step) = file.get(name) else { return Ok(None) };
        let method = match text_at(step, "/method").as_deref() {
            None => usual,
            Some("GET") => Method::Get,
            Some("POST") => Method::Post,
            Some("PUT") => Method::Put,
            Some("DELETE") => Method::Delete,
            Some(_) => return Err(format!("{name}.method must be GET, POST, PUT or DELETE")),
        };
        let path = text_at(step, "/path").filter(|path| path.starts_with('/'));
        let path = path.ok_or_else(|| format!("{name}.path must begin with a slash"))?;
        let body = step.get("body").cloned().unwrap_or(Value::Null);
        Ok(Some(Self { method, path, body }))
    }

    fn request(&self, id: &str, errand: Option<&Errand<'_>>) -> Request {
        let body = match (&self.body, errand) {
            (Value::Null, _) => Body::Empty,
            (body, Some(errand)) => Body::Json(fill(body, errand).unwrap_or(Value::Null)),
            (body, None) => Body::Json(body.clone()),
        };
        Request { body, ..Request::new(self.method, self.path.replace("{id}", id)) }
    }
}

/// A template with the order's values in it. A text that is nothing but a slot becomes the value
/// itself; one whose value is missing leaves its field out.
fn fill(template: &Value, errand: &Errand<'_>) -> Option<Value> {
    match template {
        Value::String(text) => match slot(text, errand) {
            Some(value) => Some(value).filter(|value| !value.is_null()),
            None => {
                let model = text.replace("{model}", errand.model);
                Some(Value::String(model.replace("{prompt}", &errand.order.prompt)))
            }
        },
        Value::Array(items) => {
            Some(Value::Array(items.iter().filter_map(|item| fill(item, errand)).collect()))
        }
        Value::Object(fields) => {
            let filled = fields.iter();
            let filled =
                filled.filter_map(|(key, value)| Some((key.clone(), fill(value, errand)?)));
            Some(Value::Object(filled.collect()))
        }
        other => Some(other.clone()),
    }
}

/// What stands for a whole text: null when this order has no such thing, nothing when it is no
/// slot.
fn slot(text: &str, errand: &Errand<'_>) -> Option<Value> {
    let order = errand.order;
    let frame = |role| errand.with(role).next().map(|one| Value::from(one.uri()));
    let all = |kind| {
        let all: Vec<_> = errand.of(kind).map(|one| one.uri()).collect();
        if all.is_empty() { Value::Null } else { all.into() }
    };
    Some(match text {
        "{prompt}" => order.prompt.as_str().into(),
        "{model}" => errand.model.into(),
        "{duration}" => order.duration_s.into(),
        "{duration_text}" => order.duration_s.to_string().into(),
        "{resolution}" => order.resolution.name().into(),
        "{ratio}" => order.ratio.name().into(),
        "{width}" => errand.size.width.into(),
        "{height}" => errand.size.height.into(),
        "{seed}" => errand.seed.into(),
        "{audio}" => order.audio.into(),
        "{fixed_lens}" => order.fixed_lens.into(),
        "{marker}" => errand.marker.into(),
        "{callback}" => errand.callback.map_or(Value::Null, Value::from),
        "{first_frame}" => frame(Role::FirstFrame).unwrap_or(Value::Null),
        "{last_frame}" => frame(Role::LastFrame).unwrap_or(Value::Null),
        "{images}" => all(MediaKind::Image),
        "{videos}" => all(MediaKind::Video),
        "{sounds}" => all(MediaKind::Audio),
        _ => return None,
    })
}

fn source(text: String) -> Source {
    if text.starts_with('/') { Source::Path(text) } else { Source::Url(text) }
}

/// What the service can do, from the file's `[ability]`; what is not said there, it cannot.
fn ability(file: &Value) -> Result<Ability, String> {
    let at = |name: &str| file.pointer(&format!("/ability/{name}"));
    let flag = |name: &str| at(name).and_then(Value::as_bool).unwrap_or(false);
    let count = |name: &str| {
        at(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
    };
    let texts = |name: &str| {
        let all = at(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let resolutions: Option<Vec<_>> =
        texts("resolutions").into_iter().map(Resolution::parse).collect();
    let resolutions = resolutions.filter(|all| !all.is_empty());
    let ratios: Option<Vec<_>> = texts("ratios").into_iter().map(Ratio::parse).collect();
    let ratios = ratios.filter(|all| !all.is_empty());
    let durations = at("durations").and_then(Value::as_array).into_iter().flatten();
    let durations = durations.filter_map(|one| one.as_u64().and_then(|n| u32::try_from(n).ok()));
    let mut durations_s: Vec<u32> = durations.collect();
    durations_s.sort_unstable();
    if durations_s.is_empty() {
        return Err("needs ability.durations, in seconds".to_owned());
    }
    Ok(Ability {
        resolutions: resolutions.ok_or("needs ability.resolutions, such as [\"720p\"]")?,
        ratios: ratios.ok_or("needs ability.ratios, such as [\"16:9\"]")?,
        durations_s,
        audio: flag("audio"),
        first_frame: flag("first_frame"),
        last_frame: flag("last_frame"),
        references: [count("images"), count("videos"), count("sounds")],
        mixes: flag("mixes"),
        seed: flag("seed"),
        fixed_lens: flag("fixed_lens"),
    })
}
