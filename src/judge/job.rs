//! Jobs, and what comes of them.

use std::fmt;
use std::time::{Duration, Instant};

use crate::confined::ProcessFault;

/// Limits of one run of a program, for one test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLimits {
    /// The time of the processor. A program may take more time on the clock, but not without end: see [`RunLimits::wall_ms`].
    pub cpu_ms: u64,
    pub memory_mib: u64,
    pub output_bytes: usize,
}

impl RunLimits {
    /// The longest time on the clock: a busy machine must not fail a program that is within its limit, and one that sleeps
    /// must end.
    pub(super) fn wall_ms(self) -> u64 {
        self.cpu_ms * 2 + 1_000
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub input: String,
    pub expected: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub source: String,
    pub cases: Vec<Case>,
    pub limits: RunLimits,
}

/// Result of one test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseOutcome {
    Passed,
    WrongOutput,
    /// Ended with an error, or by a signal.
    Crashed,
    TooSlow,
    TooMuchMemory,
    TooMuchOutput,
    /// No case is run of a program that cannot be compiled.
    NotCompiled,
    /// The cases before it took all of the time that one job may take.
    NotRun,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReport {
    pub outcome: CaseOutcome,
    pub cpu_ms: u64,
    pub memory_kib: u64,
    /// Difference of the output, or error of the program. It can tell the input and the expected output, so that only
    /// those who may see the case may see it.
    pub detail: String,
}

impl CaseOutcome {
    pub fn word(self) -> &'static str {
        match self {
            CaseOutcome::Passed => "PASSED",
            CaseOutcome::WrongOutput => "WRONG_OUTPUT",
            CaseOutcome::Crashed => "CRASHED",
            CaseOutcome::TooSlow => "TOO_SLOW",
            CaseOutcome::TooMuchMemory => "TOO_MUCH_MEMORY",
            CaseOutcome::TooMuchOutput => "TOO_MUCH_OUTPUT",
            CaseOutcome::NotCompiled => "NOT_COMPILED",
            CaseOutcome::NotRun => "NOT_RUN",
        }
    }
}

impl CaseReport {
    pub(super) fn without_run(outcome: CaseOutcome) -> CaseReport {
        CaseReport { outcome, cpu_ms: 0, memory_kib: 0, detail: String::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReport {
    pub cases: Vec<CaseReport>,
    /// Messages of the compiler if it refused the program. They know no test case.
    pub compiler_says: Option<String>,
}

/// A failure of the judge itself, which says nothing about the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeFault(pub String);

impl JudgeFault {
    pub(super) fn new(doing: &str, error: impl fmt::Display) -> JudgeFault {
        JudgeFault(format!("{doing}: {error}"))
    }
}

impl From<ProcessFault> for JudgeFault {
    fn from(fault: ProcessFault) -> JudgeFault {
        JudgeFault(fault.to_string())
    }
}

impl fmt::Display for JudgeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JudgeFault {}

/// A language as this machine offers it, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageState {
    pub name: &'static str,
    pub engine: &'static str,
    pub version: String,
    /// `None` if it works.
    pub why_off: Option<String>,
}

/// A way of running programs of one language.
///
/// Calls block, and must come from a thread that lives as long as the judge: the kernel ends the processes that a thread
/// has started together with it.
pub trait Engine: Send + Sync {
    fn run(&self, job: &Job) -> Result<JobReport, JudgeFault>;
}

/// Cases that may be too slow before the rest of a job is not run: a program that never ends would hold a core for as long as it has
/// test cases.
const SLOW_CASES_MAX: usize = 3;

/// The time on the clock that the cases of one job may take together.
const JOB_MAX: Duration = Duration::from_secs(120);

/// Runs the cases of a job one after the other.
pub(super) fn run_cases(
    job: &Job,
    mut run: impl FnMut(&Case) -> Result<CaseReport, JudgeFault>,
) -> Result<Vec<CaseReport>, JudgeFault> {
    let (mut slow, begun) = (0, Instant::now());
    let mut reports = Vec::with_capacity(job.cases.len());
    for case in &job.cases {
        let report = if slow < SLOW_CASES_MAX && begun.elapsed() < JOB_MAX {
            run(case)?
        } else {
            CaseReport::without_run(CaseOutcome::NotRun)
        };
        slow += usize::from(report.outcome == CaseOutcome::TooSlow);
        reports.push(report);
    }
    Ok(reports)
}
