//! What others may make the server do is bounded, and nobody in a classroom meets a bound.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::classroom::{holding, new_session};
use crate::harness::people::{PASSWORD, Person, Reply};
use crate::harness::socket::Socket;
use crate::harness::{Backend, School, on, on_both, until};

const KIB: usize = 1024;

async fn connects(school: &School) -> TcpStream {
    TcpStream::connect(school.address).await.unwrap()
}

/// Asks on a connection of its own, and hears all of the answer.
async fn asks_alone(school: &School, path: &str) -> String {
    let mut tcp = connects(school).await;
    let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", school.address);
    tcp.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn with(person: &Person, method: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
    let body = (method != "GET").then_some(body);
    person.asks(method.parse().unwrap(), path, body, headers).await
}

#[test]
fn a_stranger_sends_no_more_than_16_kib() {
    on_both(|school| async move {
        let student = school.student("김학생").await;
        let login = json!({ "email": "a@example.com", "password": "x".repeat(20 * KIB) });
        for stranger in [school.nobody(), holding(&school, "no.token.atall")] {
            let details = stranger.post("/api/auth/login", login.clone()).await.refused(413, "TOO_LARGE");
            assert_eq!(details["limit_bytes"], 16 * KIB);
        }
        student.post("/api/auth/login", login.clone()).await.refused(400, "INVALID_REQUEST");
        school.later(1_801);
        student.post("/api/auth/login", login).await.refused(413, "TOO_LARGE");
    });
}

/// Sends nearly all of a batch of logs, and stops before its end.
async fn stalls(school: &School, person: &Person, bytes: usize) -> TcpStream {
    let mut tcp = connects(school).await;
    let head = format!(
        "POST /api/logs/batch HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        school.address,
        person.token.as_deref().unwrap(),
        bytes + 1
    );
    tcp.write_all(head.as_bytes()).await.unwrap();
    tcp.write_all(&vec![b' '; bytes]).await.unwrap();
    tcp
}

#[test]
fn all_bodies_in_flight_have_64_mib_together() {
    on(Backend::Sqlite, &["--log-hour-mb", "1000", "--log-day-mb", "1000"], |school| async move {
        let (_, lecture, session) = new_session(&school, 1).await;
        let attackers = school.students(16).await;
        let kim = school.guest(&session, "김순자").await;
        let mut stalled = Vec::new();
        for attacker in &attackers {
            stalled.push(stalls(&school, attacker, 4_080 * KIB).await);
        }
        let log = json!({ "event_type": "CLICK", "event_data": { "a": "x".repeat(7_000) } });
        let (one, many) = (json!({ "logs": [log] }), json!({ "logs": vec![log.clone(); 100] }));
        // The bytes on their way arrive a moment later.
        let refused = until("no room for more", async || {
            let reply = kim.post("/api/logs/batch", many.clone()).await;
            (reply.status != 201).then_some(reply)
        })
        .await;
        assert!(refused.headers.contains_key("retry-after"));
        refused.refused(503, "BUSY");
        kim.finishes(lecture.steps[0]).await;
        kim.post("/api/logs/batch", one).await.is(201);
        school.student("늦은학생").await.get("/api/auth/me").await.ok();

        drop(stalled);
        until("there is room again", async || {
            (kim.post("/api/logs/batch", many.clone()).await.status == 201).then_some(())
        })
        .await;
    });
}

/// Sends nearly all of a small body without a token, from this address, and stops before its end.
async fn stalls_a_login(school: &School, from: &str) -> TcpStream {
    let mut tcp = connects(school).await;
    let head = format!(
        "POST /api/auth/login HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {from}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        school.address,
        16 * KIB
    );
    tcp.write_all(head.as_bytes()).await.unwrap();
    tcp.write_all(&vec![b' '; 16 * KIB - 1]).await.unwrap();
    tcp
}

#[test]
fn one_address_that_stalls_its_bodies_stops_nobody_else() {
    on(Backend::Sqlite, &["--trusted-proxies", "127.0.0.1"], |school| async move {
        school.student("김학생").await;
        // A login without a password is refused at once, so that the share is looked at while the bodies stall.
        let login = async |from: &str| {
            let body = json!({ "email": "a.rather.long.address@example.com" });
            let headers = [("x-forwarded-for", from)];
            school.nobody().asks(reqwest::Method::POST, "/api/auth/login", Some(body), &headers).await
        };
        let (attacker, classroom) = ("198.51.100.9", "203.0.113.7");
        // 32 bodies of 16 KiB are the share of an address. They come at once, and again if the server was too slow to hold
        // them all at one time: each is given up after five seconds.
        let mut stalled = Vec::new();
        until("the attacker's share is taken", async || {
            stalled = join_all((0..32).map(|_| stalls_a_login(&school, attacker))).await;
            for _ in 0..100 {
                if login(attacker).await.status == 503 {
                    return Some(());
                }
            }
            None
        })
        .await;
        assert_eq!(login(classroom).await.status, 400);
        // A stalled body is given up, though its connection stays open.
        until("its bodies are given up", async || (login(attacker).await.status == 400).then_some(())).await;
        drop(stalled);
    });
}

#[test]
fn an_address_has_so_many_connections() {
    let flags = ["--connections-per-address", "20", "--sockets-per-session", "100", "--sockets-per-person", "100"];
    on(Backend::Sqlite, &flags, |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let path = format!("/ws/session/{}/student/", session.id);
        for sockets in [true, false] {
            let (mut phones, mut idle, mut was_refused) = (Vec::new(), Vec::new(), false);
            for _ in 0..20 {
                if !sockets {
                    idle.push(connects(&school).await);
                    continue;
                }
                match Socket::open(school.address, &path, kim.token.as_deref()).await {
                    Ok(phone) => phones.push(phone),
                    Err(status) => was_refused = status == 429,
                }
            }
            assert!(was_refused || !sockets, "a socket is a connection");
            let refused = asks_alone(&school, "/api/auth/me").await;
            assert!(refused.starts_with("HTTP/1.1 429") && refused.contains("TOO_MANY_CONNECTIONS"), "{refused}");
            assert!(refused.to_lowercase().contains("retry-after"), "{refused}");
            let refused = asks_alone(&school, "/api/v1/courses").await;
            assert!(refused.contains(r#""success":false"#), "in the dialect of the surface: {refused}");
            drop((phones, idle));
            until("there is room again", async || {
                asks_alone(&school, "/healthz").await.starts_with("HTTP/1.1 200").then_some(())
            })
            .await;
        }
    });
}

#[test]
fn a_trusted_proxy_has_any_number_of_connections() {
    let flags = ["--connections-per-address", "1", "--trusted-proxies", "127.0.0.1"];
    on(Backend::Sqlite, &flags, |school| async move {
        let mut idle = Vec::new();
        for _ in 0..10 {
            idle.push(connects(&school).await);
        }
        assert!(asks_alone(&school, "/healthz").await.starts_with("HTTP/1.1 200"));
    });
}

#[test]
fn thirty_phones_behind_one_router_meet_no_limit() {
    let flags = ["--connections-per-address", "1024", "--rate-limits", "on"];
    on(Backend::Sqlite, &flags, |school| async move {
        let (_, lecture, session) = new_session(&school, 1).await;
        let mut phones = Vec::new();
        for n in 0..30 {
            let phone = Person::nobody_at(school.address).joins_as_guest(&session, &format!("학생{n}")).await;
            let socket = phone.follows(&session).await;
            let log = json!({ "logs": vec![json!({ "event_type": "CLICK" }); 100] });
            let all = futures_util::future::join_all((0..6).map(|_| phone.post("/api/logs/batch", log.clone())));
            assert!(all.await.iter().all(|reply| reply.status == 201));
            phones.push((phone, socket));
        }
        let finished = phones.iter().map(|(phone, _)| phone.finishes(lecture.steps[0]));
        assert_eq!(futures_util::future::join_all(finished).await.len(), 30);
    });
}

#[test]
fn metrics_are_for_this_machine_and_trusted_proxies() {
    let elsewhere = &[("x-forwarded-for", "203.0.113.7")][..];
    on(Backend::Sqlite, &[], |school| async move {
        let nobody = school.nobody();
        nobody.get("/metrics").await.is(200);
        with(&nobody, "GET", "/metrics", Value::Null, elsewhere).await.is(403);
        with(&nobody, "GET", "/metrics", Value::Null, &[("forwarded", "for=203.0.113.7")]).await.is(403);
    });
    on(Backend::Sqlite, &["--trusted-proxies", "127.0.0.1"], |school| async move {
        let nobody = school.nobody();
        nobody.get("/metrics").await.is(200);
        with(&nobody, "GET", "/metrics", Value::Null, elsewhere).await.is(403);
    });
    let beside = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    on(Backend::Sqlite, &["--metrics-listen", &beside.to_string()], |school| async move {
        school.nobody().get("/metrics").await.is(403);
        let there = Person::nobody_at(beside);
        let open = async || TcpStream::connect(beside).await.ok();
        until("the other address is open", open).await;
        let shown = there.get("/metrics").await.is(200);
        assert!(shown.as_str().unwrap().contains("# EOF"), "{shown}");
        there.get("/api/auth/me").await.is(404);
    });
}

#[test]
fn a_browser_that_used_https_is_told_to_use_it_always() {
    on(Backend::Sqlite, &["--trusted-proxies", "127.0.0.1"], |school| async move {
        let nobody = school.nobody();
        let secure = with(&nobody, "GET", "/healthz", Value::Null, &[("x-forwarded-proto", "https")]).await;
        let header = secure.headers.get("strict-transport-security").map(|value| value.to_str().unwrap());
        assert_eq!(header, Some("max-age=31536000"));
        assert!(!nobody.get("/healthz").await.headers.contains_key("strict-transport-security"));
    });
    on(Backend::Sqlite, &[], |school| async move {
        let invented = with(&school.nobody(), "GET", "/healthz", Value::Null, &[("x-forwarded-proto", "https")]).await;
        assert!(!invented.headers.contains_key("strict-transport-security"));
    });
}

#[test]
fn a_page_of_another_site_cannot_use_our_cookies() {
    on_both_with_page(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let own = format!("http://{}", school.address);
        let login = json!({ "email": "teacher@example.com", "password": PASSWORD });
        let nobody = school.nobody();
        for (headers, may) in [
            (&[][..], true),
            (&[("origin", own.as_str())], true),
            (&[("origin", "https://app.example.com")], true),
            (&[("origin", "https://class.example.com")], true),
            (&[("origin", "https://evil.example.com"), ("sec-fetch-site", "same-origin")], true),
            (&[("origin", "https://app.example.com"), ("sec-fetch-site", "cross-site")], true),
            (&[("origin", "https://evil.example.com")], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://class.example.com:8443")], false),
            (&[("origin", own.as_str()), ("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
        ] {
            let reply = with(&nobody, "POST", "/api/auth/login?cookie=teach", login.clone(), headers).await;
            if may {
                reply.is(200)
            } else {
                reply.refused(403, "FOREIGN_PAGE")
            };
        }
        let evil = &[("origin", "https://evil.example.com")][..];
        let guest = format!("/api/sessions/{}/guest?cookie=learn", session.code);
        for path in
            ["/api/auth/refresh?cookie=teach", "/api/auth/logout?cookie=learn", "/api/auth/ticket?cookie=learn", &guest]
        {
            with(&nobody, "POST", path, json!({ "name": "x" }), evil).await.refused(403, "FOREIGN_PAGE");
        }
        with(&nobody, "POST", "/api/auth/login", login, evil).await.is(200);
    });
}

fn on_both_with_page<F: Future<Output = ()>>(story: impl Fn(School) -> F) {
    let flags = ["--cors-origins", "https://app.example.com", "--public-url", "https://class.example.com"];
    crate::harness::on_both_with(&flags, story);
}
