//! Confined processes: this program started anew for work on what strangers sent, locked before the work begins.

pub mod locks;
mod process;

pub use self::process::{
    OutputPipe, ProcessEnd, ProcessFault, ProcessStart, Program, RunAs, cpu_ms, reap, reap_within, run,
};
