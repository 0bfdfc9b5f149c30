//! The link to one Redis server: a connection that hears, and one that publishes. Both are dropped and made again when one of
//! them fails, or when what is published on the one is not heard on the other: a connection can be open and dead, and after a
//! failover the two can lead to different servers.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, ServerErrorKind, Value, cmd};
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::channels::Channels;
use super::connecting::{RedisConnection, RedisConnector};
use super::inbox::{Inbox, Receiver};
use super::slots::{ServerPlace, SlotMap};
use crate::clock::{random_below, random_bytes};
use crate::metrics::Metrics;
use crate::planted::{self, Planted};

const PROBE_EVERY: Duration = Duration::from_secs(2);
const SILENT_FOR: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Time until a channel that is not confirmed may have moved to another server; and until the link counts as broken.
const MOVED_AFTER: Duration = Duration::from_secs(1);
const CONFIRMED_WITHIN: Duration = Duration::from_secs(4);
const OUTGOING_MAX_MESSAGES: usize = 8_192;
const OUTGOING_MAX_BYTES: usize = 32 * 1024 * 1024;
const MESSAGES_PER_WRITE: usize = 128;
const CHANNELS_PER_COMMAND: usize = 128;

/// Names for a probe that are tried. A master of a cluster may have few slots.
const PROBE_NAMES_MAX: u32 = 200_000;

/// The parts that all links share.
pub struct LinkParts {
    pub connector: RedisConnector,
    /// The beginning of the names of all channels of this school.
    pub prefix: String,
    pub inbox: Inbox,
    pub receiver: Arc<dyn Receiver>,
    pub metrics: Arc<Metrics>,
    pub channels: Channels,
    /// Notified when slots seem to have moved.
    pub slots_moved: Notify,
}

pub struct Link {
    pub place: ServerPlace,
    /// The slots of the cluster, and the number of this master in it; `None` if this is a single server.
    slots: Option<Mutex<(Arc<SlotMap>, usize)>>,
    /// Channels that this node began or ceased to want, or that may have moved.
    changed_channels: Mutex<HashSet<Arc<str>>>,
    has_changed: Notify,
    outgoing: mpsc::Sender<(String, Vec<u8>)>,
    outgoing_bytes: AtomicUsize,
    is_up: AtomicBool,
    task: OnceLock<AbortHandle>,
}

/// Something that the server tells this link itself.
enum LinkEvent {
    Subscribed(Arc<str>),
    Unsubscribed(Arc<str>),
    Probe,
    Disconnected,
}

/// The time between two tries: longer each time, and never quite the same for two nodes.
#[derive(Default)]
pub struct Backoff(u32);

impl Backoff {
    const FIRST_MS: u64 = 100;
    const DOUBLED_MAX_TIMES: u32 = 5;

    pub fn is_first(&self) -> bool {
        self.0 == 0
    }

    pub async fn wait(&mut self) {
        let most = (Backoff::FIRST_MS << self.0.min(Backoff::DOUBLED_MAX_TIMES)).min(2_000);
        self.0 += 1;
        let ms = most / 2 + random_below(most / 2 + 1);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

impl Link {
    pub fn begin(shared: &Arc<LinkParts>, place: ServerPlace, slots: Option<(Arc<SlotMap>, usize)>) -> Arc<Link> {
        let (outgoing, messages) = mpsc::channel(OUTGOING_MAX_MESSAGES);
        let link = Arc::new(Link {
            place,
            slots: slots.map(Mutex::new),
            changed_channels: Mutex::default(),
            has_changed: Notify::new(),
            outgoing,
            outgoing_bytes: AtomicUsize::new(0),
            is_up: AtomicBool::new(false),
            task: OnceLock::new(),
        });
        let task = tokio::spawn(keep_link_open(link.clone(), shared.clone(), messages));
        let _ = link.task.set(task.abort_handle());
        link
    }

    pub fn stop(&self) {
        self.is_up.store(false, Ordering::Relaxed);
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    pub fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Relaxed)
    }

    pub fn note_change(&self, channel: Arc<str>) {
        self.changed_channels.lock().unwrap_or_else(PoisonError::into_inner).insert(channel);
        self.has_changed.notify_one();
    }

    fn take_changes(&self) -> HashSet<Arc<str>> {
        std::mem::take(&mut *self.changed_channels.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a message to publish. Returns `false` if the link is down, or if too much waits.
    pub fn publish(&self, channel: &str, payload: Vec<u8>) -> bool {
        if !self.is_up() {
            return false;
        }
        let bytes = payload.len();
        let has_room = self.outgoing_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= OUTGOING_MAX_BYTES;
        let is_taken = has_room && self.outgoing.try_send((channel.to_owned(), payload)).is_ok();
        if !is_taken {
            self.outgoing_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        is_taken
    }

    pub fn set_slots(&self, map: Arc<SlotMap>, number: usize) {
        if let Some(slots) = &self.slots {
            *slots.lock().unwrap_or_else(PoisonError::into_inner) = (map, number);
        }
    }

    fn is_of_cluster(&self) -> bool {
        self.slots.is_some()
    }

    /// Whether this server has the channel.
    fn has(&self, channel: &str) -> bool {
        self.slots.as_ref().is_none_or(|slots| {
            let (map, number) = &*slots.lock().unwrap_or_else(PoisonError::into_inner);
            map.master_of(channel) == Some(*number)
        })
    }

    fn command_name(&self, plain: &'static str, sharded: &'static str) -> &'static str {
        if self.is_of_cluster() { sharded } else { plain }
    }

    /// A name for a channel that only this link hears.
    fn probe_name(&self, prefix: &str) -> Option<Arc<str>> {
        let random = u64::from_le_bytes(random_bytes());
        let mut names = (0..PROBE_NAMES_MAX).map(|n| format!("{prefix}probe:{random:x}:{n}"));
        names.find(|name| self.has(name)).map(Arc::from)
    }
}

/// Keeps the link open, until its task is aborted.
async fn keep_link_open(link: Arc<Link>, shared: Arc<LinkParts>, mut outgoing: mpsc::Receiver<(String, Vec<u8>)>) {
    let mut backoff = Backoff::default();
    loop {
        let why = match OpenLink::begin(&link, &shared).await {
            Ok((open, publisher)) => open.run(publisher, &mut outgoing).await,
            Err(why) => why,
        };
        if link.is_up.swap(false, Ordering::Relaxed) {
            backoff = Backoff::default();
            // Messages under way may have reached nobody.
            shared.receiver.note_unsent();
        }
        while let Ok((_, payload)) = outgoing.try_recv() {
            link.outgoing_bytes.fetch_sub(payload.len(), Ordering::Relaxed);
            shared.metrics.bus_dropped.inc();
        }
        if backoff.is_first() {
            let (host, port) = (&link.place.host, link.place.port);
            tracing::warn!(%why, host, port, "Redis is away; the news of other nodes comes from the database meanwhile");
        }
        if link.is_of_cluster() {
            shared.slots_moved.notify_one();
        }
        backoff.wait().await;
    }
}

/// Takes what the server has sent unasked. Messages go into the inbox; returns what concerns the link itself.
fn take(info: PushInfo, probe: &Arc<str>, inbox: &Inbox) -> Option<LinkEvent> {
    if info.kind == PushKind::Disconnection {
        return Some(LinkEvent::Disconnected);
    }
    let mut data = info.data.into_iter();
    let Some(Value::BulkString(channel)) = data.next() else { return None };
    let channel: Arc<str> = String::from_utf8(channel).ok()?.into();
    match (info.kind, data.next()) {
        (PushKind::Subscribe | PushKind::SSubscribe, _) => Some(LinkEvent::Subscribed(channel)),
        (PushKind::Unsubscribe | PushKind::SUnsubscribe, _) => Some(LinkEvent::Unsubscribed(channel)),
        (PushKind::Message | PushKind::SMessage, _) if channel == *probe => Some(LinkEvent::Probe),
        (PushKind::Message | PushKind::SMessage, Some(Value::BulkString(payload))) => {
            inbox.put(channel, payload);
            None
        }
        _ => None,
    }
}

/// The time in which the two connections of a link live.
struct OpenLink<'a> {
    link: &'a Link,
    shared: &'a LinkParts,
    subscriber: RedisConnection,
    events: mpsc::UnboundedReceiver<LinkEvent>,
    probe: Arc<str>,
    /// Time at which the probe was heard last.
    heard: Instant,
    /// Channels that the server was asked for and has not confirmed, and since when.
    asked: HashMap<Arc<str>, Instant>,
    confirmed: HashSet<Arc<str>>,
    /// Channels that the server has yet to confirm before the link is up; `None` before the probe was heard for the first time.
    first: Option<HashSet<Arc<str>>>,
}

impl Drop for OpenLink<'_> {
    fn drop(&mut self) {
        self.asked.keys().chain(&self.confirmed).for_each(|channel| self.shared.channels.lose(channel));
    }
}

impl<'a> OpenLink<'a> {
    /// Connects twice, and has the probe's own channel confirmed. Returns the open link and the connection that publishes.
    async fn begin(link: &'a Link, shared: &'a LinkParts) -> Result<(OpenLink<'a>, RedisConnection), String> {
        let probe = link.probe_name(&shared.prefix).ok_or("the server has no slots any more")?;
        // Holds at most one answer for each channel, and probes.
        let (sender, events) = mpsc::unbounded_channel();
        let inbox = shared.inbox.clone();
        let own = probe.clone();
        let hear = move |info: PushInfo| match take(info, &own, &inbox) {
            Some(event) => sender.send(event).map_err(|_| ()),
            None => Ok(()),
        };
        let subscriber = shared.connector.connect(&link.place, Some(hear)).await?;
        let publisher = shared.connector.connect(&link.place, None::<fn(PushInfo) -> Result<(), ()>>).await?;
        let subscribe = link.command_name("SUBSCRIBE", "SSUBSCRIBE");
        let mut commands = subscriber.commands.clone();
        let _: Value = cmd(subscribe).arg(&*probe).query_async(&mut commands).await.map_err(|e| e.to_string())?;
        let open = OpenLink {
            link,
            shared,
            subscriber,
            events,
            probe,
            heard: Instant::now(),
            asked: HashMap::new(),
            confirmed: HashSet::new(),
            first: None,
        };
        Ok((open, publisher))
    }

    /// Returns why the link is broken.
    async fn run(mut self, publisher: RedisConnection, outgoing: &mut mpsc::Receiver<(String, Vec<u8>)>) -> String {
        let (link, shared, probe) = (self.link, self.shared, self.probe.clone());
        tokio::select! {
            why = self.hear() => why,
            why = send_probes(link, &probe, publisher.commands.clone()) => why,
            why = publish(link, shared, publisher.commands.clone(), outgoing) => why,
        }
    }

    async fn hear(&mut self) -> String {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(LinkEvent::Probe) => {
                        self.heard = Instant::now();
                        if self.first.is_none() && let Err(why) = self.begin_to_subscribe().await {
                            return why;
                        }
                    }
                    Some(LinkEvent::Subscribed(channel)) => self.note_subscribed(channel),
                    Some(LinkEvent::Unsubscribed(channel)) => self.note_unsubscribed(&channel),
                    Some(LinkEvent::Disconnected) | None => return "the connection was closed".into(),
                },
                () = self.link.has_changed.notified(), if self.first.is_some() => {
                    if let Err(why) = self.follow_changes().await {
                        return why;
                    }
                }
                _ = looks.tick() => {
                    if self.heard.elapsed() > SILENT_FOR && !planted::has(Planted::NoProbe) {
                        return "the server is silent".into();
                    }
                    let waiting = self.asked.values().map(Instant::elapsed).max().unwrap_or_default();
                    if waiting > CONFIRMED_WITHIN {
                        return "the server does not confirm a channel".into();
                    }
                    if self.link.is_of_cluster() && waiting > MOVED_AFTER {
                        self.shared.slots_moved.notify_one();
                    }
                }
            }
        }
    }

    /// Asks for all channels of this link, once what is published is known to be heard.
    async fn begin_to_subscribe(&mut self) -> Result<(), String> {
        self.link.take_changes();
        let mut channels = self.shared.channels.names();
        channels.retain(|channel| self.link.has(channel));
        self.first = Some(channels.iter().cloned().collect());
        self.subscribe(channels).await?;
        self.look_whether_up();
        Ok(())
    }

    async fn follow_changes(&mut self) -> Result<(), String> {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for channel in self.link.take_changes() {
            let is_known = self.asked.contains_key(&channel) || self.confirmed.contains(&channel);
            match self.shared.channels.contains(&channel) && self.link.has(&channel) {
                true if !is_known => wanted.push(channel),
                true if self.confirmed.contains(&channel) => self.note_confirmed(&channel),
                false if is_known => unwanted.push(channel),
                _ => {}
            }
        }
        for channel in &unwanted {
            self.asked.remove(channel);
            self.confirmed.remove(channel);
            self.shared.channels.lose(channel);
            if let Some(first) = &mut self.first {
                first.remove(channel);
            }
        }
        self.send(self.link.command_name("UNSUBSCRIBE", "SUNSUBSCRIBE"), &unwanted).await?;
        self.subscribe(wanted).await?;
        self.look_whether_up();
        Ok(())
    }

    async fn subscribe(&mut self, channels: Vec<Arc<str>>) -> Result<(), String> {
        let now = Instant::now();
        self.asked.extend(channels.iter().map(|channel| (channel.clone(), now)));
        self.send(self.link.command_name("SUBSCRIBE", "SSUBSCRIBE"), &channels).await
    }

    /// Sends a command for these channels: one for many, but in a cluster one for each, since each may have another slot. The
    /// answers come as what is pushed.
    async fn send(&self, word: &str, channels: &[Arc<str>]) -> Result<(), String> {
        let size = if self.link.is_of_cluster() { 1 } else { CHANNELS_PER_COMMAND };
        let mut commands = self.subscriber.commands.clone();
        for some in channels.chunks(size) {
            let mut command = cmd(word);
            for channel in some {
                command.arg(&**channel);
            }
            command.set_no_response(true);
            commands.send_packed_command(&command).await.map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    fn note_subscribed(&mut self, channel: Arc<str>) {
        // Otherwise it is the probe, or is not wanted any more.
        if self.asked.remove(&channel).is_some() {
            self.note_confirmed(&channel);
            self.confirmed.insert(channel);
        }
    }

    fn note_confirmed(&mut self, channel: &Arc<str>) {
        let has_missed = self.shared.channels.confirm(channel);
        if let Some(first) = &mut self.first {
            first.remove(channel);
        }
        match self.link.is_up() {
            // Before, all are looked up together.
            false => self.look_whether_up(),
            true if has_missed => self.shared.receiver.note_late(channel),
            true => {}
        }
    }

    fn look_whether_up(&mut self) {
        let is_whole = self.first.as_ref().is_some_and(HashSet::is_empty);
        if is_whole && !self.link.is_up.swap(true, Ordering::Relaxed) {
            tracing::info!(host = self.link.place.host, port = self.link.place.port, "Redis is there");
            self.shared.receiver.note_interruption();
        }
    }

    /// The server takes a channel away when its slot moves. Otherwise this node has asked for it.
    fn note_unsubscribed(&mut self, channel: &Arc<str>) {
        if self.confirmed.remove(channel) {
            self.shared.channels.lose(channel);
            self.link.note_change(channel.clone());
            self.shared.slots_moved.notify_one();
        }
    }
}

/// Publishes to the link's own channel, again and again. Returns why that failed; that the server is silent is seen elsewhere.
/// A message that is published to a replica reaches nobody at its master, though it comes back here.
async fn send_probes(link: &Link, probe: &str, mut commands: MultiplexedConnection) -> String {
    let mut probes = interval(PROBE_EVERY);
    probes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        probes.tick().await;
        match cmd("HELLO").query_async::<HashMap<String, Value>>(&mut commands).await {
            Ok(hello) if !is_master(&hello) => return "the server is a replica".into(),
            Err(error) if !error.is_timeout() => return error.to_string(),
            _ => {}
        }
        let mut publish = cmd(link.command_name("PUBLISH", "SPUBLISH"));
        publish.arg(probe).arg("");
        match publish.query_async::<Value>(&mut commands).await {
            Err(error) if !error.is_timeout() => return error.to_string(),
            _ => {}
        }
    }
}

fn is_master(hello: &HashMap<String, Value>) -> bool {
    match hello.get("role") {
        Some(Value::BulkString(role)) => role == b"master",
        Some(Value::SimpleString(role)) => role == "master",
        _ => true,
    }
}

/// Publishes what waits, several messages in one write. Returns why that failed.
async fn publish(
    link: &Link,
    shared: &LinkParts,
    mut commands: MultiplexedConnection,
    outgoing: &mut mpsc::Receiver<(String, Vec<u8>)>,
) -> String {
    let publish = link.command_name("PUBLISH", "SPUBLISH");
    let mut messages = Vec::new();
    while outgoing.recv_many(&mut messages, MESSAGES_PER_WRITE).await > 0 {
        let mut pipe = redis::pipe();
        let count = messages.len();
        for (channel, payload) in messages.drain(..) {
            link.outgoing_bytes.fetch_sub(payload.len(), Ordering::Relaxed);
            pipe.cmd(publish).arg(channel).arg(payload);
        }
        let failed = match commands.send_packed_commands(&pipe, 0, count).await {
            Ok(answers) => {
                let errors = || {
                    answers.iter().filter_map(|answer| match answer {
                        Value::ServerError(error) => Some(error),
                        _ => None,
                    })
                };
                if errors().any(|error| error.kind() == Some(ServerErrorKind::Moved)) {
                    shared.slots_moved.notify_one();
                }
                errors().count()
            }
            Err(error) if error.is_timeout() => count,
            Err(error) => return error.to_string(),
        };
        if failed > 0 {
            shared.metrics.bus_dropped.inc_by(failed as u64);
            shared.receiver.note_unsent();
        }
    }
    // The sender is in the link, so this is not reached.
    std::future::pending().await
}
