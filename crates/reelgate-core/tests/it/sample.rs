//! The smallest job and order that every test can begin with.

use reelgate_core::job::Output;
use reelgate_core::order::{Channel, Order};
use reelgate_core::{
    AccountId, Credits, Job, JobId, KeyId, Lease, ModelId, Price, Priority, Progress, Ratio,
    Resolution, Size, State, Ticket, Timestamp,
};

pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_763_690_000_000);
pub(crate) const PRICE: Credits = Credits::whole(40);
pub(crate) const TOKEN: u64 = 3;

pub(crate) fn order() -> Order {
    Order {
        model: ModelId::new("open_v1", "seedance-2.0"),
        prompt: "a river".to_owned(),
        media: Vec::new(),
        ratio: Ratio::R16x9,
        resolution: Resolution::P720,
        duration_s: 5,
        reserved_s: None,
        seed: None,
        audio: true,
        fixed_lens: false,
        channel: Channel::Standard,
        callback_url: None,
        metadata: None,
        priority: Priority::Normal,
        size: None,
        expires_in_s: None,
        follow: false,
        extra: None,
        test: false,
        remote: false,
    }
}

pub(crate) fn job(state: State) -> Job {
    Job {
        id: JobId::new(NOW, 1),
        account: AccountId::new(NOW, 2),
        key: KeyId::new(NOW, 3),
        dialect: "open_v1".to_owned(),
        order: order(),
        price: Price { credits: PRICE, version: "v".to_owned() },
        size: Size { width: 1280, height: 720 },
        seed: 7,
        state,
        attempt: 1,
        attempts_max: 3,
        leases: TOKEN,
        ticket: Ticket::None,
        deadline: NOW.plus_ms(3_600_000),
        remaining: None,
        hidden: None,
        created: NOW,
        updated: NOW,
    }
}

pub(crate) fn running(cancel_requested: bool) -> State {
    let lease = Lease { token: TOKEN, expires: NOW.plus_ms(15_000) };
    State::Running { lease, progress: Progress::default(), cancel_requested }
}

pub(crate) fn output() -> Output {
    Output {
        video: "clip/a/video.mp4".to_owned(),
        video_bytes: 1,
        video_sha256: "00".to_owned(),
        poster: "clip/a/poster.jpg".to_owned(),
        thumbnail: None,
        last_frame: "clip/a/last-frame.png".to_owned(),
        size: Size { width: 1280, height: 720 },
        frames: 120,
        duration_ms: 5000,
        has_audio: true,
        engine: "preview".to_owned(),
        removed: None,
    }
}
