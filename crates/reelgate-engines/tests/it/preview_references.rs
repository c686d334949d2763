//! Several references, videos and sounds: what a film takes from each.

use crate::support::{brief, difference, frame, photo, with_still};
use reelgate_codec::{ClipSpec, Frame, Picture, Rgb, read_frame, write_clip};
use reelgate_engines::preview::{Brief, Reel, Still, StillRole, compose};
use reelgate_sandbox::{Decoder, FootageSpec, Media};
use std::io::Cursor;
use std::ops::ControlFlow;

/// A bar that moves to the right, four pixels a frame.
struct Bar;

impl Picture for Bar {
    fn draw(&self, index: u32, out: &mut Frame) {
        let (width, at) = (out.width, index as usize * 4);
        for (place, luma) in out.y.iter_mut().enumerate() {
            *luma = if (at..at + 24).contains(&(place % width)) { 220 } else { 60 };
        }
        out.u.fill(110);
        out.v.fill(150);
    }
}

/// A second of it as a file.
fn video() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let go_on = |_: u32| ControlFlow::Continue(());
    write_clip(&ClipSpec::new(192, 108, 24), &Bar, &mut file, &go_on).expect("a video");
    file.into_inner()
}

/// A brief with the video as its only reference.
async fn with_video(mut brief: Brief, folder: &std::path::Path) -> Brief {
    let (width, height) = (brief.width, brief.height);
    let spec = FootageSpec { width, height, frames_max: 240, pixels_max: 1_000_000 };
    let (decoder, bytes) = (Decoder::unconfined(), video());
    let media = Media::Bytes(&bytes);
    let picture = decoder.picture(media, 1_000_000).await.expect("a picture");
    let footage = decoder.footage(media, spec, &folder.join("footage")).await.expect("footage");
    let reel = Some(Reel::new(footage));
    brief.stills.push(Still { picture, role: StillRole::Reference, reel });
    brief
}

#[tokio::test]
async fn a_reference_video_is_seen_moving() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut brief = with_video(brief("a person dances like in @video1"), folder.path()).await;
    brief.frames = 24;
    let film = compose(&brief);
    assert!(film.describe().contains("given video"), "{}", film.describe());
    let file = video();
    for index in [0, 11, 23] {
        let own = read_frame(&file, index, Default::default()).expect("a frame");
        let apart = difference(&frame(&film, &brief, index), &own);
        assert!(apart < 1.5, "frame {index} differs by {apart}");
    }
    // Drawn in any order it is the same.
    let (late, early) = (frame(&film, &brief, 20), frame(&film, &brief, 3));
    assert_eq!(frame(&film, &brief, 20), late);
    assert!(difference(&late, &early) > 5.0);
}

#[tokio::test]
async fn numbers_count_within_a_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = brief("Shot 1: @video1 runs. Shot 2: @image1 fades. Shot 3: @image2 stays.");
    let text = with_still(text, photo(192, 108, 0.0), StillRole::Reference);
    let mut brief = with_video(text, folder.path()).await;
    brief.frames = 120;
    let described = compose(&brief).describe();
    let shows: Vec<&str> =
        described.lines().map(|line| line.split("given ").nth(1).unwrap_or("nothing")).collect();
    let starts = |line: &str, word: &str| line.starts_with(word);
    assert!(starts(shows[0], "video") && starts(shows[1], "picture"), "{described}");
    // There is no second picture: the second of all references is taken.
    assert!(starts(shows[2], "video"), "{described}");
}

#[tokio::test]
async fn a_short_video_fills_a_longer_film_without_a_freeze() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut brief = with_video(brief("it goes on"), folder.path()).await;
    brief.frames = 96;
    let film = compose(&brief);
    for index in [30, 60, 90] {
        let moved = difference(&frame(&film, &brief, index), &frame(&film, &brief, index - 4));
        assert!(moved > 1.0, "around frame {index} it moves by {moved}");
    }
}

fn plain(shade: u8) -> Rgb {
    Rgb { width: 192, height: 108, data: vec![shade; 192 * 108 * 3] }
}

#[test]
fn further_pictures_lie_over_the_first_where_that_is_asked_for() {
    let both = |prompt: &str| {
        let brief = with_still(brief(prompt), photo(192, 108, 0.0), StillRole::Reference);
        with_still(brief, plain(250), StillRole::Reference)
    };
    let brief = both("@image1 fills the frame, @image2 as an inset");
    let film = compose(&brief);
    assert_eq!(film.describe().lines().count(), 1, "{}", film.describe());
    let (before, after) = (frame(&film, &brief, 0), frame(&film, &brief, 40));
    let corner = |frame: &Frame| {
        let rows = 74..98_usize;
        let sum: u32 = rows
            .clone()
            .map(|y| {
                frame.y[y * 192 + 160..y * 192 + 180].iter().map(|y| u32::from(*y)).sum::<u32>()
            })
            .sum();
        sum / (rows.len() as u32 * 20)
    };
    assert!(corner(&after) > 215, "white in the corner: {}", corner(&after));
    assert!(corner(&before) < 200, "but not from the start: {}", corner(&before));
    // Without such a wish they are shown one after the other.
    let film = compose(&both("@image1, then @image2"));
    assert_eq!(film.describe().lines().count(), 2, "{}", film.describe());
}

#[test]
fn cuts_wait_for_the_beat() {
    let mut brief = brief("Shot 1: a beach. Shot 2: a forest.");
    brief.frames = 120;
    let cut = |brief: &Brief| {
        let film = compose(brief);
        let second = film.describe().lines().nth(1).expect("a second shot").to_owned();
        let (_, from) = second.split_once("shot 2 ").expect("its start");
        from.split('-').next().expect("seconds").parse::<f32>().expect("a number")
    };
    let free = cut(&brief);
    let beat = (free * 24.0) as u32 + 7;
    brief.beats = vec![3, beat, 110];
    assert!((cut(&brief) - beat as f32 / 24.0).abs() < 0.06, "{free} to {}", cut(&brief));
}
