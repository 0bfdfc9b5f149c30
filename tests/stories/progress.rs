//! How far everyone is.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{how_often, new_session, running_session};
use crate::harness::people::{Person, Reply};
use crate::harness::{on_both, on_both_with};

async fn reports(student: &Person, step: i64, status: &str) -> Reply {
    student.post("/api/progress/update", json!({ "subtask_id": step, "status": status })).await
}

#[test]
fn a_finished_step_stays_finished() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.guest(&session, "김순자").await;
        let begun = reports(&student, lecture.steps[0], "IN_PROGRESS").await.is(200);
        assert_eq!((&begun["status"], &begun["completed_at"]), (&json!("IN_PROGRESS"), &Value::Null));
        let done = reports(&student, lecture.steps[0], "COMPLETED").await.is(200);
        assert_eq!((&done["status"], done["completed_at"].is_string()), (&json!("COMPLETED"), true));
        assert_eq!(done["next_subtask"], json!({ "id": lecture.steps[1], "title": "2번째 단계" }));
        school.later(60);
        // On a bad network «working on it» can arrive after «done».
        assert_eq!(reports(&student, lecture.steps[0], "IN_PROGRESS").await.is(200), done);
        assert_eq!(reports(&student, lecture.steps[0], "COMPLETED").await.is(200), done);
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 2);
        let last = reports(&student, lecture.steps[1], "COMPLETED").await.is(200);
        assert_eq!(last["next_subtask"], Value::Null);
        let not_a_word = reports(&student, lecture.steps[1], "NOT_STARTED").await;
        assert_eq!(not_a_word.refused(400, "INVALID_REQUEST")["field"], "status");
    });
}

#[test]
fn a_report_that_changes_nothing_writes_no_event() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        let step = lecture.steps[0];
        let many = join_all((0..10).map(|_| reports(&student, step, "COMPLETED"))).await;
        assert!(many.into_iter().all(|reply| reply.is(200)["status"] == "COMPLETED"));
        for status in ["COMPLETED", "IN_PROGRESS"] {
            let said = json!({ "type": "progress", "data": { "subtask_id": step, "status": status } });
            assert_eq!(phone.asks(said).await["data"]["status"], "COMPLETED");
        }
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 1);
    });
}

#[test]
fn a_step_that_is_no_longer_current_is_recorded() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 3).await;
        let student = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        teacher.moves_to(&session, lecture.steps[2]).await;
        reports(&student, lecture.steps[0], "COMPLETED").await.is(200);
        let said = json!({ "type": "progress", "data": { "subtask_id": lecture.steps[1], "status": "COMPLETED" } });
        assert_eq!(phone.asks(said).await["data"]["next_subtask"]["id"], lecture.steps[2]);
        teacher.presses(&session, "end").await.ok();
        // After the end too, for who reviews at their own pace; but the log of the class is over.
        let events = how_often(&teacher, &session, "student_progress").await;
        reports(&student, lecture.steps[2], "COMPLETED").await.is(200);
        assert_eq!((events, how_often(&teacher, &session, "student_progress").await), (2, 2));
        let progress = student.get(&format!("/api/progress/me?lecture_id={}", lecture.id)).await.ok();
        let summary = json!({ "completed_subtasks": 3, "total_subtasks": 3, "completion_rate": 1.0 });
        assert_eq!(progress["progress_summary"], summary);
    });
}

#[test]
fn a_step_of_another_lecture_is_refused_in_a_session() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        let enrolled = [false, true];
        for also_enrolled in enrolled {
            if also_enrolled {
                student.enrolls(&other).await;
            }
            for kind in ["progress", "help"] {
                let said = json!({ "type": kind, "data": { "subtask_id": other.steps[0], "status": "COMPLETED" } });
                let error = phone.asks(said).await["error"].clone();
                assert_eq!(
                    (&error["code"], &error["details"]["field"]),
                    (&json!("INVALID_REQUEST"), &json!("subtask_id")),
                    "{kind}: {error}"
                );
            }
        }
        // By itself it is fine, and no business of this class.
        student.finishes(other.steps[0]).await;
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 0);
        student.finishes(lecture.steps[0]).await;
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 1);
    });
}

#[test]
fn a_person_who_is_not_enrolled_has_no_progress() {
    on_both(|school| async move {
        let (teacher, lecture, _) = running_session(&school, 1).await;
        let stranger = school.student("김학생").await;
        reports(&stranger, lecture.steps[0], "COMPLETED").await.refused(403, "FORBIDDEN");
        reports(&teacher, lecture.steps[0], "COMPLETED").await.refused(403, "STUDENT_ONLY");
        reports(&stranger, 999_999, "COMPLETED").await.refused(404, "NOT_FOUND");
        let mine = stranger.get("/api/progress/me").await.ok();
        let nothing = json!({ "completed_subtasks": 0, "total_subtasks": 0, "completion_rate": 0.0 });
        assert_eq!((&mine["current_subtask"], &mine["progress_summary"]), (&Value::Null, &nothing));
        let path = format!("/api/progress/me?lecture_id={}", lecture.id);
        stranger.get(&path).await.refused(403, "FORBIDDEN");
        stranger.get("/api/progress/me?lecture_id=999999").await.refused(404, "NOT_FOUND");
        let path = format!("/api/progress/users/{}/lectures/{}", stranger.id, lecture.id);
        teacher.get(&path).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_report_with_a_key_happens_once_on_either_way() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.guest(&session, "김순자").await;
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let body = json!({ "subtask_id": lecture.steps[0], "status": "COMPLETED" });
        let first = student.post_once("/api/progress/update", body.clone(), key).await.is(200);
        school.later(5);
        let loud = key.to_uppercase();
        let again = join_all((0..5).map(|_| student.post_once("/api/progress/update", body.clone(), &loud))).await;
        for reply in again {
            assert_eq!(reply.is(200), first);
        }
        let mut phone = student.follows(&session).await;
        let said = json!({ "type": "progress", "key": key, "data": body });
        assert_eq!(phone.asks(said).await["data"], first);
        // A key is for one thing.
        let other = json!({ "subtask_id": lecture.steps[1], "status": "COMPLETED" });
        student.post_once("/api/progress/update", other.clone(), key).await.refused(409, "KEY_REUSED");
        let begun = json!({ "subtask_id": lecture.steps[0], "status": "IN_PROGRESS" });
        student.post_once("/api/progress/update", begun, key).await.refused(409, "KEY_REUSED");
        let help = json!({ "subtask_id": lecture.steps[0] });
        student.post_once("/api/help/request", help, key).await.refused(409, "KEY_REUSED");
        let said = json!({ "type": "progress", "key": key, "data": other });
        assert_eq!(phone.asks(said).await["error"]["code"], "KEY_REUSED");
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 1);
        // Another person's same key is another key.
        let mate = school.guest(&session, "이영희").await;
        mate.post_once("/api/progress/update", body, key).await.is(200);
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 2);
    });
}

#[test]
fn my_progress_is_the_step_of_my_session_or_else_the_first_unfinished_one() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 3).await;
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        let mine = async || student.get(&format!("/api/progress/me?lecture_id={}", lecture.id)).await.ok();
        let at = async || {
            let current = mine().await["current_subtask"].clone();
            (current["id"].as_i64().unwrap(), current["status"].as_str().unwrap().to_owned())
        };
        assert_eq!(at().await, (lecture.steps[0], "NOT_STARTED".into()));
        assert_eq!(mine().await["current_subtask"]["guide_text"], "1번째 단계: 화면을 눌러주세요");
        student.finishes(lecture.steps[0]).await;
        reports(&student, lecture.steps[1], "IN_PROGRESS").await.is(200);
        assert_eq!(at().await, (lecture.steps[1], "IN_PROGRESS".into()));
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[2]).await;
        assert_eq!(at().await, (lecture.steps[2], "NOT_STARTED".into()));
        teacher.presses(&session, "end").await.ok();
        assert_eq!(at().await, (lecture.steps[1], "IN_PROGRESS".into()));
        let summary = mine().await["progress_summary"].clone();
        assert_eq!(summary, json!({ "completed_subtasks": 1, "total_subtasks": 3, "completion_rate": 0.33 }));
        // Without a lecture: where one was last.
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        school.later(120);
        student.enrolls(&other).await;
        student.finishes(other.steps[0]).await;
        let latest = student.get("/api/progress/me").await.ok();
        assert_eq!(
            (&latest["current_subtask"], &latest["progress_summary"]["total_subtasks"]),
            (&Value::Null, &json!(1))
        );
    });
}

#[test]
fn the_instructor_sees_every_step_of_a_student() {
    on_both_with(&["--access-ttl-s", "86400"], |school| async move {
        let (teacher, lecture, _) = new_session(&school, 3).await;
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        reports(&student, lecture.steps[0], "IN_PROGRESS").await.is(200);
        school.later(300);
        student.finishes(lecture.steps[0]).await;
        reports(&student, lecture.steps[1], "IN_PROGRESS").await.is(200);
        let path = format!("/api/progress/users/{}/lectures/{}", student.id, lecture.id);
        let seen = teacher.get(&path).await.ok();
        assert_eq!(seen["user"], json!({ "id": student.id, "name": "김학생" }));
        assert_eq!(seen["lecture"], json!({ "id": lecture.id, "title": "카카오톡 기초" }));
        let lines: Vec<(&str, &str)> = seen["progress"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| (line["subtask_title"].as_str().unwrap(), line["status"].as_str().unwrap()))
            .collect();
        let expected = [("1번째 단계", "COMPLETED"), ("2번째 단계", "IN_PROGRESS"), ("3번째 단계", "NOT_STARTED")];
        assert_eq!(lines, expected);
        let first = &seen["progress"][0];
        assert_ne!(first["started_at"], first["completed_at"]);
        assert_eq!(
            (&seen["progress"][1]["completed_at"], &seen["progress"][2]["started_at"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(student.get(&path).await.ok(), seen);
        teacher.get(&format!("/api/progress/users/999999/lectures/{}", lecture.id)).await.refused(404, "NOT_FOUND");
        teacher.get(&format!("/api/progress/users/{}/lectures/999999", student.id)).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_second_session_of_a_lecture_begins_anew_and_forgets_nothing() {
    on_both_with(&["--access-ttl-s", "86400"], |school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let first = student.finishes(lecture.steps[0]).await;
        teacher.presses(&session, "end").await.is(200);
        school.later(7 * 3_600);

        let again = teacher.opens_session(&lecture).await;
        student.joins(&again).await;
        teacher.starts(&again, lecture.steps[0]).await;
        let state = student.follows(&again).await.receives("session_state").await;
        assert_eq!(state["data"]["my_subtask_status"], "NOT_STARTED");
        assert_eq!(state["data"]["my_attendance"], "PRESENT", "joining marked it");
        let on_board = async || {
            let state = teacher.watches(&again).await.receives("session_state").await;
            state["data"]["participants"][0]["subtask_status"].clone()
        };
        assert_eq!(on_board().await, "NOT_STARTED");
        let mine = student.get("/api/progress/me").await.ok();
        assert_eq!(mine["current_subtask"]["status"], "NOT_STARTED");
        assert_eq!(mine["progress_summary"]["completed_subtasks"], 1);

        school.later(60);
        let second = student.finishes(lecture.steps[0]).await;
        assert_eq!(second["completed_at"], first["completed_at"], "what was finished first, stays so");
        assert_eq!(on_board().await, "COMPLETED");
        student.finishes(lecture.steps[0]).await;
        assert_eq!(how_often(&teacher, &again, "student_progress").await, 1);
        let state = student.follows(&again).await.receives("session_state").await;
        assert_eq!(state["data"]["my_subtask_status"], "COMPLETED");
    });
}
