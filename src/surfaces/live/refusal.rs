//! Refusals of this surface.

use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use crate::error::Error;
use crate::surfaces::language::{self, Language};
use crate::surfaces::refusals;

pub fn refuse(error: &Error) -> Response {
    refusals::answer(error, Refusal::from(error))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"error": {"code": "INVALID_REQUEST", "message": "title: it is empty", "details": {"field": "title"}}}))]
pub struct Refusal {
    pub error: RefusalBody,
}

#[derive(Serialize, ToSchema)]
pub struct RefusalBody {
    pub code: String,
    pub message: String,
    #[schema(value_type = Object)]
    pub details: Value,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Refusal {
        let details = match error {
            Error::BadInput { field, .. } if !field.is_empty() => serde_json::json!({ "field": field }),
            Error::WrongState { status } => serde_json::json!({ "status": status }),
            Error::SessionFull { cap_people } => serde_json::json!({ "cap": cap_people }),
            Error::HasOpenEnrollments { count } => serde_json::json!({ "enrollments": count }),
            Error::StepInUse { session } => serde_json::json!({ "session_id": session }),
            Error::TooLarge { limit_bytes } => serde_json::json!({ "limit_bytes": limit_bytes }),
            // On a socket there is no Retry-After header.
            Error::LogQuotaUsed { retry_after_s } => serde_json::json!({ "retry_after_s": retry_after_s }),
            _ => serde_json::json!({}),
        };
        Refusal {
            error: RefusalBody {
                code: error.code().into(),
                message: language::error(error, Language::English),
                details,
            },
        }
    }
}

/// What every endpoint may answer when it refuses.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub enum Refusals {
    /// What was sent cannot be read; `details.field` names where.
    #[response(status = 400)]
    BadInput(Refusal),
    /// No token, or one that is no longer good: TOKEN_EXPIRED asks for a refresh, LOGIN_ENDED for a new login.
    #[response(status = 401)]
    Unauthorized(Refusal),
    /// Not yours.
    #[response(status = 403)]
    Forbidden(Refusal),
    /// Not there.
    #[response(status = 404)]
    NotFound(Refusal),
    /// A wrong move; `details.status` names the state that forbids it.
    #[response(status = 409)]
    Conflict(Refusal),
    /// Larger than 1 MiB (logs: 4 MiB).
    #[response(status = 413)]
    TooLarge(Refusal),
    /// Not JSON.
    #[response(status = 415)]
    NotJson(Refusal),
    /// Too many failures; `Retry-After` says when to try again.
    #[response(status = 429)]
    TooMany(Refusal),
    /// Too busy; `Retry-After` says when to try again.
    #[response(status = 503)]
    Busy(Refusal),
}
