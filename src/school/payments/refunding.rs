//! Refunds: asked for in one transaction, carried out at the gateway, and completed in another. A crash between leaves a refund
//! that is REQUESTED, which the job goes on with; the gateway is asked first what went back already, so nothing goes back twice.

use super::moves::{self, MoveKind, NewMove};
use super::pauses::pause_ms;
use super::{CoursePayment, find_visible, read, read_now};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, retry, row};
use crate::error::{Error, Result};
use crate::outside::gateways::{Gateway, GatewayPayment, GatewayRefund, OrderAtGateway};
use crate::school::enrollment::buying::{Held, end_refunded, hold_bought};
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::Caller;

/// The time after which money that is on its way back is asked about again.
const WAITS_S: u64 = 60;

pub struct RefundWish {
    /// All that is left, if it is left out. Staff may give a part back.
    pub amount: Option<i64>,
    pub reason: String,
}

/// Gives money back. A learner gets back all that is left of a payment of their own, within the time after it and before they have
/// watched much; staff of the course may always give back, and a part of it. Who got all of it back loses the access.
///
/// If the gateway does not answer, the refund stays REQUESTED, and the job goes on with it.
pub async fn refund(app: &School, caller: &Caller, payment: i64, wish: RefundWish) -> Result<CoursePayment> {
    if let Some(refund) = retry(|| request(app, caller, payment, &wish)).await? {
        match carry_out(app, refund).await {
            Ok(()) | Err(Error::GatewayAway { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    read_now(app, payment).await
}

async fn request(app: &School, caller: &Caller, id: i64, wish: &RefundWish) -> Result<Option<i64>> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let seen = find_visible(&mut tx, caller, id).await?;
    let held = hold_bought(&mut tx, seen.enrollment, now_ms).await?;
    tx.hold(HeldTable::Payments, id).await?;
    let payment = read(&mut tx, id).await?;
    let amount = refundable(&payment, wish.amount)?;
    if !caller.teaches(payment.instructor) {
        may_take_back(app, &mut tx, &payment, &held, amount).await?;
    }
    let new = NewRefund { amount, reason: &wish.reason, by: Some(caller.id), ends_access: true };
    let refund = ask_back(&mut tx, &payment, &new, now_ms).await?;
    if refund.is_none() && payment.left() == amount {
        end_refunded(&mut tx, &held, id, now_ms).await?;
    }
    app.commit(tx, vec![held.grade_due(now_ms)]).await?;
    Ok(refund)
}

fn refundable(payment: &CoursePayment, wanted: Option<i64>) -> Result<i64> {
    if payment.refund_status.as_deref() == Some("REQUESTED") {
        return Err(Error::wrong_state("REQUESTED"));
    }
    if payment.status != "CONFIRMED" {
        return Err(Error::Unpaid);
    }
    let left = payment.left();
    match wanted.unwrap_or(left) {
        _ if left == 0 => Err(Error::AlreadyRefunded),
        amount if amount > left => Err(Error::RefundTooLarge { left }),
        amount => Ok(amount),
    }
}

/// Fails unless a learner may take this payment back by themselves: all of it, in time, and before they have watched much.
async fn may_take_back(app: &School, tx: &mut Tx, payment: &CoursePayment, held: &Held, amount: i64) -> Result<()> {
    if payment.gateway.is_none() || amount != payment.left() {
        return Err(Error::StaffOnly);
    }
    // A refund that failed may be asked for again later: the first wish was in time.
    let sql = "select min(created_ms) from refunds where payment = $1 and by_person = $2";
    let (first_ms,): (Option<i64>,) = tx.one(sql, args![payment.id, payment.person]).await?;
    let wished_ms = first_ms.unwrap_or(app.now_ms());
    if payment.refund_deadline_ms.is_none_or(|deadline_ms| wished_ms > deadline_ms) {
        return Err(Error::RefundTooLate);
    }
    let percent = app.config.paying.refund_watched_percent;
    let has_completed = held.enrollment.completed_ms.is_some_and(|ms| payment.paid_ms.is_some_and(|paid| ms >= paid));
    let (watched,): (f64,) = tx.one(WATCHED, args![payment.enrollment, payment.course]).await?;
    if has_completed || watched >= percent as f64 { Err(Error::RefundWatched { percent }) } else { Ok(()) }
}

/// SQL: the percentage of a course that was watched by an enrollment. A video counts by its length, anything else as a second.
const WATCHED: &str =
    "select cast(coalesce(sum(coalesce(p.rate, 0) * case when i.seconds > 0 then i.seconds else 1 end)
        / sum(case when i.seconds > 0 then i.seconds else 1 end), 0) as double precision)
    from units u join items i on i.unit = u.id and i.deleted_ms is null
        left join item_progress p on p.enrollment = $1 and p.item = i.id
    where u.course = $2 and u.deleted_ms is null";

/// A refund that is written down.
pub(in crate::school) struct NewRefund<'a> {
    pub amount: i64,
    pub reason: &'a str,
    /// `None` if the school does it by itself.
    pub by: Option<i64>,
    /// True if the access ends once all of the payment went back.
    pub ends_access: bool,
}

/// Writes a refund. Of money that came by a gateway it is REQUESTED, and returned to be carried out after the commit; of other
/// money it is COMPLETED at once. The caller holds the payment.
pub(in crate::school) async fn ask_back(
    tx: &mut Tx,
    payment: &CoursePayment,
    new: &NewRefund<'_>,
    now_ms: i64,
) -> Result<Option<i64>> {
    let is_asked = payment.gateway.is_some();
    let (status, kind) =
        if is_asked { ("REQUESTED", MoveKind::RefundAsked) } else { ("COMPLETED", MoveKind::Refunded) };
    let sql = "insert into refunds (created_ms, updated_ms, done_ms, payment, amount, reason, status, by_person,
            ends_access, next_check_ms)
        values ($1, $1, $8, $2, $3, $4, $5, $6, $7, $9) returning id";
    let done_ms = (!is_asked).then_some(now_ms);
    let check_ms = is_asked.then_some(now_ms + pause_ms(0));
    let args = args![now_ms, payment.id, new.amount, new.reason, status, new.by, new.ends_access, done_ms, check_ms];
    let (id,): (i64,) = tx.one(sql, args).await?;
    let asked =
        NewMove { payment: payment.id, refund: Some(id), kind, amount: new.amount, by: new.by, reason: new.reason };
    moves::add(tx, asked, now_ms).await?;
    Ok(is_asked.then_some(id))
}

/// Reads a payment, for those who give it back.
pub(in crate::school) async fn read_payment(tx: &mut Tx, id: i64) -> Result<CoursePayment> {
    read(tx, id).await
}

row! {
    struct Refund {
        id: i64,
        payment: i64,
        amount: i64,
        reason: String,
        status: String,
        by_person: Option<i64>,
        ends_access: bool,
    }
}

const REFUND: &str = "select id, payment, amount, reason, status, by_person, ends_access from refunds where id = $1";

/// Carries out a refund that is REQUESTED. Fails with `GatewayRefused` if the gateway says no, which is final if a person has asked;
/// with `GatewayAway` it stays REQUESTED. Money that the school gives back by itself is asked back until it is back, and the
/// administrators are told.
pub(in crate::school) async fn carry_out(app: &School, id: i64) -> Result<()> {
    // In one snapshot: what went back before does not contain this refund.
    let mut tx = app.db.read().await?;
    let refund: Refund = tx.one(REFUND, args![id]).await?;
    let payment = read(&mut tx, refund.payment).await?;
    drop(tx);
    if refund.status != "REQUESTED" {
        return Ok(());
    }
    let (Some(order), Some(imp_uid)) = (payment.order(), payment.imp_uid.as_deref()) else {
        return Err(Error::internal(format!("refund {id} is of no payment at a gateway")));
    };
    let target = payment.refunded + refund.amount;
    let key = format!("{}-{id}", order.merchant_uid);
    let back = GatewayRefund { key: &key, imp_uid, amount: 0, remains: 0, reason: &refund.reason };
    match give_back(app.gateways.for_refund(payment.gateway())?, &order, target, back).await {
        Ok(()) => retry(|| complete(app, &refund, &payment)).await,
        Err(Error::GatewayRefused { why }) => {
            tracing::error!(why, payment = payment.id, "the payment service refuses to give money back");
            match refund.by_person {
                Some(_) => retry(|| fail(app, &refund, &why)).await?,
                None => retry(|| tell_of_refusal(app, &refund, &payment, &why)).await?,
            }
            Err(Error::GatewayRefused { why })
        }
        Err(error) => Err(error),
    }
}

/// Gives back what is missing until `target` won of the payment are back. The gateway compares what it has left with what we
/// say that it has, so of two who do this at once only one moves money.
async fn give_back(
    gateway: &Gateway,
    order: &OrderAtGateway<'_>,
    target: i64,
    refund: GatewayRefund<'_>,
) -> Result<()> {
    let found = see(gateway, order).await?;
    let missing = target - found.went_back();
    if missing <= 0 {
        return Ok(());
    }
    if found.goes_back > 0 {
        return Err(Error::GatewayAway { retry_after_s: WAITS_S });
    }
    let (remains, key) = (found.remains(), format!("{}-{}", refund.key, found.remains()));
    let refund = GatewayRefund { key: &key, amount: missing, remains, ..refund };
    match gateway.give_back(&refund).await {
        Err(Error::GatewayRefused { why }) => {
            // Another node may have asked for the same money first.
            let found = see(gateway, order).await?;
            match found.went_back() >= target {
                true => Ok(()),
                false if found.goes_back > 0 => Err(Error::GatewayAway { retry_after_s: WAITS_S }),
                false => Err(Error::GatewayRefused { why }),
            }
        }
        done => done,
    }
}

/// Looks a payment up that is to be given back. Only a refund that is refused is final: a service that does not tell of the payment
/// is asked again, as one that is away.
async fn see(gateway: &Gateway, order: &OrderAtGateway<'_>) -> Result<GatewayPayment> {
    match gateway.look_up(order).await {
        Ok(Some(found)) => Ok(found),
        Ok(None) | Err(Error::GatewayRefused { .. }) => {
            let order = order.merchant_uid;
            tracing::error!(order, "the payment service does not tell of a payment that is to be given back");
            Err(Error::GatewayAway { retry_after_s: WAITS_S })
        }
        Err(error) => Err(error),
    }
}

async fn complete(app: &School, refund: &Refund, payment: &CoursePayment) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let held = hold_bought(&mut tx, payment.enrollment, now_ms).await?;
    tx.hold(HeldTable::Payments, payment.id).await?;
    let sql = "update refunds set status = 'COMPLETED', done_ms = $2, next_check_ms = null, updated_ms = $2
        where id = $1 and status = 'REQUESTED'";
    if tx.run(sql, args![refund.id, now_ms]).await? == 0 {
        return Ok(());
    }
    add_move(&mut tx, refund, MoveKind::Refunded, &refund.reason, now_ms).await?;
    let after = read(&mut tx, payment.id).await?;
    if refund.ends_access && after.refunded >= after.amount {
        end_refunded(&mut tx, &held, payment.id, now_ms).await?;
    }
    tell(&mut tx, payment.person, NotificationKind::PaymentRefunded, payment.id, now_ms).await?;
    app.commit(tx, vec![held.grade_due(now_ms)]).await
}

async fn fail(app: &School, refund: &Refund, why: &str) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Payments, refund.payment).await?;
    let sql = "update refunds set status = 'FAILED', next_check_ms = null, updated_ms = $2
        where id = $1 and status = 'REQUESTED'";
    if tx.run(sql, args![refund.id, now_ms]).await? == 0 {
        return Ok(());
    }
    add_move(&mut tx, refund, MoveKind::RefundFailed, why, now_ms).await?;
    app.commit(tx, Vec::new()).await
}

/// Writes down that a refund which the school makes by itself was refused, and notifies the administrators: once, however often it is
/// refused after that. It stays REQUESTED.
async fn tell_of_refusal(app: &School, refund: &Refund, payment: &CoursePayment, why: &str) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Payments, refund.payment).await?;
    if tx.one::<Refund>(REFUND, args![refund.id]).await?.status != "REQUESTED" {
        return Ok(());
    }
    let sql = "select id from payment_moves where payment = $1 and refund = $2 and kind = $3 limit 1";
    let args = args![refund.payment, refund.id, MoveKind::RefundFailed.word()];
    if tx.maybe::<(i64,)>(sql, args).await?.is_some() {
        return Ok(());
    }
    add_move(&mut tx, refund, MoveKind::RefundFailed, why, now_ms).await?;
    let order = payment.merchant_uid.as_deref().unwrap_or_default();
    let about = (payment.person, payment.id, format!("{order}: {why}"));
    notifications::notify_admins(&mut tx, NotificationKind::RefundRefused, about, now_ms).await?;
    app.commit(tx, Vec::new()).await
}

async fn add_move(tx: &mut Tx, refund: &Refund, kind: MoveKind, reason: &str, now_ms: i64) -> Result<()> {
    let new = NewMove {
        payment: refund.payment,
        refund: Some(refund.id),
        kind,
        amount: refund.amount,
        by: refund.by_person,
        reason,
    };
    moves::add(tx, new, now_ms).await
}

/// Notifies a buyer, unless they were erased.
pub(super) async fn tell(tx: &mut Tx, person: i64, kind: NotificationKind, payment: i64, now_ms: i64) -> Result<()> {
    let sql = "select id from people where id = $1 and deleted_ms is null";
    match tx.maybe::<(i64,)>(sql, args![person]).await? {
        Some(_) => notifications::notify(tx, person, kind, person, payment, now_ms).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn how_much_was_watched_is_read_from_one_course_and_one_enrollment() {
        for sql in [WATCHED, REFUND] {
            let plan = sqlite_plan(sql).await;
            assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
        }
    }
}
