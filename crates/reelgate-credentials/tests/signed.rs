//! What a signed file says, and that it says so only while nobody has changed it.

use reelgate_codec::{ClipSpec, Frame, Picture, Rgb, encode_png, probe, write_clip};
use reelgate_credentials::{CredentialError, Facts, Kind, Origin, Pem, Signer, make, read};
use std::fs::File;
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

struct Grey;

impl Picture for Grey {
    fn draw(&self, index: u32, out: &mut Frame) {
        out.y.fill(60 + u8::try_from(index).unwrap_or(0));
    }
}

fn movie(folder: &Path) -> PathBuf {
    let path = folder.join("clip.mp4");
    let mut file = BufWriter::new(File::create(&path).expect("a file"));
    let go_on = |_: u32| ControlFlow::Continue(());
    write_clip(&ClipSpec::new(64, 48, 24), &Grey, &mut file, &go_on).expect("a clip");
    path
}

fn facts() -> Facts {
    Facts {
        engine: "preview".to_owned(),
        model: "native/preview".to_owned(),
        seed: 4_000_000_000,
        origin: Origin::Drawn,
        remark: "AI-generated preview".to_owned(),
    }
}

#[test]
fn a_signed_movie_says_how_it_was_made_and_still_plays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plain, signed) = (movie(folder.path()), folder.path().join("signed.mp4"));
    let signer = Signer::new(&make().expect("a certificate")).expect("a signer");
    signer.sign(Kind::Video, &plain, &signed, &facts()).expect("signed");
    let found = read(Kind::Video, &signed).expect("words");
    assert!(found.intact);
    assert_eq!(found.source, "algorithmicMedia");
    assert_eq!(found.signer, "Reelgate");
    assert_eq!(found.render["engine"], "preview");
    assert_eq!(found.render["model"], "native/preview");
    assert_eq!(found.render["seed"], 4_000_000_000_u32);
    assert_eq!(found.render["ai_generated"], true);
    let (before, after) = [&plain, &signed]
        .map(|path| probe(&std::fs::read(path).expect("a file")).expect("an MP4"))
        .into();
    assert_eq!(before, after, "also whether it plays while it loads");
    let frame = |path| {
        let bytes = std::fs::read(path).expect("a file");
        reelgate_codec::read_frame(&bytes, 20, Default::default()).expect("a frame")
    };
    assert_eq!(frame(&plain), frame(&signed));
    read(Kind::Video, &plain).expect_err("nobody signed it");
}

#[test]
fn a_changed_movie_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plain, signed) = (movie(folder.path()), folder.path().join("signed.mp4"));
    let signer = Signer::new(&make().expect("a certificate")).expect("a signer");
    signer.sign(Kind::Video, &plain, &signed, &facts()).expect("signed");
    let mut bytes = std::fs::read(&signed).expect("a file");
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    std::fs::write(&signed, bytes).expect("changed");
    assert!(!read(Kind::Video, &signed).expect("words").intact);
}

#[test]
fn pictures_are_signed_too_and_origins_have_their_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("image.png");
    let png = encode_png(&Rgb { width: 4, height: 4, data: vec![9; 48] }).expect("a PNG");
    std::fs::write(&plain, png).expect("written");
    let signer = Signer::new(&make().expect("a certificate")).expect("a signer");
    for (origin, word) in [
        (Origin::DrawnOver, "compositeSynthetic"),
        (Origin::Trained, "trainedAlgorithmicMedia"),
        (Origin::TrainedOver, "compositeWithTrainedAlgorithmicMedia"),
    ] {
        let signed = folder.path().join(word);
        let facts = Facts { origin, ..facts() };
        signer.sign(Kind::Picture, &plain, &signed, &facts).expect("signed");
        let found = read(Kind::Picture, &signed).expect("words");
        assert_eq!((found.intact, found.source.as_str()), (true, word));
    }
}

#[test]
fn keys_that_do_not_fit_are_refused_and_never_shown() {
    let (one, other) = (make().expect("a certificate"), make().expect("a certificate"));
    let broken = Pem { key: "no key".to_owned(), ..one.clone() };
    assert!(matches!(Signer::new(&broken), Err(CredentialError::Keys)));
    let shown = format!("{one:?} {:?}", Signer::new(&one));
    let secret = one.key.lines().nth(1).expect("a line of the key");
    assert!(!shown.contains(secret) && one.key != other.key);
}

#[test]
fn what_is_no_movie_cannot_be_signed_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text");
    std::fs::write(&text, "dear reader").expect("written");
    let signer = Signer::new(&make().expect("a certificate")).expect("a signer");
    let refused = signer.sign(Kind::Video, &text, &folder.path().join("out"), &facts());
    assert!(refused.is_err());
}
