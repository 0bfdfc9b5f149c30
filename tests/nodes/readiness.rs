//! Answers of `/readyz` about a node.

use std::time::Duration;

use crate::cluster::{Cluster, NODES, Settings};
use crate::harness::until;
use crate::school::stored;

/// All nodes answer with this status, and with this word or without it.
async fn all_say(cluster: &Cluster, http: &reqwest::Client, expected: &[(u16, bool)]) {
    until(&format!("the nodes say {expected:?}"), async || {
        let mut said = Vec::new();
        for node in &cluster.nodes {
            let (status, text) = node.readiness(http).await?;
            said.push((status, text.contains("degraded")));
        }
        (said == expected).then_some(())
    })
    .await;
}

#[test]
fn a_node_is_not_ready_without_postgresql_and_degraded_without_redis() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let stored = stored();
    runtime.block_on(async {
        let cluster = Cluster::starts(stored, Settings::default()).await;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build().unwrap();
        let (ready, blind, degraded) = ((200, false), (503, false), (200, true));
        all_say(&cluster, &http, &[ready; NODES]).await;
        cluster.nodes[1].database.hold(None);
        all_say(&cluster, &http, &[ready, blind, ready]).await;
        cluster.nodes[1].database.mend().await;
        cluster.postgres.dies();
        all_say(&cluster, &http, &[blind; NODES]).await;
        cluster.postgres.restarts().await;
        all_say(&cluster, &http, &[ready; NODES]).await;
        cluster.nodes[2].redis.hold(None);
        all_say(&cluster, &http, &[ready, ready, degraded]).await;
        cluster.nodes[2].redis.mend().await;
        cluster.redis.is_killed();
        all_say(&cluster, &http, &[degraded; NODES]).await;
        cluster.redis.starts_again();
        all_say(&cluster, &http, &[ready; NODES]).await;
    });
}
