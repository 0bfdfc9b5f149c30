//! Refusals of this surface.

use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::{Error, Field, SurfaceWords};
use crate::surfaces::language::Language;
use crate::surfaces::refusals;

/// Words that are others here than in the school.
const WORDS: SurfaceWords = SurfaceWords {
    fields: &[
        (Field::Class, "class_id"),
        (Field::FirstStep, "first_subtask_id"),
        (Field::NextStep, "next_subtask_id"),
        (Field::Step, "subtask_id"),
    ],
    ..SurfaceWords::SCHOOL
};

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
            Error::BadInput { place, .. } => serde_json::json!({ "field": place.name(WORDS) }),
            Error::WrongState { status } => serde_json::json!({ "status": status.0 }),
            Error::SessionFull { cap_people } => serde_json::json!({ "cap": cap_people }),
            Error::AlreadyClaimed { name } => serde_json::json!({ "name": name }),
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
                message: error.text(Language::now().unwrap_or(Language::English), WORDS),
                details,
            },
        }
    }
}

impl refusals::DocumentedRefusal for Refusal {}
