//! What each surface promises to those who call it: its seed, example by example, on SQLite and on PostgreSQL.

#[path = "../harness/mod.rs"]
mod harness;

mod academy;
mod attendance;
mod compare;
mod dialects;
mod document;
mod learning;
mod live;
mod node;
mod portal;
mod written;
