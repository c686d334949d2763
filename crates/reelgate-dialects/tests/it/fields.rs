//! Every field with values it refuses, and the sentence the caller gets.

use crate::world::{accept, dialect, order};
use serde_json::{Map, Value, json};

/// `base` with `changes` made to it, ordered through `name`: the refusal's status and message.
fn refused(name: &str, base: &Value, changes: &Value) -> (u16, String) {
    let dialect = dialect(name);
    let mut body: Map<String, Value> = base.as_object().expect("an object").clone();
    body.extend(changes.as_object().expect("an object").clone());
    let body = Value::Object(body).to_string();
    let error = order(&*dialect, body.as_bytes())
        .and_then(|draft| accept(&*dialect, &draft))
        .map_or_else(|error| error, |_| panic!("{name} accepts {changes}"));
    let response = dialect.render_error(&error);
    let body: Value = serde_json::from_slice(&response.body).expect("JSON");
    let message = body["error"]["message"].as_str().or(body["message"].as_str());
    (response.status.as_u16(), message.expect("a message").to_owned())
}

fn check(name: &str, base: &Value, table: &[(Value, &str)]) {
    for (changes, message) in table {
        let expected = (400, (*message).to_owned());
        assert_eq!(refused(name, base, changes), expected, "{name} {changes}");
    }
}

#[test]
fn open_v1_refuses_with_the_field_and_what_is_allowed() {
    let base = json!({ "model": "seedance-2.0", "prompt": "A river" });
    let six = vec!["https://example.com/a.png"; 6];
    let models = "seedance-2.0, seedance-2.0-fast, seedance-1.5-pro";
    let unknown_model = format!("model must be one of {models}, got \"sora\"");
    check(
        "open_v1",
        &base,
        &[
            (json!({"model": null}), "model is required"),
            (json!({"model": 2}), "model must be a string, got a number"),
            (json!({"model": "sora"}), &unknown_model),
            (json!({"prompt": null}), "prompt is required"),
            (json!({"prompt": ["a"]}), "prompt must be a string, got an array"),
            (json!({"prompt": " \n"}), "prompt must be 1 to 10000 characters long, got 0"),
            (json!({"mediaUrls": "https://e.com/a"}), "mediaUrls must be an array, got a string"),
            (json!({"mediaUrls": [null]}), "mediaUrls[0] must be a string, got null"),
            (
                json!({"mediaUrls": ["https://e.com/a.png", {}]}),
                "mediaUrls[1] must be a string, got an object",
            ),
            (
                json!({"mediaUrls": ["https://e.com/a.png", "http://e.com/b.png"]}),
                "mediaUrls[1] must be a public https URL",
            ),
            (
                json!({"mediaUrls": ["data:image/png;base64,AAAA"]}),
                "mediaUrls[0] must be a public https URL, not a data: URI",
            ),
            (json!({"mediaUrls": six}), "mediaUrls must have at most 5 entries, got 6"),
            (
                json!({"aspectRatio": "4:3"}),
                "aspectRatio must be one of 16:9, 9:16, 1:1, got \"4:3\"",
            ),
            (json!({"aspectRatio": 1.5}), "aspectRatio must be a string, got a number"),
            (json!({"duration": "5"}), "duration must be an integer, got a string"),
            (json!({"duration": 5.5}), "duration must be an integer, got 5.5"),
            (json!({"duration": 1e300}), "duration must be an integer, got 1e+300"),
            (
                json!({"duration": u64::MAX}),
                "duration must be an integer, got 18446744073709551615",
            ),
            (json!({"duration": true}), "duration must be an integer, got a boolean"),
            (json!({"duration": 3}), "duration must be 4 to 15 seconds, got 3"),
            (json!({"duration": -5}), "duration must be 4 to 15 seconds, got -5"),
            (
                json!({"model": "seedance-1.5-pro", "duration": 6}),
                "duration must be 5 or 10 seconds, got 6",
            ),
            (
                json!({"resolution": "4k"}),
                "resolution must be one of 480p, 720p, 1080p, got \"4k\"",
            ),
            (json!({"webhookUrl": "ftp://e.com"}), "webhookUrl must be a public https URL"),
            (json!({"webhookUrl": 1}), "webhookUrl must be a string, got a number"),
            (json!({"metadata": "x"}), "metadata must be an object, got a string"),
            (json!({"metadata": [1]}), "metadata must be an object, got an array"),
            (
                json!({"metadata": {"a": "x".repeat(16_384)}}),
                "metadata must be at most 16384 bytes of JSON",
            ),
        ],
    );
}

#[test]
fn task_query_refuses_with_the_field_and_what_is_allowed() {
    let text = json!({ "type": "text", "text": "A beach" });
    let image = json!({ "type": "image_url", "image_url": { "url": "https://e.com/a.png" } });
    let base = json!({ "content": [text] });
    let with = |item: Value| json!({ "content": [text, item] });
    let mut ten = vec![image.clone(); 10];
    ten.push(text.clone());
    let says = |words: &str| json!({ "content": [{ "type": "text", "text": words }, image] });
    check(
        "task_query",
        &base,
        &[
            (json!({"model": "seedance-1.0"}), "model must be seedance-2.0, got \"seedance-1.0\""),
            (json!({"model": {}}), "model must be a string, got an object"),
            (json!({"content": null}), "content is required"),
            (json!({"content": "A beach"}), "content must be an array, got a string"),
            (json!({"content": []}), "content must contain a text item that is not empty"),
            (json!({"content": [image]}), "content must contain a text item that is not empty"),
            (with(json!("x")), "content[1] must be an object, got a string"),
            (with(json!({"text": "x"})), "content[1].type is required"),
            (
                with(json!({"type": "video_url"})),
                "content[1].type must be one of text, image_url, got \"video_url\"",
            ),
            (with(json!({"type": "text"})), "content[1].text is required"),
            (
                with(json!({"type": "text", "text": 1})),
                "content[1].text must be a string, got a number",
            ),
            (with(json!({"type": "image_url"})), "content[1].image_url is required"),
            (
                with(json!({"type": "image_url", "image_url": "https://e.com/a.png"})),
                "content[1].image_url must be an object, got a string",
            ),
            (
                with(json!({"type": "image_url", "image_url": {}})),
                "content[1].image_url.url is required",
            ),
            (
                with(json!({"type": "image_url", "image_url": {"url": "http://e.com"}})),
                "content[1].image_url.url must be a public https URL",
            ),
            (json!({"content": ten}), "content images must have at most 9 entries, got 10"),
            (says("@image2 walks"), "content mentions @image2, but 1 image is supplied"),
            (says("@IMAGE0 walks"), "content mentions @image0, but 1 image is supplied"),
            (
                json!({"content": [{"type": "text", "text": "@image1"}]}),
                "content mentions @image1, but 0 images are supplied",
            ),
            (
                says("@image99999999999999999999"),
                "content mentions @image999999, but 1 image is supplied",
            ),
            (json!({"duration": 7}), "duration must be 5, 10 or 15 seconds, got 7"),
            (
                json!({"duration": "5s"}),
                "duration must be an integer, as a number or as digits in a string, got \"5s\"",
            ),
            (
                json!({"ratio": "adaptive"}),
                "ratio must be one of 16:9, 9:16, 1:1, 4:3, 3:4, 21:9, got \"adaptive\"",
            ),
            (json!({"callback_url": "e.com"}), "callback_url must be a public https URL"),
        ],
    );
}

#[test]
fn tasks_v1_refuses_modes_and_names_it_does_not_have() {
    let base = json!({ "prompt": "A glass train" });
    let url = "https://e.com/a.png";
    check(
        "tasks_v1",
        &base,
        &[
            (json!({"teamSlug": "a"}), "teamSlug is not a supported field"),
            (json!({"provider": "a"}), "provider is not a supported field"),
            (json!({"prompt": 1, "Prompt": "a"}), "Prompt is not a supported field"),
            (
                json!({"mode": "text"}),
                "mode must be one of text-to-video, image-to-video, media-to-video, got \"text\"",
            ),
            (
                json!({"quality_tier": "ultra"}),
                "quality_tier must be one of mini, standard, pro, got \"ultra\"",
            ),
            (
                json!({"channel": "fast"}),
                "channel must be one of standard, real, wild, got \"fast\"",
            ),
            (json!({"prompt": null}), "prompt is required"),
            (json!({"prompt": "ab"}), "prompt must be 3 to 10000 characters long, got 2"),
            (
                json!({"image_url": url}),
                "image_url is not used in text-to-video mode, leave it out",
            ),
            (
                json!({"media_urls": [url]}),
                "media_urls[0] is not used in text-to-video mode, leave it out",
            ),
            (json!({"mode": "image-to-video"}), "image_url is required in image-to-video mode"),
            (
                json!({"mode": "image-to-video", "end_image_url": url}),
                "image_url is required in image-to-video mode",
            ),
            (
                json!({"mode": "image-to-video", "image_url": url, "media_urls": [url]}),
                "media_urls[0] is not used in image-to-video mode, leave it out",
            ),
            (json!({"mode": "media-to-video"}), "media_urls is required in media-to-video mode"),
            (
                json!({"mode": "media-to-video", "media_urls": []}),
                "media_urls is required in media-to-video mode",
            ),
            (
                json!({"mode": "media-to-video", "media_urls": [url], "image_url": url}),
                "image_url is not used in media-to-video mode, leave it out",
            ),
            (
                json!({"mode": "media-to-video", "media_urls": vec![url; 13]}),
                "media_urls must have at most 12 entries, got 13",
            ),
            (
                json!({"mode": "media-to-video", "media_urls": [url, "asset://a"]}),
                "media_urls[1] must be a public https URL, or asset:// and the id \
                 of an upload",
            ),
            (
                json!({"mode": "image-to-video", "image_url": "DATA:image/png;base64,AA"}),
                "image_url must be a public https URL, not a data: URI",
            ),
        ],
    );
}

#[test]
fn tasks_v1_refuses_numbers_and_switches_out_of_range() {
    let base = json!({ "prompt": "A glass train" });
    let duration = "duration must be an integer, as a number or as digits in a string, got";
    let spelled: Vec<(Value, String)> = ["5s", "", " 5", "+5", "5.0", "auto"]
        .into_iter()
        .map(|text| (json!({"duration": text}), format!("{duration} \"{text}\"")))
        .collect();
    let spelled: Vec<(Value, &str)> =
        spelled.iter().map(|(changes, message)| (changes.clone(), message.as_str())).collect();
    check("tasks_v1", &base, &spelled);
    check(
        "tasks_v1",
        &base,
        &[
            (json!({"duration": 3}), "duration must be 4 to 15 seconds, got 3"),
            (json!({"duration": "16"}), "duration must be 4 to 15 seconds, got 16"),
            (json!({"duration": "-5"}), "duration must be 4 to 15 seconds, got -5"),
            (
                json!({"aspect_ratio": "2:1"}),
                "aspect_ratio must be one of 1:1, 21:9, 4:3, 3:4, 16:9, 9:16, adaptive, \
                 got \"2:1\"",
            ),
            (
                json!({"resolution": "480p"}),
                "resolution must be one of 720p, 1080p, 1080p-plus, 4k, got \"480p\"",
            ),
            (
                json!({"resolution": "4k"}),
                "resolution must be one of 720p, 1080p for this model, got 4k",
            ),
            (
                json!({"generate_audio": "true"}),
                "generate_audio must be true or false, got a string",
            ),
            (json!({"fixed_lens": 1}), "fixed_lens must be true or false, got a number"),
            (json!({"seed": "7"}), "seed must be an integer, got a string"),
            (json!({"seed": -2}), "seed must be -1 (any) or 0 to 4294967295"),
            (json!({"seed": 4_294_967_296_i64}), "seed must be -1 (any) or 0 to 4294967295"),
            (
                json!({"seed": 7, "channel": "real"}),
                "seed is not supported on the real channel, leave it out",
            ),
            (
                json!({"seed": -1, "quality_tier": "mini"}),
                "seed is not supported by this model, leave it out",
            ),
        ],
    );
}

#[test]
fn native_refuses_with_the_field_and_what_is_allowed() {
    let base = json!({ "prompt": "A lighthouse" });
    let url = "https://e.com/a.png";
    check(
        "native",
        &base,
        &[
            (json!({"aspect_ratio": "16:9"}), "aspect_ratio is not a supported field"),
            (json!({"prompt": false}), "prompt must be a string, got a boolean"),
            (json!({"media": {}}), "media must be an array, got an object"),
            (json!({"media": [url]}), "media[0] must be an object, got a string"),
            (json!({"media": [{"role": "reference"}]}), "media[0].url is required"),
            (
                json!({"media": [{"url": url, "kind": "x"}]}),
                "media[0].kind is not a supported field",
            ),
            (json!({"media": [{"url": "http://e.com"}]}), "media[0] must be a public https URL"),
            (
                json!({"media": vec![json!({"url": url}); 13]}),
                "media must have at most 12 entries, got 13",
            ),
            (json!({"duration_s": "5"}), "duration_s must be an integer, got a string"),
            (
                json!({"duration_s": 31}),
                "duration_s must be 1 to 30 seconds, or left to the model, got 31",
            ),
            (json!({"channel": "real"}), "channel must be one of standard for this model"),
            (json!({"audio": 1}), "audio must be true or false, got a number"),
            (json!({"callback_url": ""}), "callback_url must be a public https URL"),
            (json!({"metadata": []}), "metadata must be an object, got an array"),
        ],
    );
    let (status, message) = refused("native", &base, &json!({"model": "preview"}));
    assert_eq!(status, 400);
    assert!(message.starts_with("model must be one of open_v1/seedance-2.0, "), "{message}");
}
