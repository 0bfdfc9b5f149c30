//! The JSON of this surface, key by key as in its seed.

pub mod assessments;
pub mod attendance;
pub mod completions;
pub mod courses;
pub mod enrollments;
pub mod progress;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::error::Error;
use crate::school::Window;
use crate::surfaces::language::{self, Language};
use crate::surfaces::texts::Within;

/// Every answer of this surface: it was done, and what of it.
#[derive(Serialize, ToSchema)]
pub struct Done<T> {
    pub success: bool,
    pub message: &'static str,
    #[serde(flatten)]
    pub what: T,
}

pub fn done<T>(message: &'static str, what: T) -> Done<T> {
    Done { success: true, message: language::said(message), what }
}

#[derive(Serialize, ToSchema)]
#[schema(as = PortalRefusal, example = json!({"success": false, "message": "정원이 찼습니다.", "code": "CLASS_FULL", "details": {}}))]
pub struct Refusal {
    pub success: bool,
    pub message: String,
    pub code: String,
    #[schema(value_type = Object)]
    pub details: Value,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Refusal {
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
        Refusal {
            success: false,
            message: language::error(error, Language::Korean),
            code: error.code().into(),
            details,
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
    /// No token, or one that is no longer good.
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
    /// Larger than 1 MiB.
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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Pages {
    /// Which page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// How many on a page, at most 100
    #[param(inline)]
    pub size: Option<Within<1, 100>>,
}

/// The same for a list of which pages show all.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WholePages {
    /// Which page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// How many on a page, at most 100 (100)
    #[param(inline)]
    pub size: Option<Within<1, 100>>,
}

const USUAL_SIZE: i64 = 20;
const WHOLE_SIZE: i64 = 100;

impl Pages {
    pub fn window(&self) -> Window {
        window(self.page.as_ref(), self.size.as_ref(), USUAL_SIZE)
    }
}

impl WholePages {
    pub fn window(&self) -> Window {
        window(self.page.as_ref(), self.size.as_ref(), WHOLE_SIZE)
    }
}

fn window(page: Option<&Within<1, 1_000_000>>, size: Option<&Within<1, 100>>, usual: i64) -> Window {
    let limit = size.map_or(usual, |size| size.0);
    Window { limit, offset: (page.map_or(1, |page| page.0) - 1) * limit }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"page": 1, "size": 20, "total_count": 100, "total_pages": 5}))]
pub struct Paging {
    pub page: i64,
    pub size: i64,
    pub total_count: i64,
    pub total_pages: i64,
}

impl Paging {
    pub fn of(window: Window, total: i64) -> Paging {
        Paging {
            page: window.offset / window.limit + 1,
            size: window.limit,
            total_count: total,
            total_pages: total.div_euclid(window.limit) + i64::from(total % window.limit != 0),
        }
    }
}

/// Each from 0 to 100; null for what a course has none of.
#[derive(Serialize, ToSchema)]
pub struct Grade {
    pub attendance_score: Option<f64>,
    pub assessment_score: Option<f64>,
    pub progress_score: Option<f64>,
    pub total_score: Option<f64>,
}
