//! The rooms of the nodes, and the tasks that the hub runs for them, step by step: `catching_up.rs` and `Hub::enter` in small.

use gyosil::live::hub::order::{LogPart, LogRange, ResumeAnswer, RoomOrder};
use gyosil::live::hub::outbox::{AfterSending, Entry, NextWrite};
use gyosil::live::{Feed, RoomFrame};

use crate::clients::{Entering, EntryStep, state_frame};
use crate::world::{Fault, World};

const ENTRY_TRIES: usize = 5;

#[derive(Default)]
pub struct Node {
    /// There while a socket is in it.
    pub room: Option<Room>,
    /// Whether the bus sends it the events of other nodes.
    pub is_subscribed: bool,
    /// Whether its link was cut since it subscribed.
    pub was_cut: bool,
    /// Committed here, and not yet handed over.
    pub unpublished: Vec<i64>,
}

#[derive(Default)]
pub struct Room {
    pub order: RoomOrder,
    /// The one read of the log that is under way.
    reading: Option<Reading>,
    fills_gap: bool,
    /// The last event of the log, when someone looked.
    pub head: Option<i64>,
    /// The last event that a faulty room has sent without minding the order.
    sent: i64,
}

struct Reading {
    range: LogRange,
    part: Option<LogPart>,
    for_client: Option<usize>,
}

impl World {
    /// Delivers an event to the room of a node, from this node or from another.
    pub fn deliver(&mut self, node: usize, seq: i64) {
        let room_frame = self.log.frame(seq);
        let Some(room) = &mut self.nodes[node].room else { return };
        let (last, sent) = (room.order.last(), room.sent);
        let is_new = room.order.hold(seq, room_frame.clone());
        if self.fault == Some(Fault::ReleasesWithHole) && last.is_some() && seq > sent {
            room.sent = seq;
            self.fan_out(node, seq, &room_frame);
        }
        if is_new {
            self.release(node);
        } else if self.fault == Some(Fault::DeliversTwice) {
            self.fan_out(node, seq, &room_frame);
        }
    }

    fn release(&mut self, node: usize) {
        while let Some((seq, room_frame)) = self.nodes[node].room.as_mut().and_then(|room| room.order.release()) {
            if self.fault != Some(Fault::ReleasesWithHole) {
                self.fan_out(node, seq, &room_frame);
            }
        }
        if let Some(room) = &mut self.nodes[node].room
            && room.order.begin_filling()
        {
            room.fills_gap = true;
        }
    }

    fn fan_out(&mut self, node: usize, seq: i64, room_frame: &RoomFrame) {
        for at in 0..self.clients.len() {
            let client = &mut self.clients[at];
            let gets = client.feed == Feed::Full || room_frame.for_everyone;
            let Some(socket) = client.socket.as_mut().filter(|socket| gets && socket.node == node) else { continue };
            let after = socket.outbox.send_room_frame(&socket.pipe, seq, &room_frame.frame);
            self.settle(at, after);
        }
    }

    fn settle(&mut self, at: usize, after: AfterSending) {
        if after.must_hang_up {
            self.disconnect(at);
        } else if let Some(socket) = &mut self.clients[at].socket {
            socket.drains |= after.must_drain;
        }
    }

    /// The task that fills gaps, or one that found the room behind the log, begins to read.
    pub fn begins_to_read(&mut self, node: usize) -> bool {
        let Some(room) = self.nodes[node].room.as_mut().filter(|room| room.reading.is_none()) else { return false };
        let behind = room.head.take().zip(room.order.last()).filter(|(head, last)| last < head);
        let range = match behind {
            Some((head, last)) => {
                room.head = Some(head);
                Some(LogRange::After(last))
            }
            None if room.fills_gap => {
                let range = room.order.next_to_read();
                room.fills_gap = range.is_some();
                range
            }
            None => None,
        };
        room.reading = range.map(|range| Reading { range, part: None, for_client: None });
        room.reading.is_some()
    }

    /// The read of a room goes on: the database answers, or the room takes the answer.
    pub fn reads_on(&mut self, node: usize) -> bool {
        let Some(room) = &mut self.nodes[node].room else { return false };
        let Some(Reading { range, part, for_client }) = room.reading.take() else { return false };
        let Some(part) = part else {
            room.reading = Some(Reading { range, part: Some(self.log.read(range)), for_client });
            return true;
        };
        room.order.take(range, part);
        if let Some(socket) = for_client.and_then(|at| self.clients[at].socket.as_mut())
            && socket.node == node
            && let Some(entering) = socket.entering.as_mut().filter(|entering| matches!(entering.next, EntryStep::Wait))
        {
            entering.next = EntryStep::FindMissed;
        }
        self.release(node);
        true
    }

    /// The entry of a socket goes one step on.
    pub fn enters_on(&mut self, at: usize) -> bool {
        let Some(socket) = self.clients[at].socket.as_mut().filter(|socket| socket.is_open) else { return false };
        let begin = |since| Entering { since, tries: 0, tried: None, next: EntryStep::HoldBack };
        let Some(entering) = socket.entering.take().or_else(|| socket.waiting.pop_front().map(begin)) else {
            return false;
        };
        let is_waiting = matches!(entering.next, EntryStep::Wait);
        let entering = self.next_step(at, entering);
        if let Some(socket) = &mut self.clients[at].socket {
            socket.entering = entering;
        }
        !is_waiting
    }

    fn next_step(&mut self, at: usize, mut entering: Entering) -> Option<Entering> {
        let feed = self.clients[at].feed;
        let socket = self.clients[at].socket.as_mut()?;
        let node = socket.node;
        entering.next = match std::mem::replace(&mut entering.next, EntryStep::Wait) {
            EntryStep::HoldBack if entering.tries == ENTRY_TRIES => {
                self.disconnect(at);
                return None;
            }
            EntryStep::HoldBack => {
                entering.tries += 1;
                entering.tried = None;
                let reads_first = self.fault == Some(Fault::ReadsBeforeHolding);
                match reads_first || socket.outbox.hold_back() {
                    false => return None,
                    true if entering.since.is_some() => EntryStep::FindMissed,
                    true => EntryStep::ReadState,
                }
            }
            EntryStep::FindMissed => return Some(self.find_missed(at, node, entering)),
            EntryStep::Wait => EntryStep::Wait,
            EntryStep::ReadState => {
                let (seq, position) = (self.log.visible, self.log.position(feed));
                EntryStep::Check(Entry { frames: vec![state_frame(position)], seq })
            }
            EntryStep::Check(entry) => match self.begin_after(node, entry.seq) {
                floor if entry.seq < floor && self.fault != Some(Fault::TakesOldStates) => EntryStep::HoldBack,
                _ => EntryStep::Send(entry),
            },
            EntryStep::Send(entry) => {
                if self.fault == Some(Fault::ReadsBeforeHolding) && !socket.outbox.hold_back() {
                    return None;
                }
                let (is_sent, after) = socket.outbox.send_entry(&socket.pipe, &entry);
                self.settle(at, after);
                entering.since = None;
                if is_sent {
                    return None;
                }
                EntryStep::HoldBack
            }
        };
        Some(entering)
    }

    fn find_missed(&mut self, at: usize, node: usize, mut entering: Entering) -> Entering {
        let feed = self.clients[at].feed;
        let (Some(room), Some(since)) = (&mut self.nodes[node].room, entering.since) else { return entering };
        entering.next = match room.order.resume(feed, since) {
            ResumeAnswer::Missed(entry) => EntryStep::Check(entry),
            ResumeAnswer::State => EntryStep::ReadState,
            ResumeAnswer::Read(range) if entering.tried == Some(range) => EntryStep::ReadState,
            ResumeAnswer::Read(_) if room.reading.is_some() => EntryStep::FindMissed,
            ResumeAnswer::Read(range) => {
                entering.tried = Some(range);
                room.reading = Some(Reading { range, part: None, for_client: Some(at) });
                EntryStep::Wait
            }
        };
        entering
    }

    fn begin_after(&mut self, node: usize, seq: i64) -> i64 {
        let Some(room) = &mut self.nodes[node].room else { return 0 };
        let floor = room.order.begin_after(seq);
        self.release(node);
        floor
    }

    /// The task that empties an outbox writes once.
    pub fn drains(&mut self, at: usize) -> bool {
        let Some(socket) = self.clients[at].socket.as_mut().filter(|socket| socket.drains) else { return false };
        let (frames, sent) = match socket.writing.take().map_or_else(|| socket.outbox.next_write(), frames) {
            NextWrite::Frames(frames, sent) => (frames, sent),
            NextWrite::Empty { owes_entry, .. } => {
                socket.drains = false;
                if owes_entry && self.fault == Some(Fault::OwesNoState) {
                    let nothing = Entry { frames: Vec::new(), seq: 0 };
                    let (_, after) = socket.outbox.send_entry(&socket.pipe, &nothing);
                    self.settle(at, after);
                } else if owes_entry {
                    socket.waiting.push_back(None);
                }
                return true;
            }
        };
        let written = socket.pipe.write(&frames, sent);
        if written == 0 {
            socket.writing = Some((frames, sent));
            return false;
        }
        socket.outbox.advance(written);
        true
    }
}

fn frames((frames, sent): (Vec<gyosil::live::Frame>, usize)) -> NextWrite {
    NextWrite::Frames(frames, sent)
}
