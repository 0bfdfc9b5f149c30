//! Activity logs: everyone has a share of the disk, and the oldest make room.

use gyosil::school::activity;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::classroom::new_session;
use crate::harness::people::{Person, Reply};
use crate::harness::{Backend, School, on_both_with, until};

const BATCH: &str = "/api/logs/batch";
const TOTAL: &str = "select bytes + (select cast(coalesce(sum(s.bytes), 0) as bigint) from log_slots s) from log_total";
const MIB: i64 = 1024 * 1024;

/// So many logs of about 8 KiB each.
fn logs(count: usize) -> Value {
    let log = json!({ "event_type": "SCROLL", "event_data": { "seen": "x".repeat(7_900) } });
    json!({ "logs": vec![log; count] })
}

/// How many logs are kept, how many bytes they have, and how many the school thinks that they have.
async fn kept(school: &School) -> (i64, i64, i64) {
    let sql = "select count(*), cast(coalesce(sum(bytes), 0) as bigint) from activity_logs";
    let (count, bytes): (i64, i64) = school.app.db.one(sql, Vec::new()).await.unwrap();
    let (total,): (i64,) = school.app.db.one(TOTAL, Vec::new()).await.unwrap();
    (count, bytes, total)
}

#[track_caller]
fn wait_s(refused: Reply) -> i64 {
    let header = refused.headers.get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    refused.refused(429, "LOG_QUOTA_USED");
    header.expect("Retry-After")
}

#[test]
fn a_person_writes_no_more_logs_in_an_hour_than_their_share() {
    on_both_with(&["--log-hour-mb", "1"], |school| async move {
        let key = "6f1c1f0e-6f43-4f0c-9d6e-2f6f35a1b001";
        let kim = school.student("김순자").await;
        kim.post(BATCH, logs(100)).await.is(201);
        let before = kept(&school).await;
        let wait = wait_s(kim.post_once(BATCH, logs(50), key).await);
        assert!((3_300..=3_900).contains(&wait), "an hour after the first: {wait}");
        assert_eq!(kept(&school).await, before, "a refused batch changes nothing");
        kim.post(BATCH, logs(20)).await.is(201);
        school.student("이영수").await.post(BATCH, logs(100)).await.is(201);

        let school = school.reopens().await;
        let kim = kim.at(school.address);
        wait_s(kim.post_once(BATCH, logs(50), key).await);
        school.later(wait + 1);
        let kim = kim.refreshes().await;
        let first = kim.post_once(BATCH, logs(50), key).await.is(201);
        assert_eq!(kim.post_once(BATCH, logs(50), key).await.is(201), first, "the key was given back, and then used");
        let (count, bytes, total) = kept(&school).await;
        assert_eq!((count, bytes), (270, total));
    });
}

#[test]
fn a_person_writes_no_more_logs_in_a_day_than_their_share() {
    on_both_with(&["--log-hour-mb", "1", "--log-day-mb", "2"], |school| async move {
        let mut kim = school.student("김순자").await;
        for _ in 0..2 {
            kim.post(BATCH, logs(100)).await.is(201);
            school.later(2 * 3_600);
            kim = kim.refreshes().await;
        }
        let wait = wait_s(kim.post(BATCH, logs(100)).await);
        assert!((20 * 3_600 - 600..=20 * 3_600 + 600).contains(&wait), "a day after the first: {wait}");
        school.later(wait + 1);
        kim.refreshes().await.post(BATCH, logs(100)).await.is(201);
    });
}

#[test]
fn batches_at_once_do_not_exceed_the_share() {
    on_both_with(&["--log-hour-mb", "1"], |school| async move {
        let kim = school.student("김순자").await;
        let sent: Vec<_> = (0..20).map(|_| tokio::spawn(send(kim.clone()))).collect();
        let mut taken = 0;
        for reply in sent {
            taken += i64::from(reply.await.unwrap().status == 201);
        }
        let (count, bytes, total) = kept(&school).await;
        let batch = bytes / taken;
        assert_eq!((taken, count, bytes), (MIB / batch, 10 * taken, total));
    });
}

async fn send(person: Person) -> Reply {
    person.post(BATCH, logs(10)).await
}

#[test]
fn a_session_has_room_for_so_many_logs() {
    on_both_with(&["--log-session-mb", "1"], |school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let lee = school.guest(&session, "이영수").await;
        kim.post(BATCH, logs(80)).await.is(201);
        wait_s(lee.post(BATCH, logs(80)).await);
        let mut socket = lee.follows(&session).await;
        let answer = socket.asks(json!({ "type": "log", "data": logs(7)["logs"] })).await;
        assert_eq!(answer["data"]["saved_count"], 7, "{answer}");
        for _ in 0..6 {
            socket.asks(json!({ "type": "log", "data": logs(7)["logs"] })).await;
        }
        let answer = socket.asks(json!({ "type": "log", "data": logs(7)["logs"] })).await;
        assert_eq!(answer["error"]["code"], "LOG_QUOTA_USED", "{answer}");
        assert!(answer["error"]["details"]["retry_after_s"].is_i64(), "{answer}");
        teacher.post(BATCH, logs(80)).await.is(201);
        school.student("바깥사람").await.post(BATCH, logs(80)).await.is(201);
    });
}

#[test]
fn leaving_a_session_raises_no_limit_of_logs() {
    on_both_with(&["--log-session-mb", "1"], |school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let lee = school.student("이영수").await;
        lee.joins(&session).await;
        kim.post(BATCH, logs(80)).await.is(201);
        for person in [&kim, &lee] {
            person.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
            wait_s(person.post(BATCH, logs(80)).await);
        }
        teacher.presses(&session, "end").await.ok();
        // Logs that a person with an account writes at home count for that person. Those of a guest count for the session, since a
        // guest can join as often as they like.
        lee.post(BATCH, logs(80)).await.is(201);
        wait_s(kim.post(BATCH, logs(80)).await);
    });
}

#[test]
fn a_log_of_more_than_8_kib_is_refused_by_the_name_of_its_field() {
    on_both_with(&[], |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let large = |field: &str| json!({ "event_type": "CLICK", field: { "seen": "가".repeat(2_750) } });
        let both = json!({ "event_type": "CLICK", "event_data": { "a": "x".repeat(4_000) },
            "screen_info": { "b": "x".repeat(4_200) } });
        let small = json!({ "event_type": "CLICK" });
        for (log, field) in
            [(large("event_data"), "event_data"), (large("screen_info"), "screen_info"), (both, "screen_info")]
        {
            let details = kim.post("/api/logs/activity", log.clone()).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], field);
            let details = kim.post(BATCH, json!({ "logs": [small, log] })).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], format!("logs[1].{field}"));
            let answer = kim.follows(&session).await.asks(json!({ "type": "log", "data": [log] })).await;
            assert_eq!(answer["error"]["details"]["field"], format!("[0].{field}"), "{answer}");
        }
        assert_eq!(kept(&school).await, (0, 0, 0));
    });
}

/// The logs of erased people are deleted after the answer.
async fn erasures_are_done(school: &School) {
    until("the logs of erased people are gone", async || {
        let (left,): (i64,) = school.app.db.one("select count(*) from log_erasures", Vec::new()).await.unwrap();
        (left == 0).then_some(())
    })
    .await;
}

#[test]
fn an_erased_person_with_many_logs_is_erased_at_once_and_their_logs_bit_by_bit() {
    on_both_with(&["--log-hour-mb", "100"], |school| async move {
        let admin = school.admin().await;
        let (kim, lee) = (school.student("김순자").await, school.student("이영수").await);
        let small = json!({ "logs": vec![json!({ "event_type": "CLICK" }); 600] });
        for person in [&kim, &lee, &lee] {
            person.post(BATCH, small.clone()).await.is(201);
        }
        let path = format!("/api/admin/people/{}/erase", lee.id);
        if school.backend == Backend::Postgres {
            // While someone holds one of their logs.
            let mut other = PgConnection::connect(school.database()).await.unwrap();
            let holds = format!("begin; update activity_logs set type = type where person = {}", lee.id);
            other.execute(AssertSqlSafe(holds)).await.unwrap();
            admin.post(&path, json!({})).await.is(204);
            other.execute("rollback").await.unwrap();
        } else {
            admin.post(&path, json!({})).await.is(204);
        }
        lee.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        activity::forget_old(&school.app).await.unwrap();
        erasures_are_done(&school).await;
        let (count, bytes, total) = kept(&school).await;
        assert_eq!((count, bytes), (600, total));
    });
}

#[test]
fn the_oldest_logs_make_room_for_the_new() {
    on_both_with(&["--log-max-mb", "1", "--log-days", "10"], |school| async move {
        let admin = school.admin().await;
        let (kim, lee) = (school.student("김순자").await, school.student("이영수").await);
        kim.post(BATCH, logs(300)).await.is(201);
        kim.post(BATCH, logs(300)).await.is(201);
        lee.post(BATCH, logs(60)).await.is(201);
        activity::forget_old(&school.app).await.unwrap();
        let (count, bytes, total) = kept(&school).await;
        assert!(bytes <= MIB && bytes > MIB - 10_000, "{count} logs of {bytes} bytes: as many as there is room for");
        assert_eq!(bytes, total);
        let sql = "select count(*) from activity_logs where person = $1";
        let (of_lee,): (i64,) = school.app.db.one(sql, vec![lee.id.into()]).await.unwrap();
        assert_eq!(of_lee, 60, "the newest stay");

        admin.post(&format!("/api/admin/people/{}/erase", lee.id), json!({})).await.is(204);
        erasures_are_done(&school).await;
        let (of_lee,): (i64,) = school.app.db.one(sql, vec![lee.id.into()]).await.unwrap();
        assert_eq!(of_lee, 0);
        let (count, bytes, total) = kept(&school).await;
        assert_eq!(bytes, total);
        kim.post(BATCH, logs(1)).await.is(201);
        assert_eq!(kept(&school).await.0, count + 1);

        school.later(9 * 86_400);
        kim.refreshes().await.post(BATCH, logs(1)).await.is(201);
        school.later(2 * 86_400);
        activity::forget_old(&school.app).await.unwrap();
        let (count, bytes, total) = kept(&school).await;
        assert_eq!((count, bytes), (1, total), "what is older than ten days is gone");
    });
}

#[test]
fn logs_that_several_delete_at_once_leave_the_total_only_once() {
    on_both_with(&["--log-max-mb", "1"], |school| async move {
        let admin = school.admin().await;
        let (kim, lee) = (school.student("김순자").await, school.student("이영수").await);
        for person in [&lee, &kim] {
            for _ in 0..5 {
                person.post(BATCH, logs(100)).await.is(201);
            }
        }
        let path = format!("/api/admin/people/{}/erase", lee.id);
        let (first, second, erased) = futures_util::future::join3(
            activity::forget_old(&school.app),
            activity::forget_old(&school.app),
            admin.post(&path, json!({})),
        )
        .await;
        first.and(second).unwrap();
        erased.is(204);
        erasures_are_done(&school).await;
        let (_, bytes, total) = kept(&school).await;
        assert_eq!(bytes, total);
        // The slots of a day are over: what they counted is counted on.
        school.later(2 * 86_400);
        activity::forget_old(&school.app).await.unwrap();
        assert_eq!(school.app.db.one::<(i64,)>("select count(*) from log_slots", Vec::new()).await.unwrap().0, 0);
        let (_, bytes, total) = kept(&school).await;
        assert_eq!(bytes, total);
    });
}
