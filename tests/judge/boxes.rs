//! Hostile programs in boxes: each must be stopped, and leave the judge as it was.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use gyosil::confined::{Program, RunAs};
use gyosil::judge::toolchains::{BUBBLEWRAP, Toolchains};
use gyosil::judge::{Case, CaseOutcome, CaseReport, Engine, Job, JobReport, RunLimits};

const LIMITS: RunLimits = RunLimits { cpu_ms: 500, memory_mib: 64, output_bytes: 1024 * 1024 };
/// The time of a program that must not end by it, on a machine that does other things too.
pub const PATIENT_MS: u64 = 2_000;
const AT_ONCE: usize = 3;
pub const SPARE_UID: u32 = 61_000;

/// Are these tests off? They need a kernel that gives users namespaces of their own.
pub fn are_off() -> bool {
    let are_off = std::env::var("GYOSIL_TEST_BOXES").is_ok_and(|switch| switch == "off");
    if are_off {
        println!("boxes are not tested: GYOSIL_TEST_BOXES is off");
    }
    are_off
}

/// Is this one of the languages that are tried only where their tools are?
fn is_there(language: &str) -> bool {
    let tool = match language {
        "java" => "javac",
        "rust" => "rustc",
        _ => return false,
    };
    let folders = ["/usr/bin", "/usr/local/bin"].iter();
    folders.filter_map(|folder| Path::new(folder).join(tool).canonicalize().ok()).any(|path| path.starts_with("/usr"))
}

/// The engine, tried once for all tests.
fn tools() -> &'static Toolchains {
    static TOOLS: OnceLock<Toolchains> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let program = Program::open(env!("CARGO_BIN_EXE_gyosil")).unwrap();
        let is_wanted = |name: &str| ["python", "c", "cpp", "node"].contains(&name) || is_there(name);
        // The processes of a box end with the thread that started it, which a test's own may outlive: it waits for them.
        let (run_as, bubblewrap, secrets) = (RunAs::choose(SPARE_UID), Path::new(BUBBLEWRAP), Path::new("/tmp"));
        let (mut tools, states) = Toolchains::try_out(program, run_as, bubblewrap, secrets, is_wanted);
        // Java's takes one second by itself.
        tools.compile_cpu_ms = 4_000;
        assert!(states.iter().all(|state| state.why_off.is_none()), "{states:#?}");
        tools
    })
}

pub fn run_job(language: &str, source: &str, cases: &[(&str, &str)], cpu_ms: u64) -> JobReport {
    let cases = cases.iter().map(|(input, expected)| Case { input: (*input).into(), expected: (*expected).into() });
    let job = Job { source: source.into(), cases: cases.collect(), limits: RunLimits { cpu_ms, ..LIMITS } };
    tools().engine(language).unwrap().run(&job).unwrap()
}

pub fn run(language: &str, source: &str) -> CaseReport {
    run_job(language, source, &[("in", "secret")], PATIENT_MS).cases.remove(0)
}

/// Runs programs, some side by side, and checks how each ends: in one of the ways named, within the time that any may take.
#[track_caller]
fn assert_ends(language: &str, ends: &[CaseOutcome], sources: &[&str]) {
    tools();
    let cpu_ms = if ends.contains(&CaseOutcome::TooSlow) { LIMITS.cpu_ms } else { PATIENT_MS };
    for some in sources.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            for source in some {
                scope.spawn(move || {
                    let begun = Instant::now();
                    let report = run_job(language, source, &[("in", "secret")], cpu_ms).cases.remove(0);
                    assert!(ends.contains(&report.outcome), "{source}\n{report:?}");
                    assert!(begun.elapsed() < Duration::from_secs(15), "{source}");
                });
            }
        });
    }
}

#[test]
fn a_program_is_judged_case_by_case_in_each_language() {
    if are_off() {
        return;
    }
    let sum = [("1 2\n", "3"), ("40 2\n", "42\n"), ("1 1\n", "3")];
    for (language, source) in [
        ("python", "a, b = map(int, input().split())\nprint(a + b)"),
        (
            "c",
            "#include <stdio.h>\nint main(void) { int a, b; scanf(\"%d %d\", &a, &b); printf(\"%d\\n\", a + b); return 0; }",
        ),
        ("cpp", "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }"),
        ("node", "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number); console.log(a + b)"),
    ] {
        let report = run_job(language, source, &sum, PATIENT_MS);
        let outcomes: Vec<CaseOutcome> = report.cases.iter().map(|case| case.outcome).collect();
        assert_eq!(
            outcomes,
            [CaseOutcome::Passed, CaseOutcome::Passed, CaseOutcome::WrongOutput],
            "{language} {report:?}"
        );
        assert_eq!(report.cases[2].detail, "line 1\n- 3\n+ 2");
        assert!(report.cases.iter().all(|case| case.memory_kib > 500), "{language} {report:?}");
    }
}

/// Programs in Java and Rust that add two numbers, crash, have no end, and take all memory.
const OPTIONAL: &[(&str, [&str; 4])] = &[
    (
        "java",
        [
            "import java.util.Scanner; public class Main { public static void main(String[] words) {
             Scanner in = new Scanner(System.in); System.out.println(in.nextInt() + in.nextInt()); } }",
            "public class Main { public static void main(String[] words) { System.out.println(42); throw new RuntimeException(); } }",
            "public class Main { public static void main(String[] words) { for (;;); } }",
            "import java.util.ArrayList; public class Main { public static void main(String[] words) {
             ArrayList<long[]> all = new ArrayList<>(); for (;;) all.add(new long[1 << 17]); } }",
        ],
    ),
    (
        "rust",
        [
            "fn main() { let all = std::io::read_to_string(std::io::stdin()).unwrap();
             println!(\"{}\", all.split_whitespace().map(|word| word.parse::<i32>().unwrap()).sum::<i32>()); }",
            "fn main() { println!(\"42\"); panic!(); }",
            "fn main() { loop { std::hint::spin_loop(); } }",
            "fn main() { let mut all = Vec::new(); loop { all.push(vec![1_u8; 1 << 20]); } }",
        ],
    ),
];

#[test]
fn java_and_rust_are_judged_where_their_tools_are() {
    if are_off() {
        return;
    }
    for (language, programs) in OPTIONAL {
        if !is_there(language) {
            println!("{language} is not tested: its compiler is not here");
            continue;
        }
        let ends = [CaseOutcome::Passed, CaseOutcome::Crashed, CaseOutcome::TooSlow, CaseOutcome::TooMuchMemory];
        for (source, end) in programs.iter().zip(ends) {
            let report = run_job(language, source, &[("40 2\n", "42")], PATIENT_MS);
            assert_eq!(report.cases[0].outcome, end, "{source}\n{report:?}");
        }
        let report = run_job(language, "x", &[("", "")], PATIENT_MS);
        assert!(report.compiler_says.is_some(), "{language} {report:?}");
    }
}

#[test]
fn a_program_that_cannot_be_compiled_is_refused_with_what_the_compiler_says() {
    if are_off() {
        return;
    }
    let report = run_job("c", "int main(void) { return x; }", &[("", ""), ("", "")], PATIENT_MS);
    assert!(report.cases.iter().all(|case| case.outcome == CaseOutcome::NotCompiled), "{report:?}");
    let says = report.compiler_says.unwrap();
    assert!(says.contains("main.c:1") && says.contains("undeclared") && !says.contains("/box"), "{says}");
}

#[test]
fn errors_end_a_program_and_are_told() {
    if are_off() {
        return;
    }
    for (language, source, detail) in [
        ("python", "print(nothing)", "NameError"),
        ("python", "import sys; sys.exit(3)", "exit code 3"),
        ("c", "int main(void) { return 4; }", "exit code 4"),
        ("c", "int main(void) { int *p = 0; *p = 1; return 0; }", "signal"),
        ("c", "#include <stdlib.h>\nint main(void) { abort(); }", "signal 6"),
        ("node", "throw new Error('no')", "Error: no"),
    ] {
        let report = run(language, source);
        assert_eq!(report.outcome, CaseOutcome::Crashed, "{source}\n{report:?}");
        assert!(report.detail.contains(detail), "{source}\n{report:?}");
    }
}

const PYTHON_BOMBS: &[&str] = &[
    "import os\nwhile True: os.fork()",
    "import os\nwhile True:\n try: os.fork()\n except OSError: pass",
    "import subprocess\nsubprocess.run(['/usr/bin/id'])\nprint('secret')",
    "import multiprocessing\np = multiprocessing.Process(target=print); p.start(); p.join()\nassert p.exitcode == 0; print('secret')",
    "import os\nfor _ in range(4):\n  if os.fork() == 0:\n    os.setsid()\n    while True: pass",
    "import os\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    while True: pass\n  os._exit(0)\nprint('secret')",
    "import os\nfor _ in range(20):\n  if os.fork() == 0: os._exit(0)\nprint('secret')",
    "import threading, time\nfor _ in range(1000): threading.Thread(target=time.sleep, args=(60,)).start()",
];

const C_BOMBS: &[&str] = &[
    "#include <unistd.h>\nint main(void) { for (;;) fork(); }",
    "#include <unistd.h>\nint main(void) { for (;;) vfork(); }",
    "#define _GNU_SOURCE\n#include <sched.h>\n#include <signal.h>\n#include <unistd.h>\n#include <sys/syscall.h>
     int main(void) { for (;;) { syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); syscall(SYS_clone3, 0, 0); } }",
];

#[test]
fn processes_cannot_multiply() {
    if are_off() {
        return;
    }
    assert_ends("python", &[CaseOutcome::Crashed, CaseOutcome::TooSlow], PYTHON_BOMBS);
    assert_ends("c", &[CaseOutcome::TooSlow], C_BOMBS);
}

#[test]
fn a_program_without_end_is_ended() {
    if are_off() {
        return;
    }
    assert_ends(
        "python",
        &[CaseOutcome::TooSlow],
        &[
            "while True: pass",
            "import time\ntime.sleep(60)",
            "import signal\nfor n in range(1, 65):\n try: signal.signal(n, signal.SIG_IGN)\n except (OSError, ValueError): pass\nwhile True: pass",
            "import signal\nsignal.signal(signal.SIGXCPU, lambda *_: None); signal.signal(signal.SIGPROF, lambda *_: None)\nwhile True: pass",
            "import os, time\nfor n in range(3): os.close(n)\ntime.sleep(60)",
            "import sys\nsys.stdin.read(); sys.stdin.read()\nwhile True: pass",
            "import threading\ndef spin():\n  while True: pass\nfor _ in range(4): threading.Thread(target=spin).start()",
            "import os, signal\nsignal.raise_signal(signal.SIGSTOP)\nprint('secret')",
        ],
    );
    assert_ends(
        "c",
        &[CaseOutcome::TooSlow],
        &["int main(void) { for (;;); }", "#include <unistd.h>\nint main(void) { pause(); for (;;) sleep(9); }"],
    );
    assert_ends("node", &[CaseOutcome::TooSlow], &["for (;;);", "setInterval(() => {}, 1000)"]);
}

#[test]
fn memory_has_a_limit() {
    if are_off() {
        return;
    }
    let ends = &[CaseOutcome::TooMuchMemory, CaseOutcome::Crashed];
    assert_ends(
        "python",
        ends,
        &[
            "x = bytearray(1 << 30)\nprint('secret')",
            "x = []\nwhile True: x.append(bytearray(1 << 20))",
            "import mmap\nx = mmap.mmap(-1, 1 << 30)\nx.write(b'x' * (1 << 30))\nprint('secret')",
            "import mmap\nx = []\nfor _ in range(30):\n  m = mmap.mmap(-1, 120 << 20); m.write(b'x' * (120 << 20)); x.append(m)\nprint('secret')",
            "import mmap, os\nf = os.open('/dev/zero', os.O_RDWR)\nx = mmap.mmap(f, 1 << 30, mmap.MAP_SHARED)\nfor n in range(0, 1 << 30, 4096): x[n] = 1\nprint('secret')",
            "import os, threading\nthreading.excepthook = lambda failed: os._exit(1)\nx = []\ndef eat():\n  while True: x.append(bytearray(1 << 20))\nfor _ in range(8): threading.Thread(target=eat).start()",
        ],
    );
    assert_ends(
        "c",
        ends,
        &[
            "#include <sys/mman.h>\nint main(void) { long all = 16L << 40; volatile char x;
             char *p = mmap(0, all, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
             if (p == MAP_FAILED) return 1;
             for (long n = 0; n < all; n += 2 << 20) x = p[n];
             for (;;); }",
            "#include <stdlib.h>\n#include <string.h>\nint main(void) { for (;;) { char *p = malloc(1 << 20); memset(p, 1, 1 << 20); } }",
            "char a[512 << 20];\nint main(void) { for (long n = 0; n < sizeof a; n += 4096) a[n] = 1; return 0; }",
            "int f(int n) { volatile char a[4096]; a[0] = n; return f(n + 1) + a[0]; }\nint main(void) { return f(0); }",
        ],
    );
    assert_ends(
        "node",
        ends,
        &[
            "const x = []; for (;;) x.push(new Array(1e5).fill(1.5))",
            "Buffer.alloc(1 << 30).fill(1); console.log('secret')",
        ],
    );
}

/// Memory that no limit of the process itself counts.
#[test]
fn the_watchdog_ends_what_takes_more_memory_than_its_limits_can_see() {
    if are_off() {
        return;
    }
    let shared = "#include <fcntl.h>\n#include <sys/mman.h>\nint main(void) { long all = 512L << 20;
        char *p = mmap(0, all, PROT_READ, MAP_SHARED, open(\"/dev/zero\", O_RDWR), 0);
        if (p == MAP_FAILED || mprotect(p, all, PROT_READ | PROT_WRITE)) return 1;
        for (;;) for (long n = 0; n < all; n += 4096) p[n] = 1; }";
    assert_ends("c", &[CaseOutcome::TooMuchMemory], &[shared]);
}

#[test]
fn output_has_a_limit_and_files_cannot_be_made() {
    if are_off() {
        return;
    }
    assert_ends(
        "python",
        &[CaseOutcome::TooMuchOutput],
        &["while True: print('x' * 100000)", "import sys\nfor _ in range(1024): sys.stdout.write('x' * (1 << 20))"],
    );
    assert_ends(
        "c",
        &[CaseOutcome::TooMuchOutput],
        &["#include <stdio.h>\nint main(void) { for (;;) puts(\"0123456789012345678901234567890123456789\"); }"],
    );
    let stderr = "import sys\nfor _ in range(64): sys.stderr.write('x' * (1 << 20))\nprint('secret')";
    assert_ends("python", &[CaseOutcome::Passed], &[stderr]);
    assert_ends(
        "python",
        &[CaseOutcome::Crashed],
        &["open('/box/x', 'wb')", "import os\nos.mkdir('/box/x')", "import os\nos.mkdir('/dev/shm/x')"],
    );
}

#[test]
fn nothing_of_the_machine_can_be_reached() {
    if are_off() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap().port();
    let own = format!("import socket\nsocket.create_connection(('127.0.0.1', {server}), 1)\nprint('secret')");
    assert_ends(
        "python",
        &[CaseOutcome::Crashed],
        &[
            &own,
            "import socket\nsocket.socket()",
            "import socket\nsocket.socket(socket.AF_UNIX)",
            "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            "open('/etc/passwd')",
            "import os\nos.listdir('/home')",
            "import os\nos.symlink('/usr', '/box/x')",
            "import os\nos.link('/usr/bin/id', '/box/x')",
            "open('/usr/x', 'w')",
            "open('/x', 'w')",
            "open('/dev/shm/x', 'w')",
            "open('/box/main.py', 'w')",
            "open('/box/../x', 'w')",
            "import os\nos.mkdir('/proc/x')",
            "open('/proc/sys/kernel/hostname', 'w').write('x')",
            "open('/proc/1/environ').read()",
            "import os\nos.listdir('/proc/1/fd')",
            "open('/proc/1/mem', 'rb')",
            "open('/proc/1/mem', 'r+b')",
            "open('/proc/1/syscall').read()",
            "import os\nos.kill(-1, 9)\nprint('secret')",
            "import os\nos.kill(1, 9)\nprint('secret')",
            "import fcntl\nfcntl.fcntl(0, 8, 1)",
            "import fcntl\nfcntl.fcntl(0, 10, 9)",
            "import fcntl\nfcntl.fcntl(1, 1031, 1 << 20)",
            "import fcntl, termios\nfcntl.ioctl(0, termios.FIOASYNC, b'\\1\\0\\0\\0')",
            "import os\nos.mknod('/box/x')",
            "import os\nos.memfd_create('x')",
            "import os\nos.pidfd_open(1)",
            "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (100, 100))\nprint('secret')",
            "import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == 0\nprint('secret')",
            "import ctypes\nassert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0\nprint('secret')",
            "import ctypes\nassert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0\nprint('secret')",
            "import os\nassert os.environ.get('GYOSIL_JWT_SECRET')\nprint('secret')",
        ],
    );
    let mut nobody = [0];
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().and_then(|(mut stream, _)| stream.read(&mut nobody)).is_err(), "a box has connected");
}

#[test]
fn a_report_cannot_be_forged() {
    if are_off() {
        return;
    }
    let report = r#"{\"signal\":null,\"exit_code\":0,\"cpu_ms\":1,\"memory_kib\":1}"#;
    let sources = [
        format!("import os\nprint('secret', flush=True)\nfor n in range(3, 256):\n try: os.write(n, b'{report}')\n except OSError: pass\nos._exit(1)"),
        format!("import os\nprint('secret', flush=True)\nfor n in range(3, 256):\n try: os.write(os.open(f'/proc/1/fd/{{n}}', os.O_WRONLY), b'{report}')\n except OSError: pass\nos._exit(1)"),
        "import os, signal\nprint('secret', flush=True)\nos.kill(1, 9); os._exit(1)".into(),
        "import ctypes\nprint('secret', flush=True)\nlibc = ctypes.CDLL(None)\nlibc.syscall(234, 1, 1, 9)\nraise SystemExit(1)".into(),
        "print('secret', flush=True)\nimport signal\nsignal.raise_signal(9)".into(),
    ];
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    assert_ends("python", &[CaseOutcome::Crashed], &sources);
}

#[test]
fn a_compiler_cannot_be_turned_against_the_judge() {
    if are_off() {
        return;
    }
    let deep = "template<int n> struct A { static constexpr long v = A<n - 1>::v + A<n - 2>::v; };\nint main() { return A<100000>::v; }";
    let wide = "template<class T, int n> struct P { P<T, n - 1> a; P<T*, n - 1> b; }; template<class T> struct P<T, 0> {};\nint main() { P<int, 40> p; }";
    for some in [
        ("c", "#include \"/etc/passwd\"\nint main(void) { return 0; }"),
        ("c", "__asm__(\".incbin \\\"/etc/passwd\\\"\");\nint main(void) { return 0; }"),
        ("c", "char a[1500000000] = {1};\nint main(void) { return a[5]; }"),
        ("c", "#include \"/dev/zero\"\nint main(void) { return 0; }"),
        ("c", "#include \"main.c\"\nint main(void) { return 0; }"),
        ("cpp", deep),
        ("cpp", wide),
        ("cpp", "#include <stdio.h>\n#error \"no\"\nint main() {}"),
    ]
    .chunks(AT_ONCE)
    {
        std::thread::scope(|scope| {
            for (language, source) in some {
                scope.spawn(move || {
                    let begun = Instant::now();
                    let report = run_job(language, source, &[("", "secret")], PATIENT_MS);
                    assert_eq!(report.cases[0].outcome, CaseOutcome::NotCompiled, "{source}\n{report:?}");
                    let says = report.compiler_says.unwrap();
                    assert!(!says.contains("root:") && says.len() < 5_000, "{says}");
                    assert!(begun.elapsed() < Duration::from_secs(15), "{source}: {:?}", begun.elapsed());
                });
            }
        });
    }
}

/// Without a step, so that nothing is ended on this machine should it run after all.
#[test]
fn the_judges_part_of_a_box_refuses_to_run_outside_one() {
    let limits = r#"{"cpu_ms":1,"data_bytes":1,"address_bytes":null,"file_bytes":1,"stack_bytes":1,"processes":1,"may_start_processes":false}"#;
    let task = format!(r#"{{"steps":[],"product":null,"report_file":1,"limits":{limits}}}"#);
    let mut command = Command::new(env!("CARGO_BIN_EXE_gyosil"));
    let ended = command.args(["judge-box", &task]).stdin(Stdio::null()).output().unwrap();
    assert_eq!((ended.status.code(), ended.stdout), (Some(1), Vec::new()));
}

#[test]
fn nothing_is_left_of_a_box() {
    if are_off() {
        return;
    }
    run("python", "import time\ntime.sleep(60)");
    run("c", "int main(void) { for (;;); }");
    // Other tests run boxes meanwhile: what there is now must be gone when their time is over.
    let own = std::process::id().to_string();
    let children = || {
        std::fs::read_dir("/proc").unwrap().flatten().map(|process| process.path()).filter(|process| {
            let status = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
            let parent = status.rsplit(") ").next().unwrap_or_default().split(' ').nth(1);
            let is_strangers = process.metadata().is_ok_and(|of| of.uid() == SPARE_UID);
            parent == Some(&own) || is_strangers
        })
    };
    let mut left: Vec<PathBuf> = children().collect();
    let latest = Instant::now() + Duration::from_secs(30);
    while !left.is_empty() {
        assert!(Instant::now() < latest, "{left:?}");
        std::thread::sleep(Duration::from_millis(20));
        let now: Vec<PathBuf> = children().collect();
        left.retain(|process| now.contains(process));
    }
}
