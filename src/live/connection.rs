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

use super::frame::Frame;
use super::hub::{Audience, Hub, RoomKey};
use super::stream::Stream;
use crate::error::Result;

/// Bytes of room frames that may wait before a reader counts as too slow.
const LAG_MAX_BYTES: usize = 64 * 1024;
/// Bytes of replies that may wait. More close the socket: the peer sends and never reads.
const REPLIES_MAX_BYTES: usize = 512 * 1024;
/// Room frames held back while the snapshot is read.
const HELD_MAX_FRAMES: usize = 512;
const FRAMES_PER_WRITE: usize = 32;
const STALLED_FOR: Duration = Duration::from_secs(30);
/// How long the server waits for the peer's own close frame.
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
pub trait Seat: Send + Sync {
    /// Reads the state of the room, or the events that were missed after the event `since`.
    fn enter(&self, since: Option<i64>) -> BoxFuture<'_, Result<Entry>>;
    fn heard<'a>(&'a self, connection: &'a Arc<Connection>, text: String) -> BoxFuture<'a, ()>;
    /// Called after the socket has ended and has been removed from every room.
    fn gone(&self);
    /// The frame which warns that the token is about to expire.
    fn token_expiring(&self) -> Frame;
}

pub struct Connection {
    pub id: u64,
    pub person: i64,
    /// The login that opened the socket. When the login ends, its sockets are closed.
    pub pass: i64,
    pub home: RoomKey,
    pub audience: Audience,
    pub device: Option<Box<str>>,
    pub(super) stream: Stream,
    /// Allows one entry at a time: a second one would discard the frames that the first holds back.
    pub(super) entering: tokio::sync::Mutex<()>,
    out: Mutex<Out>,
    seat: Arc<dyn Seat>,
    hub: Arc<Hub>,
    /// On the monotonic clock, so that setting the server's clock ends no connection.
    expires_ms: AtomicI64,
    /// Whether anything was received since the last ping.
    pub(super) heard: AtomicBool,
    /// Whether so many received messages wait to be handled that nothing more is read, not even a pong.
    pub(super) is_full: AtomicBool,
    pub(super) warned: AtomicBool,
}

#[derive(Default)]
struct Out {
    queue: VecDeque<Waiting>,
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

struct Waiting {
    frame: Frame,
    of: Of,
}

/// The kind of a waiting frame, which decides whether it may be dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// An event of the room: dropped when too much of this kind waits, and replaced by a fresh state.
    Room,
    /// A frame for this person: never dropped. When too much of this kind waits, the socket is closed.
    Person,
    /// The state, or the missed events: only one entry waits at a time, and all of it is sent.
    Entry,
}

/// A person who connects, before there is a socket.
pub struct Caller {
    pub person: i64,
    pub pass: i64,
    pub home: RoomKey,
    pub audience: Audience,
    pub device: Option<Box<str>>,
    /// On the monotonic clock.
    pub expires_ms: i64,
    pub seat: Arc<dyn Seat>,
}

impl Connection {
    pub fn new(hub: &Arc<Hub>, stream: Stream, caller: Caller) -> Arc<Connection> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        Arc::new(Connection {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            person: caller.person,
            pass: caller.pass,
            entering: tokio::sync::Mutex::new(()),
            home: caller.home,
            audience: caller.audience,
            device: caller.device,
            stream,
            out: Mutex::new(Out { held: Some(Vec::new()), ..Out::default() }),
            seat: caller.seat,
            hub: hub.clone(),
            expires_ms: AtomicI64::new(caller.expires_ms),
            heard: AtomicBool::new(true),
            is_full: AtomicBool::new(false),
            warned: AtomicBool::new(false),
        })
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn seat(&self) -> &Arc<dyn Seat> {
        &self.seat
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
    pub(super) fn tell(self: &Arc<Self>, seq: i64, frame: &Frame) {
        let mut out = self.out();
        if out.closing || out.behind {
            return;
        }
        if let Some(held) = &mut out.held {
            if held.len() < HELD_MAX_FRAMES {
                held.push((seq, frame.clone()));
            } else {
                out.behind = true;
            }
            return;
        }
        self.send(&mut out, frame, Of::Room);
    }

    /// Sends a frame that is never dropped, such as a reply. Does nothing once the socket is closing.
    pub fn reply(self: &Arc<Self>, frame: &Frame) {
        let mut out = self.out();
        if !out.closing {
            self.send(&mut out, frame, Of::Person);
        }
    }

    pub(super) fn ping(self: &Arc<Self>, frame: &Frame) {
        let mut out = self.out();
        if !out.closing && out.queue.is_empty() {
            self.send(&mut out, frame, Of::Person);
        }
    }

    fn send(self: &Arc<Self>, out: &mut Out, frame: &Frame, of: Of) {
        let bytes = frame.bytes();
        if out.queue.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(n) if n == bytes.len() => return,
                Ok(n) => out.sent = n,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => out.sent = 0,
                Err(_) => return self.stream.hang_up(),
            }
        }
        out.push(frame.clone(), of);
        if out.room_bytes > LAG_MAX_BYTES {
            self.hub.metrics.mailbox_overflows.inc();
            out.forget(|of| of == Of::Room);
        }
        if out.reply_bytes > REPLIES_MAX_BYTES {
            return self.stream.hang_up();
        }
        if !out.draining {
            out.draining = true;
            tokio::spawn(self.clone().drain());
        }
    }

    async fn drain(self: Arc<Self>) {
        let (closing, owed) = loop {
            let (frames, sent) = {
                let mut out = self.out();
                if out.queue.is_empty() {
                    out.draining = false;
                    break (out.closing, out.takes_debt());
                }
                let frames: Vec<Frame> = out.queue.iter().take(FRAMES_PER_WRITE).map(|w| w.frame.clone()).collect();
                out.in_flight = frames.len();
                (frames, out.sent)
            };
            let slices: Vec<IoSlice<'_>> = frames
                .iter()
                .enumerate()
                .map(|(i, f)| IoSlice::new(&f.bytes()[if i == 0 { sent } else { 0 }..]))
                .collect();
            match tokio::time::timeout(STALLED_FOR, self.stream.write(&slices)).await {
                Ok(Ok(n)) if n > 0 => self.out().advance(n),
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
    pub(super) fn hold(&self) -> bool {
        let mut out = self.out();
        let waits = out.queue.iter().any(|w| w.of == Of::Entry);
        out.behind = waits;
        out.held = (!waits).then(Vec::new);
        !waits
    }

    /// Sends the snapshot and the held frames that came after it, and ends the holding back. Returns `false` if too many frames
    /// came meanwhile: a fresh snapshot must be read.
    pub(super) fn admit(self: &Arc<Self>, entry: &Entry) -> bool {
        let mut out = self.out();
        let held = out.held.take().unwrap_or_default();
        if out.behind || out.closing {
            return out.closing;
        }
        for frame in &entry.frames {
            self.send(&mut out, frame, Of::Entry);
        }
        for (_, frame) in held.iter().filter(|(seq, _)| *seq == 0 || *seq > entry.seq) {
            // After a dropped frame, nothing may follow but a fresh state.
            if !out.behind {
                self.send(&mut out, frame, Of::Room);
            }
        }
        true
    }

    /// Sends the waiting replies and a close frame with the reason, then hangs up: after `GOODBYE_FOR` even if the peer is silent.
    pub fn close(self: &Arc<Self>, code: u16, reason: &str) {
        self.say_goodbye(&Frame::close(code, reason));
    }

    pub(super) fn say_goodbye(self: &Arc<Self>, goodbye: &Frame) {
        {
            let mut out = self.out();
            if out.closing {
                return;
            }
            out.forget(|of| of != Of::Person);
            self.send(&mut out, goodbye, Of::Person);
            out.closing = true;
        }
        let connection = self.clone();
        tokio::spawn(async move {
            if !connection.out().draining {
                connection.stream.finish().await;
            }
            tokio::time::sleep(GOODBYE_FOR).await;
            connection.stream.hang_up();
        });
    }

    pub(super) fn is_closing(&self) -> bool {
        self.out().closing
    }

    pub(super) fn hang_up(&self) {
        self.stream.hang_up();
    }
}

impl Out {
    /// The bytes that wait of this kind of frame; `None` if it has no bound.
    fn bytes_of(&mut self, of: Of) -> Option<&mut usize> {
        match of {
            Of::Room => Some(&mut self.room_bytes),
            Of::Person => Some(&mut self.reply_bytes),
            Of::Entry => None,
        }
    }

    fn push(&mut self, frame: Frame, of: Of) {
        if let Some(bytes) = self.bytes_of(of) {
            *bytes += frame.bytes().len();
        }
        self.queue.push_back(Waiting { frame, of });
    }

    fn advance(&mut self, written: usize) {
        self.in_flight = 0;
        self.sent += written;
        while let Some(first) = self.queue.front() {
            let (length, of) = (first.frame.bytes().len(), first.of);
            if self.sent < length {
                break;
            }
            self.sent -= length;
            if let Some(bytes) = self.bytes_of(of) {
                *bytes -= length;
            }
            self.queue.pop_front();
        }
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
    }

    /// Drops all frames of the meant kinds, except those of which a part may already be sent.
    fn forget(&mut self, is_meant: impl Fn(Of) -> bool) {
        let mut begun = self.in_flight.max(usize::from(self.sent > 0));
        self.queue.retain(|w| {
            let keep = begun > 0 || !is_meant(w.of);
            begun = begun.saturating_sub(1);
            keep
        });
        self.room_bytes = self.queue.iter().filter(|w| w.of == Of::Room).map(|w| w.frame.bytes().len()).sum();
        self.behind = true;
    }

    /// Returns whether a fresh state must be sent now. If so, room frames are held back for it from here on, and the next call
    /// returns `false`.
    fn takes_debt(&mut self) -> bool {
        let owed = self.behind && self.held.is_none() && !self.closing;
        if owed {
            self.behind = false;
            self.held = Some(Vec::new());
        }
        owed
    }
}
