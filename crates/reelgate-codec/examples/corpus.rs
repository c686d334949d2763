//! Writes the corpus of careless and hostile files into a folder: seeds for the fuzz targets.
//!
//! `cargo run -p reelgate-codec --example corpus -- fuzz/corpus/image`

#[path = "../tests/it/corpus.rs"]
#[expect(dead_code, reason = "what becomes of a file is for the tests")]
mod corpus;

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("corpus"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    for specimen in corpus::corpus() {
        std::fs::write(folder.join(specimen.name), &specimen.bytes)?;
    }
    Ok(())
}
