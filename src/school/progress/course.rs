//! Progress of one learner in a course as a whole: what they have completed and passed in it, beginning it, and completing
//! its units.

use std::collections::{HashMap, HashSet};

use super::learner::{self, LearnerEnrollment};
use super::units::{self, ProgressRate};
use super::{EnrolledPerson, Report, record, study};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{GradeScope, NewEvent, ProgressStatus};
use crate::school::assessments::results::{self, Outcome, ResultFeedback};
use crate::school::outline;
use crate::school::rights::{self, Caller, Scope};

row! {
    /// A unit that a learner has completed.
    pub struct CompletedUnit {
        pub unit: i64,
        pub title: String,
        pub completed_ms: i64,
        /// Seconds of learning in the unit and in its items.
        pub seconds: i64,
    }
}

row! {
    /// An attempt that has a score.
    pub struct GradedAttempt {
        pub id: i64,
        pub assessment: i64,
        pub title: String,
        pub score: f64,
        pub total: f64,
        pub pass: f64,
        pub number: i64,
        pub submitted_ms: i64,
        pub graded_ms: i64,
        /// Words of staff.
        pub note: Option<String>,
    }
}

pub struct CourseProgress {
    pub enrollment: LearnerEnrollment,
    pub rate: ProgressRate,
    /// The completed units, each with the items in it that are done.
    pub units: Vec<(CompletedUnit, Vec<i64>)>,
    pub results: Vec<(GradedAttempt, ResultFeedback)>,
}

/// Returns the progress by an enrollment, for its learner and for the staff of the course. Others do not learn that it
/// exists, nor is there any in an enrollment that was cancelled or refused.
pub async fn of_enrollment(app: &School, caller: &Caller, id: i64) -> Result<CourseProgress> {
    caller.must_have(Scope::ProgressRead)?;
    let mut tx = app.db.read().await?;
    let access = rights::find_enrollment(&mut tx, id).await.map_err(|e| e.instead_of(Noun::Progress))?;
    let may = access.person == caller.id || caller.teaches(access.instructor);
    if !may || matches!(access.status.as_str(), "CANCELLED" | "REJECTED") {
        return Err(Error::NotFound(Noun::Progress));
    }
    let enrollment = learner::read(&mut tx, id, app.now_ms()).await?;
    let rate = units::progress_rate(&mut tx, &[id]).await?.remove(&id).unwrap_or_default();
    let units = completed_units(&mut tx, id, enrollment.course).await?;
    // Those of the learner's other enrollments in the course count too.
    let sql = "select t.id, t.assessment, a.name as title, t.score, a.total, a.pass, t.number,
            coalesce(t.submitted_ms, t.created_ms) as submitted_ms,
            coalesce(t.graded_ms, t.submitted_ms, t.created_ms) as graded_ms, t.feedback as note
        from enrollments o cross join attempts t join assessments a on a.id = t.assessment and a.deleted_ms is null
        where o.person = $1 and t.enrollment = o.id and a.course = $2 and t.score is not null
        order by submitted_ms, t.id";
    let attempts: Vec<GradedAttempt> = tx.all(sql, args![access.person, access.course]).await?;
    let mut skills = results::skills_by_attempt(&mut tx, access.person, access.course).await?;
    let with_feedback = |attempt: GradedAttempt| {
        let outcome = Outcome::of(Some(attempt.score), attempt.total, attempt.pass);
        let skills = skills.remove(&attempt.id).unwrap_or_default();
        let feedback = ResultFeedback { note: attempt.note.clone(), outcome, skills };
        (attempt, feedback)
    };
    let results = attempts.into_iter().map(with_feedback).collect();
    Ok(CourseProgress { enrollment, rate, units, results })
}

async fn completed_units(tx: &mut Tx, enrollment: i64, course: i64) -> Result<Vec<(CompletedUnit, Vec<i64>)>> {
    let sql = format!(
        "select x.unit, x.title, x.completed_ms,
            (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d left join items i on i.id = d.item
                where d.enrollment = $1 and (d.unit = x.unit or i.unit = x.unit)) as seconds
        from (select u.id as unit, u.title, u.position, {} as completed_ms from enrollments e
            cross join units u where e.id = $1 and u.course = $2 and u.deleted_ms is null) x
        where x.completed_ms is not null order by x.position, x.unit",
        units::completed_ms()
    );
    let units: Vec<CompletedUnit> = tx.all(sql, args![enrollment, course]).await?;
    let sql = "select i.unit, i.id from item_progress p join items i on i.id = p.item and i.deleted_ms is null
        where p.enrollment = $1 and p.status = 'COMPLETED' order by i.unit, i.position, i.id";
    let mut viewed: HashMap<i64, Vec<i64>> = HashMap::new();
    for (unit, item) in tx.all::<(i64, i64)>(sql, args![enrollment]).await? {
        viewed.entry(unit).or_default().push(item);
    }
    let with_items = |unit: CompletedUnit| {
        let items = viewed.remove(&unit.unit).unwrap_or_default();
        (unit, items)
    };
    Ok(units.into_iter().map(with_items).collect())
}

/// Begins learning by an enrollment, or finds when it was begun: work in the course begins it too.
pub async fn start(app: &School, caller: &Caller, id: i64) -> Result<LearnerEnrollment> {
    visit(app, caller, id, true).await
}

/// Records that the learner has opened the course.
pub async fn record_access(app: &School, caller: &Caller, id: i64) -> Result<LearnerEnrollment> {
    visit(app, caller, id, false).await
}

async fn visit(app: &School, caller: &Caller, id: i64, begins: bool) -> Result<LearnerEnrollment> {
    caller.must_have(Scope::ProgressUpdate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Enrollments, id).await?;
    find_learnt_course(&mut tx, caller.id, id, now_ms).await?;
    let begun_ms = learner::read(&mut tx, id, now_ms).await?.started_ms.or(begins.then_some(now_ms));
    let sql = "update enrollments set accessed_ms = $2, started_ms = $3 where id = $1";
    tx.run(sql, args![id, now_ms, begun_ms]).await?;
    let visited = learner::read(&mut tx, id, now_ms).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(visited)
}

async fn find_learnt_course(tx: &mut Tx, person: i64, id: i64, now_ms: i64) -> Result<i64> {
    rights::find_learnt_course(tx, person, id, now_ms).await.map_err(|e| e.instead_of(Noun::Progress))
}

/// Report of a learner who completes a unit.
#[derive(Debug, Clone)]
pub struct UnitReport {
    /// Seconds of learning in the unit, besides those in its items.
    pub seconds: i64,
    /// Items of the unit that are done by this.
    pub viewed: Vec<i64>,
}

pub struct UnitCompletion {
    pub enrollment: i64,
    pub unit: i64,
    pub completed_ms: i64,
    /// Seconds of learning in the unit and in its items.
    pub seconds: i64,
    pub rate: ProgressRate,
}

/// Completes a unit, as the learner says. Fails if something is missing that its criteria ask for. Said again, it changes
/// nothing, and adds no time.
pub async fn complete_unit(
    app: &School,
    caller: &Caller,
    (id, unit): (i64, i64),
    report: UnitReport,
) -> Result<UnitCompletion> {
    caller.must_have(Scope::ProgressUpdate)?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let school = app.clone();
    app.group_commit
        .record(move |tx| {
            let (app, report) = (school.clone(), report.clone());
            Box::pin(async move {
                let course = find_learnt_course(tx, person, id, now_ms).await?;
                if outline::unit_by_id(tx, unit).await?.course != course {
                    return Err(Error::NotFound(Noun::Unit));
                }
                let learner = EnrolledPerson { person, enrollment: id };
                let mut events = complete_items(&app, tx, learner, unit, &report.viewed, now_ms).await?;
                units::must_be_done(tx, id, unit).await?;
                let sql = "insert into unit_progress (enrollment, unit, completed_ms) values ($1, $2, $3)
                    on conflict (enrollment, unit) do nothing";
                if tx.run(sql, args![id, unit, now_ms]).await? == 1 {
                    study::add_in_unit(&app, tx, id, unit, report.seconds, now_ms).await?;
                    events.push(NewEvent::grade_due(course, GradeScope::Enrollment(id), now_ms));
                }
                let found = completed_units(tx, id, course).await?.into_iter().find(|(done, _)| done.unit == unit);
                let (CompletedUnit { completed_ms, seconds, .. }, _) = found.ok_or(Error::NotFound(Noun::Unit))?;
                let rate = units::progress_rate(tx, &[id]).await?.remove(&id).unwrap_or_default();
                Ok((UnitCompletion { enrollment: id, unit, completed_ms, seconds, rate }, events))
            })
        })
        .await
}

/// Completes the items that are said to be viewed, as if each had been reported.
async fn complete_items(
    app: &School,
    tx: &mut Tx,
    learner: EnrolledPerson,
    unit: i64,
    viewed: &[i64],
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let sql = "select p.item from item_progress p join items i on i.id = p.item
        where p.enrollment = $1 and i.unit = $2 and p.status = 'COMPLETED'";
    let done: Vec<(i64,)> = tx.all(sql, args![learner.enrollment, unit]).await?;
    let mut done: HashSet<i64> = done.into_iter().map(|(item,)| item).collect();
    let mut events = Vec::new();
    for item in viewed {
        if !done.insert(*item) {
            continue;
        }
        let item = outline::find_item(tx, *item).await?.filter(|item| item.unit == unit);
        let item = item.ok_or(Error::bad(Field::ViewedItems, "the module does not have one of them"))?;
        let report = Report::of(item.id, ProgressStatus::Completed);
        events.extend(record(app, tx, learner, item, report, now_ms).await?.1);
    }
    Ok(events)
}
