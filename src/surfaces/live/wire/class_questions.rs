//! Questions that learners ask in a session.

use super::PersonRef;
use crate::school::class_questions::{ClassQuestion, ListedQuestions, QuestionText};
use crate::surfaces::keys::*;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"text": "사진은 어디에 저장되나요?"}))]
pub struct AskClass {
    pub text: Name,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"answered": true}))]
pub struct QuestionAnswered {
    /// true when left out
    pub answered: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"hidden": true}))]
pub struct QuestionHidden {
    /// true when left out
    pub hidden: Option<bool>,
}

answer! {
    #[schema(example = json!({"question_id": 31, "text": "사진은 어디에 저장되나요?", "me_too": 4, "mine": false, "supported": true,
        "answered": false, "hidden": false, "user": null, "created_at": "2025-10-28T10:05:00Z"}))]
    pub struct ClassQuestionLine from (ClassQuestion, i64, bool) as (q, caller, is_staff) {
        question_id: i64 = q.id,
        text: String = q.question,
        /// Number of others who would like to know the same
        me_too: i64 = q.supports,
        /// Whether the caller has asked it
        mine: bool = q.person == caller,
        /// Whether the caller would like to know the same
        supported: bool = q.is_supported,
        answered: bool = q.is_answered,
        hidden: bool = q.is_hidden,
        /// The asker, for the session's staff alone
        user: Option<PersonRef> = is_staff.then(|| (q.person, q.name).into()),
        created_at: Instant = Instant(q.created_ms),
    }

    pub struct ClassQuestions from (ListedQuestions, i64) as (found, caller) {
        /// In the order in which they were asked; the newest 200
        questions: Vec<ClassQuestionLine> =
            found.questions.into_iter().map(|question| (question, caller, found.is_staff).into()).collect(),
    }

    pub struct ClassQuestionNews from (QuestionText, i64) as (q, at_ms) {
        question_id: i64 = q.id,
        text: Option<String> = (!q.is_hidden).then_some(q.question),
        me_too: i64 = q.supports,
        answered: bool = q.is_answered,
        hidden: bool = q.is_hidden,
        timestamp: Instant = Instant(at_ms),
    }
}
