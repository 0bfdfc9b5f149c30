//! Carries faults out, and repairs them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::cluster::Cluster;
use crate::harness::proxy::{LostCommit, Proxy};
use crate::schedule::{Fault, LinkFault, Schedule, Way, What};

/// The next commit of a node under load comes in this time; else the fault happens without one.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);

impl Schedule {
    /// Lets all faults happen, and returns when the last is repaired.
    pub async fn strikes(&self, cluster: &Arc<Cluster>) {
        let begin = Instant::now();
        let faults = self.0.iter().map(|fault| async move {
            sleep_until(begin + fault.at).await;
            fault.strikes(cluster).await;
        });
        futures_util::future::join_all(faults).await;
    }
}

impl Fault {
    async fn strikes(&self, cluster: &Arc<Cluster>) {
        match self.what {
            What::NodeDies(node) => {
                cluster.nodes[node].dies();
                sleep(self.lasts).await;
                cluster.nodes[node].starts().await;
            }
            What::NodeFreezes(node) => {
                cluster.nodes[node].freezes();
                sleep(self.lasts).await;
                cluster.nodes[node].thaws();
            }
            What::NodeDiesAfterCommit(node) => {
                let node = &cluster.nodes[node];
                let committed = node.database.loses_next_commit(LostCommit::ReplyHeld);
                let _ = timeout(COMMIT_WITHIN, committed).await;
                node.dies();
                node.database.loses_no_commit();
                sleep(self.lasts).await;
                node.starts().await;
            }
            What::CommitIsLost(node, part) => {
                let database = &cluster.nodes[node].database;
                let _ = timeout(COMMIT_WITHIN, database.loses_next_commit(part)).await;
                database.loses_no_commit();
                if part != LostCommit::Reply {
                    // Questions about the outcome of the commit get no answer either.
                    database.cut();
                    sleep(self.lasts).await;
                    database.mend().await;
                }
            }
            What::PostgresDies => {
                cluster.postgres.dies();
                sleep(self.lasts).await;
                cluster.postgres.restarts().await;
            }
            What::PostgresFreezes => {
                cluster.postgres.freezes();
                sleep(self.lasts).await;
                cluster.postgres.thaws();
            }
            What::RedisDies => {
                cluster.redis.is_killed();
                sleep(self.lasts).await;
                let cluster = cluster.clone();
                tokio::task::spawn_blocking(move || cluster.redis.starts_again()).await.unwrap();
            }
            What::RedisFreezes => {
                cluster.redis.freezes();
                sleep(self.lasts).await;
                cluster.redis.thaws();
            }
            What::RedisCutsSubscribers => {
                let cluster = cluster.clone();
                let cut = tokio::task::spawn_blocking(move || cluster.redis.cuts_subscribers());
                let _ = timeout(COMMIT_WITHIN, cut).await;
            }
            What::Link(node, way, how) => {
                let node = &cluster.nodes[node];
                let proxy = match way {
                    Way::Clients => &node.clients,
                    Way::Database => &node.database,
                    Way::Redis => &node.redis,
                };
                how.strikes(proxy, self.lasts).await;
            }
        }
    }
}

impl LinkFault {
    async fn strikes(self, proxy: &Proxy, lasts: Duration) {
        match self {
            LinkFault::Cut => proxy.cut(),
            LinkFault::Held(direction) => proxy.hold(direction),
            LinkFault::Silent => proxy.fall_silent(),
            LinkFault::DelayedMs(delay) => proxy.delay(Duration::from_millis(delay)),
        }
        sleep(lasts).await;
        if self == LinkFault::Silent {
            proxy.cut();
        }
        proxy.mend().await;
    }
}
