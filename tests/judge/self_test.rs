//! The judge's look at its own boxes: where they do not hold, nothing is run in them.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gyosil::confined::{Program, RunAs};
use gyosil::judge::toolchains::BUBBLEWRAP;
use gyosil::judge::{Case, Engines, Job, RunLimits};

use crate::boxes::{SPARE_UID, are_off};

const LANGUAGES: &[&str] = &["python", "c", "cpp", "java", "node", "rust"];

/// Tries all languages in the boxes of this bubblewrap, and asserts that each is off for a reason with these words, and runs nothing.
#[track_caller]
fn assert_all_off(bubblewrap: &Path, secrets: &Path, why: &str) {
    let program = Program::open(env!("CARGO_BIN_EXE_gyosil")).unwrap();
    let mut engines = Engines::new(program, RunAs::choose(SPARE_UID));
    engines.try_toolchains(bubblewrap, secrets, |_| true).unwrap();
    let names: Vec<&str> = engines.states().iter().map(|state| state.name).collect();
    assert_eq!(names, LANGUAGES);
    for state in engines.states() {
        let reason = state.why_off.as_deref().unwrap_or_else(|| panic!("{} is on", state.name));
        assert!(reason.contains(why), "{reason}");
        let limits = RunLimits { cpu_ms: 1_000, memory_mib: 64, output_bytes: 1_024 };
        let cases = vec![Case { input: String::new(), expected: String::new() }];
        let refused = engines.run(state.name, &Job { source: String::new(), cases, limits }).unwrap_err();
        assert_eq!(refused.to_string(), format!("{} is off here", state.name));
    }
}

/// A folder into which any user may look.
fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// Writes a script that is started instead of bubblewrap. Another process writes it: a file that is open for writing cannot be started.
fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("bwrap");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"printf '%s' "$1" >"$2" && chmod 755 "$2""#, "sh", text]).arg(&path);
    assert!(command.status().unwrap().success());
    path
}

#[test]
fn no_language_of_boxes_works_without_bubblewrap() {
    let folder = open_folder();
    assert_all_off(&folder.path().join("bwrap"), folder.path(), "bubblewrap is not installed");
}

#[test]
fn no_language_of_boxes_works_where_boxes_would_show_the_schools_data() {
    assert_all_off(Path::new(BUBBLEWRAP), Path::new("/usr/share"), "the school's data is below /usr");
}

#[test]
fn no_language_of_boxes_works_with_a_bubblewrap_that_only_starts_the_program() {
    let folder = open_folder();
    let bare = "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";
    assert_all_off(&script(folder.path(), bare), folder.path(), "a box did not begin");
}

/// The hostile set runs free; its number, its output and its report come as from a box.
const NO_BOX: &str = r#"#!/usr/bin/python3 -I
import json, os, sys
at = sys.argv.index("--json-status-fd")
status, program, task = int(sys.argv[at + 1]), sys.argv[at + 3], json.loads(sys.argv[at + 5])
step = os.fork()
if step == 0:
    os.execv(program, [program] + task["steps"][0][1:])
os.write(status, json.dumps({"child-pid": step}).encode() + b"\n")
os.waitpid(step, 0)
os.write(task["report_file"], b'{"signal":null,"exit_code":0,"cpu_ms":1,"memory_kib":1}')
"#;

#[test]
fn no_language_of_boxes_works_in_a_box_that_holds_nothing() {
    if are_off() {
        return;
    }
    let folder = open_folder();
    let no_box = script(folder.path(), NO_BOX);
    assert_all_off(&no_box, folder.path(), "a box of bubblewrap does not hold here: a namespace, ");
}

#[test]
fn no_language_of_boxes_works_in_a_box_with_one_hole() {
    if are_off() {
        return;
    }
    for (hole, found) in
        [("--ro-bind /etc /etc", "the passwords of the machine"), ("--ro-bind /tmp /tmp", "the homes of the machine")]
    {
        let folder = open_folder();
        let leaky = script(folder.path(), &format!("#!/bin/sh\nexec {BUBBLEWRAP} {hole} \"$@\"\n"));
        assert_all_off(&leaky, folder.path(), &format!("a box of bubblewrap does not hold here: {found}"));
    }
}

/// Finds every hole outside a box: none counts as stopped only because its call always fails.
#[test]
fn the_hostile_set_finds_holes_outside_a_box() {
    if are_off() {
        return;
    }
    let program = File::open(env!("CARGO_BIN_EXE_gyosil")).unwrap();
    let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
    command.arg("judge-probe").env("SECRET", "x").stdin(Stdio::null());
    if let RunAs::User(uid) = RunAs::choose(SPARE_UID) {
        command.uid(uid).gid(uid);
    }
    let output = command.output().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = found.trim().split(", ").collect();
    for hole in HOLES {
        assert!(found.contains(hole), "{hole} is not found among {found:?}");
    }
}

const HOLES: &[&str] = &[
    "a namespace",
    "another namespace",
    "a mount",
    "a socket",
    "a socket of this machine",
    "a process",
    "a signal to all",
    "a signal to the judge's process",
    "a look into a process",
    "the memory of a process",
    "writing to a process",
    "a process as a file",
    "a file of another process",
    "a key",
    "a command to keys",
    "a program for the kernel",
    "a ring of calls",
    "a fault handler",
    "a counter of the processor",
    "a file in memory",
    "shared memory",
    "shared pages",
    "a higher limit",
    "another timer",
    "a symbolic link",
    "a signal by a file",
    "a command to a device",
    "the passwords of the machine",
    "the homes of the machine",
    "other processes",
    "a file",
    "an environment",
];
