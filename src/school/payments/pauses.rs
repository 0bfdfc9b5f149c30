//! Pauses in which a gateway is left alone before it is asked again.

use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// Returns the pause for an order or a refund of this age. No request takes as long as the shortest pause: two nodes, or a request
/// and the job, do not ask about the same thing at once.
pub(super) fn pause_ms(age_ms: i64) -> i64 {
    let pauses = [(10 * MINUTE_MS, 30 * SECOND_MS), (HOUR_MS, 2 * MINUTE_MS), (DAY_MS, 15 * MINUTE_MS)];
    pauses.into_iter().find(|(until_ms, _)| age_ms <= *until_ms).map_or(HOUR_MS, |(_, pause_ms)| pause_ms)
}

/// Returns the pause until a confirmed order of this age is looked at again: as long as its age, from an hour to a day.
pub(super) fn recheck_pause_ms(age_ms: i64) -> i64 {
    age_ms.clamp(HOUR_MS, DAY_MS)
}
