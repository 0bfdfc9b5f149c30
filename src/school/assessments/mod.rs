//! Assessments: what a course asks of its learners, when, how often, and from which score it is passed.
//!
//! A change that counts for a grade holds the row of the assessment first and the rows of enrollments after it, never
//! the other way round: two transactions that hold both never wait for each other in a circle.

pub mod attempts;
pub mod authoring;
pub mod choice_questions;
pub mod choices;
pub mod code_questions;
pub(super) mod counting;
pub mod grading;
pub mod languages;
pub mod mission_questions;
pub mod missions;
pub mod questions;
pub mod results;
pub mod sitting;
pub mod statistics;

use crate::app::School;
use crate::clock::{Clock, MINUTE_MS, SECOND_MS};
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, InputFault, Noun, Result};
use crate::event::{GradeScope, NewEvent, words};
use crate::patch::Patch;
use crate::school::rights::{self, Caller, Scope};
use crate::school::{courses, enrollment};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssessmentKind {
    Quiz,
    Assignment,
    Midterm,
    Final,
    Exam,
}
words!(AssessmentKind { Quiz = "QUIZ", Assignment = "ASSIGNMENT", Midterm = "MIDTERM", Final = "FINAL", Exam = "EXAM" });

/// The kind of all questions of a mission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissionType {
    MultipleChoice,
    CodeSubmission,
}
words!(MissionType { MultipleChoice = "MULTIPLE_CHOICE", CodeSubmission = "CODE_SUBMISSION" });

row! {
    #[derive(Debug, Clone)]
    pub struct Assessment {
        pub id: i64,
        pub course: i64,
        pub instructor: i64,
        /// The only class that it is for; `None` if it is for every class of the course.
        pub class: Option<i64>,
        /// The unit that is complete once this is passed, where the unit asks for it.
        pub unit: Option<i64>,
        pub name: String,
        pub kind: String,
        /// The word of a `MissionType`; `None` if it is no mission.
        pub mission_type: Option<String>,
        pub description: String,
        pub starts_ms: Option<i64>,
        pub ends_ms: Option<i64>,
        pub total: f64,
        pub pass: f64,
        pub weight: f64,
        pub required: bool,
        pub minutes: Option<i64>,
        pub attempts_allowed: Option<i64>,
        pub active: bool,
        /// The number of its questions. Without any, staff record the results.
        pub questions: i64,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

const ASSESSMENT: &str =
    "select a.id, a.course, c.instructor, a.class, a.unit, a.name, a.kind, a.mission_type, a.description,
    a.starts_ms, a.ends_ms, a.total, a.pass, a.weight, a.required, a.minutes, a.attempts_allowed, a.active,
    (select count(*) from questions q where q.assessment = a.id and q.deleted_ms is null) as questions, a.created_ms,
    a.updated_ms from assessments a join courses c on c.id = a.course and c.deleted_ms is null
    where a.deleted_ms is null";

impl Assessment {
    /// Returns the type of a mission; `None` if it is none.
    pub fn mission(&self) -> Option<MissionType> {
        self.mission_type.as_deref().and_then(MissionType::parse)
    }

    /// Returns how often a person may sit it; `None` if there is no limit. The tries of a mission of code are programs for a
    /// question, and nobody sits it.
    fn sittings_allowed(&self) -> Option<i64> {
        self.attempts_allowed.filter(|_| self.mission() != Some(MissionType::CodeSubmission))
    }

    /// Is it a mission for which its unit waits?
    fn is_asked_by_unit(&self) -> bool {
        self.mission().is_some() && self.required && self.active
    }

    fn must_make_sense(&self) -> Result<()> {
        if self.total <= 0.0 {
            return Err(Error::bad(Field::TotalScore, "more than 0"));
        }
        if self.pass > self.total {
            return Err(Error::bad(Field::PassScore, InputFault::Above(Field::TotalScore)));
        }
        match (self.starts_ms, self.ends_ms) {
            (Some(starts), Some(ends)) if ends < starts => {
                Err(Error::bad(Field::EndDate, InputFault::Before(Field::StartDate)))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the score is possible in this assessment, and that `passed` does not contradict it.
    fn must_agree(&self, score: Option<f64>, passed: Option<bool>) -> Result<()> {
        let Some(score) = score else {
            return if passed.is_none() {
                Ok(())
            } else {
                Err(Error::bad(Field::Passed, "there is no score to judge by"))
            };
        };
        if !(0.0..=self.total).contains(&score) {
            return Err(Error::bad(Field::Score, format!("from 0 to {}", self.total)));
        }
        if passed.is_some_and(|passed| passed != (score >= self.pass)) {
            return Err(Error::bad(Field::Passed, format!("one passes from {} up", self.pass)));
        }
        Ok(())
    }

    /// Checks that an attempt was begun and submitted while the assessment is open, and within the allowed minutes.
    fn must_be_in_time(&self, started_ms: Option<i64>, submitted_ms: Option<i64>) -> Result<()> {
        let took_ms = submitted_ms.zip(started_ms).map(|(end, start)| end - start);
        if took_ms.is_some_and(|ms| ms < 0) {
            return Err(Error::bad(Field::EndTime, InputFault::Before(Field::StartTime)));
        }
        if started_ms.into_iter().chain(submitted_ms).any(|ms| !self.is_open_at(ms)) {
            return Err(Error::OutsideWindow);
        }
        match (took_ms, self.minutes) {
            (Some(took_ms), Some(minutes)) if took_ms > minutes * MINUTE_MS => Err(Error::OverTime { minutes }),
            _ => Ok(()),
        }
    }

    /// Can an attempt begin or end at this time?
    fn is_open_at(&self, ms: i64) -> bool {
        self.starts_ms.is_none_or(|starts| starts <= ms) && self.ends_ms.is_none_or(|ends| ms <= ends)
    }

    /// Returns when an attempt that begins at this time ends: when its minutes are over, or with the assessment if that ends before.
    fn attempt_end_ms(&self, started_ms: i64) -> Option<i64> {
        self.minutes.map(|minutes| started_ms + minutes * MINUTE_MS).into_iter().chain(self.ends_ms).min()
    }

    /// Announces that the grades of everyone who is asked for this assessment are due, when something that counts has
    /// changed.
    fn grade_due(&self, at_ms: i64) -> NewEvent {
        let scope = self.class.map_or(GradeScope::Course(self.course), GradeScope::Class);
        NewEvent::grade_due(self.course, scope, at_ms)
    }
}

async fn read(tx: &mut Tx, id: i64) -> Result<Assessment> {
    tx.maybe(format!("{ASSESSMENT} and a.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Assessment))
}

/// Finds an assessment of a course that the caller teaches.
async fn find_taught(tx: &mut Tx, caller: &Caller, id: i64) -> Result<Assessment> {
    caller.must_be_staff()?;
    let found = read(tx, id).await?;
    rights::find_taught_course(tx, caller, found.course).await?;
    Ok(found)
}

/// Finds an assessment of a course that the caller teaches, and holds its row: nobody else changes it until the
/// transaction ends.
async fn hold_taught(tx: &mut Tx, caller: &Caller, id: i64) -> Result<Assessment> {
    caller.must_be_staff()?;
    tx.hold(HeldTable::Assessments, id).await?;
    find_taught(tx, caller, id).await
}

/// Finds an assessment, for the staff of the course, and for the students whom it asks while it is active. Other
/// students do not find it.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Assessment> {
    caller.must_have(Scope::AssessmentRead)?;
    let mut tx = app.db.read().await?;
    find_visible(&mut tx, caller, id, app.now_ms()).await
}

async fn find_visible(tx: &mut Tx, caller: &Caller, id: i64, now_ms: i64) -> Result<Assessment> {
    let found = read(tx, id).await?;
    if found.active && rights::is_in(tx, caller, found.course, found.class, now_ms).await? {
        return Ok(found);
    }
    caller.must_be_staff().map_err(|_| Error::NotFound(Noun::Assessment))?;
    rights::find_taught_course(tx, caller, found.course).await?;
    Ok(found)
}

/// Lists the assessments of a class, those of the whole course and those of this class alone, in the order in which they
/// were made. Students see only active ones.
pub async fn of_class(app: &School, caller: &Caller, course: i64, class: i64) -> Result<Vec<Assessment>> {
    let mut tx = app.db.read().await?;
    courses::must_be_seen(&mut tx, Some(caller), course).await?;
    rights::must_have_class(&mut tx, course, class).await?;
    let access = rights::find_course(&mut tx, course).await?;
    let teaches = caller.teaches(access.instructor);
    if !teaches && !rights::is_in(&mut tx, caller, course, Some(class), app.now_ms()).await? {
        return Err(Error::NotYours);
    }
    let condition = "and a.course = $1 and (a.class is null or a.class = $2) and (a.active or $3)";
    tx.all(format!("{ASSESSMENT} {condition} order by a.id"), args![course, class, teaches]).await
}

/// Lists the assessments of a course that are for every class, in the order in which they were made.
pub(super) async fn of_course(tx: &mut Tx, course: i64, with_inactive: bool) -> Result<Vec<Assessment>> {
    let condition = "and a.course = $1 and a.class is null and (a.active or $2) order by a.id";
    tx.all(format!("{ASSESSMENT} {condition}"), args![course, with_inactive]).await
}

/// One end of the time in which an assessment is open: a whole day in the school's time zone, or an instant.
#[derive(Debug, Clone)]
pub enum OpeningTime {
    Day(String),
    At(i64),
}

impl OpeningTime {
    /// Computes when the assessment opens: for a day, at its first instant. Both ends are kept to the second, as they
    /// are shown, so that a client that sends them back changes nothing.
    fn opening_ms(self, clock: &Clock) -> Result<i64> {
        let ms = match self {
            OpeningTime::Day(day) => clock.at(&day, "00:00"),
            OpeningTime::At(ms) => Some(ms),
        };
        let ms = ms.ok_or(Error::bad(Field::StartDate, "it is no day"))?;
        Ok(ms - ms.rem_euclid(SECOND_MS))
    }

    /// Computes when the assessment closes: for a day, after its last second.
    fn closing_ms(self, clock: &Clock) -> Result<i64> {
        let ms = match self {
            OpeningTime::Day(day) => clock.at(&day, "23:59:59"),
            OpeningTime::At(ms) => Some(ms),
        };
        let ms = ms.ok_or(Error::bad(Field::EndDate, "it is no day"))?;
        Ok(ms - ms.rem_euclid(SECOND_MS) + SECOND_MS - 1)
    }
}

/// Changes of an assessment. A field that is left out stays as it is.
#[derive(Debug, Default)]
pub struct AssessmentChanges {
    pub name: Option<String>,
    pub kind: Option<AssessmentKind>,
    pub description: Patch<String>,
    pub starts: Patch<OpeningTime>,
    pub ends: Patch<OpeningTime>,
    pub total: Option<f64>,
    pub pass: Option<f64>,
    pub weight: Option<f64>,
    pub required: Option<bool>,
    pub minutes: Patch<i64>,
    pub attempts_allowed: Patch<i64>,
    pub active: Option<bool>,
}

impl AssessmentChanges {
    fn apply_to(self, now: &Assessment, clock: &Clock) -> Result<Assessment> {
        let now = now.clone();
        let starts_ms = match self.starts {
            Patch::Keep => now.starts_ms,
            sent => sent.value().map(|edge| edge.opening_ms(clock)).transpose()?,
        };
        let ends_ms = match self.ends {
            Patch::Keep => now.ends_ms,
            sent => sent.value().map(|edge| edge.closing_ms(clock)).transpose()?,
        };
        Ok(Assessment {
            name: self.name.unwrap_or(now.name),
            kind: self.kind.map_or(now.kind, |kind| kind.word().to_owned()),
            description: self.description.over(Some(now.description)).unwrap_or_default(),
            starts_ms,
            ends_ms,
            total: self.total.unwrap_or(now.total),
            pass: self.pass.unwrap_or(now.pass),
            weight: self.weight.unwrap_or(now.weight),
            required: self.required.unwrap_or(now.required),
            minutes: self.minutes.over(now.minutes),
            attempts_allowed: self.attempts_allowed.over(now.attempts_allowed),
            active: self.active.unwrap_or(now.active),
            ..now
        })
    }
}

pub struct NewAssessment {
    pub course: i64,
    pub class: Option<i64>,
    pub unit: Option<i64>,
    pub name: String,
    pub kind: AssessmentKind,
    /// `None` if it is no mission.
    pub mission: Option<MissionType>,
    pub first: AssessmentChanges,
}

/// Creates an assessment. Unless `first` says otherwise, it is open at any time, for any number of attempts, has 100
/// points and is passed from 60.
pub async fn create(app: &School, caller: &Caller, new: NewAssessment) -> Result<Assessment> {
    caller.must_be_staff()?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let made = insert(&mut tx, caller, new, &app.clock, now_ms).await?;
    app.commit(tx, vec![made.grade_due(now_ms)]).await?;
    Ok(made)
}

async fn insert(tx: &mut Tx, caller: &Caller, new: NewAssessment, clock: &Clock, now_ms: i64) -> Result<Assessment> {
    let access = rights::hold_taught_course(tx, caller, new.course).await?;
    if access.status == "ARCHIVED" {
        return Err(Error::wrong_state(access.status));
    }
    if new.class.is_some() {
        enrollment::find_class(tx, new.course, new.class).await?;
    }
    if let Some(unit) = new.unit {
        must_have_unit(tx, new.course, unit).await?;
    }
    let sql = "insert into assessments (created_ms, updated_ms, course, class, unit, name, kind, mission_type)
        values ($1, $1, $2, $3, $4, $5, $6, $7) returning id";
    let mission = new.mission.map(MissionType::word);
    let args = args![now_ms, new.course, new.class, new.unit, new.name, new.kind.word(), mission];
    let (id,): (i64,) = tx.one(sql, args).await?;
    let made = read(tx, id).await?;
    set(tx, new.first.apply_to(&made, clock)?, now_ms).await
}

async fn must_have_unit(tx: &mut Tx, course: i64, unit: i64) -> Result<()> {
    let sql = "select id from units where id = $1 and course = $2 and deleted_ms is null";
    let found: Option<(i64,)> = tx.maybe(sql, args![unit, course]).await?;
    found.map(drop).ok_or(Error::bad(Field::Unit, "this course does not have it"))
}

/// Changes an assessment. Fails if the new total is below a score that was given, or is not the sum of the points of its
/// questions. A new end is the end of open attempts too.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: AssessmentChanges) -> Result<Assessment> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let before = hold_taught(&mut tx, caller, id).await?;
    let after = changes.apply_to(&before, &app.clock)?;
    replace(app, tx, &before, after, now_ms).await
}

/// Writes an assessment that was changed, whose row the caller holds, and commits. A mission that its unit has to ask for from now on
/// makes it do so.
async fn replace(app: &School, mut tx: Tx, before: &Assessment, after: Assessment, now_ms: i64) -> Result<Assessment> {
    let after = set(&mut tx, after, now_ms).await?;
    if after.is_asked_by_unit() && (!before.is_asked_by_unit() || after.unit != before.unit) {
        ask_for_missions(&mut tx, &after).await?;
    }
    if before.questions > 0 && after.total != before.total {
        return Err(Error::bad(Field::TotalScore, format!("its questions have {} points", before.total)));
    }
    if after.total < before.total {
        let sql = "select id from attempts where assessment = $1 and score > $2 limit 1";
        if tx.maybe::<(i64,)>(sql, args![after.id, after.total]).await?.is_some() {
            return Err(Error::wrong_state("GRADED"));
        }
    }
    if after.ends_ms != before.ends_ms {
        move_attempt_ends(&mut tx, after.id, after.ends_ms, now_ms).await?;
    }
    let counts = |a: &Assessment| (a.total, a.pass, a.weight, a.required, a.active, a.unit);
    let is_due = counts(before) != counts(&after);
    app.commit(tx, if is_due { vec![after.grade_due(now_ms)] } else { Vec::new() }).await?;
    Ok(after)
}

/// Makes the unit of a mission ask for it: one that is complete once its items are done would be complete without. The caller
/// holds what comes before units.
async fn ask_for_missions(tx: &mut Tx, mission: &Assessment) -> Result<()> {
    tx.hold_where(HeldTable::Units, "id = $1", args![mission.unit]).await?;
    let sql = "update units set criteria = 'COMPLETE_REQUIRED' where id = $1 and criteria = 'VIEW_ALL_MATERIALS'";
    tx.run(sql, args![mission.unit]).await.map(drop)
}

/// Moves the ends of the open attempts of an assessment whose end was changed. An end in the past ends them now. Holds the rows of
/// their enrollments, as all do who close attempts; the caller holds that of the assessment.
async fn move_attempt_ends(tx: &mut Tx, id: i64, ends_ms: Option<i64>, now_ms: i64) -> Result<()> {
    let open = "assessment = $1 and submitted_ms is null and not by_hand";
    let enrollments = format!("id in (select enrollment from attempts where {open})");
    tx.hold_where(HeldTable::Enrollments, &enrollments, args![id]).await?;
    // As `attempt_end_ms` computes it, for all in one statement.
    let sql = format!(
        "update attempts set updated_ms = $3, expires_ms = case when started_ms + minutes * {MINUTE_MS} <= $2
                or $2 is null then started_ms + minutes * {MINUTE_MS} else $2 end
        where {open}"
    );
    tx.run(sql, args![id, ends_ms.map(|ms| ms.max(now_ms)), now_ms]).await.map(drop)
}

async fn set(tx: &mut Tx, a: Assessment, now_ms: i64) -> Result<Assessment> {
    a.must_make_sense()?;
    let sql = "update assessments set name = $2, kind = $3, description = $4, starts_ms = $5, ends_ms = $6, total = $7,
        pass = $8, weight = $9, required = $10, minutes = $11, attempts_allowed = $12, active = $13, updated_ms = $14, unit = $15,
        mission_type = $16 where id = $1";
    let args = args![
        a.id,
        &a.name,
        &a.kind,
        &a.description,
        a.starts_ms,
        a.ends_ms,
        a.total,
        a.pass,
        a.weight,
        a.required,
        a.minutes,
        a.attempts_allowed,
        a.active,
        now_ms,
        a.unit,
        a.mission_type.as_ref()
    ];
    tx.run(sql, args).await?;
    Ok(Assessment { updated_ms: now_ms, ..a })
}

/// Deletes an assessment. It is kept with its results, but counts for no grade any more.
pub async fn delete(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let found = hold_taught(&mut tx, caller, id).await?;
    let sql = "update assessments set deleted_ms = $2, updated_ms = $2 where id = $1";
    tx.run(sql, args![id, now_ms]).await?;
    app.commit(tx, vec![found.grade_due(now_ms)]).await
}
