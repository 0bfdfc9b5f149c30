//! Rooms and sockets. This module moves encoded bytes between them, in order, and contains no rules of the school.

#[cfg(test)]
mod autobahn;
mod closing;
pub mod connection;
pub mod frame;
pub mod hub;
mod input;
pub mod log;
mod parser;
pub mod presence;
pub mod screens;
mod socket_limits;
pub mod stream;
pub mod unattended;
mod wheel;

pub use closing::{CloseSockets, EndedLogins};
pub use connection::{Connection, Entry, SocketHandler};
pub use frame::Frame;
pub use hub::{Feed, Hub, RoomFrame, RoomKey};
pub use socket_limits::{SocketLimits, SocketPermit};
