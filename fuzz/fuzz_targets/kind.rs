//! What kind of file some bytes are, and what else.
#![no_main]

// A panic that the codec catches is no finding; libFuzzer's hook would end the process first.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |file: &[u8]| {
    let _ = reelgate_codec::sniff(file);
    let _ = reelgate_codec::stowaway(file);
});
