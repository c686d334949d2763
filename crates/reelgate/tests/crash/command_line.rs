//! Deaths of commands, and of the very first start.

use crate::customer::Customer;
use crate::receiver::Receiver;
use crate::server::{Place, kill_process};
use crate::{Dice, verify};
use reelgate::fault::Point;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

#[test]
fn an_account_is_made_with_its_opening_balance_or_not_at_all() {
    let place = Place::new();
    let create = ["account", "create", "customer", "--credits", "10"];
    let died = place.run(&create, Some(Point::AccountMade.name()));
    assert_eq!(died.status.signal(), Some(9), "{died:?}");
    // Whoever saw no answer tries again; it may have been made before.
    place.run(&create, None);
    let list = String::from_utf8(place.run(&["account", "list"], None).stdout).expect("text");
    assert!(list.contains("customer  balance 10  held 0"), "{list}");
    assert!(place.run(&["audit"], None).status.success());
}

#[test]
fn a_key_that_nobody_saw_can_be_found_and_revoked() {
    let place = Place::new();
    assert!(place.run(&["account", "create", "customer"], None).status.success());
    let create = ["key", "create", "--account", "customer", "--label", "lost"];
    let died = place.run(&create, Some(Point::KeyMade.name()));
    assert_eq!(died.status.signal(), Some(9), "{died:?}");
    assert!(died.stdout.is_empty());
    let list = String::from_utf8(place.run(&["key", "list"], None).stdout).expect("text");
    let line = list.lines().find(|line| line.contains("lost")).expect("it is listed");
    let id = line.split(' ').next().expect("an id");
    assert!(place.run(&["key", "revoke", id], None).status.success());
}

#[test]
fn a_first_start_that_dies_anywhere_can_be_repeated() {
    let mut dice = Dice(0x5eed);
    for _ in 0..6 {
        let place = Place::new();
        let mut child = place.spawn(1, None);
        std::thread::park_timeout(Duration::from_millis(dice.below(60)));
        kill_process(child.id());
        child.wait().expect("a child");
        let create = ["account", "create", "customer", "--credits", "100000"];
        let made = place.run(&create, None);
        assert!(made.status.success(), "{made:?}");
        let place = place.with_key();
        let hook = Receiver::start();
        let mut customer = Customer::new(&place.key, &hook.url);
        customer.plan("first", 1, false);
        verify::recovered("a first start", &place, &mut customer, &hook);
    }
}
