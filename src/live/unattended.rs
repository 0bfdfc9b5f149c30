//! Measures how long nobody has led each room, in the time that this process has run.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Moment;

#[derive(Default)]
pub struct Unattended(Mutex<Look>);

/// One entry for each room that was open at the last look.
#[derive(Default)]
struct Look {
    at_ms: i64,
    rooms: HashMap<i64, Alone>,
}

struct Alone {
    sign_ms: i64,
    since_ms: i64,
}

/// The state of an open room when it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Sign {
    pub room: i64,
    /// When a person last led the room, on the wall clock. Only a different value matters, not whether it is later.
    pub sign_ms: i64,
    /// Whether a person is there to lead the room now.
    pub is_attended: bool,
}

impl Unattended {
    /// Looks at all open rooms. Returns those that nobody has led for `patience_ms`.
    pub fn look(&self, now: Moment, open: &[Sign], patience_ms: i64) -> Vec<Sign> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = now.running_ms;
        let mut rooms = HashMap::with_capacity(open.len());
        for sign in open {
            let since_ms = match last.rooms.get(&sign.room) {
                _ if sign.is_attended => now_ms,
                Some(known) if known.sign_ms == sign.sign_ms => known.since_ms,
                // The sign is new, so it came after the last look, whatever its time on the wall clock is.
                _ => now_ms - (now.wall_ms - sign.sign_ms).clamp(0, now_ms - last.at_ms),
            };
            rooms.insert(sign.room, Alone { sign_ms: sign.sign_ms, since_ms });
        }
        let is_over = |sign: &&Sign| rooms.get(&sign.room).is_some_and(|alone| now_ms - alone.since_ms >= patience_ms);
        let over = open.iter().filter(is_over).copied().collect();
        *last = Look { at_ms: now_ms, rooms };
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall_ms: i64, running_ms: i64) -> Moment {
        Moment { wall_ms, running_ms }
    }

    fn sign(sign_ms: i64, is_attended: bool) -> [Sign; 1] {
        [Sign { room: 1, sign_ms, is_attended }]
    }

    #[test]
    fn a_room_is_over_when_nobody_has_led_it_for_so_long() {
        let unattended = Unattended::default();
        assert!(unattended.look(at(1_000, 1_000), &sign(900, false), 500).is_empty());
        assert!(unattended.look(at(1_399, 1_399), &sign(900, false), 500).is_empty());
        assert_eq!(unattended.look(at(1_400, 1_400), &sign(900, false), 500).len(), 1);
        assert!(unattended.look(at(1_410, 1_410), &sign(1_405, false), 500).is_empty(), "a new sign");
        assert!(unattended.look(at(9_000, 9_000), &sign(1_405, true), 500).is_empty(), "someone is there");
        assert!(unattended.look(at(9_400, 9_400), &sign(1_405, false), 500).is_empty(), "and was a moment ago");
    }

    #[test]
    fn setting_the_clock_ends_nothing_and_keeps_nothing_open() {
        let unattended = Unattended::default();
        assert!(unattended.look(at(1_000, 100), &sign(1_000, false), 500).is_empty());
        assert!(unattended.look(at(90_000, 200), &sign(1_000, false), 500).is_empty());
        assert!(unattended.look(at(90_000, 300), &sign(95_000, false), 500).is_empty(), "a sign of the time to come");
        assert!(unattended.look(at(10, 799), &sign(95_000, false), 500).is_empty());
        assert_eq!(unattended.look(at(20, 800), &sign(95_000, false), 500).len(), 1);
    }

    #[test]
    fn what_was_open_before_the_process_began_has_its_time_anew() {
        let unattended = Unattended::default();
        assert!(unattended.look(at(90_000, 10), &sign(1_000, false), 500).is_empty());
        assert!(unattended.look(at(90_489, 499), &sign(1_000, false), 500).is_empty());
        assert_eq!(unattended.look(at(90_490, 500), &sign(1_000, false), 500).len(), 1);
    }
}
