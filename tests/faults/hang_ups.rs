//! Callers who hang up in the middle.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use sqlx::{Connection, PgConnection};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::people::Person;
use crate::harness::{Kept, on_both, until};

const CALLERS: usize = 600;

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

async fn asks_as_usual(who: Person, session: i64, until_ms: u64) -> Vec<String> {
    let mut wrong = Vec::new();
    let end = tokio::time::Instant::now() + Duration::from_millis(until_ms);
    while tokio::time::Instant::now() < end {
        for reply in [
            who.get("/api/lectures").await,
            who.get(&format!("/api/sessions/{session}/events?limit=10")).await,
            who.patch(&format!("/api/sessions/{session}"), json!({ "title": "오후반" })).await,
            who.post("/api/lectures", json!({ "title": "새 강의" })).await,
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
        let as_usual = tokio::spawn(asks_as_usual(stranger, theirs.id, 6_000));
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
            let after = Duration::from_micros(n as u64 * 389 % 24_000);
            calls.spawn(async move { hangs_up(address, &token, call, after).await });
            if calls.len() > 24 {
                calls.join_next().await.unwrap().unwrap();
            }
        }
        while let Some(call) = calls.join_next().await {
            call.unwrap();
        }
        assert_eq!(as_usual.await.unwrap(), Vec::<String>::new());
        if school.kept == Kept::InPostgres {
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
