//! Accounts on the academy's surface: the same people and logins as everywhere.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{is_shut_out, running_session};
use crate::harness::people::{PASSWORD as OF_HARNESS, Person};
use crate::harness::{School, on_both, on_both_with};

const PASSWORD: &str = "securePassword123";

fn new(email: &str) -> Value {
    json!({ "email": email, "username": "이학생", "nickname": "코딩하는 이씨", "password": PASSWORD,
        "password_confirm": PASSWORD })
}

/// Signs in on this surface: the person, and the refresh token.
async fn signs_in(school: &School, email: &str, password: &str) -> (Person, Value) {
    let login = json!({ "email": email, "password": password });
    let login = school.nobody().post("/accounts/login/", login).await.is(200);
    (school.nobody().holding(&login["access"]), login["refresh"].clone())
}

fn role_of(id: i64) -> String {
    format!("/accounts/change-role/{id}/")
}

#[test]
fn one_registers_signs_in_and_out() {
    on_both(|school| async move {
        school.nobody().post("/accounts/register/", new("lee@example.com")).await.is(201);
        let (lee, refresh) = signs_in(&school, "lee@example.com", PASSWORD).await;
        let (elsewhere, _) = signs_in(&school, "lee@example.com", PASSWORD).await;
        lee.post("/accounts/logout/", json!({})).await.refused(400, "INVALID_REQUEST");
        let out = json!({ "refresh": refresh });
        assert_eq!(lee.post("/accounts/logout/", out.clone()).await.is(200), json!({ "detail": "로그아웃했습니다" }));
        lee.get("/accounts/profile/").await.refused(401, "LOGIN_ENDED");
        lee.post("/accounts/logout/", out.clone()).await.refused(401, "LOGIN_ENDED");
        school.nobody().post("/accounts/logout/", out).await.refused(401, "UNAUTHORIZED");
        let renewal = json!({ "refresh_token": refresh });
        school.nobody().post("/api/auth/refresh", renewal).await.refused(401, "LOGIN_ENDED");

        let logins = elsewhere.get("/accounts/activity/").await.is(200);
        let ends: Vec<bool> =
            logins["results"].as_array().unwrap().iter().map(|login| login["logout_time"].is_string()).collect();
        assert_eq!(ends, [false, true], "only the login of the token has ended");
        let (_, third) = signs_in(&school, "lee@example.com", PASSWORD).await;
        let english = [("accept-language", "en")];
        let ended = elsewhere
            .asks(reqwest::Method::POST, "/accounts/logout", Some(json!({ "refresh": third })), &english)
            .await
            .is(200);
        assert_eq!(ended["detail"], "You are signed out");
        elsewhere.get("/accounts/profile/").await.is(200);
    });
}

#[test]
fn a_refresh_token_of_someone_else_ends_nothing() {
    on_both(|school| async move {
        school.nobody().post("/accounts/register/", new("lee@example.com")).await.is(201);
        let (lee, refresh) = signs_in(&school, "lee@example.com", PASSWORD).await;
        let other = school.student("김학생").await;
        other.post("/accounts/logout/", json!({ "refresh": refresh })).await.refused(401, "LOGIN_ENDED");
        other.post("/accounts/logout/", json!({ "refresh": "1.bm8.bm8" })).await.refused(401, "LOGIN_ENDED");
        other.get("/accounts/profile/").await.is(200);
        lee.get("/accounts/profile/").await.is(200);
        let renewed = school.nobody().post("/api/auth/refresh", json!({ "refresh_token": refresh })).await.ok();
        assert_eq!(renewed["user"]["email"], "lee@example.com");
        assert_eq!(lee.get("/api/notifications").await.ok()["notifications"], json!([]), "no token was copied");
    });
}

#[test]
fn an_administrator_makes_another_and_nobody_else_does() {
    on_both(|school| async move {
        let admin = school.admin().await;
        let path = "/accounts/create-manager/";
        for person in [school.student("김학생").await, school.teacher().await] {
            person.post(path, new("lee@example.com")).await.refused(403, "ADMIN_ONLY");
            let wish = json!({ "role": "ADMIN" });
            person.patch(&role_of(person.id), wish).await.refused(403, "ADMIN_ONLY");
            assert_ne!(person.get("/accounts/profile/").await.is(200)["role"], "ADMIN");
        }
        school.nobody().post(path, new("lee@example.com")).await.refused(401, "UNAUTHORIZED");
        let mut other = new("lee@example.com");
        other["password_confirm"] = json!("securePassword124");
        let refused = admin.post(path, other).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "password_confirm");

        let made = admin.post(path, new("lee@example.com")).await.is(201);
        assert_eq!((&made["role"], &made["nickname"]), (&json!("ADMIN"), &json!("코딩하는 이씨")));
        admin.post(path, new("lee@example.com")).await.refused(409, "EMAIL_TAKEN");
        let (lee, _) = signs_in(&school, "lee@example.com", PASSWORD).await;
        lee.post(path, new("park@example.com")).await.is(201);
    });
}

#[test]
fn the_last_administrator_stays() {
    on_both(|school| async move {
        let first = school.admin().await;
        let student = json!({ "role": "STUDENT" });
        for refused in [first.patch(&role_of(first.id), student.clone()).await, first.delete("/accounts/delete/").await]
        {
            assert_eq!(refused.refused(409, "INVALID_STATE")["status"], "LAST_ADMIN");
        }
        // Of several who leave at once, one stays.
        let mut admins = vec![first];
        for n in 0..3 {
            admins.push(school.registers("ADMIN", "관리자", &format!("admin{n}@example.com")).await);
        }
        let leave = |n: usize| {
            let (me, student) = (&admins[n], student.clone());
            async move {
                match n.is_multiple_of(2) {
                    true => me.patch(&role_of(me.id), student).await,
                    false => me.delete("/accounts/delete/").await,
                }
            }
        };
        let left = join_all((0..4).map(leave)).await;
        let statuses = |wanted: fn(u16) -> bool| left.iter().filter(|reply| wanted(reply.status)).count();
        assert_eq!((statuses(|status| status < 300), statuses(|status| status == 409)), (3, 1), "{left:?}");
        let stays = &admins[left.iter().position(|reply| reply.status == 409).unwrap()];
        stays.post("/accounts/create-manager/", new("lee@example.com")).await.is(201);
    });
}

#[test]
fn one_whose_role_was_taken_is_refused_at_once() {
    on_both(|school| async move {
        let (admin, teacher) = (school.admin().await, school.teacher().await);
        let course = json!({ "title": "파이썬 기초" });
        teacher.post("/api/lectures", course.clone()).await.is(201);
        let changed = admin.patch(&role_of(teacher.id), json!({ "role": "STUDENT" })).await.is(200);
        assert_eq!((&changed["id"], &changed["role"]), (&json!(teacher.id), &json!("STUDENT")));
        teacher.post("/api/lectures", course).await.refused(403, "INSTRUCTOR_ONLY");
        assert_eq!(teacher.get("/accounts/profile/").await.is(200)["role"], "STUDENT");

        let second = school.registers("ADMIN", "정관리", "second@example.com").await;
        admin.patch(&role_of(second.id), json!({ "role": "INSTRUCTOR" })).await.is(200);
        second.post("/accounts/create-manager/", new("lee@example.com")).await.refused(403, "ADMIN_ONLY");
        second.patch(&role_of(second.id), json!({ "role": "ADMIN" })).await.refused(403, "ADMIN_ONLY");

        let refused = admin.patch(&role_of(second.id), json!({ "role": "OWNER" })).await;
        assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "role");
        admin.patch(&role_of(999_999), json!({ "role": "ADMIN" })).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn one_deletes_their_account_and_leaves_no_text() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        school.nobody().post("/accounts/register/", new("lee@example.com")).await.is(201);
        let lee = school.nobody().logs_in("lee@example.com", PASSWORD).await;
        lee.joins(&session).await;
        lee.finishes(lecture.steps[0]).await;
        lee.asks_for_help(lecture.steps[1]).await;
        let (elsewhere, refresh) = signs_in(&school, "lee@example.com", PASSWORD).await;
        let mut phone = lee.follows(&session).await;
        phone.receives("session_state").await;

        let shown = teacher.get(&format!("/api/dashboard/lectures/{}/students", lecture.id)).await.ok();
        assert!(shown.to_string().contains("이학생"), "{shown}");
        assert_eq!(elsewhere.delete("/accounts/delete/").await.is(204), "");
        is_shut_out(&mut phone, "the account was deleted").await;
        elsewhere.delete("/accounts/delete/").await.refused(401, "LOGIN_ENDED");
        lee.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        let renewal = json!({ "refresh_token": refresh });
        school.nobody().post("/api/auth/refresh", renewal).await.refused(401, "LOGIN_ENDED");
        let login = json!({ "email": "lee@example.com", "password": PASSWORD });
        school.nobody().post("/accounts/login/", login).await.refused(401, "WRONG_CREDENTIALS");

        let students = teacher.get(&format!("/api/dashboard/lectures/{}/students", lecture.id)).await.ok();
        let line = &students["students"][0];
        assert_eq!((&line["user_id"], &line["completed_subtasks"]), (&json!(lee.id), &json!(1)), "what they did stays");
        for path in [
            format!("/api/dashboard/lectures/{}/students", lecture.id),
            format!("/api/sessions/{}/participants", session.id),
            format!("/api/sessions/{}/events", session.id),
            format!("/api/progress/users/{}/lectures/{}", lee.id, lecture.id),
            "/api/dashboard/help-requests/pending".into(),
            "/api/notifications".into(),
        ] {
            let text = teacher.get(&path).await.ok().to_string();
            assert!(!["이학생", "코딩하는 이씨", "lee@"].iter().any(|word| text.contains(word)), "{path}: {text}");
        }
        // The address is free again.
        let again = school.nobody().post("/accounts/register/", new("lee@example.com")).await.is(201);
        assert_ne!(again["id"], json!(lee.id));
    });
}

#[test]
fn an_instructor_with_courses_is_not_deleted() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lectures = [teacher.makes_lecture("파이썬 기초", 1).await, teacher.makes_lecture("파이썬 심화", 1).await];
        assert_eq!(teacher.delete("/accounts/delete/").await.refused(409, "HAS_COURSES")["count"], 2);
        teacher.delete(&format!("/api/lectures/{}", lectures[0].id)).await.is(204);
        assert_eq!(teacher.delete("/accounts/delete/").await.refused(409, "HAS_COURSES")["count"], 1);
        teacher.get("/accounts/profile/").await.is(200);
        teacher.delete(&format!("/api/lectures/{}", lectures[1].id)).await.is(204);
        teacher.delete("/accounts/delete/").await.is(204);
    });
}

#[test]
fn an_order_that_nobody_paid_is_cancelled_with_the_account() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let lecture = teacher.makes_lecture("파이썬 기초", 1).await;
        kim.enrolls(&lecture).await;
        let enrollment = kim.get("/api/v1/enrollments/me").await.ok()["enrollments"][0]["enrollment_id"].as_i64();
        // The job does not look at them before that.
        let check_ms = school.app.now_ms() + 3_600_000;
        let mut tx = school.app.db.begin().await.unwrap();
        for (status, gateway, imp_uid, paid_ms) in [
            ("PENDING", Some("SANDBOX"), None, None),
            ("PENDING", Some("SANDBOX"), Some("imp_1"), None),
            ("CONFIRMED", Some("SANDBOX"), Some("imp_2"), Some(1)),
            ("UNCONFIRMED", None, None, None),
        ] {
            let sql = "insert into payments (created_ms, updated_ms, enrollment, amount, method, status, gateway,
                imp_uid, paid_ms, next_check_ms) values (0, 0, $1, 50000, 'CARD', $2, $3, $4, $5, $6)";
            let args =
                vec![enrollment.into(), status.into(), gateway.into(), imp_uid.into(), paid_ms.into(), check_ms.into()];
            tx.run(sql, args).await.unwrap();
        }
        school.app.commit(tx, Vec::new()).await.unwrap();
        kim.delete("/accounts/delete/").await.is(204);

        let sql = "select status, next_check_ms from payments order by id";
        let rows: Vec<(String, Option<i64>)> = school.app.db.all(sql, Vec::new()).await.unwrap();
        // Money may still come for an order that was cancelled, so the gateway is asked on.
        let kept = |status: &str| (status.to_owned(), Some(check_ms));
        assert_eq!(rows, [kept("CANCELLED"), kept("PENDING"), kept("CONFIRMED"), kept("UNCONFIRMED")]);
        let sql = "select m.kind, m.amount, p.imp_uid from payment_moves m join payments p on p.id = m.payment";
        let moves: Vec<(String, i64, Option<String>)> = school.app.db.all(sql, Vec::new()).await.unwrap();
        assert_eq!(moves, [("CANCELLED".to_owned(), 50_000, None)]);
    });
}

#[test]
fn a_password_that_is_confirmed_differently_is_refused() {
    on_both(|school| async move {
        let nobody = school.nobody();
        let mut other = new("lee@example.com");
        other["password_confirm"] = json!("securePassword124");
        let refused = nobody.post("/accounts/register/", other).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "password_confirm");
        nobody.post("/accounts/register/", new("lee@example.com")).await.is(201);
        nobody.post("/accounts/register", new("LEE@example.com")).await.refused(409, "EMAIL_TAKEN");
    });
}

#[test]
fn an_account_made_here_signs_in_everywhere() {
    on_both(|school| async move {
        let made = school.nobody().post("/accounts/register/", new("lee@example.com")).await.is(201);
        let lee = school.nobody().logs_in("lee@example.com", PASSWORD).await;
        let seen = lee.get("/api/auth/me").await.ok();
        assert_eq!(
            [&seen["id"], &seen["name"], &seen["nickname"]],
            ["id", "username", "nickname"].map(|key| &made[key])
        );

        lee.put("/api/auth/me", json!({ "phone": "010-1234-5678" })).await.refused(400, "INVALID_REQUEST");
        let phone = json!({ "phone": "010-1234-5678", "nickname": "이씨", "current_password": PASSWORD });
        lee.put("/api/auth/me", phone).await.ok();
        let login = json!({ "email": "01012345678", "password": PASSWORD });
        let login = school.nobody().post("/accounts/login/", login).await.is(200);
        assert_eq!((&login["user"]["nickname"], &login["user"]["role"]), (&json!("이씨"), &json!("STUDENT")));
        let refresh = json!({ "refresh_token": login["refresh"] });
        let renewed = school.nobody().post("/api/auth/refresh", refresh).await.ok();
        let here = school.nobody().holding(&renewed["access_token"]);
        assert_eq!(here.get("/accounts/profile/").await.is(200)["id"], made["id"]);

        let wrong = json!({ "email": "lee@example.com", "password": "securePassword124" });
        school.nobody().post("/accounts/login/", wrong).await.refused(401, "WRONG_CREDENTIALS");
    });
}

#[test]
fn a_role_or_an_id_in_a_body_changes_nothing() {
    on_both(|school| async move {
        let mut wishes = new("lee@example.com");
        wishes["role"] = json!("ADMIN");
        let made = school.nobody().post("/accounts/register/", wishes).await.is(201);
        let lee = school.nobody().logs_in("lee@example.com", PASSWORD).await;
        let sent = json!({ "role": "ADMIN", "id": 1, "username": "이수강" });
        let changed = lee.put("/accounts/profile/", sent).await.is(200);
        assert_eq!((&made["role"], &changed["role"]), (&json!("STUDENT"), &json!("STUDENT")));
        assert_eq!((&changed["id"], &changed["username"]), (&made["id"], &json!("이수강")));
    });
}

#[test]
fn ones_logins_are_listed_with_their_ends() {
    on_both_with(&["--refresh-ttl-s", "172800"], |school| async move {
        let first = school.student("김학생").await;
        let email = first.get("/accounts/profile/").await.is(200)["email"].as_str().unwrap().to_owned();
        let path = "/accounts/activity/?page_size=2";
        let alone = first.get(path).await.is(200);
        assert_eq!((&alone["count"], &alone["results"][0]["logout_time"]), (&json!(1), &json!(null)));
        let begun = &alone["results"][0]["login_time"];

        school.later(24 * 3_600);
        let second = first.logs_in(&email, OF_HARNESS).await;
        second.post("/api/auth/logout", json!({})).await.ok();
        let third = first.logs_in(&email, OF_HARNESS).await;
        let page = third.get(path).await.is(200);
        assert_eq!((&page["count"], &page["previous"]), (&json!(3), &json!(null)));
        let ends: Vec<bool> =
            page["results"].as_array().unwrap().iter().map(|login| login["logout_time"].is_string()).collect();
        assert_eq!(ends, [false, true], "the newest first");
        let next = page["next"].as_str().unwrap().strip_prefix(third.base()).unwrap();
        let last = third.get(next).await.is(200);
        assert_eq!((&last["results"][0]["login_time"], &last["next"]), (begun, &json!(null)));
        assert!(last["previous"].as_str().unwrap().ends_with("/accounts/activity/?page_size=2&page=1"));

        school.later(3 * 24 * 3_600);
        let fourth = first.logs_in(&email, OF_HARNESS).await;
        let all = fourth.get("/accounts/activity/").await.is(200);
        let open = all["results"].as_array().unwrap().iter().filter(|login| login["logout_time"].is_null()).count();
        assert_eq!((&all["count"], open), (&json!(4), 1), "what ran out is over: {all}");
        let stranger = school.student("이학생").await;
        assert_eq!(stranger.get("/accounts/activity/").await.is(200)["count"], 1);
    });
}
