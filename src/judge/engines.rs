//! The engines of this machine, tried out, each under the name of its language.

use std::path::Path;

use super::embedded::Embedded;
use super::job::{Case, CaseOutcome, Engine, Job, JobReport, JudgeFault, LanguageState, RunLimits};
use super::languages::LANGUAGES;
use super::toolchains::Toolchains;
use crate::confined::{Program, RunAs};

/// The language of the embedded engine.
pub const EMBEDDED_LANGUAGE: &str = "javascript";

/// Tells whether a judge can have this language on some machine.
pub fn is_known_language(name: &str) -> bool {
    name == EMBEDDED_LANGUAGE || LANGUAGES.iter().any(|language| language.name == name)
}

#[derive(Debug)]
pub struct Engines {
    program: Program,
    run_as: RunAs,
    embedded: Option<Embedded>,
    tools: Option<Toolchains>,
    states: Vec<LanguageState>,
}

impl Engines {
    /// Begins without any. Programs run as this user, in parts of this program.
    pub fn new(program: Program, run_as: RunAs) -> Engines {
        Engines { program, run_as, embedded: None, tools: None, states: Vec::new() }
    }

    pub fn try_embedded(&mut self) -> Result<(), JudgeFault> {
        let engine = Embedded { program: self.program.again()?, run_as: self.run_as };
        let why_off = why_embedded_fails(&engine);
        self.embedded = why_off.is_none().then_some(engine);
        let (name, version) = (EMBEDDED_LANGUAGE, "QuickJS-ng".to_owned());
        self.states.push(LanguageState { name, engine: "embedded", version, why_off });
        Ok(())
    }

    /// Tries the compilers and interpreters of the machine, of the languages that are wanted, which takes seconds. `secrets` is the
    /// folder that a box must not show.
    pub fn try_toolchains(
        &mut self,
        bubblewrap: &Path,
        secrets: &Path,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(), JudgeFault> {
        let program = self.program.again()?;
        let (tools, states) = Toolchains::try_out(program, self.run_as, bubblewrap, secrets, is_wanted);
        self.tools = Some(tools);
        self.states.extend(states);
        Ok(())
    }

    pub fn states(&self) -> &[LanguageState] {
        &self.states
    }

    /// Runs a job in a language. Fails if the language is off here.
    pub fn run(&self, language: &str, job: &Job) -> Result<JobReport, JudgeFault> {
        if let Some(embedded) = self.embedded.as_ref().filter(|_| language == EMBEDDED_LANGUAGE) {
            return embedded.run(job);
        }
        match self.tools.as_ref().and_then(|tools| tools.engine(language)) {
            Some(engine) => engine.run(job),
            None => Err(JudgeFault(format!("{language} is off here"))),
        }
    }
}

fn why_embedded_fails(engine: &Embedded) -> Option<String> {
    let limits = RunLimits { cpu_ms: 1_000, memory_mib: 16, output_bytes: 1_024 };
    let run = |source: &str, cpu_ms| {
        let case = Case { input: "gyosil".into(), expected: "gyosil".into() };
        engine.run(&Job { source: source.into(), cases: vec![case], limits: RunLimits { cpu_ms, ..limits } })
    };
    let trials = [("console.log(readline())", 1_000, CaseOutcome::Passed), ("for (;;);", 50, CaseOutcome::TooSlow)];
    trials.into_iter().find_map(|(source, cpu_ms, expected)| match run(source, cpu_ms) {
        Ok(report) if report.cases.iter().all(|case| case.outcome == expected) => None,
        Ok(report) => Some(format!("the embedded engine does not work: {:?}", report.cases)),
        Err(fault) => Some(format!("the embedded engine does not work: {fault}")),
    })
}
