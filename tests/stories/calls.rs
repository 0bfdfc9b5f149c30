//! A call for help waits for a person, and can be taken back.

use serde_json::{Value, json};

use crate::classroom::running_class;
use crate::harness::on_both;
use crate::help::{answer, escalated, rates, request, settled};

#[test]
fn a_call_is_with_the_instructor_from_its_first_moment_until_a_person_settles_it() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_class(&school, 2).await;
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
        student.finishes(lecture.steps[0]).await;
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
        board.hears("session_state").await;
        let mate = school.guest(&session, "이영희").await;
        let second = mate.asks_for_help(lecture.steps[0]).await;
        settled(&mate, second).await;
        let withdraw = |id: i64| format!("{}/withdraw", request(id));
        // Only one's own: neither a classmate nor an instructor takes it back, and to them it is not there.
        mate.post(&withdraw(id), json!({})).await.refused(404, "NOT_FOUND");
        teacher.post(&withdraw(id), json!({})).await.refused(404, "NOT_FOUND");
        school.nobody().post(&withdraw(id), json!({})).await.refused(401, "UNAUTHORIZED");
        let mut phone = mate.follows(&session).await;
        phone.hears("session_state").await;
        let said = json!({ "type": "help_withdraw", "data": { "help_request_id": id } });
        assert_eq!(phone.asks(said.clone()).await["error"]["code"], "NOT_FOUND");
        assert_eq!(student.post(&withdraw(id), json!({})).await.ok()["status"], "WITHDRAWN");
        let told = |f: &Value| f["type"] == "help_updated" && f["data"]["status"] == "WITHDRAWN";
        assert_eq!(board.waits_until("the call is taken back", told).await["data"]["help_request_id"], id);
        // Who waited behind moves up, and twice is once.
        assert_eq!(phone.waits_for("help_position").await["data"], json!({ "help_request_id": second, "position": 1 }));
        let mut own = student.follows(&session).await;
        assert_eq!(own.hears("session_state").await["data"]["open_help_request_id"], Value::Null);
        assert_eq!(own.asks(said).await["data"], json!({ "help_request_id": id, "status": "WITHDRAWN" }));
        teacher.post(&format!("{}/respond", request(id)), answer("늦은 답")).await.refused(409, "INVALID_STATE");
        teacher.post(&format!("{}/respond", request(second)), answer("위를 보세요")).await.ok();
        let details = mate.post(&withdraw(second), json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "ANSWERED");
    });
}
