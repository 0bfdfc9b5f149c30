//! Random schedules of several nodes, in one thread, against a model: the order of rooms and the outboxes of sockets are the
//! server's own; the log, the bus, the nodes' tasks and the clients are played. Afterwards every client has every event of its
//! feed, in order and once.
//!
//! Plain proptest is enough: the parts do no input or output, so there is no clock, no task and no network to simulate. A
//! schedule is a list of numbers, and a failing one is made short.
//!
//! `GYOSIL_SIMULATION_CASES` sets how many (10,000), `GYOSIL_SIMULATION_SEED` which; a failure names its seed.

mod clients;
mod presence;
mod rooms;
mod world;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use self::world::{Fault, World};

const CASES: u32 = 10_000;
const STEPS: usize = 200;
const TICKS: usize = 80;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// Runs schedules of at most so many steps until one fails. Returns why, and the shortest such schedule that was found.
fn run(steps: usize, shrinks: u32, run_one: impl Fn(&[u32]) -> Result<(), String>) -> Result<(), (String, Vec<u32>)> {
    let seed = number("GYOSIL_SIMULATION_SEED").unwrap_or_else(rand_seed);
    let cases = number("GYOSIL_SIMULATION_CASES").map_or(CASES, |cases| cases as u32);
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: shrinks,
        ..Config::default()
    };
    let tried = TestRunner::new(config)
        .run(&vec(any::<u32>(), 1..steps), |schedule| run_one(&schedule).map_err(TestCaseError::fail));
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, schedule)) => Err((format!("GYOSIL_SIMULATION_SEED={seed}: {why}"), schedule)),
        Err(TestError::Abort(why)) => Err((why.to_string(), Vec::new())),
    }
}

fn rand_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_nanos() as u64)
}

#[test]
fn every_client_gets_every_event_once_and_in_order_whatever_fails() {
    if let Err((why, schedule)) = run(STEPS, 20_000, |schedule| World::new(None).run(schedule)) {
        panic!("{why}\n  {}", World::new(None).tell(&schedule).join("\n  "));
    }
}

#[track_caller]
fn is_caught(fault: Fault) {
    let tried = run(STEPS, 0, |schedule| World::new(Some(fault)).run(schedule));
    println!("{fault:?}: {}", tried.expect_err("no schedule noticed this fault").0);
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

#[test]
fn the_roster_is_the_fold_of_the_log_and_at_rest_all_who_have_a_socket_whichever_nodes_die_or_sleep() {
    if let Err((why, schedule)) = run(TICKS, 20_000, |schedule| presence::World::new(None).run(schedule)) {
        panic!("{why}\n  {}", presence::World::new(None).tell(&schedule).join("\n  "));
    }
}

#[track_caller]
fn is_caught_in_presence(fault: presence::Fault) {
    let tried = run(TICKS, 0, |schedule| presence::World::new(Some(fault)).run(schedule));
    println!("{fault:?}: {}", tried.expect_err("no schedule noticed this fault").0);
}

#[test]
fn an_arrival_by_a_node_without_its_lease_is_caught() {
    is_caught_in_presence(presence::Fault::SpeaksWithoutLease);
}

#[test]
fn forgetting_the_people_of_a_dead_node_is_caught() {
    is_caught_in_presence(presence::Fault::ForgetsTakenOver);
}

#[test]
fn forgetting_ones_own_people_after_a_sleep_is_caught() {
    is_caught_in_presence(presence::Fault::ForgetsOwnPeople);
}

#[test]
fn forgetting_who_came_back_at_the_end_of_a_grace_is_caught() {
    is_caught_in_presence(presence::Fault::ForgetsReturners);
}
