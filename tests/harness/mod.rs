//! A real school for every story: a server on a free port, on SQLite and on PostgreSQL, and the people in it.
#![allow(dead_code)]

pub mod browser;
pub mod chromium;
pub mod dialect;
pub mod film;
pub mod frozen;
pub mod gateway;
pub mod judges;
pub mod learning;
pub mod namespace;
pub mod nodes;
pub mod pdf;
pub mod people;
pub mod picture;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod redis;
pub mod rows;
pub mod secure;
pub mod shown;
pub mod socket;
pub mod zip;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use gyosil::config::Config;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Nothing that a story waits for takes longer, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

pub struct School {
    pub app: gyosil::app::School,
    pub address: SocketAddr,
    pub backend: Backend,
    pub http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<gyosil::error::Result<()>>>,
    folder: Arc<TempDir>,
    database: String,
    flags: Vec<String>,
}

/// Tells the story twice, each time in a new school.
pub fn on_both<F>(story: impl Fn(School) -> F)
where
    F: Future<Output = ()>,
{
    on_both_with(&[], story);
}

pub fn on_both_with<F>(flags: &[&str], story: impl Fn(School) -> F)
where
    F: Future<Output = ()>,
{
    for backend in [Backend::Sqlite, Backend::Postgres] {
        on(backend, flags, &story);
    }
}

pub fn on<F>(backend: Backend, flags: &[&str], story: impl Fn(School) -> F)
where
    F: Future<Output = ()>,
{
    // Printed only when the story fails.
    println!("backend {backend:?}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let school = School::open(backend, flags).await;
        tokio::time::timeout(Duration::from_secs(240), story(school)).await.expect("the story took too long");
        close_databases().await;
    });
    runtime.shutdown_background();
}

thread_local! {
    /// The schools that were opened in the story that is told on this thread, and their databases.
    static OPENED: RefCell<Vec<(gyosil::app::School, String)>> = const { RefCell::new(Vec::new()) };
}

/// A story that is over holds no connections and no room: the database server has so many for all of them.
pub async fn close_databases() {
    let mut databases = std::collections::BTreeSet::new();
    for (app, database) in OPENED.take() {
        let _ = tokio::time::timeout(Duration::from_secs(5), app.db.close()).await;
        databases.insert(database);
    }
    for database in databases.iter().filter(|database| database.starts_with("postgres:")) {
        let _ = tokio::time::timeout(Duration::from_secs(5), postgres::drop_database(database)).await;
    }
}

/// A SQLite file with all tables in it, made once.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: tokio::sync::OnceCell<Vec<u8>> = tokio::sync::OnceCell::const_new();
    let make = || async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        gyosil::db::Db::open(&format!("sqlite:{}", file.display())).await.unwrap().close().await;
        std::fs::read(file).unwrap()
    };
    TEMPLATE.get_or_init(make).await
}

impl School {
    pub async fn open(backend: Backend, flags: &[&str]) -> School {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = match backend {
            Backend::Sqlite => {
                let file = folder.path().join("gyosil.db");
                std::fs::write(&file, sqlite_template().await).unwrap();
                format!("sqlite:{}", file.display())
            }
            Backend::Postgres => postgres::new_database().await,
        };
        School::start(backend, folder, database, owned(flags)).await
    }

    /// Closes, and opens again as the first of several nodes.
    pub async fn becomes_a_node(mut self, flags: &[&str]) -> School {
        self.closes().await;
        self.opens_beside(&[flags, NODE].concat()).await
    }

    /// Opens another node of this school, which must be one of several itself.
    pub async fn opens_node(&self, flags: &[&str]) -> School {
        assert!(self.flags.iter().any(|flag| flag == NODE[0]));
        self.opens_beside(&[flags, NODE].concat()).await
    }

    /// Opens another server over the same facts.
    pub async fn opens_beside(&self, flags: &[&str]) -> School {
        School::start(self.backend, self.folder.clone(), self.database.clone(), owned(flags)).await
    }

    /// Ends without a word: nothing more of it is sent or written.
    pub async fn dies(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
        self.app.db.close().await;
    }

    async fn start(backend: Backend, folder: Arc<TempDir>, database: String, flags: Vec<String>) -> School {
        let data = folder.path().display().to_string();
        let mut words = vec!["gyosil", "--data", &data, "--database", &database];
        let usual = [
            "--listen",
            "127.0.0.1:0",
            "--rate-limits",
            "off",
            "--presence-grace-ms",
            "300",
            "--instructor-signup",
            "open",
            // All people of a story come from one address.
            "--connections-per-address",
            "100000",
        ];
        for pair in usual.chunks(2).filter(|pair| !flags.iter().any(|f| f == pair[0])) {
            words.extend(pair);
        }
        words.extend(flags.iter().map(String::as_str));
        let mut config = Settings::parse_from(words).config;
        config.own_program = Some(env!("CARGO_BIN_EXE_gyosil").into());
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = gyosil::open(config, address).await.unwrap();
        OPENED.with_borrow_mut(|opened| opened.push((app.clone(), database.clone())));
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let serving = tokio::spawn(gyosil::serve(app.clone(), listener, shutdown));
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        School { app, address, backend, http, stop: Some(stop), serving: Some(serving), folder, database, flags }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn flags(&self) -> Vec<&str> {
        self.flags.iter().map(String::as_str).collect()
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    /// Asks the server to leave, and waits until it has.
    pub async fn closes(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(serving) = self.serving.take() {
            tokio::time::timeout(PATIENCE, serving).await.expect("it closes in time").unwrap().unwrap();
        }
    }

    /// Closes, and opens again over the same facts, at another port.
    pub async fn reopens(mut self) -> School {
        self.closes().await;
        School::start(self.backend, self.folder.clone(), self.database.clone(), self.flags.clone()).await
    }

    /// … with other settings.
    pub async fn reopens_with(mut self, flags: &[String]) -> School {
        self.flags = flags.to_vec();
        self.reopens().await
    }

    /// Time passes, on both clocks.
    pub fn later(&self, seconds: i64) {
        self.app.clock.advance(seconds * 1_000);
    }

    /// Someone sets the clock on the wall: no time passes.
    pub fn sets_the_clock(&self, seconds: i64) {
        self.app.clock.jump(seconds * 1_000);
    }
}

/// Settings that make a server one of several. Nobody listens there: nodes agree in the database on what they must.
const NODE: &[&str] = &["--redis", "redis://127.0.0.1:1"];

fn owned(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}

/// Asks again until it is so: for what happens in the background and sends no event.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let patience = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < patience, "waited too long: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
