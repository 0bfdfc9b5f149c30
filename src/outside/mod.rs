//! What is not ours, each behind one small interface.

pub mod analyser;
mod phrases;
