//! Learning paths: the courses that lead a learner from what they can do to the level that they want, in some skills.
//!
//! A path is chosen once, when it is created, and changes only by `adjust`. For each skill and each level between the one that
//! the learner has and the one that they want, it takes one published course that teaches the skill at that level: of the newest
//! 50 the one in which the learner is already, else the one that teaches most of the wanted skills, else the one with most
//! learners. With it come all courses that it needs and the learner has not completed. A course that cannot be reached, since one
//! that it needs is not published, is not taken. A course without a level counts as one for beginners.
//!
//! The order is: what a course needs before the course; then lower levels first; then more of the wanted skills, and more
//! learners. The first one has priority 95, and each of the next ones 5 less (less than 5 in a path of more than 19 courses).
//!
//! A course of a path is shown while it is published, and longer if the learner has completed it or is in it.

mod adjusting;
mod catalogue;
mod creating;
mod estimating;
mod learner;
mod level;
mod ordering;
mod planning;
mod reading;
mod stored;

pub use self::adjusting::{Adjustment, PathChange, PathChangeKind, adjust};
pub use self::creating::{NewPath, TARGET_SKILLS_MAX, create};
pub use self::estimating::{Estimate, Pace, estimate};
pub use self::learner::CourseState;
pub use self::reading::{LearningPath, NextCourse, PathCourse, PathReason, PathSkill, find, list_own, next_course};
