//! Statements of two writers that mix on PostgreSQL: which of them waits, and what remains of the work of callers who hang up
//! in the middle.

use gyosil::db::{Arg, HeldTable};
use gyosil::school::rights::{Caller, Role};
use gyosil::school::sessions::joining;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};

use crate::classroom::{default_class, how_often, new_session, running_session};
use crate::harness::people::{Person, Session};
use crate::harness::{Backend, School, on, until};

/// A connection of our own to the database of the school.
async fn beside(school: &School) -> PgConnection {
    PgConnection::connect(school.database()).await.unwrap()
}

/// Returns when so many statements of the school wait for a row that someone else holds.
async fn wait_behind(watching: &mut PgConnection, count: i64) {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    until("statements that wait", async || {
        let (waiting,): (i64,) = sqlx::query_as(sql).fetch_one(&mut *watching).await.unwrap();
        (waiting >= count).then_some(())
    })
    .await;
}

async fn one(school: &School, sql: &'static str, args: Vec<Arg>) -> i64 {
    school.app.db.one::<(i64,)>(sql, args).await.unwrap().0
}

#[test]
fn logs_are_written_while_someone_else_changes_their_writer_and_counts_the_logs_of_the_school() {
    on(Backend::Postgres, &[], |school| async move {
        let kim = school.registers("STUDENT", "김순자", "kim@example.com").await;
        let mut tx = school.app.db.begin().await.unwrap();
        tx.run("update people set name = '(삭제된 사용자)', email = null where id = $1", vec![kim.id.into()])
            .await
            .unwrap();
        tx.run("update log_total set bytes = bytes + 1", Vec::new()).await.unwrap();
        kim.post("/api/logs/batch", json!({ "logs": [{ "event_type": "CLICK" }] })).await.is(201);
        drop(tx);
    });
}

async fn two(school: &School) -> (Person, Session, Person, Person) {
    let (teacher, _, session) = running_session(school, 1).await;
    let (new, old) = (school.guest(&session, "김순자").await, school.guest(&session, "이영수").await);
    (teacher, session, new, old)
}

fn merges(teacher: &Person, session: &Session, new: &Person, old: &Person) -> tokio::task::JoinHandle<u16> {
    let path = format!("/api/sessions/{}/participants/{}/merge", session.id, new.id);
    let (teacher, into) = (teacher.clone(), json!({ "into": old.id }));
    tokio::spawn(async move { teacher.post(&path, into).await.status })
}

#[test]
fn a_guest_who_claims_their_account_during_a_merge_keeps_it() {
    on(Backend::Postgres, &[], |school| async move {
        let (teacher, session, new, old) = two(&school).await;
        let mut watching = beside(&school).await;
        let mut tx = school.app.db.begin().await.unwrap();
        tx.run("update people set guest = false, email = 'kim@example.com' where id = $1", vec![new.id.into()])
            .await
            .unwrap();
        let merge = merges(&teacher, &session, &new, &old);
        wait_behind(&mut watching, 1).await;
        school.app.commit(tx, Vec::new()).await.unwrap();
        assert_eq!(merge.await.unwrap(), 403);
        assert_eq!(new.get("/api/auth/me").await.ok()["email"], "kim@example.com");
    });
}

#[test]
fn a_guest_who_claims_their_account_meanwhile_is_neither_renamed_nor_let_in_by_a_ticket() {
    on(Backend::Postgres, &[], |school| async move {
        let (teacher, session, kim, _) = two(&school).await;
        let mut watching = beside(&school).await;
        let mut tx = school.app.db.begin().await.unwrap();
        tx.run("update people set guest = false, email = 'kim@example.com' where id = $1", vec![kim.id.into()])
            .await
            .unwrap();
        let asked = [("rename", json!({ "name": "김순이" })), ("reentry", json!({}))].map(|(what, body)| {
            let path = format!("/api/sessions/{}/participants/{}/{what}", session.id, kim.id);
            let teacher = teacher.clone();
            tokio::spawn(async move { teacher.post(&path, body).await.status })
        });
        wait_behind(&mut watching, 2).await;
        school.app.commit(tx, Vec::new()).await.unwrap();
        for asked in asked {
            assert_eq!(asked.await.unwrap(), 403);
        }
        let sql = "select count(*) from logins where person = $1 and device = '#ticket'";
        assert_eq!(one(&school, sql, vec![kim.id.into()]).await, 0);
    });
}

#[test]
fn an_enrollment_that_is_made_during_a_merge_is_not_deleted() {
    on(Backend::Postgres, &[], |school| async move {
        let (teacher, session, new, old) = two(&school).await;
        let elsewhere = teacher.makes_lecture("사진 찍기", 1).await;
        let class = default_class(&teacher, elsewhere.id).await;
        let mut watching = beside(&school).await;
        let mut enrolling = school.app.db.begin().await.unwrap();
        let sql = "insert into enrollments (created_ms, updated_ms, class, person, source, status)
            values (1, 1, $1, $2, 'APPLIED', 'APPROVED')";
        enrolling.run(sql, vec![class.into(), new.id.into()]).await.unwrap();
        // Near its end a merge changes the logins: there it waits for us.
        let mut held = school.app.db.begin().await.unwrap();
        held.hold_where(HeldTable::Logins, "person = $1", vec![old.id.into()]).await.unwrap();
        let merge = merges(&teacher, &session, &new, &old);
        wait_behind(&mut watching, 1).await;
        school.app.commit(enrolling, Vec::new()).await.unwrap();
        drop(held);
        assert_eq!(merge.await.unwrap(), 200);
        let sql = "select count(*) from enrollments where person = $1";
        assert_eq!(one(&school, sql, vec![new.id.into()]).await, 1);
    });
}

#[test]
fn nobody_is_logged_as_stuck_at_a_step_that_the_class_has_left_meanwhile() {
    on(Backend::Postgres, &["--stuck-after-s", "60", "--access-ttl-s", "86400"], |school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let (done, slow) = (school.guest(&session, "김순자").await, school.guest(&session, "이영수").await);
        let _phones = (done.follows(&session).await, slow.follows(&session).await);
        until("both connected", async || (how_often(&teacher, &session, "student_connected").await == 2).then_some(()))
            .await;
        done.finishes(lecture.steps[0]).await;
        let mut watching = beside(&school).await;
        let mut tx = school.app.db.begin().await.unwrap();
        tx.hold(HeldTable::Sessions, session.id).await.unwrap();
        school.later(62);
        wait_behind(&mut watching, 1).await;
        let next = "update live_sessions set step_seq = last_seq + 1, step_ms = $2 where id = $1";
        tx.run(next, vec![session.id.into(), school.app.now_ms().into()]).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        school.app.group_commit.flush().await;
        assert_eq!(how_often(&teacher, &session, "student_stuck").await, 0);
    });
}

#[test]
fn a_phone_that_connects_while_its_person_leaves_is_not_logged_as_connected() {
    on(Backend::Postgres, &[], |school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let mut watching = beside(&school).await;
        let mut tx = school.app.db.begin().await.unwrap();
        tx.hold(HeldTable::Sessions, session.id).await.unwrap();
        let _phone = kim.follows(&session).await;
        wait_behind(&mut watching, 1).await;
        tx.run("update participants set left_ms = 1 where person = $1", vec![kim.id.into()]).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        school.app.group_commit.flush().await;
        assert_eq!(how_often(&teacher, &session, "student_connected").await, 0);
    });
}

#[test]
fn sockets_of_a_removed_person_close_though_the_instructor_hung_up() {
    on(Backend::Postgres, &[], |school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let mut phone = kim.follows(&session).await;
        phone.receives("session_state").await;
        let mut watching = beside(&school).await;
        let frozen = school.freezes().await;
        let caller = Caller { id: teacher.id, role: Role::Instructor, login: 0, expires_ms: i64::MAX };
        let (app, at, person) = (school.app.clone(), session.id, kim.id);
        let removal = tokio::spawn(async move { joining::remove(&app, &caller, at, person).await.map(drop) });
        // The commit writes to the log of the session.
        wait_behind(&mut watching, 1).await;
        removal.abort();
        assert!(removal.await.unwrap_err().is_cancelled());
        frozen.thaws().await;
        assert_eq!(phone.ends().await.code, 4403);
        assert!(!school.app.presence.is_here(session.id, kim.id));
    });
}

#[test]
fn callers_who_hang_up_while_a_right_code_is_looked_up_make_nobody_wait() {
    on(Backend::Postgres, &["--rate-limits", "on"], |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let (mut watching, mut holding) = (beside(&school).await, beside(&school).await);
        // The last one is looked up alone, and would be the 61st.
        for round in 0..12 {
            holding.execute("begin; lock table live_sessions in access exclusive mode").await.unwrap();
            let calls: Vec<_> = (0..6)
                .map(|_| {
                    let (nobody, path) = (school.nobody(), format!("/api/sessions/{}", session.code));
                    tokio::spawn(async move { nobody.get(&path).await.status })
                })
                .collect();
            wait_behind(&mut watching, 6).await;
            calls.iter().for_each(tokio::task::JoinHandle::abort);
            for call in calls {
                assert!(call.await.unwrap_err().is_cancelled(), "round {round}");
            }
            holding.execute("rollback").await.unwrap();
        }
        school.nobody().get(&format!("/api/sessions/{}", session.code)).await.is(200);
    });
}
