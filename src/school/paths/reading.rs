//! Reading of paths, with all that follows from what their learner has done since.

use std::collections::HashMap;

use super::catalogue::read_direct_needs;
use super::learner::{CourseState, LearnerCourses, read_levels};
use super::level::level_of;
use crate::app::School;
use crate::db::{Tx, args, placeholders, row};
use crate::error::{Error, Noun, Result};
use crate::rounding::rounded;
use crate::school::courses::CourseLevel;
use crate::school::rights::{Caller, Role, Scope};

/// How many paths a person may have.
pub const PATHS_MAX: i64 = 100;

row! {
    #[derive(Debug, Clone)]
    pub struct PathRow {
        pub id: i64,
        pub person: i64,
        pub title: String,
        pub target_level: String,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

const PATH: &str = "select id, person, title, target_level, created_ms, updated_ms from paths";

/// Why a course is in a path, or the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathReason {
    /// The first course of the path that teaches this skill at a level that the learner lacks.
    SkillGap(String),
    /// Leads on in a skill that an earlier course of the path begins.
    Next,
    /// The course of this title needs it.
    Prerequisite(String),
    /// Added by `adjust`, after a strong or a weak score in this skill.
    HighScore(String),
    LowScore(String),
    /// Removed by `adjust`: it was for repetition, and a strong score in this skill followed.
    RepetitionOver(String),
    /// The next one, since the learner has completed the course of this title.
    After(String),
}

row! {
    struct CourseRow {
        path: i64,
        course: i64,
        title: String,
        is_published: bool,
        level: Option<String>,
        minutes: i64,
        priority: i64,
        reason: String,
        skill: Option<i64>,
        skill_name: Option<String>,
        needed_by_title: Option<String>,
    }
}

#[derive(Debug, Clone)]
pub struct PathCourse {
    pub course: i64,
    pub title: String,
    pub is_published: bool,
    pub level: CourseLevel,
    pub minutes: i64,
    pub priority: i64,
    pub reason: PathReason,
    /// The skill of which the reason speaks.
    pub skill: Option<i64>,
    pub state: CourseState,
}

impl PathCourse {
    fn new(row: CourseRow, learner: &LearnerCourses) -> PathCourse {
        let (skill, needed_by) = (row.skill_name.unwrap_or_default(), row.needed_by_title.unwrap_or_default());
        let reason = match row.reason.as_str() {
            "SKILL_GAP" => PathReason::SkillGap(skill),
            "PREREQUISITE" => PathReason::Prerequisite(needed_by),
            "HIGH_SCORE" => PathReason::HighScore(skill),
            "LOW_SCORE" => PathReason::LowScore(skill),
            _ => PathReason::Next,
        };
        PathCourse {
            course: row.course,
            title: row.title,
            is_published: row.is_published,
            level: level_of(row.level.as_deref()),
            minutes: row.minutes,
            priority: row.priority,
            reason,
            skill: row.skill,
            state: learner.state(row.course),
        }
    }

    pub fn is_completed(&self) -> bool {
        matches!(self.state, CourseState::Completed { .. })
    }

    /// Returns the minutes that are left: of a course that the learner is in, the part that is not done.
    pub fn left_minutes(&self) -> i64 {
        match self.state {
            CourseState::NotStarted => self.minutes,
            CourseState::InProgress { done } => (self.minutes as f64 * (1.0 - done)).ceil() as i64,
            CourseState::Completed { .. } => 0,
        }
    }
}

#[derive(Debug, Clone)]
pub struct PathSkill {
    pub id: i64,
    pub name: String,
    /// The level of now; `None` if the learner has completed no course that teaches the skill.
    pub current: Option<CourseLevel>,
}

/// A path as its learner sees it now: without courses that are no longer published, unless they have begun them.
#[derive(Debug, Clone)]
pub struct LearningPath {
    pub id: i64,
    pub person: i64,
    pub title: String,
    pub target: CourseLevel,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub skills: Vec<PathSkill>,
    pub courses: Vec<PathCourse>,
}

impl LearningPath {
    pub fn completed(&self) -> impl Iterator<Item = &PathCourse> {
        self.courses.iter().filter(|course| course.is_completed())
    }

    /// Returns the part of the courses that is completed, in per cent with one decimal. A path without courses is complete if
    /// the learner has the level in all skills.
    pub fn percentage(&self) -> f64 {
        if self.courses.is_empty() {
            let is_there = self.skills.iter().all(|skill| skill.current >= Some(self.target));
            return if is_there { 100.0 } else { 0.0 };
        }
        rounded(100.0 * self.completed().count() as f64 / self.courses.len() as f64, 1)
    }

    pub fn minutes(&self) -> i64 {
        self.courses.iter().map(|course| course.minutes).sum()
    }

    pub fn left_minutes(&self) -> i64 {
        self.courses.iter().map(PathCourse::left_minutes).sum()
    }

    /// Returns when the last of the courses was completed; `None` unless all are.
    pub fn completed_ms(&self) -> Option<i64> {
        let completed = self.courses.iter().map(|course| match course.state {
            CourseState::Completed { at_ms } => Some(at_ms),
            _ => None,
        });
        completed.collect::<Option<Vec<i64>>>()?.into_iter().max()
    }
}

/// Finds a path of the caller's own, or anyone's for an admin. Others do not learn that it exists.
pub async fn find(app: &School, caller: &Caller, id: i64) -> Result<LearningPath> {
    read_visible(&mut app.db.read().await?, caller, id).await
}

pub async fn read_visible(tx: &mut Tx, caller: &Caller, id: i64) -> Result<LearningPath> {
    caller.must_have(Scope::PathRead)?;
    let row = find_row(tx, caller, id).await?;
    read(tx, row).await
}

pub async fn find_row(tx: &mut Tx, caller: &Caller, id: i64) -> Result<PathRow> {
    let found: Option<PathRow> = tx.maybe(format!("{PATH} where id = $1"), args![id]).await?;
    let is_visible = |path: &PathRow| path.person == caller.id || caller.role == Role::Admin;
    found.filter(is_visible).ok_or(Error::NotFound(Noun::Path))
}

/// Lists the caller's paths, the newest first. The number of queries does not depend on how many there are.
pub async fn list_own(app: &School, caller: &Caller) -> Result<Vec<LearningPath>> {
    caller.must_have(Scope::PathRead)?;
    let mut tx = app.db.read().await?;
    let sql = format!("{PATH} where person = $1 order by id desc limit $2");
    let rows: Vec<PathRow> = tx.all(sql, args![caller.id, PATHS_MAX]).await?;
    read_all(&mut tx, caller.id, rows).await
}

pub async fn read(tx: &mut Tx, row: PathRow) -> Result<LearningPath> {
    let person = row.person;
    read_all(tx, person, vec![row]).await?.pop().ok_or(Error::NotFound(Noun::Path))
}

/// Reads what belongs to paths of one person, in four queries.
async fn read_all(tx: &mut Tx, person: i64, rows: Vec<PathRow>) -> Result<Vec<LearningPath>> {
    let ids: Vec<i64> = rows.iter().map(|path| path.id).collect();
    let learner = LearnerCourses::read(tx, person).await?;
    let mut skills = read_skills(tx, person, &ids).await?;
    let mut courses: HashMap<i64, Vec<PathCourse>> = HashMap::new();
    for row in read_course_rows(tx, &ids).await? {
        let (path, course) = (row.path, PathCourse::new(row, &learner));
        if course.is_published || course.state != CourseState::NotStarted {
            courses.entry(path).or_default().push(course);
        }
    }
    let whole = |path: PathRow| LearningPath {
        id: path.id,
        person: path.person,
        target: level_of(Some(&path.target_level)),
        title: path.title,
        created_ms: path.created_ms,
        updated_ms: path.updated_ms,
        skills: skills.remove(&path.id).unwrap_or_default(),
        courses: courses.remove(&path.id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(whole).collect())
}

async fn read_course_rows(tx: &mut Tx, paths: &[i64]) -> Result<Vec<CourseRow>> {
    let (marks, args) = placeholders(paths, 1);
    let sql = format!(
        "select p.path, p.course, c.title, c.status = 'PUBLISHED' as is_published, c.level,
            coalesce(c.minutes, 0) as minutes, p.priority, p.reason, p.skill, s.name as skill_name,
            n.title as needed_by_title
        from path_courses p join courses c on c.id = p.course left join skills s on s.id = p.skill
        left join courses n on n.id = p.needed_by
        where p.path in ({marks}) and c.deleted_ms is null order by p.path, p.position, p.course"
    );
    tx.all(sql, args).await
}

async fn read_skills(tx: &mut Tx, person: i64, paths: &[i64]) -> Result<HashMap<i64, Vec<PathSkill>>> {
    let (marks, args) = placeholders(paths, 1);
    let sql = format!(
        "select p.path, s.id, s.name from path_skills p join skills s on s.id = p.skill where p.path in ({marks})
        order by p.path, p.position"
    );
    let rows: Vec<(i64, i64, String)> = tx.all(sql, args).await?;
    let mut ids: Vec<i64> = rows.iter().map(|(_, skill, _)| *skill).collect();
    ids.sort_unstable();
    ids.dedup();
    let levels = read_levels(tx, person, &ids).await?;
    let mut skills: HashMap<i64, Vec<PathSkill>> = HashMap::new();
    for (path, id, name) in rows {
        skills.entry(path).or_default().push(PathSkill { id, name, current: levels.get(&id).copied() });
    }
    Ok(skills)
}

/// The next course of a path, if there is one.
pub struct NextCourse {
    pub path: i64,
    pub course: Option<PathCourse>,
}

/// Finds the course to enroll in next: the first one in the order of the path that is published, that the learner is not in and
/// has not completed, and all of whose prerequisites they have completed. `None` if there is none, for example while all that is
/// left needs a course that the learner is in.
pub async fn next_course(app: &School, caller: &Caller, id: i64) -> Result<NextCourse> {
    let mut tx = app.db.read().await?;
    let path = read_visible(&mut tx, caller, id).await?;
    let ids: Vec<i64> = path.courses.iter().map(|course| course.course).collect();
    let needs = read_direct_needs(&mut tx, &ids).await?;
    let learner = LearnerCourses::read(&mut tx, path.person).await?;
    let is_open = |course: &&PathCourse| {
        let has_all = needs.get(&course.course).is_none_or(|n| n.iter().all(|needed| learner.has_completed(*needed)));
        course.state == CourseState::NotStarted && course.is_published && has_all
    };
    let mut next = path.courses.iter().find(is_open).cloned();
    if let (Some(next), Some(title)) = (&mut next, last_completed(&path))
        && matches!(next.reason, PathReason::SkillGap(_) | PathReason::Next)
    {
        next.reason = PathReason::After(title);
    }
    Ok(NextCourse { path: id, course: next })
}

fn last_completed(path: &LearningPath) -> Option<String> {
    let completed = path.courses.iter().filter_map(|course| match course.state {
        CourseState::Completed { at_ms } => Some((at_ms, course)),
        _ => None,
    });
    completed.max_by_key(|(at_ms, _)| *at_ms).map(|(_, course)| course.title.clone())
}
