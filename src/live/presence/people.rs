//! The people whose sockets are on this node: each is in a room while any socket of theirs is open, and for a grace after the
//! last one closed (a person whose phone changes from Wi-Fi to LTE has not left).

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dashmap::DashMap;

use crate::clock::Moment;
use crate::language::Language;

#[derive(Default)]
pub struct PeopleHere {
    rooms: DashMap<i64, HashMap<i64, PersonHere>>,
    graces: Mutex<VecDeque<Grace>>,
    grace_count: AtomicU64,
    /// People who were removed, and of whom this node may still have a row.
    left: Mutex<Vec<DepartedPerson>>,
}

struct PersonHere {
    /// The ids of their open sockets. A socket from before they left is not among those of their return, so its end says nothing.
    sockets: Vec<u64>,
    /// The number of the grace that runs since their last socket closed. An earlier grace does not count any more.
    grace: Option<u64>,
    /// Whether the database has answered about them: from then on its rows count, and not this memory.
    is_settled: bool,
    /// Whether a task writes them, and tries again until that is done. One is enough, however often they come back meanwhile.
    is_being_written: bool,
    seen: PresentPerson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentPerson {
    /// The time since which they are in the room without interruption, on the wall clock.
    pub since_ms: i64,
    /// The time at which a socket of theirs last opened or closed, on the wall clock.
    pub last_ms: i64,
    /// The language of their newest socket that named one.
    pub language: Option<Language>,
}

struct Grace {
    number: u64,
    room: i64,
    person: i64,
    /// The end of the grace, on the monotonic clock, which nobody can set.
    until_ms: i64,
}

/// A person whose grace has run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepartedPerson {
    pub room: i64,
    pub person: i64,
    pub seen: PresentPerson,
}

impl PersonHere {
    fn new(seen: PresentPerson) -> PersonHere {
        PersonHere { sockets: Vec::new(), grace: None, is_settled: false, is_being_written: false, seen }
    }
}

impl PresentPerson {
    fn since(now: Moment) -> PresentPerson {
        PresentPerson { since_ms: now.wall_ms, last_ms: now.wall_ms, language: None }
    }

    /// Joins what two nodes know of a person.
    pub fn and(self, other: PresentPerson) -> PresentPerson {
        let (newer, older) = if self.last_ms >= other.last_ms { (self, other) } else { (other, self) };
        PresentPerson {
            since_ms: self.since_ms.min(other.since_ms),
            last_ms: newer.last_ms,
            language: newer.language.or(older.language),
        }
    }
}

impl PeopleHere {
    /// Notes one more socket of the person, by the id of its connection. Returns `true` if they are to be written: they were not in the room before, or nobody
    /// knows whether the database has them.
    pub fn add_socket(&self, room: i64, person: i64, socket: u64, language: Option<Language>, now: Moment) -> bool {
        let mut people = self.rooms.entry(room).or_default();
        let is_new = !people.contains_key(&person);
        let here = people.entry(person).or_insert_with(|| PersonHere::new(PresentPerson::since(now)));
        here.sockets.push(socket);
        let is_back = here.grace.take().is_some();
        here.seen.last_ms = now.wall_ms;
        here.seen.language = language.or(here.seen.language);
        let is_to_be_written = is_new || (is_back && !here.is_settled && !here.is_being_written);
        here.is_being_written |= is_to_be_written;
        is_to_be_written
    }

    /// Notes that a socket has closed. The last one begins a grace, after which the person counts as departed. A socket from before
    /// the person left does not count.
    pub fn remove_socket(&self, room: i64, person: i64, socket: u64, now: Moment, grace_ms: i64) {
        let Some(mut people) = self.rooms.get_mut(&room) else { return };
        let Some(here) = people.get_mut(&person) else { return };
        let Some(at) = here.sockets.iter().position(|open| *open == socket) else { return };
        here.sockets.swap_remove(at);
        here.seen.last_ms = now.wall_ms;
        if here.sockets.is_empty() {
            here.grace = Some(self.begin_grace(room, person, now, grace_ms));
        }
    }

    /// Gives a person the grace to come back: to those whom this node has taken over, and to those whose departure could not be
    /// written. Does nothing if they are in the room by this node. `is_written`: whether the database surely has them.
    pub fn expect_back(
        &self,
        room: i64,
        person: i64,
        seen: PresentPerson,
        is_written: bool,
        now: Moment,
        grace_ms: i64,
    ) {
        let mut people = self.rooms.entry(room).or_default();
        if people.contains_key(&person) {
            return;
        }
        let grace = Some(self.begin_grace(room, person, now, grace_ms));
        people.insert(person, PersonHere { grace, is_settled: is_written, ..PersonHere::new(seen) });
    }

    /// Notes that the database has this person, or has refused them.
    pub fn settle(&self, room: i64, person: i64) {
        if let Some(mut people) = self.rooms.get_mut(&room)
            && let Some(here) = people.get_mut(&person)
        {
            (here.is_settled, here.is_being_written) = (true, false);
        }
    }

    /// Forgets all people without a socket, for whom other nodes speak now, and that the database has the others. Returns these, by
    /// room: the database is to be told of them anew.
    pub fn begin_anew(&self) -> Vec<(i64, i64)> {
        let mut connected = Vec::new();
        self.rooms.retain(|room, people| {
            people.retain(|_, here| !here.sockets.is_empty());
            for (person, here) in people.iter_mut() {
                (here.is_settled, here.is_being_written) = (false, true);
                connected.push((*room, *person));
            }
            !people.is_empty()
        });
        connected
    }

    fn begin_grace(&self, room: i64, person: i64, now: Moment, grace_ms: i64) -> u64 {
        let number = self.grace_count.fetch_add(1, Ordering::Relaxed);
        let until_ms = now.running_ms.saturating_add(grace_ms);
        self.graces(|queue| queue.push_back(Grace { number, room, person, until_ms }));
        number
    }

    /// Removes a person at once, without a grace: they are no longer in the room. They count as departed all the same: if they have
    /// come back since, and this node has written that, its row is deleted.
    pub fn forget(&self, room: i64, person: i64) {
        let removed = self.rooms.get_mut(&room).and_then(|mut people| people.remove(&person));
        self.rooms.remove_if(&room, |_, people| people.is_empty());
        if let Some(here) = removed {
            self.left().push(DepartedPerson { room, person, seen: here.seen });
        }
    }

    fn left(&self) -> MutexGuard<'_, Vec<DepartedPerson>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes and returns the people who did not come back in time.
    pub fn take_departed(&self, now: Moment) -> Vec<DepartedPerson> {
        let due: Vec<Grace> = self.graces(|queue| {
            let count = queue.iter().take_while(|grace| grace.until_ms <= now.running_ms).count();
            queue.drain(..count).collect()
        });
        let mut departed = std::mem::take(&mut *self.left());
        departed.retain(|left| self.seen(left.room, left.person).is_none());
        for Grace { number, room, person, .. } in due {
            let Some(mut people) = self.rooms.get_mut(&room) else { continue };
            let Some(here) = people.get(&person) else { continue };
            if here.grace == Some(number) {
                departed.push(DepartedPerson { room, person, seen: here.seen });
                people.remove(&person);
            }
            drop(people);
            self.rooms.remove_if(&room, |_, people| people.is_empty());
        }
        departed
    }

    fn graces<T>(&self, change: impl FnOnce(&mut VecDeque<Grace>) -> T) -> T {
        change(&mut self.graces.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the times of a person's presence and their language, if they are in the room.
    pub fn seen(&self, room: i64, person: i64) -> Option<PresentPerson> {
        self.rooms.get(&room)?.get(&person).map(|here| here.seen)
    }

    pub fn has_socket(&self, room: i64, person: i64) -> bool {
        self.rooms.get(&room).is_some_and(|people| people.get(&person).is_some_and(|here| !here.sockets.is_empty()))
    }

    pub fn count(&self, room: i64) -> i64 {
        self.rooms.get(&room).map_or(0, |people| people.len() as i64)
    }

    /// All people in the room, with the times of their presence.
    pub fn people_in(&self, room: i64) -> HashMap<i64, PresentPerson> {
        self.select(room, |_| true)
    }

    /// The people in the room of whom the database does not know yet.
    pub fn unsettled_in(&self, room: i64) -> HashMap<i64, PresentPerson> {
        self.select(room, |here| !here.is_settled)
    }

    fn select(&self, room: i64, is_meant: impl Fn(&PersonHere) -> bool) -> HashMap<i64, PresentPerson> {
        let meant = |people: &HashMap<i64, PersonHere>| {
            people.iter().filter(|(_, here)| is_meant(here)).map(|(person, here)| (*person, here.seen)).collect()
        };
        self.rooms.get(&room).map(|people| meant(&people)).unwrap_or_default()
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
        assert!(people.add_socket(1, 7, 1, None, at(0)));
        people.settle(1, 7);
        people.remove_socket(1, 7, 1, at(100), 50);
        assert!(!people.add_socket(1, 7, 2, None, at(120)));
        assert_eq!(people.take_departed(at(1_000)), []);
        people.remove_socket(1, 7, 2, at(2_000), 50);
        assert_eq!(people.take_departed(at(2_049)), []);
        let seen = PresentPerson { since_ms: 0, last_ms: 2_000, language: None };
        assert_eq!(people.take_departed(at(2_050)), [DepartedPerson { room: 1, person: 7, seen }]);
        assert!(people.add_socket(1, 7, 3, None, at(3_000)));
    }

    #[test]
    fn the_second_phone_keeps_its_person_there() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, 1, None, at(0));
        people.add_socket(1, 7, 2, None, at(0));
        people.remove_socket(1, 7, 1, at(10), 0);
        assert_eq!(people.take_departed(at(99)), []);
        assert_eq!(people.count(1), 1);
        people.remove_socket(1, 7, 2, at(100), 0);
        assert_eq!(people.take_departed(at(100)).len(), 1);
        assert_eq!(people.count(1), 0);
    }

    #[test]
    fn nothing_from_before_leaving_counts_after_the_return() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, 1, None, at(0));
        people.forget(1, 7);
        assert!(people.add_socket(1, 7, 2, None, at(10)));
        people.remove_socket(1, 7, 1, at(20), 0);
        assert_eq!(people.take_departed(at(99)), [], "the late end of the first socket");
        people.remove_socket(1, 7, 2, at(100), 50);
        people.forget(1, 7);
        assert!(people.add_socket(1, 7, 3, None, at(110)), "the database is told of the return");
        people.remove_socket(1, 7, 3, at(120), 50);
        assert_eq!(people.take_departed(at(150)), [], "the grace of the second socket");
        assert_eq!(people.take_departed(at(170)).len(), 1);
    }

    #[test]
    fn who_left_and_is_not_back_has_departed_so_that_no_row_is_left() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, 1, None, at(0));
        people.forget(1, 7);
        people.forget(1, 8);
        assert_eq!(people.take_departed(at(0)).iter().map(|left| left.person).collect::<Vec<_>>(), [7]);
        assert_eq!(people.take_departed(at(99)), []);
    }

    #[test]
    fn the_return_of_someone_of_whom_the_database_may_not_know_is_written() {
        let people = PeopleHere::default();
        let seen = PresentPerson { since_ms: 0, last_ms: 0, language: None };
        people.expect_back(1, 7, seen, true, at(0), 50);
        people.expect_back(1, 8, seen, false, at(0), 50);
        assert!(!people.add_socket(1, 7, 1, None, at(10)) && people.add_socket(1, 8, 2, None, at(10)));
        assert!(!people.add_socket(1, 8, 3, None, at(10)), "a second socket");
        assert!(people.has_socket(1, 8) && !people.has_socket(1, 9));
        people.remove_socket(1, 8, 2, at(20), 50);
        people.remove_socket(1, 8, 3, at(20), 50);
        assert!(!people.add_socket(1, 8, 4, None, at(30)), "the first task still tries");
    }

    #[test]
    fn setting_the_clock_neither_ends_a_grace_nor_prolongs_it() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, 1, None, at(10_000));
        people.remove_socket(1, 7, 1, at(10_000), 5_000);
        people.add_socket(1, 8, 2, None, at(10_000));
        people.remove_socket(1, 8, 2, Moment { wall_ms: 9_999_999, running_ms: 10_000 }, 5_000);
        assert_eq!(people.take_departed(Moment { wall_ms: 9_999_999, running_ms: 14_999 }), []);
        assert_eq!(people.take_departed(Moment { wall_ms: 1, running_ms: 15_000 }).len(), 2);
    }
    #[test]
    fn a_person_who_is_expected_back_keeps_the_times_of_their_presence() {
        let people = PeopleHere::default();
        let seen = PresentPerson { since_ms: 3, last_ms: 5, language: Some(Language::Japanese) };
        people.expect_back(1, 7, seen, true, at(100), 50);
        people.add_socket(1, 8, 1, None, at(0));
        people.expect_back(1, 8, seen, true, at(100), 50);
        assert_eq!(people.seen(1, 7), Some(seen));
        assert!(!people.add_socket(1, 7, 2, None, at(120)), "back in time");
        assert_eq!(people.seen(1, 7), Some(PresentPerson { last_ms: 120, ..seen }));
        assert_eq!(people.take_departed(at(1_000)), [], "one is back, the other one was never away");
    }

    #[test]
    fn a_node_that_begins_anew_knows_those_who_are_connected_to_it() {
        let people = PeopleHere::default();
        people.add_socket(1, 7, 1, None, at(0));
        people.settle(1, 7);
        people.add_socket(1, 8, 2, None, at(0));
        people.remove_socket(1, 8, 2, at(10), 50);
        people.add_socket(2, 9, 3, None, at(0));
        people.remove_socket(2, 9, 3, at(10), 50);
        assert_eq!(people.unsettled_in(1).len(), 1);
        assert_eq!(people.begin_anew(), [(1, 7)]);
        assert_eq!((people.count(1), people.count(2)), (1, 0));
        assert!(people.unsettled_in(1).contains_key(&7));
        assert_eq!(people.take_departed(at(1_000)), [], "somebody else has their grace");
    }
}
