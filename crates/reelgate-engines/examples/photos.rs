//! Draws two pictures with what makes photographs hard, for `./gallery` to set in motion.
//!
//! `photos FOLDER`

use image::{Rgb, RgbImage};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: photos FOLDER")?);
    RgbImage::from_fn(1920, 1280, valley).save(folder.join("valley.png"))?;
    RgbImage::from_fn(1600, 1200, street).save(folder.join("street.png"))?;
    Ok(())
}

/// Sky, ridges one behind the other, and a meadow with texture.
fn valley(x: u32, y: u32) -> Rgb<u8> {
    let (u, v) = (x as f32 / 1920.0, y as f32 / 1280.0);
    let mut colour = [120.0 + 110.0 * v, 165.0 + 60.0 * v, 232.0 - 20.0 * v];
    for layer in 0..4_u8 {
        let depth = f32::from(layer);
        let ridge = 0.36
            + 0.11 * depth
            + 0.05 * (u * (5.0 + depth * 3.0) + depth * 2.0).sin()
            + 0.02 * (u * (23.0 + depth * 9.0)).sin();
        if v > ridge {
            let near = depth / 3.0;
            let leaf = (noise(x / 5, y / 5) * 40.0 + noise(x, y) * 18.0) * near;
            colour = [
                130.0 - 60.0 * near + leaf,
                150.0 - 40.0 * near + leaf,
                170.0 - 120.0 * near + leaf * 0.5,
            ];
        }
    }
    level(colour)
}

/// Houses with lit windows along a wet street.
fn street(x: u32, y: u32) -> Rgb<u8> {
    let (u, v) = (x as f32 / 1600.0, y as f32 / 1200.0);
    let mirrored = if v > 0.7 { 1.4 - v } else { v };
    let house = (u * 9.0) as u32;
    let roof = 0.25 + 0.2 * (noise(house, 7) + 0.5);
    let mut colour = [30.0 + 20.0 * v, 34.0 + 30.0 * v, 62.0 + 40.0 * v];
    if mirrored > roof {
        let tone = 40.0 + 30.0 * noise(house, 3);
        colour = [tone + 14.0, tone + 6.0, tone];
        let (wx, wy) = ((u * 54.0) as u32, (mirrored * 40.0) as u32);
        let inside = (u * 54.0).fract() > 0.35 && (mirrored * 40.0).fract() > 0.4;
        if inside && noise(wx, wy) > 0.0 {
            colour = [250.0, 205.0, 120.0];
        }
    }
    if v > 0.7 {
        let wave = 0.45 + 0.2 * noise(x / 9, y / 2);
        colour = colour.map(|c| c * wave + 10.0);
    }
    level(colour.map(|c| c + noise(x, y) * 8.0))
}

fn level(colour: [f32; 3]) -> Rgb<u8> {
    Rgb(colour.map(|c| c.clamp(0.0, 255.0) as u8))
}

/// -0.5 to 0.5, the same for the same place.
fn noise(x: u32, y: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2C1B_3C6D);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297A_2D39);
    (bits >> 8) as f32 / 16_777_216.0 - 0.5
}
