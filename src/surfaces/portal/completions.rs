//! Completions and certificates (3-33 … 3-40).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::wire::completions::{
    BatchDone, CertificateMade, CertificateView, ChangeCompletion, CompletionMade, CompletionSent, Completions,
    CompletionsQuery, OneCompletion, PapersQuery, PortalCompletionBatch, PortalStandings,
};
use super::wire::{Done, Pages, WholePages};
use super::{Answer, Created, Id, Ids, Json, PathText, Query, SignedIn, created, done};
use crate::app::School;
use crate::error::Result;
use crate::school::certificates;
use crate::school::completions::{self, batch, standing};

/// 3-33 수료 등록: judged by the rule, unless it is forced (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/completions", request_body = CompletionSent,
    responses((status = 201, body = Done<CompletionMade>)),
)]
pub async fn register(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<CompletionSent>,
) -> Created<CompletionMade> {
    created("수료 정보가 등록되었습니다.", completions::register(&app, &caller, sent.into()).await?)
}

/// 3-34 수료 조회 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/{completion_id}", responses((status = 200, body = Done<OneCompletion>)),
)]
pub async fn view(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneCompletion> {
    done("수료 정보를 조회했습니다.", completions::by_id(&app, &caller, id).await?)
}

/// 3-35 수강신청별 수료 조회 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/enrollment/{enrollment_id}",
    responses((status = 200, body = Done<OneCompletion>)),
)]
pub async fn of_enrollment(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneCompletion> {
    done("수료 정보를 조회했습니다.", completions::of_enrollment(&app, &caller, id).await?)
}

/// 3-36 과정 차수별 수료 목록 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/course/{course_id}/class/{class_id}", params(CompletionsQuery, Pages),
    responses((status = 200, body = Done<Completions>)),
)]
pub async fn of_class(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(query): Query<CompletionsQuery>,
    Query(pages): Query<Pages>,
) -> Answer<Completions> {
    let status = query.completion_status.map(Into::into);
    let found = completions::of_class(&app, &caller, (course, class), status, pages.into()).await?;
    done("수료 목록을 조회했습니다.", found)
}

/// 3-37 수료 정보 수정: changes the keys that are in the body (staff of the course).
#[utoipa::path(
    put, path = "/api/v1/completions/{completion_id}", request_body = ChangeCompletion,
    responses((status = 200, body = Done<OneCompletion>)),
)]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<ChangeCompletion>,
) -> Answer<OneCompletion> {
    done("수료 정보가 수정되었습니다.", completions::change(&app, &caller, id, sent.into()).await?)
}

/// 3-38 수료증 발급: a repeat returns the same one (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/completions/{completion_id}/certificate",
    responses((status = 200, body = Done<CertificateMade>), (status = 201, body = Done<CertificateMade>)),
)]
pub async fn certify(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Created<CertificateMade> {
    let (certificate, is_new) = certificates::issue(&app, &caller, id).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let made_of = CertificateMade::of(&certificate, &app.public_url);
    Ok((status, done("수료증이 발급되었습니다.", made_of)?))
}

/// 3-39 수료증 조회 (the student's own; staff of the course). Anyone else verifies it at `/certificates`.
#[utoipa::path(
    get, path = "/api/v1/completions/certificate/{certificate_no}",
    responses((status = 200, body = Done<CertificateView>)),
)]
pub async fn certificate(
    app: School,
    SignedIn(caller): SignedIn,
    PathText(number): PathText,
) -> Answer<CertificateView> {
    let certificate = certificates::by_number(&app, &caller, &number).await?;
    let completion = completions::of_enrollment(&app, &caller, certificate.enrollment).await?;
    let view = CertificateView::of(certificate, completion, &app.public_url, app.now_ms())?;
    done("수료증을 조회했습니다.", view)
}

/// 3-40 일괄 수료 처리: completes those who meet the rule, and gives the reason for the others (staff of the course). After
/// 20 s it stops and names those who remain: send them again.
#[utoipa::path(
    post, path = "/api/v1/completions/batch", request_body = PortalCompletionBatch,
    responses((status = 200, body = Done<BatchDone>)),
)]
pub async fn complete_all(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<PortalCompletionBatch>,
) -> Answer<BatchDone> {
    done("일괄 수료 처리가 끝났습니다.", batch::complete(&app, &caller, sent.into()).await?)
}

/// Lists who of a class meets the rule of completion, and what the others lack (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/course/{course_id}/class/{class_id}/standing", params(WholePages),
    responses((status = 200, body = Done<PortalStandings>)),
)]
pub async fn standing_of_class(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(pages): Query<WholePages>,
) -> Answer<PortalStandings> {
    let (needed_rate, found) = standing::of_class(&app, &caller, (course, class), pages.into()).await?;
    done("수료 목록을 조회했습니다.", PortalStandings::of(needed_rate, found, &app.public_url, app.now_ms()))
}

/// Prints the valid certificates of a class, one on a page, 200 in a file (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/course/{course_id}/class/{class_id}/certificates.pdf", params(PapersQuery),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>)),
)]
pub async fn papers_of_class(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(query): Query<PapersQuery>,
) -> Result<Response> {
    let part = query.part.map_or(1, |part| part.0);
    let bytes = certificates::class_pdf(&app, &caller, (course, class), part).await?;
    let named = format!("attachment; filename=\"certificates-{class}-{part}.pdf\"");
    let head = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, named.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((head, bytes).into_response())
}
