//! Messages that have come and wait for this node. What Redis sends is taken from it at once, since Redis cuts a reader that is
//! too slow. Beyond a bound, messages are dropped, and that is found out later: then everything quiet is looked up.

use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use crate::metrics::Metrics;

const WAITING_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Bytes that a waiting message takes besides its payload.
const MESSAGE_BYTES: usize = 128;
/// Messages of different channels are handled at once, by so many tasks.
const HANDLERS_MAX: usize = 16;

/// The node, as the links see it.
pub trait Receiver: Send + Sync + 'static {
    /// Handles a message. Those of one channel come in their order, one after the other.
    fn receive<'a>(&'a self, channel: &'a str, payload: &'a [u8]) -> BoxFuture<'a, ()>;

    /// Notes that messages may have been lost, on any channel.
    fn note_interruption(&self);

    /// Notes that messages may have been lost on this channel, which is heard from now on.
    fn note_late(&self, channel: &str);

    /// Notes that messages of this node may not have reached the others.
    fn note_unsent(&self);
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    handlers: Arc<[mpsc::UnboundedSender<InMessage>]>,
    hasher: RandomState,
    waiting: Arc<InboxLoad>,
    metrics: Arc<Metrics>,
}

/// A message that another node, or this one, has published.
struct InMessage {
    channel: Arc<str>,
    payload: Vec<u8>,
}

#[derive(Default)]
struct InboxLoad {
    bytes: AtomicUsize,
    has_overflowed: AtomicBool,
}

impl Inbox {
    pub fn new(receiver: Arc<dyn Receiver>, metrics: Arc<Metrics>) -> Inbox {
        let waiting = Arc::new(InboxLoad::default());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let handler = |_| {
            let (sender, messages) = mpsc::unbounded_channel();
            tokio::spawn(handle(receiver.clone(), messages, waiting.clone()));
            sender
        };
        let handlers = (0..cores.min(HANDLERS_MAX)).map(handler).collect();
        Inbox { handlers, hasher: RandomState::new(), waiting, metrics }
    }

    /// Takes a message. Never waits.
    pub fn put(&self, channel: Arc<str>, payload: Vec<u8>) {
        self.metrics.bus_received.inc();
        let bytes = payload.len() + MESSAGE_BYTES;
        if self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > WAITING_MAX_BYTES {
            self.waiting.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.waiting.has_overflowed.store(true, Ordering::Relaxed);
            self.metrics.bus_dropped.inc();
            return;
        }
        let n = self.hasher.hash_one(&channel) as usize % self.handlers.len();
        // The handlers live as long as the senders.
        let _ = self.handlers[n].send(InMessage { channel, payload });
    }
}

async fn handle(
    receiver: Arc<dyn Receiver>,
    mut messages: mpsc::UnboundedReceiver<InMessage>,
    waiting: Arc<InboxLoad>,
) {
    while let Some(InMessage { channel, payload }) = messages.recv().await {
        // One message must not make this node deaf.
        if AssertUnwindSafe(receiver.receive(&channel, &payload)).catch_unwind().await.is_err() {
            receiver.note_interruption();
        }
        let bytes = payload.len() + MESSAGE_BYTES;
        let before = waiting.bytes.fetch_sub(bytes, Ordering::Relaxed);
        // Looked up when there is room again: before, the answer would soon be old.
        if before <= WAITING_MAX_BYTES / 2 && waiting.has_overflowed.swap(false, Ordering::Relaxed) {
            receiver.note_interruption();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::Semaphore;

    use super::*;

    /// Handles a message when it is allowed to.
    struct SlowNode {
        allowed: Semaphore,
        handled: AtomicUsize,
        interruptions: AtomicUsize,
    }

    impl Receiver for SlowNode {
        fn receive<'a>(&'a self, _: &'a str, payload: &'a [u8]) -> BoxFuture<'a, ()> {
            Box::pin(async move {
                self.allowed.acquire().await.unwrap().forget();
                self.handled.fetch_add(1, Ordering::SeqCst);
                assert_ne!(payload, b"bad");
            })
        }

        fn note_interruption(&self) {
            self.interruptions.fetch_add(1, Ordering::SeqCst);
        }

        fn note_late(&self, _: &str) {}

        fn note_unsent(&self) {}
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_inbox_that_overflows_tells_it_once_there_is_room_again() {
        let node = Arc::new(SlowNode {
            allowed: Semaphore::new(0),
            handled: AtomicUsize::new(0),
            interruptions: AtomicUsize::new(0),
        });
        let metrics = Arc::new(Metrics::default());
        let inbox = Inbox::new(node.clone(), metrics.clone());
        let mebibyte = 1024 * 1024;
        for n in 0..40 {
            inbox.put(format!("channel {n}").into(), vec![0; mebibyte]);
        }
        let fit = WAITING_MAX_BYTES / (mebibyte + MESSAGE_BYTES);
        assert_eq!((metrics.bus_received.get(), metrics.bus_dropped.get()), (40, 40 - fit as u64));
        node.allowed.add_permits(40);
        let told = async {
            while node.handled.load(Ordering::SeqCst) < fit || node.interruptions.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), told).await.expect("it is told");
        assert_eq!(node.interruptions.load(Ordering::SeqCst), 1);
        inbox.put("channel".into(), vec![0; mebibyte]);
        assert_eq!(metrics.bus_dropped.get(), 40 - fit as u64, "there is room again");
    }

    #[tokio::test]
    async fn a_message_that_fails_does_not_stop_those_after_it() {
        let node = Arc::new(SlowNode {
            allowed: Semaphore::new(9),
            handled: AtomicUsize::new(0),
            interruptions: AtomicUsize::new(0),
        });
        let inbox = Inbox::new(node.clone(), Arc::new(Metrics::default()));
        inbox.put("channel".into(), b"bad".into());
        inbox.put("channel".into(), b"good".into());
        let handled = async {
            while node.handled.load(Ordering::SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), handled).await.expect("both are handled");
        assert_eq!(node.interruptions.load(Ordering::SeqCst), 1);
    }
}
