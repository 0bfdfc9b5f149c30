//! What an administrator does for people.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{is_shut_out, new_session, running_session};
use crate::harness::on_both;
use crate::harness::people::PASSWORD;

#[test]
fn an_admin_finds_people_by_role_and_by_a_part_of_their_names() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let teacher = school.teacher().await;
        let mut students = Vec::new();
        for name in ["김순자", "김영희", "이철수"] {
            students.push(school.registers("STUDENT", name, &format!("{}@example.com", students.len())).await);
        }
        let finds = async |query: &str| {
            let found = admin.get(&format!("/api/admin/people?{query}")).await.ok();
            let ids: Vec<i64> =
                found["results"].as_array().unwrap().iter().map(|p| p["id"].as_i64().unwrap()).collect();
            (ids, found["pagination"].clone())
        };
        assert_eq!(finds("role=INSTRUCTOR").await.0, [teacher.id]);
        assert_eq!(finds("role=STUDENT&search=김").await.0, [students[0].id, students[1].id]);
        assert_eq!(finds("search=TEACHER@").await.0, [teacher.id]);
        let (ids, page) = finds("role=STUDENT&page=2&page_size=2").await;
        assert_eq!(ids, [students[2].id]);
        assert_eq!(page, json!({ "page": 2, "page_size": 2, "total_count": 3, "total_pages": 2 }));
        // Nobody is called «100%», or with an underscore, a backslash or a quote.
        for odd in ["100%25", "_", "%25", "%5C", "'", "%22"] {
            let found = finds(&format!("search=x{odd}x")).await.0;
            assert!(found.is_empty(), "{odd}: {found:?}");
        }
        assert_eq!(finds("search=2@example").await.0, [students[2].id]);
        admin.get("/api/admin/people?page=0").await.refused(400, "INVALID_REQUEST");
        admin.get("/api/admin/people?page_size=101").await.refused(400, "INVALID_REQUEST");
        admin.get("/api/admin/people?role=KING").await.refused(400, "INVALID_REQUEST");
        teacher.get("/api/admin/people").await.refused(403, "ADMIN_ONLY");
    });
}

#[test]
fn the_school_gives_a_student_their_number() {
    on_both(|school| async move {
        let (admin, teacher, kim) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        let lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
        kim.enrolls(&lecture).await;
        let code = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].clone();
        let seen = async || {
            let view = teacher.post("/api/attendance/professor/view", json!({ "lecSerial": code })).await.ok();
            view["data"][0]["studentInfo"]["studentId"].clone()
        };
        assert_eq!(seen().await, json!(kim.id.to_string()));
        let path = format!("/api/admin/people/{}/student-no", kim.id);
        let number = json!({ "student_no": "20241001" });
        kim.patch(&path, number.clone()).await.refused(403, "ADMIN_ONLY");
        teacher.patch(&path, number.clone()).await.refused(403, "ADMIN_ONLY");
        assert_eq!(admin.patch(&path, number).await.ok()["student_no"], "20241001");
        assert_eq!(seen().await, "20241001");
        admin.patch(&path, json!({ "student_no": null })).await.ok();
        assert_eq!(kim.get("/api/auth/me").await.ok()["student_no"], Value::Null);
    });
}

#[test]
fn a_role_takes_effect_at_once_with_the_old_token() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let kim = school.student("김학생").await;
        let new = json!({ "title": "새 강의" });
        kim.post("/api/lectures", new.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        let path = format!("/api/admin/people/{}/role", kim.id);
        assert_eq!(admin.patch(&path, json!({ "role": "INSTRUCTOR" })).await.ok()["role"], "INSTRUCTOR");
        kim.post("/api/lectures", new.clone()).await.is(201);
        admin.patch(&path, json!({ "role": "STUDENT" })).await.ok();
        kim.post("/api/lectures", new).await.refused(403, "INSTRUCTOR_ONLY");
        admin.patch("/api/admin/people/999999/role", json!({ "role": "STUDENT" })).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_role_takes_effect_at_once_on_an_open_socket_too() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let path = format!("/api/admin/people/{}/role", teacher.id);
        admin.patch(&path, json!({ "role": "STUDENT" })).await.ok();
        let press = json!({ "type": "next_step", "id": "1", "data": { "next_subtask_id": lecture.steps[1] } });
        let pressed = futures_util::SinkExt::send(&mut board.stream, tungstenite::Message::text(press.to_string()));
        if pressed.await.is_ok() {
            // It is refused, or nobody listens any more.
            while let Ok(frame) = board.next().await {
                assert_ne!(frame["type"], "reply", "no instructor any more, and yet: {frame}");
                if frame["type"] == "error" {
                    break;
                }
            }
        }
        let current = admin.get(&format!("/api/sessions/{}/current", session.id)).await.ok();
        assert_eq!(current["current_subtask"]["id"], lecture.steps[0]);
    });
}

#[test]
fn an_admin_gives_a_new_password_and_all_logins_end() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let (_, _, session) = new_session(&school, 1).await;
        let kim = school.registers("STUDENT", "김학생", "kim@example.com").await;
        kim.joins(&session).await;
        let path = format!("/api/admin/people/{}/password-reset", kim.id);
        admin.post(&path, json!({ "password": "short" })).await.refused(400, "INVALID_REQUEST");
        kim.get("/api/auth/me").await.is(200);
        admin.post(&path, json!({ "password": "aNewPassword456" })).await.ok();
        kim.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        let old = json!({ "email": "kim@example.com", "password": PASSWORD });
        school.nobody().post("/api/auth/login", old).await.refused(401, "WRONG_CREDENTIALS");
        school.nobody().logs_in("kim@example.com", "aNewPassword456").await;
    });
}

#[test]
fn an_erased_person_is_blank_and_their_records_stay() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let kim = school.registers("STUDENT", "김학생", "kim@example.com").await;
        kim.put("/api/auth/me", json!({ "phone": "01012345678", "current_password": PASSWORD })).await.ok();
        kim.joins(&session).await;
        kim.finishes(lecture.steps[0]).await;
        kim.asks_for_help(lecture.steps[0]).await;
        admin.post(&format!("/api/admin/people/{}/erase", kim.id), json!({})).await.is(204);
        kim.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        for name in ["kim@example.com", "01012345678"] {
            let login = json!({ "email": name, "password": PASSWORD });
            school.nobody().post("/api/auth/login", login).await.refused(401, "WRONG_CREDENTIALS");
        }
        let students = teacher.get(&format!("/api/dashboard/lectures/{}/students", lecture.id)).await.ok();
        let line = &students["students"][0];
        assert_eq!((&line["user_id"], &line["completed_subtasks"]), (&json!(kim.id), &json!(1)));
        for path in [
            format!("/api/dashboard/lectures/{}/students", lecture.id),
            format!("/api/sessions/{}/participants", session.id),
            format!("/api/sessions/{}/events", session.id),
            format!("/api/progress/users/{}/lectures/{}", kim.id, lecture.id),
            "/api/dashboard/help-requests/pending".into(),
            "/api/notifications".into(),
        ] {
            let text = teacher.get(&path).await.ok().to_string();
            assert!(!["김학생", "kim@", "01012345678"].iter().any(|word| text.contains(word)), "{path}: {text}");
        }
        let found = admin.get("/api/admin/people?search=kim").await.ok();
        assert_eq!(found["results"], json!([]));
        admin.post(&format!("/api/admin/people/{}/erase", kim.id), json!({})).await.refused(404, "NOT_FOUND");
        // The address is free again.
        school.registers("STUDENT", "다른 김", "kim@example.com").await;
    });
}

#[test]
fn programs_of_an_erased_person_are_not_judged_any_more() {
    on_both(|school| async move {
        let (admin, teacher, kim) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        let lecture = teacher.makes_lecture("파이썬 기초", 1).await;
        kim.enrolls(&lecture).await;
        let enrollment = kim.get("/api/v1/enrollments/me").await.ok()["enrollments"][0]["enrollment_id"].clone();
        let mut tx = school.app.db.begin().await.unwrap();
        let sql = "insert into assessments (created_ms, updated_ms, course, name, kind) values (0, 0, $1, 'a', 'EXAM')
            returning id";
        let (assessment,): (i64,) = tx.one(sql, vec![lecture.id.into()]).await.unwrap();
        let sql = "insert into questions (created_ms, updated_ms, assessment, position, kind, text, points)
            values (0, 0, $1, 0, 'CODE', 'a', 1) returning id";
        let (question,): (i64,) = tx.one(sql, vec![assessment.into()]).await.unwrap();
        for (status, judged_ms) in [("QUEUED", None), ("RUNNING", None), ("JUDGED", Some(1)), ("REPLACED", None)] {
            let sql = "insert into submissions (person, enrollment, question, language, code, status, lease, passed,
                submitted_ms, judged_ms) values ($1, $2, $3, 'python', 'print()', $4, 'x', true, 0, $5)";
            let args =
                vec![kim.id.into(), enrollment.as_i64().into(), question.into(), status.into(), judged_ms.into()];
            tx.run(sql, args).await.unwrap();
        }
        school.app.commit(tx, Vec::new()).await.unwrap();
        admin.post(&format!("/api/admin/people/{}/erase", kim.id), json!({})).await.is(204);
        let sql =
            "select status, code, lease, judged_ms is not null, settled_ms is not null from submissions order by id";
        let rows: Vec<(String, String, Option<String>, bool, bool)> = school.app.db.all(sql, Vec::new()).await.unwrap();
        let is_over = |status: &str, is_judged| (status.to_owned(), String::new(), None, is_judged, true);
        let failed = || is_over("FAILED", true);
        assert_eq!(rows, [failed(), failed(), is_over("JUDGED", true), is_over("REPLACED", false)]);
    });
}

#[test]
fn erasing_a_person_or_resetting_a_password_closes_their_sockets() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let (_, _, session) = new_session(&school, 1).await;
        for (n, (action, body)) in
            [("erase", json!({})), ("password-reset", json!({ "password": "aNewPassword456" }))].iter().enumerate()
        {
            let kim = school.registers("STUDENT", "김학생", &format!("kim{n}@example.com")).await;
            kim.joins(&session).await;
            let mut phone = kim.follows(&session).await;
            phone.receives("session_state").await;
            let reply = admin.post(&format!("/api/admin/people/{}/{action}", kim.id), body.clone()).await;
            assert!(reply.status < 300);
            is_shut_out(&mut phone, action).await;
        }
    });
}

#[test]
fn the_last_admin_stays() {
    on_both(|school| async move {
        let first = school.admin().await;
        let role = |id: i64| format!("/api/admin/people/{id}/role");
        let erase = |id: i64| format!("/api/admin/people/{id}/erase");
        let student = json!({ "role": "STUDENT" });
        let details = first.patch(&role(first.id), student.clone()).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "LAST_ADMIN");
        first.post(&erase(first.id), json!({})).await.refused(409, "INVALID_STATE");
        // Of several who leave at once, one stays.
        let mut admins = vec![first];
        for n in 0..3 {
            let one = school.registers("STUDENT", "관리자", &format!("admin{n}@example.com")).await;
            admins[0].patch(&role(one.id), json!({ "role": "ADMIN" })).await.ok();
            admins.push(one);
        }
        let leave = |n: usize| {
            let (me, student, role, erase) = (&admins[n], student.clone(), role(admins[n].id), erase(admins[n].id));
            async move {
                if n.is_multiple_of(2) { me.patch(&role, student).await } else { me.post(&erase, Value::Null).await }
            }
        };
        let left = join_all((0..4).map(leave)).await;
        assert_eq!(left.iter().filter(|reply| reply.status < 300).count(), 3);
        assert_eq!(left.iter().filter(|reply| reply.status == 409).count(), 1);
    });
}
