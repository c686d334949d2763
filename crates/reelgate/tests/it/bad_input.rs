//! Every API times everything that can be wrong with a request: the documented refusal with the
//! field named, and nothing made, held or charged.

use crate::apis::APIS;
use crate::apis::Api::{self, Native, OpenV1, TaskQuery, TasksV1};
use crate::harness::{Answer, Customer, TestApp, request};
use http::Method;
use http::header::CONTENT_TYPE;
use reelgate_core::KeyStyle;
use reelgate_core::ledger::EntryKind::Grant;
use serde_json::{Value, json};

/// A shop with one customer who has not bought anything yet.
struct Shop {
    app: TestApp,
    who: Customer,
}

impl Shop {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let who = app.customer().await;
        Self { app, who }
    }

    /// The refusal of an order is exactly this, whatever else our own API adds to it.
    #[track_caller]
    fn check(api: Api, answer: &Answer, kind: &str, message: &str) {
        let (status, expected) = api.refusal(kind, message);
        let mut body = answer.json();
        if api == Native && kind == "invalid" {
            let error = body["error"].as_object_mut().expect("an object");
            let field = error.remove("field");
            let field = field.as_ref().and_then(Value::as_str).expect("the field by itself");
            assert!(message.starts_with(field), "{field}: {message}");
        }
        assert_eq!((answer.status.as_u16(), body), (status, expected), "{api:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.header("x-request-id").is_some());
    }

    async fn refuses(&self, api: Api, order: &Value, message: &str) {
        let answer = self.app.post(api.submit(), &self.who, order).await;
        Self::check(api, &answer, "invalid", message);
    }

    /// Nothing was made, held, charged, kept or queued.
    async fn close(self) {
        let Self { app, who } = self;
        assert_eq!(app.jobs(&who).await, []);
        assert_eq!(app.entries(&who).await, [Grant]);
        assert_eq!(app.money(&who).await, (1000, 0));
        assert_eq!(app.media_files(), [""; 0]);
        app.drain().await;
        app.finish().await;
    }
}

#[tokio::test]
async fn no_key_a_wrong_one_and_a_revoked_one_are_told_the_same() {
    let shop = Shop::open().await;
    let app = &shop.app;
    let revoked = app.key_of(shop.who.account, KeyStyle::Sk).await;
    app.app.store.revoke_key(revoked.key_id, app.app.now()).await.expect("revoked");
    let mut mistyped = shop.who.key.clone();
    mistyped.pop();
    for api in APIS {
        let order = api.order().to_string();
        for key in [None, Some(""), Some("sk_live_your_api_key"), Some("dk-1234567890abcdef")] {
            for key in [key, Some(&revoked.key), Some(&mistyped)] {
                let asked = [
                    request(Method::POST, api.submit(), key, &order),
                    request(Method::GET, &api.look("x"), key, ""),
                ];
                for request in asked {
                    let answer = app.send(request).await;
                    Shop::check(api, &answer, "unauthorized", "Invalid API key");
                }
            }
        }
        let mut basic = request(Method::POST, api.submit(), None, &order);
        let value = format!("Basic {}", shop.who.key).parse().expect("a header's value");
        basic.headers_mut().insert("authorization", value);
        Shop::check(api, &app.send(basic).await, "unauthorized", "Invalid API key");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_key_in_use_opens_nothing_a_second_after_it_was_revoked() {
    let shop = Shop::open().await;
    let app = &shop.app;
    let key = app.key_of(shop.who.account, KeyStyle::Sk).await;
    let look = || request(Method::GET, &Native.look("job_000000000000"), Some(&key.key), "");
    for _ in 0..2 {
        assert_eq!(app.send(look()).await.status, 404);
    }
    app.app.store.revoke_key(key.key_id, app.app.now()).await.expect("revoked");
    app.clock.advance_ms(1000);
    Shop::check(Native, &app.send(look()).await, "unauthorized", "Invalid API key");
    shop.close().await;
}

#[tokio::test]
async fn words_that_are_missing_empty_too_long_or_no_words() {
    let shop = Shop::open().await;
    let long = "x".repeat(10_001);
    for (api, name, least) in [(OpenV1, "prompt", 1), (TasksV1, "prompt", 3), (Native, "prompt", 1)]
    {
        let say = |rest: &str| format!("{name} {rest}");
        for (prompt, message) in [
            (Value::Null, say("is required")),
            (json!(7), say("must be a string, got a number")),
            (json!(["A river"]), say("must be a string, got an array")),
            (json!("a\0b c"), say("must not contain NUL characters")),
            (json!(""), say(&format!("must be {least} to 10000 characters long, got 0"))),
            (json!("  \n\t "), say(&format!("must be {least} to 10000 characters long, got 0"))),
            (json!(long), say(&format!("must be {least} to 10000 characters long, got 10001"))),
        ] {
            shop.refuses(api, &api.saying(prompt), &message).await;
        }
    }
    shop.refuses(
        TasksV1,
        &TasksV1.saying(json!("ab")),
        "prompt must be 3 to 10000 characters \
                                                         long, got 2",
    )
    .await;
    for (order, message) in [
        (TaskQuery.saying(json!("  ")), "content must contain a text item that is not empty"),
        (TaskQuery.saying(json!(7)), "content[0].text must be a string, got a number"),
        (TaskQuery.saying(Value::Null), "content[0].text is required"),
        (
            TaskQuery.saying(json!(long)),
            "content text must be 1 to 10000 characters long, got 10001",
        ),
        (json!({}), "content is required"),
        (json!({ "content": [] }), "content must contain a text item that is not empty"),
        (json!({ "content": "A beach" }), "content must be an array, got a string"),
        (json!({ "content": ["A beach"] }), "content[0] must be an object, got a string"),
        (
            json!({ "content": [{ "type": "video_url" }] }),
            "content[0].type must be one of text, image_url, got \"video_url\"",
        ),
        (
            TaskQuery.saying(json!("The cat in @image1")),
            "content mentions @image1, but 0 images are supplied",
        ),
    ] {
        shop.refuses(TaskQuery, &order, message).await;
    }
    shop.close().await;
}

#[tokio::test]
async fn a_model_that_is_not_on_offer() {
    let shop = Shop::open().await;
    let open_v1 = "model must be one of seedance-2.0, seedance-2.0-fast, seedance-1.5-pro, got \
                   \"veo-3\"";
    shop.refuses(OpenV1, &OpenV1.with(json!({ "model": "veo-3" })), open_v1).await;
    shop.refuses(OpenV1, &json!({ "prompt": "A river" }), "model is required").await;
    let order = TaskQuery.with(json!({ "model": "veo-3" }));
    shop.refuses(TaskQuery, &order, "model must be seedance-2.0, got \"veo-3\"").await;
    let order = TasksV1.with(json!({ "quality_tier": "ultra" }));
    let message = "quality_tier must be one of mini, standard, pro, got \"ultra\"";
    shop.refuses(TasksV1, &order, message).await;
    let answer = shop
        .app
        .post(Native.submit(), &shop.who, &Native.with(json!({ "model": "seedance-2.0" })))
        .await;
    assert_eq!((answer.status.as_u16(), answer.at("/error/field")), (400, "model".to_owned()));
    shop.close().await;
}

#[tokio::test]
async fn a_length_shape_or_resolution_that_the_model_does_not_make() {
    let shop = Shop::open().await;
    for (api, fields, message) in [
        (OpenV1, json!({ "duration": 3 }), "duration must be 4 to 15 seconds, got 3"),
        (OpenV1, json!({ "duration": 16 }), "duration must be 4 to 15 seconds, got 16"),
        (OpenV1, json!({ "duration": -5 }), "duration must be 4 to 15 seconds, got -5"),
        (OpenV1, json!({ "duration": 5.5 }), "duration must be an integer, got 5.5"),
        (OpenV1, json!({ "duration": "5" }), "duration must be an integer, got a string"),
        (
            OpenV1,
            json!({ "model": "seedance-1.5-pro", "duration": 7 }),
            "duration must be 5 or 10 seconds, got 7",
        ),
        (TaskQuery, json!({ "duration": 7 }), "duration must be 5, 10 or 15 seconds, got 7"),
        (
            TaskQuery,
            json!({ "duration": "7s" }),
            "duration must be an integer, as a number or as digits in a string, got \"7s\"",
        ),
        (TasksV1, json!({ "duration": "3" }), "duration must be 4 to 15 seconds, got 3"),
        (TasksV1, json!({ "duration": "16" }), "duration must be 4 to 15 seconds, got 16"),
        (
            TasksV1,
            json!({ "duration": "5s" }),
            "duration must be an integer, as a number or as digits in a string, got \"5s\"",
        ),
        (
            Native,
            json!({ "duration_s": 31 }),
            "duration_s must be 1 to 30 seconds, or left to the model, got 31",
        ),
        (
            OpenV1,
            json!({ "aspectRatio": "21:9" }),
            "aspectRatio must be one of 16:9, 9:16, 1:1, got \"21:9\"",
        ),
        (
            TaskQuery,
            json!({ "ratio": "2:1" }),
            "ratio must be one of 16:9, 9:16, 1:1, 4:3, 3:4, 21:9, got \"2:1\"",
        ),
        (
            TasksV1,
            json!({ "aspect_ratio": "wide" }),
            "aspect_ratio must be one of 1:1, 21:9, 4:3, 3:4, 16:9, 9:16, adaptive, got \"wide\"",
        ),
        (
            OpenV1,
            json!({ "resolution": "4k" }),
            "resolution must be one of 480p, 720p, 1080p, got \"4k\"",
        ),
        (
            TasksV1,
            json!({ "resolution": "4k" }),
            "resolution must be one of 720p, 1080p for this model, got 4k",
        ),
        (
            TasksV1,
            json!({ "resolution": "480p" }),
            "resolution must be one of 720p, 1080p, 1080p-plus, 4k, got \"480p\"",
        ),
        (Native, json!({ "resolution": 720 }), "resolution must be a string, got a number"),
    ] {
        shop.refuses(api, &api.with(fields), message).await;
    }
    shop.close().await;
}

#[tokio::test]
async fn fields_that_contradict_each_other_or_do_not_exist() {
    let shop = Shop::open().await;
    let url = "https://example.com/a.png";
    for (fields, message) in [
        (json!({ "teamSlug": "x" }), "teamSlug is not a supported field"),
        (json!({ "provider": "x" }), "provider is not a supported field"),
        (json!({ "webhookUrl": "https://example.com" }), "webhookUrl is not a supported field"),
        (json!({ "mode": "image-to-video" }), "image_url is required in image-to-video mode"),
        (json!({ "mode": "media-to-video" }), "media_urls is required in media-to-video mode"),
        (json!({ "image_url": url }), "image_url is not used in text-to-video mode, leave it out"),
        (
            json!({ "mode": "image-to-video", "image_url": url, "media_urls": [url] }),
            "media_urls[0] is not used in image-to-video mode, leave it out",
        ),
        (
            json!({ "mode": "sing" }),
            "mode must be one of text-to-video, image-to-video, media-to-video, got \"sing\"",
        ),
        (json!({ "channel": "wide" }), "channel must be one of standard, real, wild, got \"wide\""),
        (
            json!({ "quality_tier": "mini", "seed": 1 }),
            "seed is not supported by this model, leave it out",
        ),
        (
            json!({ "channel": "real", "seed": 1 }),
            "seed is not supported on the real channel, leave it out",
        ),
        (json!({ "seed": -2 }), "seed must be -1 (any) or 0 to 4294967295"),
        (json!({ "seed": 4_294_967_296_i64 }), "seed must be -1 (any) or 0 to 4294967295"),
        (json!({ "generate_audio": "yes" }), "generate_audio must be true or false, got a string"),
        (json!({ "fixed_lens": 1 }), "fixed_lens must be true or false, got a number"),
    ] {
        shop.refuses(TasksV1, &TasksV1.with(fields), message).await;
    }
    let order = OpenV1.with(json!({ "metadata": "x" }));
    shop.refuses(OpenV1, &order, "metadata must be an object, got a string").await;
    let order = OpenV1.with(json!({ "metadata": { "x": "y".repeat(20_000) } }));
    shop.refuses(OpenV1, &order, "metadata must be at most 16384 bytes of JSON").await;
    let order = Native.with(json!({ "promt": "x" }));
    shop.refuses(Native, &order, "promt is not a supported field").await;
    shop.close().await;
}

#[tokio::test]
async fn too_many_references_and_addresses_that_are_none() {
    let shop = Shop::open().await;
    let url = "https://example.com/a.png";
    for (api, count, message) in [
        (OpenV1, 6, "mediaUrls must have at most 5 entries, got 6"),
        (TaskQuery, 10, "content images must have at most 9 entries, got 10"),
        (TasksV1, 13, "media_urls must have at most 12 entries, got 13"),
        (Native, 13, "media must have at most 12 entries, got 13"),
    ] {
        shop.refuses(api, &api.showing(&vec![url; count]), message).await;
    }
    let long = format!("https://example.com/{}", "x".repeat(2048));
    for (api, field) in [
        (OpenV1, "mediaUrls[1]"),
        (TaskQuery, "content[2].image_url.url"),
        (TasksV1, "media_urls[1]"),
        (Native, "media[1]"),
    ] {
        for (bad, what) in [
            ("", "must be a public https URL"),
            ("photo.jpg", "must be a public https URL"),
            ("ftp://example.com/a.png", "must be a public https URL"),
            ("file:///etc/passwd", "must be a public https URL"),
            ("asset://abc", "must be a public https URL, or asset:// and the id of an upload"),
            ("https://example.com/a b.png", "must be a URL without spaces or control characters"),
            (long.as_str(), "must be at most 2048 bytes long"),
        ] {
            shop.refuses(api, &api.showing(&[url, bad]), &format!("{field} {what}")).await;
        }
    }
    let mut order = OpenV1.order();
    order["mediaUrls"] = json!([7]);
    shop.refuses(OpenV1, &order, "mediaUrls[0] must be a string, got a number").await;
    order["mediaUrls"] = json!("https://example.com/a.png");
    shop.refuses(OpenV1, &order, "mediaUrls must be an array, got a string").await;
    shop.close().await;
}

#[tokio::test]
async fn a_webhook_address_that_would_never_be_dialled() {
    let shop = Shop::open().await;
    let not_public = "must be a public address: private, local and reserved networks are refused";
    let no_url = "must be a public https URL";
    for (api, name) in
        [(OpenV1, "webhookUrl"), (TaskQuery, "callback_url"), (Native, "callback_url")]
    {
        for (url, what) in [
            ("http://example.com/hook", no_url),
            ("hook", no_url),
            ("https://user:secret@example.com/hook", no_url),
            ("https://localhost/hook", not_public),
            ("https://127.0.0.1/hook", not_public),
            ("https://[::1]/hook", not_public),
            ("https://10.0.0.8/hook", not_public),
            ("https://169.254.169.254/latest", not_public),
        ] {
            let order = api.with(json!({ name: url }));
            shop.refuses(api, &order, &format!("{name} {what}")).await;
        }
        let order = api.with(json!({ name: 7 }));
        shop.refuses(api, &order, &format!("{name} must be a string, got a number")).await;
    }
    shop.close().await;
}

#[tokio::test]
async fn bodies_that_are_no_json_object_or_of_another_type() {
    let shop = Shop::open().await;
    for api in APIS {
        for (body, message) in [
            ("", "request body must be a JSON object, but is empty"),
            (" \n", "request body must be a JSON object, but is empty"),
            ("[]", "request body must be an object, got an array"),
            ("\"A river\"", "request body must be an object, got a string"),
            ("null", "request body must be an object, got null"),
            (
                "{\"prompt\":",
                "request body is not valid JSON: EOF while parsing a value at line 1 column 10",
            ),
        ] {
            let asked = request(Method::POST, api.submit(), Some(&shop.who.key), body);
            Shop::check(api, &shop.app.send(asked).await, "invalid", message);
        }
        let deep = format!("{{\"prompt\":{}", "[".repeat(100_000));
        let asked = request(Method::POST, api.submit(), Some(&shop.who.key), &deep);
        assert_eq!(shop.app.send(asked).await.status, 400, "{api:?}");
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "image/png"] {
            let order = api.order().to_string();
            let mut asked = request(Method::POST, api.submit(), Some(&shop.who.key), &order);
            asked.headers_mut().insert(CONTENT_TYPE, content_type.parse().expect("a type"));
            let answer = shop.app.send(asked).await;
            let message = "Content-Type must be application/json";
            Shop::check(api, &answer, "media_type", message);
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn a_body_of_ten_megabytes() {
    let shop = Shop::open().await;
    let huge = "x".repeat(10 << 20);
    for api in [OpenV1, TaskQuery, TasksV1] {
        let order = api.saying(json!(huge)).to_string();
        let asked = request(Method::POST, api.submit(), Some(&shop.who.key), &order);
        let answer = shop.app.send(asked).await;
        let message = "the request body must be at most 8388608 bytes";
        Shop::check(api, &answer, "too_large", message);
    }
    // Our own API takes pictures inside its requests, so it reads more before it gives up.
    let message = "prompt must be 1 to 10000 characters long, got 10485760";
    shop.refuses(Native, &Native.saying(json!(huge)), message).await;
    let asked = "x".repeat((32 << 20) + 1);
    let asked = request(Method::POST, Native.submit(), Some(&shop.who.key), &asked);
    let message = "the request body must be at most 33554432 bytes";
    Shop::check(Native, &shop.app.send(asked).await, "too_large", message);
    shop.close().await;
}

#[tokio::test]
async fn ids_that_nobody_has() {
    let shop = Shop::open().await;
    for api in APIS {
        for id in [
            "x",
            "req_1234567890",
            "sd2_xxxxx",
            "ta823dfb-eaac-44fd-aec2-3e2c7ba8e071",
            "job_000000000000",
            "%00",
            "..%2f..%2fetc",
            "%ff%fe",
            &"9".repeat(5000),
        ] {
            let answer = shop.app.get(&api.look(id), &shop.who).await;
            Shop::check(api, &answer, "not_found", "task not found");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn an_account_that_cannot_pay() {
    let app = TestApp::start().await;
    for api in APIS {
        let poor = app.customer_with(api.price() - 1, KeyStyle::Sk).await;
        let (needs, has) = (api.price(), api.price() - 1);
        let message = format!("Not enough credits: this needs {needs}, the balance has {has}");
        let body = match api {
            OpenV1 => json!({
                "success": false,
                "error": {
                    "code": "insufficient_credits",
                    "message": message,
                    "requiredCredits": needs,
                    "availableCredits": has
                }
            }),
            TaskQuery => json!({ "code": 1, "message": message }),
            TasksV1 => json!({
                "error": {
                    "code": "insufficient_credits",
                    "message": message,
                    "required_credits": needs,
                    "available_credits": has
                }
            }),
            Native => json!({
                "error": {
                    "code": "insufficient_credits",
                    "message": message,
                    "required": needs.to_string(),
                    "available": has.to_string()
                }
            }),
        };
        app.post(api.submit(), &poor, &api.order()).await.is(402, &body);
        assert_eq!(app.entries(&poor).await, [Grant]);
        // A fault of the order is told before the lack of money.
        let answer = app.post(api.submit(), &poor, &api.saying(json!(7))).await;
        assert_eq!(answer.status, 400);

        // With one more credit it is enough, once.
        app.grant(poor.account, 1).await;
        assert!(app.post(api.submit(), &poor, &api.order()).await.status.is_success());
        assert_eq!(app.post(api.submit(), &poor, &api.order()).await.status, 402);
        assert_eq!(app.jobs(&poor).await.len(), 1);
    }
    app.drain().await;
    app.finish().await;
}
