//! The one place that talks to C: an owned openh264 encoder handle behind safe calls.
//!
//! Policy (settings, limits, what to do with the bytes) lives in the parent module.

#![expect(unsafe_code, reason = "openh264 is a C++ library; each block says why it is sound")]

use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use openh264_sys2::{
    ENCODER_OPTION_TRACE_LEVEL, ISVCEncoder, ISVCEncoderVtbl, SEncParamExt, SFrameBSInfo,
    SSourcePicture, WELS_LOG_QUIET, source::APILoader, videoFormatI420,
};

use crate::Frame;

/// A C call that did not succeed, by name and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("openh264 {call} failed with code {code}")]
pub struct CallFailed {
    /// The function that failed.
    pub call: &'static str,
    /// What it returned.
    pub code: i32,
}

/// An initialised encoder, destroyed on drop.
///
/// Not `Send`: a chunk is encoded where its encoder was made.
#[derive(Debug)]
pub(super) struct Handle {
    raw: NonNull<ISVCEncoder>,
}

impl Handle {
    /// Creates a silent encoder and lets `fill` adjust openh264's default parameters.
    pub(super) fn open(fill: impl FnOnce(&mut SEncParamExt)) -> Result<Self, CallFailed> {
        let mut raw: *mut ISVCEncoder = ptr::null_mut();
        // SAFETY: the out-pointer is valid for the call; the result is checked below.
        let code = unsafe { APILoader::WelsCreateSVCEncoder(&raw mut raw) };
        let created = CallFailed { call: "WelsCreateSVCEncoder", code };
        // From here `drop` destroys the encoder, also when set-up fails half way.
        let handle = Self { raw: NonNull::new(raw).filter(|_| code == 0).ok_or(created)? };
        let table = handle.table();

        let mut level: c_int = WELS_LOG_QUIET as c_int;
        let set_option = table.SetOption.ok_or(missing("SetOption"))?;
        // SAFETY: the handle is live and this option reads one `int` through the pointer.
        let code = unsafe {
            set_option(raw, ENCODER_OPTION_TRACE_LEVEL, (&raw mut level).cast::<c_void>())
        };
        check("SetOption", code)?;

        let mut parameters = SEncParamExt::default();
        let defaults = table.GetDefaultParams.ok_or(missing("GetDefaultParams"))?;
        // SAFETY: the handle is live and `parameters` is a whole, writable struct.
        check("GetDefaultParams", unsafe { defaults(raw, &raw mut parameters) })?;
        fill(&mut parameters);
        let initialise = table.InitializeExt.ok_or(missing("InitializeExt"))?;
        // SAFETY: as above; openh264 copies the parameters and keeps no pointer to them.
        check("InitializeExt", unsafe { initialise(raw, &raw const parameters) })?;
        Ok(handle)
    }

    /// Encodes one frame and hands every NAL unit, start code included, to `each`.
    ///
    /// # Panics
    /// When a plane's length does not match the frame's size: C would read past its end.
    pub(super) fn encode(
        &mut self,
        frame: &Frame,
        time_ms: i64,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), CallFailed> {
        assert_eq!(frame.y.len(), frame.width * frame.height, "luma plane length");
        assert_eq!(frame.u.len(), frame.width * frame.height / 4, "chroma plane length");
        assert_eq!(frame.v.len(), frame.u.len(), "chroma planes are alike");
        let side = |n: usize| c_int::try_from(n).expect("sides were checked when opening");
        let picture = SSourcePicture {
            iColorFormat: videoFormatI420,
            iStride: [side(frame.width), side(frame.width / 2), side(frame.width / 2), 0],
            // openh264 reads the planes into its own padded copy and never writes to them.
            pData: [
                frame.y.as_ptr().cast_mut(),
                frame.u.as_ptr().cast_mut(),
                frame.v.as_ptr().cast_mut(),
                ptr::null_mut(),
            ],
            iPicWidth: side(frame.width),
            iPicHeight: side(frame.height),
            uiTimeStamp: time_ms,
            ..SSourcePicture::default()
        };
        let mut out = SFrameBSInfo::default();
        let encode = self.table().EncodeFrame.ok_or(missing("EncodeFrame"))?;
        // SAFETY: the handle is live; the planes hold as many bytes as stride and size say
        // (asserted above) and outlive the call; `out` is a whole, writable struct.
        check("EncodeFrame", unsafe {
            encode(self.raw.as_ptr(), &raw const picture, &raw mut out)
        })?;
        let layers = usize::try_from(out.iLayerNum).unwrap_or(0);
        for layer in out.sLayerInfo.iter().take(layers) {
            let count = usize::try_from(layer.iNalCount).unwrap_or(0);
            if count == 0 || layer.pNalLengthInByte.is_null() || layer.pBsBuf.is_null() {
                continue;
            }
            // SAFETY: after a successful call openh264 owns an array of `iNalCount` lengths and a
            // buffer of their sum, both untouched until the next call on this handle.
            let lengths = unsafe { std::slice::from_raw_parts(layer.pNalLengthInByte, count) };
            let total = lengths.iter().map(|n| usize::try_from(*n).unwrap_or(0)).sum();
            // SAFETY: see above.
            let mut rest = unsafe { std::slice::from_raw_parts(layer.pBsBuf, total) };
            for length in lengths {
                let (unit, tail) = rest.split_at(usize::try_from(*length).unwrap_or(0));
                each(unit);
                rest = tail;
            }
        }
        Ok(())
    }

    fn table(&self) -> &ISVCEncoderVtbl {
        // SAFETY: a live encoder starts with a pointer to its static table of functions.
        unsafe { &**self.raw.as_ptr() }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(uninitialise) = self.table().Uninitialize {
            // SAFETY: the handle is live, and openh264 accepts this on an uninitialised encoder.
            unsafe { uninitialise(self.raw.as_ptr()) };
        }
        // SAFETY: the pointer came from WelsCreateSVCEncoder and is never used again.
        unsafe { APILoader::WelsDestroySVCEncoder(self.raw.as_ptr()) };
    }
}

fn missing(call: &'static str) -> CallFailed {
    CallFailed { call, code: -1 }
}

fn check(call: &'static str, code: c_int) -> Result<(), CallFailed> {
    if code == 0 { Ok(()) } else { Err(CallFailed { call, code }) }
}
