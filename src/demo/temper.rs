//! Draws the names and the behaviour of the simulated learners at random, so that they differ.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::clock::random_bytes;

const NAMES: [&str; 40] = [
    "김순자",
    "이영자",
    "박정숙",
    "최영수",
    "정광수",
    "강옥순",
    "조병철",
    "윤말순",
    "장춘자",
    "임종국",
    "한복희",
    "오세웅",
    "서정자",
    "신동철",
    "권경자",
    "황금순",
    "안상호",
    "송미자",
    "류기봉",
    "전명숙",
    "홍길순",
    "고영희",
    "문태식",
    "양순덕",
    "손창호",
    "배정자",
    "백남수",
    "허옥자",
    "남궁선",
    "심재덕",
    "노말자",
    "하정순",
    "곽병수",
    "성춘희",
    "차영철",
    "주복순",
    "우종만",
    "구자숙",
    "민경호",
    "나순임",
];

/// Gives each learner a name that no other has.
#[derive(Default)]
pub struct GuestNames {
    written: AtomicUsize,
}

impl GuestNames {
    pub fn next(&self) -> Value {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let age = between(66.0, 85.0) as i64;
        let level = if happens(0.75) { "BEGINNER" } else { "INTERMEDIATE" };
        json!({ "name": name(number), "age": age, "digital_level": level })
    }
}

fn name(number: usize) -> String {
    let name = NAMES[number % NAMES.len()];
    match number / NAMES.len() {
        0 => name.into(),
        round => format!("{name} {}", round + 1),
    }
}

pub struct Temperament {
    /// The median of the seconds that the learner takes for an ordinary step.
    pub pace_s: f64,
    /// The probability that the learner gets stuck on an ordinary step.
    gets_stuck: f64,
    /// The probability that the learner then asks for help.
    asks: f64,
    /// Seconds, beyond 15, that a poor connection lasts on average before it is lost. `None`: a good connection.
    signal_for_s: Option<f64>,
}

/// The times of one learner on one step.
pub struct StepAttempt {
    pub looks_for_s: f64,
    pub takes_s: f64,
    pub asks_after_s: Option<f64>,
}

impl Temperament {
    pub fn drawn() -> Temperament {
        let pace_s = spread(4.5, 0.45);
        Temperament {
            pace_s,
            gets_stuck: (0.02 * pace_s).min(0.3),
            asks: between(0.3, 0.9),
            signal_for_s: happens(0.3).then(|| between(60.0, 180.0)),
        }
    }

    /// Draws the times for a step. A longer guide text makes the step harder and slower.
    pub fn attempt(&self, guide: &str) -> StepAttempt {
        let hardness = (0.5 + guide.chars().count() as f64 / 70.0).min(2.0);
        let looks_for_s = between(0.5, 2.0);
        if happens(self.gets_stuck * hardness * hardness) {
            let asks_after_s = happens(self.asks).then(|| between(6.0, 14.0));
            return StepAttempt { looks_for_s, takes_s: between(40.0, 150.0), asks_after_s };
        }
        StepAttempt { looks_for_s, takes_s: looks_for_s + spread(self.pace_s * hardness, 0.3), asks_after_s: None }
    }

    /// Draws how long the connection lasts this time. `None`: it is not lost.
    pub fn signal_s(&self) -> Option<f64> {
        self.signal_for_s.map(|mean| 15.0 - between(0.001, 1.0).ln() * mean)
    }
}

// Random values.

/// Returns a random number from 0 to 1, without 1.
fn dice() -> f64 {
    (u64::from_le_bytes(random_bytes()) >> 11) as f64 / (1_u64 << 53) as f64
}

pub fn between(low: f64, high: f64) -> f64 {
    low + (high - low) * dice()
}

pub fn happens(likely: f64) -> bool {
    dice() < likely
}

/// Returns a random time that is distributed like people's times: most near the median, a few far above, none below zero
/// (log-normal).
fn spread(median: f64, width: f64) -> f64 {
    let bell = (-2.0 * between(1e-9, 1.0).ln()).sqrt() * (std::f64::consts::TAU * dice()).cos();
    median * (width * bell).exp()
}

pub fn uuid() -> String {
    let hex: String = random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::school::once::Key;

    #[test]
    fn nobody_shares_a_name() {
        let names: HashSet<String> = (0..500).map(name).collect();
        assert_eq!(names.len(), 500);
        assert!((0..40).map(name).all(|name| !name.contains(' ')));
    }

    #[test]
    fn people_differ_but_not_beyond_measure() {
        let mut paces: Vec<f64> = (0..1_000).map(|_| Temperament::drawn().pace_s).collect();
        paces.sort_by(f64::total_cmp);
        // Eight standard deviations: chance alone does not get there.
        assert!((3.5..6.0).contains(&paces[500]) && paces[0] > 0.1 && paces[999] < 180.0);
        assert!(Key::parse(&uuid()).is_ok());
    }
}
