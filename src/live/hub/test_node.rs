//! A node for tests of the hub: its log, its gate to other nodes and its clients are played.

use std::sync::Arc;
#[cfg(test)]
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{DeviceSocket, Hub, LogPart, LogRange, LogReader, RoomFrame, RoomGate, RoomKey};
use crate::error::{Error, Result};
use crate::live::connection::{NewConnection, close};
use crate::live::stream::{Socket, Stream};
use crate::live::{Connection, Entry, Feed, Frame, SocketHandler, SocketLimits};
use crate::metrics::Metrics;

pub const ROOM: RoomKey = RoomKey { kind: 's', id: 1 };
pub const OWN: RoomKey = RoomKey { kind: 'p', id: 7 };

/// A log, the gate, and the handler of all sockets in one. Notes what is asked of it.
pub struct Node {
    pub head: Mutex<i64>,
    pub noted: Mutex<Vec<String>>,
    pub announced: Mutex<Vec<DeviceSocket>>,
    pub gate: Semaphore,
    /// Number of times that the state cannot be read.
    pub outages: AtomicUsize,
}

impl Node {
    fn note(&self, what: String) {
        self.noted.lock().unwrap().push(what);
    }

    pub fn noted(&self) -> Vec<String> {
        std::mem::take(&mut self.noted.lock().unwrap())
    }
}

pub fn event(seq: i64) -> RoomFrame {
    RoomFrame { seq: Some(seq), ..RoomFrame::unlogged(ROOM, Frame::text(seq.to_string())) }
}

impl LogReader for Node {
    fn read(&self, _: RoomKey, range: LogRange) -> BoxFuture<'_, Result<LogPart>> {
        let LogRange::After(after) = range else { panic!("nobody resumes") };
        self.note(format!("read after {after}"));
        let head = *self.head.lock().unwrap();
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(LogPart { frames: (after + 1..=head).take(2).map(event).collect(), head })
        })
    }
}

impl RoomGate for Node {
    fn open(&self, room: RoomKey) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.gate.acquire().await.unwrap().forget();
            self.note(format!("open {}", room.kind));
        })
    }

    fn last_has_left(&self, room: RoomKey) {
        self.note(format!("left {}", room.kind));
    }

    fn announce(&self, socket: DeviceSocket) {
        self.announced.lock().unwrap().push(socket);
    }
}

impl SocketHandler for Node {
    fn read_entry(&self) -> BoxFuture<'_, Result<Entry>> {
        self.note("entry".into());
        let seq = *self.head.lock().unwrap();
        let spend = |left: usize| left.checked_sub(1);
        if self.outages.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend).is_ok() {
            return Box::pin(async { Err(Error::Unavailable { why: "away", at_once: false }) });
        }
        Box::pin(async move { Ok(Entry { frames: vec![Frame::text("state")], seq }) })
    }

    fn read_own_frames(&self) -> BoxFuture<'_, Result<Option<Vec<Frame>>>> {
        Box::pin(async { Ok(None) })
    }

    fn handle<'a>(&'a self, _: &'a Arc<Connection>, _: String) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn closed(&self, _: &Connection) {}

    fn token_warning(&self) -> Frame {
        Frame::ping()
    }
}

pub fn node() -> (Arc<Hub>, Arc<Node>) {
    let hub = Hub::new(Arc::new(Metrics::default()), 1, SocketLimits::new(9, 9));
    let node = Arc::new(Node {
        head: Mutex::new(3),
        noted: Mutex::default(),
        announced: Mutex::default(),
        gate: Semaphore::new(0),
        outages: AtomicUsize::new(0),
    });
    hub.set_log_reader(node.clone());
    hub.set_room_gate(node.clone());
    (hub, node)
}

pub struct Client(TcpStream, JoinHandle<()>);

impl Client {
    pub async fn connects(hub: &Arc<Hub>, node: &Arc<Node>) -> Client {
        Client::connects_from(hub, node, None).await
    }

    pub async fn connects_from(hub: &Arc<Hub>, node: &Arc<Node>, device: Option<&str>) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let stream = Stream::from(Socket::plain(listener.accept().await.unwrap().0, Arc::new(())));
        let (feed, device, handler) = (Feed::Full, device.map(Box::from), node.clone());
        let new = NewConnection { person: 7, login: 1, home: ROOM, feed, device, expires_ms: i64::MAX, handler };
        let permit = hub.take_permit(7, ROOM, None, true).unwrap();
        let connection = Connection::new(hub, stream, new);
        Client(peer, tokio::spawn(hub.clone().run_connection(connection, permit, vec![OWN], None, Bytes::new())))
    }

    pub async fn receives(&mut self, text: &str) {
        let mut bytes = vec![0; text.len() + 2];
        tokio::time::timeout(Duration::from_secs(30), self.0.read_exact(&mut bytes)).await.expect(text).unwrap();
        assert_eq!(String::from_utf8_lossy(&bytes[2..]), text);
    }

    pub async fn is_told_to_come_back(&mut self) {
        let mut head = [0; 4];
        tokio::time::timeout(Duration::from_secs(30), self.0.read_exact(&mut head)).await.unwrap().unwrap();
        assert_eq!((head[0], &head[2..]), (0x88, &close::RESTART.to_be_bytes()[..]));
    }

    pub async fn leaves(self) {
        drop(self.0);
        self.1.await.unwrap();
    }
}
