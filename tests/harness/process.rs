//! The program itself, as a person starts it.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// What it printed before it was open, that line included.
    pub said: String,
    log: std::fs::File,
    /// What it printed until now.
    all: Arc<Mutex<String>>,
}

pub fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gyosil"));
    command.args(words);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GYOSIL_")) {
        command.env_remove(name);
    }
    // A judge tries out all languages when it starts, which takes seconds.
    command.env("GYOSIL_JUDGE", "off");
    command
}

/// Runs it to its end, with this on standard input.
pub fn runs(words: &[&str], input: &str) -> Output {
    let pipe = Stdio::piped;
    let mut child = command(words).stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Starts a server that refuses to serve: its exit code, and what it says.
pub async fn refuses(words: &[&str]) -> (Option<i32>, String) {
    let log = tempfile::tempfile().unwrap();
    let mut command = command(words);
    command.stdout(Stdio::null()).stderr(log.try_clone().unwrap());
    let child = command.spawn().unwrap();
    let (address, said, all) = (([127, 0, 0, 1], 0).into(), String::new(), Arc::default());
    let mut process = Process { child, address, said, log, all };
    (process.ends().await, process.log())
}

impl Process {
    /// Serves, until it is dropped or told to stop.
    pub fn serves(data: &Path, database: &str, flags: &[&str]) -> Process {
        Process::serves_logging(data, database, flags, "info,sqlx=warn")
    }

    /// Serves, and logs what this filter lets through.
    pub fn serves_logging(data: &Path, database: &str, flags: &[&str], filter: &str) -> Process {
        let data = data.display().to_string();
        let mut words = vec!["serve", "--listen", "127.0.0.1:0", "--data", &data, "--database", database];
        words.extend(flags);
        let mut command = command(&words);
        command.env("GYOSIL_LOG", filter);
        Process::starts(command).unwrap_or_else(|said| panic!("it said {said}"))
    }

    /// Starts a command that serves. Fails with what it printed, and wrote to its log, if it ends instead.
    pub fn starts(mut command: Command) -> Result<Process, String> {
        let log = tempfile::tempfile().unwrap();
        let stderr = log.try_clone().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        lines.read_line(&mut said).unwrap();
        let url = said.trim().rsplit("//").next().unwrap_or_default();
        let Ok(address) = url.parse() else {
            let _ = (child.kill(), child.wait());
            return Err(format!("{said}{}", written(&log)));
        };
        let all = Arc::new(Mutex::new(said.clone()));
        let heard = all.clone();
        // Whatever else it says is drained, so that it never waits for us.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut heard = heard.lock().unwrap();
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Ok(Process { child, address, said, log, all })
    }

    pub fn all_output(&self) -> String {
        self.all.lock().unwrap().clone()
    }

    pub fn id(&self) -> i32 {
        self.child.id() as i32
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> String {
        written(&self.log)
    }

    /// Stops the process, which keeps what it holds.
    pub fn freezes(&self) {
        self.signals(libc::SIGSTOP);
    }

    pub fn thaws(&self) {
        self.signals(libc::SIGCONT);
    }

    fn signals(&self, signal: i32) {
        // SAFETY: signals our own child.
        unsafe { libc::kill(self.id(), signal) };
    }

    /// The power fails.
    pub fn loses_power(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Someone asks it to stop, and does not wait.
    pub fn is_asked_to_stop(&self) {
        // SAFETY: signals our own child.
        unsafe { libc::kill(self.id(), libc::SIGTERM) };
    }

    /// Waits until the process ends by itself, and returns its exit code.
    pub async fn ends(&mut self) -> Option<i32> {
        super::until("it ends", async || self.child.try_wait().unwrap()).await.code()
    }

    /// Someone asks it to stop: its exit code, and how long it took.
    pub fn stops(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        self.signals(libc::SIGTERM);
        let status = self.child.wait().unwrap();
        (status.code(), begun.elapsed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn written(log: &std::fs::File) -> String {
    let mut bytes = vec![0; log.metadata().unwrap().len() as usize];
    let read = log.read_at(&mut bytes, 0).unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}
