//! A frame for all sockets of this node, in whatever room, and for those that connect before the next such frame.

use std::sync::Arc;

use super::connection::Connection;
use super::room::Room;
use super::{Hub, RoomKey, SENDS_BEFORE_YIELD};
use crate::live::Frame;

/// The last such frame, if newcomers get it. Its lock is held while it is sent, so that a newcomer gets it and what follows it in this
/// order.
#[derive(Default)]
pub struct Announcement(tokio::sync::Mutex<Option<Frame>>);

impl Hub {
    /// Sends a frame to all sockets. If it is `for_newcomers`, those that connect before the next such frame get it too.
    pub async fn tell_all(&self, frame: Frame, for_newcomers: bool) {
        let mut last = self.announcement.0.lock().await;
        *last = for_newcomers.then(|| frame.clone());
        let rooms: Vec<(RoomKey, Arc<Room>)> = self.rooms.iter().map(|r| (*r.key(), r.value().clone())).collect();
        let mut sends = 0;
        for (key, room) in rooms {
            // A socket is in several rooms, and has one home.
            for connection in room.all_connections().iter().filter(|connection| connection.home == key) {
                connection.reply(&frame);
                sends += 1;
                if sends % SENDS_BEFORE_YIELD == 0 {
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Sends the last announcement to a socket that has joined its rooms, if newcomers get it.
    pub(super) async fn tell_newcomer(&self, connection: &Arc<Connection>) {
        if let Some(frame) = &*self.announcement.0.lock().await {
            connection.reply(frame);
        }
    }
}
