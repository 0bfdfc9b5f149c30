//! The timer of a session: everyone has so much time, sees how much is left, and nothing happens when it is over.

use serde_json::{Value, json};

use crate::classroom::{log_of, running_session};
use crate::harness::people::{Person, Reply, Session};
use crate::harness::{School, on_both};

async fn sets(person: &Person, session: &Session, seconds: Value) -> Reply {
    person.post(&format!("/api/sessions/{}/timer", session.id), json!({ "seconds": seconds })).await
}

async fn timer_of(person: &Person, session: &Session) -> Value {
    person.get(&format!("/api/sessions/{}/current", session.id)).await.ok()["timer"].clone()
}

#[test]
fn a_timer_runs_on_every_phone_and_the_board_until_it_is_ended() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 2).await;
        let guest = school.guest(&session, "김순자").await;
        let (mut phone, mut board) = (guest.follows(&session).await, teacher.watches(&session).await);
        assert_eq!(phone.receives("session_state").await["data"]["timer"], Value::Null);
        assert_eq!(board.receives("session_state").await["data"]["timer"], Value::Null);
        let set = sets(&teacher, &session, json!(180)).await.ok();
        assert_eq!((&set["timer"]["seconds"], &set["timer"]["left_ms"]), (&json!(180), &json!(180_000)));
        let heard = phone.waits_for("timer_changed").await;
        assert_eq!((&heard["data"]["seconds"], &heard["data"]["ends_at"]), (&json!(180), &set["timer"]["ends_at"]));
        assert_eq!(board.waits_for("timer_changed").await["data"], heard["data"]);
        // A learner who comes later, with a wrong clock, is told how much is left.
        school.later(60);
        let mut later = school.guest(&session, "이영희").await.follows(&session).await;
        let timer = later.receives("session_state").await["data"]["timer"].clone();
        assert_eq!((&timer["seconds"], &timer["ends_at"]), (&json!(180), &set["timer"]["ends_at"]));
        let left_ms = timer["left_ms"].as_i64().unwrap();
        assert!((90_000..=120_000).contains(&left_ms), "{timer}");
        // Another one takes its place.
        sets(&teacher, &session, json!(60)).await.ok();
        assert_eq!(phone.waits_for("timer_changed").await["data"]["seconds"], 60);
        sets(&teacher, &session, Value::Null).await.ok();
        let ended = phone.waits_for("timer_changed").await["data"].clone();
        assert_eq!((&ended["seconds"], &ended["ends_at"]), (&Value::Null, &Value::Null));
        assert_eq!(timer_of(&guest, &session).await, Value::Null);
    });
}

#[test]
fn a_timer_that_is_over_says_so_and_ends_with_its_step() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        sets(&teacher, &session, json!(60)).await.ok();
        school.later(61);
        assert_eq!(timer_of(&teacher, &session).await["left_ms"], 0);
        teacher.moves_to(&session, lecture.steps[1]).await;
        assert_eq!(timer_of(&teacher, &session).await, Value::Null);
        // A break does not end it, and the end of the class does.
        sets(&teacher, &session, json!(60)).await.ok();
        teacher.presses(&session, "pause").await.ok();
        assert_eq!(timer_of(&teacher, &session).await["seconds"], 60);
        teacher.presses(&session, "end").await.ok();
        assert_eq!(timer_of(&teacher, &session).await, Value::Null);
        sets(&teacher, &session, json!(60)).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn only_those_who_lead_start_a_timer_and_a_repeated_press_starts_one() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let colleague = colleague_with(&school, &teacher, &session, "HELPER").await;
        for person in [school.guest(&session, "김순자").await, colleague] {
            assert_eq!(sets(&person, &session, json!(60)).await.status, 403);
        }
        for wrong in [json!(0), json!(-1), json!(7_201), json!(1.5), json!("60")] {
            assert_eq!(sets(&teacher, &session, wrong.clone()).await.status, 400, "{wrong}");
        }
        let path = format!("/api/sessions/{}/timer", session.id);
        let key = "7c0f1f0e-6f5f-4b52-9a4e-3f6f1f0f7a10";
        let first = teacher.post_once(&path, json!({ "seconds": 60 }), key).await.ok();
        school.later(30);
        assert_eq!(teacher.post_once(&path, json!({ "seconds": 60 }), key).await.ok(), first);
        let started = log_of(&teacher, &session).await.iter().filter(|e| e["type"] == "timer_changed").count();
        assert_eq!(started, 1);
    });
}

/// A colleague of the teacher, with a role in the session.
pub async fn colleague_with(school: &School, teacher: &Person, session: &Session, role: &str) -> Person {
    let colleague = school.another_teacher().await;
    let invite = json!({ "user_id": colleague.id, "role": role });
    teacher.post(&format!("/api/sessions/{}/staff", session.id), invite).await.ok();
    colleague
}
