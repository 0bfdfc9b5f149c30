//! Changes that staff make to an enrollment: whether it gives access, and until when.

use super::access::{AccessState, is_over};
use super::decisions::{admit, must_be, withdraw};
use super::{ClassSeats, Enrollment, EnrollmentStatus, hold_seats, read};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Field, Result};
use crate::patch::Patch;
use crate::school::rights::{self, Caller};

#[derive(Default)]
pub struct EnrollmentChanges {
    /// ACTIVE admits a person who waits, CANCELLED cancels. Other states follow from what happens.
    pub state: Option<AccessState>,
    pub expires_ms: Patch<i64>,
}

/// Changes an enrollment, all or nothing (staff of the course). An end in the future gives an EXPIRED one access again, if the
/// class has a free seat; one in the past takes it.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: EnrollmentChanges) -> Result<Enrollment> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let access = rights::find_visible_enrollment(&mut tx, caller, id).await?;
    caller.must_teach(access.instructor)?;
    let seats = hold_seats(&mut tx, access.class, now_ms).await?;
    tx.hold(HeldTable::Enrollments, id).await?;
    let mut now = read(&mut tx, id).await?;
    let is_end_sent = changes.expires_ms.is_sent();
    let end_ms = changes.expires_ms.value();
    if is_end_sent && end_ms != now.expires_ms {
        set_end(&mut tx, &seats, &now, end_ms, now_ms).await?;
        now = read(&mut tx, id).await?;
    }
    match changes.state {
        Some(state) if state == now.access_state(now_ms) => {}
        Some(AccessState::Active) => admit(&mut tx, &seats, &now, caller.id, now_ms).await?,
        Some(AccessState::Cancelled) => withdraw(&mut tx, &now, now_ms).await?,
        Some(_) => return Err(Error::bad(Field::Status, "active or cancelled is needed")),
        None => {}
    }
    let after = read(&mut tx, id).await?;
    app.commit(tx, vec![after.grade_due(now_ms)]).await?;
    Ok(after)
}

async fn set_end(
    tx: &mut Tx,
    seats: &ClassSeats,
    now: &Enrollment,
    expires_ms: Option<i64>,
    now_ms: i64,
) -> Result<()> {
    must_be(now, &[EnrollmentStatus::Approved, EnrollmentStatus::Completed, EnrollmentStatus::Expired], now_ms)?;
    let is_completed = now.status == EnrollmentStatus::Completed.word();
    let status = match is_over(expires_ms, now_ms) {
        _ if is_completed => EnrollmentStatus::Completed,
        true => EnrollmentStatus::Expired,
        false => EnrollmentStatus::Approved,
    };
    let takes_a_seat = status == EnrollmentStatus::Approved && now.status_now(now_ms) != status.word();
    if takes_a_seat && seats.are_taken() {
        return Err(Error::ClassFull);
    }
    let sql = "update enrollments set expires_ms = $2, status = $3, updated_ms = $4 where id = $1";
    let set = tx.run(sql, args![now.id, expires_ms, status.word(), now_ms]).await;
    // The person has enrolled again meanwhile, and has one open enrollment in a class.
    set.map_err(|error| if matches!(error, Error::SomeoneWasFaster) { Error::AlreadyEnrolled } else { error })?;
    Ok(())
}
