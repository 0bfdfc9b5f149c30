//! Confined processes, seen from outside: started without an environment, fed, read up to a bound, ended at the latest
//! when their time on the clock is over, and reaped.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::locks;

/// A process that could not be started or watched, which says nothing about what it was to do.
#[derive(Debug)]
pub struct ProcessFault(String);

impl ProcessFault {
    fn new(doing: &str, error: impl fmt::Display) -> ProcessFault {
        ProcessFault(format!("{doing}: {error}"))
    }
}

impl fmt::Display for ProcessFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// This program as an open file, from which its parts are started anew: also after the file was replaced by a newer one, and by a
/// user who cannot enter its folder.
#[derive(Debug)]
pub struct Program(File);

impl Program {
    /// Opens the program that runs now.
    pub fn this() -> Result<Program, ProcessFault> {
        Program::open("/proc/self/exe")
    }

    pub fn open(path: &str) -> Result<Program, ProcessFault> {
        File::open(path).map(Program).map_err(|e| ProcessFault::new("this program cannot be opened", e))
    }

    /// Opens the same file once more.
    pub fn again(&self) -> Result<Program, ProcessFault> {
        self.0.try_clone().map(Program).map_err(|e| ProcessFault::new("this program cannot be opened", e))
    }

    /// Returns where a process finds the program that keeps its file open.
    pub fn path(&self) -> String {
        format!("/proc/self/fd/{}", self.0.as_raw_fd())
    }

    pub fn file(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The user as whom confined processes run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAs {
    /// The user of this process, who is not root.
    Same,
    /// A user of whom nothing else on this machine is.
    User(u32),
}

impl RunAs {
    /// Chooses the user: root must become another one, and nobody else can.
    pub fn choose(spare_uid: u32) -> RunAs {
        // SAFETY: the call takes nothing and cannot fail.
        if unsafe { libc::geteuid() } == 0 { RunAs::User(spare_uid) } else { RunAs::Same }
    }
}

/// Everything that a process is started with.
pub struct ProcessStart<'a> {
    pub command: Command,
    pub run_as: RunAs,
    pub input: &'a [u8],
    /// Files that the process keeps open, under the same numbers.
    pub kept: Vec<BorrowedFd<'a>>,
    /// Pipes that are read beside standard output.
    pub beside: Vec<OutputPipe>,
    pub wall: Duration,
    pub stdout_bytes: usize,
    pub stack_bytes: u64,
}

/// A pipe that a process writes to, and what came out of it so far.
pub struct OutputPipe {
    /// `None` after its end.
    file: Option<File>,
    pub bytes: Vec<u8>,
    most: usize,
    /// Is the process killed if it writes more? Else the rest is read and thrown away.
    is_strict: bool,
}

impl OutputPipe {
    pub fn new(file: impl Into<OwnedFd>, most: usize) -> OutputPipe {
        OutputPipe { file: Some(file.into().into()), bytes: Vec::new(), most, is_strict: false }
    }

    /// Reads what the pipe has, while its process runs no more than may be in it at once: others wait for their turn. Returns whether
    /// the process may go on.
    fn read(&mut self, has_ended: bool) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let mut reads = 0;
        while let Some(file) = self.file.as_mut().filter(|_| has_ended || reads < READS_A_TURN) {
            reads += 1;
            match file.read(&mut buffer) {
                Ok(0) => self.file = None,
                Ok(read) => {
                    let room = self.most - self.bytes.len();
                    self.bytes.extend(buffer.iter().take(read.min(room)));
                    if read > room && self.is_strict {
                        return Ok(false);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn number(&self) -> i32 {
        self.file.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }
}

/// The end of a process.
#[derive(Debug)]
pub struct ProcessEnd {
    pub stdout: Vec<u8>,
    /// The contents of the pipes beside standard output, in their order.
    pub beside: Vec<Vec<u8>>,
    /// Killed, since it wrote more than it may.
    pub wrote_too_much: bool,
    /// Killed, because its time on the clock was over.
    pub was_late: bool,
    /// The watchdog had it killed.
    pub was_stopped: bool,
    /// The signal that ended it.
    pub signal: Option<i32>,
    pub exit_code: Option<i32>,
    pub cpu_ms: u64,
    pub memory_kib: u64,
}

/// Looks at a process every [`LOOK_EVERY`], and tells whether it may go on. It gets the pipes, standard output first.
pub type Watchdog<'a> = &'a mut dyn FnMut(&[OutputPipe]) -> bool;

/// All of the environment of each process: a time zone that is read from no file.
const ENVIRONMENT: &str = "TZ=UTC0";
const LOOK_EVERY: Duration = Duration::from_millis(20);
const READS_A_TURN: usize = 4;

/// Runs a process to its end.
pub fn run(start: ProcessStart, watchdog: Option<Watchdog>) -> Result<ProcessEnd, ProcessFault> {
    let ProcessStart { mut command, run_as, input, kept, beside, wall, stdout_bytes, stack_bytes } = start;
    command.env_clear().envs(ENVIRONMENT.split_once('=')).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    if let RunAs::User(uid) = run_as {
        command.uid(uid).gid(uid);
    }
    let kept: Vec<i32> = kept.iter().map(AsRawFd::as_raw_fd).collect();
    // SAFETY: between fork and exec only calls of the system are made, and no memory is taken or given back.
    unsafe {
        command.pre_exec(move || {
            must(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong, 0, 0, 0))?;
            must(libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int))?;
            for file in &kept {
                must(libc::fcntl(*file, libc::F_SETFD, 0))?;
            }
            locks::limit(libc::RLIMIT_CORE, 0)?;
            locks::limit(libc::RLIMIT_STACK, stack_bytes)
        });
    }
    let child = command.spawn().map_err(|e| ProcessFault::new("a process could not be started", e))?;
    // The command holds the other ends of pipes, which would keep them open.
    drop(command);
    let mut watched = Watched::new(child, beside, stdout_bytes)?;
    watched.watch(input, wall, watchdog).map_err(|e| ProcessFault::new("a process could not be watched", e))
}

fn must(done: libc::c_int) -> io::Result<()> {
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A process that is killed and reaped, however its watch ends.
struct Watched {
    child: Child,
    pid_file: OwnedFd,
    pipes: Vec<OutputPipe>,
    is_reaped: bool,
}

impl Watched {
    fn new(mut child: Child, beside: Vec<OutputPipe>, stdout_bytes: usize) -> Result<Watched, ProcessFault> {
        // SAFETY: the call takes numbers only, and the child is not reaped yet.
        let file = unsafe { libc::syscall(libc::SYS_pidfd_open, child.id() as libc::pid_t, 0) };
        if file < 0 {
            let error = io::Error::last_os_error();
            let _ = child.kill();
            let _ = child.wait();
            return Err(ProcessFault::new("a process could not be watched", error));
        }
        // SAFETY: the descriptor was just made and has no other owner.
        let pid_file = unsafe { OwnedFd::from_raw_fd(file as libc::c_int) };
        let stdout =
            child.stdout.take().map(|pipe| OutputPipe { is_strict: true, ..OutputPipe::new(pipe, stdout_bytes) });
        Ok(Watched { child, pid_file, pipes: stdout.into_iter().chain(beside).collect(), is_reaped: false })
    }

    fn watch(&mut self, mut input: &[u8], wall: Duration, mut watchdog: Option<Watchdog>) -> io::Result<ProcessEnd> {
        let latest = Instant::now() + wall;
        let mut stdin = self.child.stdin.take();
        let files = self.pipes.iter().map(OutputPipe::number).chain(stdin.as_ref().map(AsRawFd::as_raw_fd));
        files.filter(|file| *file >= 0).try_for_each(do_not_block)?;
        let (mut wrote_too_much, mut was_stopped) = (false, false);
        let mut look_at = Instant::now() + LOOK_EVERY;
        let was_late = loop {
            let now = Instant::now();
            if let Some(may_go_on) = watchdog.as_mut().filter(|_| now >= look_at) {
                was_stopped = !may_go_on(&self.pipes);
                look_at = Instant::now() + LOOK_EVERY;
            }
            if now >= latest || was_stopped {
                break !was_stopped;
            }
            let next = if watchdog.is_some() { latest.min(look_at) } else { latest };
            let has_ended = self.wait_for_news(stdin.as_ref(), next.saturating_duration_since(now))?;
            if let Some(pipe) = &mut stdin
                && !feed(pipe, &mut input)
            {
                stdin = None;
            }
            for pipe in &mut self.pipes {
                wrote_too_much |= !pipe.read(has_ended)?;
            }
            if wrote_too_much || has_ended {
                break false;
            }
        };
        let (status, usage) = self.end()?;
        let mut contents = self.pipes.drain(..).map(|pipe| pipe.bytes);
        Ok(ProcessEnd {
            stdout: contents.next().unwrap_or_default(),
            beside: contents.collect(),
            wrote_too_much,
            was_late,
            was_stopped,
            signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
            exit_code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
            cpu_ms: cpu_ms(&usage),
            memory_kib: u64::try_from(usage.ru_maxrss).unwrap_or_default(),
        })
    }

    /// Waits until a pipe is ready or the process has ended. Returns whether it has.
    fn wait_for_news(&self, stdin: Option<&impl AsRawFd>, longest: Duration) -> io::Result<bool> {
        // A negative number is passed over.
        let wanted = |fd: i32, events| libc::pollfd { fd, events, revents: 0 };
        let mut files = vec![
            wanted(self.pid_file.as_raw_fd(), libc::POLLIN),
            wanted(stdin.map_or(-1, AsRawFd::as_raw_fd), libc::POLLOUT),
        ];
        files.extend(self.pipes.iter().map(|pipe| wanted(pipe.number(), libc::POLLIN)));
        let timeout = i32::try_from(longest.as_millis() + 1).unwrap_or(i32::MAX);
        // SAFETY: the list lives longer than the call, and its length is given.
        let ready = unsafe { libc::poll(files.as_mut_ptr(), files.len() as libc::nfds_t, timeout) };
        if ready < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == ErrorKind::Interrupted { Ok(false) } else { Err(error) };
        }
        Ok(files.first().is_some_and(|own| own.revents != 0))
    }

    /// Kills the process if it still runs, and reaps it.
    fn end(&mut self) -> io::Result<(i32, libc::rusage)> {
        let pid = self.child.id() as libc::pid_t;
        self.is_reaped = true;
        // SAFETY: the process was not reaped, so that its number is still its own.
        unsafe { libc::kill(pid, libc::SIGKILL) };
        reap(pid)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.is_reaped {
            let _ = self.end();
        }
    }
}

/// Waits for the end of a child, or of any if the number is -1. Returns its status and what it used.
pub fn reap(pid: libc::pid_t) -> io::Result<(i32, libc::rusage)> {
    loop {
        // SAFETY: the structs live longer than the call, and a struct of numbers may be all zeros.
        let (done, status, usage) = unsafe {
            let (mut status, mut usage) = (0, std::mem::zeroed());
            (libc::wait4(pid, &mut status, 0, &mut usage), status, usage)
        };
        if done > 0 {
            return Ok((status, usage));
        }
        let error = io::Error::last_os_error();
        if error.kind() != ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Reaps a child once it has ended. Returns whether it has within the time: also if there is no such child.
pub fn reap_within(pid: libc::pid_t, longest: Duration) -> io::Result<bool> {
    let latest = Instant::now() + longest;
    loop {
        // SAFETY: the call takes numbers and a null pointer.
        let done = unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) };
        let error = io::Error::last_os_error();
        if done == pid || (done < 0 && error.raw_os_error() == Some(libc::ECHILD)) {
            return Ok(true);
        }
        let left = latest.saturating_duration_since(Instant::now());
        if done < 0 && error.kind() != ErrorKind::Interrupted {
            return Err(error);
        }
        if left.is_zero() {
            return Ok(false);
        }
        // SAFETY: the call takes numbers only, and the child is not reaped yet.
        let file = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just made and has no other owner.
        let pid_file = unsafe { OwnedFd::from_raw_fd(file as libc::c_int) };
        let mut own = libc::pollfd { fd: pid_file.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: the struct lives longer than the call.
        unsafe { libc::poll(&mut own, 1, i32::try_from(left.as_millis() + 1).unwrap_or(i32::MAX)) };
    }
}

/// Returns the time of the processor in what a process used.
pub fn cpu_ms(usage: &libc::rusage) -> u64 {
    let ms = |time: libc::timeval| time.tv_sec * 1_000 + time.tv_usec / 1_000;
    u64::try_from(ms(usage.ru_utime) + ms(usage.ru_stime)).unwrap_or_default()
}

fn do_not_block(fd: i32) -> io::Result<()> {
    // SAFETY: the calls take numbers only.
    let done = unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFL);
        flags >= 0 && libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) >= 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Writes what a pipe takes. Returns whether something is left to be written: a reader who has gone wants no more.
fn feed(pipe: &mut impl Write, input: &mut &[u8]) -> bool {
    while !input.is_empty() {
        match pipe.write(input) {
            Ok(written) => *input = input.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
    false
}
