//! Room for what callers send: all bodies that are being read or worked on have a bound together, and those of callers
//! without a token a small one. A body takes room as it arrives and gives it back when its request is answered.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Frame;

use crate::app::School;
use crate::error::Error;
use crate::surfaces::extract::bearer;

/// The most that a request without a valid token may send, wherever to.
const STRANGER_MAX_BYTES: usize = 16 * 1024;
/// The beginning of a body, which is all there is of most: large ones cannot take this room from it.
const BEGINNING_BYTES: usize = 16 * 1024;
/// All bodies in flight have 64 MiB together, in three parts, so that nobody's kind can shut out another's.
const STRANGERS_MAX_BYTES: usize = 8 * 1024 * 1024;
const BEGINNINGS_MAX_BYTES: usize = 8 * 1024 * 1024;
const LARGE_MAX_BYTES: usize = 48 * 1024 * 1024;
pub const RETRY_AFTER_S: u64 = 2;
/// How much of what a refused caller still sends is read, and for how long.
const HEARD_OUT_MAX_BYTES: usize = 16 * 1024 * 1024;
const HEARD_OUT_FOR: Duration = Duration::from_secs(2);

/// The bytes of all bodies in flight.
#[derive(Default)]
pub struct Room {
    strangers: AtomicUsize,
    beginnings: AtomicUsize,
    large: AtomicUsize,
}

/// Why a body is not read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unread {
    NoRoom,
    StrangersTooLong,
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unread::NoRoom => "the bodies in flight take all the room there is",
            Unread::StrangersTooLong => "more than someone without a token may send",
        })
    }
}

impl std::error::Error for Unread {}

/// Does the request carry a token that was made here and has not expired? Whether its login still stands is asked later.
fn has_token(app: &School, headers: &HeaderMap) -> bool {
    bearer(headers).is_some_and(|token| app.keys.read_access_token(token, app.now_ms()).is_ok())
}

/// The room that one body takes, given back when this is dropped.
struct Taken {
    room: Arc<Room>,
    is_stranger: bool,
    first_bytes: usize,
    more_bytes: usize,
}

impl Taken {
    fn take(&mut self, bytes: usize) -> Result<(), Unread> {
        if self.is_stranger && self.first_bytes + bytes > STRANGER_MAX_BYTES {
            return Err(Unread::StrangersTooLong);
        }
        let first = bytes.min(BEGINNING_BYTES.saturating_sub(self.first_bytes));
        let (part, max) = match self.is_stranger {
            true => (&self.room.strangers, STRANGERS_MAX_BYTES),
            false => (&self.room.beginnings, BEGINNINGS_MAX_BYTES),
        };
        add(part, first, max)?;
        self.first_bytes += first;
        add(&self.room.large, bytes - first, LARGE_MAX_BYTES)?;
        self.more_bytes += bytes - first;
        Ok(())
    }
}

fn add(part: &AtomicUsize, bytes: usize, max: usize) -> Result<(), Unread> {
    let fits = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= max);
    part.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).map(drop).map_err(|_| Unread::NoRoom)
}

impl Drop for Taken {
    fn drop(&mut self) {
        let first = if self.is_stranger { &self.room.strangers } else { &self.room.beginnings };
        first.fetch_sub(self.first_bytes, Ordering::Relaxed);
        self.room.large.fetch_sub(self.more_bytes, Ordering::Relaxed);
    }
}

/// A body that counts what it brings, and can be read on when its handler is done with it.
#[derive(Clone)]
pub struct CountedBody(Arc<Mutex<Option<(Body, Taken)>>>);

impl CountedBody {
    pub fn new(app: &School, room: &Arc<Room>, headers: &HeaderMap, body: Body) -> CountedBody {
        let is_stranger = !body.is_end_stream() && !has_token(app, headers);
        let taken = Taken { room: room.clone(), is_stranger, first_bytes: 0, more_bytes: 0 };
        CountedBody(Arc::new(Mutex::new(Some((body, taken)))))
    }

    /// Reads and forgets what a refused caller still sends: in the middle of sending they would not hear why, since
    /// the connection would be reset under their feet.
    pub async fn hear_out(&self) {
        let Some((mut body, _taken)) = self.finish() else { return };
        let read = async {
            let mut heard_bytes = 0;
            while let Some(Ok(frame)) = body.frame().await {
                heard_bytes += frame.data_ref().map_or(0, Bytes::len);
                if heard_bytes > HEARD_OUT_MAX_BYTES {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(HEARD_OUT_FOR, read).await;
    }

    fn finish(&self) -> Option<(Body, Taken)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((body, taken)) = &mut *held else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Err(unread) = taken.take(frame.data_ref().map_or(0, Bytes::len))
        {
            return Poll::Ready(Some(Err(axum::Error::new(unread))));
        }
        polled
    }
}

/// What is wrong with a body that could not be read.
pub fn unreadable(error: &axum::Error, limit_bytes: usize) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return Error::TooLarge { limit_bytes };
        }
        match error.downcast_ref() {
            Some(Unread::NoRoom) => return Error::Busy { retry_after_s: RETRY_AFTER_S },
            Some(Unread::StrangersTooLong) => return Error::TooLarge { limit_bytes: STRANGER_MAX_BYTES },
            None => {}
        }
        cause = error.source();
    }
    Error::bad("", "the body could not be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(room: &Arc<Room>, is_stranger: bool) -> Taken {
        Taken { room: room.clone(), is_stranger, first_bytes: 0, more_bytes: 0 }
    }

    #[test]
    fn neither_strangers_nor_large_bodies_take_the_room_of_small_ones() {
        let room = Arc::new(Room::default());
        let mut held: Vec<Taken> = (0..STRANGERS_MAX_BYTES / BEGINNING_BYTES).map(|_| body(&room, true)).collect();
        assert!(held.iter_mut().all(|taken| taken.take(BEGINNING_BYTES).is_ok()));
        assert_eq!(body(&room, true).take(1), Err(Unread::NoRoom), "strangers have taken all of theirs");
        assert_eq!(held[0].take(1), Err(Unread::StrangersTooLong));
        let mut large = body(&room, false);
        assert!(large.take(LARGE_MAX_BYTES + BEGINNING_BYTES).is_ok());
        assert!(large.take(1).is_err(), "large ones have taken all of theirs");
        assert!(body(&room, false).take(BEGINNING_BYTES).is_ok());
        drop((held, large));
        let all = [&room.strangers, &room.beginnings, &room.large];
        assert!(all.iter().all(|part| part.load(Ordering::Relaxed) == 0), "all was given back");
    }
}
