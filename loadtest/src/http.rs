//! One kept-open connection that asks and is answered. Blocking: whoever needs many at once starts threads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Result;

pub const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const BODY_MAX_BYTES: u64 = 16 * 1024 * 1024;
const HEAD_MAX_LINES: usize = 100;
const JSON: &str = "application/json";
/// A server may hang up on who says nothing for long; Gyosil does so after 15 s.
const STALE_AFTER: Duration = Duration::from_secs(5);

pub struct Http {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    used: Instant,
}

impl Http {
    pub fn connect(address: SocketAddr) -> Result<Http> {
        let stream = TcpStream::connect_timeout(&address, ANSWER_WITHIN)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN))?;
        Ok(Http { address, stream: BufReader::new(stream), used: Instant::now() })
    }

    pub fn post(&mut self, path: &str, token: Option<&str>, body: &Value) -> Result<Value> {
        self.send(path, token, body)?;
        self.answer()
    }

    /// Sends a file.
    pub fn post_file(&mut self, path: &str, token: Option<&str>, kind: &str, content: &[u8]) -> Result<Value> {
        self.ask("POST", path, token, kind, content)?;
        self.answer()
    }

    pub fn get(&mut self, path: &str, token: Option<&str>) -> Result<Value> {
        self.ask("GET", path, token, JSON, &[])?;
        self.answer()
    }

    /// Asks, without waiting for the answer.
    pub fn send(&mut self, path: &str, token: Option<&str>, body: &Value) -> Result<()> {
        self.ask("POST", path, token, JSON, body.to_string().as_bytes())
    }

    fn ask(&mut self, method: &str, path: &str, token: Option<&str>, kind: &str, body: &[u8]) -> Result<()> {
        if self.used.elapsed() > STALE_AFTER {
            *self = Http::connect(self.address)?;
        }
        self.used = Instant::now();
        let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let (length, host) = (body.len(), self.address);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n{bearer}\r\n"
        );
        Ok(self.stream.get_mut().write_all(&[request.as_bytes(), body].concat())?)
    }

    pub fn answer(&mut self) -> Result<Value> {
        let status = self.line()?;
        let mut length = 0;
        for _ in 0..HEAD_MAX_LINES {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse::<u64>()?.min(BODY_MAX_BYTES);
            }
        }
        let mut body = Vec::new();
        self.stream.by_ref().take(length).read_to_end(&mut body)?;
        if !status.starts_with("HTTP/1.1 2") {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(serde_json::from_slice(&body)?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.by_ref().take(BODY_MAX_BYTES).read_line(&mut line)? == 0 {
            return Err("the server hung up".into());
        }
        Ok(line.trim_end().to_owned())
    }
}
