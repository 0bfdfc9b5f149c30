//! Passes frames, and orders to close sockets, to the nodes. A single node delivers to itself what it wrote.

use std::sync::Arc;

use crate::live::{CloseSockets, Hub, Letter};

pub enum Bus {
    Local(Arc<Hub>),
}

impl Bus {
    pub async fn publish(&self, letters: Vec<Letter>) {
        match self {
            Bus::Local(hub) => hub.deliver(letters).await,
        }
    }

    pub fn close_sockets(&self, meant: &[CloseSockets]) {
        match self {
            Bus::Local(hub) => meant.iter().for_each(|one| hub.close_sockets(one)),
        }
    }
}
