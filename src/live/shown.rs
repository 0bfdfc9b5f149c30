//! Which event each person has said to be on their screen. Who asks counts those between two positions.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use dashmap::DashMap;

#[derive(Default)]
pub struct Shown {
    rooms: DashMap<i64, Room>,
    /// Those in which someone has said something since the last look.
    changed: Mutex<HashSet<i64>>,
}

#[derive(Default)]
struct Room {
    /// The newest event on each person's screen.
    newest: HashMap<i64, i64>,
    /// From which event on how many were told last.
    told: Option<(i64, i64)>,
}

impl Shown {
    pub fn ack(&self, room: i64, seq: i64, person: i64) {
        let before = self.rooms.entry(room).or_default().newest.insert(person, seq);
        if before != Some(seq) {
            self.changed(|rooms| rooms.insert(room));
        }
    }

    /// The rooms to look at, once.
    pub fn take_changed(&self) -> HashSet<i64> {
        self.changed(std::mem::take)
    }

    fn changed<T>(&self, change: impl FnOnce(&mut HashSet<i64>) -> T) -> T {
        change(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts who shows something from `first` to `last`: what lies ahead of the log is nobody's screen, and who is
    /// not `here` shows nothing.
    pub fn count(&self, room: i64, first: i64, last: i64, here: impl Fn(i64) -> bool) -> i64 {
        let shows = |(person, seq): &(&i64, &i64)| (first..=last).contains(*seq) && here(**person);
        self.rooms.get(&room).map_or(0, |room| room.newest.iter().filter(shows).count() as i64)
    }

    /// Someone has come or gone: what was told may not be so any more. A room where nobody shows anything stays unlooked at.
    pub fn moved(&self, room: i64) {
        if self.rooms.contains_key(&room) {
            self.look_again(room);
        }
    }

    /// Whether it is news that so many show what began with `first`: a later event of the same step changes no number.
    pub fn is_news(&self, room: i64, first: i64, count: i64) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.told != Some((first, count)))
    }

    pub fn was_told(&self, room: i64, first: i64, count: i64) {
        if let Some(mut room) = self.rooms.get_mut(&room) {
            room.told = Some((first, count));
        }
    }

    /// It could not be told: the next look takes it up again.
    pub fn look_again(&self, room: i64) {
        self.changed(|rooms| rooms.insert(room));
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
        let shown = Shown::default();
        shown.ack(1, 1_000_000, 7);
        shown.ack(1, 3, 8);
        shown.ack(1, 5, 9);
        let all = |_| true;
        assert_eq!(shown.count(1, 3, 5, all), 2);
        assert_eq!(shown.count(1, 4, 5, all), 1);
        assert_eq!(shown.count(1, 3, 5, |person| person != 9), 1);
        assert_eq!(shown.take_changed().len(), 1);
        assert!(shown.is_news(1, 3, 2));
        shown.was_told(1, 3, 2);
        assert!(!shown.is_news(1, 3, 2));
        assert!(shown.is_news(1, 5, 2));
        shown.ack(1, 5, 9);
        shown.moved(2);
        assert!(shown.take_changed().is_empty());
        shown.moved(1);
        assert_eq!(shown.take_changed().len(), 1);
    }
}
