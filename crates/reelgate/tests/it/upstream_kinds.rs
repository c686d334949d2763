//! The one suite that every kind of upstream passes, each against its stand-in.

use crate::upstream::{JOBS, World, engine_of};
use reelgate_core::StateName;
use reelgate_core::ledger::EntryKind::{Capture, Grant, Hold, Release};
use serde_json::{Value, json};

/// A kind, its stand-in, a model there, and what sets it apart.
struct Kind {
    kind: &'static str,
    stand_in: &'static str,
    model: &'static str,
    /// The length that all its models make.
    seconds: u32,
    resolution: &'static str,
    /// A lost answer is found again.
    recovers: bool,
    /// It can stop a job.
    cancels: bool,
    /// It says why a clip was refused.
    tells_why: bool,
    has_sound: bool,
}

const USUAL: Kind = Kind {
    kind: "ark",
    stand_in: "ark",
    model: "dreamina-seedance-2-0-260128",
    seconds: 5,
    resolution: "480p",
    recovers: true,
    cancels: true,
    tells_why: true,
    has_sound: true,
};

const KINDS: [Kind; 9] = [
    USUAL,
    Kind { kind: "open_v1", stand_in: "open_v1", model: "seedance-2.0", recovers: false, ..USUAL },
    Kind {
        kind: "task_query",
        stand_in: "task_query",
        model: "seedance-2.0",
        resolution: "720p",
        recovers: false,
        cancels: false,
        ..USUAL
    },
    Kind {
        kind: "tasks_v1",
        stand_in: "tasks_v1",
        model: "standard",
        resolution: "720p",
        cancels: false,
        ..USUAL
    },
    Kind {
        kind: "openai-videos",
        stand_in: "openai",
        model: "wan-2.2",
        recovers: false,
        has_sound: false,
        ..USUAL
    },
    Kind {
        kind: "fal",
        stand_in: "fal",
        model: "bytedance/seedance-2.0",
        recovers: false,
        ..USUAL
    },
    Kind {
        kind: "replicate",
        stand_in: "replicate",
        model: "bytedance/seedance-2.0",
        recovers: false,
        ..USUAL
    },
    Kind {
        kind: "comfyui",
        stand_in: "comfyui",
        model: "wan",
        tells_why: false,
        has_sound: false,
        ..USUAL
    },
    // The vendor of API A once more, told by a file.
    Kind { kind: "declared", stand_in: "open_v1", model: "seedance-2.0", recovers: false, ..USUAL },
];

impl Kind {
    async fn world(&self) -> World {
        World::of(self.stand_in, |upstream| {
            let keys: &[&str] = &["good-key"];
            let file = match self.kind {
                "comfyui" => Some(workflow()),
                "declared" => Some(declared()),
                _ => None,
            };
            match file {
                None => engine_of(self.kind, self.model, "up", upstream, keys),
                // The settings read it from the engine's file.
                Some(file) => {
                    let mut config = engine_of("ark", self.model, "up", upstream, keys);
                    config.kind = self.kind.to_owned();
                    config.file = Some(file);
                    config
                }
            }
        })
        .await
    }

    async fn order(&self, world: &World, prompt: &str) -> String {
        let body = json!({
            "prompt": prompt, "resolution": self.resolution, "duration_s": self.seconds,
            "audio": self.has_sound,
        });
        let answer = world.order_with(&body).await;
        assert_eq!(answer.status.as_u16(), 202, "{}: {}", self.kind, answer.text());
        answer.at("/id")
    }
}

fn workflow() -> Value {
    json!({
        "workflow": {
            "3": { "class_type": "KSampler", "inputs": { "seed": 1, "steps": 20 } },
            "6": { "class_type": "CLIPTextEncode", "inputs": { "text": "" } },
            "8": { "class_type": "EmptyVideo", "inputs": { "width": 0, "height": 0, "length": 0 } },
        },
        "slots": {
            "prompt": "/6/inputs/text", "seed": "/3/inputs/seed", "width": "/8/inputs/width",
            "height": "/8/inputs/height", "frames": "/8/inputs/length",
        },
    })
}

fn declared() -> Value {
    let page = include_str!("../../../../examples/engines/declared.toml");
    toml::from_str(page).expect("the example reads well")
}

#[tokio::test]
async fn every_kind_brings_its_clip() {
    for kind in KINDS {
        let world = kind.world().await;
        let id = kind.order(&world, "A boat [upstream:takes=3000]").await;
        world.pass_ms(12_000).await;
        assert_eq!(world.state(&id).await, StateName::Succeeded, "{}", kind.kind);
        assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Capture], "{}", kind.kind);
        assert_eq!(world.made().jobs.len(), 1, "{}", kind.kind);
        world.app.finish().await;
    }
}

/// Lesson 3, for all: found again where the service allows it, else given up and paid back; made
/// twice never.
#[tokio::test]
async fn no_kind_makes_anything_twice_when_an_answer_is_lost() {
    for kind in KINDS {
        let world = kind.world().await;
        let id = kind.order(&world, "A boat [upstream:lost]").await;
        world.pass_ms(150_000).await;
        let made = world.made();
        assert_eq!(made.jobs.len(), 1, "{}", kind.kind);
        let end = if kind.recovers { StateName::Succeeded } else { StateName::Failed };
        assert_eq!(world.state(&id).await, end, "{}", kind.kind);
        if !kind.recovers {
            let answer = world.app.get(&format!("{JOBS}/{id}"), &world.who).await;
            assert!(answer.at("/error/message").contains("did not confirm"), "{}", answer.text());
            assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release]);
            let unknown = world.app.app.store.unknown_asks().await.expect("asks");
            assert_eq!(unknown.len(), 1, "{}", kind.kind);
        }
        world.app.finish().await;
    }
}

#[tokio::test]
async fn no_kind_fails_a_job_for_errors_on_the_way() {
    for kind in KINDS {
        let world = kind.world().await;
        let id = kind.order(&world, "A boat [upstream:hidden=2 errors=3 odd=2]").await;
        world.pass_ms(120_000).await;
        let job = world.app.job(&id).await;
        assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 1), "{}", kind.kind);
        assert_eq!(world.made().jobs.len(), 1, "{}", kind.kind);
        world.app.finish().await;
    }
}

#[tokio::test]
async fn every_kind_says_that_a_clip_was_refused() {
    for kind in KINDS.into_iter().filter(|kind| kind.tells_why) {
        let world = kind.world().await;
        let id = kind.order(&world, "A boat [upstream:end=moderation]").await;
        world.pass_ms(5_000).await;
        let answer = world.app.get(&format!("{JOBS}/{id}"), &world.who).await;
        assert_eq!(answer.at("/error/code"), "content_refused", "{}", kind.kind);
        assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release], "{}", kind.kind);
        world.app.finish().await;
    }
}

#[tokio::test]
async fn every_kind_waits_for_a_busy_upstream() {
    for kind in KINDS {
        let world = kind.world().await;
        let id = kind.order(&world, "A boat [upstream:refuse=busy*2]").await;
        world.pass_ms(15_000).await;
        let job = world.app.job(&id).await;
        assert_eq!((job.state.name(), job.attempt), (StateName::Succeeded, 1), "{}", kind.kind);
        world.app.finish().await;
    }
}

/// Lesson 8, for all that can.
#[tokio::test]
async fn a_cancel_reaches_every_kind_that_can_stop() {
    for kind in KINDS {
        let world = kind.world().await;
        let id = kind.order(&world, "A boat [upstream:takes=900000]").await;
        world.app.drain().await;
        world.app.post(&format!("{JOBS}/{id}/cancel"), &world.who, &json!(null)).await;
        world.app.drain().await;
        assert_eq!(world.state(&id).await, StateName::Cancelled, "{}", kind.kind);
        assert_eq!(world.made().jobs[0].cancelled, kind.cancels, "{}", kind.kind);
        assert_eq!(world.app.entries(&world.who).await, [Grant, Hold, Release], "{}", kind.kind);
        world.app.finish().await;
    }
}
