//! Certificates of one's own: those that one has or could have, and the paper. The first download issues a certificate, if all is
//! done that it asks for; a preview issues nothing.

use std::collections::HashMap;

use super::printing::{print, print_preview};
use super::units::{self, EARNS, EarnedUnit, HAS_NONE, IS_REVOKED, earned_ms};
use super::{CERTIFICATE, Certificate, CertificateState, ShownCertificate, facts_as_of_now, issue_in};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, placeholders, row};
use crate::error::{Error, Result};
use crate::school::completions::learner::{check_own_completion, complete_checked};
use crate::school::rights::{self, Caller, Scope};
use crate::school::{Page, Window, enrollment, outline};

/// The course or the unit of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertifiedPart {
    Course(i64),
    Unit(i64),
}

/// A certificate of a learner's.
enum FoundCertificate {
    Issued(Box<Certificate>),
    /// A certificate that is not issued yet, though all that it asks for is done.
    Due(DueCertificate),
}

enum DueCertificate {
    Course { enrollment: i64, is_completed: bool },
    Unit(EarnedUnit),
}

/// Prints the caller's certificate. One that is not issued yet is printed as a preview. Writes nothing, and fails with what is missing.
pub async fn preview(app: &School, caller: &Caller, part: CertifiedPart) -> Result<(Option<Certificate>, Vec<u8>)> {
    caller.must_have(Scope::CertificationRead)?;
    let mut tx = app.db.read().await?;
    let facts = match find_issued_or_due(app, &mut tx, caller, part).await? {
        FoundCertificate::Issued(certificate) => {
            drop(tx);
            let bytes = print(app, &certificate).await?;
            return Ok((Some(*certificate), bytes));
        }
        FoundCertificate::Due(DueCertificate::Course { enrollment, .. }) => {
            facts_as_of_now(app, &mut tx, enrollment).await?
        }
        FoundCertificate::Due(DueCertificate::Unit(earned)) => units::facts(app, &mut tx, &earned).await?,
    };
    drop(tx);
    Ok((None, print_preview(app, facts).await?))
}

/// Prints the caller's certificate, and issues it first if that was not done. Fails with what is missing.
pub async fn download(app: &School, caller: &Caller, part: CertifiedPart) -> Result<(Certificate, Vec<u8>)> {
    let certificate = match find_own(app, caller, part).await? {
        Some(found) => found,
        None => {
            let mut tx = app.db.begin().await?;
            hold_own(&mut tx, caller.id, part).await?;
            let certificate = match find_issued_or_due(app, &mut tx, caller, part).await? {
                FoundCertificate::Issued(certificate) => *certificate,
                FoundCertificate::Due(due) => issue_due(app, &mut tx, due).await?,
            };
            app.commit(tx, Vec::new()).await?;
            certificate
        }
    };
    let bytes = print(app, &certificate).await?;
    Ok((certificate, bytes))
}

/// Finds a certificate of the caller's that is good as it is, without a transaction that writes.
async fn find_own(app: &School, caller: &Caller, part: CertifiedPart) -> Result<Option<Certificate>> {
    caller.must_have(Scope::CertificationRead)?;
    let mut tx = app.db.read().await?;
    let found = find(&mut tx, caller.id, part, app.now_ms()).await?;
    Ok(found.filter(|one| one.state(app.now_ms()) == CertificateState::Valid))
}

/// Finds the certificate that a person got in whichever of their enrollments: a valid one if there is one, then the newest.
async fn find(tx: &mut Tx, person: i64, part: CertifiedPart, now_ms: i64) -> Result<Option<Certificate>> {
    let (condition, id) = match part {
        CertifiedPart::Course(id) => ("k.course = $2 and t.unit is null", id),
        CertifiedPart::Unit(id) => ("t.unit = $2", id),
    };
    tx.maybe(found(condition), args![person, id, now_ms]).await
}

fn found(condition: &str) -> String {
    format!(
        "{CERTIFICATE} where e.person = $1 and {condition}
        order by t.revoked_ms is not null, coalesce(t.expires_ms <= $3, false), t.id desc limit 1"
    )
}

/// Finds a certificate, or checks that it may be issued now. Fails with what is missing. Writes nothing.
async fn find_issued_or_due(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    part: CertifiedPart,
) -> Result<FoundCertificate> {
    let known = find(tx, caller.id, part, app.now_ms()).await?;
    match part {
        CertifiedPart::Course(course) => of_course(app, tx, caller, course, known).await,
        CertifiedPart::Unit(unit) => of_unit(app, tx, caller, unit, known).await,
    }
}

async fn of_course(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    course: i64,
    known: Option<Certificate>,
) -> Result<FoundCertificate> {
    let now_ms = app.now_ms();
    if let Some(valid) = known.as_ref().filter(|known| known.state(now_ms) == CertificateState::Valid) {
        return Ok(FoundCertificate::Issued(Box::new(valid.clone())));
    }
    let sql = format!("select e.id {UNISSUED} and k.course = $2 order by e.id desc limit 1");
    if let Some((enrollment,)) = tx.maybe::<(i64,)>(sql, args![caller.id, course]).await? {
        return Ok(FoundCertificate::Due(DueCertificate::Course { enrollment, is_completed: true }));
    }
    if let Some(known) = known {
        return Ok(FoundCertificate::Issued(Box::new(known)));
    }
    rights::find_seen_course(tx, Some(caller), course).await?;
    let current = enrollment::current_enrollment(tx, course, caller.id, now_ms).await?.ok_or(Error::NotYours)?;
    let is_completed = check_own_completion(app, tx, current).await?;
    Ok(FoundCertificate::Due(DueCertificate::Course { enrollment: current, is_completed }))
}

async fn of_unit(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    unit: i64,
    known: Option<Certificate>,
) -> Result<FoundCertificate> {
    if let Some(known) = known.as_ref().filter(|known| known.revoked_ms.is_none()) {
        return Ok(FoundCertificate::Issued(Box::new(known.clone())));
    }
    outline::seen_unit(tx, Some(caller), unit).await?;
    match (units::find_earned(app, tx, caller.id, unit).await, known) {
        (Ok(earned), _) => Ok(FoundCertificate::Due(DueCertificate::Unit(earned))),
        // Nothing takes the place of the one that was revoked: it says so itself.
        (
            Err(Error::NotYours | Error::UnitNotDone { .. } | Error::WrongState { .. } | Error::BadInput { .. }),
            Some(known),
        ) => Ok(FoundCertificate::Issued(Box::new(known))),
        (Err(error), _) => Err(error),
    }
}

async fn issue_due(app: &School, tx: &mut Tx, due: DueCertificate) -> Result<Certificate> {
    match due {
        DueCertificate::Unit(earned) => units::issue(app, tx, &earned).await,
        DueCertificate::Course { enrollment, is_completed } => {
            if !is_completed {
                complete_checked(app, tx, enrollment).await?;
            }
            Ok(issue_in(app, tx, enrollment, None).await?.0)
        }
    }
}

/// Holds all enrollments that a person has in the course of a certificate, so that of two downloads one issues.
async fn hold_own(tx: &mut Tx, person: i64, part: CertifiedPart) -> Result<()> {
    let (course, id) = match part {
        CertifiedPart::Course(id) => ("$2", id),
        CertifiedPart::Unit(id) => ("(select course from units where id = $2)", id),
    };
    let own = format!(
        "id in (select e.id from enrollments e join classes k on k.id = e.class
            where e.person = $1 and k.course = {course})"
    );
    tx.hold_where(HeldTable::Enrollments, &own, args![person, id]).await
}

/// SQL: the enrollments `e` of class `k` that person `$1` has completed without a certificate.
const UNISSUED: &str = "from enrollments e join classes k on k.id = e.class join completions d on d.enrollment = e.id
    where e.person = $1 and d.status = 'COMPLETED'
        and (select t.id from certificates t where t.enrollment = e.id and t.unit is null) is null";

/// A certificate that a person has, or could have.
pub struct OwnCertificate {
    pub person: i64,
    pub course: i64,
    pub unit: Option<i64>,
    /// The title of today; a certificate keeps what was printed.
    pub course_title: String,
    pub unit_title: Option<String>,
    /// `None` until it is downloaded for the first time.
    pub issued: Option<ShownCertificate>,
}

row! {
    struct OwnRow {
        certificate: Option<i64>,
        course: i64,
        unit: Option<i64>,
        course_title: String,
        unit_title: Option<String>,
    }
}

/// Builds SQL: the certificates of person `$1`, and those that they could have at `$2`, on the day `$3`, which have no id. A guest
/// could have none.
fn own() -> String {
    format!(
        "select t.id as certificate, k.course, t.unit from enrollments e join certificates t on t.enrollment = e.id
            join classes k on k.id = e.class where e.person = $1
        union
        select cast(null as bigint), k.course, cast(null as bigint) {UNISSUED}
            and not (select q.guest from people q where q.id = e.person)
            and (select t.id from enrollments o cross join classes l cross join certificates t where o.person = e.person
                and l.id = o.class and l.course = k.course and t.enrollment = o.id and t.unit is null
                and t.revoked_ms is null and (t.expires_ms is null or t.expires_ms > $2) limit 1) is null
        union
        select cast(null as bigint), k.course, u.id from enrollments e join classes k on k.id = e.class
            join courses c on c.id = k.course join units u on u.course = k.course
            where e.person = $1 and {EARNS} and (k.starts is null or k.starts <= $3) and u.deleted_ms is null and c.deleted_ms is null
            and c.status in ('PUBLISHED', 'ARCHIVED') and not (select q.guest from people q where q.id = e.person)
            and (select t.id from enrollments o cross join certificates t where o.person = e.person
                and t.enrollment = o.id and t.unit = u.id and t.revoked_ms is null limit 1) is null
            and {HAS_NONE} and not coalesce({IS_REVOKED}, false)
            and {} is not null",
        earned_ms()
    )
}

fn page_of_own() -> String {
    format!(
        "select x.certificate, x.course, x.unit, c.title as course_title, u.title as unit_title from ({}) x
        join courses c on c.id = x.course left join units u on u.id = x.unit
        order by x.certificate is not null, x.certificate desc, x.course, x.unit is not null, x.unit limit $4 offset $5",
        own()
    )
}

/// Lists the caller's certificates of courses and units: first those that they could have and have not downloaded yet, then those
/// that were issued, the newest first.
pub async fn list(app: &School, caller: &Caller, window: Window) -> Result<Page<OwnCertificate>> {
    caller.must_have(Scope::CertificationRead)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.read().await?;
    let args = args![caller.id, now_ms, app.clock.date_of(now_ms)];
    let (total,) = tx.one(format!("select count(*) from ({}) x", own()), args.clone()).await?;
    let rows: Vec<OwnRow> = tx.all(page_of_own(), [args, args![window.limit, window.offset]].concat()).await?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.certificate).collect();
    let mut issued = HashMap::new();
    if !ids.is_empty() {
        let (marks, ids) = placeholders(&ids, 1);
        let all: Vec<Certificate> = tx.all(format!("{CERTIFICATE} where t.id in ({marks})"), ids).await?;
        for one in all {
            // Only staff of the course learn why it was revoked.
            let one = Certificate { reason: None, ..one };
            issued.insert(one.id, one.shown(now_ms)?);
        }
    }
    let certificate = |row: OwnRow| OwnCertificate {
        person: caller.id,
        course: row.course,
        unit: row.unit,
        course_title: row.course_title,
        unit_title: row.unit_title,
        issued: row.certificate.and_then(|id| issued.remove(&id)),
    };
    Ok(Page { rows: rows.into_iter().map(certificate).collect(), total, window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_scans;

    #[tokio::test]
    async fn certificates_of_ones_own_are_found_from_ones_own_enrollments() {
        let of_unit = found("t.unit = $2");
        let of_course = found("k.course = $2 and t.unit is null");
        for sql in [page_of_own(), of_unit, of_course] {
            let scans = sqlite_scans(&sql, &["x", "n"]).await;
            assert!(scans.is_empty(), "{scans:?}");
        }
    }
}
