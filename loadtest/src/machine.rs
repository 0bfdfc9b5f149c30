//! What this machine gives: files, cores, and the account of what a process has used.

use std::io;
use std::mem::{size_of, zeroed};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::Result;

const GOODBYE_WITHIN: Duration = Duration::from_secs(12);

/// A socket is a file: as many as the system allows.
pub fn raise_file_limit() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls only read and write the struct that they are given.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 && limit.rlim_cur < limit.rlim_max {
            let higher = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
            if libc::setrlimit(libc::RLIMIT_NOFILE, &higher) == 0 {
                limit = higher;
            }
        }
    }
    limit.rlim_cur
}

/// This thread, and all that it starts from now on, runs on one core.
pub fn stay_on(core: usize) -> Result<()> {
    // SAFETY: a cpu_set_t is plain bits, all zero is the empty set, and the call only reads it.
    let done = unsafe {
        let mut set: libc::cpu_set_t = zeroed();
        libc::CPU_SET(core, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set)
    };
    if done == 0 { Ok(()) } else { Err(format!("core {core}: {}", io::Error::last_os_error()).into()) }
}

/// The processor time that a process has used so far, its own and the kernel's for it.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in the brackets may hold anything; after it come the state, and utime and stime as the 12th and 13th.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum();
    // SAFETY: it reads a constant of the system.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    Ok(Duration::from_secs_f64(ticks as f64 / per_second.max(1) as f64))
}

/// The processor time of all processes with this name, and of those of them that have ended.
pub fn cpu_time_of_all(name: &str) -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for entry in std::fs::read_dir("/proc")? {
        let file = entry?.file_name();
        let Some(pid) = file.to_str().and_then(|pid| pid.parse::<u32>().ok()) else { continue };
        // A process may end meanwhile.
        if std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name) {
            sum += cpu_time(pid).unwrap_or_default();
        }
    }
    Ok(sum)
}

/// The memory that a process holds.
pub fn resident_bytes(pid: u32) -> Result<i64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kib: i64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}

/// A server that we started, on a core of its own, and that does not outlive us.
pub struct Server(Child);

impl Server {
    /// The core is inherited, so that also what the server counts at its start is the one core.
    pub fn start(command: &mut Command, server_core: usize, own_core: usize) -> Result<Server> {
        stay_on(server_core)?;
        let server = command.spawn().map(Server);
        stay_on(own_core)?;
        let program = command.get_program().to_string_lossy().into_owned();
        server.map_err(|e| format!("{program}: {e}").into())
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Ends the server without a goodbye.
    pub fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SAFETY: it only sends a signal to the child that this value owns and has not waited for yet.
        unsafe { libc::kill(self.0.id() as libc::pid_t, libc::SIGTERM) };
        let begun = Instant::now();
        while begun.elapsed() < GOODBYE_WITHIN {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
