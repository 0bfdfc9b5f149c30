//! Payments: an order, its completion, one's own payments, refunds.

use axum::http::StatusCode;

use super::wire::{AcademyPage, AcademyPages};
use super::{Answer, Caller, GetOnly, Id, Json, Result, ok};
use crate::app::School;
use crate::school::payments::completing::ReportedPayment;
use crate::school::payments::ordering::{NewOrder, order};
use crate::school::payments::refunding::RefundWish;
use crate::school::payments::{self, CoursePayment, PaymentHistory, PaymentMove, completing, refunding};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

answer! {
    #[schema(example = json!({"payment_id": 1, "major_category_id": 1, "major_category_name": "파이썬 기초",
        "total_amount": 50000, "merchant_uid": "gyosil-0b51c2f4a87d4c1e9a3ff05d7c6e2a10", "enrollment_id": 1,
        "buyer_name": "김학생", "buyer_email": "student@example.com", "gateway": "sandbox", "store": null, "channel": null}))]
    pub struct AcademyOrder from NewOrder as o {
        payment_id: i64 = o.payment.id,
        major_category_id: i64 = o.payment.course,
        major_category_name: String = o.payment.course_title,
        /// In won
        total_amount: i64 = o.payment.amount,
        /// The name of this order, new each time. With Portone V2 it is the id of the payment
        merchant_uid: String = o.payment.merchant_uid.unwrap_or_default(),
        enrollment_id: i64 = o.payment.enrollment,
        buyer_name: String = o.buyer_name,
        buyer_email: Option<String> = o.buyer_email,
        /// sandbox, portone_v1 or portone_v2. In the sandbox no money moves
        gateway: String = o.gateway.to_lowercase(),
        /// The name of the store at the gateway
        store: Option<String> = o.store,
        /// The key of the store's channel at the gateway
        channel: Option<String> = o.channel,
    }

    #[schema(example = json!({"id": 1, "user_id": 2, "major_category_id": 1, "major_category_name": "파이썬 기초", "enrollment_id": 1,
        "total_amount": 50000, "payment_date": "2025-10-28T10:00:00Z", "payment_status": "paid", "refund_amount": 0,
        "refund_status": "none", "refund_deadline": "2025-11-04T10:00:00Z", "gateway": "sandbox",
        "merchant_uid": "gyosil-0b51c2f4a87d4c1e9a3ff05d7c6e2a10", "imp_uid": "imp_123456789012", "receipt_url": null,
        "created_at": "2025-10-28T09:58:00Z"}))]
    pub struct AcademyPayment from CoursePayment as p {
        /// pending, paid, failed, cancelled, partially_refunded or refunded
        payment_status: String = p.state().word().to_lowercase(),
        id: i64 = p.id,
        user_id: i64 = p.person,
        major_category_id: i64 = p.course,
        major_category_name: String = p.course_title,
        enrollment_id: i64 = p.enrollment,
        /// In won
        total_amount: i64 = p.amount,
        /// null until it is paid
        payment_date: Option<Instant> = p.paid_ms.map(Instant),
        refund_amount: i64 = p.refunded,
        /// none, requested, completed or failed: of the newest refund
        refund_status: String = p.refund_status.map_or_else(|| "none".to_owned(), |status| status.to_lowercase()),
        /// The end of the time in which a learner may take it back
        refund_deadline: Option<Instant> = p.refund_deadline_ms.map(Instant),
        /// null if the money came without a gateway
        gateway: Option<String> = p.gateway.map(|gateway| gateway.to_lowercase()),
        merchant_uid: Option<String> = p.merchant_uid,
        imp_uid: Option<String> = p.imp_uid,
        receipt_url: Option<String> = p.receipt_url,
        created_at: Instant = Instant(p.created_ms),
    }

    #[schema(example = json!({"kind": "paid", "amount": 50000, "at": "2025-10-28T10:00:00Z", "by_user_id": 2, "reason": ""}))]
    pub struct AcademyPaymentMove from PaymentMove as m {
        /// ordered, paid, mismatched, failed, cancelled, refund_asked, refunded or refund_failed
        kind: String = m.kind.to_lowercase(),
        amount: i64 = m.amount,
        at: Instant = Instant(m.created_ms),
        /// For staff. null if the gateway told it, or the school did it by itself
        by_user_id: Option<i64> = m.by_person,
        /// For staff
        reason: Option<String> = m.reason,
    }

    pub struct AcademyPaymentDetail from PaymentHistory as h {
        #[serde(flatten)]
        payment: AcademyPayment = h.payment.into(),
        /// All that happened to it, the oldest first
        moves: Vec<AcademyPaymentMove> = each(h.moves),
    }
}

paged! {
    pub struct AcademyPayments of CoursePayment, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyPayment
    }
}

body! {
    #[schema(example = json!({"imp_uid": "imp_123456789012", "merchant_uid": "gyosil-0b51c2f4a87d4c1e9a3ff05d7c6e2a10",
        "major_category_id": 1, "total_amount": 50000}))]
    pub struct AcademyCompletion for ReportedPayment;
    needed {
        /// The name of the order
        merchant_uid: Word => merchant_uid,
        major_category_id: i64 => course,
        /// The amount of the order; what counts is what the gateway says
        total_amount: Within<1, 1_000_000_000> => amount,
    }
    optional {
        /// The gateway's name for the payment. One who does not know it asks what became of the order
        imp_uid: Option<Word> => imp_uid,
    }
}

body! {
    #[schema(example = json!({"reason": "일정이 맞지 않습니다"}))]
    pub struct AcademyRefund for RefundWish;
    needed { reason: Reason => reason, }
    optional {
        /// All that is left when left out. Staff may give a part back
        amount: Option<Within<1, 1_000_000_000>> => amount,
    }
}

/// Makes an order for the price of a course, and applies for the course if the caller has not. Asked again, it is another order.
#[utoipa::path(get, path = "/payment/info/{major_category_id}/", responses((status = 200, body = AcademyOrder)))]
pub async fn info(app: School, _: GetOnly, caller: Caller, Id(id): Id) -> Answer<AcademyOrder> {
    ok(order(&app, &caller, id).await?)
}

/// Completes an order that was paid: the gateway is asked, and the enrollment is active. Done twice, it is done once. What does
/// not fit the order goes back, and nothing is approved. Where the gateway knows of no payment, a 400 names `imp_uid`.
#[utoipa::path(post, path = "/payment/complete/", request_body = AcademyCompletion,
    responses((status = 200, body = AcademyPayment)))]
pub async fn complete(app: School, caller: Caller, Json(sent): Json<AcademyCompletion>) -> Answer<AcademyPayment> {
    ok(completing::complete(&app, &caller, sent.into()).await?)
}

/// Lists one's own payments, the newest first.
#[utoipa::path(get, path = "/payment/user-payments/", params(AcademyPages),
    responses((status = 200, body = AcademyPayments)))]
pub async fn mine(app: School, caller: Caller, pages: AcademyPages, url: RequestUrl) -> Answer<AcademyPayments> {
    ok((payments::mine(&app, &caller, pages.into()).await?.must_exist()?, url))
}

/// Returns a payment of one's own, or for one's own course, with all that happened to it.
#[utoipa::path(get, path = "/payment/detail/{payment_id}/", responses((status = 200, body = AcademyPaymentDetail)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyPaymentDetail> {
    ok(payments::by_id(&app, &caller, id).await?)
}

/// Gives money back: to a learner within the time for it and before they have watched much; staff of the course at any time. Who
/// gets all of it back loses the access. 202 says that the gateway has not answered yet: the refund goes on by itself.
#[utoipa::path(post, path = "/payment/refund/{payment_id}/", request_body = AcademyRefund,
    responses((status = 200, body = AcademyPayment), (status = 202, description = "The gateway has not answered yet", body = AcademyPayment)))]
pub async fn refund(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyRefund>,
) -> Result<(StatusCode, Json<AcademyPayment>)> {
    let payment = refunding::refund(&app, &caller, id, sent.into()).await?;
    let is_under_way = payment.refund_status.as_deref() == Some("REQUESTED");
    let status = if is_under_way { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(payment.into())))
}
