//! Where shots begin and end.

use reelgate_engines::preview::compose;

use crate::support::{brief, difference, frame};

/// Checks the start of every shot, in seconds, of a clip `seconds` long.
#[track_caller]
fn check(prompt: &str, seconds: u32, starts: &[&str]) {
    let mut brief = brief(prompt);
    brief.frames = seconds * 24;
    let read = compose(&brief).describe();
    let found: Vec<&str> = read
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2)?.split('-').next())
        .collect();
    assert_eq!(found, starts, "{prompt:?} read as {read}");
}

#[test]
fn time_codes_are_kept() {
    check("[0-3s] a beach [3-5s] a city at night", 5, &["0.0", "3.0"]);
    check("00:00-00:02 a lake 00:02-00:05 a forest", 5, &["0.0", "2.0"]);
    check("Shot 1 (0-1.5s): sea. Shot 2 (1.5-5s): desert", 5, &["0.0", "1.5"]);
}

#[test]
fn marks_of_many_languages_cut() {
    check("Shot 1: a red sea. Shot 2: a red sky.", 6, &["0.0", "3.0"]);
    check("カット1：海の朝。カット2：山の夜。", 6, &["0.0", "3.0"]);
    check("샷 1: 바다의 밤. 샷 2: 도시의 밤.", 6, &["0.0", "3.0"]);
    check("镜头一：大海。镜头二：沙漠。", 6, &["0.0", "3.0"]);
    check("Ujęcie 1: plaża. Ujęcie 2: noc.", 6, &["0.0", "3.1"]);
}

#[test]
fn a_bare_cut_has_a_shot_on_each_side() {
    check("a quiet lake. Cut to a busy city", 5, &["0.0", "2.5"]);
}

#[test]
fn lens_and_counts_are_not_cuts() {
    check("A cinematic shot of 3-5 horses, shot on 35mm film", 5, &["0.0"]);
    check("Scene with 2 cats", 5, &["0.0"]);
}

#[test]
fn short_clips_hold_fewer_shots() {
    check("Shot 1: sea. Shot 2: city. Shot 3: lake. Shot 4: forest.", 3, &["0.0", "1.5"]);
}

#[test]
fn words_before_the_first_shot_hold_for_all() {
    let film = compose(&brief("Winter night. Shot 1: a lake. Shot 2: a forest."));
    let read = film.describe();
    assert_eq!(read.lines().filter(|l| l.contains("light night")).count(), read.lines().count());
}

#[test]
fn a_cut_changes_the_picture_at_once() {
    let mut brief = brief("Shot 1: a desert at noon. Shot 2: a neon city at night.");
    brief.frames = 96;
    let film = compose(&brief);
    let (before, at, after) =
        (frame(&film, &brief, 46), frame(&film, &brief, 47), frame(&film, &brief, 48));
    assert!(difference(&before, &at) < 6.0);
    assert!(difference(&at, &after) > 20.0, "no cut at half time");
}
