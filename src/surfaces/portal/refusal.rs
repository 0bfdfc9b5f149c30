//! Refusals of this surface.

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::{Error, Field, Requirement, SurfaceWords};
use crate::surfaces::language::{self, Language};
use crate::surfaces::refusals;

/// Words that are others here than in the school.
pub(super) const WORDS: SurfaceWords = SurfaceWords {
    fields: &[
        (Field::Class, "class_id"),
        (Field::Enrollment, "enrollment_id"),
        (Field::Item, "content_id"),
        (Field::Marks, "attendances"),
        (Field::Meeting, "session_number"),
        (Field::Passed, "pass_yn"),
        (Field::Students, "student_ids"),
    ],
    ..SurfaceWords::SCHOOL
};

pub fn refuse(error: &Error) -> Response {
    refusals::answer(error, PortalRefusal::from(error))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"success": false, "message": "정원이 찼습니다.", "code": "CLASS_FULL", "details": {}}))]
pub struct PortalRefusal {
    pub success: bool,
    pub message: String,
    pub code: String,
    #[schema(value_type = Object)]
    pub details: Value,
}

impl From<&Error> for PortalRefusal {
    fn from(error: &Error) -> PortalRefusal {
        let details = match error {
            Error::BadInput { place, fault } => {
                json!({ "field": place.name(WORDS), "reason": fault.text(Language::English, WORDS) })
            }
            Error::WrongState { status } => json!({ "status": status.0 }),
            Error::RefundTooLarge { left } => json!({ "left": left }),
            Error::NotMet { missing } => json!({ "missing": Requirement::words(missing) }),
            Error::NoAttemptsLeft { allowed } => json!({ "attempt_limit": allowed }),
            Error::AttemptTaken { number } => json!({ "attempt": number }),
            Error::OverTime { minutes } => json!({ "time_limit": minutes }),
            _ => json!({}),
        };
        PortalRefusal { success: false, message: language::error(error, WORDS), code: error.code().into(), details }
    }
}

impl refusals::DocumentedRefusal for PortalRefusal {}
