//! The live surface against its seed (`seed.md`, as it was given), word for word.

mod document;
mod effects;
mod lists;
mod refusals;
mod seed;
mod story;
mod walk;
