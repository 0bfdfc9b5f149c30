//! Questions that learners ask in a session.

use super::wire::class_questions::*;
use super::{Answer, Caller, Created, Id, Ids, Json, Key, SentOnce, created, ok};
use crate::app::School;
use crate::school::class_questions::{self, QuestionMark};

/// Lists the questions that learners have asked in a session (its participants and its staff). Only staff see who asked, and what is hidden.
#[utoipa::path(get, path = "/api/sessions/{session_id}/questions", responses((status = 200, body = ClassQuestions)))]
pub async fn list(app: School, caller: Caller, Id(id): Id) -> Answer<ClassQuestions> {
    ok((class_questions::list(&app, &caller, id).await?, caller.id))
}

/// Asks a question (participants). The others do not see who asked.
#[utoipa::path(post, path = "/api/sessions/{session_id}/questions", params(Key), request_body = AskClass,
    responses((status = 201, body = ClassQuestionLine)))]
pub async fn ask(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<AskClass>,
) -> Created<ClassQuestionLine> {
    let asked = class_questions::ask(&app, &caller, id, sent.text.into(), key).await?;
    created((asked, caller.id, false))
}

/// Says that one would like to know the same (participants).
#[utoipa::path(post, path = "/api/sessions/{session_id}/questions/{class_question_id}/me-too",
    responses((status = 200, body = ClassQuestionLine)))]
pub async fn me_too(app: School, caller: Caller, Ids(id, question): Ids) -> Answer<ClassQuestionLine> {
    ok((class_questions::support(&app, &caller, id, question).await?, caller.id, false))
}

/// Marks a question as answered, or takes that back (the session's staff).
#[utoipa::path(post, path = "/api/sessions/{session_id}/questions/{class_question_id}/answered",
    request_body = QuestionAnswered, responses((status = 200, body = ClassQuestionLine)))]
pub async fn answered(
    app: School,
    caller: Caller,
    Ids(id, question): Ids,
    Json(sent): Json<QuestionAnswered>,
) -> Answer<ClassQuestionLine> {
    let mark = QuestionMark::Answered(sent.answered.unwrap_or(true));
    ok((class_questions::mark(&app, &caller, id, question, mark).await?, caller.id, true))
}

/// Hides a question from the learners, or shows it again (the session's staff).
#[utoipa::path(post, path = "/api/sessions/{session_id}/questions/{class_question_id}/hide",
    request_body = QuestionHidden, responses((status = 200, body = ClassQuestionLine)))]
pub async fn hide(
    app: School,
    caller: Caller,
    Ids(id, question): Ids,
    Json(sent): Json<QuestionHidden>,
) -> Answer<ClassQuestionLine> {
    let mark = QuestionMark::Hidden(sent.hidden.unwrap_or(true));
    ok((class_questions::mark(&app, &caller, id, question, mark).await?, caller.id, true))
}
