//! SQL about enrollments that several capabilities share, and the enrollments of one learner that are held together.

use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};

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

/// Builds SQL: the money that was paid by payments `p` of an enrollment and not given back. `enrollment` is SQL.
fn kept(enrollment: &str) -> String {
    format!(
        "select cast(coalesce(sum(p.amount - (select coalesce(sum(r.amount), 0) from refunds r
            where r.payment = p.id and r.status <> 'FAILED')), 0) as bigint)
        from payments p where p.enrollment = {enrollment} and p.status = 'CONFIRMED'"
    )
}

/// Returns the money that was paid for an enrollment and not given back.
pub(super) async fn money_kept(tx: &mut Tx, enrollment: i64) -> Result<i64> {
    Ok(tx.one::<(i64,)>(kept("$1"), args![enrollment]).await?.0)
}

/// Returns the part of `money_kept` that came by a gateway.
pub(super) async fn gateway_money_kept(tx: &mut Tx, enrollment: i64) -> Result<i64> {
    Ok(tx.one::<(i64,)>(format!("{} and p.gateway is not null", kept("$1")), args![enrollment]).await?.0)
}

/// Builds SQL: an application of person `$2` for course `$1` that holds a seat and is not paid yet.
fn unpaid() -> String {
    format!(
        "select e.id from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        where e.person = $2 and k.course = $1 and e.status = 'PENDING' and e.waiting_since_ms is null
            and c.price > ({}) limit 1",
        kept("e.id")
    )
}

/// Fails with `PaymentNeeded` if a person has applied for a course and is to pay for it. Verbs of learners call it before they refuse
/// one who is not in the course.
pub(in crate::school) async fn must_not_be_unpaid(tx: &mut Tx, course: i64, person: i64) -> Result<()> {
    match tx.maybe::<(i64,)>(unpaid(), args![course, person]).await? {
        Some(_) => Err(Error::PaymentNeeded),
        None => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use crate::db::tests::sqlite_scans;

    #[tokio::test]
    async fn an_unpaid_application_is_found_from_a_persons_own_enrollments() {
        let scans = sqlite_scans(&super::unpaid(), &[]).await;
        assert!(scans.is_empty(), "{scans:?}");
    }
}
