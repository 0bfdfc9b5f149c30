//! The rooms of this node, and the sockets in them. The hub delivers new events fast; only the log of a session is the truth.
//!
//! Promises: a room with a log releases its events in the order of their `seq` and without a hole. A missing event is
//! waited for a moment, then read from the log. Fan-out never waits for a socket. Frames that are dropped for a slow
//! reader are replaced by a fresh state.

mod announcement;
mod catching_up;
pub mod connection;
mod devices;
pub mod order;
pub mod outbox;
mod room;
mod socket_limits;
mod wheel;

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dashmap::DashMap;
use futures_util::future::join_all;

use self::announcement::Announcement;
pub use self::catching_up::{LogReader, RoomGate};
use self::connection::{Connection, close};
pub use self::devices::DeviceSocket;
pub use self::order::{LogPart, LogRange};
use self::room::{EventQueue, Room};
pub use self::socket_limits::{SocketLimits, SocketPermit};
use self::wheel::Wheel;
use super::frame::Frame;
use crate::clock::random_below;
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::planted::{self, Planted};

const BATCH_FOR: Duration = Duration::from_millis(50);
/// Gathered frames are sent before they exceed this bound: half of what may wait for a reader.
const BATCH_MAX_BYTES: usize = 32 * 1024;
const ENTRY_TRIES: usize = 5;
const SENDS_BEFORE_YIELD: usize = 256;

/// Identifies a room on every node. The code that opens the room chooses the letter of its `kind`; the hub does not interpret it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomKey {
    pub kind: char,
    pub id: i64,
}

/// Selects the frames of a room that a member gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// Only the frames for everyone.
    Public,
    /// All frames.
    Full,
    /// All frames, with the frequent ones gathered into one.
    Batched,
    /// All frames, without what only some may know: as the hub's `FrameReducer` makes them.
    Reduced,
}

impl Feed {
    pub(super) const ALL: [Feed; 4] = [Feed::Public, Feed::Full, Feed::Batched, Feed::Reduced];
}

/// Makes the frame that members with the feed `Reduced` get in place of another. `None` if they get the same.
pub type FrameReducer = fn(&Frame) -> Option<Frame>;

/// A frame on its way to a room.
#[derive(Debug, Clone)]
pub struct RoomFrame {
    pub room: RoomKey,
    /// The position in the room's log, if the room has a log.
    pub seq: Option<i64>,
    pub for_everyone: bool,
    /// Whether it may wait for `BATCH_FOR`, to be sent together with others.
    pub may_batch: bool,
    pub if_slow: IfSlow,
    pub frame: Frame,
}

/// Fate of a frame whose reader is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfSlow {
    /// All such frames that wait are dropped, and a fresh state takes their place.
    Replace,
    /// The frame waits. For a frame to one person.
    Wait,
    /// The frame is dropped, and nothing takes its place. Such a frame has no position in a log, and disturbs none that has.
    Drop,
}

impl RoomFrame {
    /// A frame for everyone in a room without a log.
    pub fn unlogged(room: RoomKey, frame: Frame) -> RoomFrame {
        RoomFrame { room, seq: None, for_everyone: true, may_batch: false, if_slow: IfSlow::Replace, frame }
    }

    /// A frame for everyone that only those get who can take it at once.
    pub fn droppable(room: RoomKey, frame: Frame) -> RoomFrame {
        RoomFrame { if_slow: IfSlow::Drop, ..RoomFrame::unlogged(room, frame) }
    }
}

pub struct Hub {
    rooms: DashMap<RoomKey, Arc<Room>>,
    devices: DashMap<(RoomKey, i64, Box<str>), Arc<Connection>>,
    socket_limits: Arc<SocketLimits>,
    pub(in crate::live) wheel: Wheel,
    log_reader: OnceLock<Arc<dyn LogReader>>,
    reducer: OnceLock<FrameReducer>,
    gate: OnceLock<Arc<dyn RoomGate>>,
    announcement: Announcement,
    began: Instant,
    pub metrics: Arc<Metrics>,
}

impl Hub {
    pub fn new(metrics: Arc<Metrics>, ping_s: u64, socket_limits: Arc<SocketLimits>) -> Arc<Hub> {
        Arc::new(Hub {
            rooms: DashMap::new(),
            devices: DashMap::new(),
            socket_limits,
            wheel: Wheel::new(ping_s),
            log_reader: OnceLock::new(),
            reducer: OnceLock::new(),
            gate: OnceLock::new(),
            announcement: Announcement::default(),
            began: Instant::now(),
            metrics,
        })
    }

    pub fn set_log_reader(&self, log_reader: Arc<dyn LogReader>) {
        let _ = self.log_reader.set(log_reader);
    }

    pub fn set_reducer(&self, reducer: FrameReducer) {
        let _ = self.reducer.set(reducer);
    }

    /// Returns a frame as members with this feed get it.
    fn as_fed(&self, feed: Feed, frame: &Frame) -> Frame {
        let reducer = self.reducer.get().filter(|_| feed == Feed::Reduced);
        reducer.and_then(|reduce| reduce(frame)).unwrap_or_else(|| frame.clone())
    }

    /// Takes a permit for one more socket of this person, or fails with the number that they may have. `is_limited`: the limit
    /// for one room applies too.
    pub fn take_permit(
        &self,
        person: i64,
        home: RoomKey,
        device: Option<&str>,
        is_limited: bool,
    ) -> Result<SocketPermit, usize> {
        let is_known = |device: &str| self.devices.contains_key(&(home, person, device.into()));
        self.socket_limits.take(person, home, is_limited, device.is_some_and(is_known))
    }

    /// Runs a connection to its end: it joins its home and the other rooms, is read until it ends, and leaves the rooms.
    pub async fn run_connection(
        self: Arc<Hub>,
        connection: Arc<Connection>,
        permit: SocketPermit,
        others: Vec<RoomKey>,
        since: Option<i64>,
        first: Bytes,
    ) {
        let rooms: Vec<RoomKey> = std::iter::once(connection.home).chain(others).collect();
        for key in &rooms {
            let room = self.rooms.entry(*key).or_default();
            room.members[connection.feed as usize].add(&connection);
        }
        self.replace_older(&connection);
        if let Some(gate) = self.gate.get() {
            // Announced first: the socket may be dead by the time that the gate is open.
            self.announce(&connection);
            join_all(rooms.iter().map(|key| gate.open(*key))).await;
        }
        self.wheel.add(&connection);
        self.metrics.connections.inc();
        self.metrics.rooms.set(self.rooms.len() as i64);

        let hub = self.clone();
        let entering = connection.clone();
        tokio::spawn(async move {
            hub.clone().enter(&entering, since).await;
            hub.tell_newcomer(&entering).await;
        });
        connection.listen(first).await;

        for key in &rooms {
            if let Some(room) = self.rooms.get(key) {
                room.members[connection.feed as usize].remove(&connection);
            }
            self.rooms.remove_if(key, |_, room| {
                let is_empty = room.is_empty();
                if let Some(gate) = self.gate.get().filter(|_| is_empty) {
                    gate.last_has_left(*key);
                }
                is_empty
            });
        }
        if let Some(device) = &connection.device {
            let key = (connection.home, connection.person, device.clone());
            self.devices.remove_if(&key, |_, held| held.id == connection.id);
        }
        self.metrics.connections.dec();
        self.metrics.rooms.set(self.rooms.len() as i64);
        drop(permit);
        connection.handler().closed(&connection);
    }

    /// Holds the room's frames back, reads and sends what was missed since the event `since`, or else the state, drops held frames
    /// that are older, and releases the rest. If an earlier state still waits to be sent, a fresh one follows it later.
    pub async fn enter(self: Arc<Hub>, connection: &Arc<Connection>, mut since: Option<i64>) {
        let _alone = connection.entering.lock().await;
        for _ in 0..ENTRY_TRIES {
            if !connection.hold_back() {
                return;
            }
            let entry = match self.read_entry_patiently(connection, since).await {
                Ok(entry) => entry,
                Err(Error::LoginEnded) => return connection.close(close::TOKEN, "the login has ended"),
                Err(Error::Removed) => return connection.close(close::REMOVED, "removed from the session"),
                Err(_) => return connection.close(close::INTERNAL, "the state of the room could not be read"),
            };
            let room = self.rooms.get(&connection.home).map(|r| r.clone());
            if let Some(room) = room
                && entry.seq < self.begin_after(connection.home, &room, entry.seq).await
            {
                // A newer snapshot set the floor first. The events between the two are not released, so this state is read again.
                continue;
            }
            if connection.send_entry(&entry) {
                return;
            }
            since = None;
        }
        connection.close(close::RESTART, "too much at once, come back");
    }

    /// Begins to release the events of a room after its first state. Returns the position before which a state is too old.
    async fn begin_after(self: &Arc<Hub>, key: RoomKey, room: &Arc<Room>, seq: i64) -> i64 {
        let mut queue = room.queue.lock().await;
        let is_first = queue.order.last().is_none();
        let floor = queue.order.begin_after(seq);
        if is_first {
            room.note_heard(self.now_ms());
            self.release(key, room, &mut queue).await;
        }
        floor
    }

    /// Milliseconds since the hub began.
    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Hands frames to the rooms of this node. Returns when the kernel, or a queue, has each of them. Must not be cancelled.
    pub async fn deliver(self: &Arc<Hub>, frames: Vec<RoomFrame>) {
        for room_frame in frames {
            let room = self.rooms.get(&room_frame.room).map(|r| r.clone());
            let Some(room) = room else { continue };
            if room_frame.if_slow == IfSlow::Drop {
                // Without the lock on the queue: no event waits for it.
                room.send_droppable(&room_frame.frame).await;
                continue;
            }
            let mut queue = room.queue.lock().await;
            let Some(seq) = room_frame.seq else {
                self.fan_out(&room, &mut queue, 0, &room_frame).await;
                continue;
            };
            let heard = |last: i64| if planted::has(Planted::SeqFromRedis) { last + 1 } else { seq };
            let seq = queue.order.last().map_or(seq, heard);
            if planted::has(Planted::NoDeduplication) && queue.order.last() >= Some(seq) {
                self.fan_out(&room, &mut queue, seq, &room_frame).await;
            }
            let key = room_frame.room;
            if queue.order.hold(seq, room_frame) {
                room.note_heard(self.now_ms());
                self.release(key, &room, &mut queue).await;
            }
        }
    }

    /// Releases the events of a room that are next. If one is missing, a task begins to fill the gap.
    async fn release(self: &Arc<Hub>, key: RoomKey, room: &Arc<Room>, queue: &mut EventQueue) {
        while let Some((seq, room_frame)) = queue.order.release() {
            self.fan_out(room, queue, seq, &room_frame).await;
        }
        room.set_last(queue.order.last());
        if queue.order.begin_filling() {
            tokio::spawn(self.clone().fill_gap(key, room.clone()));
        }
    }

    /// Sends one frame to all members whose feed gets it. The caller holds the lock on the room's queue.
    async fn fan_out(self: &Arc<Hub>, room: &Arc<Room>, queue: &mut EventQueue, seq: i64, room_frame: &RoomFrame) {
        let begun = Instant::now();
        if room_frame.for_everyone {
            room.send(Feed::Public, seq, &room_frame.frame, room_frame.if_slow).await;
        }
        room.send(Feed::Full, seq, &room_frame.frame, room_frame.if_slow).await;
        if room.members[Feed::Reduced as usize].any() {
            let frame = self.as_fed(Feed::Reduced, &room_frame.frame);
            room.send(Feed::Reduced, seq, &frame, room_frame.if_slow).await;
        }
        if !room_frame.may_batch {
            room.flush_batch(queue).await;
            room.send(Feed::Batched, seq, &room_frame.frame, room_frame.if_slow).await;
        } else if room.members[Feed::Batched as usize].any() {
            let length = room_frame.frame.payload().len();
            if queue.batch_bytes + length > BATCH_MAX_BYTES {
                room.flush_batch(queue).await;
            }
            queue.batch.push((seq, room_frame.frame.clone()));
            queue.batch_bytes += length;
            if queue.batch.len() == 1 {
                let room = room.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(BATCH_FOR).await;
                    let mut queue = room.queue.lock().await;
                    room.flush_batch(&mut queue).await;
                });
            }
        }
        self.metrics.fan_out.observe(begun.elapsed().as_secs_f64());
    }

    /// Closes the sockets of a room for which `is_meant` returns `true`.
    pub(in crate::live) fn dismiss(
        &self,
        room: RoomKey,
        is_meant: impl Fn(&Connection) -> bool,
        code: u16,
        reason: &str,
    ) {
        let found = self.rooms.get(&room).map(|r| r.clone());
        for connection in found.iter().flat_map(|room| room.all_connections()).filter(|c| is_meant(c)) {
            connection.close(code, reason);
        }
    }

    /// Closes all sockets. Each client gets its own time after which it is to come back.
    pub fn dismiss_all(&self, back_after_ms: Range<u64>) {
        let rooms: Vec<Arc<Room>> = self.rooms.iter().map(|r| r.value().clone()).collect();
        let open = rooms.iter().flat_map(|room| room.all_connections()).filter(|c| !c.is_closing());
        for connection in open {
            let ms = back_after_ms.start + random_below(back_after_ms.end - back_after_ms.start);
            connection.close(close::RESTART, &format!(r#"{{"retry_after_ms":{ms}}}"#));
        }
    }

    /// Turns the wheel of pings by a second. `now_ms`: on the monotonic clock.
    pub fn tick(&self, now_ms: i64) {
        self.wheel.turn(now_ms);
    }

    /// Whether a member with the feed `Full` or `Batched` is in this room.
    pub fn has_full_feed(&self, key: RoomKey) -> bool {
        let full = [Feed::Full, Feed::Batched];
        self.rooms.get(&key).is_some_and(|room| full.iter().any(|a| room.members[*a as usize].any()))
    }

    /// The ids of the rooms of a kind in which at least one socket is.
    pub fn open_rooms(&self, kind: char) -> Vec<i64> {
        self.rooms.iter().filter(|r| r.key().kind == kind).map(|r| r.key().id).collect()
    }
}

#[cfg(test)]
mod test_node;

#[cfg(test)]
mod tests {
    use super::test_node::{Client, ROOM, event, node};
    use super::*;

    #[tokio::test]
    async fn a_droppable_frame_is_sent_at_once_and_disturbs_no_event() {
        let (hub, node) = node();
        let mut client = Client::connects(&hub, &node).await;
        while hub.open_rooms(ROOM.kind).is_empty() {
            tokio::task::yield_now().await;
        }
        let droppable = |text: &str| vec![RoomFrame::droppable(ROOM, Frame::text(text))];
        hub.deliver(droppable("before the state")).await;
        node.gate.add_permits(2);
        client.receives("state").await;
        let room = hub.rooms.get(&ROOM).unwrap().clone();
        // Event 4 is missing.
        hub.deliver(vec![event(5)]).await;
        room.note_heard(u64::MAX);
        let mut queue = room.queue.lock().await;
        queue.batch.push((5, Frame::text("gathered")));
        // While the queue is locked, as by a fan-out to many.
        hub.deliver(droppable("finger")).await;
        client.receives("finger").await;
        assert_eq!((queue.batch.len(), queue.order.last(), room.heard_ms()), (1, Some(3), u64::MAX));
        drop(queue);
        hub.deliver(vec![event(4)]).await;
        client.receives("4").await;
        client.receives("5").await;
    }
}
