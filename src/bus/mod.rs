//! News between nodes: plain data, on which any node can act. A node alone delivers its own to itself.

mod heard_counts;
mod news;
pub mod redis;
mod redis_bus;
mod rooms;
mod rows;
mod seal;
pub mod wire;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::{MissedTickBehavior, interval};

pub use self::news::{LocalNode, News, RoomKinds};
pub use self::redis_bus::RedisBus;
pub use self::rows::delete_old;
pub use self::seal::Sealer;
use self::wire::Packet;
use crate::clock::machine_ms;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::failures::CountChange;
use crate::live::{CloseSockets, RoomFrame};

/// Pause between two looks at the database.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Time without a look that succeeds after which a node counts as blind.
const BLIND_AFTER: Duration = Duration::from_secs(5);

pub enum Bus {
    Local(LocalNode),
    Redis(Arc<RedisBus>),
    /// A command, which has no sockets. Nodes find what it writes within a second.
    Command,
}

impl Bus {
    /// Makes the news of a transaction, just before its commit, and writes what other nodes must not miss.
    pub async fn record(
        &self,
        tx: &mut Tx,
        frames: Vec<RoomFrame>,
        closed: Vec<CloseSockets>,
        now_ms: i64,
    ) -> Result<News> {
        match self {
            Bus::Local(_) => Ok(News { frames, closed, ..News::default() }),
            Bus::Redis(bus) => bus.record(tx, frames, closed, now_ms).await,
            Bus::Command if closed.is_empty() => Ok(News::default()),
            Bus::Command => {
                write_row(tx, Packet { closed, ..Packet::default() }, now_ms).await?;
                Ok(News::default())
            }
        }
    }

    /// Writes into the transaction, beside its news, that other nodes are to forget the failed logins of a person.
    pub async fn record_forgiven(&self, tx: &mut Tx, person: i64, now_ms: i64) -> Result<()> {
        if matches!(self, Bus::Local(_)) {
            return Ok(());
        }
        let counted = vec![CountChange::AccountForgiven(person)];
        write_row(tx, Packet { counted, ..Packet::default() }, now_ms).await
    }

    /// Sends news to all nodes, after the commit. Returns when they are delivered on this one.
    pub async fn send(&self, news: News) {
        match self {
            Bus::Local(node) => node.deliver(news.frames, news.closed).await,
            Bus::Redis(bus) => bus.send(news).await,
            Bus::Command => {}
        }
    }

    /// Begins to hear other nodes, before the first socket comes.
    pub async fn begin(&self, db: &Db) -> Result<()> {
        match self {
            Bus::Local(_) | Bus::Command => Ok(()),
            Bus::Redis(bus) => bus.begin(db).await,
        }
    }

    /// Finds in the database what was committed and never heard of here, for as long as it is polled.
    pub async fn keep_up(&self, db: &Db) {
        match self {
            Bus::Local(node) => keep_up_alone(node, db).await,
            Bus::Redis(bus) => drop(futures_util::future::join(bus.keep_up(db), bus.send_counts()).await),
            Bus::Command => {}
        }
    }

    /// Notes that another node is gone, which may have had more to tell.
    pub fn note_vanished(&self) {
        if let Bus::Redis(bus) = self {
            bus.note_vanished();
        }
    }

    /// Returns for how long this node has not seen what others have committed; `None` if it just did, or if there are no others.
    pub fn blind_for(&self) -> Option<Duration> {
        match self {
            Bus::Local(_) | Bus::Command => None,
            Bus::Redis(bus) => Some(bus.blind_for()).filter(|blind_for| *blind_for > BLIND_AFTER),
        }
    }

    /// Whether news of other nodes come late, because Redis is away.
    pub fn is_degraded(&self) -> bool {
        matches!(self, Bus::Redis(bus) if !bus.is_up())
    }

    pub fn close(&self) {
        if let Bus::Redis(bus) = self {
            bus.close();
        }
    }
}

async fn write_row(tx: &mut Tx, packet: Packet, now_ms: i64) -> Result<()> {
    let packet = Packet { changed_ms: machine_ms(), ..packet };
    redis_bus::write_rows(tx, vec![packet], now_ms).await.map(drop)
}

/// Looks up the rooms of a node that is alone: the answer to one of its own commits may be lost, and then nothing was sent. SQLite
/// always answers.
async fn keep_up_alone(node: &LocalNode, db: &Db) {
    if !db.may_lose_answers() {
        return std::future::pending().await;
    }
    let (hub, kind) = (&node.hub, node.kinds.logged);
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let quiet = hub.quiet_rooms(kind, rooms::QUIET_FOR, &HashSet::new());
        finish(rooms::look_up(hub, db, kind, quiet)).await;
    }
}

/// Waits for a look, and notes its failure. One that panics is not the last.
async fn finish(look: impl Future<Output = Result<()>>) {
    let looked = AssertUnwindSafe(look).catch_unwind().await;
    if let Err(error) = looked.unwrap_or_else(|_| Err(Error::internal("a look panicked")))
        && !error.is_outage()
    {
        tracing::error!(%error, "what this node has not heard of could not be looked up; it is tried again");
    }
}
