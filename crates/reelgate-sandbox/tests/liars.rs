//! Children that were taken over by their file: whatever they answer, nothing but an error comes
//! of it.

use reelgate_sandbox::{Bounds, DecodeError, Decoder, FootageSpec, GREETING, Media};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

const BOUNDS: Bounds = Bounds { pixels_max: 1000, bytes_max: 1000, decode: true };

/// A program that reads its file and then does what `script` says.
fn program(folder: &Path, script: &str) -> Decoder {
    Decoder::of(file(folder, "child", GREETING, script))
}

/// A program that greets, reads its file and then does what `script` says.
fn file(folder: &Path, name: &str, greeting: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!("#!/bin/sh\nprintf '%s' '{greeting}'\ncat >/dev/null\n{script}\n");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("executable");
    path
}

/// A script that prints a head and what follows it.
fn says(reply: &str, more: &str) -> String {
    let layers = r#"{"limits":true,"landlock":true,"seccomp":true}"#;
    let json = format!(r#"{{"layers":{layers},"reply":{reply}}}"#);
    let length: String =
        (json.len() as u32).to_le_bytes().iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("printf '{length}'; printf '%s' '{json}'; printf '{more}'")
}

async fn looked(script: &str) -> Result<reelgate_sandbox::Seen, DecodeError> {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), script).look(Media::Bytes(b"file"), BOUNDS).await
}

const SEEN: &str = r#"{"Seen":{"width":8,"height":4,"duration_ms":0,"frames":0,
    "frames_per_second":0.0,"has_audio":false,"faststart":false}}"#;

#[tokio::test]
async fn an_honest_answer_is_taken() {
    let seen = looked(&says(SEEN, "")).await.expect("an answer");
    assert_eq!((seen.width, seen.height), (8, 4));
    let refused = looked(&says(r#"{"Refused":"it is empty"}"#, "")).await;
    assert!(matches!(refused, Err(DecodeError::Refused(why)) if why == "it is empty"));
}

#[tokio::test]
async fn whatever_else_it_says_the_child_is_not_believed() {
    let endless = "while :; do printf 0123456789abcdef; done";
    let huge = SEEN.replace("\"width\":8", "\"width\":8000000");
    let overflow = SEEN.replace(":8,", ":18446744073709551615,");
    for script in [
        "exit 0",
        "kill -9 $$",
        "printf x",
        "printf '\\377\\377\\377\\377'",
        "printf '\\002\\000\\000\\000{}'",
        endless,
        &says("\"Footage\"", ""),
        &says(r#"{"Picture":{"width":1,"height":1}}"#, "abc"),
        &says(&huge, ""),
        &says(&overflow, ""),
        &says(SEEN, "more than was asked for"),
        &format!("{}; exit 1", says(SEEN, "")),
    ] {
        let answer = looked(script).await;
        assert!(matches!(answer, Err(DecodeError::Broke)), "{script}: {answer:?}");
    }
}

#[tokio::test]
async fn pixels_and_samples_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    for (reply, more) in [
        (r#"{"Picture":{"width":2,"height":1}}"#, "short"),
        (r#"{"Picture":{"width":2,"height":1}}"#, "far too long"),
        (r#"{"Picture":{"width":0,"height":5}}"#, ""),
        (r#"{"Picture":{"width":4294967296,"height":4294967296}}"#, ""),
    ] {
        let child = program(folder.path(), &says(reply, more));
        let answer = child.picture(Media::Bytes(b"file"), 1000).await;
        assert!(matches!(answer, Err(DecodeError::Broke)), "{reply}: {answer:?}");
    }
    let child = program(folder.path(), &says(r#"{"Picture":{"width":2,"height":1}}"#, "rgbrgb"));
    let picture = child.picture(Media::Bytes(b"file"), 1000).await.expect("a picture");
    assert_eq!(picture.data, b"rgbrgb");
    let child = program(folder.path(), &says(r#"{"Sound":{"samples":1000000}}"#, ""));
    assert!(matches!(child.sound(Media::Bytes(b"file"), 1).await, Err(DecodeError::Broke)));
}

#[tokio::test]
async fn footage_ends_at_a_whole_frame_and_at_its_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = FootageSpec { width: 2, height: 2, frames_max: 2, pixels_max: 1000 };
    for (more, frames) in [
        ("", None),
        ("half", None),
        ("yyyyuv", Some(1)),
        ("yyyyuvyyyyuv", Some(2)),
        ("yyyyuvyyyyuvyyyyuv", None),
    ] {
        let child = program(folder.path(), &says("\"Footage\"", more));
        let into = folder.path().join(format!("footage-{}", more.len()));
        let footage = child.footage(Media::Bytes(b"file"), spec, &into).await;
        assert_eq!(footage.ok().map(|footage| footage.frames()), frames, "{more}");
    }
}

#[tokio::test]
async fn a_child_that_never_answers_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let marker = folder.path().join("went-on");
    let script = format!("sleep 5; touch {}", marker.display());
    let child = program(folder.path(), &script).within(Duration::from_millis(100));
    let answer = child.look(Media::Bytes(b"file"), BOUNDS).await;
    assert!(matches!(answer, Err(DecodeError::Broke)), "{answer:?}");
    assert!(!marker.exists());
}

#[tokio::test]
async fn a_program_of_another_version_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = GREETING.replace("decoder", "encoder");
    let other = file(folder.path(), "other", &other, &says(SEEN, ""));
    let own = file(folder.path(), "own", GREETING, &says(SEEN, ""));
    let decoder = Decoder::first_of(vec!["/nowhere/decoder".into(), other.clone(), own]);
    for _ in 0..2 {
        let seen = decoder.look(Media::Bytes(b"file"), BOUNDS).await.expect("an answer");
        assert_eq!(seen.width, 8);
    }
    let answer = Decoder::of(other).look(Media::Bytes(b"file"), BOUNDS).await;
    assert!(matches!(answer, Err(DecodeError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn a_decoder_that_is_not_there_is_no_fault_of_the_file() {
    let nowhere = Decoder::of("/nowhere/reelgate".into());
    let answer = nowhere.look(Media::Bytes(b"file"), BOUNDS).await;
    assert!(matches!(answer, Err(DecodeError::Unavailable(_))), "{answer:?}");
    let gone = Media::File(Path::new("/nowhere/file"));
    let answer = Decoder::unconfined().look(gone, BOUNDS).await;
    assert!(matches!(answer, Err(DecodeError::Unavailable(_))), "{answer:?}");
}
