//! Everyone is answered in their own language, whichever surface they speak to.

use reqwest::Method;
use serde_json::json;

use crate::harness::on_both;
use crate::harness::people::{Person, Reply};
use crate::harness::socket::Socket;

async fn asks_in(language: &str, person: &Person, method: Method, path: &str, body: serde_json::Value) -> Reply {
    let body = (method != Method::GET).then_some(body);
    person.asks(method, path, body, &[("accept-language", language)]).await
}

#[test]
fn errors_are_in_the_callers_language_on_every_surface() {
    on_both(|school| async move {
        let student = school.student("김학생").await;
        let cases = [
            ("/api/sessions/999999/current", "Session not found", "수업을 찾을 수 없습니다.", "授業が見つかりません。"),
            (
                "/api/v1/enrollments/999999",
                "Enrollment not found",
                "수강 신청을 찾을 수 없습니다.",
                "申し込みが見つかりません。",
            ),
            (
                "/courses/nothing/",
                "There is nothing at this address",
                "없는 주소입니다.",
                "このアドレスには何もありません。",
            ),
        ];
        for (path, english, korean, japanese) in cases {
            for (language, words) in
                [("en-US,en;q=0.9,ko;q=0.8", english), ("ko-KR", korean), ("de, ja;q=0.7, en;q=0.1", japanese)]
            {
                let refused = asks_in(language, &student, Method::GET, path, json!(null)).await;
                assert_eq!(refused.refusal().unwrap().message, words, "{path} in {language}");
            }
        }
        let path = "/api/attendance/student/view";
        let refused = asks_in("en", &student, Method::POST, path, json!({})).await;
        assert_eq!(refused.refusal().unwrap().message, "The code of the lecture (lecSerial) is required.");
    });
}

#[test]
fn callers_without_a_language_get_that_of_the_surface() {
    on_both(|school| async move {
        let student = school.student("김학생").await;
        for (path, words) in [
            ("/api/sessions/999999/current", "Session not found"),
            ("/api/v1/enrollments/999999", "수강 신청을 찾을 수 없습니다."),
            ("/courses/nothing/", "없는 주소입니다."),
        ] {
            assert_eq!(student.get(path).await.refusal().unwrap().message, words);
            let refused = asks_in("de, *;q=0.5", &student, Method::GET, path, json!(null)).await;
            assert_eq!(refused.refusal().unwrap().message, words);
        }
    });
}

#[test]
fn a_socket_speaks_the_language_of_its_upgrade() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let path = format!("/ws/session/{}/instructor/", session.id);
        for (language, words) in
            [("ja", "今の状態 (待機中) ではできません。"), ("ko", "지금 상태(대기 중)에서는 할 수 없습니다.")]
        {
            let mut board = Socket::open_in(language, school.address, &path, teacher.token.as_deref()).await.unwrap();
            board.receives("session_state").await;
            let refused = board.asks(json!({ "type": "pause", "data": {} })).await;
            assert_eq!(refused["error"]["message"], words);
        }
    });
}

#[test]
fn phrases_notifications_and_tables_are_in_the_readers_language() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let student = school.student("木村").await;
        student.joins(&session).await;
        let path = format!("/api/sessions/{}/start", session.id);
        let started = asks_in("ja", &teacher, Method::POST, &path, json!({ "message": "よろしく" })).await.ok();
        assert_eq!(started["message"], "授業が始まりました");
        student.asks_for_help(lecture.steps[0]).await;
        let notices = asks_in("en", &teacher, Method::GET, "/api/notifications", json!(null)).await.ok();
        let messages: Vec<&str> =
            notices["notifications"].as_array().unwrap().iter().map(|n| n["message"].as_str().unwrap()).collect();
        assert!(messages.contains(&"木村 is asking for help"), "{messages:?}");
        let path = school.url(&format!("/api/sessions/{}/attendance.csv", session.id));
        let sheet =
            school.http.get(path).bearer_auth(teacher.token.as_deref().unwrap()).header("accept-language", "en");
        let table = sheet.send().await.unwrap().text().await.unwrap();
        assert!(table.starts_with("\u{feff}Name,E-mail,Meeting,Date,Attendance,"), "{table}");
        assert!(table.contains("木村") && table.contains(",present,"), "{table}");
    });
}
