//! How the database is, as the real writes found it: for `/readyz`, and one line a minute in the log.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A write that succeeded so short a time ago needs no other to show that the database takes writes.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// A failure counts for so long, even where other writes succeed: a disk that is nearly full takes small ones.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(2);
const LOGGED_EVERY: Duration = Duration::from_secs(60);

pub struct Health(Mutex<State>);

struct State {
    wrote: Instant,
    /// The last failure, until a write succeeds.
    failed: Option<(Instant, &'static str)>,
    logged: Option<Instant>,
    /// Failures since the last line in the log.
    unlogged: u64,
    /// The last line told of a failure, and not of its end.
    told: bool,
}

/// Answers from the last writes, without trying one.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Writes,
    Fails(&'static str),
    /// Nothing was written for a while: only a write can tell.
    Unknown,
}

impl Default for Health {
    fn default() -> Health {
        Health(Mutex::new(State { wrote: Instant::now(), failed: None, logged: None, unlogged: 0, told: false }))
    }
}

impl Health {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a commit that was acknowledged.
    pub(super) fn wrote(&self) {
        let mut state = self.state();
        state.wrote = Instant::now();
        if let Some((since, _)) = state.failed.take_if(|(at, _)| at.elapsed() >= FAILURE_COUNTS_FOR)
            && std::mem::take(&mut state.told)
        {
            tracing::info!(after_s = since.elapsed().as_secs(), "the database takes writes again");
        }
    }

    /// Notes a failure of the database itself. `detail` goes to the log, which hears of it once a minute.
    pub fn failed(&self, why: &'static str, detail: &str) {
        let mut state = self.state();
        state.failed = Some((Instant::now(), why));
        state.unlogged += 1;
        if state.logged.is_none_or(|at| at.elapsed() >= LOGGED_EVERY) {
            state.logged = Some(Instant::now());
            let failures = std::mem::take(&mut state.unlogged);
            state.told = true;
            tracing::error!(why, detail, failures, "the database fails");
        }
    }

    pub fn verdict(&self) -> Verdict {
        let state = self.state();
        match state.failed {
            Some((at, why)) if at.elapsed() < FAILURE_COUNTS_FOR => Verdict::Fails(why),
            Some((at, _)) if at > state.wrote => Verdict::Unknown,
            _ if state.wrote.elapsed() < FRESH_FOR => Verdict::Writes,
            _ => Verdict::Unknown,
        }
    }

    /// How long ago the last write succeeded.
    pub fn last_write(&self) -> Duration {
        self.state().wrote.elapsed()
    }
}
