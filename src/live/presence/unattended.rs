//! Measures how long nobody has led each room, in the time that this process has run.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::clock::Moment;

#[derive(Default)]
pub struct Unattended(Mutex<LastCheck>);

/// One entry for each room that was open at the last look.
#[derive(Default)]
struct LastCheck {
    at_ms: i64,
    rooms: HashMap<i64, UnattendedRoom>,
}

struct UnattendedRoom {
    led_ms: i64,
    since_ms: i64,
}

/// A room that is open, and when a person last led it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRoom {
    pub room: i64,
    /// On the wall clock. Only a different value matters, not whether it is later.
    pub led_ms: i64,
}

impl Unattended {
    /// Looks at all open rooms; in those of `led`, a person is there to lead now. Returns those that nobody has led for
    /// `patience_ms`.
    pub fn check(&self, now: Moment, open: &[OpenRoom], led: &HashSet<i64>, patience_ms: i64) -> Vec<OpenRoom> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = now.running_ms;
        let mut rooms = HashMap::with_capacity(open.len());
        for room in open {
            let since_ms = match last.rooms.get(&room.room) {
                _ if led.contains(&room.room) => now_ms,
                Some(known) if known.led_ms == room.led_ms => known.since_ms,
                // The time is new, so it came after the last look, whatever its time on the wall clock is.
                _ => now_ms - (now.wall_ms - room.led_ms).clamp(0, now_ms - last.at_ms),
            };
            rooms.insert(room.room, UnattendedRoom { led_ms: room.led_ms, since_ms });
        }
        let is_over =
            |room: &&OpenRoom| rooms.get(&room.room).is_some_and(|open| now_ms - open.since_ms >= patience_ms);
        let over = open.iter().filter(is_over).copied().collect();
        *last = LastCheck { at_ms: now_ms, rooms };
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall_ms: i64, running_ms: i64) -> Moment {
        Moment { wall_ms, running_ms }
    }

    /// Looks at room 1, and says whether it is over.
    fn is_over(unattended: &Unattended, now: Moment, led_ms: i64, is_led: bool) -> bool {
        let led = if is_led { HashSet::from([1]) } else { HashSet::new() };
        !unattended.check(now, &[OpenRoom { room: 1, led_ms }], &led, 500).is_empty()
    }

    #[test]
    fn a_room_is_over_when_nobody_has_led_it_for_so_long() {
        let unattended = Unattended::default();
        assert!(!is_over(&unattended, at(1_000, 1_000), 900, false));
        assert!(!is_over(&unattended, at(1_399, 1_399), 900, false));
        assert!(is_over(&unattended, at(1_400, 1_400), 900, false));
        assert!(!is_over(&unattended, at(1_410, 1_410), 1_405, false), "led again");
        assert!(!is_over(&unattended, at(9_000, 9_000), 1_405, true), "someone is there");
        assert!(!is_over(&unattended, at(9_400, 9_400), 1_405, false), "and was a moment ago");
    }

    #[test]
    fn setting_the_clock_ends_nothing_and_keeps_nothing_open() {
        let unattended = Unattended::default();
        assert!(!is_over(&unattended, at(1_000, 100), 1_000, false));
        assert!(!is_over(&unattended, at(90_000, 200), 1_000, false));
        assert!(!is_over(&unattended, at(90_000, 300), 95_000, false), "led in the time to come");
        assert!(!is_over(&unattended, at(10, 799), 95_000, false));
        assert!(is_over(&unattended, at(20, 800), 95_000, false));
    }

    #[test]
    fn a_room_from_before_the_process_began_gets_its_full_time_again() {
        let unattended = Unattended::default();
        assert!(!is_over(&unattended, at(90_000, 10), 1_000, false));
        assert!(!is_over(&unattended, at(90_489, 499), 1_000, false));
        assert!(is_over(&unattended, at(90_490, 500), 1_000, false));
    }
}
