//! The phrase table: finds the longest known phrase at every place of a text.

use std::collections::HashMap;
use std::sync::OnceLock;

/// One phrase of the table.
struct Phrase {
    letters: Vec<char>,
    /// The word may go on after the phrase: inflected languages.
    open: bool,
    /// Indices into [`Lexicon::facts`]: "dancing" is an action and a mood.
    facts: Vec<usize>,
}

/// The parsed `lexicon.tsv`.
pub(crate) struct Lexicon {
    /// Kind and name of each fact.
    facts: Vec<(&'static str, &'static str)>,
    /// Phrases by first letter, longest first.
    phrases: HashMap<char, Vec<Phrase>>,
}

/// A known phrase found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    /// The word ends as plurals do.
    pub(crate) several: bool,
    /// First letter and one past the last, in letters of the text.
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Lexicon {
    pub(crate) fn shared() -> &'static Lexicon {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(|| Lexicon::parse(include_str!("lexicon.tsv")))
    }

    fn parse(table: &'static str) -> Lexicon {
        let mut facts = Vec::new();
        let mut phrases: HashMap<char, Vec<Phrase>> = HashMap::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(kind), Some(name), Some(list)) =
                (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            facts.push((kind, name));
            for text in list.split(", ") {
                let open = text.ends_with('*');
                let letters: Vec<char> = text.trim_end_matches('*').chars().collect();
                let Some(first) = letters.first().copied() else { continue };
                let list = phrases.entry(first).or_default();
                let fact = facts.len() - 1;
                match list.iter_mut().find(|p| p.letters == letters && p.open == open) {
                    Some(known) => known.facts.push(fact),
                    None => list.push(Phrase { letters, open, facts: vec![fact] }),
                }
            }
        }
        for list in phrases.values_mut() {
            list.sort_by_key(|phrase| std::cmp::Reverse(phrase.letters.len()));
        }
        Lexicon { facts, phrases }
    }

    /// Every phrase found in lower-case `text`, in order, none overlapping.
    pub(crate) fn find(&self, text: &[char]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match self.longest_at(text, at) {
                Some((phrase, to)) => {
                    let several = to > at + phrase.letters.len() && text[to - 1] == 's';
                    for fact in &phrase.facts {
                        let (kind, name) = self.facts[*fact];
                        found.push(Found { kind, name, several, from: at, to });
                    }
                    at = to;
                }
                None => at += 1,
            }
        }
        found
    }

    fn longest_at(&self, text: &[char], at: usize) -> Option<(&Phrase, usize)> {
        if at > 0 && is_latin(text[at]) && is_latin(text[at - 1]) {
            return None;
        }
        let list = self.phrases.get(&text[at])?;
        list.iter().find_map(|phrase| Some((phrase, phrase.end_in(text, at)?)))
    }
}

impl Phrase {
    /// Where the phrase ends when it stands at `at`; `None` when it does not.
    fn end_in(&self, text: &[char], at: usize) -> Option<usize> {
        let end = at + self.letters.len();
        if text.get(at..end)? != self.letters {
            return None;
        }
        if !self.letters.last().copied().is_some_and(is_latin) {
            return Some(end);
        }
        let word_end = end + text[end..].iter().take_while(|c| is_latin(**c)).count();
        let tail: String = text[end..word_end].iter().collect();
        (self.open || matches!(tail.as_str(), "" | "s" | "es")).then_some(word_end)
    }
}

/// Letters of scripts that put spaces between words.
pub(crate) fn is_latin(c: char) -> bool {
    c.is_alphanumeric() && (c as u32) < 0x0500
}
