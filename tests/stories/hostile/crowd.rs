//! People of a school who send what they should not.

use reqwest::Method;
use serde_json::Value;

use crate::harness::School;
use crate::harness::people::{Person, Reply};
use crate::routes::{FilledSchool, Route};

/// People with all rights that the requests need, so that only the body is wrong.
pub struct Crowd {
    pub filled: FilledSchool,
    pub admin: Person,
    pub nobody: Person,
    pub http: reqwest::Client,
}

impl Crowd {
    pub async fn of(school: &School) -> Crowd {
        let (filled, admin) = (FilledSchool::of(school).await, school.admin().await);
        Crowd { filled, admin, nobody: school.nobody(), http: school.http.clone() }
    }

    pub fn sender(&self, route: &Route) -> &Person {
        match route.path.as_str() {
            _ if route.is_public => &self.nobody,
            "/api/auth/logout" => &self.nobody,
            "/api/progress/update"
            | "/api/help/request"
            | "/api/help/feedback"
            | "/api/auth/me"
            | "/accounts/profile/" => &self.filled.student,
            "/api/lectures/{lecture_id}/enroll" | "/api/sessions/{session_id}/join" => &self.filled.student,
            "/videos/progress/" | "/progress/update/{user_progress_id}/" => &self.filled.student,
            "/api/v1/progress" | "/api/v1/progress/start" | "/api/v1/progress/complete" => &self.filled.student,
            "/api/attendance/request" | "/api/attendance/student/view" => &self.filled.student,
            "/api/v1/enrollments" | "/courses/enrollments/" if route.method == Method::POST => &self.filled.student,
            _ => &self.admin,
        }
    }

    pub async fn sends(&self, route: &Route, kind: &str, body: Vec<u8>) -> Reply {
        let url = format!("{}{}", self.nobody.base(), self.filled.path(route, None));
        let mut request = self.http.request(route.method.clone(), url).header("content-type", kind).body(body);
        if let Some(token) = &self.sender(route).token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap_or_else(|e| panic!("{}: {e:?}", route.name()));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, json, headers, asked: route.name() }
    }
}

/// Returns the fault of an answer, if it has one: it must refuse in the dialect of its surface, and name the field where
/// that names fields.
pub fn complaint(what: &str, reply: &Reply, statuses: &[u16], field: Option<&str>) -> Option<String> {
    let (dialect, refusal) = (reply.dialect(), reply.refusal());
    let names_it = field.filter(|_| dialect.names_fields()).is_none_or(|field| {
        let details = refusal.as_ref().map(|refusal| &refusal.details);
        let named = details.and_then(|details| details["field"].as_str()).and_then(|named| named.strip_prefix(field));
        named.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    });
    let is_expected = statuses.iter().any(|status| dialect.status(*status) == reply.status);
    let fine = is_expected && refusal.is_some() && names_it;
    let answer: String = reply.json.to_string().chars().take(300).collect();
    (!fine).then(|| format!("{} with {what}: {} {answer}", reply.asked, reply.status))
}

pub fn must_be_none(complaints: Vec<String>) {
    let first: Vec<String> = complaints.iter().take(15).map(|c| c.chars().take(300).collect()).collect();
    assert!(complaints.is_empty(), "{} complaints: {first:#?}", complaints.len());
}
