//! SQL about enrollments that several capabilities share, and the enrollments of one learner that are held together.

use crate::db::{HeldTable, Tx, args};
use crate::error::Result;

/// SQL: enrollment `e` is completed, and nobody has revoked that.
pub(in crate::school) const IS_COMPLETED: &str = "(e.status = 'COMPLETED' and e.failed_ms is null)";

/// Builds SQL: the ids of all enrollments that the learners of these have in the same courses. `cross join` keeps SQLite
/// from reading everyone's.
pub(in crate::school) fn of_same_learners(ids: &str) -> String {
    format!(
        "select other.id from enrollments one cross join enrollments other cross join classes k cross join classes l
        where one.id in ({ids}) and other.person = one.person and k.id = one.class and l.id = other.class
            and l.course = k.course"
    )
}

/// SQL: the money that was paid by payments `p` and not given back.
const KEPT: &str = "select cast(coalesce(sum(p.amount - (select coalesce(sum(r.amount), 0) from refunds r
        where r.payment = p.id and r.status <> 'FAILED')), 0) as bigint)
    from payments p where p.enrollment = $1 and p.status = 'CONFIRMED'";

/// Returns the money that was paid for an enrollment and not given back.
pub(super) async fn money_kept(tx: &mut Tx, enrollment: i64) -> Result<i64> {
    Ok(tx.one::<(i64,)>(KEPT, args![enrollment]).await?.0)
}

/// Returns the part of `money_kept` that came by a gateway.
pub(super) async fn gateway_money_kept(tx: &mut Tx, enrollment: i64) -> Result<i64> {
    Ok(tx.one::<(i64,)>(format!("{KEPT} and p.gateway is not null"), args![enrollment]).await?.0)
}

/// Holds all enrollments that the learner of one has in its course, in one order: their attempts count in all of them, and what
/// staff say of one decides about the others. `enrollment` is SQL for the id of the one, made of the value `$1`.
pub(in crate::school) async fn hold_enrollments_of_learner(
    tx: &mut Tx,
    enrollment: &'static str,
    id: i64,
) -> Result<()> {
    let theirs = format!("id in ({})", of_same_learners(enrollment));
    tx.hold_where(HeldTable::Enrollments, &theirs, args![id]).await
}
