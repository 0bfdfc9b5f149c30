//! One timer for all connections: each is visited once per round, to send its ping and to check its token.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::connection::{Connection, close};
use crate::live::frame::Frame;

/// Time before a token expires at which its client is warned, at the latest.
const WARNING_MS: i64 = 60_000;

pub struct Wheel {
    slots: Vec<Mutex<Vec<Weak<Connection>>>>,
    at: AtomicUsize,
    ping: Frame,
}

impl Wheel {
    /// Creates a wheel whose round takes `seconds`, with one slot per second.
    pub fn new(seconds: u64) -> Wheel {
        let slots = (0..seconds.max(1)).map(|_| Mutex::default()).collect();
        Wheel { slots, at: AtomicUsize::new(0), ping: Frame::ping() }
    }

    pub fn add(&self, connection: &Arc<Connection>) {
        let slot = &self.slots[connection.id as usize % self.slots.len()];
        slot.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(connection));
    }

    /// Visits the connections of the next slot. `now_ms`: on the monotonic clock.
    pub fn turn(&self, now_ms: i64) {
        let at = self.at.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let mut slot = self.slots[at].lock().unwrap_or_else(PoisonError::into_inner);
        slot.retain(|weak| weak.upgrade().inspect(|c| self.visit(c, now_ms)).is_some());
    }

    fn visit(&self, connection: &Arc<Connection>, now_ms: i64) {
        let left_ms = connection.expires_ms() - now_ms;
        let round_ms = self.slots.len() as i64 * 1_000;
        if left_ms <= 0 {
            return connection.close(close::TOKEN, "the token has expired");
        }
        if left_ms < WARNING_MS + round_ms && !connection.warned.swap(true, Ordering::Relaxed) {
            connection.reply(&connection.handler().token_warning());
        }
        // Nothing was received since the last ping, not even a pong: the peer is gone, unless the server has stopped reading.
        let has_spoken = connection.heard_since_ping.swap(false, Ordering::Relaxed);
        if !has_spoken && !connection.is_full.load(Ordering::Relaxed) {
            return connection.hang_up();
        }
        connection.ping(&self.ping);
    }
}
