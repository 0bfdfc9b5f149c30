//! Rooms and sockets. This module moves encoded bytes between them, in order, and knows no school.

pub mod connection;
pub mod frame;
pub mod hub;
pub mod log;
pub mod presence;
pub mod shown;
pub mod stream;
mod wheel;

pub use connection::{Connection, Entry, Seat};
pub use frame::Frame;
pub use hub::{Audience, Hub, Letter, RoomKey};
