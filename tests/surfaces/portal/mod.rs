//! The portal against its seed: a table of forty rows, read out of a damaged print.

mod document;
mod refusals;
mod story;
mod table;
mod walk;
