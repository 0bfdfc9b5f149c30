//! Visits: which requests count as a view of a person who learns.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::extract::{SeenCaller, address};
use crate::app::School;
use crate::clock::MINUTE_MS;
use crate::school::rights::Role;
use crate::visits::View;

/// The requests by which one learns: method, and path as the router has it, without a slash at its end.
const LEARNING: &[(Method, &str)] = &[
    (Method::POST, "/api/sessions/{session_id}/join"),
    (Method::GET, "/ws/session/{session_id}/student"),
    (Method::POST, "/api/progress/update"),
    (Method::POST, "/api/help/request"),
    (Method::POST, "/api/v1/progress"),
    (Method::PATCH, "/api/v1/progress/start"),
    (Method::PATCH, "/api/v1/progress/complete"),
    (Method::POST, "/api/v1/bc-006/learning/progress/{progress_id}/start"),
    (Method::POST, "/api/v1/bc-006/learning/progress/{progress_id}/access"),
    (Method::POST, "/api/v1/bc-006/learning/progress/{progress_id}/modules/{module_id}/complete"),
    (Method::POST, "/api/v1/bc-006/learning/progress/{progress_id}/materials/{material_id}/view"),
    (Method::POST, "/api/v1/bc-006/learning/assessments/{assessment_id}/start"),
    (Method::POST, "/api/v1/bc-006/learning/assessments/{assessment_id}/submit"),
    (Method::POST, "/videos/progress"),
    (Method::PATCH, "/progress/update/{user_progress_id}"),
    (Method::POST, "/missions/multiple-choice-questions/{question_id}"),
    (Method::POST, "/missions/code-submissions"),
];

/// Counts a request as a visit if a student learns by it, and it succeeds.
pub async fn count(State(app): State<School>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).trim_end_matches('/');
    let is_it = |(method, learning): &(Method, &str)| method == request.method() && *learning == path;
    let Some(kind) = LEARNING.iter().position(is_it) else {
        return next.run(request).await;
    };
    let seen = SeenCaller::default();
    let (mut parts, body) = request.into_parts();
    let address = address(&parts, &app);
    parts.extensions.insert(seen.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if (status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS)
        && let Some((person, Role::Student)) = seen.get()
    {
        let now_ms = app.now_ms();
        app.visits
            .count(app.clock.date_of(now_ms), View { person, request: kind, minute: now_ms / MINUTE_MS, address });
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_that_counts_is_in_the_document() {
        let document: serde_json::Value = serde_json::from_str(&crate::surfaces::openapi()).unwrap();
        // Sockets are described elsewhere.
        for (method, path) in LEARNING.iter().filter(|(_, path)| !path.starts_with("/ws/")) {
            let method = method.as_str().to_ascii_lowercase();
            let is_there = |path: &str| !document["paths"][path][&method].is_null();
            assert!(is_there(path) || is_there(&format!("{path}/")), "{method} {path}");
        }
    }
}
