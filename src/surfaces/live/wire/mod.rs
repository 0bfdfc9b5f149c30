//! The JSON of this surface, key by key as in its seed.

pub mod attendance;
pub mod buttons;
pub mod dashboard;
pub mod entry;
pub mod learning;
pub mod lectures;
pub mod people;
pub mod school;
pub mod sessions;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::error::Error;
use crate::school::Window;
use crate::school::outline::Item;
use crate::surfaces::language::{self, Language};
use crate::surfaces::texts::Within;

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
            // A socket has no header that says it.
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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Which page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// How many on a page, at most 100
    #[param(inline)]
    pub page_size: Option<Within<1, 100>>,
}

impl Paging {
    /// `usual`: how many there are on a page when nobody says.
    pub fn window(&self, usual: i64) -> (Window, i64) {
        let page = self.page.as_ref().map_or(1, |p| p.0);
        let limit = self.page_size.as_ref().map_or(usual, |s| s.0);
        (Window { limit, offset: (page - 1) * limit }, page)
    }
}

pub const PAGE_SIZE: i64 = 20;
/// Where the seed shows a whole list without paging.
pub const WHOLE_PAGE: i64 = 100;

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"page": 1, "page_size": 20, "total_count": 100, "total_pages": 5}))]
pub struct Pagination {
    pub page: i64,
    pub page_size: i64,
    pub total_count: i64,
    pub total_pages: i64,
}

impl Pagination {
    pub fn of(window: Window, page: i64, total: i64) -> Pagination {
        Pagination {
            page,
            page_size: window.limit,
            total_count: total,
            total_pages: total.div_euclid(window.limit) + i64::from(total % window.limit != 0),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 10, "name": "박강사"}))]
pub struct PersonRef {
    pub id: i64,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1, "title": "카카오톡 기초"}))]
pub struct TitleRef {
    pub id: i64,
    pub title: String,
}

impl From<&Item> for TitleRef {
    fn from(item: &Item) -> TitleRef {
        TitleRef { id: item.id, title: item.title.clone() }
    }
}

/// A step as a phone needs it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1001, "task_id": 100, "title": "친구 선택하기",
    "guide_text": "친구 목록에서 메시지를 보낼 친구를 선택하세요",
    "voice_guide_text": "친구 목록에서 메시지를 보낼 친구를 선택하세요"}))]
pub struct StepGuide {
    pub id: i64,
    pub task_id: i64,
    pub title: String,
    pub guide_text: Option<String>,
    pub voice_guide_text: Option<String>,
}

impl From<&Item> for StepGuide {
    fn from(item: &Item) -> StepGuide {
        StepGuide {
            id: item.id,
            task_id: item.unit,
            title: item.title.clone(),
            guide_text: item.guide.clone(),
            voice_guide_text: item.voice.clone(),
        }
    }
}

/// A word that it is done.
#[derive(Serialize, ToSchema)]
pub struct Said {
    pub message: String,
}

pub fn said(message: &'static str) -> Said {
    Said { message: language::said(message).into() }
}
