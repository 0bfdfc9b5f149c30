//! Reads and handles what one socket receives. Reading goes on while a message is handled: pings are answered and pongs are
//! noticed however long the database takes, so that no peer is disconnected because the server is slow.
//!
//! Messages are handled one at a time, in their order. The messages that wait have a bound; beyond it nothing is read, and the
//! rest waits on the peer's side.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;

use super::connection::{Connection, close};
use super::frame::Frame;
use super::parser::{Fault, Parser, PeerMessage};

/// Messages that may wait while one is handled. All messages of one read are kept, so one read may exceed the bound.
const WAITING_MAX_MESSAGES: usize = 256;
const WAITING_MAX_BYTES: usize = 64 * 1024;
const FRAMES_PER_SECOND: f64 = 50.0;
const FRAMES_AT_ONCE: f64 = 200.0;

struct InputQueue {
    parser: Parser,
    rate_limit: RateLimit,
    waiting: VecDeque<QueuedInput>,
    waiting_bytes: usize,
    /// Whether the connection has ended: nothing more can be read.
    has_ended: bool,
    /// Whether a close frame waits to be sent: everything received after it is ignored.
    has_close: bool,
}

/// Work that is done in the order in which it was received.
enum QueuedInput {
    Message(String),
    /// The close frame that answers the peer's own close frame, or a fault of the peer.
    Close(Frame),
}

impl Connection {
    /// Reads and handles messages until the connection ends. `first`: bytes that arrived together with the request.
    pub(super) async fn listen(self: &Arc<Self>, first: Bytes) {
        let mut input = InputQueue::new();
        self.take(&mut input, &mut first.to_vec());
        // Frees the buffer that the handshake was read into.
        drop(first);
        loop {
            while let Some(next) = input.next() {
                match next {
                    QueuedInput::Message(_) if self.is_closing() => {}
                    // Boxed, so that an idle connection holds no memory for it.
                    QueuedInput::Message(text) => Box::pin(self.handle(text, &mut input)).await,
                    QueuedInput::Close(frame) => self.close_with(&frame),
                }
            }
            if input.has_ended {
                return;
            }
            self.read(&mut input).await;
        }
    }

    /// Handles one message, and goes on reading meanwhile.
    async fn handle(self: &Arc<Self>, text: String, input: &mut InputQueue) {
        let mut handling = self.handler().handle(self, text);
        loop {
            let has_room = input.has_room();
            self.is_full.store(!has_room, Ordering::Relaxed);
            tokio::select! {
                biased;
                () = &mut handling => break,
                () = self.read(input), if has_room && !input.has_ended => {}
            }
        }
        if self.is_full.swap(false, Ordering::Relaxed) {
            // A pong may wait behind bytes that were not read yet, so the peer has until the next ping.
            self.heard_since_ping.store(true, Ordering::Relaxed);
        }
    }

    async fn read(self: &Arc<Self>, input: &mut InputQueue) {
        match self.stream.read(|bytes| self.take(input, bytes)).await {
            Ok(Some(())) => self.heard_since_ping.store(true, Ordering::Relaxed),
            Ok(None) | Err(_) => {
                input.has_ended = true;
                self.has_ended.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Answers pings at once, and queues messages and close frames.
    fn take(self: &Arc<Self>, input: &mut InputQueue, bytes: &mut [u8]) {
        let mut messages = Vec::new();
        let fed = input.parser.feed(bytes, &mut messages);
        for message in messages {
            let is_close = matches!(message, PeerMessage::Close(_));
            if !is_close && !input.rate_limit.allows_one() {
                return input.push_close(Frame::close(close::TOO_MANY, "too many messages"));
            }
            match message {
                PeerMessage::Text(text) => input.push(text),
                PeerMessage::Ping(payload) => self.reply(&Frame::pong(&payload)),
                PeerMessage::Pong | PeerMessage::Fragment => {}
                PeerMessage::Close(code) => input.push_close(Frame::close_echo(code)),
            }
        }
        if let Err(Fault(code, reason)) = fed {
            input.push_close(Frame::close(code, reason));
        }
    }
}

impl InputQueue {
    fn new() -> InputQueue {
        InputQueue {
            parser: Parser::default(),
            rate_limit: RateLimit { allowance: FRAMES_AT_ONCE, since: Instant::now() },
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            has_ended: false,
            has_close: false,
        }
    }

    fn push(&mut self, text: String) {
        self.waiting_bytes += text.len();
        self.waiting.push_back(QueuedInput::Message(text));
    }

    fn push_close(&mut self, frame: Frame) {
        self.parser.stop();
        self.waiting.push_back(QueuedInput::Close(frame));
        self.has_close = true;
    }

    fn next(&mut self) -> Option<QueuedInput> {
        let next = self.waiting.pop_front();
        match &next {
            Some(QueuedInput::Message(text)) => self.waiting_bytes -= text.len(),
            Some(QueuedInput::Close(_)) => {}
            // An idle connection holds no memory for future messages.
            None => self.waiting = VecDeque::new(),
        }
        next
    }

    fn has_room(&self) -> bool {
        let fits = self.waiting.len() < WAITING_MAX_MESSAGES && self.waiting_bytes < WAITING_MAX_BYTES;
        fits || self.has_close
    }
}

/// Limits how fast one socket may send. Every frame counts, also an empty fragment of a message.
struct RateLimit {
    allowance: f64,
    since: Instant,
}

impl RateLimit {
    fn allows_one(&mut self) -> bool {
        let now = Instant::now();
        let earned = now.duration_since(self.since).as_secs_f64() * FRAMES_PER_SECOND;
        self.allowance = (self.allowance + earned).min(FRAMES_AT_ONCE) - 1.0;
        self.since = now;
        self.allowance >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use futures_util::future::BoxFuture;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::error::Result;
    use crate::live::connection::NewConnection;
    use crate::live::stream::{Socket, Stream};
    use crate::live::{Entry, Feed, Hub, RoomKey, SocketHandler, SocketLimits};
    use crate::metrics::Metrics;

    /// Handles a message for each permit.
    struct SlowHandler {
        permits: Semaphore,
        handled: Mutex<Vec<String>>,
    }

    impl SocketHandler for SlowHandler {
        fn read_entry(&self) -> BoxFuture<'_, Result<Entry>> {
            Box::pin(async { Ok(Entry { frames: Vec::new(), seq: 0 }) })
        }

        fn read_own_frames(&self) -> BoxFuture<'_, Result<Option<Vec<Frame>>>> {
            Box::pin(async { Ok(None) })
        }

        fn handle<'a>(&'a self, _: &'a Arc<Connection>, text: String) -> BoxFuture<'a, ()> {
            Box::pin(async move {
                self.permits.acquire().await.unwrap().forget();
                self.handled.lock().unwrap().push(text);
            })
        }

        fn closed(&self, _: &Connection) {}

        fn token_warning(&self) -> Frame {
            Frame::ping()
        }
    }

    fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = match payload.len() {
            short @ 0..126 => vec![0x80 | opcode, 0x80 | short as u8],
            _ => vec![0x80 | opcode, 0x80 | 126, length[0], length[1]],
        };
        frame.extend([0; 4]);
        frame.extend(payload);
        frame
    }

    async fn until(condition: &str, is_so: impl Fn() -> bool) {
        for _ in 0..3_000 {
            if is_so() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited too long: {condition}");
    }

    #[test]
    fn a_finger_that_draws_for_minutes_is_not_too_much() {
        let mut limit = InputQueue::new().rate_limit;
        for _ in 0..15 * 600 {
            // As if time had passed.
            limit.since -= Duration::from_millis(66);
            assert!(limit.allows_one());
        }
        assert!((0..FRAMES_AT_ONCE as usize + 50).any(|_| !limit.allows_one()));
    }

    #[tokio::test]
    async fn messages_behind_a_slow_one_are_bounded_and_close_no_socket() {
        let hub = Hub::new(Arc::new(Metrics::default()), 1, SocketLimits::new(1, 1));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let stream = Stream::from(Socket::plain(listener.accept().await.unwrap().0, Arc::new(())));
        let handler = Arc::new(SlowHandler { permits: Semaphore::new(0), handled: Mutex::default() });
        let (person, home) = (1, RoomKey { kind: 'r', id: 1 });
        let (feed, expires_ms) = (Feed::Public, i64::MAX);
        let new = NewConnection { person, login: 1, home, feed, device: None, expires_ms, handler: handler.clone() };
        let connection = Connection::new(&hub, stream, new);
        let permit = hub.take_permit(person, home, None, true).unwrap();
        let life = tokio::spawn(hub.clone().run_connection(connection.clone(), permit, Vec::new(), None, Bytes::new()));

        let texts: Vec<String> = (0..10_u8).map(|n| char::from(b'a' + n).to_string().repeat(20_000)).collect();
        let (mut reader, mut writer) = peer.into_split();
        let sent = [vec![masked(9, b"before")], texts.iter().map(|t| masked(1, t.as_bytes())).collect()].concat();
        let sending = tokio::spawn(async move { writer.write_all(&sent.concat()).await.map(|()| writer) });
        let mut pong = vec![0; 8];
        reader.read_exact(&mut pong).await.unwrap();
        assert_eq!(pong, [&[0x8A, 6], b"before".as_slice()].concat());
        until("the bound", || connection.is_full.load(Ordering::Relaxed)).await;
        for _ in 0..3 {
            hub.tick(0);
        }
        handler.permits.add_permits(texts.len());
        until("all messages", || handler.handled.lock().unwrap().len() == texts.len()).await;
        assert!(*handler.handled.lock().unwrap() == texts, "in their order");
        assert!(!connection.is_full.load(Ordering::Relaxed));
        // A peer that sends nothing more after everything was read is still disconnected.
        for _ in 0..3 {
            hub.tick(0);
        }
        let _writer = sending.await.unwrap().unwrap();
        tokio::time::timeout(Duration::from_secs(30), life).await.expect("it ends").unwrap();
    }
}
