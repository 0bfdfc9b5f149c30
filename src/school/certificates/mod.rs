//! Certificates: issued once, kept as they were printed, and valid until they are revoked or expire.

pub mod learner;
mod printing;
mod units;
mod verifying;

use crate::app::{App, School};
use crate::clock::{random_bytes, spoken_code};
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::words;
pub use crate::print::CertificateFacts;
use crate::school::enrollment::conditions::of_same_learners;
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::{self, Caller, Scope};

pub use printing::{class_pdf, pdf};
pub use verifying::{PublicCertificate, public_by_code, public_by_number, public_by_uuid};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    Valid,
    Expired,
    Revoked,
}
words!(CertificateState { Valid = "VALID", Expired = "EXPIRED", Revoked = "REVOKED" });

impl CertificateState {
    pub fn of(revoked_ms: Option<i64>, expires_ms: Option<i64>, now_ms: i64) -> CertificateState {
        match (revoked_ms, expires_ms) {
            (Some(_), _) => CertificateState::Revoked,
            (None, Some(expires_ms)) if expires_ms <= now_ms => CertificateState::Expired,
            (None, _) => CertificateState::Valid,
        }
    }
}

row! {
    #[derive(Debug, Clone)]
    pub struct Certificate {
        pub id: i64,
        pub created_ms: i64,
        pub enrollment: i64,
        pub person: i64,
        pub course: i64,
        /// `None` for the whole course.
        pub unit: Option<i64>,
        /// The instructor of the course, as of now.
        pub instructor: i64,
        /// True if the person to whom it was issued has been erased.
        pub erased: bool,
        pub uuid: String,
        pub number: String,
        pub code: String,
        /// The printed facts, as JSON. The signature covers exactly these bytes: serialized again, they must be signed
        /// anew.
        pub facts: String,
        pub signature: String,
        pub expires_ms: Option<i64>,
        pub revoked_ms: Option<i64>,
        pub reason: Option<String>,
    }
}

const CERTIFICATE: &str = "select t.id, t.created_ms, t.enrollment, e.person, k.course, t.unit, c.instructor,
    (p.deleted_ms is not null) as erased, t.uuid, t.number, t.code, t.facts, t.signature, t.expires_ms, t.revoked_ms, t.reason
    from certificates t join enrollments e on e.id = t.enrollment join people p on p.id = e.person
    join classes k on k.id = e.class join courses c on c.id = k.course";

impl Certificate {
    /// Computes the state from the revocation, the expiry and the clock; it is not stored.
    pub fn state(&self, now_ms: i64) -> CertificateState {
        CertificateState::of(self.revoked_ms, self.expires_ms, now_ms)
    }

    pub fn printed(&self) -> Result<CertificateFacts> {
        serde_json::from_str(&self.facts).map_err(Error::internal)
    }

    pub fn shown(self, now_ms: i64) -> Result<ShownCertificate> {
        Ok(ShownCertificate { facts: self.printed()?, state: self.state(now_ms), certificate: self })
    }
}

/// A certificate with the facts that it prints, and its state at a time.
pub struct ShownCertificate {
    pub certificate: Certificate,
    pub facts: CertificateFacts,
    pub state: CertificateState,
}

/// Issues the certificate of a completion, or finds the one that was issued before. True says that it is new.
pub async fn issue(app: &School, caller: &Caller, completion: i64) -> Result<(Certificate, bool)> {
    caller.must_be_staff()?;
    let mut tx = app.db.begin().await?;
    let sql = "select enrollment from completions where id = $1";
    let (enrollment,) = tx.maybe::<(i64,)>(sql, args![completion]).await?.ok_or(Error::NotFound(Noun::Completion))?;
    rights::hold_taught_enrollment(&mut tx, caller, enrollment).await?;
    let issued = issue_in(app, &mut tx, enrollment, None).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(issued)
}

/// Issues a certificate in a transaction that already holds the enrollment's row and has checked the caller's rights. A
/// certificate that was issued before keeps its expiry.
pub(super) async fn issue_in(
    app: &App,
    tx: &mut Tx,
    enrollment: i64,
    expires_ms: Option<i64>,
) -> Result<(Certificate, bool)> {
    hold_person(tx, enrollment).await?;
    let now_ms = app.now_ms();
    let completed = read_completion_facts(tx, enrollment, &app.clock.date_of(now_ms)).await?;
    match &completed.status {
        None => return Err(Error::NotFound(Noun::Completion)),
        Some(status) if status != "COMPLETED" => return Err(Error::wrong_state(status.clone())),
        Some(_) => {}
    }
    if let Some(before) = of_enrollment(tx, enrollment).await? {
        return Ok((before, false));
    }
    if completed.guest {
        return Err(Error::GuestUnclaimed);
    }
    let facts = make_facts(app, completed, expires_ms, now_ms);
    Ok((keep(app, tx, (enrollment, None), &facts, expires_ms).await?, true))
}

/// Reads the facts of the certificate that an enrollment would get now, whether or not it is completed yet. Guests get none.
async fn facts_as_of_now(app: &App, tx: &mut Tx, enrollment: i64) -> Result<CertificateFacts> {
    let now_ms = app.now_ms();
    let facts = read_completion_facts(tx, enrollment, &app.clock.date_of(now_ms)).await?;
    if facts.guest { Err(Error::GuestUnclaimed) } else { Ok(make_facts(app, facts, None, now_ms)) }
}

/// Holds the person of an enrollment, so that nobody renames or erases them while their certificate is issued.
async fn hold_person(tx: &mut Tx, enrollment: i64) -> Result<()> {
    tx.hold_where(HeldTable::People, "id = (select person from enrollments where id = $1)", args![enrollment]).await
}

/// Signs the facts of a new certificate of an enrollment, or of a unit in it, and keeps them. The person is notified of that of the
/// course.
async fn keep(
    app: &App,
    tx: &mut Tx,
    (enrollment, unit): (i64, Option<i64>),
    facts: &CertificateFacts,
    expires_ms: Option<i64>,
) -> Result<Certificate> {
    let now_ms = app.now_ms();
    let text = serde_json::to_string(facts).map_err(Error::internal)?;
    let signature = app.certificate_key.sign(&text);
    let sql =
        "insert into certificates (created_ms, enrollment, unit, uuid, number, code, facts, signature, expires_ms)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id";
    let args = args![now_ms, enrollment, unit, &facts.uuid, &facts.number, &facts.code, &text, &signature, expires_ms];
    // A day has about 148 million numbers. If this one is taken, the client has to retry.
    let (id,) = tx.maybe::<(i64,)>(sql, args).await?.ok_or(Error::Busy { retry_after_s: 1 })?;
    let made: Certificate = tx.one(format!("{CERTIFICATE} where t.id = $1"), args![id]).await?;
    // The certificate of a unit is issued only while its learner downloads it.
    if unit.is_none() {
        notifications::notify(tx, made.person, NotificationKind::CertificateIssued, made.instructor, id, now_ms)
            .await?;
    }
    Ok(made)
}

/// Issues the certificates of all that staff completed for a person while they were a guest, now that they have claimed
/// their account. The transaction already holds the rows of their enrollments.
pub(super) async fn issue_after_claim(app: &App, tx: &mut Tx, person: i64) -> Result<()> {
    let sql = "select e.id from enrollments e join completions d on d.enrollment = e.id
        where e.person = $1 and d.status = 'COMPLETED' order by e.id";
    for (enrollment,) in tx.all::<(i64,)>(sql, args![person]).await? {
        issue_in(app, tx, enrollment, None).await?;
    }
    Ok(())
}

row! {
    struct CompletionFacts {
        /// `None` if nothing is recorded yet; then the date is today, and the scores are those of the grade.
        status: Option<String>,
        date: String,
        total_score: Option<f64>,
        attendance_score: Option<f64>,
        progress_score: Option<f64>,
        assessment_score: Option<f64>,
        since_ms: i64,
        name: String,
        guest: bool,
        class: String,
        is_default: bool,
        starts: Option<String>,
        ends: Option<String>,
        course: String,
        minutes: Option<i64>,
        instructor: String,
    }
}

/// Reads the facts to print.
async fn read_completion_facts(tx: &mut Tx, enrollment: i64, today: &str) -> Result<CompletionFacts> {
    let score = |name: &str| format!("case when d.id is null then e.{name} else d.{name} end as {name}");
    let scores = ["total_score", "attendance_score", "progress_score", "assessment_score"].map(score).join(", ");
    let sql = format!(
        "select d.status, coalesce(d.date, $2) as date, {scores}, coalesce(e.approved_ms, e.created_ms) as since_ms, p.name,
            p.guest, k.name as class, k.is_default, k.starts, k.ends, c.title as course, c.minutes, t.name as instructor
        from enrollments e left join completions d on d.enrollment = e.id join people p on p.id = e.person
        join classes k on k.id = e.class join courses c on c.id = k.course join people t on t.id = c.instructor
        where e.id = $1 and p.deleted_ms is null"
    );
    tx.maybe(sql, args![enrollment, today]).await?.ok_or(Error::NotFound(Noun::Completion))
}

fn make_facts(app: &App, completed: CompletionFacts, expires_ms: Option<i64>, now_ms: i64) -> CertificateFacts {
    let today = app.clock.date_of(now_ms);
    let ends = completed.ends.unwrap_or_else(|| completed.date.clone());
    // A completion can be dated before the enrollment was approved; the period must not begin after its end.
    let since = app.clock.date_of(completed.since_ms).min(ends.clone());
    CertificateFacts {
        number: number(&today),
        uuid: uuid(),
        code: code(),
        name: completed.name,
        course: completed.course,
        unit: None,
        class: (!completed.is_default).then_some(completed.class),
        starts: Some(completed.starts.unwrap_or(since)),
        ends: Some(ends),
        minutes: completed.minutes.filter(|minutes| *minutes > 0),
        total_score: completed.total_score,
        attendance_score: completed.attendance_score,
        progress_score: completed.progress_score,
        assessment_score: completed.assessment_score,
        completed: completed.date,
        issued: today,
        expires: expires_ms.map(|ms| app.clock.date_of(ms)),
        issuer: app.config.school_name.clone(),
        instructor: completed.instructor,
    }
}

/// Makes a random number of a certificate that is issued on this day.
fn number(today: &str) -> String {
    format!("CERT-{}-{}", today.replace('-', ""), spoken_code::<6>())
}

/// Makes a random verification code.
fn code() -> String {
    format!("VER-{}", spoken_code::<12>())
}

/// Makes a random UUID (RFC 9562, version 4).
fn uuid() -> String {
    let mut bytes = random_bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Finds the certificate of the whole course; units have certificates of their own.
pub(super) async fn of_enrollment(tx: &mut Tx, enrollment: i64) -> Result<Option<Certificate>> {
    tx.maybe(format!("{CERTIFICATE} where t.enrollment = $1 and t.unit is null"), args![enrollment]).await
}

/// SQL: the certificate of the course that enrollment `$1` has, and those of its units that the learner has in any enrollment.
fn of_standing() -> String {
    format!("(enrollment = $1 and unit is null or unit is not null and enrollment in ({}))", of_same_learners("$1"))
}

/// Revokes the certificate of an enrollment from now on, and those of the units of the course that its learner has, unless the learner
/// has completed the course in another enrollment. The reason is for staff only. One that was revoked before keeps its time and its
/// reason. The transaction holds the learner's enrollments.
pub async fn revoke(tx: &mut Tx, enrollment: i64, reason: Option<&str>, now_ms: i64) -> Result<()> {
    let sql = format!(
        "update certificates set revoked_ms = $2, reason = $3 where {} and revoked_ms is null and (unit is null or
            (select d.id from completions d where d.enrollment in ({}) and d.enrollment <> $1 and d.status = 'COMPLETED' limit 1)
            is null)",
        of_standing(),
        of_same_learners("$1")
    );
    tx.run(sql, args![enrollment, now_ms, reason]).await?;
    Ok(())
}

/// Makes certificates valid again once an enrollment is completed: its own, and those of the units of the course that its learner has.
/// Those of a person who has been erased stay revoked.
pub async fn restore(tx: &mut Tx, enrollment: i64) -> Result<()> {
    let sql = format!(
        "update certificates set revoked_ms = null, reason = null where {} and revoked_ms is not null and exists
            (select 1 from enrollments e join people p on p.id = e.person where e.id = $1 and p.deleted_ms is null)",
        of_standing()
    );
    tx.run(sql, args![enrollment]).await?;
    Ok(())
}

/// Revokes the certificates of a person who was erased. The printed name is replaced by the name that is left of them,
/// and the certificate is signed anew.
pub(super) async fn erase_name(app: &App, tx: &mut Tx, person: i64) -> Result<()> {
    let (name,): (String,) = tx.one("select name from people where id = $1", args![person]).await?;
    let theirs: Vec<Certificate> =
        tx.all(format!("{CERTIFICATE} where e.person = $1 order by t.id"), args![person]).await?;
    for certificate in theirs {
        let facts = CertificateFacts { name: name.clone(), ..certificate.printed()? };
        let text = serde_json::to_string(&facts).map_err(Error::internal)?;
        let sql =
            "update certificates set facts = $2, signature = $3, revoked_ms = coalesce(revoked_ms, $4), reason = null
            where id = $1";
        let signature = app.certificate_key.sign(&text);
        tx.run(sql, args![certificate.id, text, signature, app.now_ms()]).await?;
    }
    Ok(())
}

/// Finds the certificate of a course for the person to whom it was issued, and for the staff of the course.
pub async fn by_number(app: &School, caller: &Caller, number: &str) -> Result<Certificate> {
    let sql = format!("{CERTIFICATE} where t.number = $1 and t.unit is null");
    visible_to(caller, app.db.maybe(sql, args![number]).await?)
}

/// Finds the certificate of a course by its id, for the person to whom it was issued, and for the staff of the course.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Certificate> {
    caller.must_have(Scope::CertificationRead)?;
    visible_to(caller, app.db.maybe(format!("{CERTIFICATE} where t.id = $1 and t.unit is null"), args![id]).await?)
}

/// Fails unless the caller may see the certificate. Other callers do not learn that it exists, and its learner not why it
/// was revoked.
fn visible_to(caller: &Caller, found: Option<Certificate>) -> Result<Certificate> {
    let may = |found: &Certificate| found.person == caller.id || caller.teaches(found.instructor);
    let found = found.filter(may).ok_or(Error::NotFound(Noun::Certificate))?;
    let reason = found.reason.filter(|_| caller.teaches(found.instructor));
    Ok(Certificate { reason, ..found })
}

/// Lists the caller's certificates of whole courses, the newest first.
pub async fn of_caller(app: &School, caller: &Caller, state: Option<CertificateState>) -> Result<Vec<Certificate>> {
    caller.must_have(Scope::CertificationRead)?;
    let all: Vec<Certificate> = app.db.all(of_person(), args![caller.id]).await?;
    let now_ms = app.now_ms();
    Ok(all.into_iter().filter(|one| state.is_none_or(|state| one.state(now_ms) == state)).collect())
}

fn of_person() -> String {
    format!("{CERTIFICATE} where e.person = $1 and t.unit is null order by t.id desc")
}

#[cfg(test)]
mod tests {
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn certificates_of_a_person_are_found_by_their_enrollments() {
        let plan = sqlite_plan(&super::of_person()).await;
        assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
        assert!(plan.iter().any(|line| line.contains("enrollments_person (person=?")), "{plan:?}");
    }
}
