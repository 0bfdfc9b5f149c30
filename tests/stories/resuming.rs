//! A class that comes back together: what its phones missed is read once for all of them.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{how_often, running_session};
use crate::crowd::join;
use crate::harness::on_both;
use crate::harness::people::Session;
use crate::harness::process::Process;
use crate::harness::socket::Socket;
use crate::statements::logs_statements;

const PHONES: usize = 200;

/// The phones of these tokens come back at once, each knowing this event: what each missed.
async fn come_back(server: &Process, session: &Session, tokens: &[String], known: &Value) -> (Vec<Socket>, Vec<Value>) {
    let path = format!("/ws/session/{}/student/?since={known}", session.id);
    let coming = tokens.iter().map(|token| async {
        let mut phone = Socket::open(server.address, &path, Some(token)).await.unwrap();
        for _ in 0..2 {
            phone.receives("step_changed").await;
        }
        phone
    });
    let phones = join_all(coming).await;
    let missed = phones[0].received.clone();
    assert_eq!(&missed[0]["prev"], known);
    assert_eq!(missed[1]["prev"], missed[0]["seq"]);
    assert!(phones.iter().all(|phone| phone.received == missed), "all get the same");
    (phones, missed)
}

/// Number of times that events were read from the log of a session.
fn log_reads(server: &Process) -> usize {
    server.log().lines().filter(|line| line.contains("select seq, prev, audience, type, data")).count()
}

#[test]
fn two_hundred_phones_that_come_back_together_cost_one_read_of_the_log() {
    on_both(|mut school| async move {
        let (teacher, lecture, session) = running_session(&school, 3).await;
        let quiet = teacher.opens_session(&lecture).await;
        teacher.starts(&quiet, lecture.steps[0]).await;
        teacher.moves_to(&quiet, lecture.steps[1]).await;
        let tokens = join(&school, &session.code, PHONES).await;
        let path = format!("/ws/session/{}/student/", session.id);
        let mut phone = Socket::open(school.address, &path, Some(&tokens[0])).await.unwrap();
        let known = phone.receives("session_state").await["seq"].clone();
        teacher.moves_to(&session, lecture.steps[1]).await;
        teacher.moves_to(&session, lecture.steps[2]).await;
        let server = logs_statements(&mut school).await;
        let teacher = teacher.at(server.address);

        // Nobody is in the room.
        let (mut phones, missed) = come_back(&server, &session, &tokens, &known).await;
        assert_eq!(log_reads(&server), 1);
        // All but one go, and miss more.
        phones.truncate(1);
        for step in &lecture.steps[..2] {
            teacher.moves_to(&session, *step).await;
            phones[0].receives("step_changed").await;
        }
        let (_back, more) = come_back(&server, &session, &tokens[1..], &missed[1]["seq"]).await;
        assert_eq!(more, phones[0].received[2..], "as they were sent");
        assert_eq!(log_reads(&server), 1, "the room remembers them");
        // Events of instructors are read by themselves, and once too.
        let path = format!("/ws/session/{}/instructor/?since=1", quiet.id);
        let mut boards = [teacher.opens(&path).await, teacher.opens(&path).await];
        for board in &mut boards {
            assert_eq!(board.receives("step_changed").await["seq"], 2);
        }
        assert_eq!(log_reads(&server), 2);
    });
}

#[test]
fn a_phone_with_a_position_that_the_log_does_not_have_gets_the_state() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        let known = phone.receives("session_state").await["seq"].as_i64().unwrap();
        for seq in [known + 100, -1] {
            phone.sends(json!({ "type": "resume", "data": { "seq": seq } })).await;
            phone.receives("session_state").await;
        }
    });
}

#[test]
fn an_event_of_a_later_version_keeps_nobody_from_what_follows_it() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        let known = phone.receives("session_state").await["seq"].clone();
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let (id, db) = (session.id, &school.app.db);
        let written = "insert into session_events (session, seq, prev, audience, type, data, at_ms)
            select id, last_seq + 1, last_student_seq, 'students', 'poll_opened', '{\"poll\":7}', 0 from live_sessions where id = $1";
        db.change(written, vec![id.into()]).await.unwrap();
        let numbered =
            "update live_sessions set last_seq = last_seq + 1, last_student_seq = last_seq + 1 where id = $1";
        db.change(numbered, vec![id.into()]).await.unwrap();

        teacher.moves_to(&session, lecture.steps[1]).await;
        let mut again = student.opens(&format!("/ws/session/{id}/student/?since={known}")).await;
        for socket in [&mut phone, &mut board, &mut again] {
            let unknown = socket.waits_for("unknown").await;
            assert_eq!((&unknown["prev"], &unknown["data"]), (&known, &json!({})));
            assert_eq!(socket.waits_for("step_changed").await["prev"], unknown["seq"]);
        }
        assert_eq!(how_often(&teacher, &session, "unknown").await, 1);
    });
}
