//! What users of such services suffer, as far as engines can cause it. Which test keeps each pain
//! away stands in the table at the end of `docs/engines.md`; those without a better place are here.

use crate::harness::{START_MS, data_uri, path_of};
use crate::pictures;
use crate::upstream::{JOBS, World, engine_of, stand_in};
use reelgate_core::ledger::EntryKind::{Capture, Grant, Hold, Release};
use reelgate_core::{ManualClock, StateName, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

const ARK_MODEL: &str = "dreamina-seedance-2-0-260128";

/// Lesson 5: what never ends upstream ends here, at its deadline and unpaid.
#[tokio::test]
async fn a_job_that_is_stuck_upstream_ends_at_its_deadline() {
    let world = World::set_up("ark", |setup, upstream| {
        setup.config.engines = vec![engine_of("ark", ARK_MODEL, "up", upstream, &["good-key"])];
        setup.config.jobs.deadline_ms = 60_000;
    });
    let world = world.await;
    let id = world.order("A boat [upstream:end=stuck]").await.at("/id");
    world.pass_ms(30_000).await;
    assert_eq!(world.state(&id).await, StateName::Running);
    world.pass_ms(40_000).await;
    assert_eq!(world.state(&id).await, StateName::Failed);
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release]);
    world.app.finish().await;
}

/// Lesson 9: a cancel meets what it finds. The second attempt counts and not the first, and a clip
/// that came at the same time is neither delivered nor charged.
#[tokio::test]
async fn a_cancel_in_a_race_settles_one_bill() {
    let world = World::start().await;
    let again = world.order("A boat [upstream:end=fault takes=20000]").await.at("/id");
    world.pass_ms(33_000).await;
    let job = world.app.job(&again).await;
    assert_eq!((job.attempt, job.state.name()), (2, StateName::Running), "the first one failed");
    let done = world.order("A boat [upstream:takes=1000]").await.at("/id");
    world.app.drain().await;
    world.clock.advance_ms(5_000);
    for id in [&again, &done] {
        world.app.post(&format!("{JOBS}/{id}/cancel"), &world.who, &Value::Null).await;
    }
    world.pass_ms(5_000).await;
    for id in [&again, &done] {
        assert_eq!(world.state(id).await, StateName::Cancelled);
        let shown = world.app.get(&format!("{JOBS}/{id}"), &world.who).await.json();
        assert_eq!((&shown["charged"], &shown["output"]), (&json!("0"), &Value::Null));
    }
    let mut entries = world.app.entries(&world.who).await;
    entries.sort_by_key(|kind| [Grant, Hold, Release].iter().position(|one| one == kind));
    assert_eq!(entries, [Grant, Hold, Hold, Release, Release]);
    world.app.finish().await;
}

/// Lesson 19: an upstream cannot have this server read what stands in its own network.
#[tokio::test]
async fn a_clip_at_a_private_address_is_not_fetched_unless_the_operator_says_so() {
    for (private_files, end) in [(false, StateName::Failed), (true, StateName::Succeeded)] {
        let world = World::of("ark", |upstream| {
            let mut config = engine_of("ark", ARK_MODEL, "up", upstream, &["good-key"]);
            // The same machine under another name: its files are at an address of their own.
            config.base_url.set_host(Some("[::ffff:127.0.0.1]")).expect("a host");
            config.private_files = private_files;
            config
        });
        let world = world.await;
        let id = world.order("A boat").await.at("/id");
        world.pass_ms(1_800_000).await;
        assert_eq!(world.state(&id).await, end, "{private_files}");
        assert_eq!(world.made().jobs[0].downloads, u32::from(private_files));
        world.app.finish().await;
    }
}

/// Lesson 21: a caller's bytes become a link that any upstream can fetch, or travel as bytes where
/// that is what it takes; nothing is left out.
#[tokio::test]
async fn a_reference_reaches_every_upstream_in_the_shape_that_it_takes() {
    let picture = pictures::png();
    let order = |resolution: &str| {
        let media = json!([{ "url": data_uri("image/png", &picture), "role": "first_frame" }]);
        let prompt = "A boat [upstream:takes=9000]";
        json!({ "prompt": prompt, "resolution": resolution, "duration_s": 5, "media": media,
                "audio": false })
    };
    for (kind, model) in [("ark", ARK_MODEL), ("openai", "wan-2.2")] {
        let engine = if kind == "openai" { "openai-videos" } else { kind };
        let world = World::of(kind, |up| engine_of(engine, model, "up", up, &["good-key"])).await;
        let answer = world.order_with(&order("480p")).await;
        assert_eq!(answer.status.as_u16(), 202, "{kind}: {}", answer.text());
        world.app.drain().await;
        let body = world.made().jobs.remove(0).body;
        if kind == "ark" {
            let link = body["content"][1]["image_url"]["url"].as_str().expect("a link");
            assert!(link.starts_with("https://video.example.com/files/"), "{link}");
            let fetched = world.app.get_without_key(&path_of(link)).await;
            assert_eq!(fetched.body, picture, "without any key");
        } else {
            assert!(body.to_string().contains("input_reference"), "{kind}: {body}");
        }
        world.pass_ms(20_000).await;
        assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Capture], "{kind}");
        world.app.finish().await;
    }
}

/// Lesson 22: servers that keep their jobs in memory are each asked for their own.
#[tokio::test]
async fn a_job_is_looked_for_at_the_replica_that_makes_it() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_ms(START_MS)));
    let second = stand_in("openai", &clock).await;
    let world = World::set_up("openai", |setup, first| {
        let engines = [("gpu-1", first), ("gpu-2", &second)];
        setup.config.engines = engines
            .map(|(name, up)| engine_of("openai-videos", "wan-2.2", name, up, &["good-key"]))
            .to_vec();
    });
    let world = world.await;
    for _ in 0..4 {
        let body = json!({ "prompt": "A boat", "resolution": "480p", "duration_s": 4,
                           "audio": false });
        world.order_with(&body).await;
    }
    world.pass_ms(10_000).await;
    let jobs = world.app.jobs(&world.who).await;
    assert!(jobs.iter().all(|job| job.state.name() == StateName::Succeeded), "{jobs:?}");
    assert_eq!((world.made().jobs.len(), second.summary().jobs.len()), (2, 2));
    world.app.finish().await;
}

/// Lesson 23: waiting is not running, and running says how far.
#[tokio::test]
async fn what_waits_here_or_there_reads_so_and_what_runs_says_how_far() {
    let world = World::with(|config| config.concurrency = 1).await;
    let first = world.order("A boat [upstream:takes=100000]").await.at("/id");
    let second = world.order("A boat").await.at("/id");
    world.pass_ms(5_000).await;
    let shown = async |id: &str| world.app.get(&format!("{JOBS}/{id}"), &world.who).await.json();
    assert_eq!(shown(&first).await["progress"], 0.0, "it waits upstream");
    assert_eq!(shown(&second).await["state"], "queued");
    assert_eq!(shown(&second).await["queue"]["ahead"], 0, "it is the next");
    world.pass_ms(130_000).await;
    for id in [&first, &second] {
        assert_eq!(shown(id).await["state"], "succeeded");
    }
    let third = world.order("A boat [upstream:takes=100000]").await.at("/id");
    world.pass_ms(50_000).await;
    let third = shown(&third).await;
    let progress = third["progress"].as_f64().expect("a number");
    assert!(progress > 0.1 && progress < 0.96, "learnt from the ones before: {third}");
    let fourth = world.order("A boat").await.at("/id");
    let eta_s = shown(&fourth).await["queue"]["eta_s"].as_u64().expect("known by now");
    assert!((60..130).contains(&eta_s), "as long as they took so far: {eta_s}");
    world.pass_ms(90_000).await;
    world.app.finish().await;
}
