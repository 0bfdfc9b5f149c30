//! Staying signed in, and being signed out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::classroom::{another_phone, holding, is_shut_out, new_session};
use crate::harness::people::{PASSWORD, Person, Reply};
use crate::harness::{School, on_both, on_both_with};

async fn refresh(school: &School, token: &str) -> Reply {
    school.nobody().post("/api/auth/refresh", json!({ "refresh_token": token })).await
}

async fn kim(school: &School) -> Person {
    school.registers("STUDENT", "김학생", "kim@example.com").await
}

#[test]
fn an_access_token_expires_and_the_refresh_token_brings_a_new_one() {
    on_both_with(&["--access-ttl-s", "60"], |school| async move {
        let kim = kim(&school).await;
        kim.get("/api/auth/me").await.is(200);
        school.later(61);
        kim.get("/api/auth/me").await.refused(401, "TOKEN_EXPIRED");
        assert_eq!(kim.tries_to_open(&format!("/ws/help/{}", kim.id)).await.err(), Some(401));
        let kim = kim.refreshes().await;
        kim.get("/api/auth/me").await.is(200);
    });
}

#[test]
fn a_login_that_is_not_used_for_long_ends() {
    on_both_with(&["--refresh-ttl-s", "1000"], |school| async move {
        let kim = kim(&school).await;
        school.later(900);
        let kim = kim.refreshes().await;
        school.later(900);
        let kim = kim.refreshes().await;
        school.later(1_001);
        refresh(&school, &kim.refresh.unwrap()).await.refused(401, "LOGIN_ENDED");
    });
}

#[test]
fn guessed_and_forged_tokens_end_nobodys_login() {
    on_both(|school| async move {
        let kim = kim(&school).await.refreshes().await;
        let good = kim.refresh.clone().unwrap();
        let mut parts: Vec<String> = good.split('.').map(String::from).collect();
        let proof = parts.pop().unwrap();
        let (login, nonce) = (&parts[0], &parts[1]);
        let forged = [
            String::new(),
            "garbage".into(),
            "..".into(),
            format!("{login}.0.{proof}"),
            format!("{login}.999.{proof}"),
            format!("{login}.-1.{proof}"),
            format!("{login}.{}.{proof}", i64::MAX),
            format!("{login}.{nonce}."),
            format!("{login}.{nonce}.AAAA"),
            format!("99999999999999999999.{nonce}.{proof}"),
            format!("{}.{nonce}.{proof}", i64::MAX),
            "교실.교실.교실".into(),
        ];
        for token in forged {
            refresh(&school, &token).await.refused(401, "LOGIN_ENDED");
            let out = json!({ "refresh_token": token });
            school.nobody().post("/api/auth/logout", out).await.refused(401, "LOGIN_ENDED");
            school.nobody().post("/api/auth/ticket", json!({ "ticket": token })).await.refused(401, "LOGIN_ENDED");
        }
        // A refresh token is no ticket either.
        school.nobody().post("/api/auth/ticket", json!({ "ticket": good })).await.refused(401, "LOGIN_ENDED");
        kim.refreshes().await.get("/api/auth/me").await.is(200);
    });
}

#[test]
fn forged_access_tokens_open_nothing() {
    on_both(|school| async move {
        let kim = kim(&school).await;
        let token = kim.token.clone().unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert_eq!((&claims["sub"], &claims["userStudent"]), (&json!(kim.id.to_string()), &json!(0)));
        let pack = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut other = claims.clone();
        other["sub"] = json!((kim.id + 1).to_string());
        let forged = [
            format!("{}.{}.", pack(&json!({ "alg": "none", "typ": "JWT" })), parts[1]),
            format!("{}.{}.{}", parts[0], pack(&other), parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            kim.refresh.clone().unwrap(),
            "x".repeat(5_000),
        ];
        for token in forged {
            let forger = holding(&school, &token);
            forger.get("/api/auth/me").await.refused(401, "UNAUTHORIZED");
            forger.get("/api/lectures/1").await.refused(401, "UNAUTHORIZED");
            assert_eq!(forger.tries_to_open(&format!("/ws/help/{}", kim.id)).await.err(), Some(401));
        }
    });
}

#[test]
fn signing_out_ends_access_at_once() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let kim = kim(&school).await;
        kim.joins(&session).await;
        let elsewhere = another_phone(&school, "kim@example.com").await;
        kim.post("/api/auth/logout", json!({})).await.ok();
        kim.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        refresh(&school, &kim.refresh.clone().unwrap()).await.refused(401, "LOGIN_ENDED");
        assert_eq!(kim.tries_to_open(&format!("/ws/session/{}/student/", session.id)).await.err(), Some(401));
        elsewhere.get("/api/auth/me").await.is(200);
        // A page that has nothing else left signs out by its refresh token.
        let out = json!({ "refresh_token": elsewhere.refresh });
        school.nobody().post("/api/auth/logout", out).await.ok();
        elsewhere.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        school.nobody().post("/api/auth/logout", json!({})).await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn signing_out_closes_the_sockets_of_that_login() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let kim = kim(&school).await;
        kim.joins(&session).await;
        let elsewhere = another_phone(&school, "kim@example.com").await;
        let mut phone = kim.follows(&session).await;
        phone.receives("session_state").await;
        let mut other = elsewhere.follows(&session).await;
        other.receives("session_state").await;
        kim.post("/api/auth/logout", json!({})).await.ok();
        is_shut_out(&mut phone, "signing out").await;
        other.receives_nothing_more().await;
    });
}

#[test]
fn a_guest_claims_the_account_with_a_login_name_and_a_password() {
    on_both(|school| async move {
        let (_, lecture, session) = new_session(&school, 2).await;
        let guest = school.guest(&session, "김순자").await;
        guest.finishes(lecture.steps[0]).await;
        assert_eq!(guest.get("/api/auth/me").await.ok()["guest"], true);
        let claim = json!({ "phone": "010-1234-5678", "password": PASSWORD, "age": 72 });
        let claimed = guest.put("/api/auth/me", claim).await.ok();
        assert_eq!((&claimed["guest"], &claimed["name"]), (&json!(false), &json!("김순자")));
        let soonja = school.nobody().logs_in("01012345678", PASSWORD).await;
        assert_eq!(soonja.id, guest.id);
        let progress = soonja.get("/api/progress/me").await.ok();
        assert_eq!(progress["progress_summary"]["completed_subtasks"], 1);
        // Who has an account keeps a way to sign in, and only the keys that were named change.
        let nothing_left = json!({ "phone": null, "current_password": PASSWORD });
        soonja.put("/api/auth/me", nothing_left).await.refused(400, "INVALID_REQUEST");
        let me = soonja.put("/api/auth/me", json!({ "name": "김순자 님", "age": null })).await.ok();
        assert_eq!((&me["name"], &me["age"], &me["phone"]), (&json!("김순자 님"), &Value::Null, &json!("01012345678")));
    });
}

#[test]
fn a_claimed_account_is_not_opened_by_the_key_of_the_guest() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let path = format!("/api/sessions/{}/guest", session.code);
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let joined = school.nobody().post_once(&path, json!({ "name": "김순자" }), key).await.is(201);
        let guest = holding(&school, joined["access_token"].as_str().unwrap());
        guest.put("/api/auth/me", json!({ "email": "soonja@example.com", "password": PASSWORD })).await.ok();
        let again = school.nobody().post_once(&path, json!({ "name": "김순자" }), key).await;
        assert_ne!(again.json["user"]["id"], joined["user"]["id"], "a password protects this account: {}", again.json);
    });
}

#[test]
fn a_new_password_needs_the_old_one_and_ends_the_other_logins() {
    on_both(|school| async move {
        let kim = kim(&school).await;
        let elsewhere = another_phone(&school, "kim@example.com").await;
        for change in [json!({ "password": "another password" }), json!({ "email": "thief@example.com" })] {
            let details = kim.put("/api/auth/me", change.clone()).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], "current_password");
            let mut wrong = change;
            wrong["current_password"] = json!("not the password");
            let details = kim.put("/api/auth/me", wrong).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], "current_password");
        }
        elsewhere.get("/api/auth/me").await.is(200);
        let change = json!({ "password": "another password", "current_password": PASSWORD });
        kim.put("/api/auth/me", change).await.ok();
        kim.get("/api/auth/me").await.is(200);
        kim.refreshes().await.get("/api/auth/me").await.is(200);
        elsewhere.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        refresh(&school, &elsewhere.refresh.unwrap()).await.refused(401, "LOGIN_ENDED");
        let old = json!({ "email": "kim@example.com", "password": PASSWORD });
        school.nobody().post("/api/auth/login", old).await.refused(401, "WRONG_CREDENTIALS");
        school.nobody().logs_in("kim@example.com", "another password").await;
    });
}

#[test]
fn a_new_password_closes_the_sockets_of_the_other_logins() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let kim = kim(&school).await;
        kim.joins(&session).await;
        let elsewhere = another_phone(&school, "kim@example.com").await;
        let mut other = elsewhere.follows(&session).await;
        other.receives("session_state").await;
        let mut own = kim.follows(&session).await;
        own.receives("session_state").await;
        let change = json!({ "password": "another password", "current_password": PASSWORD });
        kim.put("/api/auth/me", change).await.ok();
        is_shut_out(&mut other, "a new password").await;
        own.receives_nothing_more().await;
    });
}

/// The cookie that was set: its value, and everything that was said of it.
fn cookie(reply: &Reply) -> (String, String) {
    let line = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    (line.split(';').next().unwrap().to_owned(), line)
}

#[test]
fn a_page_keeps_its_refresh_token_where_no_script_finds_it() {
    on_both(|school| async move {
        kim(&school).await;
        let body = json!({ "email": "kim@example.com", "password": PASSWORD });
        for jar in ["learn", "teach"] {
            let path = format!("/api/auth/login?cookie={jar}");
            let reply = school.nobody().post(&path, body.clone()).await;
            let (first, line) = cookie(&reply);
            assert!(first.starts_with(&format!("gyosil_{jar}=")), "{line}");
            for word in ["HttpOnly", "SameSite=Strict", "Path=/api", "Max-Age="] {
                assert!(line.contains(word), "{line}");
            }
            let login = reply.is(200);
            assert_eq!(login["refresh_token"], Value::Null);
            assert!(login["access_token"].is_string());
            let path = format!("/api/auth/refresh?cookie={jar}");
            let with = async |path: &str, cookie: &str| {
                school.nobody().asks(Method::POST, path, None, &[("cookie", cookie)]).await
            };
            let reply = with(&path, &format!("other=1; {first}")).await;
            let (second, _) = cookie(&reply);
            assert_ne!(first, second);
            assert_eq!(reply.is(200)["refresh_token"], Value::Null);
            // The other page's jar is another one.
            let other = if jar == "learn" { "teach" } else { "learn" };
            with(&format!("/api/auth/refresh?cookie={other}"), &second).await.refused(401, "UNAUTHORIZED");
            with("/api/auth/refresh", &second).await.refused(400, "INVALID_REQUEST");
            let reply = with(&format!("/api/auth/logout?cookie={jar}"), &second).await;
            let (gone, line) = cookie(&reply);
            assert!(gone.ends_with('=') && line.contains("Max-Age=0"), "{line}");
            reply.is(200);
            with(&path, &second).await.refused(401, "LOGIN_ENDED");
        }
        let path = "/api/auth/login?cookie=other";
        assert_eq!(school.nobody().post(path, body).await.refused(400, "INVALID_REQUEST")["field"], "cookie");
    });
}

#[test]
fn behind_https_the_cookie_never_travels_in_the_open() {
    async fn signs_in(school: School) -> String {
        kim(&school).await;
        let body = json!({ "email": "kim@example.com", "password": PASSWORD });
        let headers = [("x-forwarded-proto", "https")];
        let path = "/api/auth/login?cookie=learn";
        cookie(&school.nobody().asks(Method::POST, path, Some(body), &headers).await).1
    }
    on_both_with(&["--trusted-proxies", "127.0.0.0/8"], |school| async move {
        assert!(signs_in(school).await.contains("; Secure"));
    });
    // Whoever is no proxy of ours may say what they like.
    on_both(|school| async move {
        assert!(!signs_in(school).await.contains("; Secure"));
    });
}

#[test]
fn a_phone_may_send_any_name_for_itself() {
    on_both(|school| async move {
        kim(&school).await;
        for device in ["ticket", "guest", "guest 6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f", ""] {
            let body = json!({ "email": "kim@example.com", "password": PASSWORD });
            let headers = [("user-agent", device)];
            let reply = school.nobody().asks(Method::POST, "/api/auth/login", Some(body), &headers).await;
            let token = reply.is(200)["refresh_token"].as_str().unwrap().to_owned();
            refresh(&school, &token).await.is(200);
        }
    });
}

#[test]
fn the_socket_of_a_stolen_login_is_closed_and_gives_no_command() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        // A second login of the same person stands, and gives the first one no rights.
        let again = another_phone(&school, "teacher@example.com").await;
        let mut socket = again.watches(&session).await;
        socket.receives("session_state").await;
        again.refreshes().await.refreshes().await;
        refresh(&school, &again.refresh.clone().unwrap()).await.refused(401, "LOGIN_ENDED");
        assert_eq!(socket.ends().await.code, 4401);
        assert_eq!(teacher.get(&format!("/api/sessions/{}/current", session.id)).await.ok()["status"], "WAITING");
    });
}

#[test]
fn claiming_an_account_ends_its_tickets() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        let path = format!("/api/sessions/{}/participants/{}/reentry", session.id, guest.id);
        let given = teacher.post(&path, json!({})).await.ok();
        let ticket = given["url"].as_str().unwrap().split("#t=").nth(1).unwrap().to_owned();
        let claim = json!({ "email": "sunja@example.com", "password": PASSWORD });
        guest.put("/api/auth/me", claim).await.is(200);
        school.nobody().post("/api/auth/ticket", json!({ "ticket": ticket })).await.refused(401, "LOGIN_ENDED");
    });
}
