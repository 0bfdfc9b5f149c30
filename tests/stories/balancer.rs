//! HAProxy with `deploy/haproxy.cfg`, before two stand-ins for nodes that tell what they were asked.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use reqwest::Client;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::harness::proxy::Proxy;
use crate::harness::until;

/// Connections that one address may have here.
const CONNECTIONS_MAX: usize = 40;

/// A stand-in for a node. Its link to HAProxy can be cut.
struct Node {
    name: &'static str,
    is_ready: AtomicBool,
    /// Requests that it took and did not answer.
    unanswered: AtomicUsize,
}

async fn node(name: &'static str) -> (Arc<Node>, Proxy) {
    let node = Arc::new(Node { name, is_ready: AtomicBool::new(true), unanswered: AtomicUsize::new(0) });
    let router = Router::new()
        .route("/readyz", any(ready))
        .route("/healthz", any(|| async { "ok" }))
        .route("/unanswered", any(unanswered))
        .fallback(any(answer))
        .with_state(node.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link = Proxy::to(listener.local_addr().unwrap()).await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    (node, link)
}

async fn ready(State(node): State<Arc<Node>>) -> StatusCode {
    if node.is_ready.load(Ordering::SeqCst) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// Dies while it answers: the connection ends without a word.
async fn unanswered(State(node): State<Arc<Node>>) -> Response {
    node.unanswered.fetch_add(1, Ordering::SeqCst);
    panic!("this handler ends its connection");
}

async fn answer(State(node): State<Arc<Node>>, request: Request) -> Response {
    let mut headers = HeaderMap::new();
    for name in ["x-forwarded-for", "x-forwarded-proto", "forwarded"] {
        let values: Vec<&str> = request.headers().get_all(name).iter().filter_map(|v| v.to_str().ok()).collect();
        let value = HeaderValue::from_str(&values.join(",")).unwrap();
        headers.insert(name, value);
    }
    (headers, node.name).into_response()
}

struct Balancer {
    process: Child,
    url: String,
    http: Client,
    _folder: TempDir,
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Balancer {
    async fn before(nodes: [&Proxy; 2]) -> Balancer {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/haproxy.cfg");
        let mut settings = std::fs::read_to_string(file).unwrap();
        let here = [
            ("bind :8080", format!("bind {free}")),
            ("node1:8080", nodes[0].address.to_string()),
            ("node2:8080", nodes[1].address.to_string()),
            // A machine that tests may allow few open files.
            ("maxconn 20000", "maxconn 200".into()),
            ("gt 4096", format!("gt {CONNECTIONS_MAX}")),
        ];
        for (there, here) in here {
            assert!(settings.contains(there), "{there}");
            settings = settings.replace(there, &here);
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, settings).unwrap();
        let process = Command::new("/usr/sbin/haproxy").arg("-f").arg(&file).stdout(Stdio::null()).spawn();
        let http = Client::builder().no_proxy().build().unwrap();
        let process = process.expect("tests/run installs haproxy");
        let balancer = Balancer { process, url: format!("http://{free}"), http, _folder: folder };
        until("HAProxy listens", async || balancer.http.get(&balancer.url).send().await.ok()).await;
        balancer
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        // HAProxy closes a kept-open connection without an answer if the node behind it is gone: clients ask again.
        until("an answer", async || self.http.get(format!("{}{path}", self.url)).send().await.ok()).await
    }

    /// The node of each session, if all paths of a session lead to the same one.
    async fn nodes_of_sessions(&self) -> Option<Vec<String>> {
        let mut all = Vec::new();
        for session in session_ids() {
            let mut nodes = BTreeSet::new();
            for path in paths(session) {
                nodes.insert(self.node_of(&path).await);
            }
            if nodes.len() != 1 {
                return None;
            }
            all.extend(nodes);
        }
        Some(all)
    }

    async fn node_of(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}

/// Ids as the server draws them: between 2^31 and 2^53.
fn session_ids() -> impl Iterator<Item = i64> {
    (0..100).map(|n| (1 << 31) + n * 7_919 * 104_729)
}

fn paths(session: i64) -> [String; 4] {
    [
        format!("/ws/session/{session}/student"),
        format!("/ws/session/{session}/instructor/?batch=1"),
        format!("/api/sessions/{session}/next-step"),
        format!("/api/sessions/{session}/current"),
    ]
}

#[tokio::test]
async fn a_session_stays_at_its_node_until_that_dies() {
    let ((_, one), (_, two)) = (node("one").await, node("two").await);
    let balancer = Balancer::before([&one, &two]).await;
    // A busy machine can be late with an answer to HAProxy's question, and a node is then out for a moment.
    let before = until("each session is at one node", async || balancer.nodes_of_sessions().await).await;
    let at_one = before.iter().filter(|node| *node == "one").count();
    assert!((25..=75).contains(&at_one), "{at_one} of 100 sessions are at one node");
    one.cut();
    for session in session_ids() {
        for path in paths(session) {
            assert_eq!(balancer.node_of(&path).await, "two", "{path}");
        }
    }
}

#[tokio::test]
async fn requests_of_no_session_are_shared_out() {
    let ((_, one), (_, two)) = (node("one").await, node("two").await);
    let balancer = Balancer::before([&one, &two]).await;
    for path in ["/", "/api/sessions/482173/guest", "/ws/dashboard/lecture/7"] {
        let mut nodes = BTreeSet::new();
        for _ in 0..10 {
            nodes.insert(balancer.node_of(path).await);
        }
        assert_eq!(nodes.len(), 2, "{path}");
    }
}

#[tokio::test]
async fn what_a_client_says_about_its_address_does_not_pass() {
    let ((_, one), (_, two)) = (node("one").await, node("two").await);
    let balancer = Balancer::before([&one, &two]).await;
    let asked = balancer.http.get(&balancer.url);
    let asked = asked.header("x-forwarded-for", "192.0.2.1").header("x-forwarded-proto", "https");
    let answer = asked.header("forwarded", "for=192.0.2.1;proto=https").send().await.unwrap();
    let heard = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(heard("x-forwarded-for"), "127.0.0.1");
    assert_eq!(heard("x-forwarded-proto"), "http");
    assert_eq!(heard("forwarded"), "");
    for path in ["/metrics", "/readyz", "/healthz"] {
        assert_eq!(balancer.get(path).await.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn one_address_has_a_bounded_number_of_connections() {
    let ((_, one), (_, two)) = (node("one").await, node("two").await);
    let balancer = Balancer::before([&one, &two]).await;
    let is_answered = async || {
        let newcomer = Client::builder().no_proxy().build().unwrap();
        newcomer.get(&balancer.url).send().await.is_ok_and(|answer| answer.status() == 200)
    };
    until("an answer", async || is_answered().await.then_some(())).await;
    let address = balancer.url.strip_prefix("http://").unwrap();
    let mut held = Vec::new();
    until("no room is left", async || {
        held.push(TcpStream::connect(address).await.unwrap());
        (!is_answered().await).then_some(())
    })
    .await;
    assert!(held.len() <= 2 * CONNECTIONS_MAX, "{}", held.len());
    drop(held);
    until("there is room again", async || is_answered().await.then_some(())).await;
}

#[tokio::test]
async fn a_request_that_a_node_took_is_not_sent_to_another() {
    let ((first, one), (second, two)) = (node("one").await, node("two").await);
    let balancer = Balancer::before([&one, &two]).await;
    // 502, or on a connection that had a request before: closed without an answer.
    let answer = balancer.http.post(format!("{}/unanswered", balancer.url)).body("x").send().await;
    assert!(!answer.is_ok_and(|answer| answer.status() != 502));
    assert_eq!(first.unanswered.load(Ordering::SeqCst) + second.unanswered.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nodes_that_cannot_write_leave_and_answer_only_when_no_other_is_left() {
    let ((first, one), (second, two)) = (node("one").await, node("two").await);
    let balancer = Balancer::before([&one, &two]).await;
    first.is_ready.store(false, Ordering::SeqCst);
    until("the first node gets nothing more", async || {
        let mut nodes = BTreeSet::new();
        for session in session_ids() {
            nodes.insert(balancer.node_of(&format!("/api/sessions/{session}/current")).await);
        }
        nodes.insert(balancer.node_of("/").await);
        (nodes == BTreeSet::from(["two".to_owned()])).then_some(())
    })
    .await;
    second.is_ready.store(false, Ordering::SeqCst);
    until("both nodes get requests again", async || {
        let nodes = BTreeSet::from([balancer.node_of("/").await, balancer.node_of("/").await]);
        (nodes.len() == 2).then_some(())
    })
    .await;
}
