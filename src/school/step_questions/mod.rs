//! The question of a step: learners answer it on their phones, and its instructor shows what came of it. Nobody but staff sees more than
//! numbers of answers, and the right one is theirs alone until it is shown.

pub mod answering;
mod counting;
mod on_step;
pub mod results;

pub(in crate::school) use self::on_step::to_json;
pub use self::on_step::{
    NewOption, NewQuestion, QuestionOption, StepQuestion, StepQuestionKind, of_json, without_answer,
};
pub(in crate::school) use self::results::keep_questions;
pub use self::results::{QuestionState, ShownQuestion};
