//! News between several nodes that share a PostgreSQL and hear each other through Redis.
//!
//! The events of a session's log, and the rows of `node_messages`, are never lost: each node looks there every second. What comes through
//! Redis is only sooner. Rooms without a log are told to fetch anew after anything may have been lost.

mod due_looks;
mod looks;
mod telling;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use self::due_looks::DueLooks;

use super::heard_counts::HeardCounts;
use super::news::{LocalNode, News};
use super::redis::{Links, Receiver};
use super::rows::{self, HandledRows};
use super::seal::Sealer;
use super::wire::{Instance, Packet};
use crate::clock::{machine_ms, random_bytes};
use crate::config::RedisSettings;
use crate::db::Tx;
use crate::error::Result;
use crate::failures::CountChange;
use crate::live::{CloseSockets, DeviceSocket, RoomFrame, RoomGate, RoomKey};
use crate::metrics::Metrics;
use crate::planted::{self, Planted};

/// Longest wait until the server has confirmed that a room's events come here.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(1);
/// Frames that one message holds, by the bytes of their payloads and headers.
const FRAMES_MAX_BYTES: usize = 128 * 1024;
const FRAME_HEADER_BYTES: usize = 128;
/// Attempts, and sockets of devices, are told to other nodes together.
const GATHERED_FOR: Duration = Duration::from_millis(20);
const COUNTS_PER_MESSAGE: usize = 512;
const DEVICES_MAX_SOCKETS: usize = 32_768;
const COUNTED_MAX_CHANGES: usize = 16_384;

pub struct RedisBus {
    node: LocalNode,
    instance: Instance,
    prefix: String,
    sealer: Sealer,
    links: OnceLock<Links>,
    rows: Mutex<HandledRows>,
    /// Notified when the table may have a row for this node.
    rows_woken: Notify,
    /// Held by the one who looks at the table.
    looking: tokio::sync::Mutex<()>,
    /// Rooms that are heard though no socket is in them, and since when.
    left_rooms: Mutex<HashMap<RoomKey, Instant>>,
    /// Looks that are due since messages may have been lost.
    due_looks: Mutex<DueLooks>,
    woken: Notify,
    /// Notified when news for rooms without a log may not have reached other nodes.
    unsent: Notify,
    /// Counts of this node that the others have yet to hear.
    counted: Mutex<Vec<CountChange>>,
    has_counted: Notify,
    heard_counts: Mutex<HeardCounts>,
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
        sealer: Sealer,
        node: LocalNode,
        metrics: Arc<Metrics>,
    ) -> Result<Arc<RedisBus>> {
        let bus = Arc::new(RedisBus {
            node,
            instance: Instance::from_le_bytes(random_bytes()),
            prefix: prefix.clone(),
            sealer,
            links: OnceLock::new(),
            rows: Mutex::default(),
            rows_woken: Notify::new(),
            looking: tokio::sync::Mutex::default(),
            left_rooms: Mutex::default(),
            due_looks: Mutex::new(DueLooks { is_interrupted: true, ..DueLooks::default() }),
            woken: Notify::new(),
            unsent: Notify::new(),
            counted: Mutex::default(),
            has_counted: Notify::new(),
            heard_counts: Mutex::default(),
            devices: Mutex::default(),
            has_devices: Notify::new(),
            metrics: metrics.clone(),
        });
        let links = Links::open(settings, prefix, bus.clone(), metrics)?;
        links.want(&bus.common_channel());
        let _ = bus.links.set(links);
        bus.node.hub.set_room_gate(bus.clone());
        let counting = bus.clone();
        bus.node.failures.set_reporter(Box::new(move |change| counting.note_count(change)));
        Ok(bus)
    }

    fn rows(&self) -> MutexGuard<'_, HandledRows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn due_looks(&self) -> MutexGuard<'_, DueLooks> {
        self.due_looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard_counts(&self) -> MutexGuard<'_, HeardCounts> {
        self.heard_counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left_rooms(&self) -> MutexGuard<'_, HashMap<RoomKey, Instant>> {
        self.left_rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel that every node hears.
    fn common_channel(&self) -> String {
        format!("{}all", self.prefix)
    }

    fn channel(&self, room: RoomKey) -> String {
        format!("{}{}{}", self.prefix, room.kind, room.id)
    }

    /// The room of a channel, unless every node hears it.
    fn room_of(&self, channel: &str) -> Option<RoomKey> {
        let mut rest = channel.strip_prefix(&self.prefix)?.chars();
        Some(RoomKey { kind: rest.next()?, id: rest.as_str().parse().ok()? })
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
            frames.into_iter().partition(|frame| frame.room.kind == self.node.kinds.own);
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
            let bytes = frame.frame.payload().len() + FRAME_HEADER_BYTES;
            match packets.last_mut() {
                Some((sum, packet)) if *sum + bytes <= FRAMES_MAX_BYTES => {
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
                if !self.publish(&channel, &packet) && self.node.kinds.unlogged.contains(&room.kind) {
                    self.note_unsent();
                }
            }
        }
        if let Some(row) = recorded.iter().filter_map(|packet| packet.row).max() {
            // Each node reads the rows themselves.
            self.publish(&self.common_channel(), &Packet { row: Some(row), ..self.packet() });
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
        let common = self.common_channel();
        let mut number = 0;
        loop {
            self.has_counted.notified().await;
            tokio::time::sleep(GATHERED_FOR).await;
            let counted = std::mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner));
            for some in counted.chunks(COUNTS_PER_MESSAGE) {
                number += 1;
                let packet = Packet { counted: some.to_vec(), number, ..self.packet() };
                self.publish(&common, &packet);
            }
        }
    }

    /// Returns `false` if the packet is lost for sure.
    fn publish(&self, channel: &str, packet: &Packet) -> bool {
        match (packet.encode(), self.links.get()) {
            (Some(bytes), Some(links)) => {
                let sealed = self.sealer.seal(channel, &bytes);
                links.publish(channel, [&self.instance.to_le_bytes(), &sealed[..]].concat())
            }
            _ => {
                self.metrics.bus_dropped.inc();
                false
            }
        }
    }

    /// Notes that a node is gone: what it had committed last, it may not have sent.
    pub fn note_vanished(&self) {
        self.due_looks().resync = true;
        self.woken.notify_one();
    }

    fn packet(&self) -> Packet {
        Packet { from: self.instance, changed_ms: machine_ms(), ..Packet::default() }
    }

    fn note_devices(&self, packet: &Packet) {
        for device in &packet.devices {
            self.node.hub.note_announced(device, packet.row.unwrap_or_default(), packet.from == self.instance);
        }
    }

    /// Acts on a row, unless this node has done that.
    async fn accept_row(&self, packet: Packet) {
        if packet.row.is_none_or(|row| !self.rows().claim(row)) {
            return;
        }
        if packet.resync && packet.from != self.instance {
            self.due_looks().resync = true;
            self.woken.notify_one();
        }
        self.note_devices(&packet);
        self.node.accept(packet).await;
    }

    /// Acts on what came through Redis. A row is only looked for, and what belongs into rows is taken from them alone.
    async fn accept(&self, packet: Packet) {
        if packet.from == self.instance {
            return;
        }
        if let Some(row) = packet.row {
            self.rows().note_told(row, Instant::now());
            self.rows_woken.notify_one();
            return;
        }
        let Packet { from, changed_ms, frames, mut counted, number, .. } = packet;
        if !counted.is_empty() && !self.heard_counts().take(from, number, changed_ms, machine_ms()) {
            counted.clear();
        }
        self.node.accept(Packet { from, changed_ms, frames, counted, ..Packet::default() }).await;
    }
}

impl Receiver for RedisBus {
    fn receive<'a>(&'a self, channel: &'a str, payload: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (from, sealed) = payload.split_at_checked(size_of::<Instance>()).unwrap_or((&[], payload));
            // Most messages on some channels come back to the node that sent them.
            if from == self.instance.to_le_bytes() {
                return;
            }
            match self.sealer.open(channel, sealed).and_then(Packet::decode) {
                Some(packet) => self.accept(packet).await,
                None => {
                    self.metrics.bus_unread.inc();
                }
            }
        })
    }

    fn note_interruption(&self) {
        self.due_looks().is_interrupted = true;
        self.woken.notify_one();
        self.rows_woken.notify_one();
    }

    fn note_late(&self, channel: &str) {
        match self.room_of(channel) {
            Some(room) => {
                self.due_looks().late.insert(room);
                self.woken.notify_one();
            }
            None => self.note_interruption(),
        }
    }

    fn note_unsent(&self) {
        self.unsent.notify_one();
    }
}

impl RoomGate for RedisBus {
    fn open(&self, room: RoomKey) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if room.kind == self.node.kinds.own {
                return;
            }
            let (Some(links), channel) = (self.links.get(), self.channel(room)) else { return };
            {
                let mut left = self.left_rooms();
                left.remove(&room);
                links.want(&channel);
            }
            if planted::has(Planted::SubscribeAfterReading) {
                return;
            }
            // While Redis is away nobody waits: the room is looked up all the time.
            let within = if links.is_up_for(&channel) { CONFIRMED_WITHIN } else { Duration::ZERO };
            links.subscribe(&channel, within).await;
        })
    }

    fn last_has_left(&self, room: RoomKey) {
        if room.kind != self.node.kinds.own {
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
pub(super) async fn write_rows(tx: &mut Tx, mut packets: Vec<Packet>, now_ms: i64) -> Result<Vec<Packet>> {
    for packet in &mut packets {
        match packet.encode().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(body) => packet.row = Some(rows::write(tx, now_ms, body).await?),
            None => tracing::error!("news that must not be lost are too long for other nodes"),
        }
    }
    Ok(packets)
}
