//! Completing an order: the buyer's page says that it was paid, and the gateway is asked.

use super::settling::{Settlement, settle};
use super::{CoursePayment, find_order, read_now};
use crate::app::School;
use crate::error::{Error, Field, Noun, Result};
use crate::failures::Attempts;
use crate::outside::gateways::{Gateway, OrderAtGateway};
use crate::school::rights::Caller;

/// Words of the buyer's page. The amount is compared with the order, and with what the gateway says; it decides nothing.
pub struct ReportedPayment {
    /// `None` if the page does not know it: the gateway is asked for what was paid of the order.
    pub imp_uid: Option<String>,
    pub merchant_uid: String,
    pub course: i64,
    pub amount: i64,
}

/// Completes an order of the caller's, once the gateway says that it was paid. Said twice, it is done once. A payment of another
/// order is refused and left as it is. What does not fit the caller's own order goes back.
pub async fn complete(app: &School, caller: &Caller, said: ReportedPayment) -> Result<CoursePayment> {
    let found = find_order(app, &said.merchant_uid).await?.filter(|order| order.person == caller.id);
    let order = found.ok_or(Error::NotFound(Noun::Payment))?;
    if order.course != said.course {
        return Err(Error::bad(Field::Course, "it is not the course of this order"));
    }
    if order.amount != said.amount {
        return Err(Error::bad(Field::TotalAmount, "it is not the amount of this order"));
    }
    let imp_uid = said.imp_uid.as_deref();
    let is_done = order.status == "CONFIRMED" && (imp_uid.is_none() || order.imp_uid.as_deref() == imp_uid);
    if is_done {
        return reply_for(order);
    }
    app.failures.take_for_good(&Attempts::PaymentsBy(caller.id), app.now_ms())?;
    let gateway = app.gateways.of(order.gateway())?;
    // The sandbox knows of no payments that could be given back.
    if order.status == "CONFIRMED" && matches!(gateway, Gateway::Sandbox) {
        return Err(Error::PaidElsewhere);
    }
    let asked = OrderAtGateway { merchant_uid: &said.merchant_uid, imp_uid, amount: order.amount };
    let paid = gateway.look_up(&asked).await?;
    let paid = paid.ok_or(Error::bad(Field::ImpUid, "the payment service does not know it"))?;
    if paid.merchant_uid != said.merchant_uid {
        return Err(Error::PaidElsewhere);
    }
    match settle(app, &order, paid, Some(caller.id)).await? {
        Settlement::Waits | Settlement::Done => reply_for(read_now(app, order.id).await?),
        Settlement::Mismatched => Err(Error::PaymentMismatch),
        Settlement::Returned => Err(Error::PaymentReturned),
    }
}

/// Returns a payment that was made or may still be made, and refuses one that came to nothing.
fn reply_for(payment: CoursePayment) -> Result<CoursePayment> {
    match payment.status.as_str() {
        "FAILED" | "CANCELLED" => Err(Error::wrong_state(payment.status)),
        _ => Ok(payment),
    }
}
