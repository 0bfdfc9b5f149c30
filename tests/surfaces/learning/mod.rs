//! The learning surface against its seed (`seed.md`, as it was given), key by key.

mod assessments;
mod courses;
mod paths;
mod programs;
mod progress;
mod seed;
