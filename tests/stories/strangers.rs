//! Nobody finds people or sessions by counting, and who was shown out calls nobody.

use gyosil::error::Error;
use gyosil::event::HelpKind;
use gyosil::school::help::{NewHelpRequest, ask};
use gyosil::school::rights::{Caller, Role};
use serde_json::{Value, json};

use crate::classroom::{new_session, running_session};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both, on_both_with};

fn is_drawn_at_random(id: i64) -> bool {
    (1 << 31..1 << 53).contains(&id)
}

#[test]
fn the_ids_of_people_and_sessions_are_drawn_at_random() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let another = teacher.opens_session(&lecture).await;
        let (student, guest, admin) =
            (school.student("김학생").await, school.guest(&session, "이영희").await, school.admin().await);
        let ids = [teacher.id, student.id, guest.id, admin.id, session.id, another.id];
        assert!(ids.into_iter().all(is_drawn_at_random), "{ids:?}");
        // Neither is one near another, as it would be if they were counted.
        let mut sorted = ids;
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] > 100), "{ids:?}");
        assert!(!is_drawn_at_random(lecture.id) && !is_drawn_at_random(lecture.steps[0]));
    });
}

#[test]
fn people_and_sessions_are_listed_in_the_order_in_which_they_came() {
    on_both(|school| async move {
        let (teacher, lecture, first) = new_session(&school, 1).await;
        let mut sessions = vec![first.id];
        for _ in 0..5 {
            sessions.push(teacher.opens_session(&lecture).await.id);
        }
        sessions.reverse();
        let mut listed = Vec::new();
        for page in [1, 2] {
            let path = format!("/api/lectures/{}/sessions?page={page}&page_size=3", lecture.id);
            let answer = teacher.get(&path).await.ok();
            listed.extend(answer["results"].as_array().unwrap().iter().map(|s| s["session_id"].clone()));
        }
        assert_eq!(listed, sessions.iter().map(|id| json!(id)).collect::<Vec<Value>>());

        let admin = school.admin().await;
        let students = school.students(5).await;
        let answer = admin.get("/api/admin/people?page_size=50").await.ok();
        let ids = answer["results"].as_array().unwrap().iter().map(|p| p["id"].as_i64().unwrap()).collect::<Vec<_>>();
        let mut came = vec![teacher.id, admin.id];
        came.extend(students.iter().map(|s| s.id));
        assert_eq!(ids, came);
    });
}

async fn enrols(person: &Person, course: i64, student: Value) -> Reply {
    let mut body = student;
    body["course_id"] = json!(course);
    person.post("/api/v1/enrollments", body).await
}

async fn roster(teacher: &Person, course: i64) -> Vec<i64> {
    let found = teacher.get(&format!("/api/v1/enrollments?course_id={course}&size=100")).await.ok();
    found["enrollments"].as_array().unwrap().iter().map(|e| e["user_id"].as_i64().unwrap()).collect()
}

/// The answer, but for what differs between any two answers.
fn said(reply: &Reply) -> String {
    format!("{} {}", reply.status, reply.json)
}

#[test]
fn an_instructor_cannot_tell_a_strangers_id_from_none() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let (stranger, colleague) = (school.student("김학생").await, school.another_teacher().await);
        let free = (1 << 52) + 4_711;
        let unknown = said(&enrols(&teacher, lecture.id, json!({ "user_id": free })).await);
        for id in [stranger.id, colleague.id, school.admin().await.id] {
            let reply = enrols(&teacher, lecture.id, json!({ "user_id": id })).await;
            assert_eq!(said(&reply), unknown);
            reply.refused(404, "NOT_FOUND");
        }
        assert_eq!(roster(&teacher, lecture.id).await, [0; 0]);
        // Neither does anything else that takes an id of a person.
        let marks = |id: i64| {
            json!({ "course_id": lecture.id, "class_date": "2025-03-03",
            "attendances": [{ "user_id": id, "attendance_type": "PRESENT" }] })
        };
        let session = teacher.opens_session(&lecture).await;
        let mut answers = Vec::new();
        for id in [free, stranger.id] {
            let replies = [
                teacher.get(&format!("/api/progress/users/{id}/lectures/{}", lecture.id)).await,
                teacher.get(&format!("/api/v1/enrollments?user_id={id}")).await,
                teacher.post("/api/v1/attendance/batch", marks(id)).await,
                teacher.post(&format!("/api/sessions/{}/participants/{id}/remove", session.id), json!({})).await,
                teacher.post(&format!("/api/sessions/{}/participants/{id}/reentry", session.id), json!({})).await,
                teacher
                    .post(&format!("/api/sessions/{}/staff", session.id), json!({ "user_id": id, "role": "HOST" }))
                    .await,
                teacher.post(&format!("/api/sessions/{}/staff/{id}/remove", session.id), json!({})).await,
                teacher
                    .post(
                        &format!("/api/sessions/{}/participants/{id}/message", session.id),
                        json!({ "message": "안녕" }),
                    )
                    .await,
                stranger.get(&format!("/api/progress/users/{}/lectures/{}", id ^ 1, lecture.id)).await,
            ];
            answers.push(replies.iter().map(said).collect::<Vec<_>>());
        }
        assert_eq!(answers[0], answers[1]);
    });
}

#[test]
fn an_instructor_enrols_by_exact_contact_and_does_not_learn_who_exists() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let (admin, kim, lee) = (school.admin().await, school.student("김학생").await, school.student("이학생").await);
        kim.put(
            "/api/auth/me",
            json!({ "phone": "010-1234-5678", "current_password": crate::harness::people::PASSWORD }),
        )
        .await
        .ok();
        let number = format!("/api/admin/people/{}/student-no", lee.id);
        admin.patch(&number, json!({ "student_no": "20241001" })).await.ok();
        let mail = kim.get("/api/auth/me").await.ok()["email"].as_str().unwrap().to_uppercase();
        let answer = said(&enrols(&teacher, lecture.id, json!({ "email": "nobody@example.com" })).await);
        assert!(answer.starts_with("202 "), "{answer}");
        for (student, now) in [
            (json!({ "phone": "01099999999" }), vec![]),
            (json!({ "student_no": "20249999" }), vec![]),
            (json!({ "email": "teacher@example.com" }), vec![]),
            (json!({ "email": "admin@example.com" }), vec![]),
            (json!({ "phone": "01012345678" }), vec![kim.id]),
            (json!({ "email": mail }), vec![kim.id]),
            (json!({ "student_no": "20241001" }), vec![lee.id, kim.id]),
        ] {
            let reply = enrols(&teacher, lecture.id, student.clone()).await;
            assert_eq!(said(&reply), answer, "{student}");
            assert_eq!(roster(&teacher, lecture.id).await, now, "{student}");
        }
        let notices = kim.get("/api/notifications").await.ok();
        assert_eq!(notices["notifications"].as_array().unwrap().len(), 1);
        let stranger = school.another_teacher().await;
        for email in ["nobody@example.com", "teacher@example.com"] {
            enrols(&stranger, lecture.id, json!({ "email": email })).await.refused(403, "FORBIDDEN");
            enrols(&kim, lecture.id, json!({ "email": email })).await.refused(403, "FORBIDDEN");
        }
        let twice = json!({ "email": "a@example.com", "phone": "01012345678" });
        assert_eq!(enrols(&teacher, lecture.id, twice).await.refused(400, "INVALID_REQUEST")["field"], "user_id");
    });
}

#[test]
fn trying_out_contacts_is_slow_whether_they_are_found_or_not() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        school.student("김학생").await;
        for n in 0..60 {
            let student = json!({ "student_no": format!("2024{n:04}") });
            enrols(&teacher, lecture.id, student).await.is(202);
        }
        enrols(&teacher, lecture.id, json!({ "student_no": "20240061" })).await.refused(429, "TOO_MANY_REQUESTS");
        enrols(&school.admin().await, lecture.id, json!({ "student_no": "20240061" })).await.is(202);
        school.later(15 * 60 + 1);
        let teacher = teacher.refreshes().await;
        enrols(&teacher, lecture.id, json!({ "student_no": "20240061" })).await.is(202);
    });
}

async fn calls_by_socket(school: &School, person: &Person, session: i64, item: i64) -> Result<(), Error> {
    let caller = Caller { id: person.id, role: Role::Student, login: 0, expires_ms: i64::MAX };
    let (kind, context) = (HelpKind::Manual, "{}".to_owned());
    let new = NewHelpRequest { item, kind, context, language: None, stuck_seconds: None, in_session: Some(session) };
    ask(&school.app, &caller, new, None).await.map(drop)
}

#[test]
fn a_removed_participant_cannot_call_for_help() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        let call = guest.asks_for_help(lecture.steps[0]).await;
        let answer = json!({ "help_type": "TEXT", "help_content": "아래를 보세요" });
        let answered = teacher.post(&format!("/api/help/request/{call}/respond"), answer).await.ok();
        let response = answered["help_response"]["id"].as_i64().unwrap();
        let removes = format!("/api/sessions/{}/participants/{}/remove", session.id, guest.id);
        let open = guest.asks_for_help(lecture.steps[0]).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        teacher.post(&removes, json!({})).await.ok();
        // Meanwhile the analyser may have handed the call on.
        let is_withdrawn = |frame: &Value| frame["type"] == "help_updated" && frame["data"]["status"] == "WITHDRAWN";
        let event = board.waits_until("a call that is withdrawn", is_withdrawn).await;
        assert_eq!(event["data"]["help_request_id"], open);
        let calls = async || {
            let body = json!({ "subtask_id": lecture.steps[0], "request_type": "MANUAL" });
            guest.post("/api/help/request", body).await
        };
        let not_yet = json!({ "help_response_id": response, "rating": 1 });
        calls().await.refused(403, "REMOVED");
        guest.post("/api/help/feedback", not_yet).await.refused(403, "REMOVED");
        let by_socket = calls_by_socket(&school, &guest, session.id, lecture.steps[0]).await;
        assert!(matches!(by_socket, Err(Error::Removed)), "{by_socket:?}");
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok();
        assert_eq!(pending["pending_requests"], json!([]));
        // Neither when the session is over; in the next one they are like anyone else.
        teacher.presses(&session, "end").await.ok();
        calls().await.refused(403, "REMOVED");
        let next = teacher.opens_session(&lecture).await;
        teacher.starts(&next, lecture.steps[0]).await;
        guest.joins(&next).await;
        calls().await.is(201);
    });
}

#[test]
fn joining_an_ended_session_gives_no_right_back() {
    on_both(|school| async move {
        let (teacher, lecture, ended) = running_session(&school, 1).await;
        teacher.presses(&ended, "end").await.ok();
        school.later(60);
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let guest = school.guest(&session, "김순자").await;
        teacher.post(&format!("/api/sessions/{}/participants/{}/remove", session.id, guest.id), json!({})).await.ok();
        let calls = async || {
            let body = json!({ "subtask_id": lecture.steps[0], "request_type": "MANUAL" });
            guest.post("/api/help/request", body).await
        };
        guest.joins(&ended).await;
        calls().await.refused(403, "REMOVED");
        teacher.presses(&session, "end").await.ok();
        // A person who took part in the next session to its end has all rights again.
        let next = teacher.opens_session(&lecture).await;
        teacher.starts(&next, lecture.steps[0]).await;
        guest.joins(&next).await;
        teacher.presses(&next, "end").await.ok();
        calls().await.is(201);
    });
}
