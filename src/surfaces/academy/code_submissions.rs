//! Programs that learners send for code questions. The specification calls the questions code submissions, and these records of
//! code submissions.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::wire::{AcademyPage, AcademyPages};
use super::{Answer, Caller, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::school::submissions::judging::{CaseResult, JUDGE_FAILED, QUESTION_DELETED};
use crate::school::submissions::{self, Submission, SubmissionFilter, sending};
use crate::surfaces::extract::SentOnce;
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;
use crate::surfaces::request_url::RequestUrl;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code_submission_id": 1, "submitted_code": "a, b = map(int, input().split())\nprint(a + b)"}))]
pub struct AcademyNewProgram {
    /// The question that it answers
    code_submission_id: i64,
    submitted_code: ProgramText,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"submitted_code": "print(sum(map(int, input().split())))"}))]
pub struct AcademyProgramChanges {
    submitted_code: Option<ProgramText>,
}

answer! {
    #[schema(example = json!({"test_case_id": 1, "is_sample": true, "outcome": "WRONG_OUTPUT", "execution_time": 0.021,
        "memory_usage": 9120, "detail": "line 1\n- 3\n+ 12"}))]
    pub struct AcademyCaseResult from CaseResult as case {
        /// 0 for the example of a question without test cases
        test_case_id: i64 = case.case,
        is_sample: bool = case.sample,
        /// PASSED, WRONG_OUTPUT, CRASHED, TOO_SLOW, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT, NOT_COMPILED or NOT_RUN; of a hidden case its
        /// learner is told only PASSED or NOT_PASSED
        outcome: String = case.outcome,
        /// Seconds of the processor
        execution_time: f64 = seconds(case.ms),
        /// In KiB
        memory_usage: i64 = case.kib,
        /// The first line that differs (- expected, + written), or the error
        detail: String = case.detail,
    }

    #[schema(example = json!({"id": 1, "user_id": 2, "user_name": "김학생", "mission_id": 1, "code_submission_id": 1,
        "language": "python", "submitted_code": "print(12)", "submission_time": "2025-10-28T10:00:00Z", "status": "JUDGED",
        "result_summary": "0/1", "is_passed": false, "execution_time": 0.021, "memory_usage": 9120, "points": 0.0,
        "total_points": 10.0, "judged_at": "2025-10-28T10:00:01Z", "test_results": "[]", "cases": []}))]
    pub struct AcademyProgram from Submission as s let test_results = results_text(&s.results); {
        id: i64 = s.id,
        user_id: i64 = s.person,
        user_name: String = s.name,
        mission_id: i64 = s.mission,
        /// The question that it answers
        code_submission_id: i64 = s.question,
        language: String = s.language,
        submitted_code: String = s.code,
        submission_time: Instant = Instant(s.submitted_ms),
        /// QUEUED, RUNNING, JUDGED, FAILED (no judge could run it) or REPLACED (a newer one was sent while it waited)
        status: String = s.status.word().to_owned(),
        /// Passed and all test cases, such as 3/5, or what the compiler says; empty until it is judged
        result_summary: String = summary_shown(s.summary),
        is_passed: bool = s.passed,
        /// Seconds of the processor in the slowest case; for its learner, of the samples
        execution_time: f64 = seconds(s.run_ms),
        /// KiB in the largest case; for its learner, of the samples
        memory_usage: i64 = s.memory_kib,
        /// null until it is judged
        points: Option<f64> = s.points,
        total_points: f64 = s.points_max,
        judged_at: Option<Instant> = s.judged_ms.map(Instant),
        /// The results of the cases as a text of JSON
        test_results: String = test_results,
        cases: Vec<AcademyCaseResult> = each(s.results),
    }
}

fn summary_shown(summary: String) -> String {
    match summary.as_str() {
        JUDGE_FAILED => translate("채점기가 코드를 실행하지 못했습니다").to_owned(),
        QUESTION_DELETED => translate("문제가 삭제되어 채점하지 않았습니다").to_owned(),
        _ => summary,
    }
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

fn results_text(results: &[CaseResult]) -> String {
    let line = |case: &CaseResult| json!({ "test_case_id": case.case, "is_sample": case.sample, "outcome": case.outcome, "detail": case.detail });
    results.iter().map(line).collect::<Value>().to_string()
}

paged! {
    pub struct AcademyPrograms of Submission, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyProgram
    }
}

query! {
    pub struct AcademyProgramsQuery {
        mission_id: Option<i64>,
        /// The question
        code_submission_id: Option<i64>,
        /// One's own, or that of a learner for staff
        user_id: Option<i64>,
    }
}

impl From<AcademyProgramsQuery> for SubmissionFilter {
    fn from(query: AcademyProgramsQuery) -> SubmissionFilter {
        let AcademyProgramsQuery { mission_id: mission, code_submission_id: question, user_id: person } = query;
        SubmissionFilter { mission, question, person }
    }
}

/// Lists one's own programs, the newest first; staff see those in their courses.
#[utoipa::path(get, path = "/missions/code-submissions/", params(AcademyProgramsQuery, AcademyPages),
    responses((status = 200, body = AcademyPrograms)))]
pub async fn list(
    app: School,
    caller: Caller,
    query: AcademyProgramsQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyPrograms> {
    ok((submissions::list(&app, &caller, query.into(), pages.into()).await?.must_exist()?, url))
}

/// Sends a program for a code question (those in the course). It waits for a judge, in the place of an older one of the same person
/// and question that still waits. The person's sockets tell when it is judged (code_judged). With an Idempotency-Key, one whose reply
/// was lost can be sent again.
#[utoipa::path(post, path = "/missions/code-submissions/", request_body = AcademyNewProgram,
    responses((status = 201, body = AcademyProgram)))]
pub async fn create(
    app: School,
    caller: Caller,
    SentOnce(sent, key): SentOnce<AcademyNewProgram>,
) -> Created<AcademyProgram> {
    created(sending::send(&app, &caller, sent.code_submission_id, sent.submitted_code.into(), key).await?)
}

/// Returns a program (the one who sent it, and the staff of the course).
#[utoipa::path(get, path = "/missions/code-submissions/{submission_id}/",
    responses((status = 200, body = AcademyProgram)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyProgram> {
    ok(submissions::by_id(&app, &caller, id).await?)
}

/// Changes one's own program while it waits. It goes to the end of the queue.
#[utoipa::path(put, path = "/missions/code-submissions/{submission_id}/", request_body = AcademyProgramChanges,
    responses((status = 200, body = AcademyProgram)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyProgramChanges>,
) -> Answer<AcademyProgram> {
    ok(sending::change(&app, &caller, id, sent.submitted_code.map(String::from)).await?)
}

/// Does what PUT does.
#[utoipa::path(patch, path = "/missions/code-submissions/{submission_id}/", request_body = AcademyProgramChanges,
    responses((status = 200, body = AcademyProgram)))]
pub async fn patch(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyProgramChanges>,
) -> Answer<AcademyProgram> {
    ok(sending::change(&app, &caller, id, sent.submitted_code.map(String::from)).await?)
}

/// Takes back one's own program while it waits. Staff of the course delete any that does not run, and the best of the others counts.
#[utoipa::path(delete, path = "/missions/code-submissions/{submission_id}/", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    sending::delete(&app, &caller, id).await?;
    gone()
}

/// Waits until a program is judged, for ten seconds at most: then the answer is 202 with the program as it is. One that no judge could
/// run is tried again while its learner could send it (the one who sent it, and the staff of the course).
#[utoipa::path(post, path = "/missions/code-submissions/{submission_id}/evaluate/",
    responses((status = 200, body = AcademyProgram), (status = 202, body = AcademyProgram)))]
pub async fn evaluate(app: School, caller: Caller, Id(id): Id) -> Result<(StatusCode, axum::Json<AcademyProgram>)> {
    let found = sending::evaluate(&app, &caller, id).await?;
    let status = if found.is_settled { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(found.into())))
}

/// Lists the programs of all learners in one's own courses, the newest first (staff).
#[utoipa::path(get, path = "/missions/submissions/all/cs/", params(AcademyProgramsQuery, AcademyPages),
    responses((status = 200, body = AcademyPrograms)))]
pub async fn list_all(
    app: School,
    caller: Caller,
    query: AcademyProgramsQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyPrograms> {
    ok((submissions::of_all(&app, &caller, query.into(), pages.into()).await?.must_exist()?, url))
}

/// Lists one's own programs, the newest first.
#[utoipa::path(get, path = "/missions/submissions/user/cs/", params(AcademyProgramsQuery, AcademyPages),
    responses((status = 200, body = AcademyPrograms)))]
pub async fn list_own(
    app: School,
    caller: Caller,
    query: AcademyProgramsQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyPrograms> {
    ok((submissions::mine(&app, &caller, query.into(), pages.into()).await?.must_exist()?, url))
}
