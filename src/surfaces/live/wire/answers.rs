//! Answers to the questions of steps: one that is taken, and all of a session.

use super::TitleRef;
use super::learning::ProgressUpdated;
use super::step_questions::{Answer, CountShown, QuestionTaught};
use crate::event::AnswerValue;
use crate::school::progress::RecordedProgress;
use crate::school::step_questions::QuestionState;
use crate::surfaces::keys::*;

answer! {
    #[schema(example = json!({"subtask": {"id": 1001, "title": "친구 선택하기"}, "question": {"kind": "YES_NO",
        "text": "노란 그림이 보이시나요?", "options": [], "unit": "", "answer": true}, "shown": "HIDDEN", "is_closed": false, "total": 9,
        "counts": [{"value": true, "count": 7}, {"value": false, "count": 2}], "others": 0}))]
    pub struct QuestionLine from QuestionState as s {
        subtask: TitleRef = (s.item, s.title).into(),
        question: QuestionTaught = s.question.into(),
        /// Extent to which everyone sees the answers: HIDDEN, RESULTS or ANSWER
        shown: &'static str = s.shown.word(),
        /// Whether the right answer was shown, so that nobody answers any more
        is_closed: bool = s.is_revealed,
        total: i64 = s.answers.total,
        /// Each option, yes and no, or the five numbers that most people gave
        counts: Vec<CountShown> = each(s.answers.counts),
        /// Those who gave another number
        others: i64 = s.answers.others,
    }

    pub struct SessionAnswers from (i64, Vec<QuestionState>) as (session, questions) {
        session_id: i64 = session,
        questions: Vec<QuestionLine> = each(questions),
    }

    #[schema(example = json!({"subtask_id": 1001, "status": "COMPLETED", "completed_at": "2025-10-28T10:05:00Z",
        "next_subtask": null, "my_answer": 2}))]
    pub struct AnswerTaken from (RecordedProgress, AnswerValue) as (recorded, value) {
        #[serde(flatten)]
        progress: ProgressUpdated = recorded.into(),
        my_answer: Answer = value.into(),
    }
}
