//! Animals on four legs: alone, in company, or with somebody on their back.

use super::super::cast::beast::Beast;
use super::super::cast::person::{self, Look};
use super::super::words::{Action, Subject};
use super::actors::{close_up, facing, gait};
use super::site::Site;
use super::stage::Moment;

/// What the people of this shot ride.
pub(super) fn mount(site: &Site<'_>) -> Option<Subject> {
    let riding = site.facts.does(Action::Ride) && site.facts.subjects.iter().any(|s| s.is_human());
    let mounts = site.facts.subjects.iter().copied().filter(|s| s.is_mount());
    riding.then(|| mounts.take(1).next()).flatten()
}

/// One animal of a kind, or a few.
pub(super) fn animals(site: &mut Site<'_>, kind: Subject, x: f32) {
    // Two animals meet: they walk towards each other.
    let way = if x > 0.02 {
        -1.0
    } else if x < -0.02 {
        1.0
    } else {
        facing(site)
    };
    if !site.facts.many.contains(&kind) {
        return animal(site, kind, x * 1.1, way, 1.0);
    }
    let beast = Beast::new(kind, &mut site.dice);
    let apart = 1.45 * size(site, &beast, kind) * if kind.is_mount() { 1.1 } else { 1.0 };
    for (place, near) in [(1.0, 0.86), (-1.0, 0.94), (0.0, 1.06)] {
        let x = x + place * apart + site.dice.range(-0.03, 0.03);
        animal(site, kind, x, way, near);
    }
}

/// Height at the withers, in frames.
fn size(site: &Site<'_>, beast: &Beast, kind: Subject) -> f32 {
    let company = site.facts.subjects.iter().any(|s| s.is_human());
    // A small animal that has the picture for itself is looked at from nearer.
    let nearer = if company || beast.height() > 0.7 || kind.is_mount() { 1.0 } else { 1.45 };
    // A very large one is looked at from farther off.
    let whole = beast.height().min(0.86 + 0.35 * (beast.height() - 0.86).max(0.0));
    site.stand.man * whole * nearer * close_up(site) * site.fit().max(0.7)
}

fn animal(site: &mut Site<'_>, kind: Subject, x: f32, way: f32, near: f32) {
    let stand = site.stand;
    let beast = Beast::new(kind, &mut site.dice);
    let rider = (mount(site) == Some(kind)).then(|| rider(site)).flatten();
    let tall = size(site, &beast, kind) * near;
    let action = gait(site).or(Some(Action::Walk));
    let speed = match action {
        Some(Action::Run) => beast.speed() * 2.2,
        Some(Action::Sit | Action::Stand) => 0.0,
        _ => beast.speed(),
    };
    let at = site.walk(x, speed * stand.man * near, way);
    let foot = stand.foot + 0.02 + 0.03 * (near - 1.0);
    let pose = move |m: &Moment| ([at(m), foot], tall, way);
    // A man's height where this animal's is one.
    let man = 1.0 / beast.height();
    site.figure(stand.distance * 0.98 / near, pose, move |m| {
        let mut parts = beast.parts(action, m.seconds);
        if let Some(look) = &rider {
            let seat = beast.saddle(action, m.seconds);
            parts.extend(person::rider(look, action, m.seconds).into_iter().map(|part| {
                let size = man * look.height();
                part.placed(|[x, y]| [seat[0] + x * size, seat[1] + y * size])
            }));
        }
        parts
    });
}

fn rider(site: &mut Site<'_>) -> Option<Look> {
    let kind = site.facts.subjects.iter().copied().find(|s| s.is_human())?;
    Some(Look::new(kind, false, &mut site.dice))
}
