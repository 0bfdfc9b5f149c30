//! The latest event that each person reported to be on their screen. `count` counts the people between two positions of the log.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use dashmap::DashMap;

#[derive(Default)]
pub struct ScreenReports {
    rooms: DashMap<i64, RoomReports>,
    /// Rooms that may have a new count since the last `take_changed`.
    changed: Mutex<HashSet<i64>>,
}

#[derive(Default)]
struct RoomReports {
    /// The latest event that each person reported.
    newest: HashMap<i64, i64>,
    /// The last count that was logged, as `(first, count)`: `count` people show the events from `first` on.
    logged: Option<(i64, i64)>,
}

impl ScreenReports {
    /// Notes that a person's screen shows an event. An earlier one than before changes nothing, so that nobody can make the count go up
    /// and down again and again.
    pub fn ack(&self, room: i64, seq: i64, person: i64) {
        let mut reports = self.rooms.entry(room).or_default();
        if reports.newest.get(&person).is_none_or(|newest| *newest < seq) {
            reports.newest.insert(person, seq);
            drop(reports);
            self.changed(|rooms| rooms.insert(room));
        }
    }

    /// Returns the rooms that may have a new count, and clears the list.
    pub fn take_changed(&self) -> HashSet<i64> {
        self.changed(std::mem::take)
    }

    fn changed<T>(&self, change: impl FnOnce(&mut HashSet<i64>) -> T) -> T {
        change(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts the people who show an event from `first` to `last`. A reported event beyond `last` does not count, nor does a
    /// person who is not `here`.
    pub fn count(&self, room: i64, first: i64, last: i64, here: impl Fn(i64) -> bool) -> i64 {
        let shows = |(person, seq): &(&i64, &i64)| (first..=last).contains(*seq) && here(**person);
        self.rooms.get(&room).map_or(0, |room| room.newest.iter().filter(shows).count() as i64)
    }

    /// Marks a room, so that it is counted again: a person came or left, or the count could not be logged. Does nothing if nobody
    /// in the room has reported an event.
    pub fn recount(&self, room: i64) {
        if self.rooms.contains_key(&room) {
            self.changed(|rooms| rooms.insert(room));
        }
    }

    /// Marks a room, so that its count is logged again even if it has not changed.
    pub fn log_again(&self, room: i64) {
        self.rooms.entry(room).or_default().logged = None;
        self.changed(|rooms| rooms.insert(room));
    }

    /// Marks all rooms but these, so that they are looked at again and forgotten if they are no longer open.
    pub fn recount_all_but(&self, open: &HashSet<i64>) {
        let others: Vec<i64> = self.rooms.iter().map(|room| *room.key()).filter(|room| !open.contains(room)).collect();
        self.changed(|rooms| rooms.extend(others));
    }

    /// Whether the count for the events from `first` on differs from what was last logged. A later event of the same step keeps
    /// `first`, and so changes nothing.
    pub fn is_new_count(&self, room: i64, first: i64, count: i64) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.logged != Some((first, count)))
    }

    pub fn mark_logged(&self, room: i64, first: i64, count: i64) {
        if let Some(mut room) = self.rooms.get_mut(&room) {
            room.logged = Some((first, count));
        }
    }

    pub fn forget(&self, room: i64) {
        self.rooms.remove(&room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ack_of_what_has_not_happened_counts_for_nothing_and_harms_nobody() {
        let screens = ScreenReports::default();
        screens.ack(1, 1_000_000, 7);
        screens.ack(1, 3, 8);
        screens.ack(1, 5, 9);
        let all = |_| true;
        assert_eq!(screens.count(1, 3, 5, all), 2);
        assert_eq!(screens.count(1, 4, 5, all), 1);
        assert_eq!(screens.count(1, 3, 5, |person| person != 9), 1);
        assert_eq!(screens.take_changed().len(), 1);
        assert!(screens.is_new_count(1, 3, 2));
        screens.mark_logged(1, 3, 2);
        assert!(!screens.is_new_count(1, 3, 2));
        assert!(screens.is_new_count(1, 5, 2));
        screens.ack(1, 5, 9);
        screens.ack(1, 4, 9);
        screens.recount(2);
        assert!(screens.take_changed().is_empty());
        assert_eq!(screens.count(1, 5, 5, all), 1, "a step that was shown is not taken back");
        screens.recount(1);
        assert_eq!(screens.take_changed().len(), 1);
        screens.ack(2, 1, 7);
        screens.take_changed();
        screens.recount_all_but(&HashSet::from([1, 3]));
        assert_eq!(screens.take_changed(), HashSet::from([2]));
    }
}
