//! All learners at their sockets, in one thread: every frame is read, counted and checked.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::Result;
use crate::frames::{self, CLOSE, PING, TEXT};
use crate::tickets::Seated;

const READ_BYTES: usize = 64 * 1024;
/// Begin of a frame for one learner alone, which is in no log. Of several nodes it may come after the socket has opened.
const OWN_ATTENDANCE: &[u8] = br#"{"type":"attendance_updated""#;
const EVENTS_AT_ONCE: usize = 1_024;
/// What is for students; anything else of a room's log must never reach one.
const FOR_STUDENTS: [&str; 5] =
    ["session_started", "step_changed", "session_paused", "session_resumed", "session_ended"];

pub struct Crowd {
    poll: Poll,
    events: Events,
    learners: Vec<Learner>,
    rooms: Vec<Room>,
    buffer: Vec<u8>,
    numbered: bool,
}

struct Learner {
    stream: TcpStream,
    room: usize,
    /// The last students' event that they know.
    seq: i64,
    got: u64,
    partial: Vec<u8>,
}

/// What came to a room, and what was wrong with it.
#[derive(Default, Clone)]
struct Room {
    got: u64,
    /// The newest event and its words: everyone must get the same.
    newest: (i64, Vec<u8>),
    faults: Faults,
}

#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    pub doubles: u64,
    pub gaps: u64,
    /// Frames that are not for students, not JSON, or not the same for all.
    pub strange: u64,
    pub closed: u64,
}

impl Faults {
    pub fn any(&self) -> bool {
        *self != Faults::default()
    }

    fn add(&mut self, other: &Faults) {
        self.doubles += other.doubles;
        self.gaps += other.gaps;
        self.strange += other.strange;
        self.closed += other.closed;
    }
}

impl Crowd {
    pub fn new(rooms: usize, numbered: bool) -> Result<Crowd> {
        Ok(Crowd {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS_AT_ONCE),
            learners: Vec::new(),
            rooms: vec![Room::default(); rooms],
            buffer: vec![0; READ_BYTES],
            numbered,
        })
    }

    pub fn seat(&mut self, seated: Vec<Seated>) -> Result<()> {
        for Seated { room, stream, seq, rest } in seated {
            let mut stream = TcpStream::from_std(stream);
            let token = Token(self.learners.len());
            self.poll.registry().register(&mut stream, token, Interest::READABLE)?;
            self.learners.push(Learner { stream, room, seq, got: 0, partial: rest });
        }
        Ok(())
    }

    pub fn count(&self) -> usize {
        self.learners.len()
    }

    /// Reads what comes until the room has got `total` events in all, or the time is over. `false`: something is missing.
    pub fn hear_until(&mut self, room: usize, total: u64, within: Duration) -> Result<bool> {
        let deadline = Instant::now() + within;
        while self.rooms[room].got < total {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            self.hear(left)?;
        }
        Ok(true)
    }

    /// Reads whatever comes for so long.
    pub fn hear_for(&mut self, time: Duration) -> Result<()> {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.hear(left)?;
        }
    }

    fn hear(&mut self, at_most: Duration) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(at_most)) {
            Err(e) if e.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in &self.events {
            let Some(learner) = self.learners.get_mut(event.token().0) else { continue };
            let room = &mut self.rooms[learner.room];
            learner.read(room, &mut self.buffer, self.numbered)?;
        }
        Ok(())
    }

    /// How many of `each` learner's events never came, and all that was wrong.
    pub fn verdict(&self, each: u64) -> (u64, Faults) {
        let lost = self.learners.iter().map(|learner| each.saturating_sub(learner.got)).sum();
        let mut faults = Faults::default();
        self.rooms.iter().for_each(|room| faults.add(&room.faults));
        (lost, faults)
    }

    /// How long the newest frame's words are.
    pub fn payload_bytes(&self) -> usize {
        self.rooms.iter().map(|room| room.newest.1.len()).max().unwrap_or(0)
    }
}

impl Learner {
    /// Edge-triggered: a read that does not fill the buffer has emptied the socket.
    fn read(&mut self, room: &mut Room, buffer: &mut [u8], numbered: bool) -> Result<()> {
        loop {
            let n = match self.stream.read(buffer) {
                Ok(0) => {
                    room.faults.closed += 1;
                    return Ok(());
                }
                Ok(n) => n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => {
                    room.faults.closed += 1;
                    return Ok(());
                }
            };
            if self.partial.is_empty() {
                let used = self.take(&buffer[..n], room, numbered)?;
                self.partial.extend_from_slice(&buffer[used..n]);
            } else {
                let mut joined = std::mem::take(&mut self.partial);
                joined.extend_from_slice(&buffer[..n]);
                let used = self.take(&joined, room, numbered)?;
                self.partial.extend_from_slice(&joined[used..]);
            }
            if n < buffer.len() {
                return Ok(());
            }
        }
    }

    fn take(&mut self, bytes: &[u8], room: &mut Room, numbered: bool) -> Result<usize> {
        let mut used = 0;
        while let Some(frame) = frames::first(&bytes[used..])? {
            used += frame.length;
            match frame.opcode {
                TEXT if numbered => self.event(frame.payload, room),
                TEXT => self.count(room),
                // So small an answer always finds room in the socket; were it lost, the server would hang up on us.
                PING => drop(self.stream.write(&frames::pong(frame.payload))),
                CLOSE => room.faults.closed += 1,
                _ => room.faults.strange += 1,
            }
        }
        Ok(used)
    }

    fn count(&mut self, room: &mut Room) {
        self.got += 1;
        room.got += 1;
    }

    fn event(&mut self, payload: &[u8], room: &mut Room) {
        if payload.starts_with(OWN_ATTENDANCE) {
            return;
        }
        let Some((_, seq, prev)) = place(payload).filter(|(kind, ..)| FOR_STUDENTS.contains(kind)) else {
            room.faults.strange += 1;
            return;
        };
        if seq <= self.seq {
            room.faults.doubles += 1;
            return;
        }
        if prev != self.seq {
            room.faults.gaps += 1;
        }
        self.seq = seq;
        if seq > room.newest.0 {
            room.faults.strange += u64::from(serde_json::from_slice::<serde_json::Value>(payload).is_err());
            room.newest = (seq, payload.to_vec());
        } else if seq == room.newest.0 && payload != room.newest.1 {
            room.faults.strange += 1;
        }
        self.count(room);
    }
}

/// The head of an event, without reading the rest: `{"type":"…","seq":N,"prev":M,`.
pub fn place(payload: &[u8]) -> Option<(&str, i64, i64)> {
    let head = payload.get(..payload.len().min(120))?;
    // A cut in the middle of a letter is behind what is looked for here.
    let head = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(&head[..e.valid_up_to()]).ok()?,
    };
    let (kind, rest) = head.strip_prefix(r#"{"type":""#)?.split_once(r#"","seq":"#)?;
    let (seq, rest) = rest.split_once(r#","prev":"#)?;
    let (prev, _) = rest.split_once(',')?;
    Some((kind, seq.parse().ok()?, prev.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_event_is_at_its_head() {
        let event = r#"{"type":"step_changed","seq":12,"prev":9,"data":{"title":"가나다라마바사아자차카타파하가나다라마바사아자차카타파하"}}"#;
        assert_eq!(place(event.as_bytes()), Some(("step_changed", 12, 9)));
        assert_eq!(place(br#"{"type":"reply","id":1}"#), None);
        assert_eq!(place(b""), None);
    }
}
