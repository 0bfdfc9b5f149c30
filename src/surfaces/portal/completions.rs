//! Completions and certificates (3-33 … 3-40).

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::wire::completions::{
    BatchDone, BatchSent, CertificateMade, CertificateView, ChangeCompletion, CompletionMade, CompletionSent,
    Completions, CompletionsQuery, OneCompletion, PapersQuery, Standings,
};
use super::wire::{Done, Pages, Refusals, WholePages};
use super::{Answer, Id, Ids, Json, PathText, Query, Result, SignedIn, StatusCode, done, made};
use crate::app::School;
use crate::school::certificates;
use crate::school::completions::{self, batch, standing};

/// 3-33 수료 등록: judged by the rule, unless it is forced (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/completions", tag = "portal: completions",
    request_body = CompletionSent,
    responses((status = 201, body = Done<CompletionMade>), Refusals),
)]
pub async fn register(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<CompletionSent>,
) -> Result<(StatusCode, Answer<Done<CompletionMade>>)> {
    let completion = completions::register(&app, &caller, sent.into()).await?;
    let made_of = CompletionMade { completion_id: completion.id, completion: completion.into() };
    Ok(made("수료 정보가 등록되었습니다.", made_of))
}

/// 3-34 수료 조회 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/{completion_id}", tag = "portal: completions",
    params(("completion_id" = i64, Path)),
    responses((status = 200, body = Done<OneCompletion>), Refusals),
)]
pub async fn view(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<OneCompletion>>> {
    let completion = completions::by_id(&app, &caller, id).await?.into();
    Ok(done("수료 정보를 조회했습니다.", OneCompletion { completion }))
}

/// 3-35 수강신청별 수료 조회 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/enrollment/{enrollment_id}", tag = "portal: completions",
    params(("enrollment_id" = i64, Path)),
    responses((status = 200, body = Done<OneCompletion>), Refusals),
)]
pub async fn of_enrollment(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<OneCompletion>>> {
    let completion = completions::of_enrollment(&app, &caller, id).await?.into();
    Ok(done("수료 정보를 조회했습니다.", OneCompletion { completion }))
}

/// 3-36 과정 차수별 수료 목록 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/course/{course_id}/class/{class_id}", tag = "portal: completions",
    params(("course_id" = i64, Path), ("class_id" = i64, Path), CompletionsQuery, Pages),
    responses((status = 200, body = Done<Completions>), Refusals),
)]
pub async fn of_class(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(query): Query<CompletionsQuery>,
    Query(pages): Query<Pages>,
) -> Result<Answer<Done<Completions>>> {
    let window = pages.window();
    let status = query.completion_status.map(Into::into);
    let found = completions::of_class(&app, &caller, (course, class), status, window).await?;
    Ok(done("수료 목록을 조회했습니다.", Completions::of(found, window)))
}

/// 3-37 수료 정보 수정: what is named in the body (staff of the course).
#[utoipa::path(
    put, path = "/api/v1/completions/{completion_id}", tag = "portal: completions",
    params(("completion_id" = i64, Path)),
    request_body = ChangeCompletion,
    responses((status = 200, body = Done<OneCompletion>), Refusals),
)]
pub async fn change(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<ChangeCompletion>,
) -> Result<Answer<Done<OneCompletion>>> {
    let completion = completions::change(&app, &caller, id, sent.into()).await?.into();
    Ok(done("수료 정보가 수정되었습니다.", OneCompletion { completion }))
}

/// 3-38 수료증 발급: the same one, however often it is asked for (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/completions/{completion_id}/certificate", tag = "portal: completions",
    params(("completion_id" = i64, Path)),
    responses((status = 200, body = Done<CertificateMade>), (status = 201, body = Done<CertificateMade>), Refusals),
)]
pub async fn certify(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<(StatusCode, Answer<Done<CertificateMade>>)> {
    let (certificate, is_new) = certificates::issue(&app, &caller, id).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let made_of = CertificateMade::of(&certificate, &app.public_url);
    Ok((status, done("수료증이 발급되었습니다.", made_of)))
}

/// 3-39 수료증 조회 (one's own; staff of the course). Anyone else verifies it at `/certificates`.
#[utoipa::path(
    get, path = "/api/v1/completions/certificate/{certificate_no}", tag = "portal: completions",
    params(("certificate_no" = String, Path)),
    responses((status = 200, body = Done<CertificateView>), Refusals),
)]
pub async fn certificate(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    PathText(number): PathText,
) -> Result<Answer<Done<CertificateView>>> {
    let certificate = certificates::by_number(&app, &caller, &number).await?;
    let completion = completions::of_enrollment(&app, &caller, certificate.enrollment).await?;
    let view = CertificateView::of(certificate, completion, &app.public_url, app.now_ms())?;
    Ok(done("수료증을 조회했습니다.", view))
}

/// 3-40 일괄 수료 처리: judges each, completes who meets the rule, and says why of the others (staff of the course). After 20 s
/// it judges no more, and names those who remain: they are sent again.
#[utoipa::path(
    post, path = "/api/v1/completions/batch", tag = "portal: completions",
    request_body = BatchSent,
    responses((status = 200, body = Done<BatchDone>), Refusals),
)]
pub async fn complete_all(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<BatchSent>,
) -> Result<Answer<Done<BatchDone>>> {
    let judged = batch::complete(&app, &caller, sent.into()).await?;
    Ok(done("일괄 수료 처리가 끝났습니다.", judged.into()))
}

/// Who of a class meets the rule of completion, what the others lack, and what became of each (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/course/{course_id}/class/{class_id}/standing", tag = "portal: completions",
    params(("course_id" = i64, Path), ("class_id" = i64, Path), WholePages),
    responses((status = 200, body = Done<Standings>), Refusals),
)]
pub async fn standing_of_class(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Query(pages): Query<WholePages>,
) -> Result<Answer<Done<Standings>>> {
    let window = pages.window();
    let (needed_rate, found) = standing::of_class(&app, &caller, (course, class), window).await?;
    let standings = Standings::of(needed_rate, found, window, &app.public_url, app.now_ms());
    Ok(done("수료 목록을 조회했습니다.", standings))
}

/// The valid certificates of a class, one page for each, 200 in a file (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/completions/course/{course_id}/class/{class_id}/certificates.pdf", tag = "portal: completions",
    params(("course_id" = i64, Path), ("class_id" = i64, Path), PapersQuery),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Refusals),
)]
pub async fn papers_of_class(
    State(app): State<School>,
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
