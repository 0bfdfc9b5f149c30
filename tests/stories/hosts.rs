//! Colleagues in a session: one who leads it in place of another, what staff do for one learner, and messages to one.

use serde_json::{Value, json};

use crate::classroom::{how_often, running_session};
use crate::harness::people::{Person, Session};
use crate::harness::{on_both, until};
use crate::help::{answer, escalated, request};
use crate::staff::{helper, helper_key, invites, staff_of};

fn path_of(session: &Session, person: &Person, what: &str) -> String {
    format!("/api/sessions/{}/participants/{}/{what}", session.id, person.id)
}

#[test]
fn a_class_is_handed_over_without_a_gap() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let colleague = school.another_teacher().await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let found = teacher.get("/api/colleagues?search=최").await.ok()["colleagues"].clone();
        assert_eq!(found, json!([{ "user_id": colleague.id, "name": "최강사", "namesake": 1 }]));
        colleague.get("/api/sessions/my-active").await.is(404);
        invites(&teacher, &session, &colleague, "HOST").await.ok();
        let told = colleague.get("/api/notifications").await.ok()["notifications"][0].clone();
        assert_eq!((&told["type"], &told["related_id"]), (&json!("SESSION_HANDED_OVER"), &json!(session.id)));
        assert_eq!(told["related_user"]["name"], "박강사");
        let active = colleague.get("/api/sessions/my-active").await.ok();
        assert_eq!(
            (&active["active_session"]["session_id"], &active["active_session"]["my_status"]),
            (&json!(session.id), &json!("HOST"))
        );
        assert_eq!(
            (&active["assisted"][0]["session_id"], &active["assisted"][0]["my_role"]),
            (&json!(session.id), &json!("HOST"))
        );
        let mut theirs = colleague.watches(&session).await;
        assert!(theirs.receives("session_state").await["data"]["join_url"].is_string());
        // Both boards work.
        colleague.moves_to(&session, lecture.steps[1]).await;
        board.waits_for("step_changed").await;
        let moved = theirs.asks(json!({ "type": "next_step", "data": { "next_subtask_id": lecture.steps[0] } })).await;
        assert_eq!(moved["type"], "reply", "{moved}");
        teacher.moves_to(&session, lecture.steps[1]).await;
        colleague.get(&format!("/api/sessions/{}/attendance", session.id)).await.ok();
        let renamed =
            colleague.post(&path_of(&session, &student, "rename"), json!({ "name": "김순자 (앞)" })).await.ok();
        assert_eq!(renamed["name"], "김순자 (앞)");
        colleague.post(&format!("{}/respond", request(call)), answer("여기를 누르세요")).await.ok();
        // A host invites helpers, and does not touch the lecture.
        helper(&school, &colleague, &session, "박도우미").await;
        colleague
            .put(&format!("/api/lectures/{}", lecture.id), json!({ "title": "남의 강의" }))
            .await
            .refused(403, "FORBIDDEN");
        colleague.get(&format!("/api/lectures/{}/sessions", lecture.id)).await.refused(403, "FORBIDDEN");
        // One who ends the session sees that it has ended.
        let ended = theirs.asks(json!({ "type": "end", "data": {} })).await;
        assert_eq!(ended["data"]["status"], "REVIEW_MODE", "{ended}");
        colleague.get(&format!("/api/sessions/{}/participants", session.id)).await.ok();
        assert_eq!(colleague.get(&staff_of(&session)).await.ok()["helper_url"], Value::Null);
        colleague.get("/api/sessions/my-active").await.is(404);
    });
}

#[test]
fn another_role_closes_the_board_of_who_led() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let colleague = school.another_teacher().await;
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        let path = format!("/ws/session/{}/instructor/", session.id);
        assert_eq!(colleague.tries_to_open(&path).await.err(), Some(403));
        invites(&teacher, &session, &colleague, "HOST").await.ok();
        let mut board = colleague.watches(&session).await;
        board.receives("session_state").await;
        // The same role again is no change.
        invites(&teacher, &session, &colleague, "HOST").await.ok();
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        assert_eq!(board.ends().await.code, 4403);
        assert_eq!(colleague.presses(&session, "pause").await.status, 403);
        let mut helps = colleague.opens(&format!("/ws/session/{}/helper/", session.id)).await;
        assert_eq!(helps.receives("session_state").await["data"]["my_status"], "HELPER");
        assert_eq!(how_often(&teacher, &session, "staff_changed").await, 3);
        let kinds: Vec<Value> = colleague.get("/api/notifications").await.ok()["notifications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["type"].clone())
            .collect();
        assert_eq!(kinds, [json!("SESSION_HELP"), json!("SESSION_HANDED_OVER"), json!("SESSION_HELP")]);
        // One leaves by oneself.
        let leaves = format!("{}/{}/remove", staff_of(&session), colleague.id);
        colleague.post(&leaves, json!({})).await.is(204);
        assert_eq!(helps.ends().await.code, 1000);
        colleague.get(&staff_of(&session)).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn only_colleagues_are_invited_and_nobody_else_is_found() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let (student, admin) = (school.student("김학생").await, school.admin().await);
        let guest = school.guest(&session, "김순자").await;
        for person in [&student, &guest] {
            invites(&teacher, &session, person, "HELPER").await.refused(404, "NOT_FOUND");
            person.get("/api/colleagues").await.refused(403, "INSTRUCTOR_ONLY");
        }
        invites(&admin, &session, &teacher, "HELPER").await.ok();
        assert_eq!(teacher.get(&staff_of(&session)).await.ok()["staff"].as_array().unwrap().len(), 1);
        invites(&teacher, &session, &admin, "HELPER").await.ok();
        let twin = school.registers("INSTRUCTOR", "최강사", "twin@example.com").await;
        school.another_teacher().await;
        let found = teacher.get("/api/colleagues?search=최강").await.ok()["colleagues"].clone();
        let numbers: Vec<&Value> = found.as_array().unwrap().iter().map(|one| &one["namesake"]).collect();
        assert_eq!((numbers, &found[0]["user_id"]), (vec![&json!(1), &json!(2)], &json!(twin.id)));
        let all = teacher.get("/api/colleagues").await.ok();
        assert_eq!(all["colleagues"].as_array().unwrap().len(), 3);
        assert!(
            !all.to_string().contains("@")
                && !all.to_string().contains("박강사")
                && !all.to_string().contains("김학생")
        );
        // A colleague who is no instructor any more has no role either.
        invites(&teacher, &session, &twin, "HOST").await.ok();
        let role = json!({ "role": "STUDENT" });
        admin.patch(&format!("/api/admin/people/{}/role", twin.id), role).await.ok();
        let twin = school.nobody().logs_in("twin@example.com", crate::harness::people::PASSWORD).await;
        twin.get(&staff_of(&session)).await.refused(403, "INSTRUCTOR_ONLY");
        twin.presses(&session, "end").await.refused(403, "INSTRUCTOR_ONLY");
    });
}

#[test]
fn a_step_that_staff_mark_is_done_as_if_the_learner_had_said_so() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        let (mut phone, mut board) = (student.follows(&session).await, teacher.watches(&session).await);
        phone.receives("session_state").await;
        board.receives("session_state").await;
        let step = json!({ "subtask_id": lecture.steps[0] });
        let done = helper.post(&path_of(&session, &student, "done"), step.clone()).await.ok();
        assert_eq!((&done["subtask_id"], &done["status"]), (&step["subtask_id"], &json!("COMPLETED")));
        let told = phone.waits_for("progress_marked").await["data"].clone();
        assert_eq!(
            (&told["subtask_id"], &told["status"], &told["marked_by"]),
            (&step["subtask_id"], &json!("COMPLETED"), &json!("박도우미"))
        );
        // A phone that was away hears of it when it is back.
        let mut again = student.opens(&format!("/ws/session/{}/student/?since=1", session.id)).await;
        let told = again.waits_for("progress_marked").await["data"].clone();
        assert_eq!((&told["subtask_id"], &told["marked_by"]), (&step["subtask_id"], &Value::Null));
        let event = board.waits_for("student_progress").await["data"].clone();
        assert_eq!((&event["user_id"], &event["status"]), (&json!(student.id), &json!("COMPLETED")));
        assert_eq!(student.get(&request(call)).await.ok()["status"], "RESOLVED");
        // Twice is once, and nothing is done for those who are not there.
        helper.post(&path_of(&session, &student, "done"), step.clone()).await.ok();
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 1);
        let stranger = school.student("김학생").await;
        helper.post(&path_of(&session, &stranger, "done"), step.clone()).await.refused(404, "NOT_FOUND");
        let elsewhere = teacher.makes_lecture("다른 강의", 1).await;
        let other = json!({ "subtask_id": elsewhere.steps[0] });
        assert_eq!(helper.post(&path_of(&session, &student, "done"), other).await.status, 400);
        student.post(&path_of(&session, &student, "done"), step.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        teacher.presses(&session, "end").await.ok();
        teacher.post(&path_of(&session, &student, "done"), step).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn a_message_to_one_waits_until_it_is_put_away_and_the_newest_counts() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let (student, mate) = (school.guest(&session, "김순자").await, school.guest(&session, "이영수").await);
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        let (mut phone, mut other) = (student.follows(&session).await, mate.follows(&session).await);
        phone.receives("session_state").await;
        other.receives("session_state").await;
        let (path, key) = (path_of(&session, &student, "message"), "1b0e7f0e-6f5f-4b52-9a4e-3f6f1f0f7a10");
        let first = helper.post_once(&path, json!({ "message": "곧 갈게요" }), key).await.is(201);
        let heard = phone.receives("message_to_me").await["data"].clone();
        assert_eq!((&heard["message"], &heard["from_name"]), (&json!("곧 갈게요"), &json!("박도우미")));
        assert_eq!((&heard["message_id"], &heard["timestamp"]), (&first["message_id"], &first["timestamp"]));
        // Sent again with its key, it is the same message.
        assert_eq!(helper.post_once(&path, json!({ "message": "곧 갈게요" }), key).await.is(201), first);
        phone.receives_nothing_more().await;
        other.receives_nothing_more().await;
        let second = teacher.post(&path, json!({ "message": "다 왔어요" })).await.is(201);
        phone.receives("message_to_me").await;
        // At each entry, whether by the state or by what was missed.
        for query in ["", "?since=0"] {
            let mut again = student.opens(&format!("/ws/session/{}/student/{query}", session.id)).await;
            assert_eq!(again.waits_for("message_to_me").await["data"]["message_id"], second["message_id"]);
        }
        // The first one is gone, and what is another's stays.
        let read = |id: &Value| json!({ "message_id": id });
        let put_away = format!("/api/sessions/{}/message-read", session.id);
        student.post(&put_away, read(&first["message_id"])).await.is(204);
        mate.post(&put_away, read(&second["message_id"])).await.is(204);
        assert_eq!(student.follows(&session).await.waits_for("message_to_me").await["data"]["message"], "다 왔어요");
        let reply = phone.asks(json!({ "type": "message_read", "data": { "message_id": second["message_id"] } })).await;
        assert_eq!(reply["type"], "reply", "{reply}");
        let mut again = student.follows(&session).await;
        again.receives("session_state").await;
        again.receives_nothing_more().await;
        student.post(&path, json!({ "message": "나에게" })).await.refused(403, "INSTRUCTOR_ONLY");
        school.student("김학생").await.post(&put_away, read(&json!(1))).await.refused(403, "FORBIDDEN");
        let nobody = path.replace(&student.id.to_string(), "4711");
        teacher.post(&nobody, json!({ "message": "누구세요" })).await.refused(404, "NOT_FOUND");
        assert_eq!(how_often(&teacher, &session, "message_to_me").await, 0, "it is nobody else's");
        // Nothing waits after the end, or for one who was shown out.
        teacher.post(&path_of(&session, &mate, "message"), json!({ "message": "안녕" })).await.is(201);
        teacher.post(&path, json!({ "message": "끝" })).await.is(201);
        let left = async || {
            school.app.db.one::<(i64,)>("select count(*) from participant_messages", Vec::new()).await.unwrap().0
        };
        teacher.post(&path_of(&session, &mate, "remove"), json!({})).await.ok();
        assert_eq!(left().await, 1);
        teacher.presses(&session, "end").await.ok();
        assert_eq!(left().await, 0);
        teacher.post(&path, json!({ "message": "늦었네요" })).await.refused(409, "INVALID_STATE");
        student.finishes(lecture.steps[0]).await;
    });
}

#[test]
fn nobody_waits_for_a_colleague_who_was_erased() {
    on_both(|school| async move {
        let (teacher, _, session, _, call) = escalated(&school).await;
        let (colleague, admin) = (school.another_teacher().await, school.admin().await);
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        colleague.post(&format!("{}/claim", request(call)), json!({})).await.ok();
        let mut board = colleague.opens(&format!("/ws/session/{}/helper/", session.id)).await;
        admin.post(&format!("/api/admin/people/{}/erase", colleague.id), json!({})).await.is(204);
        assert_eq!(board.ends().await.code, 4401);
        assert_eq!(teacher.get(&request(call)).await.ok()["claimed_by"], Value::Null);
        let staff = teacher.get(&staff_of(&session)).await.ok();
        assert_eq!(staff["staff"].as_array().unwrap().len(), 1);
        until("nobody else is connected", async || {
            let staff = teacher.get(&staff_of(&session)).await.ok();
            (staff["staff"][0]["connected"] == false).then_some(())
        })
        .await;
        assert!(!helper_key(&teacher, &session).await.is_empty());
    });
}

#[test]
fn a_host_changes_nothing_in_a_session_that_has_ended() {
    on_both(|school| async move {
        let (teacher, _, session, student, _) = escalated(&school).await;
        let (colleague, other) = (school.another_teacher().await, school.guest(&session, "이영수").await);
        invites(&teacher, &session, &colleague, "HOST").await.ok();
        let key = "2b0e7f0e-6f5f-4b52-9a4e-3f6f1f0f7a10";
        let end = format!("/api/sessions/{}/end", session.id);
        let ended = colleague.post_once(&end, json!({}), key).await.ok();
        // The same command, sent again after a lost reply.
        assert_eq!(colleague.post_once(&end, json!({}), key).await.ok()["ended_at"], ended["ended_at"]);
        colleague.get(&format!("/api/sessions/{}/participants", session.id)).await.ok();
        for (what, body) in [("reentry", json!({})), ("rename", json!({ "name": "다른 이름" })), ("remove", json!({}))]
        {
            colleague.post(&path_of(&session, &student, what), body.clone()).await.refused(403, "FORBIDDEN");
        }
        let merged = json!({ "into": other.id });
        colleague.post(&path_of(&session, &student, "merge"), merged).await.refused(403, "FORBIDDEN");
        teacher.post(&path_of(&session, &student, "rename"), json!({ "name": "김순자 (앞)" })).await.ok();
    });
}

#[test]
fn a_colleague_who_led_takes_no_key_of_helpers_along() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let colleague = school.another_teacher().await;
        let mut keys = Vec::new();
        for role in ["HELPER", "removed"] {
            invites(&teacher, &session, &colleague, "HOST").await.ok();
            keys.push(helper_key(&colleague, &session).await);
            match role {
                "HELPER" => drop(invites(&teacher, &session, &colleague, "HELPER").await.ok()),
                _ => {
                    let path = format!("{}/{}/remove", staff_of(&session), colleague.id);
                    teacher.post(&path, json!({})).await.is(204);
                }
            }
        }
        keys.push(helper_key(&teacher, &session).await);
        keys.dedup();
        assert_eq!(keys.len(), 3, "each time the key is a new one");
    });
}

#[test]
fn nobody_goes_to_a_learner_to_whom_another_one_goes() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let (first, second) = (
            helper(&school, &teacher, &session, "박도우미").await,
            helper(&school, &teacher, &session, "이도우미").await,
        );
        let claim = |call: i64| format!("{}/claim", request(call));
        first.post(&claim(call), json!({})).await.ok();
        let newer = student.asks_for_help(lecture.steps[0]).await;
        assert_ne!(newer, call);
        let refused = second.post(&claim(newer), json!({})).await.refused(409, "ALREADY_CLAIMED");
        assert_eq!(refused["name"], "박도우미");
        let helper_of = |board: &Value| board["data"]["participants"][0]["open_help_claimed_by"]["name"].clone();
        let mut board = teacher.watches(&session).await;
        assert_eq!(helper_of(&board.receives("session_state").await), "박도우미");
        // A phone that was away hears of it, by the state and by what it missed.
        let state = student.follows(&session).await.receives("session_state").await;
        assert_eq!(state["data"]["open_help_claimed_by"], "박도우미");
        let seq = &state["seq"];
        let mut again = student.opens(&format!("/ws/session/{}/student/?since={seq}", session.id)).await;
        let told = again.waits_for("help_claimed").await["data"].clone();
        assert_eq!(told, json!({ "help_request_id": newer, "helper_name": "박도우미" }));
        // Both calls are free again once the one who went is gone.
        let path = format!("{}/{}/remove", staff_of(&session), first.id);
        teacher.post(&path, json!({})).await.is(204);
        second.post(&claim(newer), json!({})).await.ok();
    });
}

#[test]
fn nothing_is_written_to_a_learner_who_has_left() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let path = path_of(&session, &student, "message");
        teacher.post(&path, json!({ "message": "곧 갈게요" })).await.is(201);
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        teacher.post(&path, json!({ "message": "어디 계세요" })).await.refused(404, "NOT_FOUND");
        let sql = "select count(*) from participant_messages";
        assert_eq!(school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap(), (0,));
    });
}

#[test]
fn a_colleague_who_becomes_a_student_goes_to_nobody() {
    on_both(|school| async move {
        let (teacher, _, session, _, call) = escalated(&school).await;
        let (colleague, admin) = (school.another_teacher().await, school.admin().await);
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        colleague.post(&format!("{}/claim", request(call)), json!({})).await.ok();
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let role = format!("/api/admin/people/{}/role", colleague.id);
        admin.patch(&role, json!({ "role": "STUDENT" })).await.ok();
        assert_eq!(board.waits_for("help_claimed").await["data"]["helper"], Value::Null);
        admin.patch(&role, json!({ "role": "INSTRUCTOR" })).await.ok();
        assert_eq!(teacher.get(&staff_of(&session)).await.ok()["staff"].as_array().unwrap().len(), 1);
    });
}
