//! Orders: the price of a course to be paid, under a name that is new each time.

use super::moves::{self, MoveKind, NewMove};
use super::pauses::pause_ms;
use super::{CoursePayment, read};
use crate::app::School;
use crate::clock::{DAY_MS, random_bytes};
use crate::db::{Tx, args};
use crate::error::{Error, Result};
use crate::outside::gateways::OrderAtGateway;
use crate::school::enrollment::buying::open_for_buying;
use crate::school::rights::Caller;

/// Orders that a person may make in 24 hours. Most are never paid: a page that asks for a payment makes one each
/// time that it is opened.
const DAY_MAX_ORDERS: i64 = 50;

/// An order, with what a page needs to begin its payment.
pub struct NewOrder {
    pub payment: CoursePayment,
    pub buyer_name: String,
    pub buyer_email: Option<String>,
    /// The word for it in the table: SANDBOX and so on.
    pub gateway: &'static str,
    pub store: Option<String>,
    pub channel: Option<String>,
}

/// Makes an order for the price of a course, and applies for the course if the caller has not. The gateway is told the amount
/// before anyone pays; if it does not answer, the order stands and is not to be used.
pub async fn order(app: &School, caller: &Caller, course: i64) -> Result<NewOrder> {
    let now_ms = app.now_ms();
    let gateway = app.gateways.current();
    let merchant_uid = new_uid();
    let mut tx = app.db.begin().await?;
    let buyable = open_for_buying(app, &mut tx, caller, course).await?;
    must_not_be_many(&mut tx, caller.id, now_ms).await?;
    let sql = "insert into payments (created_ms, updated_ms, enrollment, amount, price, method, status, gateway,
            merchant_uid, next_check_ms)
        values ($1, $1, $2, $3, $7, $4, 'PENDING', $4, $5, $6) returning id";
    let word = gateway.kind().word();
    let check_ms = now_ms + pause_ms(0);
    let args = args![now_ms, buyable.enrollment, buyable.due, word, &merchant_uid, check_ms, buyable.price];
    let (id,): (i64,) = tx.one(sql, args).await?;
    let ordered = NewMove {
        payment: id,
        refund: None,
        kind: MoveKind::Ordered,
        amount: buyable.due,
        by: Some(caller.id),
        reason: "",
    };
    moves::add(&mut tx, ordered, now_ms).await?;
    let payment = read(&mut tx, id).await?;
    let (buyer_name, buyer_email) = tx.one("select name, email from people where id = $1", args![caller.id]).await?;
    app.commit(tx, Vec::new()).await?;
    gateway.prepare(&OrderAtGateway { merchant_uid: &merchant_uid, imp_uid: None, amount: payment.amount }).await?;
    let (store, channel) = (app.gateways.store.clone(), app.gateways.channel.clone());
    Ok(NewOrder { payment, buyer_name, buyer_email, gateway: word, store, channel })
}

/// Returns a name of an order that nobody can guess: 39 characters, of the 40 that gateways take.
fn new_uid() -> String {
    let random: String = random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("gyosil-{random}")
}

async fn must_not_be_many(tx: &mut Tx, person: i64, now_ms: i64) -> Result<()> {
    let sql = "select p.created_ms from payments p
        where p.enrollment in (select id from enrollments where person = $1) and p.gateway is not null and p.created_ms > $2
        order by p.created_ms desc limit 1 offset $3";
    let args = args![person, now_ms - DAY_MS, DAY_MAX_ORDERS - 1];
    let Some((earliest_ms,)) = tx.maybe::<(i64,)>(sql, args).await? else { return Ok(()) };
    Err(Error::TooManyFailures { retry_after_s: (earliest_ms + DAY_MS - now_ms).unsigned_abs().div_ceil(1_000) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_order_is_short_enough_for_every_gateway_and_new_each_time() {
        assert!(new_uid().len() <= 40 && new_uid() != new_uid());
    }
}
