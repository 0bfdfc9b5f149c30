//! Progress in the contents of a course (3-11 … 3-16).

use super::wire::{Done, Pages, Paging};
use super::{Answer, Caller, Id, Ids, Json, done};
use crate::app::School;
use crate::event::ProgressStatus;
use crate::school::progress::views::{self, ClassMemberProgress};
use crate::school::progress::{self, ItemProgress, Report, StudyTime};
use crate::surfaces::keys::*;

body! {
    #[schema(example = json!({"enrollment_id": 1, "content_id": 1000, "progress_rate": 45.5, "last_position": 380,
        "learning_time": 600}))]
    pub struct ProgressSent for Report;
    beside { enrollment_id: i64, }
    needed { content_id: i64 => item, }
    optional {
        /// 0 to 100; the greatest is kept
        progress_rate: Option<Percent> => rate,
        last_position: Option<Within<0, 1_000_000_000>> => position,
        /// Seconds so far; the greatest is kept
        learning_time: Option<Within<0, 100_000_000>> => studied = learning_time.plain().map(StudyTime::SoFar),
    }
    others Report::of(content_id, match progress_rate {
        Some(rate) if rate.0 >= 100.0 => ProgressStatus::Completed,
        _ => ProgressStatus::InProgress,
    });
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

    pub struct OneProgress from ItemProgress as progress { progress: PortalProgress = progress.into() }

    pub struct Progresses from Vec<ItemProgress> as all { progresses: Vec<PortalProgress> = each(all) }

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

paged! { pub struct ClassProgress of ClassMemberProgress { paging: Paging, progresses: LearnerProgress } }

/// 3-11 학습 진도 등록·수정 (the student's own).
#[utoipa::path(post, path = "/api/v1/progress", request_body = ProgressSent,
    responses((status = 200, body = Done<OneProgress>)))]
pub async fn report(app: School, caller: Caller, Json(sent): Json<ProgressSent>) -> Answer<OneProgress> {
    let (enrollment, report) = sent.parts();
    done("학습 진도가 저장되었습니다.", progress::report_in(&app, &caller, enrollment, report).await?)
}

/// 3-12 학습 진도 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/progress/{progress_id}", responses((status = 200, body = Done<OneProgress>)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<OneProgress> {
    done("학습 진도를 조회했습니다.", views::by_id(&app, &caller, id).await?)
}

/// 3-13 수강신청별 학습 진도 목록 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/progress/enrollment/{enrollment_id}",
    responses((status = 200, body = Done<Progresses>)))]
pub async fn of_enrollment(app: School, caller: Caller, Id(id): Id) -> Answer<Progresses> {
    done("학습 진도 목록을 조회했습니다.", views::of_enrollment(&app, &caller, id).await?)
}

/// 3-14 학습 시작 기록 (the student's own).
#[utoipa::path(patch, path = "/api/v1/progress/start", request_body = ContentOf,
    responses((status = 200, body = Done<OneProgress>)))]
pub async fn start(app: School, caller: Caller, Json(sent): Json<ContentOf>) -> Answer<OneProgress> {
    let report = Report::of(sent.content_id, ProgressStatus::InProgress);
    done("학습 시작이 기록되었습니다.", progress::report_in(&app, &caller, sent.enrollment_id, report).await?)
}

/// 3-15 학습 완료 기록 (the student's own).
#[utoipa::path(patch, path = "/api/v1/progress/complete", request_body = ContentOf,
    responses((status = 200, body = Done<OneProgress>)))]
pub async fn complete(app: School, caller: Caller, Json(sent): Json<ContentOf>) -> Answer<OneProgress> {
    let report = Report::of(sent.content_id, ProgressStatus::Completed);
    done("학습 완료가 기록되었습니다.", progress::report_in(&app, &caller, sent.enrollment_id, report).await?)
}

/// 3-16 과정 차수별 진도율 (staff of the course).
#[utoipa::path(get, path = "/api/v1/progress/course/{course_id}/class/{class_id}", params(Pages),
    responses((status = 200, body = Done<ClassProgress>)))]
pub async fn of_class(app: School, caller: Caller, Ids(course, class): Ids, pages: Pages) -> Answer<ClassProgress> {
    done("진도율을 조회했습니다.", views::of_class(&app, &caller, course, class, pages.into()).await?)
}
