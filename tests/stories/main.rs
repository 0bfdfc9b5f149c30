//! What a school promises, one story per rule, told on SQLite and on PostgreSQL.

#[path = "../harness/mod.rs"]
mod harness;

mod admin;
mod assessments;
mod attendance;
mod board;
mod bounds;
mod certificates;
mod classroom;
mod codes;
mod collisions;
mod completions;
mod courses;
mod crash;
mod crowd;
mod enrollments;
mod following;
mod guessing;
mod help;
mod hostile;
mod joining;
mod languages;
mod lectures;
mod logins;
mod logs;
mod merging;
mod model;
mod pages;
mod payments;
mod people;
mod portal_progress;
mod private;
mod progress;
mod renewals;
mod rights;
mod routes;
mod rude;
mod setup;
mod sheets;
mod standing;
mod steps;
mod strangers;
mod stuck;
mod tls;
mod undermined;
