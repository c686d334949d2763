//! Jobs whose worker dies, stumbles, lies or is asked to leave.

use crate::fake_engine::Act;
use crate::harness::{Customer, TestApp};
use reelgate::work::runner::Runner;
use reelgate::work::{Step, rescue};
use reelgate_core::ledger::EntryKind::{Capture, Grant, Hold, Release};
use reelgate_core::{StateName, Ticket};
use serde_json::json;

const JOBS: &str = "/api/reelgate/v1/jobs";
const LEASE_MS: i64 = 15_000;
/// Longer than any delay between two attempts.
const NEXT_ATTEMPT_MS: i64 = 400_000;

async fn order(app: &TestApp, who: &Customer) -> String {
    let body = json!({ "prompt": "A lighthouse", "resolution": "480p", "duration_s": 2 });
    app.post(JOBS, who, &body).await.at("/id")
}

async fn state(app: &TestApp, id: &str) -> StateName {
    app.job(id).await.state.name()
}

/// Starts an attempt and kills its worker in the middle, without any goodbye.
async fn die_in_the_middle(app: &TestApp) {
    app.engine.play(&[Act::WorkUntilStopped]);
    let attempt = app.render_beside();
    app.engine.begun().await;
    attempt.abort();
    assert!(attempt.await.expect_err("aborted").is_cancelled());
}

#[tokio::test]
async fn a_job_outlives_the_server_it_was_running_on() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    die_in_the_middle(&app).await;
    assert_eq!(state(&app, &id).await, StateName::Running);

    // Back before the lease is over: somebody may still be working on it.
    let app = app.restart_after_ms(1000).await;
    app.drain().await;
    assert_eq!(state(&app, &id).await, StateName::Running);
    app.drain_after_ms(LEASE_MS).await;
    let job = app.job(&id).await;
    assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 2));
    assert_eq!(app.entries(&who).await, [Grant, Hold, Capture]);
    assert_eq!(app.money(&who).await, (999, 0));
    assert_eq!(app.media_files().len(), 3, "{:?}", app.media_files());
    app.finish().await;
}

#[tokio::test]
async fn a_queued_job_outlives_the_server_too() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    let app = app.restart_after_ms(3_600_000).await;
    app.drain().await;
    assert_eq!(state(&app, &id).await, StateName::Succeeded);
    app.finish().await;
}

#[tokio::test]
async fn a_cancel_reaches_a_job_whose_worker_died() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    die_in_the_middle(&app).await;
    app.post(&format!("{JOBS}/{id}/cancel"), &who, &json!(null)).await;
    assert_eq!(state(&app, &id).await, StateName::Running);
    app.drain_after_ms(LEASE_MS).await;
    assert_eq!(state(&app, &id).await, StateName::Cancelled);
    assert_eq!(app.entries(&who).await, [Grant, Hold, Release]);
    app.finish().await;
}

/// The old worker was only slow: by the time it has its clip, another one has the job.
#[tokio::test]
async fn a_worker_that_lost_its_lease_can_do_nothing_any_more() {
    let app = TestApp::with(|setup| setup.config.jobs.heartbeat_ms = 3_600_000).await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    app.engine.play(&[Act::WaitForRelease]);
    let slow = app.render_beside();
    app.engine.begun().await;
    app.clock.advance_ms(LEASE_MS);
    assert_eq!(rescue::step(&app.app).await.expect("rescue"), Step::Did);
    app.drain().await;
    let done = app.job(&id).await;
    assert_eq!(done.state.name(), StateName::Succeeded);
    let files = app.media_files();

    app.engine.release();
    slow.await.expect("no panic");
    assert_eq!(app.job(&id).await, done);
    assert_eq!(app.media_files(), files, "what it made is thrown away");
    assert_eq!(app.entries(&who).await, [Grant, Hold, Capture]);
    app.finish().await;
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_with_the_same_order() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::Stumble, Act::Stumble]);
    let id = order(&app, &who).await;
    for attempt in 1..=2 {
        app.drain().await;
        let job = app.job(&id).await;
        assert_eq!((job.state.name(), job.attempt), (StateName::Queued, attempt));
        assert_eq!(app.money(&who).await, (1000, 1), "still held");
        app.clock.advance_ms(NEXT_ATTEMPT_MS);
    }
    app.drain().await;
    assert_eq!(state(&app, &id).await, StateName::Succeeded);
    let works = app.engine.works();
    assert_eq!(works.len(), 3);
    for work in &works {
        assert_eq!((&work.order, work.seed), (&works[0].order, works[0].seed));
        assert_eq!(work.ticket, Ticket::None);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_job_whose_attempts_are_spent_fails_and_is_refunded() {
    for act in
        [Act::Stumble, Act::LieAboutSize, Act::LieAboutLength, Act::LieAboutSound, Act::Garbage]
    {
        let app = TestApp::start().await;
        let who = app.customer().await;
        app.engine.play(&[act; 3]);
        let id = order(&app, &who).await;
        for _ in 0..5 {
            app.drain_after_ms(NEXT_ATTEMPT_MS).await;
        }
        assert_eq!(state(&app, &id).await, StateName::Failed, "{act:?}");
        assert_eq!(app.engine.works().len(), 3);
        assert_eq!(app.entries(&who).await, [Grant, Hold, Release]);
        assert_eq!(app.money(&who).await, (1000, 0));
        assert_eq!(app.media_files(), [""; 0]);
        let error = app.get(&format!("{JOBS}/{id}"), &who).await.json()["error"].clone();
        let expected = match act {
            Act::Stumble => {
                json!({ "code": "provider_error", "message": "it went dark", "blame": "provider" })
            }
            _ => json!({
                "code": "internal_error",
                "message": "the engine made a clip that was not ordered",
                "blame": "platform"
            }),
        };
        assert_eq!(error, expected);
        app.finish().await;
    }
}

#[tokio::test]
async fn a_job_whose_workers_all_die_fails_and_is_refunded() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    for _ in 0..3 {
        die_in_the_middle(&app).await;
        app.clock.advance_ms(LEASE_MS);
        assert_eq!(rescue::step(&app.app).await.expect("rescue"), Step::Did);
    }
    app.drain().await;
    let error = app.get(&format!("{JOBS}/{id}"), &who).await.json()["error"].clone();
    assert_eq!(error["code"], "worker_lost");
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_job_past_its_deadline_fails_and_is_refunded() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let id = order(&app, &who).await;
    app.clock.advance_ms(48 * 3_600_000);
    app.drain().await;
    let error = app.get(&format!("{JOBS}/{id}"), &who).await.json()["error"].clone();
    assert_eq!(error["code"], "timeout");
    assert_eq!(app.engine.works().len(), 0);
    assert_eq!(app.money(&who).await, (1000, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_server_that_stops_hands_its_job_back_whole() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    app.engine.play(&[Act::WorkUntilStopped]);
    let id = order(&app, &who).await;
    let runner = Runner::start(&app.app);
    app.engine.begun().await;
    app.app.stopping.cancel();
    runner.finish().await;
    let job = app.job(&id).await;
    assert_eq!((job.state.name(), job.attempt), (StateName::Queued, 0));
    assert_eq!(app.money(&who).await, (1000, 1));

    let app = app.restart_after_ms(1).await;
    app.drain().await;
    let job = app.job(&id).await;
    assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 1));
    app.finish().await;
}

#[tokio::test]
async fn the_loops_do_by_themselves_what_the_steps_do() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let runner = Runner::start(&app.app);
    let id = order(&app, &who).await;
    while state(&app, &id).await != StateName::Succeeded {
        tokio::task::yield_now().await;
    }
    app.app.stopping.cancel();
    runner.finish().await;
    app.finish().await;
}

/// One order after the other is taken, the oldest first.
#[tokio::test]
async fn jobs_are_taken_in_the_order_they_came() {
    let app = TestApp::start().await;
    let who = app.customer().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(app.job_id(&order(&app, &who).await));
        app.clock.advance_ms(1);
    }
    app.drain().await;
    let taken: Vec<_> = app.engine.works().iter().map(|work| work.job).collect();
    assert_eq!(taken, ids);
    app.finish().await;
}
