//! A bounded number of seeds of the platform's simulation; `reelgate-sim` plays more.

/// Seeds unless `REELGATE_TEST_SEEDS` says otherwise.
const SEEDS: u64 = 200;

#[test]
fn whatever_happens_no_job_is_lost_and_no_credit_is_taken_twice() {
    #[expect(clippy::disallowed_methods, reason = "a test's own variable")]
    let seeds = std::env::var("REELGATE_TEST_SEEDS");
    let seeds = seeds.map_or(SEEDS, |text| text.parse().expect("a number"));
    match reelgate::sim::play_all(0, seeds) {
        Ok(played) => assert!(played.ended > 0 && played.crashes > 0, "{played:?}"),
        Err(why) => panic!("{why}"),
    }
}
