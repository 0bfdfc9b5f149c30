//! Rooms and sockets. This module moves encoded bytes between them, in order, and contains no rules of the school.

#[cfg(test)]
mod autobahn;
mod closing;
pub mod frame;
pub mod hub;
mod input;
pub mod log;
pub mod newest;
pub mod nodes;
mod parser;
pub mod presence;
pub mod stream;

pub use closing::{CloseSockets, EndedLogins};
pub use frame::Frame;
pub use hub::connection::{self, Connection, SocketHandler};
pub use hub::outbox::Entry;
pub use hub::{
    DeviceSocket, Feed, FrameReducer, Hub, IfSlow, LogPart, LogRange, LogReader, RoomFrame, RoomGate, RoomKey,
    SocketLimits, SocketPermit,
};
pub use nodes::Nodes;
pub use presence::Presence;
