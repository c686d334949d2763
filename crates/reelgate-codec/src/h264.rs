//! H.264 encoding of one closed group of pictures at a constant quantiser.
//!
//! Every group gets a fresh [`Encoder`]: state never leaks from one group into the next, which is
//! what makes clips byte-identical for any number of threads. openh264's own threads, slices, rate
//! control and scene detection stay off for the same reason.

mod ffi;

use openh264_sys2 as sys;

pub use self::ffi::CallFailed;
use crate::{FRAME_RATE, Frame};

/// Most macroblocks (16x16 squares) a picture may have: the limit of level 5.1, 4096x2304.
pub const MACROBLOCKS_MAX: usize = 36_864;

/// Shortest side openh264 accepts.
pub const SIDE_MIN: usize = 16;

/// Quantisers that make sense: below 10 files explode, above 51 the standard ends.
pub const QP_RANGE: std::ops::RangeInclusive<u8> = 10..=51;

/// Why a group could not be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The picture's sides are odd, too short, or together too large for H.264 level 5.1.
    #[error(
        "{width}x{height} cannot be encoded: sides must be even and 16 or more, area <= level 5.1"
    )]
    Size {
        /// Asked for columns.
        width: usize,
        /// Asked for rows.
        height: usize,
    },
    /// The quantiser is outside [`QP_RANGE`].
    #[error("quantiser {0} is outside 10 to 51")]
    Qp(u8),
    /// The frame handed in is not of the encoder's size.
    #[error("a frame's size differs from the clip's")]
    FrameSize,
    /// openh264 refused.
    #[error(transparent)]
    Library(#[from] CallFailed),
    /// openh264 returned success and no picture.
    #[error("openh264 returned no picture")]
    NoPicture,
}

/// The sequence and picture parameter sets, without start codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterSets {
    /// Sequence parameter set: size, level, colour.
    pub sps: Vec<u8>,
    /// Picture parameter set: entropy coder, base quantiser.
    pub pps: Vec<u8>,
}

/// One encoded picture as an MP4 stores it: NAL units, each behind its 4-byte length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Length-prefixed NAL units.
    pub data: Vec<u8>,
    /// Whether decoding can start here.
    pub sync: bool,
}

/// Encodes the frames of one closed group, in order.
#[derive(Debug)]
pub struct Encoder {
    handle: ffi::Handle,
    width: usize,
    height: usize,
    frames: u32,
    sets: ParameterSets,
}

impl Encoder {
    /// An encoder for one group of `width` x `height` pictures.
    ///
    /// # Errors
    /// [`EncodeError::Size`] or [`EncodeError::Qp`] for settings outside the bounds,
    /// [`EncodeError::Library`] when openh264 cannot start (memory).
    pub fn new(width: usize, height: usize, qp: u8) -> Result<Self, EncodeError> {
        check_size(width, height)?;
        if !QP_RANGE.contains(&qp) {
            return Err(EncodeError::Qp(qp));
        }
        let handle = ffi::Handle::open(|p| fill_parameters(p, width, height, qp))?;
        Ok(Self { handle, width, height, frames: 0, sets: ParameterSets::default() })
    }

    /// Encodes the next picture.
    ///
    /// # Errors
    /// [`EncodeError::FrameSize`] for a frame of another size, else openh264's failure.
    pub fn encode(&mut self, frame: &Frame) -> Result<Sample, EncodeError> {
        if (frame.width, frame.height) != (self.width, self.height) {
            return Err(EncodeError::FrameSize);
        }
        let time_ms = i64::from(self.frames) * 1000 / i64::from(FRAME_RATE);
        let mut sample = Sample { data: Vec::new(), sync: false };
        let sets = &mut self.sets;
        self.handle.encode(frame, time_ms, |unit| sort_unit(unit, sets, &mut sample))?;
        if sample.data.is_empty() {
            return Err(EncodeError::NoPicture);
        }
        self.frames += 1;
        Ok(sample)
    }

    /// The parameter sets, known once the first picture is encoded.
    #[must_use]
    pub fn parameter_sets(&self) -> &ParameterSets {
        &self.sets
    }
}

/// Whether pictures of this size can be encoded.
///
/// # Errors
/// [`EncodeError::Size`] when they cannot.
pub fn check_size(width: usize, height: usize) -> Result<(), EncodeError> {
    let even = width.is_multiple_of(2) && height.is_multiple_of(2);
    let long_enough = width >= SIDE_MIN && height >= SIDE_MIN;
    let macroblocks = width.div_ceil(16).saturating_mul(height.div_ceil(16));
    // The standard also bounds each side alone: at most sqrt(8 * 36864) = 543 macroblocks.
    let narrow_enough = width.max(height).div_ceil(16) <= 543;
    if even && long_enough && narrow_enough && macroblocks <= MACROBLOCKS_MAX {
        Ok(())
    } else {
        Err(EncodeError::Size { width, height })
    }
}

fn sort_unit(unit: &[u8], sets: &mut ParameterSets, sample: &mut Sample) {
    let body = strip_start_code(unit);
    let Some(header) = body.first() else { return };
    match header & 0x1f {
        7 => sets.sps = body.to_vec(),
        8 => sets.pps = body.to_vec(),
        kind => {
            sample.sync |= kind == 5;
            let length = u32::try_from(body.len()).expect("a picture is far below 4 GiB");
            sample.data.reserve(body.len() + 4);
            sample.data.extend_from_slice(&length.to_be_bytes());
            sample.data.extend_from_slice(body);
        }
    }
}

fn strip_start_code(unit: &[u8]) -> &[u8] {
    unit.strip_prefix(&[0, 0, 0, 1]).or_else(|| unit.strip_prefix(&[0, 0, 1])).unwrap_or(unit)
}

fn fill_parameters(p: &mut sys::SEncParamExt, width: usize, height: usize, qp: u8) {
    let side = |n: usize| i32::try_from(n).expect("check_size bounds both sides");
    // Not a target (rate control is off), but the level is chosen with it: about 0.1 bit a pixel.
    let bits_per_second = side(width * height / 10) * 24;
    p.iUsageType = sys::CAMERA_VIDEO_REAL_TIME;
    p.iPicWidth = side(width);
    p.iPicHeight = side(height);
    p.iTargetBitrate = bits_per_second;
    p.iRCMode = sys::RC_OFF_MODE;
    p.fMaxFrameRate = FRAME_RATE as f32;
    p.iTemporalLayerNum = 1;
    p.iSpatialLayerNum = 1;
    p.iComplexityMode = sys::LOW_COMPLEXITY;
    // 0: only the first picture is an IDR, the group is as long as the caller makes it.
    p.uiIntraPeriod = 0;
    p.iNumRefFrame = 1;
    p.eSpsPpsIdStrategy = sys::CONSTANT_ID;
    p.bPrefixNalAddingCtrl = false;
    p.bEnableSSEI = false;
    p.bSimulcastAVC = false;
    p.iPaddingFlag = 0;
    p.iEntropyCodingModeFlag = 1;
    p.bEnableFrameSkip = false;
    p.bEnableLongTermReference = false;
    p.iLTRRefNum = 0;
    p.iMultipleThreadIdc = 1;
    p.bUseLoadBalancing = false;
    p.iLoopFilterDisableIdc = 0;
    p.bEnableDenoise = false;
    p.bEnableBackgroundDetection = false;
    p.bEnableAdaptiveQuant = false;
    p.bEnableFrameCroppingFlag = true;
    p.bEnableSceneChangeDetect = false;

    let layer = &mut p.sSpatialLayers[0];
    layer.iVideoWidth = side(width);
    layer.iVideoHeight = side(height);
    layer.fFrameRate = FRAME_RATE as f32;
    layer.iSpatialBitrate = bits_per_second;
    layer.iMaxSpatialBitrate = 0;
    layer.uiProfileIdc = sys::PRO_HIGH;
    layer.uiLevelIdc = sys::LEVEL_UNKNOWN;
    layer.iDLayerQp = i32::from(qp);
    layer.sSliceArgument.uiSliceMode = sys::SM_SINGLE_SLICE;
    layer.sSliceArgument.uiSliceNum = 1;
    layer.bVideoSignalTypePresent = true;
    layer.uiVideoFormat = sys::VF_UNDEF as u8;
    layer.bFullRange = false;
    layer.bColorDescriptionPresent = true;
    layer.uiColorPrimaries = sys::CP_BT709 as u8;
    layer.uiTransferCharacteristics = sys::TRC_BT709 as u8;
    layer.uiColorMatrix = sys::CM_BT709 as u8;
    layer.bAspectRatioPresent = true;
    layer.eAspectRatio = sys::ASP_1x1;
}
