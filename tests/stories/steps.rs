//! The instructor's buttons.

use serde_json::json;

use crate::harness::{on_both, on_both_with};

#[test]
fn a_session_starts_moves_pauses_resumes_and_ends() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 3).await;
        let session = teacher.opens_session(&lecture).await;
        let started = teacher.starts(&session, lecture.steps[0]).await;
        assert_eq!(
            (&started["status"], &started["current_subtask"]["id"]),
            (&json!("IN_PROGRESS"), &json!(lecture.steps[0]))
        );
        let moved = teacher.moves_to(&session, lecture.steps[2]).await;
        assert_eq!(moved["previous_subtask"]["id"], lecture.steps[0]);
        let back = teacher.moves_to(&session, lecture.steps[1]).await;
        assert_eq!(back["current_subtask"]["id"], lecture.steps[1]);
        assert_eq!(teacher.presses(&session, "pause").await.ok()["action"], "PAUSE");
        assert_eq!(teacher.presses(&session, "resume").await.ok()["current_subtask"]["id"], lecture.steps[1]);
        school.later(60 * 60);
        let teacher = teacher.logs_in("teacher@example.com", crate::harness::people::PASSWORD).await;
        let ended = teacher.presses(&session, "end").await.ok();
        assert_eq!((&ended["status"], &ended["duration_minutes"]), (&json!("REVIEW_MODE"), &json!(60)));
    });
}

#[test]
fn a_wrong_move_names_the_state_and_changes_nothing() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        let refused = async |button: &str, status: &str| {
            let details = teacher.presses(&session, button).await.refused(409, "INVALID_STATE");
            assert_eq!(details["status"], status, "{button}");
        };
        for button in ["next-step", "pause", "resume"] {
            refused(button, "WAITING").await;
        }
        teacher.starts(&session, lecture.steps[0]).await;
        refused("start", "IN_PROGRESS").await;
        refused("resume", "IN_PROGRESS").await;
        teacher.presses(&session, "pause").await.ok();
        for button in ["start", "next-step", "pause"] {
            refused(button, "PAUSED").await;
        }
        let events = teacher.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
        assert_eq!(events["last_seq"], 2);
        teacher.presses(&session, "end").await.ok();
        for button in ["start", "next-step", "pause", "resume", "end"] {
            refused(button, "REVIEW_MODE").await;
        }
    });
}

#[test]
fn a_command_with_a_key_happens_once() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 3).await;
        let session = teacher.opens_session(&lecture).await;
        let path = format!("/api/sessions/{}", session.id);
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let first = teacher.post_once(&format!("{path}/start"), json!({}), key).await.ok();
        assert_eq!(teacher.post_once(&format!("{path}/start"), json!({}), key).await.ok(), first);
        let key = "7f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        // Without a target a second press would go one further.
        let moves = futures_util::future::join_all((0..8).map(|_| {
            let (teacher, path) = (teacher.clone(), format!("{path}/next-step"));
            async move { teacher.post_once(&path, json!({}), key).await.ok() }
        }));
        for moved in moves.await {
            assert_eq!(moved["current_subtask"]["id"], lecture.steps[1]);
        }
        assert_eq!(teacher.get(&format!("{path}/events")).await.ok()["last_seq"], 2);
        teacher.post_once(&format!("{path}/pause"), json!({}), "no-uuid").await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn a_key_with_another_message_is_refused() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let (path, key) = (format!("/api/sessions/{}/message", session.id), "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f");
        let first = teacher.post_once(&path, json!({ "message": "잠시 쉬어요" }), key).await.ok();
        assert_eq!(teacher.post_once(&path, json!({ "message": "잠시 쉬어요" }), key).await.ok(), first);
        let other = json!({ "message": "다시 시작해요" });
        teacher.post_once(&path, other.clone(), key).await.refused(409, "KEY_REUSED");
        let mut board = teacher.watches(&session).await;
        let said = json!({ "type": "message", "key": key, "data": other });
        assert_eq!(board.asks(said).await["error"]["code"], "KEY_REUSED");
        let said = json!({ "type": "message", "key": key, "data": { "message": "잠시 쉬어요" } });
        assert_eq!(board.asks(said).await["data"], first);
        assert_eq!(teacher.get(&format!("/api/sessions/{}/events", session.id)).await.ok()["last_seq"], 2);
    });
}

#[test]
fn two_simultaneous_next_commands_move_once() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let presses = (0..10).map(|_| teacher.moves_to(&session, lecture.steps[1]));
        futures_util::future::join_all(presses).await;
        let events = teacher.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
        assert_eq!(events["last_seq"], 2, "{events}");
    });
}

#[test]
fn the_log_has_no_gap_under_simultaneous_writes() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 12).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let walk = async {
            for step in &lecture.steps[1..] {
                teacher.moves_to(&session, *step).await;
            }
        };
        let crowd = futures_util::future::join_all((0..20).map(|n| {
            let (school, session, lecture) = (&school, &session, &lecture);
            async move {
                let student = school.guest(session, &format!("학생{n}")).await;
                futures_util::future::join_all(lecture.steps.iter().map(|step| student.finishes(*step))).await;
            }
        }));
        tokio::join!(walk, crowd);
        let events = teacher.get(&format!("/api/sessions/{}/events?limit=1000", session.id)).await.ok();
        let events = events["events"].as_array().unwrap();
        // Started, 11 steps, and of each of the 20 their coming, their mark and 12 steps.
        assert_eq!(events.len(), 12 + 20 * 14);
        let mut prev = 0;
        for (n, event) in events.iter().enumerate() {
            assert_eq!((event["seq"].as_u64(), event["prev"].as_u64()), (Some(n as u64 + 1), Some(prev)));
            if matches!(event["type"].as_str(), Some("session_started" | "step_changed")) {
                prev = n as u64 + 1;
            }
        }
    });
}

#[test]
fn a_step_of_another_lecture_is_refused() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let path = format!("/api/sessions/{}/start", session.id);
        let details =
            teacher.post(&path, json!({ "first_subtask_id": other.steps[0] })).await.refused(400, "INVALID_REQUEST");
        assert_eq!(details["field"], "first_subtask_id");
        teacher.post(&path, json!({ "first_subtask_id": 999_999 })).await.refused(404, "NOT_FOUND");
        let empty = teacher.makes_lecture("빈 강의", 0).await;
        let session = teacher.opens_session(&empty).await;
        teacher.presses(&session, "start").await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn the_current_step_of_a_running_session_cannot_be_deleted() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let path = format!("/api/subtasks/{}", lecture.steps[0]);
        teacher.delete(&path).await.refused(409, "STEP_IN_USE");
        teacher.delete(&format!("/api/tasks/{}", lecture.task)).await.refused(409, "STEP_IN_USE");
        teacher.moves_to(&session, lecture.steps[1]).await;
        teacher.delete(&path).await.is(204);
        teacher.delete(&path).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_session_without_its_instructor_ends_itself_after_three_hours() {
    on_both_with(&["--access-ttl-s", "86400"], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let forgotten = teacher.opens_session(&lecture).await;
        teacher.starts(&forgotten, lecture.steps[0]).await;
        let watched = teacher.opens_session(&lecture).await;
        let mut board = teacher.watches(&watched).await;
        board.receives("session_state").await;
        school.later(3 * 60 * 60 + 1);
        gyosil::school::sessions::control::end_forgotten(&school.app).await.unwrap();
        let status = async |id: i64| teacher.get(&format!("/api/sessions/{id}/current")).await.ok()["status"].clone();
        assert_eq!(status(forgotten.id).await, "REVIEW_MODE");
        assert_eq!(status(watched.id).await, "WAITING");
    });
}
