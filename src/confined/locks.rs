//! Locks of the processes that work on what strangers sent: calls of the system (seccomp), files and sockets (Landlock), and
//! resources.
//!
//! A process locks itself, and nothing can open the lock again. Each function fails rather than leave a lock out, but for
//! Landlock, which old kernels lack: it stands behind the list of calls and is never the only lock.

use std::io;

use libc::{c_int, c_long, c_void};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// Locks this process for all that it still does, which is a calculation: it may take so much more memory than it has, and so much time
/// of the processor, and can write to nothing but the files that are open.
pub fn only_calculate(memory_bytes: u64, cpu_ms: u64) -> io::Result<()> {
    limit(libc::RLIMIT_AS, own_bytes()? + memory_bytes)?;
    limit(libc::RLIMIT_FSIZE, 0)?;
    limit(libc::RLIMIT_CPU, cpu_ms.div_ceil(1_000))?;
    limit_cpu_ms(cpu_ms)?;
    seclude()?;
    deny_files_and_sockets()?;
    limit(libc::RLIMIT_NOFILE, 0)?;
    only_calls_of_a_calculation()
}

/// Reads how much address space this process has.
fn own_bytes() -> io::Result<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = pages.split(' ').next().and_then(|text| text.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    // SAFETY: the call takes a number and returns one.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    Ok(pages * u64::try_from(page).unwrap_or(4096))
}

/// Limit of a resource, which the process cannot raise again.
pub fn limit(resource: libc::__rlimit_resource_t, most: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: the call reads the struct that it is given.
    match unsafe { libc::setrlimit(resource, &limit) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Ends this process by a signal once it has used so much time of the processor. Unlike the resource limit, it counts
/// milliseconds.
pub fn limit_cpu_ms(most: u64) -> io::Result<()> {
    let value =
        libc::timeval { tv_sec: (most / 1_000) as libc::time_t, tv_usec: (most % 1_000 * 1_000) as libc::suseconds_t };
    let timer = libc::itimerval { it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 }, it_value: value };
    // SAFETY: the call reads the struct that it is given.
    match unsafe { libc::setitimer(libc::ITIMER_PROF, &timer, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Makes this process unreadable to others of its user, and keeps it from gaining rights.
pub fn seclude() -> io::Result<()> {
    for (option, value) in [(libc::PR_SET_DUMPABLE, 0), (libc::PR_SET_NO_NEW_PRIVS, 1)] {
        // SAFETY: these options take numbers only.
        if unsafe { libc::prctl(option, value as libc::c_ulong, 0, 0, 0) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Takes all files and all sockets from this process, as far as the kernel can. Those that are open stay open.
pub fn deny_files_and_sockets() -> io::Result<()> {
    #[repr(C)]
    struct Handled {
        files: u64,
        sockets: u64,
        scopes: u64,
    }
    const VERSION: libc::c_ulong = 1;
    // SAFETY: with this flag the call takes no struct, and returns a number.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<c_void>(), 0usize, VERSION) };
    let (files, bytes) = match version {
        ..1 => return Ok(()),
        1 => ((1 << 13) - 1, 8),
        2 => ((1 << 14) - 1, 8),
        3 => ((1 << 15) - 1, 8),
        4 => ((1 << 15) - 1, 16),
        5 => ((1 << 16) - 1, 16),
        _ => ((1 << 16) - 1, 24),
    };
    let handled = Handled { files, sockets: 0b11, scopes: 0b11 };
    // SAFETY: the struct is longer than the number of bytes that the call is told to read.
    let rules = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const handled, bytes as usize, 0) };
    if rules < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both calls take numbers only; the descriptor is ours and is closed once.
    let locked = unsafe {
        let locked = libc::syscall(libc::SYS_landlock_restrict_self, rules, 0);
        libc::close(rules as libc::c_int);
        locked
    };
    if locked == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The calls that are left to a calculation: memory, the clock, writing its report to a file that is open, and its end.
fn only_calls_of_a_calculation() -> io::Result<()> {
    let mut rules: Vec<(c_long, Vec<SeccompRule>)> = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_clock_gettime,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ]
    .map(|call| (call, Vec::new()))
    .into();
    // New memory is never a program.
    rules.push((libc::SYS_mmap, vec![rule(&[ArgumentRule::Flags(2, libc::PROT_EXEC, 0)])?]));
    rules.push((libc::SYS_mprotect, vec![rule(&[ArgumentRule::Flags(2, libc::PROT_EXEC, 0)])?]));
    apply(rules, SeccompAction::KillProcess)
}

/// Demand on an argument of a call, by its place.
#[derive(Debug, Clone, Copy)]
pub enum ArgumentRule {
    /// Of the flags named first, those named second are set.
    Flags(u8, c_int, c_int),
    Is(u8, u32),
    IsNull(u8),
}

/// Makes a rule that matches if all conditions do.
pub fn rule(conditions: &[ArgumentRule]) -> io::Result<SeccompRule> {
    let conditions = conditions.iter().map(|condition| {
        let (place, bits, operator, value) = match *condition {
            ArgumentRule::Flags(place, flags, set) => {
                (place, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(u64::from(flags as u32)), set as u32)
            }
            ArgumentRule::Is(place, value) => (place, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value),
            ArgumentRule::IsNull(place) => (place, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0),
        };
        SeccompCondition::new(place, bits, operator, u64::from(value))
    });
    let conditions = conditions.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    SeccompRule::new(conditions).map_err(io::Error::other)
}

/// Allows the calls of a list, and nothing else, to this thread and those that it starts.
pub fn apply(rules: Vec<(c_long, Vec<SeccompRule>)>, otherwise: SeccompAction) -> io::Result<()> {
    let arch: TargetArch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules.into_iter().collect(), otherwise, SeccompAction::Allow, arch);
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a piece of code in a forked process. Returns its status as `waitpid` tells it.
    fn forked(code: impl FnOnce() -> i32) -> i32 {
        // SAFETY: the forked process has the one thread that runs the code, and ends without running anything else.
        unsafe {
            let pid = libc::fork();
            if pid == 0 {
                libc::_exit(code());
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(pid, &mut status, 0), pid);
            status
        }
    }

    fn call(number: c_long, a: usize, b: usize, c: usize, d: usize) -> c_long {
        // SAFETY: the arguments are null or describe nothing that could be written.
        unsafe { libc::syscall(number, a, b, c, d, usize::MAX, 0) }
    }

    #[test]
    fn a_locked_process_is_killed_at_any_other_call() {
        let (path, at) = (c"/etc/passwd".as_ptr() as usize, libc::AT_FDCWD as usize);
        let anonymous = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
        let executable = (libc::PROT_READ | libc::PROT_EXEC) as usize;
        for (name, number, [a, b, c, d]) in [
            ("openat", libc::SYS_openat, [at, path, 0, 0]),
            ("statx", libc::SYS_statx, [at, path, 0, 0]),
            ("socket", libc::SYS_socket, [libc::AF_INET as usize, libc::SOCK_STREAM as usize, 0, 0]),
            ("clone", libc::SYS_clone, [libc::SIGCHLD as usize, 0, 0, 0]),
            ("clone3", libc::SYS_clone3, [0, 0, 0, 0]),
            ("execve", libc::SYS_execve, [path, 0, 0, 0]),
            ("kill", libc::SYS_kill, [usize::MAX, 0, 0, 0]),
            ("ptrace", libc::SYS_ptrace, [0, 0, 0, 0]),
            ("prctl", libc::SYS_prctl, [libc::PR_SET_DUMPABLE as usize, 1, 0, 0]),
            ("prlimit64", libc::SYS_prlimit64, [0, 0, 0, 0]),
            ("setitimer", libc::SYS_setitimer, [libc::ITIMER_PROF as usize, 0, 0, 0]),
            ("io_uring_setup", libc::SYS_io_uring_setup, [1, 0, 0, 0]),
            ("bpf", libc::SYS_bpf, [0, 0, 0, 0]),
            ("keyctl", libc::SYS_keyctl, [0, 0, 0, 0]),
            ("userfaultfd", libc::SYS_userfaultfd, [0, 0, 0, 0]),
            ("memfd_create", libc::SYS_memfd_create, [path, 0, 0, 0]),
            ("mount", libc::SYS_mount, [0, 0, 0, 0]),
            ("unshare", libc::SYS_unshare, [libc::CLONE_NEWUSER as usize, 0, 0, 0]),
            ("process_vm_readv", libc::SYS_process_vm_readv, [1, 0, 0, 0]),
            ("pidfd_open", libc::SYS_pidfd_open, [1, 0, 0, 0]),
            ("mmap of a program", libc::SYS_mmap, [0, 4096, executable, anonymous]),
            ("mprotect of a program", libc::SYS_mprotect, [0, 4096, executable, 0]),
        ] {
            let status = forked(|| match seclude().and_then(|()| only_calls_of_a_calculation()) {
                Ok(()) => i32::from(call(number, a, b, c, d) < 0),
                Err(_) => 99,
            });
            assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGSYS, "{name}: {status:#x}");
        }
    }

    #[test]
    fn a_locked_process_may_do_what_a_calculation_needs() {
        let status = forked(|| match seclude().and_then(|()| only_calls_of_a_calculation()) {
            Ok(()) => {
                let anonymous = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
                let usable = (libc::PROT_READ | libc::PROT_WRITE) as usize;
                i32::from(call(libc::SYS_mmap, 0, 1 << 20, usable, anonymous) < 0)
            }
            Err(_) => 99,
        });
        assert_eq!(status, 0);
    }

    #[test]
    fn files_are_closed_where_the_kernel_has_landlock() {
        let open = || call(libc::SYS_openat, libc::AT_FDCWD as usize, c"/etc/passwd".as_ptr() as usize, 0, 0);
        let status = forked(|| match seclude().and_then(|()| deny_files_and_sockets()) {
            // SAFETY: with this flag the call takes no struct, and returns a number.
            Ok(()) if unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0usize, 0usize, 1) } < 1 => 0,
            Ok(()) => i32::from(open() >= 0 || io::Error::last_os_error().raw_os_error() != Some(libc::EACCES)),
            Err(_) => 99,
        });
        assert_eq!(status, 0);
    }

    #[test]
    fn a_process_ends_by_itself_when_its_time_of_the_processor_is_used_up() {
        let status = forked(|| match limit_cpu_ms(50) {
            Ok(()) => loop {
                std::hint::spin_loop();
            },
            Err(_) => 99,
        });
        assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGPROF, "{status:#x}");
    }
}
