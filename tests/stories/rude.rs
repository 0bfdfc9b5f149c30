//! Sockets of people who do not keep to the protocol: their own may close, the others in the room live on.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tungstenite::Message;

use crate::classroom::running_session;
use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{School, on_both};

/// A class in which a well-behaved phone and a dashboard sit beside the rude one.
struct Room {
    teacher: Person,
    lecture: Lecture,
    session: Session,
    rude: Person,
    phone: Socket,
    board: Socket,
}

impl Room {
    async fn of(school: &School) -> Room {
        let (teacher, lecture, session) = running_session(school, 2).await;
        let grandma = school.guest(&session, "김순자").await;
        let rude = school.guest(&session, "장난꾼").await;
        let mut phone = grandma.follows(&session).await;
        phone.receives("session_state").await;
        let mut board = teacher.watches(&session).await;
        // A state that is read after the next step would stand for that step.
        board.receives("session_state").await;
        Room { teacher, lecture, session, rude, phone, board }
    }

    async fn rude_socket(&self) -> Socket {
        let mut socket = self.rude.follows(&self.session).await;
        socket.receives("session_state").await;
        socket
    }

    /// The class goes on for everyone else.
    async fn lives_on(&mut self) {
        for step in [self.lecture.steps[1], self.lecture.steps[0]] {
            self.teacher.moves_to(&self.session, step).await;
            assert_eq!(self.phone.receives("step_changed").await["data"]["current_subtask"]["id"], step);
            self.board.waits_for("step_changed").await;
        }
    }
}

#[test]
fn a_message_that_makes_no_sense_is_answered_and_the_socket_stays() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let mut socket = room.rude_socket().await;
        let deep = "[".repeat(60_000);
        for text in ["", "{", "nul", "5", "null", "[]", "\"progress\"", "{}", "{\"type\":5}", "{\"type\":null}", &deep]
        {
            socket.sends_raw(Message::text(text)).await;
            let answer = socket.receives("error").await;
            assert_eq!(answer["error"]["code"], "INVALID_REQUEST", "{text:.20}: {answer}");
            assert!(answer["error"]["message"].is_string() && answer["error"]["details"].is_object());
        }
        for (message, field) in [
            (json!({ "type": "dance" }), "type"),
            (json!({ "type": "" }), "type"),
            (json!({ "type": "student_joined", "data": {} }), "type"),
            (json!({ "type": "progress" }), "subtask_id"),
            (json!({ "type": "progress", "data": null }), "subtask_id"),
            (json!({ "type": "progress", "data": { "subtask_id": "x", "status": "COMPLETED" } }), "subtask_id"),
            (json!({ "type": "progress", "data": { "subtask_id": 1.5, "status": "COMPLETED" } }), "subtask_id"),
            (json!({ "type": "progress", "data": { "subtask_id": 1, "status": "DONE" } }), "status"),
            (json!({ "type": "progress", "data": { "subtask_id": 1 } }), "status"),
            (json!({ "type": "help", "data": { "subtask_id": [] } }), "subtask_id"),
            (json!({ "type": "help", "data": { "subtask_id": 1, "request_type": "LOUD" } }), "request_type"),
            (json!({ "type": "log", "data": [{ "event_type": "a\u{0}b" }] }), "[0].event_type"),
            (json!({ "type": "log", "data": [] }), "logs"),
            (json!({ "type": "ack", "data": { "seq": "x" } }), "seq"),
            (json!({ "type": "resume", "data": { "seq": "x" } }), "seq"),
            (json!({ "type": "token", "data": {} }), "access_token"),
            (
                json!({ "type": "progress", "key": "no-uuid", "data": { "subtask_id": room.lecture.steps[0],
                "status": "COMPLETED" } }),
                "key",
            ),
        ] {
            let answer = socket.asks(message.clone()).await;
            let error = &answer["error"];
            assert_eq!((&answer["type"], &error["code"]), (&json!("error"), &json!("INVALID_REQUEST")), "{answer}");
            assert_eq!(error["details"]["field"], field, "{message}: {answer}");
        }
        room.lives_on().await;
        assert_eq!(socket.waits_for("step_changed").await["data"]["current_subtask"]["id"], room.lecture.steps[1]);
    });
}

#[test]
fn unknown_ids_on_a_socket_are_refused_and_change_nothing() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let mut socket = room.rude_socket().await;
        for id in [-1, 0, i64::MAX, i64::MIN] {
            for message in [
                json!({ "type": "progress", "data": { "subtask_id": id, "status": "COMPLETED" } }),
                json!({ "type": "help", "data": { "subtask_id": id } }),
                json!({ "type": "log", "data": [{ "event_type": "CLICK", "subtask_id": id }] }),
            ] {
                let answer = socket.asks(message.clone()).await;
                assert_eq!(answer["error"]["code"], "NOT_FOUND", "{message}: {answer}");
            }
            let answer = socket.asks(json!({ "type": "ack", "data": { "help_request_id": id } })).await;
            assert_ne!(answer["error"]["code"], "INTERNAL_ERROR", "{answer}");
            socket.sends(json!({ "type": "resume", "data": { "seq": id } })).await;
            if id != 0 {
                socket.receives("session_state").await;
            } else {
                socket.receives("session_started").await;
            }
        }
        room.lives_on().await;
    });
}

#[test]
fn a_student_gives_no_command_of_the_instructor() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let mut socket = room.rude_socket().await;
        let step = room.lecture.steps[1];
        for word in ["start", "next_step", "pause", "resume", "end"] {
            let answer = socket.asks(json!({ "type": word, "data": { "next_subtask_id": step } })).await;
            assert_eq!(answer["type"], "error", "{word}: {answer}");
        }
        let state = room.teacher.get(&format!("/api/sessions/{}/current", room.session.id)).await.ok();
        assert_eq!(
            (&state["status"], &state["current_subtask"]["id"]),
            (&json!("IN_PROGRESS"), &json!(room.lecture.steps[0]))
        );
        // Nor does anyone renew a socket with somebody else's token.
        let teachers = json!({ "type": "token", "data": { "access_token": room.teacher.token } });
        assert_eq!(socket.asks(teachers).await["error"]["code"], "FORBIDDEN");
        room.lives_on().await;
    });
}

#[test]
fn frames_against_the_protocol_close_their_own_socket_only() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let masked = [1_u8, 2, 3, 4];
        for (what, bytes, code) in [
            ("binary", [&[0x82, 0x81][..], &masked, b"x"].concat(), 1003),
            ("unmasked", vec![0x81, 1, b'x'], 1002),
            ("reserved bit 1", [&[0xC1, 0x81][..], &masked, b"x"].concat(), 1002),
            ("reserved bit 2", [&[0xA1, 0x81][..], &masked, b"x"].concat(), 1002),
            ("reserved bit 3", [&[0x91, 0x81][..], &masked, b"x"].concat(), 1002),
            ("reserved opcode", [&[0x83, 0x81][..], &masked, b"x"].concat(), 1002),
            ("a continuation of nothing", [&[0x80, 0x81][..], &masked, b"x"].concat(), 1002),
            ("a ping in pieces", [&[0x09, 0x81][..], &masked, b"x"].concat(), 1002),
            ("no UTF-8", [&[0x81, 0x81][..], &[0; 4], &[0xFF]].concat(), 1007),
            ("a length over 64 KiB", [&[0x81, 0xFF][..], &(65_537_u64).to_be_bytes(), &masked].concat(), 1009),
            ("a length without end", [&[0x81, 0xFF][..], &[0xFF; 8], &masked].concat(), 1009),
        ] {
            let mut socket = room.rude_socket().await;
            socket.stream.get_mut().write_all(&bytes).await.unwrap();
            assert_eq!(socket.ends().await.code, code, "{what}");
        }
        let mut socket = room.rude_socket().await;
        socket.sends_raw(Message::text("x".repeat(64 * 1024 + 1))).await;
        assert_eq!(socket.ends().await.code, 1009);
        let mut socket = room.rude_socket().await;
        let fits = json!({ "type": "ping", "id": "x".repeat(60 * 1024) });
        assert_eq!(socket.asks(fits).await["type"], "reply");
        room.lives_on().await;
    });
}

#[test]
fn a_socket_that_sends_too_much_is_closed_and_the_others_are_not() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let socket = room.rude_socket().await;
        let (mut mouth, mut ears) = socket.stream.split();
        let talks = async {
            for n in 0..1_000 {
                let message = Message::text(json!({ "type": "ping", "id": n }).to_string());
                if mouth.send(message).await.is_err() {
                    break;
                }
            }
        };
        let listens = async {
            loop {
                match ears.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return u16::from(frame.code),
                    Some(Ok(_)) => {}
                    other => panic!("it ended without a word: {other:?}"),
                }
            }
        };
        let (_, code) = tokio::join!(talks, listens);
        assert_eq!(code, 4429);
        room.lives_on().await;
        // Whoever calms down is let in again.
        let mut again = room.rude_socket().await;
        again.receives_nothing_more().await;
    });
}

#[test]
fn false_reports_of_a_phones_screen_spoil_nothing() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let mut socket = room.rude_socket().await;
        for seq in [i64::MAX, 1_000_000, -1] {
            socket.asks(json!({ "type": "ack", "data": { "seq": seq } })).await;
        }
        room.teacher.moves_to(&room.session, room.lecture.steps[1]).await;
        let moved = room.phone.receives("step_changed").await;
        room.phone.asks(json!({ "type": "ack", "data": { "seq": moved["seq"] } })).await;
        let mut board = room.teacher.watches(&room.session).await;
        assert_eq!(board.receives("session_state").await["data"]["shown"], 1);
    });
}

#[test]
fn an_invalid_handshake_is_refused() {
    on_both(|school| async move {
        let mut room = Room::of(&school).await;
        let path = format!("/ws/session/{}/student/", room.session.id);
        let token = room.rude.token.clone().unwrap();
        let upgrade = ("upgrade", "websocket");
        let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let version = ("sec-websocket-version", "13");
        let no_base64 = "dGhlIHNhbXBsZSBub25j-Q==";
        for (headers, field) in [
            (vec![], "Upgrade"),
            (vec![("connection", "upgrade"), upgrade, key, ("sec-websocket-version", "8")], "Sec-WebSocket-Version"),
            (vec![("connection", "upgrade"), upgrade, version], "Sec-WebSocket-Key"),
            (vec![("connection", "upgrade"), ("upgrade", "h2c"), key, version], "Upgrade"),
            (vec![("connection", "upgrade"), upgrade, ("sec-websocket-key", "SGVsbG8="), version], "Sec-WebSocket-Key"),
            (vec![("connection", "upgrade"), upgrade, ("sec-websocket-key", no_base64), version], "Sec-WebSocket-Key"),
            (vec![("connection", "upgrade"), upgrade, key, key, version], "Sec-WebSocket-Key"),
            (vec![("connection", "upgrade"), upgrade, key, version, version], "Sec-WebSocket-Version"),
            (vec![("connection", "upgrade"), upgrade, key], "Sec-WebSocket-Version"),
            (vec![("connection", "close"), upgrade, key, version], "Upgrade"),
        ] {
            let mut head = format!("GET {path} HTTP/1.1\r\nhost: gyosil\r\nauthorization: Bearer {token}\r\n");
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            let mut tcp = TcpStream::connect(school.address).await.unwrap();
            tcp.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
            let mut answer = vec![0; 4_096];
            let length = tcp.read(&mut answer).await.unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
            assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
            assert!(answer.contains("sec-websocket-version: 13\r\n"), "{answer}");
            let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
            assert_eq!(body["error"]["details"]["field"], field, "{body}");
        }
        for since in ["abc", "1.5", "99999999999999999999", "%00"] {
            assert_eq!(room.rude.tries_to_open(&format!("{path}?since={since}")).await.err(), Some(400), "{since}");
        }
        let mut socket = room.rude.opens(&format!("{path}?since=-5&device={}", "x".repeat(2_000))).await;
        socket.receives("session_state").await;
        room.lives_on().await;
    });
}
