//! Ports for servers that are killed and come back.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that the kernel gives to connections: while their server is down, no connection takes one of these.
const FIRST: u16 = 22_000;
const COUNT: u16 = 10_000;

/// A port that is free, and stays so until its server is back.
pub fn lasting_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(COUNT)).unwrap();
    let ports = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(usize::from(COUNT));
    let mut ports = ports.map(|n| FIRST + (begin + n % COUNT) % COUNT);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
}

pub fn lasting_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], lasting_port()))
}
