//! Commands at the end of a prompt, the old way to set options: `--rs 720p --dur 5`.
//!
//! Source: contract 1.4. They are read leniently: a value that cannot be used is as if it were not
//! there, and a word with dashes that is no command stays in the prompt. Fields of the body win
//! over them.

/// The commands, by their long and their short names.
const COMMANDS: [(&str, &str); 8] = [
    ("resolution", "rs"),
    ("ratio", "rt"),
    ("duration", "dur"),
    ("frames", "frames"),
    ("framespersecond", "fps"),
    ("seed", "seed"),
    ("camerafixed", "cf"),
    ("watermark", "wm"),
];

/// A prompt and the commands that stood behind it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    /// The prompt without them.
    pub(super) prompt: String,
    values: Vec<(&'static str, String)>,
}

impl Spoken {
    /// Takes the commands out of a text. A value follows after spaces or after an equals sign.
    pub(super) fn read(text: &str) -> Self {
        let mut spoken = Self::default();
        let mut rest = text;
        while let Some(at) = rest.find("--") {
            let (before, tail) = rest.split_at(at);
            let starts_word = before.chars().next_back().is_none_or(char::is_whitespace)
                && (at > 0 || !ends_in_word(&spoken.prompt));
            match command(&tail[2..]).filter(|_| starts_word) {
                Some((name, value, after)) => {
                    spoken.prompt.push_str(before);
                    spoken.values.retain(|(known, _)| *known != name);
                    spoken.values.push((name, value.to_owned()));
                    rest = after;
                }
                None => {
                    spoken.prompt.push_str(before);
                    spoken.prompt.push_str("--");
                    rest = &tail[2..];
                }
            }
        }
        spoken.prompt.push_str(rest);
        if !spoken.values.is_empty() {
            spoken.prompt = spoken.prompt.trim_end().to_owned();
        }
        spoken
    }

    /// What was said for an option, under its long name; the last one counts.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.value(name)?.parse().ok()
    }

    /// Yes or no.
    pub(super) fn answer(&self, name: &str) -> Option<bool> {
        self.value(name)?.to_ascii_lowercase().parse().ok()
    }
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| !c.is_whitespace())
}

/// The command at the beginning of a text, its value, and what follows.
fn command(text: &str) -> Option<(&'static str, &str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = word.to_ascii_lowercase();
    let (name, _) = COMMANDS.into_iter().find(|(long, short)| [*long, *short].contains(&&*word))?;
    let rest = match rest.strip_prefix('=') {
        Some(rest) => rest,
        None => {
            let value = rest.trim_start();
            if value.len() == rest.len() && !rest.is_empty() {
                return None;
            }
            value
        }
    };
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (value, after) = rest.split_at(end);
    // Two commands in a row: the first one has no value.
    if value.starts_with("--") { Some((name, "", rest)) } else { Some((name, value, after)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_out_and_other_words_stay() {
        for (text, prompt, said) in [
            ("A cat", "A cat", vec![]),
            ("A cat --rs 720p --dur 5", "A cat", vec![("resolution", "720p"), ("duration", "5")]),
            ("A cat --ratio=9:16", "A cat", vec![("ratio", "9:16")]),
            ("A cat  --cf\ttrue", "A cat", vec![("camerafixed", "true")]),
            ("A --quick cat --wm false", "A --quick cat", vec![("watermark", "false")]),
            ("one--dur 5", "one--dur 5", vec![]),
            ("A cat --seed", "A cat", vec![("seed", "")]),
            ("A cat --seed --fps 24", "A cat", vec![("seed", ""), ("framespersecond", "24")]),
            ("A cat --dur 5 --dur 7", "A cat", vec![("duration", "7")]),
            ("--rt 1:1", "", vec![("ratio", "1:1")]),
            ("dash -- dash", "dash -- dash", vec![]),
        ] {
            let spoken = Spoken::read(text);
            assert_eq!(spoken.prompt, prompt, "{text}");
            let values: Vec<_> = spoken.values.iter().map(|(n, v)| (*n, v.as_str())).collect();
            assert_eq!(values, said, "{text}");
        }
    }
}
