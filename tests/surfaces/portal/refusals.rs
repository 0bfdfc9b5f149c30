//! What the portal refuses, and how: success, message, code and details, whatever is refused.

use reqwest::Method;
use serde_json::{Value, json};

use super::table::{ROWS, Row};
use crate::harness::people::{Lecture, Person, Reply};
use crate::harness::{School, on_both};

/// It was refused in the portal's dialect, with these four keys and no other; the answer is `details`.
#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) -> Value {
    let asked = reply.asked.clone();
    let body = reply.is(status);
    let form = json!({ "success": false, "message": body["message"], "code": code, "details": body["details"] });
    assert_eq!(body, form, "{asked}");
    let message = body["message"].as_str().unwrap();
    assert!(message.chars().any(|c| ('가'..='힣').contains(&c)), "{asked}: {message}");
    assert!(body["details"].is_object(), "{asked}: {body}");
    body["details"].clone()
}

#[track_caller]
fn refused_field(reply: Reply, field: &str) {
    let details = refused(reply, 400, "INVALID_REQUEST");
    assert_eq!(details["field"], field, "{details}");
    assert!(details["reason"].is_string(), "{details}");
}

struct Room {
    teacher: Person,
    student: Person,
    course: Lecture,
    enrollment: i64,
}

async fn room(school: &School) -> Room {
    let teacher = school.teacher().await;
    let course = teacher.makes_lecture("생활체육 지도자 기초", 1).await;
    let student = school.student("김학생").await;
    let applied = student.post("/api/v1/enrollments", json!({ "course_id": course.id })).await.is(201);
    Room { teacher, student, course, enrollment: applied["enrollment_id"].as_i64().unwrap() }
}

fn filled(row: &Row, with: &str) -> String {
    let day = row.path.replace("{class_date}", "2025-03-03").replace("{certificate_no}", "CERT-20250630-A3F7K9");
    row.placeholders().iter().fold(day, |path, key| path.replace(&format!("{{{key}}}"), with))
}

async fn asks(person: &Person, row: &Row, path: &str) -> Reply {
    let method: Method = row.method.parse().unwrap();
    let body = [Method::POST, Method::PUT, Method::PATCH].contains(&method).then(|| json!({}));
    person.asks(method, path, body, &[]).await
}

#[test]
fn no_row_of_the_seed_is_for_people_without_a_token() {
    on_both(|school| async move {
        let mut forged = school.nobody();
        forged.token = Some("e30.e30.e30".into());
        for row in ROWS {
            refused(asks(&school.nobody(), row, &filled(row, "1")).await, 401, "UNAUTHORIZED");
            refused(asks(&forged, row, &filled(row, "1")).await, 401, "UNAUTHORIZED");
        }
        let student = school.student("김학생").await;
        school.later(1_801);
        refused(student.get("/api/v1/enrollments/me").await, 401, "TOKEN_EXPIRED");
    });
}

#[test]
fn invalid_and_unknown_ids_are_refused_in_every_row() {
    on_both(|school| async move {
        let admin = school.admin().await;
        for row in ROWS.iter().filter(|row| !row.placeholders().is_empty()) {
            let first = row.placeholders()[0];
            if first != "certificate_no" {
                for wrong in ["first", "1.5", "99999999999999999999"] {
                    refused_field(asks(&admin, row, &filled(row, wrong)).await, first);
                }
            }
            // Of a body that lacks something, that may be said first.
            let lacks = row.method != "GET" && row.beside().next().is_some();
            let reply = asks(&admin, row, &filled(row, "987654321")).await;
            if lacks && reply.status == 400 {
                refused(reply, 400, "INVALID_REQUEST");
            } else {
                refused(reply, 404, "NOT_FOUND");
            }
        }
    });
}

#[test]
fn an_unreadable_request_names_its_field() {
    on_both(|school| async move {
        let Room { teacher, student, course, enrollment } = room(&school).await;
        let path = "/api/v1/enrollments";
        refused_field(student.post(path, json!({})).await, "course_id");
        refused_field(student.post(path, json!({ "course_id": "1" })).await, "course_id");
        let progress = json!({ "enrollment_id": enrollment, "content_id": course.steps[0], "progress_rate": 100.5 });
        refused_field(student.post("/api/v1/progress", progress).await, "progress_rate");
        let pays = json!({ "payment_amount": 0, "payment_method": "CARD" });
        refused_field(student.post(&format!("{path}/{enrollment}/payment"), pays).await, "payment_amount");
        let refuses = json!({ "rejection_reason": " " });
        refused_field(teacher.patch(&format!("{path}/{enrollment}/reject"), refuses).await, "rejection_reason");
        let mark = json!({ "enrollment_id": enrollment, "class_date": "2025-02-30", "attendance_type": "PRESENT" });
        refused_field(teacher.post("/api/v1/attendance", mark).await, "class_date");
        let word = json!({ "enrollment_id": enrollment, "class_date": "2025-03-03", "attendance_type": "출석" });
        refused_field(teacher.post("/api/v1/attendance", word).await, "attendance_type");
        for (query, field) in
            [("status=OPEN", "status"), ("is_waiting=maybe", "is_waiting"), ("page=0", "page"), ("size=101", "size")]
        {
            refused_field(teacher.get(&format!("{path}?{query}")).await, field);
        }
        for body in ["{", "{} and more", "[]", "1", "{\"course_id\": \"\u{1}\"}"] {
            refused(student.sends_raw(path, "application/json", body.into()).await, 400, "INVALID_REQUEST");
        }
        refused(student.sends_raw(path, "application/json", b"{\"\xff\": 1}".into()).await, 400, "INVALID_REQUEST");
        refused(student.sends_raw(path, "text/plain", b"{}".into()).await, 415, "UNSUPPORTED_MEDIA_TYPE");
        let large = json!({ "rejection_reason": "x".repeat(2 * 1024 * 1024) });
        refused(student.post(path, large).await, 413, "TOO_LARGE");
    });
}

#[test]
fn a_foreign_record_is_403_or_404() {
    on_both(|school| async move {
        let Room { teacher, student, course, enrollment } = room(&school).await;
        let (stranger, colleague) = (school.student("이학생").await, school.another_teacher().await);
        let own = format!("/api/v1/enrollments/{enrollment}");
        refused(stranger.get(&own).await, 404, "NOT_FOUND");
        refused(colleague.get(&own).await, 403, "FORBIDDEN");
        refused(student.patch(&format!("{own}/approve"), json!({})).await, 403, "INSTRUCTOR_ONLY");
        refused(colleague.patch(&format!("{own}/approve"), json!({})).await, 403, "FORBIDDEN");
        let foreign = json!({ "user_id": stranger.id, "course_id": course.id });
        refused(student.post("/api/v1/enrollments", foreign).await, 403, "FORBIDDEN");
        refused(teacher.post("/api/v1/enrollments", json!({ "course_id": course.id })).await, 403, "STUDENT_ONLY");
    });
}

#[test]
fn a_wrong_move_is_409_and_names_the_state_that_forbids_it() {
    on_both(|school| async move {
        let Room { teacher, student, course, enrollment } = room(&school).await;
        let own = format!("/api/v1/enrollments/{enrollment}");
        let again = student.post("/api/v1/enrollments", json!({ "course_id": course.id })).await;
        assert_eq!(refused(again, 409, "ALREADY_ENROLLED"), json!({}));
        let approved = teacher.patch(&format!("{own}/approve"), json!({})).await;
        assert_eq!(refused(approved, 409, "INVALID_STATE"), json!({ "status": "APPROVED" }));
        let waits = teacher.patch(&format!("{own}/approve-waiting"), json!({})).await;
        assert_eq!(refused(waits, 409, "INVALID_STATE")["status"], "APPROVED");
        let refund = json!({ "refund_amount": 1, "refund_reason": "없음" });
        refused(teacher.post(&format!("{own}/refund"), refund).await, 409, "UNPAID");
        let done = teacher.post("/api/v1/completions", json!({ "enrollment_id": enrollment })).await;
        assert_eq!(refused(done, 409, "REQUIREMENTS_NOT_MET"), json!({ "missing": ["progress"] }));
    });
}

#[test]
fn unknown_paths_beside_the_rows_are_refused_in_their_dialect() {
    on_both(|school| async move {
        let (student, nobody) = (school.student("김학생").await, school.nobody());
        for path in ["/api/v1/nothing", "/api/v1/enrollments/1/nothing", "/api/v1/", "/api/v1/attendance/a/b/c/d"] {
            refused(student.get(path).await, 404, "NOT_FOUND");
            refused(nobody.post(path, json!({})).await, 404, "NOT_FOUND");
        }
        for row in ROWS {
            let wrong = asks(&student, &Row { method: "TRACE", ..*row }, &filled(row, "1")).await;
            refused(wrong, 405, "METHOD_NOT_ALLOWED");
        }
        refused(student.get("/api/v1/enrollments/%FF").await, 400, "INVALID_REQUEST");
    });
}
