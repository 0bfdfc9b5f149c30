//! Missions: the assessments of a unit by which a learner shows what it has taught. Midterm and final are kinds of them.

use super::{Assessment, AssessmentChanges, AssessmentKind, MissionType, NewAssessment};
use crate::app::School;
use crate::clock::Clock;
use crate::db::{Tx, args};
use crate::error::{Error, Field, Noun, Result};
use crate::patch::Patch;
use crate::rounding::rounded;
use crate::school::rights::{self, Caller, Scope};

/// The tries that a mission of multiple choices has where its author says nothing: each tells at once which answers are right.
pub const CHOICE_ATTEMPTS: i64 = 3;

impl Assessment {
    pub fn is_midterm(&self) -> bool {
        self.kind == AssessmentKind::Midterm.word()
    }

    pub fn is_final(&self) -> bool {
        self.kind == AssessmentKind::Final.word()
    }

    /// Returns the share of the total that passes, in per cent.
    pub fn pass_percent(&self) -> f64 {
        rounded(100.0 * self.pass / self.total, 2)
    }

    /// Finds the kind of a mission of this type that is said to be the midterm or the final, or no longer to be it. Fails if it would
    /// be both.
    fn kind_with(&self, mission: MissionType, midterm: Option<bool>, last: Option<bool>) -> Result<String> {
        let is_plain = !self.is_midterm() && !self.is_final();
        let plain =
            if is_plain && self.mission() == Some(mission) { self.kind.as_str() } else { plain_kind(mission).word() };
        match (midterm.unwrap_or(self.is_midterm()), last.unwrap_or(self.is_final())) {
            (true, true) => Err(Error::bad(Field::IsFinal, "a mission is the midterm or the final, not both")),
            (true, false) => Ok(AssessmentKind::Midterm.word().to_owned()),
            (false, true) => Ok(AssessmentKind::Final.word().to_owned()),
            (false, false) => Ok(plain.to_owned()),
        }
    }
}

/// Returns the kind of a mission of a type that is neither midterm nor final.
fn plain_kind(mission: MissionType) -> AssessmentKind {
    match mission {
        MissionType::MultipleChoice => AssessmentKind::Quiz,
        MissionType::CodeSubmission => AssessmentKind::Assignment,
    }
}

/// Returns the tries that a mission of a type has where its author says nothing; `None` if there is no limit.
fn usual_attempts(mission: MissionType) -> Option<i64> {
    (mission == MissionType::MultipleChoice).then_some(CHOICE_ATTEMPTS)
}

/// Changes of a mission. A field that is left out stays as it is; a new type brings its own usual kind and tries.
#[derive(Debug, Default)]
pub struct MissionChanges {
    pub unit: Option<i64>,
    pub name: Option<String>,
    pub mission_type: Option<MissionType>,
    pub midterm: Option<bool>,
    pub last: Option<bool>,
    pub description: Option<String>,
    /// Of the total.
    pub pass_percent: Option<f64>,
    pub weight: Option<f64>,
    pub required: Option<bool>,
    pub attempts_allowed: Patch<i64>,
    pub active: Option<bool>,
}

impl MissionChanges {
    fn apply_to(self, now: &Assessment, clock: &Clock) -> Result<Assessment> {
        let was = now.mission().ok_or(Error::NotFound(Noun::Assessment))?;
        let mission = self.mission_type.unwrap_or(was);
        if mission != was && now.questions > 0 {
            return Err(Error::bad(Field::MissionType, "it has questions of the other type"));
        }
        let kind = now.kind_with(mission, self.midterm, self.last)?;
        let attempts_allowed = if mission == was { now.attempts_allowed } else { usual_attempts(mission) };
        let mission_type = Some(mission.word().to_owned());
        let unit = self.unit.or(now.unit);
        let now = Assessment { unit, kind, mission_type, attempts_allowed, ..now.clone() };
        let changes = AssessmentChanges {
            name: self.name,
            description: self.description.map_or(Patch::Keep, Patch::Set),
            pass: self.pass_percent.map(|percent| rounded(percent / 100.0 * now.total, 6)),
            weight: self.weight,
            required: self.required,
            attempts_allowed: self.attempts_allowed,
            active: self.active,
            ..AssessmentChanges::default()
        };
        changes.apply_to(&now, clock)
    }
}

/// Creates a mission of a unit, for every class of its course. Unless `first` says otherwise, it is open at any time, is required
/// and is passed from 60 % of its points; multiple choices have `CHOICE_ATTEMPTS` tries, code any number.
pub async fn create(
    app: &School,
    caller: &Caller,
    (unit, name, mission): (i64, String, MissionType),
    mut first: MissionChanges,
) -> Result<Assessment> {
    caller.must_have(Scope::CourseUpdate)?;
    let now_ms = app.now_ms();
    if let Some(usual) = usual_attempts(mission)
        && !first.attempts_allowed.is_sent()
    {
        first.attempts_allowed = Patch::Set(usual);
    }
    let mut tx = app.db.begin().await?;
    let sql = "select course from units where id = $1 and deleted_ms is null";
    let (course,) = tx.maybe::<(i64,)>(sql, args![unit]).await?.ok_or(Error::NotFound(Noun::Unit))?;
    let first_of_all = AssessmentChanges::default();
    let new = NewAssessment {
        course,
        class: None,
        unit: Some(unit),
        name,
        kind: plain_kind(mission),
        mission: Some(mission),
        first: first_of_all,
    };
    let made = super::insert(&mut tx, caller, new, &app.clock, now_ms).await?;
    let made = super::set(&mut tx, first.apply_to(&made, &app.clock)?, now_ms).await?;
    if made.is_asked_by_unit() {
        super::ask_for_missions(&mut tx, &made).await?;
    }
    app.commit(tx, vec![made.grade_due(now_ms)]).await?;
    Ok(made)
}

/// Finds a mission, for the staff of its course, and for those who are in the course while it is active.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Assessment> {
    super::by_id(app, caller, id).await.and_then(must_be_mission)
}

fn must_be_mission(found: Assessment) -> Result<Assessment> {
    if found.mission().is_some() { Ok(found) } else { Err(Error::NotFound(Noun::Assessment)) }
}

/// Finds a mission of this type that the caller teaches, and holds its row. Fails if it is a mission of the other type.
pub(super) async fn hold_taught(tx: &mut Tx, caller: &Caller, id: i64, of: MissionType) -> Result<Assessment> {
    let found = must_be_mission(super::hold_taught(tx, caller, id).await?)?;
    if found.mission() == Some(of) {
        return Ok(found);
    }
    Err(Error::bad(Field::Mission, "it is a mission of the other type"))
}

/// Changes a mission. Its type stays once it has questions. It may move to another unit of the course, of which it becomes a part
/// for everyone, those who have completed that unit too.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: MissionChanges) -> Result<Assessment> {
    caller.must_have(Scope::CourseUpdate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let course = must_be_mission(super::read(&mut tx, id).await?)?.course;
    // A unit is deleted by those who hold its course.
    rights::hold_taught_course(&mut tx, caller, course).await?;
    let before = super::hold_taught(&mut tx, caller, id).await?;
    let after = changes.apply_to(&before, &app.clock)?;
    if after.unit != before.unit {
        super::must_have_unit(&mut tx, course, after.unit.unwrap_or_default()).await?;
    }
    super::replace(app, tx, &before, after, now_ms).await
}
