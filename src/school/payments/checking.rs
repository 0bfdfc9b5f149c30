//! Asks gateways about orders and refunds that are under way, until it is known what became of them. Any node may do it: an order
//! is taken by moving the time of its next check.

use futures_util::future::join_all;

use super::moves::{self, MoveKind, NewMove};
use super::pauses::pause_ms;
use super::refunding::carry_out;
use super::settling::{Settled, settle};
use super::{CoursePayment, read_now};
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{HeldTable, args};
use crate::error::{Error, Result};
use crate::outside::gateways::OrderAtGateway;

/// Orders, and refunds, that are asked about at once.
const AT_ONCE_MAX_CHECKS: i64 = 8;
/// The time after which an order that its gateway has never heard of is given up.
const UNHEARD_FOR_MS: i64 = DAY_MS;
/// The time after which an order that was begun at its gateway and never paid is given up.
const UNPAID_FOR_MS: i64 = 30 * DAY_MS;

const DUE_PAYMENTS: &str = "select id, next_check_ms, created_ms from payments
    where next_check_ms is not null and next_check_ms <= $1 order by next_check_ms, id limit $2";
const DUE_REFUNDS: &str = "select id, next_check_ms, created_ms from refunds
    where status = 'REQUESTED' and next_check_ms <= $1 order by next_check_ms, id limit $2";

/// Asks about all that is due.
pub async fn check_due(app: &School) -> Result<()> {
    loop {
        let payments: Vec<(i64, i64, i64)> = app.db.all(DUE_PAYMENTS, args![app.now_ms(), AT_ONCE_MAX_CHECKS]).await?;
        let refunds: Vec<(i64, i64, i64)> = app.db.all(DUE_REFUNDS, args![app.now_ms(), AT_ONCE_MAX_CHECKS]).await?;
        let checked = join_all(payments.iter().map(|due| check_payment(app, *due))).await;
        let carried_out = join_all(refunds.iter().map(|due| check_refund(app, *due))).await;
        let outcomes = checked.into_iter().chain(carried_out);
        for error in outcomes.filter_map(Result::err).filter(|error| !is_expected(error)) {
            tracing::error!(%error, "a payment could not be checked; it is tried again");
        }
        if payments.is_empty() && refunds.is_empty() {
            return Ok(());
        }
    }
}

/// Tells whether an error is known elsewhere: the database or the gateway is away, or the gateway has refused.
fn is_expected(error: &Error) -> bool {
    error.is_outage() || matches!(error, Error::GatewayAway { .. } | Error::GatewayRefused { .. })
}

async fn check_refund(app: &School, (id, seen_ms, created_ms): (i64, i64, i64)) -> Result<()> {
    let sql = "update refunds set next_check_ms = $3 where id = $1 and next_check_ms = $2 and status = 'REQUESTED'";
    if take(app, sql, id, seen_ms, created_ms).await? { carry_out(app, id).await } else { Ok(()) }
}

async fn check_payment(app: &School, (id, seen_ms, created_ms): (i64, i64, i64)) -> Result<()> {
    let sql = "update payments set next_check_ms = $3 where id = $1 and next_check_ms = $2";
    if !take(app, sql, id, seen_ms, created_ms).await? {
        return Ok(());
    }
    let order = read_now(app, id).await?;
    // Of several tries to pay an order, each has a name of its own there: until one is confirmed, the newest counts.
    let imp_uid = order.imp_uid.as_deref().filter(|_| order.status == "CONFIRMED");
    let Some(asked) = order.order().map(|asked| OrderAtGateway { imp_uid, ..asked }) else {
        return ask_no_more(app, &order, false).await;
    };
    let found = app.gateways.of(order.gateway())?.look_up(&asked).await?;
    let age_ms = app.now_ms() - created_ms;
    let found = found.filter(|found| Some(found.merchant_uid.as_str()) == order.merchant_uid.as_deref());
    let Some(found) = found else {
        return if age_ms >= UNHEARD_FOR_MS { ask_no_more(app, &order, true).await } else { Ok(()) };
    };
    match settle(app, id, found, None).await? {
        Settled::Waits if age_ms >= UNPAID_FOR_MS => ask_no_more(app, &order, true).await,
        Settled::Waits | Settled::Mismatched => Ok(()),
        Settled::Done | Settled::Returned => ask_no_more(app, &order, false).await,
    }
}

/// Moves the next check of a row, unless another node has done so.
async fn take(app: &School, sql: &'static str, id: i64, seen_ms: i64, created_ms: i64) -> Result<bool> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let is_taken = tx.run(sql, args![id, seen_ms, now_ms + pause_ms(now_ms - created_ms)]).await? == 1;
    app.commit(tx, Vec::new()).await?;
    Ok(is_taken)
}

/// Stops asking about an order. One that nobody paid is cancelled, if it is `given_up`.
async fn ask_no_more(app: &School, order: &CoursePayment, given_up: bool) -> Result<()> {
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
    let sql = "update payments set next_check_ms = null where id = $1 and status <> 'PENDING'";
    tx.run(sql, args![order.id]).await?;
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn what_is_due_is_found_without_looking_at_what_is_over() {
        for (sql, index) in [(DUE_PAYMENTS, "payments_checks"), (DUE_REFUNDS, "refunds_requested")] {
            let plan = sqlite_plan(&sql.replace("$1", "5").replace("$2", "8")).await;
            assert!(plan.len() == 1 && plan[0].contains(&format!("INDEX {index} (next_check_ms")), "{plan:?}");
        }
    }
}
