//! What kind of file some bytes are.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = reelgate_codec::sniff(file);
});
