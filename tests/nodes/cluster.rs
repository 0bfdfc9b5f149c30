//! Three nodes on one PostgreSQL and one Redis, with a proxy on every way: from the clients to each node, and from each node to
//! PostgreSQL and to Redis.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use crate::harness::postgres::OwnServer;
use crate::harness::process::Process;
use crate::harness::proxy::Proxy;
use crate::harness::redis::Redis;
use crate::school::{self, Stored};

pub const NODES: usize = 3;
/// A node may be started while PostgreSQL is away.
const START_WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// A fault that the nodes have.
    pub planted: Option<&'static str>,
    /// The time after which a dead node is taken over, and the grace, are those of a real school, not shorter.
    pub real_clocks: bool,
}

impl Settings {
    fn flags(&self) -> &'static [&'static str] {
        match self.real_clocks {
            true => &[],
            false => &["--node-beat-ms", "400", "--presence-grace-ms", "1500"],
        }
    }

    /// The time by which a node that died has been taken over, and the departure of its people was told.
    pub fn settled_within(&self) -> Duration {
        Duration::from_secs(if self.real_clocks { 30 } else { 10 })
    }
}

pub struct Cluster {
    pub postgres: OwnServer,
    pub redis: Redis,
    pub nodes: Vec<Arc<Node>>,
    pub settings: Settings,
}

pub struct Node {
    pub number: usize,
    process: Mutex<Option<Process>>,
    /// Logs of the processes before.
    earlier: Mutex<String>,
    pub clients: Proxy,
    pub database: Proxy,
    pub redis: Proxy,
    database_url: String,
    folder: TempDir,
    settings: Settings,
}

impl Cluster {
    pub async fn starts(stored: &Stored, settings: Settings) -> Arc<Cluster> {
        let postgres = OwnServer::starts_with_copy_of(&stored.postgres);
        let redis = Redis::starts();
        // Keeps an old snapshot of a server that is killed later.
        redis.asks(&["SAVE"]);
        let mut nodes = Vec::new();
        for number in 0..NODES {
            nodes.push(Arc::new(Node::new(number, &postgres, &redis, settings).await));
        }
        for node in &nodes {
            node.starts().await;
        }
        Arc::new(Cluster { postgres, redis, nodes, settings })
    }

    /// Returns the logs of all nodes.
    pub fn logs(&self) -> String {
        self.nodes.iter().map(|node| format!("--- node {}\n{}", node.number, node.log())).collect()
    }
}

impl Node {
    async fn new(number: usize, postgres: &OwnServer, redis: &Redis, settings: Settings) -> Node {
        let (database, database_url) = Proxy::to_database(&postgres.database()).await;
        Node {
            number,
            process: Mutex::default(),
            earlier: Mutex::default(),
            // The proxy leads somewhere as soon as the node listens.
            clients: Proxy::to(database.address).await,
            database,
            redis: Proxy::to(redis.address()).await,
            database_url,
            folder: tempfile::tempdir().unwrap(),
            settings,
        }
    }

    /// Starts, and tries again for as long as PostgreSQL may be away.
    pub async fn starts(&self) {
        let patience = Instant::now() + START_WITHIN;
        loop {
            let redis = format!("redis://{}", self.redis.address);
            let name = format!("n{}", self.number + 1);
            let more = [&["--redis", &redis, "--node", &name], self.settings.flags()].concat();
            let mut command = school::serve(&self.database_url, self.folder.path(), &more);
            if let Some(planted) = self.settings.planted {
                command.env("GYOSIL_PLANTED", planted);
            }
            match tokio::task::spawn_blocking(|| Process::starts(command)).await.unwrap() {
                Ok(process) => {
                    self.clients.leads_to(process.address);
                    *self.process.lock().unwrap() = Some(process);
                    return;
                }
                Err(said) => assert!(Instant::now() < patience, "node {} does not start: {said}", self.number),
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    pub fn dies(&self) {
        if let Some(process) = self.process.lock().unwrap().take() {
            self.earlier.lock().unwrap().push_str(&process.log());
            process.loses_power();
        }
    }

    pub fn freezes(&self) {
        self.process.lock().unwrap().iter().for_each(Process::freezes);
    }

    pub fn thaws(&self) {
        self.process.lock().unwrap().iter().for_each(Process::thaws);
    }

    pub fn log(&self) -> String {
        let now = self.process.lock().unwrap().as_ref().map(Process::log).unwrap_or_default();
        format!("{}{now}", self.earlier.lock().unwrap())
    }

    /// Address of the node itself, behind its proxy.
    pub fn address(&self) -> SocketAddr {
        self.process.lock().unwrap().as_ref().expect("the node runs").address
    }

    /// Asks the node itself, past its proxy, whether it is ready: the status and the text.
    pub async fn readiness(&self, http: &reqwest::Client) -> Option<(u16, String)> {
        let address = self.process.lock().unwrap().as_ref()?.address;
        let asked = async {
            let answer = http.get(format!("http://{address}/readyz")).send().await.ok()?;
            Some((answer.status().as_u16(), answer.text().await.ok()?))
        };
        timeout(Duration::from_secs(5), asked).await.ok()?
    }
}
