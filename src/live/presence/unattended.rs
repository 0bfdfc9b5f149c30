//! Measures how long nobody has led each room, in the time that this process has run.

use std::collections::HashMap;
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

/// The state of an open room when it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct RoomState {
    pub room: i64,
    /// When a person last led the room, on the wall clock. Only a different value matters, not whether it is later.
    pub led_ms: i64,
    /// Whether a person is there to lead the room now.
    pub is_attended: bool,
}

impl Unattended {
    /// Looks at all open rooms. Returns those that nobody has led for `patience_ms`.
    pub fn check(&self, now: Moment, open: &[RoomState], patience_ms: i64) -> Vec<RoomState> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = now.running_ms;
        let mut rooms = HashMap::with_capacity(open.len());
        for room in open {
            let since_ms = match last.rooms.get(&room.room) {
                _ if room.is_attended => now_ms,
                Some(known) if known.led_ms == room.led_ms => known.since_ms,
                // The time is new, so it came after the last look, whatever its time on the wall clock is.
                _ => now_ms - (now.wall_ms - room.led_ms).clamp(0, now_ms - last.at_ms),
            };
            rooms.insert(room.room, UnattendedRoom { led_ms: room.led_ms, since_ms });
        }
        let is_over =
            |room: &&RoomState| rooms.get(&room.room).is_some_and(|open| now_ms - open.since_ms >= patience_ms);
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

    fn state(led_ms: i64, is_attended: bool) -> [RoomState; 1] {
        [RoomState { room: 1, led_ms, is_attended }]
    }

    #[test]
    fn a_room_is_over_when_nobody_has_led_it_for_so_long() {
        let unattended = Unattended::default();
        assert!(unattended.check(at(1_000, 1_000), &state(900, false), 500).is_empty());
        assert!(unattended.check(at(1_399, 1_399), &state(900, false), 500).is_empty());
        assert_eq!(unattended.check(at(1_400, 1_400), &state(900, false), 500).len(), 1);
        assert!(unattended.check(at(1_410, 1_410), &state(1_405, false), 500).is_empty(), "led again");
        assert!(unattended.check(at(9_000, 9_000), &state(1_405, true), 500).is_empty(), "someone is there");
        assert!(unattended.check(at(9_400, 9_400), &state(1_405, false), 500).is_empty(), "and was a moment ago");
    }

    #[test]
    fn setting_the_clock_ends_nothing_and_keeps_nothing_open() {
        let unattended = Unattended::default();
        assert!(unattended.check(at(1_000, 100), &state(1_000, false), 500).is_empty());
        assert!(unattended.check(at(90_000, 200), &state(1_000, false), 500).is_empty());
        assert!(unattended.check(at(90_000, 300), &state(95_000, false), 500).is_empty(), "led in the time to come");
        assert!(unattended.check(at(10, 799), &state(95_000, false), 500).is_empty());
        assert_eq!(unattended.check(at(20, 800), &state(95_000, false), 500).len(), 1);
    }

    #[test]
    fn a_room_from_before_the_process_began_gets_its_full_time_again() {
        let unattended = Unattended::default();
        assert!(unattended.check(at(90_000, 10), &state(1_000, false), 500).is_empty());
        assert!(unattended.check(at(90_489, 499), &state(1_000, false), 500).is_empty());
        assert_eq!(unattended.check(at(90_490, 500), &state(1_000, false), 500).len(), 1);
    }
}
