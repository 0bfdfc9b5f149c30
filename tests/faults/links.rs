//! The way to PostgreSQL falls silent, or its server ends sessions.

use std::time::Instant;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::harness::people::Person;
use crate::harness::proxy::{LostCommit, Proxy};
use crate::harness::{postgres, until};
use crate::work::{Class, Work, minutes_begun, serves};

fn tells<F: Future<Output = ()>>(story: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story);
}

#[test]
fn silent_database_connections_cost_seconds_and_no_write() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let server = serves(folder.path(), &proxied);
        let class = Class::begins(&server).await;
        let work = Work::begins(&class).await;
        for _ in 0..2 {
            work.goes_on(20).await;
            // Open connections stay silent for ever, those opened from now on are whole.
            proxy.fall_silent();
            proxy.mend().await;
            let since = Instant::now();
            work.goes_on(10).await;
            println!("writes went on {:?} after the links fell silent", since.elapsed());
        }
        work.heard_only_not_now();
        work.ends().await.is_all_there(&class).await;
    });
}

#[test]
fn the_server_is_not_ready_while_the_database_is_silent() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let server = serves(folder.path(), &proxied);
        let class = Class::begins(&server).await;
        let work = Work::begins(&class).await;
        work.goes_on(20).await;
        let nobody = Person::nobody_at(server.address);
        nobody.get("/readyz").await.is(200);
        proxy.fall_silent();
        let since = Instant::now();
        let why =
            until("it is not ready", async || Some(nobody.get("/readyz").await).filter(|r| r.status == 503)).await;
        println!("it was not ready {:?} after the database fell silent", since.elapsed());
        let why = why.json.as_str().unwrap().to_owned();
        assert!(why.contains("does not answer") && why.contains("the last write succeeded"), "{why}");
        let refused = work.answered(503);
        until("writes are refused", async || (work.answered(503) > refused).then_some(())).await;
        proxy.mend().await;
        let since = Instant::now();
        work.goes_on(10).await;
        println!("writes went on {:?} after the link was mended", since.elapsed());
        until("it is ready", async || (nobody.get("/readyz").await.status == 200).then_some(())).await;
        work.heard_only_not_now();
        work.ends().await.is_all_there(&class).await;
        let count = server.log().matches("the database fails").count();
        assert!((1..=minutes_begun(started)).contains(&count), "one line a minute: {count}");
    });
}

#[test]
fn a_step_whose_commit_got_no_answer_is_heard_before_the_next_event() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let server = serves(folder.path(), &proxied);
        let Class { teacher, lecture, session, .. } = Class::begins(&server).await;
        let student = Person::nobody_at(server.address).joins_as_guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let (next, step) = (format!("/api/sessions/{}/next-step", session.id), lecture.steps[1]);
        loop {
            let lost = proxy.loses_next_commit(LostCommit::ReplyHeld);
            let cut = async {
                lost.await.unwrap();
                // The question about the outcome of the commit gets no answer either.
                proxy.cut();
            };
            let (answer, ()) = tokio::join!(teacher.post(&next, json!({ "next_subtask_id": step })), cut);
            answer.is(503);
            proxy.mend().await;
            let path = format!("/api/sessions/{}/events", session.id);
            let read =
                until("the log", async || Some(teacher.get(&path).await).filter(|read| read.status == 200)).await;
            // Otherwise it was another commit that got no answer.
            if read.json["events"].as_array().unwrap().iter().any(|event| event["type"] == "step_changed") {
                break;
            }
        }
        let since = Instant::now();
        assert_eq!(phone.waits_for("step_changed").await["data"]["current_subtask"]["id"], step);
        println!("it was heard {:?} after the link was mended", since.elapsed());
    });
}

#[test]
fn sessions_that_the_server_ends_double_nothing_and_lose_nothing() {
    tells(async {
        let database = postgres::new_database().await;
        let folder = tempfile::tempdir().unwrap();
        let server = serves(folder.path(), &database);
        let class = Class::begins(&server).await;
        let work = Work::begins(&class).await;
        let mut root = PgConnection::connect(&database).await.unwrap();
        for _ in 0..20 {
            work.goes_on(3).await;
            let ends = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()";
            root.execute(AssertSqlSafe(ends)).await.unwrap();
        }
        work.goes_on(10).await;
        work.heard_only_not_now();
        work.ends().await.is_all_there(&class).await;
    });
}
