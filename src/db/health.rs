//! The health of the database, as seen by the real writes: for `/readyz`, and for at most one error line a minute in the log.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Time for which a successful write counts as proof that the database takes writes.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Time for which a failure counts, even if other writes succeed: a disk that is nearly full still takes small ones.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(2);
const LOGGED_EVERY: Duration = Duration::from_secs(60);

pub struct Health(Mutex<HealthState>);

struct HealthState {
    wrote: Instant,
    /// The last failure. A write that succeeds `FAILURE_COUNTS_FOR` or later after it removes it.
    failed: Option<(Instant, &'static str)>,
    logged: Option<Instant>,
    /// Failures since the last line in the log.
    unlogged: u64,
    /// The last line in the log reported a failure, and its end has not been logged.
    reported: bool,
}

/// The state of the database as the last writes show it. No write is made to find it.
#[derive(Debug, PartialEq, Eq)]
pub enum WriteState {
    Writes,
    Fails(&'static str),
    /// Nothing was written for a while, so only a new write can tell.
    Unknown,
}

impl Default for Health {
    fn default() -> Health {
        Health(Mutex::new(HealthState {
            wrote: Instant::now(),
            failed: None,
            logged: None,
            unlogged: 0,
            reported: false,
        }))
    }
}

impl Health {
    fn state(&self) -> MutexGuard<'_, HealthState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a commit that was acknowledged.
    pub(super) fn wrote(&self) {
        let mut state = self.state();
        state.wrote = Instant::now();
        if let Some((since, _)) = state.failed.take_if(|(at, _)| at.elapsed() >= FAILURE_COUNTS_FOR)
            && std::mem::take(&mut state.reported)
        {
            tracing::info!(after_s = since.elapsed().as_secs(), "the database takes writes again");
        }
    }

    /// Records a failure of the database itself. `detail` goes to the log, at most once a minute.
    pub fn failed(&self, why: &'static str, detail: &str) {
        let mut state = self.state();
        state.failed = Some((Instant::now(), why));
        state.unlogged += 1;
        if state.logged.is_none_or(|at| at.elapsed() >= LOGGED_EVERY) {
            state.logged = Some(Instant::now());
            let failures = std::mem::take(&mut state.unlogged);
            state.reported = true;
            tracing::error!(why, detail, failures, "the database fails");
        }
    }

    pub fn write_state(&self) -> WriteState {
        let state = self.state();
        match state.failed {
            Some((at, why)) if at.elapsed() < FAILURE_COUNTS_FOR => WriteState::Fails(why),
            Some((at, _)) if at > state.wrote => WriteState::Unknown,
            _ if state.wrote.elapsed() < FRESH_FOR => WriteState::Writes,
            _ => WriteState::Unknown,
        }
    }

    /// Returns how long ago the last write succeeded.
    pub fn last_write(&self) -> Duration {
        self.state().wrote.elapsed()
    }
}
