//! What a school promises, one story per rule, told on SQLite and on PostgreSQL.

#[path = "../harness/mod.rs"]
mod harness;

mod following;
mod steps;
