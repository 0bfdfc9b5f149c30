//! The suite finds faults: with one planted in the nodes, what it demands is not met.

use std::time::Duration;

use crate::cluster::{NODES, Settings};
use crate::doorbell::{a_silent_link_is_noticed, a_slow_reader_misses_nothing, newcomers_hear_soon, on_three_nodes};
use crate::harness::proxy::{Direction, LostCommit};
use crate::play::Play;
use crate::schedule::{Fault, LinkFault, Schedule, Way, What};

/// Few classes: what a fault does is seen in any of them.
const CLASSES: usize = 4;

fn planted(name: &'static str) -> Settings {
    Settings { planted: Some(name), ..Settings::default() }
}

fn fault(at_ms: u64, lasts_ms: u64, what: What) -> Fault {
    Fault { at: Duration::from_millis(at_ms), lasts: Duration::from_millis(lasts_ms), what }
}

/// Plays with a planted fault. The verdict must say one of these.
fn is_found(name: &'static str, faults: Vec<Fault>, says: &[&str]) {
    let play = Play { seed: 0, schedule: Schedule(faults), settings: planted(name), classes: CLASSES };
    let Err(mut failure) = play.plays() else { panic!("nobody noticed {name}") };
    let wrong = failure.lines();
    println!("{wrong:#?}");
    let is_said = |line: &String| says.iter().any(|words| line.contains(words));
    assert!(wrong.iter().any(is_said), "{name} was found by something else: {wrong:#?}");
}

fn slow_redis() -> Vec<Fault> {
    (0..NODES).map(|node| fault(1_500, 5_000, What::Link(node, Way::Redis, LinkFault::DelayedMs(150)))).collect()
}

#[test]
fn subscribing_after_reading_is_found() {
    let soon = on_three_nodes(planted("SubscribeAfterReading"), newcomers_hear_soon);
    assert!(soon <= 4, "{soon} newcomers heard at once");
}

#[test]
fn publishing_before_the_commit_is_found() {
    // Some commits have no event: several are lost.
    let faults = (0..3 * NODES).map(|n| {
        let at_ms = 500 + 1_500 * n as u64;
        fault(at_ms, 1_500, What::CommitIsLost(n % NODES, LostCommit::Request))
    });
    let says = ["for one and", "events are missing", "came twice", "the log went back", "they differ"];
    is_found("PublishBeforeCommit", faults.collect(), &says);
}

#[test]
fn numbers_that_are_not_those_of_the_log_are_found() {
    let says = ["events are missing", "came twice", "the log went back", "knows"];
    is_found("SeqFromRedis", slow_redis(), &says);
}

#[test]
fn events_that_are_delivered_twice_are_found() {
    is_found("NoDeduplication", slow_redis(), &["came twice"]);
}

#[test]
fn frames_that_a_slow_reader_loses_are_found() {
    let missed = on_three_nodes(planted("DropOnLag"), a_slow_reader_misses_nothing);
    assert!(missed.as_ref().is_err_and(|wrong| wrong.contains("events are missing")), "{missed:?}");
}

#[test]
fn a_lease_that_is_not_fenced_is_found() {
    is_found("UnfencedLease", vec![fault(500, 5_000, What::NodeFreezes(1))], &["missing are"]);
}

#[test]
fn forgotten_keys_are_found() {
    let hold = LinkFault::Held(Some(Direction::ToClient));
    let faults = (0..NODES).map(|node| fault(1_000, 6_000, What::Link(node, Way::Clients, hold)));
    is_found("RetryWithoutKey", faults.collect(), &["is there 2 times", "is there 3 times"]);
}

#[test]
fn a_link_that_is_not_probed_is_found() {
    let is_noticed = on_three_nodes(planted("NoProbe"), a_silent_link_is_noticed);
    assert!(!is_noticed, "the silent link was noticed all the same");
}
