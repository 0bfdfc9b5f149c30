//! Assessments and their results (3-23 … 3-32).

use axum::extract::State;

use super::wire::assessments::{
    AssessmentSent, Assessments, ChangeAssessment, Deleted, GradeSent, OneAssessment, OneResult, ResultSent, Results,
    ResultsPage,
};
use super::wire::{Done, Pages, Refusals};
use super::{Answer, Id, Ids, Json, Query, Result, SignedIn, StatusCode, done, made};
use crate::app::School;
use crate::school::assessments::{self, attempts};

/// 3-23 평가 등록 (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/assessments", tag = "portal: assessments",
    request_body = AssessmentSent,
    responses((status = 201, body = Done<OneAssessment>), Refusals),
)]
pub async fn create(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(new): Json<AssessmentSent>,
) -> Result<(StatusCode, Answer<Done<OneAssessment>>)> {
    Ok(made("평가가 등록되었습니다.", assessments::create(&app, &caller, new.into()).await?.into()))
}

/// 3-24 평가 조회 (staff of the course; those in it, while it is active).
#[utoipa::path(
    get, path = "/api/v1/assessments/{assessment_id}", tag = "portal: assessments",
    params(("assessment_id" = i64, Path)),
    responses((status = 200, body = Done<OneAssessment>), Refusals),
)]
pub async fn view(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<OneAssessment>>> {
    Ok(done("평가를 조회했습니다.", assessments::by_id(&app, &caller, id).await?.into()))
}

/// 3-25 과정 차수별 평가 목록: those of the whole course and those of this class (staff of the course; those in the
/// class see the active ones).
#[utoipa::path(
    get, path = "/api/v1/assessments/course/{course_id}/class/{class_id}", tag = "portal: assessments",
    params(("course_id" = i64, Path), ("class_id" = i64, Path)),
    responses((status = 200, body = Done<Assessments>), Refusals),
)]
pub async fn of_class(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
) -> Result<Answer<Done<Assessments>>> {
    let found = assessments::of_class(&app, &caller, course, class).await?;
    let assessments = found.into_iter().map(Into::into).collect();
    Ok(done("평가 목록을 조회했습니다.", Assessments { assessments }))
}

/// 3-26 평가 수정: changes what is named in the body (staff of the course).
#[utoipa::path(
    put, path = "/api/v1/assessments/{assessment_id}", tag = "portal: assessments",
    params(("assessment_id" = i64, Path)),
    request_body = ChangeAssessment,
    responses((status = 200, body = Done<OneAssessment>), Refusals),
)]
pub async fn change(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<ChangeAssessment>,
) -> Result<Answer<Done<OneAssessment>>> {
    Ok(done("평가가 수정되었습니다.", assessments::change(&app, &caller, id, changes.into()).await?.into()))
}

/// 3-27 평가 삭제 (staff of the course).
#[utoipa::path(
    delete, path = "/api/v1/assessments/{assessment_id}", tag = "portal: assessments",
    params(("assessment_id" = i64, Path)),
    responses((status = 200, body = Done<Deleted>), Refusals),
)]
pub async fn delete(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(assessment_id): Id,
) -> Result<Answer<Done<Deleted>>> {
    assessments::delete(&app, &caller, assessment_id).await?;
    Ok(done("평가가 삭제되었습니다.", Deleted { assessment_id }))
}

/// 3-28 평가 결과 등록 (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/assessments/{assessment_id}/results", tag = "portal: assessments",
    params(("assessment_id" = i64, Path)),
    request_body = ResultSent,
    responses((status = 201, body = Done<OneResult>), Refusals),
)]
pub async fn record(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(assessment): Id,
    Json(new): Json<ResultSent>,
) -> Result<(StatusCode, Answer<Done<OneResult>>)> {
    let result = attempts::record(&app, &caller, assessment, new.into()).await?;
    Ok(made("평가 결과가 등록되었습니다.", result.into()))
}

/// 3-29 평가 결과 조회 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/assessments/{assessment_id}/results/{result_id}", tag = "portal: assessments",
    params(("assessment_id" = i64, Path), ("result_id" = i64, Path)),
    responses((status = 200, body = Done<OneResult>), Refusals),
)]
pub async fn result(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(assessment, id): Ids,
) -> Result<Answer<Done<OneResult>>> {
    Ok(done("평가 결과를 조회했습니다.", attempts::by_id(&app, &caller, assessment, id).await?.into()))
}

/// 3-30 평가별 결과 목록 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/assessments/{assessment_id}/results", tag = "portal: assessments",
    params(("assessment_id" = i64, Path), Pages),
    responses((status = 200, body = Done<ResultsPage>), Refusals),
)]
pub async fn results(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(assessment): Id,
    Query(pages): Query<Pages>,
) -> Result<Answer<Done<ResultsPage>>> {
    let window = pages.window();
    let found = attempts::of_assessment(&app, &caller, assessment, window).await?;
    Ok(done("평가 결과 목록을 조회했습니다.", ResultsPage::of(found, window)))
}

/// 3-31 수강신청별 평가 결과 목록 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/assessments/results/enrollment/{enrollment_id}", tag = "portal: assessments",
    params(("enrollment_id" = i64, Path)),
    responses((status = 200, body = Done<Results>), Refusals),
)]
pub async fn of_enrollment(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(enrollment): Id,
) -> Result<Answer<Done<Results>>> {
    let results = attempts::of_enrollment(&app, &caller, enrollment).await?.into_iter().map(Into::into).collect();
    Ok(done("평가 결과 목록을 조회했습니다.", Results { results }))
}

/// 3-32 평가 결과 채점 관리 (staff of the course).
#[utoipa::path(
    patch, path = "/api/v1/assessments/results/{result_id}/grade", tag = "portal: assessments",
    params(("result_id" = i64, Path)),
    request_body = GradeSent,
    responses((status = 200, body = Done<OneResult>), Refusals),
)]
pub async fn grade(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<GradeSent>,
) -> Result<Answer<Done<OneResult>>> {
    Ok(done("평가 결과가 채점되었습니다.", attempts::grade(&app, &caller, id, sent.into()).await?.into()))
}
