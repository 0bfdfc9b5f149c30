//! The people who have sockets in a room of this node without being present in it: those who lead there, or help.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of sockets of each, by room and person.
#[derive(Default)]
pub struct StaffHere(Mutex<HashMap<(i64, i64), usize>>);

impl StaffHere {
    fn sockets(&self) -> MutexGuard<'_, HashMap<(i64, i64), usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one more socket. Returns whether it is the person's first one here.
    pub fn add(&self, room: i64, person: i64) -> bool {
        let mut sockets = self.sockets();
        let count = sockets.entry((room, person)).or_default();
        *count += 1;
        *count == 1
    }

    /// Notes that a socket has closed. Returns whether it was the person's last one here.
    pub fn remove(&self, room: i64, person: i64) -> bool {
        let mut sockets = self.sockets();
        let Some(count) = sockets.get_mut(&(room, person)) else { return false };
        *count -= 1;
        let was_last = *count == 0;
        if was_last {
            sockets.remove(&(room, person));
        }
        was_last
    }

    pub fn has(&self, room: i64, person: i64) -> bool {
        self.sockets().contains_key(&(room, person))
    }

    pub fn all(&self) -> Vec<(i64, i64)> {
        self.sockets().keys().copied().collect()
    }

    pub fn people_in(&self, room: i64) -> HashSet<i64> {
        self.sockets().keys().filter(|(at, _)| *at == room).map(|(_, person)| *person).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_here_from_their_first_socket_to_their_last() {
        let staff = StaffHere::default();
        assert!(staff.add(1, 7) && !staff.add(1, 7) && staff.add(2, 7));
        assert_eq!(staff.people_in(1), HashSet::from([7]));
        assert!(!staff.remove(1, 7) && staff.has(1, 7));
        assert!(staff.remove(1, 7) && !staff.has(1, 7));
        assert!(!staff.remove(1, 7), "nothing is left to remove");
        assert_eq!(staff.all(), [(2, 7)]);
    }
}
