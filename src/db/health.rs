//! The health of the database, as seen by the real writes: for `/readyz`, for what sockets are told, and for at most one error line
//! a minute in the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Time for which a successful write counts as proof that the database takes writes.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Time for which a failure counts, even if other writes succeed: a disk that is nearly full still takes small ones.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(2);
/// Time for which writes fail, or the database hangs, before writes count as paused.
const PAUSED_AFTER: Duration = Duration::from_millis(600);
/// Time without a failure after which writes count as resumed.
const RESUMED_AFTER: Duration = Duration::from_secs(1);
const LOGGED_EVERY: Duration = Duration::from_secs(60);

pub struct Health(Mutex<HealthState>);

struct HealthState {
    wrote: Instant,
    /// The last failure. A write that succeeds `FAILURE_COUNTS_FOR` or later after it removes it.
    failed: Option<(Instant, &'static str)>,
    /// Time of the first failure of the current outage.
    failing_since: Instant,
    /// Times at which the uses of the database began that are under way, by their numbers.
    under_way: BTreeMap<u64, Instant>,
    last_number: u64,
    logged: Option<Instant>,
    crowded_logged: Option<Instant>,
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

/// The expectation for the next write, from the last ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    Works,
    /// Several have failed, and there is no sign yet that this is over.
    Fails,
    /// A read or a write takes long, and nothing was written meanwhile: only a new write can tell whether the database hangs.
    Hangs,
}

/// A use of the database that is under way, until this is dropped.
pub struct UseUnderWay(Arc<Health>, u64);

impl Drop for UseUnderWay {
    fn drop(&mut self) {
        self.0.state().under_way.remove(&self.1);
    }
}

impl Default for Health {
    fn default() -> Health {
        Health(Mutex::new(HealthState {
            wrote: Instant::now(),
            failed: None,
            failing_since: Instant::now(),
            under_way: BTreeMap::new(),
            last_number: 0,
            logged: None,
            crowded_logged: None,
            unlogged: 0,
            reported: false,
        }))
    }
}

impl Health {
    fn state(&self) -> MutexGuard<'_, HealthState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn use_begins(self: &Arc<Self>) -> UseUnderWay {
        let mut state = self.state();
        state.last_number += 1;
        let number = state.last_number;
        state.under_way.insert(number, Instant::now());
        UseUnderWay(self.clone(), number)
    }

    /// Records a commit that was acknowledged.
    pub(super) fn wrote(&self) {
        let mut state = self.state();
        state.wrote = Instant::now();
        if state.failed.take_if(|(at, _)| at.elapsed() >= FAILURE_COUNTS_FOR).is_some()
            && std::mem::take(&mut state.reported)
        {
            tracing::info!(after_s = state.failing_since.elapsed().as_secs(), "the database takes writes again");
        }
    }

    /// Records a failure of the database itself. `detail` goes to the log, at most once a minute.
    pub fn failed(&self, why: &'static str, detail: &str) {
        let mut state = self.state();
        let is_first = state.failed.is_none_or(|(at, _)| at < state.wrote && at.elapsed() >= RESUMED_AFTER);
        if is_first {
            state.failing_since = Instant::now();
        }
        state.failed = Some((Instant::now(), why));
        state.unlogged += 1;
        if state.logged.is_none_or(|at| at.elapsed() >= LOGGED_EVERY) {
            state.logged = Some(Instant::now());
            let failures = std::mem::take(&mut state.unlogged);
            state.reported = true;
            tracing::error!(why, detail, failures, "the database fails");
        }
    }

    /// Logs, at most once a minute, that callers were refused since too many wait for a connection.
    pub(super) fn note_crowded(&self) {
        let mut state = self.state();
        if state.crowded_logged.is_none_or(|at| at.elapsed() >= LOGGED_EVERY) {
            state.crowded_logged = Some(Instant::now());
            tracing::warn!("all connections to the database are in use, and callers are refused");
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

    pub fn outlook(&self) -> Outlook {
        let state = self.state();
        let hangs = state.under_way.values().next().is_some_and(|began| began.elapsed() >= PAUSED_AFTER);
        let fails = state.failed.is_some_and(|(last, _)| match last > state.wrote {
            true => state.failing_since.elapsed() >= PAUSED_AFTER,
            false => last.elapsed() < RESUMED_AFTER && last - state.failing_since >= PAUSED_AFTER,
        });
        match (fails, hangs && state.wrote.elapsed() >= PAUSED_AFTER) {
            (true, _) => Outlook::Fails,
            (false, true) => Outlook::Hangs,
            (false, false) => Outlook::Works,
        }
    }

    /// Returns how long ago the last write succeeded.
    pub fn last_write(&self) -> Duration {
        self.state().wrote.elapsed()
    }
}
