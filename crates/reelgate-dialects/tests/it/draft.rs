//! A draft as JSON: what was said in it, and nothing else.

use reelgate_core::order::Mode;
use reelgate_core::{Channel, Draft, DraftMedia, MediaSource};
use serde_json::{Map, Value, json};

pub(crate) fn shown(draft: &Draft) -> Value {
    let mut said = Map::new();
    let mut say = |key: &str, value: Option<Value>| {
        said.extend(value.map(|value| (key.to_owned(), value)));
    };
    say("model", Some(json!(draft.model.as_str())));
    say("prompt", Some(json!(draft.prompt)));
    say("mode", draft.mode.map(mode));
    let media = draft.media.iter().map(reference).collect::<Vec<_>>();
    say("media", (!media.is_empty()).then(|| json!(media)));
    say("ratio", draft.ratio.map(|ratio| json!(ratio.name())));
    say("resolution", draft.resolution.map(|resolution| json!(resolution.name())));
    say("duration_s", draft.duration_s.map(|seconds| json!(seconds)));
    say("seed", draft.seed.map(|seed| json!(seed)));
    say("audio", draft.audio.map(|audio| json!(audio)));
    say("fixed_lens", draft.fixed_lens.map(|fixed| json!(fixed)));
    let channel = (draft.channel != Channel::Standard).then(|| json!(draft.channel.name()));
    say("channel", channel);
    say("callback_url", draft.callback_url.as_ref().map(|url| json!(url)));
    say("metadata", draft.metadata.as_ref().map(|text| json!(text)));
    say("priority", draft.priority.map(|priority| json!(priority.name())));
    say("size", draft.size.map(|size| json!([size.width, size.height])));
    say("expires_in_s", draft.expires_in_s.map(|seconds| json!(seconds)));
    say("follow", draft.follow.then(|| json!(true)));
    say("from", draft.from.map(|id| json!(id.to_string())));
    say("extends", draft.extends.then(|| json!(true)));
    let extra = draft.extra.as_deref().map(|text| serde_json::from_str(text).expect("JSON"));
    say("extra", extra);
    Value::Object(said)
}

fn mode(mode: Mode) -> Value {
    match mode {
        Mode::Text => json!("text"),
        Mode::Image => json!("image"),
        Mode::Media => json!("media"),
    }
}

fn reference(media: &DraftMedia) -> Value {
    let source = match &media.source {
        MediaSource::Url(url) => url.clone(),
        MediaSource::Data(uri) => uri.clone(),
        MediaSource::Bytes(bytes) => format!("{} bytes", bytes.len()),
        MediaSource::Asset(id) => format!("asset {id}"),
        MediaSource::Clip(id) => format!("clip {id}"),
        MediaSource::Kept(media) => format!("kept {}", media.stored),
    };
    let role = media.role.map(|role| role.name());
    json!({ "source": source, "role": role, "field": format!("{:?}", media.field) })
}
