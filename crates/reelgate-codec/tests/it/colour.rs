//! Colours survive the way to a frame and back.

use reelgate_codec::{Rgb, colour};

#[test]
fn flat_colours_come_back_within_two_levels() {
    for level in (0..=255_u8).step_by(5) {
        for [r, g, b] in [[level; 3], [level, 0, 0], [0, level, 90], [255, level, 30]] {
            let rgb = Rgb { width: 2, height: 2, data: [r, g, b].repeat(4) };
            let back = colour::to_rgb(&colour::to_frame(&rgb));
            let worst = rgb.data.iter().zip(&back.data).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(2), "{r} {g} {b} became {:?}", &back.data[..3]);
        }
    }
}

#[test]
fn reference_colours_are_bt_709_limited_range() {
    let yuv = |rgb: [u8; 3]| {
        let frame = colour::to_frame(&Rgb { width: 2, height: 2, data: rgb.repeat(4) });
        [frame.y[0], frame.u[0], frame.v[0]]
    };
    assert_eq!(yuv([0, 0, 0]), [16, 128, 128]);
    assert_eq!(yuv([255, 255, 255]), [235, 128, 128]);
    assert_eq!(yuv([255, 0, 0]), [63, 102, 240]);
    assert_eq!(yuv([0, 255, 0]), [173, 42, 26]);
    assert_eq!(yuv([0, 0, 255]), [32, 240, 118]);
}

#[test]
fn an_odd_last_row_and_column_are_dropped() {
    let rgb = Rgb { width: 5, height: 3, data: vec![200; 45] };
    let frame = colour::to_frame(&rgb);
    assert_eq!((frame.width, frame.height), (4, 2));
}
