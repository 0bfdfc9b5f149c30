//! Random schedules of several nodes, in one thread, against a model: the order of rooms and the outboxes of sockets are the
//! server's own; the log, the bus, the nodes' tasks and the clients are played. Afterwards every client has every event of its
//! feed, in order and once.
//!
//! Plain proptest is enough: the parts do no input or output, so there is no clock, no task and no network to simulate. A
//! schedule is a list of numbers, and a failing one is made short.
//!
//! `GYOSIL_SIMULATION_CASES` sets how many (10,000), `GYOSIL_SIMULATION_SEED` which; a failure names its seed.

mod clients;
mod rooms;
mod world;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use self::world::{Fault, World};

const CASES: u32 = 10_000;
const STEPS: usize = 200;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// Runs schedules until one fails. Returns why, and the shortest such schedule that was found.
fn run(fault: Option<Fault>, shrinks: u32) -> Result<(), String> {
    let seed = number("GYOSIL_SIMULATION_SEED").unwrap_or_else(rand_seed);
    let cases = number("GYOSIL_SIMULATION_CASES").map_or(CASES, |cases| cases as u32);
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: shrinks,
        ..Config::default()
    };
    let schedules = vec(any::<u32>(), 1..STEPS);
    let tried = TestRunner::new(config).run(&schedules, |schedule| {
        World::new(fault).run(&schedule).map_err(proptest::test_runner::TestCaseError::fail)
    });
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, schedule)) => {
            let steps = World::new(fault).tell(&schedule).join("\n  ");
            Err(format!("GYOSIL_SIMULATION_SEED={seed}: {why}\n  {steps}"))
        }
        Err(TestError::Abort(why)) => Err(why.to_string()),
    }
}

fn rand_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_nanos() as u64)
}

#[test]
fn every_client_gets_every_event_once_and_in_order_whatever_fails() {
    if let Err(why) = run(None, 20_000) {
        panic!("{why}");
    }
}

#[track_caller]
fn is_caught(fault: Fault) {
    let why = run(Some(fault), 0).expect_err("no schedule noticed this fault");
    println!("{fault:?}: {}", why.lines().next().unwrap_or_default());
}

#[test]
fn subscribing_after_reading_is_caught() {
    is_caught(Fault::SubscribesAfterReading);
}

#[test]
fn publishing_before_the_commit_is_caught() {
    is_caught(Fault::PublishesBeforeCommit);
}

#[test]
fn delivering_an_event_twice_is_caught() {
    is_caught(Fault::DeliversTwice);
}

#[test]
fn releasing_events_with_a_hole_is_caught() {
    is_caught(Fault::ReleasesWithHole);
}

#[test]
fn dropping_frames_of_a_slow_reader_without_a_fresh_state_is_caught() {
    is_caught(Fault::OwesNoState);
}

#[test]
fn reading_a_state_before_holding_events_back_is_caught() {
    is_caught(Fault::ReadsBeforeHolding);
}

#[test]
fn a_state_that_is_older_than_what_the_room_began_with_is_caught() {
    is_caught(Fault::TakesOldStates);
}

#[test]
fn a_node_that_never_looks_into_the_log_by_itself_is_caught() {
    is_caught(Fault::NeverPolls);
}
