//! Every state against every event, as one readable table.

use crate::sample::{NOW, PRICE, TOKEN, job, output, running};
use reelgate_core::job::{Failure, Money, Refusal, next};
use reelgate_core::{
    Credits, EngineError, Event, FailureClass, Job, Progress, State, StateName, Timestamp,
};

const LATER: Timestamp = NOW.plus_ms(60_000);

fn states() -> Vec<(&'static str, Job)> {
    let failure = Failure { class: FailureClass::Provider, message: "no".to_owned() };
    let output = output();
    let spent = Job { attempt: 3, ..job(running(false)) };
    vec![
        ("queued", job(State::Queued { not_before: NOW })),
        ("queued later", job(State::Queued { not_before: LATER.plus_ms(1) })),
        ("running", job(running(false))),
        ("running, last attempt", spent),
        ("running, cancel asked", job(running(true))),
        ("succeeded", job(State::Succeeded { finished: NOW, output, charged: PRICE })),
        ("failed", job(State::Failed { finished: NOW, failure })),
        ("cancelled", job(State::Cancelled { finished: NOW })),
    ]
}

fn events() -> Vec<(&'static str, Event, Timestamp)> {
    let succeed = |token| Event::Succeed { token, output: Box::new(output()), charge: PRICE };
    let fail = |error| Event::Fail { token: TOKEN, error, retry_at: LATER };
    let progress = Progress::from_permille(500);
    let soon = NOW.plus_ms(1);
    vec![
        ("claim", Event::Claim { lease_ms: 15_000 }, LATER),
        ("heartbeat", Event::Heartbeat { token: TOKEN, lease_ms: 15_000, progress }, soon),
        ("heartbeat, stale", Event::Heartbeat { token: 2, lease_ms: 15_000, progress }, soon),
        ("succeed", succeed(TOKEN), soon),
        ("succeed, stale", succeed(2), soon),
        ("fail for good", fail(EngineError::fatal(FailureClass::Input, "bad")), soon),
        ("fail for now", fail(EngineError::passing(FailureClass::Provider, "later")), soon),
        ("hand back", fail(EngineError::stopped()), soon),
        ("lease expired", Event::LeaseExpired, LATER),
        ("lease not expired", Event::LeaseExpired, soon),
        ("cancel", Event::Cancel, soon),
        ("overdue", Event::Overdue, NOW.plus_ms(3_600_000)),
        ("not overdue", Event::Overdue, soon),
    ]
}

/// One line for what an event does: the new state, its attempt, the money and the message.
fn outcome(job: &Job, event: &Event, now: Timestamp) -> String {
    match next(job, event, now) {
        Err(Refusal::Final(_)) => "refused: final".to_owned(),
        Err(Refusal::StaleLease) => "refused: stale".to_owned(),
        Err(Refusal::NotNow(_)) => "refused: not now".to_owned(),
        Ok(next) => {
            let mut line = next.state.name().text().to_owned();
            if let State::Running { cancel_requested: true, .. } = next.state {
                line.push_str(", cancel asked");
            }
            line.push_str(&format!(" #{}", next.attempt));
            match next.money {
                Money::Keep => {}
                Money::Capture(credits) => line.push_str(&format!(", capture {credits}")),
                Money::Release => line.push_str(", release"),
            }
            if let Some(kind) = next.announce {
                line.push_str(&format!(", {}", kind.name()));
            }
            line
        }
    }
}

#[test]
fn every_event_in_every_state_has_one_known_outcome() {
    let expected = include_str!("lifecycle.txt");
    let mut found = String::new();
    for (state, job) in states() {
        for (event, happens, now) in events() {
            found
                .push_str(&format!("{state:22} | {event:18} | {}\n", outcome(&job, &happens, now)));
        }
    }
    if let Some((at, (want, got))) =
        expected.lines().zip(found.lines()).enumerate().find(|(_, (want, got))| want != got)
    {
        panic!("line {}:\n want {want}\n  got {got}\n\nwhole table:\n{found}", at + 1);
    }
    assert_eq!(expected, found);
}

#[test]
fn money_moves_exactly_when_a_job_ends() {
    for (state, job) in states() {
        for (event, happens, now) in events() {
            let Ok(next) = next(&job, &happens, now) else { continue };
            let ended = next.state.name().is_final();
            assert_eq!(next.money != Money::Keep, ended, "{state} / {event}");
            assert_eq!(next.state.finished().is_some(), ended, "{state} / {event}");
            if ended {
                assert!(next.announce.is_some_and(|kind| kind.is_final()), "{state} / {event}");
            }
        }
    }
}

#[test]
fn a_clip_is_never_charged_above_its_price() {
    for charge in [Credits::ZERO, Credits::whole(12), Credits::whole(41), Credits::from_micro(-1)] {
        let event = Event::Succeed { token: TOKEN, output: Box::new(output()), charge };
        let next = next(&job(running(false)), &event, NOW).expect("applies");
        let Money::Capture(captured) = next.money else { panic!("captures") };
        assert!(captured <= PRICE && captured >= Credits::ZERO, "{charge} became {captured}");
    }
}

#[test]
fn a_claim_gives_a_token_that_no_earlier_lease_had() {
    let claim = Event::Claim { lease_ms: 15_000 };
    let next = next(&job(State::Queued { not_before: NOW }), &claim, NOW).expect("applies");
    let State::Running { lease, .. } = next.state else { panic!("runs") };
    assert_eq!(lease.token, TOKEN + 1);
    assert_eq!(lease.expires, NOW.plus_ms(15_000));
    assert_eq!(next.leases, lease.token);
}

#[test]
fn progress_never_runs_backwards() {
    let lease = reelgate_core::Lease { token: TOKEN, expires: NOW };
    let progress = Progress::from_permille(800);
    let job = job(State::Running { lease, progress, cancel_requested: false });
    let progress = Progress::from_permille(100);
    let beat = Event::Heartbeat { token: TOKEN, lease_ms: 1, progress };
    let State::Running { progress, .. } = next(&job, &beat, NOW).expect("applies").state else {
        panic!("runs")
    };
    assert_eq!(progress.permille(), 800);
}

#[test]
fn names_of_states_read_back() {
    for name in StateName::ALL {
        assert_eq!(StateName::parse(name.text()), Some(name));
    }
}
