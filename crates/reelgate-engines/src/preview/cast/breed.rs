//! Four-legged animals by their measures: outlines from the side, one unit high at the withers,
//! the ground at 0, looking right.

use super::super::paint::colour::Ink;
use super::super::paint::shape::Point;
use super::super::words::Subject;
use super::breeds;

/// A closed outline: x and y of its points in turn, in hundredths.
pub(super) type Outline = &'static [i16];

/// The points of an outline.
pub(super) fn points(outline: Outline) -> Vec<Point> {
    let pairs = outline.as_chunks::<2>().0.iter();
    pairs.map(|[x, y]| [f32::from(*x) / 100.0, f32::from(*y) / 100.0]).collect()
}

/// A leg: where it hangs, length and both radii of thigh and shin, then what it stands on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Leg {
    pub(super) at: Point,
    pub(super) thigh: [f32; 3],
    pub(super) shin: [f32; 3],
    /// Length of the slanting bone above a hoof.
    pub(super) pastern: f32,
    pub(super) toe: f32,
}

/// A tail: where it begins, how long and how thick it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tail {
    Hair(Point, f32),
    Stub(Point, f32),
    Tuft(Point, f32),
    Curling(Point, f32, f32),
    Wagging(Point, f32, f32),
    Brush(Point, f32, f32),
    Tufted(Point, f32, f32),
}

/// What makes a breed known from afar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Mane,
    Antlers,
    Horns,
    /// The ring of hair around a lion's face.
    Ruff,
    Wool,
    Trunk,
    /// The lower legs are dark.
    Socks,
    /// A pale place on the body.
    Body(Outline),
    /// A pale place that moves with the head.
    Face(Outline),
}

/// An animal's measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Breed {
    pub(super) coats: &'static [Ink],
    pub(super) pale: Ink,
    /// Mane, tuft and the like.
    pub(super) hair: Ink,
    pub(super) torso: Outline,
    pub(super) neck: Outline,
    pub(super) head: Outline,
    pub(super) ears: &'static [Outline],
    /// What the head nods about.
    pub(super) pivot: Point,
    pub(super) eye: Point,
    pub(super) hind: Leg,
    pub(super) fore: Leg,
    pub(super) tail: Tail,
    pub(super) marks: &'static [Mark],
    /// Height at the withers against a grown man's.
    pub(super) height: f32,
    /// Steps against a dog's.
    pub(super) pace: f32,
}

/// The measures of an animal; those of a dog for everything that has none.
pub(super) fn breed(kind: Subject) -> &'static Breed {
    match kind {
        Subject::Cat => &breeds::CAT,
        Subject::Horse => &breeds::HORSE,
        Subject::Deer => &breeds::DEER,
        Subject::Camel => &breeds::CAMEL,
        Subject::Elephant => &breeds::ELEPHANT,
        Subject::Fox => &breeds::FOX,
        Subject::Wolf => &breeds::WOLF,
        Subject::Lion => &breeds::LION,
        Subject::Tiger => &breeds::TIGER,
        Subject::Leopard => &breeds::LEOPARD,
        Subject::Bear => &breeds::BEAR,
        Subject::Cow => &breeds::COW,
        Subject::Sheep => &breeds::SHEEP,
        Subject::Rabbit => &breeds::RABBIT,
        _ => &breeds::DOG,
    }
}
