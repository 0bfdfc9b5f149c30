//! Code questions of missions. The specification calls them code submissions, and what learners send records of them.

use axum::http::StatusCode;

use super::mission_wire::{AcademyQuestionsQuery, ExamPath, of_exam};
use super::wire::{AcademyPage, AcademyPages};
use super::{Answer, Caller, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::school::assessments::code_questions::{
    self, CASES_MAX, CodeQuestion, CodeQuestionChanges, MEMORY_LIMIT_MAX_MB, NewTestCase, TIME_LIMIT_MAX_S, TestCase,
};
use crate::school::assessments::languages::{self, JudgeLanguage};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

body! {
    #[schema(example = json!({"input_data": "1 2\n", "expected_output": "3\n", "is_sample": true}))]
    pub struct AcademyNewTestCase for NewTestCase;
    needed {
        expected_output: CaseText => output,
    }
    optional {
        input_data: Option<CaseText> => input = input_data.plain().unwrap_or_default(),
        /// Learners see samples; of the others they are told only whether their program passed
        is_sample: Option<bool> => sample = is_sample.unwrap_or_default(),
    }
}

body! {
    #[schema(example = json!({"mission_id": 1, "problem_statement": "두 수의 합을 출력하세요", "example_input": "1 2",
        "example_output": "3", "time_limit": 2, "memory_limit": 256, "language": "python", "points": 10,
        "test_cases": [{"input_data": "1 2\n", "expected_output": "3\n", "is_sample": true}]}))]
    create pub struct AcademyNewCodeQuestion;
    #[schema(example = json!({"time_limit": 1}))]
    change pub struct AcademyCodeQuestionChanges for CodeQuestionChanges;
    beside { mission_id: i64, }
    needed {
        problem_statement: Reason => text,
        /// One that works here, as the list of questions says
        language: Word => language,
    }
    optional {
        example_input: Option<Prose> => example_input,
        /// The one case, with its input, where there are no others
        example_output: Option<Prose> => example_output,
        /// In seconds (2)
        time_limit: Option<Within<1, { TIME_LIMIT_MAX_S }>> => time_limit_s,
        /// In MiB (256)
        memory_limit: Option<Within<16, { MEMORY_LIMIT_MAX_MB }>> => memory_limit_mb,
        /// 10 when left out
        points: Option<AboveZero<1_000>> => points,
        /// Those that are there are replaced
        test_cases: Option<BoundedList<AcademyNewTestCase, 0, { CASES_MAX }>> => cases,
    }
}

answer! {
    pub struct AcademyTestCase from TestCase as case {
        id: i64 = case.id,
        code_submission_id: i64 = case.question,
        input_data: String = case.input,
        expected_output: String = case.output,
        is_sample: bool = case.sample,
    }

    #[schema(example = json!({"id": 1, "mission_id": 1, "problem_statement": "두 수의 합을 출력하세요", "example_input": "1 2",
        "example_output": "3", "time_limit": 2, "memory_limit": 256, "language": "python", "points": 10.0,
        "test_cases": [{"id": 1, "code_submission_id": 1, "input_data": "1 2\n", "expected_output": "3\n", "is_sample": true}]}))]
    pub struct AcademyCodeQuestion from CodeQuestion as q {
        id: i64 = q.id,
        mission_id: i64 = q.mission,
        problem_statement: String = q.text,
        example_input: String = q.example_input,
        example_output: String = q.example_output,
        /// In seconds
        time_limit: i64 = q.time_limit_s,
        /// In MiB
        memory_limit: i64 = q.memory_limit_mb,
        language: String = q.language,
        points: f64 = q.points,
        /// All for the staff of the course, the samples for learners. Where there are none, the example is the one case
        test_cases: Vec<AcademyTestCase> = each(q.cases),
    }

    #[schema(example = json!({"language": "python", "engine": "toolchain", "version": "3.11.2", "works": true, "reason": null}))]
    pub struct AcademyJudgeLanguage from JudgeLanguage as l {
        language: String = l.language,
        engine: String = l.engine,
        version: String = l.version,
        works: bool = l.works,
        /// Why it does not work
        reason: Option<String> = l.reason,
    }

    pub struct AcademyCodeQuestions from (Page<CodeQuestion>, Vec<JudgeLanguage>, RequestUrl) as (page, languages, url) {
        #[serde(flatten)]
        page: AcademyPage = (page.window, page.total, &url).into(),
        results: Vec<AcademyCodeQuestion> = each(page.rows),
        /// The languages that the judges here run; none while no judge does
        languages: Vec<AcademyJudgeLanguage> = each(languages),
    }
}

/// Lists the code questions of the missions that ask the caller, once they are open, with the samples; staff see those of their courses, with all
/// cases. Tells too in which languages programs are judged here.
#[utoipa::path(get, path = "/missions/code-submission-questions/", params(AcademyQuestionsQuery, AcademyPages),
    responses((status = 200, body = AcademyCodeQuestions)))]
pub async fn list(
    app: School,
    caller: Caller,
    query: AcademyQuestionsQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyCodeQuestions> {
    let page = code_questions::list(&app, &caller, query.into(), pages.into()).await?.must_exist()?;
    ok((page, languages::offered(&app).await?, url))
}

/// Lists the code questions of the midterm (mid) or the final of a minor category (those in the course).
#[utoipa::path(get, path = "/missions/major/{major_id}/{minor_id}/{mid_or_final}/cs/",
    params(("mid_or_final" = String, Path, description = "mid or final", pattern = "^(mid|final)$"), AcademyPages),
    responses((status = 200, body = AcademyCodeQuestions)))]
pub async fn list_of_exam(
    app: School,
    caller: Caller,
    path: ExamPath,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyCodeQuestions> {
    let page = code_questions::list(&app, &caller, of_exam(path)?, pages.into()).await?.must_exist()?;
    ok((page, languages::offered(&app).await?, url))
}

/// Adds a question to a mission of code, until someone has tried it (staff of the course). Refused unless its language works here.
#[utoipa::path(post, path = "/missions/code-submission-questions/", request_body = AcademyNewCodeQuestion,
    responses((status = 201, body = AcademyCodeQuestion)))]
pub async fn create(
    app: School,
    caller: Caller,
    Json(sent): Json<AcademyNewCodeQuestion>,
) -> Created<AcademyCodeQuestion> {
    let (mission, text, language, first) = sent.parts();
    created(code_questions::create(&app, &caller, (mission, text, language), first).await?)
}

/// Returns a code question (those who have it in their list, with the samples; staff, with all cases).
#[utoipa::path(get, path = "/missions/code-submission-questions/{code_question_id}/",
    responses((status = 200, body = AcademyCodeQuestion)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyCodeQuestion> {
    ok(code_questions::by_id(&app, &caller, id).await?)
}

/// Changes the keys that are in the body, until someone has tried the mission (staff of the course).
#[utoipa::path(put, path = "/missions/code-submission-questions/{code_question_id}/",
    request_body = AcademyCodeQuestionChanges, responses((status = 200, body = AcademyCodeQuestion)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyCodeQuestionChanges>,
) -> Answer<AcademyCodeQuestion> {
    ok(code_questions::change(&app, &caller, id, sent.into()).await?)
}

/// Does what PUT does.
#[utoipa::path(patch, path = "/missions/code-submission-questions/{code_question_id}/",
    request_body = AcademyCodeQuestionChanges, responses((status = 200, body = AcademyCodeQuestion)))]
pub async fn patch(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyCodeQuestionChanges>,
) -> Answer<AcademyCodeQuestion> {
    ok(code_questions::change(&app, &caller, id, sent.into()).await?)
}

/// Deletes a code question, until someone has tried the mission (staff of the course).
#[utoipa::path(delete, path = "/missions/code-submission-questions/{code_question_id}/", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    code_questions::delete(&app, &caller, id).await?;
    gone()
}
