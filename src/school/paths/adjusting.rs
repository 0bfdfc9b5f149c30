//! Adjustment of a path to how its learner did in a course.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::catalogue::{Catalogue, read_courses, read_direct_needs};
use super::learner::{CourseState, LearnerCourses};
use super::level::LEVELS;
use super::ordering::in_order;
use super::planning::best;
use super::reading::{LearningPath, PathCourse, PathReason, find_row, read};
use super::stored::{CourseEntry, StoredReason, insert_courses};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Result};
use crate::event::words;
use crate::school::courses;
use crate::school::courses::CourseLevel;
use crate::school::rights::{Caller, Scope};

/// Scores from here on are strong, those below `WEAK_BELOW` weak, and those between steady.
const STRONG_FROM: f64 = 85.0;
const WEAK_BELOW: f64 = 70.0;
const STEP: i64 = 5;
/// How many courses a path may have for another one to be added.
const COURSES_MAX: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Performance {
    Strong,
    Steady,
    Weak,
}

impl Performance {
    fn word(self) -> &'static str {
        match self {
            Performance::Strong => "STRONG",
            Performance::Steady => "STEADY",
            Performance::Weak => "WEAK",
        }
    }

    fn of(score: f64) -> Performance {
        match score {
            _ if score >= STRONG_FROM => Performance::Strong,
            _ if score < WEAK_BELOW => Performance::Weak,
            _ => Performance::Steady,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathChangeKind {
    Added,
    Removed,
    Updated,
}
words!(PathChangeKind { Added = "ADDED", Removed = "REMOVED", Updated = "UPDATED" });

#[derive(Debug, Clone, PartialEq)]
pub struct PathChange {
    pub kind: PathChangeKind,
    pub course: i64,
    pub old_priority: Option<i64>,
    pub new_priority: Option<i64>,
    /// Why a course was added or removed.
    pub reason: Option<PathReason>,
}

pub struct Adjustment {
    pub path: i64,
    pub changes: Vec<PathChange>,
    pub percentage: f64,
}

/// A change before it is written.
struct PlannedChange {
    kind: PathChangeKind,
    course: i64,
    old_priority: Option<i64>,
    new_priority: Option<i64>,
    skill: Option<i64>,
}

/// Adjusts the caller's own path to the score in a course that they have completed.
///
/// A strong score raises the priority of the courses that follow by 5: those not completed that teach a skill which the course
/// taught, or that need the course. It adds a course of such a skill at the next level of which the path has none, and removes
/// courses for repetition that were not begun. A weak score lowers what follows by 5, and adds another course of such a skill at
/// the same level, or at a lower one, before all others. A score between changes nothing.
///
/// For one course, each kind of score has its effect once: who sends it again is answered with the changes of then.
pub async fn adjust(app: &School, caller: &Caller, path: i64, completed: i64, score: f64) -> Result<Adjustment> {
    caller.must_have(Scope::PathUpdate)?;
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Paths, path).await?;
    let row = find_row(&mut tx, caller, path).await?;
    caller.must_be(Some(row.person))?;
    let learner = LearnerCourses::read(&mut tx, caller.id).await?;
    if !learner.has_completed(completed) {
        courses::must_be_seen(&mut tx, Some(caller), completed).await?;
        return Err(Error::CourseNotCompleted);
    }
    let performance = Performance::of(score);
    let sql =
        "insert into path_adjustments (path, completed, performance, created_ms, score) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    let values = args![path, completed, performance.word(), app.now_ms(), score];
    if tx.run(sql, values).await? == 1 {
        let path = read(&mut tx, row.clone()).await?;
        let changes =
            FollowingCourses::read(&mut tx, &path, completed, &learner).await?.changes(&mut tx, performance).await?;
        write(&mut tx, &path, performance, &changes, app.now_ms()).await?;
        record_changes(&mut tx, path.id, completed, performance, &changes).await?;
    }
    let percentage = read(&mut tx, row).await?.percentage();
    let changes = read_changes(&mut tx, path, completed, performance).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(Adjustment { path, changes, percentage })
}

/// The courses of a path that follow a completed one, and what is needed to judge them.
struct FollowingCourses<'a> {
    path: &'a LearningPath,
    learner: &'a LearnerCourses,
    level: CourseLevel,
    /// The wanted skills that the completed course taught.
    taught: Vec<i64>,
    /// The wanted skills that each course of the path teaches.
    skills: HashMap<i64, Vec<i64>>,
    needs: HashMap<i64, Vec<i64>>,
    completed: i64,
}

impl<'a> FollowingCourses<'a> {
    async fn read(
        tx: &mut Tx,
        path: &'a LearningPath,
        completed: i64,
        learner: &'a LearnerCourses,
    ) -> Result<FollowingCourses<'a>> {
        let in_path: Vec<i64> = path.courses.iter().map(|course| course.course).collect();
        let wanted: Vec<i64> = path.skills.iter().map(|skill| skill.id).collect();
        let mut read = read_courses(tx, &[in_path.as_slice(), &[completed]].concat(), &wanted).await?;
        let (level, taught) = match read.get(&completed) {
            Some(course) => (course.level, course.skills.clone()),
            None => (CourseLevel::Beginner, Vec::new()),
        };
        let needs = read_direct_needs(tx, &in_path).await?;
        let skills = read.drain().map(|(id, course)| (id, course.skills)).collect();
        Ok(FollowingCourses { path, learner, level, taught, skills, needs, completed })
    }

    /// Works out what a score changes.
    async fn changes(&self, tx: &mut Tx, performance: Performance) -> Result<Vec<PlannedChange>> {
        let step = match performance {
            Performance::Strong => STEP,
            Performance::Weak => -STEP,
            Performance::Steady => return Ok(Vec::new()),
        };
        let mut changes: Vec<PlannedChange> = self.addition(tx, step).await?.into_iter().collect();
        if step > 0 {
            changes.extend(self.repetition().map(|course| PlannedChange {
                kind: PathChangeKind::Removed,
                course: course.course,
                old_priority: Some(course.priority),
                new_priority: None,
                skill: course.skill,
            }));
        }
        let moved = self.followers().map(|course| (course, (course.priority + step).clamp(0, 100)));
        changes.extend(moved.filter(|(course, priority)| *priority != course.priority).map(|(course, priority)| {
            PlannedChange {
                kind: PathChangeKind::Updated,
                course: course.course,
                old_priority: Some(course.priority),
                new_priority: Some(priority),
                skill: None,
            }
        }));
        Ok(changes)
    }

    /// Finds the course to add: after all others if the step is upwards, and before them if it is downwards.
    async fn addition(&self, tx: &mut Tx, step: i64) -> Result<Option<PlannedChange>> {
        let wanted = self.wanted(step);
        let catalogue = Catalogue::read(tx, &wanted).await?;
        let is_in_path = |course: &i64| self.path.courses.iter().any(|c| c.course == *course);
        if self.path.courses.len() >= COURSES_MAX {
            return Ok(None);
        }
        for (skill, level) in wanted {
            let mut found = catalogue.candidates(skill, level, self.learner);
            found.retain(|course| {
                let missing = catalogue.missing(*course, self.learner).unwrap_or_default();
                !is_in_path(course) && missing.iter().all(is_in_path)
            });
            if let Some(course) = best(&found, &[], &catalogue, self.learner) {
                let priorities = self.unfinished().map(|course| course.priority);
                let edge = if step > 0 { priorities.min() } else { priorities.max() };
                let new_priority = Some(edge.map_or(50, |edge| (edge - step).clamp(0, 100)));
                let kind = PathChangeKind::Added;
                return Ok(Some(PlannedChange { kind, course, old_priority: None, new_priority, skill: Some(skill) }));
            }
        }
        Ok(None)
    }

    /// Lists skills and levels of courses that may be added, the best first: upwards those of which the path has none, downwards
    /// the level of the completed course and those below.
    fn wanted(&self, step: i64) -> Vec<(i64, CourseLevel)> {
        let levels = |skill: i64| {
            let above = LEVELS.into_iter().filter(move |level| *level > self.level && !self.has(skill, *level));
            let below = LEVELS.into_iter().rev().filter(|level| *level <= self.level);
            if step > 0 { above.collect::<Vec<_>>() } else { below.collect() }
        };
        self.taught.iter().flat_map(|skill| levels(*skill).into_iter().map(|level| (*skill, level))).collect()
    }

    fn has(&self, skill: i64, level: CourseLevel) -> bool {
        self.path.courses.iter().any(|course| course.level == level && self.teaches(course.course, skill))
    }

    fn unfinished(&self) -> impl Iterator<Item = &'a PathCourse> {
        self.path.courses.iter().filter(|course| !course.is_completed())
    }

    fn teaches(&self, course: i64, skill: i64) -> bool {
        self.skills.get(&course).is_some_and(|skills| skills.contains(&skill))
    }

    /// Lists the courses that are not completed and teach a skill which the completed one taught, or need it. Those for
    /// repetition do not follow.
    fn followers(&self) -> impl Iterator<Item = &'a PathCourse> {
        self.unfinished().filter(|course| {
            let needs_it = self.needs.get(&course.course).is_some_and(|needs| needs.contains(&self.completed));
            let teaches_more = self.taught.iter().any(|skill| self.teaches(course.course, *skill));
            (needs_it || teaches_more) && !matches!(course.reason, PathReason::LowScore(_))
        })
    }

    /// Lists the courses that were added for repetition in a skill of the completed course, and were not begun.
    fn repetition(&self) -> impl Iterator<Item = &'a PathCourse> {
        self.unfinished().filter(|course| {
            let is_of_skill = course.skill.is_some_and(|skill| self.taught.contains(&skill));
            is_of_skill && course.state == CourseState::NotStarted && matches!(course.reason, PathReason::LowScore(_))
        })
    }
}

/// Writes changes into a path, and puts its courses in order again: what a course needs before it, then by priority.
async fn write(
    tx: &mut Tx,
    path: &LearningPath,
    performance: Performance,
    changes: &[PlannedChange],
    now_ms: i64,
) -> Result<()> {
    let mut priorities: HashMap<i64, (i64, usize)> =
        path.courses.iter().enumerate().map(|(place, course)| (course.course, (course.priority, place))).collect();
    for change in changes {
        let Some(priority) = change.new_priority else {
            tx.run("delete from path_courses where path = $1 and course = $2", args![path.id, change.course]).await?;
            priorities.remove(&change.course);
            continue;
        };
        let place = priorities.get(&change.course).map_or(path.courses.len(), |(_, place)| *place);
        priorities.insert(change.course, (priority, place));
        match (change.kind, change.skill) {
            (PathChangeKind::Added, Some(skill)) => {
                let reason = match performance {
                    Performance::Weak => StoredReason::LowScore(skill),
                    _ => StoredReason::HighScore(skill),
                };
                let entry = CourseEntry { course: change.course, priority, reason };
                insert_courses(tx, path.id, place as i64, &[entry]).await?;
            }
            _ => {
                let sql = "update path_courses set priority = $3 where path = $1 and course = $2";
                tx.run(sql, args![path.id, change.course, priority]).await?;
            }
        }
    }
    let ids: Vec<i64> = priorities.keys().copied().collect();
    let needs = read_direct_needs(tx, &ids).await?;
    let ordered =
        in_order(&ids, &needs, |id| priorities.get(&id).map(|(priority, place)| (Reverse(*priority), *place)));
    for (course, place) in ordered.into_iter().zip(0_i64..) {
        let sql = "update path_courses set position = $3 where path = $1 and course = $2 and position <> $3";
        tx.run(sql, args![path.id, course, place]).await?;
    }
    tx.run("update paths set updated_ms = $2 where id = $1", args![path.id, now_ms]).await.map(drop)
}

async fn record_changes(
    tx: &mut Tx,
    path: i64,
    completed: i64,
    performance: Performance,
    changes: &[PlannedChange],
) -> Result<()> {
    for (change, position) in changes.iter().zip(0_i64..) {
        let sql = "insert into path_changes (path, completed, performance, position, kind, course, old_priority,
            new_priority, skill) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let (kind, word) = (change.kind.word(), performance.word());
        let (old, new) = (change.old_priority, change.new_priority);
        tx.run(sql, args![path, completed, word, position, kind, change.course, old, new, change.skill]).await?;
    }
    Ok(())
}

row! {
    struct ChangeRow {
        kind: String,
        course: i64,
        old_priority: Option<i64>,
        new_priority: Option<i64>,
        skill_name: Option<String>,
    }
}

async fn read_changes(tx: &mut Tx, path: i64, completed: i64, performance: Performance) -> Result<Vec<PathChange>> {
    let sql = "select h.kind, h.course, h.old_priority, h.new_priority, s.name as skill_name
        from path_changes h left join skills s on s.id = h.skill
        where h.path = $1 and h.completed = $2 and h.performance = $3 order by h.position";
    let rows: Vec<ChangeRow> = tx.all(sql, args![path, completed, performance.word()]).await?;
    let change = |row: ChangeRow| {
        let kind = PathChangeKind::parse(&row.kind).unwrap_or(PathChangeKind::Updated);
        let reason = row.skill_name.map(|skill| match (kind, performance) {
            (PathChangeKind::Removed, _) => PathReason::RepetitionOver(skill),
            (_, Performance::Weak) => PathReason::LowScore(skill),
            _ => PathReason::HighScore(skill),
        });
        let ChangeRow { course, old_priority, new_priority, .. } = row;
        PathChange { kind, course, old_priority, new_priority, reason }
    };
    Ok(rows.into_iter().map(change).collect())
}
