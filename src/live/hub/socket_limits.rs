//! Limits on the sockets that one person may hold open: in all, and in one room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::RoomKey;

pub struct SocketLimits {
    pub per_person: usize,
    pub per_room: usize,
    /// The rooms of each person's open sockets: at most `per_person`, and one more while a socket is being replaced.
    open: Mutex<HashMap<i64, Vec<RoomKey>>>,
}

/// The right to one open socket. Dropping it gives the right back.
pub struct SocketPermit {
    socket_limits: Arc<SocketLimits>,
    person: i64,
    room: RoomKey,
}

impl SocketLimits {
    pub fn new(per_person: usize, per_room: usize) -> Arc<SocketLimits> {
        Arc::new(SocketLimits { per_person, per_room, open: Mutex::default() })
    }

    /// Takes a permit, or fails with the limit that is reached. `is_limited`: the limit for one room applies too. `is_replacing`:
    /// one more permit is allowed, until the replaced socket is closed.
    pub fn take(
        self: &Arc<Self>,
        person: i64,
        room: RoomKey,
        is_limited: bool,
        is_replacing: bool,
    ) -> Result<SocketPermit, usize> {
        let more = usize::from(is_replacing);
        let mut open = self.open();
        let rooms = open.entry(person).or_default();
        if rooms.len() >= self.per_person + more {
            return Err(self.per_person);
        }
        if is_limited && rooms.iter().filter(|held| **held == room).count() >= self.per_room + more {
            return Err(self.per_room);
        }
        rooms.push(room);
        Ok(SocketPermit { socket_limits: self.clone(), person, room })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<i64, Vec<RoomKey>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SocketPermit {
    fn drop(&mut self) {
        let mut open = self.socket_limits.open();
        let Some(rooms) = open.get_mut(&self.person) else { return };
        if let Some(at) = rooms.iter().position(|room| *room == self.room) {
            rooms.swap_remove(at);
        }
        if rooms.is_empty() {
            open.remove(&self.person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_is_given_back_when_it_is_dropped() {
        let socket_limits = SocketLimits::new(3, 2);
        let room = |id| RoomKey { kind: 'r', id };
        let first = socket_limits.take(1, room(1), true, false).unwrap();
        let second = socket_limits.take(1, room(1), true, false).unwrap();
        assert_eq!(socket_limits.take(1, room(1), true, false).err(), Some(2));
        let third = socket_limits.take(1, room(1), false, false).unwrap();
        assert_eq!(socket_limits.take(1, room(2), true, false).err(), Some(3));
        assert!(socket_limits.take(2, room(1), true, false).is_ok(), "someone else");
        drop(third);
        let replaces = socket_limits.take(1, room(1), true, true).unwrap();
        assert_eq!(socket_limits.take(1, room(1), true, true).err(), Some(2));
        drop((first, second, replaces));
        assert!(socket_limits.open().is_empty());
    }
}
