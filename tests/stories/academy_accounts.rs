//! Accounts on the academy's surface: the same people and logins as everywhere.

use serde_json::json;

use crate::harness::people::PASSWORD as OF_HARNESS;
use crate::harness::{on_both, on_both_with};

const PASSWORD: &str = "securePassword123";

fn new(email: &str) -> serde_json::Value {
    json!({ "email": email, "username": "이학생", "nickname": "코딩하는 이씨", "password": PASSWORD,
        "password_confirm": PASSWORD })
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
