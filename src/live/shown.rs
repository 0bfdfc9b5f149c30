//! How many people have said that an event is on their screen. Gathered: however many say so, their count is told
//! at most once per sweep.

use std::collections::HashSet;

use dashmap::DashMap;

#[derive(Default)]
pub struct Shown {
    rooms: DashMap<i64, Screens>,
}

#[derive(Default)]
struct Screens {
    seq: i64,
    people: HashSet<i64>,
    told: usize,
}

impl Shown {
    /// A word about an event that is older than the newest one counts for nothing.
    pub fn ack(&self, room: i64, seq: i64, person: i64) {
        let mut screens = self.rooms.entry(room).or_default();
        if seq > screens.seq {
            *screens = Screens { seq, ..Screens::default() };
        }
        if seq == screens.seq {
            screens.people.insert(person);
        }
    }

    /// The rooms in which the count has changed, with the event and the count.
    pub fn sweep(&self) -> Vec<(i64, i64, i64)> {
        let mut changed = Vec::new();
        for mut room in self.rooms.iter_mut() {
            let count = room.people.len();
            if count != room.told {
                room.told = count;
                changed.push((*room.key(), room.seq, count as i64));
            }
        }
        changed
    }

    pub fn count(&self, room: i64, seq: i64) -> i64 {
        self.rooms.get(&room).filter(|screens| screens.seq == seq).map_or(0, |screens| screens.people.len() as i64)
    }

    pub fn forget(&self, room: i64) {
        self.rooms.remove(&room);
    }
}
