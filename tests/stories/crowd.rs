//! Many at once, and one who does not listen.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{Kept, School, on, on_both};

async fn class(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let session = teacher.opens_session(&lecture).await;
    (teacher, lecture, session)
}

/// Joins so many through the school's own verb, and opens a socket for each through the front door.
async fn crowd(school: &School, session: &Session, count: usize) -> Vec<Socket> {
    use gyosil::school::sessions::joining::{Guest, join_as_guest};
    let mut phones = Vec::with_capacity(count);
    for begin in (0..count).step_by(250) {
        let joining = (begin..count.min(begin + 250)).map(|n| async move {
            let guest = Guest { name: format!("학생{n}"), age: None, digital_level: None };
            let from = [127, 0, 0, 1].into();
            let (_, _, tokens) = join_as_guest(&school.app, &session.code, guest, None, from).await.unwrap();
            let path = format!("/ws/session/{}/student/", session.id);
            let mut phone = Socket::open(school.address, &path, Some(&tokens.access)).await.unwrap();
            phone.hears("session_state").await;
            phone
        });
        phones.extend(futures_util::future::join_all(joining).await);
    }
    phones
}

fn a_room_of(count: usize, kept: Kept) {
    gyosil::raise_file_limit();
    on(kept, &["--access-ttl-s", "86400", "--ping-s", "300"], |school| async move {
        let (teacher, lecture, session) = class(&school, 6).await;
        let phones = crowd(&school, &session, count).await;
        teacher.starts(&session, lecture.steps[0]).await;
        // Nobody waits for anybody: all steps are pressed one after the other while the phones read.
        let presses = async {
            for step in &lecture.steps[1..] {
                teacher.moves_to(&session, *step).await;
            }
            teacher.presses(&session, "end").await.ok();
        };
        let mut reading: FuturesUnordered<_> = phones.into_iter().map(hears_all).collect();
        let reads = async {
            let mut whole = 0;
            while let Some(kinds) = reading.next().await {
                assert_eq!(kinds, 1 + (lecture.steps.len() - 1) + 1);
                whole += 1;
            }
            whole
        };
        let ((), whole) = tokio::join!(presses, reads);
        assert_eq!(whole, count);
    });
}

/// Every event of the students, chained by `prev`: how many there were.
async fn hears_all(mut phone: Socket) -> usize {
    let mut last = phone.heard[0]["seq"].clone();
    let mut heard = 0;
    loop {
        let frame = phone.next().await.unwrap();
        if frame["type"] == "session_state" {
            panic!("nobody was slow");
        }
        assert_eq!(frame["prev"], last, "in order and without a hole");
        last = frame["seq"].clone();
        heard += 1;
        if frame["type"] == "session_ended" {
            return heard;
        }
    }
}

#[test]
fn five_thousand_follow_in_one_room() {
    a_room_of(5_000, Kept::InSqlite);
}

#[test]
fn a_thousand_follow_on_postgres_too() {
    a_room_of(1_000, Kept::InPostgres);
}

#[test]
fn who_does_not_read_harms_nobody_and_gets_the_newest_state() {
    on_both(|school| async move {
        let (teacher, _, session) = class(&school, 0).await;
        let task = teacher
            .post(&format!("/api/lectures/{}/tasks", session.lecture), json!({ "title": "긴 안내" }))
            .await
            .is(201);
        let long = "가".repeat(2_000);
        let mut steps = Vec::new();
        for n in 0..2 {
            let step = json!({ "title": format!("{n}"), "guide_text": long, "voice_guide_text": long });
            let made = teacher.post(&format!("/api/tasks/{}/subtasks", task["id"]), step).await.is(201);
            steps.push(made["id"].as_i64().unwrap());
        }
        let (slow, quick) = (school.guest(&session, "느린 분").await, school.guest(&session, "빠른 분").await);
        let mut sleeper = slow.follows(&session).await;
        sleeper.hears("session_state").await;
        let mut reader = quick.follows(&session).await;
        reader.hears("session_state").await;
        teacher.starts(&session, steps[0]).await;
        let mut last = reader.hears("session_started").await["seq"].clone();
        // Twelve kilobytes a step: more than the kernel and the mailbox hold for one who does not read.
        for n in 1..=700 {
            teacher.moves_to(&session, steps[n % 2]).await;
            let frame = reader.hears("step_changed").await;
            assert_eq!(frame["prev"], last);
            last = frame["seq"].clone();
        }
        assert!(school.app.metrics.mailbox_overflows.get() > 0, "the mailbox has a bound");
        let state = sleeper.waits_for("session_state").await;
        assert_eq!(state["seq"], last);
        // From there on it follows like everyone else.
        teacher.presses(&session, "end").await.ok();
        assert_eq!(sleeper.hears("session_ended").await["prev"], last);
        let kinds: Vec<&Value> = sleeper.heard.iter().map(|f| &f["type"]).collect();
        assert!(kinds.len() < 700, "{} frames", kinds.len());
    });
}

#[test]
fn a_token_that_expires_is_renewed_in_place_or_the_socket_closes() {
    on(Kept::InSqlite, &["--access-ttl-s", "100", "--ping-s", "1"], |school| async move {
        let (_, _, session) = class(&school, 1).await;
        let grandma = school.guest(&session, "김순자").await;
        let mut phone = grandma.follows(&session).await;
        let mut careless = school.guest(&session, "박영자").await.follows(&session).await;
        school.later(45);
        phone.waits_for("token_expiring").await;
        let renewed = grandma.refreshes().await;
        let reply = phone.asks(json!({ "type": "token", "data": { "access_token": renewed.token } })).await;
        assert_eq!(reply["type"], "reply", "{reply}");
        let stranger = school.guest(&session, "이말순").await;
        let refused = phone.asks(json!({ "type": "token", "data": { "access_token": stranger.token } })).await;
        assert_eq!(refused["error"]["code"], "FORBIDDEN");
        school.later(60);
        careless.waits_for("token_expiring").await;
        assert_eq!(careless.ends().await.code, 4401);
        phone.hears_nothing_more_than("token_expiring").await;
    });
}

#[test]
fn a_dead_peer_is_noticed_by_its_silence() {
    on(Kept::InSqlite, &["--ping-s", "1"], |school| async move {
        let (teacher, _, session) = class(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        let grandma = school.guest(&session, "김순자").await;
        // Never read again, so that not even a pong is sent.
        let silent = grandma.follows(&session).await;
        let gone = board.waits_for("student_disconnected").await;
        assert_eq!(gone["data"]["user_id"], grandma.id);
        drop(silent);
        tokio::time::timeout(Duration::from_secs(20), board.asks(json!({ "type": "ping" }))).await.unwrap();
    });
}
