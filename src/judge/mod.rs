//! The judge: runs programs that strangers wrote, and tells for each test case what became of it.
//!
//! This module knows no school, no database and no HTTP. An [`Engine`] takes a [`Job`] and returns a [`JobReport`], or a
//! [`JudgeFault`] if it could not find out: a missing report is never a pass. All engines work in processes of their own,
//! which are locked before the first line of a program runs:
//!
//! - [`embedded`]: JavaScript by QuickJS, in this program started anew. It needs nothing of the machine.
//! - [`toolchains`]: the compilers and interpreters of the machine, in boxes made by bubblewrap.

mod calls;
mod compare;
pub mod embedded;
mod engines;
mod heap;
mod inside;
mod job;
mod languages;
mod probe;
mod sandbox;
mod script;
pub mod toolchains;

pub use self::engines::{EMBEDDED_LANGUAGE, Engines, is_known_language};
pub use self::job::{Case, CaseOutcome, CaseReport, Engine, Job, JobReport, JudgeFault, LanguageState, RunLimits};

/// Runs the part of the judge for which this process was started, if it was started for one, and does not return then. Called
/// before anything else in `main`: such a process has no other business, and must be locked while nothing has begun.
pub fn run_if_started_as_part(arguments: impl Iterator<Item = String>) {
    let mut arguments = arguments.skip(1);
    match arguments.next().as_deref() {
        Some(script::COMMAND) => script::run(),
        Some(inside::COMMAND) => inside::run(arguments.next()),
        Some(probe::COMMAND) => probe::run(arguments.next()),
        _ => {}
    }
}
