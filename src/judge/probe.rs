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

/// Calls that the list of a box leaves out, or leaves in with other arguments. With these arguments none does anything, even where it
/// gets through: what tells is whether the kernel knows the call.
#[rustfmt::skip]
const DENIED: &[(&str, c_long, [usize; 4])] = &[
    ("a namespace", libc::SYS_unshare, [0; 4]),
    ("another namespace", libc::SYS_setns, [NO_FILE, 0, 0, 0]),
    ("a mount", libc::SYS_mount, [0; 4]),
    ("a socket", libc::SYS_socket, [libc::AF_INET as usize, NO_TYPE, 0, 0]),
    ("a socket of this machine", libc::SYS_socket, [libc::AF_UNIX as usize, NO_TYPE, 0, 0]),
    ("a process", libc::SYS_clone, [(libc::CLONE_SIGHAND | libc::SIGCHLD) as usize, 0, 0, 0]),
    ("a signal to all", libc::SYS_kill, [usize::MAX, 0, 0, 0]),
    ("a signal to the judge's process", libc::SYS_tgkill, [1, 1, 0, 0]),
    ("a look into a process", libc::SYS_ptrace, [libc::PTRACE_ATTACH as usize, 0, 0, 0]),
    ("the memory of a process", libc::SYS_process_vm_readv, [0; 4]),
    ("writing to a process", libc::SYS_process_vm_writev, [0; 4]),
    ("a process as a file", libc::SYS_pidfd_open, [0; 4]),
    ("a file of another process", libc::SYS_pidfd_getfd, [NO_FILE, 0, 0, 0]),
    ("a key", libc::SYS_add_key, [0; 4]),
    ("a command to keys", libc::SYS_keyctl, [0; 4]),
    ("a program for the kernel", libc::SYS_bpf, [0; 4]),
    ("a ring of calls", libc::SYS_io_uring_setup, [1, 0, 0, 0]),
    ("a fault handler", libc::SYS_userfaultfd, [usize::MAX, 0, 0, 0]),
    ("a counter of the processor", libc::SYS_perf_event_open, [0; 4]),
    ("a file in memory", libc::SYS_memfd_create, [0; 4]),
    ("shared memory", libc::SYS_shmget, [0; 4]),
    ("shared pages", libc::SYS_mmap, [0, 0, PAGES_USABLE, PAGES_SHARED]),
    ("a higher limit", libc::SYS_setrlimit, [libc::RLIMIT_NPROC as usize, 0, 0, 0]),
    ("another timer", libc::SYS_setitimer, [usize::MAX, 0, 0, 0]),
    ("a symbolic link", libc::SYS_symlinkat, [0; 4]),
    ("a signal by a file", libc::SYS_fcntl, [NO_FILE, F_SETSIG, 0, 0]),
    ("a command to a device", libc::SYS_ioctl, [NO_FILE, libc::TCSETS as usize, 0, 0]),
];
const NO_FILE: usize = usize::MAX;
/// A type of socket that does not exist.
const NO_TYPE: usize = 15;
const PAGES_USABLE: usize = (libc::PROT_READ | libc::PROT_WRITE) as usize;
const PAGES_SHARED: usize = (libc::MAP_SHARED | libc::MAP_ANONYMOUS) as usize;

/// Calls of the system.
fn calls() -> Vec<(&'static str, bool)> {
    let call = |number: c_long, [a, b, c, d]: [usize; 4]| {
        // SAFETY: the arguments are numbers and null pointers; a call that gets through takes nothing from this process.
        unsafe { libc::syscall(number, a, b, c, d, 0, 0) >= 0 }
    };
    let is_known =
        |number, arguments| call(number, arguments) || io::Error::last_os_error().raw_os_error() != Some(libc::ENOSYS);
    let denied = DENIED.iter().map(|(name, number, arguments)| (*name, is_known(*number, *arguments)));
    let server = SocketAddr::from(([127, 0, 0, 1], 80));
    let others = [
        ("a connection", TcpStream::connect_timeout(&server, Duration::from_millis(50)).is_ok()),
        ("open files", (3..64).any(|file| call(libc::SYS_fcntl, [file, libc::F_GETFD as usize, 0, 0]))),
    ];
    denied.chain(others).collect()
}

/// Makes a file, and takes it away again. Returns whether it could.
fn can_make(path: &str) -> bool {
    let is_made = std::fs::File::create_new(path).is_ok();
    if is_made {
        let _ = std::fs::remove_file(path);
    }
    is_made
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
        ("a file", ["/x", "/box/x", "/usr/x", "/dev/shm/x", "/dev/x", "/proc/x"].iter().any(|path| can_make(path))),
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
