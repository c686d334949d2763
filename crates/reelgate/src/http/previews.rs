//! Small pictures of a clip, made when they are asked for the first time and kept beside it.
//!
//! They go with the clip's other files. Making one twice writes the same bytes under the same name.

use crate::app::App;
use crate::media::ClipFile;
use bytes::Bytes;
use reelgate_codec::{FRAME_RATE, Frame, Rgb, colour, encode_jpeg, encode_webp, resize_exact};
use reelgate_core::{Error, Job, Kind, Output, Size};
use reelgate_sandbox::{FootageSpec, Media};
use std::fmt::Display;
use std::time::Duration;

/// Pictures that are made at the same time; further requests wait so long.
pub const AT_ONCE_MAX: usize = 2;
const WAIT_MAX: Duration = Duration::from_secs(20);
/// The longer side of a thumbnail, and of a moment in a sheet, in pixels.
const THUMBNAIL_SIDE: u32 = 512;
const MOMENT_SIDE: u32 = 256;
/// Moments of a sheet, evenly spaced: so many in a row, and as many rows.
const PER_ROW: usize = 5;
const QUALITY: u8 = 85;
/// Pixels of the largest clip, and some; seconds of the longest.
const PIXELS_MAX: usize = 64_000_000;
const SECONDS_MAX: u32 = 120;

/// The name of a job's thumbnail.
///
/// # Errors
/// `Busy` when too many are being made, `Internal` when it cannot be made.
pub(super) async fn thumbnail(app: &App, job: &Job, output: &Output) -> Result<String, Error> {
    let (kind, name) = beside(app, output, ClipFile::Still);
    if app.media.has(&name).await.map_err(|error| broken(job, &error))? {
        return Ok(name);
    }
    let _place = place(app).await?;
    let poster = app.media.read(&output.poster).await.map_err(|error| broken(job, &error))?;
    let poster = app.decoder.picture(Media::Bytes(&poster), PIXELS_MAX).await;
    let poster = poster.map_err(|error| broken(job, &error))?;
    let (width, height) = fit(output.size, THUMBNAIL_SIDE);
    let written = off_thread(move || encode_webp(&resize_exact(&poster, width, height))).await?;
    keep(app, job, output, kind, written.map_err(|error| broken(job, &error))?).await
}

/// The name of a sheet with moments of a job's clip, in rows from the upper left.
///
/// # Errors
/// As [`thumbnail`], and `NotFound` for what does not move.
pub(super) async fn spritesheet(app: &App, job: &Job, output: &Output) -> Result<String, Error> {
    if job.order.is_still() {
        return Err(Error::new(Kind::NotFound, "A picture has no spritesheet"));
    }
    let (kind, name) = beside(app, output, ClipFile::Spritesheet);
    if app.media.has(&name).await.map_err(|error| broken(job, &error))? {
        return Ok(name);
    }
    let _place = place(app).await?;
    let root = app.config.data.join("scratch");
    tokio::fs::create_dir_all(&root).await.map_err(|error| broken(job, &error))?;
    let prefix = format!("{}-{}-", job.id, job.leases);
    let scratch = tempfile::Builder::new().prefix(&prefix).tempdir_in(&root);
    let scratch = scratch.map_err(|error| broken(job, &error))?;
    let clip = app.media.local(&output.video, scratch.path()).await;
    let clip = clip.map_err(|error| broken(job, &error))?;
    let (width, height) = fit(output.size, MOMENT_SIDE);
    let frames_max = output.duration_ms.min(SECONDS_MAX * 1000) * FRAME_RATE / 1000;
    let frames_max = frames_max.max(1);
    let spec = FootageSpec { width, height, frames_max, pixels_max: PIXELS_MAX };
    let into = scratch.path().join("moments");
    let footage = app.decoder.footage(Media::File(&clip), spec, &into).await;
    let footage = footage.map_err(|error| broken(job, &error))?;
    let written = off_thread(move || {
        let mut sheet = Sheet::new(width, height);
        let moments = u32::try_from(PER_ROW * PER_ROW).unwrap_or(1);
        let mut frame = Frame::black(width, height);
        for moment in 0..moments {
            footage.read(footage.frames() * moment / moments, &mut frame)?;
            sheet.put(moment as usize, &colour::to_rgb(&frame));
        }
        encode_jpeg(&sheet.0, QUALITY).map_err(std::io::Error::other)
    });
    let written = written.await?.map_err(|error| broken(job, &error))?;
    keep(app, job, output, kind, written).await
}

/// Pictures of one size in a square.
struct Sheet(Rgb);

impl Sheet {
    fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width * PER_ROW, height * PER_ROW);
        Self(Rgb { width, height, data: vec![0; width * height * 3] })
    }

    fn put(&mut self, index: usize, picture: &Rgb) {
        let (column, row) = (index % PER_ROW, index / PER_ROW);
        for (y, line) in picture.data.chunks_exact(picture.width * 3).enumerate() {
            let at = ((row * picture.height + y) * self.0.width + column * picture.width) * 3;
            self.0.data[at..at + line.len()].copy_from_slice(line);
        }
    }
}

/// Even sides in the proportions of `size`, the longer one at most `side_max`.
fn fit(size: Size, side_max: u32) -> (usize, usize) {
    let longer = size.width.max(size.height).max(1);
    let side = |own: u32| {
        let scaled = u64::from(own) * u64::from(side_max.min(longer)) / u64::from(longer);
        usize::try_from(scaled / 2 * 2).unwrap_or(2).max(2)
    };
    (side(size.width), side(size.height))
}

fn beside(app: &App, output: &Output, kind: ClipFile) -> (ClipFile, String) {
    (kind, app.media.beside(&output.video, kind))
}

async fn place(app: &App) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
    match tokio::time::timeout(WAIT_MAX, app.previewing.acquire()).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(_)) | Err(_) => Err(Error::busy(1)),
    }
}

/// Work that takes a processor for a while.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a preview broke off");
        Error::internal()
    })
}

async fn keep(
    app: &App,
    job: &Job,
    output: &Output,
    kind: ClipFile,
    written: Vec<u8>,
) -> Result<String, Error> {
    let kept = app.media.put_beside(&output.video, kind, Bytes::from(written)).await;
    kept.map_err(|error| broken(job, &error))
}

fn broken(job: &Job, error: &dyn Display) -> Error {
    tracing::error!(job = %job.id, %error, "a preview could not be made");
    Error::internal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pictures_keep_their_proportions_and_have_even_sides() {
        let fit = |width, height| fit(Size { width, height }, 256);
        assert_eq!(fit(720, 1280), (144, 256));
        assert_eq!(fit(1792, 1024), (256, 146));
        assert_eq!(fit(100, 60), (100, 60), "never larger than they were");
        assert_eq!(fit(5000, 1), (256, 2));
    }

    #[test]
    fn a_moment_lands_in_its_row_and_column() {
        let mut sheet = Sheet::new(2, 2);
        let white = Rgb { width: 2, height: 2, data: vec![255; 12] };
        sheet.put(PER_ROW + 1, &white);
        let lit: Vec<_> = (0..100).filter(|pixel| sheet.0.data[pixel * 3] == 255).collect();
        assert_eq!(lit, [22, 23, 32, 33]);
    }
}
