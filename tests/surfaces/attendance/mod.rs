//! The attendance surface against its seed (`seed.md`, as it was given), word for word and number for number.

mod classroom;
mod examples;
mod javascript;
mod refusals;
mod seed;
