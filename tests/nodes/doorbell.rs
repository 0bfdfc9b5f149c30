//! The gain of Redis over the log alone: an event is on every node at once, and not only when the node looks into the log.

use std::os::fd::AsRawFd;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::time::{Instant, timeout};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Bytes, Message};

use crate::client::Profile;
use crate::cluster::{Cluster, Settings};
use crate::harness::socket::Socket;
use crate::known::Known;
use crate::play::alone;
use crate::school::{Class, Login, stored};

/// A node that heard nothing of a session looks into the log after a second.
const SOON: Duration = Duration::from_millis(900);
#[cfg(feature = "planted-faults")]
const DEGRADED_WITHIN: Duration = Duration::from_secs(9);
const ROUNDS: usize = 8;

pub fn on_three_nodes<T>(settings: Settings, story: impl AsyncFnOnce(&Cluster) -> T) -> T {
    let _alone = alone();
    let stored = stored();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let told = runtime.block_on(async {
        let cluster = Cluster::starts(stored, settings).await;
        timeout(Duration::from_secs(90), story(&cluster)).await.expect("the story took too long")
    });
    runtime.shutdown_background();
    told
}

async fn says(cluster: &Cluster, node: usize, class: &Class, message: &str) {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).no_proxy().build().unwrap();
    let url = format!("http://{}/api/sessions/{}/message", cluster.nodes[node].clients.address, class.session.id);
    let asked = http.post(url).bearer_auth(&class.instructor.token).json(&json!({ "message": message }));
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    assert_eq!(status, 200, "{}", answer.text().await.unwrap());
}

/// In each of `ROUNDS`, a student is the first of a session at a node whose link to Redis is slow, and another node tells the
/// session something as soon as the student has its state. Returns how often that came soon.
pub async fn newcomers_hear_soon(cluster: &Cluster) -> usize {
    cluster.nodes[1].redis.delay(Duration::from_millis(150));
    let mut soon = 0;
    for class in &stored().classes[..ROUNDS] {
        let path = format!("/ws/session/{}/student/", class.session.id);
        let token = Some(class.students[0].token.as_str());
        let mut phone = Socket::open(cluster.nodes[1].clients.address, &path, token).await.unwrap();
        phone.waits_for("session_state").await;
        says(cluster, 0, class, "안녕하세요").await;
        let told = Instant::now();
        phone.waits_for("instructor_message").await;
        soon += usize::from(told.elapsed() < SOON);
    }
    soon
}

#[cfg(feature = "planted-faults")]
/// Whether a node notices that its link to Redis is silent.
pub async fn a_silent_link_is_noticed(cluster: &Cluster) -> bool {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let is_degraded = async || {
        let (_, text) = cluster.nodes[2].readiness(&http).await?;
        Some(text.contains("degraded"))
    };
    crate::harness::until("the link is there", async || (!is_degraded().await?).then_some(())).await;
    cluster.nodes[2].redis.hold(None);
    let begun = Instant::now();
    while begun.elapsed() < DEGRADED_WITHIN {
        if is_degraded().await == Some(true) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

/// A phone that reads nothing for a while, over a line that takes little, misses no event unless a fresh state replaces it.
pub async fn a_slow_reader_misses_nothing(cluster: &Cluster) -> Result<(), String> {
    let class = &stored().classes[0];
    let login = class.students[0].clone();
    let mut phone = opens_over_a_narrow_line(cluster, class, &login).await;
    let known = Known::new(&Profile {
        name: "slow reader".into(),
        class: 0,
        login,
        is_instructor: false,
        is_batched: false,
        stalls: true,
        writes: false,
        leaves: false,
    });
    for n in 0..150 {
        says(cluster, 0, class, &format!("{n}: {}", "가나다라마바사아자차".repeat(40))).await;
        // The client is alive, though it reads nothing.
        phone.sends_raw(Message::Pong(Bytes::new())).await;
    }
    says(cluster, 0, class, "끝").await;
    loop {
        let frame = phone.next().await.map_err(|closed| format!("{closed:?}"))?;
        known.applies(&frame)?;
        let told = match frame["type"].as_str() {
            Some("session_state" | "instructor_message") => &frame["data"]["instructor_message"],
            _ => &Value::Null,
        };
        if told == "끝" {
            return Ok(());
        }
    }
}

/// Messages larger than some ten kilobytes wait at the node.
async fn opens_over_a_narrow_line(cluster: &Cluster, class: &Class, login: &Login) -> Socket {
    let address = cluster.nodes[0].address();
    let tcp = TcpSocket::new_v4().unwrap();
    tcp.set_recv_buffer_size(4_096).unwrap();
    let segment_bytes: libc::c_int = 536;
    // SAFETY: the socket is open, and the value lives as long as the call.
    let set = unsafe {
        let (value, length) = ((&raw const segment_bytes).cast(), size_of_val(&segment_bytes) as libc::socklen_t);
        libc::setsockopt(tcp.as_raw_fd(), libc::IPPROTO_TCP, libc::TCP_MAXSEG, value, length)
    };
    assert_eq!(set, 0);
    let tcp = tcp.connect(address).await.unwrap();
    let url = format!("ws://{address}/ws/session/{}/student/", class.session.id);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", login.token).parse().unwrap());
    let (stream, _) = tokio_tungstenite::client_async(request, tcp).await.unwrap();
    Socket { stream, received: Vec::new(), wants_school_events: false }
}

#[test]
fn a_newcomer_at_another_node_hears_at_once() {
    let soon = on_three_nodes(Settings::default(), newcomers_hear_soon);
    assert!(soon > ROUNDS / 2, "{soon} of {ROUNDS} heard at once");
}

#[test]
fn a_slow_reader_at_a_node_misses_nothing() {
    on_three_nodes(Settings::default(), a_slow_reader_misses_nothing).unwrap();
}
