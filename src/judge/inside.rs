//! The judge's own process inside a box: it starts the steps of a task under their limits, tells how they ended, and hands out what
//! a compiler made. It is the only one that knows the pipe for the report.

use std::fs::File;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::calls::only_calls_of_a_program;
use crate::confined::locks::{self, limit};
use crate::confined::{cpu_ms, reap};

/// The first argument of this program started anew inside a box.
pub(super) const COMMAND: &str = "judge-box";
const FIRST_PROCESS: u32 = 1;
/// The exit code of a step that could not be started.
const NOT_STARTED: i32 = 126;
/// The exit code of a compiler that made nothing.
const NOT_MADE: i32 = 125;
const CPU_GRACE_MS: u64 = 50;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BoxTask {
    /// Commands that run one after the other, while they succeed.
    pub steps: Vec<Vec<String>>,
    /// The file that goes out on standard output after the last step. The output of the steps themselves is mixed with their errors then.
    pub product: Option<String>,
    pub report_file: i32,
    pub limits: BoxLimits,
}

/// Limits of each step.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct BoxLimits {
    pub cpu_ms: u64,
    pub data_bytes: u64,
    pub address_bytes: Option<u64>,
    pub file_bytes: u64,
    pub stack_bytes: u64,
    pub processes: u64,
    pub may_start_processes: bool,
}

/// End of the last step that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BoxReport {
    pub signal: Option<i32>,
    pub exit_code: Option<i32>,
    pub cpu_ms: u64,
    pub memory_kib: u64,
}

/// Runs the task in the second argument, and ends the process. Only the first process of a box does: it ends all others that it sees.
pub(super) fn run(task: Option<String>) -> ! {
    let is_in_box = std::process::id() == FIRST_PROCESS;
    std::process::exit(if is_in_box && task.is_some_and(|task| run_task(&task).is_ok()) { 0 } else { 1 })
}

fn run_task(task: &str) -> io::Result<()> {
    let task: BoxTask = serde_json::from_str(task)?;
    locks::seclude()?;
    // SAFETY: the call takes numbers only.
    if unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let mut report = BoxReport { signal: None, exit_code: None, cpu_ms: 0, memory_kib: 0 };
    for step in &task.steps {
        report = run_step(step, &task)?;
        if report.exit_code != Some(0) {
            break;
        }
    }
    if let Some(product) = task.product.filter(|_| report.exit_code == Some(0)) {
        let made = File::options().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(product);
        if made.and_then(|mut file| io::copy(&mut file, &mut io::stdout())).is_err() {
            report.exit_code = Some(NOT_MADE);
        }
    }
    // SAFETY: the number is that of the pipe for the report, which nothing else here uses; it is closed by the end.
    let mut pipe = unsafe { ManuallyDrop::new(File::from_raw_fd(task.report_file)) };
    pipe.write_all(&serde_json::to_vec(&report)?)
}

fn run_step(step: &[String], task: &BoxTask) -> io::Result<BoxReport> {
    let (program, arguments) = step.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments);
    if task.product.is_some() {
        command.stdin(Stdio::null()).stdout(io::stderr());
    }
    let limits = task.limits;
    // SAFETY: this process has one thread, so that the forked one may do whatever it could.
    unsafe {
        command.pre_exec(move || lock(limits));
    }
    let child = match command.spawn() {
        Ok(child) => child,
        // The product of a compiler need not be a program. Anything else is the machine's fault.
        Err(error)
            if matches!(error.raw_os_error(), Some(libc::ENOEXEC | libc::ENOENT | libc::EACCES | libc::ELIBBAD)) =>
        {
            return Ok(BoxReport { signal: None, exit_code: Some(NOT_STARTED), cpu_ms: 0, memory_kib: 0 });
        }
        Err(error) => {
            eprintln!("{error}");
            return Err(error);
        }
    };
    let (status, usage) = reap(child.id() as libc::pid_t)?;
    end_all_others()?;
    Ok(BoxReport {
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        exit_code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        cpu_ms: cpu_ms(&usage),
        memory_kib: u64::try_from(usage.ru_maxrss).unwrap_or_default(),
    })
}

/// Ends what a step left behind: it must not run while the next one does. All of it was left to this process, the first of the box.
fn end_all_others() -> io::Result<()> {
    // SAFETY: the call takes numbers only.
    unsafe { libc::kill(-1, libc::SIGKILL) };
    loop {
        match reap(-1) {
            Ok(_) => {}
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

fn lock(limits: BoxLimits) -> io::Result<()> {
    if let Some(bytes) = limits.address_bytes {
        limit(libc::RLIMIT_AS, bytes)?;
    }
    limit(libc::RLIMIT_DATA, limits.data_bytes)?;
    limit(libc::RLIMIT_FSIZE, limits.file_bytes)?;
    limit(libc::RLIMIT_STACK, limits.stack_bytes)?;
    limit(libc::RLIMIT_NPROC, limits.processes)?;
    limit(libc::RLIMIT_NOFILE, 256)?;
    limit(libc::RLIMIT_CORE, 0)?;
    limit(libc::RLIMIT_MEMLOCK, 0)?;
    limit(libc::RLIMIT_MSGQUEUE, 0)?;
    limit(libc::RLIMIT_SIGPENDING, 64)?;
    limit(libc::RLIMIT_CPU, (limits.cpu_ms + CPU_GRACE_MS).div_ceil(1_000))?;
    locks::limit_cpu_ms(limits.cpu_ms + CPU_GRACE_MS)?;
    only_calls_of_a_program(limits.may_start_processes)
}
