//! Progress in the contents of a course (3-11 … 3-16).

use axum::extract::State;

use super::wire::progress::{ClassProgress, ContentOf, OneProgress, ProgressSent, Progresses};
use super::wire::{Done, Pages, Refusals};
use super::{Answer, Id, Ids, Json, Query, Result, SignedIn, done};
use crate::app::School;
use crate::event::Progress;
use crate::school::progress::{self, Report, views};

/// 3-11 학습 진도 등록·수정 (the student's own).
#[utoipa::path(
    post, path = "/api/v1/progress", tag = "portal: progress",
    request_body = ProgressSent,
    responses((status = 200, body = Done<OneProgress>), Refusals),
)]
pub async fn report(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<ProgressSent>,
) -> Result<Answer<Done<OneProgress>>> {
    let progress = progress::report_in(&app, &caller, sent.enrollment_id, Report::from(&sent)).await?.into();
    Ok(done("학습 진도가 저장되었습니다.", OneProgress { progress }))
}

/// 3-12 학습 진도 조회 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/progress/{progress_id}", tag = "portal: progress",
    params(("progress_id" = i64, Path)),
    responses((status = 200, body = Done<OneProgress>), Refusals),
)]
pub async fn view(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<OneProgress>>> {
    let progress = views::by_id(&app, &caller, id).await?.into();
    Ok(done("학습 진도를 조회했습니다.", OneProgress { progress }))
}

/// 3-13 수강신청별 학습 진도 목록 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/progress/enrollment/{enrollment_id}", tag = "portal: progress",
    params(("enrollment_id" = i64, Path)),
    responses((status = 200, body = Done<Progresses>), Refusals),
)]
pub async fn of_enrollment(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<Progresses>>> {
    let progresses = views::of_enrollment(&app, &caller, id).await?.into_iter().map(Into::into).collect();
    Ok(done("학습 진도 목록을 조회했습니다.", Progresses { progresses }))
}

/// 3-14 학습 시작 기록 (the student's own).
#[utoipa::path(
    patch, path = "/api/v1/progress/start", tag = "portal: progress",
    request_body = ContentOf,
    responses((status = 200, body = Done<OneProgress>), Refusals),
)]
pub async fn start(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<ContentOf>,
) -> Result<Answer<Done<OneProgress>>> {
    let report = Report::of(sent.content_id, Progress::InProgress);
    let progress = progress::report_in(&app, &caller, sent.enrollment_id, report).await?.into();
    Ok(done("학습 시작이 기록되었습니다.", OneProgress { progress }))
}

/// 3-15 학습 완료 기록 (the student's own).
#[utoipa::path(
    patch, path = "/api/v1/progress/complete", tag = "portal: progress",
    request_body = ContentOf,
    responses((status = 200, body = Done<OneProgress>), Refusals),
)]
pub async fn complete(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<ContentOf>,
) -> Result<Answer<Done<OneProgress>>> {
    let report = Report::of(sent.content_id, Progress::Completed);
    let progress = progress::report_in(&app, &caller, sent.enrollment_id, report).await?.into();
    Ok(done("학습 완료가 기록되었습니다.", OneProgress { progress }))
}

/// 3-16 과정 차수별 진도율 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/progress/course/{course_id}/class/{class_id}", tag = "portal: progress",
    params(("course_id" = i64, Path), ("class_id" = i64, Path), Pages),
    responses((status = 200, body = Done<ClassProgress>), Refusals),
)]
pub async fn of_class(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(pages): Query<Pages>,
) -> Result<Answer<Done<ClassProgress>>> {
    let window = pages.window();
    let found = views::of_class(&app, &caller, course, class, window).await?;
    Ok(done("진도율을 조회했습니다.", ClassProgress::of(found, window)))
}
