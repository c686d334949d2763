//! Jobs that upstreams make, against a stand-in that goes wrong as its prompts say.

use crate::harness::{Answer, Customer, START_MS, Setup, TestApp};
use crate::neighbour::Names;
use reelgate::config::{EngineConfig, Secret};
use reelgate::stand_in::script::Chance;
use reelgate::stand_in::{Options, StandIn, Summary};
use reelgate_core::ledger::EntryKind::{Capture, Grant, Hold, Release};
use reelgate_core::{FailureClass, ManualClock, ModelId, State, StateName, Ticket, Timestamp};
use serde_json::json;
use std::sync::Arc;

pub(crate) const JOBS: &str = "/api/reelgate/v1/jobs";

/// A platform that buys from a stand-in.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) upstream: StandIn,
    /// The stand-in's.
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) who: Customer,
}

pub(crate) async fn stand_in(kind: &str, clock: &Arc<ManualClock>) -> StandIn {
    let options = Options {
        kind: kind.to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        takes_ms: 0,
        chance: Chance::default(),
        clock: clock.clone(),
        names: Arc::new(Names::default()),
    };
    StandIn::start(options).await.expect("it starts")
}

fn engine(name: &str, upstream: &StandIn, keys: &[&str]) -> EngineConfig {
    engine_of("ark", "dreamina-seedance-2-0-260128", name, upstream, keys)
}

/// An engine of this kind that makes the preview's model.
pub(crate) fn engine_of(
    kind: &str,
    model: &str,
    name: &str,
    upstream: &StandIn,
    keys: &[&str],
) -> EngineConfig {
    let secret = |key: &&str| Secret::new(format!("{name}-{key}").to_uppercase(), *key);
    let keys = keys.iter().map(secret).collect();
    let config = EngineConfig::new(name, kind, &upstream.base_url(), keys);
    let mut config = config.expect("a good engine");
    config.models.insert(ModelId::new("native", "preview"), model.to_owned());
    config
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(choose: impl FnOnce(&mut EngineConfig)) -> Self {
        Self::of("ark", |upstream| {
            let mut config = engine("ark-main", upstream, &["good-key"]);
            choose(&mut config);
            config
        })
        .await
    }

    /// A platform that buys from this kind of stand-in.
    pub(crate) async fn of(kind: &str, config: impl FnOnce(&StandIn) -> EngineConfig) -> Self {
        Self::set_up(kind, |setup, upstream| setup.config.engines = vec![config(upstream)]).await
    }

    /// A platform with other settings, and a stand-in of this kind.
    pub(crate) async fn set_up(kind: &str, choose: impl FnOnce(&mut Setup, &StandIn)) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_ms(START_MS)));
        let upstream = stand_in(kind, &clock).await;
        let app = TestApp::with(|setup| {
            choose(setup, &upstream);
            setup.config.public_url = Some("https://video.example.com".parse().expect("a URL"));
        });
        let app = app.await;
        let who = app.customer().await;
        Self { app, upstream, clock, who }
    }

    pub(crate) async fn order(&self, prompt: &str) -> Answer {
        self.order_with(&json!({ "prompt": prompt, "resolution": "480p", "duration_s": 4 })).await
    }

    pub(crate) async fn order_with(&self, body: &serde_json::Value) -> Answer {
        self.app.post(JOBS, &self.who, body).await
    }

    /// Lets time pass in small steps, with everything that is due in each.
    pub(crate) async fn pass_ms(&self, ms: i64) {
        self.app.drain().await;
        for _ in 0..ms / 1000 {
            self.clock.advance_ms(1000);
            self.app.drain_after_ms(1000).await;
        }
    }

    pub(crate) async fn state(&self, id: &str) -> StateName {
        self.app.job(id).await.state.name()
    }

    pub(crate) fn made(&self) -> Summary {
        self.upstream.summary()
    }
}

#[tokio::test]
async fn a_clip_of_an_upstream_is_here_before_it_is_paid_for() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:takes=10000]").await.at("/id");
    world.app.drain().await;
    let job = world.app.job(&id).await;
    assert_eq!((job.state.name(), job.attempt), (StateName::Running, 1));
    assert!(matches!(job.ticket, Ticket::Known(_)), "{:?}", job.ticket);
    assert_eq!(world.app.money(&world.who).await.1, 2, "held");
    world.pass_ms(20_000).await;
    let job = world.app.job(&id).await;
    let State::Succeeded { output, charged, .. } = &job.state else { panic!("{:?}", job.state) };
    assert_eq!((output.size.width, output.size.height), (864, 496));
    assert_eq!((output.engine.as_str(), output.has_audio), ("ark-main", true));
    assert_eq!(*charged, job.price.credits);
    let link = world.app.get(&format!("{JOBS}/{id}"), &world.who).await.at("/output/video_url");
    assert_eq!(world.app.download(&link).await.body.len() as u64, output.video_bytes);
    let seen = world.app.get(&format!("{JOBS}/{id}"), &world.who).await;
    let moving = world.app.download(&seen.at("/output/thumbnail_url")).await;
    assert!(moving.body.starts_with(b"GIF89a"), "a small moving picture was made of it");
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Capture]);
    assert_eq!(world.made().jobs.len(), 1);
    world.app.finish().await;
}

/// Lesson 3: the answer to a create is lost, and nothing is made or paid for twice.
#[tokio::test]
async fn a_lost_answer_is_found_again_and_nothing_is_made_twice() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:lost]").await.at("/id");
    world.app.drain().await;
    assert_eq!(world.app.job(&id).await.ticket, Ticket::Asked);
    world.pass_ms(10_000).await;
    assert_eq!(world.state(&id).await, StateName::Succeeded);
    assert_eq!(world.made().jobs.len(), 1);
    world.app.finish().await;
}

/// Lesson 25: one hiccup never fails a job, and lesson 5: unknown states are no failures.
#[tokio::test]
async fn errors_and_odd_answers_on_the_way_end_no_job() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:hidden=3 errors=4 odd=3]").await.at("/id");
    world.pass_ms(200_000).await;
    assert_eq!(world.state(&id).await, StateName::Succeeded);
    assert_eq!(world.app.job(&id).await.attempt, 1);
    assert_eq!(world.made().jobs.len(), 1);
    world.app.finish().await;
}

/// Rule 7: answers that know of no job count only in a row; an error between them is no word on it.
#[tokio::test]
async fn only_many_answers_in_a_row_that_know_of_no_job_end_it() {
    let world = World::start().await;
    for looks in ["eeeeeehhhhh", "hhhhhehhhhh", "hhhhhohhhhh", "hhhhh-hhhhh"] {
        let prompt = format!("A boat [upstream:looks={looks} takes=4000]");
        let id = world.order(&prompt).await.at("/id");
        world.pass_ms(240_000).await;
        let job = world.app.job(&id).await;
        assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 1), "{looks}");
    }
    let id = world.order("A boat [upstream:looks=hhhhhh takes=900000]").await.at("/id");
    world.pass_ms(60_000).await;
    assert_eq!(world.state(&id).await, StateName::Failed);
    let answer = world.app.get(&format!("{JOBS}/{id}"), &world.who).await;
    assert!(answer.at("/error/message").contains("does not know the job"), "{}", answer.text());
    assert_eq!(answer.at("/charged"), "0");
    world.app.finish().await;
}

/// Lessons 10 to 12: what was finished and paid for upstream is not dropped by a late step.
#[tokio::test]
async fn a_clip_that_breaks_off_is_fetched_again() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:truncate=2 missing=1]").await.at("/id");
    world.pass_ms(60_000).await;
    assert_eq!(world.state(&id).await, StateName::Succeeded);
    let made = world.made();
    assert_eq!((made.jobs.len(), made.jobs[0].downloads), (1, 3));
    world.app.finish().await;
}

/// Lesson 1: a job that failed costs nothing.
#[tokio::test]
async fn a_refusal_of_the_upstream_is_told_in_our_words_and_costs_nothing() {
    for (prompt, code, words) in [
        ("[upstream:refuse=moderation*9]", "content_refused", "content rules"),
        ("[upstream:refuse=person*9]", "content_refused", "real person"),
        ("[upstream:end=moderation]", "content_refused", "the clip that came out"),
        ("[upstream:refuse=order*9]", "invalid_input", "cannot use this order"),
    ] {
        let world = World::start().await;
        let id = world.order(prompt).await.at("/id");
        world.pass_ms(10_000).await;
        let answer = world.app.get(&format!("{JOBS}/{id}"), &world.who).await;
        assert_eq!(answer.at("/error/code"), code, "{prompt}");
        assert!(answer.at("/error/message").contains(words), "{prompt}: {}", answer.text());
        for secret in ["good-key", "Request id", "InternalService", "no such"] {
            assert!(!answer.text().contains(secret), "{prompt}: {}", answer.text());
        }
        assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release]);
        world.app.finish().await;
    }
}

#[tokio::test]
async fn an_upstream_that_fails_is_asked_again_as_another_attempt() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:end=fault]").await.at("/id");
    world.pass_ms(400_000).await;
    assert_eq!(world.state(&id).await, StateName::Failed);
    let asks = world.app.app.store.asks(world.app.job_id(&id)).await.expect("asks");
    assert_eq!(asks.len(), 3);
    assert!(asks.iter().all(|ask| ask.outcome.as_deref() == Some("failed")), "{asks:?}");
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release]);
    world.app.finish().await;
}

#[tokio::test]
async fn a_busy_upstream_keeps_jobs_in_line_and_costs_no_attempt() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:refuse=busy*2]").await.at("/id");
    world.app.drain().await;
    assert_eq!(world.state(&id).await, StateName::Queued);
    world.pass_ms(10_000).await;
    let job = world.app.job(&id).await;
    assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 1));
    assert_eq!(world.made().jobs.len(), 1);
    world.app.finish().await;
}

/// Lesson 25: an empty account at the provider is no fault of a job; another key takes over.
#[tokio::test]
async fn a_key_whose_account_is_empty_rests_and_another_one_goes_on() {
    let world = World::with(|config| {
        config.keys = vec![Secret::new("POOR", "poor-key"), Secret::new("GOOD", "good-key")];
    });
    let world = world.await;
    let id = world.order("A boat").await.at("/id");
    world.pass_ms(3_000).await;
    assert_eq!(world.state(&id).await, StateName::Succeeded);
    let asks = world.app.app.store.asks(world.app.job_id(&id)).await.expect("asks");
    let told: Vec<_> = asks.iter().map(|ask| (&*ask.credential, ask.outcome.as_deref())).collect();
    assert_eq!(told, [("POOR", Some("refused")), ("GOOD", None)]);
    let health = world.app.app.upstreams.health(world.app.app.now());
    let why = health[0].rests.map(|(why, _)| why);
    assert_eq!(why, Some("the balance at the provider is used up"));
    let ready = world.app.get_without_key("/readyz").await.json();
    let expected = json!({ "keys": 2, "resting": 1, "followed": 0 });
    assert_eq!(ready["upstreams"], expected, "for whoever watches the server");
    world.app.finish().await;
}

/// An order does not wait for its deadline when every key is refused: it ends, and costs nothing.
#[tokio::test]
async fn an_order_that_no_key_may_place_ends_soon_and_costs_nothing() {
    let world = World::with(|config| {
        config.keys = vec![Secret::new("WRONG", "bad-key"), Secret::new("POOR", "poor-key")];
    });
    let world = world.await;
    let id = world.order("A boat").await.at("/id");
    world.pass_ms(10_000).await;
    assert_eq!(world.state(&id).await, StateName::Queued, "it may be mended in a moment");
    world.pass_ms(60_000).await;
    let job = world.app.job(&id).await;
    let State::Failed { failure, .. } = &job.state else { panic!("{:?}", job.state) };
    assert_eq!(failure.class, FailureClass::Provider);
    assert!(failure.message.contains("does not accept orders"), "{}", failure.message);
    let asks = world.app.app.store.asks(job.id).await.expect("asks").len();
    assert_eq!(asks, 6, "each key three times");
    let next = world.order("Another boat").await.at("/id");
    world.pass_ms(2_000).await;
    assert_eq!(world.state(&next).await, StateName::Failed, "whoever comes next need not wait");
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release, Hold, Release]);
    assert_eq!(world.made().jobs.len(), 0);
    world.app.finish().await;
}

/// Lesson 8: a cancel reaches the upstream, and the caller is not charged.
#[tokio::test]
async fn a_cancel_stops_the_upstream_too() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:takes=100000]").await.at("/id");
    world.app.drain().await;
    world.app.post(&format!("{JOBS}/{id}/cancel"), &world.who, &json!(null)).await;
    world.app.drain().await;
    assert_eq!(world.state(&id).await, StateName::Cancelled);
    assert!(world.made().jobs[0].cancelled);
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release]);
    world.app.finish().await;
}

/// Lessons 4, 17 and 18: a report has the job looked at at once. Two are as good as one, and nobody
/// else's word counts.
#[tokio::test]
async fn a_report_of_the_upstream_leads_to_one_look_and_nothing_more() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:takes=60000]").await.at("/id");
    world.app.drain().await;
    let made = world.made().jobs.remove(0);
    let address = made.body["callback_url"].as_str().expect("an address").to_owned();
    let path = address.strip_prefix("https://video.example.com").expect("ours");
    let lie = json!({ "status": "succeeded", "content": { "video_url": "http://evil.example/" } });
    assert_eq!(world.app.post(path, &world.who, &lie).await.status.as_u16(), 200);
    world.app.drain().await;
    assert_eq!(world.state(&id).await, StateName::Running, "the upstream itself says so");
    world.clock.advance_ms(61_000);
    world.app.drain().await;
    assert_eq!(world.state(&id).await, StateName::Running, "no look is due");
    for _ in 0..2 {
        assert_eq!(world.app.post(path, &world.who, &json!({})).await.status.as_u16(), 200);
        world.app.drain().await;
    }
    assert_eq!(world.state(&id).await, StateName::Succeeded);
    assert_eq!(world.made().jobs[0].downloads, 1);
    let (open, last) = path.split_at(path.len() - 1);
    let forged = format!("{open}{}", if last == "0" { "1" } else { "0" });
    assert_eq!(world.app.post(&forged, &world.who, &json!({})).await.status.as_u16(), 404);
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Capture]);
    world.app.finish().await;
}

/// Lesson 13: what is paid follows what came out.
#[tokio::test]
async fn a_smaller_or_shorter_clip_costs_its_own_price() {
    let world = World::start().await;
    let order = |prompt: &str| json!({ "prompt": prompt, "resolution": "720p", "duration_s": 5 });
    let small = world.order_with(&order("A boat [upstream:small]")).await.at("/id");
    let short = world.order_with(&order("A boat [upstream:short]")).await.at("/id");
    world.pass_ms(5_000).await;
    let charged = |answer: &Answer| answer.at("/charged");
    let of = async |id: &str| world.app.get(&format!("{JOBS}/{id}"), &world.who).await;
    assert_eq!(charged(&of(&small).await), "3", "480p, 5 s, rounded up, of 5");
    assert_eq!(charged(&of(&short).await), "4", "720p, 4 s");
    world.app.finish().await;
}

/// Sound that was ordered is never left out in silence.
#[tokio::test]
async fn what_no_engine_can_make_is_refused_before_anything_is_held() {
    let world = World::start().await;
    let body = json!({ "prompt": "A boat", "resolution": "720p", "duration_s": 20 });
    let answer = world.order_with(&body).await;
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.text());
    assert!(answer.text().contains("4 to 15 seconds"), "{}", answer.text());
    let seeded = json!({ "prompt": "A boat", "resolution": "480p", "duration_s": 4, "seed": 7 });
    let answer = world.order_with(&seeded).await;
    assert!(answer.text().contains("cannot be chosen"), "{}", answer.text());
    let silent = world.order("A boat [upstream:silent]").await.at("/id");
    world.pass_ms(5_000).await;
    let failed = world.app.get(&format!("{JOBS}/{silent}"), &world.who).await;
    assert!(failed.at("/error/message").contains("without the sound"), "{}", failed.text());
    assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release]);
    world.app.finish().await;
}

/// Lesson 6: the process dies, the upstream goes on, and somebody follows it to its end.
#[tokio::test]
async fn a_job_upstream_outlives_the_server() {
    let world = World::start().await;
    let id = world.order("A boat [upstream:takes=60000]").await.at("/id");
    world.app.drain().await;
    let app = world.app.restart_after_ms(30_000).await;
    app.drain().await;
    world.clock.advance_ms(70_000);
    app.drain_after_ms(40_000).await;
    app.drain_after_ms(20_000).await;
    let job = app.job(&id).await;
    assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 1));
    assert_eq!(world.upstream.summary().jobs.len(), 1);
    app.finish().await;
}
