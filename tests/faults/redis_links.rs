//! The links of one node to Redis: what is confirmed is heard, and whatever breaks is noticed, made again, and told.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::future::BoxFuture;
use gyosil::bus::redis::{Links, Receiver};
use gyosil::config::RedisSettings;
use gyosil::metrics::Metrics;

use crate::harness::proxy::Proxy;
use crate::harness::redis::{Cluster, Redis, Setup};
use crate::harness::secure::Certificate;
use crate::harness::until;

/// The time in which a link that is silent must be noticed, and a bit.
const NOTICED_WITHIN: Duration = Duration::from_millis(6_500);
const SOON: Duration = Duration::from_secs(5);

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    redis: RedisSettings,
}

#[derive(Default)]
struct Node {
    heard: Mutex<HashMap<String, Vec<String>>>,
    interruptions: AtomicUsize,
    unsent: AtomicUsize,
}

impl Receiver for Node {
    fn receive<'a>(&'a self, channel: &'a str, payload: &'a [u8]) -> BoxFuture<'a, ()> {
        let payload = String::from_utf8(payload.to_vec()).unwrap();
        self.heard.lock().unwrap().entry(channel.to_owned()).or_default().push(payload);
        Box::pin(async {})
    }

    fn note_interruption(&self) {
        self.interruptions.fetch_add(1, Ordering::SeqCst);
    }

    fn note_late(&self, _: &str) {
        self.interruptions.fetch_add(1, Ordering::SeqCst);
    }

    fn note_unsent(&self) {
        self.unsent.fetch_add(1, Ordering::SeqCst);
    }
}

struct Linked {
    node: Arc<Node>,
    links: Links,
}

impl Linked {
    fn begins(url: &str) -> Linked {
        Linked::begins_with(url, None)
    }

    fn begins_with(url: &str, authorities: Option<&Path>) -> Linked {
        let mut words = vec!["gyosil".to_owned(), "--redis".to_owned(), url.to_owned()];
        if let Some(file) = authorities {
            words.extend(["--redis-ca".to_owned(), file.display().to_string()]);
        }
        let settings = Settings::parse_from(words).redis;
        let node = Arc::new(Node::default());
        let links = Links::open(&settings, "gyosil:test:".into(), node.clone(), Arc::new(Metrics::default()));
        Linked { node, links: links.unwrap() }
    }

    async fn is_up(&self) {
        until("Redis is there", async || self.links.is_up().then_some(())).await;
    }

    async fn is_down_within(&self, patience: Duration) {
        let since = Instant::now();
        until("Redis is away", async || (!self.links.is_up()).then_some(())).await;
        assert!(since.elapsed() < patience, "noticed after {:?}", since.elapsed());
    }

    async fn hears(&self, channel: &str, text: &str) {
        let is_heard = || self.heard(channel).iter().any(|heard| heard == text);
        until(text, async || is_heard().then_some(())).await;
    }

    fn heard(&self, channel: &str) -> Vec<String> {
        self.node.heard.lock().unwrap().get(channel).cloned().unwrap_or_default()
    }

    fn interruptions(&self) -> usize {
        self.node.interruptions.load(Ordering::SeqCst)
    }

    async fn publishes(&self, channel: &str, text: &str) {
        until("it can publish", async || self.links.publish(channel, text.into()).then_some(())).await;
    }
}

fn tells<F: Future<Output = ()>>(story: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story);
    runtime.shutdown_background();
}

#[test]
fn a_confirmed_channel_is_heard_in_order() {
    tells(async {
        let redis = Redis::starts();
        let (here, there) = (Linked::begins(&redis.url()), Linked::begins(&redis.url()));
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await);
        there.is_up().await;
        for n in 0..1_000 {
            there.publishes("gyosil:test:s1", &n.to_string()).await;
            there.publishes("gyosil:test:s2", &n.to_string()).await;
        }
        here.hears("gyosil:test:s1", "999").await;
        let all: Vec<String> = (0..1_000).map(|n| n.to_string()).collect();
        assert_eq!(here.heard("gyosil:test:s1"), all);
        assert!(here.heard("gyosil:test:s2").is_empty() && there.heard("gyosil:test:s1").is_empty());

        here.links.unsubscribe("gyosil:test:s1");
        until("nobody hears it", async || {
            redis.asks(&["PUBSUB", "NUMSUB", "gyosil:test:s1"]).ends_with(" 0").then_some(())
        })
        .await;
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await, "again");
        there.publishes("gyosil:test:s1", "again").await;
        here.hears("gyosil:test:s1", "again").await;
    });
}

#[test]
fn thousands_of_channels_are_confirmed_quickly() {
    tells(async {
        let redis = Redis::starts();
        let here = Linked::begins(&redis.url());
        let names: Vec<String> = (0..5_000).map(|n| format!("gyosil:test:s{n}")).collect();
        let all = names.iter().map(|name| here.links.subscribe(name, SOON));
        assert!(futures_util::future::join_all(all).await.into_iter().all(|is_confirmed| is_confirmed));
        redis.cuts_subscribers();
        here.is_down_within(SOON).await;
        here.is_up().await;
        let heard_by = redis.asks(&["PUBSUB", "NUMSUB", "gyosil:test:s4999"]);
        assert!(heard_by.ends_with(" 1"), "{heard_by}");
    });
}

#[test]
fn a_reader_that_redis_cuts_subscribes_again_and_looks_up_what_it_missed() {
    tells(async {
        let redis = Redis::starts();
        let here = Linked::begins(&redis.url());
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await);
        here.is_up().await;
        for n in 0..5 {
            let before = here.interruptions();
            redis.cuts_subscribers();
            until("it looks up", async || (here.interruptions() > before).then_some(())).await;
            assert!(here.links.is_up());
            here.publishes("gyosil:test:s1", &n.to_string()).await;
            here.hears("gyosil:test:s1", &n.to_string()).await;
        }
    });
}

#[test]
fn a_frozen_server_is_noticed_and_healed() {
    tells(async {
        let redis = Redis::starts();
        let here = Linked::begins(&redis.url());
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await);
        here.is_up().await;
        let before = here.interruptions();
        redis.freezes();
        assert!(here.links.publish("gyosil:test:s1", "lost on its way".into()));
        assert_eq!(here.node.unsent.load(Ordering::SeqCst), 0);
        here.is_down_within(NOTICED_WITHIN).await;
        until("it knows that this did not arrive", async || {
            (here.node.unsent.load(Ordering::SeqCst) > 0).then_some(())
        })
        .await;
        assert!(!here.links.publish("gyosil:test:s1", "lost".into()));
        assert!(!here.links.subscribe("gyosil:test:s2", Duration::from_millis(100)).await);
        redis.thaws();
        until("it looks up", async || (here.interruptions() > before).then_some(())).await;
        here.is_up().await;
        for channel in ["gyosil:test:s1", "gyosil:test:s2"] {
            here.publishes(channel, "healed").await;
            here.hears(channel, "healed").await;
        }
    });
}

#[test]
fn a_server_that_starts_late_or_again_is_found() {
    tells(async {
        let redis = Redis::starts();
        redis.is_killed();
        let here = Linked::begins(&redis.url());
        assert!(!here.links.subscribe("gyosil:test:s1", Duration::from_millis(100)).await);
        assert!(!here.links.is_up());
        for n in 0..3 {
            let before = here.interruptions();
            redis.starts_again();
            here.is_up().await;
            assert!(here.interruptions() > before);
            here.publishes("gyosil:test:s1", &n.to_string()).await;
            here.hears("gyosil:test:s1", &n.to_string()).await;
            redis.is_killed();
            here.is_down_within(SOON).await;
        }
    });
}

#[test]
fn a_subscriber_that_is_led_to_another_server_than_its_publisher_is_noticed() {
    tells(async {
        let (old, new) = (Redis::starts(), Redis::starts());
        let proxy = Proxy::to(old.address()).await;
        proxy.leads_by_turns(&[old.address(), new.address()]);
        let here = Linked::begins(&format!("redis://{}", proxy.address));
        let publishes_at = |redis: &Redis| redis.asks(&["INFO", "commandstats"]).contains("cmdstat_publish:");
        until("it publishes where it does not hear", async || {
            let subscribers = redis_subscribers(&old) + redis_subscribers(&new);
            (subscribers > 0 && (publishes_at(&old) || publishes_at(&new))).then_some(())
        })
        .await;
        assert!(!here.links.subscribe("gyosil:test:s1", NOTICED_WITHIN).await);
        assert!(!here.links.is_up());
        proxy.leads_to(new.address());
        here.is_up().await;
        let there = Linked::begins(&new.url());
        there.is_up().await;
        there.publishes("gyosil:test:s1", "by the new one").await;
        here.hears("gyosil:test:s1", "by the new one").await;
    });
}

#[test]
fn a_server_that_becomes_a_replica_is_left_until_it_is_a_master() {
    tells(async {
        let (old, new) = (Redis::starts(), Redis::starts());
        let proxy = Proxy::to(old.address()).await;
        let here = Linked::begins(&format!("redis://{}", proxy.address));
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await);
        here.is_up().await;
        old.asks(&["REPLICAOF", "127.0.0.1", &new.port.to_string()]);
        here.is_down_within(SOON).await;
        proxy.leads_to(new.address());
        here.is_up().await;
        let there = Linked::begins(&new.url());
        there.is_up().await;
        assert!(there.links.subscribe("gyosil:test:s2", SOON).await);
        here.publishes("gyosil:test:s2", "to the master").await;
        there.hears("gyosil:test:s2", "to the master").await;
    });
}

fn redis_subscribers(redis: &Redis) -> usize {
    redis.asks(&["PUBSUB", "CHANNELS"]).split_whitespace().count()
}

#[test]
fn a_link_that_falls_silent_is_made_again() {
    tells(async {
        let redis = Redis::starts();
        let proxy = Proxy::to(redis.address()).await;
        let here = Linked::begins(&format!("redis://{}", proxy.address));
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await);
        here.is_up().await;
        proxy.fall_silent();
        here.is_down_within(NOTICED_WITHIN).await;
        // Open connections stay silent for ever, those opened from now on are whole.
        proxy.mend().await;
        here.is_up().await;
        here.publishes("gyosil:test:s1", "mended").await;
        here.hears("gyosil:test:s1", "mended").await;
    });
}

#[test]
fn a_password_a_user_and_a_database_are_given_to_the_server() {
    tells(async {
        // As docs/security.md has it.
        let may = "nocommands +hello +select +ping +subscribe +unsubscribe +publish";
        let user = format!("school on >p@ss:word resetchannels &gyosil:* resetkeys {may}");
        let user = Some(&*user.leak());
        let redis = Redis::starts_with(Setup { password: Some("topsecret"), user, ..Setup::default() });
        for login in [":topsecret", "school:p%40ss%3Aword"] {
            let here = Linked::begins(&format!("redis://{login}@{}/3", redis.address()));
            assert!(here.links.subscribe("gyosil:test:s1", SOON).await, "{login}");
            here.is_up().await;
            here.publishes("gyosil:test:s1", login).await;
            here.hears("gyosil:test:s1", login).await;
            assert!(redis.asks(&["CLIENT", "LIST"]).contains("db=3"));
        }
        let stranger = Linked::begins(&format!("redis://:wrong@{}", redis.address()));
        assert!(!stranger.links.subscribe("gyosil:test:s1", Duration::from_secs(1)).await);
        assert!(!stranger.links.is_up());
    });
}

#[test]
fn a_server_with_tls_is_believed_by_its_certificate() {
    tells(async {
        let certificate = Certificate::is_made();
        let [_, chain, _, key] = certificate.flags();
        let tls = Some((chain.clone().into(), key.into()));
        let redis = Redis::starts_with(Setup { tls, password: Some("topsecret"), ..Setup::default() });
        let url = format!("rediss://:topsecret@localhost:{}", redis.port);
        let here = Linked::begins_with(&url, Some(Path::new(&chain)));
        assert!(here.links.subscribe("gyosil:test:s1", SOON).await);
        here.is_up().await;
        here.publishes("gyosil:test:s1", "sealed").await;
        here.hears("gyosil:test:s1", "sealed").await;
        let wary = Linked::begins(&url);
        assert!(!wary.links.subscribe("gyosil:test:s1", Duration::from_secs(1)).await, "nobody vouches for it");
        assert!(!wary.links.is_up());
    });
}

#[test]
fn a_cluster_is_found_out_and_its_slots_are_followed() {
    tells(async {
        let cluster = Cluster::starts().await;
        let here = Linked::begins(&cluster.masters[0].url());
        let there = Linked::begins(&cluster.masters[1].url());
        let names: Vec<String> = (0..60).map(|n| format!("gyosil:test:s{n}")).collect();
        for name in &names {
            assert!(here.links.subscribe(name, SOON).await, "{name}");
        }
        there.is_up().await;
        for name in &names {
            there.publishes(name, "sharded").await;
            here.hears(name, "sharded").await;
        }
        let owners: Vec<usize> = names.iter().map(|name| cluster.owner_of(cluster.slot_of(name))).collect();
        assert!((0..3).all(|n| owners.contains(&n)), "all masters have some");

        let before = here.interruptions();
        let moved = &names[0];
        cluster.moves_slot(cluster.slot_of(moved), (owners[0] + 1) % 3);
        until("it looks up", async || (here.interruptions() > before).then_some(())).await;
        // The sender learns it by an error, which costs it a message.
        until("the new master carries it", async || {
            there.links.publish(moved, "moved".into());
            here.heard(moved).contains(&"moved".to_owned()).then_some(())
        })
        .await;

        let cut = &cluster.masters[owners[1]];
        let before = here.interruptions();
        cut.cuts_subscribers();
        until("it looks up", async || (here.interruptions() > before).then_some(())).await;
        here.is_up().await;
        for name in &names {
            until("all are heard again", async || {
                there.links.publish(name, "again".into());
                here.heard(name).contains(&"again".to_owned()).then_some(())
            })
            .await;
        }
    });
}
