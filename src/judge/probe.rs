//! The small hostile set that is tried before a box is used: calls of the system that must fail in it, and files that must not be there.
//! Made of plain calls, so that no compiler is needed for it.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use libc::c_long;

use super::inside::BoxReport;
use super::job::JudgeFault;
use super::sandbox::{BoxEnd, BoxRun, Sandbox};

/// The first argument of this program started anew as the hostile program.
pub(super) const COMMAND: &str = "judge-probe";
/// The argument with which it never ends.
const SPIN: &str = "spin";
/// The argument with which it takes memory that none of its own limits counts.
const TAKE: &str = "take";
/// More than [`BOX_MIB`].
const TAKEN_BYTES: usize = 512 << 20;
/// Chooses the signal that tells of a file.
const F_SETSIG: usize = 10;
const BOX_MIB: u64 = 128;

/// Tries everything, writes what got through, and ends the process.
pub(super) fn run(argument: Option<String>) -> ! {
    if argument.as_deref() == Some(TAKE) {
        take();
    }
    if argument.is_some_and(|argument| argument == SPIN || argument == TAKE) {
        loop {
            std::hint::spin_loop();
        }
    }
    let through: Vec<&str> =
        calls().into_iter().chain(sights()).filter_map(|(name, got_through)| got_through.then_some(name)).collect();
    println!("{}", if through.is_empty() { "nothing".into() } else { through.join(", ") });
    std::process::exit(0)
}

/// Writes to shared pages of a device, which no limit of the process counts.
fn take() {
    // SAFETY: the pages are new, and written to within their bounds.
    unsafe {
        let file = libc::open(c"/dev/zero".as_ptr(), libc::O_RDWR);
        let pages = libc::mmap(std::ptr::null_mut(), TAKEN_BYTES, libc::PROT_READ, libc::MAP_SHARED, file, 0);
        if pages != libc::MAP_FAILED && libc::mprotect(pages, TAKEN_BYTES, libc::PROT_READ | libc::PROT_WRITE) == 0 {
            for at in (0..TAKEN_BYTES).step_by(4096) {
                pages.cast::<u8>().add(at).write_volatile(1);
            }
        }
    }
}

/// Calls of the system.
fn calls() -> Vec<(&'static str, bool)> {
    let call = |number: c_long, a: usize, b: usize, c: usize, d: usize| {
        // SAFETY: the arguments are numbers and null pointers; a call that gets through takes nothing from this process.
        unsafe { libc::syscall(number, a, b, c, d, 0, 0) >= 0 }
    };
    // A file that is not open: the kernel says so if the call came through.
    let is_known = |number: c_long, command: usize| {
        let ended = call(number, usize::MAX, command, 0, 0);
        ended || io::Error::last_os_error().raw_os_error() != Some(libc::ENOSYS)
    };
    let shared = (libc::MAP_SHARED | libc::MAP_ANONYMOUS) as usize;
    let usable = (libc::PROT_READ | libc::PROT_WRITE) as usize;
    let none = [0_u64; 2];
    let own = std::process::id() as usize;
    vec![
        ("a namespace", call(libc::SYS_unshare, libc::CLONE_NEWUSER as usize, 0, 0, 0)),
        (
            "a mount",
            call(libc::SYS_mount, c"/usr".as_ptr() as usize, c"/box".as_ptr() as usize, 0, libc::MS_BIND as usize),
        ),
        ("a socket", call(libc::SYS_socket, libc::AF_INET as usize, libc::SOCK_STREAM as usize, 0, 0)),
        ("a socket of this machine", call(libc::SYS_socket, libc::AF_UNIX as usize, libc::SOCK_STREAM as usize, 0, 0)),
        (
            "a connection",
            TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], 80)), Duration::from_millis(50)).is_ok(),
        ),
        ("a process", call(libc::SYS_clone, libc::SIGCHLD as usize, 0, 0, 0)),
        ("a signal to all", call(libc::SYS_kill, usize::MAX, 0, 0, 0)),
        ("a signal to the judge's process", call(libc::SYS_tgkill, 1, 1, 0, 0)),
        ("a look into a process", call(libc::SYS_ptrace, libc::PTRACE_TRACEME as usize, 0, 0, 0)),
        ("a file of another process", call(libc::SYS_pidfd_open, own, 0, 0, 0)),
        ("a key", call(libc::SYS_add_key, c"user".as_ptr() as usize, c"x".as_ptr() as usize, 0, 0)),
        ("a program for the kernel", call(libc::SYS_bpf, 0, 0, 0, 0)),
        ("a ring of calls", call(libc::SYS_io_uring_setup, 1, 0, 0, 0)),
        ("a fault handler", call(libc::SYS_userfaultfd, 0, 0, 0, 0)),
        ("a file in memory", call(libc::SYS_memfd_create, c"x".as_ptr() as usize, 0, 0, 0)),
        ("shared memory", call(libc::SYS_shmget, 0, 4096, 0o600 | libc::IPC_CREAT as usize, 0)),
        ("shared pages", call(libc::SYS_mmap, 0, 4096, usable, shared)),
        ("a higher limit", call(libc::SYS_setrlimit, libc::RLIMIT_NPROC as usize, none.as_ptr() as usize, 0, 0)),
        ("another timer", call(libc::SYS_setitimer, libc::ITIMER_PROF as usize, 0, 0, 0)),
        (
            "a symbolic link",
            call(
                libc::SYS_symlinkat,
                c"/usr".as_ptr() as usize,
                libc::AT_FDCWD as usize,
                c"/box/x".as_ptr() as usize,
                0,
            ),
        ),
        ("a signal by a file", is_known(libc::SYS_fcntl, F_SETSIG)),
        ("a command to a device", is_known(libc::SYS_ioctl, libc::TCSETS as usize)),
        ("open files", (3..64).any(|file| call(libc::SYS_fcntl, file, libc::F_GETFD as usize, 0, 0))),
    ]
}

/// Files that can be seen and written.
fn sights() -> Vec<(&'static str, bool)> {
    let own = std::process::id();
    vec![
        ("the passwords of the machine", Path::new("/etc").exists()),
        (
            "the homes of the machine",
            ["/root", "/home", "/var", "/tmp", "/run", "/sys"].iter().any(|path| Path::new(path).exists()),
        ),
        ("other processes", (2..64).any(|pid| pid != own && Path::new(&format!("/proc/{pid}/status")).exists())),
        ("the environment of the judge's process", std::fs::read("/proc/1/environ").is_ok_and(|all| !all.is_empty())),
        ("the memory of the judge's process", std::fs::File::open("/proc/1/mem").is_ok()),
        ("the registers of the judge's process", std::fs::read("/proc/1/syscall").is_ok()),
        ("the files of the judge's process", std::fs::read_dir("/proc/1/fd").is_ok()),
        (
            "a file",
            ["/x", "/box/x", "/usr/x", "/dev/shm/x", "/dev/x", "/proc/x"]
                .iter()
                .any(|path| std::fs::write(path, "x").is_ok()),
        ),
        (
            "an environment",
            std::env::vars().any(|(name, _)| !["PATH", "HOME", "TMPDIR", "LANG", "TZ", "PWD"].contains(&name.as_str())),
        ),
    ]
}

impl Sandbox {
    /// Tries the hostile set in a box. Fails with what got through, or why there is no box.
    pub fn probe(&self) -> Result<(), JudgeFault> {
        let program = |argument| vec!["/proc/self/exe".to_owned(), COMMAND.to_owned(), argument];
        let run = |argument: &str, cpu_ms| {
            self.run(&BoxRun {
                steps: vec![program(argument.to_owned())],
                product: None,
                files: Vec::new(),
                folders: Vec::new(),
                input: b"",
                cpu_ms,
                wall_ms: 5_000,
                data_mib: 64,
                memory_mib: BOX_MIB,
                address_mib: None,
                stdout_bytes: 4_096,
                stderr_bytes: 4_096,
            })
        };
        let end = run("", 2_000)?;
        let said = String::from_utf8_lossy(&end.stdout).trim().to_owned();
        match end.report {
            Some(BoxReport { exit_code: Some(0), .. }) if said == "nothing" => {}
            Some(BoxReport { exit_code: Some(0), .. }) => {
                return Err(JudgeFault(format!("a box of bubblewrap does not hold here: {said}")));
            }
            _ => {
                let why = String::from_utf8_lossy(&end.stderr).trim().to_owned();
                return Err(JudgeFault(format!("the probe of a box did not end well: {:?} {why}", end.report)));
            }
        }
        match run(SPIN, 100)?.report {
            Some(BoxReport { signal: Some(libc::SIGPROF | libc::SIGXCPU | libc::SIGKILL), .. }) => {}
            report => return Err(JudgeFault(format!("a program without end is not ended in a box: {report:?}"))),
        }
        match run(TAKE, 2_000)? {
            BoxEnd { took_too_much: true, .. } => Ok(()),
            BoxEnd { report, .. } => Err(JudgeFault(format!("the memory of a box is not watched here: {report:?}"))),
        }
    }
}
