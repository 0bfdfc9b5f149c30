//! One room of this node: its members, and the events on their way to them.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::connection::Connection;
use super::order::RoomOrder;
use super::{Feed, IfSlow, SENDS_BEFORE_YIELD};
use crate::live::frame::Frame;

const UNKNOWN: i64 = -1;

pub(super) struct Room {
    pub members: [Members; Feed::ALL.len()],
    pub queue: tokio::sync::Mutex<EventQueue>,
    /// Held by the one task that reads the log for the room. Has the time at which the last read began that succeeded.
    pub reading: tokio::sync::Mutex<Option<Instant>>,
    /// The last event released, to be seen without the lock on the queue.
    last: AtomicI64,
    /// Time at which an event was last released or heard of, in milliseconds since the hub began.
    heard_ms: AtomicU64,
}

#[derive(Default)]
pub(super) struct Members(Mutex<ConnectionList>);

#[derive(Default)]
struct ConnectionList {
    /// Ordered by the ids of the connections, which is the order of connecting.
    all: Vec<Arc<Connection>>,
    /// A copy of `all` for the fan-out, made again after a member was added or removed.
    walk: Option<Arc<[Arc<Connection>]>>,
}

#[derive(Default)]
pub(super) struct EventQueue {
    pub order: RoomOrder,
    pub batch: Vec<(i64, Frame)>,
    pub batch_bytes: usize,
}

impl Default for Room {
    fn default() -> Room {
        Room {
            members: Default::default(),
            queue: Default::default(),
            reading: Default::default(),
            last: AtomicI64::new(UNKNOWN),
            heard_ms: AtomicU64::new(0),
        }
    }
}

impl Room {
    /// The last event released, if one is known.
    pub fn last(&self) -> Option<i64> {
        Some(self.last.load(Ordering::Relaxed)).filter(|last| *last != UNKNOWN)
    }

    pub fn set_last(&self, last: Option<i64>) {
        self.last.store(last.unwrap_or(UNKNOWN), Ordering::Relaxed);
    }

    pub fn heard_ms(&self) -> u64 {
        self.heard_ms.load(Ordering::Relaxed)
    }

    pub fn note_heard(&self, now_ms: u64) {
        self.heard_ms.store(now_ms, Ordering::Relaxed);
    }

    pub async fn send(&self, feed: Feed, seq: i64, frame: &Frame, if_slow: IfSlow) {
        let members = self.members[feed as usize].walk();
        for (n, member) in members.iter().enumerate() {
            match if_slow {
                IfSlow::Replace => member.send_room_frame(seq, frame),
                IfSlow::Wait => member.reply(frame),
                IfSlow::Drop => member.send_droppable(frame),
            }
            if n % SENDS_BEFORE_YIELD == SENDS_BEFORE_YIELD - 1 {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Sends a frame to those members who can take it at once.
    pub async fn send_droppable(&self, frame: &Frame) {
        for feed in Feed::ALL {
            self.send(feed, 0, frame, IfSlow::Drop).await;
        }
    }

    pub async fn flush_batch(&self, queue: &mut EventQueue) {
        let batch = std::mem::take(&mut queue.batch);
        let bytes = std::mem::take(&mut queue.batch_bytes);
        let Some((last, only)) = batch.last() else { return };
        if batch.len() == 1 {
            return self.send(Feed::Batched, *last, only, IfSlow::Replace).await;
        }
        let mut json = Vec::with_capacity(bytes + batch.len() + 32);
        json.extend_from_slice(br#"{"type":"batch","data":["#);
        for (n, (_, frame)) in batch.iter().enumerate() {
            if n > 0 {
                json.push(b',');
            }
            json.extend_from_slice(frame.payload());
        }
        json.extend_from_slice(b"]}");
        self.send(Feed::Batched, *last, &Frame::text(json), IfSlow::Replace).await;
    }

    pub fn all_connections(&self) -> Vec<Arc<Connection>> {
        self.members.iter().flat_map(|m| m.walk().to_vec()).collect()
    }

    pub fn is_empty(&self) -> bool {
        !self.members.iter().any(Members::any)
    }
}

impl Members {
    fn list(&self) -> MutexGuard<'_, ConnectionList> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add(&self, connection: &Arc<Connection>) {
        let mut list = self.list();
        let at = list.all.partition_point(|c| c.id < connection.id);
        list.all.insert(at, connection.clone());
        list.walk = None;
    }

    pub fn remove(&self, connection: &Connection) {
        let mut list = self.list();
        if let Ok(at) = list.all.binary_search_by_key(&connection.id, |c| c.id) {
            list.all.remove(at);
        }
        list.walk = None;
    }

    pub fn has(&self, connection: &Connection) -> bool {
        self.list().all.binary_search_by_key(&connection.id, |c| c.id).is_ok()
    }

    pub fn any(&self) -> bool {
        !self.list().all.is_empty()
    }

    fn walk(&self) -> Arc<[Arc<Connection>]> {
        let list = &mut *self.list();
        list.walk.get_or_insert_with(|| list.all.as_slice().into()).clone()
    }
}
