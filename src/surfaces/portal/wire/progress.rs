//! How far someone is with the contents of a course.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Paging;
use crate::event::Progress as State;
use crate::school::progress::views::OfClass;
use crate::school::progress::{ItemProgress, Report};
use crate::school::{Page, Window};
use crate::surfaces::texts::{Instant, Percent, Within};

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "content_id": 1000, "progress_rate": 45.5, "last_position": 380,
    "learning_time": 600}))]
pub struct ProgressSent {
    pub enrollment_id: i64,
    pub content_id: i64,
    /// 0 to 100; the greatest is kept
    pub progress_rate: Option<Percent>,
    pub last_position: Option<Within<0, 1_000_000_000>>,
    /// Seconds so far; the greatest is kept
    pub learning_time: Option<Within<0, 100_000_000>>,
}

impl From<&ProgressSent> for Report {
    fn from(p: &ProgressSent) -> Report {
        let rate = p.progress_rate.map(|rate| rate.0);
        let is_done = rate.is_some_and(|rate| rate >= 100.0);
        Report {
            item: p.content_id,
            progress: if is_done { State::Completed } else { State::InProgress },
            rate,
            position: p.last_position.map(|n| n.0),
            seconds: p.learning_time.map(|n| n.0),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "content_id": 1000}))]
pub struct ContentOf {
    pub enrollment_id: i64,
    pub content_id: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PortalProgress, example = json!({"progress_id": 1, "enrollment_id": 1, "content_id": 1000,
    "content_title": "친구 선택하기", "status": "IN_PROGRESS", "progress_rate": 45.5, "last_position": 380,
    "learning_time": 600, "started_at": "2025-10-28T10:00:00Z", "completed_at": null,
    "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
pub struct Progress {
    pub progress_id: i64,
    pub enrollment_id: i64,
    pub content_id: i64,
    pub content_title: String,
    pub status: String,
    pub progress_rate: f64,
    pub last_position: Option<i64>,
    pub learning_time: i64,
    pub started_at: Option<Instant>,
    pub completed_at: Option<Instant>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl From<ItemProgress> for Progress {
    fn from(p: ItemProgress) -> Progress {
        Progress {
            progress_id: p.id,
            enrollment_id: p.enrollment,
            content_id: p.item,
            content_title: p.item_title,
            status: p.status,
            progress_rate: p.rate,
            last_position: p.position,
            learning_time: p.seconds,
            started_at: p.started_ms.map(Instant),
            completed_at: p.completed_ms.map(Instant),
            created_at: Instant(p.created_ms),
            updated_at: Instant(p.updated_ms),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct OneProgress {
    pub progress: Progress,
}

#[derive(Serialize, ToSchema)]
pub struct Progresses {
    pub progresses: Vec<Progress>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "user_id": 1, "user_name": "김학생", "status": "APPROVED",
    "progress_rate": 50.0, "completed_contents": 2, "total_contents": 4, "learning_time": 1200,
    "last_learned_at": "2025-10-28T10:00:00Z"}))]
pub struct LearnerProgress {
    pub enrollment_id: i64,
    pub user_id: i64,
    pub user_name: String,
    pub status: String,
    pub progress_rate: f64,
    pub completed_contents: i64,
    pub total_contents: i64,
    pub learning_time: i64,
    pub last_learned_at: Option<Instant>,
}

#[derive(Serialize, ToSchema)]
pub struct ClassProgress {
    pub progresses: Vec<LearnerProgress>,
    pub paging: Paging,
}

impl ClassProgress {
    pub fn of(page: Page<OfClass>, window: Window) -> ClassProgress {
        let line = |l: OfClass| LearnerProgress {
            enrollment_id: l.enrollment,
            user_id: l.person,
            user_name: l.name,
            status: l.status,
            progress_rate: l.rate.unwrap_or(0.0),
            completed_contents: l.completed,
            total_contents: l.total,
            learning_time: l.seconds,
            last_learned_at: l.last_ms.map(Instant),
        };
        let paging = Paging::of(window, page.total);
        ClassProgress { progresses: page.rows.into_iter().map(line).collect(), paging }
    }
}
