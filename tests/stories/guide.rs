//! What the classroom helper says by itself: only what fits the learner who asked, in their language.

use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{School, on_both};
use crate::help::{answer, escalated, rates, request, settled, view};

/// A step that happens in KakaoTalk, where one presses long, in a class that is on it.
async fn class_in_kakaotalk(school: &School) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let mut lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
    for title in ["친구 선택하기", "사진 저장하기"] {
        let step = json!({ "title": title, "guide_text": "친구를 눌러 주세요", "target_action": "LONG_CLICK",
            "target_element_hint": "com.kakao.talk" });
        let made = teacher.post(&format!("/api/tasks/{}/subtasks", lecture.task), step).await.is(201);
        lecture.steps.push(made["id"].as_i64().unwrap());
    }
    let session = teacher.opens_session(&lecture).await;
    teacher.starts(&session, lecture.steps[0]).await;
    (teacher, lecture, session)
}

/// Asks while the phone shows this, and waits for what the guide makes of it.
async fn asks_from(student: &Person, step: i64, screen: Option<&str>) -> (i64, Value) {
    let context = screen.map_or(json!({}), |screen| json!({ "current_screen": screen }));
    let body = json!({ "subtask_id": step, "context_data": context });
    let id = student.post("/api/help/request", body).await.is(201)["help_request_id"].as_i64().unwrap();
    (id, settled(student, id).await)
}

fn content(seen: &Value) -> &str {
    seen["help_response"]["help_content"].as_str().unwrap_or_else(|| panic!("no answer: {seen}"))
}

const SETTINGS: &str = "com.android.settings.Main";

#[test]
fn an_answer_about_the_screen_uses_only_this_phone_on_this_step() {
    on_both(|school| async move {
        let (teacher, lecture, session) = class_in_kakaotalk(&school).await;
        let lost = school.guest(&session, "김순자").await;
        let (_, seen) = asks_from(&lost, lecture.steps[0], Some(SETTINGS)).await;
        assert!(content(&seen).contains("다른 화면이 열려"), "{seen}");
        assert_eq!(seen["analysis"]["problem_diagnosis"], "휴대폰에 다른 앱이 열려 있어요.");
        rates(&lost, &seen["help_response"]["id"], 5).await;
        // The well-rated answer is not the next learner's: their phone showed nothing.
        let next = school.guest(&session, "이영희").await;
        let (_, seen) = asks_from(&next, lecture.steps[0], None).await;
        assert!(!content(&seen).contains("다른 화면") && content(&seen).contains("친구를 눌러 주세요"), "{seen}");
        assert_eq!(seen["analysis"]["problem_diagnosis"], "");
        // What a phone showed on another step says nothing of this one.
        let log = |step: i64| {
            json!({ "subtask_id": step, "event_type": "VIEW",
                "screen_info": { "package_name": "com.android.settings" } })
        };
        for (name, logged, is_elsewhere) in [("박민수", lecture.steps[1], false), ("정미경", lecture.steps[0], true)]
        {
            let student = school.guest(&session, name).await;
            student.post("/api/logs/activity", log(logged)).await.ok();
            let (_, seen) = asks_from(&student, lecture.steps[0], None).await;
            assert_eq!(content(&seen).contains("다른 화면이 열려"), is_elsewhere, "{name}: {seen}");
        }
        drop(teacher);
    });
}

#[test]
fn a_reused_answer_is_kept_without_the_part_about_one_phone() {
    on_both(|school| async move {
        let (teacher, lecture, session) = class_in_kakaotalk(&school).await;
        let lost = school.guest(&session, "김순자").await;
        let (id, seen) = asks_from(&lost, lecture.steps[0], Some(SETTINGS)).await;
        let opening = content(&seen).split("친구를").next().unwrap().to_owned();
        let sent_on = answer(&format!("{opening}오른쪽 아래 사람 그림을 누르세요"));
        let given = teacher.post(&format!("{}/respond", request(id)), sent_on).await.ok();
        rates(&lost, &given["help_response"]["id"], 5).await;
        let next = school.guest(&session, "이영희").await;
        let (_, seen) = asks_from(&next, lecture.steps[0], None).await;
        assert_eq!(content(&seen), "오른쪽 아래 사람 그림을 누르세요");
        assert_eq!(seen["help_response"]["voice_guide_text"], "오른쪽 아래 사람 그림을 누르세요");
    });
}

#[test]
fn the_guide_answers_in_the_language_of_the_caller() {
    on_both(|school| async move {
        let (_, lecture, session) = class_in_kakaotalk(&school).await;
        let body = json!({ "subtask_id": lecture.steps[0] });
        for (language, word) in [("ja", "押したまま"), ("en-GB,ko;q=0.5", "Keep pressing"), ("ko", "꾹 누르고")]
        {
            let by_request = school.guest(&session, "김순자").await;
            let headers = [("accept-language", language)];
            let post = reqwest::Method::POST;
            let asked = by_request.asks(post, "/api/help/request", Some(body.clone()), &headers).await.is(201);
            let seen = settled(&by_request, asked["help_request_id"].as_i64().unwrap()).await;
            assert!(content(&seen).contains(word) && content(&seen).contains("친구를 눌러 주세요"), "{seen}");
            let on_socket = school.guest(&session, "이영희").await;
            let path = format!("/ws/session/{}/student/", session.id);
            let mut phone = Socket::open_in(language, school.address, &path, on_socket.token.as_deref()).await.unwrap();
            phone.asks(json!({ "type": "help", "data": body })).await;
            let heard = phone.waits_until("an answer", |frame| frame["type"] == "HELP_AVAILABLE").await;
            assert_eq!(heard["help_response"]["help_content"], content(&seen));
        }
    });
}

#[test]
fn the_guide_says_nothing_when_it_knows_nothing() {
    on_both(|school| async move {
        let (teacher, _, _, student, id) = escalated(&school).await;
        let seen = view(&student, id).await;
        assert_eq!((&seen["help_response"], &seen["analysis"]["problem_diagnosis"]), (&Value::Null, &json!("")));
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        assert_eq!((&pending[0]["suggestion"], &pending[0]["help_request_id"]), (&Value::Null, &json!(id)));
    });
}
