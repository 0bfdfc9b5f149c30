//! Counts that this node has heard of, each once: whoever records messages at the Redis and publishes them again changes no limit.

use std::collections::HashMap;

use super::wire::Instance;

/// Counts from this long ago are not taken, by the clocks of both machines: a node that has just started has heard nothing before.
const OLD_AFTER_MS: i64 = 5 * 60 * 1_000;

/// The greatest number of a message with counts that each instance has sent.
#[derive(Default)]
pub struct HeardCounts(HashMap<Instance, u64>);

impl HeardCounts {
    /// Returns whether a message with counts is new. The channel keeps the order of one instance's messages.
    pub fn take(&mut self, from: Instance, number: u64, sent_ms: i64, now_ms: i64) -> bool {
        let last = self.0.entry(from).or_default();
        let is_new = number > *last && (now_ms - sent_ms).abs() < OLD_AFTER_MS;
        if is_new {
            *last = number;
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_are_sent_again_are_not_taken() {
        let mut heard = HeardCounts::default();
        assert!(heard.take(7, 1, 1_000, 1_000) && heard.take(7, 2, 1_000, 1_000) && heard.take(8, 1, 1_000, 900));
        assert!(!heard.take(7, 1, 1_000, 1_000) && !heard.take(7, 2, 1_000, 1_000));
        assert!(heard.take(7, 9, 1_000, 1_000) && !heard.take(7, 3, 1_000, 1_000));
        let mut restarted = HeardCounts::default();
        assert!(!restarted.take(7, 1, 1_000, 1_000 + OLD_AFTER_MS));
    }
}
