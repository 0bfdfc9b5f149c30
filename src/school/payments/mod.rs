//! Payments for courses: orders at a gateway, what became of them, refunds, and money that came without a gateway.
//!
//! An order is PENDING until the gateway says what became of it, in one of three ways, which all end in `settling`: the buyer's page
//! reports a payment (`completing`), the gateway sends a notice (`noticing`), or a job asks (`checking`). Nobody is believed but
//! the gateway itself, when it is asked. No transaction is open while it is.

pub mod checking;
pub mod completing;
pub(in crate::school) mod moves;
pub mod noticing;
pub mod ordering;
mod pauses;
pub mod refunding;
mod settling;
mod tries;

use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::words;
use crate::outside::gateways::OrderAtGateway;
use crate::school::rights::Caller;
use crate::school::{Page, Window};

pub use self::moves::PaymentMove;

/// Outcome of an order, with what was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    Pending,
    Paid,
    Failed,
    Cancelled,
    PartiallyRefunded,
    Refunded,
}
words!(PaymentState {
    Pending = "PENDING",
    Paid = "PAID",
    Failed = "FAILED",
    Cancelled = "CANCELLED",
    PartiallyRefunded = "PARTIALLY_REFUNDED",
    Refunded = "REFUNDED",
});

row! {
    #[derive(Debug, Clone)]
    pub struct CoursePayment {
        pub id: i64,
        pub person: i64,
        pub course: i64,
        pub course_title: String,
        pub instructor: i64,
        pub enrollment: i64,
        pub amount: i64,
        /// Price of the course when it was ordered; the amount is the rest of it.
        pub price: Option<i64>,
        pub status: String,
        /// `None` if the money came without a gateway.
        pub gateway: Option<String>,
        pub merchant_uid: Option<String>,
        pub imp_uid: Option<String>,
        pub receipt_url: Option<String>,
        pub paid_ms: Option<i64>,
        pub refund_deadline_ms: Option<i64>,
        /// Sum that went back.
        pub refunded: i64,
        /// Sum that went back or is on its way.
        pub claimed: i64,
        /// REQUESTED, COMPLETED or FAILED: of the newest refund.
        pub refund_status: Option<String>,
        pub next_check_ms: Option<i64>,
        pub created_ms: i64,
    }
}

const PAYMENT: &str =
    "select p.id, e.person, k.course, c.title as course_title, c.instructor, p.enrollment, p.amount, p.price, p.status,
    p.gateway, p.merchant_uid, p.imp_uid, p.receipt_url, p.paid_ms, p.refund_deadline_ms, p.next_check_ms, p.created_ms,
    (select cast(coalesce(sum(r.amount), 0) as bigint) from refunds r
        where r.payment = p.id and r.status = 'COMPLETED') as refunded,
    (select cast(coalesce(sum(r.amount), 0) as bigint) from refunds r
        where r.payment = p.id and r.status <> 'FAILED') as claimed,
    (select r.status from refunds r where r.payment = p.id order by r.id desc limit 1) as refund_status
    from payments p join enrollments e on e.id = p.enrollment join classes k on k.id = e.class
    join courses c on c.id = k.course";

impl CoursePayment {
    pub fn state(&self) -> PaymentState {
        match self.status.as_str() {
            "CONFIRMED" if self.refunded == 0 => PaymentState::Paid,
            "CONFIRMED" if self.refunded < self.amount => PaymentState::PartiallyRefunded,
            "CONFIRMED" => PaymentState::Refunded,
            "FAILED" => PaymentState::Failed,
            "CANCELLED" => PaymentState::Cancelled,
            _ => PaymentState::Pending,
        }
    }

    /// Returns what can still be given back.
    pub fn left(&self) -> i64 {
        if self.status == "CONFIRMED" { self.amount - self.claimed } else { 0 }
    }

    /// Returns the order at its gateway; `None` if the money came without one.
    fn order(&self) -> Option<OrderAtGateway<'_>> {
        let merchant_uid = self.merchant_uid.as_deref().filter(|_| self.gateway.is_some())?;
        Some(OrderAtGateway { merchant_uid, imp_uid: self.imp_uid.as_deref(), amount: self.amount })
    }

    fn gateway(&self) -> &str {
        self.gateway.as_deref().unwrap_or_default()
    }
}

async fn read(tx: &mut Tx, id: i64) -> Result<CoursePayment> {
    tx.maybe(format!("{PAYMENT} where p.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Payment))
}

async fn read_now(app: &School, id: i64) -> Result<CoursePayment> {
    read(&mut app.db.read().await?, id).await
}

async fn find_order(app: &School, merchant_uid: &str) -> Result<Option<CoursePayment>> {
    app.db.read().await?.maybe(format!("{PAYMENT} where p.merchant_uid = $1"), args![merchant_uid]).await
}

/// Finds a payment of the caller's own, or for a course that the caller teaches. Others do not learn that it exists.
async fn find_visible(tx: &mut Tx, caller: &Caller, id: i64) -> Result<CoursePayment> {
    let found = read(tx, id).await?;
    if found.person == caller.id {
        return Ok(found);
    }
    caller.must_be_staff().map_err(|_| Error::NotFound(Noun::Payment))?;
    caller.must_teach(found.instructor)?;
    Ok(found)
}

/// A payment with all that happened to it. Who did it and why is for staff: `None` in the moves that others see.
pub struct PaymentHistory {
    pub payment: CoursePayment,
    pub moves: Vec<PaymentMove>,
}

pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<PaymentHistory> {
    let mut tx = app.db.read().await?;
    let payment = find_visible(&mut tx, caller, id).await?;
    let moves = moves::of(&mut tx, id, caller.teaches(payment.instructor)).await?;
    Ok(PaymentHistory { payment, moves })
}

const THEIRS: &str = "p.enrollment in (select id from enrollments where person = $1)";

/// Lists the caller's own payments, the newest first.
pub async fn mine(app: &School, caller: &Caller, window: Window) -> Result<Page<CoursePayment>> {
    let mut tx = app.db.read().await?;
    let (total,) = tx.one(format!("select count(*) from payments p where {THEIRS}"), args![caller.id]).await?;
    let sql = format!("{PAYMENT} where {THEIRS} order by p.id desc limit $2 offset $3");
    let rows = tx.all(sql, args![caller.id, window.limit, window.offset]).await?;
    Ok(Page { rows, total, window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn a_persons_payments_are_found_without_those_of_others() {
        for sql in [
            format!("select count(*) from payments p where {THEIRS}"),
            format!("{PAYMENT} where {THEIRS} order by p.id desc limit 20 offset 0"),
            format!("{PAYMENT} where p.merchant_uid = $1"),
        ] {
            let plan = sqlite_plan(&sql).await;
            assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
        }
    }

    #[test]
    fn a_payment_is_what_is_left_of_it() {
        let payment = |status: &str, refunded| CoursePayment {
            id: 1,
            person: 1,
            course: 1,
            course_title: String::new(),
            instructor: 2,
            enrollment: 1,
            amount: 50_000,
            price: None,
            status: status.into(),
            gateway: None,
            merchant_uid: None,
            imp_uid: None,
            receipt_url: None,
            paid_ms: None,
            refund_deadline_ms: None,
            refunded,
            claimed: refunded,
            refund_status: None,
            next_check_ms: None,
            created_ms: 0,
        };
        for (status, refunded, state, left) in [
            ("PENDING", 0, PaymentState::Pending, 0),
            ("UNCONFIRMED", 0, PaymentState::Pending, 0),
            ("CONFIRMED", 0, PaymentState::Paid, 50_000),
            ("CONFIRMED", 20_000, PaymentState::PartiallyRefunded, 30_000),
            ("CONFIRMED", 50_000, PaymentState::Refunded, 0),
            ("FAILED", 0, PaymentState::Failed, 0),
            ("CANCELLED", 0, PaymentState::Cancelled, 0),
        ] {
            let found = payment(status, refunded);
            assert_eq!((found.state(), found.left()), (state, left), "{status}");
        }
    }
}
