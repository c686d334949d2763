//! A whole clip: its shots, one after the other.

use std::sync::{Mutex, PoisonError};

use reelgate_codec::{FRAME_RATE, Frame, Picture, Sound};

use super::brief::{Brief, Still, StillRole};
use super::camera::Camera;
use super::paint::noise::{Dice, hash};
use super::paint::view::Eye;
use super::place;
use super::place::stage::{Easel, Moment, Stage};
use super::sound;
use super::still::{Drift, Inset, Morph, Overlay, Path, Plate, Reel, insets};
use super::whitebox::Whitebox;
use super::words::{Cut, Name, Setting, Style, cuts_of};

/// A shot that shows one picture is not shorter than this.
const SHOT_FRAMES_MIN: u32 = 24;

/// A composed clip, ready to be drawn frame by frame in any order.
pub struct Film {
    scenes: Vec<Scene>,
    frames: u32,
    seed: u32,
    easels: Mutex<Vec<Easel>>,
}

/// One shot and when it is on.
struct Scene {
    cut: Cut,
    camera: Camera,
    shown: Shown,
    /// Small pictures over it.
    insets: Vec<Inset>,
    /// What it should sound like it is.
    setting: Option<Setting>,
}

/// What a shot shows.
enum Shown {
    Stage(Box<Stage>),
    Whitebox(Box<Whitebox>),
    Drift(Box<Drift>),
    Morph(Box<Morph>),
    /// A video from this frame on, and weather over it.
    Reel(Reel, u32, Box<Overlay>),
}

/// Understands a brief and paints everything that does not change from frame to frame.
#[must_use]
pub fn compose(brief: &Brief) -> Film {
    let mut cuts = cuts_of(&brief.prompt, brief.frames, FRAME_RATE);
    let seed = brief.prompt.chars().fold(brief.seed, |seed, c| hash(seed, c as u32, 0x5EED));
    let mut casting = Casting::of(brief);
    if cuts.iter().any(|cut| cut.facts.drawn(Style::Whitebox)) {
        // A style said in any shot is the style of the film.
        cuts.iter_mut().for_each(|cut| cut.facts.draw(Style::Whitebox));
        // Its looks are for the model that it goes on to; a frame to open or end on is kept.
        casting.references.clear();
    }
    let cuts = to_the_beat(casting.share_out(cuts, brief), brief);
    let count = cuts.len();
    let scenes = cuts
        .into_iter()
        .enumerate()
        .map(|(index, Given { cut, source, beside })| {
            let beside: Vec<_> = beside.iter().map(|at| &brief.stills[*at].picture).collect();
            let insets = insets(&beside, (brief.width, brief.height));
            let dice = Dice::new(hash(seed, index as u32, 0xC0_7000));
            let place = (index, count);
            let source = source.map(|at| &brief.stills[at]);
            Scene { insets, ..scene(brief, cut, source, &casting, place, dice) }
        })
        .collect();
    Film { scenes, frames: brief.frames, seed, easels: Mutex::new(Vec::new()) }
}

/// Which handed-in picture is for what.
struct Casting {
    first: Option<usize>,
    last: Option<usize>,
    references: Vec<usize>,
}

impl Casting {
    fn of(brief: &Brief) -> Self {
        let usable = |still: &Still| still.picture.width > 0 && still.picture.height > 0;
        let with = |role: StillRole| {
            let stills = brief.stills.iter().enumerate();
            stills.filter(move |(_, s)| s.role == role && usable(s)).map(|(at, _)| at)
        };
        Self {
            first: with(StillRole::FirstFrame).next(),
            last: with(StillRole::LastFrame).next(),
            references: with(StillRole::Reference).collect(),
        }
    }

    /// The reference of a name: numbers count within a kind, and where there are not as many, among
    /// all references.
    fn find(&self, name: Name, brief: &Brief) -> Option<usize> {
        let (number, moves) = match name {
            Name::Image(number) => (number, false),
            Name::Video(number) => (number, true),
        };
        let at = number.checked_sub(1)?;
        let is_kind = |still: &&usize| brief.stills[**still].reel.is_some() == moves;
        self.references.iter().filter(is_kind).nth(at).or(self.references.get(at)).copied()
    }

    /// Gives every shot its picture, cutting shots that name several into one for each.
    fn share_out(&self, cuts: Vec<Cut>, brief: &Brief) -> Vec<Given> {
        let alone = |cut, source| Given { cut, source, beside: Vec::new() };
        if let Some(still) = self.first.or(self.last) {
            return cuts.into_iter().map(|cut| alone(cut, Some(still))).collect();
        }
        let references = &self.references;
        if references.is_empty() {
            return cuts.into_iter().map(|cut| alone(cut, None)).collect();
        }
        let named = cuts.iter().any(|cut| !cut.facts.named.is_empty());
        let one = cuts.len() == 1;
        let mut shared = Vec::new();
        for (index, cut) in cuts.into_iter().enumerate() {
            let wanted: Vec<usize> = match (named, one) {
                (true, _) => {
                    cut.facts.named.iter().filter_map(|name| self.find(*name, brief)).collect()
                }
                (false, true) => references.clone(),
                (false, false) => vec![references[index % references.len()]],
            };
            if let [source, beside @ ..] = &wanted[..]
                && !beside.is_empty()
                && (cut.facts.insets || cut.frames < SHOT_FRAMES_MIN * wanted.len() as u32)
            {
                shared.push(Given { cut, source: Some(*source), beside: beside.to_vec() });
                continue;
            }
            let parts = wanted.len().clamp(1, (cut.frames / 24).max(1) as usize) as u32;
            let mut start = cut.first_frame;
            for part in 0..parts {
                let end = cut.first_frame + cut.frames * (part + 1) / parts;
                let piece = Cut { first_frame: start, frames: end - start, ..cut.clone() };
                shared.push(alone(piece, wanted.get(part as usize).copied()));
                start = end;
            }
        }
        shared
    }
}

/// A shot and the pictures it was given: one to fill it, and some beside that.
struct Given {
    cut: Cut,
    source: Option<usize>,
    beside: Vec<usize>,
}

/// Lets cuts fall on beats of the sound, where there are any near.
fn to_the_beat(mut shots: Vec<Given>, brief: &Brief) -> Vec<Given> {
    let starts: Vec<u32> = shots.iter().map(|shot| shot.cut.first_frame).collect();
    let moved = sound::on_beats(&starts, &brief.beats, brief.frames, SHOT_FRAMES_MIN);
    let ends = moved.iter().skip(1).copied().chain([brief.frames]);
    for ((shot, start), end) in shots.iter_mut().zip(&moved).zip(ends) {
        shot.cut.first_frame = *start;
        shot.cut.frames = end.saturating_sub(*start).max(1);
    }
    shots
}

fn scene(
    brief: &Brief,
    cut: Cut,
    source: Option<&Still>,
    casting: &Casting,
    (index, count): (usize, usize),
    mut dice: Dice,
) -> Scene {
    let size = (brief.width, brief.height);
    let seconds = cut.frames as f32 / FRAME_RATE as f32;
    let camera = Camera::of(&cut.facts, brief.fixed_lens, seconds, &mut dice);
    let Some(still) = source else {
        let pace = camera.pace;
        if cut.facts.drawn(Style::Whitebox) {
            let scene = Whitebox::new(&cut.facts, size, seconds * pace, camera.clone(), dice);
            let setting = Some(scene.setting);
            let shown = Shown::Whitebox(Box::new(scene));
            return Scene { cut, camera, shown, insets: Vec::new(), setting };
        }
        let stage = place::build(&cut.facts, size, seconds * pace, camera.clone(), dice);
        let setting = Some(stage.setting);
        let shown = Shown::Stage(Box::new(stage));
        return Scene { cut, camera, shown, insets: Vec::new(), setting };
    };
    let overlay = Overlay { swarms: place::weather_over(&cut.facts, size, dice) };
    if let Some(reel) = still.reel.as_ref().filter(|reel| reel.fits(size)) {
        let setting = cut.facts.settings.first().copied();
        let shown = Shown::Reel(reel.clone(), cut.first_frame, Box::new(overlay));
        return Scene { cut, camera, shown, insets: Vec::new(), setting };
    }
    let plate = |still: &Still| Plate::new(&still.picture, brief.width, brief.height);
    let ends = index + 1 == count;
    let last = casting.last.map(|at| &brief.stills[at]);
    let setting = cut.facts.settings.first().copied();
    let shown = match last {
        Some(last) if ends && casting.first.is_some() => {
            let first = plate(still);
            let morph = Morph::new(first, plate(last), camera.is_still(), overlay);
            Shown::Morph(Box::new(morph))
        }
        Some(_) if ends => Shown::Drift(Box::new(Drift {
            plate: plate(still),
            camera: camera.clone(),
            path: Path::Lands,
            tight: 1.0,
            overlay,
        })),
        _ => {
            // Later shots of the same picture look closer, as an editor would.
            let again = casting.first.is_some() && index > 0 && !brief.fixed_lens;
            let tight = if again { 1.0 + 0.16 * (1 + index % 2) as f32 } else { 1.0 };
            let path = Path::Leaves;
            let camera = camera.clone();
            Shown::Drift(Box::new(Drift { plate: plate(still), camera, path, tight, overlay }))
        }
    };
    Scene { cut, camera, shown, insets: Vec::new(), setting }
}

impl Film {
    /// Sound to go with the picture, exactly as long.
    #[must_use]
    pub fn soundtrack(&self) -> Sound {
        let passages: Vec<sound::Passage<'_>> = self
            .scenes
            .iter()
            .map(|scene| sound::Passage {
                first_frame: scene.cut.first_frame,
                frames: scene.cut.frames,
                facts: &scene.cut.facts,
                setting: scene.setting,
            })
            .collect();
        sound::score(&passages, self.frames, self.seed)
    }

    /// What was understood, for people to read: one line a shot.
    #[must_use]
    pub fn describe(&self) -> String {
        let line = |(index, scene): (usize, &Scene)| {
            let (cut, facts) = (&scene.cut, &scene.cut.facts);
            let from = cut.first_frame as f32 / FRAME_RATE as f32;
            let to = (cut.first_frame + cut.frames) as f32 / FRAME_RATE as f32;
            let place = match (&scene.shown, scene.setting) {
                (Shown::Drift(_), _) => "given picture",
                (Shown::Reel(..), _) => "given video",
                (Shown::Morph(_), _) => "from the first picture to the last",
                (Shown::Stage(_) | Shown::Whitebox(_), Some(setting)) => setting.name(),
                (Shown::Stage(_) | Shown::Whitebox(_), None) => "open land",
            };
            let mut words = vec![format!("shot {} {from:.1}-{to:.1} s: {place}", index + 1)];
            list(&mut words, "with", facts.subjects.iter().map(|f| f.name()));
            list(&mut words, "planet", facts.globes.iter().map(|f| f.name()));
            list(&mut words, "several", facts.many.iter().map(|f| f.name()));
            list(&mut words, "doing", facts.actions.iter().map(|f| f.name()));
            list(&mut words, "light", facts.hours.iter().map(|f| f.name()));
            list(&mut words, "weather", facts.weather.iter().map(|f| f.name()));
            list(&mut words, "season", facts.seasons.iter().map(|f| f.name()));
            list(&mut words, "framing", facts.framing.iter().map(|f| f.name()));
            list(&mut words, "mood", facts.moods.iter().map(|f| f.name()));
            list(&mut words, "without", facts.left_out.iter().copied());
            words.push(format!("camera {}", scene.camera.describe()));
            if let Shown::Whitebox(shown) = &scene.shown {
                let [first, last] = shown.distances(to - from);
                words.push(format!("whitebox, subject {first:.2} m to {last:.2} m away"));
            }
            words.join("; ")
        };
        self.scenes.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn list<'a>(words: &mut Vec<String>, label: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.collect();
    if !names.is_empty() {
        words.push(format!("{label} {}", names.join(", ")));
    }
}

impl Picture for Film {
    fn draw(&self, index: u32, out: &mut Frame) {
        let at = self.scenes.iter().rposition(|s| s.cut.first_frame <= index).unwrap_or(0);
        let Some(Scene { cut, camera, shown, insets, .. }) = self.scenes.get(at) else { return };
        let since = index - cut.first_frame;
        let part = (since as f32 / cut.frames.saturating_sub(1).max(1) as f32).min(1.0);
        let clip_seconds = since as f32 / FRAME_RATE as f32;
        let seconds = clip_seconds * camera.pace;
        let moment = Moment { index, seconds, part, eye: Eye::still() };
        match shown {
            Shown::Stage(stage) => {
                let moment = Moment { eye: stage.camera.eye(part, clip_seconds), ..moment };
                let pool = || self.easels.lock().unwrap_or_else(PoisonError::into_inner);
                let mut easel = pool().pop().unwrap_or_default();
                stage.draw(&moment, &mut easel, out);
                pool().push(easel);
            }
            Shown::Whitebox(scene) => scene.draw(&moment, clip_seconds, out),
            Shown::Drift(drift) => drift.draw(&moment, clip_seconds, out),
            Shown::Morph(morph) => morph.draw(&moment, out),
            Shown::Reel(reel, from, overlay) => {
                reel.draw(*from, since, cut.frames, out);
                overlay.paint(&moment, 1.0, out);
            }
        }
        insets.iter().for_each(|inset| inset.paint(clip_seconds, out));
    }
}
