//! The index of an MP4 or QuickTime file, and facts about sounds.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = reelgate_codec::probe(file);
});
