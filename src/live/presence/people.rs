//! The people whose sockets are on this node: each is in a room while any socket of theirs is open, and for a grace after the
//! last one closed (a person whose phone changes from Wi-Fi to LTE has not left).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use dashmap::DashMap;

use crate::clock::Moment;
use crate::language::Language;

#[derive(Default)]
pub struct PeopleHere {
    rooms: DashMap<i64, HashMap<i64, PresentPerson>>,
    graces: Mutex<VecDeque<Grace>>,
}

#[derive(Debug, Clone, Copy)]
pub struct PresentPerson {
    sockets: u32,
    /// Since when they are in the room without interruption, on the wall clock.
    pub since_ms: i64,
    /// When a socket of theirs last opened or closed, on the wall clock.
    pub last_ms: i64,
    /// The language of their newest socket that named one.
    pub language: Option<Language>,
    /// How often their last socket has closed. A grace that began at an earlier closing does not count any more.
    closings: u32,
}

struct Grace {
    room: i64,
    person: i64,
    closing: u32,
    /// The end of the grace, on the monotonic clock, which nobody can set.
    until_ms: i64,
}

/// A person whose grace has run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepartedPerson {
    pub room: i64,
    pub person: i64,
    pub last_ms: i64,
}

impl PeopleHere {
    /// Counts one more socket of the person. Returns `true` if they were not in the room before.
    pub fn add_socket(&self, room: i64, person: i64, language: Option<Language>, now: Moment) -> bool {
        let mut people = self.rooms.entry(room).or_default();
        let mut is_new = false;
        let here = people.entry(person).or_insert_with(|| {
            is_new = true;
            PresentPerson { sockets: 0, since_ms: now.wall_ms, last_ms: now.wall_ms, language, closings: 0 }
        });
        here.sockets += 1;
        here.last_ms = now.wall_ms;
        here.language = language.or(here.language);
        is_new
    }

    pub fn remove_socket(&self, room: i64, person: i64, now: Moment, grace_ms: i64) {
        let Some(mut people) = self.rooms.get_mut(&room) else { return };
        let Some(here) = people.get_mut(&person) else { return };
        here.sockets = here.sockets.saturating_sub(1);
        here.last_ms = now.wall_ms;
        if here.sockets == 0 {
            here.closings += 1;
            let closing = here.closings;
            drop(people);
            let until_ms = now.running_ms.saturating_add(grace_ms);
            self.graces(|queue| queue.push_back(Grace { room, person, closing, until_ms }));
        }
    }

    pub fn expect_back(&self, room: i64, person: i64, now: Moment, grace_ms: i64) {
        self.add_socket(room, person, None, now);
        self.remove_socket(room, person, now, grace_ms);
    }

    /// Removes a person at once, without a grace: they are no longer in the room.
    pub fn forget(&self, room: i64, person: i64) {
        if let Some(mut people) = self.rooms.get_mut(&room) {
            people.remove(&person);
        }
        self.rooms.remove_if(&room, |_, people| people.is_empty());
    }

    /// Removes and returns the people who did not come back in time.
    pub fn take_departed(&self, now: Moment) -> Vec<DepartedPerson> {
        let due: Vec<Grace> = self.graces(|queue| {
            let count = queue.iter().take_while(|l| l.until_ms <= now.running_ms).count();
            queue.drain(..count).collect()
        });
        let mut departed = Vec::new();
        for Grace { room, person, closing, .. } in due {
            let Some(mut people) = self.rooms.get_mut(&room) else { continue };
            let Some(here) = people.get(&person).copied() else { continue };
            if here.sockets == 0 && here.closings == closing {
                people.remove(&person);
                departed.push(DepartedPerson { room, person, last_ms: here.last_ms });
            }
            drop(people);
            self.rooms.remove_if(&room, |_, people| people.is_empty());
        }
        departed
    }

    fn graces<T>(&self, change: impl FnOnce(&mut VecDeque<Grace>) -> T) -> T {
        change(&mut self.graces.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn is_here(&self, room: i64, person: i64) -> bool {
        self.rooms.get(&room).is_some_and(|people| people.contains_key(&person))
    }

    pub fn count(&self, room: i64) -> i64 {
        self.rooms.get(&room).map_or(0, |people| people.len() as i64)
    }

    /// All people in the room, with the times of their presence.
    pub fn people_in(&self, room: i64) -> HashMap<i64, PresentPerson> {
        self.rooms.get(&room).map(|people| people.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Moment {
        Moment { wall_ms: ms, running_ms: ms }
    }

    #[test]
    fn a_phone_that_comes_back_in_time_has_not_left() {
        let people = PeopleHere::default();
        assert!(people.add_socket(1, 7, None, at(0)));
        people.remove_socket(1, 7, at(100), 50);
        assert!(!people.add_socket(1, 7, None, at(120)));
        assert_eq!(people.take_departed(at(1_000)), []);
        people.remove_socket(1, 7, at(2_000), 50);
        assert_eq!(people.take_departed(at(2_049)), []);
        assert_eq!(people.take_departed(at(2_050)), [DepartedPerson { room: 1, person: 7, last_ms: 2_000 }]);
        assert!(people.add_socket(1, 7, None, at(3_000)));
    }

    #[test]
    fn the_second_phone_keeps_its_person_there() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, None, at(0));
        people.add_socket(1, 7, None, at(0));
        people.remove_socket(1, 7, at(10), 0);
        assert_eq!(people.take_departed(at(99)), []);
        assert_eq!(people.count(1), 1);
        people.remove_socket(1, 7, at(100), 0);
        assert_eq!(people.take_departed(at(100)).len(), 1);
        assert_eq!(people.count(1), 0);
    }

    #[test]
    fn setting_the_clock_neither_ends_a_grace_nor_prolongs_it() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, None, at(10_000));
        people.remove_socket(1, 7, at(10_000), 5_000);
        people.add_socket(1, 8, None, at(10_000));
        people.remove_socket(1, 8, Moment { wall_ms: 9_999_999, running_ms: 10_000 }, 5_000);
        assert_eq!(people.take_departed(Moment { wall_ms: 9_999_999, running_ms: 14_999 }), []);
        assert_eq!(people.take_departed(Moment { wall_ms: 1, running_ms: 15_000 }).len(), 2);
    }
}
