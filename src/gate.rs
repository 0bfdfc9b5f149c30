//! Where everyone comes in: TCP, TLS, HTTP, and the way out.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::ServiceExt;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::live::stream::Socket;

/// A head of a request that takes longer than this belongs to nobody who means well.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// What one browser may ask for at once on one connection.
const AT_ONCE_MAX: u32 = 100;
/// A connection that asks for much at once is asked whether it is still there.
const ASKED_EVERY: Duration = Duration::from_secs(30);

/// TLS, where the settings ask for it.
pub fn tls(config: &Config) -> Result<Option<TlsAcceptor>> {
    let (Some(certificate), Some(key)) = (&config.tls_cert, &config.tls_key) else { return Ok(None) };
    let unreadable = |path: &Path, e: &dyn std::fmt::Display| Error::internal(format!("{}: {e}", path.display()));
    let chain: std::result::Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(certificate).map_err(|e| unreadable(certificate, &e))?.collect();
    let chain = chain.map_err(|e| unreadable(certificate, &e))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| unreadable(key, &e))?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|e| unreadable(key, &e))?;
    // Far away, what costs is the way: over HTTP/2 all of a page comes in one.
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(server))))
}

/// Takes connections until `leaving` says so; what is being answered then is answered to the end.
pub async fn keep(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router, mut leaving: watch::Receiver<bool>) {
    let connections = tracker::Tracker::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = leaving.wait_for(|leaving| *leaving) => break,
        };
        match accepted {
            Ok((tcp, peer)) => {
                let serving = serve(tcp, peer, tls.clone(), router.clone(), leaving.clone());
                connections.spawn(serving);
            }
            Err(error) => {
                // Out of file descriptors, say: those who go will make room.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    connections.all_gone().await;
}

async fn serve(
    tcp: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut leaving: watch::Receiver<bool>,
) {
    // Frames are small and someone waits for each.
    let _ = tcp.set_nodelay(true);
    let socket = match tls {
        None => Socket::Plain(tcp),
        Some(tls) => match tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(tcp)).await {
            Ok(Ok(stream)) => Socket::Tls(Box::new(stream)),
            _ => return,
        },
    };
    let spoken = Arc::new(AtomicBool::new(false));
    let has_spoken = spoken.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        has_spoken.store(true, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_MAX_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ASKED_EVERY)
        .max_header_list_size(HEAD_MAX_BYTES as u32);
    builder.http2().max_concurrent_streams(AT_ONCE_MAX);
    if !socket.speaks_http2() {
        builder = builder.http1_only();
    }
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(socket), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stays_silent(&spoken) => return,
        _ = leaving.wait_for(|leaving| *leaving) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Ends when nothing was asked in time: whoever only holds the line open is nobody's guest. (Hyper's own time limit
/// for a head begins with its first byte.)
async fn stays_silent(spoken: &AtomicBool) {
    tokio::time::sleep(HEAD_WITHIN * 2).await;
    if spoken.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}

/// Counts the tasks that are still at work.
mod tracker {
    use std::future::Future;

    use tokio::sync::mpsc;

    pub struct Tracker {
        working: mpsc::Sender<()>,
        done: mpsc::Receiver<()>,
    }

    impl Default for Tracker {
        fn default() -> Tracker {
            let (working, done) = mpsc::channel(1);
            Tracker { working, done }
        }
    }

    impl Tracker {
        pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
            let at_work = self.working.clone();
            tokio::spawn(async move {
                work.await;
                drop(at_work);
            });
        }

        /// Every clone of the sender is dropped with its task.
        pub async fn all_gone(self) {
            let Tracker { working, mut done } = self;
            drop(working);
            done.recv().await;
        }
    }
}
