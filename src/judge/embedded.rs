//! JavaScript by the embedded QuickJS, in this program started anew (`script.rs`): for every case a fresh process, which gets the
//! program and the input and never sees what is expected.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::compare;
use super::job::{Case, CaseOutcome, CaseReport, Engine, Job, JobReport, JudgeFault, RunLimits, run_cases};
use super::script::{self, ScriptEnd, ScriptReport, ScriptTask};
use crate::confined::{self, ProcessEnd, ProcessStart, Program, RunAs};

/// Room for the report before the output, an error and its place in the program.
const REPORT_BYTES: usize = 64 * 1024;
/// The stack of the process. QuickJS is told to use less of it.
const STACK_BYTES: u64 = 32 * 1024 * 1024;

#[derive(Debug)]
pub struct Embedded {
    pub program: Program,
    pub run_as: RunAs,
}

impl Engine for Embedded {
    fn run(&self, job: &Job) -> Result<JobReport, JudgeFault> {
        let mut compiler_says = None;
        let mut cases = run_cases(job, |case| {
            if compiler_says.is_some() {
                return Ok(CaseReport::without_run(CaseOutcome::NotCompiled));
            }
            let (ended, report) = self.run_script(&job.source, &case.input, job.limits)?;
            if let Some(ScriptReport { end: ScriptEnd::Unreadable, error, .. }) = &report {
                compiler_says = Some(error.clone());
                return Ok(CaseReport::without_run(CaseOutcome::NotCompiled));
            }
            Ok(judge(ended, report, case, job.limits))
        })?;
        // A program can be read for all cases or for none.
        if compiler_says.is_some() {
            cases.fill(CaseReport::without_run(CaseOutcome::NotCompiled));
        }
        Ok(JobReport { cases, compiler_says })
    }
}

impl Embedded {
    fn run_script(
        &self,
        source: &str,
        input: &str,
        limits: RunLimits,
    ) -> Result<(ProcessEnd, Option<ScriptReport>), JudgeFault> {
        let task = ScriptTask {
            source,
            input,
            cpu_ms: limits.cpu_ms,
            memory_mib: limits.memory_mib,
            output_bytes: limits.output_bytes,
        };
        let task = serde_json::to_vec(&task).map_err(|e| JudgeFault::new("a script could not be sent", e))?;
        let mut command = Command::new(self.program.path());
        command.arg(script::COMMAND).stderr(Stdio::null());
        let start = ProcessStart {
            command,
            run_as: self.run_as,
            input: &task,
            kept: Vec::new(),
            beside: Vec::new(),
            wall: Duration::from_millis(limits.wall_ms()),
            stdout_bytes: limits.output_bytes + REPORT_BYTES,
            stack_bytes: STACK_BYTES,
        };
        let mut ended = confined::run(start, None)?;
        if ended.exit_code == Some(script::NOT_RUN) {
            return Err(JudgeFault("the process of a script failed by itself".into()));
        }
        let report = take_report(&mut ended);
        Ok((ended, report))
    }
}

/// Takes the report, which is the first line, from what the process wrote. The rest is the output of the program.
fn take_report(ended: &mut ProcessEnd) -> Option<ScriptReport> {
    let end = ended.stdout.iter().position(|byte| *byte == b'\n')?;
    let output = ended.stdout.split_off(end + 1);
    let line = std::mem::replace(&mut ended.stdout, output);
    if ended.signal.is_some() || ended.was_late || ended.wrote_too_much {
        return None;
    }
    serde_json::from_slice(&line).ok()
}

fn judge(ended: ProcessEnd, report: Option<ScriptReport>, case: &Case, limits: RunLimits) -> CaseReport {
    let cpu_ms = ended.cpu_ms;
    let Some(report) = report else {
        let (outcome, detail) = why_no_report(&ended, limits);
        return CaseReport { outcome, cpu_ms, memory_kib: ended.memory_kib, detail: detail.into() };
    };
    let (outcome, detail) = match report.end {
        ScriptEnd::Done if report.exit_code == 0 => {
            let output = String::from_utf8_lossy(&ended.stdout);
            match compare::difference(&output, &case.expected) {
                None => (CaseOutcome::Passed, String::new()),
                Some(difference) => (CaseOutcome::WrongOutput, difference),
            }
        }
        ScriptEnd::Done => (CaseOutcome::Crashed, format!("exit code {}", report.exit_code)),
        ScriptEnd::Failed | ScriptEnd::Unreadable => (CaseOutcome::Crashed, report.error),
        ScriptEnd::TooSlow => (CaseOutcome::TooSlow, String::new()),
        ScriptEnd::TooMuchMemory => (CaseOutcome::TooMuchMemory, String::new()),
        ScriptEnd::TooMuchOutput => (CaseOutcome::TooMuchOutput, String::new()),
    };
    CaseReport { outcome, cpu_ms, memory_kib: report.memory_kib, detail }
}

fn why_no_report(ended: &ProcessEnd, limits: RunLimits) -> (CaseOutcome, &'static str) {
    match ended.signal {
        _ if ended.wrote_too_much => (CaseOutcome::TooMuchOutput, ""),
        Some(libc::SIGPROF | libc::SIGXCPU) => (CaseOutcome::TooSlow, ""),
        _ if ended.was_late || ended.cpu_ms >= limits.cpu_ms => (CaseOutcome::TooSlow, ""),
        Some(libc::SIGSYS) => (CaseOutcome::Crashed, "a call of the system that is not allowed"),
        _ => (CaseOutcome::Crashed, "the process ended without a report"),
    }
}
