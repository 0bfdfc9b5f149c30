//! Sends requests to the API of another service, by HTTPS. Each request has its own connection, since there are few, and a bound in
//! time from its beginning to the last byte of the answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request, Uri, header};
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

    /// Sends a request, with a JSON body if there is one, and returns the answer.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        authorization: Option<&str>,
        body: Option<&Value>,
    ) -> Result<HttpAnswer, NoAnswer> {
        let asked = format!("{method} {}", path.split('?').next().unwrap_or_default());
        let answer = tokio::time::timeout(self.within, self.send(method, path, authorization, body)).await;
        let answer = answer.unwrap_or_else(|_| Err("it took too long".into()));
        answer.map_err(|why| NoAnswer(format!("{asked} at {}: {why}", self.authority)))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        authorization: Option<&str>,
        body: Option<&Value>,
    ) -> Result<HttpAnswer, String> {
        let request = Request::builder().method(method).uri(path).header(header::HOST, &self.authority);
        let request = request.header(header::ACCEPT, "application/json").header(header::CONNECTION, "close");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = authorization.into_iter().fold(request, |r, value| r.header(header::AUTHORIZATION, value));
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(bytes))).map_err(|e| e.to_string())?;
        let io = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = http1::handshake(io).await.map_err(|e| e.to_string())?;
        // Ended with the request, whatever becomes of it.
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        let answer = sender.send_request(request).await.map_err(|e| e.to_string())?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await.map_err(|e| e.to_string())?;
        Ok(HttpAnswer { status, json: serde_json::from_slice(&body.to_bytes()).unwrap_or_default() })
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
