//! Completion: the end of an enrollment, once. It needs the attendance rate of the course, all required items done, and
//! all required assessments passed; staff may force it, and give a reason.

pub mod automatic;
pub mod batch;
pub mod checks;
pub mod issuing;
pub mod learner;
pub mod standing;

use crate::app::{App, School};
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Field, Noun, Requirement, Result};
use crate::event::{GradeScope, NewEvent, words};
use crate::patch::Patch;
use crate::school::dashboards::days;
use crate::school::enrollment::EnrollmentStatus;
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::names::{Namesakes, distinct};
use crate::school::rights::{self, Caller, EnrollmentAccess};
use crate::school::{Page, Window, certificates, classes};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionStatus {
    Completed,
    Incomplete,
    Revoked,
}
words!(CompletionStatus { Completed = "COMPLETED", Incomplete = "INCOMPLETE", Revoked = "REVOKED" });

row! {
    #[derive(Debug, Clone)]
    pub struct Completion {
        pub id: i64,
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        pub course: i64,
        pub course_title: String,
        pub class: i64,
        pub class_name: String,
        pub date: String,
        pub status: String,
        pub total_score: Option<f64>,
        pub attendance_score: Option<f64>,
        pub assessment_score: Option<f64>,
        pub progress_score: Option<f64>,
        pub by_hand: bool,
        pub memo: Option<String>,
        pub certificate_no: Option<String>,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

const COMPLETION: &str = "select d.id, d.enrollment, e.person, q.name, k.course, c.title as course_title, e.class,
    k.name as class_name, d.date, d.status, d.total_score, d.attendance_score, d.assessment_score, d.progress_score,
    d.by_hand, d.memo, (select f.number from certificates f where f.enrollment = d.enrollment and f.unit is null)
        as certificate_no, d.created_ms, d.updated_ms";
const FROM: &str = "from completions d join enrollments e on e.id = d.enrollment join classes k on k.id = e.class
    join courses c on c.id = k.course join people q on q.id = e.person";

async fn read(tx: &mut Tx, id: i64) -> Result<Completion> {
    tx.maybe(format!("{COMPLETION} {FROM} where d.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Completion))
}

/// Scores given by hand. A score that is not given is taken from the grade.
#[derive(Debug, Clone, Copy, Default)]
pub struct GivenScores {
    pub total: Option<f64>,
    pub attendance: Option<f64>,
    pub assessment: Option<f64>,
    pub progress: Option<f64>,
}

impl GivenScores {
    fn are_given(&self) -> bool {
        [self.total, self.attendance, self.assessment, self.progress].iter().any(Option::is_some)
    }
}

#[derive(Debug)]
pub struct NewCompletion {
    pub enrollment: i64,
    /// COMPLETED and of today, unless it says otherwise.
    pub first: CompletionChanges,
}

pub async fn register(app: &School, caller: &Caller, new: NewCompletion) -> Result<Completion> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let NewCompletion { enrollment, first } = new;
    caller.must_be_staff()?;
    hold_enrollments_of_learner(&mut tx, "$1", enrollment).await?;
    let access = rights::find_taught_enrollment(&mut tx, caller, enrollment).await?;
    let status = first.status.unwrap_or(CompletionStatus::Completed);
    if status == CompletionStatus::Revoked {
        return Err(Error::bad(Field::CompletionStatus, "nothing is there to be revoked"));
    }
    let known = "select status from completions where enrollment = $1";
    if let Some((status,)) = tx.maybe::<(String,)>(known, args![enrollment]).await? {
        return Err(Error::wrong_state(status));
    }
    if access.status != EnrollmentStatus::Approved.word() {
        return Err(Error::wrong_state(access.status));
    }
    let date = first.date.unwrap_or_else(|| app.clock.date_of(now_ms));
    must_be_after_start(&mut tx, access.class, &date).await?;
    let memo = first.memo.value();
    if status == CompletionStatus::Completed {
        must_be_due(&mut tx, enrollment, first.force, memo.as_deref()).await?;
    }
    let id = insert(&mut tx, enrollment, &date, status, first.scores, memo.as_deref(), now_ms).await?;
    days::sum_anew(&mut tx, [date.clone()].into(), &app.clock.date_of(now_ms)).await?;
    let completion = read(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(completion)
}

pub(super) async fn must_be_after_start(tx: &mut Tx, class: i64, date: &str) -> Result<()> {
    let starts = classes::read(tx, class).await?.starts;
    if starts.is_some_and(|starts| date < starts.as_str()) {
        return Err(Error::bad(Field::CompletionDate, "it is before the class begins"));
    }
    Ok(())
}

/// Writes a completion. The caller holds the row of the enrollment, and for one that is COMPLETED what `complete_enrollment`
/// needs. A score that is not given by hand is taken from the grade of this moment.
async fn insert(
    tx: &mut Tx,
    enrollment: i64,
    date: &str,
    status: CompletionStatus,
    scores: GivenScores,
    memo: Option<&str>,
    now_ms: i64,
) -> Result<i64> {
    let sql =
        "insert into completions (created_ms, updated_ms, enrollment, date, status, total_score, attendance_score,
            assessment_score, progress_score, by_hand, memo)
        select $1, $1, e.id, $3, $4, coalesce($5, e.total_score), coalesce($6, e.attendance_score),
            coalesce($7, e.assessment_score), coalesce($8, e.progress_score), $9, $10
        from enrollments e where e.id = $2 returning id";
    let args = args![
        now_ms,
        enrollment,
        date,
        status.word(),
        scores.total,
        scores.attendance,
        scores.assessment,
        scores.progress,
        scores.are_given(),
        memo
    ];
    let (id,): (i64,) = tx.one(sql, args).await?;
    match status {
        CompletionStatus::Completed => complete_enrollment(tx, enrollment, now_ms).await?,
        _ => fail_enrollment(tx, enrollment, now_ms).await?,
    }
    Ok(id)
}

/// Completes an enrollment, and makes its certificate and those of the course's units valid again. The caller holds the learner's
/// enrollments in the course, or has seen that none was revoked.
async fn complete_enrollment(tx: &mut Tx, enrollment: i64, now_ms: i64) -> Result<()> {
    let sql =
        "update enrollments set status = 'COMPLETED', completed_ms = coalesce(completed_ms, $2), failed_ms = null,
        updated_ms = $2 where id = $1";
    tx.run(sql, args![enrollment, now_ms]).await?;
    certificates::restore(tx, enrollment).await
}

/// Marks that staff say of an enrollment that it did not complete, or no longer: only `complete_enrollment` takes that back.
async fn fail_enrollment(tx: &mut Tx, enrollment: i64, now_ms: i64) -> Result<()> {
    let sql = "update enrollments set failed_ms = $2, updated_ms = $2 where id = $1";
    tx.run(sql, args![enrollment, now_ms]).await?;
    Ok(())
}

/// Copies the grade of this moment into a completion whose scores nobody gave by hand.
async fn copy_grade(tx: &mut Tx, id: i64) -> Result<()> {
    let sql = "update completions set total_score = e.total_score, attendance_score = e.attendance_score,
        assessment_score = e.assessment_score, progress_score = e.progress_score
        from enrollments e where e.id = completions.enrollment and completions.id = $1 and not completions.by_hand";
    tx.run(sql, args![id]).await?;
    Ok(())
}

/// Issues the certificate of a completed enrollment. Guests get none until they have claimed their name. True says that a
/// certificate was issued.
async fn issue_unless_guest(app: &App, tx: &mut Tx, enrollment: i64) -> Result<bool> {
    match certificates::issue_in(app, tx, enrollment, None).await {
        Ok((_, is_new)) => Ok(is_new),
        Err(Error::GuestUnclaimed) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lists the parts of the rule that an enrollment does not meet.
async fn missing(tx: &mut Tx, enrollment: i64) -> Result<Vec<Requirement>> {
    Ok(standing::of(tx, enrollment).await?.missing())
}

/// Fails unless the rule is met, or the completion is forced with a reason, which is kept.
async fn must_be_due(tx: &mut Tx, enrollment: i64, force: bool, memo: Option<&str>) -> Result<()> {
    if force {
        let has_reason = memo.is_some_and(|memo| !memo.trim().is_empty());
        return if has_reason { Ok(()) } else { Err(Error::bad(Field::Memo, "a reason is needed when it is forced")) };
    }
    let missing = missing(tx, enrollment).await?;
    if missing.is_empty() { Ok(()) } else { Err(Error::NotMet { missing }) }
}

#[derive(Debug, Default)]
pub struct CompletionChanges {
    pub date: Option<String>,
    pub status: Option<CompletionStatus>,
    pub scores: GivenScores,
    pub memo: Patch<String>,
    pub force: bool,
}

/// Makes the learner's other enrollments in the course due, once staff have completed one that they had refused: while it was
/// INCOMPLETE or REVOKED, the others did not complete by themselves.
fn others_are_due(access: &EnrollmentAccess, now_ms: i64) -> NewEvent {
    NewEvent::grade_due(access.course, GradeScope::Learner(access.enrollment), now_ms)
}

/// Changes a completion: INCOMPLETE → COMPLETED → REVOKED and back to COMPLETED. Revoking it revokes the certificate
/// too. Once there is a certificate, the printed date and scores do not change any more.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: CompletionChanges) -> Result<Completion> {
    caller.must_be_staff()?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let enrollment = read(&mut tx, id).await?.enrollment;
    hold_enrollments_of_learner(&mut tx, "$1", enrollment).await?;
    let access = rights::find_taught_enrollment(&mut tx, caller, enrollment).await?;
    let now = read(&mut tx, id).await?;
    let is_printed = changes.date.is_some() || changes.scores.are_given();
    if is_printed && now.certificate_no.is_some() {
        return Err(Error::wrong_state("CERTIFIED"));
    }
    if let Some(date) = &changes.date {
        must_be_after_start(&mut tx, access.class, date).await?;
    }
    let why = changes.memo.clone().value();
    let memo = changes.memo.over(now.memo);
    let before = CompletionStatus::parse(&now.status).unwrap_or(CompletionStatus::Incomplete);
    let after = changes.status.unwrap_or(before);
    match (before, after) {
        (CompletionStatus::Incomplete, CompletionStatus::Completed) => {
            if access.status != EnrollmentStatus::Approved.word() {
                return Err(Error::wrong_state(access.status));
            }
            must_be_due(&mut tx, enrollment, changes.force, memo.as_deref()).await?;
            complete_enrollment(&mut tx, enrollment, now_ms).await?;
        }
        (CompletionStatus::Completed, CompletionStatus::Revoked) => {
            certificates::revoke(&mut tx, enrollment, why.as_deref(), now_ms).await?;
            fail_enrollment(&mut tx, enrollment, now_ms).await?;
        }
        (CompletionStatus::Revoked, CompletionStatus::Completed) => {
            complete_enrollment(&mut tx, enrollment, now_ms).await?;
        }
        (before, after) if before == after => {}
        (before, _) => return Err(Error::wrong_state(before.word())),
    }
    let mut events = Vec::new();
    if before != after && after == CompletionStatus::Completed {
        copy_grade(&mut tx, id).await?;
        events.push(others_are_due(&access, now_ms));
    }
    let sql = "update completions set date = $2, status = $3, total_score = coalesce($4, total_score),
        attendance_score = coalesce($5, attendance_score), assessment_score = coalesce($6, assessment_score),
        progress_score = coalesce($7, progress_score), by_hand = $8, memo = $9, updated_ms = $10 where id = $1";
    let GivenScores { total, attendance, assessment, progress } = changes.scores;
    let by_hand = now.by_hand || changes.scores.are_given();
    let date = changes.date.unwrap_or_else(|| now.date.clone());
    if date != now.date || before != after {
        days::sum_anew(&mut tx, [now.date, date.clone()].into(), &app.clock.date_of(now_ms)).await?;
    }
    let args = args![id, date, after.word(), total, attendance, assessment, progress, by_hand, memo, now_ms];
    tx.run(sql, args).await?;
    let changed = read(&mut tx, id).await?;
    app.commit(tx, events).await?;
    Ok(changed)
}

/// Finds a completion of the caller's own, or of a course that the caller teaches.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Completion> {
    let mut tx = app.db.read().await?;
    let completion = read(&mut tx, id).await?;
    let seen = rights::find_visible_enrollment(&mut tx, caller, completion.enrollment).await;
    seen.map_err(|e| e.instead_of(Noun::Completion))?;
    Ok(completion)
}

pub async fn of_enrollment(app: &School, caller: &Caller, enrollment: i64) -> Result<Completion> {
    let mut tx = app.db.read().await?;
    rights::find_visible_enrollment(&mut tx, caller, enrollment).await?;
    let sql = format!("{COMPLETION} {FROM} where d.enrollment = $1");
    tx.maybe(sql, args![enrollment]).await?.ok_or(Error::NotFound(Noun::Completion))
}

pub async fn of_class(
    app: &School,
    caller: &Caller,
    (course, class): (i64, i64),
    status: Option<CompletionStatus>,
    window: Window,
) -> Result<Page<Completion>> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let filter = Filter::of("e.class = $1", args![class]).and("d.status = ?", status.map(CompletionStatus::word));
    let (sql, args) = filter.count(FROM);
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = filter.page(&format!("{COMPLETION} {FROM}"), "d.id", window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

/// Lists all completions of a class, with the numbers that tell people of one name apart.
pub async fn all_of_class(
    app: &School,
    caller: &Caller,
    course: i64,
    class: i64,
) -> Result<(Vec<Completion>, Namesakes)> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let all: Vec<Completion> =
        tx.all(format!("{COMPLETION} {FROM} where e.class = $1 order by d.id"), args![class]).await?;
    let people = distinct(all.iter().map(|c| c.person));
    let namesakes = Namesakes::of(&mut tx, &[course], &people).await?;
    Ok((all, namesakes))
}
