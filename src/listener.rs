//! Accepts connections (TCP, TLS, HTTP), limits them per address, and ends them at shutdown.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::ServiceExt;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::failures::network;
use crate::live::stream::{ConnectionGuard, Socket};

/// The time that the head of a request may take. A slower one is taken for an attack, and its connection is closed.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// The number of requests that one browser may have open at once on one HTTP/2 connection.
const AT_ONCE_MAX: u32 = 100;
/// The number of bytes that one HTTP/2 connection may send before any of them is read.
const UNREAD_MAX_BYTES: u32 = 256 * 1024;
/// The number of connections that may at the same time be answered that their address has too many. More are closed without an answer.
const REFUSING_MAX_CONNECTIONS: u32 = 256;
/// The time that a refused connection may last. (Over HTTP/2 it stays open after the refusal.)
const REFUSED_WITHIN: Duration = Duration::from_secs(5);
/// The time for which an answer may wait in the kernel for a peer that reads nothing. Then the connection is closed.
const UNREAD_WITHIN: Duration = Duration::from_secs(60);
/// The time between two pings of an HTTP/2 connection, to find out whether it is still there.
const ASKED_EVERY: Duration = Duration::from_secs(30);

/// Reads the TLS certificate and key, if the settings name them.
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
    // HTTP/2 is preferred: on a distant network, round trips cost most, and HTTP/2 loads all files of a page at once.
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(server))))
}

/// Explains why the server cannot listen, and what to do about it.
pub fn cannot_listen(flag: &str, address: SocketAddr, error: &std::io::Error) -> Error {
    let port = address.port();
    let next = SocketAddr::new(address.ip(), port.checked_add(1).unwrap_or(8080));
    Error::internal(match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "port {port} is taken: another program (perhaps another Gyosil) listens on {address}. Stop it, or take \
             another port: {flag} {next}"
        ),
        std::io::ErrorKind::PermissionDenied => {
            format!(
                "this user may not listen on port {port}: take one above 1023, such as {flag} {}:8080",
                address.ip()
            )
        }
        std::io::ErrorKind::AddrNotAvailable => {
            format!(
                "this machine has no address {}: listen on all that it has with {flag} 0.0.0.0:{port}",
                address.ip()
            )
        }
        _ => format!("cannot listen on {address}: {error}"),
    })
}

/// The routers that answer the connections of a listener.
#[derive(Clone)]
pub struct Routers {
    pub open: Router,
    /// Answers addresses that have too many connections already.
    pub full: Router,
}

/// Accepts connections until `leaving` is true, and then waits until all have ended. Requests that are being answered at
/// that time are answered to the end.
pub async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    routers: Routers,
    limits: Arc<ConnectionLimits>,
    mut leaving: watch::Receiver<bool>,
) {
    let connections = tracker::TaskTracker::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = leaving.wait_for(|leaving| *leaving) => break,
        };
        match accepted {
            Ok((tcp, peer)) => {
                let Some((guard, has_room)) = limits.count(peer.ip()) else { continue };
                let router = if has_room { &routers.open } else { &routers.full };
                let serving = serve(tcp, peer, tls.clone(), router.clone(), guard, leaving.clone());
                connections.spawn(async move {
                    if has_room {
                        serving.await;
                    } else {
                        let _ = tokio::time::timeout(REFUSED_WITHIN, serving).await;
                    }
                });
            }
            Err(error) => {
                // For example, no file descriptor is free: connections that close make room.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    connections.wait_for_all().await;
}

async fn serve(
    tcp: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    guard: ConnectionGuard,
    mut leaving: watch::Receiver<bool>,
) {
    // Each packet is sent at once: frames are small, and someone waits for each.
    let _ = tcp.set_nodelay(true);
    let _ = SockRef::from(&tcp).set_tcp_user_timeout(Some(UNREAD_WITHIN));
    let socket = match tls {
        None => Socket::plain(tcp, guard),
        Some(tls) => match tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(tcp)).await {
            Ok(Ok(stream)) => Socket::tls(stream, guard),
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
    builder.http2().initial_connection_window_size(UNREAD_MAX_BYTES).initial_stream_window_size(UNREAD_MAX_BYTES);
    if !socket.speaks_http2() {
        builder = builder.http1_only();
    }
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(socket), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = end_if_silent(&spoken) => return,
        _ = leaving.wait_for(|leaving| *leaving) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Ends if no request came within `HEAD_WITHIN * 2`, so that a connection which is only held open is closed. (Hyper's own
/// time limit for a head begins with its first byte.)
async fn end_if_silent(spoken: &AtomicBool) {
    tokio::time::sleep(HEAD_WITHIN * 2).await;
    if spoken.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}

/// Counts how many connections each address has open. An address without connections has no entry, so there are never more
/// entries than connections.
pub struct ConnectionLimits {
    open: Mutex<HashMap<IpAddr, u32>>,
    refusing: AtomicU32,
    max_each: u32,
    without_limit: Vec<IpNet>,
}

impl ConnectionLimits {
    pub fn new(config: &Config) -> Arc<ConnectionLimits> {
        Arc::new(ConnectionLimits {
            open: Mutex::default(),
            refusing: AtomicU32::new(0),
            max_each: config.bounds.connections_per_address,
            without_limit: config.trusted_proxies.clone(),
        })
    }

    /// Counts one more connection, for as long as the returned `ConnectionGuard` is held, and tells whether there is room for it.
    /// `None`: there is not even room to refuse it.
    fn count(self: &Arc<Self>, peer: IpAddr) -> Option<(ConnectionGuard, bool)> {
        let peer = peer.to_canonical();
        if self.without_limit.iter().any(|network| network.contains(&peer)) {
            return Some((Arc::new(()), true));
        }
        let (limits, address) = (self.clone(), network(peer));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count < self.max_each {
            *count += 1;
            return Some((Arc::new(CountedConnection { limits, address }), true));
        }
        let more = |refusing: u32| (refusing < REFUSING_MAX_CONNECTIONS).then_some(refusing + 1);
        self.refusing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some((Arc::new(RefusedConnection { limits }), false))
    }
}

struct CountedConnection {
    limits: Arc<ConnectionLimits>,
    address: IpAddr,
}

impl Drop for CountedConnection {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

struct RefusedConnection {
    limits: Arc<ConnectionLimits>,
}

impl Drop for RefusedConnection {
    fn drop(&mut self) {
        self.limits.refusing.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Waits for the end of tasks.
mod tracker {
    use std::future::Future;

    use tokio::sync::mpsc;

    pub struct TaskTracker {
        working: mpsc::Sender<()>,
        done: mpsc::Receiver<()>,
    }

    impl Default for TaskTracker {
        fn default() -> TaskTracker {
            let (working, done) = mpsc::channel(1);
            TaskTracker { working, done }
        }
    }

    impl TaskTracker {
        pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
            let at_work = self.working.clone();
            tokio::spawn(async move {
                work.await;
                drop(at_work);
            });
        }

        /// Waits until all tasks have ended: each task holds a clone of the sender.
        pub async fn wait_for_all(self) {
            let TaskTracker { working, mut done } = self;
            drop(working);
            done.recv().await;
        }
    }
}
