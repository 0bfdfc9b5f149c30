//! Decisions on an application. A decision that the state of the enrollment does not allow is refused, and the error
//! names that state.

use super::access::ends_ms;
use super::conditions::{gateway_money_kept, money_kept};
use super::{ClassSeats, Enrollment, EnrollmentStatus, hold_seats, read};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::{self, Caller};

#[derive(Debug, Clone)]
pub enum Decision {
    Approve,
    /// Gives a free seat to a person on the waiting list.
    AdmitWaiting,
    Reject {
        reason: String,
    },
    /// Made by the student, or by staff. Like `Reject`, not while money that came by a gateway is kept.
    Cancel {
        reason: Option<String>,
    },
    /// Like `Cancel`, but not while money that was paid is kept: the refund comes first.
    Withdraw,
}

pub async fn decide(app: &School, caller: &Caller, id: i64, decision: Decision) -> Result<Enrollment> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let access = rights::find_visible_enrollment(&mut tx, caller, id).await?;
    if !matches!(decision, Decision::Cancel { .. } | Decision::Withdraw) {
        caller.must_teach(access.instructor)?;
    }
    let seats = hold_seats(&mut tx, access.class, now_ms).await?;
    tx.hold(HeldTable::Enrollments, id).await?;
    let before = read(&mut tx, id).await?;
    match decision {
        Decision::Approve if before.waiting_number.is_some() => return Err(Error::wrong_state("WAITING")),
        Decision::AdmitWaiting if before.waiting_number.is_none() => return Err(Error::wrong_state(before.status)),
        Decision::Approve | Decision::AdmitWaiting => admit(&mut tx, &seats, &before, caller.id, now_ms).await?,
        Decision::Reject { reason } => {
            must_be(&before, &[EnrollmentStatus::Pending], now_ms)?;
            must_keep_no_gateway_money(&mut tx, id).await?;
            close(&mut tx, id, EnrollmentStatus::Rejected, Some(reason), now_ms).await?;
            notifications::notify(&mut tx, before.person, NotificationKind::EnrollmentRefused, caller.id, id, now_ms)
                .await?;
        }
        Decision::Cancel { reason } => {
            must_keep_no_gateway_money(&mut tx, id).await?;
            cancel(&mut tx, &before, reason, now_ms).await?;
        }
        Decision::Withdraw => withdraw(&mut tx, &before, now_ms).await?,
    }
    let after = read(&mut tx, id).await?;
    app.commit(tx, vec![after.grade_due(now_ms)]).await?;
    Ok(after)
}

/// Fails unless the enrollment is in one of these states, as the time of now decides it.
pub(super) fn must_be(enrollment: &Enrollment, allowed: &[EnrollmentStatus], now_ms: i64) -> Result<()> {
    let now = enrollment.status_now(now_ms);
    if allowed.iter().any(|status| status.word() == now) {
        return Ok(());
    }
    Err(Error::wrong_state(now.to_owned()))
}

/// Approves a pending enrollment. One on the waiting list needs a free seat.
pub(super) async fn admit(tx: &mut Tx, seats: &ClassSeats, before: &Enrollment, by: i64, now_ms: i64) -> Result<()> {
    must_be(before, &[EnrollmentStatus::Pending], now_ms)?;
    if before.waiting_number.is_some() && seats.are_taken() {
        return Err(Error::ClassFull);
    }
    approve(tx, before, by, now_ms).await
}

/// Approves an enrollment. The time of access runs from now on.
pub(super) async fn approve(tx: &mut Tx, enrollment: &Enrollment, by: i64, now_ms: i64) -> Result<()> {
    let sql = format!(
        "update enrollments set status = 'APPROVED', approved_ms = $2, waiting_since_ms = null, updated_ms = $2,
            expires_ms = {} where id = $1",
        ends_ms("$2", "enrollments.class")
    );
    tx.run(sql, args![enrollment.id, now_ms]).await?;
    notifications::notify(tx, enrollment.person, NotificationKind::EnrollmentAdmitted, by, enrollment.id, now_ms).await
}

pub(super) async fn cancel(tx: &mut Tx, before: &Enrollment, reason: Option<String>, now_ms: i64) -> Result<()> {
    must_be(before, &[EnrollmentStatus::Pending, EnrollmentStatus::Approved], now_ms)?;
    close(tx, before.id, EnrollmentStatus::Cancelled, reason, now_ms).await
}

/// Fails while money that came by a gateway is kept: the refund comes first. Money that came by hand goes back by hand.
async fn must_keep_no_gateway_money(tx: &mut Tx, enrollment: i64) -> Result<()> {
    if gateway_money_kept(tx, enrollment).await? > 0 { Err(Error::PaidEnrollment) } else { Ok(()) }
}

/// Cancels an enrollment for which no money is kept.
pub(super) async fn withdraw(tx: &mut Tx, before: &Enrollment, now_ms: i64) -> Result<()> {
    if money_kept(tx, before.id).await? > 0 {
        return Err(Error::PaidEnrollment);
    }
    cancel(tx, before, None, now_ms).await
}

pub(super) async fn close(
    tx: &mut Tx,
    id: i64,
    status: EnrollmentStatus,
    reason: Option<String>,
    now_ms: i64,
) -> Result<()> {
    let sql = "update enrollments set status = $2, reason = $3, waiting_since_ms = null, updated_ms = $4 where id = $1";
    tx.run(sql, args![id, status.word(), reason, now_ms]).await?;
    let sql = "update attendance_requests set status = 'WITHDRAWN', updated_ms = $2 where enrollment = $1
        and status = 'PENDING'";
    tx.run(sql, args![id, now_ms]).await?;
    Ok(())
}

/// Approves a pending enrollment that holds a seat, once the price of the course is paid and if its class approves
/// automatically.
pub(super) async fn admit_paid(
    tx: &mut Tx,
    seats: &ClassSeats,
    before: &Enrollment,
    paid: i64,
    by: i64,
    now_ms: i64,
) -> Result<()> {
    let holds_a_seat = before.status == EnrollmentStatus::Pending.word() && before.waiting_number.is_none();
    if holds_a_seat && seats.approves && paid >= seats.price {
        approve(tx, before, by, now_ms).await?;
    }
    Ok(())
}
