//! Learners who come back: when a node sends them away or dies, each goes to another one and resumes where it was.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::Result;
use crate::crowd::place;
use crate::frames::{self, CLOSE, PING, TEXT};
use crate::tickets::{Ticket, open_socket};

/// Pause before the next node is tried, when one does not answer.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(50);
/// A learner who is away for longer is lost.
const AWAY_MAX: Duration = Duration::from_secs(30);
/// Longest time until a learner sees that the measurement is over.
const LOOKS_UP_AFTER: Duration = Duration::from_millis(200);
const READ_BYTES: usize = 16 * 1024;

/// Events and absences of one learner.
#[derive(Default)]
pub struct Journey {
    /// The events that came, in order.
    pub seqs: Vec<i64>,
    /// Events that came though the one before them had not.
    pub gaps: usize,
    /// Durations for which the learner had no socket.
    pub away: Vec<Duration>,
}

pub struct Wanderers {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Result<Journey>>>,
}

impl Wanderers {
    /// Opens the sockets of all learners, each in a thread of its own. Each knows all nodes, and begins with that of its ticket.
    pub fn set_out(tickets: Vec<Ticket>, nodes: &[SocketAddr]) -> Result<Wanderers> {
        let is_over = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let (is_over, nodes) = (is_over.clone(), nodes.to_vec());
            let thread = std::thread::Builder::new().stack_size(256 * 1024);
            threads.push(thread.spawn(move || Wanderer::new(ticket, nodes, is_over).wander())?);
        }
        Ok(Wanderers { is_over, threads })
    }

    pub fn come_home(self) -> Result<Vec<Journey>> {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.into_iter().map(|thread| thread.join().map_err(|_| "a learner panicked")?).collect()
    }
}

struct Wanderer {
    ticket: Ticket,
    nodes: Vec<SocketAddr>,
    at: usize,
    is_over: Arc<AtomicBool>,
    /// The last event that the learner knows; none before the first state.
    seq: Option<i64>,
    journey: Journey,
}

impl Wanderer {
    fn new(ticket: Ticket, nodes: Vec<SocketAddr>, is_over: Arc<AtomicBool>) -> Wanderer {
        let at = nodes.iter().position(|node| *node == ticket.address).unwrap_or(0);
        Wanderer { ticket, nodes, at, is_over, seq: None, journey: Journey::default() }
    }

    fn wander(mut self) -> Result<Journey> {
        let mut left_at: Option<Instant> = None;
        while !self.is_over.load(Ordering::Relaxed) {
            let since = self.seq.map(|seq| format!("?since={seq}")).unwrap_or_default();
            let node = self.nodes[self.at % self.nodes.len()];
            let path = format!("{}{since}", self.ticket.path);
            match open_socket(node, &path, self.ticket.token.as_deref()) {
                Ok((stream, rest)) => {
                    self.journey.away.extend(left_at.take().map(|at| at.elapsed()));
                    let wait = self.listen(stream, rest)?;
                    left_at = Some(Instant::now());
                    std::thread::sleep(wait);
                }
                Err(error) if left_at.is_none_or(|at| at.elapsed() > AWAY_MAX) => return Err(error),
                Err(_) => std::thread::sleep(TRY_AGAIN_AFTER),
            }
            self.at += 1;
        }
        Ok(self.journey)
    }

    /// Reads until the socket ends or the measurement is over. Returns how long the server asked to wait before coming back.
    fn listen(&mut self, mut stream: TcpStream, mut bytes: Vec<u8>) -> Result<Duration> {
        stream.set_read_timeout(Some(LOOKS_UP_AFTER))?;
        let mut buffer = [0; READ_BYTES];
        loop {
            while let Some(frame) = frames::first(&bytes)? {
                let length = frame.length;
                match frame.opcode {
                    TEXT => self.event(frame.payload)?,
                    PING => drop(stream.write(&frames::pong(frame.payload))),
                    CLOSE => return Ok(asked_wait(frame.payload)),
                    _ => {}
                }
                bytes.drain(..length);
            }
            if self.is_over.load(Ordering::Relaxed) {
                return Ok(Duration::ZERO);
            }
            match stream.read(&mut buffer) {
                Ok(0) => return Ok(Duration::ZERO),
                Ok(n) => bytes.extend_from_slice(&buffer[..n]),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                Err(_) => return Ok(Duration::ZERO),
            }
        }
    }

    fn event(&mut self, payload: &[u8]) -> Result<()> {
        let Some((_, seq, prev)) = place(payload) else {
            let frame: serde_json::Value = serde_json::from_slice(payload)?;
            if frame["type"] == "session_state" {
                self.seq = frame["seq"].as_i64();
            }
            return Ok(());
        };
        let known = self.seq.unwrap_or(prev);
        if seq > known {
            self.journey.gaps += usize::from(prev != known);
            self.journey.seqs.push(seq);
            self.seq = Some(seq);
        }
        Ok(())
    }
}

/// Reads `retry_after_ms` from the reason of a close frame.
fn asked_wait(payload: &[u8]) -> Duration {
    let reason: Option<serde_json::Value> = payload.get(2..).and_then(|reason| serde_json::from_slice(reason).ok());
    Duration::from_millis(reason.and_then(|reason| reason["retry_after_ms"].as_u64()).unwrap_or(0))
}
