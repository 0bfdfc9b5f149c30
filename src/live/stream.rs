//! The socket under a connection: plain TCP, or TLS over it.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, Notify};
use tokio_rustls::server::TlsStream;

const READ_BYTES: usize = 16 * 1024;
const TLS_READ_BYTES: usize = 4 * 1024;

/// A socket while it is used for HTTP.
pub struct Socket {
    transport: Transport,
    guard: ConnectionGuard,
}

/// A value held for as long as the connection is open. Dropping it lowers the count of open connections.
pub type ConnectionGuard = Arc<dyn Any + Send + Sync>;

enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    pub fn plain(tcp: TcpStream, guard: ConnectionGuard) -> Socket {
        Socket { transport: Transport::Plain(tcp), guard }
    }

    pub fn tls(tls: TlsStream<TcpStream>, guard: ConnectionGuard) -> Socket {
        Socket { transport: Transport::Tls(Box::new(tls)), guard }
    }

    /// Whether HTTP/2 was agreed on with TLS. Without TLS, browsers use HTTP/1.1.
    pub fn speaks_http2(&self) -> bool {
        matches!(&self.transport, Transport::Tls(tls) if tls.get_ref().1.alpn_protocol() == Some(b"h2"))
    }
}

macro_rules! either {
    ($self:ident, $stream:ident => $what:expr) => {
        match &mut $self.get_mut().transport {
            Transport::Plain($stream) => $what,
            Transport::Tls($stream) => $what,
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_read(cx, buf))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, s => Pin::new(s).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, s => Pin::new(s).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}

/// A socket that carries WebSocket frames: one task reads, any task may try to write.
pub enum Stream {
    Plain(TcpStream, ConnectionGuard),
    Tls(Box<Tls>, ConnectionGuard),
}

pub struct Tls {
    read: Mutex<TlsReader>,
    write: Mutex<WriteHalf<TlsStream<TcpStream>>>,
    hung_up: Notify,
}

struct TlsReader {
    half: ReadHalf<TlsStream<TcpStream>>,
    buffer: Box<[u8]>,
}

thread_local! {
    /// The read buffer of a thread, borrowed for one read, so that an idle connection holds no buffer.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into_boxed_slice());
}

impl From<Socket> for Stream {
    fn from(socket: Socket) -> Stream {
        match socket.transport {
            Transport::Plain(tcp) => Stream::Plain(tcp, socket.guard),
            Transport::Tls(tls) => {
                let (half, write) = tokio::io::split(*tls);
                let tls = Tls {
                    read: Mutex::new(TlsReader { half, buffer: vec![0; TLS_READ_BYTES].into_boxed_slice() }),
                    write: Mutex::new(write),
                    hung_up: Notify::new(),
                };
                Stream::Tls(Box::new(tls), socket.guard)
            }
        }
    }
}

impl Stream {
    /// Writes what the kernel takes at once. With TLS it never writes: these frames go through the queue.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp, _) => tcp.try_write(bytes),
            Stream::Tls(..) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    pub async fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp, _) => loop {
                tcp.writable().await?;
                match tcp.try_write_vectored(slices) {
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    done => return done,
                }
            },
            Stream::Tls(tls, _) => {
                let mut write = tls.write.lock().await;
                let written = write.write_vectored(slices).await?;
                write.flush().await?;
                Ok(written)
            }
        }
    }

    /// Waits for bytes and passes them to `take`. Returns `None` at the end of the connection.
    pub async fn read<T>(&self, mut take: impl FnMut(&mut [u8]) -> T) -> io::Result<Option<T>> {
        match self {
            Stream::Plain(tcp, _) => loop {
                // Also replaces the waker of the handshake, which holds the memory of the handshake's whole task.
                poll_fn(|cx| tcp.poll_read_ready(cx)).await?;
                let read = BUFFER.with_borrow_mut(|buffer| match tcp.try_read(buffer) {
                    Ok(0) => Ok(None),
                    Ok(n) => Ok(Some(take(&mut buffer[..n]))),
                    Err(e) => Err(e),
                });
                match read {
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    done => return done,
                }
            },
            // Boxed, so that a plain connection holds no memory for it.
            Stream::Tls(tls, _) => {
                Box::pin(async {
                    let mut guard = tls.read.lock().await;
                    let TlsReader { half, buffer } = &mut *guard;
                    tokio::select! {
                        n = half.read(buffer) => match n? {
                            0 => Ok(None),
                            n => Ok(Some(take(&mut buffer[..n]))),
                        },
                        () = tls.hung_up.notified() => Ok(None),
                    }
                })
                .await
            }
        }
    }

    /// Ends the writing. Bytes that are already on their way still arrive.
    pub async fn finish(&self) {
        match self {
            Stream::Plain(tcp, _) => {
                let _ = socket2::SockRef::from(tcp).shutdown(std::net::Shutdown::Write);
            }
            Stream::Tls(tls, _) => {
                let _ = tls.write.lock().await.shutdown().await;
            }
        }
    }

    /// Ends the connection at once. A waiting `read` returns.
    pub fn hang_up(&self) {
        match self {
            Stream::Plain(tcp, _) => {
                let _ = socket2::SockRef::from(tcp).shutdown(std::net::Shutdown::Both);
            }
            Stream::Tls(tls, _) => tls.hung_up.notify_one(),
        }
    }
}
