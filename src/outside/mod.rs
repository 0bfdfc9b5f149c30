//! Services that are not part of the school, each behind one small interface.

pub mod analyser;
pub mod gateways;
mod http_client;
pub mod mp4;
pub mod objects;
mod phrases;
pub mod pictures;
pub mod received_file;
pub mod slides;
pub mod zip;
