//! Programs that strangers wrote, on each engine of the judge.

mod boxes;
mod scripts;
