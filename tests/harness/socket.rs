//! A phone's or a dashboard's socket, and what it hears.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Error, Message};

use super::PATIENCE;

pub struct Socket {
    pub stream: WebSocketStream<TcpStream>,
    /// Everything heard so far, for a look back; of the events of the school only those with a number.
    pub received: Vec<Value>,
    pub wants_school_events: bool,
}

/// How a socket ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub code: u16,
    pub reason: String,
}

impl Socket {
    pub async fn open(address: SocketAddr, path: &str, token: Option<&str>) -> Result<Socket, u16> {
        Socket::open_in("", address, path, token).await
    }

    /// … by someone who reads this language.
    pub async fn open_in(language: &str, address: SocketAddr, path: &str, token: Option<&str>) -> Result<Socket, u16> {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        if !language.is_empty() {
            request.headers_mut().insert("accept-language", language.parse().unwrap());
        }
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let tcp = TcpStream::connect(address).await.unwrap();
        match timeout(PATIENCE, tokio_tungstenite::client_async(request, tcp)).await.expect("an answer in time") {
            Ok((stream, _)) => Ok(Socket { stream, received: Vec::new(), wants_school_events: false }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{path}: {other}"),
        }
    }

    /// The next frame, or how it ended.
    pub async fn next(&mut self) -> Result<Value, Closed> {
        // A ping is no frame: it does not begin the wait anew.
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            match timeout_at(until, self.stream.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("a frame is JSON");
                    // What follows in the school from what happens in the class is another story's, unless it listens.
                    let follows = ["attendance_updated", "grade_updated", "school_state"]
                        .iter()
                        .any(|kind| frame["type"] == *kind);
                    let is_passed_over = follows && !self.wants_school_events;
                    if !is_passed_over || frame["seq"].is_i64() {
                        self.received.push(frame.clone());
                    }
                    if is_passed_over {
                        continue;
                    }
                    return Ok(frame);
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err(Closed { code: frame.code.into(), reason: frame.reason.to_string() });
                }
                Some(Ok(Message::Close(None))) => return Err(Closed { code: 1005, reason: String::new() }),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Closed { code: 1006, reason: String::new() }),
            }
        }
    }

    /// The next frame, which must be of this type.
    pub async fn receives(&mut self, kind: &str) -> Value {
        let frame = self.next().await.unwrap_or_else(|closed| panic!("closed instead of {kind}: {closed:?}"));
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// The next frame of this type, whatever comes before it.
    pub async fn waits_for(&mut self, kind: &str) -> Value {
        self.waits_until(kind, |frame| frame["type"] == kind).await
    }

    pub async fn waits_until(&mut self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Ok(frame) if is_it(&frame) => return frame,
                Ok(_) => {}
                Err(closed) => panic!("closed while waiting for {what}: {closed:?}; heard {:?}", self.received),
            }
        }
    }

    pub async fn sends(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn sends_raw(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Says it with an id and waits for the answer to it: a reply or an error.
    pub async fn asks(&mut self, mut message: Value) -> Value {
        static IDS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let id = format!("c{}", IDS.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        message["id"] = json!(id);
        self.sends(message).await;
        self.waits_until("an answer", |frame| frame["id"] == json!(id)).await
    }

    /// Reads until it is closed.
    pub async fn ends(&mut self) -> Closed {
        loop {
            if let Err(closed) = self.next().await {
                return closed;
            }
        }
    }

    /// Is nothing more on its way? Whatever was said before the ping comes before its answer.
    pub async fn receives_nothing_more(&mut self) {
        self.sends(json!({ "type": "ping", "id": "quiet" })).await;
        let frame = self.next().await.unwrap();
        assert_eq!(frame["id"], "quiet", "something came: {frame}");
    }

    /// … but frames of this type.
    pub async fn receives_only(&mut self, kind: &str) {
        self.sends(json!({ "type": "ping", "id": "quiet" })).await;
        loop {
            let frame = self.next().await.unwrap();
            if frame["id"] == "quiet" {
                return;
            }
            assert_eq!(frame["type"], kind, "something came: {frame}");
        }
    }

    pub async fn hangs_up(mut self) {
        let _ = self.stream.close(None).await;
    }
}
