//! A proxy between a phone and the school, or between a node and its database. It can be cut, fall silent in one direction or
//! both, delay, lose a commit, and be mended; and it can lead to another server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::ports::lasting_address;

const READ_BYTES: usize = 16 * 1024;
/// Bytes that sqlx sends to PostgreSQL to commit, and those of the answer.
const COMMIT_REQUEST: &[u8] = b"Q\0\0\0\x0bcommit\0";
const COMMIT_REPLY: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    ToClient,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// What is connected dies, what comes is refused.
    Cut,
    /// Nothing dies, and nothing comes through: a tunnel, or a router that has lost its mind.
    Silent,
    /// Nothing comes through in this direction, or in both, until the proxy is mended.
    Held(Option<Direction>),
    /// All comes later.
    Delayed(Duration),
}

/// The state, and how often it came to the two that a connection does not survive: they may be over before a connection looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Condition {
    state: State,
    cuts: usize,
    silences: usize,
}

/// Part of the next commit that is lost. Its connection dies, or stands still until the proxy is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostCommit {
    Request,
    Reply,
    /// The connection stands still after the commit, so that nobody can react before the proxy is cut.
    ReplyHeld,
}

type Trap = Arc<Mutex<Option<(LostCommit, oneshot::Sender<()>)>>>;

pub struct Proxy {
    pub address: SocketAddr,
    /// The servers to which one connection after the other is led.
    leads_to: Arc<Mutex<VecDeque<SocketAddr>>>,
    condition: watch::Sender<Condition>,
    trap: Trap,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Proxy {
    pub async fn to(school: SocketAddr) -> Proxy {
        let listener = TcpListener::bind(lasting_address()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Proxy {
            address,
            leads_to: Arc::new(Mutex::new([school].into())),
            condition: watch::Sender::new(Condition { state: State::Whole, cuts: 0, silences: 0 }),
            trap: Trap::default(),
            listening: Mutex::new(None),
        };
        proxy.listens(listener);
        proxy
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A proxy to a database, and the address of the database through it.
    pub async fn to_database(database: &str) -> (Proxy, String) {
        let (login, rest) = database.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let proxy = Proxy::to(server.parse().unwrap()).await;
        let proxied = format!("{login}@{}/{name}", proxy.address);
        (proxy, proxied)
    }

    pub fn leads_to(&self, school: SocketAddr) {
        self.leads_by_turns(&[school]);
    }

    /// Leads the next connection to the first, the one after it to the second, and so on, and then to the first again.
    pub fn leads_by_turns(&self, schools: &[SocketAddr]) {
        *self.leads_to.lock().unwrap() = schools.iter().copied().collect();
    }

    pub fn cut(&self) {
        self.hangs_up();
        self.becomes(State::Cut);
    }

    pub fn fall_silent(&self) {
        self.becomes(State::Silent);
    }

    /// Holds what comes, in one direction or in both, until the proxy is mended. New connections are accepted and held too.
    pub fn hold(&self, direction: Option<Direction>) {
        self.becomes(State::Held(direction));
    }

    pub fn delay(&self, delay: Duration) {
        self.becomes(State::Delayed(delay));
    }

    /// Loses the next commit that goes through to PostgreSQL. The receiver hears when it has happened.
    pub fn loses_next_commit(&self, part: LostCommit) -> oneshot::Receiver<()> {
        let (happened, hears) = oneshot::channel();
        *self.trap.lock().unwrap() = Some((part, happened));
        hears
    }

    pub fn loses_no_commit(&self) {
        self.trap.lock().unwrap().take();
    }

    /// Lets new connections through. Those that were cut or fell silent stay so; what was held flows again.
    pub async fn mend(&self) {
        if self.becomes(State::Whole) == State::Cut {
            let listener =
                super::until("the proxy has its port again", async || TcpListener::bind(self.address).await.ok()).await;
            self.listens(listener);
        }
    }

    /// Returns the state before.
    fn becomes(&self, state: State) -> State {
        let mut before = state;
        self.condition.send_modify(|now| {
            before = std::mem::replace(&mut now.state, state);
            now.cuts += usize::from(state == State::Cut);
            now.silences += usize::from(state == State::Silent);
        });
        before
    }

    fn listens(&self, listener: TcpListener) {
        let (leads_to, condition, trap) = (self.leads_to.clone(), self.condition.clone(), self.trap.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let to = {
                    let mut leads_to = leads_to.lock().unwrap();
                    leads_to.rotate_left(1);
                    *leads_to.back().unwrap()
                };
                tokio::spawn(carries(phone, to, condition.subscribe(), trap.clone()));
            }
        });
        *self.listening.lock().unwrap() = Some(accepting);
    }

    fn hangs_up(&self) {
        if let Some(accepting) = self.listening.lock().unwrap().take() {
            accepting.abort();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.hangs_up();
    }
}

async fn carries(mut phone: TcpStream, to: SocketAddr, condition: watch::Receiver<Condition>, trap: Trap) {
    let begun = *condition.borrow();
    let pump = |direction| Pump { direction, begun, condition: condition.clone(), trap: trap.clone() };
    let (mut to_server, mut to_client) = (pump(Direction::ToServer), pump(Direction::ToClient));
    // Silent from the beginning: it is held, and nobody reads.
    if to_server.flows().await.is_err() {
        return;
    }
    let Ok(mut school) = TcpStream::connect(to).await else { return };
    let _ = (phone.set_nodelay(true), school.set_nodelay(true));
    let ((from_phone, to_phone), (from_school, to_school)) = (phone.split(), school.split());
    let _ = tokio::try_join!(to_server.runs(from_phone, to_school), to_client.runs(from_school, to_phone));
}

/// The connection is over.
struct Over;

/// One direction of a connection.
struct Pump {
    direction: Direction,
    /// As it was when the connection began.
    begun: Condition,
    condition: watch::Receiver<Condition>,
    trap: Trap,
}

impl Pump {
    async fn runs(&mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Over> {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            self.flows().await?;
            let read = tokio::select! {
                biased;
                _ = self.condition.changed() => continue,
                read = from.read(&mut buffer) => read.map_err(|_| Over)?,
            };
            if read == 0 {
                return to.shutdown().await.map_err(|_| Over);
            }
            match self.loses(&buffer[..read]) {
                Some(LostCommit::ReplyHeld) => return self.waits_until_cut().await,
                Some(_) => return Err(Over),
                None => {}
            }
            let later = self.flows().await?;
            if !later.is_zero() {
                tokio::time::sleep(later).await;
            }
            let mut condition = self.condition.clone();
            tokio::select! {
                biased;
                _ = condition.wait_for(|now| now.cuts > self.begun.cuts) => return Err(Over),
                written = to.write_all(&buffer[..read]) => written.map_err(|_| Over)?,
            }
        }
    }

    /// Waits until bytes may go in this direction, and tells how much later they arrive.
    async fn flows(&mut self) -> Result<Duration, Over> {
        loop {
            let now = *self.condition.borrow_and_update();
            if now.cuts > self.begun.cuts {
                return Err(Over);
            }
            if now.silences > self.begun.silences {
                break;
            }
            match now.state {
                State::Whole => return Ok(Duration::ZERO),
                State::Delayed(delay) => return Ok(delay),
                State::Held(Some(held)) if held != self.direction => return Ok(Duration::ZERO),
                State::Held(_) => {}
                State::Cut => return Err(Over),
                State::Silent => break,
            }
            self.condition.changed().await.map_err(|_| Over)?;
        }
        self.waits_until_cut().await.map(|()| Duration::ZERO)
    }

    async fn waits_until_cut(&mut self) -> Result<(), Over> {
        let cuts = self.begun.cuts;
        let _ = self.condition.wait_for(|now| now.cuts > cuts).await;
        Err(Over)
    }

    /// Returns the part of a commit that is lost here, if these bytes are what is to be lost next.
    fn loses(&self, bytes: &[u8]) -> Option<LostCommit> {
        let mut trap = self.trap.lock().unwrap();
        let (part, _) = trap.as_ref()?;
        let (direction, words) = match part {
            LostCommit::Request => (Direction::ToServer, COMMIT_REQUEST),
            LostCommit::Reply | LostCommit::ReplyHeld => (Direction::ToClient, COMMIT_REPLY),
        };
        if direction != self.direction || !bytes.windows(words.len()).any(|part| part == words) {
            return None;
        }
        let (part, happened) = trap.take()?;
        let _ = happened.send(());
        Some(part)
    }
}
