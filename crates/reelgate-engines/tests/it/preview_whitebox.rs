//! The whitebox style: grey, in true sizes, and seen by a camera that truly moves.

use reelgate_codec::{Frame, Picture};
use reelgate_engines::preview::{Film, StillRole, compose};

use crate::support::{brief, difference, frame, photo, psnr, spread, understood, with_still};

const CAMERAS: [&str; 12] = [
    "static shot",
    "pan left",
    "pan right",
    "tilt up",
    "push in",
    "pull back",
    "zoom in",
    "tracking shot",
    "crane shot",
    "orbit shot",
    "aerial view",
    "whip pan",
];

fn shown(words: &str) -> (Film, [Frame; 2]) {
    let mut brief = brief(&format!("whitebox, a man stands, {words}"));
    (brief.width, brief.height) = (320, 180);
    let film = compose(&brief);
    let frames = [frame(&film, &brief, 0), frame(&film, &brief, 47)];
    (film, frames)
}

/// First and last row, first and last column of the blue mannequin.
fn mannequin(frame: &Frame) -> [usize; 4] {
    let (w, h) = (frame.width / 2, frame.height / 2);
    let blue = |x: usize, y: usize| frame.u[y * w + x] > 138;
    let rows: Vec<usize> = (0..h).filter(|y| (0..w).any(|x| blue(x, *y))).collect();
    let columns: Vec<usize> = (0..w).filter(|x| (0..h).any(|y| blue(*x, y))).collect();
    let ends = |list: &[usize]| [list[0], list[list.len() - 1]];
    let ([top, low], [left, right]) = (ends(&rows), ends(&columns));
    [top, low, left, right]
}

fn middle(frame: &Frame) -> f64 {
    let [_, _, left, right] = mannequin(frame);
    (left + right) as f64 / 2.0
}

fn tall(frame: &Frame) -> f64 {
    let [top, low, ..] = mannequin(frame);
    (low - top) as f64 + 1.0
}

/// Distances from the subject that the film says it has at both ends.
fn distances(film: &Film) -> [f64; 2] {
    let read = film.describe();
    let tail = read.split("subject ").nth(1).expect("a whitebox says how far it is");
    let mut numbers = tail.split(' ').filter_map(|word| word.parse().ok());
    [numbers.next().expect("a first distance"), numbers.next().expect("a last distance")]
}

#[test]
fn a_dolly_scales_the_subject_as_its_distance_says() {
    for words in ["push in", "pull back"] {
        let (film, [first, last]) = shown(words);
        let [near, far] = distances(&film);
        assert!((near - far).abs() > 0.5, "{words}: {near} to {far} m");
        let (grown, said) = (tall(&last) / tall(&first), near / far);
        assert!((grown / said - 1.0).abs() < 0.08, "{words}: grew {grown:.2}, said {said:.2}");
    }
}

#[test]
fn a_zoom_keeps_its_distance_and_still_grows() {
    let (film, [first, last]) = shown("zoom in");
    let [near, far] = distances(&film);
    assert!((near - far).abs() < 0.01);
    assert!(tall(&last) > 1.2 * tall(&first));
}

#[test]
fn camera_words_move_what_they_should() {
    let shift = |words: &str| {
        let (_, [first, last]) = shown(words);
        middle(&last) - middle(&first)
    };
    assert!(shift("pan left") > 12.0, "a pan to the left sends the subject to the right");
    assert!(shift("pan right") < -12.0);
    assert!(shift("tracking shot") < -12.0, "a truck to the right leaves it on the left");
    assert!(shift("static shot").abs() < 2.0);
    let (_, [first, last]) = shown("tilt up");
    assert!(mannequin(&last)[0] > mannequin(&first)[0] + 8, "a tilt up lowers the subject");
    let (_, [first, last]) = shown("orbit shot");
    assert!((middle(&first) - middle(&last)).abs() < 6.0, "an orbit keeps it in the middle");
    assert!(difference(&first, &last) > 10.0, "and turns everything else");
}

/// A picture in 64 bits: whether each cell of 8 by 8 is lighter than the one on its right.
fn print(frame: &Frame) -> u64 {
    let (w, h) = (frame.width, frame.height);
    let cell = |x: usize, y: usize| {
        let rows = y * h / 8..(y + 1) * h / 8;
        let columns = x * w / 9..(x + 1) * w / 9;
        let sum: u64 =
            rows.map(|r| columns.clone().map(|c| u64::from(frame.y[r * w + c])).sum::<u64>()).sum();
        sum / ((w / 9) * (h / 8)) as u64
    };
    (0..64)
        .fold(0, |bits, at| bits << 1 | u64::from(cell(at % 8, at / 8) > cell(at % 8 + 1, at / 8)))
}

#[test]
fn every_camera_ends_on_a_picture_of_its_own() {
    let prints: Vec<u64> = CAMERAS.iter().map(|words| print(&shown(words).1[1])).collect();
    for (index, a) in prints.iter().enumerate() {
        for (other, b) in prints.iter().enumerate().skip(index + 1) {
            assert!((a ^ b).count_ones() >= 2, "{} and {}", CAMERAS[index], CAMERAS[other]);
        }
    }
}

#[test]
fn threads_and_order_do_not_change_a_byte() {
    let brief = brief("greybox, a woman and a dog run through a city, tracking shot, handheld");
    let (film, again) = (compose(&brief), compose(&brief));
    let alone: Vec<Frame> = (0..8).rev().map(|index| frame(&again, &brief, index * 6)).collect();
    let together: Vec<Frame> = std::thread::scope(|scope| {
        let (film, brief) = (&film, &brief);
        let workers: Vec<_> =
            (0..8).map(|index| scope.spawn(move || frame(film, brief, index * 6))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
    });
    assert!(alone.iter().rev().eq(together.iter()));
}

#[test]
fn a_walker_stays_in_the_picture() {
    for camera in ["static shot", "push in", "tracking shot", "zoom in", "orbit"] {
        let mut brief = brief(&format!("previz of a man walking, {camera}"));
        (brief.width, brief.height, brief.frames) = (320, 180, 240);
        let film = compose(&brief);
        for index in [0, 120, 239] {
            assert!(tall(&frame(&film, &brief, index)) > 8.0, "{camera}, frame {index}");
        }
    }
}

#[test]
fn any_place_subject_and_shape_of_frame_works() {
    let things = "car train boat house lighthouse balloon bird fish horse robot bicycle rocket";
    let places = ["city", "room", "forest", "mountains", "desert", "sea", "space", "beach"];
    let sizes = [(192, 108), (108, 192), (252, 108), (64, 64)];
    for (index, thing) in things.split(' ').enumerate() {
        let place = places[index % places.len()];
        let mut brief = brief(&format!("blockout, a {thing}, {place}, close-up, orbit"));
        (brief.width, brief.height) = sizes[index % sizes.len()];
        let mut out = Frame::black(brief.width, brief.height);
        compose(&brief).draw(24, &mut out);
        assert!(spread(&out) > 6.0, "{thing} in {place}: {}", spread(&out));
        assert!(out.y.iter().all(|y| (16..=235).contains(y)), "{thing} in {place}");
    }
}

#[test]
fn it_is_drawn_only_when_asked_for() {
    for words in ["greybox of a car", "プリビズ、海", "szary blok, las"] {
        let read = understood(words);
        assert!(read.lines().all(|line| line.contains("whitebox")), "{words}: {read}");
    }
    for words in ["a white box on a table", "a grey house", "a beach, no whitebox"] {
        assert!(!understood(words).contains("whitebox, subject"), "{words}");
    }
}

#[test]
fn a_frame_to_open_on_is_kept_and_references_are_for_the_model() {
    let picture = photo(192, 108, 0.0);
    let brief = brief("whitebox, a man, push in");
    let plain = frame(&compose(&brief), &brief, 20);
    let referred = with_still(brief.clone(), picture.clone(), StillRole::Reference);
    assert!(frame(&compose(&referred), &referred, 20) == plain);
    let opened = with_still(brief, picture, StillRole::FirstFrame);
    assert!(psnr(&frame(&compose(&opened), &opened, 20), &plain) < 25.0);
}

/// However near the camera comes to somebody who stands, the head stays in the picture.
#[test]
fn nothing_is_cut_off_of_a_standing_head() {
    for words in ["push in", "zoom in", "slow dolly in, zoom in"] {
        let (_, [first, last]) = shown(words);
        let ([top, ..], [near, ..]) = (mannequin(&first), mannequin(&last));
        assert!(top > 0 && near > 0, "{words}: from row {top} to row {near}");
    }
}
