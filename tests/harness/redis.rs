//! Real Redis servers, each on a free port in a temporary folder, which a story may do anything to.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The cluster's own links: a server with port 6380 listens to the others at 16380.
const BUS_PORT_OFFSET: u16 = 10_000;
const SLOTS: u16 = 16_384;
const PATIENCE: Duration = Duration::from_secs(20);

/// All servers that this program started and that have not ended.
static STARTED: Mutex<Vec<i32>> = Mutex::new(Vec::new());
/// Starts all servers. The kernel's «your parent is gone» is tied to the thread that forked: this one stays until the process ends.
static STARTER: Mutex<Option<mpsc::Sender<Start>>> = Mutex::new(None);

type Start = (Command, mpsc::Sender<i32>);

#[derive(Default)]
pub struct Setup {
    /// The password of everyone who gives no name.
    pub password: Option<&'static str>,
    /// A line of an ACL: a person of the server, and what they may do.
    pub user: Option<&'static str>,
    /// The certificate chain and the key: the server then speaks TLS only.
    pub tls: Option<(PathBuf, PathBuf)>,
    pub is_cluster: bool,
}

pub struct Redis {
    pub port: u16,
    folder: TempDir,
    setup: Setup,
    pid: Mutex<Option<i32>>,
}

impl Redis {
    pub fn starts() -> Redis {
        Redis::starts_with(Setup::default())
    }

    pub fn starts_with(setup: Setup) -> Redis {
        let folder = tempfile::Builder::new().prefix("gyosil-redis-").tempdir().unwrap();
        let redis = Redis { port: free_port(), folder, setup, pid: Mutex::new(None) };
        redis.starts_again();
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Starts a server that was killed, at the same port.
    pub fn starts_again(&self) {
        let mut pid = self.pid.lock().unwrap();
        assert!(pid.is_none(), "it runs");
        let started = start(self.command());
        *pid = Some(started);
        let patience = Instant::now() + PATIENCE;
        while TcpStream::connect(self.address()).is_err() {
            assert!(Instant::now() < patience, "Redis did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        let state = std::fs::read_to_string(format!("/proc/{started}/stat")).unwrap();
        assert!(!state.contains(") Z "), "someone else has the port {}", self.port);
    }

    pub fn is_killed(&self) {
        let pid = self.pid.lock().unwrap().take().expect("it runs");
        STARTED.lock().unwrap().retain(|started| *started != pid);
        end(pid);
    }

    /// The process stands still, and its connections stay.
    pub fn freezes(&self) {
        self.signals(libc::SIGSTOP);
    }

    pub fn thaws(&self) {
        self.signals(libc::SIGCONT);
    }

    fn signals(&self, signal: i32) {
        let pid = self.pid.lock().unwrap().expect("it runs");
        // SAFETY: signals our own child.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Cuts all connections that are subscribed to something, as Redis does to slow readers.
    pub fn cuts_subscribers(&self) {
        self.asks(&["CLIENT", "KILL", "TYPE", "pubsub"]);
    }

    /// Sends a command, and returns the answer in one line: the parts of a list with spaces between them.
    #[track_caller]
    pub fn asks(&self, words: &[&str]) -> String {
        assert!(self.setup.tls.is_none(), "this speaks no TLS");
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        if let Some(password) = self.setup.password {
            writes(&mut stream, &["AUTH", password]);
            assert_eq!(reads(&mut reader), "OK");
        }
        writes(&mut stream, words);
        let answer = reads(&mut reader);
        assert!(!answer.starts_with('-'), "{words:?}: {answer}");
        answer
    }

    fn command(&self) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new("redis-server");
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let port = self.port.to_string();
        let mut set = |name: &str, values: &[&str]| {
            command.arg(format!("--{name}")).args(values);
        };
        set("bind", &["127.0.0.1"]);
        set("dir", &[&folder.display().to_string()]);
        set("save", &[""]);
        set("appendonly", &["no"]);
        match &self.setup.tls {
            Some((chain, key)) => {
                set("port", &["0"]);
                set("tls-port", &[&port]);
                set("tls-cert-file", &[&chain.display().to_string()]);
                set("tls-key-file", &[&key.display().to_string()]);
                set("tls-auth-clients", &["no"]);
            }
            None => set("port", &[&port]),
        }
        if let Some(password) = self.setup.password {
            set("requirepass", &[password]);
        }
        if let Some(user) = self.setup.user {
            set("user", &user.split(' ').collect::<Vec<_>>());
        }
        if self.setup.is_cluster {
            set("cluster-enabled", &["yes"]);
            set("cluster-node-timeout", &["2000"]);
        }
        command
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.pid.lock().unwrap().is_some() {
            self.is_killed();
        }
    }
}

/// Three masters that share the slots.
pub struct Cluster {
    pub masters: Vec<Redis>,
}

impl Cluster {
    pub async fn starts() -> Cluster {
        let start = |_| Redis::starts_with(Setup { is_cluster: true, ..Setup::default() });
        let cluster = Cluster { masters: (0..3).map(start).collect() };
        let third = SLOTS / 3;
        for (n, master) in cluster.masters.iter().enumerate() {
            let first = n as u16 * third;
            let last = if n == 2 { SLOTS - 1 } else { first + third - 1 };
            master.asks(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]);
            // Two masters of one epoch settle it among themselves, which takes a while.
            master.asks(&["CLUSTER", "SET-CONFIG-EPOCH", &(n + 1).to_string()]);
        }
        for other in &cluster.masters[1..] {
            cluster.masters[0].asks(&["CLUSTER", "MEET", "127.0.0.1", &other.port.to_string()]);
        }
        for master in &cluster.masters {
            super::until("the cluster is whole", async || {
                let info = master.asks(&["CLUSTER", "INFO"]);
                (info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")).then_some(())
            })
            .await;
        }
        cluster
    }

    /// Gives a slot without keys to another master.
    pub fn moves_slot(&self, slot: u16, to: usize) {
        let id = self.masters[to].asks(&["CLUSTER", "MYID"]);
        let slot = slot.to_string();
        // The one that gets it is told first, and then knows more than the others.
        self.masters[to].asks(&["CLUSTER", "SETSLOT", &slot, "NODE", &id]);
        self.masters[to].asks(&["CLUSTER", "BUMPEPOCH"]);
        for master in &self.masters {
            master.asks(&["CLUSTER", "SETSLOT", &slot, "NODE", &id]);
        }
    }

    pub fn slot_of(&self, channel: &str) -> u16 {
        self.masters[0].asks(&["CLUSTER", "KEYSLOT", channel]).parse().unwrap()
    }

    pub fn owner_of(&self, slot: u16) -> usize {
        (slot / (SLOTS / 3)).min(2).into()
    }
}

/// A port that nobody else takes while the server is dead: below those that the kernel gives to whoever asks for any.
fn free_port() -> u16 {
    static TAKEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());
    let mut taken = TAKEN.lock().unwrap();
    loop {
        let port = 10_000 + u16::from_le_bytes(gyosil::clock::random_bytes()) % 12_000;
        let is_free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if !taken.contains(&port) && is_free(port) && is_free(port + BUS_PORT_OFFSET) {
            taken.push(port);
            return port;
        }
    }
}

fn start(command: Command) -> i32 {
    let (pid, started) = mpsc::channel();
    let mut starter = STARTER.lock().unwrap();
    let starter = starter.get_or_insert_with(|| {
        // SAFETY: registers a function that takes and returns nothing.
        unsafe { libc::atexit(stop_all) };
        let (starter, starts) = mpsc::channel::<Start>();
        std::thread::spawn(move || {
            for (command, pid) in starts {
                let _ = pid.send(spawn(command));
            }
        });
        starter
    });
    starter.send((command, pid)).unwrap();
    let pid = started.recv().expect("redis-server from Debian's packages; tests/run installs it");
    STARTED.lock().unwrap().push(pid);
    pid
}

/// Starts the process, for which `end` waits.
#[allow(clippy::zombie_processes)]
fn spawn(mut command: Command) -> i32 {
    // SAFETY: between fork and exec only a system call is made.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    command.spawn().expect("redis-server from Debian's packages; tests/run installs it").id() as i32
}

fn end(pid: i32) {
    // SAFETY: signals and waits for our own child.
    unsafe {
        libc::kill(pid, libc::SIGKILL);
        libc::waitpid(pid, std::ptr::null_mut(), 0);
    }
}

extern "C" fn stop_all() {
    let Ok(started) = STARTED.lock() else { return };
    started.iter().for_each(|pid| end(*pid));
}

fn writes(stream: &mut TcpStream, words: &[&str]) {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    stream.write_all(text.as_bytes()).unwrap();
}

fn reads(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let line = line.trim_end();
    let (kind, rest) = line.split_at(1);
    match kind {
        "-" => line.to_owned(),
        "$" => {
            let Ok(length) = rest.parse::<usize>() else { return String::new() };
            let mut bytes = vec![0; length + 2];
            reader.read_exact(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap().trim_end().to_owned()
        }
        "*" => (0..rest.parse().unwrap()).map(|_| reads(reader)).collect::<Vec<_>>().join(" "),
        _ => rest.to_owned(),
    }
}
