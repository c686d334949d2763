//! Money is conserved under any sequence of decisions.

use crate::sample::NOW;
use proptest::prelude::*;
use reelgate_core::ledger::{Delta, Funds, GRANT_MAX, capture, grant, hold, release};
use reelgate_core::{Credits, Kind, Timestamp};

#[derive(Clone, Debug)]
enum Move {
    Grant(i64),
    Hold(i64),
    Capture { which: usize, charge: i64 },
    Release { which: usize },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let amount = 1_i64..2_000_000_000;
    let one = prop_oneof![
        amount.clone().prop_map(Move::Grant),
        amount.clone().prop_map(Move::Hold),
        (any::<usize>(), -5..3_000_000_000_i64)
            .prop_map(|(which, charge)| Move::Capture { which, charge }),
        any::<usize>().prop_map(|which| Move::Release { which }),
    ];
    prop::collection::vec(one, 0..200)
}

proptest! {
    #[test]
    fn totals_are_sums_and_nothing_is_overdrawn(moves in moves()) {
        let mut funds = Funds::default();
        let mut holds: Vec<Credits> = Vec::new();
        let (mut granted, mut captured) = (0_i64, 0_i64);
        for step in moves {
            let delta = match step {
                Move::Grant(micro) => {
                    granted += micro;
                    grant(funds, Credits::from_micro(micro)).expect("a fair grant")
                }
                Move::Hold(micro) => {
                    let price = Credits::from_micro(micro);
                    let before = funds.available();
                    match hold(funds, price) {
                        Ok(delta) => {
                            prop_assert!(price <= before);
                            holds.push(price);
                            delta
                        }
                        Err(error) => {
                            prop_assert!(price > before);
                            prop_assert_eq!(error.kind, Kind::InsufficientCredits {
                                required: price,
                                available: before,
                            });
                            Delta::default()
                        }
                    }
                }
                Move::Capture { which, charge } if !holds.is_empty() => {
                    let held = holds.swap_remove(which % holds.len());
                    let delta = capture(held, Credits::from_micro(charge));
                    captured -= delta.balance.micro();
                    delta
                }
                Move::Release { which } if !holds.is_empty() => {
                    release(holds.swap_remove(which % holds.len()))
                }
                Move::Capture { .. } | Move::Release { .. } => Delta::default(),
            };
            funds = funds.after(delta).expect("no decision leads to impossible totals");
            let open: i64 = holds.iter().map(|held| held.micro()).sum();
            prop_assert_eq!(funds.held.micro(), open);
            prop_assert_eq!(funds.balance.micro(), granted - captured);
            prop_assert!(funds.balance >= funds.held);
        }
    }

    #[test]
    fn amounts_survive_their_text(micro in 0..i64::MAX) {
        let amount = Credits::from_micro(micro);
        prop_assert_eq!(Credits::parse(&amount.to_string()), Some(amount));
    }

    #[test]
    fn no_text_at_all_panics(text in ".{0,40}") {
        let _ = Credits::parse(&text);
        let _ = reelgate_core::key::ApiKey::parse(&text);
        let _ = reelgate_core::JobId::parse(&text);
    }
}

#[test]
fn an_impossible_grant_is_refused() {
    let funds = Funds::default();
    for amount in [Credits::ZERO, Credits::from_micro(-1), Credits::from_micro(i64::MAX)] {
        assert_eq!(grant(funds, amount).expect_err("refused").kind, Kind::Invalid, "{amount}");
    }
    assert!(grant(funds, GRANT_MAX).is_ok());
}

#[test]
fn time_does_not_wrap() {
    let end = Timestamp::from_ms(i64::MAX);
    assert_eq!(end.plus_ms(1), end);
    assert_eq!(NOW.since_ms(end), 0);
}
