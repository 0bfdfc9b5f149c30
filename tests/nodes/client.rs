//! A phone or a dashboard, as docs/protocol.md asks of a client: it connects to any node with `since`, checks that nothing is
//! missing, repeats what was not acknowledged with the same key, and comes back after any loss.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Bytes, Error, Message};

use crate::known::Known;
use crate::random::Random;
use crate::run::{Phase, Run};
use crate::school::Login;
use crate::writes::{Answer, Author, Write};

const TICK: Duration = Duration::from_millis(250);
const PING_EVERY: Duration = Duration::from_millis(1_000);
/// Nothing came for so long, not even the answer to a ping: the line is dead.
const DEAD_AFTER: Duration = Duration::from_millis(2_500);
const OPEN_WITHIN: Duration = Duration::from_secs(2);
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
const AGAIN_AFTER_MAX_MS: u64 = 4_000;

/// Person who connects, and the kind of their socket.
pub struct Profile {
    /// Tells clients apart in what they find wrong.
    pub name: String,
    pub class: usize,
    pub login: Login,
    pub is_instructor: bool,
    /// Gets frequent frames gathered (instructors only).
    pub is_batched: bool,
    /// Does not read for seconds, now and then.
    pub stalls: bool,
    pub writes: bool,
    /// Closes its socket for good at the end.
    pub leaves: bool,
}

pub struct Client {
    profile: Profile,
    run: Arc<Run>,
    known: Arc<Known>,
    random: Random,
    author: Author,
    phase: watch::Receiver<Phase>,
    pending: Option<Pending>,
    writes_at: Instant,
}

/// A write that waits for its answer.
struct Pending {
    write: Write,
    number: usize,
    /// Time at which it is sent again.
    again_at: Instant,
    /// Number of times that it was refused for now.
    refusals: u32,
    by_http: Option<JoinHandle<Answer>>,
}

type Socket = WebSocketStream<TcpStream>;

/// Why a client does not read on from this socket.
struct Lost;

impl Client {
    pub fn new(profile: Profile, run: Arc<Run>, mut random: Random) -> (Client, Arc<Known>) {
        let known = Arc::new(Known::new(&profile));
        let author = Author::new(run.classes, profile.class, profile.login.person, profile.is_instructor);
        let writes_at = Instant::now() + author.pause(&mut random);
        let phase = run.phase.subscribe();
        let client = Client { profile, run, known: known.clone(), random, author, phase, pending: None, writes_at };
        (client, known)
    }

    pub async fn lives(mut self) {
        loop {
            let node = self.random.below(self.run.nodes.len());
            if let Some(socket) = self.connects(self.run.nodes[node]).await {
                self.known.opens(node);
                let lost = self.follows(socket).await;
                self.known.closes();
                if lost.is_ok() {
                    return;
                }
            }
            let pause = self.random.millis(50, 400);
            sleep(pause).await;
        }
    }

    async fn connects(&mut self, address: SocketAddr) -> Option<Socket> {
        let side = if self.profile.is_instructor { "instructor" } else { "student" };
        let session = self.run.classes[self.profile.class].session.id;
        let since = self.known.last().map_or(String::new(), |last| format!("&since={last}"));
        let batch = if self.profile.is_batched { "&batch=1" } else { "" };
        let name = &self.profile.name;
        let url = format!("ws://{address}/ws/session/{session}/{side}/?device={name}{batch}{since}");
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {}", self.profile.login.token).parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        let opened = timeout(OPEN_WITHIN, async {
            let tcp = TcpStream::connect(address).await.map_err(Error::Io)?;
            tokio_tungstenite::client_async(request, tcp).await
        });
        match opened.await {
            Ok(Ok((socket, _))) => Some(socket),
            Ok(Err(Error::Http(refusal))) => {
                let status = refusal.status().as_u16();
                if (400..500).contains(&status) && status != 429 {
                    self.finds(format!("its socket was refused: {status}"));
                }
                None
            }
            _ => None,
        }
    }

    /// Reads and writes until the socket is lost, or this client leaves for good.
    async fn follows(&mut self, mut socket: Socket) -> Result<(), Lost> {
        let (mut heard, mut pinged) = (Instant::now(), Instant::now());
        // Whatever was sent over the socket before has no answer any more.
        if let Some(pending) = &mut self.pending {
            pending.again_at = pending.again_at.min(Instant::now());
        }
        loop {
            tokio::select! {
                frame = socket.next() => {
                    heard = Instant::now();
                    self.hears(frame).await?;
                }
                () = sleep(TICK) => {}
            }
            let now = Instant::now();
            if now > heard + DEAD_AFTER {
                return Err(Lost);
            }
            if now > pinged + PING_EVERY {
                pinged = now;
                send(&mut socket, Message::Ping(Bytes::new())).await?;
            }
            self.settles().await;
            self.sends(&mut socket).await?;
            let phase = *self.phase.borrow();
            if phase == Phase::Over || (phase == Phase::Leaving && self.profile.leaves && self.pending.is_none()) {
                self.known.leaves();
                if self.random.one_in(2) {
                    let _ = timeout(OPEN_WITHIN, socket.close(None)).await;
                }
                return Ok(());
            }
            if phase == Phase::Working && self.profile.stalls && self.random.one_in(10) {
                // Repaired with the last fault at the latest.
                let stalled = self.random.millis(1_000, 4_000);
                let _ = timeout(stalled, self.phase.wait_for(|phase| *phase != Phase::Working)).await;
                heard = Instant::now();
            }
        }
    }

    async fn hears(&mut self, frame: Option<Result<Message, Error>>) -> Result<(), Lost> {
        let text = match frame {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map_or(1005, |frame| u16::from(frame.code));
                if [1002, 1003, 1007, 1009, 4401, 4403, 4429].contains(&code) {
                    self.finds(format!("it was closed with {code}"));
                }
                return Err(Lost);
            }
            Some(Ok(_)) => return Ok(()),
            Some(Err(_)) | None => return Err(Lost),
        };
        let Ok(frame) = serde_json::from_str::<Value>(&text) else {
            self.finds(format!("this is no JSON: {text}"));
            return Err(Lost);
        };
        match frame["type"].as_str() {
            Some("batch") => {
                for one in frame["data"].as_array().into_iter().flatten() {
                    self.applies(one)?;
                }
                Ok(())
            }
            Some("reply") => self.is_answered(&frame["id"], Answer::Done),
            Some("error") => {
                let status = frame["status"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or(0);
                self.is_answered(&frame["id"], Answer::of(status, &text))
            }
            _ => self.applies(&frame),
        }
    }

    /// Takes an event or a state. What is wrong with it is noted; after a gap the client comes back.
    fn applies(&mut self, frame: &Value) -> Result<(), Lost> {
        if frame["seq"].as_i64().is_none() {
            return Ok(());
        }
        let session = self.run.classes[self.profile.class].session.id;
        let applied = self.known.applies(frame).and_then(|()| self.run.events.must_be_the_same(session, frame));
        applied.map_err(|wrong| {
            self.finds(wrong);
            Lost
        })
    }

    fn finds(&self, wrong: String) {
        self.run.finds(format!("{}: {wrong}", self.profile.name));
    }

    fn is_answered(&mut self, id: &Value, answer: Answer) -> Result<(), Lost> {
        if self.pending.as_ref().is_some_and(|pending| *id == *pending.write.key) {
            self.takes(answer);
        }
        Ok(())
    }

    fn takes(&mut self, answer: Answer) {
        let Some(mut pending) = self.pending.take() else { return };
        match answer {
            Answer::Done => self.run.ledger.is_acknowledged(pending.number),
            Answer::Refused(why) => self.finds(format!("{:?} was refused: {why}", pending.write)),
            // Some give up: nobody knows then whether it was written, but it is there once at most.
            Answer::Again(_) if self.random.one_in(16) => {}
            Answer::Again(why) => {
                self.known.waits(Some(format!("{:?}, which had the answer {why}", pending.write)));
                let most_ms = (1_000 << pending.refusals.min(2)).min(AGAIN_AFTER_MAX_MS);
                pending.refusals += 1;
                pending.again_at = Instant::now() + self.random.millis(most_ms / 2, most_ms);
                pending.by_http = None;
                self.pending = Some(pending);
                return;
            }
        }
        self.known.waits(None);
        self.writes_at = Instant::now() + self.author.pause(&mut self.random);
    }

    /// Takes the answer of a request that was sent by HTTP, when it is there.
    async fn settles(&mut self) {
        let by_http = self.pending.as_mut().and_then(|pending| pending.by_http.take_if(|asked| asked.is_finished()));
        if let Some(asked) = by_http {
            let answer = asked.await.unwrap_or(Answer::Again("the request was lost".into()));
            self.takes(answer);
        }
    }

    /// Makes a new write when it is time, and sends what waits.
    async fn sends(&mut self, socket: &mut Socket) -> Result<(), Lost> {
        let now = Instant::now();
        let is_working = *self.phase.borrow() == Phase::Working;
        if self.pending.is_none() && self.profile.writes && is_working && now >= self.writes_at {
            let write = self.author.writes(&mut self.random);
            let number = self.run.ledger.begins(&write);
            self.known.waits(Some(format!("{write:?}")));
            self.pending = Some(Pending { write, number, again_at: now, refusals: 0, by_http: None });
        }
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.by_http.is_none()) else { return Ok(()) };
        if now < pending.again_at {
            return Ok(());
        }
        pending.again_at = now + ANSWERED_WITHIN;
        if self.random.one_in(3) {
            let (run, class, login) = (self.run.clone(), self.profile.class, self.profile.login.clone());
            let (write, node) = (pending.write.clone(), self.random.below(run.nodes.len()));
            pending.by_http = Some(tokio::spawn(async move {
                write.posts(&run.http, &format!("http://{}", run.nodes[node]), &run.classes[class], &login).await
            }));
            return Ok(());
        }
        let message = Message::text(pending.write.message());
        send(socket, message).await
    }
}

async fn send(socket: &mut Socket, message: Message) -> Result<(), Lost> {
    match timeout(OPEN_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Lost),
    }
}
