//! Renders frames of a prompt into one PNG, to look at.
//!
//! `sheet OUT.png WIDTHxHEIGHT FRAMES COLUMNS PROMPT [first=PATH] [last=PATH] [ref=PATH].. [fixed]`

use reelgate_codec::{Frame, Picture, Rgb};
use reelgate_engines::preview::{Brief, Still, StillRole, compose};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [out, size, frames, columns, prompt, rest @ ..] = &words[..] else {
        return Err("usage: sheet OUT.png WxH FRAMES COLUMNS PROMPT [first=|last=|ref=PATH]".into());
    };
    let (width, height) = size.split_once('x').ok_or("size is WxH")?;
    let (width, height): (usize, usize) = (width.parse()?, height.parse()?);
    let (frames, columns): (u32, u32) = (frames.parse()?, columns.parse()?);
    let mut stills = Vec::new();
    for word in rest {
        let (role, path) = word.split_once('=').unwrap_or((word, ""));
        let role = match role {
            "first" => StillRole::FirstFrame,
            "last" => StillRole::LastFrame,
            "ref" => StillRole::Reference,
            _ => continue,
        };
        let picture = image::open(path)?.to_rgb8();
        let (w, h) = (picture.width() as usize, picture.height() as usize);
        let picture = Rgb { width: w, height: h, data: picture.into_raw() };
        stills.push(Still { picture, role, reel: None });
    }
    let brief = Brief {
        prompt: prompt.clone(),
        width,
        height,
        frames,
        seed: 7,
        fixed_lens: rest.iter().any(|word| word == "fixed"),
        stills,
        beats: Vec::new(),
    };
    let start = cpu_ms()?;
    let film = compose(&brief);
    let composed = cpu_ms()?;
    let tile_width = (1600 / columns).min(width as u32);
    let tile_height = tile_width * height as u32 / width as u32;
    let rows = if columns > 3 { 2 } else { 1 };
    let per_row = columns.div_ceil(rows);
    let tile_width = if rows == 2 { tile_width * 2 } else { tile_width }.min(width as u32);
    let tile_height =
        if rows == 2 { tile_width * height as u32 / width as u32 } else { tile_height };
    let mut sheet = image::RgbImage::new(tile_width * per_row, tile_height * rows);
    let mut frame = Frame::black(width, height);
    let mut spent = 0.0;
    for tile in 0..columns {
        let index = tile * (frames - 1) / columns.saturating_sub(1).max(1);
        let before = cpu_ms()?;
        film.draw(index, &mut frame);
        if tile > 0 {
            spent += cpu_ms()? - before;
        }
        let small = image::imageops::thumbnail(&rgb(&frame), tile_width, tile_height);
        let (x, y) = (tile % per_row * tile_width, tile / per_row * tile_height);
        image::imageops::replace(&mut sheet, &small, i64::from(x), i64::from(y));
    }
    sheet.save(out)?;
    let ms = spent / f64::from(columns.saturating_sub(1).max(1));
    let report =
        format!("{}\ncompose {:.0} ms, {ms:.1} ms a frame\n", film.describe(), composed - start);
    std::io::Write::write_all(&mut std::io::stdout(), report.as_bytes())?;
    Ok(())
}

/// Milliseconds this thread has run: what neighbours on the machine do is left out.
fn cpu_ms() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent: f64 = stat.split_whitespace().next().ok_or("no schedstat")?.parse()?;
    Ok(spent / 1e6)
}

fn rgb(frame: &Frame) -> image::RgbImage {
    let (w, h) = (frame.width, frame.height);
    image::RgbImage::from_fn(w as u32, h as u32, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let chroma = y / 2 * (w / 2) + x / 2;
        let luma = (f32::from(frame.y[y * w + x]) - 16.0) / 219.0;
        let u = (f32::from(frame.u[chroma]) - 128.0) / 224.0;
        let v = (f32::from(frame.v[chroma]) - 128.0) / 224.0;
        let (r, b) = (luma + 1.5748 * v, luma + 1.8556 * u);
        let g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152;
        image::Rgb([r, g, b].map(|c| (c.clamp(0.0, 1.0) * 255.0 + 0.5) as u8))
    })
}
