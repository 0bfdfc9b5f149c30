//! Assessments and their results (3-23 … 3-32).

use super::wire::assessments::{
    Assessments, OneAssessment, OneResult, PortalChangeAssessment, PortalDeletedAssessment, PortalGrading,
    PortalNewAssessment, PortalNewResult, Results, ResultsPage,
};
use super::wire::{Done, Pages};
use super::{Answer, Created, Id, Ids, Json, Query, SignedIn, created, done};
use crate::app::School;
use crate::school::assessments::{self, attempts};

/// 3-23 평가 등록 (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/assessments", request_body = PortalNewAssessment,
    responses((status = 201, body = Done<OneAssessment>)),
)]
pub async fn create(
    app: School,
    SignedIn(caller): SignedIn,
    Json(new): Json<PortalNewAssessment>,
) -> Created<OneAssessment> {
    created("평가가 등록되었습니다.", assessments::create(&app, &caller, new.into()).await?)
}

/// 3-24 평가 조회 (staff of the course; those in it, while it is active).
#[utoipa::path(
    get, path = "/api/v1/assessments/{assessment_id}", responses((status = 200, body = Done<OneAssessment>)),
)]
pub async fn view(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneAssessment> {
    done("평가를 조회했습니다.", assessments::by_id(&app, &caller, id).await?)
}

/// 3-25 과정 차수별 평가 목록: those of the whole course and those of this class (staff of the course; those in the
/// class see the active ones).
#[utoipa::path(
    get, path = "/api/v1/assessments/course/{course_id}/class/{class_id}",
    responses((status = 200, body = Done<Assessments>)),
)]
pub async fn of_class(app: School, SignedIn(caller): SignedIn, Ids(course, class): Ids) -> Answer<Assessments> {
    done("평가 목록을 조회했습니다.", assessments::of_class(&app, &caller, course, class).await?)
}

/// 3-26 평가 수정: changes the keys that are in the body (staff of the course).
#[utoipa::path(
    put, path = "/api/v1/assessments/{assessment_id}", request_body = PortalChangeAssessment,
    responses((status = 200, body = Done<OneAssessment>)),
)]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<PortalChangeAssessment>,
) -> Answer<OneAssessment> {
    done("평가가 수정되었습니다.", assessments::change(&app, &caller, id, changes.into()).await?)
}

/// 3-27 평가 삭제 (staff of the course).
#[utoipa::path(delete, path = "/api/v1/assessments/{assessment_id}", responses((status = 200, body = Done<PortalDeletedAssessment>)))]
pub async fn delete(app: School, SignedIn(caller): SignedIn, Id(assessment_id): Id) -> Answer<PortalDeletedAssessment> {
    assessments::delete(&app, &caller, assessment_id).await?;
    done("평가가 삭제되었습니다.", PortalDeletedAssessment { assessment_id })
}

/// 3-28 평가 결과 등록 (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/assessments/{assessment_id}/results", request_body = PortalNewResult,
    responses((status = 201, body = Done<OneResult>)),
)]
pub async fn record(
    app: School,
    SignedIn(caller): SignedIn,
    Id(assessment): Id,
    Json(new): Json<PortalNewResult>,
) -> Created<OneResult> {
    created("평가 결과가 등록되었습니다.", attempts::record(&app, &caller, assessment, new.into()).await?)
}

/// 3-29 평가 결과 조회 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/assessments/{assessment_id}/results/{result_id}",
    responses((status = 200, body = Done<OneResult>)),
)]
pub async fn result(app: School, SignedIn(caller): SignedIn, Ids(assessment, id): Ids) -> Answer<OneResult> {
    done("평가 결과를 조회했습니다.", attempts::by_id(&app, &caller, assessment, id).await?)
}

/// 3-30 평가별 결과 목록 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/assessments/{assessment_id}/results", params(Pages),
    responses((status = 200, body = Done<ResultsPage>)),
)]
pub async fn results(
    app: School,
    SignedIn(caller): SignedIn,
    Id(assessment): Id,
    Query(pages): Query<Pages>,
) -> Answer<ResultsPage> {
    done("평가 결과 목록을 조회했습니다.", attempts::of_assessment(&app, &caller, assessment, pages.into()).await?)
}

/// 3-31 수강신청별 평가 결과 목록 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/assessments/results/enrollment/{enrollment_id}",
    responses((status = 200, body = Done<Results>)),
)]
pub async fn of_enrollment(app: School, SignedIn(caller): SignedIn, Id(enrollment): Id) -> Answer<Results> {
    done("평가 결과 목록을 조회했습니다.", attempts::of_enrollment(&app, &caller, enrollment).await?)
}

/// 3-32 평가 결과 채점 관리 (staff of the course).
#[utoipa::path(
    patch, path = "/api/v1/assessments/results/{result_id}/grade", request_body = PortalGrading,
    responses((status = 200, body = Done<OneResult>)),
)]
pub async fn grade(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<PortalGrading>,
) -> Answer<OneResult> {
    done("평가 결과가 채점되었습니다.", attempts::grade(&app, &caller, id, sent.into()).await?)
}
