//! What a stand-in does wrong.
//!
//! A directive is `[upstream:...]` in the prompt, with words between spaces:
//! `[upstream:takes=500 lost truncate=2]`.

use serde_json::Value;

/// How a request to make something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests; with `Retry-After`.
    Busy,
    /// A fault of the server.
    Fault,
    /// The account has no money.
    Poor,
    /// The key is not accepted.
    Key,
    /// The order cannot be used.
    Order,
    /// The words are refused.
    Moderation,
    /// A face is refused.
    Person,
}

/// How a job ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// With a clip.
    #[default]
    Clip,
    /// Not at all.
    Stuck,
    /// With a fault of the service.
    Fault,
    /// The clip is refused for what it shows.
    Moderation,
    /// It is forgotten in the middle.
    Lost,
}

/// What one look at a job sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glance {
    /// Nothing: nobody knows of it.
    Hidden,
    /// An error of the service.
    Error,
    /// A status that nobody knows.
    Odd,
    /// How it is.
    Plain,
}

/// What is to go wrong with one job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// How long it takes, in milliseconds.
    pub takes_ms: Option<i64>,
    /// The first so many requests for it are refused like this.
    pub refuse: Option<(Refusal, u32)>,
    /// The job is made, and the answer never arrives.
    pub lost: bool,
    /// The first so many looks know nothing of it.
    pub hidden: u32,
    /// The first so many looks are answered with an error.
    pub errors: u32,
    /// The first so many looks are answered with a status that nobody knows.
    pub odd: u32,
    /// Further looks, one by one.
    pub looks: Vec<Glance>,
    /// How it ends.
    pub end: End,
    /// The first so many downloads break off.
    pub truncate: u32,
    /// The first so many downloads are not there.
    pub missing: u32,
    /// The end is reported twice.
    pub twice: bool,
    /// There is no sound.
    pub silent: bool,
    /// The clip is a second shorter than ordered.
    pub short: bool,
    /// The clip has half the columns and rows.
    pub small: bool,
}

/// Faults by chance, in thousandths of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chance {
    /// How many jobs something happens to.
    pub permille: u32,
    /// Where the dice begin.
    pub seed: u64,
}

impl Script {
    /// Reads the directives in a prompt; a word that is none is left alone.
    #[must_use]
    pub fn read(prompt: &str) -> Self {
        let mut script = Self::default();
        for piece in prompt.split("[upstream:").skip(1) {
            let (words, _) = piece.split_once(']').unwrap_or((piece, ""));
            for word in words.split([' ', ',']) {
                script.add(word);
            }
        }
        script
    }

    /// What chance has in store for the how many-th job; the prompt's own words come first.
    #[must_use]
    pub fn by_chance(chance: Chance, number: u64) -> Self {
        let mut dice = (chance.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1;
        for _ in 0..3 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
        }
        let mut script = Self::default();
        if dice % 1000 < u64::from(chance.permille) {
            let words = [
                "lost",
                "hidden=2",
                "errors=3",
                "odd=2",
                "truncate=2",
                "missing=2",
                "twice",
                "refuse=busy*2",
                "refuse=fault",
                "end=fault",
                "errors=1 truncate=1",
            ];
            let choice = usize::try_from(dice / 1000).unwrap_or(0) % words.len();
            words[choice].split(' ').for_each(|word| script.add(word));
        }
        script
    }

    fn add(&mut self, word: &str) {
        let (name, value) = word.split_once('=').unwrap_or((word, "1"));
        let count = value.parse().unwrap_or(1);
        match name {
            "takes" => self.takes_ms = value.parse().ok(),
            "lost" => self.lost = true,
            "hidden" => self.hidden = count,
            "errors" => self.errors = count,
            "odd" => self.odd = count,
            "looks" => self.looks = value.chars().map(Glance::of).collect(),
            "truncate" => self.truncate = count,
            "missing" => self.missing = count,
            "twice" => self.twice = true,
            "silent" => self.silent = true,
            "short" => self.short = true,
            "small" => self.small = true,
            "refuse" => {
                let (what, times) = value.split_once('*').unwrap_or((value, "1"));
                let refusal = match what {
                    "busy" => Refusal::Busy,
                    "fault" => Refusal::Fault,
                    "poor" => Refusal::Poor,
                    "key" => Refusal::Key,
                    "moderation" => Refusal::Moderation,
                    "person" => Refusal::Person,
                    _ => Refusal::Order,
                };
                self.refuse = Some((refusal, times.parse().unwrap_or(1)));
            }
            "end" => {
                self.end = match value {
                    "stuck" => End::Stuck,
                    "moderation" => End::Moderation,
                    "lost" => End::Lost,
                    _ => End::Fault,
                };
            }
            _ => {}
        }
    }
}

impl Glance {
    const fn of(letter: char) -> Self {
        match letter {
            'h' => Self::Hidden,
            'e' => Self::Error,
            'o' => Self::Odd,
            _ => Self::Plain,
        }
    }
}

/// The words in a value of any shape, so that every kind's request can carry directives.
#[must_use]
pub fn words_in(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words_in).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => fields.values().map(words_in).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_from_a_prompt() {
        let script = Script::read("A boat [upstream:takes=500 lost refuse=busy*2] at sea");
        let expected = Script {
            takes_ms: Some(500),
            lost: true,
            refuse: Some((Refusal::Busy, 2)),
            ..Script::default()
        };
        assert_eq!(script, expected);
        assert_eq!(Script::read("A boat"), Script::default());
    }

    #[test]
    fn chance_is_the_same_every_time() {
        let chance = Chance { permille: 500, seed: 7 };
        let all: Vec<_> = (0..100).map(|number| Script::by_chance(chance, number)).collect();
        let again: Vec<_> = (0..100).map(|number| Script::by_chance(chance, number)).collect();
        assert_eq!(all, again);
        let faulty = all.iter().filter(|script| **script != Script::default()).count();
        assert!((30..70).contains(&faulty), "{faulty}");
    }
}
