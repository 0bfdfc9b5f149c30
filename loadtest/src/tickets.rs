//! Learners take their seats: sockets opened by a few threads, each handed over once it is greeted.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::Result;
use crate::frames;
use crate::http::ANSWER_WITHIN;

/// So many come through the door at the same time.
pub const AT_ONCE: usize = 16;
const HEAD_MAX_BYTES: usize = 64 * 1024;
const READ_BYTES: usize = 16 * 1024;

/// What a learner needs to open a socket.
#[derive(Clone)]
pub struct Ticket {
    /// The node that the learner connects to.
    pub address: SocketAddr,
    pub room: usize,
    pub path: String,
    pub token: Option<String>,
}

/// A learner's socket, open and greeted.
pub struct Seated {
    pub room: usize,
    pub stream: TcpStream,
    /// The last students' event that the greeting counted in.
    pub seq: i64,
    /// What came behind the greeting.
    pub rest: Vec<u8>,
}

/// Spreads work over threads and gathers what they made; the first failure is the answer.
pub fn by_many<T: Sync, U: Send>(work: &[T], each: impl Fn(&[T]) -> Result<Vec<U>> + Sync) -> Result<Vec<U>> {
    let share = work.len().div_ceil(AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = work.chunks(share).map(|chunk| scope.spawn(|| each(chunk))).collect();
        let mut made = Vec::with_capacity(work.len());
        for thread in threads {
            made.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(made)
    })
}

pub fn take_seats(tickets: &[Ticket], numbered: bool) -> Result<Vec<Seated>> {
    by_many(tickets, |chunk| chunk.iter().map(|ticket| take_seat(ticket, numbered)).collect())
}

/// Opens a socket. Returns also what came behind the answer.
pub fn open_socket(address: SocketAddr, path: &str, token: Option<&str>) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_WITHIN)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.write_all(frames::greeting(path, token).as_bytes())?;
    let mut rest = Vec::new();
    let head = loop {
        if let Some(end) = frames::head_end(&rest) {
            break rest.drain(..end).collect::<Vec<u8>>();
        }
        if rest.len() > HEAD_MAX_BYTES {
            return Err("the head of the answer has no end".into());
        }
        read_more(&mut stream, &mut rest)?;
    };
    frames::check_welcome(&head)?;
    Ok((stream, rest))
}

fn take_seat(ticket: &Ticket, numbered: bool) -> Result<Seated> {
    let (mut stream, mut rest) = open_socket(ticket.address, &ticket.path, ticket.token.as_deref())?;
    let seq = if numbered { state(&mut stream, &mut rest)? } else { 0 };
    stream.set_nonblocking(true)?;
    rest.shrink_to_fit();
    Ok(Seated { room: ticket.room, stream, seq, rest })
}

/// Reads up to the state of the room. A ping, or a frame for this learner alone, may come before.
fn state(stream: &mut TcpStream, rest: &mut Vec<u8>) -> Result<i64> {
    loop {
        if let Some(frame) = frames::first(rest)? {
            let seq = match frame.opcode {
                frames::TEXT => state_seq(frame.payload)?,
                frames::PING => {
                    stream.write_all(&frames::pong(frame.payload))?;
                    None
                }
                other => return Err(format!("the server began with a frame of kind {other}").into()),
            };
            let length = frame.length;
            rest.drain(..length);
            match seq {
                Some(seq) => return Ok(seq),
                None => continue,
            }
        }
        read_more(stream, rest)?;
    }
}

fn state_seq(payload: &[u8]) -> Result<Option<i64>> {
    let frame: serde_json::Value = serde_json::from_slice(payload)?;
    match (frame["type"] == "session_state", frame["seq"].as_i64()) {
        (true, Some(seq)) => Ok(Some(seq)),
        (false, None) => Ok(None),
        _ => Err(format!("an event came before the state: {frame}").into()),
    }
}

fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<()> {
    let mut buffer = [0; READ_BYTES];
    match stream.read(&mut buffer)? {
        0 => Err("the server hung up".into()),
        n => {
            bytes.extend_from_slice(&buffer[..n]);
            Ok(())
        }
    }
}
