//! The walls of a box: calls of the system that it does not know, and files of the school that it does not show.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use gyosil::judge::CaseOutcome;

use crate::boxes::{PATIENT_MS, are_off, run, run_job};

/// Calls that fail outside a box as well, since their arguments are nonsense: only in a box does the kernel not know them.
const DENIED_CALLS: &[(&str, libc::c_long)] = &[
    ("mount", libc::SYS_mount),
    ("umount2", libc::SYS_umount2),
    ("pivot_root", libc::SYS_pivot_root),
    ("setns", libc::SYS_setns),
    ("shmget", libc::SYS_shmget),
    ("keyctl", libc::SYS_keyctl),
    ("add_key", libc::SYS_add_key),
    ("request_key", libc::SYS_request_key),
    ("bpf", libc::SYS_bpf),
    ("userfaultfd", libc::SYS_userfaultfd),
    ("io_uring_setup", libc::SYS_io_uring_setup),
    ("io_uring_enter", libc::SYS_io_uring_enter),
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("process_vm_writev", libc::SYS_process_vm_writev),
    ("pidfd_open", libc::SYS_pidfd_open),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("pidfd_send_signal", libc::SYS_pidfd_send_signal),
    ("perf_event_open", libc::SYS_perf_event_open),
    ("memfd_create", libc::SYS_memfd_create),
];

#[test]
fn dangerous_calls_are_unknown_in_a_box() {
    if are_off() {
        return;
    }
    let list: String = DENIED_CALLS.iter().map(|(name, number)| format!("'{name}': {number}, ")).collect();
    let source = format!(
        "import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def is_known(number):
  return libc.syscall(number, *[ctypes.c_long(-1)] * 6) >= 0 or ctypes.get_errno() != errno.ENOSYS
print(*[name for name, number in {{{list}}}.items() if is_known(number)])"
    );
    let report = run_job("python", &source, &[("", "")], PATIENT_MS).cases.remove(0);
    assert_eq!(report.outcome, CaseOutcome::Passed, "known in a box: {report:?}");
    let outside = Command::new("/usr/bin/python3").args(["-I", "-c", &source]).output().unwrap();
    let all: Vec<&str> = DENIED_CALLS.iter().map(|(name, _)| *name).collect();
    assert_eq!(String::from_utf8_lossy(&outside.stdout).trim(), all.join(" "), "{outside:?}");
}

/// The files of the school are open to anyone here: nothing but the box keeps a program from them.
#[test]
fn the_data_of_a_school_cannot_be_read() {
    if are_off() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let secret = data.path().join("jwt-secret");
    std::fs::write(&secret, "secret").unwrap();
    let (data, secret) = (data.path().display(), secret.display());
    for source in [
        format!("print(open('{secret}').read())"),
        format!("import os\nos.listdir('{data}')"),
        format!("import os\nos.chdir('{data}')"),
        format!("print(open('/proc/self/root{secret}').read())"),
        format!("print(open('/proc/1/root{secret}').read())"),
    ] {
        let report = run("python", &source);
        assert_eq!(report.outcome, CaseOutcome::Crashed, "{source}\n{report:?}");
        let is_hidden = ["FileNotFoundError", "PermissionError"].iter().any(|error| report.detail.contains(error));
        assert!(is_hidden, "{source}\n{report:?}");
    }
    for source in [
        format!("#include <stdio.h>\nint main(void) {{ puts(\n#include \"{secret}\"\n); return 0; }}"),
        format!("__asm__(\".incbin \\\"{secret}\\\"\");\nint main(void) {{ return 0; }}"),
    ] {
        let report = run_job("c", &source, &[("", "secret")], PATIENT_MS);
        let says = report.compiler_says.unwrap_or_else(|| panic!("{source} was compiled"));
        assert!(says.contains("No such file") || says.contains("file not found"), "{says}");
    }
}
