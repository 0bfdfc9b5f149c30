//! Levels of skill, which are the levels of the courses that teach them.

use crate::school::courses::CourseLevel;

/// All levels, the lowest first.
pub const LEVELS: [CourseLevel; 4] =
    [CourseLevel::Beginner, CourseLevel::Intermediate, CourseLevel::Advanced, CourseLevel::Expert];

/// Returns the level of a course by its word. A course without a level is for beginners.
pub fn level_of(word: Option<&str>) -> CourseLevel {
    word.and_then(CourseLevel::parse).unwrap_or(CourseLevel::Beginner)
}
