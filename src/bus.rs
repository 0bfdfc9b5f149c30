//! Passes frames, and orders to close sockets, to the nodes. A single node delivers to itself what it wrote.

use std::sync::Arc;

use crate::live::{CloseSockets, Hub, RoomFrame};

pub enum Bus {
    Local(Arc<Hub>),
}

impl Bus {
    pub async fn publish(&self, frames: Vec<RoomFrame>) {
        match self {
            Bus::Local(hub) => hub.deliver(frames).await,
        }
    }

    pub fn close_sockets(&self, orders: &[CloseSockets]) {
        match self {
            Bus::Local(hub) => orders.iter().for_each(|order| hub.close_sockets(order)),
        }
    }
}
