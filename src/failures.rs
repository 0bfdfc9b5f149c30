//! Failed logins and guessed codes, counted per address and per account. Only failures count: a classroom of thirty
//! phones shares one address.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use dashmap::DashMap;

use crate::clock::MINUTE_MS;
use crate::error::{Error, Result};

/// Whom is tried, or from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Against {
    Account(String),
    /// The password of someone who is signed in, asked for once more.
    PasswordOf(i64),
    LoginsFrom(IpAddr),
    CodesFrom(IpAddr),
}

impl Against {
    fn allowed_per_window(&self) -> u32 {
        match self {
            Against::Account(_) | Against::PasswordOf(_) => 10,
            Against::LoginsFrom(_) => 100,
            Against::CodesFrom(_) => 120,
        }
    }

    fn window_ms(&self) -> i64 {
        match self {
            Against::Account(_) | Against::PasswordOf(_) | Against::LoginsFrom(_) => 15 * MINUTE_MS,
            Against::CodesFrom(_) => MINUTE_MS,
        }
    }
}

/// Beyond this many, those whose window is over are forgotten.
const REMEMBERED_MAX: usize = 100_000;

pub struct Failures {
    on: bool,
    counted: DashMap<Against, (u32, i64)>,
    swept_ms: AtomicI64,
}

impl Failures {
    pub fn new(on: bool) -> Failures {
        Failures { on, counted: DashMap::new(), swept_ms: AtomicI64::new(0) }
    }

    pub fn check(&self, against: &Against, now_ms: i64) -> Result<()> {
        match self.counted.get(against).map(|c| *c) {
            Some((count, until_ms)) if self.on && now_ms < until_ms && count >= against.allowed_per_window() => {
                let retry_after_s = ((until_ms - now_ms) / 1_000 + 1) as u64;
                Err(Error::TooManyFailures { retry_after_s })
            }
            _ => Ok(()),
        }
    }

    pub fn count(&self, against: Against, now_ms: i64) {
        self.forget_old(now_ms);
        let window_ms = against.window_ms();
        let mut entry = self.counted.entry(against).or_insert((0, now_ms + window_ms));
        if now_ms >= entry.1 {
            *entry = (0, now_ms + window_ms);
        }
        entry.0 += 1;
    }

    pub fn forgive(&self, against: &Against) {
        self.counted.remove(against);
    }

    fn forget_old(&self, now_ms: i64) {
        let last = self.swept_ms.load(Ordering::Relaxed);
        if self.counted.len() > REMEMBERED_MAX || now_ms - last > 15 * MINUTE_MS {
            self.swept_ms.store(now_ms, Ordering::Relaxed);
            self.counted.retain(|_, (_, until_ms)| *until_ms > now_ms);
        }
        if self.counted.len() > REMEMBERED_MAX {
            self.counted.clear();
        }
    }
}
