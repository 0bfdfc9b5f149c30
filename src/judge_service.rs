//! The process that judges, `gyosil judge`: it takes programs from the queue in the database, runs one on each core, and reports.
//!
//! Such a process can die at any moment. What it had taken waits again when its lease is over, and what it reports without a lease counts for
//! nothing. It never talks to the server but through the database. The end of its standard input tells that the server which
//! started it is gone.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, mpsc as blocking};
use std::thread;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::{Clock, random_word};
use crate::config::{Config, JudgeSettings};
use crate::confined::{Program, RunAs};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::judge::toolchains::BUBBLEWRAP;
use crate::judge::{
    Case, CaseReport, EMBEDDED_LANGUAGE, Engines, Job, JobReport, JudgeFault, LanguageState, RunLimits,
};
use crate::school::assessments::code_questions::{CodeQuestion, TestCase};
use crate::school::submissions::judging::{self, CaseResult, JudgedProgram, TakenProgram};

/// Time between two looks for programs that wait.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const ALIVE_EVERY: Duration = Duration::from_secs(5);
const OUTPUT_BYTES: usize = 1024 * 1024;
/// Lower than a server beside it, which must answer while programs run.
const NICENESS: libc::c_int = 10;

/// Judges until it is told to stop. `name` is given by the server that started it.
pub async fn run(config: Config, name: Option<String>) -> Result<()> {
    // SAFETY: the call takes numbers only. If it fails, programs run at the usual priority.
    unsafe { libc::setpriority(libc::PRIO_PROCESS as libc::__priority_which_t, 0, NICENESS) };
    let (own, mut server_is_gone) = oneshot::channel::<()>();
    let has_server = name.is_some();
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        drop(own);
    });
    let name = name.unwrap_or_else(|| format!("judge-{}", random_word()));
    let db = Db::open(&config.database_url()).await?;
    let settings = config.judge_settings.clone();
    let data = config.data.clone();
    let tried = tokio::task::spawn_blocking(move || try_engines(&settings, &data)).await;
    let engines = tried.map_err(Error::internal)?.map_err(|fault| Error::internal(fault.to_string()))?;
    for state in engines.states() {
        match &state.why_off {
            None => tracing::info!("the judge runs {}: {}", state.name, state.version),
            Some(why) => tracing::info!("the judge does not run {}: {why}", state.name),
        }
    }
    let cores =
        config.judge_settings.judge_cores.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let mut judge = Judge::new(db, name, Arc::new(engines), cores);
    let mut term = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut signs = interval(ALIVE_EVERY);
    loop {
        let done = tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = term.recv() => break,
            _ = &mut server_is_gone, if has_server => break,
            _ = looks.tick() => judge.go_on().await,
            _ = signs.tick() => judge.say_alive().await,
            Some(run) = judge.finished.recv() => judge.report(run).await,
        };
        if let Err(error) = done
            && !error.is_outage()
        {
            tracing::error!(%error, "the judge could not go on; it tries again");
        }
    }
    judging::leave(&judge.db, &judge.name).await?;
    judge.db.close().await;
    Ok(())
}

/// Tries the languages of the settings on this machine, which takes seconds.
pub fn try_engines(settings: &JudgeSettings, data: &Path) -> std::result::Result<Engines, JudgeFault> {
    let run_as = RunAs::choose(settings.judge_uid);
    let is_wanted = |name: &str| {
        settings.judge_languages.is_empty() || settings.judge_languages.iter().any(|wanted| wanted == name)
    };
    let mut engines = Engines::new(Program::this()?, run_as);
    if is_wanted(EMBEDDED_LANGUAGE) {
        engines.try_embedded()?;
    }
    engines.try_toolchains(Path::new(BUBBLEWRAP), data, is_wanted)?;
    Ok(engines)
}

struct Judge {
    db: Db,
    clock: Clock,
    name: String,
    engines: Arc<Engines>,
    cores: usize,
    /// The threads that have nothing to run.
    free: Vec<blocking::Sender<TakenProgram>>,
    finished: mpsc::Receiver<FinishedRun>,
    /// The leases of what runs or is not reported yet. Only these are renewed.
    leases: Vec<String>,
    unsent: Vec<Unsent>,
}

/// Reports that are not in the database yet.
struct Unsent {
    program: i64,
    lease: String,
    /// `None` if the judge has failed: the program is given back.
    judged: Option<JudgedProgram>,
}

struct FinishedRun {
    program: TakenProgram,
    report: std::result::Result<JobReport, JudgeFault>,
    thread: blocking::Sender<TakenProgram>,
}

impl Judge {
    /// Starts a thread for each core. They live as long as the process does: the kernel ends a program together with the thread
    /// that started it.
    fn new(db: Db, name: String, engines: Arc<Engines>, cores: usize) -> Judge {
        let (done, finished) = mpsc::channel(cores);
        let start = |_| {
            let (sender, programs) = blocking::channel::<TakenProgram>();
            let (engines, done, own) = (engines.clone(), done.clone(), sender.clone());
            thread::spawn(move || {
                for program in programs {
                    let run = || engines.run(&program.language, &job_of(&program));
                    let report = catch_unwind(AssertUnwindSafe(run))
                        .unwrap_or_else(|_| Err(JudgeFault("a thread of the judge has failed".into())));
                    let thread = own.clone();
                    if done.blocking_send(FinishedRun { program, report, thread }).is_err() {
                        break;
                    }
                }
            });
            sender
        };
        let free = (0..cores).map(start).collect();
        let (clock, leases, unsent) = (Clock::new(TimeZone::UTC), Vec::new(), Vec::new());
        Judge { db, clock, name, engines, cores, free, finished, leases, unsent }
    }

    async fn say_alive(&mut self) -> Result<()> {
        let state = |state: &LanguageState| {
            json!({ "language": state.name, "engine": state.engine, "version": state.version,
                "works": state.why_off.is_none(), "reason": state.why_off })
        };
        let languages: Value = self.engines.states().iter().map(state).collect();
        let (now_ms, cores) = (self.clock.now_ms(), i64::try_from(self.cores).unwrap_or(1));
        judging::say_alive(&self.db, &self.name, cores, &languages, now_ms).await?;
        let leases: Vec<&str> = self.leases.iter().map(String::as_str).collect();
        judging::renew(&self.db, &leases, now_ms).await
    }

    /// Sends what was not sent, then takes programs while there are free threads and programs.
    async fn go_on(&mut self) -> Result<()> {
        self.send_all().await?;
        let engines = self.engines.clone();
        let works = engines.states().iter().filter(|state| state.why_off.is_none());
        let languages: Vec<&str> = works.map(|state| state.name).collect();
        while let Some(thread) = self.free.pop() {
            let word = random_word();
            match judging::take(&self.db, (&self.name, &word), &languages, self.clock.now_ms()).await {
                Ok(Some(program)) => {
                    self.leases.push(program.lease.clone());
                    thread.send(program).map_err(|_| Error::internal("a thread of the judge has ended"))?;
                }
                other => {
                    self.free.push(thread);
                    return other.map(drop);
                }
            }
        }
        Ok(())
    }

    /// Reports what was found out. In an outage it is kept, with its lease; after any other error the lease runs out.
    async fn send_all(&mut self) -> Result<()> {
        while let Some(unsent) = self.unsent.pop() {
            let Unsent { program, lease, judged } = &unsent;
            let sent = match judged {
                Some(judged) => judging::report(&self.db, *program, lease, judged, self.clock.now_ms()).await,
                None => judging::give_back(&self.db, *program, lease).await.map(|()| true),
            };
            if sent.as_ref().is_err_and(Error::is_outage) {
                self.unsent.push(unsent);
                return sent.map(drop);
            }
            self.leases.retain(|own| own != lease);
            if !sent? {
                tracing::warn!("the report on program {program} came after its lease, and does not count");
            }
        }
        Ok(())
    }

    async fn report(&mut self, run: FinishedRun) -> Result<()> {
        let FinishedRun { program, report, thread } = run;
        self.free.push(thread);
        if let Err(fault) = &report {
            tracing::error!(%fault, "program {} could not be run; it is tried again", program.id);
        }
        let judged = report.ok().map(|report| judged_program(&program.question, report));
        self.unsent.push(Unsent { program: program.id, lease: program.lease, judged });
        self.go_on().await
    }
}

fn job_of(program: &TakenProgram) -> Job {
    let question = &program.question;
    let case = |case: TestCase| Case { input: case.input, expected: case.output };
    let limits = RunLimits {
        cpu_ms: u64::try_from(question.time_limit_s * 1_000).unwrap_or_default(),
        memory_mib: u64::try_from(question.memory_limit_mb).unwrap_or_default(),
        output_bytes: OUTPUT_BYTES,
    };
    Job { source: program.code.clone(), cases: question.judged_cases().into_iter().map(case).collect(), limits }
}

fn judged_program(question: &CodeQuestion, report: JobReport) -> JudgedProgram {
    let case = |(case, found): (TestCase, CaseReport)| CaseResult {
        case: case.id,
        sample: case.sample,
        outcome: found.outcome.word().into(),
        ms: i64::try_from(found.cpu_ms).unwrap_or(i64::MAX),
        kib: i64::try_from(found.memory_kib).unwrap_or(i64::MAX),
        detail: storable(&found.detail),
    };
    let says = report.compiler_says.map(|says| storable(&says));
    JudgedProgram { cases: question.judged_cases().into_iter().zip(report.cases).map(case).collect(), says }
}

/// Replaces what PostgreSQL cannot store in a text.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::CaseOutcome;

    #[test]
    fn a_passed_case_has_the_word_that_the_school_counts() {
        assert_eq!(CaseOutcome::Passed.word(), judging::PASSED);
    }
}
