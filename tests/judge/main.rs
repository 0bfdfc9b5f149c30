//! Programs that strangers wrote, on each engine of the judge.

mod boxes;
mod scripts;
mod self_test;
mod walls;
