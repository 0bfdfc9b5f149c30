//! The same class over https: the frames go through the queue, since TLS has no place to write at once.

use std::sync::Arc;

use futures_util::StreamExt;
use gyosil::patch::Patch;
use gyosil::school::people::{NewPerson, add};
use gyosil::school::rights::{Caller, Role};
use gyosil::school::sessions::codes::Invitation;
use gyosil::school::sessions::control::{self, Command};
use gyosil::school::sessions::identity::NameConflict;
use gyosil::school::sessions::joining::{Guest, join_as_guest};
use gyosil::school::{courses, logins, outline, sessions};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

use crate::crowd::join;
use crate::harness::people::PASSWORD;
use crate::harness::secure::Certificate;
use crate::harness::{Backend, PATIENCE, School, on};

type Socket = tokio_tungstenite::WebSocketStream<TlsStream<TcpStream>>;

fn connector(certificate: &Certificate, speaks: &[&[u8]]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = speaks.iter().map(|protocol| protocol.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn connects(school: &School, connector: &TlsConnector) -> TlsStream<TcpStream> {
    let tcp = TcpStream::connect(school.address).await.unwrap();
    connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await.unwrap()
}

/// A class with one step, and its teacher, made by the school's own verbs.
async fn new_session(school: &School) -> (Caller, sessions::Session) {
    let new = NewPerson {
        email: Some("t@example.com".into()),
        phone: None,
        password: Some(PASSWORD.into()),
        name: "박강사".into(),
        nickname: None,
        role: Role::Instructor,
        age: None,
        digital_level: None,
    };
    let id = add(&school.app, new).await.unwrap().id;
    let teacher = Caller { id, role: Role::Instructor, login: 0, expires_ms: i64::MAX };
    let course = courses::create(&school.app, &teacher, "카카오톡 기초".into(), Default::default()).await.unwrap().id;
    let unit = outline::add_unit(&school.app, &teacher, course, "메시지".into(), Default::default()).await.unwrap().id;
    let first = outline::ItemChanges { guide: Patch::Set("가".repeat(2_000)), ..Default::default() };
    outline::add_item(&school.app, &teacher, unit, outline::ItemKind::Step, "앱 열기".into(), first).await.unwrap();
    let new = sessions::NewLiveSession { title: None, scheduled_ms: None, class: None, number: None };
    let session = sessions::create(&school.app, &teacher, course, new).await.unwrap();
    (teacher, session)
}

fn over_tls<F>(story: impl Fn(School, TlsConnector) -> F)
where
    F: Future<Output = ()>,
{
    let certificate = Certificate::is_made();
    let flags = certificate.flags();
    let connector = connector(&certificate, &[b"http/1.1"]);
    on(Backend::Sqlite, &flags.each_ref().map(String::as_str), |school| story(school, connector.clone()));
}

async fn opens(school: &School, connector: &TlsConnector, path: &str, token: &str) -> Socket {
    let request = format!("wss://localhost{path}?token={token}").into_client_request().unwrap();
    let stream = connects(school, connector).await;
    tokio_tungstenite::client_async(request, stream).await.unwrap().0
}

async fn receives(socket: &mut Socket) -> Value {
    // A ping is no frame: it does not begin the wait anew.
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let message = tokio::time::timeout_at(until, socket.next()).await.expect("a frame in time").unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[test]
fn a_phone_follows_over_tls() {
    over_tls(|school, connector| async move {
        assert!(school.app.public_url.starts_with("https://"));
        let mut http = connects(&school, &connector).await;
        http.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        http.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok"), "{answer}");

        let (teacher, session) = new_session(&school).await;
        let guest =
            Guest { name: "김순자".into(), age: None, digital_level: None, if_name_is_here: NameConflict::Other };
        let from = [127, 0, 0, 1].into();
        let scanned = Invitation { code: session.code.clone(), key: Some(session.key.clone()) };
        let (_, _, tokens) = join_as_guest(&school.app, &scanned, guest, None, from).await.unwrap();
        let path = format!("/ws/session/{}/student/", session.id);
        let mut phone = opens(&school, &connector, &path, &tokens.access).await;
        assert_eq!(receives(&mut phone).await["type"], "session_state");
        let start = Command::Start { first: None, message: None };
        control::command(&school.app, &teacher, session.id, start, None).await.unwrap();
        let started = receives(&mut phone).await;
        assert_eq!(started["type"], "session_started");
        assert_eq!(started["data"]["current_subtask"]["guide_text"].as_str().unwrap().chars().count(), 2_000);
        phone.close(None).await.unwrap();
        while let Some(Ok(_)) = phone.next().await {}
    });
}

#[test]
fn an_instructor_of_three_hundred_gets_the_state_once_over_tls_and_then_the_events() {
    over_tls(|school, connector| async move {
        let (teacher, session) = new_session(&school).await;
        join(&school, &session.code, 300).await;
        let board = logins::Device { name: "board".into(), address: [127, 0, 0, 1].into(), proofs: Vec::new() };
        let (_, tokens) = logins::login(&school.app, "t@example.com", PASSWORD.into(), &board).await.unwrap();
        let path = format!("/ws/session/{}/instructor/", session.id);
        let mut board = opens(&school, &connector, &path, &tokens.access).await;
        let state = receives(&mut board).await;
        assert_eq!(state["type"], "session_state");
        assert_eq!(state["data"]["participants"].as_array().unwrap().len(), 300);
        assert!(state.to_string().len() > 64 * 1024, "it does not fit the mailbox");
        let mut seq = state["seq"].as_i64().unwrap();
        let start = Command::Start { first: None, message: None };
        let pause = Command::Pause { message: None };
        let resume = Command::Resume { message: None };
        for (command, kind) in [(start, "session_started"), (pause, "session_paused"), (resume, "session_resumed")] {
            control::command(&school.app, &teacher, session.id, command, None).await.unwrap();
            let frame = receives(&mut board).await;
            seq += 1;
            assert_eq!((frame["type"].as_str(), frame["seq"].as_i64()), (Some(kind), Some(seq)));
        }
    });
}

/// The first bytes of HTTP/2, and a request for `/`.
fn http2_request() -> Vec<u8> {
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let mut fields = vec![0x82, 0x87, 0x84, 0x41, 9];
    fields.extend(b"localhost");
    let end_of_stream_and_headers = 0x5;
    let head = [0, 0, fields.len() as u8, 1, end_of_stream_and_headers, 0, 0, 0, 1];
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &settings, &head, &fields].concat()
}

#[test]
fn a_connection_that_is_refused_is_closed_also_over_http2() {
    let certificate = Certificate::is_made();
    let connector = connector(&certificate, &[b"h2"]);
    let mut flags = certificate.flags().to_vec();
    flags.extend(["--connections-per-address".into(), "1".into()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    on(Backend::Sqlite, &flags, |school| {
        let connector = connector.clone();
        async move {
            let first = connects(&school, &connector).await;
            let mut second = connects(&school, &connector).await;
            second.write_all(&http2_request()).await.unwrap();
            let mut answer = Vec::new();
            // The end may be one without a goodbye.
            let _ = tokio::time::timeout(PATIENCE, second.read_to_end(&mut answer)).await.expect("it is closed");
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(answer.contains("TOO_MANY_CONNECTIONS"), "{answer}");
            drop(first);
        }
    });
}
