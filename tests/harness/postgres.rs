//! One real PostgreSQL for all stories of a test program, started by the first that needs it.

use std::ffi::CString;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Mutex, Once, OnceLock};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::ports::lasting_port;

static SERVER: OnceLock<u16> = OnceLock::new();
/// All servers that this program started.
static STARTED: Mutex<Vec<(i32, PathBuf)>> = Mutex::new(Vec::new());
static COUNT: AtomicUsize = AtomicUsize::new(0);
static TEMPLATE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();

fn url(port: u16, name: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{name}")
}

/// A server for one story alone, which may do to it what it likes.
pub struct OwnServer {
    port: u16,
    pid: AtomicI32,
    folder: PathBuf,
}

impl OwnServer {
    pub fn starts() -> OwnServer {
        OwnServer::starts_in(&new_data())
    }

    /// Starts with a copy of what another server has stored, which has stopped.
    pub fn starts_with_copy_of(stored: &Path) -> OwnServer {
        let folder = new_folder();
        let copied = Command::new("cp").arg("-a").arg(stored.join("data")).arg(&folder).status().unwrap();
        assert!(copied.success(), "cp");
        OwnServer::starts_in(&folder)
    }

    fn starts_in(folder: &Path) -> OwnServer {
        let port = lasting_port();
        OwnServer { port, pid: AtomicI32::new(start_in(folder, port)), folder: folder.to_owned() }
    }

    pub async fn new_database(&self) -> String {
        run(self.port, "create database school".into()).await;
        self.database()
    }

    pub fn database(&self) -> String {
        url(self.port, "school")
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// All of its processes stand still, and hold what they hold.
    pub fn freezes(&self) {
        self.signals(libc::SIGSTOP);
    }

    pub fn thaws(&self) {
        self.signals(libc::SIGCONT);
    }

    /// All of its processes are killed at once.
    pub fn dies(&self) {
        // Stopped first, so that none of them does anything more on its own.
        self.signals(libc::SIGSTOP);
        self.signals(libc::SIGKILL);
        wait_for_end(self.pid.swap(0, Ordering::Relaxed));
    }

    /// Starts again after `dies`, with what was stored, and waits until it answers.
    pub async fn restarts(&self) {
        let (folder, port) = (self.folder.clone(), self.port);
        let pid = tokio::task::spawn_blocking(move || start_in(&folder, port)).await.unwrap();
        self.pid.store(pid, Ordering::Relaxed);
        run(self.port, "select 1".into()).await;
    }

    /// Stops in good order. Returns the folder of what it has stored, which is kept until the test program ends.
    pub fn stops(self) -> PathBuf {
        let pid = self.pid.load(Ordering::Relaxed);
        // SAFETY: signals our own child. It ends the sessions that are open.
        unsafe { libc::kill(pid, libc::SIGINT) };
        wait_for_end(pid);
        let folder = self.folder.clone();
        std::mem::forget(self);
        folder
    }

    fn signals(&self, signal: i32) {
        let pid = self.pid.load(Ordering::Relaxed);
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
        // No process: it has died.
        for pid in std::iter::once(pid).chain(children).filter(|pid| *pid > 0) {
            // SAFETY: signals our own child and its children.
            unsafe { libc::kill(pid, signal) };
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        if self.pid.load(Ordering::Relaxed) > 0 {
            self.dies();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A new database with all tables in it, copied from one that was migrated once.
pub async fn new_database() -> String {
    let port = *SERVER.get_or_init(start);
    TEMPLATE
        .get_or_init(|| async {
            run(port, "create database template_school".into()).await;
            gyosil::db::Db::open(&url(port, "template_school")).await.unwrap().close().await;
        })
        .await;
    let name = format!("school_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    // Copied as files: the other way writes each page through the log.
    run(port, format!("create database {name} template template_school strategy file_copy")).await;
    url(port, &name)
}

/// A new database without tables.
pub async fn empty_database() -> String {
    let port = *SERVER.get_or_init(start);
    let name = format!("school_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    run(port, format!("create database {name}")).await;
    url(port, &name)
}

/// Gives back the room of a database that its story has left.
pub async fn drop_database(database: &str) {
    let (server, name) = database.rsplit_once('/').unwrap();
    let port = server.rsplit_once(':').unwrap().1.parse().unwrap();
    run(port, format!("drop database if exists {name} with (force)")).await;
}

async fn run(port: u16, sql: String) {
    // It takes connections a moment before it answers them.
    let mut connection =
        super::until("PostgreSQL", async || PgConnection::connect(&url(port, "postgres")).await.ok()).await;
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn owner() -> Option<(u32, u32)> {
    // SAFETY: asks for a number.
    if unsafe { libc::geteuid() } != 0 {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let line = passwd.lines().find(|l| l.starts_with("postgres:")).expect("the user postgres, made by the package");
    let parts: Vec<&str> = line.split(':').collect();
    Some((parts[2].parse().unwrap(), parts[3].parse().unwrap()))
}

fn program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL from Debian's packages; tests/run installs it")
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    versions.sort();
    versions.pop().expect("the server of PostgreSQL; tests/run installs it")
}

fn command(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(program(name));
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some((uid, gid)) = owner() {
        command.uid(uid).gid(gid);
    }
    command
}

/// Starts a server with nothing in it, and returns its port.
fn start() -> u16 {
    let port = lasting_port();
    start_in(&new_data(), port);
    port
}

fn new_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("gyosil-postgres-").tempdir().unwrap().keep();
    if let Some((uid, gid)) = owner() {
        let path = CString::new(folder.to_str().unwrap()).unwrap();
        // SAFETY: the path is a valid C string.
        assert_eq!(unsafe { libc::chown(path.as_ptr(), uid, gid) }, 0);
    }
    folder
}

fn new_data() -> PathBuf {
    let folder = new_folder();
    let data = folder.join("data");
    let made = command("initdb", &folder)
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
        .arg(&data)
        .status()
        .unwrap();
    assert!(made.success(), "initdb");
    folder
}

/// Starts a server over what is stored in a folder. Its process is waited for in `wait_for_end`.
#[allow(clippy::zombie_processes)]
fn start_in(folder: &Path, port: u16) -> i32 {
    static AT_EXIT: Once = Once::new();
    // SAFETY: registers a function that takes and returns nothing.
    AT_EXIT.call_once(|| assert_eq!(unsafe { libc::atexit(stop) }, 0));
    let patience = Instant::now() + Duration::from_secs(60);
    let mut child = spawn_for_good(folder, port);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "PostgreSQL did not start");
        std::thread::sleep(Duration::from_millis(20));
        // PostgreSQL refuses to start while a process of a killed one is left.
        if child.try_wait().unwrap().is_some() {
            child = spawn_for_good(folder, port);
        }
    }
    let pid = child.id() as i32;
    let mut started = STARTED.lock().unwrap();
    started.retain(|(_, other)| other != folder);
    started.push((pid, folder.to_owned()));
    pid
}

/// The kernel's «your parent is gone» is tied to the thread that forked: this one stays until the process ends.
fn spawn_for_good(folder: &Path, port: u16) -> Child {
    let folder = folder.to_owned();
    let (started, child) = std::sync::mpsc::channel::<Child>();
    std::thread::spawn(move || {
        let _ = started.send(spawn(&folder, &folder.join("data"), port));
        loop {
            std::thread::park();
        }
    });
    child.recv().unwrap()
}

/// Waits for the end of a process, and forgets it.
fn wait_for_end(pid: i32) {
    // SAFETY: waits for our own child.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
    for (started, _) in STARTED.lock().unwrap().iter_mut().filter(|(started, _)| *started == pid) {
        *started = 0;
    }
}

fn spawn(folder: &Path, data: &Path, port: u16) -> Child {
    let mut command = command("postgres", folder);
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    let sockets = format!("unix_socket_directories={}", folder.display());
    // Nothing is kept: what guards against a loss of power, or cleans up after days, only takes time.
    let settings = [
        "listen_addresses=127.0.0.1",
        &sockets,
        "max_connections=500",
        "shared_buffers=64MB",
        "fsync=off",
        "full_page_writes=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "autovacuum=off",
    ];
    for setting in settings {
        command.args(["-c", setting]);
    }
    // SAFETY: between fork and exec only a system call is made.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGQUIT);
            Ok(())
        });
    }
    command.spawn().unwrap()
}

extern "C" fn stop() {
    let Ok(started) = STARTED.lock() else { return };
    for (pid, folder) in started.iter() {
        if *pid > 0 {
            // SAFETY: signals and waits for our own child.
            unsafe {
                libc::kill(*pid, libc::SIGQUIT);
                libc::kill(*pid, libc::SIGCONT);
                libc::waitpid(*pid, std::ptr::null_mut(), 0);
            }
        }
        let _ = fs::remove_dir_all(folder);
    }
}
