//! One socket of one person.
//!
//! A frame is written straight into the socket when no other frame waits. Bytes that the kernel does not take go into a queue
//! with bounds, and one task empties the queue. A reader that is too slow for the bound loses its *room* frames and gets one
//! fresh state instead. Replies and frames for one person are never dropped; too many of them close the socket. The entry
//! frames (the state, or the missed events) count against no bound, however large the session is: only one entry waits at a
//! time, and the next follows after it is sent. A socket that takes no byte for `STALLED_FOR` is closed.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Feed, Hub, RoomKey};
use crate::clock::machine_ms;
use crate::error::Result;
use crate::live::frame::Frame;
use crate::live::stream::Stream;

/// Bytes of room frames that may wait before a reader counts as too slow.
const LAG_MAX_BYTES: usize = 64 * 1024;
/// Bytes of replies that may wait. More close the socket: the peer sends and never reads.
const REPLIES_MAX_BYTES: usize = 512 * 1024;
/// Room frames held back while the snapshot is read.
const HELD_MAX_FRAMES: usize = 512;
const FRAMES_PER_WRITE: usize = 32;
const STALLED_FOR: Duration = Duration::from_secs(30);
/// Longest wait for the peer's own close frame.
const GOODBYE_FOR: Duration = Duration::from_secs(3);

pub mod close {
    pub const NORMAL: u16 = 1000;
    pub const INTERNAL: u16 = 1011;
    pub const RESTART: u16 = 1012;
    pub const TOKEN: u16 = 4401;
    pub const REMOVED: u16 = 4403;
    pub const REPLACED: u16 = 4409;
    pub const TOO_MANY: u16 = 4429;
}

/// The first frames for a new socket. `seq`: the last event of the room that they include.
pub struct Entry {
    pub frames: Vec<Frame>,
    pub seq: i64,
}

/// The school's side of a socket: it reads the state and handles the messages.
pub trait SocketHandler: Send + Sync {
    /// Reads the state of the room.
    fn read_entry(&self) -> BoxFuture<'_, Result<Entry>>;
    /// Checks that the person may still be in the room, and reads the frames that only they get, for a client that needs no state
    /// but the events that it missed. `None` if the room has no log.
    fn read_own_frames(&self) -> BoxFuture<'_, Result<Option<Vec<Frame>>>>;
    fn handle<'a>(&'a self, connection: &'a Arc<Connection>, text: String) -> BoxFuture<'a, ()>;
    /// Called after the socket has ended and has been removed from every room.
    fn closed(&self, connection: &Connection);
    /// The frame which warns that the token is about to expire.
    fn token_warning(&self) -> Frame;
}

pub struct Connection {
    pub id: u64,
    pub person: i64,
    /// The login that opened the socket. When the login ends, its sockets are closed.
    pub login: i64,
    pub home: RoomKey,
    pub feed: Feed,
    pub device: Option<Box<str>>,
    pub(in crate::live) stream: Stream,
    /// Allows one entry at a time: a second one would discard the frames that the first holds back.
    pub(in crate::live) entering: tokio::sync::Mutex<()>,
    outbox: Mutex<Outbox>,
    handler: Arc<dyn SocketHandler>,
    hub: Arc<Hub>,
    /// On the monotonic clock, so that setting the server's clock ends no connection.
    expires_ms: AtomicI64,
    /// When it was opened, on the wall clock of this machine.
    pub(in crate::live) opened_ms: i64,
    /// Whether anything was received since the last ping.
    pub(in crate::live) heard_since_ping: AtomicBool,
    /// Whether so many received messages wait to be handled that nothing more is read, not even a pong.
    pub(in crate::live) is_full: AtomicBool,
    pub(in crate::live) warned: AtomicBool,
    /// The number of the announcement of this device's socket; 0 before it is announced.
    pub(super) announced: AtomicI64,
    /// The greatest number of an announcement by another node, for the same device.
    pub(super) newest_rival: AtomicI64,
}

#[derive(Default)]
struct Outbox {
    queue: VecDeque<QueuedFrame>,
    /// Bytes of the first frame in the queue that are already sent.
    sent: usize,
    /// Frames at the front that the drain task is writing right now.
    in_flight: usize,
    room_bytes: usize,
    reply_bytes: usize,
    held: Option<Vec<(i64, Frame)>>,
    /// Whether room frames were lost: a fresh state must be sent as soon as the queue is empty.
    behind: bool,
    draining: bool,
    closing: bool,
}

struct QueuedFrame {
    frame: Frame,
    kind: FrameKind,
}

/// The kind of a waiting frame, which decides whether it may be dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// An event of the room: dropped when too much of this kind waits, and replaced by a fresh state.
    Room,
    /// A frame for this person: never dropped. When too much of this kind waits, the socket is closed.
    Person,
    /// The state, or the missed events: only one entry waits at a time, and all of it is sent.
    Entry,
}

/// A person who connects, before there is a socket.
pub struct NewConnection {
    pub person: i64,
    pub login: i64,
    pub home: RoomKey,
    pub feed: Feed,
    pub device: Option<Box<str>>,
    /// On the monotonic clock.
    pub expires_ms: i64,
    pub handler: Arc<dyn SocketHandler>,
}

impl Connection {
    pub fn new(hub: &Arc<Hub>, stream: Stream, new: NewConnection) -> Arc<Connection> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        Arc::new(Connection {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            person: new.person,
            login: new.login,
            entering: tokio::sync::Mutex::new(()),
            home: new.home,
            feed: new.feed,
            device: new.device,
            stream,
            outbox: Mutex::new(Outbox { held: Some(Vec::new()), ..Outbox::default() }),
            handler: new.handler,
            hub: hub.clone(),
            expires_ms: AtomicI64::new(new.expires_ms),
            opened_ms: machine_ms(),
            heard_since_ping: AtomicBool::new(true),
            is_full: AtomicBool::new(false),
            warned: AtomicBool::new(false),
            announced: AtomicI64::new(0),
            newest_rival: AtomicI64::new(0),
        })
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn handler(&self) -> &Arc<dyn SocketHandler> {
        &self.handler
    }

    pub fn expires_ms(&self) -> i64 {
        self.expires_ms.load(Ordering::Relaxed)
    }

    /// Sets when the new token expires, and allows a new warning before that.
    pub fn renew(&self, expires_ms: i64) {
        self.expires_ms.store(expires_ms, Ordering::Relaxed);
        self.warned.store(false, Ordering::Relaxed);
    }

    /// Sends a frame of a room. It may be held back or dropped. `seq` is 0 if the room has no log.
    pub(in crate::live) fn send_room_frame(self: &Arc<Self>, seq: i64, frame: &Frame) {
        let mut outbox = self.outbox();
        if outbox.closing || outbox.behind {
            return;
        }
        if let Some(held) = &mut outbox.held {
            if held.len() < HELD_MAX_FRAMES {
                held.push((seq, frame.clone()));
            } else {
                outbox.behind = true;
            }
            return;
        }
        self.send(&mut outbox, frame, FrameKind::Room);
    }

    /// Sends a frame that is never dropped, such as a reply. Does nothing once the socket is closing.
    pub fn reply(self: &Arc<Self>, frame: &Frame) {
        let mut outbox = self.outbox();
        if !outbox.closing {
            self.send(&mut outbox, frame, FrameKind::Person);
        }
    }

    pub(in crate::live) fn ping(self: &Arc<Self>, frame: &Frame) {
        let mut outbox = self.outbox();
        if !outbox.closing && outbox.queue.is_empty() {
            self.send(&mut outbox, frame, FrameKind::Person);
        }
    }

    fn send(self: &Arc<Self>, outbox: &mut Outbox, frame: &Frame, kind: FrameKind) {
        let bytes = frame.bytes();
        if outbox.queue.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(n) if n == bytes.len() => return,
                Ok(n) => outbox.sent = n,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => outbox.sent = 0,
                Err(_) => return self.stream.hang_up(),
            }
        }
        outbox.push(frame.clone(), kind);
        if outbox.room_bytes > LAG_MAX_BYTES {
            self.hub.metrics.mailbox_overflows.inc();
            outbox.drop_frames(|kind| kind == FrameKind::Room);
        }
        if outbox.reply_bytes > REPLIES_MAX_BYTES {
            return self.stream.hang_up();
        }
        if !outbox.draining {
            outbox.draining = true;
            tokio::spawn(self.clone().drain());
        }
    }

    async fn drain(self: Arc<Self>) {
        let (closing, owed) = loop {
            let (frames, sent) = {
                let mut outbox = self.outbox();
                if outbox.queue.is_empty() {
                    outbox.draining = false;
                    break (outbox.closing, outbox.begin_owed_entry());
                }
                let frames: Vec<Frame> = outbox.queue.iter().take(FRAMES_PER_WRITE).map(|w| w.frame.clone()).collect();
                outbox.in_flight = frames.len();
                (frames, outbox.sent)
            };
            let slices: Vec<IoSlice<'_>> = frames
                .iter()
                .enumerate()
                .map(|(i, f)| IoSlice::new(&f.bytes()[if i == 0 { sent } else { 0 }..]))
                .collect();
            match tokio::time::timeout(STALLED_FOR, self.stream.write(&slices)).await {
                Ok(Ok(n)) if n > 0 => self.outbox().advance(n),
                _ => return self.stream.hang_up(),
            }
        };
        if closing {
            self.stream.finish().await;
        } else if owed {
            self.hub.clone().enter(&self, None).await;
        }
    }

    /// Begins to hold back room frames until the snapshot is read. Returns `false` while an earlier snapshot still waits to be
    /// sent: a fresh one must follow it.
    pub(in crate::live) fn hold_back(&self) -> bool {
        let mut outbox = self.outbox();
        let waits = outbox.queue.iter().any(|w| w.kind == FrameKind::Entry);
        outbox.behind = waits;
        outbox.held = (!waits).then(Vec::new);
        !waits
    }

    /// Sends the snapshot and the held frames that came after it, and ends the holding back. Returns `false` if too many frames
    /// came meanwhile: a fresh snapshot must be read.
    pub(in crate::live) fn send_entry(self: &Arc<Self>, entry: &Entry) -> bool {
        let mut outbox = self.outbox();
        let held = outbox.held.take().unwrap_or_default();
        if outbox.behind || outbox.closing {
            return outbox.closing;
        }
        for frame in &entry.frames {
            self.send(&mut outbox, frame, FrameKind::Entry);
        }
        for (_, frame) in held.iter().filter(|(seq, _)| *seq == 0 || *seq > entry.seq) {
            // After a dropped frame, nothing may follow but a fresh state.
            if !outbox.behind {
                self.send(&mut outbox, frame, FrameKind::Room);
            }
        }
        true
    }

    /// Sends the waiting replies and a close frame with the reason, then hangs up: after `GOODBYE_FOR` even if the peer is silent.
    pub fn close(self: &Arc<Self>, code: u16, reason: &str) {
        self.close_with(&Frame::close(code, reason));
    }

    pub(in crate::live) fn close_with(self: &Arc<Self>, close: &Frame) {
        {
            let mut outbox = self.outbox();
            if outbox.closing {
                return;
            }
            outbox.drop_frames(|kind| kind != FrameKind::Person);
            self.send(&mut outbox, close, FrameKind::Person);
            outbox.closing = true;
        }
        let connection = self.clone();
        tokio::spawn(async move {
            if !connection.outbox().draining {
                connection.stream.finish().await;
            }
            tokio::time::sleep(GOODBYE_FOR).await;
            connection.stream.hang_up();
        });
    }

    pub(in crate::live) fn is_closing(&self) -> bool {
        self.outbox().closing
    }

    pub(in crate::live) fn hang_up(&self) {
        self.stream.hang_up();
    }
}

impl Outbox {
    /// The bytes that wait of this kind of frame; `None` if it has no bound.
    fn bytes_of(&mut self, kind: FrameKind) -> Option<&mut usize> {
        match kind {
            FrameKind::Room => Some(&mut self.room_bytes),
            FrameKind::Person => Some(&mut self.reply_bytes),
            FrameKind::Entry => None,
        }
    }

    fn push(&mut self, frame: Frame, kind: FrameKind) {
        if let Some(bytes) = self.bytes_of(kind) {
            *bytes += frame.bytes().len();
        }
        self.queue.push_back(QueuedFrame { frame, kind });
    }

    fn advance(&mut self, written: usize) {
        self.in_flight = 0;
        self.sent += written;
        while let Some(first) = self.queue.front() {
            let (length, kind) = (first.frame.bytes().len(), first.kind);
            if self.sent < length {
                break;
            }
            self.sent -= length;
            if let Some(bytes) = self.bytes_of(kind) {
                *bytes -= length;
            }
            self.queue.pop_front();
        }
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
    }

    /// Drops all frames of the meant kinds, except those of which a part may already be sent.
    fn drop_frames(&mut self, is_meant: impl Fn(FrameKind) -> bool) {
        let mut begun = self.in_flight.max(usize::from(self.sent > 0));
        self.queue.retain(|w| {
            let keep = begun > 0 || !is_meant(w.kind);
            begun = begun.saturating_sub(1);
            keep
        });
        self.room_bytes = self.queue.iter().filter(|w| w.kind == FrameKind::Room).map(|w| w.frame.bytes().len()).sum();
        self.behind = true;
    }

    /// Returns whether a fresh state must be sent now. If so, room frames are held back for it from here on, and the next call
    /// returns `false`.
    fn begin_owed_entry(&mut self) -> bool {
        let owed = self.behind && self.held.is_none() && !self.closing;
        if owed {
            self.behind = false;
            self.held = Some(Vec::new());
        }
        owed
    }
}
