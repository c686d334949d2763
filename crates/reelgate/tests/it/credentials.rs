//! What a downloaded file says about how it was made, read with the SDK's own reader.

use crate::harness::{TestApp, data_uri, decoder};
use crate::pictures;
use reelgate::config::Config;
use reelgate_credentials::{Found, Kind, make, read};
use reelgate_engines::preview::PreviewEngine;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

const JOBS: &str = "/api/reelgate/v1/jobs";

async fn platform(choose: impl FnOnce(&mut Config)) -> TestApp {
    TestApp::with(|setup| {
        setup.config.credentials.sign = true;
        setup.engine = Some(Arc::new(PreviewEngine::new(2, decoder())));
        choose(&mut setup.config);
    })
    .await
}

/// The file behind one of a finished job's links, and what it says.
async fn said(app: &TestApp, order: &Value, link: &str, kind: Kind) -> (Vec<u8>, Found) {
    let who = app.customer().await;
    let accepted = app.post(JOBS, &who, order).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    app.drain().await;
    let done = app.get(&format!("{JOBS}/{}", accepted.at("/id")), &who).await;
    let file = app.download(&done.at(&format!("/output/{link}"))).await.body;
    let sha = reelgate_core::key::hex(&sha2_of(&file));
    if link != "last_frame_url" {
        assert_eq!(done.at("/output/sha256"), sha, "of the file as it is delivered");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    std::fs::write(&path, &file).expect("written");
    (file, read(kind, &path).expect("it says something"))
}

fn sha2_of(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).to_vec()
}

fn order() -> Value {
    json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 1, "seed": 77 })
}

#[tokio::test]
async fn every_film_says_what_made_it() {
    let app = platform(|_| ()).await;
    let (film, found) = said(&app, &order(), "video_url", Kind::Video).await;
    assert!(reelgate_codec::probe(&film).expect("an MP4").faststart);
    assert!(found.intact);
    assert_eq!((found.source.as_str(), found.signer.as_str()), ("algorithmicMedia", "Reelgate"));
    let expected = json!({
        "engine": "preview",
        "model": "native/preview",
        "seed": 77,
        "ai_generated": true,
        "remark": "AI-generated preview",
    });
    assert_eq!(found.render, expected);
    let (_, found) = said(&app, &order(), "last_frame_url", Kind::Picture).await;
    assert!(found.intact);
    app.finish().await;
}

#[tokio::test]
async fn a_picture_and_a_film_of_a_photo_say_so_too() {
    let app = platform(|_| ()).await;
    let photo = data_uri("image/png", &pictures::png());
    let mut moved = order();
    moved["media"] = json!([{ "url": photo }]);
    let (_, found) = said(&app, &moved, "video_url", Kind::Video).await;
    assert_eq!((found.intact, found.source.as_str()), (true, "compositeSynthetic"));
    let still = json!({ "prompt": "A lighthouse", "model": "native/preview-image" });
    let (_, found) = said(&app, &still, "image_url", Kind::Picture).await;
    assert_eq!((found.intact, found.source.as_str()), (true, "algorithmicMedia"));
    assert_eq!(found.render["model"], "native/preview-image");
    app.finish().await;
}

#[tokio::test]
async fn the_certificate_is_made_once_and_can_be_ones_own() {
    let app = platform(|_| ()).await;
    let kept = app.app.config.data.join("credentials.pem");
    let first = std::fs::read_to_string(&kept).expect("it was made");
    let app = app.restart_after_ms(1000).await;
    assert_eq!(std::fs::read_to_string(&kept).expect("it is kept"), first);
    app.finish().await;

    let folder = tempfile::tempdir().expect("a folder");
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let pem = make().expect("a certificate");
    std::fs::write(&chain, &pem.chain).expect("written");
    std::fs::write(&key, &pem.key).expect("written");
    let app = platform(|config| config.credentials.certificate = Some((chain, key))).await;
    assert!(!app.app.config.data.join("credentials.pem").exists());
    assert!(said(&app, &order(), "video_url", Kind::Video).await.1.intact);
    app.finish().await;
}

#[tokio::test]
async fn a_certificate_that_cannot_sign_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::for_data(&folder.path().join("data"));
    let nothing = Path::new("/nowhere/chain.pem").to_owned();
    config.credentials.certificate = Some((nothing.clone(), nothing));
    let opened = reelgate::app::App::open(config, reelgate::app::Parts::default()).await;
    let why = opened.err().expect("it cannot start").to_string();
    assert!(why.starts_with("content credentials: "), "{why}");
}

#[tokio::test]
async fn a_film_has_a_moving_thumbnail_and_a_mark_where_that_is_set() {
    let films = [false, true].map(async |marked| {
        let app = TestApp::with(|setup| {
            let engine = PreviewEngine::new(2, decoder()).marked(marked);
            setup.engine = Some(Arc::new(engine));
        })
        .await;
        let who = app.customer().await;
        let id = app.post(JOBS, &who, &order()).await.at("/id");
        app.drain().await;
        let done = app.get(&format!("{JOBS}/{id}"), &who).await;
        let gif = app.download(&done.at("/output/thumbnail_url")).await;
        assert_eq!(gif.header("content-type"), Some("image/gif"));
        assert!(gif.body.starts_with(b"GIF89a") && gif.body.len() < 1_000_000);
        let frames = gif.body.windows(3).filter(|at| *at == [0x21, 0xf9, 4]).count();
        assert_eq!(frames, 12);
        let film = app.download(&done.at("/output/video_url")).await.body;
        app.finish().await;
        reelgate_codec::read_frame(&film, 5, Default::default()).expect("a frame")
    });
    let [plain, marked] = films;
    let (plain, marked) = (plain.await, marked.await);
    let differs = |columns: std::ops::Range<usize>, rows: std::ops::Range<usize>| {
        let at = |x: usize, y: usize| plain.y[y * plain.width + x];
        let other = |x: usize, y: usize| marked.y[y * marked.width + x];
        rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
            .filter(|(x, y)| at(*x, *y).abs_diff(other(*x, *y)) > 24)
            .count()
    };
    let (width, height) = (plain.width, plain.height);
    assert!(differs(0..width / 3, height - 40..height) > 500, "the mark is in its corner");
    assert!(differs(0..width, 0..height / 2) < 50, "and nowhere else");
}
