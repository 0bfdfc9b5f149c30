//! Applying for a class: by a student, or for a student by staff.

use super::access;
use super::applicants::{Contact, applicant, student_with};
use super::{APPLIED, ClassSeats, Enrollment, EnrollmentStatus, find_class, hold_seats, insert, read, read_seats};
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{Tx, args};
use crate::error::{Error, Noun, Result};
use crate::failures::Attempts;
use crate::school::courses::prerequisites;
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::{self, Caller, CourseAccess, Role};

/// Enrollments that a student may make by applying for one class in 24 hours: whoever cancels may apply again.
const DAY_MAX_APPLICATIONS: i64 = 10;

#[derive(Default)]
pub struct Application {
    /// The caller, when nobody is named. Staff enrol a student in a course of theirs.
    pub person: Option<i64>,
    pub course: i64,
    /// The default class, when none is named.
    pub class: Option<i64>,
}

/// Applies for a class. A free course admits at once if its class approves automatically; a full class puts the person
/// on the waiting list. Who has completed it and whose access has ended gets access again by the same enrollment. Who
/// applies for themselves needs the prerequisites of the course; staff decide for others.
pub async fn apply(app: &School, caller: &Caller, application: Application) -> Result<Enrollment> {
    let mut tx = app.db.begin().await?;
    let access = rights::find_course(&mut tx, application.course).await?;
    let person = applicant(&mut tx, caller, application.person, access.instructor).await?;
    must_be_taught(&access)?;
    enrol(app, tx, caller, person, application.course, application.class).await
}

async fn enrol(
    app: &School,
    mut tx: Tx,
    caller: &Caller,
    person: i64,
    course: i64,
    class: Option<i64>,
) -> Result<Enrollment> {
    let class = find_class(&mut tx, course, class).await?;
    let now_ms = app.now_ms();
    let seats = hold_seats(&mut tx, class, now_ms).await?;
    // Archiving or deleting a course holds its classes, so the course can be gone when this class is held.
    must_be_taught(&rights::find_course(&mut tx, course).await?)?;
    must_not_be_over(app, &seats)?;
    if person == caller.id {
        must_not_be_refused(&mut tx, class, person).await?;
    }
    access::expire_one(&mut tx, class, person, now_ms).await?;
    let waits = seats.are_taken() || seats.waiting > 0;
    let status =
        if waits || !seats.admits_automatically() { EnrollmentStatus::Pending } else { EnrollmentStatus::Approved };
    let made = insert(&mut tx, class, person, APPLIED, status, waits, now_ms).await?;
    let id = match made {
        None if seats.admits_automatically() => access::renew(&mut tx, class, person, now_ms).await?,
        made => made,
    };
    let id = id.ok_or(Error::AlreadyEnrolled)?;
    if person == caller.id {
        must_not_be_many(&mut tx, class, person, now_ms).await?;
        prerequisites::must_be_completed(&mut tx, course, person).await?;
    }
    if person != caller.id && status == EnrollmentStatus::Approved {
        notifications::notify(&mut tx, person, NotificationKind::EnrollmentAdmitted, caller.id, id, now_ms).await?;
    }
    let enrollment = read(&mut tx, id).await?;
    app.commit(tx, vec![enrollment.grade_due(now_ms)]).await?;
    Ok(enrollment)
}

pub(super) fn must_be_taught(course: &CourseAccess) -> Result<()> {
    match course.status.as_str() {
        "PUBLISHED" => Ok(()),
        "ARCHIVED" => Err(Error::wrong_state("ARCHIVED")),
        _ => Err(Error::NotFound(Noun::Course)),
    }
}

pub(super) fn must_not_be_over(app: &School, seats: &ClassSeats) -> Result<()> {
    let is_over = seats.ends.as_ref().is_some_and(|ends| *ends < app.clock.date_of(app.now_ms()));
    if is_over { Err(Error::ClassEnded) } else { Ok(()) }
}

/// Fails if the person's newest enrollment in the class was rejected. Staff may still enrol them.
pub(super) async fn must_not_be_refused(tx: &mut Tx, class: i64, person: i64) -> Result<()> {
    let sql = "select status from enrollments where class = $1 and person = $2 order by id desc limit 1";
    match tx.maybe::<(String,)>(sql, args![class, person]).await? {
        Some((status,)) if status == EnrollmentStatus::Rejected.word() => Err(Error::Refused),
        _ => Ok(()),
    }
}

/// Fails if the person has more than `DAY_MAX_APPLICATIONS` enrollments in the class from the last 24 hours. Staff may still
/// enrol them.
pub(super) async fn must_not_be_many(tx: &mut Tx, class: i64, person: i64, now_ms: i64) -> Result<()> {
    let sql = "select created_ms from enrollments where class = $1 and person = $2 and created_ms > $3
        order by created_ms desc limit 1 offset $4";
    let args = args![class, person, now_ms - DAY_MS, DAY_MAX_APPLICATIONS];
    let Some((earliest_ms,)) = tx.maybe::<(i64,)>(sql, args).await? else { return Ok(()) };
    Err(Error::TooManyFailures { retry_after_s: (earliest_ms + DAY_MS - now_ms).unsigned_abs().div_ceil(1_000) })
}

/// Enrolls the student with this contact, if there is one. The answer does not reveal whether there is.
///
/// A refusal by the course or its class comes before the search. Every contact counts, also one that is found: an
/// instructor names at most 60 in 15 minutes, so that nobody tries out phone or student numbers.
pub async fn apply_for_contact(
    app: &School,
    caller: &Caller,
    contact: Contact,
    course: i64,
    class: Option<i64>,
) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let access = rights::find_course(&mut tx, course).await?;
    caller.must_teach(access.instructor).map_err(|_| Error::NotYours)?;
    must_be_taught(&access)?;
    let wanted = find_class(&mut tx, course, class).await?;
    must_not_be_over(app, &read_seats(&mut tx, wanted, app.now_ms()).await?)?;
    if caller.role != Role::Admin {
        app.failures.take_for_good(&Attempts::ContactsBy(caller.id), app.now_ms())?;
    }
    let Some(person) = student_with(&mut tx, contact).await? else { return Ok(()) };
    match enrol(app, tx, caller, person, course, class).await {
        Ok(_) | Err(Error::AlreadyEnrolled) => Ok(()),
        Err(error) => Err(error),
    }
}
