//! The network side of a learner's phone: plain HTTP/1.1 and a WebSocket, to a server on this machine.

use std::io::{Error as IoError, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tungstenite::http::Uri;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{ClientRequestBuilder, Error as SocketError};

use super::school::DemoSession;
use super::temper::uuid;

pub type PhoneSocket = WebSocketStream<TcpStream>;

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_MAX_BYTES: u64 = 256 * 1024;
/// Small, since up to 500 phones run in this one process, and the default is 128 KiB each.
const BUFFER_BYTES: usize = 4 * 1024;

/// The close codes of the server's protocol.
pub mod close {
    pub const TOKEN: u16 = 4401;
    pub const REMOVED: u16 = 4403;
    pub const GONE: u16 = 4404;
}

pub struct Phone {
    server: SocketAddr,
    access: String,
    refresh: String,
}

/// The reason why no socket opened.
pub enum ConnectError {
    /// The access token is not accepted any more.
    SignedOut,
    /// The learner was removed, or the session does not exist any more.
    NotWelcome,
    NoAnswer,
}

impl Phone {
    /// Joins a session as a guest, as after a scan of the QR and typing a name.
    pub async fn join(server: SocketAddr, session: &DemoSession, guest: &Value) -> Result<Phone, IoError> {
        let mut phone = Phone { server, access: String::new(), refresh: String::new() };
        let joined = phone.post(&format!("/api/sessions/{}/guest?k={}", session.code, session.key), guest).await?;
        phone.store_login(&joined)?;
        Ok(phone)
    }

    /// Gets a new access token for the refresh token, which is renewed too.
    pub async fn renew(&mut self) -> Result<&str, IoError> {
        let body = json!({ "refresh_token": self.refresh });
        let renewed = self.post("/api/auth/refresh", &body).await?;
        self.store_login(&renewed)?;
        Ok(&self.access)
    }

    fn store_login(&mut self, login: &Value) -> Result<(), IoError> {
        let text = |name: &str| login[name].as_str().map(String::from).ok_or(IoError::from(ErrorKind::InvalidData));
        (self.access, self.refresh) = (text("access_token")?, text("refresh_token")?);
        Ok(())
    }

    /// Opens the session's socket. `since` is the number of the last event that this phone knows.
    pub async fn open(&self, session: &DemoSession, since: Option<i64>) -> Result<PhoneSocket, ConnectError> {
        let since = since.map_or_else(String::new, |seq| format!("?since={seq}"));
        let url = format!("ws://{}/ws/session/{}/student/{since}", self.server, session.id);
        let url: Uri = url.parse().map_err(|_| ConnectError::NoAnswer)?;
        let request = ClientRequestBuilder::new(url).with_header("Authorization", format!("Bearer {}", self.access));
        let config = WebSocketConfig::default().read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES);
        let calling = async {
            let stream = TcpStream::connect(self.server).await.map_err(SocketError::Io)?;
            client_async_with_config(request, stream, Some(config)).await
        };
        match timeout(ANSWER_WITHIN, calling).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(SocketError::Http(answer))) => Err(match answer.status().as_u16() {
                401 => ConnectError::SignedOut,
                403 | 404 => ConnectError::NotWelcome,
                _ => ConnectError::NoAnswer,
            }),
            _ => Err(ConnectError::NoAnswer),
        }
    }

    /// Sends one request on a connection of its own. The server closes it, so the answer ends where the bytes end.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, IoError> {
        let body = body.to_string();
        let token =
            if self.access.is_empty() { String::new() } else { format!("Authorization: Bearer {}\r\n", self.access) };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: gyosil-demo\r\n{token}Idempotency-Key: {}\r\n\
            Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.server,
            uuid(),
            body.len()
        );
        let mut answer = Vec::new();
        let talk = async {
            let mut stream = TcpStream::connect(self.server).await?;
            stream.write_all(request.as_bytes()).await?;
            stream.take(ANSWER_MAX_BYTES).read_to_end(&mut answer).await
        };
        timeout(ANSWER_WITHIN, talk).await??;
        read(&answer)
    }
}

fn read(answer: &[u8]) -> Result<Value, IoError> {
    let text = std::str::from_utf8(answer).map_err(|_| IoError::from(ErrorKind::InvalidData))?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(IoError::from(ErrorKind::UnexpectedEof))?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        return Err(IoError::other(format!("{status} {body}")));
    }
    serde_json::from_str(body).map_err(IoError::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_answer_of_success_is_accepted() {
        let ok = b"HTTP/1.1 201 Created\r\ncontent-length: 8\r\n\r\n{\"a\": 1}";
        assert_eq!(read(ok).unwrap()["a"], 1);
        assert!(read(b"HTTP/1.1 403 Forbidden\r\n\r\n{}").is_err());
        assert!(read(b"HTTP/1.1 20").is_err());
    }
}
