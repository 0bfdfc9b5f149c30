//! Multiple choices of missions, and the answers to them.

use axum::http::StatusCode;

use super::mission_wire::{AcademyQuestionsQuery, ExamPath, of_exam};
use super::wire::{AcademyPage, AcademyPages};
use super::{Answer, Caller, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::school::assessments::choice_questions::{self, ChoiceQuestion, ChoiceQuestionChanges, NewChoiceQuestion};
use crate::school::assessments::choices::{self, Choice, ChoiceFilter};
use crate::school::once::Key;
use crate::surfaces::extract::SentOnce;
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

body! {
    #[schema(example = json!({"mission_id": 1, "question": "파이썬에서 값에 이름을 붙이는 기호는?", "option_1": "=", "option_2": "==",
        "option_3": ":", "option_4": "->", "option_5": "!", "correct_option": 1, "points": 10}))]
    create pub struct AcademyNewChoiceQuestion;
    #[schema(example = json!({"option_5": "?", "correct_option": 1}))]
    change pub struct AcademyChoiceQuestionChanges for ChoiceQuestionChanges;
    beside { mission_id: i64, }
    needed {
        question: Reason => text,
        option_1: Reason => option_1,
        option_2: Reason => option_2,
        option_3: Reason => option_3,
        option_4: Reason => option_4,
        option_5: Reason => option_5,
        correct_option: Within<1, 5> => right,
    }
    optional {
        /// 10 when left out
        points: Option<AboveZero<1_000>> => points,
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"selected_option": 1}))]
pub struct AcademyNewChoice {
    selected_option: Within<1, 5>,
}

answer! {
    #[schema(example = json!({"id": 1, "mission_id": 1, "question": "파이썬에서 값에 이름을 붙이는 기호는?", "option_1": "=",
        "option_2": "==", "option_3": ":", "option_4": "->", "option_5": "!", "correct_option": 1, "points": 10.0}))]
    pub struct AcademyChoiceQuestion from ChoiceQuestion as q
        let [option_1, option_2, option_3, option_4, option_5] = [1, 2, 3, 4, 5].map(|number| q.option(number));
    {
        id: i64 = q.id,
        mission_id: i64 = q.mission,
        question: String = q.text,
        option_1: String = option_1,
        option_2: String = option_2,
        option_3: String = option_3,
        option_4: String = option_4,
        option_5: String = option_5,
        /// For the staff of the course only; null for learners
        correct_option: Option<i64> = q.right,
        points: f64 = q.points,
    }

    #[schema(example = json!({"id": 1, "user_id": 2, "user_name": "김학생", "mission_id": 1, "question_id": 1, "selected_option": 1,
        "is_correct": true, "submitted_at": "2025-10-28T10:00:00Z", "attempt_number": 1, "attempt_finished_at": null,
        "score": null, "total_points": 50.0, "is_passed": null}))]
    pub struct AcademyChoice from Choice as c {
        id: i64 = c.id,
        user_id: i64 = c.person,
        user_name: String = c.name,
        mission_id: i64 = c.mission,
        question_id: i64 = c.question,
        selected_option: i64 = c.option,
        is_correct: bool = c.is_right,
        submitted_at: Instant = Instant(c.submitted_ms),
        attempt_number: i64 = c.attempt_number,
        /// null until all questions of the mission are answered
        attempt_finished_at: Option<Instant> = c.attempt_closed_ms.map(Instant),
        /// Of the whole attempt; null until it is finished
        score: Option<f64> = c.score,
        total_points: f64 = c.total,
        is_passed: Option<bool> = c.passed,
    }
}

paged! {
    pub struct AcademyChoiceQuestions of ChoiceQuestion, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyChoiceQuestion
    }
    pub struct AcademyChoices of Choice, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyChoice
    }
}

query! {
    pub struct AcademyChoicesQuery {
        mission_id: Option<i64>,
        question_id: Option<i64>,
        /// One's own, or that of a learner for staff
        user_id: Option<i64>,
    }
}

impl From<AcademyChoicesQuery> for ChoiceFilter {
    fn from(query: AcademyChoicesQuery) -> ChoiceFilter {
        let AcademyChoicesQuery { mission_id: mission, question_id: question, user_id: person } = query;
        ChoiceFilter { mission, question, person }
    }
}

/// Lists the questions of the missions that ask the caller, once they are open, and while an attempt goes on where minutes are
/// allowed; staff see those of their courses, with the right options.
#[utoipa::path(get, path = "/missions/multiple-choice-questions/", params(AcademyQuestionsQuery, AcademyPages),
    responses((status = 200, body = AcademyChoiceQuestions)))]
pub async fn list(
    app: School,
    caller: Caller,
    query: AcademyQuestionsQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyChoiceQuestions> {
    ok((choice_questions::list(&app, &caller, query.into(), pages.into()).await?.must_exist()?, url))
}

/// Lists the questions of the midterm (mid) or the final of a minor category (those in the course).
#[utoipa::path(get, path = "/missions/major/{major_id}/{minor_id}/{mid_or_final}/mcqs/",
    params(("mid_or_final" = String, Path, description = "mid or final", pattern = "^(mid|final)$"), AcademyPages),
    responses((status = 200, body = AcademyChoiceQuestions)))]
pub async fn list_of_exam(
    app: School,
    caller: Caller,
    path: ExamPath,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyChoiceQuestions> {
    ok((choice_questions::list(&app, &caller, of_exam(path)?, pages.into()).await?.must_exist()?, url))
}

/// Adds a question to a mission of multiple choices, until someone has tried it (staff of the course).
#[utoipa::path(post, path = "/missions/multiple-choice-questions/", request_body = AcademyNewChoiceQuestion,
    responses((status = 201, body = AcademyChoiceQuestion)))]
pub async fn create(
    app: School,
    caller: Caller,
    Json(sent): Json<AcademyNewChoiceQuestion>,
) -> Created<AcademyChoiceQuestion> {
    let (mission, text, a, b, c, d, e, right, ChoiceQuestionChanges { points, .. }) = sent.parts();
    let new = NewChoiceQuestion { text, options: [a, b, c, d, e], right, points };
    created(choice_questions::create(&app, &caller, mission, new).await?)
}

/// Returns a question (those who have it in their list; staff see which option is right).
#[utoipa::path(get, path = "/missions/multiple-choice-questions/{question_id}/",
    responses((status = 200, body = AcademyChoiceQuestion)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyChoiceQuestion> {
    ok(choice_questions::by_id(&app, &caller, id).await?)
}

/// Answers a question, once in an attempt (those in the course). The first answer begins an attempt at the mission, unless
/// minutes are allowed, and the one that completes it finishes it. With an Idempotency-Key, an answer whose reply was lost can be sent again.
#[utoipa::path(post, path = "/missions/multiple-choice-questions/{question_id}/", params(Key),
    request_body = AcademyNewChoice, responses((status = 201, body = AcademyChoice)))]
pub async fn answer(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<AcademyNewChoice>,
) -> Created<AcademyChoice> {
    created(choices::answer(&app, &caller, id, sent.selected_option.plain(), key).await?)
}

/// Changes the keys that are in the body, until someone has tried the mission (staff of the course).
#[utoipa::path(put, path = "/missions/multiple-choice-questions/{question_id}/",
    request_body = AcademyChoiceQuestionChanges, responses((status = 200, body = AcademyChoiceQuestion)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyChoiceQuestionChanges>,
) -> Answer<AcademyChoiceQuestion> {
    ok(choice_questions::change(&app, &caller, id, sent.into()).await?)
}

/// Does what PUT does.
#[utoipa::path(patch, path = "/missions/multiple-choice-questions/{question_id}/",
    request_body = AcademyChoiceQuestionChanges, responses((status = 200, body = AcademyChoiceQuestion)))]
pub async fn patch(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyChoiceQuestionChanges>,
) -> Answer<AcademyChoiceQuestion> {
    ok(choice_questions::change(&app, &caller, id, sent.into()).await?)
}

/// Deletes a question, until someone has tried the mission (staff of the course).
#[utoipa::path(delete, path = "/missions/multiple-choice-questions/{question_id}/", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    choice_questions::delete(&app, &caller, id).await?;
    gone()
}

/// Lists the answers of all learners in one's own courses, the newest first (staff).
#[utoipa::path(get, path = "/missions/submissions/all/mcqs/", params(AcademyChoicesQuery, AcademyPages),
    responses((status = 200, body = AcademyChoices)))]
pub async fn list_all_answers(
    app: School,
    caller: Caller,
    query: AcademyChoicesQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyChoices> {
    ok((choices::of_all(&app, &caller, query.into(), pages.into()).await?.must_exist()?, url))
}

/// Lists one's own answers, the newest first.
#[utoipa::path(get, path = "/missions/submissions/user/mcqs/", params(AcademyChoicesQuery, AcademyPages),
    responses((status = 200, body = AcademyChoices)))]
pub async fn list_own_answers(
    app: School,
    caller: Caller,
    query: AcademyChoicesQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyChoices> {
    ok((choices::mine(&app, &caller, query.into(), pages.into()).await?.must_exist()?, url))
}
