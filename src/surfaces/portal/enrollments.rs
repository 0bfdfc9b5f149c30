//! Enrollments (3-01 … 3-10).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::wire::enrollments::{
    Cancelling, Enrollments, EnrollmentsQuery, NewEnrollment, OneEnrollment, Paid, PaymentSent, PortalEnrolled,
    PortalEnrollmentAsked, PortalEnrollmentStatus, RefundDone, RefundSent, RejectionSent,
};
use super::wire::{Done, Pages};
use super::{Answer, Created, Id, IdempotencyKey, Json, Query, SignedIn, created, done};
use crate::app::School;
use crate::error::Result;
use crate::school::enrollment::applicants::apply_for_contact;
use crate::school::enrollment::decisions::{Decision, decide};
use crate::school::enrollment::{self, EnrollmentFilter, payments};

/// 3-01 수강 신청: applies for a class, or for its waiting list if it is full. Staff may name a student; by an e-mail
/// address, a phone or a student number the answer is 202, whether there is such a student or not.
#[utoipa::path(
    post, path = "/api/v1/enrollments", request_body = NewEnrollment,
    responses((status = 201, body = Done<PortalEnrolled>), (status = 202, description = "Enrolled, if there is such a student", body = Done<PortalEnrollmentAsked>)),
)]
pub async fn apply(app: School, SignedIn(caller): SignedIn, Json(new): Json<NewEnrollment>) -> Result<Response> {
    if let Some(contact) = new.contact()? {
        apply_for_contact(&app, &caller, contact, new.course_id, new.class_id).await?;
        let asked =
            done::<PortalEnrollmentAsked>("그런 학생이 있으면 수강 명단에 등록됩니다.", PortalEnrollmentAsked {})?;
        return Ok((StatusCode::ACCEPTED, asked).into_response());
    }
    let enrollment = enrollment::apply(&app, &caller, new.into()).await?;
    let message = match (enrollment.waiting_number, enrollment.status.as_str()) {
        (Some(_), _) => "정원이 차서 대기자로 등록되었습니다.",
        (None, "APPROVED") => "수강 신청이 승인되었습니다.",
        _ => "수강 신청이 접수되었습니다.",
    };
    Ok(created::<PortalEnrolled>(message, &enrollment)?.into_response())
}

/// 3-02 수강 신청 조회 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/enrollments/{enrollment_id}", responses((status = 200, body = Done<OneEnrollment>)),
)]
pub async fn view(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneEnrollment> {
    done("수강 신청을 조회했습니다.", enrollment::by_id(&app, &caller, id).await?)
}

/// 3-03 수강 신청 목록: a student's own, those of an instructor's courses, or all for an admin.
#[utoipa::path(
    get, path = "/api/v1/enrollments", params(EnrollmentsQuery, Pages),
    responses((status = 200, body = Done<Enrollments>)),
)]
pub async fn list(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<EnrollmentsQuery>,
    Query(pages): Query<Pages>,
) -> Answer<Enrollments> {
    done("수강 신청 목록을 조회했습니다.", enrollment::list(&app, &caller, query.into(), pages.into()).await?)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MineQuery {
    #[param(inline)]
    pub status: Option<PortalEnrollmentStatus>,
}

/// 3-04 내 수강 신청 목록.
#[utoipa::path(
    get, path = "/api/v1/enrollments/me", params(MineQuery, Pages),
    responses((status = 200, body = Done<Enrollments>)),
)]
pub async fn mine(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<MineQuery>,
    Query(pages): Query<Pages>,
) -> Answer<Enrollments> {
    let filter = EnrollmentFilter {
        person: Some(caller.id),
        status: query.status.map(Into::into),
        ..EnrollmentFilter::default()
    };
    done("내 수강 신청 목록을 조회했습니다.", enrollment::list(&app, &caller, filter, pages.into()).await?)
}

/// 3-05 수강 신청 승인 (staff of the course).
#[utoipa::path(
    patch, path = "/api/v1/enrollments/{enrollment_id}/approve", responses((status = 200, body = Done<OneEnrollment>)),
)]
pub async fn approve(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneEnrollment> {
    done("수강 신청이 승인되었습니다.", decide(&app, &caller, id, Decision::Approve).await?)
}

/// 3-06 수강 신청 거부 (staff of the course).
#[utoipa::path(
    patch, path = "/api/v1/enrollments/{enrollment_id}/reject", request_body = RejectionSent,
    responses((status = 200, body = Done<OneEnrollment>)),
)]
pub async fn reject(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<RejectionSent>,
) -> Answer<OneEnrollment> {
    let decision = Decision::Reject { reason: sent.rejection_reason.into() };
    done("수강 신청이 거부되었습니다.", decide(&app, &caller, id, decision).await?)
}

/// 3-07 수강 신청 취소 (the student's own; staff of the course).
#[utoipa::path(
    patch, path = "/api/v1/enrollments/{enrollment_id}/cancel", request_body = Cancelling,
    responses((status = 200, body = Done<OneEnrollment>)),
)]
pub async fn cancel(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<Cancelling>,
) -> Answer<OneEnrollment> {
    let decision = Decision::Cancel { reason: sent.cancel_reason.map(String::from) };
    done("수강 신청이 취소되었습니다.", decide(&app, &caller, id, decision).await?)
}

/// 3-08 수강 대기자 승인: gives a free seat to a person on the waiting list (staff of the course).
#[utoipa::path(
    patch, path = "/api/v1/enrollments/{enrollment_id}/approve-waiting",
    responses((status = 200, body = Done<OneEnrollment>)),
)]
pub async fn approve_waiting(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneEnrollment> {
    done("대기자가 승인되었습니다.", decide(&app, &caller, id, Decision::AdmitWaiting).await?)
}

/// 3-09 수강료 결제 정보 등록: a student reports a payment, which staff confirm by registering the same amount.
#[utoipa::path(
    post, path = "/api/v1/enrollments/{enrollment_id}/payment", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = PaymentSent, responses((status = 201, body = Done<Paid>)),
)]
pub async fn pay(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<PaymentSent>,
) -> Created<Paid> {
    created("결제 정보가 등록되었습니다.", payments::pay(&app, &caller, id, sent.into(), key).await?)
}

/// 3-10 수강료 환불 처리: at most what was paid (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/enrollments/{enrollment_id}/refund", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = RefundSent, responses((status = 200, body = Done<RefundDone>)),
)]
pub async fn refund(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<RefundSent>,
) -> Answer<RefundDone> {
    let reason = String::from(sent.refund_reason);
    let refunded = payments::refund(&app, &caller, id, sent.refund_amount.0, &reason, key).await?;
    done("환불이 처리되었습니다.", refunded)
}
