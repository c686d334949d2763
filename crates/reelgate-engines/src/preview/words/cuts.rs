//! Where one shot ends and the next begins.

use super::facts::{Facts, facts_of};

/// Shots shorter than this read as a flicker.
const SHOT_SECONDS_MIN: f32 = 1.2;
const SHOTS_MAX: usize = 12;

/// One shot of the clip.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cut {
    pub(crate) first_frame: u32,
    pub(crate) frames: u32,
    pub(crate) facts: Facts,
}

/// A piece of the prompt that describes one shot.
#[derive(Clone, Debug, Default, PartialEq)]
struct Piece {
    text: String,
    /// Start and end in seconds, when the text says so.
    span: Option<(f32, f32)>,
}

/// Splits the prompt into shots that fill `frames` frames exactly.
pub(crate) fn cuts_of(prompt: &str, frames: u32, rate: u32) -> Vec<Cut> {
    let (preface, mut pieces) = pieces_of(prompt);
    let room = (frames as f32 / rate as f32 / SHOT_SECONDS_MIN).floor().max(1.0) as usize;
    pieces.truncate(room.min(SHOTS_MAX));
    let common = facts_of(&preface);
    if pieces.is_empty() {
        return vec![Cut { first_frame: 0, frames, facts: common }];
    }
    let lengths = lengths_of(&pieces, frames, rate);
    let mut first_frame = 0;
    let mut cuts = Vec::with_capacity(pieces.len());
    let mut last = common.clone();
    for (piece, frames) in pieces.iter().zip(lengths) {
        let mut facts = facts_of(&piece.text).within(&common);
        // "He turns around" happens where the shot before it happened.
        if facts.settings.is_empty() && facts.subjects.iter().all(|s| s.home().is_none()) {
            facts.settings.clone_from(&last.settings);
        }
        if facts.hours.is_empty() {
            facts.hours.clone_from(&last.hours);
        }
        if facts.seasons.is_empty() {
            facts.seasons.clone_from(&last.seasons);
        }
        last = facts.clone();
        cuts.push(Cut { first_frame, frames, facts });
        first_frame += frames;
    }
    cuts
}

/// Frames of each piece: by its time code, else by its share of the text.
fn lengths_of(pieces: &[Piece], frames: u32, rate: u32) -> Vec<u32> {
    let weight = |piece: &Piece| match piece.span {
        Some((from, to)) => (to - from).max(0.1),
        None => 4.0 + (piece.text.chars().count() as f32).sqrt(),
    };
    let timed = pieces.iter().all(|piece| piece.span.is_some());
    let weights: Vec<f32> = if timed {
        pieces.iter().map(weight).collect()
    } else {
        pieces.iter().map(|p| weight(&Piece { text: p.text.clone(), span: None })).collect()
    };
    let total: f32 = weights.iter().sum();
    let least = ((SHOT_SECONDS_MIN * rate as f32) as u32).min(frames / pieces.len() as u32).max(1);
    let spare = frames.saturating_sub(least * pieces.len() as u32);
    let seconds = frames as f32 / rate as f32;
    // Time codes that fit the clip are kept to the frame.
    let exact = timed && (total - seconds).abs() < 0.3;
    let mut lengths = Vec::with_capacity(pieces.len());
    let (mut given, mut so_far) = (0, 0.0);
    for (index, w) in weights.iter().enumerate() {
        so_far += w / total;
        let end = if index + 1 == weights.len() {
            frames
        } else if exact {
            (so_far * frames as f32 + 0.5) as u32
        } else {
            least * (index as u32 + 1) + (so_far * spare as f32 + 0.5) as u32
        };
        lengths.push(end.saturating_sub(given).max(1));
        given = end;
    }
    lengths
}

/// The text before the first shot marker, and the marked pieces.
fn pieces_of(prompt: &str) -> (String, Vec<Piece>) {
    let letters: Vec<char> = prompt.chars().collect();
    let lower: Vec<char> = letters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let mut preface = String::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if let Some((to, span)) = marker_at(&lower, at) {
            at = to;
            match pieces.last_mut() {
                // "Shot 1 [0-3s]: ...": one shot with two marks.
                Some(last) if last.text.trim_matches(is_filler).is_empty() => {
                    last.span = last.span.or(span);
                }
                _ => pieces.push(Piece { text: String::new(), span }),
            }
        } else {
            match pieces.last_mut() {
                Some(piece) => piece.text.push(letters[at]),
                None => preface.push(letters[at]),
            }
            at += 1;
        }
    }
    pieces.retain(|piece| !piece.text.trim_matches(is_filler).is_empty());
    // "A. Cut to B": the words before a bare cut are the first shot.
    let bare_cut = find_words(&lower).is_some_and(|at| at == preface.chars().count());
    if bare_cut && !preface.trim().is_empty() {
        pieces.insert(0, Piece { text: std::mem::take(&mut preface), span: None });
    }
    (preface, pieces)
}

fn is_filler(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '：' | '、' | '。' | '–' | '—')
}

const CUT_WORDS: [&str; 10] = [
    "cut to",
    "cuts to",
    "smash cut",
    "切り替わ",
    "場面転換",
    "切到",
    "切换到",
    "컷 전환",
    "cięcie",
    "schnitt zu",
];

/// Where the first bare cut stands.
fn find_words(lower: &[char]) -> Option<usize> {
    (0..lower.len()).find(|at| {
        CUT_WORDS.iter().any(|word| starts_with(&lower[*at..], word).is_some())
            && (*at == 0 || !lower[*at - 1].is_alphabetic() || !lower[*at].is_ascii())
    })
}

/// A shot marker at `at`: one past its end, and its time code if it has one.
fn marker_at(lower: &[char], at: usize) -> Option<(usize, Option<(f32, f32)>)> {
    let rest = &lower[at..];
    let word_start = at == 0 || !lower[at - 1].is_alphanumeric() || !lower[at].is_ascii();
    if !word_start {
        return None;
    }
    if let Some(long) = CUT_WORDS.iter().find_map(|word| starts_with(rest, word)) {
        return Some((at + long, None));
    }
    numbered(rest)
        .map(|long| (at + long, None))
        .or_else(|| time_code(rest).map(|(long, span)| (at + long, Some(span))))
}

/// "Shot 2", "カット3", "镜头一", "ujęcie 1": letters taken.
fn numbered(rest: &[char]) -> Option<usize> {
    const NAMES: [&str; 22] = [
        "shot",
        "scene",
        "clip",
        "ujęcie",
        "scena",
        "カット",
        "ショット",
        "シーン",
        "샷",
        "장면",
        "컷",
        "씬",
        "镜头",
        "分镜",
        "场景",
        "鏡頭",
        "szene",
        "einstellung",
        "plano",
        "toma",
        "plan",
        "escena",
    ];
    let long = NAMES.iter().find_map(|name| starts_with(rest, name))?;
    let gap = rest[long..].iter().take_while(|c| matches!(c, ' ' | '#' | '　')).count();
    let number = rest[long + gap..]
        .iter()
        .take_while(|c| c.is_numeric() || "一二三四五六七八九十".contains(**c))
        .count();
    if number == 0 || number > 2 {
        return None;
    }
    let end = long + gap + number;
    // "shot 35mm" is a lens, not a shot.
    if rest.get(end).is_some_and(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let tail = rest[end..].iter().take_while(|c| is_tail(**c)).count();
    Some(end + tail)
}

fn is_tail(c: char) -> bool {
    matches!(c, ':' | '：' | '.' | ')' | ']' | '-' | '–' | '—' | ' ' | '、')
}

/// `[0-3s]`, `(0–3 s)`, `00:00-00:03`, `0.0s - 1.5s`: letters taken, and the seconds.
fn time_code(rest: &[char]) -> Option<(usize, (f32, f32))> {
    let bracket = usize::from(matches!(rest.first(), Some('[' | '(' | '【')));
    let (from, used, unit_a) = seconds(&rest[bracket..])?;
    let mut at = bracket + used;
    let dash = rest[at..].iter().take_while(|c| **c == ' ').count();
    at += dash;
    if !matches!(rest.get(at), Some('-' | '–' | '—' | '~' | '〜' | '～')) {
        return None;
    }
    at += 1;
    at += rest[at..].iter().take_while(|c| **c == ' ').count();
    let (to, used, unit_b) = seconds(&rest[at..])?;
    at += used;
    let closed = bracket == 1 && matches!(rest.get(at), Some(']' | ')' | '】'));
    // Bare "3-5" is a count of things; seconds need a unit, a colon or brackets.
    if to <= from || !(unit_a || unit_b || closed) {
        return None;
    }
    at += usize::from(closed);
    at += rest[at..].iter().take_while(|c| is_tail(**c)).count();
    Some((at, (from, to)))
}

/// A moment in seconds, the letters it takes, and whether it could not be anything else.
fn seconds(rest: &[char]) -> Option<(f32, usize, bool)> {
    let count = |from: usize, more: &str| {
        rest[from..].iter().take_while(|c| c.is_ascii_digit() || more.contains(**c)).count()
    };
    let first = count(0, ".");
    if first == 0 || first > 6 {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<f32> {
        rest[from..to].iter().collect::<String>().parse().ok()
    };
    let mut value: f32 = number(0, first)?;
    let mut at = first;
    let mut sure = false;
    if rest.get(at) == Some(&':') {
        let more = count(at + 1, ".");
        if more > 0 {
            value = value * 60.0 + number(at + 1, at + 1 + more)?;
            at += 1 + more;
            sure = true;
        }
    }
    for unit in ["seconds", "second", "secs", "sec", "s", "秒", "초"] {
        if let Some(long) = starts_with(&rest[at..], unit) {
            return Some((value, at + long, true));
        }
        if let Some(long) = rest.get(at + 1..).and_then(|r| starts_with(r, unit))
            && rest[at] == ' '
        {
            return Some((value, at + 1 + long, true));
        }
    }
    Some((value, at, sure))
}

fn starts_with(rest: &[char], word: &str) -> Option<usize> {
    let long = word.chars().count();
    (rest.len() >= long && word.chars().eq(rest[..long].iter().copied())).then_some(long)
}
