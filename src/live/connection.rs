//! One socket of one person.
//!
//! Fan-out writes straight into the socket when nothing waits before it. What the kernel does not take goes into a
//! queue with a bound, and one task empties it. A reader too slow for the bound loses its *room* frames and gets one
//! fresh state instead; replies and answers to its person are never dropped. A socket that takes no byte for
//! `STALLED_FOR` is closed.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::frame::{Fault, Frame, Heard, Parser};
use super::hub::{Audience, Hub, RoomKey};
use super::stream::Stream;
use crate::error::Result;

/// Room frames that may wait before a reader counts as too slow.
const LAG_MAX_BYTES: usize = 64 * 1024;
/// Replies that may wait: who sends and never reads is not a client.
const REPLIES_MAX_BYTES: usize = 512 * 1024;
/// Room frames held back while the snapshot is read.
const HELD_MAX_FRAMES: usize = 512;
const FRAMES_PER_WRITE: usize = 32;
const STALLED_FOR: Duration = Duration::from_secs(30);
/// How long we listen for the peer's own goodbye.
const GOODBYE_FOR: Duration = Duration::from_secs(3);
const MESSAGES_PER_SECOND: f64 = 50.0;
const MESSAGES_AT_ONCE: f64 = 200.0;

pub mod close {
    pub const NORMAL: u16 = 1000;
    pub const INTERNAL: u16 = 1011;
    pub const RESTART: u16 = 1012;
    pub const TOKEN: u16 = 4401;
    pub const REMOVED: u16 = 4403;
    pub const REPLACED: u16 = 4409;
    pub const TOO_MANY: u16 = 4429;
}

/// What a newcomer gets first, and up to which event of the room it holds.
pub struct Entry {
    pub frames: Vec<Frame>,
    pub seq: i64,
}

/// Who sits at a socket: the school's side of it.
pub trait Seat: Send + Sync {
    /// The state of the room, or what was missed since an event.
    fn enter(&self, since: Option<i64>) -> BoxFuture<'_, Result<Entry>>;
    fn heard<'a>(&'a self, connection: &'a Arc<Connection>, text: &'a str) -> BoxFuture<'a, ()>;
    /// The socket is gone, and with it its place in every room.
    fn gone(&self);
    /// The word that the token is about to expire.
    fn token_expiring(&self) -> Frame;
}

pub struct Connection {
    pub id: u64,
    pub person: i64,
    /// What let it in: when that is taken back, its sockets close.
    pub pass: i64,
    pub home: RoomKey,
    pub audience: Audience,
    pub device: Option<Box<str>>,
    stream: Stream,
    /// One entering at a time: a second one would let go of what the first holds back.
    pub(super) entering: tokio::sync::Mutex<()>,
    out: Mutex<Out>,
    seat: Arc<dyn Seat>,
    hub: Arc<Hub>,
    expires_ms: AtomicI64,
    /// Has it said anything since the last ping?
    pub(super) heard: AtomicBool,
    pub(super) warned: AtomicBool,
}

#[derive(Default)]
struct Out {
    queue: VecDeque<Waiting>,
    /// Bytes of the first frame in the queue that are already gone.
    sent: usize,
    /// Frames at the front that the drain task is writing right now.
    in_flight: usize,
    room_bytes: usize,
    reply_bytes: usize,
    held: Option<Vec<(i64, Frame)>>,
    /// Room frames were lost: a fresh state is owed as soon as the queue is empty.
    behind: bool,
    draining: bool,
    closing: bool,
}

struct Waiting {
    frame: Frame,
    of_room: bool,
}

/// Who connects, before there is a socket.
pub struct Caller {
    pub person: i64,
    pub pass: i64,
    pub home: RoomKey,
    pub audience: Audience,
    pub device: Option<Box<str>>,
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

    /// A new token in place of the old one.
    pub fn renew(&self, expires_ms: i64) {
        self.expires_ms.store(expires_ms, Ordering::Relaxed);
        self.warned.store(false, Ordering::Relaxed);
    }

    /// A frame of its room. `seq` is 0 where the room has no log.
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
        self.send(&mut out, frame, true);
    }

    /// A frame for this socket alone: a reply, an answer.
    pub fn reply(self: &Arc<Self>, frame: &Frame) {
        let mut out = self.out();
        if !out.closing {
            self.send(&mut out, frame, false);
        }
    }

    pub(super) fn ping(self: &Arc<Self>, frame: &Frame) {
        let mut out = self.out();
        if !out.closing && out.queue.is_empty() {
            self.send(&mut out, frame, false);
        }
    }

    fn send(self: &Arc<Self>, out: &mut Out, frame: &Frame, of_room: bool) {
        let bytes = frame.bytes();
        if out.queue.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(n) if n == bytes.len() => return,
                Ok(n) => out.sent = n,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => out.sent = 0,
                Err(_) => return self.stream.hang_up(),
            }
        }
        out.push(frame.clone(), of_room);
        if out.room_bytes > LAG_MAX_BYTES {
            self.hub.metrics.mailbox_overflows.inc();
            out.forget_room_frames();
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
        loop {
            let (frames, sent) = {
                let mut out = self.out();
                if out.queue.is_empty() {
                    out.draining = false;
                    break;
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
        }
        let (closing, behind) = {
            let out = self.out();
            (out.closing, out.behind && out.held.is_none())
        };
        if closing {
            self.stream.finish().await;
        } else if behind {
            self.hub.clone().enter(&self, None).await;
        }
    }

    /// From here on room frames wait for the snapshot.
    pub(super) fn hold(&self) {
        let mut out = self.out();
        out.behind = false;
        out.held = Some(Vec::new());
    }

    /// The snapshot, what came after it, and then the stream. `false` when too much came meanwhile: take a fresh one.
    pub(super) fn admit(self: &Arc<Self>, entry: &Entry) -> bool {
        let mut out = self.out();
        let held = out.held.take().unwrap_or_default();
        if out.behind {
            return false;
        }
        let later = held.iter().filter(|(seq, _)| *seq == 0 || *seq > entry.seq).map(|(_, frame)| frame);
        for frame in entry.frames.iter().chain(later) {
            if !out.closing {
                self.send(&mut out, frame, true);
            }
        }
        true
    }

    /// Says why, sends what waits, and hangs up; after `GOODBYE_FOR` also on a peer that says nothing.
    pub fn close(self: &Arc<Self>, code: u16, reason: &str) {
        {
            let mut out = self.out();
            if out.closing {
                return;
            }
            out.forget_room_frames();
            self.send(&mut out, &Frame::close(code, reason), false);
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

    /// The life of a connection: reads until the end. `first` is what came along with the request.
    pub(super) async fn listen(self: &Arc<Self>, first: bytes::Bytes) {
        let mut parser = Parser::default();
        let mut pace = Pace { allowance: MESSAGES_AT_ONCE, since: Instant::now() };
        let mut heard = Vec::new();
        let mut fed = parser.feed(&mut first.to_vec(), &mut heard);
        // With it goes the buffer that the handshake was read into.
        drop(first);
        loop {
            for message in heard.drain(..) {
                if self.is_closing() {
                    continue;
                }
                if !pace.allows_one() {
                    self.close(close::TOO_MANY, "too many messages");
                    continue;
                }
                match message {
                    Heard::Text(text) => self.seat.heard(self, &text).await,
                    Heard::Ping(payload) => self.reply(&Frame::pong(&payload)),
                    Heard::Pong => {}
                    Heard::Close => self.close(1000, ""),
                }
            }
            if let Err(Fault(code, reason)) = fed {
                self.close(code, reason);
            }
            match self.stream.read(|bytes| parser.feed(bytes, &mut heard)).await {
                Ok(Some(result)) => fed = result,
                Ok(None) | Err(_) => return,
            }
            self.heard.store(true, Ordering::Relaxed);
        }
    }

    fn is_closing(&self) -> bool {
        self.out().closing
    }

    pub(super) fn hang_up(&self) {
        self.stream.hang_up();
    }
}

impl Out {
    fn push(&mut self, frame: Frame, of_room: bool) {
        *(if of_room { &mut self.room_bytes } else { &mut self.reply_bytes }) += frame.bytes().len();
        self.queue.push_back(Waiting { frame, of_room });
    }

    fn advance(&mut self, written: usize) {
        self.in_flight = 0;
        self.sent += written;
        while let Some(first) = self.queue.front() {
            let length = first.frame.bytes().len();
            if self.sent < length {
                break;
            }
            self.sent -= length;
            *(if first.of_room { &mut self.room_bytes } else { &mut self.reply_bytes }) -= length;
            self.queue.pop_front();
        }
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
    }

    /// All but those of which a part may be gone already.
    fn forget_room_frames(&mut self) {
        let mut begun = self.in_flight.max(usize::from(self.sent > 0));
        self.queue.retain(|w| {
            let keep = begun > 0 || !w.of_room;
            begun = begun.saturating_sub(1);
            keep
        });
        self.room_bytes = self.queue.iter().filter(|w| w.of_room).map(|w| w.frame.bytes().len()).sum();
        self.behind = true;
    }
}

/// How fast one socket may talk.
struct Pace {
    allowance: f64,
    since: Instant,
}

impl Pace {
    fn allows_one(&mut self) -> bool {
        let now = Instant::now();
        let earned = now.duration_since(self.since).as_secs_f64() * MESSAGES_PER_SECOND;
        self.allowance = (self.allowance + earned).min(MESSAGES_AT_ONCE) - 1.0;
        self.since = now;
        self.allowance >= 0.0
    }
}
