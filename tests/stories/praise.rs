//! Praise of the staff, for all or for one, and the kinds of phones that the board knows.

use reqwest::Method;
use serde_json::{Value, json};

use crate::classroom::{log_of, running_session};
use crate::harness::on_both;
use crate::harness::people::{Person, Reply, Session};
use crate::timers::colleague_with;

async fn praises(person: &Person, session: &Session, who: Value) -> Reply {
    person.post(&format!("/api/sessions/{}/praise", session.id), json!({ "user_id": who })).await
}

#[test]
fn praise_for_one_is_heard_by_that_one_alone_and_praise_for_all_by_all() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let people = [school.guest(&session, "김순자").await, school.guest(&session, "이영희").await];
        let mut phones = [people[0].follows(&session).await, people[1].follows(&session).await];
        for phone in &mut phones {
            phone.receives("session_state").await;
        }
        praises(&teacher, &session, json!(people[0].id)).await.is(204);
        let heard = phones[0].waits_for("praise").await;
        assert_eq!((&heard["data"]["to"], &heard["data"]["from_name"]), (&json!("ME"), &json!("박강사")));
        assert_eq!(heard["seq"], Value::Null, "it is in no log");
        phones[1].receives_nothing_more().await;
        // Sent again with its key, it is heard once.
        for _ in 0..2 {
            let path = format!("/api/sessions/{}/praise", session.id);
            let key = [("idempotency-key", "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3a")];
            teacher.asks(Method::POST, &path, Some(json!({ "user_id": null })), &key).await.is(204);
        }
        for phone in &mut phones {
            assert_eq!(phone.waits_for("praise").await["data"]["to"], "ALL");
        }
        let logged = log_of(&teacher, &session).await;
        assert_eq!(logged.iter().filter(|event| event["type"] == "praise").count(), 1);
    });
}

#[test]
fn helpers_praise_one_and_only_those_who_lead_praise_all() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        let helper = colleague_with(&school, &teacher, &session, "HELPER").await;
        praises(&helper, &session, json!(guest.id)).await.is(204);
        assert_eq!(praises(&helper, &session, Value::Null).await.status, 403);
        for who in [json!(guest.id), Value::Null] {
            assert_eq!(praises(&guest, &session, who).await.status, 403);
        }
        praises(&teacher, &session, json!(teacher.id)).await.refused(404, "NOT_FOUND");
        teacher.presses(&session, "end").await.ok();
        praises(&teacher, &session, json!(guest.id)).await.refused(409, "INVALID_STATE");
    });
}

async fn phone_of(teacher: &Person, session: &Session, person: i64) -> Value {
    let state = teacher.watches(session).await.receives("session_state").await;
    let people = state["data"]["participants"].as_array().unwrap().clone();
    people.into_iter().find(|one| one["user_id"] == person).unwrap()["phone"].clone()
}

#[test]
fn the_board_knows_the_kind_of_phone_that_a_learner_holds() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        let mut phone = guest.follows(&session).await;
        assert_eq!(phone_of(&teacher, &session, guest.id).await, Value::Null);
        for kind in ["ANDROID", "갤럭시 A34"] {
            let told = phone.asks(json!({ "type": "phone", "data": { "kind": kind } })).await;
            assert_eq!(told["type"], "reply", "{told}");
            assert_eq!(phone_of(&teacher, &session, guest.id).await, kind);
        }
        let refused = phone.asks(json!({ "type": "phone", "data": { "kind": "가".repeat(31) } })).await;
        assert_eq!(refused["status"], 400);
        let refused =
            teacher.watches(&session).await.asks(json!({ "type": "phone", "data": { "kind": "IPHONE" } })).await;
        assert_eq!(refused["status"], 400);
        assert_eq!(log_of(&teacher, &session).await.iter().filter(|e| e["type"] == "phone").count(), 0);
    });
}
