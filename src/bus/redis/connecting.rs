//! Connections to a Redis server, with TLS if the address says so.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, PushInfo, RedisConnectionInfo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::slots::ServerPlace;
use crate::error::{Error, Result};

/// Time for a connection, its TLS handshake and the login.
const CONNECTED_WITHIN: Duration = Duration::from_secs(3);
/// Time for the answer to one command.
pub const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// The way to the servers, the same for all masters of a cluster.
pub struct RedisConnector {
    pub login: RedisConnectionInfo,
    pub tls: Option<TlsConnector>,
}

/// A connection. It ends when this is dropped.
pub struct RedisConnection {
    pub commands: MultiplexedConnection,
    driver: JoinHandle<()>,
}

impl Drop for RedisConnection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

trait RedisStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> RedisStream for T {}

impl RedisConnector {
    /// Connects. `pushed` is called for what the server sends unasked, and must not wait.
    pub async fn connect<F>(
        &self,
        place: &ServerPlace,
        pushed: Option<F>,
    ) -> std::result::Result<RedisConnection, String>
    where
        F: Fn(PushInfo) -> std::result::Result<(), ()> + Send + Sync + 'static,
    {
        let connect = async {
            let tcp = TcpStream::connect((place.host.as_str(), place.port)).await.map_err(|e| e.to_string())?;
            tcp.set_nodelay(true).map_err(|e| e.to_string())?;
            let stream: Box<dyn RedisStream> = match &self.tls {
                None => Box::new(tcp),
                Some(tls) => {
                    let name = ServerName::try_from(place.host.clone()).map_err(|e| e.to_string())?;
                    Box::new(tls.connect(name, tcp).await.map_err(|e| e.to_string())?)
                }
            };
            let mut config = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWERED_WITHIN));
            if let Some(pushed) = pushed {
                config = config.set_push_sender(pushed);
            }
            let connected = MultiplexedConnection::new_with_config(&self.login, stream, config).await;
            let (commands, driver) = connected.map_err(|e| e.to_string())?;
            Ok(RedisConnection { commands, driver: tokio::spawn(driver) })
        };
        tokio::time::timeout(CONNECTED_WITHIN, connect).await.unwrap_or_else(|_| Err("it does not answer".into()))
    }
}

/// A connector that believes the certificates of this file, or else those of the usual authorities.
pub fn tls(authorities: Option<&Path>) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let unreadable = |why: &dyn std::fmt::Display| {
                Error::internal(format!("--redis-ca {} cannot be read: {why}", file.display()))
            };
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| unreadable(&e))? {
                roots.add(certificate.map_err(|e| unreadable(&e))?).map_err(|e| unreadable(&e))?;
            }
            if roots.is_empty() {
                return Err(unreadable(&"there is no certificate in it"));
            }
        }
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(client)))
}
