//! Callers who hang up in the middle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::people::Person;
use crate::harness::{Backend, on_both, until};

const CALLERS: usize = 600;
const AT_ONCE: usize = 24;
/// So often a stranger asks for everything after the last caller has gone.
const ROUNDS_AFTER: usize = 20;

/// Asks, and is gone before the answer.
async fn hangs_up(address: SocketAddr, token: &str, (method, path, body): (&str, String, String), after: Duration) {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut tcp = TcpStream::connect(address).await.unwrap();
    tcp.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(after).await;
}

/// How long the slowest of so many writes at once takes.
async fn slowest_write(person: &Person) -> Duration {
    let since = Instant::now();
    let writes = (0..AT_ONCE).map(|_| person.post("/api/lectures", json!({ "title": "새 강의" })));
    join_all(writes).await.into_iter().for_each(|reply| drop(reply.is(201)));
    since.elapsed()
}

async fn asks_as_usual(person: Person, session: i64, have_gone: Arc<AtomicBool>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut rounds_after = 0;
    while rounds_after < ROUNDS_AFTER {
        rounds_after += usize::from(have_gone.load(Ordering::Relaxed));
        for reply in [
            person.get("/api/lectures").await,
            person.get(&format!("/api/sessions/{session}/events?limit=10")).await,
            person.patch(&format!("/api/sessions/{session}"), json!({ "title": "오후반" })).await,
            person.post("/api/lectures", json!({ "title": "새 강의" })).await,
        ] {
            if reply.status >= 500 {
                wrong.push(format!("{}: {} {}", reply.asked, reply.status, reply.json));
            }
        }
    }
    wrong
}

#[test]
fn callers_who_hang_up_leave_no_transaction_open_and_harm_no_stranger() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        let stranger = school.another_teacher().await;
        let others = stranger.makes_lecture("사진 보내기", 1).await;
        let theirs = stranger.opens_session(&others).await;
        let slowest = slowest_write(&teacher).await;
        let have_gone = Arc::new(AtomicBool::new(false));
        let as_usual = tokio::spawn(asks_as_usual(stranger, theirs.id, have_gone.clone()));
        let token = teacher.token.clone().unwrap();
        let mut calls = tokio::task::JoinSet::new();
        for n in 0..CALLERS {
            let call = match n % 4 {
                0 => ("GET", format!("/api/sessions/{}/events", session.id), String::new()),
                1 => ("GET", format!("/api/lectures/{}", lecture.id), String::new()),
                2 => ("PATCH", format!("/api/sessions/{}", session.id), json!({ "title": n.to_string() }).to_string()),
                _ => ("POST", "/api/lectures".into(), json!({ "title": n.to_string() }).to_string()),
            };
            let (address, token) = (school.address, token.clone());
            // Gone at some moment of the work: before it, in `begin`, in a statement, in the commit.
            let after = slowest * u32::try_from(n * 389 % CALLERS).unwrap() / u32::try_from(CALLERS).unwrap();
            calls.spawn(async move { hangs_up(address, &token, call, after).await });
            if calls.len() > AT_ONCE {
                calls.join_next().await.unwrap().unwrap();
            }
        }
        while let Some(call) = calls.join_next().await {
            call.unwrap();
        }
        have_gone.store(true, Ordering::Relaxed);
        assert_eq!(as_usual.await.unwrap(), Vec::<String>::new());
        if school.backend == Backend::Postgres {
            let mut root = PgConnection::connect(school.database()).await.unwrap();
            let open = "select count(*) from pg_stat_activity
                where datname = current_database() and state like 'idle in transaction%'";
            until("no transaction is open", async || {
                let (count,): (i64,) = sqlx::query_as(open).fetch_one(&mut root).await.unwrap();
                (count == 0).then_some(())
            })
            .await;
        }
        teacher.presses(&session, "start").await;
        teacher.moves_to(&session, lecture.steps[1]).await;
    });
}
