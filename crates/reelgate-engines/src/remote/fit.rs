//! Can an upstream make this order? What it cannot do is never left out in silence: the order goes
//! to another engine, or is refused before anything is held.

use reelgate_core::{Field, MediaKind, Order, Ratio, Resolution, Role};

/// What a model of an upstream can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// Resolutions it makes.
    pub resolutions: Vec<Resolution>,
    /// Ratios it makes.
    pub ratios: Vec<Ratio>,
    /// Lengths it makes, in seconds.
    pub durations_s: Vec<u32>,
    /// Whether it makes sound when asked to, and none when not.
    pub audio: bool,
    /// Whether it opens on a given picture.
    pub first_frame: bool,
    /// Whether it ends on a given picture.
    pub last_frame: bool,
    /// Reference pictures, videos and sounds it takes.
    pub references: [usize; 3],
    /// Whether frames and references may come together.
    pub mixes: bool,
    /// Whether it keeps to a seed.
    pub seed: bool,
    /// Whether it can lock the camera.
    pub fixed_lens: bool,
}

/// What an operator allows an engine to leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Sound that was ordered.
    pub audio: bool,
    /// The caller's seed.
    pub seed: bool,
    /// The locked camera.
    pub fixed_lens: bool,
}

/// Why an order does not fit; reads like a refusal of that field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What cannot be made.
    pub field: Field,
    /// What can.
    pub message: String,
}

impl Ability {
    /// Everything there is in clips, for upstreams that say themselves what they refuse.
    #[must_use]
    pub fn any() -> Self {
        Self {
            resolutions: Resolution::ALL[..5].to_vec(),
            ratios: Ratio::ALL.to_vec(),
            durations_s: (1..=120).collect(),
            audio: true,
            first_frame: true,
            last_frame: true,
            references: [50, 50, 50],
            mixes: true,
            seed: true,
            fixed_lens: true,
        }
    }

    /// The first thing about an order that cannot be made, if there is one.
    #[must_use]
    pub fn misfit(&self, order: &Order, ignored: Ignored) -> Option<Misfit> {
        let no = |field, message: String| Some(Misfit { field, message });
        if order.is_still() || !self.resolutions.contains(&order.resolution) {
            let names: Vec<_> = self.resolutions.iter().map(|one| one.name()).collect();
            return no(Field::Resolution, format!("must be {} here", names.join(" or ")));
        }
        if !self.ratios.contains(&order.ratio) {
            let names: Vec<_> = self.ratios.iter().map(|one| one.name()).collect();
            return no(Field::Ratio, format!("must be {} here", names.join(" or ")));
        }
        if !self.durations_s.contains(&order.duration_s) {
            return no(Field::Duration, format!("must be {} seconds here", self.lengths()));
        }
        if order.audio && !self.audio && !ignored.audio {
            return no(Field::Audio, "must be off: this model has no sound here".to_owned());
        }
        if order.seed.is_some() && !self.seed && !ignored.seed {
            return no(Field::Seed, "cannot be chosen with this model here".to_owned());
        }
        if order.fixed_lens && !self.fixed_lens && !ignored.fixed_lens {
            return no(Field::FixedLens, "cannot be asked for with this model here".to_owned());
        }
        self.misfit_of_media(order)
    }

    /// `4 to 15`, or `5, 10`.
    fn lengths(&self) -> String {
        let (least, most) = (self.durations_s.first(), self.durations_s.last());
        match (least, most) {
            (Some(least), Some(most)) if (most - least) as usize + 1 == self.durations_s.len() => {
                format!("{least} to {most}")
            }
            _ => self.durations_s.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    fn misfit_of_media(&self, order: &Order) -> Option<Misfit> {
        let no = |field, message: String| Some(Misfit { field, message });
        let of = |role| order.media.iter().filter(move |media| media.role == role);
        if of(Role::FirstFrame).next().is_some() && !self.first_frame {
            return no(Field::FirstFrame, "is not taken by this model here".to_owned());
        }
        if of(Role::LastFrame).next().is_some() && !self.last_frame {
            return no(Field::LastFrame, "is not taken by this model here".to_owned());
        }
        let references = of(Role::Reference).count();
        if references > 0 && references < order.media.len() && !self.mixes {
            let message = "must be frames or references, not both, with this model here";
            return no(Field::Media(None), message.to_owned());
        }
        for (kind, most) in MediaKind::ALL.into_iter().zip(self.references) {
            let count = of(Role::Reference).filter(|media| media.kind == kind).count();
            if count > most {
                let message = format!("may hold at most {most} {kind} references here");
                return no(Field::Media(None), message);
            }
        }
        None
    }
}
