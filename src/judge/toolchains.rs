//! Compilers and interpreters of the machine, each run in a box (`sandbox.rs`): a program is compiled once, and what comes out of the
//! box is a stream of bytes, which goes into a fresh box for each case. No folder of the machine is involved.

use std::path::{Path, PathBuf};

use super::compare;
use super::inside::BoxReport;
use super::job::{
    Case, CaseOutcome, CaseReport, Engine, Job, JobReport, JudgeFault, LanguageState, RunLimits, run_cases,
};
use super::languages::{self, LANGUAGES, ToolLanguage};
use super::sandbox::{self, BoxEnd, BoxRun, Sandbox};
use crate::confined::{Program, RunAs};

/// Debian's bubblewrap.
pub const BUBBLEWRAP: &str = "/usr/bin/bwrap";
/// Usual time of the processor that a compiler may take.
const COMPILE_CPU_MS: u64 = 10_000;
const COMPILE_MIB: u64 = 768;
const MADE_BYTES: usize = 16 * 1024 * 1024;
const ERROR_BYTES: usize = 4 * 1024;
const VERSION_CHARS: usize = 80;

/// Compilers and interpreters that were tried on this machine.
#[derive(Debug)]
pub struct Toolchains {
    sandbox: Sandbox,
    tools: Vec<(&'static ToolLanguage, PathBuf)>,
    pub compile_cpu_ms: u64,
}

/// One language of [`Toolchains`].
#[derive(Debug)]
pub struct Toolchain<'a> {
    sandbox: &'a Sandbox,
    language: &'static ToolLanguage,
    tool: &'a Path,
    compile_cpu_ms: u64,
}

impl Toolchains {
    /// Tries the box that a bubblewrap makes, and each language. One that fails is off: nothing is ever run with less protection.
    /// `secrets` is the folder that a box must not show.
    pub fn try_out(
        program: Program,
        run_as: RunAs,
        bubblewrap: &Path,
        secrets: &Path,
        is_wanted: impl Fn(&str) -> bool,
    ) -> (Toolchains, Vec<LanguageState>) {
        let mut all = Toolchains {
            sandbox: Sandbox { program, run_as, bubblewrap: bubblewrap.to_owned() },
            tools: Vec::new(),
            compile_cpu_ms: COMPILE_CPU_MS,
        };
        let why_no_box = all.why_no_box(secrets);
        let mut states = Vec::new();
        for language in LANGUAGES.iter().filter(|language| is_wanted(language.name)) {
            let tried = match &why_no_box {
                Some(why) => Err(why.clone()),
                None => language.find().and_then(|tool| {
                    all.try_language(language, tool.clone()).or_else(|_| all.try_language(language, tool))
                }),
            };
            let version = tried.as_ref().map(|tool| all.version(language, tool)).unwrap_or_default();
            let why_off = tried.as_ref().err().cloned();
            states.push(LanguageState { name: language.name, engine: "toolchain", version, why_off });
            all.tools.extend(tried.ok().map(|tool| (language, tool)));
        }
        (all, states)
    }

    /// Finds a language that works.
    pub fn engine(&self, name: &str) -> Option<Toolchain<'_>> {
        let (language, tool) = self.tools.iter().find(|(language, _)| language.name == name)?;
        Some(Toolchain { sandbox: &self.sandbox, language, tool, compile_cpu_ms: self.compile_cpu_ms })
    }

    fn why_no_box(&self, secrets: &Path) -> Option<String> {
        if secrets.canonicalize().is_ok_and(|secrets| secrets.starts_with("/usr")) {
            return Some("the school's data is below /usr, which boxes show".into());
        }
        if !self.sandbox.bubblewrap.exists() {
            return Some("bubblewrap is not installed".into());
        }
        // Twice: the machine may have been too busy for the first.
        let probe = || self.sandbox.probe();
        let tried = sandbox::adopt_orphans().and_then(|()| probe().or_else(|_| probe()));
        tried.err().map(|fault| fault.to_string())
    }

    /// Asks a tool for its version: the first line that it tells.
    fn version(&self, language: &ToolLanguage, tool: &Path) -> String {
        let folders = language.folders(tool);
        let end = self.sandbox.run(&BoxRun {
            steps: vec![vec![tool.display().to_string(), "--version".into()]],
            product: None,
            files: Vec::new(),
            folders: folders.iter().map(String::as_str).collect(),
            input: b"",
            cpu_ms: 2_000,
            wall_ms: 5_000,
            data_mib: COMPILE_MIB,
            memory_mib: COMPILE_MIB,
            address_mib: None,
            stdout_bytes: ERROR_BYTES,
            stderr_bytes: ERROR_BYTES,
        });
        let said = end.map(|end| String::from_utf8_lossy(&end.stdout).into_owned()).unwrap_or_default();
        said.lines().next().unwrap_or_default().chars().take(VERSION_CHARS).collect()
    }

    /// Tries whether a language compiles and runs a program.
    fn try_language(&self, language: &'static ToolLanguage, tool: PathBuf) -> Result<PathBuf, String> {
        let engine = Toolchain { sandbox: &self.sandbox, language, tool: &tool, compile_cpu_ms: self.compile_cpu_ms };
        let case = Case { input: "gyosil\n".into(), expected: "gyosil".into() };
        let limits = RunLimits { cpu_ms: 5_000, memory_mib: 256, output_bytes: 1_024 };
        let job = Job { source: language.echo.into(), cases: vec![case], limits };
        let report = engine.run(&job).map_err(|fault| fault.to_string())?;
        match (report.cases.first(), report.compiler_says) {
            (Some(CaseReport { outcome: CaseOutcome::Passed, .. }), _) => Ok(tool),
            (_, Some(says)) => Err(format!("{} does not work: {says}", tool.display())),
            (case, None) => Err(format!(
                "{} does not work: {}",
                tool.display(),
                case.map_or_else(String::new, |case| format!("{:?} {}", case.outcome, case.detail))
            )),
        }
    }
}

impl Engine for Toolchain<'_> {
    fn run(&self, job: &Job) -> Result<JobReport, JudgeFault> {
        let program = match self.compile(&job.source)? {
            Ok(program) => program,
            Err(says) => {
                let cases = vec![CaseReport::without_run(CaseOutcome::NotCompiled); job.cases.len()];
                return Ok(JobReport { cases, compiler_says: Some(says) });
            }
        };
        let cases = run_cases(job, |case| self.run_case(&program, case, job.limits))?;
        Ok(JobReport { cases, compiler_says: None })
    }
}

impl Toolchain<'_> {
    /// Compiles a program, if its language is compiled. Returns what is run, or what the compiler says against it.
    fn compile(&self, source: &str) -> Result<Result<Vec<u8>, String>, JudgeFault> {
        let Some((steps, made)) = self.language.compile else { return Ok(Ok(source.as_bytes().to_owned())) };
        let folders = self.language.folders(self.tool);
        let end = self.sandbox.run(&BoxRun {
            steps: steps.iter().map(|step| languages::command(step, self.tool, COMPILE_MIB)).collect(),
            product: Some(format!("/box/{made}")),
            files: vec![(self.language.source, source.as_bytes(), false)],
            folders: folders.iter().map(String::as_str).collect(),
            input: b"",
            cpu_ms: self.compile_cpu_ms,
            wall_ms: self.compile_cpu_ms * 2,
            data_mib: COMPILE_MIB + self.language.own_data_mib,
            memory_mib: COMPILE_MIB + self.language.own_memory_mib,
            address_mib: None,
            stdout_bytes: MADE_BYTES,
            stderr_bytes: ERROR_BYTES,
        })?;
        let says = |why: &str| {
            let text = String::from_utf8_lossy(&end.stderr).replace("/box/", "");
            let text = if text.trim().is_empty() { why.to_owned() } else { text.trim().to_owned() };
            Ok(Err(text))
        };
        match end.report {
            _ if end.wrote_too_much => says("the program is too large"),
            _ if end.took_too_much => says("the compiler needs too much memory for it"),
            _ if end.was_late => says("the compiler needs too much time for it"),
            Some(BoxReport { exit_code: Some(0), .. }) if !end.stdout.is_empty() => Ok(Ok(end.stdout)),
            Some(BoxReport { signal: Some(libc::SIGPROF | libc::SIGXCPU), .. }) => {
                says("the compiler needs too much time for it")
            }
            _ => says("the compiler failed"),
        }
    }

    fn run_case(&self, program: &[u8], case: &Case, limits: RunLimits) -> Result<CaseReport, JudgeFault> {
        let made = self.language.compile.map_or(self.language.source, |(_, made)| made);
        let folders = self.language.folders(self.tool);
        let end = self.sandbox.run(&BoxRun {
            steps: vec![languages::command(self.language.run, self.tool, limits.memory_mib)],
            product: None,
            files: vec![(made, program, self.language.compile.is_some())],
            folders: folders.iter().map(String::as_str).collect(),
            input: case.input.as_bytes(),
            cpu_ms: limits.cpu_ms,
            wall_ms: limits.wall_ms(),
            data_mib: limits.memory_mib + self.language.own_data_mib,
            memory_mib: limits.memory_mib + self.language.own_memory_mib,
            address_mib: self.language.own_address_mib.map(|own| limits.memory_mib + own),
            stdout_bytes: limits.output_bytes,
            stderr_bytes: ERROR_BYTES,
        })?;
        let report = end.report.unwrap_or(BoxReport { signal: None, exit_code: None, cpu_ms: 0, memory_kib: 0 });
        let (outcome, detail) = self.judge(&end, case, limits);
        Ok(CaseReport { outcome, cpu_ms: report.cpu_ms, memory_kib: report.memory_kib, detail })
    }

    fn judge(&self, end: &BoxEnd, case: &Case, limits: RunLimits) -> (CaseOutcome, String) {
        let nothing = String::new;
        let error = || String::from_utf8_lossy(&end.stderr).trim_end().replace("/box/", "");
        match end.report {
            _ if end.wrote_too_much => (CaseOutcome::TooMuchOutput, nothing()),
            _ if end.took_too_much => (CaseOutcome::TooMuchMemory, nothing()),
            _ if end.was_late => (CaseOutcome::TooSlow, nothing()),
            // The box was cut off by one of the three above.
            None => (CaseOutcome::Crashed, nothing()),
            Some(report) if report.cpu_ms >= limits.cpu_ms => (CaseOutcome::TooSlow, nothing()),
            Some(BoxReport { signal: Some(libc::SIGPROF | libc::SIGXCPU), .. }) => (CaseOutcome::TooSlow, nothing()),
            Some(BoxReport { exit_code: Some(0), .. }) => {
                match compare::difference(&String::from_utf8_lossy(&end.stdout), &case.expected) {
                    None => (CaseOutcome::Passed, nothing()),
                    Some(difference) => (CaseOutcome::WrongOutput, difference),
                }
            }
            Some(_) if error().contains(self.language.out_of_memory) => (CaseOutcome::TooMuchMemory, nothing()),
            Some(BoxReport { signal: Some(signal), .. }) => {
                (CaseOutcome::Crashed, format!("signal {signal}\n{}", error()).trim_end().into())
            }
            Some(BoxReport { exit_code, .. }) => {
                let code = exit_code.unwrap_or_default();
                (CaseOutcome::Crashed, format!("exit code {code}\n{}", error()).trim_end().into())
            }
        }
    }
}
