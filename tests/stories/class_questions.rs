//! Questions that learners ask in a session: everyone reads them, and only staff see who asked.

use serde_json::{Value, json};

use crate::classroom::{how_often, running_session};
use crate::harness::on_both;
use crate::harness::people::{Person, Reply, Session};
use crate::staff::helper;

fn questions_of(session: &Session) -> String {
    format!("/api/sessions/{}/questions", session.id)
}

async fn asks(person: &Person, session: &Session, text: &str) -> Reply {
    person.post(&questions_of(session), json!({ "text": text })).await
}

async fn acts(person: &Person, session: &Session, question: &Value, act: &str, body: Value) -> Reply {
    person.post(&format!("{}/{}/{act}", questions_of(session), question["question_id"]), body).await
}

async fn listed(person: &Person, session: &Session) -> Vec<Value> {
    person.get(&questions_of(session)).await.ok()["questions"].as_array().unwrap().clone()
}

#[test]
fn a_question_is_read_by_everyone_and_only_staff_see_who_asked() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let (kim, lee) = (school.guest(&session, "김순자").await, school.guest(&session, "이영희").await);
        let mut phone = lee.follows(&session).await;
        phone.receives("session_state").await;
        let asked = asks(&kim, &session, "사진은 어디에 있나요?").await.is(201);
        assert_eq!((&asked["mine"], &asked["user"]), (&json!(true), &Value::Null));
        let heard = phone.receives("class_question").await["data"].clone();
        assert_eq!((&heard["text"], &heard["me_too"]), (&json!("사진은 어디에 있나요?"), &json!(0)));
        let seen = &listed(&lee, &session).await[0];
        for seen in [seen, &heard] {
            assert!(!seen.to_string().contains("김순자") && !seen.to_string().contains(&kim.id.to_string()), "{seen}");
        }
        assert_eq!(seen["mine"], false);
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        for staff in [&teacher, &helper] {
            assert_eq!(listed(staff, &session).await[0]["user"]["name"], "김순자");
        }
        school.student("김학생").await.get(&questions_of(&session)).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn others_who_would_like_to_know_the_same_are_counted_once() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let (kim, lee) = (school.guest(&session, "김순자").await, school.guest(&session, "이영희").await);
        let asked = asks(&kim, &session, "사진은 어디에 있나요?").await.is(201);
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        for _ in 0..2 {
            let said = acts(&lee, &session, &asked, "me-too", json!({})).await.ok();
            assert_eq!((&said["me_too"], &said["supported"]), (&json!(1), &json!(true)));
        }
        assert_eq!(acts(&kim, &session, &asked, "me-too", json!({})).await.ok()["me_too"], 1);
        assert_eq!(board.waits_for("class_question_supported").await["data"]["me_too"], 1);
        assert_eq!(how_often(&teacher, &session, "class_question_supported").await, 1);
        acts(&teacher, &session, &asked, "me-too", json!({})).await.refused(403, "STUDENT_ONLY");
    });
}

#[test]
fn staff_mark_a_question_as_answered_or_hide_it() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let (kim, lee) = (school.guest(&session, "김순자").await, school.guest(&session, "이영희").await);
        let asked = asks(&kim, &session, "광고 문구").await.is(201);
        let mut phone = lee.follows(&session).await;
        phone.receives("session_state").await;
        acts(&teacher, &session, &asked, "answered", json!({})).await.ok();
        assert_eq!(phone.receives("class_question").await["data"]["answered"], true);
        acts(&teacher, &session, &asked, "answered", json!({ "answered": false })).await.ok();
        phone.receives("class_question").await;
        acts(&teacher, &session, &asked, "hide", json!({})).await.ok();
        let hidden = phone.receives("class_question").await["data"].clone();
        assert_eq!((&hidden["hidden"], &hidden["text"]), (&json!(true), &Value::Null));
        acts(&teacher, &session, &asked, "hide", json!({})).await.ok();
        phone.receives_nothing_more().await;
        assert!(listed(&lee, &session).await.is_empty());
        assert_eq!(listed(&teacher, &session).await[0]["hidden"], true);
        acts(&lee, &session, &asked, "me-too", json!({})).await.refused(404, "NOT_FOUND");
        acts(&lee, &session, &asked, "hide", json!({ "hidden": false })).await.refused(403, "INSTRUCTOR_ONLY");
        // Neither does the log tell what was hidden.
        let log = lee.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
        assert!(!log.to_string().contains("광고 문구"), "{log}");
    });
}

#[test]
fn a_question_belongs_to_its_session_and_one_person_asks_twenty_at_most() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let kim = school.guest(&session, "김순자").await;
        let asked = asks(&kim, &session, "첫 질문").await.is(201);
        let other = teacher.opens_session(&lecture).await;
        acts(&teacher, &other, &asked, "hide", json!({})).await.refused(404, "NOT_FOUND");
        asks(&kim, &other, "여기서도").await.refused(403, "FORBIDDEN");
        for n in 2..=20 {
            asks(&kim, &session, &format!("{n}번째 질문")).await.is(201);
        }
        asks(&kim, &session, "하나 더").await.refused(409, "TOO_MANY_QUESTIONS");
        for wrong in [json!(""), json!("가".repeat(201)), json!(null), json!(7)] {
            kim.post(&questions_of(&session), json!({ "text": wrong })).await.refused(400, "INVALID_REQUEST");
        }
        let key = "018f2b5e-0000-4000-8000-00000000000b";
        let lee = school.guest(&session, "이영희").await;
        let first = lee.post_once(&questions_of(&session), json!({ "text": "한 번만" }), key).await.is(201);
        let again = lee.post_once(&questions_of(&session), json!({ "text": "한 번만" }), key).await.is(201);
        assert_eq!(first, again);
        teacher.presses(&session, "end").await.ok();
        asks(&lee, &session, "끝난 뒤").await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn a_question_of_a_person_who_is_erased_goes_from_all_phones() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let (kim, lee) = (school.guest(&session, "김순자").await, school.guest(&session, "이영희").await);
        let asked = asks(&kim, &session, "사진은 어디에 있나요?").await.is(201);
        let mut phone = lee.follows(&session).await;
        phone.receives("session_state").await;
        let erase = format!("/api/admin/people/{}/erase", kim.id);
        let (me_too, erased) = tokio::join!(acts(&lee, &session, &asked, "me-too", json!({})), async {
            school.admin().await.post(&erase, json!({})).await
        });
        erased.is(204);
        assert!([200, 404].contains(&me_too.status), "{}", me_too.status);
        let gone = phone.receives("class_question").await["data"].clone();
        assert_eq!((&gone["question_id"], &gone["hidden"]), (&asked["question_id"], &json!(true)));
        assert!(listed(&lee, &session).await.is_empty());
    });
}
