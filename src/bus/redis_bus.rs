//! News between several nodes that share a PostgreSQL and hear each other through Redis.
//!
//! What a session's log has, and what is in `node_messages`, is never lost: each node looks there every second. What comes through
//! Redis is only sooner. Rooms without a log are told to fetch anew after anything may have been lost.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;
use tokio::sync::Notify;

use super::news::{LocalNode, News};
use super::redis::{Links, Receiver};
use super::rows::{self, HandledRows};
use super::wire::{Instance, Packet};
use crate::clock::{machine_ms, random_bytes};
use crate::config::RedisSettings;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::failures::CountChange;
use crate::live::{CloseSockets, DeviceSocket, RoomFrame, RoomGate, RoomKey, log};
use crate::metrics::Metrics;

/// Pause between two looks at the database, while Redis is there and while it is away.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOK_EVERY_WHILE_AWAY: Duration = Duration::from_millis(500);
const LOOK_AT_MOST_EVERY: Duration = Duration::from_millis(100);
/// A room in which nothing was heard for so long is looked up in the log.
const QUIET_FOR: Duration = Duration::from_secs(1);
/// Longest wait until the server has confirmed that a room's events come here.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(1);
/// The events of a room are heard this long after the last socket has left it: its people may come back.
const HEARD_AFTER_LAST: Duration = Duration::from_secs(10);
/// Frames for persons that one row holds, by the bytes of their payloads.
const ROW_MAX_BYTES: usize = 128 * 1024;
/// Attempts, and sockets of devices, are told to other nodes together.
const GATHERED_FOR: Duration = Duration::from_millis(20);
const COUNTS_PER_MESSAGE: usize = 512;
const DEVICES_PER_ROW: usize = 256;
const DEVICES_MAX_SOCKETS: usize = 32_768;
const COUNTED_MAX_CHANGES: usize = 16_384;
const CATCHING_UP_MAX_ROOMS: usize = 6;

/// The kinds of rooms, which only the code that opens them understands.
#[derive(Debug, Clone, Copy)]
pub struct RoomKinds {
    /// The events of these rooms are in a log.
    pub logged: char,
    pub unlogged: &'static [char],
    /// One person's own room. What is sent there must not be lost.
    pub own: char,
}

pub struct RedisBus {
    node: LocalNode,
    instance: Instance,
    prefix: String,
    kinds: RoomKinds,
    links: OnceLock<Links>,
    rows: Mutex<HandledRows>,
    /// Rooms that are heard though no socket is in them, and since when.
    left_rooms: Mutex<HashMap<RoomKey, Instant>>,
    /// Whether something may have been lost since the last look.
    is_interrupted: AtomicBool,
    woken: Notify,
    last_resync: Mutex<Option<Instant>>,
    /// Counts of this node that the others have yet to hear.
    counted: Mutex<Vec<CountChange>>,
    has_counted: Notify,
    /// Sockets of devices that are to be announced.
    devices: Mutex<Vec<DeviceSocket>>,
    has_devices: Notify,
    metrics: Arc<Metrics>,
}

impl RedisBus {
    /// Links this node with the others. `prefix` is the school's own.
    pub fn open(
        settings: &RedisSettings,
        prefix: String,
        node: LocalNode,
        kinds: RoomKinds,
        metrics: Arc<Metrics>,
    ) -> Result<Arc<RedisBus>> {
        let bus = Arc::new(RedisBus {
            node,
            instance: Instance::from_le_bytes(random_bytes()),
            prefix: prefix.clone(),
            kinds,
            links: OnceLock::new(),
            rows: Mutex::default(),
            left_rooms: Mutex::default(),
            is_interrupted: AtomicBool::new(true),
            woken: Notify::new(),
            last_resync: Mutex::default(),
            counted: Mutex::default(),
            has_counted: Notify::new(),
            devices: Mutex::default(),
            has_devices: Notify::new(),
            metrics: metrics.clone(),
        });
        let links = Links::open(settings, prefix, bus.clone(), metrics)?;
        links.want(&bus.common());
        let _ = bus.links.set(links);
        bus.node.hub.set_room_gate(bus.clone());
        let counting = bus.clone();
        bus.node.failures.set_reporter(Box::new(move |change| counting.note_count(change)));
        Ok(bus)
    }

    fn rows(&self) -> MutexGuard<'_, HandledRows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left_rooms(&self) -> MutexGuard<'_, HashMap<RoomKey, Instant>> {
        self.left_rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel that every node hears.
    fn common(&self) -> String {
        format!("{}all", self.prefix)
    }

    fn channel(&self, room: RoomKey) -> String {
        format!("{}{}{}", self.prefix, room.kind, room.id)
    }

    pub fn is_up(&self) -> bool {
        self.links.get().is_some_and(Links::is_up)
    }

    pub fn close(&self) {
        if let Some(links) = self.links.get() {
            links.close();
        }
    }

    /// Writes into the transaction what is in no log and must not be lost.
    pub async fn record(
        &self,
        tx: &mut Tx,
        frames: Vec<RoomFrame>,
        closed: Vec<CloseSockets>,
        now_ms: i64,
    ) -> Result<News> {
        let (own, frames): (Vec<RoomFrame>, _) =
            frames.into_iter().partition(|frame| frame.room.kind == self.kinds.own);
        let mut recorded = self.packets(own);
        if !closed.is_empty() {
            match recorded.last_mut() {
                // Sockets are closed after the frames of the same change.
                Some(last) => last.closed = closed,
                None => recorded.push(Packet { closed, ..self.packet() }),
            }
        }
        Ok(News { frames, recorded: write_rows(tx, recorded, now_ms).await?, ..News::default() })
    }

    /// Puts frames into as few packets as their bytes allow.
    fn packets(&self, frames: Vec<RoomFrame>) -> Vec<Packet> {
        let mut packets: Vec<(usize, Packet)> = Vec::new();
        for frame in frames {
            let bytes = frame.frame.payload().len();
            match packets.last_mut() {
                Some((sum, packet)) if *sum + bytes <= ROW_MAX_BYTES => {
                    *sum += bytes;
                    packet.frames.push(frame);
                }
                _ => packets.push((bytes, Packet { frames: vec![frame], ..self.packet() })),
            }
        }
        packets.into_iter().map(|(_, packet)| packet).collect()
    }

    /// Delivers on this node, then sends to the others.
    pub async fn send(&self, news: News) {
        let News { frames, closed, recorded } = news;
        self.node.deliver(frames.clone(), closed).await;
        for packet in &recorded {
            // Another look at the table may have come first.
            if packet.row.is_none_or(|row| self.rows().claim_own(row)) {
                self.note_devices(packet);
                self.node.deliver(packet.frames.clone(), packet.closed.clone()).await;
            }
        }
        let mut by_room: HashMap<RoomKey, Vec<RoomFrame>> = HashMap::new();
        for frame in frames {
            by_room.entry(frame.room).or_default().push(frame);
        }
        for (room, frames) in by_room {
            let channel = self.channel(room);
            for packet in self.packets(frames) {
                self.publish(&channel, &packet);
            }
        }
        if !recorded.is_empty() {
            let common = self.common();
            for packet in &recorded {
                self.publish(&common, packet);
            }
        }
    }

    /// Notes a count for the other nodes. While Redis is away each node counts alone.
    fn note_count(&self, change: CountChange) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() < COUNTED_MAX_CHANGES {
            counted.push(change);
        }
        self.has_counted.notify_one();
    }

    /// Sends counts, several at once, for ever.
    pub async fn send_counts(&self) {
        let common = self.common();
        loop {
            self.has_counted.notified().await;
            tokio::time::sleep(GATHERED_FOR).await;
            let counted = std::mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner));
            for some in counted.chunks(COUNTS_PER_MESSAGE) {
                let packet = Packet { counted: some.to_vec(), ..self.packet() };
                self.publish(&common, &packet);
            }
        }
    }

    /// Returns `false` if the packet is lost for sure.
    fn publish(&self, channel: &str, packet: &Packet) -> bool {
        match (packet.encode(), self.links.get()) {
            (Some(bytes), Some(links)) => links.publish(channel, bytes),
            _ => {
                self.metrics.bus_dropped.inc();
                false
            }
        }
    }

    /// Waits for sockets of devices that are to be announced with `record_devices`.
    pub async fn take_devices(&self) -> Vec<DeviceSocket> {
        loop {
            self.has_devices.notified().await;
            tokio::time::sleep(GATHERED_FOR).await;
            let devices = std::mem::take(&mut *self.devices.lock().unwrap_or_else(PoisonError::into_inner));
            if !devices.is_empty() {
                return devices;
            }
        }
    }

    /// Writes announcements into the transaction. Other nodes hear of them when the news are sent, or find them.
    pub async fn record_devices(&self, tx: &mut Tx, devices: &[DeviceSocket], now_ms: i64) -> Result<News> {
        let packet = |some: &[DeviceSocket]| Packet { devices: some.to_vec(), ..self.packet() };
        let recorded = devices.chunks(DEVICES_PER_ROW).map(packet).collect();
        Ok(News { recorded: write_rows(tx, recorded, now_ms).await?, ..News::default() })
    }

    fn packet(&self) -> Packet {
        Packet { from: self.instance, changed_ms: machine_ms(), ..Packet::default() }
    }

    fn note_devices(&self, packet: &Packet) {
        for device in &packet.devices {
            self.node.hub.note_announced(device, packet.row.unwrap_or_default(), packet.from == self.instance);
        }
    }

    async fn accept(&self, packet: Packet) {
        let is_known = match packet.row {
            Some(row) => !self.rows().claim(row),
            None => packet.from == self.instance,
        };
        if !is_known {
            self.note_devices(&packet);
            self.node.accept(packet).await;
        }
    }

    /// Begins with what is in the database: no socket is here yet whom it could concern.
    pub async fn begin(&self, db: &Db) -> Result<()> {
        let newest = rows::newest(db).await?;
        let ids = rows::ids_after(db, newest - rows::LATE_MAX_ROWS).await?;
        self.rows().begin(newest, &ids);
        Ok(())
    }

    /// Finds in the database what Redis did not bring, for ever.
    pub async fn keep_up(&self, db: &Db) {
        loop {
            self.metrics.redis_up.set(i64::from(self.is_up()));
            let pause = if self.is_up() { LOOK_EVERY } else { LOOK_EVERY_WHILE_AWAY };
            let _ = tokio::time::timeout(pause, self.woken.notified()).await;
            let was_interrupted = self.is_interrupted.swap(false, Ordering::Relaxed);
            if let Err(error) = self.look_up(db, was_interrupted).await {
                self.is_interrupted.fetch_or(was_interrupted, Ordering::Relaxed);
                if !error.is_outage() {
                    tracing::error!(%error, "the news of other nodes could not be looked up; it is tried again");
                }
            }
            tokio::time::sleep(LOOK_AT_MOST_EVERY).await;
        }
    }

    async fn look_up(&self, db: &Db, was_interrupted: bool) -> Result<()> {
        self.cease_to_hear_left_rooms();
        self.act_on_rows(db).await?;
        let is_deaf = was_interrupted || !self.is_up();
        let quiet_for = if is_deaf { Duration::ZERO } else { QUIET_FOR };
        let quiet: HashMap<i64, i64> = self.node.hub.quiet_rooms(self.kinds.logged, quiet_for).into_iter().collect();
        let heads = log::heads(db, &quiet.keys().copied().collect::<Vec<_>>()).await?;
        let behind = heads.into_iter().filter(|(room, head)| quiet.get(room).is_some_and(|last| last < head));
        stream::iter(behind)
            .for_each_concurrent(CATCHING_UP_MAX_ROOMS, |(id, head)| {
                self.node.hub.catch_up(RoomKey { kind: self.kinds.logged, id }, head)
            })
            .await;
        if is_deaf && self.may_resync(was_interrupted) {
            self.metrics.resyncs.inc();
            for kind in self.kinds.unlogged {
                self.node.hub.resync(*kind).await;
            }
        }
        Ok(())
    }

    async fn act_on_rows(&self, db: &Db) -> Result<()> {
        let low = self.rows().low();
        let ids = rows::ids_after(db, low).await?;
        let unhandled = self.rows().unhandled(&ids, Instant::now());
        for (row, body) in rows::read(db, &unhandled).await? {
            match Packet::decode(body.as_bytes()) {
                Ok(packet) => self.accept(Packet { row: Some(row), ..packet }).await,
                Err(_) => {
                    self.metrics.bus_unread.inc();
                    self.rows().claim(row);
                }
            }
        }
        self.rows().forget_old(Instant::now());
        Ok(())
    }

    /// Whether the rooms without a log may be told to fetch anew: while Redis is away, once in a second.
    fn may_resync(&self, was_interrupted: bool) -> bool {
        let mut last = self.last_resync.lock().unwrap_or_else(PoisonError::into_inner);
        let may = was_interrupted || last.is_none_or(|last| last.elapsed() >= LOOK_EVERY);
        if may {
            *last = Some(Instant::now());
        }
        may
    }

    fn cease_to_hear_left_rooms(&self) {
        let mut left = self.left_rooms();
        let gone: Vec<RoomKey> =
            left.extract_if(|_, since| since.elapsed() > HEARD_AFTER_LAST).map(|(room, _)| room).collect();
        // Locked until here, so that a room that opens meanwhile is subscribed to after this.
        for room in gone {
            if let Some(links) = self.links.get() {
                links.unsubscribe(&self.channel(room));
            }
        }
    }
}

impl Receiver for RedisBus {
    fn receive<'a>(&'a self, _channel: &'a str, payload: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            match Packet::decode(payload) {
                Ok(packet) => self.accept(packet).await,
                Err(_) => {
                    self.metrics.bus_unread.inc();
                }
            }
        })
    }

    fn note_interruption(&self) {
        self.is_interrupted.store(true, Ordering::Relaxed);
        self.woken.notify_one();
    }
}

impl RoomGate for RedisBus {
    fn open(&self, room: RoomKey) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if room.kind == self.kinds.own {
                return;
            }
            let (Some(links), channel) = (self.links.get(), self.channel(room)) else { return };
            {
                let mut left = self.left_rooms();
                left.remove(&room);
                links.want(&channel);
            }
            // While Redis is away nobody waits: the room is looked up all the time.
            let within = if links.is_up_for(&channel) { CONFIRMED_WITHIN } else { Duration::ZERO };
            links.subscribe(&channel, within).await;
        })
    }

    fn last_has_left(&self, room: RoomKey) {
        if room.kind != self.kinds.own {
            self.left_rooms().insert(room, Instant::now());
        }
    }

    fn announce(&self, socket: DeviceSocket) {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if devices.len() < DEVICES_MAX_SOCKETS {
            devices.push(socket);
        }
        self.has_devices.notify_one();
    }
}

/// Writes each packet as a row. What is too long for a row reaches this node alone.
async fn write_rows(tx: &mut Tx, mut packets: Vec<Packet>, now_ms: i64) -> Result<Vec<Packet>> {
    for packet in &mut packets {
        match packet.encode().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(body) => packet.row = Some(rows::write(tx, now_ms, body).await?),
            None => tracing::error!("news that must not be lost are too long for other nodes"),
        }
    }
    Ok(packets)
}
