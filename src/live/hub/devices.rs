//! Devices: a newer socket of the same person, room and device replaces the older one, on whichever nodes they are.
//!
//! A node announces its sockets to all others, in rows of the database. The numbers of the rows decide which of two sockets is the newer
//! one, however late and in which order they are heard of. So of two sockets exactly one stays.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::connection::{Connection, close};
use super::{Hub, RoomKey};

/// Time in which a socket is usually announced: nobody comes back on another node in so short a time.
const ANNOUNCED_WITHIN_MS: i64 = 1_000;

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

    /// Whether the socket is to be announced: it is open, and was not announced yet. If that took so long that another node has announced
    /// the same device meanwhile, nobody knows which is the newer one. Then its client, if there still is one, is told to come back.
    pub fn may_announce(&self, socket: &DeviceSocket, now_ms: i64) -> bool {
        let held = self.devices.get(&(socket.room, socket.person, socket.device.clone())).map(|held| held.clone());
        let is_due = |held: &Arc<Connection>| {
            held.id == socket.socket && held.announced.load(Ordering::SeqCst) == 0 && !held.is_closing()
        };
        let Some(held) = held.filter(is_due) else { return false };
        let is_late = now_ms - held.opened_ms > ANNOUNCED_WITHIN_MS;
        let is_in_doubt = is_late && held.newest_rival.load(Ordering::SeqCst) != 0;
        if is_in_doubt {
            held.close(close::RESTART, "too late to tell which socket is newer, come back");
        }
        !is_in_doubt
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

#[cfg(test)]
mod tests {
    use super::super::test_node::{Client, ROOM, node};
    use super::*;

    #[tokio::test]
    async fn a_socket_that_could_not_be_announced_in_time_comes_back_if_its_device_was_heard_of_elsewhere() {
        let (hub, node) = node();
        node.gate.add_permits(9);
        let mut client = Client::connects_from(&hub, &node, Some("phone")).await;
        client.receives("state").await;
        let socket = node.announced.lock().unwrap().pop().unwrap();
        let opened_ms = hub.devices.get(&(ROOM, 7, "phone".into())).unwrap().opened_ms;
        let rival = DeviceSocket { socket: u64::MAX, ..socket.clone() };
        assert!(!hub.may_announce(&rival, opened_ms), "that one is not here");
        assert!(hub.may_announce(&socket, opened_ms + 10_000), "nobody else has the device");
        hub.note_announced(&rival, 11, false);
        assert!(hub.may_announce(&socket, opened_ms + 100), "it is the newer one");
        assert!(!hub.may_announce(&socket, opened_ms + 2_000));
        client.is_told_to_come_back().await;
        assert!(!hub.may_announce(&socket, opened_ms + 2_000));
    }
}
