//! Clips as files: exact, reproducible, stoppable.

use std::io::{Cursor, Error, ErrorKind, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use reelgate_codec::h264::EncodeError;
use reelgate_codec::{
    ClipError, ClipSpec, Frame, MediaType, Picture, probe, psnr_luma, read_frame, write_clip,
};

use crate::support::{Drift, clip_of, drawn, spec, tone};

const GO_ON: fn(u32) -> ControlFlow<()> = |_| ControlFlow::Continue(());

#[test]
fn five_seconds_are_exactly_five_seconds() {
    let found = probe(&clip_of(&spec(320, 180, 120))).unwrap();
    assert_eq!(found.container, MediaType::Mp4);
    assert_eq!(found.duration_ms, 5000);
    assert!(found.faststart);
    let video = found.video.unwrap();
    assert_eq!((video.codec.as_str(), video.width, video.height), ("h264", 320, 180));
    assert_eq!((video.frame_count, video.duration_ms, video.quarter_turns), (120, 5000, 0));
    assert!((video.frames_per_second - 24.0).abs() < 1e-9);
    let audio = found.audio.unwrap();
    assert_eq!((audio.codec.as_str(), audio.channels, audio.rate_hz), ("aac", 2, 48_000));
    assert_eq!(audio.duration_ms, 5000);
}

#[test]
fn every_length_has_as_many_frames_as_asked() {
    for frames in [1, 2, 24, 25, 47, 48, 49, 97] {
        let file = clip_of(&spec(64, 48, frames));
        let found = probe(&file).unwrap();
        let duration_ms = (u64::from(frames) * 2000 / 24).div_ceil(2);
        let (video, audio) = (found.video.unwrap(), found.audio.unwrap());
        assert_eq!((video.frame_count, video.duration_ms), (frames, duration_ms), "{frames}");
        assert_eq!((audio.duration_ms, found.duration_ms), (duration_ms, duration_ms), "{frames}");
        let last = read_frame(&file, frames - 1, Default::default()).unwrap();
        assert!(psnr_luma(&last, &drawn(64, 48, frames - 1)) > 32.0, "{frames}");
    }
}

#[test]
fn a_clip_is_the_same_for_any_number_of_threads() {
    let clip = |threads| clip_of(&ClipSpec { threads, ..spec(176, 144, 200) });
    let once = clip(NonZeroUsize::MIN);
    for threads in [2, 3, 7] {
        assert!(clip(NonZeroUsize::new(threads).unwrap()) == once, "{threads} threads");
    }
}

#[test]
fn a_short_sound_is_padded_and_a_long_one_cut() {
    for seconds in [0.0, 0.3, 9.0] {
        let found = probe(&clip_of(&ClipSpec { sound: Some(tone(seconds)), ..spec(64, 48, 48) }));
        assert_eq!(found.unwrap().audio.unwrap().duration_ms, 2000);
    }
}

#[test]
fn wild_samples_are_tamed() {
    let mut sound = tone(1.0);
    sound.left[100] = f32::NAN;
    sound.right[100] = 7.0;
    clip_of(&ClipSpec { sound: Some(sound), ..spec(64, 48, 24) });
}

#[test]
fn tags_are_stored_in_the_file() {
    let tags = [("title", "Harbour, 夜明け"), ("comment", "a preview"), ("job", "j-42")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec();
    let file = clip_of(&ClipSpec { tags, ..spec(64, 48, 24) });
    for part in ["Harbour, 夜明け", "a preview", "com.reelgate", "job", "j-42"] {
        assert!(file.windows(part.len()).any(|window| window == part.as_bytes()), "{part}");
    }
}

#[test]
fn progress_counts_every_frame_once() {
    let seen = Mutex::new(Vec::new());
    let threads = NonZeroUsize::new(3).unwrap();
    let spec = ClipSpec { threads, ..spec(64, 48, 150) };
    let note = |done| {
        seen.lock().unwrap().push(done);
        ControlFlow::Continue(())
    };
    write_clip(&spec, &Drift, &mut Cursor::new(Vec::new()), &note).unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(1..=150));
}

#[test]
fn a_break_stops_every_worker_within_a_frame() {
    struct Counted(AtomicU32);
    impl Picture for Counted {
        fn draw(&self, index: u32, out: &mut Frame) {
            self.0.fetch_add(1, Ordering::Relaxed);
            Drift.draw(index, out);
        }
    }
    let picture = Counted(AtomicU32::new(0));
    let spec = ClipSpec { threads: NonZeroUsize::new(4).unwrap(), ..spec(64, 48, 2400) };
    let stop_at_30 =
        |done| if done < 30 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let mut out = Cursor::new(Vec::new());
    let result = write_clip(&spec, &picture, &mut out, &stop_at_30);
    assert!(matches!(result, Err(ClipError::Cancelled)), "{result:?}");
    let drawn = picture.0.into_inner();
    assert!((30..=38).contains(&drawn), "{drawn} frames were drawn");
}

#[test]
#[should_panic(expected = "scoped thread panicked")]
fn a_picture_that_panics_does_not_hang_the_clip() {
    struct Broken;
    impl Picture for Broken {
        fn draw(&self, index: u32, out: &mut Frame) {
            assert!(index != 60, "this picture breaks");
            Drift.draw(index, out);
        }
    }
    let spec = ClipSpec { threads: NonZeroUsize::new(2).unwrap(), ..spec(64, 48, 2400) };
    drop(write_clip(&spec, &Broken, &mut Cursor::new(Vec::new()), &GO_ON));
}

#[test]
fn a_full_disk_is_reported_and_stops_the_workers() {
    struct Full(Cursor<Vec<u8>>);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let full = self.0.position() > 20_000;
            if full { Err(Error::from(ErrorKind::StorageFull)) } else { self.0.write(bytes) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl Seek for Full {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }
    let mut out = Full(Cursor::new(Vec::new()));
    let result = write_clip(&spec(64, 48, 2400), &Drift, &mut out, &GO_ON);
    let storage_full = |e: &Error| e.kind() == ErrorKind::StorageFull;
    assert!(matches!(&result, Err(ClipError::Write(e)) if storage_full(e)), "{result:?}");
}

#[test]
fn what_cannot_be_a_clip_is_refused_by_name() {
    let refused = |spec: ClipSpec| {
        write_clip(&spec, &Drift, &mut Cursor::new(Vec::new()), &GO_ON).unwrap_err()
    };
    assert!(matches!(refused(ClipSpec::new(64, 48, 0)), ClipError::Frames(0)));
    for (width, height) in [(0, 0), (63, 48), (14, 48), (8192, 8192), (16_000, 16)] {
        let error = refused(ClipSpec::new(width, height, 24));
        assert!(matches!(error, ClipError::Video(EncodeError::Size { .. })), "{width}x{height}");
    }
    let error = refused(ClipSpec { qp: 52, ..ClipSpec::new(64, 48, 24) });
    assert!(matches!(error, ClipError::Video(EncodeError::Qp(52))));
    let tags = vec![("notes".to_owned(), "x".repeat(70_000))];
    assert!(matches!(refused(ClipSpec { tags, ..spec(64, 48, 24) }), ClipError::Tags(70_005)));
}

#[test]
fn a_clip_can_start_in_the_middle_of_a_stream() {
    let mut out = Cursor::new(b"before".to_vec());
    out.seek(SeekFrom::End(0)).unwrap();
    write_clip(&spec(64, 48, 30), &Drift, &mut out, &GO_ON).unwrap();
    assert_eq!(out.position(), out.get_ref().len() as u64);
    assert!(out.get_ref()[6..] == clip_of(&spec(64, 48, 30)));
}
