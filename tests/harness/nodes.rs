//! Several nodes of one school, on one PostgreSQL, which hear each other through Redis.

use std::time::Duration;

use super::redis::{Cluster, Redis};
use super::{Backend, School, close_databases, until};

/// The secrets that all nodes of a school share.
pub const SECRETS: [&str; 4] = [
    "--jwt-secret",
    "a secret that all nodes of this school share",
    "--certificate-key",
    "bm9kZXMgb2Ygb25lIHNjaG9vbCBzaGFyZSB0aGlzISE=",
];

/// Two nodes.
pub struct Nodes {
    pub redis: Redis,
    pub a: School,
    pub b: School,
}

/// Makes a story keep all of them, though it names only some: otherwise Redis would be gone before the story begins.
impl Drop for Nodes {
    fn drop(&mut self) {}
}

/// Two nodes that hear each other through a cluster.
pub struct ClusterNodes {
    pub cluster: Cluster,
    pub a: School,
    pub b: School,
}

impl Drop for ClusterNodes {
    fn drop(&mut self) {}
}

pub fn on_two_nodes<F>(flags: &[&str], story: impl FnOnce(Nodes) -> F)
where
    F: Future<Output = ()>,
{
    tells(async {
        let redis = Redis::starts();
        let (a, b) = two_nodes(&redis.url(), flags).await;
        story(Nodes { redis, a, b }).await;
    });
}

pub fn on_two_nodes_of_a_cluster<F>(story: impl FnOnce(ClusterNodes) -> F)
where
    F: Future<Output = ()>,
{
    tells(async {
        let cluster = Cluster::starts().await;
        let (a, b) = two_nodes(&cluster.masters[0].url(), &[]).await;
        story(ClusterNodes { cluster, a, b }).await;
    });
}

fn tells(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(240), story).await.expect("the story took too long");
        close_databases().await;
    });
    runtime.shutdown_background();
}

async fn two_nodes(redis: &str, flags: &[&str]) -> (School, School) {
    let flags = [&SECRETS[..], flags, &["--redis", redis]].concat();
    let a = School::open(Backend::Postgres, &flags).await;
    let b = a.another_node().await;
    hear_each_other(&[&a, &b]).await;
    (a, b)
}

async fn hear_each_other(nodes: &[&School]) {
    for node in nodes {
        until("it hears the others", async || (!node.app.bus.is_degraded()).then_some(())).await;
    }
}

impl Nodes {
    pub async fn hear_each_other(&self) {
        hear_each_other(&[&self.a, &self.b]).await;
    }

    /// Redis is gone, and both have noticed it.
    pub async fn lose_redis(&self) {
        self.redis.is_killed();
        for node in [&self.a, &self.b] {
            until("it misses Redis", async || node.app.bus.is_degraded().then_some(())).await;
        }
    }
}

impl School {
    /// One more node on the same database, with the same settings.
    pub async fn another_node(&self) -> School {
        School::start(self.backend, self.folder.clone(), self.database.clone(), self.flags.clone()).await
    }

    /// Starts a node that hears another Redis than the others: nothing that it publishes reaches them.
    pub async fn another_node_at(&self, redis: &Redis) -> School {
        let mut flags = self.flags.clone();
        let at = flags.iter().position(|flag| flag == "--redis").unwrap();
        flags[at + 1] = redis.url();
        School::start(self.backend, self.folder.clone(), self.database.clone(), flags).await
    }
}
