//! Payments for an enrollment that come without a gateway, and refunds. A payment that a student reports is UNCONFIRMED and admits nobody until
//! staff confirm it.

use super::conditions::money_kept;
use super::decisions::{admit_paid, must_be};
use super::{Enrollment, EnrollmentStatus, hold_seats, read};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Result};
use crate::event::StoredAnswer;
use crate::school::once::{self, Key};
use crate::school::payments::moves::{self, MoveKind, NewMove};
use crate::school::payments::refunding::{NewRefund, ask_back, carry_out, read_payment};
use crate::school::rights::{self, Caller};

row! {
    #[derive(Debug, Clone)]
    pub struct Payment {
        pub id: i64,
        pub enrollment: i64,
        pub amount: i64,
        pub method: String,
        /// JSON, as it was received.
        pub info: String,
        pub status: String,
        pub refunded: i64,
        pub created_ms: i64,
    }
}

const PAYMENT: &str = "select p.id, p.enrollment, p.amount, p.method, p.info, p.status,
    (select cast(coalesce(sum(r.amount), 0) as bigint) from refunds r
        where r.payment = p.id and r.status <> 'FAILED') as refunded, p.created_ms
    from payments p";

#[derive(Debug)]
pub struct NewPayment {
    pub amount: i64,
    pub method: String,
    pub info: String,
}

/// Records a payment. A student makes a report, one at a time. Staff confirm a report of that amount, or record a
/// payment if there is none.
pub async fn pay(
    app: &School,
    caller: &Caller,
    enrollment: i64,
    new: NewPayment,
    key: Option<Key>,
) -> Result<(Payment, Enrollment)> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let access = rights::find_visible_enrollment(&mut tx, caller, enrollment).await?;
    let asked = ("payment", enrollment, &new);
    if let Some(done) = once::claim(&mut tx, caller.id, key.as_ref(), asked, now_ms).await? {
        let StoredAnswer::Payment { payment } = done else { return Err(Error::KeyReused) };
        let payment = tx.one(format!("{PAYMENT} where p.id = $1"), args![payment]).await?;
        return Ok((payment, read(&mut tx, enrollment).await?));
    }
    let seats = hold_seats(&mut tx, access.class, now_ms).await?;
    tx.hold(HeldTable::Enrollments, enrollment).await?;
    let before = read(&mut tx, enrollment).await?;
    must_be(&before, &[EnrollmentStatus::Pending, EnrollmentStatus::Approved, EnrollmentStatus::Completed], now_ms)?;
    let id = if access.person == caller.id {
        report(&mut tx, enrollment, &new, now_ms).await?
    } else {
        let id = match confirm(&mut tx, enrollment, &new, now_ms).await? {
            Some(id) => id,
            None => insert(&mut tx, enrollment, &new, "CONFIRMED", now_ms).await?,
        };
        let paid_by_hand = NewMove {
            payment: id,
            refund: None,
            kind: MoveKind::Paid,
            amount: new.amount,
            by: Some(caller.id),
            reason: "",
        };
        moves::add(&mut tx, paid_by_hand, now_ms).await?;
        let paid = money_kept(&mut tx, enrollment).await?;
        admit_paid(&mut tx, &seats, &before, paid, caller.id, now_ms).await?;
        id
    };
    once::settle(&mut tx, caller.id, key.as_ref(), &StoredAnswer::Payment { payment: id }).await?;
    let payment = tx.one(format!("{PAYMENT} where p.id = $1"), args![id]).await?;
    let after = read(&mut tx, enrollment).await?;
    app.commit(tx, vec![after.grade_due(now_ms)]).await?;
    Ok((payment, after))
}

async fn report(tx: &mut Tx, enrollment: i64, new: &NewPayment, now_ms: i64) -> Result<i64> {
    let sql = "select id from payments where enrollment = $1 and status = 'UNCONFIRMED' limit 1";
    if tx.maybe::<(i64,)>(sql, args![enrollment]).await?.is_some() {
        return Err(Error::wrong_state("UNCONFIRMED"));
    }
    insert(tx, enrollment, new, "UNCONFIRMED", now_ms).await
}

async fn insert(tx: &mut Tx, enrollment: i64, new: &NewPayment, status: &str, now_ms: i64) -> Result<i64> {
    let sql = "insert into payments (created_ms, updated_ms, enrollment, amount, method, info, status, paid_ms)
        values ($1, $1, $2, $3, $4, $5, $6, case when $6 = 'CONFIRMED' then $1 else null end) returning id";
    let args = args![now_ms, enrollment, new.amount, &new.method, &new.info, status];
    Ok(tx.one::<(i64,)>(sql, args).await?.0)
}

/// Confirms the oldest report of this amount. The method and the details that staff give replace the student's.
async fn confirm(tx: &mut Tx, enrollment: i64, new: &NewPayment, now_ms: i64) -> Result<Option<i64>> {
    let sql = "update payments set status = 'CONFIRMED', method = $3, paid_ms = $5, updated_ms = $5,
        info = case when $4 = '{}' then info else $4 end
        where id = (select min(id) from payments where enrollment = $1 and status = 'UNCONFIRMED' and amount = $2)
        returning id";
    let args = args![enrollment, new.amount, &new.method, &new.info, now_ms];
    Ok(tx.maybe::<(i64,)>(sql, args).await?.map(|(id,)| id))
}

/// Lists the confirmed payments, the newest first.
async fn confirmed_payments(tx: &mut Tx, enrollment: i64) -> Result<Vec<Payment>> {
    let sql = format!("{PAYMENT} where p.enrollment = $1 and p.status = 'CONFIRMED' order by p.id desc");
    tx.all(sql, args![enrollment]).await
}

pub struct Refunded {
    pub amount: i64,
    pub refunded: i64,
    /// The amount that can still be refunded.
    pub left: i64,
}

/// Refunds out of the confirmed payments, beginning with the newest; never more than was paid. What came by a gateway goes back
/// there, after the commit; if the gateway does not answer, the job goes on with it.
pub async fn refund(
    app: &School,
    caller: &Caller,
    enrollment: i64,
    amount: i64,
    reason: &str,
    key: Option<Key>,
) -> Result<Refunded> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    rights::hold_taught_enrollment(&mut tx, caller, enrollment).await?;
    let asked = ("refund", enrollment, amount, reason);
    if let Some(done) = once::claim(&mut tx, caller.id, key.as_ref(), asked, now_ms).await? {
        let StoredAnswer::Refund { refunded, left } = done else { return Err(Error::KeyReused) };
        return Ok(Refunded { amount, refunded, left });
    }
    let paid = confirmed_payments(&mut tx, enrollment).await?;
    if paid.is_empty() {
        return Err(Error::Unpaid);
    }
    let refunded: i64 = paid.iter().map(|p| p.refunded).sum();
    let left = paid.iter().map(|p| p.amount).sum::<i64>() - refunded;
    if amount > left {
        return Err(Error::RefundTooLarge { left });
    }
    let (mut rest, mut asked_back) = (amount, Vec::new());
    for payment in paid {
        let part = rest.min(payment.amount - payment.refunded);
        if part > 0 {
            let payment = read_payment(&mut tx, payment.id).await?;
            let ends_access = payment.gateway.is_some();
            let new = NewRefund { amount: part, reason, by: Some(caller.id), ends_access };
            asked_back.extend(ask_back(&mut tx, &payment, &new, now_ms).await?);
            rest -= part;
        }
    }
    let (refunded, left) = (refunded + amount, left - amount);
    once::settle(&mut tx, caller.id, key.as_ref(), &StoredAnswer::Refund { refunded, left }).await?;
    app.commit(tx, Vec::new()).await?;
    let mut outcome = Ok(Refunded { amount, refunded, left });
    for refund in asked_back {
        match carry_out(app, refund).await {
            Ok(()) | Err(Error::GatewayAway { .. }) => {}
            Err(error) => outcome = Err(error),
        }
    }
    outcome
}
