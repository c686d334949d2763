//! Files of others are decoded by children of the real binary, confined as far as this machine can.

use crate::harness::{TestApp, data_uri, decoder};
use crate::pictures;
use reelgate_codec::{ClipSpec, Frame, Picture, Sound, write_clip};
use reelgate_core::ledger::EntryKind::Grant;
use reelgate_sandbox::{Bounds, DecodeError, Decoder, FootageSpec, GREETING, Media, Seen};
use serde_json::json;
use std::fs::Permissions;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;

const BOUNDS: Bounds = Bounds { pixels_max: 1_000_000, bytes_max: 1_000_000, decode: true };

/// A picture that gets lighter by 5 with every frame.
struct Dawn;

impl Picture for Dawn {
    fn draw(&self, index: u32, out: &mut Frame) {
        out.y.fill(u8::try_from(40 + index * 5).unwrap_or(235));
        out.u.fill(128);
        out.v.fill(128);
    }
}

/// A second of video with sound.
fn film() -> Vec<u8> {
    let mut spec = ClipSpec::new(128, 72, 24);
    spec.sound = Some(Sound { left: vec![0.25; 48_000], right: vec![-0.25; 48_000] });
    let mut file = Cursor::new(Vec::new());
    let go_on = |_: u32| ControlFlow::Continue(());
    write_clip(&spec, &Dawn, &mut file, &go_on).expect("a film");
    file.into_inner()
}

#[tokio::test]
async fn a_child_says_what_a_file_is() {
    let decoder = decoder();
    let picture = decoder.look(Media::Bytes(&pictures::jpeg()), BOUNDS).await.expect("a picture");
    assert_eq!(picture, Seen { width: 64, height: 36, ..Seen::default() });
    let film = decoder.look(Media::Bytes(&film()), BOUNDS).await.expect("a film");
    let expected = Seen {
        width: 128,
        height: 72,
        duration_ms: 1000,
        frames: 24,
        frames_per_second: 24.0,
        has_audio: true,
        faststart: true,
    };
    assert_eq!(film, expected);
    let beep = decoder.look(Media::Bytes(&pictures::beep()), BOUNDS).await.expect("a sound");
    assert_eq!((beep.duration_ms, beep.has_audio), (100, true));
    let text = decoder.look(Media::Bytes(b"dear server"), BOUNDS).await;
    assert!(matches!(text, Err(DecodeError::Refused(_))), "{text:?}");
    let bomb = decoder.look(Media::Bytes(&pictures::bomb()), BOUNDS).await;
    assert!(matches!(bomb, Err(DecodeError::Refused(_))), "{bomb:?}");
}

/// A server whose small program was not installed beside it starts itself.
#[tokio::test]
async fn the_server_decodes_where_its_decoder_is_missing() {
    let own = env!("CARGO_BIN_EXE_reelgate").into();
    let decoder = Decoder::first_of(vec!["/nowhere/reelgate-decoder".into(), own]);
    let seen = decoder.look(Media::Bytes(&pictures::png()), BOUNDS).await;
    assert_eq!(seen.expect("a picture").width, 64);
}

#[tokio::test]
async fn pixels_and_sound_come_back_as_they_are_decoded_here() {
    let (child, here) = (decoder(), Decoder::unconfined());
    let (jpeg, film, beep) = (pictures::jpeg(), film(), pictures::beep());
    for file in [&jpeg, &film] {
        let far = child.picture(Media::Bytes(file), 100_000).await.expect("a picture");
        let near = here.picture(Media::Bytes(file), 100_000).await.expect("a picture");
        assert_eq!(far, near);
    }
    for file in [&beep, &film] {
        let far = child.sound(Media::Bytes(file), 5).await.expect("a sound");
        let near = here.sound(Media::Bytes(file), 5).await.expect("a sound");
        assert!(far == near && !far.left.is_empty());
    }
    let silent = child.sound(Media::Bytes(&jpeg), 5).await;
    assert!(matches!(silent, Err(DecodeError::Refused(_))), "a picture has no sound");
}

#[tokio::test]
async fn footage_is_the_video_at_the_size_and_rate_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = FootageSpec { width: 64, height: 64, frames_max: 100, pixels_max: 100_000 };
    let into = folder.path().join("footage");
    let footage = decoder().footage(Media::Bytes(&film()), spec, &into).await.expect("footage");
    assert_eq!((footage.frames(), footage.size()), (24, (64, 64)));
    let mut frame = Frame::black(64, 64);
    let light = [0, 12, 23, 500].map(|index| {
        footage.read(index, &mut frame).expect("a frame");
        i32::from(frame.y[64 * 32 + 32])
    });
    let expected = [40, 100, 155, 155];
    let near = light.iter().zip(expected).all(|(found, said)| found.abs_diff(said) <= 4);
    assert!(near, "{light:?} instead of {expected:?}");
}

#[tokio::test]
async fn children_are_confined_on_this_machine() {
    let layers = decoder().layers().await.expect("a child");
    assert!(layers.limits && layers.seccomp, "{layers:?}");
}

#[tokio::test]
async fn one_child_after_the_other_and_many_at_once() {
    let decoder = decoder();
    let png = pictures::png();
    let looks = (0..12).map(|_| decoder.look(Media::Bytes(&png), BOUNDS));
    for seen in futures_util::future::join_all(looks).await {
        assert_eq!(seen.expect("a picture").width, 64);
    }
    for _ in 0..3 {
        decoder.look(Media::Bytes(&png), BOUNDS).await.expect("a picture");
    }
}

/// An order whose file breaks the decoder is refused with its field; the next one is accepted.
#[tokio::test]
async fn a_file_that_breaks_the_decoder_fails_its_own_order_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken");
    std::fs::write(&broken, format!("#!/bin/sh\nprintf '%s' '{GREETING}'\nexit 1\n"))
        .expect("written");
    std::fs::set_permissions(&broken, Permissions::from_mode(0o700)).expect("executable");
    let app = TestApp::with(|setup| setup.decoder = Decoder::of(broken)).await;
    let who = app.customer().await;
    let jobs = "/api/reelgate/v1/jobs";
    let order = json!({
        "prompt": "It wakes",
        "media": [{ "url": data_uri("image/png", &pictures::png()) }]
    });
    let refused = app.post(jobs, &who, &order).await;
    let message = "media[0] must be a readable image, but it broke the decoder";
    assert_eq!((refused.status.as_u16(), refused.at("/error/message")), (400, message.to_owned()));
    assert_eq!(app.entries(&who).await, [Grant]);
    app.get("/api/reelgate/v1/models", &who).await;
    app.finish().await;
    // Without any decoder it is the server's fault, and says so.
    let app = TestApp::with(|setup| setup.decoder = Decoder::of("/nowhere".into())).await;
    let who = app.customer().await;
    assert_eq!(app.post(jobs, &who, &order).await.status, 500);
    app.finish().await;
}
