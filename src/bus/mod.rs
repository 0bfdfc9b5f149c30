//! Messages between nodes. A message is plain data, which any node can act on. A single node delivers its own to itself.

pub mod redis;
pub mod wire;

use std::sync::Arc;

use crate::live::{CloseSockets, Hub, Presence, RoomFrame};

/// A message about a commit. Messages may arrive in another order than they were sent, and some may be lost: what must not be lost is
/// in the log of a session.
#[derive(Debug, Clone)]
pub enum Message {
    /// Frames for the rooms that they name.
    Frames(Vec<RoomFrame>),
    /// Sockets that have no right to be open any more.
    CloseSockets(Vec<CloseSockets>),
}

pub enum Bus {
    Local(LocalNode),
}

/// The part of a node that a message changes.
pub struct LocalNode {
    pub hub: Arc<Hub>,
    pub presence: Arc<Presence>,
}

impl Bus {
    /// Sends a message to all nodes. Returns when it is delivered on this one.
    pub async fn send(&self, message: Message) {
        match self {
            Bus::Local(node) => node.deliver(message).await,
        }
    }
}

impl LocalNode {
    /// Carries out a message on this node, from whichever node it came.
    async fn deliver(&self, message: Message) {
        match message {
            Message::Frames(frames) => self.hub.deliver(frames).await,
            Message::CloseSockets(orders) => {
                for order in &orders {
                    if order.has_left {
                        self.presence.remove_leaver(order.room.id, order.person);
                    }
                    self.hub.close_sockets(order);
                }
            }
        }
    }
}
