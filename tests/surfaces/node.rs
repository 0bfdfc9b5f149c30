//! Programs of the seeds, which run under Node.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::harness::PATIENCE;

/// Lines that a program wrote on its console.
#[derive(Debug)]
pub struct Console {
    pub logged: Vec<String>,
    pub errors: Vec<String>,
}

/// Runs a program, an ES module, to its end. Fails if the program does.
pub async fn runs(program: &str) -> Console {
    let mut child = Command::new("node")
        .args(["--input-type=module", "-"])
        .env_remove("NODE_OPTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node, from Debian's packages; tests/run installs it");
    child.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let id = child.id() as i32;
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let Ok(ended) = tokio::time::timeout(PATIENCE, ended).await else {
        // SAFETY: signals our own child.
        unsafe { libc::kill(id, libc::SIGKILL) };
        panic!("the program did not end: {program}");
    };
    let output = ended.unwrap().unwrap();
    let lines = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
    let console = Console { logged: lines(output.stdout), errors: lines(output.stderr) };
    assert!(output.status.success(), "{program}: {console:?}");
    console
}
