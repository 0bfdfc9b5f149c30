//! 교실: the live-classroom server.
//!
//! The map, from the street to the cellar; imports run down only:
//!
//! - [`command_line`]: the command line
//! - [`surfaces`], [`web`]: every URL, in the dialect of its seed; the pages
//! - [`school`]: what a school does, one file per capability
//! - [`app`], [`group_commit`], `group_writer`: the parts wired once, and the only commit there is
//! - `writes`: what sockets are told while the database takes no writes
//! - [`live`], [`outside`], [`judge`]: rooms and sockets; what is not ours; strangers' programs, and what becomes of them
//! - [`confined`]: processes that may do nothing but calculate
//! - [`bus`], [`db`]: frames between nodes; the two databases
//! - [`config`], [`error`], [`clock`], [`event`], [`metrics`], [`keys`], [`language`], [`failures`], `fonts`, [`patch`], `places`,
//!   `planted`, [`poster_cache`], [`private`], [`rounding`], [`tag`]: leaves

pub mod app;
pub mod bus;
pub mod clock;
pub mod command_line;
pub mod config;
pub mod confined;
pub mod db;
pub mod demo;
mod doctor;
pub mod error;
pub mod event;
pub mod failures;
mod fonts;
pub mod group_commit;
mod group_writer;
pub mod judge;
mod judge_keeper;
mod judge_service;
pub mod keys;
pub mod language;
pub mod listener;
pub mod live;
pub mod metrics;
mod moving;
pub mod outside;
pub mod passwords;
pub mod patch;
mod places;
mod planted;
pub mod poster_cache;
pub mod print;
pub mod private;
pub mod rounding;
pub mod school;
mod serve;
pub mod surfaces;
pub mod tag;
pub mod visits;
mod web;
mod writes;

pub use serve::{open, raise_file_limit, serve};
