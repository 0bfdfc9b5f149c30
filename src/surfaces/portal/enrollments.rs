//! Enrollments (3-01 … 3-10).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::attendance::PortalAttendance;
use super::completions::PortalStandingCertificate;
use super::wire::{Done, Grade, Pages, Paging};
use super::{Answer, Caller, Created, Id, Json, Key, SentOnce, created, done};
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::attendance::requests::OwnRequest;
use crate::school::enrollment::applicants::Contact;
use crate::school::enrollment::decisions::{Decision, decide};
use crate::school::enrollment::payments::{self, NewPayment, Payment, Refunded};
use crate::school::enrollment::{self, Application, Enrollment, EnrollmentFilter, EnrollmentStatus, apply_for_contact};
use crate::school::records::{self, EnrollmentResult};
use crate::surfaces::keys::*;

body! {
    #[schema(example = json!({"user_id": 1, "course_id": 1, "class_id": 1}))]
    pub struct NewEnrollment for Application;
    beside {
        /// Staff: the student who signs in with this
        email: Option<Email>,
        /// Staff: the student who signs in with this
        phone: Option<Phone>,
        /// Staff: the student to whom the school gave this number
        student_no: Option<Word>,
    }
    needed { course_id: i64 => course, }
    optional {
        /// The caller's own, or left out; staff may name, for their own course, a student who is or was in a course of theirs
        user_id: Option<i64> => person,
        /// The class; the course's default class when left out
        class_id: Option<i64> => class,
    }
}

impl NewEnrollment {
    /// Returns the application, and the contact by which staff name a student: `None` for an id, or for the caller. Fails if
    /// the student is named twice.
    pub fn named(self) -> Result<(Application, Option<Contact>)> {
        let (email, phone, number, application) = self.parts();
        let contacts = [email.map(Contact::Email), phone.map(Contact::Phone), number.map(Contact::StudentNumber)];
        let mut contacts = contacts.into_iter().flatten();
        match (contacts.next(), contacts.next(), application.person) {
            (Some(contact), None, None) => Ok((application, Some(contact))),
            (None, ..) => Ok((application, None)),
            _ => Err(Error::bad_as_sent("user_id", "name the student in one way")),
        }
    }
}

answer! {
    /// An empty answer, which does not reveal whether there is such a student.
    #[schema(example = json!({}))]
    pub struct PortalEnrollmentAsked from () as _ {}

    #[schema(example = json!({"enrollment_id": 1, "is_waiting": true, "waiting_number": 3}))]
    pub struct PortalEnrolled from &Enrollment as e {
        enrollment_id: i64 = e.id,
        is_waiting: bool = e.waiting_number.is_some(),
        waiting_number: Option<i64> = e.waiting_number,
        status: String = e.status.clone(),
    }

    #[schema(example = json!({"enrollment_id": 1, "user_id": 1, "user_name": "김학생", "course_id": 1,
        "course_title": "카카오톡 기초", "class_id": 1, "class_name": "1차", "status": "APPROVED", "source": "APPLIED",
        "is_waiting": false, "waiting_number": null, "rejection_reason": null, "cancel_reason": null,
        "approved_at": "2025-10-28T10:00:00Z", "completed_at": null, "grade": {"attendance_score": 81.25,
        "assessment_score": 85.0, "progress_score": 50.0, "total_score": 77.25}, "created_at": "2025-10-28T10:00:00Z",
        "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct PortalEnrollment from (Enrollment, Option<PortalRecord>) as (e, record) {
        enrollment_id: i64 = e.id,
        user_id: i64 = e.person,
        course_id: i64 = e.course,
        class_id: i64 = e.class,
        source: String = e.source.clone(),
        is_waiting: bool = e.waiting_number.is_some(),
        waiting_number: Option<i64> = e.waiting_number,
        rejection_reason: Option<String> = reason(&e, EnrollmentStatus::Rejected),
        cancel_reason: Option<String> = reason(&e, EnrollmentStatus::Cancelled),
        approved_at: Option<Instant> = e.approved_ms.map(Instant),
        completed_at: Option<Instant> = e.completed_ms.map(Instant),
        grade: Grade = Grade::from(&e),
        created_at: Instant = Instant(e.created_ms),
        updated_at: Instant = Instant(e.updated_ms),
        user_name: String = e.name,
        course_title: String = e.course_title,
        class_name: String = e.class_name,
        status: String = e.status,
        /// null without `record=true`
        record: Option<PortalRecord> = record,
    }

    #[schema(example = json!({"session_number": 3, "status": "PENDING", "reject_reason": null}))]
    pub struct PortalPresenceRequest from OwnRequest as r {
        session_number: i64 = r.number,
        /// PENDING, APPROVED, REJECTED or WITHDRAWN
        status: String = r.status,
        reject_reason: Option<String> = r.reject_reason,
    }

    /// The result of an enrollment so far.
    pub struct PortalRecord from (EnrollmentResult, &str) as (r, public_url) {
        /// In the order of the meetings
        attendances: Vec<PortalAttendance> = each(r.marks),
        /// Requests that a meeting counts as attended, the oldest first
        attendance_requests: Vec<PortalPresenceRequest> = each(r.requests),
        /// null before the enrollment is approved
        completed_steps: Option<i64> = r.steps.map(|(done, _)| done),
        total_steps: Option<i64> = r.steps.map(|(_, all)| all),
        certificate: Option<PortalStandingCertificate> = r.certificate.map(|paper| (paper, public_url).into()),
        /// COMPLETED, INCOMPLETE or REVOKED
        completion_status: Option<String> = r.completion_status,
        /// Leads to the session that the person joined last: into the class, or after its end through its steps again
        session_url: Option<String> = r.session.map(|session| session.join_url(public_url)),
    }

    pub struct OneEnrollment from Enrollment as row { enrollment: PortalEnrollment = (row, None).into() }
}

paged! { pub struct Enrollments of (Enrollment, Option<PortalRecord>) { paging: Paging, enrollments: PortalEnrollment } }

/// Returns the reason of a decision, if it was the last one.
fn reason(e: &Enrollment, decided: EnrollmentStatus) -> Option<String> {
    e.reason.clone().filter(|_| e.status == decided.word())
}

words!(pub enum PortalEnrollmentStatus for EnrollmentStatus { Pending, Approved, Rejected, Cancelled, Completed });

query!(
    pub struct EnrollmentsQuery {
        user_id: Option<i64>,
        course_id: Option<i64>,
        class_id: Option<i64>,
        status: Option<PortalEnrollmentStatus>,
        /// true: only enrollments on the waiting list, from its front
        is_waiting: Option<bool>,
    }
);

impl From<EnrollmentsQuery> for EnrollmentFilter {
    fn from(q: EnrollmentsQuery) -> EnrollmentFilter {
        let EnrollmentsQuery { user_id: person, course_id: course, class_id: class, status, is_waiting: waits } = q;
        EnrollmentFilter { person, course, class, status: status.plain(), waits, access: None }
    }
}

query!(
    pub struct MineQuery {
        status: Option<PortalEnrollmentStatus>,
        /// Whether each brings its attendance, progress, completion and certificate (false)
        record: Option<bool>,
    }
);

#[derive(Deserialize, ToSchema)]
#[schema(as = Rejection, example = json!({"rejection_reason": "선수 과정을 아직 마치지 않았습니다"}))]
pub struct RejectionSent {
    pub rejection_reason: Reason,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"cancel_reason": "개인 사정"}))]
pub struct Cancelling {
    pub cancel_reason: Option<Prose>,
}

/// An amount of money in won.
pub type Amount = Within<1, 1_000_000_000_000>;

body! {
    #[schema(example = json!({"payment_amount": 50000, "payment_method": "CARD", "payment_info": {"approval_no": "12345678"}}))]
    pub struct PaymentSent for NewPayment;
    needed {
        payment_amount: Amount => amount,
        payment_method: Word => method,
    }
    optional {
        payment_info: Option<PaymentInfo> => info = payment_info.plain().unwrap_or_else(|| "{}".into()),
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refund_amount": 20000, "refund_reason": "중도 포기"}))]
pub struct RefundSent {
    pub refund_amount: Amount,
    pub refund_reason: Reason,
}

answer! {
    #[schema(example = json!({"payment_id": 1, "enrollment_id": 1, "payment_amount": 50000, "payment_method": "CARD",
        "payment_info": {"approval_no": "12345678"}, "payment_status": "CONFIRMED", "refunded_amount": 0,
        "created_at": "2025-10-28T10:00:00Z"}))]
    pub struct PaymentLine from Payment as p {
        payment_id: i64 = p.id,
        enrollment_id: i64 = p.enrollment,
        payment_amount: i64 = p.amount,
        payment_method: String = p.method,
        #[schema(value_type = PaymentInfo)]
        payment_info: Value = serde_json::from_str(&p.info).unwrap_or_default(),
        payment_status: String = p.status,
        refunded_amount: i64 = p.refunded,
        created_at: Instant = Instant(p.created_ms),
    }

    pub struct Paid from (Payment, Enrollment) as paid {
        payment: PaymentLine = paid.0.into(),
        enrollment: PortalEnrollment = (paid.1, None).into(),
    }

    #[schema(example = json!({"refund_amount": 20000, "refunded_amount": 20000, "refundable_amount": 30000}))]
    pub struct RefundDone from Refunded as r {
        refund_amount: i64 = r.amount,
        refunded_amount: i64 = r.refunded,
        refundable_amount: i64 = r.left,
    }
}

/// 3-01 수강 신청: applies for a class, or for its waiting list if it is full. Staff may name a student; by an e-mail
/// address, a phone or a student number the answer is 202, whether there is such a student or not.
#[utoipa::path(post, path = "/api/v1/enrollments", request_body = NewEnrollment,
    responses((status = 201, body = Done<PortalEnrolled>), (status = 202, description = "Enrolled, if there is such a student", body = Done<PortalEnrollmentAsked>)))]
pub async fn apply(app: School, caller: Caller, Json(sent): Json<NewEnrollment>) -> Result<Response> {
    let (application, contact) = sent.named()?;
    if let Some(contact) = contact {
        apply_for_contact(&app, &caller, contact, application.course, application.class).await?;
        let asked = done::<PortalEnrollmentAsked>("그런 학생이 있으면 수강 명단에 등록됩니다.", ())?;
        return Ok((StatusCode::ACCEPTED, asked).into_response());
    }
    let enrollment = enrollment::apply(&app, &caller, application).await?;
    let message = match (enrollment.waiting_number, enrollment.status.as_str()) {
        (Some(_), _) => "정원이 차서 대기자로 등록되었습니다.",
        (None, "APPROVED") => "수강 신청이 승인되었습니다.",
        _ => "수강 신청이 접수되었습니다.",
    };
    Ok(created::<PortalEnrolled>(message, &enrollment)?.into_response())
}

/// 3-02 수강 신청 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/enrollments/{enrollment_id}",
    responses((status = 200, body = Done<OneEnrollment>)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<OneEnrollment> {
    done("수강 신청을 조회했습니다.", enrollment::by_id(&app, &caller, id).await?)
}

/// 3-03 수강 신청 목록: a student's own, those of an instructor's courses, or all for an admin.
#[utoipa::path(get, path = "/api/v1/enrollments", params(EnrollmentsQuery, Pages),
    responses((status = 200, body = Done<Enrollments>)))]
pub async fn list(app: School, caller: Caller, query: EnrollmentsQuery, pages: Pages) -> Answer<Enrollments> {
    let page = enrollment::list(&app, &caller, query.into(), pages.into()).await?;
    done("수강 신청 목록을 조회했습니다.", page.map(|row| (row, None)))
}

/// 3-04 내 수강 신청 목록.
#[utoipa::path(get, path = "/api/v1/enrollments/me", params(MineQuery, Pages),
    responses((status = 200, body = Done<Enrollments>)))]
pub async fn mine(app: School, caller: Caller, query: MineQuery, pages: Pages) -> Answer<Enrollments> {
    let (status, with_records) = (query.status.plain(), query.record.unwrap_or(false));
    let page = records::own_enrollments(&app, &caller, status, pages.into(), with_records).await?;
    let record = |result| (result, app.public_url.as_str()).into();
    done("내 수강 신청 목록을 조회했습니다.", page.map(|(row, result)| (row, result.map(record))))
}

/// 3-05 수강 신청 승인 (staff of the course).
#[utoipa::path(patch, path = "/api/v1/enrollments/{enrollment_id}/approve",
    responses((status = 200, body = Done<OneEnrollment>)))]
pub async fn approve(app: School, caller: Caller, Id(id): Id) -> Answer<OneEnrollment> {
    done("수강 신청이 승인되었습니다.", decide(&app, &caller, id, Decision::Approve).await?)
}

/// 3-06 수강 신청 거부 (staff of the course).
#[utoipa::path(patch, path = "/api/v1/enrollments/{enrollment_id}/reject", request_body = RejectionSent,
    responses((status = 200, body = Done<OneEnrollment>)))]
pub async fn reject(app: School, caller: Caller, Id(id): Id, Json(sent): Json<RejectionSent>) -> Answer<OneEnrollment> {
    let decision = Decision::Reject { reason: sent.rejection_reason.into() };
    done("수강 신청이 거부되었습니다.", decide(&app, &caller, id, decision).await?)
}

/// 3-07 수강 신청 취소 (the student's own; staff of the course).
#[utoipa::path(patch, path = "/api/v1/enrollments/{enrollment_id}/cancel", request_body = Cancelling,
    responses((status = 200, body = Done<OneEnrollment>)))]
pub async fn cancel(app: School, caller: Caller, Id(id): Id, Json(sent): Json<Cancelling>) -> Answer<OneEnrollment> {
    let decision = Decision::Cancel { reason: sent.cancel_reason.plain() };
    done("수강 신청이 취소되었습니다.", decide(&app, &caller, id, decision).await?)
}

/// 3-08 수강 대기자 승인: gives a free seat to a person on the waiting list (staff of the course).
#[utoipa::path(patch, path = "/api/v1/enrollments/{enrollment_id}/approve-waiting",
    responses((status = 200, body = Done<OneEnrollment>)))]
pub async fn approve_waiting(app: School, caller: Caller, Id(id): Id) -> Answer<OneEnrollment> {
    done("대기자가 승인되었습니다.", decide(&app, &caller, id, Decision::AdmitWaiting).await?)
}

/// 3-09 수강료 결제 정보 등록: a student reports a payment, which staff confirm by registering the same amount.
#[utoipa::path(post, path = "/api/v1/enrollments/{enrollment_id}/payment",
    params(Key), request_body = PaymentSent,
    responses((status = 201, body = Done<Paid>)))]
pub async fn pay(app: School, caller: Caller, Id(id): Id, SentOnce(sent, key): SentOnce<PaymentSent>) -> Created<Paid> {
    created("결제 정보가 등록되었습니다.", payments::pay(&app, &caller, id, sent.into(), key).await?)
}

/// 3-10 수강료 환불 처리: at most what was paid (staff of the course).
#[utoipa::path(post, path = "/api/v1/enrollments/{enrollment_id}/refund",
    params(Key), request_body = RefundSent,
    responses((status = 200, body = Done<RefundDone>)))]
pub async fn refund(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<RefundSent>,
) -> Answer<RefundDone> {
    let (amount, reason) = (sent.refund_amount.plain(), sent.refund_reason.plain());
    done("환불이 처리되었습니다.", payments::refund(&app, &caller, id, amount, &reason, key).await?)
}
