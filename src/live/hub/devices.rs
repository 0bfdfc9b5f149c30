//! Devices: a newer socket of the same person, room and device replaces the older one, on whichever nodes they are.
//!
//! A node announces its sockets to all others, in rows of the database. The numbers of the rows decide which of two sockets is the newer
//! one, however late and in which order they are heard of. So of two sockets exactly one stays.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::connection::{Connection, close};
use super::{Hub, RoomKey};

/// A socket of a device, as all nodes hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSocket {
    pub room: RoomKey,
    pub person: i64,
    pub device: Box<str>,
    /// The connection's id, on its own node.
    pub socket: u64,
}

impl Hub {
    /// Replaces the older socket of this device on this node.
    pub(super) fn replace_older(&self, connection: &Arc<Connection>) {
        let Some(device) = &connection.device else { return };
        let key = (connection.home, connection.person, device.clone());
        if let Some(older) = self.devices.insert(key, connection.clone()) {
            close_replaced(&older);
        }
    }

    /// Announces the socket to the other nodes, if there are any.
    pub(super) fn announce(&self, connection: &Connection) {
        let (Some(gate), Some(device)) = (self.gate.get(), &connection.device) else { return };
        gate.announce(DeviceSocket {
            room: connection.home,
            person: connection.person,
            device: device.clone(),
            socket: connection.id,
        });
    }

    /// Whether the socket is open and not announced yet.
    pub fn is_unannounced(&self, socket: &DeviceSocket) -> bool {
        let held = self.devices.get(&(socket.room, socket.person, socket.device.clone())).map(|held| held.clone());
        held.is_some_and(|held| {
            held.id == socket.socket && held.announced.load(Ordering::SeqCst) == 0 && !held.is_closing()
        })
    }

    /// Acts on an announcement. `number` is greater for a newer one. `is_own`: this node has made it.
    pub fn note_announced(&self, announced: &DeviceSocket, number: i64, is_own: bool) {
        let key = (announced.room, announced.person, announced.device.clone());
        let Some(held) = self.devices.get(&key).map(|held| held.clone()) else { return };
        if !is_own {
            held.newest_rival.fetch_max(number, Ordering::SeqCst);
        } else if held.id == announced.socket {
            held.announced.store(number, Ordering::SeqCst);
        }
        let own = held.announced.load(Ordering::SeqCst);
        // A socket that is not announced yet is, as far as anyone knows, the newest.
        if own != 0 && held.newest_rival.load(Ordering::SeqCst) > own {
            close_replaced(&held);
        }
    }
}

fn close_replaced(older: &Arc<Connection>) {
    older.close(close::REPLACED, "replaced by a newer connection of this device");
}
