//! The questions of steps, and what is answered.

use axum::response::Response;

use super::wire::answers::*;
use super::wire::step_questions::*;
use super::{Answer as Answered, Caller, Id, Ids, Json, Key, Result, SentOnce, ok};
use crate::app::School;
use crate::event::AnswerValue;
use crate::school::step_questions::{QuestionState, StepQuestion, answering, results};
use crate::surfaces::body::SentValue;
use crate::surfaces::csv::{Table, cells};
use crate::surfaces::language::translate;

/// Answers the question of the step at which the class is, or of one before it (participants). The step counts as done. Another answer takes
/// the place of the first, until the right one was shown.
#[utoipa::path(post, path = "/api/sessions/{session_id}/steps/{subtask_id}/answer", params(Key),
    request_body = GiveAnswer, responses((status = 200, body = AnswerTaken)))]
pub async fn answer(
    app: School,
    caller: Caller,
    Ids(id, step): Ids,
    SentOnce(sent, key): SentOnce<GiveAnswer>,
) -> Answered<AnswerTaken> {
    let value = sent.answer.plain();
    let recorded = answering::answer(&app, &caller, id, step, value, key).await?;
    ok((recorded, value))
}

/// Shows everyone in a session how a question was answered, or the right answer too, or hides both (its instructor and hosts).
#[utoipa::path(post, path = "/api/sessions/{session_id}/steps/{subtask_id}/results", request_body = ShowResults,
    responses((status = 200, body = QuestionLine)))]
pub async fn show(
    app: School,
    caller: Caller,
    Ids(id, step): Ids,
    Json(sent): Json<ShowResults>,
) -> Answered<QuestionLine> {
    ok(results::show(&app, &caller, id, step, sent.shown.plain()).await?)
}

/// Lists the questions of a session with the numbers of answers (its staff).
#[utoipa::path(get, path = "/api/sessions/{session_id}/answers", responses((status = 200, body = SessionAnswers)))]
pub async fn list(app: School, caller: Caller, Id(id): Id) -> Answered<SessionAnswers> {
    ok((id, results::of_session(&app, &caller, id).await?))
}

/// Returns the same numbers as a table for spreadsheets (its staff).
#[utoipa::path(get, path = "/api/sessions/{session_id}/answers.csv",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn sheet(app: School, caller: Caller, Id(id): Id) -> Result<Response> {
    let mut table = Table::headed(["단계", "질문", "답", "사람 수", "정답"]);
    for state in results::of_session(&app, &caller, id).await? {
        let QuestionState { title, question, answers, .. } = state;
        for one in answers.counts {
            let right = if question.answer == Some(one.value) { translate("정답") } else { "" };
            table.row(cells![title.clone(), question.text.clone(), said(&question, one.value), one.count, right]);
        }
        if answers.others > 0 {
            table.row(cells![title, question.text, translate("그 밖의 답"), answers.others, ""]);
        }
    }
    Ok(table.file(&format!("answers-session-{id}")))
}

/// Returns an answer in words.
fn said(question: &StepQuestion, value: AnswerValue) -> String {
    match value {
        AnswerValue::YesNo(yes) => translate(if yes { "예" } else { "아니요" }).to_owned(),
        AnswerValue::Whole(n) if !question.options.is_empty() => usize::try_from(n)
            .ok()
            .and_then(|n| question.options.get(n))
            .map_or_else(String::new, |one| one.text.clone()),
        value => [value.stored(), question.unit.clone()].join(" ").trim().to_owned(),
    }
}
