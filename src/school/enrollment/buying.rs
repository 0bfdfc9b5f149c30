//! Enrollments that are bought: what an order is for, what its money buys, and what ends when the money goes back.

use super::access::{AccessState, expire_one, is_over, renew};
use super::applying::{must_be_taught, must_not_be_many, must_not_be_over, must_not_be_refused};
use super::conditions::money_kept;
use super::decisions::{approve, close};
use super::{APPLIED, ClassSeats, Enrollment, EnrollmentStatus, find_class, hold_seats, insert, read};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::event::NewEvent;
use crate::school::courses::prerequisites;
use crate::school::rights::{self, Caller};

/// An enrollment that waits for its payment, or whose access ended and may begin anew, and what is to be paid for it.
pub(in crate::school) struct Buyable {
    pub enrollment: i64,
    pub due: i64,
    /// Price of the course today, of which `due` is the rest.
    pub price: i64,
}

/// Effect of a payment on its enrollment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::school) enum PurchaseEffect {
    Access,
    /// The enrollment is paid, and waits for its approval.
    Approval,
    Nothing,
}

/// Finds or makes the enrollment that the caller buys in a course: the open one that they have in any class of it, or a new one
/// in the default class. Holds its class and its row. Fails if there is nothing to pay, or no seat.
pub(in crate::school) async fn open_for_buying(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    course: i64,
) -> Result<Buyable> {
    caller.must_be_student()?;
    must_be_taught(&rights::find_course(tx, course).await?)?;
    let now_ms = app.now_ms();
    let class = class_of_buyer(tx, course, caller.id).await?;
    let seats = hold_seats(tx, class, now_ms).await?;
    // Archiving a course holds its classes, so the course can be gone when this class is held.
    must_be_taught(&rights::find_course(tx, course).await?)?;
    must_not_be_over(app, &seats)?;
    if seats.price == 0 {
        return Err(Error::NothingToPay);
    }
    expire_one(tx, class, caller.id, now_ms).await?;
    let enrollment = match open_enrollment(tx, class, caller.id).await? {
        Some(found) => found,
        None => apply_unpaid(tx, caller, course, class, &seats, now_ms).await?,
    };
    tx.hold(HeldTable::Enrollments, enrollment).await?;
    let found = read(tx, enrollment).await?;
    let paid = match found.access_state(now_ms) {
        AccessState::Pending if found.waiting_number.is_some() => return Err(Error::ClassFull),
        AccessState::Pending => money_kept(tx, enrollment).await?,
        AccessState::Completed if is_over(found.expires_ms, now_ms) => 0,
        _ => return Err(Error::NothingToPay),
    };
    if paid >= seats.price {
        Err(Error::NothingToPay)
    } else {
        Ok(Buyable { enrollment, due: seats.price - paid, price: seats.price })
    }
}

const CLASS_OF_BUYER: &str = "select e.class from enrollments e join classes k on k.id = e.class
    where k.course = $1 and e.person = $2 and e.status in ('PENDING', 'APPROVED', 'COMPLETED')
    order by k.is_default desc, e.id desc limit 1";

async fn class_of_buyer(tx: &mut Tx, course: i64, person: i64) -> Result<i64> {
    match tx.maybe::<(i64,)>(CLASS_OF_BUYER, args![course, person]).await? {
        Some((class,)) => Ok(class),
        None => find_class(tx, course, None).await,
    }
}

async fn open_enrollment(tx: &mut Tx, class: i64, person: i64) -> Result<Option<i64>> {
    let sql = "select id from enrollments where class = $1 and person = $2
        and status in ('PENDING', 'APPROVED', 'COMPLETED')";
    Ok(tx.maybe::<(i64,)>(sql, args![class, person]).await?.map(|(id,)| id))
}

/// Applies for a class with a price, for the caller. The application holds a seat until it is paid or cancelled.
async fn apply_unpaid(
    tx: &mut Tx,
    caller: &Caller,
    course: i64,
    class: i64,
    seats: &ClassSeats,
    now_ms: i64,
) -> Result<i64> {
    if seats.are_taken() || seats.waiting > 0 {
        return Err(Error::ClassFull);
    }
    must_not_be_refused(tx, class, caller.id).await?;
    let made = insert(tx, class, caller.id, APPLIED, EnrollmentStatus::Pending, false, now_ms).await?;
    must_not_be_many(tx, class, caller.id, now_ms).await?;
    prerequisites::must_be_completed(tx, course, caller.id).await?;
    made.ok_or(Error::AlreadyEnrolled)
}

/// Holds the class of an enrollment, and the enrollment: whatever money does to it comes after what others do.
pub(in crate::school) async fn hold_bought(tx: &mut Tx, enrollment: i64, now_ms: i64) -> Result<Held> {
    let access = rights::find_enrollment(tx, enrollment).await?;
    let seats = hold_seats(tx, access.class, now_ms).await?;
    tx.hold(HeldTable::Enrollments, enrollment).await?;
    Ok(Held { enrollment: read(tx, enrollment).await?, seats })
}

/// An enrollment whose class is held, too.
pub(in crate::school) struct Held {
    pub enrollment: Enrollment,
    seats: ClassSeats,
}

/// Gives the enrollment what a payment of this amount buys. It buys nothing if the course is not taught any more, or the person
/// has access already or has left, or if with all that is kept it is less than the price: that of the order (`price`) while the
/// order stands, and that of today for one that has failed or was given up, so that nobody keeps an old price for themselves.
pub(in crate::school) async fn admit_buyer(
    app: &School,
    tx: &mut Tx,
    held: &Held,
    amount: i64,
    price: Option<i64>,
) -> Result<PurchaseEffect> {
    let (now_ms, enrollment) = (app.now_ms(), &held.enrollment);
    match rights::find_course(tx, enrollment.course).await.and_then(|course| must_be_taught(&course)) {
        Err(Error::NotFound(_) | Error::WrongState { .. }) => return Ok(PurchaseEffect::Nothing),
        taught => taught?,
    }
    if must_not_be_over(app, &held.seats).is_err() {
        return Ok(PurchaseEffect::Nothing);
    }
    let state = enrollment.access_state(now_ms);
    let kept = if state == AccessState::Pending { money_kept(tx, enrollment.id).await? } else { 0 };
    if kept + amount < price.unwrap_or(held.seats.price) {
        return Ok(PurchaseEffect::Nothing);
    }
    match state {
        AccessState::Pending if kept >= held.seats.price.max(1) => Ok(PurchaseEffect::Nothing),
        AccessState::Pending if held.seats.approves && enrollment.waiting_number.is_none() => {
            approve(tx, enrollment, enrollment.person, now_ms).await?;
            Ok(PurchaseEffect::Access)
        }
        AccessState::Pending => Ok(PurchaseEffect::Approval),
        AccessState::Completed => {
            let renewed = renew(tx, enrollment.class, enrollment.person, now_ms).await?;
            Ok(if renewed.is_some() { PurchaseEffect::Access } else { PurchaseEffect::Nothing })
        }
        _ => Ok(PurchaseEffect::Nothing),
    }
}

/// Ends the access that a payment had bought, after all of it went back: unless the rest that is kept is the price, today's or that
/// of the order. An enrollment whose time was over already is cancelled too, so that it earns nothing more. A completed enrollment stays
/// completed, and what was done in it is kept; its time ends if this is the newest payment that has bought something and was not given
/// back before.
pub(in crate::school) async fn end_refunded(tx: &mut Tx, held: &Held, payment: i64, now_ms: i64) -> Result<()> {
    let enrollment = &held.enrollment;
    let (price,): (i64,) =
        tx.one("select coalesce(price, $2) from payments where id = $1", args![payment, held.seats.price]).await?;
    let price = price.min(held.seats.price).max(1);
    match enrollment.access_state(now_ms) {
        AccessState::Pending | AccessState::Active | AccessState::Expired
            if money_kept(tx, enrollment.id).await? < price =>
        {
            close(tx, enrollment.id, EnrollmentStatus::Cancelled, None, now_ms).await
        }
        AccessState::Completed => {
            let sql = "update enrollments set expires_ms = $2, updated_ms = $2
                where id = $1 and (expires_ms is null or expires_ms > $2) and $3 = (select max(p.id) from payments p
                    where p.enrollment = enrollments.id and p.status = 'CONFIRMED'
                        and (p.id = $3 or p.amount > (select coalesce(sum(r.amount), 0) from refunds r
                            where r.payment = p.id
                                and (r.status <> 'FAILED' or r.by_person is null and not r.ends_access))))";
            tx.run(sql, args![enrollment.id, now_ms, payment]).await.map(drop)
        }
        _ => Ok(()),
    }
}

impl Held {
    pub fn grade_due(&self, at_ms: i64) -> NewEvent {
        self.enrollment.grade_due(at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_class_of_a_buyer_is_found_from_their_own_enrollments() {
        let plan = sqlite_plan(CLASS_OF_BUYER).await;
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
    }
}
