//! A death at every named step.

use crate::customer::Customer;
use crate::receiver::Receiver;
use crate::server::{Base, Place, Postgres, Server, Start};
use crate::upstream::Upstream;
use crate::{private_postgres, until, verify};
use reelgate::fault::Point;
use reelgate::stand_in::script::Chance;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Mutex;

/// Cases that run at the same time: they mostly wait for leases to run out.
const TOGETHER: usize = 8;

/// A clip that takes several heartbeats.
const LONG_S: u32 = 10;

/// How a case leads the server to its death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    /// The server dies while it starts.
    Start,
    /// Three orders, one of them cancelled.
    Orders,
    /// A clip that takes long.
    LongClip,
    /// A clip that takes long, and a stop in good order meanwhile.
    Stop,
    /// Three orders that an upstream makes, one of them cancelled.
    Upstream(&'static str),
}

struct Case {
    point: Point,
    /// It dies when it passes this often.
    nth: u32,
    story: Story,
    /// A first death, which makes the work that leads to the second.
    before: Option<Point>,
}

/// What leads to each point; `None` where `command_line.rs` does.
fn case(point: Point) -> Option<Case> {
    let (story, before) = match point {
        Point::AccountMade | Point::KeyMade => return None,
        Point::SecretMade | Point::Opened => (Story::Start, None),
        Point::Heartbeat => (Story::LongClip, None),
        Point::StopAsked | Point::HandedBack => (Story::Stop, None),
        Point::Rescued => (Story::Orders, Some(Point::EngineStarts)),
        Point::UpstreamAsked
        | Point::UpstreamAnswered
        | Point::UpstreamKnown
        | Point::UpstreamFetched => (Story::Upstream("comfyui"), None),
        _ => (Story::Orders, None),
    };
    let nth = if point == Point::RescueStarts { 2 } else { 1 };
    Some(Case { point, nth, story, before })
}

/// Points that a hand-back passes as well.
const OF_A_STOP: [Point; 2] = [Point::FinishDecided, Point::FinishCommitted];

#[test]
fn a_death_at_any_step_loses_nothing_and_charges_nothing_twice() {
    play_all(Base::Sqlite);
}

#[test]
fn a_death_at_any_step_loses_nothing_on_postgres() {
    if private_postgres::is_wanted() {
        play_all(Base::Postgres(&Postgres::start()));
    }
}

fn play_all(base: Base<'_>) {
    let mut cases: Vec<Case> = Point::ALL.iter().copied().filter_map(case).collect();
    cases.extend(OF_A_STOP.map(|point| Case { point, nth: 1, story: Story::Stop, before: None }));
    // The same steps again, later in the server's life.
    let again =
        [Point::SubmitCommitted, Point::VideoKept, Point::FinishCommitted, Point::DeliveryPosted];
    cases.extend(again.map(|point| Case { point, nth: 2, story: Story::Orders, before: None }));
    let upstreams = [
        (Point::UpstreamAnswered, Story::Upstream("ark")),
        (Point::Claimed, Story::Upstream("comfyui")),
        (Point::VideoKept, Story::Upstream("ark")),
        (Point::FinishCommitted, Story::Upstream("comfyui")),
    ];
    cases.extend(upstreams.map(|(point, story)| Case { point, nth: 1, story, before: None }));
    let left = Mutex::new(cases);
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while let Some(case) = { left.lock().expect("no panic").pop() } {
                    play(base, &case);
                }
            });
        }
    });
}

fn play(base: Base<'_>, case: &Case) {
    let what = format!("{} ({}, {:?})", case.point.name(), case.nth, case.story);
    let hook = Receiver::start();
    let place = Place::with_customer(base);
    let mut customer = Customer::new(&place.key, &hook.url);
    let upstream = match case.story {
        Story::Upstream(kind) => Some(Upstream::start(kind, 300, Chance::default())),
        _ => None,
    };
    if let (Some(upstream), Story::Upstream(kind)) = (&upstream, case.story) {
        upstream.serve(&place, kind);
    }
    if let Some(point) = case.before {
        die(&what, &place, &mut customer, case.story, point.name());
    }
    let fault = format!("{}:{}", case.point.name(), case.nth);
    die(&what, &place, &mut customer, case.story, &fault);
    verify::recovered_with(&what, &place, &mut customer, &hook, upstream.as_ref());
    if let Some(upstream) = upstream {
        upstream.check(&what);
    }
}

/// Leads a server to the fault.
fn die(what: &str, place: &Place, customer: &mut Customer, story: Story, fault: &str) {
    match (place.serve(1, Some(fault)), story) {
        (Start::Died(status), Story::Start) => assert_eq!(status.signal(), Some(9), "{what}"),
        (Start::Died(status), _) => panic!("{what}: died at once of {status}\n{}", place.log()),
        (Start::Up(_), Story::Start) => panic!("{what}: the fault was not met"),
        (Start::Up(mut server), _) => {
            match story {
                Story::Orders | Story::Start => orders(customer, &server, 1),
                // The shortest clip that every upstream makes.
                Story::Upstream(_) => orders(customer, &server, 4),
                Story::LongClip | Story::Stop => {
                    customer.plan("long", LONG_S, false);
                    customer.order(&server.address, "long");
                    if story == Story::Stop {
                        stop_while_it_runs(customer, &mut server);
                    }
                }
            }
            assert!(server.died(), "{what}: the fault was not met\n{}", place.log());
        }
    }
}

/// Whatever the customer sends after the death gets no answer, and is sent again later.
fn orders(customer: &mut Customer, server: &Server, seconds: u32) {
    for (name, with_picture) in [("a", true), ("b", false), ("c", false)] {
        customer.plan(name, seconds, with_picture && seconds == 1);
        customer.order(&server.address, name);
    }
    customer.cancel(&server.address, "c");
}

fn stop_while_it_runs(customer: &Customer, server: &mut Server) {
    let id = customer.orders["long"].acknowledged.clone().expect("accepted");
    let runs = until(30, || {
        let job = customer.job(&server.address, &id);
        job.is_some_and(|job| job["state"] == "running") || server.is_gone()
    });
    assert!(runs, "the job never runs");
    server.ask_to_stop();
}
