//! Sockets that a change closes. Plain data beside the news of its commit, so that neither a caller who hangs up nor another
//! node keeps a socket open that has no right to be.

use super::connection::close;
use super::{Hub, RoomKey};

/// The sockets of a person in a room that are to be closed.
#[derive(Debug, Clone)]
pub struct CloseSockets {
    pub room: RoomKey,
    pub person: i64,
    pub logins: EndedLogins,
    /// The person is in the room no more: without a grace.
    pub has_left: bool,
    pub code: u16,
    pub reason: &'static str,
}

/// Of which logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedLogins {
    All,
    Only(i64),
    AllBut(i64),
}

impl EndedLogins {
    fn contain(self, login: i64) -> bool {
        match self {
            EndedLogins::All => true,
            EndedLogins::Only(ended) => login == ended,
            EndedLogins::AllBut(kept) => login != kept,
        }
    }
}

impl CloseSockets {
    /// Of logins that have ended. `room` is the one of the person, which all of their sockets are in.
    pub fn of_logins(room: RoomKey, person: i64, logins: EndedLogins) -> CloseSockets {
        CloseSockets { room, person, logins, has_left: false, code: close::TOKEN, reason: "the login has ended" }
    }

    /// Of someone who is in this room no more.
    pub fn of_leaver(room: RoomKey, person: i64, code: u16, reason: &'static str) -> CloseSockets {
        CloseSockets { room, person, logins: EndedLogins::All, has_left: true, code, reason }
    }
}

impl Hub {
    pub fn close_sockets(&self, meant: &CloseSockets) {
        if meant.has_left {
            self.presence.forget(meant.room.id, meant.person);
            self.shown.moved(meant.room.id);
        }
        let is_meant = |person: i64, login: i64| person == meant.person && meant.logins.contain(login);
        self.dismiss(meant.room, |c| is_meant(c.person, c.pass), meant.code, meant.reason);
    }
}
