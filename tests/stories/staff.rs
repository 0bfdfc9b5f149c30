//! Helpers and hosts of a session: how they come, what they may do, and how it ends.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{how_often, log_of, new_session, running_session};
use crate::harness::people::{Person, Reply, Session};
use crate::harness::socket::{Closed, Socket};
use crate::harness::{School, on_both, on_both_with, until};
use crate::help::{answer, escalated, request};

/// Returns the helpers' key of a session, as its board shows it in the QR.
pub async fn helper_key(teacher: &Person, session: &Session) -> String {
    let staff = teacher.get(&staff_of(session)).await.ok();
    staff["helper_url"].as_str().unwrap().split_once("?k=").unwrap().1.to_owned()
}

pub fn staff_of(session: &Session) -> String {
    format!("/api/sessions/{}/staff", session.id)
}

async fn scans(school: &School, session: &Session, name: &str, key: &str) -> Reply {
    let path = format!("/api/sessions/{}/helper", session.code);
    school.nobody().post(&path, json!({ "name": name, "key": key })).await
}

/// Someone who scans the helpers' QR and types a name.
pub async fn helper(school: &School, teacher: &Person, session: &Session, name: &str) -> Person {
    let joined = scans(school, session, name, &helper_key(teacher, session).await).await.is(201);
    school.nobody().becomes(&joined)
}

pub async fn invites(host: &Person, session: &Session, person: &Person, role: &str) -> Reply {
    host.post(&staff_of(session), json!({ "user_id": person.id, "role": role })).await
}

async fn removes(host: &Person, session: &Session, person: &Person) -> Reply {
    host.post(&format!("{}/{}/remove", staff_of(session), person.id), json!({})).await
}

async fn helps(person: &Person, session: &Session) -> Socket {
    person.opens(&format!("/ws/session/{}/helper/", session.id)).await
}

async fn claims(person: &Person, call: i64) -> Reply {
    person.post(&format!("{}/claim", request(call)), json!({})).await
}

async fn releases(person: &Person, call: i64) -> Reply {
    person.post(&format!("{}/release", request(call)), json!({})).await
}

fn roles(staff: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    staff["staff"].as_array().unwrap().iter().map(|one| (text(&one["name"]), text(&one["role"]))).collect()
}

fn named(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, role)| ((*name).to_owned(), (*role).to_owned())).collect()
}

#[test]
fn a_helper_comes_by_the_qr_and_sees_the_board_without_addresses() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let joined = scans(&school, &session, "박도우미", &helper_key(&teacher, &session).await).await.is(201);
        assert_eq!((&joined["role"], &joined["user"]["guest"]), (&json!("HELPER"), &json!(true)));
        assert_eq!(
            (&joined["participant"]["session_id"], &joined["participant"]["status"]),
            (&json!(session.id), &json!("HELPER"))
        );
        assert_eq!(joined["participant"]["participant_id"], Value::Null);
        let helper = school.nobody().becomes(&joined);
        let mut board = helps(&helper, &session).await;
        let state = board.receives("session_state").await["data"].clone();
        assert_eq!((&state["my_status"], &state["total_participants"]), (&json!("HELPER"), &json!(1)));
        let one = &state["participants"][0];
        assert_eq!(
            (&one["name"], &one["email"], &one["open_help_claimed_by"]),
            (&json!("김학생"), &Value::Null, &Value::Null)
        );
        // Neither do later frames, the log or a resumed stream have any.
        let known = board.received[0]["seq"].as_i64().unwrap();
        let other = school.student("이학생").await;
        other.joins(&session).await;
        let came = board.waits_for("student_joined").await;
        assert_eq!((&came["data"]["name"], &came["data"]["email"]), (&json!("이학생"), &Value::Null));
        let mut again = helper.opens(&format!("/ws/session/{}/helper/?since={known}", session.id)).await;
        assert_eq!(again.waits_for("student_joined").await, came);
        let log = helper.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
        assert!(log.to_string().contains("이학생") && !log.to_string().contains("@example.com"), "{log}");
        // The teacher's board has them as before.
        let mut theirs = teacher.watches(&session).await;
        let state = theirs.receives("session_state").await;
        assert!(state["data"]["participants"][0]["email"].is_string(), "{state}");
    });
}

#[test]
fn helpers_are_no_participants_and_count_nowhere() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        let _board = helps(&helper, &session).await;
        let path = |rest: &str| format!("/api/sessions/{}/{rest}", session.id);
        assert_eq!(teacher.get(&path("participants")).await.ok()["total_count"], 0);
        assert_eq!(teacher.get(&path("attendance")).await.ok()["total_count"], 0);
        assert_eq!(teacher.get(&path("current")).await.ok()["active_participants"], 0);
        assert_eq!(how_often(&teacher, &session, "student_joined").await, 0);
        // Logs of their phones count for the session, as those of guests do.
        let log = json!({ "event_type": "CLICK" });
        helper.post("/api/logs/activity", log).await.ok();
        let counted = "select session from session_log_bytes";
        let (counts_for,): (i64,) = school.app.db.one(counted, Vec::new()).await.unwrap();
        assert_eq!(counts_for, session.id);
        // Nor do they become a learner by another way.
        helper.post(&path("join"), json!({})).await.refused(403, "STUDENT_ONLY");
        assert_eq!(helper.tries_to_open(&format!("/ws/session/{}/student/", session.id)).await.err(), Some(403));
        assert_eq!(helper.tries_to_open(&format!("/ws/session/{}/instructor/", session.id)).await.err(), Some(403));
        let staff = until("the helper is connected", async || {
            let staff = teacher.get(&staff_of(&session)).await.ok();
            (staff["staff"][1]["connected"] == true).then_some(staff)
        })
        .await;
        assert_eq!(roles(&staff), named(&[("박강사", "INSTRUCTOR"), ("박도우미", "HELPER")]));
        assert_eq!(staff["staff"][0]["connected"], false);
        assert_eq!(
            helper.get(&staff_of(&session)).await.ok()["helper_url"],
            Value::Null,
            "the key is for those who lead"
        );
    });
}

#[test]
fn a_helper_steers_nothing() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        let other = school.another_teacher().await;
        invites(&teacher, &session, &other, "HELPER").await.ok();
        let before = log_of(&teacher, &session).await;
        for person in [&helper, &other] {
            let code = if person.id == helper.id { "INSTRUCTOR_ONLY" } else { "FORBIDDEN" };
            for (path, body) in [
                ("start", json!({})),
                ("next-step", json!({ "next_subtask_id": lecture.steps[1] })),
                ("pause", json!({})),
                ("resume", json!({})),
                ("message", json!({ "message": "모두에게" })),
                ("end", json!({})),
                ("staff", json!({ "user_id": other.id, "role": "HOST" })),
                (&format!("staff/{}/remove", teacher.id), json!({})),
                (&format!("participants/{}/remove", student.id), json!({})),
                (&format!("participants/{}/rename", student.id), json!({ "name": "김" })),
                (&format!("participants/{}/reentry", student.id), json!({})),
            ] {
                person.post(&format!("/api/sessions/{}/{path}", session.id), body).await.refused(403, code);
            }
            let closed = json!({ "door": "CLOSED" });
            person.put(&format!("/api/sessions/{}", session.id), closed).await.refused(403, code);
            person.get(&format!("/api/sessions/{}/participants", session.id)).await.refused(403, code);
            person.get(&format!("/api/sessions/{}/attendance.csv", session.id)).await.refused(403, code);
            let mut board = helps(person, &session).await;
            board.receives("session_state").await;
            for word in ["start", "next_step", "pause", "end", "pointer"] {
                let refused = board.asks(json!({ "type": word, "data": {} })).await;
                assert_eq!(
                    (&refused["type"], &refused["error"]["code"]),
                    (&json!("error"), &json!("INVALID_REQUEST")),
                    "{word}"
                );
            }
        }
        assert_eq!(log_of(&teacher, &session).await, before);
        // The work of helpers.
        assert_eq!(helper.get(&request(call)).await.ok()["status"], "ESCALATED");
        let queue = format!("/api/dashboard/help-requests/pending?session_id={}", session.id);
        assert_eq!(helper.get(&queue).await.ok()["pending_requests"][0]["help_request_id"], call);
        assert_eq!(helper.get("/api/dashboard/help-requests/pending").await.status, 403);
        let answered = helper.post(&format!("{}/respond", request(call)), answer("여기를 누르세요")).await.ok();
        assert_eq!(
            (&answered["status"], &answered["help_response"]["answered_by"]),
            (&json!("ANSWERED"), &json!("INSTRUCTOR"))
        );
        other.post(&format!("{}/resolve", request(call)), json!({})).await.ok();
    });
}

#[test]
fn a_claimed_call_is_told_to_the_board_the_desk_and_the_learner() {
    on_both(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let (first, second) = (
            helper(&school, &teacher, &session, "박도우미").await,
            helper(&school, &teacher, &session, "이도우미").await,
        );
        let (mut phone, mut board) = (student.follows(&session).await, teacher.watches(&session).await);
        let (mut desk, mut other) =
            (teacher.opens("/ws/dashboard/help-requests/").await, helps(&second, &session).await);
        assert_eq!(phone.receives("session_state").await["data"]["open_help_claimed_by"], Value::Null);
        for socket in [&mut board, &mut other] {
            socket.receives("session_state").await;
        }
        desk.receives("resync").await;
        let claim = claims(&first, call).await.ok();
        let by = json!({ "id": first.id, "name": "박도우미" });
        assert_eq!((&claim["help_request_id"], &claim["claimed_by"]), (&json!(call), &by));
        assert!(claim["claimed_at"].is_string());
        let heard = phone.waits_for("help_claimed").await;
        assert_eq!(
            heard,
            json!({ "type": "help_claimed", "data": { "help_request_id": call, "helper_name": "박도우미" } })
        );
        for socket in [&mut board, &mut other, &mut desk] {
            let told = socket.waits_for("help_claimed").await["data"].clone();
            assert_eq!(
                (&told["help_request_id"], &told["user_id"], &told["helper"]),
                (&json!(call), &json!(student.id), &by)
            );
        }
        // The claim is found again by those who come later.
        assert_eq!(
            student.follows(&session).await.receives("session_state").await["data"]["open_help_claimed_by"],
            "박도우미"
        );
        let state = teacher.watches(&session).await.receives("session_state").await;
        assert_eq!(state["data"]["participants"][0]["open_help_claimed_by"], by);
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok();
        assert_eq!(pending["pending_requests"][0]["claimed_by"], by);
        assert_eq!(student.get(&request(call)).await.ok()["claimed_by"], by);
        // A second claim of one's own changes nothing, and nobody else's is taken.
        assert_eq!(claims(&first, call).await.ok(), claim);
        assert_eq!(claims(&second, call).await.refused(409, "ALREADY_CLAIMED")["name"], "박도우미");
        assert_eq!(claims(&teacher, call).await.refused(409, "ALREADY_CLAIMED")["name"], "박도우미");
        releases(&second, call).await.refused(403, "FORBIDDEN");
        assert_eq!(releases(&first, call).await.ok()["claimed_by"], Value::Null);
        assert_eq!(phone.waits_for("help_claimed").await["data"]["helper_name"], Value::Null);
        assert_eq!(board.waits_for("help_claimed").await["data"]["helper"], Value::Null);
        releases(&first, call).await.ok();
        claims(&second, call).await.ok();
        // One who leads may give a call back for another.
        releases(&teacher, call).await.ok();
        assert_eq!(how_often(&teacher, &session, "help_claimed").await, 4);
    });
}

#[test]
fn of_twenty_helpers_who_claim_a_call_at_once_one_goes() {
    on_both(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let mut helpers = Vec::new();
        for n in 0..20 {
            helpers.push(helper(&school, &teacher, &session, &format!("도우미{n}")).await);
        }
        let replies = join_all(helpers.iter().map(|helper| claims(helper, call))).await;
        let won: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(won.len(), 1, "{replies:?}");
        let name = won[0].json["claimed_by"]["name"].clone();
        for lost in replies.into_iter().filter(|reply| reply.status != 200) {
            assert_eq!(lost.refused(409, "ALREADY_CLAIMED")["name"], name);
        }
        assert_eq!(student.get(&request(call)).await.ok()["claimed_by"]["name"], name);
        assert_eq!(how_often(&teacher, &session, "help_claimed").await, 1);
    });
}

#[test]
fn only_an_open_call_is_claimed_and_one_that_opens_again_is_free() {
    on_both(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let (first, second) = (
            helper(&school, &teacher, &session, "박도우미").await,
            helper(&school, &teacher, &session, "이도우미").await,
        );
        claims(&student, call).await.refused(403, "INSTRUCTOR_ONLY");
        let stranger = school.another_teacher().await;
        claims(&stranger, call).await.refused(404, "NOT_FOUND");
        claims(&first, call).await.ok();
        let answered = first.post(&format!("{}/respond", request(call)), answer("여기를 누르세요")).await.ok();
        assert_eq!(claims(&second, call).await.refused(409, "INVALID_STATE")["status"], "ANSWERED");
        let rating = json!({ "help_response_id": answered["help_response"]["id"], "rating": 1 });
        student.post("/api/help/feedback", rating).await.ok();
        let seen = student.get(&request(call)).await.ok();
        assert_eq!((&seen["status"], &seen["claimed_by"]), (&json!("ESCALATED"), &Value::Null));
        claims(&second, call).await.ok();
    });
}

#[test]
fn a_helper_who_is_removed_is_out_at_once_and_the_qr_is_a_new_one() {
    on_both(|school| async move {
        let (teacher, _, session, _, call) = escalated(&school).await;
        let key = helper_key(&teacher, &session).await;
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        let mut board = helps(&helper, &session).await;
        let mut own = helper.opens(&format!("/ws/help/{}", helper.id)).await;
        let mut theirs = teacher.watches(&session).await;
        theirs.receives("session_state").await;
        claims(&helper, call).await.ok();
        removes(&teacher, &session, &helper).await.is(204);
        assert_eq!(board.ends().await, Closed { code: 4403, reason: "removed by the instructor".into() });
        assert_eq!(own.ends().await.code, 4401);
        assert_eq!(theirs.waits_for("staff_changed").await["data"]["role"], Value::Null);
        assert_eq!(teacher.get(&request(call)).await.ok()["claimed_by"], Value::Null);
        helper.get(&staff_of(&session)).await.refused(401, "LOGIN_ENDED");
        let refresh = json!({ "refresh_token": helper.refresh });
        school.nobody().post("/api/auth/refresh", refresh).await.refused(401, "LOGIN_ENDED");
        scans(&school, &session, "박도우미", &key).await.refused(404, "NOT_FOUND");
        assert_ne!(helper_key(&teacher, &session).await, key);
        removes(&teacher, &session, &helper).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn helpers_end_with_the_session_and_their_claims_are_released() {
    on_both(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let (helper, colleague) =
            (helper(&school, &teacher, &session, "박도우미").await, school.another_teacher().await);
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        claims(&helper, call).await.ok();
        let key = helper_key(&teacher, &session).await;
        let (mut first, mut second) = (helps(&helper, &session).await, helps(&colleague, &session).await);
        let mut phone = student.follows(&session).await;
        for socket in [&mut first, &mut second, &mut phone] {
            socket.receives("session_state").await;
        }
        teacher.presses(&session, "end").await.ok();
        for socket in [&mut first, &mut second] {
            socket.waits_for("session_ended").await;
            assert_eq!(socket.ends().await, Closed { code: 1000, reason: "the session is over".into() });
        }
        assert_eq!(phone.waits_for("help_claimed").await["data"]["helper_name"], Value::Null);
        helper.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        colleague.get(&staff_of(&session)).await.refused(403, "FORBIDDEN");
        assert_eq!(colleague.tries_to_open(&format!("/ws/session/{}/helper/", session.id)).await.err(), Some(403));
        assert_eq!(
            scans(&school, &session, "박도우미", &key).await.refused(409, "INVALID_STATE")["status"],
            "REVIEW_MODE"
        );
        let staff = teacher.get(&staff_of(&session)).await.ok();
        assert_eq!((roles(&staff), &staff["helper_url"]), (named(&[("박강사", "INSTRUCTOR")]), &Value::Null));
        assert_eq!(teacher.get(&request(call)).await.ok()["claimed_by"], Value::Null);
    });
}

#[test]
fn a_wrong_key_is_slow_and_the_right_one_is_not() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let key = helper_key(&teacher, &session).await;
        for n in 0..60 {
            scans(&school, &session, "도둑", &format!("wrong{n}")).await.refused(404, "NOT_FOUND");
        }
        scans(&school, &session, "도둑", "wrong").await.refused(429, "TOO_MANY_REQUESTS");
        scans(&school, &session, "박도우미", &session.key).await.refused(429, "TOO_MANY_REQUESTS");
        scans(&school, &session, "박도우미", &key).await.is(201);
        // The key opens no other door: the learners' limit on codes stands as it was.
        let typed = school.nobody().get(&format!("/api/sessions/{}", session.code)).await;
        typed.refused(429, "TOO_MANY_REQUESTS");
        school.nobody().get(&format!("/api/sessions/{}?k={key}", session.code)).await.refused(429, "TOO_MANY_REQUESTS");
    });
}

#[test]
fn a_helper_who_sends_twice_comes_once_and_a_learner_who_helps_stays_a_learner() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let learner = school.guest(&session, "김순자").await;
        let (key, path) = (helper_key(&teacher, &session).await, format!("/api/sessions/{}/helper", session.code));
        let (body, once) = (json!({ "name": "김순자", "key": key }), "0b0e7f0e-6f5f-4b52-9a4e-3f6f1f0f7a10");
        let replies = join_all((0..5).map(|_| learner.post_once(&path, body.clone(), once))).await;
        let ids: Vec<Value> = replies.into_iter().map(|reply| reply.is(201)["user"]["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0] && *id != json!(learner.id)), "{ids:?}");
        let other = json!({ "name": "이순자", "key": key });
        learner.post_once(&path, other, once).await.refused(409, "KEY_REUSED");
        assert_eq!(roles(&teacher.get(&staff_of(&session)).await.ok()).len(), 2);
        // The learner's own login goes on.
        learner.finishes(lecture.steps[0]).await;
        let listed = teacher.get(&format!("/api/sessions/{}/participants", session.id)).await.ok();
        assert_eq!((&listed["total_count"], &listed["participants"][0]["user_id"]), (&json!(1), &json!(learner.id)));
    });
}

#[test]
fn at_most_fifty_helpers_come_by_the_qr() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let key = helper_key(&teacher, &session).await;
        for n in 0..49 {
            scans(&school, &session, &format!("도우미{n}"), &key).await.is(201);
        }
        let replies = join_all((0..3).map(|_| scans(&school, &session, "늦은 도우미", &key))).await;
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409]);
        // Helpers by the key take no room from those who are invited.
        let colleague = school.another_teacher().await;
        invites(&teacher, &session, &colleague, "HOST").await.ok();
    });
}
