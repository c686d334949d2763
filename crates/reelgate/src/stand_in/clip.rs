//! Clips of one colour: real files, made once for each look.

use bytes::Bytes;
use reelgate_codec::{
    ClipSpec, FRAME_RATE, Frame, Picture, Rgb, SAMPLE_RATE_HZ, Sound, encode_png, write_clip,
};
use std::collections::HashMap;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use tokio::sync::Mutex;

/// One colour needs no bits.
const QP: u8 = 40;
/// Looks that are kept.
const KEPT_MAX: usize = 64;

/// What a clip is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Look {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) seconds: u32,
    pub(super) audio: bool,
}

/// Those that were made.
#[derive(Default)]
pub(super) struct Clips(Mutex<HashMap<Look, (Bytes, Bytes)>>);

impl Clips {
    /// The clip and its last frame; nothing for a look that cannot be made.
    pub(super) async fn of(&self, look: Look) -> Option<(Bytes, Bytes)> {
        let mut kept = self.0.lock().await;
        if let Some(made) = kept.get(&look) {
            return Some(made.clone());
        }
        let made = tokio::task::spawn_blocking(move || make(look)).await.ok()??;
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(look, made.clone());
        Some(made)
    }
}

fn make(look: Look) -> Option<(Bytes, Bytes)> {
    let (width, height) = (look.width & !1, look.height & !1);
    // The real services make one frame more than whole seconds have.
    let mut spec = ClipSpec::new(width, height, look.seconds * FRAME_RATE + 1);
    spec.qp = QP;
    spec.threads = NonZeroUsize::MIN;
    let samples = vec![0.0; (look.seconds * SAMPLE_RATE_HZ) as usize];
    spec.sound = look.audio.then(|| Sound { left: samples.clone(), right: samples });
    let mut file = Cursor::new(Vec::new());
    write_clip(&spec, &Teal, &mut file, &|_| ControlFlow::Continue(())).ok()?;
    let still = Rgb { width, height, data: [40, 120, 130].repeat(width * height) };
    Some((file.into_inner().into(), encode_png(&still).ok()?.into()))
}

/// The colour.
struct Teal;

impl Picture for Teal {
    fn draw(&self, _index: u32, out: &mut Frame) {
        out.y.fill(104);
        out.u.fill(140);
        out.v.fill(96);
    }
}
