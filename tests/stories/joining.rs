//! Coming into a class, and going out of it.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{by_hand, how_often, new_session, running_session};
use crate::harness::on_both;
use crate::harness::people::{PASSWORD, Person, Session};

fn guest_path(session: &Session) -> String {
    format!("/api/sessions/{}/guest", session.code)
}

fn path(session: &Session, part: &str) -> String {
    format!("/api/sessions/{}/{part}", session.id)
}

fn of_participant(session: &Session, person: &Person, action: &str) -> String {
    format!("/api/sessions/{}/participants/{}/{action}", session.id, person.id)
}

async fn moves_the_door(teacher: &Person, session: &Session, door: &str) {
    let moved = teacher.put(&format!("/api/sessions/{}", session.id), json!({ "door": door })).await.ok();
    assert_eq!(moved["door"], door);
}

#[test]
fn a_senior_scans_the_code_types_a_name_and_joins() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let looked = school.nobody().get(&format!("/api/sessions/{}", session.code)).await.ok();
        assert_eq!((&looked["session_id"], &looked["participant_count"]), (&json!(session.id), &json!(0)));
        let typed = json!({ "name": "김순자", "age": 72, "digital_level": "BEGINNER" });
        let joined = school.nobody().post(&guest_path(&session), typed).await.is(201);
        assert_eq!((&joined["user"]["email"], &joined["user"]["guest"]), (&Value::Null, &json!(true)));
        assert_eq!((&joined["user"]["role"], &joined["user"]["age"]), (&json!("STUDENT"), &json!(72)));
        assert_eq!(joined["participant"]["status"], "WAITING");
        assert!(joined["access_token"].is_string() && joined["refresh_token"].is_string());
        // As it is read out or typed: spaces and hyphens do not matter.
        let spoken = format!("{}-{}", &session.code[..3], &session.code[3..]);
        let path = format!("/api/sessions/{spoken}/guest");
        school.nobody().post(&path, json!({ "name": "이영희" })).await.is(201);
        let listed = teacher.get(&self::path(&session, "participants")).await.ok();
        let names: Vec<&str> =
            listed["participants"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!((names, &listed["total_count"]), (vec!["김순자", "이영희"], &json!(2)));
        school.nobody().post("/api/sessions/000000/guest", json!({ "name": "김" })).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_guest_whose_reply_was_lost_joins_once() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let (nobody, path) = (school.nobody(), guest_path(&session));
        let first = nobody.post_once(&path, json!({ "name": "김순자" }), key).await.is(201);
        let again = join_all((0..6).map(|_| nobody.post_once(&path, json!({ "name": "김순자" }), key))).await;
        for reply in again {
            let reply = reply.is(201);
            assert_eq!(reply["user"]["id"], first["user"]["id"]);
            assert_eq!(reply["participant"]["participant_id"], first["participant"]["participant_id"]);
            let mut phone = school.nobody();
            phone.token = reply["access_token"].as_str().map(String::from);
            phone.get("/api/auth/me").await.is(200);
        }
        let other = "7f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let second = nobody.post_once(&path, json!({ "name": "김순자" }), other).await.is(201);
        assert_ne!(second["user"]["id"], first["user"]["id"]);
        // At once, too.
        let third = "8f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let crowd = join_all((0..8).map(|_| nobody.post_once(&path, json!({ "name": "박철수" }), third))).await;
        let ids: Vec<Value> = crowd.into_iter().map(|reply| reply.is(201)["user"]["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(how_often(&teacher, &session, "student_joined").await, 3);
    });
}

#[test]
fn the_key_of_a_guests_join_is_for_one_name() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let (nobody, path) = (school.nobody(), guest_path(&session));
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let first = nobody.post_once(&path, json!({ "name": "김순" }), key).await.is(201);
        nobody.post_once(&path, json!({ "name": "김순자" }), key).await.refused(409, "KEY_REUSED");
        // The instructor may rename the guest before the reply arrives.
        let rename = self::path(&session, &format!("participants/{}/rename", first["user"]["id"]));
        teacher.post(&rename, json!({ "name": "김순 (안경)" })).await.ok();
        let again = nobody.post_once(&path, json!({ "name": "김순" }), key).await.is(201);
        assert_eq!((&again["user"]["id"], &again["user"]["name"]), (&first["user"]["id"], &json!("김순 (안경)")));
    });
}

#[test]
fn the_key_of_a_guests_join_answers_again_for_ten_minutes() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let joins = async || {
            let path = guest_path(&session);
            school.nobody().post_once(&path, json!({ "name": "김순자" }), key).await.is(201)
        };
        let first = joins().await;
        school.later(599);
        let again = joins().await;
        assert_eq!((&again["user"]["id"], &again["refresh_token"]), (&first["user"]["id"], &first["refresh_token"]));
        // Answering again does not make it answer for longer.
        school.later(2);
        assert_ne!(joins().await["user"]["id"], first["user"]["id"]);
    });
}

#[test]
fn the_key_of_a_guests_join_is_dead_after_a_refresh_a_logout_or_a_reentry() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        for (n, done) in ["refresh", "logout", "reentry"].into_iter().enumerate() {
            let key = format!("{n}f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f");
            let joins = async || {
                let path = guest_path(&session);
                school.nobody().post_once(&path, json!({ "name": "김순자" }), &key).await.is(201)
            };
            let mut guest = school.nobody();
            let joined = joins().await;
            guest.id = joined["user"]["id"].as_i64().unwrap();
            guest.token = joined["access_token"].as_str().map(String::from);
            guest.refresh = joined["refresh_token"].as_str().map(String::from);
            match done {
                "refresh" => drop(guest.refreshes().await),
                "logout" => drop(guest.post("/api/auth/logout", json!({})).await.ok()),
                _ => {
                    let asked = teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.ok();
                    let ticket = json!({ "ticket": ticket(&asked) });
                    school.nobody().post("/api/auth/ticket", ticket).await.ok();
                }
            }
            assert_ne!(joins().await["user"]["id"], guest.id, "after a {done}");
        }
    });
}

#[test]
fn a_closed_door_keeps_out_only_new_people() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let inside = school.guest(&session, "김순자").await;
        let student = school.student("김학생").await;
        moves_the_door(&teacher, &session, "CLOSED").await;
        assert_eq!(board.waits_for("door_changed").await["data"]["door"], "CLOSED");
        school.nobody().post(&guest_path(&session), json!({ "name": "이" })).await.refused(403, "DOOR_CLOSED");
        student.post(&path(&session, "join"), json!({})).await.refused(403, "DOOR_CLOSED");
        // Those inside stay, and may go out and come back.
        inside.joins(&session).await;
        inside.post(&path(&session, "leave"), json!({})).await.ok();
        inside.joins(&session).await;
        moves_the_door(&teacher, &session, "OPEN").await;
        student.joins(&session).await;
    });
}

#[test]
fn an_ended_session_can_be_reviewed_by_students_and_joined_by_no_guest() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let guest = school.guest(&session, "김순자").await;
        moves_the_door(&teacher, &session, "CLOSED").await;
        teacher.presses(&session, "end").await.ok();
        let late = school.nobody().post(&guest_path(&session), json!({ "name": "이" })).await;
        assert_eq!(late.refused(409, "INVALID_STATE")["status"], "REVIEW_MODE");
        let student = school.student("김학생").await;
        let joined = student.post(&path(&session, "join"), json!({})).await.is(201);
        assert_eq!(joined["status"], "REVIEW");
        for person in [&student, &guest] {
            let steps = person.get(&path(&session, "steps")).await.ok();
            assert_eq!(steps["subtasks"].as_array().unwrap().len(), 2);
            person.finishes(lecture.steps[1]).await;
        }
        assert_eq!(student.get("/api/sessions/my-active").await.is(404)["active_session"], Value::Null);
    });
}

#[test]
fn joining_twice_changes_nothing() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        let door = path(&session, "join");
        let joins = join_all((0..8).map(|_| student.post(&door, json!({})))).await;
        assert_eq!(joins.iter().filter(|reply| reply.status == 201).count(), 1);
        let places: Vec<&Value> = joins.iter().map(|reply| &reply.json["participant_id"]).collect();
        assert!(places.iter().all(|place| place.is_i64() && *place == places[0]), "{places:?}");
        student.post(&path(&session, "join"), json!({ "user_id": student.id })).await.is(200);
        assert_eq!(how_often(&teacher, &session, "student_joined").await, 1);
        let active = student.get("/api/sessions/my-active").await.ok()["active_session"].clone();
        assert_eq!((&active["session_id"], &active["my_status"]), (&json!(session.id), &json!("WAITING")));
        teacher.post(&path(&session, "join"), json!({})).await.refused(403, "STUDENT_ONLY");
        student.post("/api/sessions/999999/join", json!({})).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_participant_who_leaves_may_come_back() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.student("김학생").await;
        let first = student.joins(&session).await;
        student.finishes(lecture.steps[0]).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let left = student.post(&path(&session, "leave"), json!({})).await.ok();
        assert_eq!((&left["status"], left["left_at"].is_string()), (&json!("LEFT"), true));
        assert_eq!(phone.ends().await.code, 1000);
        student.get("/api/sessions/my-active").await.is(404);
        student.post(&path(&session, "leave"), json!({})).await.ok();
        let back = student.joins(&session).await;
        assert_eq!((&back["participant_id"], &back["status"]), (&first["participant_id"], &json!("ACTIVE")));
        assert_eq!(student.get("/api/sessions/my-active").await.is(200)["active_session"]["session_id"], session.id);
        assert_eq!(how_often(&teacher, &session, "student_left").await, 1);
        assert_eq!(how_often(&teacher, &session, "student_joined").await, 2);
        school.student("이학생").await.post(&path(&session, "leave"), json!({})).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn a_participant_who_has_left_is_not_active() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let active = async || teacher.get(&path(&session, "current")).await.ok()["active_participants"].clone();
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        assert_eq!(active().await, 1);
        student.post(&path(&session, "leave"), json!({})).await.ok();
        assert_eq!(active().await, 0);
        // The page was still open, and its socket comes back by itself.
        let mut phone = student.follows(&session).await;
        assert_eq!(phone.receives("session_state").await["data"]["my_status"], "LEFT");
        assert_eq!(active().await, 0);
    });
}

#[test]
fn a_removed_participant_stays_out() {
    on_both(|school| async move {
        let (teacher, _, session) = running_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mate = school.guest(&session, "김순자").await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let mut other = mate.follows(&session).await;
        other.receives("session_state").await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let removed = teacher.post(&of_participant(&session, &student, "remove"), json!({})).await.ok();
        assert_eq!((&removed["status"], &removed["user_id"]), (&json!("REMOVED"), &json!(student.id)));
        assert_eq!(phone.ends().await.code, 4403);
        assert_eq!(board.waits_for("student_left").await["data"]["removed"], true);
        other.receives_nothing_more().await;
        student.post(&path(&session, "join"), json!({})).await.refused(403, "REMOVED");
        for part in ["current", "events", "steps"] {
            student.get(&path(&session, part)).await.refused(403, "REMOVED");
        }
        student.post(&path(&session, "leave"), json!({})).await.refused(403, "REMOVED");
        assert_eq!(student.tries_to_open(&format!("/ws/session/{}/student/", session.id)).await.err(), Some(403));
        student.get("/api/sessions/my-active").await.is(404);
        let listed = teacher.get(&path(&session, "participants")).await.ok();
        assert_eq!(listed["total_count"], 1);
        teacher.presses(&session, "end").await.ok();
        student.post(&path(&session, "join"), json!({})).await.refused(403, "REMOVED");
        teacher
            .post(&format!("{}/participants/999999/remove", path(&session, "x").trim_end_matches("/x")), json!({}))
            .await
            .refused(404, "NOT_FOUND");
    });
}

#[test]
fn two_guests_of_one_name_get_numbers_and_nobody_else_is_renamed() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let guest = school.guest(&session, "김순자").await;
        let student = school.student("김순자").await;
        student.joins(&session).await;
        let name = json!({ "name": "김순자 (앞줄)" });
        let renamed = teacher.post(&of_participant(&session, &guest, "rename"), name.clone()).await.ok();
        assert_eq!(renamed, json!({ "user_id": guest.id, "name": "김순자 (앞줄)" }));
        assert_eq!(board.waits_for("student_renamed").await["data"]["name"], "김순자 (앞줄)");
        assert_eq!(guest.get("/api/auth/me").await.ok()["name"], "김순자 (앞줄)");
        teacher.post(&of_participant(&session, &student, "rename"), name.clone()).await.refused(403, "FORBIDDEN");
        guest.put("/api/auth/me", json!({ "phone": "01012345678", "password": PASSWORD })).await.ok();
        teacher.post(&of_participant(&session, &guest, "rename"), name.clone()).await.refused(403, "FORBIDDEN");
        let elsewhere = teacher.makes_lecture("유튜브 기초", 1).await;
        let elsewhere = teacher.opens_session(&elsewhere).await;
        let other = school.guest(&elsewhere, "이영희").await;
        teacher.post(&of_participant(&session, &other, "rename"), name).await.refused(404, "NOT_FOUND");
    });
}

/// What stands behind `#t=` in the address of a re-entry QR.
#[test]
fn a_person_whose_enrollment_has_expired_joins_by_a_new_one() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("김순자").await;
        student.enrolls(&lecture).await;
        by_hand(&school, format!("update enrollments set status = 'EXPIRED' where person = {}", student.id)).await;
        student.joins(&session).await;
        let all = format!("/api/v1/enrollments?course_id={}&user_id={}", lecture.id, student.id);
        let all = teacher.get(&all).await.ok()["enrollments"].clone();
        let words: Vec<&Value> = all.as_array().unwrap().iter().map(|e| &e["status"]).collect();
        assert_eq!(words, ["APPROVED", "EXPIRED"]);
    });
}

fn ticket(reentry: &Value) -> String {
    reentry["url"].as_str().unwrap().split("#t=").nth(1).unwrap().to_owned()
}

#[test]
fn a_guest_with_a_new_phone_comes_back_into_their_own_place_once() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let guest = school.guest(&session, "김순자").await;
        guest.finishes(lecture.steps[0]).await;
        let asked = teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.ok();
        let url = asked["url"].as_str().unwrap();
        assert!(url.starts_with(&school.app.public_url) && url.contains(&format!("{}#t=", session.scanned())), "{url}");
        assert!(asked["qr_svg"].as_str().unwrap().contains("<svg"));
        assert_eq!(asked["expires_in_seconds"], 600);
        let redeems = async |ticket: &str| school.nobody().post("/api/auth/ticket", json!({ "ticket": ticket })).await;
        // It is a ticket and no login.
        let as_refresh = json!({ "refresh_token": ticket(&asked) });
        school.nobody().post("/api/auth/refresh", as_refresh).await.refused(401, "LOGIN_ENDED");
        let good_once = ticket(&asked);
        let tries = join_all((0..6).map(|_| redeems(&good_once))).await;
        let (good, bad): (Vec<_>, Vec<_>) = tries.into_iter().partition(|reply| reply.status == 200);
        assert_eq!((good.len(), bad.len()), (1, 5));
        for reply in bad {
            reply.refused(401, "LOGIN_ENDED");
        }
        let mut phone = school.nobody();
        phone.token = good[0].json["access_token"].as_str().map(String::from);
        phone.refresh = good[0].json["refresh_token"].as_str().map(String::from);
        assert_eq!(good[0].json["user"]["id"], guest.id);
        assert_eq!(phone.get("/api/progress/me").await.ok()["progress_summary"]["completed_subtasks"], 1);
        phone.refreshes().await.follows(&session).await.receives("session_state").await;
        assert_eq!(how_often(&teacher, &session, "student_joined").await, 1);
        // A newer one ends the older, and none is good for long.
        let older = teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.ok();
        let newer = teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.ok();
        redeems(&ticket(&older)).await.refused(401, "LOGIN_ENDED");
        school.later(601);
        redeems(&ticket(&newer)).await.refused(401, "LOGIN_ENDED");
    });
}

#[test]
fn an_instructor_gets_no_ticket_for_an_account_with_a_password() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        teacher.post(&of_participant(&session, &student, "reentry"), json!({})).await.refused(403, "FORBIDDEN");
        let guest = school.guest(&session, "김순자").await;
        let early = teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.ok();
        guest.put("/api/auth/me", json!({ "phone": "01012345678", "password": PASSWORD })).await.ok();
        teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.refused(403, "FORBIDDEN");
        let early = json!({ "ticket": ticket(&early) });
        let used = school.nobody().post("/api/auth/ticket", early).await;
        assert_eq!(used.status, 401, "a ticket from before the claim opens an account with a password: {}", used.json);
        let removed = school.guest(&session, "이영희").await;
        teacher.post(&of_participant(&session, &removed, "remove"), json!({})).await.ok();
        teacher.post(&of_participant(&session, &removed, "reentry"), json!({})).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_person_who_is_removed_while_sockets_open_keeps_none_of_them() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        for n in 0..5 {
            let guest = school.guest(&session, &format!("손님{n}")).await;
            let path = format!("/ws/session/{}/student/", session.id);
            let opening = join_all((0..10).map(|_| guest.tries_to_open(&path)));
            let out = of_participant(&session, &guest, "remove");
            let removing = teacher.post(&out, json!({}));
            let (opened, removed) = tokio::join!(opening, removing);
            removed.ok();
            for mut socket in opened.into_iter().flatten() {
                assert_eq!(socket.ends().await.code, 4403);
            }
        }
    });
}

#[test]
fn a_new_phone_ends_what_the_lost_one_could_do() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        let mut lost = guest.follows(&session).await;
        lost.receives("session_state").await;
        let given = teacher.post(&of_participant(&session, &guest, "reentry"), json!({})).await.ok();
        school.nobody().post("/api/auth/ticket", json!({ "ticket": ticket(&given) })).await.is(200);
        guest.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        assert_eq!(lost.ends().await.code, 4401);
    });
}
