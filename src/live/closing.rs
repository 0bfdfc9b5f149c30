//! Orders to close sockets that have no right to be open after a change. They are plain data beside the events of the commit, so
//! that they can be sent to other nodes, and are carried out even if the caller hangs up.

use std::borrow::Cow;

use super::connection::{Connection, close};
use super::{Hub, RoomKey};

/// The sockets of a person in a room that are to be closed.
#[derive(Debug, Clone)]
pub struct CloseSockets {
    pub room: RoomKey,
    pub person: i64,
    pub logins: EndedLogins,
    /// Whether the person has left the room: they are removed from it at once, without a grace.
    pub has_left: bool,
    pub code: u16,
    pub reason: Cow<'static, str>,
}

/// The logins of a person whose sockets are closed.
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
    /// Closes the sockets of logins that have ended. `room` is the person's own room, which all of their sockets are in.
    pub fn of_logins(room: RoomKey, person: i64, logins: EndedLogins) -> CloseSockets {
        CloseSockets { room, person, logins, has_left: false, code: close::TOKEN, reason: "the login has ended".into() }
    }

    /// Closes the sockets that a person opened after they left this room, since they are in it again: those sockets do not make
    /// them present. Clients come back by themselves.
    pub fn of_returner(room: RoomKey, person: i64) -> CloseSockets {
        let reason = "joined again, come back".into();
        CloseSockets { room, person, logins: EndedLogins::All, has_left: false, code: close::RESTART, reason }
    }

    /// Closes all sockets of a person who may have lost the right to some of them. `room` is the person's own room. Clients come back by
    /// themselves, and are admitted or refused.
    pub fn of_changed_rights(room: RoomKey, person: i64) -> CloseSockets {
        let reason = "your rights have changed, come back".into();
        CloseSockets { room, person, logins: EndedLogins::All, has_left: false, code: close::RESTART, reason }
    }

    /// Closes all sockets of a person who is no longer in this room.
    pub fn of_leaver(room: RoomKey, person: i64, code: u16, reason: &'static str) -> CloseSockets {
        CloseSockets { room, person, logins: EndedLogins::All, has_left: true, code, reason: reason.into() }
    }
}

impl Hub {
    /// Closes sockets after a change on this node.
    pub fn close_sockets(&self, meant: &CloseSockets) {
        let is_meant = |c: &Connection| c.person == meant.person && meant.logins.contain(c.login);
        self.dismiss(meant.room, is_meant, meant.code, &meant.reason);
    }

    /// Closes sockets after a change on another node, of which this one may hear late. Whoever opened theirs after the change, by the
    /// clocks of the two machines, may have the right to it: they come back, and are admitted or refused.
    pub fn close_sockets_late(&self, meant: &CloseSockets, changed_ms: i64) {
        let is_meant = |c: &Connection| c.person == meant.person && meant.logins.contain(c.login);
        self.dismiss(meant.room, |c| is_meant(c) && c.opened_ms < changed_ms, meant.code, &meant.reason);
        self.dismiss(meant.room, is_meant, close::RESTART, "your rights have changed, come back");
    }
}
