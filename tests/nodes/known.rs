//! Knowledge of one client about its session, and the events of the log that it has seen.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Profile;

/// A client that missed more events than these gets a fresh state instead of them.
const RESUMED_MAX_EVENTS: i64 = 256;
/// Time after connecting in which missed events come. One of them may come once more when the node hears of it, and is dropped then.
const ENTERS_FOR: Duration = Duration::from_secs(1);

pub struct Known {
    pub name: String,
    pub class: usize,
    pub person: i64,
    pub is_instructor: bool,
    may_be_behind: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<i64>,
    /// The numbers of the events that came, in the order in which they came.
    seen: Vec<i64>,
    /// Events that a fresh state replaced: from after the first number up to the second.
    skipped: Vec<(i64, i64)>,
    is_open: bool,
    opened: Option<Instant>,
    /// The last event that came while the client entered.
    entered_with: i64,
    node: usize,
    has_left: bool,
    /// The write that has no answer yet, and what came instead.
    waits_for: Option<String>,
    connections: usize,
}

impl Known {
    pub fn new(profile: &Profile) -> Known {
        Known {
            name: profile.name.clone(),
            class: profile.class,
            person: profile.login.person,
            is_instructor: profile.is_instructor,
            may_be_behind: profile.stalls,
            state: Mutex::default(),
        }
    }

    pub fn last(&self) -> Option<i64> {
        self.state.lock().unwrap().last
    }

    pub fn opens(&self, node: usize) {
        let mut state = self.state.lock().unwrap();
        (state.is_open, state.node, state.opened) = (true, node, Some(Instant::now()));
        state.entered_with = state.last.unwrap_or(0);
        state.connections += 1;
    }

    pub fn closes(&self) {
        self.state.lock().unwrap().is_open = false;
    }

    pub fn leaves(&self) {
        self.state.lock().unwrap().has_left = true;
    }

    pub fn has_left(&self) -> bool {
        self.state.lock().unwrap().has_left
    }

    pub fn waits(&self, waits_for: Option<String>) {
        self.state.lock().unwrap().waits_for = waits_for;
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Takes an event or a state. Fails with what is wrong with it.
    pub fn applies(&self, frame: &Value) -> Result<(), String> {
        let mut state = self.state.lock().unwrap();
        let seq = frame["seq"].as_i64().unwrap_or_default();
        let enters = state.opened.is_none_or(|opened| opened.elapsed() < ENTERS_FOR);
        if enters {
            state.entered_with = state.entered_with.max(seq);
        }
        if frame["type"] == "session_state" {
            if let Some(last) = state.last.replace(seq) {
                state.skipped.push((last, seq));
                if seq < last {
                    return Err(format!("the log went back from {last} to {seq}"));
                }
                if !self.may_be_behind && (!self.is_instructor || seq <= last + RESUMED_MAX_EVENTS) {
                    return Err(format!("a fresh state at {seq} came in place of the events after {last}"));
                }
            } else {
                state.skipped.push((0, seq));
            }
            return Ok(());
        }
        let Some(last) = state.last else { return Err(format!("an event came before the state: {frame}")) };
        if seq <= last && seq <= state.entered_with {
            return Ok(());
        }
        if seq <= last {
            return Err(format!("an event came twice, after {last}: {frame}"));
        }
        let before = if self.is_instructor { seq - 1 } else { frame["prev"].as_i64().unwrap_or(-1) };
        if before != last {
            return Err(format!("events are missing after {last}, before {frame}"));
        }
        state.last = Some(seq);
        state.seen.push(seq);
        Ok(())
    }

    /// Returns the reason why this client is not at the head of its log, if there is one.
    pub fn lacks(&self, head: i64) -> Option<String> {
        let state = self.state.lock().unwrap();
        if state.has_left {
            return None;
        }
        let (name, last) = (&self.name, state.last);
        if !state.is_open {
            return Some(format!("{name} has no socket, and knows {last:?} of {head}"));
        }
        let open_for = state.opened.map(|opened| opened.elapsed());
        let at = || format!("{name}, for {open_for:.1?} at node {}, knows {last:?} of {head}", state.node);
        (last < Some(head)).then(at)
    }

    pub fn waits_for(&self) -> Option<String> {
        let state = self.state.lock().unwrap();
        state.waits_for.as_ref().map(|write| format!("{} waits for the answer to {write}", self.name))
    }

    /// Compares with the numbers that the log has for this client. Each must have been seen once, unless a state replaced it.
    pub fn must_have_seen(&self, log: &[i64]) -> Result<(), String> {
        let state = self.state.lock().unwrap();
        let last = state.last.unwrap_or(0);
        let is_skipped = |seq: i64| state.skipped.iter().any(|(after, until)| seq > *after && seq <= *until);
        let expected: Vec<i64> = log.iter().copied().filter(|seq| *seq <= last && !is_skipped(*seq)).collect();
        if expected == state.seen {
            return Ok(());
        }
        let differs = expected.iter().zip(&state.seen).find(|(expected, seen)| expected != seen);
        let (expected, seen) = (expected.len(), state.seen.len());
        Err(format!("{} saw {seen} events of {expected}; they differ at {differs:?}", self.name))
    }
}
