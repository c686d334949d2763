//! From words to facts: what a prompt asks for, in several languages, without guessing.

mod cuts;
mod facts;
mod lexicon;

pub(crate) use cuts::{Cut, cuts_of};
pub(crate) use facts::{
    Action, Facts, Framing, Globe, Hour, Mood, Move, Name, Season, Setting, Style, Subject, Weather,
};
