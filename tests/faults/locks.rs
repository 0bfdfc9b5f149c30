//! Someone holds a row in PostgreSQL and does not let go of it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::harness::nodes::on_two_nodes;
use crate::harness::people::{Person, Reply};
use crate::harness::{Backend, on, until};

const STUDENTS: usize = 12;

async fn finishes(student: &Person, step: i64) -> (Reply, Duration) {
    let begun = Instant::now();
    let reply = student.post("/api/progress/update", json!({ "subtask_id": step, "status": "COMPLETED" })).await;
    (reply, begun.elapsed())
}

#[test]
fn a_session_that_someone_holds_keeps_no_other_session_waiting_for_long() {
    on(Backend::Postgres, &[], |school| async move {
        let teacher = school.teacher().await;
        let held = teacher.makes_lecture("카카오톡 기초", 1).await;
        let free = teacher.makes_lecture("사진 보내기", 4).await;
        let (held_session, free_session) = (teacher.opens_session(&held).await, teacher.opens_session(&free).await);
        teacher.starts(&held_session, held.steps[0]).await;
        teacher.starts(&free_session, free.steps[0]).await;
        let mut waiting = Vec::new();
        for n in 0..STUDENTS {
            waiting.push(school.guest(&held_session, &format!("학생{n}")).await);
        }
        let kim = school.guest(&free_session, "김순자").await;

        let mut other = PgConnection::connect(school.database()).await.unwrap();
        let holds = format!("begin; update live_sessions set title = title where id = {}", held_session.id);
        other.execute(AssertSqlSafe(holds)).await.unwrap();
        let step = held.steps[0];
        let in_vain = join_all(waiting.iter().map(|student| finishes(student, step)));
        let meanwhile = async {
            let mut slowest = Duration::ZERO;
            for step in &free.steps {
                let (reply, took) = finishes(&kim, *step).await;
                reply.ok();
                slowest = slowest.max(took);
            }
            slowest
        };
        let (in_vain, slowest) = tokio::join!(in_vain, meanwhile);
        for (reply, took) in &in_vain {
            assert_eq!((reply.status, reply.headers.contains_key("retry-after")), (503, true), "{}", reply.json);
            assert!(*took < Duration::from_secs(15), "{took:?}");
        }
        assert!(slowest < Duration::from_secs(8), "another session waited {slowest:?}");

        other.execute("rollback").await.unwrap();
        for (reply, _) in join_all(waiting.iter().map(|student| finishes(student, step))).await {
            reply.ok();
        }
    });
}

#[test]
fn a_key_under_which_another_node_is_writing_keeps_nobody_waiting() {
    on(Backend::Postgres, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let (kim, lee) = (school.guest(&session, "김순자").await, school.guest(&session, "이영희").await);
        let key = "5f0c7d3e-0b1a-4c2d-8e3f-a1b2c3d4e5f6";
        let body = json!({ "subtask_id": lecture.steps[0], "status": "COMPLETED" });

        let mut node = PgConnection::connect(school.database()).await.unwrap();
        let number = gyosil::tag::number_of(format!("{} {key}", kim.id).as_bytes());
        let claims = format!(
            "begin; select pg_advisory_xact_lock({number});
            insert into done_keys (person, key, asked, answer, at_ms) values ({}, '{key}', '', '', 0)",
            kim.id
        );
        node.execute(AssertSqlSafe(claims)).await.unwrap();
        let again = async {
            let begun = Instant::now();
            (kim.post_once("/api/progress/update", body.clone(), key).await, begun.elapsed())
        };
        let ((again, took), (other, other_took)) = tokio::join!(again, finishes(&lee, lecture.steps[0]));
        assert_eq!((again.status, &again.json["error"]["code"]), (503, &json!("BUSY")), "{}", again.json);
        assert_eq!(again.headers["retry-after"], "1");
        other.ok();
        assert!(took.max(other_took) < Duration::from_secs(1), "{took:?}, {other_took:?}");

        node.execute("rollback").await.unwrap();
        kim.post_once("/api/progress/update", body, key).await.ok();
    });
}

#[test]
fn an_arrival_that_cannot_be_written_keeps_no_departure_waiting() {
    on(Backend::Postgres, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let (session, other) = (teacher.opens_session(&lecture).await, teacher.opens_session(&lecture).await);
        let (kim, lee) = (school.guest(&session, "김순자").await, school.guest(&other, "이영희").await);
        let (mut kims, mut lees) = (kim.follows(&session).await, lee.follows(&other).await);
        kims.receives("session_state").await;
        lees.receives("session_state").await;
        let left = async |person: &Person| {
            let sql = "select seq from session_events where type = 'student_disconnected' and person = $1";
            school.app.db.maybe::<(i64,)>(sql, vec![person.id.into()]).await.unwrap().map(drop)
        };

        let mut database = PgConnection::connect(school.database()).await.unwrap();
        let refuses = format!(
            "create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
            create trigger refuse before insert on presence for each row when (new.person = {}) execute function refuse()",
            kim.id
        );
        database.execute(AssertSqlSafe(refuses)).await.unwrap();
        let holds = format!("begin; update live_sessions set title = title where id = {}", session.id);
        database.execute(AssertSqlSafe(holds)).await.unwrap();
        // The departure of Kim waits for the row of the session, and Kim is back before it is written.
        kims.hangs_up().await;
        until("the end of the grace", async || (!school.app.presence.is_here(session.id, kim.id)).then_some(())).await;
        let _back = kim.follows(&session).await;
        until("Kim's return", async || school.app.presence.is_here(session.id, kim.id).then_some(())).await;
        database.execute("rollback").await.unwrap();
        until("Kim's departure", async || left(&kim).await).await;
        lees.hangs_up().await;
        let since = Instant::now();
        until("Lee's departure", async || left(&lee).await).await;
        assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    });
}

#[test]
fn a_node_whose_readers_all_wait_hears_the_others_all_the_same() {
    on_two_nodes(&[], |nodes| async move {
        let teacher = nodes.b.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let guest = nodes.b.guest(&session, "김순자").await;
        let mut phone = guest.follows(&session).await;
        phone.receives("session_state").await;
        let mut database = PgConnection::connect(nodes.b.database()).await.unwrap();
        database.execute("begin; lock table notifications in access exclusive mode").await.unwrap();
        let reading = tokio::spawn(async move {
            join_all((0..40).map(|_| teacher.get("/api/notifications"))).await;
        });
        let waiting = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'";
        // Within a transaction the view stays as it was when it was read first.
        let mut onlooker = PgConnection::connect(nodes.b.database()).await.unwrap();
        until("all readers wait", async || {
            let (count,): (i64,) = sqlx::query_as(waiting).fetch_one(&mut onlooker).await.unwrap();
            (count >= 9).then_some(())
        })
        .await;
        let since = Instant::now();
        guest.at(nodes.a.address).post("/api/auth/logout", json!({})).await.ok();
        assert_eq!(phone.ends().await.code, 4401);
        assert!(since.elapsed() < Duration::from_millis(2_500), "closed after {:?}", since.elapsed());
        database.execute("rollback").await.unwrap();
        reading.abort();
    });
}
