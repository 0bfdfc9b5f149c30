//! News between nodes. One node serves alone: what it wrote, it delivers itself.

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
