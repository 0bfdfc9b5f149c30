//! Registering and signing in.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::new_session;
use crate::harness::people::{PASSWORD, Reply};
use crate::harness::{School, on_both, on_both_with};

fn newcomer(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "name": "김학생", "age": 65, "digital_level": "BEGINNER" })
}

async fn tries(school: &School, name: &str, password: &str) -> Reply {
    school.nobody().post("/api/auth/login", json!({ "email": name, "password": password })).await
}

#[test]
fn anyone_may_register_as_a_student() {
    on_both(|school| async move {
        let made = school.nobody().post("/api/auth/register", newcomer("Student@Example.com")).await.is(201);
        assert_eq!(
            (&made["email"], &made["role"], &made["age"], &made["guest"]),
            (&json!("student@example.com"), &json!("STUDENT"), &json!(65), &json!(false))
        );
        assert!(made.get("password").is_none() && made.get("password_hash").is_none());
        // Nobody remembers which letters were large.
        let student = school.nobody().logs_in("STUDENT@example.COM", PASSWORD).await;
        let me = student.get("/api/auth/me").await.ok();
        assert_eq!((&me["id"], &me["digital_level"]), (&made["id"], &json!("BEGINNER")));
        let short = json!({ "email": "a@example.com", "password": "short", "name": "김" });
        let details = school.nobody().post("/api/auth/register", short).await.refused(400, "INVALID_REQUEST");
        assert_eq!(details["field"], "password");
        let nameless = json!({ "password": PASSWORD, "name": "김" });
        let details = school.nobody().post("/api/auth/register", nameless).await.refused(400, "INVALID_REQUEST");
        assert_eq!(details["field"], "email");
    });
}

#[test]
fn a_phone_number_is_a_login_name_however_it_is_written() {
    on_both(|school| async move {
        let new = json!({ "phone": "010-1234-5678", "password": PASSWORD, "name": "김순자" });
        let made = school.nobody().post("/api/auth/register", new).await.is(201);
        assert_eq!((&made["phone"], &made["email"]), (&json!("01012345678"), &Value::Null));
        for written in ["01012345678", "010 1234 5678", "010-1234-5678"] {
            assert_eq!(school.nobody().logs_in(written, PASSWORD).await.id, made["id"].as_i64().unwrap());
        }
        let by_phone = json!({ "phone": "010-1234-5678", "password": PASSWORD });
        school.nobody().post("/api/auth/login", by_phone).await.is(200);
    });
}

#[test]
fn a_korean_number_is_the_same_with_the_code_of_the_country() {
    on_both(|school| async move {
        let registers = async |phone: &str| {
            let new = json!({ "phone": phone, "password": PASSWORD, "name": "김순자" });
            school.nobody().post("/api/auth/register", new).await
        };
        let made = registers("010-5555-1234").await.is(201);
        let written =
            ["+82 10-5555-1234", "+82 (0)10-5555-1234", "(+82) 010 5555 1234", "+821055551234", "010-5555+1234"];
        for phone in written {
            registers(phone).await.refused(409, "PHONE_TAKEN");
            assert_eq!(school.nobody().logs_in(phone, PASSWORD).await.id, made["id"].as_i64().unwrap(), "{phone}");
        }
        assert_eq!(registers("+82 2-123-4567").await.is(201)["phone"], "021234567");
        // Numbers of other countries stay as they are.
        for (phone, kept) in [("+81 90-1234-5678", "+819012345678"), ("82 10-5555-1234", "821055551234")] {
            assert_eq!(registers(phone).await.is(201)["phone"], kept);
            school.nobody().logs_in(phone, PASSWORD).await;
        }
    });
}

#[test]
fn an_address_or_a_number_belongs_to_one_person() {
    on_both(|school| async move {
        let new = json!({ "email": "kim@example.com", "phone": "01011112222", "password": PASSWORD, "name": "김" });
        school.nobody().post("/api/auth/register", new).await.is(201);
        let again = newcomer("KIM@example.com");
        school.nobody().post("/api/auth/register", again).await.refused(409, "EMAIL_TAKEN");
        let again = json!({ "phone": "010-1111-2222", "password": PASSWORD, "name": "이" });
        school.nobody().post("/api/auth/register", again).await.refused(409, "PHONE_TAKEN");
        let lee = school.student("이학생").await;
        lee.put("/api/auth/me", json!({ "phone": "01011112222", "current_password": PASSWORD }))
            .await
            .refused(409, "PHONE_TAKEN");
        // Of many who come at once, one gets it.
        let crowd = (0..8)
            .map(|_| async { school.nobody().post("/api/auth/register", newcomer("park@example.com")).await.status });
        let mut answers = join_all(crowd).await;
        answers.sort_unstable();
        assert_eq!(answers, [[201].as_slice(), &[409; 7]].concat());
    });
}

#[test]
fn one_of_several_simultaneous_claims_gets_an_address_and_the_others_learn_that_it_is_taken() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        for (key, value) in [("email", "soonja@example.com"), ("phone", "01012345678")] {
            let people = join_all((0..4).map(|_| school.guest(&session, "김순자"))).await;
            let change = json!({ key: value, "password": PASSWORD });
            let tries = join_all(people.iter().map(|p| p.put("/api/auth/me", change.clone()))).await;
            let mut answers: Vec<u16> = tries.iter().map(|reply| reply.status).collect();
            answers.sort_unstable();
            assert_eq!(answers, [200, 409, 409, 409], "{key}");
        }
    });
}

#[test]
fn an_instructor_registers_only_where_the_school_allows_it_and_an_admin_never() {
    let story = |open: bool| {
        move |school: School| async move {
            for (role, allowed) in [("INSTRUCTOR", open), ("ADMIN", false)] {
                let new = json!({ "email": format!("{role}@example.com"), "password": PASSWORD, "name": "박",
                    "role": role });
                let reply = school.nobody().post("/api/auth/register", new).await;
                if allowed {
                    assert_eq!(reply.is(201)["role"], role);
                } else {
                    reply.refused(403, "SIGNUP_CLOSED");
                }
            }
        }
    };
    on_both_with(&["--instructor-signup", "closed"], story(false));
    on_both_with(&["--instructor-signup", "open"], story(true));
}

#[test]
fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    on_both(|school| async move {
        school.teacher().await;
        school.students(1).await;
        school.student("김학생").await;
        let wrong = tries(&school, "teacher@example.com", "not the password").await;
        assert_eq!(wrong.status, 401);
        assert_eq!(wrong.json["error"]["code"], "WRONG_CREDENTIALS");
        for name in ["nobody@example.com", "01099999999", "student0@example.com", "", "' or 1=1 --"] {
            let unknown = tries(&school, name, "not the password").await;
            assert_eq!((unknown.status, &unknown.json), (wrong.status, &wrong.json), "{name}");
        }
        tries(&school, "student0@example.com", "").await.refused(401, "WRONG_CREDENTIALS");
    });
}

#[test]
fn a_person_who_fails_too_often_waits_and_others_behind_the_same_router_do_not() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        school.registers("STUDENT", "김", "kim@example.com").await;
        school.registers("STUDENT", "이", "lee@example.com").await;
        for _ in 0..10 {
            tries(&school, "kim@example.com", "wrong").await.refused(401, "WRONG_CREDENTIALS");
        }
        for (name, password) in [("kim@example.com", "wrong"), ("KIM@example.com", PASSWORD)] {
            let reply = tries(&school, name, password).await;
            let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=15 * 60 + 1).contains(&wait), "{wait}");
            reply.refused(429, "TOO_MANY_REQUESTS");
        }
        tries(&school, "lee@example.com", PASSWORD).await.is(200);
        school.later(15 * 60 + 1);
        tries(&school, "kim@example.com", PASSWORD).await.is(200);
        // Success forgives: nine more mistakes are nine, not nineteen.
        for _ in 0..9 {
            tries(&school, "kim@example.com", "wrong").await.refused(401, "WRONG_CREDENTIALS");
        }
        tries(&school, "kim@example.com", PASSWORD).await.is(200);
    });
}

#[test]
fn a_stranger_cannot_lock_anyones_password_change() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let kim = school.student("김학생").await;
        for _ in 0..12 {
            tries(&school, &format!("id:{}", kim.id), "wrong").await;
        }
        kim.put("/api/auth/me", json!({ "password": "another password", "current_password": PASSWORD })).await.ok();
    });
}

#[test]
fn a_name_has_nothing_invisible_in_it() {
    on_both(|school| async move {
        for name in ["\u{200b}\u{202e}", "김\u{202e}순자", "\u{3164}"] {
            let body = json!({ "name": name, "email": "x@example.com", "password": PASSWORD });
            let refused = school.nobody().post("/api/auth/register", body).await;
            assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "name");
        }
    });
}
