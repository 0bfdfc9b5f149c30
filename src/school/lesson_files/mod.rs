//! Lessons as files: a zip of `lesson.json` and pictures, by which a lecture goes from one school to another. `docs/lesson-file.md`
//! describes it.

mod exporting;
mod importing;
mod inserting;

use crate::error::Result;
use crate::school::courses::CourseChanges;
use crate::school::outline::{Item, NewItem, UnitChanges};
use crate::school::pictures::StepPicture;
use crate::school::step_questions::NewQuestion;

pub use self::exporting::{LessonDownload, export};
pub use self::importing::{LessonUpload, begin};

/// Name of the part that has all texts.
const LESSON: &str = "lesson.json";
pub const FILE_MAX_BYTES: u64 = 200 << 20;
const LESSON_MAX_BYTES: usize = 4 << 20;
pub const TASKS_MAX: usize = 500;
/// Steps of all tasks together.
pub const STEPS_MAX: usize = 2_000;
/// All parts of a file, also those that nothing names.
const PARTS_MAX: usize = 2_500;

/// A lecture as it is written into a file. Pictures are named by their parts.
pub struct OutlineToWrite {
    pub title: String,
    pub description: String,
    pub auto_help: bool,
    pub tasks: Vec<TaskToWrite>,
}

pub struct TaskToWrite {
    pub title: String,
    pub description: String,
    pub steps: Vec<StepToWrite>,
}

pub struct StepToWrite {
    pub step: Item,
    /// Each with the part that has it.
    pub pictures: Vec<(String, StepPicture)>,
    pub question: Option<NewQuestion>,
}

/// A lecture as it was read from a file. Its pictures and those of its questions are named by their parts.
pub struct ReadLesson {
    pub title: String,
    /// All else that differs from a new lecture.
    pub first: CourseChanges,
    pub tasks: Vec<(String, UnitChanges, Vec<NewItem>)>,
}

/// Writes the texts of a lesson, in the words of the surface that knows them.
pub type WriteLesson = fn(OutlineToWrite) -> Result<Vec<u8>>;
/// Reads them, with all checks that the texts of a lecture pass.
pub type ParseLesson = fn(&[u8]) -> Result<ReadLesson>;
