//! What a refusal looks like, whatever is refused, and how the seed wants one to sign in.

use reqwest::Method;
use serde_json::{Value, json};

use super::seed::Seed;
use crate::compare::differences;
use crate::harness::people::Reply;
use crate::harness::{School, on_both};

#[track_caller]
fn is_a_refusal(reply: Reply, status: u16) {
    let example = Seed::read().rule("에러 응답 형식").clone();
    let asked = reply.asked.clone();
    let body = reply.is(status);
    assert_eq!(differences(&example, &body), [""; 0], "{asked}: {body}");
    assert_eq!(body.as_object().unwrap().len(), 1, "nothing beside the error: {body}");
    assert!(!body["error"]["message"].as_str().unwrap().is_empty(), "{asked}: {body}");
}

#[test]
fn every_kind_of_refusal_has_the_seeds_form() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let student = school.student("김학생").await;
        let nobody = school.nobody();
        is_a_refusal(teacher.post("/api/lectures", json!({})).await, 400);
        is_a_refusal(teacher.post("/api/lectures", json!({ "title": 5 })).await, 400);
        is_a_refusal(teacher.sends_raw("/api/lectures", "application/json", b"{".into()).await, 400);
        is_a_refusal(teacher.get("/api/lectures/first").await, 400);
        is_a_refusal(nobody.get("/api/auth/me").await, 401);
        is_a_refusal(student.post("/api/lectures", json!({ "title": "x" })).await, 403);
        is_a_refusal(teacher.get("/api/lectures/987654321").await, 404);
        is_a_refusal(teacher.get("/api/nothing/here").await, 404);
        is_a_refusal(teacher.patch("/api/lectures", json!({})).await, 405);
        is_a_refusal(teacher.presses(&session, "pause").await, 409);
        let large = json!({ "title": "x".repeat(2 * 1024 * 1024) });
        is_a_refusal(teacher.post("/api/lectures", large).await, 413);
        is_a_refusal(teacher.sends_raw("/api/lectures", "text/plain", b"title=x".into()).await, 415);
    });
}

#[test]
fn not_found_is_refused_in_the_words_of_the_seed() {
    on_both(|school| async move {
        let student = school.student("김학생").await;
        let missing = json!({ "subtask_id": 987_654_321, "status": "COMPLETED" });
        let refused = student.post("/api/progress/update", missing).await.is(404);
        assert_eq!(refused["error"]["message"], "Subtask not found");
    });
}

#[test]
fn an_expired_token_is_answered_with_401_until_it_is_refreshed() {
    on_both(|school| async move {
        let student = school.student("김학생").await;
        student.get("/api/auth/me").await.is(200);
        school.later(1_801);
        student.get("/api/auth/me").await.refused(401, "TOKEN_EXPIRED");
        student.refreshes().await.get("/api/auth/me").await.is(200);
    });
}

/// What of the seed is for people who have not signed in.
const PUBLIC: [&str; 6] = [
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "GET /api/lectures",
    "GET /api/lectures/{lecture_id}",
    "GET /api/sessions/{session_code}",
];

async fn without_a_token(school: &School, heading: &str) -> Reply {
    let (method, path) = heading.split_once(' ').unwrap();
    let path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part })
        .fold(String::new(), |path, part| if part.is_empty() { path } else { format!("{path}/{part}") });
    let method: Method = method.parse().unwrap();
    let body: Option<Value> = (method != Method::GET).then(|| json!({}));
    school.nobody().asks(method, &path, body, &[]).await
}

#[test]
fn every_private_route_needs_a_token() {
    on_both(|school| async move {
        let mut asked = 0;
        for endpoint in Seed::read().endpoints.iter().filter(|e| !PUBLIC.contains(&e.heading.as_str())) {
            if endpoint.is_socket() {
                let path = endpoint.place().1.replace("{session_id}", "1").replace("{lecture_id}", "1");
                let refused = school.nobody().tries_to_open(&path.replace("{user_id}", "1")).await.err();
                assert_eq!(refused, Some(401), "{}", endpoint.heading);
            } else {
                is_a_refusal(without_a_token(&school, &endpoint.heading).await, 401);
            }
            asked += 1;
        }
        assert_eq!(asked, 45 - PUBLIC.len());
        for heading in PUBLIC {
            let status = without_a_token(&school, heading).await.status;
            assert_ne!(status, 401, "{heading}");
        }
    });
}
