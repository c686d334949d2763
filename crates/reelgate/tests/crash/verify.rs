//! What must hold after any number of deaths.

use crate::customer::Customer;
use crate::receiver::Receiver;
use crate::server::{CREDITS, Place, Server};
use crate::until;
use crate::upstream::Upstream;
use reelgate_core::{Credits, Job, State};
use reelgate_store::{Options, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Lets the place recover without further faults, then checks every promise.
pub(crate) fn recovered(what: &str, place: &Place, customer: &mut Customer, hook: &Receiver) {
    recovered_with(what, place, customer, hook, None);
}

/// The same, where an upstream made the clips.
pub(crate) fn recovered_with(
    what: &str,
    place: &Place,
    customer: &mut Customer,
    hook: &Receiver,
    upstream: Option<&Upstream>,
) {
    hook.fail_every(0);
    let server = place.serve_well(2);
    // Whoever got no answer asks again.
    let names: Vec<String> = customer.orders.keys().cloned().collect();
    for name in &names {
        assert!(
            until(30, || {
                customer.order(&server.address, name);
                customer.orders[name].acknowledged.is_some()
            }),
            "{what}: {name} is never accepted"
        );
    }
    let ended = until(90, || customer.all_ended(&server.address).unwrap_or(false));
    assert!(ended, "{what}: jobs never end\n{}", place.log());
    check_answers(what, customer, &server, upstream);
    let ids: BTreeSet<String> =
        customer.orders.values().filter_map(|order| order.acknowledged.clone()).collect();
    let told = until(60, || {
        let heard = hook.heard();
        ids.iter().all(|id| heard.contains_key(id)) && is_quiet(customer, &server)
    });
    assert!(told, "{what}: webhooks are missing\n{}", place.log());
    let settled = until(60, || {
        read(place, async |store| store.stats().await.expect("counts").deliveries_pending == 0)
    });
    assert!(settled, "{what}: webhooks are never settled\n{}", place.log());
    server.stop();
    // What dead attempts left behind is looked for when a server starts.
    let server = place.serve_well(0);
    let tidy = until(30, || leftovers(place, None).is_empty());
    assert!(tidy, "{what}: left in scratch: {:?}", leftovers(place, None));
    let jobs = jobs(place);
    let tidy = until(30, || leftovers(place, Some(&jobs)).is_empty());
    assert!(tidy, "{what}: left behind: {:?}", leftovers(place, Some(&jobs)));
    server.stop();
    check_store(what, place, customer, hook, &ids);
    let audit = place.run(&["audit"], None);
    assert!(audit.status.success(), "{what}: {}", String::from_utf8_lossy(&audit.stdout));
}

/// Nothing waits, nothing runs.
fn is_quiet(customer: &Customer, server: &Server) -> bool {
    customer.get(&server.address, "/readyz").is_some_and(|answer| {
        let body = answer.json();
        answer.status == 200 && body["queued"] == 0 && body["running"] == 0
    })
}

/// Every promise in the answers: ended jobs, cancelled ones cancelled, clips that download.
fn check_answers(what: &str, customer: &Customer, server: &Server, upstream: Option<&Upstream>) {
    for (name, order) in &customer.orders {
        let id = order.acknowledged.as_deref().expect("accepted by now");
        let job = customer.job(&server.address, id).expect("an answer");
        match job["state"].as_str() {
            Some("succeeded") => {
                for link in ["video_url", "poster_url", "last_frame_url", "thumbnail_url"] {
                    let url = job["output"][link].as_str().expect("a link");
                    let path = url.find("/files/").map(|at| &url[at..]).expect("a path");
                    let file = customer.get(&server.address, path).expect("an answer");
                    assert_eq!(file.status, 200, "{what}: {link} of {name}");
                    assert!(!file.body.is_empty(), "{what}: {link} of {name} is empty");
                    if link == "video_url" {
                        check_video(what, &job, &file.body);
                    }
                }
            }
            Some("cancelled") => {}
            // Asked for, it was written; but the server died before the request left, and no list
            // can prove that.
            Some("failed") if upstream.is_some() => {
                let message = job["error"]["message"].as_str().expect("a message");
                let never_made = !upstream.is_some_and(|upstream| upstream.made(name));
                let as_planned = name.contains("moderation") && message.contains("content rules");
                let unconfirmed = never_made && message.contains("did not confirm");
                assert!(as_planned || unconfirmed, "{what}: {name}: {job}");
                assert_eq!(job["charged"], "0", "{what}: {name}: {job}");
            }
            state => panic!("{what}: {name} ended as {state:?}: {job}\n"),
        }
        if order.cancel_answered {
            assert_eq!(job["state"], "cancelled", "{what}: {name} was cancelled");
            assert_eq!(job["charged"], "0", "{what}: {name} was cancelled");
        }
    }
}

fn check_video(what: &str, job: &serde_json::Value, bytes: &[u8]) {
    use sha2::{Digest as _, Sha256};
    assert_eq!(job["output"]["bytes"], bytes.len(), "{what}: {job}");
    let sha256 = reelgate_core::key::hex(&Sha256::digest(bytes));
    assert_eq!(job["output"]["sha256"], sha256, "{what}: {job}");
    reelgate_codec::probe(bytes).expect("a playable file");
}

/// What the database says once nothing runs.
fn check_store(
    what: &str,
    place: &Place,
    customer: &Customer,
    hook: &Receiver,
    ids: &BTreeSet<String>,
) {
    let jobs = jobs(place);
    let stored: BTreeSet<String> = jobs.iter().map(|job| format!("job_{}", job.id)).collect();
    assert_eq!(&stored, ids, "{what}: one job for each order and no other");
    assert_eq!(ids.len(), customer.orders.len(), "{what}: one job for each order");
    let mut charged = Credits::ZERO;
    for job in &jobs {
        assert!(job.state.finished().is_some(), "{what}: {job:?}");
        charged = charged.checked_add(job.charged()).expect("countable");
        let id = format!("job_{}", job.id);
        let heard = hook.heard();
        let heard = heard.get(&id).unwrap_or_else(|| panic!("{what}: nothing of {id}"));
        let state = job.state.name().text().to_owned();
        assert_eq!(heard.len(), 1, "{what}: {id} is announced under one id, once: {heard:?}");
        assert_eq!(heard.first().map(|(_, state)| state), Some(&state), "{what}: {id}");
    }
    read(place, async |store| {
        let stats = store.stats().await.expect("counts");
        assert_eq!((stats.queued, stats.running), (0, 0), "{what}");
        assert_eq!(stats.deliveries_pending, 0, "{what}: {stats:?}");
        let account = store.account_by_name("customer").await.expect("readable").expect("there");
        assert_eq!(account.funds.held, Credits::ZERO, "{what}: nothing is held any more");
        let left = Credits::whole(CREDITS).checked_sub(charged).expect("never negative");
        assert_eq!(account.funds.balance, left, "{what}: charged once for each success");
    });
}

/// Every job of the customer.
fn jobs(place: &Place) -> Vec<Job> {
    read(place, async |store| {
        let account = store.account_by_name("customer").await.expect("readable").expect("there");
        let mut jobs: Vec<Job> = Vec::new();
        loop {
            let before = jobs.last().map(|job| job.id);
            let page = store.jobs(account.id, before, 1000).await.expect("readable");
            if page.is_empty() {
                return jobs;
            }
            jobs.extend(page);
        }
    })
}

fn read<T>(place: &Place, work: impl AsyncFnOnce(&Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let store = Store::open(&Options { url: place.database(), lasting: true })
            .await
            .expect("the database opens");
        let read = work(&store).await;
        store.close().await;
        read
    })
}

/// Files of attempts that nobody refers to: scratch folders, or with `jobs` clips of no job.
fn leftovers(place: &Place, jobs: Option<&[Job]>) -> Vec<String> {
    let data = place.data();
    let Some(jobs) = jobs else { return names(&data.join("scratch")) };
    let wanted: BTreeMap<&str, BTreeSet<&str>> = jobs
        .iter()
        .filter_map(|job| match &job.state {
            State::Succeeded { output, .. } => {
                let moving = output.thumbnail.iter();
                let files = [&output.video, &output.poster, &output.last_frame];
                let files = files.into_iter().chain(moving);
                let files = files.filter_map(|file| file.split('/').nth(2)).collect();
                Some((output.video.split('/').nth(1)?, files))
            }
            _ => None,
        })
        .collect();
    let clips = data.join("media/clip");
    let mut left = names(&clips);
    left.retain(|name| !wanted.contains_key(name.as_str()));
    for (name, expected) in wanted {
        let files = names(&clips.join(name));
        if files.iter().map(String::as_str).ne(expected) {
            left.push(format!("{name}: {files:?}"));
        }
    }
    left
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("readable").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}
