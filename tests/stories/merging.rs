//! One person who comes twice, and the instructor who joins the two.

use serde_json::{Value, json};

use crate::classroom::{by_hand, running_session};
use crate::harness::people::{Person, Session};
use crate::harness::{School, on_both};

async fn comes(school: &School, session: &Session, name: &str, if_name_is_here: &str) -> crate::harness::people::Reply {
    let guest = json!({ "name": name, "if_name_is_here": if_name_is_here });
    school.nobody().post(&format!("/api/sessions/{}/guest", session.code), guest).await
}

/// A second phone whose owner says to be the one of this name who is here.
async fn returns(school: &School, session: &Session, name: &str) -> Person {
    let joined = comes(school, session, name, "SAME").await.is(201);
    school.nobody().becomes(&joined)
}

fn of(session: &Session, person: &Person, action: &str) -> String {
    format!("/api/sessions/{}/participants/{}/{action}", session.id, person.id)
}

/// Who is in, as the instructor's socket tells it.
async fn people(teacher: &Person, session: &Session) -> Vec<Value> {
    teacher.watches(session).await.receives("session_state").await["data"]["participants"].as_array().unwrap().clone()
}

async fn finished(school: &School, person: &Person) -> i64 {
    let sql = "select count(*) from item_progress p join enrollments e on e.id = p.enrollment
        where e.person = $1 and p.status = 'COMPLETED'";
    school.app.db.one::<(i64,)>(sql, vec![person.id.into()]).await.unwrap().0
}

#[test]
fn a_guest_whose_name_is_taken_is_asked_and_the_instructor_merges_the_two() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let old = school.guest(&session, "김순자").await;
        old.finishes(lecture.steps[0]).await;
        comes(&school, &session, "김순자", "ASK").await.refused(409, "NAME_IS_HERE");
        comes(&school, &session, "김순", "ASK").await.is(201);
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let new = returns(&school, &session, "김순자").await;
        assert_ne!(new.id, old.id, "nobody takes a place without the instructor");
        let event = board.waits_for("student_same_as").await["data"].clone();
        assert_eq!((&event["user_id"], &event["same_as"]), (&json!(new.id), &json!(old.id)));
        let asked = people(&teacher, &session).await.into_iter().find(|p| p["user_id"] == new.id).unwrap();
        assert_eq!(asked["same_as"], old.id);
        new.finishes(lecture.steps[1]).await;
        let call = new.asks_for_help(lecture.steps[1]).await;
        // Both were told of one end of their access, and the new one of another.
        for (person, end) in [(&old, 1), (&new, 1), (&new, 2)] {
            let sql = format!(
                "insert into notifications (created_ms, person, kind, subject, data)
                select 0, person, 'ACCESS_ENDS_IN_7_DAYS', id, {end} from enrollments where person = {}",
                person.id
            );
            by_hand(&school, sql).await;
        }
        let merged = teacher.post(&of(&session, &new, "merge"), json!({ "into": old.id })).await.ok();
        assert_eq!(merged, json!({ "user_id": new.id, "into": old.id }));
        let event = board.waits_for("student_merged").await["data"].clone();
        assert_eq!((&event["user_id"], &event["into"]), (&json!(new.id), &json!(old.id)));
        assert_eq!(event["total_participants"], 2);
        // Both steps are hers, and the call is too.
        assert_eq!(finished(&school, &old).await, 2);
        // So are the notices, once for each end, and the day of them is summed anew.
        let told = "select count(*), count(e.id) from notifications n left join enrollments e on e.id = n.subject
            and e.person = n.person where n.kind = 'ACCESS_ENDS_IN_7_DAYS'";
        assert_eq!(school.app.db.one::<(i64, i64)>(told, Vec::new()).await.unwrap(), (2, 2));
        let taken_back = "select count(*) from school_days where day = '1970-01-01' and not is_summed";
        assert_eq!(school.app.db.one::<(i64,)>(taken_back, Vec::new()).await.unwrap(), (1,));
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"].clone();
        assert_eq!((&pending[0]["help_request_id"], &pending[0]["user"]["id"]), (&json!(call), &json!(old.id)));
        // The new phone has the place, the old one has to ask.
        old.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        new.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        let back = new.refreshes().await;
        assert_eq!(back.id, old.id);
        let mut phone = back.follows(&session).await;
        assert_eq!(phone.receives("session_state").await["data"]["open_help_request_id"], call);
        let ids: Vec<Value> = people(&teacher, &session).await.into_iter().map(|p| p["user_id"].clone()).collect();
        assert!(ids.contains(&json!(old.id)) && !ids.contains(&json!(new.id)), "{ids:?}");
    });
}

#[test]
fn a_namesake_stays_another_person_unless_the_instructor_says_otherwise() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let old = school.guest(&session, "김순자").await;
        comes(&school, &session, "김순자", "OTHER").await.is(201);
        let new = returns(&school, &session, "김순자").await;
        let into = json!({ "into": old.id });
        // Neither the newcomer nor a stranger decides it.
        new.post(&of(&session, &new, "merge"), into.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        let other = school.another_teacher().await;
        other.post(&of(&session, &new, "merge"), into.clone()).await.refused(403, "FORBIDDEN");
        other.post(&of(&session, &new, "separate"), json!({})).await.refused(403, "FORBIDDEN");
        school.nobody().post(&of(&session, &new, "merge"), into).await.refused(401, "UNAUTHORIZED");
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let mut phone = new.follows(&session).await;
        phone.receives("session_state").await;
        // A phone that was away finds out by asking.
        let current = format!("/api/sessions/{}/current", session.id);
        assert_eq!(new.get(&current).await.ok()["same_as"], old.id);
        assert_eq!(old.get(&current).await.ok()["same_as"], Value::Null);
        for _ in 0..2 {
            teacher.post(&of(&session, &new, "separate"), json!({})).await.is(204);
        }
        assert_eq!(phone.waits_for("same_as_settled").await["data"], json!({ "same_as": null }));
        let event = board.waits_for("student_same_as").await["data"].clone();
        assert_eq!((&event["user_id"], &event["same_as"]), (&json!(new.id), &Value::Null));
        assert_eq!(people(&teacher, &session).await.len(), 3);
        assert_eq!(new.get(&current).await.ok()["same_as"], Value::Null);
        assert_eq!(old.get("/api/auth/me").await.ok()["id"], old.id);
        assert_eq!(new.get("/api/auth/me").await.ok()["id"], new.id);
    });
}

#[test]
fn only_guests_with_nothing_beyond_this_class_are_merged() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let old = school.guest(&session, "김순자").await;
        let new = school.guest(&session, "김순자").await;
        let itself = teacher.post(&of(&session, &old, "merge"), json!({ "into": old.id })).await;
        assert_eq!(itself.refused(400, "INVALID_REQUEST")["field"], "into");
        let known = school.student("이영희").await;
        known.joins(&session).await;
        for (from, into) in [(&known, &old), (&old, &known)] {
            teacher.post(&of(&session, from, "merge"), json!({ "into": into.id })).await.refused(403, "FORBIDDEN");
        }
        let elsewhere = teacher.makes_lecture("사진 찍기", 1).await;
        let another = teacher.opens_session(&elsewhere).await;
        let stranger = school.guest(&another, "김순자").await;
        teacher.post(&of(&session, &stranger, "merge"), json!({ "into": old.id })).await.refused(404, "NOT_FOUND");
        new.joins(&another).await;
        let refused = teacher.post(&of(&session, &new, "merge"), json!({ "into": old.id })).await;
        refused.refused(409, "HAS_MORE_THAN_THIS_CLASS");
        // The other way round it can be done; of two who press at once, one does it.
        old.finishes(lecture.steps[0]).await;
        let path = of(&session, &old, "merge");
        let merges = (0..4).map(|_| teacher.post(&path, json!({ "into": new.id })));
        let mut answers: Vec<u16> = futures_util::future::join_all(merges).await.iter().map(|r| r.status).collect();
        answers.sort_unstable();
        assert_eq!(answers, [200, 404, 404, 404]);
        assert_eq!(finished(&school, &new).await, 1);
        assert_eq!(old.refreshes().await.id, new.id);
    });
}

#[test]
fn the_question_about_a_guest_is_settled_when_they_claim_their_account() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let old = school.guest(&session, "김순자").await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let new = returns(&school, &session, "김순자").await;
        board.waits_for("student_same_as").await;
        // Sending the same name again settles nothing.
        new.put("/api/auth/me", json!({ "name": "김순자" })).await.ok();
        let claim = json!({ "email": "kim@example.com", "password": "a good password" });
        new.put("/api/auth/me", claim).await.ok();
        let event = board.waits_for("student_same_as").await["data"].clone();
        assert_eq!((&event["user_id"], &event["same_as"]), (&json!(new.id), &Value::Null));
        assert!(people(&teacher, &session).await.iter().all(|person| person["same_as"].is_null()));
        teacher.post(&of(&session, &new, "merge"), json!({ "into": old.id })).await.refused(403, "FORBIDDEN");
        teacher.post(&of(&session, &new, "separate"), json!({})).await.is(204);
    });
}

#[test]
fn a_question_ends_when_either_of_the_two_gets_another_name() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let old = school.guest(&session, "김순자").await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        for renamed in 0..3 {
            let new = returns(&school, &session, "김순자").await;
            assert_eq!(board.waits_for("student_same_as").await["data"]["same_as"], old.id);
            match renamed {
                0 => drop(new.put("/api/auth/me", json!({ "name": "박회장" })).await.ok()),
                1 => drop(teacher.post(&of(&session, &new, "rename"), json!({ "name": "김순자 2" })).await.ok()),
                _ => drop(old.put("/api/auth/me", json!({ "name": "박회장" })).await.ok()),
            }
            let event = board.waits_for("student_same_as").await["data"].clone();
            assert_eq!((&event["user_id"], &event["same_as"]), (&json!(new.id), &Value::Null));
        }
    });
}
