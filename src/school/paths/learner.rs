//! Facts about a learner that decide about a path: the courses that they have completed or are in, and their levels.

use std::collections::HashMap;

use super::level::level_of;
use crate::db::{Tx, args, placeholders, row};
use crate::error::Result;
use crate::school::courses::CourseLevel;
use crate::school::enrollment::conditions::IS_COMPLETED;

row! {
    struct EnrolledCourse {
        course: i64,
        completed_ms: Option<i64>,
        progress_score: Option<f64>,
    }
}

/// State of a course for one learner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CourseState {
    NotStarted,
    /// Applied for or admitted, or completed until that was revoked. `done` is the part of the course that is done, from 0 to 1.
    InProgress {
        done: f64,
    },
    Completed {
        at_ms: i64,
    },
}

pub struct LearnerCourses(HashMap<i64, CourseState>);

impl LearnerCourses {
    pub async fn read(tx: &mut Tx, person: i64) -> Result<LearnerCourses> {
        // Completed ones last: they win over another enrollment in the same course.
        let sql = format!(
            "select k.course, case when {IS_COMPLETED} then coalesce(e.completed_ms, 0) end as completed_ms,
                e.progress_score
            from enrollments e join classes k on k.id = e.class
            where e.person = $1 and e.status in ('PENDING', 'APPROVED', 'COMPLETED')
            order by case when {IS_COMPLETED} then 1 else 0 end, e.id"
        );
        let enrolled: Vec<EnrolledCourse> = tx.all(sql, args![person]).await?;
        let states = enrolled.into_iter().map(|one| match one.completed_ms {
            Some(at_ms) => (one.course, CourseState::Completed { at_ms }),
            None => (one.course, CourseState::InProgress { done: one.progress_score.unwrap_or_default() / 100.0 }),
        });
        Ok(LearnerCourses(states.collect()))
    }

    pub fn state(&self, course: i64) -> CourseState {
        self.0.get(&course).copied().unwrap_or(CourseState::NotStarted)
    }

    pub fn has_completed(&self, course: i64) -> bool {
        matches!(self.state(course), CourseState::Completed { .. })
    }
}

/// Returns a person's level in these skills: that of the highest completed course that teaches the skill. A skill that no
/// completed course teaches is left out.
pub async fn read_levels(tx: &mut Tx, person: i64, skills: &[i64]) -> Result<HashMap<i64, CourseLevel>> {
    let (marks, ids) = placeholders(skills, 2);
    let sql = format!(
        "select t.skill, c.level from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        join course_skills t on t.course = c.id where e.person = $1 and {IS_COMPLETED} and t.skill in ({marks})"
    );
    let mut levels = HashMap::new();
    for (skill, level) in tx.all::<(i64, Option<String>)>(sql, [args![person], ids].concat()).await? {
        let level = level_of(level.as_deref());
        levels.entry(skill).and_modify(|highest| *highest = level.max(*highest)).or_insert(level);
    }
    Ok(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_without_an_enrollment_is_not_started() {
        let learner = LearnerCourses(HashMap::from([(7, CourseState::Completed { at_ms: 1 })]));
        assert!(learner.has_completed(7) && !learner.has_completed(8));
        assert_eq!(learner.state(8), CourseState::NotStarted);
    }
}
