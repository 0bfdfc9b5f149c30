//! Progress of a student in the contents of a course.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Paging;
use crate::event::ProgressStatus;
use crate::school::Page;
use crate::school::progress::views::ClassMemberProgress;
use crate::school::progress::{ItemProgress, Report};
use crate::surfaces::answer::{answer, each};
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
            progress: if is_done { ProgressStatus::Completed } else { ProgressStatus::InProgress },
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

answer! {
    #[schema(example = json!({"progress_id": 1, "enrollment_id": 1, "content_id": 1000,
        "content_title": "친구 선택하기", "status": "IN_PROGRESS", "progress_rate": 45.5, "last_position": 380,
        "learning_time": 600, "started_at": "2025-10-28T10:00:00Z", "completed_at": null,
        "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct PortalProgress from ItemProgress as p {
        progress_id: i64 = p.id,
        enrollment_id: i64 = p.enrollment,
        content_id: i64 = p.item,
        content_title: String = p.item_title,
        status: String = p.status,
        progress_rate: f64 = p.rate,
        last_position: Option<i64> = p.position,
        learning_time: i64 = p.seconds,
        started_at: Option<Instant> = p.started_ms.map(Instant),
        completed_at: Option<Instant> = p.completed_ms.map(Instant),
        created_at: Instant = Instant(p.created_ms),
        updated_at: Instant = Instant(p.updated_ms),
    }
}

answer! {
    pub struct OneProgress from ItemProgress as progress {
        progress: PortalProgress = progress.into(),
    }
}

answer! {
    pub struct Progresses from Vec<ItemProgress> as all {
        progresses: Vec<PortalProgress> = each(all),
    }
}

answer! {
    #[schema(example = json!({"enrollment_id": 1, "user_id": 1, "user_name": "김학생", "status": "APPROVED",
        "progress_rate": 50.0, "completed_contents": 2, "total_contents": 4, "learning_time": 1200,
        "last_learned_at": "2025-10-28T10:00:00Z"}))]
    pub struct LearnerProgress from ClassMemberProgress as learner {
        enrollment_id: i64 = learner.enrollment,
        user_id: i64 = learner.person,
        user_name: String = learner.name,
        status: String = learner.status,
        progress_rate: f64 = learner.rate.unwrap_or(0.0),
        completed_contents: i64 = learner.completed,
        total_contents: i64 = learner.total,
        learning_time: i64 = learner.seconds,
        last_learned_at: Option<Instant> = learner.last_ms.map(Instant),
    }
}

answer! {
    pub struct ClassProgress from Page<ClassMemberProgress> as page {
        paging: Paging = Paging::from(&page),
        progresses: Vec<LearnerProgress> = each(page.rows),
    }
}
