//! Parts of a clip over HTTP, through a signed link, against tower-http's `ServeDir`.

use super::{Options, ask, ask_bare, fresh, sqlite_url};
use crate::load::Write;
use crate::product::{Product, Start};
use crate::raw::http::Bare;
use crate::report::{Report, each};
use crate::wire::Connection;
use crate::world;
use serde_json::Value;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

const CONNECTIONS: usize = 16;
/// The clip is padded to this, so that every machine serves the same.
const FILE: u64 = 8 << 20;
const PART: u64 = 1 << 20;
const ORDER: &str =
    "{\"prompt\":\"Storm over mountains\",\"duration_s\":1,\"resolution\":\"480p\"}";
const POLLS_MAX: u32 = 600;

pub(super) fn run(folder: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let data = fresh(folder, "product")?;
    let (owners, _) = world::prepare(&sqlite_url(&data), 1, 0)?;
    let product = Start { workers: 1, ..Start::on(&data) }.start()?;
    let link = clip(&product, &owners[0].secret)?;
    let file = find(&data.join("media"))?.ok_or_else(|| Error::other("no clip was stored"))?;
    std::fs::File::options().write(true).open(&file)?.set_len(FILE)?;
    std::fs::copy(&file, folder.join("clip.mp4"))?;
    let (mut bare, mut served) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let server = Bare::start(folder)?;
        bare.push(ask_bare(&server, options, CONNECTIONS, 206, &parts("/files/clip.mp4"))?);
        drop(server);
        served.push(ask(&product, options, CONNECTIONS, 206, &parts(&link))?);
    }
    let (figure, of) = (each(&served, |load| load.per_s), each(&bare, |load| load.per_s));
    let what = "1 MiB parts of a clip, 16 connections";
    report.share(what, (&figure, &of), ("/s", "ServeDir"), 100.0);
    Ok(())
}

fn parts(path: &str) -> Write {
    let path = path.to_owned();
    Rc::new(move |n, out| {
        let from = n % (FILE / PART) * PART;
        let to = from + PART - 1;
        let head = format!("GET {path} HTTP/1.1\r\nHost: h\r\nRange: bytes={from}-{to}\r\n\r\n");
        out.extend_from_slice(head.as_bytes());
    })
}

/// Orders a clip, waits for it, and answers the path of its link.
fn clip(product: &Product, secret: &str) -> Result<String> {
    let head = |line: &str, length: usize| {
        format!(
            "{line} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {secret}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(product.address).await?;
        let order = head("POST /api/reelgate/v1/jobs", ORDER.len()) + ORDER;
        connection.ask(order.as_bytes()).await?;
        let job: Value = serde_json::from_slice(&connection.body).map_err(Error::other)?;
        let id = job["id"].as_str().ok_or_else(|| Error::other(format!("no job: {job}")))?;
        let look = head(&format!("GET /api/reelgate/v1/jobs/{id}"), 0);
        for _ in 0..POLLS_MAX {
            connection.ask(look.as_bytes()).await?;
            let job: Value = serde_json::from_slice(&connection.body).map_err(Error::other)?;
            if let Some(link) = job["output"]["video_url"].as_str() {
                let at = link.find("/files/").unwrap_or(0);
                return Ok(link[at..].to_owned());
            }
            if job["state"] == "failed" {
                return Err(Error::other(format!("the clip failed: {job}")));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Error::other("the clip took too long"))
    })
}

/// The stored video.
fn find(folder: &Path) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let found = match path.is_dir() {
            true => find(&path)?,
            false => (path.extension().is_some_and(|end| end == "mp4")).then_some(path),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
