//! Looks that are due since messages for a node may have been lost.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::live::RoomKey;

/// All rooms are looked up, or told to fetch anew, at most so often.
const ALL_AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// Looks that are due since messages may have been lost.
#[derive(Default)]
pub struct DueLooks {
    /// Messages for this node may have been lost, of any room.
    pub is_interrupted: bool,
    /// Rooms without a log are to fetch anew.
    pub resync: bool,
    /// Rooms whose messages came late: those before may be lost.
    pub late: HashSet<RoomKey>,
    /// Time at which all rooms were last told to fetch anew.
    pub last: Option<Instant>,
}

/// The work of one look at the rooms.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RoomLook {
    /// Whether all rooms with a log are looked up, and not only the quiet ones.
    pub all: bool,
    /// Whether all rooms without a log fetch anew.
    pub resync: bool,
    pub late: HashSet<RoomKey>,
}

impl DueLooks {
    /// Takes what a look is to do now. What was done less than a moment ago stays due.
    pub fn take(&mut self, is_away: bool, now: Instant) -> RoomLook {
        let late = std::mem::take(&mut self.late);
        let may = self.last.is_none_or(|last| now - last >= ALL_AT_MOST_EVERY);
        if !may || !(self.is_interrupted || self.resync || is_away) {
            return RoomLook { all: is_away, resync: false, late };
        }
        self.last = Some(now);
        self.resync = false;
        let was_interrupted = std::mem::take(&mut self.is_interrupted);
        RoomLook { all: was_interrupted || is_away, resync: true, late }
    }

    /// Makes due again what could not be done.
    pub fn give_back(&mut self, look: RoomLook) {
        self.is_interrupted |= look.all;
        self.resync |= look.resync;
        self.late.extend(look.late);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rooms_fetch_anew_at_most_once_a_second_and_late_ones_alone() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut due = DueLooks { is_interrupted: true, ..DueLooks::default() };
        let whole = || RoomLook { all: true, resync: true, ..RoomLook::default() };
        assert_eq!(due.take(false, at(0)), whole());
        due.is_interrupted = true;
        let room = RoomKey { kind: 's', id: 1 };
        due.late.insert(room);
        assert_eq!(due.take(false, at(100)), RoomLook { late: [room].into(), ..RoomLook::default() });
        assert_eq!(due.take(false, at(1_000)), whole(), "it was due");
        assert_eq!(due.take(false, at(9_000)), RoomLook::default());
        due.resync = true;
        assert_eq!(due.take(false, at(9_100)), RoomLook { resync: true, ..RoomLook::default() });
        assert_eq!(due.take(true, at(9_200)), RoomLook { all: true, ..RoomLook::default() });
        let failed = due.take(true, at(10_200));
        assert_eq!(failed, whole());
        due.give_back(failed);
        assert_eq!(due.take(false, at(11_200)), whole());
    }
}
