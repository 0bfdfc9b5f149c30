//! Refusals of this surface.

use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::Error;
use crate::surfaces::language::{self, Language};
use crate::surfaces::refusals;

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
            Error::BadInput { field, reason } if !field.is_empty() => {
                serde_json::json!({ "field": field, "reason": reason })
            }
            Error::WrongState { status } => serde_json::json!({ "status": status }),
            Error::RefundTooLarge { left } => serde_json::json!({ "left": left }),
            Error::NotMet { missing } => serde_json::json!({ "missing": missing }),
            Error::NoAttemptsLeft { allowed } => serde_json::json!({ "attempt_limit": allowed }),
            Error::AttemptTaken { number } => serde_json::json!({ "attempt": number }),
            Error::OverTime { minutes } => serde_json::json!({ "time_limit": minutes }),
            _ => serde_json::json!({}),
        };
        PortalRefusal {
            success: false,
            message: language::error(error, Language::Korean),
            code: error.code().into(),
            details,
        }
    }
}

impl refusals::DocumentedRefusal for PortalRefusal {}
