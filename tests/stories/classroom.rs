//! What many stories begin with, and small questions that they ask.

use serde_json::{Value, json};

use crate::harness::School;
use crate::harness::people::{Lecture, PASSWORD, Person, Reply, Session};
use crate::harness::socket::Socket;

/// A teacher, a lecture of so many steps, and its session in the waiting room.
pub async fn new_session(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let session = teacher.opens_session(&lecture).await;
    (teacher, lecture, session)
}

/// The same, with the session on its first step.
pub async fn running_session(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let (teacher, lecture, session) = new_session(school, steps).await;
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

/// One more class of a course, as planned.
pub async fn adds_class(teacher: &Person, course: i64, plan: Value) -> i64 {
    let mut new = json!({ "class_name": "저녁반" });
    new.as_object_mut().unwrap().extend(plan.as_object().unwrap().clone());
    let made = teacher.post(&format!("/api/v1/courses/{course}/classes"), new).await.is(201);
    made["class_id"].as_i64().unwrap()
}

pub async fn plans(teacher: &Person, course: i64, class: i64, plan: Value) {
    teacher.put(&format!("/api/v1/courses/{course}/classes/{class}"), plan).await.ok();
}

pub async fn default_class(teacher: &Person, course: i64) -> i64 {
    let classes = teacher.get(&format!("/api/v1/courses/{course}/classes")).await.ok();
    classes["classes"][0]["class_id"].as_i64().unwrap()
}

pub async fn applies(student: &Person, course: i64, class: i64) -> Reply {
    student.post("/api/v1/enrollments", json!({ "course_id": course, "class_id": class })).await
}

/// … and the number of the application.
pub async fn applied(student: &Person, course: i64, class: i64) -> i64 {
    applies(student, course, class).await.is(201)["enrollment_id"].as_i64().unwrap()
}

/// What is to become of an enrollment.
pub async fn decides(person: &Person, enrollment: i64, decision: &str) -> Reply {
    let reason = match decision {
        "reject" => json!({ "rejection_reason": "선수 과정" }),
        _ => json!({ "cancel_reason": "개인 사정" }),
    };
    person.patch(&format!("/api/v1/enrollments/{enrollment}/{decision}"), reason).await
}

pub async fn enrollment(person: &Person, id: i64) -> Value {
    person.get(&format!("/api/v1/enrollments/{id}")).await.ok()["enrollment"].clone()
}

/// What no address does yet.
pub async fn by_hand(school: &School, sql: String) {
    let mut tx = school.app.db.begin().await.unwrap();
    tx.run(sql, Vec::new()).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
}
