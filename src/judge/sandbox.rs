//! Boxes: bubblewrap with its own users, processes, network and files, in which nothing is but the system's programs, and the judge's own
//! process (`inside.rs`). A watchdog looks from outside.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::inside::{self, BoxLimits, BoxReport, BoxTask};
use super::job::JudgeFault;
use crate::confined::{self, OutputPipe, ProcessEnd, ProcessStart, Program, RunAs};

/// Bytes of files that a program or a compiler may write.
const BOX_BYTES: u64 = 32 * 1024 * 1024;
const STACK_BYTES: u64 = 16 * 1024 * 1024;
const REPORT_BYTES: usize = 4 * 1024;
/// Characters that a fault shows of what was written to standard error.
const SAID_CHARS: usize = 200;
const PROCESSES: u64 = 64;
/// Time in which a box must be gone after bubblewrap has ended, and once more after it was killed.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// Makes boxes.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub program: Program,
    pub run_as: RunAs,
    pub bubblewrap: PathBuf,
}

/// One run in a box.
pub(super) struct BoxRun<'a> {
    pub steps: Vec<Vec<String>>,
    pub product: Option<String>,
    /// Files in the box: their names, their contents, and whether they are programs.
    pub files: Vec<(&'a str, &'a [u8], bool)>,
    /// Folders of the system that are shown beside `/usr`.
    pub folders: Vec<&'a str>,
    pub input: &'a [u8],
    pub cpu_ms: u64,
    pub wall_ms: u64,
    /// Memory that one process may take, and that all in the box may.
    pub data_mib: u64,
    pub memory_mib: u64,
    /// Address space of one process, for languages that do not reserve more than they use.
    pub address_mib: Option<u64>,
    pub stdout_bytes: usize,
    pub stderr_bytes: usize,
}

pub(super) struct BoxEnd {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// `None` if the box ended before the steps did.
    pub report: Option<BoxReport>,
    pub wrote_too_much: bool,
    pub was_late: bool,
    pub took_too_much: bool,
}

impl Sandbox {
    pub fn run(&self, run: &BoxRun) -> Result<BoxEnd, JudgeFault> {
        let fault = |e| JudgeFault::new("a box could not be prepared", e);
        let files: Vec<(&str, File, bool)> = run
            .files
            .iter()
            .map(|(name, contents, is_program)| Ok((*name, in_memory(contents)?, *is_program)))
            .collect::<io::Result<_>>()
            .map_err(fault)?;
        let (report, report_end) = io::pipe().map_err(fault)?;
        let (status, status_end) = io::pipe().map_err(fault)?;
        let (stderr, stderr_end) = io::pipe().map_err(fault)?;
        let task = BoxTask {
            steps: run.steps.clone(),
            product: run.product.clone(),
            report_file: report_end.as_raw_fd(),
            limits: BoxLimits {
                cpu_ms: run.cpu_ms,
                data_bytes: run.data_mib * 1024 * 1024,
                address_bytes: run.address_mib.map(|mib| mib * 1024 * 1024),
                file_bytes: BOX_BYTES,
                stack_bytes: STACK_BYTES,
                processes: PROCESSES,
                may_start_processes: run.product.is_some(),
            },
        };
        let task = serde_json::to_string(&task).map_err(|e| fault(e.into()))?;
        let mut command = Command::new(&self.bubblewrap);
        self.describe_box(&mut command, run, &files, status_end.as_raw_fd());
        command.args([self.program.path().as_str(), inside::COMMAND, &task]).stderr(Stdio::from(stderr_end));
        let mut kept = vec![self.program.file(), report_end.as_fd(), status_end.as_fd()];
        kept.extend(files.iter().map(|(_, file, _)| file.as_fd()));
        let start = ProcessStart {
            command,
            run_as: self.run_as,
            input: run.input,
            kept,
            beside: vec![
                OutputPipe::new(stderr, run.stderr_bytes),
                OutputPipe::new(report, REPORT_BYTES),
                OutputPipe::new(status, REPORT_BYTES),
            ],
            wall: Duration::from_millis(run.wall_ms),
            stdout_bytes: run.stdout_bytes,
            stack_bytes: STACK_BYTES,
        };
        let most_kib = run.memory_mib * 1024;
        let mut may_go_on = |pipes: &[OutputPipe]| {
            let first = pipes.last().and_then(|status| first_process(&status.bytes));
            first.is_none_or(|first| memory_kib(first) <= most_kib)
        };
        finish(confined::run(start, Some(&mut may_go_on))?)
    }

    fn describe_box(&self, command: &mut Command, run: &BoxRun, files: &[(&str, File, bool)], status: i32) {
        command.args([
            "--unshare-user",
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
            // Else the first process of the box is bubblewrap's, whose memory a program could write to.
            "--as-pid-1",
            "--uid",
            "65534",
            "--gid",
            "65534",
            "--die-with-parent",
            "--new-session",
            "--clearenv",
            "--ro-bind",
            "/usr",
            "/usr",
            "--symlink",
            "usr/bin",
            "/bin",
            "--symlink",
            "usr/lib",
            "/lib",
            "--symlink",
            "usr/lib64",
            "/lib64",
        ]);
        for folder in &run.folders {
            command.args(["--ro-bind", folder, folder]);
        }
        command.args(["--dev", "/dev", "--proc", "/proc"]);
        command.args(["--size", &BOX_BYTES.to_string(), "--tmpfs", "/box", "--chdir", "/box"]);
        for (name, file, is_program) in files {
            command.args(["--perms", if *is_program { "0555" } else { "0444" }]);
            command.args(["--ro-bind-data", &file.as_raw_fd().to_string(), &format!("/box/{name}")]);
        }
        for (name, value) in
            [("PATH", "/usr/bin"), ("HOME", "/box"), ("TMPDIR", "/box"), ("LANG", "C.UTF-8"), ("TZ", "UTC0")]
        {
            command.args(["--setenv", name, value]);
        }
        // Files take memory of the kernel that is in no limit. Only compilers need any.
        if run.product.is_none() {
            command.args(["--remount-ro", "/box"]);
        }
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--json-status-fd", &status.to_string(), "--"]);
    }
}

/// Waits until all processes of the box are gone, and reads what it left.
fn finish(end: ProcessEnd) -> Result<BoxEnd, JudgeFault> {
    let [stderr, report, status] = <[Vec<u8>; 3]>::try_from(end.beside).unwrap_or_default();
    let Some(first) = first_process(&status) else {
        if end.was_late || end.was_stopped {
            return Err(JudgeFault("a box did not begin in time".into()));
        }
        return Err(JudgeFault::new("a box did not begin", String::from_utf8_lossy(&stderr).trim_end()));
    };
    wait_until_gone(first)?;
    let was_cut = end.was_late || end.was_stopped || end.wrote_too_much;
    let report: Option<BoxReport> = serde_json::from_slice(&report).ok();
    if report.is_none() && !was_cut {
        let stderr = String::from_utf8_lossy(&stderr);
        let said: String = stderr.trim_end().chars().take(SAID_CHARS).flat_map(char::escape_default).collect();
        return Err(JudgeFault::new("a box ended without a report", said));
    }
    Ok(BoxEnd {
        stdout: end.stdout,
        stderr,
        report: report.filter(|_| !was_cut),
        wrote_too_much: end.wrote_too_much,
        was_late: end.was_late,
        took_too_much: end.was_stopped,
    })
}

/// Waits until the first process of a box is gone, before which everything else in it ends. Bubblewrap has ended: it has waited for the
/// process, or has left it to this one.
fn wait_until_gone(first: libc::pid_t) -> Result<(), JudgeFault> {
    let fault = |error| JudgeFault::new("the end of a box could not be seen", error);
    if confined::reap_within(first, GONE_WITHIN).map_err(fault)? {
        return Ok(());
    }
    // SAFETY: the call takes numbers only, and the process was not reaped, so that its number is still its own.
    unsafe { libc::kill(first, libc::SIGKILL) };
    if confined::reap_within(first, GONE_WITHIN).map_err(fault)? {
        return Ok(());
    }
    Err(JudgeFault("a box did not end".into()))
}

/// Takes over the processes that bubblewrap leaves behind, so that they can be waited for.
pub(super) fn adopt_orphans() -> Result<(), JudgeFault> {
    // SAFETY: this option takes a number.
    match unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(JudgeFault::new("orphans could not be adopted", io::Error::last_os_error())),
    }
}

/// Makes a file that is in memory only, and reads from its beginning.
fn in_memory(contents: &[u8]) -> io::Result<File> {
    // SAFETY: the name ends in a zero byte.
    let file = unsafe { libc::memfd_create(c"judge".as_ptr(), libc::MFD_CLOEXEC) };
    if file < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and has no other owner.
    let mut file = File::from(unsafe { OwnedFd::from_raw_fd(file) });
    file.write_all(contents)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Reads the number of the first process of a box from what bubblewrap tells of it.
fn first_process(status: &[u8]) -> Option<libc::pid_t> {
    let line = status.split(|byte| *byte == b'\n').next()?;
    let told: serde_json::Value = serde_json::from_slice(line).ok()?;
    told.get("child-pid")?.as_i64().and_then(|pid| pid.try_into().ok())
}

/// Adds up the memory of the processes of a box, but for its first one, which is the judge's own.
fn memory_kib(first: libc::pid_t) -> u64 {
    let mut sum = 0;
    let mut left = children(first);
    while let Some(pid) = left.pop() {
        sum += own_memory_kib(pid);
        left.extend(children(pid));
    }
    sum
}

fn children(pid: libc::pid_t) -> Vec<libc::pid_t> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Reads the memory of a process: its part of what it shares with others, or all of it where the kernel does not tell, and the tables
/// that its pages need.
fn own_memory_kib(pid: libc::pid_t) -> u64 {
    let part = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok();
    let part = part.and_then(|text| kib_of(&text, "Pss:"));
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let tables = kib_of(&status, "VmPTE:").unwrap_or_default();
    part.or_else(|| kib_of(&status, "VmRSS:")).unwrap_or_default() + tables
}

fn kib_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_pages_count_as_memory() {
        const BYTES: usize = 8 << 30;
        let own = std::process::id() as libc::pid_t;
        let before = own_memory_kib(own);
        // SAFETY: the new pages are only read, within their bounds, and given back.
        let after = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            let pages = libc::mmap(std::ptr::null_mut(), BYTES, libc::PROT_READ, flags, -1, 0);
            assert_ne!(pages, libc::MAP_FAILED);
            for at in (0..BYTES).step_by(2 << 20) {
                pages.cast::<u8>().add(at).read_volatile();
            }
            let after = own_memory_kib(own);
            libc::munmap(pages, BYTES);
            after
        };
        assert!(after > before + 8 * 1024, "{before} {after}");
    }

    /// Bubblewrap tells the number of the first process before it makes the box.
    #[test]
    fn a_box_that_cannot_be_made_is_a_fault_of_the_judge() {
        if std::env::var("GYOSIL_TEST_BOXES").is_ok_and(|switch| switch == "off") {
            println!("boxes are not tested: GYOSIL_TEST_BOXES is off");
            return;
        }
        adopt_orphans().unwrap();
        let (program, bubblewrap) = (Program::this().unwrap(), crate::judge::toolchains::BUBBLEWRAP.into());
        let sandbox = Sandbox { program, run_as: RunAs::choose(61_000), bubblewrap };
        let ended = sandbox.run(&BoxRun {
            steps: vec![vec!["/usr/bin/true".into()]],
            product: None,
            files: Vec::new(),
            folders: vec!["/nothing-is-here"],
            input: b"",
            cpu_ms: 1_000,
            wall_ms: 5_000,
            data_mib: 64,
            memory_mib: 64,
            address_mib: None,
            stdout_bytes: 100,
            stderr_bytes: 4_096,
        });
        let fault = ended.err().unwrap().to_string();
        assert!(fault.contains("without a report") && fault.contains("nothing-is-here"), "{fault}");
    }
}
