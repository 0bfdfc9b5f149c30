//! Clients, their sockets, and what they check.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;

use gyosil::live::hub::order::LogRange;
use gyosil::live::hub::outbox::{Entry, Outbox, Sink};
use gyosil::live::{Feed, Frame};

/// Bytes that a client's side takes before it reads: some three events.
const PIPE_BYTES: usize = 80 * 1024;

pub struct Client {
    pub feed: Feed,
    /// The last event that it knows.
    pub known: Option<i64>,
    pub socket: Option<Socket>,
}

pub struct Socket {
    pub node: usize,
    /// Whether the node hears of the room's events from other nodes, so that this socket may enter.
    pub is_open: bool,
    pub outbox: Outbox,
    pub pipe: Pipe,
    /// Entries that wait for the one under way; each with the event that the client knows.
    pub waiting: VecDeque<Option<i64>>,
    pub entering: Option<Entering>,
    /// Whether a task empties the outbox, and the frames that it writes.
    pub drains: bool,
    pub writing: Option<(Vec<Frame>, usize)>,
    /// Number of times that the same event may come: once, and once more for each time that the client asked for it.
    allowed: usize,
    came: BTreeMap<i64, usize>,
}

/// The progress of one entry: see `Hub::enter`.
pub struct Entering {
    pub since: Option<i64>,
    pub tries: usize,
    pub tried: Option<LogRange>,
    pub next: EntryStep,
}

pub enum EntryStep {
    HoldBack,
    FindMissed,
    /// Waits for the log, which is being read for it.
    Wait,
    ReadState,
    Check(Entry),
    Send(Entry),
}

/// The way to a client, which takes a number of bytes until the client reads. It carries the first letters of each frame.
#[derive(Default)]
pub struct Pipe(RefCell<Carried>);

#[derive(Default)]
struct Carried {
    bytes: usize,
    /// Each with the bytes that are still to come.
    frames: VecDeque<(String, usize)>,
}

impl Carried {
    fn take(&mut self, whole: &[u8], sent: usize) -> usize {
        let n = (whole.len() - sent).min(PIPE_BYTES - self.bytes);
        if n > 0 && sent == 0 {
            // All frames are so long that their header has four bytes.
            let text = String::from_utf8_lossy(&whole[4..24]);
            self.frames.push_back((text.trim_end().to_owned(), whole.len()));
        }
        if let Some((_, missing)) = self.frames.back_mut().filter(|_| n > 0) {
            *missing -= n;
        }
        self.bytes += n;
        n
    }
}

impl Sink for Pipe {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.borrow_mut().take(bytes, 0) {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            n => Ok(n),
        }
    }
}

impl Pipe {
    /// Writes frames, the first without the bytes that are sent. Returns how many bytes there was room for.
    pub fn write(&self, frames: &[Frame], sent: usize) -> usize {
        let mut carried = self.0.borrow_mut();
        let mut written = 0;
        for (n, frame) in frames.iter().enumerate() {
            let begin = if n == 0 { sent } else { 0 };
            let taken = carried.take(frame.bytes(), begin);
            written += taken;
            if begin + taken < frame.bytes().len() {
                break;
            }
        }
        written
    }

    /// The client reads all that came. Returns the frames that are whole.
    fn read(&self) -> Vec<String> {
        let carried = &mut *self.0.borrow_mut();
        carried.bytes = 0;
        let whole = carried.frames.iter().take_while(|(_, missing)| *missing == 0).count();
        carried.frames.drain(..whole).map(|(text, _)| text).collect()
    }
}

/// An event's frame, about as long as a long step.
pub fn event_frame(seq: i64, prev: i64) -> Frame {
    Frame::text(format!("{:24000}", format!("event {seq} {prev}")))
}

/// A state with the position of the client in it.
pub fn state_frame(position: i64) -> Frame {
    Frame::text(format!("{:1000}", format!("state {position}")))
}

impl Socket {
    pub fn new(node: usize) -> Socket {
        Socket {
            node,
            is_open: false,
            outbox: Outbox::default(),
            pipe: Pipe::default(),
            waiting: VecDeque::new(),
            entering: None,
            drains: false,
            writing: None,
            allowed: 1,
            came: BTreeMap::new(),
        }
    }
}

impl Client {
    pub fn new(feed: Feed) -> Client {
        Client { feed, known: None, socket: None }
    }

    /// Asks on the open socket for the events after the last known one.
    pub fn asks_for_missed(&mut self) -> bool {
        let (Some(socket), Some(known)) = (&mut self.socket, self.known) else { return false };
        if !socket.is_open {
            return false;
        }
        socket.allowed += 1;
        socket.waiting.push_back(Some(known));
        true
    }

    /// Reads what came, and checks it. Returns whether anything came.
    pub fn reads(&mut self) -> Result<bool, String> {
        let Some(socket) = &mut self.socket else { return Ok(false) };
        let frames = socket.pipe.read();
        for text in &frames {
            self.checks(text)?;
        }
        Ok(!frames.is_empty())
    }

    fn checks(&mut self, text: &str) -> Result<(), String> {
        let Some(socket) = &mut self.socket else { return Ok(()) };
        let feed = self.feed;
        let wrong = |what: &str| Err(format!("{feed:?} client that knows {:?}: {what}: {text}", self.known));
        let words: Vec<&str> = text.split(' ').collect();
        let numbers: Vec<i64> = words[1..].iter().filter_map(|word| word.parse().ok()).collect();
        let known = match (words[0], self.known) {
            ("state", Some(known)) if numbers[0] < known => return wrong("a state from before"),
            ("state", _) => numbers[0],
            (_, None) => return wrong("an event before any state"),
            (_, Some(known)) => {
                let (seq, prev) = (numbers[0], numbers[1]);
                let times = socket.came.entry(seq).or_default();
                *times += 1;
                if *times > socket.allowed {
                    return wrong("an event twice");
                }
                let is_next = if feed == Feed::Public { prev == known } else { seq == known + 1 };
                if seq > known && !is_next {
                    return wrong("a hole");
                }
                known.max(seq)
            }
        };
        self.known = Some(known);
        Ok(())
    }
}
