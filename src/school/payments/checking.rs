//! Asks gateways about orders, tries to pay them and refunds that are under way, until it is known what became of them. Any node may
//! do it: an order is taken by moving the time of its next check. Confirmed orders are looked at again, seldom: money may go back on
//! the gateway's own pages, and the notice of it may never come.

use futures_util::future::{join_all, join3};

use super::moves::{self, MoveKind, NewMove};
use super::pauses::{pause_ms, recheck_pause_ms};
use super::refunding::carry_out;
use super::settling::{Settlement, settle};
use super::{CoursePayment, PaymentState, read_now, tries};
use crate::app::School;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::db::{HeldTable, args};
use crate::error::{Error, Result};
use crate::outside::gateways::{Gateway, GatewayKind, OrderAtGateway};

/// Orders, tries and refunds, that are asked about at once: so many of each. Of confirmed orders it is also the most in one run, so
/// that nobody who pays waits for them.
const AT_ONCE_MAX_CHECKS: i64 = 8;
/// The time after which an order that its gateway has never heard of is given up.
const UNHEARD_FOR_MS: i64 = DAY_MS;
/// The time after which an order that was begun at its gateway and never paid is given up.
const UNPAID_FOR_MS: i64 = 30 * DAY_MS;
/// The time after a payment for which its order is looked at again; longer if learners may take it back for longer.
const RECHECKED_FOR_MS: i64 = 30 * DAY_MS;

const DUE_PAYMENTS: &str = "select id, next_check_ms, created_ms from payments
    where next_check_ms is not null and next_check_ms <= $1 order by next_check_ms, id limit $2";
const DUE_REFUNDS: &str = "select id, next_check_ms, created_ms from refunds
    where status = 'REQUESTED' and next_check_ms <= $1 order by next_check_ms, id limit $2";
const DUE_TRIES: &str = "select id, next_check_ms, created_ms from payment_tries
    where next_check_ms <= $1 order by next_check_ms, id limit $2";

const DUE_CONFIRMED: &str = "select id, recheck_ms, paid_ms, refund_deadline_ms from payments
    where recheck_ms <= $1 order by recheck_ms, id limit $2";

const LEFT_BEHIND_PAYMENTS: &str =
    "select count(*) from payments where next_check_ms > 0 and gateway not in ('SANDBOX', $1)";
const LEFT_BEHIND_REFUNDS: &str = "select count(*) from refunds r where r.status = 'REQUESTED' and r.next_check_ms > 0
    and (select p.gateway from payments p where p.id = r.payment) not in ('SANDBOX', $1)";

/// A row that is due: its id, the time of its check, and when it was made.
type Due = (i64, i64, i64);
/// A confirmed order that is due: its id, the time of its check, when it was paid, and until when a learner may take it back.
type DueConfirmed = (i64, i64, i64, Option<i64>);

/// Asks about all that is due. Ends early if something could not be written down: it would be due again at once.
pub async fn check_due(app: &School) -> Result<()> {
    loop {
        let args = || args![app.now_ms(), AT_ONCE_MAX_CHECKS];
        let payments: Vec<Due> = app.db.all(DUE_PAYMENTS, args()).await?;
        let tries: Vec<Due> = app.db.all(DUE_TRIES, args()).await?;
        let refunds: Vec<Due> = app.db.all(DUE_REFUNDS, args()).await?;
        let (checked, tried, carried_out) = join3(
            join_all(payments.iter().map(|due| check_payment(app, *due))),
            join_all(tries.iter().map(|due| check_try(app, *due))),
            join_all(refunds.iter().map(|due| check_refund(app, *due))),
        )
        .await;
        let outcomes = checked.into_iter().chain(tried).chain(carried_out);
        let has_failed = tell_of_failures(outcomes);
        let is_done = payments.is_empty() && tries.is_empty() && refunds.is_empty();
        if is_done || has_failed {
            break;
        }
    }
    let confirmed: Vec<DueConfirmed> = app.db.all(DUE_CONFIRMED, args![app.now_ms(), AT_ONCE_MAX_CHECKS]).await?;
    tell_of_failures(join_all(confirmed.iter().map(|due| check_confirmed(app, *due))).await);
    Ok(())
}

/// Logs failed checks. Returns true if one of them is due again at once.
fn tell_of_failures(outcomes: impl IntoIterator<Item = Result<()>>) -> bool {
    let failed = outcomes.into_iter().filter_map(Result::err).filter(|error| !is_of_the_gateway(error));
    let failed: Vec<Error> = failed.collect();
    for error in failed.iter().filter(|error| !error.is_outage()) {
        tracing::error!(%error, "a payment could not be checked; it is tried again");
    }
    !failed.is_empty()
}

/// Tells whether the gateway is away or has refused: the next check is planned already.
fn is_of_the_gateway(error: &Error) -> bool {
    matches!(error, Error::GatewayAway { .. } | Error::GatewayRefused { .. })
}

/// Tells in the log of orders and refunds that are under way at a gateway which the school no longer has: nobody asks about them.
pub async fn warn_of_left_behind(app: &School) -> Result<()> {
    let word = app.gateways.current().kind().word();
    let (orders,): (i64,) = app.db.one(LEFT_BEHIND_PAYMENTS, args![word]).await?;
    let (refunds,): (i64,) = app.db.one(LEFT_BEHIND_REFUNDS, args![word]).await?;
    if orders + refunds > 0 {
        tracing::warn!(
            orders,
            refunds,
            "orders and refunds are under way at a payment service that is not set any more"
        );
    }
    Ok(())
}

async fn check_refund(app: &School, due: Due) -> Result<()> {
    let sql = "update refunds set next_check_ms = $3 where id = $1 and next_check_ms = $2 and status = 'REQUESTED'";
    match take(app, sql, due).await? {
        Some(_) => carry_out(app, due.0).await,
        None => Ok(()),
    }
}

async fn check_payment(app: &School, due: Due) -> Result<()> {
    let (id, _, created_ms) = due;
    let sql = "update payments set next_check_ms = $3 where id = $1 and next_check_ms = $2";
    let Some(taken_ms) = take(app, sql, due).await? else { return Ok(()) };
    let order = read_now(app, id).await?;
    // Of several tries to pay an order, each has a name of its own there: until one is confirmed, any may count.
    let imp_uid = order.imp_uid.as_deref().filter(|_| order.status == "CONFIRMED");
    let Some(asked) = order.order().map(|asked| OrderAtGateway { imp_uid, ..asked }) else {
        return ask_no_more(app, &order, taken_ms, false).await;
    };
    let found = match app.gateways.of(order.gateway()) {
        // Nobody pays it any more.
        Err(_) if order.gateway() == GatewayKind::Sandbox.word() => None,
        gateway => gateway?.look_up(&asked).await?,
    };
    let age_ms = app.now_ms() - created_ms;
    let found = found.filter(|found| Some(found.merchant_uid.as_str()) == order.merchant_uid.as_deref());
    let Some(found) = found else {
        return if age_ms >= UNHEARD_FOR_MS { ask_no_more(app, &order, taken_ms, true).await } else { Ok(()) };
    };
    match settle(app, &order, found, None).await? {
        Settlement::Waits if age_ms >= UNPAID_FOR_MS => ask_no_more(app, &order, taken_ms, true).await,
        Settlement::Waits | Settlement::Mismatched => Ok(()),
        Settlement::Done | Settlement::Returned => ask_no_more(app, &order, taken_ms, false).await,
    }
}

/// Asks about a confirmed order whether money went back outside of this server, and plans the next look. The last one is made at the
/// end of the time, and again every hour until the gateway answers; a gateway that the school no longer has never will.
async fn check_confirmed(app: &School, (id, seen_ms, paid_ms, deadline_ms): DueConfirmed) -> Result<()> {
    let now_ms = app.now_ms();
    let until_ms = deadline_ms.unwrap_or(0).max(paid_ms + RECHECKED_FOR_MS);
    let order = read_now(app, id).await?;
    let gateway = app.gateways.of(order.gateway());
    let is_last = now_ms >= until_ms;
    let is_over = order.state() == PaymentState::Refunded || (is_last && gateway.is_err());
    let next_ms = if is_last { now_ms + HOUR_MS } else { until_ms.min(now_ms + recheck_pause_ms(now_ms - paid_ms)) };
    let is_taken = plan_look(app, id, seen_ms, (!is_over).then_some(next_ms)).await?;
    let is_asked = is_taken && !is_over && order.left() > 0;
    let Some(asked) = order.order().filter(|_| is_asked) else { return Ok(()) };
    let found = gateway?.look_up(&asked).await?;
    if let Some(found) = found.filter(|found| found.merchant_uid == asked.merchant_uid) {
        settle(app, &order, found, None).await?;
    }
    if is_last { plan_look(app, id, next_ms, None).await.map(drop) } else { Ok(()) }
}

/// Moves the next look at a confirmed order, or plans no other one. Returns false if another node has moved it.
async fn plan_look(app: &School, id: i64, seen_ms: i64, next_ms: Option<i64>) -> Result<bool> {
    let sql = "update payments set recheck_ms = $3 where id = $1 and recheck_ms = $2";
    let mut tx = app.db.begin().await?;
    let is_moved = tx.run(sql, args![id, seen_ms, next_ms]).await? == 1;
    app.commit(tx, Vec::new()).await?;
    Ok(is_moved)
}

/// Asks about a payment by its own name, and forgets it once nothing more comes of it. One that the gateway does not know, or that is
/// of another order, was never a try.
async fn check_try(app: &School, due: Due) -> Result<()> {
    let (id, _, created_ms) = due;
    let sql = "update payment_tries set next_check_ms = $3 where id = $1 and next_check_ms = $2";
    let Some(taken_ms) = take(app, sql, due).await? else { return Ok(()) };
    let sql = "select payment, imp_uid from payment_tries where id = $1";
    let Some((payment, imp_uid)) = app.db.maybe::<(i64, String)>(sql, args![id]).await? else { return Ok(()) };
    let order = read_now(app, payment).await?;
    let found = match (app.gateways.for_refund(order.gateway())?, order.order()) {
        // The sandbox has no payments of its own.
        (Gateway::Sandbox, _) | (_, None) => None,
        (gateway, Some(asked)) => gateway.look_up(&OrderAtGateway { imp_uid: Some(&imp_uid), ..asked }).await?,
    };
    let found = found.filter(|found| Some(found.merchant_uid.as_str()) == order.merchant_uid.as_deref());
    let is_over = match found {
        None => true,
        Some(found) => match settle(app, &order, found, None).await? {
            Settlement::Waits => app.now_ms() - created_ms >= UNPAID_FOR_MS,
            Settlement::Mismatched => false,
            Settlement::Done | Settlement::Returned => true,
        },
    };
    if is_over { tries::forget_seen(app, id, taken_ms).await } else { Ok(()) }
}

/// Moves the next check of a row, unless another node has done so. Returns the time to which it was moved.
async fn take(app: &School, sql: &'static str, (id, seen_ms, created_ms): Due) -> Result<Option<i64>> {
    let now_ms = app.now_ms();
    let next_ms = now_ms + pause_ms(now_ms - created_ms);
    let mut tx = app.db.begin().await?;
    let is_taken = tx.run(sql, args![id, seen_ms, next_ms]).await? == 1;
    app.commit(tx, Vec::new()).await?;
    Ok(is_taken.then_some(next_ms))
}

/// Stops asking about an order, unless a notice came since `taken_ms` was written. One that nobody paid is cancelled, if it is
/// `given_up`. One that has failed may still be tried again: it is asked about for a day.
async fn ask_no_more(app: &School, order: &CoursePayment, taken_ms: i64, given_up: bool) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Payments, order.id).await?;
    let sql = "update payments set status = 'CANCELLED', updated_ms = $2 where id = $1 and status = 'PENDING'";
    if given_up && tx.run(sql, args![order.id, now_ms]).await? == 1 {
        let reason = "결제하지 않은 주문";
        let cancelled = NewMove {
            payment: order.id,
            refund: None,
            kind: MoveKind::Cancelled,
            amount: order.amount,
            by: None,
            reason,
        };
        moves::add(&mut tx, cancelled, now_ms).await?;
    }
    let sql = "update payments set next_check_ms = null where id = $1 and next_check_ms = $2 and status <> 'PENDING'
        and (status <> 'FAILED' or created_ms <= $3)";
    tx.run(sql, args![order.id, taken_ms, now_ms - UNHEARD_FOR_MS]).await?;
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn what_is_due_is_found_without_looking_at_what_is_over() {
        for (sql, index) in [
            (DUE_PAYMENTS, "payments_checks (next_check_ms"),
            (DUE_TRIES, "payment_tries_checks (next_check_ms"),
            (DUE_REFUNDS, "refunds_requested (next_check_ms"),
            (DUE_CONFIRMED, "payments_rechecks (recheck_ms"),
        ] {
            let plan = sqlite_plan(&sql.replace("$1", "5").replace("$2", "8")).await;
            assert!(plan.len() == 1 && plan[0].contains(&format!("INDEX {index}")), "{plan:?}");
        }
    }

    #[tokio::test]
    async fn what_is_left_behind_is_counted_among_what_is_under_way() {
        for (sql, index) in [(LEFT_BEHIND_PAYMENTS, "payments_checks"), (LEFT_BEHIND_REFUNDS, "refunds_requested")] {
            let plan = sqlite_plan(&sql.replace("$1", "'PORTONE_V1'")).await;
            assert!(plan[0].contains(index), "{plan:?}");
        }
    }
}
