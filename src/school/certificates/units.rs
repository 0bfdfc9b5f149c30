//! Certificates of units. A unit has one if something in it is required. It is earned by the required items and assessments of the
//! unit, whatever its criteria ask for to call it complete.

use super::{Certificate, CertificateFacts, code, hold_person, keep, number, uuid};
use crate::app::App;
use crate::db::{Tx, args, row};
use crate::error::{Error, MissingPart, Noun, Result};
use crate::school::assessments::counting::PASSED_MS;
use crate::school::completions::{CompletionStatus, must_be_after_start};

/// SQL: the required items `i` of unit `u`, with the progress `p` of enrollment `e` that has done them.
const REQUIRED_ITEMS: &str = "items i
    left join item_progress p on p.enrollment = e.id and p.item = i.id and p.status = 'COMPLETED'
    where i.unit = u.id and i.required and i.deleted_ms is null";

/// SQL: the required assessments `a` of unit `u` that the class of enrollment `e` has.
const REQUIRED_ASSESSMENTS: &str = "assessments a where a.unit = u.id and a.required and a.active
    and a.deleted_ms is null and (a.class is null or a.class = e.class)";

/// SQL: enrollment `e` is one that earns: it was admitted and not cancelled.
pub(super) const EARNS: &str = "e.status in ('APPROVED', 'COMPLETED', 'EXPIRED')";

/// Builds SQL: the time at which enrollment `e` had done all that the certificate of unit `u` asks for, NULL if it has not, or if
/// nothing is asked.
pub(super) fn earned_ms() -> String {
    format!(
        "(select case when count(*) > 0 and count(*) = count(n.at_ms) then max(n.at_ms) end
            from (select p.completed_ms as at_ms from {REQUIRED_ITEMS}
                union all select {PASSED_MS} from {REQUIRED_ASSESSMENTS}) n)"
    )
}

row! {
    struct EarningEnrollment {
        id: i64,
        class: i64,
        earned_ms: Option<i64>,
        is_revoked: bool,
    }
}

/// A unit whose certificate may be issued, and the enrollment that has done it.
pub(super) struct EarnedUnit {
    enrollment: i64,
    unit: i64,
    earned_ms: i64,
}

/// SQL: enrollment `e` has no certificate of unit `u`.
pub(super) const HAS_NONE: &str =
    "(select t.id from certificates t where t.enrollment = e.id and t.unit = u.id) is null";

/// SQL: staff have revoked that the learner of enrollment `e` completed the course of class `k`, and have not completed the learner in
/// another enrollment. That takes the certificates of the units away too.
pub(super) const IS_REVOKED: &str = "(select min(case d.status when 'COMPLETED' then 0 else 1 end)
    from enrollments o cross join classes l cross join completions d where o.person = e.person
        and l.id = o.class and l.course = k.course and d.enrollment = o.id and d.status in ('COMPLETED', 'REVOKED')) = 1";

/// Finds the enrollment by which a person has earned the certificate of a unit. Fails with what is missing, and before the class
/// begins. The caller has seen that there is no certificate of the unit that is not revoked.
pub(super) async fn find_earned(app: &App, tx: &mut Tx, person: i64, unit: i64) -> Result<EarnedUnit> {
    let today = app.clock.date_of(app.now_ms());
    let sql = format!(
        "select x.id, x.class, x.earned_ms, x.is_revoked from (select e.id, e.class, {} as earned_ms,
                coalesce({IS_REVOKED}, false) as is_revoked, (k.starts is null or k.starts <= $3) as has_begun
            from enrollments e join classes k on k.id = e.class join units u on u.id = $2
            where e.person = $1 and k.course = u.course and {EARNS} and {HAS_NONE}) x
        order by not x.has_begun, x.earned_ms is null, x.id desc limit 1",
        earned_ms()
    );
    let found: Option<EarningEnrollment> = tx.maybe(sql, args![person, unit, &today]).await?;
    let found = found.ok_or(Error::NotYours)?;
    if found.is_revoked {
        return Err(Error::wrong_state(CompletionStatus::Revoked.word()));
    }
    must_be_after_start(tx, found.class, &today).await?;
    match found.earned_ms {
        Some(earned_ms) => Ok(EarnedUnit { enrollment: found.id, unit, earned_ms }),
        None => Err(missing(tx, found.id, unit).await?),
    }
}

/// Issues the certificate of a unit. Holds the person's row, so that nobody renames or erases the person meanwhile. The caller holds
/// the person's enrollments in the course.
pub(super) async fn issue(app: &App, tx: &mut Tx, earned: &EarnedUnit) -> Result<Certificate> {
    hold_person(tx, earned.enrollment).await?;
    let facts = facts(app, tx, earned).await?;
    keep(app, tx, (earned.enrollment, Some(earned.unit)), &facts, None).await
}

/// Returns the error that names what an enrollment lacks for the certificate of a unit. One that asks for nothing has none.
async fn missing(tx: &mut Tx, enrollment: i64, unit: i64) -> Result<Error> {
    let of = "from enrollments e cross join units u cross join";
    let sql = format!(
        "select i.id, i.title, false {of} {REQUIRED_ITEMS} and e.id = $1 and u.id = $2 and p.id is null
        union all
        select a.id, a.name, true {of} {REQUIRED_ASSESSMENTS} and e.id = $1 and u.id = $2 and {PASSED_MS} is null"
    );
    let missing: Vec<(i64, String, bool)> = tx.all(sql, args![enrollment, unit]).await?;
    let part = |(id, title, is_assessment)| MissingPart { id, title, is_assessment };
    let missing: Vec<MissingPart> = missing.into_iter().map(part).collect();
    Ok(if missing.is_empty() { Error::NotFound(Noun::Certificate) } else { Error::UnitNotDone { missing } })
}

row! {
    struct UnitFacts {
        name: String,
        guest: bool,
        class: String,
        is_default: bool,
        course: String,
        instructor: String,
        unit: String,
        minutes: Option<i64>,
    }
}

/// Reads the facts to print. Guests get none.
pub(super) async fn facts(app: &App, tx: &mut Tx, earned: &EarnedUnit) -> Result<CertificateFacts> {
    let sql = "select p.name, p.guest, k.name as class, k.is_default, c.title as course, t.name as instructor,
            u.title as unit, u.minutes
        from enrollments e join people p on p.id = e.person join classes k on k.id = e.class
        join courses c on c.id = k.course join people t on t.id = c.instructor join units u on u.id = $2
        where e.id = $1 and p.deleted_ms is null";
    let read: Option<UnitFacts> = tx.maybe(sql, args![earned.enrollment, earned.unit]).await?;
    let read = read.ok_or(Error::NotFound(Noun::Certificate))?;
    if read.guest {
        return Err(Error::GuestUnclaimed);
    }
    let today = app.clock.date_of(app.now_ms());
    Ok(CertificateFacts {
        number: number(&today),
        uuid: uuid(),
        code: code(),
        name: read.name,
        course: read.course,
        unit: Some(read.unit),
        class: (!read.is_default).then_some(read.class),
        starts: None,
        ends: None,
        minutes: read.minutes.filter(|minutes| *minutes > 0),
        total_score: None,
        attendance_score: None,
        progress_score: None,
        assessment_score: None,
        completed: app.clock.date_of(earned.earned_ms),
        issued: today,
        expires: None,
        issuer: app.config.school_name.clone(),
        instructor: read.instructor,
    })
}
