//! Who is loaded: a server with rooms, in which someone can press «next».

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;
use crate::http::ANSWER_WITHIN;
use crate::tickets::Ticket;

pub trait Stage {
    /// Do its events carry `seq` and `prev`?
    fn numbered(&self) -> bool;
    /// Learners for every room, who can open their sockets; and how long they took to come in.
    fn admit(&mut self, rooms: usize, learners: usize) -> Result<(Vec<Ticket>, Duration)>;
    /// One event to one room, without waiting for the answer. The room behind the last one is empty.
    fn press(&mut self, room: usize) -> Result<()>;
    /// The answer to the press.
    fn pressed(&mut self) -> Result<()>;
}

/// The floor server, by its control connection.
pub struct Floor {
    address: SocketAddr,
    control: BufReader<TcpStream>,
}

impl Floor {
    pub fn connect(address: SocketAddr, payload_bytes: usize) -> Result<Floor> {
        let stream = TcpStream::connect_timeout(&address, ANSWER_WITHIN)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let mut floor = Floor { address, control: BufReader::new(stream) };
        floor.say("control")?;
        floor.say(&format!("frame {payload_bytes}"))?;
        floor.pressed()?;
        Ok(floor)
    }

    fn say(&mut self, line: &str) -> Result<()> {
        Ok(self.control.get_mut().write_all(format!("{line}\n").as_bytes())?)
    }
}

impl Stage for Floor {
    fn numbered(&self) -> bool {
        false
    }

    fn admit(&mut self, rooms: usize, learners: usize) -> Result<(Vec<Ticket>, Duration)> {
        let address = self.address;
        let in_room =
            |room| (0..learners).map(move |_| Ticket { address, room, path: format!("/room/{room}"), token: None });
        Ok(((0..rooms).flat_map(in_room).collect(), Duration::ZERO))
    }

    fn press(&mut self, room: usize) -> Result<()> {
        self.say(&format!("send {room}"))
    }

    fn pressed(&mut self) -> Result<()> {
        let mut line = String::new();
        self.control.read_line(&mut line)?;
        if line.starts_with("ok") { Ok(()) } else { Err(format!("the floor answered: {}", line.trim()).into()) }
    }
}
