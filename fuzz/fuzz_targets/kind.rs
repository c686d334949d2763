//! What kind of file some bytes are, and what else.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = reelgate_codec::sniff(file);
    let _ = reelgate_codec::stowaway(file);
});
