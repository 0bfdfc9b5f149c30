//! Promises of a school on three nodes while nodes, Redis, PostgreSQL and the ways between them fail.
//!
//! Three seeds of random faults are played, or as many as `GYOSIL_FAULT_SEEDS` says; `GYOSIL_FAULT_SEED=7` plays one of them again.
//! One is played at a time. A seed that was late is played once more: the machine may have been busy with something else.
//! With the feature `planted-faults` it is also shown that planted faults are found.

#[path = "../harness/mod.rs"]
mod harness;

mod client;
mod cluster;
mod doorbell;
mod known;
#[cfg(feature = "planted-faults")]
mod planted;
mod play;
mod random;
mod readiness;
mod run;
mod schedule;
mod school;
mod strike;
mod verdict;
mod writes;

use cluster::Settings;
use play::Play;
use schedule::Schedule;
use verdict::Failure;

const SEEDS: u64 = 3;
/// So many seeds are played by the clocks of a real school. The others have shorter ones.
const REAL_CLOCKS_ONE_IN: u64 = 5;
/// Seeds that may be late once.
const LATE_MAX_SEEDS: usize = 3;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn random_faults_lose_nothing_and_double_nothing() {
    gyosil::raise_file_limit();
    let (first, last) = match number("GYOSIL_FAULT_SEED") {
        Some(seed) => (seed, seed),
        None => (1, number("GYOSIL_FAULT_SEEDS").unwrap_or(SEEDS)),
    };
    let (mut failed, mut late) = (Vec::new(), 0);
    for seed in first..=last {
        let mut played = play_of(seed).plays().map_err(print_failure);
        if matches!(played, Err(Failure::Late(_))) && late < LATE_MAX_SEEDS {
            late += 1;
            played = play_of(seed).plays().map_err(print_failure);
        }
        match played {
            Ok(told) => println!("{told}"),
            Err(mut failure) => failed.append(failure.lines()),
        }
    }
    assert!(failed.is_empty(), "seeds failed:\n{}", failed.join("\n  "));
}

fn play_of(seed: u64) -> Play {
    let settings = Settings { real_clocks: seed % REAL_CLOCKS_ONE_IN == 1, planted: None };
    Play { seed, schedule: Schedule::of(seed), settings, classes: school::SESSIONS }
}

fn print_failure(mut failure: Failure) -> Failure {
    println!("{}", failure.lines().join("\n  "));
    failure
}
