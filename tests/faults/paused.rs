//! The database stops taking writes, and everyone at a socket is told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::people::Person;
use crate::harness::postgres;
use crate::harness::socket::Socket;
use crate::work::{Class, serves};

/// Generous, since the machine of the tests is busy.
const TOLD_WITHIN: Duration = Duration::from_secs(4);

/// Waits until the school says that its writes are in this state. Nothing else may say so in between.
async fn hears_writes(socket: &mut Socket, state: &str) {
    socket.wants_school_events = true;
    let frame = socket.waits_for("school_state").await;
    assert_eq!(frame, json!({ "type": "school_state", "data": { "writes": state } }));
}

fn times_finished(events: &[Value], step: i64) -> usize {
    let is = |e: &&Value| e["type"] == "student_progress" && e["data"]["subtask_id"] == step;
    events.iter().filter(is).count()
}

#[test]
fn sockets_stay_open_while_postgresql_is_frozen_and_are_told_of_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let postgres = postgres::OwnServer::starts();
        let database = postgres.new_database().await;
        let folder = tempfile::tempdir().unwrap();
        let server = serves(folder.path(), &database);
        let class = Class::begins(&server).await;
        let student = Person::nobody_at(server.address).joins_as_guest(&class.session, "김순자").await;
        let mut board = class.teacher.watches(&class.session).await;
        board.receives("session_state").await;
        let mut phone = student.follows(&class.session).await;
        phone.receives("session_state").await;

        postgres.freezes();
        let step = class.lecture.steps[0];
        let finished = json!({ "type": "progress", "id": "c1", "key": "0d1f9d0e-6a3b-4c53-8f4e-3f1f2a9b7c11",
            "data": { "subtask_id": step, "status": "COMPLETED" } });
        let since = Instant::now();
        phone.sends(finished.clone()).await;
        hears_writes(&mut phone, "paused").await;
        hears_writes(&mut board, "paused").await;
        println!("sockets were told {:?} after a write began to hang", since.elapsed());
        assert!(since.elapsed() < TOLD_WITHIN, "{:?}", since.elapsed());
        let refused = class.teacher.post("/api/lectures", json!({ "title": "제목" })).await;
        assert!(refused.headers.contains_key("retry-after"), "{}", refused.json);
        refused.is(503);

        postgres.thaws();
        let since = Instant::now();
        hears_writes(&mut phone, "resumed").await;
        hears_writes(&mut board, "resumed").await;
        println!("sockets were told {:?} after PostgreSQL went on", since.elapsed());
        // Whether the first one was written or not, the second one is answered, and it has happened once.
        phone.sends(finished).await;
        phone.waits_until("the answer", |frame| frame["type"] == "reply" && frame["id"] == "c1").await;
        let path = format!("/api/sessions/{}/events?limit=1000", class.session.id);
        let events = class.teacher.get(&path).await.ok()["events"].as_array().unwrap().clone();
        assert_eq!(times_finished(&events, step), 1);
    });
}
