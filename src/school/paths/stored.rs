//! Courses of a path as its rows hold them.

use crate::db::{Tx, args, row_placeholders};
use crate::error::Result;

/// Why a course is in a path, as it is stored: with the id of the skill or course that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredReason {
    SkillGap(i64),
    Next,
    Prerequisite(i64),
    HighScore(i64),
    LowScore(i64),
}

impl StoredReason {
    /// Returns the word of the reason, the skill and the course.
    pub fn columns(self) -> (&'static str, Option<i64>, Option<i64>) {
        match self {
            StoredReason::SkillGap(skill) => ("SKILL_GAP", Some(skill), None),
            StoredReason::Next => ("NEXT", None, None),
            StoredReason::Prerequisite(course) => ("PREREQUISITE", None, Some(course)),
            StoredReason::HighScore(skill) => ("HIGH_SCORE", Some(skill), None),
            StoredReason::LowScore(skill) => ("LOW_SCORE", Some(skill), None),
        }
    }
}

/// A course as it is written into a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CourseEntry {
    pub course: i64,
    pub priority: i64,
    pub reason: StoredReason,
}

/// Writes courses into a path, from this place on.
pub async fn insert_courses(tx: &mut Tx, path: i64, first_place: i64, courses: &[CourseEntry]) -> Result<()> {
    if courses.is_empty() {
        return Ok(());
    }
    let values = courses.iter().zip(first_place..).flat_map(|(entry, place)| {
        let (word, skill, needed_by) = entry.reason.columns();
        args![path, entry.course, place, entry.priority, word, skill, needed_by]
    });
    let marks = row_placeholders(courses.len(), 7);
    let sql =
        format!("insert into path_courses (path, course, position, priority, reason, skill, needed_by) values {marks}");
    tx.run(sql, values.collect()).await.map(drop)
}
