//! Bounds the memory for request bodies. All bodies that are being read or worked on share one bound, and bodies of callers
//! without a valid token share a small part of it. One sender may hold only a share of each part. A body takes room as it
//! arrives and gives it back when its request is answered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Frame;
use tokio::time::Sleep;

use crate::app::School;
use crate::error::Error;
use crate::failures::network;
use crate::surfaces::headers::bearer;

/// Largest body of a request without a valid token, on every path.
const STRANGER_MAX_BYTES: usize = 16 * 1024;
/// Length of the beginning of a body; most bodies are no longer. Large bodies cannot use up the room that is kept for beginnings.
const BEGINNING_BYTES: usize = 16 * 1024;
/// Room for all bodies in flight: 64 MiB together, in three parts, so that no kind of body can use up the room of another kind.
const STRANGERS_MAX_BYTES: usize = 8 * 1024 * 1024;
const BEGINNINGS_MAX_BYTES: usize = 8 * 1024 * 1024;
const LARGE_MAX_BYTES: usize = 48 * 1024 * 1024;
/// Most that one sender (an address of strangers, or a person) may hold of its own part, and of the part for large bodies.
const SHARE_MAX_BYTES: usize = STRANGERS_MAX_BYTES / 16;
const LARGE_SHARE_MAX_BYTES: usize = LARGE_MAX_BYTES / 4;
/// Longest time from the first byte of a small body to its end. Most small bodies arrive in one piece with their head.
const SMALL_WITHIN: Duration = Duration::from_secs(5);
pub const RETRY_AFTER_S: u64 = 2;
/// Most that is still read of the body of a refused caller, in bytes and in time.
const DISCARDED_MAX_BYTES: usize = 16 * 1024 * 1024;
const DISCARDED_FOR: Duration = Duration::from_secs(2);

/// Sender of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sender {
    Stranger(IpAddr),
    Person(i64),
}

/// Counts the bytes of all bodies in flight.
#[derive(Default)]
pub struct BodyMemory(Mutex<HeldBytes>);

#[derive(Default)]
struct HeldBytes {
    strangers: usize,
    beginnings: usize,
    large: usize,
    /// Bytes of each sender: the beginnings of its bodies, and the rest. A sender that holds nothing has no entry.
    shares: HashMap<Sender, (usize, usize)>,
}

impl BodyMemory {
    fn held(&self) -> MutexGuard<'_, HeldBytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldBytes {
    fn take(&mut self, sender: Sender, first: usize, more: usize) -> Result<(), StopReason> {
        let (first_share, more_share) = self.shares.get(&sender).copied().unwrap_or_default();
        let (part, max) = match sender {
            Sender::Stranger(_) => (&mut self.strangers, STRANGERS_MAX_BYTES),
            Sender::Person(_) => (&mut self.beginnings, BEGINNINGS_MAX_BYTES),
        };
        let fits = *part + first <= max && self.large + more <= LARGE_MAX_BYTES;
        let is_share = first_share + first <= SHARE_MAX_BYTES && more_share + more <= LARGE_SHARE_MAX_BYTES;
        if !(fits && is_share) {
            return Err(StopReason::NoMemory);
        }
        *part += first;
        self.large += more;
        if first + more > 0 {
            self.shares.insert(sender, (first_share + first, more_share + more));
        }
        Ok(())
    }

    fn give_back(&mut self, sender: Sender, first: usize, more: usize) {
        match sender {
            Sender::Stranger(_) => self.strangers -= first,
            Sender::Person(_) => self.beginnings -= first,
        }
        self.large -= more;
        if let Some(share) = self.shares.get_mut(&sender) {
            *share = (share.0 - first, share.1 - more);
            if *share == (0, 0) {
                self.shares.remove(&sender);
            }
        }
    }
}

/// Reason why a body is not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StopReason {
    NoMemory,
    TooSlow,
    StrangersTooLong,
}

impl std::fmt::Display for StopReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            StopReason::NoMemory => "the bodies in flight take all the room there is",
            StopReason::TooSlow => "a small body took too long to come",
            StopReason::StrangersTooLong => "more than someone without a token may send",
        })
    }
}

impl std::error::Error for StopReason {}

/// Returns the sender of a request: the person of a token that we signed and that has not expired, or else a stranger.
/// Whether the login of the token still stands is checked later.
fn sender(app: &School, headers: &HeaderMap, from: IpAddr) -> Sender {
    let holder = bearer(headers).and_then(|token| app.keys.read_access_token(token, app.now_ms()).ok());
    holder.map_or(Sender::Stranger(network(from)), |holder| Sender::Person(holder.person))
}

/// Room that one body holds; it is given back when this value is dropped.
struct HeldByBody {
    memory: Arc<BodyMemory>,
    sender: Sender,
    first_bytes: usize,
    more_bytes: usize,
}

impl HeldByBody {
    fn take(&mut self, bytes: usize) -> Result<(), StopReason> {
        let is_stranger = matches!(self.sender, Sender::Stranger(_));
        if is_stranger && self.first_bytes + bytes > STRANGER_MAX_BYTES {
            return Err(StopReason::StrangersTooLong);
        }
        let first = bytes.min(BEGINNING_BYTES.saturating_sub(self.first_bytes));
        self.memory.held().take(self.sender, first, bytes - first)?;
        self.first_bytes += first;
        self.more_bytes += bytes - first;
        Ok(())
    }
}

impl Drop for HeldByBody {
    fn drop(&mut self) {
        self.memory.held().give_back(self.sender, self.first_bytes, self.more_bytes);
    }
}

/// Body that is being read, with the room that it holds.
struct BodyBeingRead {
    body: Body,
    /// `None` if the body is bounded elsewhere.
    held_by_body: Option<HeldByBody>,
    is_small: bool,
    /// Time at which a small body is too late; set when its first bytes arrive.
    late: Option<Pin<Box<Sleep>>>,
}

/// Body that counts its bytes as they arrive, unless another bound holds. The rest of it can still be read after its handler has ended.
#[derive(Clone)]
pub struct CountedBody(Arc<Mutex<Option<BodyBeingRead>>>);

impl CountedBody {
    pub fn new(app: &School, memory: &Arc<BodyMemory>, headers: &HeaderMap, from: IpAddr, body: Body) -> CountedBody {
        let sender = match body.is_end_stream() {
            true => Sender::Stranger(from),
            false => sender(app, headers, from),
        };
        let is_stranger = matches!(sender, Sender::Stranger(_));
        let is_small = is_stranger || body.size_hint().exact().is_some_and(|bytes| bytes <= BEGINNING_BYTES as u64);
        let held_by_body = Some(HeldByBody { memory: memory.clone(), sender, first_bytes: 0, more_bytes: 0 });
        CountedBody(Arc::new(Mutex::new(Some(BodyBeingRead { body, held_by_body, is_small, late: None }))))
    }

    /// A body whose handler bounds how many come at once, and how large they are.
    pub fn bounded_elsewhere(body: Body) -> CountedBody {
        CountedBody(Arc::new(Mutex::new(Some(BodyBeingRead { body, held_by_body: None, is_small: false, late: None }))))
    }

    /// Reads and drops what a refused caller still sends, up to a bound in bytes and in time. Without this the connection
    /// would be reset while the caller still sends, and the refusal would be lost.
    pub async fn discard_rest(&self) {
        let Some(BodyBeingRead { mut body, held_by_body: _taken, .. }) = self.finish() else { return };
        let read = async {
            let mut discarded_bytes = 0;
            while let Some(Ok(frame)) = body.frame().await {
                discarded_bytes += frame.data_ref().map_or(0, Bytes::len);
                if discarded_bytes > DISCARDED_MAX_BYTES {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(DISCARDED_FOR, read).await;
    }

    fn finish(&self) -> Option<BodyBeingRead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(reading) = &mut *held else { return Poll::Ready(None) };
        let polled = Pin::new(&mut reading.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            if let Some(Err(unread)) = reading.held_by_body.as_mut().map(|held_by_body| held_by_body.take(bytes)) {
                return Poll::Ready(Some(Err(axum::Error::new(unread))));
            }
            if reading.is_small && reading.late.is_none() {
                reading.late = Some(Box::pin(tokio::time::sleep(SMALL_WITHIN)));
            }
        }
        if let (Poll::Pending, Some(late)) = (&polled, &mut reading.late)
            && late.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Some(Err(axum::Error::new(StopReason::TooSlow))));
        }
        polled
    }
}

/// Turns a failure to read a body into the school's error.
pub fn unreadable(error: &axum::Error, limit_bytes: usize) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return Error::TooLarge { limit_bytes };
        }
        match error.downcast_ref() {
            Some(StopReason::NoMemory | StopReason::TooSlow) => return Error::Busy { retry_after_s: RETRY_AFTER_S },
            Some(StopReason::StrangersTooLong) => return Error::TooLarge { limit_bytes: STRANGER_MAX_BYTES },
            None => {}
        }
        cause = error.source();
    }
    Error::unreadable("the body could not be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(memory: &Arc<BodyMemory>, sender: Sender) -> HeldByBody {
        HeldByBody { memory: memory.clone(), sender, first_bytes: 0, more_bytes: 0 }
    }

    fn stranger(n: usize) -> Sender {
        Sender::Stranger(IpAddr::from([10, 0, (n >> 8) as u8, n as u8]))
    }

    #[test]
    fn neither_strangers_nor_large_bodies_take_the_room_of_small_ones() {
        let memory = Arc::new(BodyMemory::default());
        let count = STRANGERS_MAX_BYTES / BEGINNING_BYTES;
        let mut held: Vec<HeldByBody> = (0..count).map(|n| body(&memory, stranger(n))).collect();
        assert!(held.iter_mut().all(|held_by_body| held_by_body.take(BEGINNING_BYTES).is_ok()));
        assert_eq!(
            body(&memory, stranger(count)).take(1),
            Err(StopReason::NoMemory),
            "strangers have taken all of theirs"
        );
        assert_eq!(held[0].take(1), Err(StopReason::StrangersTooLong));
        let mut large: Vec<HeldByBody> = (0..4).map(|n| body(&memory, Sender::Person(n))).collect();
        assert!(
            large.iter_mut().all(|held_by_body| held_by_body.take(LARGE_SHARE_MAX_BYTES + BEGINNING_BYTES).is_ok())
        );
        let one_more = body(&memory, Sender::Person(8)).take(BEGINNING_BYTES + 1);
        assert_eq!(one_more, Err(StopReason::NoMemory), "large ones have taken all of theirs");
        assert!(body(&memory, Sender::Person(8)).take(BEGINNING_BYTES).is_ok());
        drop((held, large));
        let held = memory.held();
        assert_eq!(
            (held.strangers, held.beginnings, held.large, held.shares.len()),
            (0, 0, 0, 0),
            "all was given back"
        );
    }

    #[test]
    fn nobody_takes_more_than_a_share() {
        let memory = Arc::new(BodyMemory::default());
        for sender in [stranger(1), Sender::Person(1)] {
            let mut held: Vec<HeldByBody> =
                (0..SHARE_MAX_BYTES / BEGINNING_BYTES).map(|_| body(&memory, sender)).collect();
            assert!(held.iter_mut().all(|held_by_body| held_by_body.take(BEGINNING_BYTES).is_ok()));
            assert_eq!(body(&memory, sender).take(1), Err(StopReason::NoMemory));
            assert!(body(&memory, stranger(2)).take(1).is_ok() && body(&memory, Sender::Person(2)).take(1).is_ok());
        }
        let mut large = body(&memory, Sender::Person(1));
        assert!(large.take(LARGE_SHARE_MAX_BYTES + BEGINNING_BYTES).is_ok());
        assert_eq!(large.take(1), Err(StopReason::NoMemory));
    }
}
