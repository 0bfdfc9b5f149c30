//! Sends requests to the API of another service, by HTTPS, or by HTTP if its address says so. Each request has its own
//! connection, since there are few, and a bound in time from its beginning to the last byte of the answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, Result};

const ANSWER_MAX_BYTES: usize = 1024 * 1024;

/// A client of one API.
pub struct HttpClient {
    tls: Option<TlsConnector>,
    host: String,
    /// The host, with its port if that is not the usual one.
    authority: String,
    port: u16,
    within: Duration,
}

/// An answer of the API; `json` is null if its body is none.
#[derive(Debug)]
pub struct HttpAnswer {
    pub status: u16,
    pub json: Value,
}

/// A request, without its host. A body is sent with its length; an empty one, too, if the method usually has one.
pub struct HttpAsk<'a> {
    pub method: Method,
    /// With the query.
    pub path: &'a str,
    pub headers: &'a [(HeaderName, &'a str)],
    pub body: Bytes,
}

/// Limits of one answer, of which nothing is read beyond them.
#[derive(Debug, Clone, Copy)]
pub struct AnswerLimits {
    pub within: Duration,
    pub bytes: usize,
}

/// An answer as it came.
#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The reason why there is no answer. Nobody knows then whether the request was carried out.
#[derive(Debug)]
pub struct NoAnswer(pub String);

trait ApiStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> ApiStream for T {}

impl HttpClient {
    /// Makes a client of the API at `base`, such as `https://api.iamport.kr`.
    pub fn new(base: &str, within: Duration) -> Result<HttpClient> {
        let uri: Uri = base.parse().map_err(Error::internal)?;
        let (host, authority) = (uri.host().unwrap_or_default(), uri.authority().map_or("", |a| a.as_str()));
        let is_tls = uri.scheme_str() != Some("http");
        Ok(HttpClient {
            tls: if is_tls { Some(connector()?) } else { None },
            host: host.trim_matches(['[', ']']).to_owned(),
            authority: authority.to_owned(),
            port: uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            within,
        })
    }

    /// Sends a request with these headers, and a JSON body if there is one, and returns the answer.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: Option<&Value>,
    ) -> Result<HttpAnswer, NoAnswer> {
        let json = "application/json";
        let headers = [&[(header::ACCEPT, json), (header::CONTENT_TYPE, json)], headers].concat();
        let body = body.map(Value::to_string).unwrap_or_default().into();
        let limits = AnswerLimits { within: self.within, bytes: ANSWER_MAX_BYTES };
        let answer = self.send(HttpAsk { method, path, headers: &headers, body }, limits).await?;
        Ok(HttpAnswer { status: answer.status, json: serde_json::from_slice(&answer.body).unwrap_or_default() })
    }

    /// Sends a request, and returns the answer. The query, which may be signed, is not repeated in an error.
    pub async fn send(&self, ask: HttpAsk<'_>, limits: AnswerLimits) -> Result<RawAnswer, NoAnswer> {
        let asked = format!("{} {}", ask.method, ask.path.split('?').next().unwrap_or_default());
        let answer = tokio::time::timeout(limits.within, self.exchange(ask, limits.bytes)).await;
        let answer = answer.unwrap_or_else(|_| Err("it took too long".into()));
        answer.map_err(|why| NoAnswer(format!("{asked} at {}: {why}", self.authority)))
    }

    async fn exchange(&self, ask: HttpAsk<'_>, answer_max_bytes: usize) -> Result<RawAnswer, String> {
        let request = Request::builder().method(ask.method.clone()).uri(ask.path).header(header::HOST, &self.authority);
        let mut request = request.header(header::CONNECTION, "close");
        if ask.body.is_empty() && matches!(ask.method, Method::POST | Method::PUT) {
            // Some servers answer 411 without it.
            request = request.header(header::CONTENT_LENGTH, 0);
        }
        let request = ask.headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
        let request = request.body(Full::new(ask.body)).map_err(|e| e.to_string())?;
        let io = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = http1::handshake(io).await.map_err(|e| e.to_string())?;
        // Ended with the request, whatever becomes of it.
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        let (head, body) = sender.send_request(request).await.map_err(|e| e.to_string())?.into_parts();
        let body = Limited::new(body, answer_max_bytes).collect().await.map_err(|e| e.to_string())?;
        Ok(RawAnswer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
    }

    async fn connect(&self) -> Result<Box<dyn ApiStream>, String> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|e| e.to_string())?;
        let Some(tls) = &self.tls else { return Ok(Box::new(tcp)) };
        let name = ServerName::try_from(self.host.clone()).map_err(|e| e.to_string())?;
        Ok(Box::new(tls.connect(name, tcp).await.map_err(|e| e.to_string())?))
    }
}

fn connector() -> Result<TlsConnector> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(client)))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;

    use super::*;

    async fn answers(text: String) -> (u16, impl Future<Output = ()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let mut head = [0; 4_096];
            let _ = tcp.read(&mut head).await;
            let _ = tcp.write_all(text.as_bytes()).await;
            std::future::pending().await
        };
        (port, serving)
    }

    async fn ask(port: u16, text: &str) -> Result<HttpAnswer, NoAnswer> {
        let client = HttpClient::new(&format!("{text}:{port}"), Duration::from_millis(500)).unwrap();
        client.ask(Method::GET, "/", &[], None).await
    }

    #[tokio::test]
    async fn an_answer_is_waited_for_only_so_long_and_read_only_so_far() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}";
        let large = format!("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n{}", " ".repeat(1_500_000));
        for (text, is_read) in [
            (whole.to_owned(), true),
            (whole[..whole.len() - 1].to_owned(), false),
            (String::new(), false),
            ("no HTTP\r\n\r\n".to_owned(), false),
            (large, false),
        ] {
            let (port, serving) = answers(text).await;
            let serving = tokio::spawn(serving);
            let begun = Instant::now();
            let answer = ask(port, "http://127.0.0.1").await;
            assert!(begun.elapsed() < Duration::from_secs(10));
            assert_eq!(answer.is_ok_and(|answer| answer.status == 200 && answer.json["a"] == 1), is_read);
            serving.abort();
        }
    }

    #[tokio::test]
    async fn the_length_of_an_empty_body_is_sent_where_one_is_usual() {
        for (method, is_sent) in
            [(Method::POST, true), (Method::PUT, true), (Method::GET, false), (Method::DELETE, false)]
        {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let hearing = tokio::spawn(async move {
                let mut head = vec![0; 4_096];
                let (mut tcp, _) = listener.accept().await.unwrap();
                let bytes = tcp.read(&mut head).await.unwrap();
                String::from_utf8(head[..bytes].to_vec()).unwrap().to_lowercase()
            });
            let client = HttpClient::new(&format!("http://127.0.0.1:{port}"), Duration::from_secs(5)).unwrap();
            let _ = client.ask(method.clone(), "/", &[], None).await;
            let head = hearing.await.unwrap();
            assert_eq!(head.contains("\r\ncontent-length: 0\r\n"), is_sent, "{method}: {head}");
        }
    }

    #[tokio::test]
    async fn a_server_that_nobody_vouches_for_hears_nothing() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = made.signing_key.serialize_der().try_into().unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            TlsAcceptor::from(Arc::new(config)).accept(tcp).await.is_ok()
        });
        let refused = ask(port, "https://localhost").await.unwrap_err();
        assert!(refused.0.contains("certificate"), "{refused:?}");
        assert!(!accepting.await.unwrap());
    }
}
