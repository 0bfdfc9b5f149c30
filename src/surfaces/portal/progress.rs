//! Progress in the contents of a course (3-11 … 3-16).

use super::wire::progress::{ClassProgress, ContentOf, OneProgress, ProgressSent, Progresses};
use super::wire::{Done, Pages};
use super::{Answer, Id, Ids, Json, Query, SignedIn, done};
use crate::app::School;
use crate::event::ProgressStatus;
use crate::school::progress::{self, Report, views};

/// 3-11 학습 진도 등록·수정 (the student's own).
#[utoipa::path(
    post, path = "/api/v1/progress", request_body = ProgressSent, responses((status = 200, body = Done<OneProgress>)),
)]
pub async fn report(app: School, SignedIn(caller): SignedIn, Json(sent): Json<ProgressSent>) -> Answer<OneProgress> {
    done(
        "학습 진도가 저장되었습니다.",
        progress::report_in(&app, &caller, sent.enrollment_id, Report::from(&sent)).await?,
    )
}

/// 3-12 학습 진도 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/progress/{progress_id}", responses((status = 200, body = Done<OneProgress>)))]
pub async fn view(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneProgress> {
    done("학습 진도를 조회했습니다.", views::by_id(&app, &caller, id).await?)
}

/// 3-13 수강신청별 학습 진도 목록 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/progress/enrollment/{enrollment_id}", responses((status = 200, body = Done<Progresses>)),
)]
pub async fn of_enrollment(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<Progresses> {
    done("학습 진도 목록을 조회했습니다.", views::of_enrollment(&app, &caller, id).await?)
}

/// 3-14 학습 시작 기록 (the student's own).
#[utoipa::path(
    patch, path = "/api/v1/progress/start", request_body = ContentOf,
    responses((status = 200, body = Done<OneProgress>)),
)]
pub async fn start(app: School, SignedIn(caller): SignedIn, Json(sent): Json<ContentOf>) -> Answer<OneProgress> {
    let report = Report::of(sent.content_id, ProgressStatus::InProgress);
    done("학습 시작이 기록되었습니다.", progress::report_in(&app, &caller, sent.enrollment_id, report).await?)
}

/// 3-15 학습 완료 기록 (the student's own).
#[utoipa::path(
    patch, path = "/api/v1/progress/complete", request_body = ContentOf,
    responses((status = 200, body = Done<OneProgress>)),
)]
pub async fn complete(app: School, SignedIn(caller): SignedIn, Json(sent): Json<ContentOf>) -> Answer<OneProgress> {
    let report = Report::of(sent.content_id, ProgressStatus::Completed);
    done("학습 완료가 기록되었습니다.", progress::report_in(&app, &caller, sent.enrollment_id, report).await?)
}

/// 3-16 과정 차수별 진도율 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/progress/course/{course_id}/class/{class_id}", params(Pages),
    responses((status = 200, body = Done<ClassProgress>)),
)]
pub async fn of_class(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(pages): Query<Pages>,
) -> Answer<ClassProgress> {
    done("진도율을 조회했습니다.", views::of_class(&app, &caller, course, class, pages.into()).await?)
}
