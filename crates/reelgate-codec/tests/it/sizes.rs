//! Every size of the catalogue encodes and comes back exactly as large.

use reelgate_codec::{ClipSpec, VideoLimits, probe, psnr_luma, read_frame};

use crate::support::{clip_of, drawn, spec};

const SIZES: [(usize, usize); 24] = [
    (864, 496),
    (752, 560),
    (640, 640),
    (560, 752),
    (496, 864),
    (992, 432),
    (1280, 720),
    (1112, 834),
    (960, 960),
    (834, 1112),
    (720, 1280),
    (1470, 630),
    (1920, 1080),
    (1664, 1248),
    (1440, 1440),
    (1248, 1664),
    (1080, 1920),
    (2206, 946),
    (3840, 2160),
    (3326, 2494),
    (2880, 2880),
    (2494, 3326),
    (2160, 3840),
    (4398, 1886),
];

#[test]
fn every_size_comes_back_as_it_went_in() {
    for (width, height) in SIZES {
        let file = clip_of(&ClipSpec { sound: None, ..spec(width, height, 2) });
        let video = probe(&file).unwrap().video.unwrap();
        assert_eq!((video.width as usize, video.height as usize), (width, height));
        let frame = read_frame(&file, 1, VideoLimits::default()).unwrap();
        assert_eq!((frame.width, frame.height), (width, height));
        let psnr = psnr_luma(&frame, &drawn(width, height, 1));
        assert!(psnr > 34.0, "{width}x{height}: {psnr:.1} dB");
    }
}
