//! Frames of which only the newest counts, on their way to rooms: where an instructor points at this moment.
//!
//! A room gets at most `1_000 / GAP_MS` of them in a second. A frame that comes too early waits, and newer ones replace it, so
//! that the last one of a burst is always sent. A room that has sent nothing for a moment is forgotten.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Frame, RoomKey};

const GAP_MS: i64 = 67;
const FORGOTTEN_AFTER_MS: i64 = 1_000;

/// The rooms that were sent such a frame a moment ago, each with the frame that waits. All times are on the monotonic clock.
#[derive(Default)]
pub struct NewestFrames(Mutex<HashMap<RoomKey, RoomPace>>);

/// Result of a check that a person may send to a room, valid for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendPermit {
    pub person: i64,
    pub until_ms: i64,
}

struct RoomPace {
    permit: SendPermit,
    held: Option<Frame>,
    /// Time from which on a frame may be sent.
    next_ms: i64,
    has_frame: Arc<Notify>,
}

/// The next work of the task that sends the frames of a room.
#[derive(Debug)]
pub enum NextSend {
    Send(Frame),
    /// Asks again after this time, or when a frame has come.
    Wait(Duration),
    /// Ends. The room is forgotten.
    End,
}

impl NewestFrames {
    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomKey, RoomPace>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the last permit of a room, if it is this person's and still valid.
    pub fn permit(&self, room: RoomKey, person: i64, now_ms: i64) -> Option<SendPermit> {
        let permit = self.rooms().get(&room)?.permit;
        (permit.person == person && now_ms < permit.until_ms).then_some(permit)
    }

    /// Takes a frame for a room, in place of one that waits. Returns `Some` if no task sends the frames of the room: the caller must
    /// begin one, which does what `next` returns, and which is woken when a frame comes.
    pub fn put(&self, room: RoomKey, permit: SendPermit, frame: Frame, now_ms: i64) -> Option<Arc<Notify>> {
        let mut begun = None;
        let mut rooms = self.rooms();
        let pace = rooms.entry(room).or_insert_with(|| {
            let has_frame = begun.insert(Arc::new(Notify::new())).clone();
            RoomPace { permit, held: None, next_ms: now_ms, has_frame }
        });
        pace.permit = permit;
        pace.held = Some(frame);
        pace.has_frame.notify_one();
        begun
    }

    /// Returns what the task that sends the frames of a room does next.
    pub fn next(&self, room: RoomKey, now_ms: i64) -> NextSend {
        let mut rooms = self.rooms();
        let Some(pace) = rooms.get_mut(&room) else { return NextSend::End };
        if let Some(frame) = pace.held.take_if(|_| now_ms >= pace.next_ms) {
            pace.next_ms = now_ms + GAP_MS;
            return NextSend::Send(frame);
        }
        let until_ms = if pace.held.is_some() { pace.next_ms } else { pace.next_ms + FORGOTTEN_AFTER_MS };
        match u64::try_from(until_ms - now_ms) {
            Ok(ms @ 1..) => NextSend::Wait(Duration::from_millis(ms)),
            _ => {
                rooms.remove(&room);
                NextSend::End
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomKey = RoomKey { kind: 's', id: 1 };
    const PERMIT: SendPermit = SendPermit { person: 7, until_ms: 1_000 };

    fn put(frames: &NewestFrames, text: &str, now_ms: i64) -> bool {
        frames.put(ROOM, PERMIT, Frame::text(text), now_ms).is_some()
    }

    /// Returns the frame to send, or for how many milliseconds the task waits.
    fn next(frames: &NewestFrames, now_ms: i64) -> String {
        match frames.next(ROOM, now_ms) {
            NextSend::Send(frame) => format!("“{}”", String::from_utf8_lossy(frame.payload())),
            NextSend::Wait(pause) => pause.as_millis().to_string(),
            NextSend::End => "end".into(),
        }
    }

    #[test]
    fn a_frame_that_comes_too_early_waits_and_the_newest_is_sent() {
        let frames = NewestFrames::default();
        assert!(put(&frames, "a", 0), "a task must begin");
        assert_eq!(next(&frames, 0), "“a”");
        assert!(!put(&frames, "b", 1) && !put(&frames, "c", 20), "the task goes on");
        assert_eq!(
            (next(&frames, 20), next(&frames, 67), next(&frames, 67)),
            ("47".into(), "“c”".into(), "1067".into())
        );
        put(&frames, "d", 500);
        assert_eq!((next(&frames, 500), next(&frames, 501)), ("“d”".into(), "1066".into()), "it was quiet");
    }

    #[test]
    fn a_finger_that_moves_for_long_is_sent_fifteen_times_a_second() {
        let frames = NewestFrames::default();
        let mut sent = Vec::new();
        for ms in 0..10_000 {
            if ms % 5 == 0 {
                put(&frames, &ms.to_string(), ms);
            }
            sent.extend(matches!(frames.next(ROOM, ms), NextSend::Send(_)).then_some(ms));
        }
        assert_eq!(sent.len(), 150);
        assert!(sent.windows(2).all(|two| two[1] - two[0] == GAP_MS));
    }

    #[test]
    fn a_quiet_room_is_forgotten_and_so_is_its_permit() {
        let frames = NewestFrames::default();
        put(&frames, "a", 0);
        next(&frames, 0);
        assert_eq!(frames.permit(ROOM, 7, 999), Some(PERMIT));
        assert_eq!((frames.permit(ROOM, 8, 0), frames.permit(ROOM, 7, 1_000)), (None, None));
        assert_eq!((next(&frames, 1_066), next(&frames, 1_067)), ("1".into(), "end".into()));
        assert!(frames.rooms().is_empty());
        assert_eq!((frames.permit(ROOM, 7, 0), next(&frames, 0)), (None, "end".into()));
        assert!(put(&frames, "b", 1_067), "another task must begin");
    }
}
