//! The filters of both lists of questions.

use super::Result;
use crate::error::Error;
use crate::school::assessments::AssessmentKind;
use crate::school::assessments::mission_questions::{Exam, QuestionFilter};
use crate::surfaces::extract::Path;
use crate::surfaces::keys::*;

query! {
    pub struct AcademyQuestionsQuery { mission_id: Option<i64> }
}

impl From<AcademyQuestionsQuery> for QuestionFilter {
    fn from(query: AcademyQuestionsQuery) -> QuestionFilter {
        QuestionFilter { mission: query.mission_id, exam: None }
    }
}

/// Course, unit, and `mid` or `final`, as they stand in a path.
pub type ExamPath = Path<(i64, i64, String)>;

pub fn of_exam(Path((course, unit, word)): ExamPath) -> Result<QuestionFilter> {
    let kind = match word.as_str() {
        "mid" => AssessmentKind::Midterm,
        "final" => AssessmentKind::Final,
        _ => return Err(Error::bad_as_sent("mid_or_final", "mid or final is needed")),
    };
    Ok(QuestionFilter { mission: None, exam: Some(Exam { course, unit, kind }) })
}
