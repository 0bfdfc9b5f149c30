//! Rooms and sockets. This module moves encoded bytes between them, in order, and contains no rules of the school.

#[cfg(test)]
mod autobahn;
mod capacity;
mod closing;
pub mod connection;
pub mod frame;
pub mod hub;
mod listening;
pub mod log;
mod parser;
pub mod presence;
pub mod shown;
pub mod stream;
pub mod unattended;
mod wheel;

pub use capacity::{Capacity, SocketPlace};
pub use closing::{CloseSockets, EndedLogins};
pub use connection::{Connection, Entry, Seat};
pub use frame::Frame;
pub use hub::{Audience, Hub, RoomFrame, RoomKey};
