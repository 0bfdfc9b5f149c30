//! The order in which a room releases its events, without any input or output.
//!
//! Events come in any order, some twice and some never. They are released by their `seq`, each once and without a hole. The
//! newest are remembered, so that a client who was away gets what it missed without a read of the log.

use std::collections::{BTreeMap, VecDeque};

use super::outbox::Entry;
use super::{Feed, RoomFrame};
use crate::live::frame::Frame;

/// Events that may wait for a missing one. Those beyond these bounds are read from the log too.
const HELD_MAX_EVENTS: usize = 4_096;
const HELD_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Missed events that a client gets at most. One that missed more gets the state instead.
pub const TAIL_MAX_EVENTS: usize = 256;
const TAIL_MAX_BYTES: usize = 64 * 1024;

/// A position that no log reaches, the greatest exact number of JavaScript: a client at it asks for the state.
const EVERYTHING: i64 = (1 << 53) - 1;

/// The part of a room's log that is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRange {
    /// The first events after this one: as many as the reader likes.
    After(i64),
    /// The newest events up to `until`, or up to the end of the log, if there are more than `limit`.
    Newest { until: Option<i64>, limit: usize, for_everyone: bool },
}

/// A part of a room's log, in its order.
#[derive(Debug, Clone)]
pub struct LogPart {
    pub frames: Vec<RoomFrame>,
    /// The last event of the whole log when it was read.
    pub head: i64,
}

/// The answer to a client that knows the events up to some position.
pub enum ResumeAnswer {
    /// Just the events that it missed.
    Missed(Entry),
    /// A fresh state: it missed too much, or its position is none of this log.
    State,
    /// This part of the log must be read first. If that changes nothing, the client needs a fresh state.
    Read(LogRange),
}

#[derive(Default)]
pub struct RoomOrder {
    /// `None` until the first state was read, and in the many rooms without a log.
    released: Option<Box<Released>>,
    /// The newest event that came, even if it could not be held.
    newest: i64,
    held: BTreeMap<i64, RoomFrame>,
    held_bytes: usize,
    is_filling: bool,
}

struct Released {
    last: i64,
    /// The last event in the first state. Only events after it are released.
    floor: i64,
    /// The newest events for everyone, and the newest of all.
    tails: [Tail; 2],
}

struct Tail {
    /// The tail has all events of its feed after this one.
    after: i64,
    events: VecDeque<(i64, Frame)>,
    bytes: usize,
    /// Whether it may have more bytes than its bound, because they were read from the log for those who resume now.
    is_extended: bool,
}

impl RoomOrder {
    /// The last event released, if one is known.
    pub fn last(&self) -> Option<i64> {
        self.released.as_ref().map(|released| released.last)
    }

    /// Begins after the last event of the first state that was read. Later states change nothing. Returns the position after
    /// which events are released: a state from before that is too old to go on from.
    pub fn begin_after(&mut self, seq: i64) -> i64 {
        if self.released.is_none() {
            self.keep_held(|held| held > seq);
        }
        let begin = || Box::new(Released { last: seq, floor: seq, tails: [Tail::after(seq), Tail::after(seq)] });
        self.released.get_or_insert_with(begin).floor
    }

    /// Holds an event until those before it are released. Returns `false` if it was released before.
    pub fn hold(&mut self, seq: i64, room_frame: RoomFrame) -> bool {
        if self.last().is_some_and(|last| seq <= last) {
            return false;
        }
        self.newest = self.newest.max(seq);
        self.held_bytes += bytes(&room_frame);
        if let Some(same) = self.held.insert(seq, room_frame) {
            self.held_bytes -= bytes(&same);
        }
        while self.held.len() > HELD_MAX_EVENTS || (self.held_bytes > HELD_MAX_BYTES && self.held.len() > 1) {
            let Some((_, last)) = self.held.pop_last() else { break };
            self.held_bytes -= bytes(&last);
        }
        true
    }

    fn keep_held(&mut self, is_kept: impl Fn(i64) -> bool) {
        self.held.retain(|seq, _| is_kept(*seq));
        self.held_bytes = self.held.values().map(bytes).sum();
    }

    /// Releases the next event, if it is there.
    pub fn release(&mut self) -> Option<(i64, RoomFrame)> {
        let released = self.released.as_mut()?;
        let next = released.last + 1;
        let room_frame = self.held.remove(&next)?;
        self.held_bytes -= bytes(&room_frame);
        released.last = next;
        let [for_everyone, of_all] = &mut released.tails;
        if room_frame.for_everyone {
            for_everyone.push(next, &room_frame.frame);
        }
        of_all.push(next, &room_frame.frame);
        Some((next, room_frame))
    }

    /// Whether an event is missing, now that nothing more can be released.
    fn is_missing_any(&self) -> bool {
        self.last().is_some_and(|last| last < self.newest)
    }

    /// Whether a task must begin to fill a gap. If so, it ends when `next_to_read` returns `None`.
    pub fn begin_filling(&mut self) -> bool {
        let begins = self.is_missing_any() && !self.is_filling;
        self.is_filling |= begins;
        begins
    }

    /// Returns the part of the log that has a missing event.
    pub fn next_to_read(&mut self) -> Option<LogRange> {
        self.is_filling = self.is_missing_any();
        self.last().filter(|_| self.is_filling).map(LogRange::After)
    }

    #[cfg(test)]
    pub fn is_filling(&self) -> bool {
        self.is_filling
    }

    /// The newest event that came, whether or not it is in the log.
    pub fn newest(&self) -> i64 {
        self.newest
    }

    /// Drops the events after `head`, the end of the log, that came before it was read: a commit was lost after it had been told.
    pub fn drop_lost(&mut self, head: i64, newest: i64) {
        self.keep_held(|seq| seq <= head || seq > newest);
        let known = self.held.last_key_value().map_or(head, |(seq, _)| head.max(*seq));
        self.newest = self.newest.min(known.max(self.last().unwrap_or_default()));
    }

    /// Takes a part of the log that was read. Then there may be events to release.
    pub fn take(&mut self, range: LogRange, part: LogPart) {
        match range {
            LogRange::After(_) => {
                for room_frame in part.frames {
                    if let Some(seq) = room_frame.seq {
                        self.hold(seq, room_frame);
                    }
                }
            }
            LogRange::Newest { until, limit, for_everyone } => {
                let end = until.unwrap_or(part.head);
                self.begin_after(end);
                if let Some(released) = &mut self.released {
                    released.tails[usize::from(!for_everyone)].extend(part.frames, end, limit);
                }
            }
        }
    }

    /// Returns what a client needs that knows the events of its feed up to `since`.
    pub fn resume(&self, feed: Feed, since: i64) -> ResumeAnswer {
        let for_everyone = feed == Feed::Public;
        if !(0..EVERYTHING).contains(&since) {
            return ResumeAnswer::State;
        }
        let Some(Released { last, tails, .. }) = self.released.as_deref() else {
            return ResumeAnswer::Read(LogRange::Newest { until: None, limit: TAIL_MAX_EVENTS + 1, for_everyone });
        };
        let tail = &tails[usize::from(!for_everyone)];
        if since > *last {
            return ResumeAnswer::Read(LogRange::After(*last));
        }
        if since >= tail.after {
            return ResumeAnswer::Missed(Entry { frames: tail.frames_after(since), seq: *last });
        }
        match TAIL_MAX_EVENTS.saturating_sub(tail.events.len()) {
            0 => ResumeAnswer::State,
            more => ResumeAnswer::Read(LogRange::Newest { until: Some(tail.after), limit: more + 1, for_everyone }),
        }
    }

    /// Whether more is remembered than the bound, until `trim`.
    pub fn is_extended(&self) -> bool {
        self.released.as_ref().is_some_and(|released| released.tails.iter().any(|tail| tail.is_extended))
    }

    pub fn trim(&mut self) {
        for tail in self.released.iter_mut().flat_map(|released| &mut released.tails) {
            tail.is_extended = false;
            tail.keep_bounds();
        }
    }
}

fn bytes(held: &RoomFrame) -> usize {
    held.frame.bytes().len()
}

impl Tail {
    fn after(after: i64) -> Tail {
        Tail { after, events: VecDeque::new(), bytes: 0, is_extended: false }
    }

    fn push(&mut self, seq: i64, frame: &Frame) {
        self.bytes += frame.bytes().len();
        self.events.push_back((seq, frame.clone()));
        self.keep_bounds();
    }

    fn keep_bounds(&mut self) {
        while self.events.len() > TAIL_MAX_EVENTS || (self.bytes > TAIL_MAX_BYTES && !self.is_extended) {
            let Some((seq, frame)) = self.events.pop_front() else { return };
            self.bytes -= frame.bytes().len();
            self.after = seq;
        }
    }

    /// Puts older events before those that are here. They are the newest up to `end`, at most `limit`; the oldest of so many
    /// only shows where the others begin.
    fn extend(&mut self, mut older: Vec<RoomFrame>, end: i64, limit: usize) {
        if end < self.after {
            // Events were dropped meanwhile: there would be a hole.
            return;
        }
        let begin = if older.len() < limit { 0 } else { older.remove(0).seq.unwrap_or_default() };
        for room_frame in older.into_iter().rev() {
            if let Some(seq) = room_frame.seq.filter(|seq| *seq <= self.after) {
                self.bytes += room_frame.frame.bytes().len();
                self.events.push_front((seq, room_frame.frame));
            }
        }
        self.after = self.after.min(begin);
        self.is_extended |= self.bytes > TAIL_MAX_BYTES;
        self.keep_bounds();
    }

    fn frames_after(&self, since: i64) -> Vec<Frame> {
        let from = self.events.partition_point(|(seq, _)| *seq <= since);
        self.events.range(from..).map(|(_, frame)| frame.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{IfSlow, RoomKey};

    const LOG_EVENTS: i64 = 900;
    /// One event in so many is for everyone.
    const STRIDE: i64 = 3;

    fn event(seq: i64) -> RoomFrame {
        let room = RoomKey { kind: 's', id: 1 };
        let (for_everyone, frame) = (seq % STRIDE == 0, Frame::text(format!("{seq:100}")));
        RoomFrame { room, seq: Some(seq), for_everyone, may_batch: false, if_slow: IfSlow::Replace, frame }
    }

    fn read(range: LogRange, head: i64) -> LogPart {
        let frames = match range {
            LogRange::After(after) => (after + 1..=head).take(100).map(event).collect(),
            LogRange::Newest { until, limit, for_everyone } => {
                let all = (1..=until.unwrap_or(head)).map(event);
                let meant: Vec<RoomFrame> = all.filter(|frame| frame.for_everyone || !for_everyone).collect();
                meant[meant.len().saturating_sub(limit)..].to_vec()
            }
        };
        LogPart { frames, head }
    }

    fn release_all(order: &mut RoomOrder) -> Vec<i64> {
        std::iter::from_fn(|| order.release()).map(|(seq, _)| seq).collect()
    }

    /// Resumes from a room that has been told the last events by its node. Returns the events, and how often the log was read.
    fn resume(feed: Feed, since: i64, told: i64) -> (Option<Vec<i64>>, usize) {
        let mut order = RoomOrder::default();
        order.begin_after(LOG_EVENTS - told);
        for seq in LOG_EVENTS - told + 1..=LOG_EVENTS {
            order.hold(seq, event(seq));
            assert_eq!(release_all(&mut order), [seq]);
        }
        for reads in 0..3 {
            match order.resume(feed, since) {
                ResumeAnswer::State => return (None, reads),
                ResumeAnswer::Missed(entry) => {
                    assert_eq!(entry.seq, LOG_EVENTS);
                    let seq = |frame: &Frame| String::from_utf8_lossy(frame.payload()).trim().parse().unwrap();
                    return (Some(entry.frames.iter().map(seq).collect()), reads);
                }
                ResumeAnswer::Read(range) => order.take(range, read(range, LOG_EVENTS)),
            }
        }
        panic!("it reads and reads");
    }

    #[test]
    fn a_client_gets_what_it_missed_if_that_is_at_most_256_events_of_its_feed() {
        for (feed, stride) in [(Feed::Public, STRIDE), (Feed::Full, 1)] {
            let at_the_bound = LOG_EVENTS - TAIL_MAX_EVENTS as i64 * stride;
            for since in (0..=LOG_EVENTS).filter(|since| since % 50 == 0 || (since - at_the_bound).abs() < 5) {
                let missed: Vec<i64> = (since + 1..=LOG_EVENTS).filter(|seq| seq % stride == 0).collect();
                let expected = (missed.len() <= TAIL_MAX_EVENTS).then_some(missed);
                for told in [0, 1, 200, LOG_EVENTS] {
                    let (got, reads) = resume(feed, since, told);
                    assert_eq!(got, expected, "{feed:?} after {since}, told {told}");
                    let is_remembered = since >= LOG_EVENTS - told || told == LOG_EVENTS;
                    assert_eq!(reads, usize::from(!is_remembered), "{feed:?} after {since}, told {told}");
                }
            }
        }
    }

    #[test]
    fn a_client_that_asks_for_everything_causes_no_read() {
        let mut order = RoomOrder::default();
        order.begin_after(5);
        assert!(matches!(order.resume(Feed::Full, 6), ResumeAnswer::Read(LogRange::After(5))));
        for since in [-1, EVERYTHING, i64::MAX] {
            assert!(matches!(order.resume(Feed::Full, since), ResumeAnswer::State));
        }
    }

    #[test]
    fn a_room_remembers_no_more_than_its_bound_but_for_a_while_what_was_read() {
        let mut order = RoomOrder::default();
        order.begin_after(0);
        let large = |seq| RoomFrame { frame: Frame::text("x".repeat(10_000)), ..event(seq) };
        for seq in 1..=10 {
            order.hold(seq, large(seq));
        }
        assert_eq!(release_all(&mut order).len(), 10);
        let ResumeAnswer::Read(range) = order.resume(Feed::Full, 3) else { panic!("six frames fit into 64 KiB") };
        assert!(matches!(order.resume(Feed::Full, 4), ResumeAnswer::Missed(_)));
        order.take(range, LogPart { frames: (1..=4).map(large).collect(), head: 10 });
        assert!(order.is_extended());
        order.hold(11, large(11));
        assert_eq!(release_all(&mut order), [11]);
        assert!(matches!(order.resume(Feed::Full, 0), ResumeAnswer::Missed(entry) if entry.frames.len() == 11));
        order.trim();
        assert!(!order.is_extended());
        assert!(matches!(order.resume(Feed::Full, 4), ResumeAnswer::Read(_)));
        assert!(matches!(order.resume(Feed::Full, 5), ResumeAnswer::Missed(entry) if entry.frames.len() == 6));
    }

    #[test]
    fn events_that_could_not_be_held_are_read_from_the_log() {
        comes_to_the_end(HELD_MAX_EVENTS as i64 + 500, event);
        comes_to_the_end(700, |seq| RoomFrame { frame: Frame::text("x".repeat(10_000)), ..event(seq) });
    }

    /// The first event comes last.
    fn comes_to_the_end(head: i64, event: impl Fn(i64) -> RoomFrame) {
        let mut order = RoomOrder::default();
        order.begin_after(0);
        for seq in 2..=head {
            order.hold(seq, event(seq));
        }
        assert_eq!(order.held_bytes, order.held.values().map(bytes).sum::<usize>());
        assert!(order.held.len() < head as usize - 1 && order.held_bytes <= HELD_MAX_BYTES);
        assert!(release_all(&mut order).is_empty());
        assert!(order.begin_filling());
        assert!(!order.begin_filling(), "a task fills the gap");
        let mut released = Vec::new();
        while let Some(range) = order.next_to_read() {
            order.take(range, read(range, head));
            released.extend(release_all(&mut order));
        }
        assert_eq!(order.held_bytes, 0);
        assert_eq!(released, (1..=head).collect::<Vec<i64>>());
        assert!(!order.begin_filling());
    }
}
