//! The calls of the system that are left to a program in a box, and to its compiler.

use std::io;

use crate::confined::locks::{ArgumentRule, apply, rule};
use libc::{c_int, c_long};
use seccompiler::{SeccompAction, SeccompRule};

/// Calls that any program may make: files, which are those of the box; memory; its own threads, signals and clocks.
const CALLS: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_chdir,
    libc::SYS_fchdir,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_umask,
    libc::SYS_truncate,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_utimensat,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mincore,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getpgid,
    libc::SYS_getrusage,
    libc::SYS_times,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_execve,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Older names of calls, which only this architecture has.
#[cfg(target_arch = "x86_64")]
const OLD_CALLS: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_getdents,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_chmod,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_epoll_create,
    libc::SYS_epoll_wait,
    libc::SYS_arch_prctl,
    libc::SYS_time,
    libc::SYS_getpgrp,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD_CALLS: &[c_long] = &[];

/// Flags of `clone` by which a process gets namespaces of its own.
const NAMESPACES: c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// Requests to an open file that are allowed: not that it sends signals, nor that a pipe holds more.
const FILE_COMMANDS: &[c_int] = &[
    libc::F_DUPFD,
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_SETFL,
    libc::F_GETLK,
    libc::F_SETLK,
    libc::F_SETLKW,
    libc::F_DUPFD_CLOEXEC,
    libc::F_GETPIPE_SZ,
];
/// Requests to a device that are allowed: its size as a terminal, and those that any file knows.
const DEVICE_COMMANDS: &[libc::Ioctl] =
    &[libc::TCGETS, libc::TIOCGWINSZ, libc::FIONREAD, libc::FIONBIO, libc::FIOCLEX, libc::FIONCLEX];

/// Leaves a program its calls. Any other fails as if the kernel did not know it, which makes libraries choose an older one:
/// `clone`, whose flags can be seen here, for `clone3`.
///
/// A compiler may start processes, since it consists of several. What it compiled may start threads only.
pub fn only_calls_of_a_program(may_start_processes: bool) -> io::Result<()> {
    let mut rules: Vec<(c_long, Vec<SeccompRule>)> =
        CALLS.iter().chain(OLD_CALLS).map(|call| (*call, Vec::new())).collect();
    let thread = if may_start_processes { 0 } else { libc::CLONE_THREAD };
    rules.push((libc::SYS_clone, vec![rule(&[ArgumentRule::Flags(0, NAMESPACES | thread, thread)])?]));
    #[cfg(target_arch = "x86_64")]
    if may_start_processes {
        rules.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
    }
    let one_of = |commands: &mut dyn Iterator<Item = u32>| -> io::Result<Vec<SeccompRule>> {
        commands.map(|command| rule(&[ArgumentRule::Is(1, command)])).collect()
    };
    rules.push((libc::SYS_fcntl, one_of(&mut FILE_COMMANDS.iter().map(|command| *command as u32))?));
    rules.push((libc::SYS_ioctl, one_of(&mut DEVICE_COMMANDS.iter().map(|command| *command as u32))?));
    // Signals go to the program itself. The number of this process stays when it becomes the program.
    let own = if may_start_processes { vec![] } else { vec![rule(&[ArgumentRule::Is(0, std::process::id())])?] };
    rules.push((libc::SYS_tgkill, own));
    // A pair of sockets that leads nowhere but to itself, which Java makes to close files with.
    rules.push((libc::SYS_socketpair, vec![rule(&[ArgumentRule::Is(0, libc::AF_UNIX as u32)])?]));
    // Limits can be read and not set.
    rules.push((libc::SYS_prlimit64, vec![rule(&[ArgumentRule::IsNull(2)])?]));
    rules.push((libc::SYS_getrlimit, Vec::new()));
    rules.push((libc::SYS_prctl, vec![rule(&[ArgumentRule::Is(0, libc::PR_SET_NAME as u32)])?]));
    // Memory that processes share is in no limit. That of files is limited by the size of the box.
    rules.push((
        libc::SYS_mmap,
        vec![
            rule(&[ArgumentRule::Flags(3, libc::MAP_SHARED, 0)])?,
            rule(&[ArgumentRule::Flags(3, libc::MAP_ANONYMOUS, 0), ArgumentRule::Flags(2, libc::PROT_WRITE, 0)])?,
        ],
    ));
    apply(rules, SeccompAction::Errno(libc::ENOSYS as u32))
}
