//! Enrollments and their payments.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::{Grade, Paging};
use crate::error::Error;
use crate::school::Page;
use crate::school::enrollment::applicants::Contact;
use crate::school::enrollment::payments::{NewPayment, Payment, Refunded};
use crate::school::enrollment::{Application, Enrollment, EnrollmentFilter, EnrollmentStatus};
use crate::surfaces::answer::{answer, each};
use crate::surfaces::schemas::described;
use crate::surfaces::texts::{ANYTHING_MAX_BYTES, Email, Instant, Phone, Prose, Reason, Within, Word};

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "course_id": 1, "class_id": 1}))]
pub struct NewEnrollment {
    /// The caller's own, or left out; staff may name, for their own course, a student who is or was in a course of theirs
    pub user_id: Option<i64>,
    /// Staff: the student who signs in with this
    pub email: Option<Email>,
    /// Staff: the student who signs in with this
    pub phone: Option<Phone>,
    /// Staff: the student to whom the school gave this number
    pub student_no: Option<Word>,
    pub course_id: i64,
    /// The class; the course's default class when left out
    pub class_id: Option<i64>,
}

impl NewEnrollment {
    /// Returns the contact by which staff name a student; `None` for an id, or for the caller. Fails if the student is named twice.
    pub fn contact(&self) -> Result<Option<Contact>, Error> {
        let named = [
            self.email.clone().map(|email| Contact::Email(email.kept())),
            self.phone.clone().map(|phone| Contact::Phone(phone.kept())),
            self.student_no.clone().map(|number| Contact::StudentNumber(number.into())),
        ];
        let mut named = named.into_iter().flatten();
        match (named.next(), named.next(), self.user_id) {
            (Some(contact), None, None) => Ok(Some(contact)),
            (None, ..) => Ok(None),
            _ => Err(Error::bad("user_id", "name the student in one way")),
        }
    }
}

impl From<NewEnrollment> for Application {
    fn from(n: NewEnrollment) -> Application {
        Application { person: n.user_id, course: n.course_id, class: n.class_id }
    }
}

/// An empty answer, which does not reveal whether there is such a student.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({}))]
pub struct PortalEnrollmentAsked {}

answer! {
    #[schema(example = json!({"enrollment_id": 1, "is_waiting": true, "waiting_number": 3}))]
    pub struct PortalEnrolled from &Enrollment as e {
        enrollment_id: i64 = e.id,
        is_waiting: bool = e.waiting_number.is_some(),
        waiting_number: Option<i64> = e.waiting_number,
        status: String = e.status.clone(),
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "user_id": 1, "user_name": "김학생", "course_id": 1,
    "course_title": "카카오톡 기초", "class_id": 1, "class_name": "1차", "status": "APPROVED", "source": "APPLIED",
    "is_waiting": false, "waiting_number": null, "rejection_reason": null, "cancel_reason": null,
    "approved_at": "2025-10-28T10:00:00Z", "completed_at": null, "grade": {"attendance_score": 81.25,
    "assessment_score": 85.0, "progress_score": 50.0, "total_score": 77.25}, "created_at": "2025-10-28T10:00:00Z",
    "updated_at": "2025-10-28T10:00:00Z"}))]
pub struct PortalEnrollment {
    pub enrollment_id: i64,
    pub user_id: i64,
    pub user_name: String,
    pub course_id: i64,
    pub course_title: String,
    pub class_id: i64,
    pub class_name: String,
    pub status: String,
    pub source: String,
    pub is_waiting: bool,
    pub waiting_number: Option<i64>,
    pub rejection_reason: Option<String>,
    pub cancel_reason: Option<String>,
    pub approved_at: Option<Instant>,
    pub completed_at: Option<Instant>,
    pub grade: Grade,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl From<Enrollment> for PortalEnrollment {
    fn from(e: Enrollment) -> PortalEnrollment {
        let why = |status: EnrollmentStatus| e.reason.clone().filter(|_| e.status == status.word());
        PortalEnrollment {
            enrollment_id: e.id,
            user_id: e.person,
            course_id: e.course,
            class_id: e.class,
            is_waiting: e.waiting_number.is_some(),
            waiting_number: e.waiting_number,
            rejection_reason: why(EnrollmentStatus::Rejected),
            cancel_reason: why(EnrollmentStatus::Cancelled),
            user_name: e.name,
            course_title: e.course_title,
            class_name: e.class_name,
            status: e.status,
            source: e.source,
            approved_at: e.approved_ms.map(Instant),
            completed_at: e.completed_ms.map(Instant),
            grade: Grade {
                attendance_score: e.attendance_score,
                assessment_score: e.assessment_score,
                progress_score: e.progress_score,
                total_score: e.total_score,
            },
            created_at: Instant(e.created_ms),
            updated_at: Instant(e.updated_ms),
        }
    }
}

answer! {
    pub struct OneEnrollment from Enrollment as row {
        enrollment: PortalEnrollment = row.into(),
    }
}

answer! {
    pub struct Enrollments from Page<Enrollment> as page {
        paging: Paging = Paging::from(&page),
        enrollments: Vec<PortalEnrollment> = each(page.rows),
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PortalEnrollmentStatus {
    Pending,
    Approved,
    Rejected,
    Cancelled,
    Completed,
}

impl From<PortalEnrollmentStatus> for EnrollmentStatus {
    fn from(word: PortalEnrollmentStatus) -> EnrollmentStatus {
        match word {
            PortalEnrollmentStatus::Pending => EnrollmentStatus::Pending,
            PortalEnrollmentStatus::Approved => EnrollmentStatus::Approved,
            PortalEnrollmentStatus::Rejected => EnrollmentStatus::Rejected,
            PortalEnrollmentStatus::Cancelled => EnrollmentStatus::Cancelled,
            PortalEnrollmentStatus::Completed => EnrollmentStatus::Completed,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EnrollmentsQuery {
    pub user_id: Option<i64>,
    pub course_id: Option<i64>,
    pub class_id: Option<i64>,
    #[param(inline)]
    pub status: Option<PortalEnrollmentStatus>,
    /// true: only enrollments on the waiting list, from its front
    pub is_waiting: Option<bool>,
}

impl From<EnrollmentsQuery> for EnrollmentFilter {
    fn from(q: EnrollmentsQuery) -> EnrollmentFilter {
        EnrollmentFilter {
            person: q.user_id,
            course: q.course_id,
            class: q.class_id,
            status: q.status.map(EnrollmentStatus::from),
            waits: q.is_waiting,
        }
    }
}

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

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"payment_amount": 50000, "payment_method": "CARD", "payment_info": {"approval_no": "12345678"}}))]
pub struct PaymentSent {
    pub payment_amount: Amount,
    pub payment_method: Word,
    pub payment_info: Option<PaymentInfo>,
}

/// An object or a text, as JSON.
pub struct PaymentInfo(String);

described!(
    PaymentInfo,
    AnyOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Object))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .description(Some("An object or a text, of at most 16 KiB as JSON and without NUL in its texts"))
);

impl<'de> Deserialize<'de> for PaymentInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PaymentInfo, D::Error> {
        let info = match Value::deserialize(deserializer)? {
            info @ (Value::Object(_) | Value::String(_)) => info.to_string(),
            _ => return Err(D::Error::custom("an object or a text is needed")),
        };
        if info.len() > ANYTHING_MAX_BYTES || info.contains("\\u0000") {
            return Err(D::Error::custom("at most 16 KiB, and no NUL in its texts"));
        }
        Ok(PaymentInfo(info))
    }
}

impl From<PaymentSent> for NewPayment {
    fn from(p: PaymentSent) -> NewPayment {
        let info = p.payment_info.map_or_else(|| "{}".to_owned(), |info| info.0);
        NewPayment { amount: p.payment_amount.0, method: p.payment_method.into(), info }
    }
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
}

answer! {
    pub struct Paid from (Payment, Enrollment) as paid {
        payment: PaymentLine = paid.0.into(),
        enrollment: PortalEnrollment = paid.1.into(),
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refund_amount": 20000, "refund_reason": "중도 포기"}))]
pub struct RefundSent {
    pub refund_amount: Amount,
    pub refund_reason: Reason,
}

answer! {
    #[schema(example = json!({"refund_amount": 20000, "refunded_amount": 20000, "refundable_amount": 30000}))]
    pub struct RefundDone from Refunded as r {
        refund_amount: i64 = r.amount,
        refunded_amount: i64 = r.refunded,
        refundable_amount: i64 = r.left,
    }
}
