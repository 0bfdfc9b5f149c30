//! Promises of a school on three nodes while nodes, Redis, PostgreSQL and the ways between them fail.
//!
//! Twenty seeds of random faults are played, or as many as `GYOSIL_FAULT_SEEDS` says; `GYOSIL_FAULT_SEED=7` plays one of them again.
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

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use cluster::Settings;
use play::Play;
use schedule::Schedule;

const SEEDS: u64 = 20;
/// So many seeds are played by the clocks of a real school. The others have shorter ones.
const REAL_CLOCKS_ONE_IN: u64 = 20;
const THREADS: usize = 4;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn random_faults_lose_nothing_and_double_nothing() {
    gyosil::raise_file_limit();
    let (next, last) = match number("GYOSIL_FAULT_SEED") {
        Some(seed) => (seed, seed),
        None => (1, number("GYOSIL_FAULT_SEEDS").unwrap_or(SEEDS)),
    };
    let (next, failed) = (AtomicU64::new(next), Mutex::new(Vec::new()));
    let plays = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > last {
                return;
            }
            let settings = Settings { real_clocks: seed % REAL_CLOCKS_ONE_IN == 1, planted: None };
            let play = Play { seed, schedule: Schedule::of(seed), settings, classes: school::SESSIONS };
            match play.plays() {
                Ok(told) => println!("{told}"),
                Err(wrong) => {
                    let wrong = wrong.join("\n  ");
                    println!("{wrong}");
                    failed.lock().unwrap().push(wrong);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(plays);
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} seeds failed:\n{}", failed.len(), failed.join("\n"));
}
