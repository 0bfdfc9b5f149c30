//! Choice of the courses of a new path.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::catalogue::{Catalogue, CatalogueCourse};
use super::learner::{CourseState, LearnerCourses};
use super::level::LEVELS;
use super::ordering::{in_order, priority};
use super::stored::{CourseEntry, StoredReason};
use crate::school::courses::CourseLevel;

/// How many courses a new path may have.
const COURSES_MAX: usize = 40;

/// A skill that the learner wants, and the level that they have.
#[derive(Debug, Clone, Copy)]
pub struct SkillGap {
    pub skill: i64,
    pub current: Option<CourseLevel>,
    pub target: CourseLevel,
}

impl SkillGap {
    /// Lists the levels that are missing, the lowest first.
    pub fn levels(self) -> impl Iterator<Item = CourseLevel> {
        LEVELS.into_iter().filter(move |level| Some(*level) > self.current && *level <= self.target)
    }
}

/// Chooses the courses of a path and puts them in order, by the rule of this folder's head.
pub fn plan(gaps: &[SkillGap], catalogue: &Catalogue, learner: &LearnerCourses) -> Vec<CourseEntry> {
    let mut reasons: HashMap<i64, StoredReason> = HashMap::new();
    let mut named = Vec::new();
    for level in LEVELS {
        for gap in gaps.iter().filter(|gap| gap.levels().any(|missing| missing == level)) {
            let teaches = |course: &CatalogueCourse| course.level == level && course.skills.contains(&gap.skill);
            if reasons.keys().any(|chosen| catalogue.courses.get(chosen).is_some_and(teaches)) {
                continue;
            }
            let candidates = catalogue.candidates(gap.skill, level, learner);
            let Some(course) = best(&candidates, gaps, catalogue, learner) else { continue };
            let missing = catalogue.missing(course, learner).unwrap_or_default();
            let more = missing.iter().filter(|needed| !reasons.contains_key(*needed)).count() + 1;
            if reasons.len() + more > COURSES_MAX {
                continue;
            }
            let reason =
                if named.contains(&gap.skill) { StoredReason::Next } else { StoredReason::SkillGap(gap.skill) };
            named.push(gap.skill);
            reasons.insert(course, reason);
            for needed in missing {
                reasons.entry(needed).or_insert(StoredReason::Prerequisite(course));
            }
        }
    }
    let chosen: Vec<i64> = reasons.keys().copied().collect();
    let ordered = in_order(&chosen, &catalogue.needs, |id| {
        catalogue.courses.get(&id).map(|c| (c.level, Reverse(gaps_closed(c, gaps)), Reverse(c.learners)))
    });
    let count = ordered.len();
    let with_reason = |(place, course)| {
        let reason = reasons.remove(&course)?;
        Some(CourseEntry { course, priority: priority(place, count), reason })
    };
    ordered.into_iter().enumerate().filter_map(with_reason).collect()
}

/// Chooses the best of several courses: one in which the learner is already, else the one that closes most gaps, else the one
/// with most learners, else the oldest.
pub fn best(courses: &[i64], gaps: &[SkillGap], catalogue: &Catalogue, learner: &LearnerCourses) -> Option<i64> {
    let merit = |id: &i64| {
        let course = catalogue.courses.get(id);
        let has_begun = learner.state(*id) != CourseState::NotStarted;
        (has_begun, course.map(|c| (gaps_closed(c, gaps), c.learners)), Reverse(*id))
    };
    courses.iter().copied().max_by_key(merit)
}

/// Counts the gaps that a course closes at its level.
fn gaps_closed(course: &CatalogueCourse, gaps: &[SkillGap]) -> usize {
    let closes =
        |gap: &&SkillGap| course.skills.contains(&gap.skill) && gap.levels().any(|level| level == course.level);
    gaps.iter().filter(closes).count()
}
