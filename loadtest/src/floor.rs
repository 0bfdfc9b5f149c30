//! The floor: what one event to N sockets costs when a server does nothing else. One thread, epoll, a frame made once,
//! one write per socket. It authenticates nobody, numbers nothing and forgets everything.
//!
//! Any path is upgraded; `/room/N` sits down in room N. A connection that begins with the line `control` commands:
//! `frame BYTES` makes the frame, `send N` writes it to everyone in room N; each is answered `ok COUNT`.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Args;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};
use tungstenite::handshake::derive_accept_key;

use crate::Result;
use crate::address::loopback;
use crate::{frames, machine};

const LISTENER: Token = Token(usize::MAX);
const EVENTS_AT_ONCE: usize = 1_024;
const HEAD_MAX_BYTES: usize = 16 * 1024;
const PAYLOAD_MAX_BYTES: usize = 1024 * 1024;
const ROOMS_MAX: usize = 100_000;

#[derive(Args)]
pub struct Options {
    /// Where to listen: an address of this machine's loopback
    #[arg(long, value_parser = loopback)]
    listen: SocketAddr,
    /// Seconds after which it ends by itself
    #[arg(long, default_value_t = 3_600)]
    for_s: u64,
}

struct Floor {
    peers: Vec<Option<Peer>>,
    free: Vec<usize>,
    /// Who has not said all yet: a greeting, or a command.
    heads: HashMap<usize, Vec<u8>>,
    rooms: Vec<Vec<u32>>,
    frame: Vec<u8>,
}

/// Small, for there are many: the stream is one file descriptor.
struct Peer {
    stream: TcpStream,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Door,
    Control,
    Room(u32),
}

pub fn run(options: &Options) -> Result<()> {
    machine::raise_file_limit();
    let deadline = Instant::now() + Duration::from_secs(options.for_s);
    let mut listener = TcpListener::bind(options.listen)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(EVENTS_AT_ONCE);
    let mut floor =
        Floor { peers: Vec::new(), free: Vec::new(), heads: HashMap::new(), rooms: Vec::new(), frame: Vec::new() };
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        match poll.poll(&mut events, Some(left)) {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        }
        for event in &events {
            match event.token() {
                LISTENER => floor.accept(&listener, poll.registry())?,
                Token(at) => floor.hear(at),
            }
        }
    }
}

impl Floor {
    fn accept(&mut self, listener: &TcpListener, registry: &Registry) -> Result<()> {
        loop {
            let mut stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => continue,
                Err(e) => return Err(e.into()),
            };
            stream.set_nodelay(true)?;
            let at = self.free.pop().unwrap_or(self.peers.len());
            registry.register(&mut stream, Token(at), Interest::READABLE)?;
            let peer = Some(Peer { stream, place: Place::Door });
            if at == self.peers.len() {
                self.peers.push(peer);
            } else {
                self.peers[at] = peer;
            }
            self.heads.insert(at, Vec::new());
        }
    }

    fn hear(&mut self, at: usize) {
        let mut buffer = [0; 4_096];
        loop {
            let Some(Some(peer)) = self.peers.get_mut(at) else { return };
            match peer.stream.read(&mut buffer) {
                Ok(0) => return self.part(at),
                // What a seated learner says is nobody's business.
                Ok(_) if matches!(peer.place, Place::Room(_)) => {}
                Ok(n) => {
                    let head = self.heads.entry(at).or_default();
                    head.extend_from_slice(&buffer[..n]);
                    if head.len() > HEAD_MAX_BYTES || self.understand(at).is_none() {
                        return self.part(at);
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.part(at),
            }
        }
    }

    /// `None`: nobody that we serve.
    fn understand(&mut self, at: usize) -> Option<()> {
        let mut said = self.heads.remove(&at)?;
        if said.starts_with(b"control\n") {
            self.peers.get_mut(at)?.as_mut()?.place = Place::Control;
            said.drain(..b"control\n".len());
        }
        if self.peers.get(at)?.as_ref()?.place == Place::Control {
            while let Some(end) = said.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = said.drain(..=end).collect();
                let answer = self.command(std::str::from_utf8(&line).ok()?.trim());
                self.peers.get_mut(at)?.as_mut()?.stream.write_all(answer.as_bytes()).ok()?;
            }
            self.heads.insert(at, said);
        } else if frames::head_end(&said).is_some() {
            self.sit(at, std::str::from_utf8(&said).ok()?)?;
        } else {
            self.heads.insert(at, said);
        }
        Some(())
    }

    fn sit(&mut self, at: usize, head: &str) -> Option<()> {
        let path = head.strip_prefix("GET ")?.split(' ').next()?;
        let room: usize = path.rsplit('/').next()?.parse().unwrap_or(0);
        let mut headers = head.lines().filter_map(|line| line.split_once(':'));
        let (_, key) = headers.find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))?;
        let accept = derive_accept_key(key.trim().as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        if room >= ROOMS_MAX {
            return None;
        }
        let peer = self.peers.get_mut(at)?.as_mut()?;
        peer.stream.write_all(answer.as_bytes()).ok()?;
        peer.place = Place::Room(room as u32);
        if self.rooms.len() <= room {
            self.rooms.resize(room + 1, Vec::new());
        }
        self.rooms[room].push(at as u32);
        Some(())
    }

    fn command(&mut self, line: &str) -> String {
        match line.split_once(' ').map(|(word, number)| (word, number.parse::<usize>())) {
            Some(("frame", Ok(bytes))) if bytes <= PAYLOAD_MAX_BYTES => {
                self.frame = frames::text(&vec![b'x'; bytes]);
                "ok 0\n".into()
            }
            Some(("send", Ok(room))) => format!("ok {}\n", self.send(room)),
            _ => "unknown command\n".into(),
        }
    }

    /// The floor itself.
    fn send(&mut self, room: usize) -> usize {
        let Some(members) = self.rooms.get(room) else { return 0 };
        let mut sent = 0;
        for at in members {
            if let Some(Some(peer)) = self.peers.get_mut(*at as usize)
                && matches!(peer.stream.write(&self.frame), Ok(n) if n == self.frame.len())
            {
                sent += 1;
            }
        }
        sent
    }

    fn part(&mut self, at: usize) {
        self.heads.remove(&at);
        let Some(peer) = self.peers.get_mut(at).and_then(Option::take) else { return };
        if let Place::Room(room) = peer.place
            && let Some(members) = self.rooms.get_mut(room as usize)
        {
            members.retain(|member| *member as usize != at);
        }
        self.free.push(at);
    }
}
