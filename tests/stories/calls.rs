//! A call for help waits for a person, and can be taken back.

use serde_json::{Value, json};

use crate::classroom::{by_hand, how_often, lecture_without_words, running_session};
use crate::harness::{on_both, on_both_with};
use crate::help::{answer, escalated, rates, request, settled};

#[test]
fn a_call_is_with_the_instructor_from_its_first_moment_until_a_person_settles_it() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.guest(&session, "김순자").await;
        let waiting = async || {
            let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
            pending.as_array().unwrap().iter().map(|p| p["help_request_id"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        let call = student.asks_for_help(lecture.steps[0]).await;
        assert_eq!(waiting().await, [call], "before the analyser has looked");
        let hint = settled(&student, call).await["help_response"].clone();
        assert_eq!(hint["answered_by"], "GUIDE");
        assert_eq!(waiting().await, [call], "and after its hint");
        assert_eq!(rates(&student, &hint["id"], 1).await["status"], "ESCALATED");
        teacher.moves_to(&session, lecture.steps[1]).await;
        assert_eq!(waiting().await, [call], "whatever else happens");
        teacher.post(&format!("{}/respond", request(call)), answer("제가 갈게요")).await.ok();
        assert_eq!(waiting().await, [] as [i64; 0]);
        // «It helped» of a hint settles the call too.
        let next = student.asks_for_help(lecture.steps[1]).await;
        let hint = settled(&student, next).await["help_response"]["id"].clone();
        assert_eq!(rates(&student, &hint, 5).await["status"], "RESOLVED");
        assert_eq!(waiting().await, [] as [i64; 0]);
    });
}

#[test]
fn a_student_takes_their_own_call_back_while_it_waits() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, id) = escalated(&school).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let mate = school.guest(&session, "이영희").await;
        let second = mate.asks_for_help(lecture.steps[0]).await;
        settled(&mate, second).await;
        let withdraw = |id: i64| format!("{}/withdraw", request(id));
        // Only one's own: neither a classmate nor an instructor takes it back, and to them it is not there.
        mate.post(&withdraw(id), json!({})).await.refused(404, "NOT_FOUND");
        teacher.post(&withdraw(id), json!({})).await.refused(404, "NOT_FOUND");
        school.nobody().post(&withdraw(id), json!({})).await.refused(401, "UNAUTHORIZED");
        let mut phone = mate.follows(&session).await;
        phone.receives("session_state").await;
        let said = json!({ "type": "help_withdraw", "data": { "help_request_id": id } });
        assert_eq!(phone.asks(said.clone()).await["error"]["code"], "NOT_FOUND");
        assert_eq!(student.post(&withdraw(id), json!({})).await.ok()["status"], "WITHDRAWN");
        let is_withdrawn = |f: &Value| f["type"] == "help_updated" && f["data"]["status"] == "WITHDRAWN";
        assert_eq!(board.waits_until("the call is taken back", is_withdrawn).await["data"]["help_request_id"], id);
        // Who waited behind moves up, and twice is once.
        assert_eq!(phone.waits_for("help_position").await["data"], json!({ "help_request_id": second, "position": 1 }));
        let mut own = student.follows(&session).await;
        assert_eq!(own.receives("session_state").await["data"]["open_help_request_id"], Value::Null);
        assert_eq!(own.asks(said).await["data"], json!({ "help_request_id": id, "status": "WITHDRAWN" }));
        teacher.post(&format!("{}/respond", request(id)), answer("늦은 답")).await.refused(409, "INVALID_STATE");
        teacher.post(&format!("{}/respond", request(second)), answer("위를 보세요")).await.ok();
        let details = mate.post(&withdraw(second), json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "ANSWERED");
    });
}

#[test]
fn calls_that_are_taken_back_count_and_leave_nothing_behind() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let calls = async || {
            let context = json!({ "recent_actions": ["x".repeat(16_000)] });
            let body = json!({ "subtask_id": lecture.steps[0], "request_type": "MANUAL", "context_data": context });
            student.post("/api/help/request", body).await
        };
        let mut last = 0;
        for _ in 0..30 {
            last = calls().await.is(201)["help_request_id"].as_i64().unwrap();
            student.post(&format!("{}/withdraw", request(last)), json!({})).await.ok();
        }
        let refused = calls().await;
        assert!((1..=3_600).contains(&refused.headers["retry-after"].to_str().unwrap().parse().unwrap()));
        refused.refused(429, "TOO_MANY_REQUESTS");
        let sql = "select cast(coalesce(sum(length(context)), 0) as bigint) from help_requests";
        let (kept_bytes,): (i64,) = school.app.db.one(sql, Vec::new()).await.unwrap();
        assert_eq!(kept_bytes, 30 * 2, "what was said of the phone");
        // Many calls that nobody has looked at are one thing to look at, and it leads to the newest.
        let notices = teacher.get("/api/notifications").await.ok()["notifications"].clone();
        assert_eq!((notices.as_array().unwrap().len(), &notices[0]["related_id"]), (1, &json!(last)), "{notices}");
        school.later(3_600);
        let student = student.refreshes().await;
        student.asks_for_help(lecture.steps[0]).await;
    });
}

#[test]
fn calls_that_the_app_makes_count_and_those_that_a_session_makes_do_not() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = lecture_without_words(&teacher, 1).await;
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        let body = json!({ "subtask_id": lecture.steps[0], "request_type": "AUTO" });
        let mut last = 0;
        for _ in 0..30 {
            last = student.post("/api/help/request", body.clone()).await.is(201)["help_request_id"].as_i64().unwrap();
            assert_eq!(settled(&student, last).await["status"], "ESCALATED");
            student.post(&format!("{}/withdraw", request(last)), json!({})).await.ok();
            let by_session = format!(
                "insert into help_requests (created_ms, person, item, kind, is_own, status)
                select created_ms, person, item, kind, false, status from help_requests where id = {last}"
            );
            by_hand(&school, by_session).await;
        }
        student.post("/api/help/request", body).await.refused(429, "TOO_MANY_REQUESTS");
        let own = json!({ "subtask_id": lecture.steps[0] });
        student.post("/api/help/request", own).await.refused(429, "TOO_MANY_REQUESTS");
        let notices = teacher.get("/api/notifications").await.ok()["notifications"].clone();
        assert_eq!((notices.as_array().unwrap().len(), &notices[0]["related_id"]), (1, &json!(last)), "{notices}");
    });
}

#[test]
fn going_out_and_in_again_fills_no_log() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let leave = format!("/api/sessions/{}/leave", session.id);
        for _ in 0..30 {
            student.post(&leave, json!({})).await.ok();
            student.joins(&session).await;
        }
        student.post(&leave, json!({})).await.refused(429, "TOO_MANY_REQUESTS");
        assert_eq!(how_often(&teacher, &session, "student_left").await, 30);
        // A phone that loses its network goes out of nothing.
        for _ in 0..3 {
            student.follows(&session).await.hangs_up().await;
            student.joins(&session).await;
        }
        school.later(3_600);
        student.refreshes().await.post(&leave, json!({})).await.ok();
    });
}
