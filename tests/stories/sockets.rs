//! The sockets by themselves: the letter of the protocol, how many one may hold, and what slow databases and clocks do to them.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use gyosil::school::sessions::{control, presence};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Bytes, Message};

use crate::classroom::running_session;
use crate::harness::people::{Person, Session};
use crate::harness::{PATIENCE, School, on_both, on_both_with, until};

#[test]
fn a_socket_whose_message_waits_for_the_database_answers_pings_and_stays_open() {
    on_both_with(&["--ping-s", "1"], |school| async move {
        let (_, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let frozen = school.freezes().await;
        let progress = json!({ "type": "progress", "id": "first", "key": "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f",
            "data": { "subtask_id": lecture.steps[0], "status": "COMPLETED" } });
        phone.sends(progress.clone()).await;
        phone.sends(json!({ "type": "ping", "id": "second" })).await;
        phone.sends_raw(Message::Ping(Bytes::from_static(b"still there?"))).await;
        // A round of the wheel without a pong would be the end.
        let (mut pings, mut pongs) = (0, 0);
        while pings < 3 || pongs == 0 {
            match timeout(PATIENCE, phone.stream.next()).await.expect("a frame in time") {
                Some(Ok(Message::Ping(_))) => pings += 1,
                Some(Ok(Message::Pong(said))) => pongs += i32::from(said == "still there?".as_bytes()),
                Some(Ok(Message::Text(text))) if text.contains("school_state") => {}
                Some(Ok(Message::Text(text))) => panic!("the database is frozen, and this came: {text}"),
                other => panic!("the socket of someone who waits was given up: {other:?}"),
            }
        }
        frozen.thaws().await;
        let mut answers = Vec::new();
        while answers.len() < 2 {
            let frame = phone.next().await.expect("it is still open");
            if frame["id"].is_string() {
                answers.push(frame);
            }
        }
        assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&json!("first"), &json!("second")), "in their order");
        // Where the database let go of the write, the same key makes it happen.
        let again = phone.asks(progress).await;
        assert_eq!(again["data"]["status"], "COMPLETED", "{again}");
    });
}

#[test]
fn a_student_who_connects_while_the_database_takes_no_write_is_present_and_is_logged_later() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let frozen = school.freezes().await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        frozen.thaws().await;
        assert_eq!(board.waits_for("student_connected").await["data"]["user_id"], student.id);
    });
}

#[test]
fn a_jump_of_the_clock_reports_nobody_gone_and_ends_no_session() {
    on_both_with(&["--presence-grace-ms", "2000"], |school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let unwatched = teacher.opens_session(&lecture).await;
        control::end_forgotten(&school.app).await.unwrap();
        for hours in [5, -9] {
            school.sets_the_clock(hours * 3_600);
            school.app.hub.tick(school.app.clock.monotonic_ms());
            presence::log_departures(&school.app).await.unwrap();
            control::end_forgotten(&school.app).await.unwrap();
            phone.receives_nothing_more().await;
            board.receives_nothing_more().await;
        }
        let state = async |id: i64| teacher.get(&format!("/api/sessions/{id}/current")).await.ok()["status"].clone();
        assert_eq!((state(session.id).await, state(unwatched.id).await), (json!("IN_PROGRESS"), json!("WAITING")));
        // Whoever really goes is told as ever, though the clock on the wall went back.
        phone.hangs_up().await;
        assert_eq!(board.waits_for("student_disconnected").await["data"]["user_id"], student.id);
    });
}

#[test]
fn a_session_is_forgotten_by_the_time_that_the_server_ran() {
    on_both_with(&["--access-ttl-s", "86400"], |school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let state = async |teacher: &Person| {
            teacher.get(&format!("/api/sessions/{}/current", session.id)).await.ok()["status"].clone()
        };
        control::end_forgotten(&school.app).await.unwrap();
        school.later(3 * 3_600 - 120);
        control::end_forgotten(&school.app).await.unwrap();
        assert_eq!(state(&teacher).await, "IN_PROGRESS");
        teacher.presses(&session, "pause").await.ok();
        school.later(3 * 3_600 - 120);
        control::end_forgotten(&school.app).await.unwrap();
        assert_eq!(state(&teacher).await, "PAUSED", "a button is a sign");
        // A server that was off for a night begins to count anew.
        let school = school.reopens().await;
        let teacher = teacher.at(school.address);
        school.sets_the_clock(12 * 3_600);
        control::end_forgotten(&school.app).await.unwrap();
        assert_eq!(state(&teacher).await, "PAUSED");
        school.later(3 * 3_600);
        control::end_forgotten(&school.app).await.unwrap();
        assert_eq!(state(&teacher).await, "REVIEW_MODE");
    });
}

#[test]
fn a_socket_from_before_leaving_that_ends_late_disconnects_nobody_who_came_back() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mut late = student.follows(&session).await;
        late.receives("session_state").await;
        board.waits_for("student_connected").await;
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        assert_eq!(board.waits_for("student_connected").await["data"]["active_participants"], 1);
        // It never read the goodbye, so that its connection ends only now.
        drop(late);
        until("the end of the connection", async || (school.app.metrics.connections.get() == 2).then_some(())).await;
        phone.receives_nothing_more().await;
        school.later(60);
        presence::log_departures(&school.app).await.unwrap();
        board.receives_nothing_more().await;
        let state = teacher.get(&format!("/api/sessions/{}/current", session.id)).await.ok();
        assert_eq!(state["active_participants"], 1);
    });
}

#[test]
fn a_socket_that_was_opened_after_leaving_comes_back_when_its_person_joins_again() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        let mut page = student.follows(&session).await;
        assert_eq!(page.receives("session_state").await["data"]["my_status"], "LEFT");
        student.joins(&session).await;
        assert_eq!(page.ends().await.code, 1012);
        let mut page = student.follows(&session).await;
        page.receives("session_state").await;
        assert_eq!(board.waits_for("student_connected").await["data"]["active_participants"], 1);
        // Joining again as someone who is in it changes nothing.
        student.joins(&session).await;
        page.receives_nothing_more().await;
    });
}

#[test]
fn a_socket_from_after_leaving_comes_back_even_if_the_caller_of_the_join_hangs_up() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        let mut page = student.follows(&session).await;
        page.receives("session_state").await;
        // The join waits for the row of the session while its caller goes.
        let mut tx = school.app.db.begin().await.unwrap();
        let hold = format!("update live_sessions set title = title where id = {}", session.id);
        tx.run(hold, Vec::new()).await.unwrap();
        assert!(timeout(Duration::from_millis(300), student.joins(&session)).await.is_err());
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(tx);
        assert_eq!(page.ends().await.code, 1012);
    });
}

#[test]
fn a_server_that_starts_expects_all_back_who_were_connected() {
    on_both_with(&["--presence-grace-ms", "60000"], |school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        let (student, removed) = (school.guest(&session, "김순자").await, school.guest(&session, "이영희").await);
        let phones = (student.follows(&session).await, removed.follows(&session).await);
        board.waits_for("student_connected").await;
        board.waits_for("student_connected").await;
        let remove = format!("/api/sessions/{}/participants/{}/remove", session.id, removed.id);
        teacher.post(&remove, json!({})).await.ok();
        let before = school.app.presence.people.seen(session.id, student.id).unwrap();
        drop((phones, board));
        let flags = ["--presence-grace-ms", "60000", "--node", "2"].map(String::from);
        let school = school.reopens_with(&flags).await;
        let active = async || {
            teacher.at(school.address).get(&format!("/api/sessions/{}/current", session.id)).await.ok()["active_participants"]
                .clone()
        };
        assert_eq!(active().await, 1);
        let seen = school.app.presence.people.seen(session.id, student.id).unwrap();
        assert_eq!(seen.since_ms, before.since_ms, "present since they came");
        school.later(120);
        presence::log_departures(&school.app).await.unwrap();
        assert_eq!(active().await, 0);
        assert_eq!(
            connections(&school, session.id).await,
            ["student_connected", "student_connected", "student_left", "student_disconnected"]
        );
    });
}

/// The types of the events by which people connect and disconnect, in the order of the log.
async fn connections(school: &School, session: i64) -> Vec<String> {
    let sql = "select type from session_events where session = $1 and type in
        ('student_connected', 'student_disconnected', 'student_left') order by seq";
    let types: Vec<(String,)> = school.app.db.all(sql, vec![session.into()]).await.unwrap();
    types.into_iter().map(|(kind,)| kind).collect()
}

#[test]
fn one_person_may_hold_a_limited_number_of_sockets() {
    let settings = ["--sockets-per-person", "3", "--sockets-per-session", "2"];
    on_both_with(&settings, |school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let path = format!("/ws/session/{}/student/", session.id);
        let mut first = student.opens(&format!("{path}?device=a")).await;
        // From here on it holds its place.
        first.receives("session_state").await;
        let second = student.opens(&format!("{path}?device=b")).await;
        assert_eq!(student.tries_to_open(&path).await.err(), Some(429));
        // A phone that comes back takes the place that it had.
        let again = student.opens(&format!("{path}?device=a")).await;
        assert_eq!(first.ends().await.code, 4409);
        // The bound of a session is the session's, and that of a person holds everywhere.
        let help = format!("/ws/help/{}", student.id);
        let third = until("the place of the replaced one", async || student.tries_to_open(&help).await.ok()).await;
        assert_eq!(student.tries_to_open(&help).await.err(), Some(429));
        let mate = school.guest(&session, "이영희").await;
        mate.follows(&session).await.receives("session_state").await;
        // Who closes one may open one.
        second.hangs_up().await;
        until("a free place", async || student.tries_to_open(&path).await.ok()).await;
        drop((again, third));
    });
}

#[test]
fn a_refusal_says_how_many_sockets_are_open_and_when_to_come_back() {
    on_both_with(&["--sockets-per-session", "1"], |school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let phone = student.follows(&session).await;
        let path = format!("/ws/session/{}/student/", session.id);
        let headers = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("accept-language", "ko"),
        ];
        let refused = student.asks(reqwest::Method::GET, &path, None, &headers).await;
        assert_eq!(refused.headers["retry-after"], "30");
        assert!(refused.json["error"]["message"].as_str().unwrap().contains("화면 1곳"), "{}", refused.json);
        refused.refused(429, "TOO_MANY_SOCKETS");
        drop(phone);
    });
}

#[test]
fn a_close_is_echoed_with_its_code() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        for code in [1000, 1001, 3000, 4999] {
            let mut phone = student.follows(&session).await;
            phone.receives("session_state").await;
            let goodbye = CloseFrame { code: code.into(), reason: "안녕히 계세요".into() };
            phone.stream.send(Message::Close(Some(goodbye))).await.unwrap();
            assert_eq!(phone.ends().await.code, code);
        }
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        // What was said before the goodbye is still answered.
        phone.sends(json!({ "type": "ping", "id": "last words" })).await;
        phone.stream.send(Message::Close(None)).await.unwrap();
        assert_eq!(phone.ends().await.code, 1005);
        assert_eq!(phone.received.last().unwrap()["id"], "last words");
    });
}

/// A socket of which every byte is ours.
struct Raw(TcpStream);

impl Raw {
    async fn open(school: &School, session: &Session, student: &Person) -> Raw {
        let token = student.token.as_deref().unwrap();
        let mut tcp = TcpStream::connect(school.address).await.unwrap();
        let head = format!(
            "GET /ws/session/{}/student/ HTTP/1.1\r\nhost: gyosil\r\nauthorization: Bearer {token}\r\nconnection: keep-alive, \
             Upgrade\r\nupgrade: WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            session.id
        );
        tcp.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(timeout(PATIENCE, tcp.read_u8()).await.expect("an answer in time").unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        assert!(answer.to_lowercase().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
        Raw(tcp)
    }

    async fn sends(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0];
        frame.extend_from_slice(payload);
        self.0.write_all(&frame).await.unwrap();
    }

    /// Reads to the end, and finds the close frame: its payload.
    async fn ends(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(10), self.0.read_to_end(&mut rest)).await;
        read.expect("the server hangs up").unwrap();
        let mut bytes = rest.as_slice();
        loop {
            let (length, header) = match bytes[1] {
                126 => (usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), 4),
                short => (usize::from(short), 2),
            };
            let (frame, after) = bytes.split_at(header + length);
            if frame[0] == 0x88 {
                assert_eq!(after, b"", "nothing follows a close");
                return frame[header..].to_vec();
            }
            bytes = after;
        }
    }
}

#[test]
fn a_violation_of_the_protocol_is_answered_with_the_right_code() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let cases: [(&str, u8, &[u8], u16); 9] = [
            ("half a close code", 0x88, &[3], 1002),
            ("a close code that nobody sends", 0x88, &1005_u16.to_be_bytes(), 1002),
            ("a close reason that is no UTF-8", 0x88, &[3, 232, 0xC0], 1007),
            ("a close with a code and a reason", 0x88, &[3, 233, b'x'], 1001),
            ("a reserved bit", 0xC1, b"{}", 1002),
            ("a reserved opcode", 0x83, b"", 1002),
            ("a continuation of nothing", 0x80, b"", 1002),
            ("binary", 0x82, b"{}", 1003),
            ("the first fragment is no UTF-8", 0x01, &[0xF4, 0x90], 1007),
        ];
        for (what, first, payload, code) in cases {
            let mut socket = Raw::open(&school, &session, &student).await;
            socket.sends(first, payload).await;
            let closed = socket.ends().await;
            assert_eq!(closed.get(..2), Some(code.to_be_bytes().as_slice()), "{what}");
        }
        let mut socket = Raw::open(&school, &session, &student).await;
        socket.sends(0x88, b"").await;
        assert_eq!(socket.ends().await, b"", "a close without a code is echoed without one");
    });
}

#[test]
fn empty_fragments_without_end_are_too_many_messages() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let mut socket = Raw::open(&school, &session, &student).await;
        socket.sends(0x01, b"").await;
        for _ in 0..1_000 {
            if socket.0.write_all(&[0x00, 0x80, 0, 0, 0, 0]).await.is_err() {
                break;
            }
        }
        assert_eq!(socket.ends().await[..2], 4429_u16.to_be_bytes());
    });
}
