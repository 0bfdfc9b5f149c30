//! What a school promises, one story per rule, told on SQLite and on PostgreSQL.

#[path = "../harness/mod.rs"]
mod harness;

mod admin;
mod classroom;
mod crash;
mod crowd;
mod following;
mod hostile;
mod lectures;
mod logins;
mod model;
mod people;
mod rights;
mod routes;
mod rude;
mod steps;
