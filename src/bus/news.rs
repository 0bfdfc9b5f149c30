//! News of a commit for the nodes, and how a node acts on them.

use std::sync::Arc;

use super::wire::Packet;
use crate::clock::Clock;
use crate::failures::Failures;
use crate::live::{CloseSockets, Hub, Presence, RoomFrame};

/// News, of a commit for the most part. They may arrive in another order than they were sent, and some of them late: what the log
/// of a session has is put in order by the rooms, and what must not be lost was recorded in the same transaction.
#[derive(Default)]
pub struct News {
    /// Frames for the rooms that they name.
    pub frames: Vec<RoomFrame>,
    /// Sockets that have no right to be open any more.
    pub closed: Vec<CloseSockets>,
    /// Messages written for the other nodes, with what is in neither of the other fields.
    pub(super) recorded: Vec<Packet>,
}

impl From<RoomFrame> for News {
    /// News of no commit, which may be lost.
    fn from(frame: RoomFrame) -> News {
        News { frames: vec![frame], ..News::default() }
    }
}

impl News {
    pub fn closes_sockets(&self) -> bool {
        !self.closed.is_empty() || self.recorded.iter().any(|packet| !packet.closed.is_empty())
    }
}

/// The kinds of rooms, which only the code that opens them understands.
#[derive(Debug, Clone, Copy)]
pub struct RoomKinds {
    /// The events of these rooms are in a log.
    pub logged: char,
    pub unlogged: &'static [char],
    /// One person's own room. What is sent there must not be lost.
    pub own: char,
}

/// The part of a node that news change.
pub struct LocalNode {
    pub hub: Arc<Hub>,
    pub presence: Arc<Presence>,
    pub failures: Arc<Failures>,
    pub clock: Clock,
    pub kinds: RoomKinds,
}

impl LocalNode {
    /// Acts on news of this node.
    pub async fn deliver(&self, frames: Vec<RoomFrame>, closed: Vec<CloseSockets>) {
        self.hub.deliver(frames).await;
        for order in &closed {
            self.remove_leaver(order);
            self.hub.close_sockets(order);
        }
    }

    /// Acts on what another node has sent.
    pub(super) async fn accept(&self, packet: Packet) {
        let now_ms = self.clock.now_ms();
        packet.counted.into_iter().for_each(|change| self.failures.apply(change, now_ms));
        self.hub.deliver(packet.frames).await;
        for order in &packet.closed {
            self.remove_leaver(order);
            self.hub.close_sockets_late(order, packet.changed_ms);
        }
    }

    fn remove_leaver(&self, order: &CloseSockets) {
        if order.has_left {
            self.presence.remove_leaver(order.room.id, order.person);
        }
    }
}
