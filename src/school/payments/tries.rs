//! Payments that a gateway may have for an order besides the one that the order names: each try to pay it has a name of its own there.
//! A try is asked about by that name until nothing more comes of it.

use crate::app::School;
use crate::db::{Tx, args};
use crate::error::Result;

/// Tries of one order that are kept at once. Notices are not signed by every gateway, and more are not believed to be of a buyer.
const ORDER_MAX_TRIES: i64 = 10;

/// Keeps a payment to ask about at `check_ms`. The caller holds the order.
pub(super) async fn keep(tx: &mut Tx, order: i64, imp_uid: &str, check_ms: i64, now_ms: i64) -> Result<()> {
    let sql = "select count(*) from payment_tries where payment = $1 and imp_uid <> $2";
    if tx.one::<(i64,)>(sql, args![order, imp_uid]).await?.0 >= ORDER_MAX_TRIES {
        return Ok(());
    }
    let sql = "insert into payment_tries (created_ms, payment, imp_uid, next_check_ms) values ($1, $2, $3, $4)
        on conflict (payment, imp_uid) do update set next_check_ms = excluded.next_check_ms
            where payment_tries.next_check_ms > excluded.next_check_ms";
    tx.run(sql, args![now_ms, order, imp_uid, check_ms]).await.map(drop)
}

/// Keeps a payment that does not fit its order until it went back, however many there are. Returns whether this is new.
pub(super) async fn keep_mismatched(
    tx: &mut Tx,
    order: i64,
    imp_uid: &str,
    check_ms: i64,
    now_ms: i64,
) -> Result<bool> {
    let sql = "insert into payment_tries (created_ms, payment, imp_uid, is_mismatched, next_check_ms)
        values ($1, $2, $3, true, $4)
        on conflict (payment, imp_uid) do update set is_mismatched = true, next_check_ms = excluded.next_check_ms
            where not payment_tries.is_mismatched";
    Ok(tx.run(sql, args![now_ms, order, imp_uid, check_ms]).await? == 1)
}

/// Forgets a payment that went back.
pub(super) async fn forget(tx: &mut Tx, order: i64, imp_uid: &str) -> Result<()> {
    let sql = "delete from payment_tries where payment = $1 and imp_uid = $2";
    tx.run(sql, args![order, imp_uid]).await.map(drop)
}

/// Forgets a try of which nothing more comes, unless a notice has told of it since `seen_ms` was written.
pub(super) async fn forget_seen(app: &School, id: i64, seen_ms: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    tx.run("delete from payment_tries where id = $1 and next_check_ms = $2", args![id, seen_ms]).await?;
    app.commit(tx, Vec::new()).await
}
