//! Calls for help, and their answers.

use gyosil::event::HelpKind;
use gyosil::school::help::{NewHelpRequest, ask};
use gyosil::school::rights::{Caller, Role};
use serde_json::{Value, json};

use crate::classroom::{lecture_without_words, running_session};
use crate::harness::people::{Lecture, Person, Session};
use crate::harness::{School, on_both, until};

pub fn request(id: i64) -> String {
    format!("/api/help/request/{id}")
}

pub async fn view(person: &Person, id: i64) -> Value {
    person.get(&request(id)).await.ok()
}

/// The analyser has looked at it.
pub async fn settled(person: &Person, id: i64) -> Value {
    until("the analysis", async || {
        let seen = view(person, id).await;
        (seen["status"] != "ANALYZING").then_some(seen)
    })
    .await
}

/// A class on a step without texts, and a student who has called the instructor there.
pub async fn escalated(school: &School) -> (Person, Lecture, Session, Person, i64) {
    let teacher = school.teacher().await;
    let lecture = lecture_without_words(&teacher, 2).await;
    let session = teacher.opens_session(&lecture).await;
    teacher.starts(&session, lecture.steps[0]).await;
    let student = school.guest(&session, "김순자").await;
    let id = student.asks_for_help(lecture.steps[0]).await;
    assert_eq!(settled(&student, id).await["status"], "ESCALATED");
    (teacher, lecture, session, student, id)
}

pub fn answer(text: &str) -> Value {
    json!({ "help_type": "TEXT", "help_content": text, "voice_guide_text": text })
}

pub async fn rates(student: &Person, response: &Value, rating: i64) -> Value {
    let body = json!({ "help_response_id": response, "rating": rating, "feedback_text": "고마워요" });
    student.post("/api/help/feedback", body).await.ok()
}

#[test]
fn the_guide_answers_from_the_texts_of_the_step_on_both_sockets() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let mut app = student.opens(&format!("/ws/help/{}", student.id)).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let body = json!({ "subtask_id": lecture.steps[0], "user_id": student.id, "request_type": "MANUAL",
            "context_data": { "current_screen": "com.kakao.talk.MainActivity", "stuck_duration_seconds": 45 } });
        let asked = student.post("/api/help/request", body).await.is(201);
        let id = asked["help_request_id"].as_i64().unwrap();
        assert_eq!((&asked["status"], &asked["position"]), (&json!("ANALYZING"), &json!(1)));
        let called = board.waits_for("student_help_request").await["data"].clone();
        assert_eq!((&called["help_request_id"], &called["stuck_duration_seconds"]), (&json!(id), &json!(45)));
        assert_eq!(called["user"], json!({ "id": student.id, "name": "김학생" }));
        let heard = phone.waits_for("HELP_AVAILABLE").await;
        assert_eq!(app.waits_for("HELP_AVAILABLE").await, heard);
        assert_eq!(heard["help_request_id"], id);
        assert!(heard["help_response"]["help_content"].as_str().unwrap().contains("1번째 단계: 화면을 눌러주세요"));
        assert_eq!(heard["help_response"]["answered_by"], "GUIDE");
        let updated = board.waits_for("help_updated").await["data"].clone();
        // The hint takes nobody's place: the call waits for the instructor as before.
        assert_eq!((&updated["help_request_id"], &updated["status"]), (&json!(id), &json!("ESCALATED")));
        let seen = view(&student, id).await;
        assert_eq!((&seen["status"], &seen["help_response"]), (&json!("ESCALATED"), &heard["help_response"]));
        assert_eq!((&heard["request_type"], &heard["subtask_id"]), (&json!("MANUAL"), &json!(lecture.steps[0])));
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        assert_eq!((&pending[0]["help_request_id"], &pending[0]["status"]), (&json!(id), &json!("ESCALATED")));
        assert_eq!(pending[0]["suggestion"], heard["help_response"]["help_content"]);
        assert_eq!(pending[0]["is_hinted"], true, "the phone shows it already");
        let confidence = seen["analysis"]["confidence_score"].as_f64().unwrap();
        assert!((0.5..1.0).contains(&confidence), "an honest {confidence}");
        assert_eq!(view(&teacher, id).await, seen);
    });
}

#[test]
fn a_step_without_texts_goes_to_the_instructor() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, id) = escalated(&school).await;
        let seen = view(&student, id).await;
        assert_eq!((&seen["help_response"], &seen["analysis"]["confidence_score"]), (&Value::Null, &json!(0.0)));
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        assert_eq!((&pending[0]["help_request_id"], &pending[0]["status"]), (&json!(id), &json!("ESCALATED")));
        let path = format!("/api/dashboard/help-requests/pending?session_id={}", session.id + 1);
        assert_eq!(teacher.get(&path).await.ok()["pending_requests"], json!([]));
        // Finishing another step withdraws nothing.
        student.finishes(lecture.steps[1]).await;
        assert_eq!(view(&student, id).await["status"], "ESCALATED");
    });
}

#[test]
fn finishing_a_step_closes_the_calls_on_it_and_the_student_can_call_again() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, id) = escalated(&school).await;
        let mut phone = student.follows(&session).await;
        assert_eq!(phone.receives("session_state").await["data"]["open_help_request_id"], id);
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        student.finishes(lecture.steps[0]).await;
        for socket in [&mut phone, &mut board] {
            let event = socket.waits_for("help_updated").await["data"].clone();
            assert_eq!((&event["help_request_id"], &event["status"]), (&json!(id), &json!("RESOLVED")));
        }
        let pending =
            async || teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        assert_eq!(pending().await, json!([]));
        let again = student.asks_for_help(lecture.steps[0]).await;
        // Finishing a step twice counts once: the call made after it stays.
        student.finishes(lecture.steps[0]).await;
        assert_eq!(pending().await[0]["help_request_id"], again);
    });
}

#[test]
fn a_second_call_on_a_step_goes_to_the_instructor() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let first = student.asks_for_help(lecture.steps[0]).await;
        assert_eq!(settled(&student, first).await["help_response"]["answered_by"], "GUIDE");
        let second = student.asks_for_help(lecture.steps[0]).await;
        let seen = settled(&student, second).await;
        // What the analyser was not sure of is for the instructor's eyes.
        assert_eq!((&seen["status"], &seen["help_response"]), (&json!("ESCALATED"), &Value::Null));
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        assert_eq!((&pending[1]["help_request_id"], &pending[1]["priority"]), (&json!(second), &json!("HIGH")));
        assert!(pending[1]["suggestion"].as_str().unwrap().contains("화면을 눌러주세요"));
        assert_eq!(pending[1]["is_hinted"], false, "no phone shows it");
    });
}

#[test]
fn the_instructor_answers_by_hand_at_any_time() {
    on_both(|school| async move {
        let (teacher, _, session, student, id) = escalated(&school).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let respond = format!("{}/respond", request(id));
        let first = teacher.post(&respond, answer("위쪽 '친구'를 누르세요")).await.ok();
        assert_eq!((&first["status"], &first["help_request_id"]), (&json!("ANSWERED"), &json!(id)));
        let heard = phone.waits_for("HELP_AVAILABLE").await["help_response"].clone();
        assert_eq!((&heard, &heard["help_content"]), (&first["help_response"], &json!("위쪽 '친구'를 누르세요")));
        let visit = json!({ "help_type": "VISIT", "help_content": "제가 갈게요" });
        let second = teacher.post(&respond, visit).await.ok();
        let heard = phone.waits_for("HELP_AVAILABLE").await["help_response"].clone();
        assert_eq!((&heard, &heard["help_type"]), (&second["help_response"], &json!("VISIT")));
        assert_eq!(heard["answered_by"], "INSTRUCTOR");
        assert_eq!(view(&student, id).await["help_response"], second["help_response"]);
        student.post(&respond, answer("나도")).await.refused(403, "INSTRUCTOR_ONLY");
    });
}

#[test]
fn a_resolved_call_is_over() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, id) = escalated(&school).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let resolve = format!("{}/resolve", request(id));
        assert_eq!(teacher.post(&resolve, json!({})).await.ok()["status"], "RESOLVED");
        assert_eq!(board.waits_for("help_updated").await["data"]["status"], "RESOLVED");
        let details = teacher.post(&resolve, json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "RESOLVED");
        let late = teacher.post(&format!("{}/respond", request(id)), answer("늦은 답")).await;
        assert_eq!(late.refused(409, "INVALID_STATE")["status"], "RESOLVED");
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok();
        assert_eq!(pending["pending_requests"], json!([]));
        // Or by the student who found it.
        let id = student.asks_for_help(lecture.steps[1]).await;
        assert_eq!(student.post(&format!("{}/resolve", request(id)), json!({})).await.ok()["status"], "RESOLVED");
    });
}

#[test]
fn a_good_rating_resolves_a_call_and_a_bad_one_calls_the_instructor() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        for (rating, status) in [(5, "RESOLVED"), (4, "RESOLVED"), (3, "ESCALATED"), (2, "ESCALATED"), (1, "ESCALATED")]
        {
            let student = school.guest(&session, "김순자").await;
            let id = student.asks_for_help(lecture.steps[0]).await;
            let response = settled(&student, id).await["help_response"]["id"].clone();
            let taken = rates(&student, &response, rating).await;
            assert_eq!((&taken["status"], &taken["rating"]), (&json!(status), &json!(rating)));
            assert_eq!(taken["help_request_id"], id);
            assert_eq!(view(&teacher, id).await["status"], status);
        }
        let student = school.guest(&session, "이영희").await;
        for (rating, response) in [(0, 1), (6, 1), (-1, 1)] {
            let body = json!({ "help_response_id": response, "rating": rating });
            let details = student.post("/api/help/feedback", body).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], "rating");
        }
        let body = json!({ "help_response_id": 1, "rating": 5 });
        student.post("/api/help/feedback", body).await.refused(404, "NOT_FOUND");
        teacher
            .post("/api/help/feedback", json!({ "help_response_id": 1, "rating": 5 }))
            .await
            .refused(404, "NOT_FOUND");
    });
}

#[test]
fn an_answer_that_helped_is_given_to_the_next_student() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, id) = escalated(&school).await;
        let by_hand = "노란 그림을 두 번 누르지 말고 한 번만 누르세요";
        let answered = teacher.post(&format!("{}/respond", request(id)), answer(by_hand)).await.ok();
        rates(&student, &answered["help_response"]["id"], 5).await;
        let next = school.guest(&session, "이영희").await;
        let id = next.asks_for_help(lecture.steps[0]).await;
        let seen = settled(&next, id).await;
        assert_eq!((&seen["status"], &seen["help_response"]["help_content"]), (&json!("ESCALATED"), &json!(by_hand)));
    });
}

#[test]
fn an_answer_comes_again_until_its_person_has_seen_it() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let id = student.asks_for_help(lecture.steps[0]).await;
        settled(&student, id).await;
        for _ in 0..2 {
            let mut phone = student.follows(&session).await;
            phone.receives("session_state").await;
            assert_eq!(phone.receives("HELP_AVAILABLE").await["help_request_id"], id);
            let mut app = student.opens(&format!("/ws/help/{}", student.id)).await;
            assert_eq!(app.receives("HELP_AVAILABLE").await["help_request_id"], id);
        }
        // Someone else's word for it is none.
        let mate = school.guest(&session, "이영희").await;
        let mut other = mate.follows(&session).await;
        other.receives("session_state").await;
        other.asks(json!({ "type": "ack", "data": { "help_request_id": id } })).await;
        let mut phone = student.follows(&session).await;
        phone.waits_for("HELP_AVAILABLE").await;
        assert_eq!(phone.asks(json!({ "type": "ack", "data": { "help_request_id": id } })).await["type"], "reply");
        for path in [format!("/ws/session/{}/student/", session.id), format!("/ws/help/{}", student.id)] {
            let mut phone = student.opens(&path).await;
            phone.receives_only("session_state").await;
        }
        // A new answer is a new thing to see.
        teacher.post(&format!("{}/respond", request(id)), answer("다시 보세요")).await.ok();
        let mut app = student.opens(&format!("/ws/help/{}", student.id)).await;
        assert_eq!(app.receives("HELP_AVAILABLE").await["help_response"]["help_content"], "다시 보세요");
        teacher.presses(&session, "end").await.ok();
        let mut app = student.opens(&format!("/ws/help/{}", student.id)).await;
        app.receives_nothing_more().await;
    });
}

#[test]
fn a_waiting_student_learns_their_new_position() {
    on_both(|school| async move {
        let (teacher, lecture, session, _, id) = escalated(&school).await;
        let mut line = Vec::new();
        for n in 2..=3 {
            let student = school.guest(&session, &format!("학생{n}")).await;
            let mut phone = student.follows(&session).await;
            phone.receives("session_state").await;
            let asked = student.post("/api/help/request", json!({ "subtask_id": lecture.steps[0] })).await.is(201);
            assert_eq!(asked["position"], n);
            let event = phone.waits_for("help_position").await["data"].clone();
            assert_eq!(event, json!({ "help_request_id": asked["help_request_id"], "position": n }));
            line.push((phone, asked["help_request_id"].as_i64().unwrap()));
        }
        teacher.post(&format!("{}/respond", request(id)), answer("제가 갈게요")).await.ok();
        for (place, (phone, id)) in (1..).zip(&mut line) {
            let event = phone.waits_for("help_position").await["data"].clone();
            assert_eq!(event, json!({ "help_request_id": id, "position": place }));
        }
        let (_, second) = line.remove(0);
        teacher.post(&format!("{}/resolve", request(second)), json!({})).await.ok();
        let (phone, id) = &mut line[0];
        assert_eq!(phone.waits_for("help_position").await["data"], json!({ "help_request_id": *id, "position": 1 }));
    });
}

#[test]
fn both_sides_are_notified() {
    on_both(|school| async move {
        let (teacher, _, _, student, id) = escalated(&school).await;
        let notes = async |person: &Person, query: &str| {
            let list = person.get(&format!("/api/notifications{query}")).await.ok()["notifications"].clone();
            list.as_array().unwrap().clone()
        };
        assert_eq!(notes(&teacher, "").await.len(), 1, "one call, one notice");
        let answered = teacher.post(&format!("{}/respond", request(id)), answer("왼쪽을 보세요")).await.ok();
        rates(&student, &answered["help_response"]["id"], 1).await;
        let of_teacher = notes(&teacher, "").await;
        let kinds: Vec<&str> = of_teacher.iter().map(|n| n["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["HELP_ESCALATED", "HELP_REQUEST"]);
        let first = &of_teacher[1];
        assert_eq!(first["message"], "김순자님이 도움을 요청했습니다");
        assert_eq!(first["related_user"], json!({ "id": student.id, "name": "김순자" }));
        assert_eq!((&first["related_id"], &first["is_read"]), (&json!(id), &json!(false)));
        let read = format!("/api/notifications/{}/read", first["id"]);
        student.post(&read, json!({})).await.refused(404, "NOT_FOUND");
        assert_eq!(teacher.post(&read, json!({})).await.ok()["is_read"], true);
        teacher.post(&read, json!({})).await.is(200);
        assert_eq!(notes(&teacher, "?unread=true").await.len(), 1);
        assert_eq!(notes(&teacher, "?unread=false").await[0]["id"], first["id"]);
        assert_eq!(notes(&teacher, "?page=2&page_size=1").await[0]["id"], first["id"]);
        assert_eq!(notes(&student, "").await.len(), 1);
        teacher.post(&format!("{}/respond", request(id)), answer("위를 보세요")).await.ok();
        let all = "/api/notifications/read";
        teacher.post(all, json!({ "up_to": first["id"] })).await.is(204);
        assert_eq!(notes(&teacher, "?unread=true").await[0]["id"], of_teacher[0]["id"], "it came later");
        student.post(all, json!({ "up_to": null })).await.is(204);
        assert_eq!(notes(&teacher, "?unread=true").await.len(), 1, "each their own");
        let of_student = notes(&student, "").await;
        assert_eq!(of_student[0]["is_read"], true);
        teacher.post(all, json!({})).await.is(204);
        assert_eq!(notes(&teacher, "?unread=true").await, [] as [Value; 0]);
        assert_eq!((&of_student[0]["type"], &of_student[0]["related_id"]), (&json!("HELP_ANSWERED"), &json!(id)));
    });
}

#[test]
fn a_call_without_an_analysis_survives_a_restart() {
    on_both(|mut school| async move {
        let (_, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        school.closes().await;
        // A server that dies before its analyser has looked: its parts are wired, and nothing runs.
        let dying = gyosil::open(school.app.config.clone(), school.address).await.unwrap();
        let caller = Caller { id: student.id, role: Role::Student, login: 0, expires_ms: i64::MAX };
        let new = NewHelpRequest {
            item: lecture.steps[0],
            kind: HelpKind::Manual,
            context: "{}".into(),
            language: None,
            stuck_seconds: None,
            in_session: None,
        };
        let asked = ask(&dying, &caller, new, None).await.unwrap();
        assert_eq!(asked.status, "ANALYZING");
        dying.group_commit.flush().await;
        dying.db.close().await;
        let school = school.reopens().await;
        let student = student.at(school.address);
        let mut phone = student.follows(&session).await;
        assert_eq!(phone.waits_for("HELP_AVAILABLE").await["help_request_id"], asked.request);
        assert_eq!(view(&student, asked.request).await["status"], "ESCALATED");
    });
}

#[test]
fn another_instructor_sees_no_call_of_this_session() {
    on_both(|school| async move {
        let (_, _, _, student, id) = escalated(&school).await;
        let other = school.another_teacher().await;
        other.get(&request(id)).await.refused(404, "NOT_FOUND");
        other.post(&format!("{}/respond", request(id)), answer("나도")).await.refused(404, "NOT_FOUND");
        other.post(&format!("{}/resolve", request(id)), json!({})).await.refused(404, "NOT_FOUND");
        assert_eq!(view(&student, id).await["status"], "ESCALATED");
        school.admin().await.post(&format!("{}/respond", request(id)), answer("도와드릴게요")).await.ok();
    });
}

#[test]
fn a_call_with_a_key_is_one_call_and_open_calls_are_limited() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, _) = escalated(&school).await;
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let body = json!({ "subtask_id": lecture.steps[1] });
        let calls = (0..6).map(|_| student.post_once("/api/help/request", body.clone(), key));
        let ids: Vec<Value> = futures_util::future::join_all(calls)
            .await
            .into_iter()
            .map(|reply| reply.is(201)["help_request_id"].clone())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let mut phone = student.follows(&session).await;
        let said = json!({ "type": "help", "key": key, "data": body });
        assert_eq!(phone.asks(said).await["data"]["help_request_id"], ids[0]);
        let other = json!({ "subtask_id": lecture.steps[0] });
        student.post_once("/api/help/request", other, key).await.refused(409, "KEY_REUSED");
        let mut refused = None;
        for _ in 0..20 {
            let reply = student.post("/api/help/request", body.clone()).await;
            if reply.status != 201 {
                refused = Some(reply);
                break;
            }
        }
        let refused = refused.expect("a bound to what one student may have open");
        assert!(refused.headers.contains_key("retry-after"));
        refused.refused(429, "TOO_MANY_WAITING");
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok();
        assert_eq!(pending["pending_requests"].as_array().unwrap().len(), 10);
        let stranger = school.student("이학생").await;
        stranger.post("/api/help/request", body.clone()).await.refused(403, "FORBIDDEN");
        teacher.post("/api/help/request", body).await.refused(403, "STUDENT_ONLY");
    });
}

#[test]
fn a_phone_learns_the_outcome_of_its_call_and_shows_it_after_a_reload() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = lecture_without_words(&teacher, 1).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        assert_eq!(phone.receives("session_state").await["data"]["open_help_request_id"], Value::Null);
        let request = student.asks_for_help(lecture.steps[0]).await;
        let escalated = json!({ "help_request_id": request, "status": "ESCALATED" });
        assert_eq!(phone.waits_for("help_updated").await["data"], escalated);
        let reloaded = student.follows(&session).await.receives("session_state").await;
        assert_eq!(reloaded["data"]["open_help_request_id"], request);
        teacher.post(&format!("/api/help/request/{request}/resolve"), json!({})).await.ok();
        let resolved = json!({ "help_request_id": request, "status": "RESOLVED" });
        assert_eq!(phone.waits_for("help_updated").await["data"], resolved);
        let reloaded = student.follows(&session).await.receives("session_state").await;
        assert_eq!(reloaded["data"]["open_help_request_id"], Value::Null);
    });
}

#[test]
fn repeated_calls_of_one_student_push_nobody_out_of_the_queue() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = lecture_without_words(&teacher, 1).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let flood = school.students(50).await;
        let calls = flood.iter().map(async |student| {
            student.joins(&session).await;
            for _ in 0..10 {
                student.asks_for_help(lecture.steps[0]).await;
            }
        });
        futures_util::future::join_all(calls).await;
        let late = school.guest(&session, "김순자").await;
        let call = late.asks_for_help(lecture.steps[0]).await;
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        let ids: Vec<i64> =
            pending.as_array().unwrap().iter().map(|p| p["help_request_id"].as_i64().unwrap()).collect();
        assert!(ids.contains(&call), "the last of 501 calls is a first one");
        assert!(ids.is_sorted() && ids.len() == 500);
    });
}

#[test]
fn a_rating_can_be_sent_on_the_socket_and_counts_once() {
    on_both(|school| async move {
        let (teacher, _, session, student, id) = escalated(&school).await;
        let answered = teacher.post(&format!("{}/respond", request(id)), answer("위를 보세요")).await.ok();
        let key = "0c7b3d1e-52a8-4a2b-9a55-6b0d8f6f1c11";
        let rated = json!({ "help_response_id": answered["help_response"]["id"], "rating": 1 });
        let said = json!({ "type": "help_feedback", "key": key, "data": rated });
        let mut phone = student.follows(&session).await;
        assert_eq!(phone.asks(said.clone()).await["data"]["status"], "ESCALATED");
        // The reply was lost, and the instructor has answered again before the phone sends it again.
        teacher.post(&format!("{}/respond", request(id)), answer("제가 갈게요")).await.ok();
        assert_eq!(phone.asks(said).await["data"]["status"], "ANSWERED");
        let unknown = json!({ "type": "help_feedback", "data": { "help_response_id": 999_999, "rating": 5 } });
        let refused = phone.asks(unknown).await;
        assert_eq!((&refused["status"], &refused["error"]["code"]), (&json!(404), &json!("NOT_FOUND")));
    });
}
