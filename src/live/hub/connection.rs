//! One socket of one person.
//!
//! A frame is written straight into the socket when no other frame waits. Bytes that the kernel does not take go into a queue
//! with bounds, and one task empties the queue. A reader that is too slow for the bound loses its *room* frames and gets one
//! fresh state instead. Replies and frames for one person are never dropped; too many of them close the socket. The entry
//! frames (the state, or the missed events) count against no bound, however large the session is: only one entry waits at a
//! time, and the next follows after it is sent. A socket that takes no byte for `STALLED_FOR` is closed.

use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::outbox::{AfterSending, Entry, NextWrite, Outbox, Sink};
use super::{Feed, Hub, RoomKey};
use crate::clock::machine_ms;
use crate::error::Result;
use crate::live::frame::Frame;
use crate::live::stream::Stream;

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
    /// Time at which it was opened, on the wall clock of this machine.
    pub(in crate::live) opened_ms: i64,
    /// Whether anything was received since the last ping.
    pub(in crate::live) heard_since_ping: AtomicBool,
    /// Whether so many received messages wait to be handled that nothing more is read, not even a pong.
    pub(in crate::live) is_full: AtomicBool,
    /// The peer has ended the stream. What it sent before is still handled.
    pub(in crate::live) has_ended: AtomicBool,
    pub(in crate::live) warned: AtomicBool,
    /// The number of the announcement of this device's socket; 0 before it is announced.
    pub(super) announced: AtomicI64,
    /// The greatest number of an announcement by another node, for the same device.
    pub(super) newest_rival: AtomicI64,
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

impl Sink for Stream {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        Stream::try_write(self, bytes)
    }
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
            outbox: Mutex::default(),
            handler: new.handler,
            hub: hub.clone(),
            expires_ms: AtomicI64::new(new.expires_ms),
            opened_ms: machine_ms(),
            heard_since_ping: AtomicBool::new(true),
            is_full: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
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
        let after = self.outbox().send_room_frame(&self.stream, seq, frame);
        self.settle(after);
    }

    /// Sends a frame of a room unless another one waits. Does nothing before the first state is sent.
    pub(in crate::live) fn send_droppable(self: &Arc<Self>, frame: &Frame) {
        let after = self.outbox().send_droppable(&self.stream, frame);
        self.settle(after);
    }

    /// Sends a frame that is never dropped, such as a reply. Does nothing once the socket is closing.
    pub fn reply(self: &Arc<Self>, frame: &Frame) {
        let after = self.outbox().reply(&self.stream, frame);
        self.settle(after);
    }

    pub(in crate::live) fn ping(self: &Arc<Self>, frame: &Frame) {
        let after = self.outbox().ping(&self.stream, frame);
        self.settle(after);
    }

    /// Does what is left to do after frames were put into the outbox.
    fn settle(self: &Arc<Self>, after: AfterSending) {
        if after.fell_behind {
            self.hub.metrics.mailbox_overflows.inc();
        }
        if after.must_hang_up {
            self.stream.hang_up();
        }
        if after.must_drain {
            tokio::spawn(self.clone().drain());
        }
    }

    async fn drain(self: Arc<Self>) {
        let (closing, owed) = loop {
            let next = self.outbox().next_write();
            let (frames, sent) = match next {
                NextWrite::Frames(frames, sent) => (frames, sent),
                NextWrite::Empty { is_closing, owes_entry } => break (is_closing, owes_entry),
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
        self.outbox().hold_back()
    }

    /// Sends the snapshot and the held frames that came after it, and ends the holding back. Returns `false` if too many frames
    /// came meanwhile: a fresh snapshot must be read.
    pub(in crate::live) fn send_entry(self: &Arc<Self>, entry: &Entry) -> bool {
        let (is_sent, after) = self.outbox().send_entry(&self.stream, entry);
        self.settle(after);
        is_sent
    }

    /// Sends the waiting replies and a close frame with the reason, then hangs up: after `GOODBYE_FOR` even if the peer is silent.
    pub fn close(self: &Arc<Self>, code: u16, reason: &str) {
        self.close_with(&Frame::close(code, reason));
    }

    pub(in crate::live) fn close_with(self: &Arc<Self>, close: &Frame) {
        let Some(after) = self.outbox().close(&self.stream, close) else { return };
        self.settle(after);
        let connection = self.clone();
        tokio::spawn(async move {
            if !connection.outbox().is_draining() {
                connection.stream.finish().await;
            }
            tokio::time::sleep(GOODBYE_FOR).await;
            connection.stream.hang_up();
        });
    }

    pub(in crate::live) fn is_closing(&self) -> bool {
        self.outbox().is_closing()
    }

    pub(in crate::live) fn hang_up(&self) {
        self.stream.hang_up();
    }
}
