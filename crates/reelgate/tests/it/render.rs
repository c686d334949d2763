//! Orders that the embedded engine renders for real, small ones.

use crate::harness::{TestApp, data_uri, decoder};
use crate::pictures;
use reelgate_codec::{
    ImageLimits, VideoLimits, colour, decode_image, encode_png, psnr_luma, read_frame, resize_cover,
};
use reelgate_engines::preview::PreviewEngine;
use serde_json::json;
use std::sync::Arc;

const JOBS: &str = "/api/reelgate/v1/jobs";

/// The whole way with the embedded engine: the picture that was handed in is the first frame.
#[tokio::test]
async fn a_film_opens_on_the_picture_that_was_handed_in() {
    let app =
        TestApp::with(|setup| setup.engine = Some(Arc::new(PreviewEngine::new(2, decoder()))))
            .await;
    let who = app.customer().await;
    let picture = pictures::slope(960, 540);
    let png = encode_png(&picture).expect("a PNG");
    let body = json!({
        "prompt": "A quiet morning",
        "resolution": "480p",
        "duration_s": 1,
        "media": [{ "url": data_uri("image/png", &png), "role": "first_frame" }]
    });
    let id = app.post(JOBS, &who, &body).await.at("/id");
    app.drain().await;
    let done = app.get(&format!("{JOBS}/{id}"), &who).await;
    let film = app.download(&done.at("/output/video_url")).await;
    let shown = read_frame(&film.body, 0, VideoLimits::default()).expect("a first frame");
    assert_eq!((shown.width, shown.height), (864, 496));
    let expected = colour::to_frame(&resize_cover(&picture, 864, 496));
    let psnr = psnr_luma(&expected, &shown);
    assert!(psnr > 30.0, "{psnr:.1} dB");
    app.finish().await;
}

/// The picture that an answer links to as the last frame is the last one of the film.
#[tokio::test]
async fn the_last_frame_is_the_films() {
    let app =
        TestApp::with(|setup| setup.engine = Some(Arc::new(PreviewEngine::new(2, decoder()))))
            .await;
    let who = app.customer().await;
    let body = json!({ "prompt": "A quiet lake", "resolution": "480p", "duration_s": 1 });
    let id = app.post(JOBS, &who, &body).await.at("/id");
    app.drain().await;
    let done = app.get(&format!("{JOBS}/{id}"), &who).await;
    assert_eq!(done.at("/output/engine"), "preview");
    let film = app.download(&done.at("/output/video_url")).await;
    let last = app.download(&done.at("/output/last_frame_url")).await;
    let last = decode_image(&last.body, ImageLimits::default()).expect("a PNG");
    let filmed = read_frame(&film.body, 23, VideoLimits::default()).expect("a last frame");
    let psnr = psnr_luma(&colour::to_frame(&last), &filmed);
    assert!(psnr > 30.0, "{psnr:.1} dB");
    app.finish().await;
}

/// A picture is drawn by the code that draws clips, and says who made it.
#[tokio::test]
async fn a_picture_is_the_same_for_the_same_order_and_says_what_it_is() {
    let app =
        TestApp::with(|setup| setup.engine = Some(Arc::new(PreviewEngine::new(2, decoder()))))
            .await;
    let mut pictures = Vec::new();
    for seed in [7, 7, 8] {
        let who = app.customer().await;
        let body = json!({
            "model": "native/preview-image",
            "prompt": "A lighthouse at night",
            "ratio": "16:9",
            "seed": seed
        });
        let id = app.post(JOBS, &who, &body).await.at("/id");
        app.drain().await;
        let done = app.get(&format!("{JOBS}/{id}"), &who).await;
        pictures.push(app.download(&done.at("/output/image_url")).await.body);
        app.clock.advance_ms(1);
    }
    assert_eq!(pictures[0], pictures[1]);
    assert_ne!(pictures[0], pictures[2]);
    let picture = decode_image(&pictures[0], ImageLimits::default()).expect("a PNG");
    assert_eq!((picture.width, picture.height), (1376, 768));
    let first = picture.data[..3].to_vec();
    assert!(picture.data.chunks(3).any(|pixel| pixel != first), "it is not of one colour");
    for said in ["without a generative model", "native/preview-image"] {
        let found = pictures[0].windows(said.len()).any(|bytes| bytes == said.as_bytes());
        assert!(found, "{said}");
    }
    app.finish().await;
}

/// The same order twice is the same film, whoever orders it.
#[tokio::test]
async fn a_film_is_the_same_for_the_same_order_and_seed() {
    let app =
        TestApp::with(|setup| setup.engine = Some(Arc::new(PreviewEngine::new(2, decoder()))))
            .await;
    let mut sums = Vec::new();
    for seed in [7, 7, 8] {
        let who = app.customer().await;
        let body = json!({
            "prompt": "A lighthouse at night, slow pan",
            "resolution": "480p",
            "duration_s": 1,
            "seed": seed
        });
        let id = app.post(JOBS, &who, &body).await.at("/id");
        app.drain().await;
        sums.push(app.get(&format!("{JOBS}/{id}"), &who).await.at("/output/sha256"));
    }
    assert_eq!(sums[0], sums[1]);
    assert_ne!(sums[0], sums[2]);
    app.finish().await;
}
