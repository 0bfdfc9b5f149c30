//! What many stories begin with, and small questions that they ask.

use serde_json::{Value, json};

use crate::harness::School;
use crate::harness::people::{Lecture, PASSWORD, Person, Session};
use crate::harness::socket::Socket;

/// A teacher, a lecture of so many steps, and its session in the waiting room.
pub async fn class(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let session = teacher.opens_session(&lecture).await;
    (teacher, lecture, session)
}

/// … and the class walks on its first step.
pub async fn running_class(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let (teacher, lecture, session) = class(school, steps).await;
    teacher.starts(&session, lecture.steps[0]).await;
    (teacher, lecture, session)
}

/// A lecture whose steps say nothing: the analyser has nothing to answer with.
pub async fn lecture_without_words(teacher: &Person, steps: usize) -> Lecture {
    let mut lecture = teacher.makes_lecture("설명 없는 강의", 0).await;
    for n in 1..=steps {
        let path = format!("/api/tasks/{}/subtasks", lecture.task);
        let step = teacher.post(&path, json!({ "title": format!("{n}번째 단계") })).await.is(201);
        lecture.steps.push(step["id"].as_i64().unwrap());
    }
    lecture
}

pub async fn log_of(teacher: &Person, session: &Session) -> Vec<Value> {
    let events = teacher.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
    events["events"].as_array().unwrap().clone()
}

pub async fn how_often(teacher: &Person, session: &Session, kind: &str) -> usize {
    log_of(teacher, session).await.iter().filter(|event| event["type"] == kind).count()
}

/// Whose access has ended is not listened to any more: the socket is closed before it answers.
pub async fn is_shut_out(socket: &mut Socket, why: &str) {
    let ping = json!({ "type": "ping", "id": "anyone there?" });
    let _ = futures_util::SinkExt::send(&mut socket.stream, tungstenite::Message::text(ping.to_string())).await;
    loop {
        match socket.next().await {
            Ok(frame) => assert_ne!(frame["id"], "anyone there?", "the socket still answers after {why}"),
            Err(closed) => return assert_eq!(closed.code, 4401, "after {why}"),
        }
    }
}

/// A login of this person on one more phone.
pub async fn another_phone(school: &School, email: &str) -> Person {
    school.nobody().logs_in(email, PASSWORD).await
}

/// Whoever holds this token.
pub fn holding(school: &School, token: &str) -> Person {
    let mut person = school.nobody();
    person.token = Some(token.to_owned());
    person
}
