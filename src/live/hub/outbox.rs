//! The frames that wait for one socket. The outbox does no input or output by itself: it is told where bytes can go, and tells what
//! is left to do.

use std::collections::VecDeque;
use std::io;

use crate::live::frame::Frame;
use crate::planted::{self, Planted};

/// Bytes of room frames that may wait before a reader counts as too slow.
const LAG_MAX_BYTES: usize = 64 * 1024;
/// Bytes of replies that may wait. More close the socket: the peer sends and never reads.
const REPLIES_MAX_BYTES: usize = 512 * 1024;
/// Room frames held back while the snapshot is read.
const HELD_MAX_FRAMES: usize = 512;
const FRAMES_PER_WRITE: usize = 32;

/// Takes the bytes of one socket.
pub trait Sink {
    /// Takes as many bytes as there is room for, without waiting.
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;
}

/// The first frames for a new socket. `seq`: the last event of the room that they include.
pub struct Entry {
    pub frames: Vec<Frame>,
    pub seq: i64,
}

pub struct Outbox {
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
    /// A frame of the room that waits only if nothing else does: so there is at most one.
    Droppable,
}

/// The work that is left after frames were put into an outbox.
#[derive(Debug, Default, Clone, Copy)]
#[must_use]
pub struct AfterSending {
    /// A task must begin to empty the outbox.
    pub must_drain: bool,
    pub must_hang_up: bool,
    /// Room frames were dropped.
    pub fell_behind: bool,
}

/// The next work of the task that empties an outbox.
pub enum NextWrite {
    /// Writes these frames, without the first bytes, which are already sent.
    Frames(Vec<Frame>, usize),
    /// Ends. `owes_entry`: a fresh state must be sent, and room frames are held back for it from here on.
    Empty { is_closing: bool, owes_entry: bool },
}

impl Default for Outbox {
    /// A new outbox holds room frames back until the first state is sent.
    fn default() -> Outbox {
        Outbox {
            queue: VecDeque::new(),
            sent: 0,
            in_flight: 0,
            room_bytes: 0,
            reply_bytes: 0,
            held: Some(Vec::new()),
            behind: false,
            draining: false,
            closing: false,
        }
    }
}

impl AfterSending {
    fn and(self, other: AfterSending) -> AfterSending {
        AfterSending {
            must_drain: self.must_drain || other.must_drain,
            must_hang_up: self.must_hang_up || other.must_hang_up,
            fell_behind: self.fell_behind || other.fell_behind,
        }
    }
}

impl Outbox {
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    pub fn is_draining(&self) -> bool {
        self.draining
    }

    /// Sends a frame of a room. It may be held back or dropped. `seq` is 0 if the room has no log.
    pub fn send_room_frame(&mut self, sink: &impl Sink, seq: i64, frame: &Frame) -> AfterSending {
        if self.closing || self.behind {
            return AfterSending::default();
        }
        let Some(held) = &mut self.held else { return self.send(sink, frame, FrameKind::Room) };
        if held.len() < HELD_MAX_FRAMES {
            held.push((seq, frame.clone()));
        } else {
            self.behind = true;
        }
        AfterSending::default()
    }

    /// Sends a frame, unless another one waits or a state is to come. It is never replaced by anything.
    pub fn send_droppable(&mut self, sink: &impl Sink, frame: &Frame) -> AfterSending {
        let is_idle = self.queue.is_empty() && self.held.is_none() && !self.behind && !self.closing;
        if is_idle { self.send(sink, frame, FrameKind::Droppable) } else { AfterSending::default() }
    }

    /// Sends a frame that is never dropped, unless the socket is closing.
    pub fn reply(&mut self, sink: &impl Sink, frame: &Frame) -> AfterSending {
        if self.closing { AfterSending::default() } else { self.send(sink, frame, FrameKind::Person) }
    }

    /// Sends a ping, unless something waits: that shows as well whether the peer is there.
    pub fn ping(&mut self, sink: &impl Sink, frame: &Frame) -> AfterSending {
        if self.queue.is_empty() { self.reply(sink, frame) } else { AfterSending::default() }
    }

    fn send(&mut self, sink: &impl Sink, frame: &Frame, kind: FrameKind) -> AfterSending {
        let bytes = frame.bytes();
        let mut after = AfterSending::default();
        if self.queue.is_empty() {
            match sink.try_write(bytes) {
                Ok(n) if n == bytes.len() => return after,
                Ok(n) => self.sent = n,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.sent = 0,
                Err(_) => return AfterSending { must_hang_up: true, ..after },
            }
        }
        self.push(frame.clone(), kind);
        if self.room_bytes > LAG_MAX_BYTES {
            after.fell_behind = true;
            self.drop_frames(|kind| kind == FrameKind::Room);
        }
        if self.reply_bytes > REPLIES_MAX_BYTES {
            return AfterSending { must_hang_up: true, ..after };
        }
        after.must_drain = !self.draining;
        self.draining = true;
        after
    }

    /// Returns what the task that empties the outbox does next.
    pub fn next_write(&mut self) -> NextWrite {
        if self.queue.is_empty() {
            self.draining = false;
            return NextWrite::Empty { is_closing: self.closing, owes_entry: self.begin_owed_entry() };
        }
        let frames: Vec<Frame> = self.queue.iter().take(FRAMES_PER_WRITE).map(|w| w.frame.clone()).collect();
        self.in_flight = frames.len();
        NextWrite::Frames(frames, self.sent)
    }

    /// Begins to hold back room frames until the snapshot is read. Returns `false` while an earlier snapshot still waits to be
    /// sent: a fresh one must follow it.
    pub fn hold_back(&mut self) -> bool {
        let waits = self.queue.iter().any(|w| w.kind == FrameKind::Entry);
        self.behind = waits;
        self.held = (!waits).then(Vec::new);
        !waits
    }

    /// Sends the snapshot and the held frames that came after it, and ends the holding back. Returns `false` if too many frames
    /// came meanwhile: a fresh snapshot must be read.
    pub fn send_entry(&mut self, sink: &impl Sink, entry: &Entry) -> (bool, AfterSending) {
        let held = self.held.take().unwrap_or_default();
        let mut after = AfterSending::default();
        if self.behind || self.closing {
            return (self.closing, after);
        }
        for frame in &entry.frames {
            after = after.and(self.send(sink, frame, FrameKind::Entry));
        }
        for (_, frame) in held.iter().filter(|(seq, _)| *seq == 0 || *seq > entry.seq) {
            // After a dropped frame, nothing may follow but a fresh state.
            if !self.behind {
                after = after.and(self.send(sink, frame, FrameKind::Room));
            }
        }
        (true, after)
    }

    /// Drops what need not be sent, and sends the close frame. `None` if the socket is already closing.
    pub fn close(&mut self, sink: &impl Sink, close: &Frame) -> Option<AfterSending> {
        if self.closing {
            return None;
        }
        self.drop_frames(|kind| kind != FrameKind::Person);
        let after = self.send(sink, close, FrameKind::Person);
        self.closing = true;
        Some(after)
    }

    /// The bytes that wait of this kind of frame; `None` if it has no bound.
    fn bytes_of(&mut self, kind: FrameKind) -> Option<&mut usize> {
        match kind {
            FrameKind::Room => Some(&mut self.room_bytes),
            FrameKind::Person => Some(&mut self.reply_bytes),
            FrameKind::Entry | FrameKind::Droppable => None,
        }
    }

    fn push(&mut self, frame: Frame, kind: FrameKind) {
        if let Some(bytes) = self.bytes_of(kind) {
            *bytes += frame.bytes().len();
        }
        self.queue.push_back(QueuedFrame { frame, kind });
    }

    pub fn advance(&mut self, written: usize) {
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
        self.behind = !planted::has(Planted::DropOnLag);
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

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// A socket that has room for so many bytes.
    #[derive(Default)]
    struct Pipe {
        room: Cell<usize>,
        taken: RefCell<Vec<u8>>,
    }

    impl Sink for Pipe {
        fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
            let taken = &bytes[..bytes.len().min(self.room.get())];
            self.room.set(self.room.get() - taken.len());
            self.taken.borrow_mut().extend(taken);
            if taken.is_empty() { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(taken.len()) }
        }
    }

    /// Does what the task does that empties the outbox.
    fn drain(outbox: &mut Outbox, pipe: &Pipe) {
        pipe.room.set(usize::MAX);
        while let NextWrite::Frames(frames, sent) = outbox.next_write() {
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes().to_vec()).skip(sent).collect();
            outbox.advance(pipe.try_write(&bytes).unwrap());
        }
    }

    fn entered(pipe: &Pipe) -> Outbox {
        let mut outbox = Outbox::default();
        let (is_sent, _) = outbox.send_entry(pipe, &Entry { frames: Vec::new(), seq: 0 });
        assert!(is_sent);
        outbox
    }

    #[test]
    fn a_reader_that_is_too_slow_loses_droppable_frames_and_nothing_else() {
        for room in [0, 4] {
            let pipe = Pipe::default();
            let mut outbox = entered(&pipe);
            pipe.room.set(room);
            let after = outbox.send_droppable(&pipe, &Frame::text("first"));
            assert!(after.must_drain, "it waits, or the rest of it");
            for n in 0..100_000 {
                let after = outbox.send_droppable(&pipe, &Frame::text(n.to_string()));
                assert!(!after.must_drain && !after.fell_behind && !after.must_hang_up, "the reader is not behind");
            }
            let event = Frame::text("event");
            let after = outbox.send_room_frame(&pipe, 1, &event);
            assert!(!after.must_drain && !after.fell_behind);
            assert!(!outbox.send_droppable(&pipe, &Frame::text("second")).must_drain);
            assert_eq!((outbox.room_bytes, outbox.reply_bytes), (event.bytes().len(), 0));
            assert!(outbox.hold_back(), "no state waits");
            assert!(outbox.send_entry(&pipe, &Entry { frames: Vec::new(), seq: 1 }).0);
            drain(&mut outbox, &pipe);
            let last = Frame::text("last");
            assert!(!outbox.send_droppable(&pipe, &last).must_drain);
            let expected = [Frame::text("first"), event, last];
            assert_eq!(*pipe.taken.borrow(), expected.iter().flat_map(|f| f.bytes().to_vec()).collect::<Vec<u8>>());
        }
    }

    #[test]
    fn a_droppable_frame_is_not_held_for_a_reader_that_waits_for_its_state() {
        let pipe = Pipe::default();
        pipe.room.set(1_000);
        let mut outbox = Outbox::default();
        let _ = outbox.send_droppable(&pipe, &Frame::text("early"));
        assert!(outbox.held.as_ref().is_some_and(Vec::is_empty) && pipe.taken.borrow().is_empty());
        let mut behind = entered(&pipe);
        pipe.room.set(0);
        let large = Frame::text("x".repeat(LAG_MAX_BYTES));
        assert!(behind.send_room_frame(&pipe, 1, &large).fell_behind);
        let _ = behind.send_droppable(&pipe, &Frame::text("late"));
        assert!(behind.queue.is_empty());
        let mut closing = entered(&pipe);
        let _ = closing.close(&pipe, &Frame::close(1000, ""));
        pipe.room.set(1_000);
        drain(&mut closing, &pipe);
        let _ = closing.send_droppable(&pipe, &Frame::text("too late"));
        assert_eq!(*pipe.taken.borrow(), Frame::close(1000, "").bytes().to_vec());
    }
}
