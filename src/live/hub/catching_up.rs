//! Finding and reading what the rooms of this node missed: from the log where a room has one, else by telling its clients.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use dashmap::mapref::multiple::RefMulti;
use futures_util::future::BoxFuture;

use super::connection::{Connection, close};
use super::devices::DeviceSocket;
use super::order::{LogPart, LogRange, ResumeAnswer, RoomOrder};
use super::outbox::Entry;
use super::room::{EventQueue, Room};
use super::{Hub, RoomFrame, RoomKey};
use crate::error::{Error, Result};
use crate::live::frame::Frame;

/// Time that a missing event has to come by itself before the log is read.
const GAP_PATIENCE: Duration = Duration::from_millis(50);
const GAP_PATIENCE_MAX: Duration = Duration::from_secs(1);

/// Pause before the state of a room is read again that the database did not give.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Time for which a room remembers more than usual, after events were read for clients that resume.
const EXTENDED_FOR: Duration = Duration::from_secs(10);

/// Reads the logs of rooms.
pub trait LogReader: Send + Sync {
    fn read(&self, room: RoomKey, range: LogRange) -> BoxFuture<'_, Result<LogPart>>;
}

/// Knows of the rooms that have sockets on this node, so that it can get their events from other nodes.
pub trait RoomGate: Send + Sync {
    /// Waits until events of the room arrive here, but never longer than a second or so. Called for each connection, after it is
    /// a member of the room and before its state is read: what happens after the state was read is delivered.
    fn open(&self, room: RoomKey) -> BoxFuture<'_, ()>;
    /// Notes that the last socket has left the room. The calls for one room come in the order of what happened. The list of rooms
    /// is locked meanwhile: this must neither wait nor call the hub.
    fn last_has_left(&self, room: RoomKey);
    /// Announces a socket of a device to all nodes: `Hub::note_announced` is called on each, this one included. Must not wait.
    fn announce(&self, socket: DeviceSocket);
}

impl Hub {
    /// Sets the gate, once, before the first connection.
    pub fn set_room_gate(&self, gate: Arc<dyn RoomGate>) {
        let _ = self.gate.set(gate);
    }

    /// The rooms of a kind whose last event is known and in which no event was heard of for so long, and those of them that are
    /// `late`, each with that last event. No room is locked.
    pub fn quiet_rooms(&self, kind: char, quiet_for: Duration, late: &HashSet<RoomKey>) -> HashMap<i64, i64> {
        let before_ms = self.now_ms().checked_sub(quiet_for.as_millis() as u64);
        let of_kind = self.rooms.iter().filter(|room| room.key().kind == kind);
        let is_meant = |room: &RefMulti<'_, RoomKey, Arc<Room>>| {
            before_ms.is_some_and(|before_ms| room.heard_ms() <= before_ms) || late.contains(room.key())
        };
        of_kind.filter(is_meant).filter_map(|room| Some((room.key().id, room.last()?))).collect()
    }

    /// Reads the log at once if the room is behind `head`, the last event in its log, and nobody reads it. Returns when all up to
    /// `head` is delivered here, or the log could not be read. A caller who stops waiting interrupts no delivery.
    pub async fn catch_up(self: &Arc<Hub>, key: RoomKey, head: i64) {
        let Some(room) = self.rooms.get(&key).map(|r| r.clone()) else { return };
        let hub = self.clone();
        let catching_up = tokio::spawn(async move {
            // Otherwise callers would queue up behind a read that hangs. Whoever looks again finds what is left.
            let Ok(mut one_reader) = room.reading.try_lock() else { return };
            while let Some(last) = room.last().filter(|last| *last < head) {
                let read = hub.read_log(key, &room, LogRange::After(last), &mut one_reader).await;
                if read.is_err() || room.last() == Some(last) {
                    break;
                }
            }
        });
        let _ = catching_up.await;
    }

    /// Tells the clients in all rooms of a kind, which has no log, to fetch anew what they show.
    pub async fn resync(self: &Arc<Hub>, kind: char) {
        self.resync_rooms(kind, self.open_rooms(kind)).await;
    }

    /// Tells only the clients in these rooms of a kind to fetch anew what they show.
    pub async fn resync_rooms(self: &Arc<Hub>, kind: char, ids: Vec<i64>) {
        let frame = Frame::resync();
        let to_room = |id| RoomFrame::unlogged(RoomKey { kind, id }, frame.clone());
        self.deliver(ids.into_iter().map(to_room).collect()).await;
    }

    /// Reads what a client gets first. While the database is away, it is tried again for as long as the socket is open.
    pub(super) async fn read_entry_patiently(
        self: &Arc<Hub>,
        connection: &Connection,
        since: Option<i64>,
    ) -> Result<Entry> {
        loop {
            match self.read_entry(connection, since).await {
                Err(Error::Unavailable { .. } | Error::Busy { .. }) if self.is_open(connection) => {
                    tokio::time::sleep(READ_AGAIN_AFTER).await;
                }
                read => return read,
            }
        }
    }

    fn is_open(&self, connection: &Connection) -> bool {
        let room = self.rooms.get(&connection.home).map(|r| r.clone());
        !connection.is_closing()
            && !connection.has_ended.load(Ordering::Relaxed)
            && room.is_some_and(|room| room.members[connection.feed as usize].has(connection))
    }

    /// Reads what a client gets first: what it missed since the event `since`, or else the state of the room.
    async fn read_entry(self: &Arc<Hub>, connection: &Connection, since: Option<i64>) -> Result<Entry> {
        if let Some(since) = since
            && let Some(own) = connection.handler().read_own_frames().await?
            && let Some(mut entry) = self.find_missed(connection, since).await?
        {
            entry.frames.extend(own);
            return Ok(entry);
        }
        connection.handler().read_entry().await
    }

    /// Finds what a client missed: among the events that its room remembers, or else in the log, which is read once for all who
    /// ask for it at that time. `None` if the client needs a fresh state.
    async fn find_missed(self: &Arc<Hub>, connection: &Connection, since: i64) -> Result<Option<Entry>> {
        let (key, feed) = (connection.home, connection.feed);
        let Some(room) = self.rooms.get(&key).map(|r| r.clone()) else { return Ok(None) };
        let asked = Instant::now();
        let mut one_reader = None;
        let mut tried = None;
        loop {
            let resume = room.queue.lock().await.order.resume(feed, since);
            let range = match resume {
                ResumeAnswer::Missed(Entry { frames, seq }) => {
                    let frames = frames.iter().map(|frame| self.as_fed(feed, frame)).collect();
                    return Ok(Some(Entry { frames, seq }));
                }
                ResumeAnswer::State => return Ok(None),
                ResumeAnswer::Read(range) => range,
            };
            let Some(reading) = &mut one_reader else {
                one_reader = Some(room.reading.lock().await);
                continue;
            };
            // Another who asked later has read the log already, and found no more.
            let is_ahead = matches!(range, LogRange::After(_)) && reading.is_some_and(|began| began >= asked);
            if is_ahead || tried == Some(range) {
                return Ok(None);
            }
            tried = Some(range);
            self.read_log(key, &room, range, reading).await?;
        }
    }

    /// Waits a moment for the missing events of a room, then reads them from the log, until none is missing.
    pub(super) async fn fill_gap(self: Arc<Hub>, key: RoomKey, room: Arc<Room>) {
        let mut patience = GAP_PATIENCE;
        while self.holds(key, &room) {
            tokio::time::sleep(patience).await;
            let mut one_reader = room.reading.lock().await;
            let (range, newest) = {
                let mut queue = room.queue.lock().await;
                (queue.order.next_to_read(), queue.order.newest())
            };
            let Some(range) = range else { return };
            self.metrics.gaps_read.inc();
            match self.read_log(key, &room, range, &mut one_reader).await {
                Ok(head) if head < newest => self.drop_lost(key, &room, head, newest).await,
                Ok(_) => {}
                Err(_) => patience = (2 * patience).min(GAP_PATIENCE_MAX),
            }
        }
    }

    /// Whether this is still the room of this key.
    fn holds(&self, key: RoomKey, room: &Arc<Room>) -> bool {
        self.rooms.get(&key).is_some_and(|held| Arc::ptr_eq(&held, room))
    }

    /// Drops events that are in no log, since the database lost their commit.
    async fn drop_lost(&self, key: RoomKey, room: &Arc<Room>, head: i64, newest: i64) {
        let mut queue = room.queue.lock().await;
        match queue.order.last() {
            Some(last) if last > head => self.begin_anew(key, room, &mut queue),
            _ => queue.order.drop_lost(head, newest),
        }
    }

    /// Begins a room anew whose log ends before events that were released: other events will have their numbers. Its clients come
    /// back and get the state.
    fn begin_anew(&self, key: RoomKey, room: &Room, queue: &mut EventQueue) {
        tracing::error!(room = %key.id, "the log of a room ends before events that were sent; its sockets are closed");
        queue.order = RoomOrder::default();
        room.set_last(None);
        self.dismiss(key, |_| true, close::RESTART, "the log was cut off, come back");
    }

    /// Notes where the log of a room was found to end. `last`: the last event released here, as it was known before.
    pub async fn note_head(&self, key: RoomKey, last: i64, head: i64) {
        let Some(room) = self.rooms.get(&key).map(|r| r.clone()) else { return };
        let mut queue = room.queue.lock().await;
        if head < last && queue.order.last().is_some_and(|now| now >= last) {
            self.begin_anew(key, &room, &mut queue);
        }
    }

    /// Reads a part of the log, and releases what is next. Returns the end of the whole log. `one_reader`: the room's `reading`, locked.
    fn read_log<'a>(
        self: &'a Arc<Hub>,
        key: RoomKey,
        room: &'a Arc<Room>,
        range: LogRange,
        one_reader: &'a mut Option<Instant>,
    ) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async move {
            let Some(log_reader) = self.log_reader.get() else { return Ok(i64::MAX) };
            let began = Instant::now();
            // The queue is not locked meanwhile: frames without a place in the log go on.
            let part = log_reader.read(key, range).await.inspect_err(|error| {
                if !error.is_outage() {
                    tracing::error!(%error, "the log of a room could not be read");
                }
            })?;
            if matches!(range, LogRange::After(_) | LogRange::Newest { until: None, .. }) {
                *one_reader = Some(began);
            }
            let head = part.head;
            let mut queue = room.queue.lock().await;
            let was_extended = queue.order.is_extended();
            queue.order.take(range, part);
            if queue.order.is_extended() && !was_extended {
                let room = room.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(EXTENDED_FOR).await;
                    room.queue.lock().await.order.trim();
                });
            }
            self.release(key, room, &mut queue).await;
            Ok(head)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::hub::test_node::{Client, OWN, ROOM, event, node};

    #[tokio::test]
    async fn a_room_is_open_on_other_nodes_before_its_state_is_read_and_until_its_last_socket_leaves() {
        let (hub, node) = node();
        let mut first = Client::connects(&hub, &node).await;
        node.gate.add_permits(1);
        while node.noted.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(node.noted(), ["open s"], "one of the two rooms is not open");
        *node.head.lock().unwrap() = 4;
        node.gate.add_permits(9);
        first.receives("state").await;
        let noted = node.noted();
        assert_eq!(noted.last().unwrap(), "entry", "{noted:?}");
        let mut second = Client::connects(&hub, &node).await;
        second.receives("state").await;
        node.noted();
        first.leaves().await;
        assert!(node.noted().is_empty());
        second.leaves().await;
        assert_eq!(node.noted(), ["left s", "left p"]);
    }

    #[tokio::test]
    async fn a_room_that_is_behind_its_log_reads_it_once_however_many_notice() {
        let (hub, node) = node();
        node.gate.add_permits(9);
        let mut client = Client::connects(&hub, &node).await;
        client.receives("state").await;
        let quiet_for = |kind, s| hub.quiet_rooms(kind, Duration::from_secs(s), &HashSet::new());
        assert_eq!(quiet_for('s', 0), [(1, 3)].into());
        assert!(quiet_for('p', 0).is_empty(), "it has no log");
        assert!(quiet_for('s', 3_600).is_empty());
        assert_eq!(hub.quiet_rooms('s', Duration::from_secs(3_600), &[ROOM, OWN].into()), [(1, 3)].into());
        node.noted();
        *node.head.lock().unwrap() = 6;
        tokio::join!(hub.catch_up(ROOM, 6), hub.catch_up(ROOM, 5), hub.catch_up(ROOM, 6), hub.catch_up(ROOM, 3));
        assert_eq!(node.noted(), ["read after 3", "read after 5"]);
        assert_eq!(quiet_for('s', 0), [(1, 6)].into());
        for seq in 4..=6 {
            client.receives(&seq.to_string()).await;
        }
        hub.catch_up(ROOM, 9).await;
        assert_eq!(node.noted(), ["read after 6"], "the log has no more, and it is not asked again");
        hub.note_head(ROOM, 6, 6).await;
        hub.resync('p').await;
        client.receives(r#"{"type":"resync"}"#).await;
    }

    #[tokio::test]
    async fn an_event_that_the_log_has_lost_is_not_waited_for() {
        let (hub, node) = node();
        node.gate.add_permits(9);
        let mut client = Client::connects(&hub, &node).await;
        client.receives("state").await;
        node.noted();
        hub.deliver(vec![event(6)]).await;
        let is_filled = async || {
            let room = hub.rooms.get(&ROOM).unwrap().clone();
            !room.queue.lock().await.order.is_filling()
        };
        while !is_filled().await {
            tokio::task::yield_now().await;
        }
        assert_eq!(node.noted(), ["read after 3"], "once");
        *node.head.lock().unwrap() = 4;
        hub.deliver(vec![event(4)]).await;
        client.receives("4").await;
        hub.note_head(ROOM, 4, 3).await;
        assert!(hub.quiet_rooms('s', Duration::ZERO, &HashSet::new()).is_empty(), "the room begins anew");
        client.is_told_to_come_back().await;
    }
    #[tokio::test]
    async fn a_socket_stays_open_while_the_database_is_away_and_then_gets_the_state() {
        let (hub, node) = node();
        node.gate.add_permits(9);
        node.outages.store(2, Ordering::SeqCst);
        let mut client = Client::connects(&hub, &node).await;
        client.receives("state").await;
        assert_eq!(node.noted()[2..], ["entry", "entry", "entry"]);
        node.outages.store(usize::MAX, Ordering::SeqCst);
        let gone = Client::connects(&hub, &node).await;
        while node.noted().is_empty() {
            tokio::task::yield_now().await;
        }
        gone.leaves().await;
        tokio::time::timeout(Duration::from_secs(30), async {
            while Arc::strong_count(&node) > 4 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await
        .expect("nobody reads for a socket that is gone");
    }

    #[tokio::test]
    async fn clients_that_know_more_than_the_log_do_not_each_read_it() {
        let (hub, node) = node();
        node.gate.add_permits(99);
        let mut client = Client::connects(&hub, &node).await;
        client.receives("state").await;
        let connections = hub.rooms.get(&ROOM).unwrap().all_connections();
        node.noted();
        let ask = |_| hub.find_missed(&connections[0], 99);
        for missed in futures_util::future::join_all((0..20).map(ask)).await {
            assert!(missed.unwrap().is_none());
        }
        assert_eq!(node.noted(), ["read after 3"; 2], "the second read begins after all have asked");
        assert!(hub.find_missed(&connections[0], 99).await.unwrap().is_none());
        assert_eq!(node.noted(), ["read after 3"], "it asked later");
    }
}
