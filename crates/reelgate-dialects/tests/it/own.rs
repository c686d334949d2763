//! What the rest of the platform answers to the calls that only our own API has.

use crate::world;
use reelgate_core::asset::Asset;
use reelgate_core::ledger::{Delta, Entry, EntryKind, Funds};
use reelgate_core::own::{Listing, OwnCall, OwnReply, Page, UsageBy, UsageGroup, UsageRow};
use reelgate_core::{
    AccountId, AssetId, Credits, EntryId, Glimpse, KeyId, MediaKind, ModelId, Size, Timestamp,
};
use serde_json::Value;
use std::sync::Arc;

const NOW: Timestamp = Timestamp::from_ms(1_780_480_800_000);

/// An answer about one of everything; a page that is asked to be full has another one after it.
pub(crate) fn reply(call: OwnCall, file: &Value) -> OwnReply {
    match call {
        OwnCall::Jobs(_, page) => {
            let rows = vec![world::job(&file["job"])];
            OwnReply::Jobs(Listing { next: next(&page, rows[0].job.id), rows })
        }
        OwnCall::Balance => OwnReply::Balance(Funds {
            balance: Credits::whole(970),
            held: Credits::from_micro(12_800_000),
        }),
        OwnCall::Statement(page) => {
            let rows = vec![entry()];
            OwnReply::Statement(Listing { next: next(&page, rows[0].id), rows })
        }
        OwnCall::Usage(query) => {
            let group = match query.by {
                UsageBy::Day => UsageGroup::Day(NOW),
                UsageBy::Model => UsageGroup::Model(ModelId::from_text("native/preview")),
                UsageBy::Key => UsageGroup::Key(KeyId::new(NOW, 5)),
            };
            let row = UsageRow {
                group,
                jobs: 7,
                succeeded: 4,
                failed: 2,
                cancelled: 1,
                charged: Credits::from_micro(51_200_000),
            };
            OwnReply::Usage(query, vec![row])
        }
        OwnCall::Assets(page) => {
            let rows = vec![asset()];
            OwnReply::Assets(Listing { next: next(&page, rows[0].id), rows })
        }
        OwnCall::Asset(id) | OwnCall::DeleteAsset(id) => {
            assert_eq!(id, asset().id);
            OwnReply::Asset(asset())
        }
        OwnCall::Share(_, seconds) => OwnReply::Shared {
            url: "https://media.example/shared.mp4".to_owned(),
            expires: NOW.plus_ms(seconds * 1000),
        },
        OwnCall::Glimpse(_) => {
            OwnReply::Glimpse(Arc::new(Glimpse { frame: 7, jpeg: b"JPEG".to_vec() }))
        }
        OwnCall::DeleteJob(_) | OwnCall::WatchJob(_) | OwnCall::Watch | OwnCall::Upload(_) => {
            panic!("the gateway answers {call:?} in another way")
        }
    }
}

pub(crate) fn next<C>(page: &Page<C>, last: C) -> Option<C> {
    (page.limit == 1).then_some(last)
}

fn entry() -> Entry {
    Entry {
        id: EntryId::new(NOW, 3),
        account: AccountId::new(NOW, 1),
        job: Some(world::id()),
        kind: EntryKind::Capture,
        delta: Delta { balance: Credits::whole(-40), held: Credits::whole(-40) },
        note: String::new(),
        at: NOW,
    }
}

pub(crate) fn asset() -> Asset {
    Asset {
        id: AssetId::new(NOW, 4),
        account: AccountId::new(NOW, 1),
        name: "cat.png".to_owned(),
        kind: MediaKind::Image,
        stored: format!("reference/{}.png", "ab".repeat(32)),
        bytes: 68_000,
        size: Some(Size { width: 1280, height: 720 }),
        test: false,
        created: NOW,
        used: NOW,
    }
}
