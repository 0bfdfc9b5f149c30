//! Assessments: their questions, sitting them, results, statistics.

use std::collections::BTreeMap;

use super::feedback::LearningFeedback;
use super::given_answers::{AnswerText, LearningAnswers};
use super::wire::{Duration, Time};
use crate::app::School;
use crate::clock::SECOND_MS;
use crate::rounding::rounded;
use crate::school::assessments::attempts::ATTEMPTS_MAX;
use crate::school::assessments::questions::{self, AnswerOption, NewOption, NewQuestion, Question, QuestionKind};
use crate::school::assessments::results::{self, AnsweredQuestion, AttemptHistory, AttemptResult, PastAttempt};
use crate::school::assessments::sitting::{self, AnswerSheet, OpenAttempt, SavedAnswers};
use crate::school::assessments::statistics::{self, AssessmentNumbers, AssessmentStatistics, DifficultQuestion};
use crate::school::assessments::{self, Assessment, AssessmentChanges, AssessmentKind, NewAssessment, authoring};
use crate::school::rights::Caller;
use crate::surfaces::bare::{Answer, Created, created, ok};
use crate::surfaces::extract::{Json, Path};
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;

words!(pub enum LearningAssessmentType for AssessmentKind in "lowercase" { Quiz, Assignment, Midterm, Final, Exam });
words!(pub enum LearningQuestionType for QuestionKind in "snake_case" { MultipleChoice, CodeCompletion, ShortText });

body! {
    #![serde(rename_all = "camelCase")]

    pub struct LearningNewOption for NewOption;
    needed { text: Guide => text, }
    optional {
        /// opt-001, opt-002 … in their order when left out
        id: Option<Word> => id,
    }

    #[schema(example = json!({"type": "code_completion", "question": "空欄を埋めてください",
        "codeTemplate": "function identity<____>(arg: ____): ____ { return arg; }", "correctAnswer": "T, T, T", "points": 10,
        "skill": "ジェネリクス"}))]
    pub struct LearningNewQuestion for NewQuestion;
    needed {
        r#type: LearningQuestionType => kind,
        question: Reason => text,
        /// The id of the right option, or the text; for blanks a list or one text with commas
        correct_answer: AnswerText => right,
        points: AboveZero<1_000> => points,
    }
    optional {
        /// Of a multiple choice
        options: Option<BoundedList<LearningNewOption, 0, { questions::OPTIONS_MAX }>> => options = options.plain().unwrap_or_default(),
        /// Of a code completion: each ____ is a blank
        code_template: Option<Prose> => template,
        /// The skill that it asks for, by which results say what went well
        skill: Option<Name> => skill,
    }

    #[schema(example = json!({"questions": [{"type": "short_text", "question": "TypeScript の開発元は？",
        "correctAnswer": "Microsoft", "points": 5}]}))]
    pub struct LearningNewQuestions for QuestionsSent;
    needed { questions: BoundedList<LearningNewQuestion, 1, { questions::QUESTIONS_MAX }> => questions, }

    #[schema(example = json!({"title": "最終試験", "type": "exam", "passingScore": 70, "maxScore": 100, "timeLimit": 60,
        "attemptsAllowed": 3, "isRequired": true}))]
    pub struct LearningNewAssessment for AssessmentChanges;
    beside {
        title: Name,
        r#type: LearningAssessmentType,
        /// The module that is complete once this is passed, where the module asks for it
        module_id: Option<TextId>,
        /// Without any, staff record the results
        questions: Option<BoundedList<LearningNewQuestion, 0, { questions::QUESTIONS_MAX }>>,
    }
    optional {
        description: Patch<Prose> => description,
        /// The lowest score that passes (60)
        passing_score: Option<UpTo<1_000_000>> => pass,
        /// 100. With questions it becomes the sum of their points, and passingScore keeps its share of it
        max_score: Option<AboveZero<1_000_000>> => total,
        /// In minutes; without a limit when left out
        time_limit: Patch<Within<1, 100_000>> => minutes,
        /// Without a limit when left out
        attempts_allowed: Patch<Within<1, { ATTEMPTS_MAX }>> => attempts_allowed,
        /// True (as usual) if a completion needs it to be passed
        is_required: Option<bool> => required,
        /// The weight among the assessments of the course (1)
        weight: Option<UpTo<1_000>> => weight,
    }
    others AssessmentChanges::default();

    #[schema(example = json!({"sessionId": "1", "answers": {"7": {"selectedOption": "opt-001"}}}))]
    pub struct LearningSheet for AnswerSheet;
    needed {
        session_id: TextId => attempt,
        answers: LearningAnswers => answers,
    }
    others AnswerSheet::default();

    #[schema(example = json!({"sessionId": "1", "answers": {"7": {"selectedOption": "opt-001"}, "8": {"answer": "T, T, T"}},
        "submittedAt": "2025-11-04T12:45:00.000Z"}))]
    pub struct LearningSubmission for AnswerSheet;
    needed {
        session_id: TextId => attempt,
        /// Questions that are not named keep what was saved
        answers: LearningAnswers => answers,
    }
    optional {
        /// Kept, and decides nothing: the server's clock does
        submitted_at: Option<Instant> => client_submitted_ms,
    }
}

pub struct QuestionsSent {
    questions: Vec<NewQuestion>,
}

answer! {
    #![serde(rename_all = "camelCase")]

    #[schema(example = json!({"id": "1", "courseId": "1", "moduleId": null, "title": "最終試験", "type": "exam",
        "description": "総合評価", "passingScore": 70.0, "maxScore": 100.0, "timeLimit": {"minutes": 60, "display": "1時間"},
        "attemptsAllowed": 3, "weight": 1.0, "isRequired": true, "questionCount": 20, "isActive": true,
        "createdAt": "2025-11-03T10:00:00.000Z"}))]
    pub struct LearningAssessment from Assessment as a {
        id: TextId = TextId(a.id),
        course_id: TextId = TextId(a.course),
        module_id: Option<TextId> = a.unit.map(TextId),
        title: String = a.name,
        r#type: String = a.kind.to_lowercase(),
        description: String = a.description,
        passing_score: f64 = a.pass,
        max_score: f64 = a.total,
        time_limit: Option<Duration> = a.minutes.map(Duration::from),
        attempts_allowed: Option<i64> = a.attempts_allowed,
        weight: f64 = a.weight,
        is_required: bool = a.required,
        question_count: i64 = a.questions,
        is_active: bool = a.active,
        created_at: Time = Time(a.created_ms),
    }

    pub struct LearningOption from AnswerOption as option { id: String = option.id, text: String = option.text }

    /// A question as staff see it.
    pub struct LearningQuestion from Question as q
        let correct_answer = q.shown(&q.right);
        let shown = LearningOpenQuestion::from(q.clone());
    {
        #[serde(flatten)]
        shown: LearningOpenQuestion = shown,
        correct_answer: Option<String> = correct_answer,
        skill: Option<String> = q.skill,
    }

    /// A question as learners see it.
    pub struct LearningOpenQuestion from Question as q {
        id: TextId = TextId(q.id),
        r#type: String = q.kind.word().to_lowercase(),
        question: String = q.text,
        /// Of a multiple choice
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        options: Option<Vec<LearningOption>> = Some(each(q.options)).filter(|options: &Vec<_>| !options.is_empty()),
        /// Of a code completion
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        code_template: Option<String> = q.template,
        points: f64 = q.points,
    }

    pub struct LearningAssessmentMade from (Assessment, Vec<Question>) as (assessment, questions) {
        #[serde(flatten)]
        assessment: LearningAssessment = assessment.into(),
        questions: Vec<LearningQuestion> = each(questions),
    }

    pub struct LearningQuestions from Vec<Question> as questions { questions: Vec<LearningQuestion> = each(questions) }

    pub struct LearningSavedAnswer from (QuestionKind, Option<String>) as (kind, value)
        let is_choice = kind == QuestionKind::MultipleChoice;
    {
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        selected_option: Option<String> = value.clone().filter(|_| is_choice),
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        answer: Option<String> = value.filter(|_| !is_choice),
    }

    pub struct LearningSitting from OpenAttempt as open
        let saved = |q: &Question| {
            let value = q.shown(open.saved.get(&q.id)?);
            Some((q.id.to_string(), LearningSavedAnswer::from((q.kind, value))))
        };
    {
        session_id: TextId = TextId(open.attempt.id),
        assessment_id: TextId = TextId(open.attempt.assessment),
        attempt_number: i64 = open.attempt.number,
        started_at: Option<Time> = open.attempt.started_ms.map(Time),
        /// null if there is no limit
        expires_at: Option<Time> = open.attempt.expires_ms.map(Time),
        time_limit: Option<Duration> = open.attempt.minutes.map(Duration::from),
        /// Answers that were saved, by question
        saved_answers: BTreeMap<String, LearningSavedAnswer> = open.questions.iter().filter_map(saved).collect(),
        questions: Vec<LearningOpenQuestion> = each(open.questions),
    }

    pub struct LearningSaved from SavedAnswers as saved {
        session_id: TextId = TextId(saved.attempt.id),
        /// The number of questions that have an answer
        answered_count: i64 = saved.answered,
        saved_at: Time = Time(saved.saved_ms),
        expires_at: Option<Time> = saved.attempt.expires_ms.map(Time),
    }

    pub struct LearningOutcome from AttemptResult as r
        let (passed, normalized) = (r.passed(), r.normalized());
    {
        result_id: TextId = TextId(r.id),
        assessment_id: TextId = TextId(r.assessment),
        progress_id: TextId = TextId(r.enrollment),
        score: Option<f64> = r.score,
        max_score: f64 = r.total,
        normalized_score: Option<f64> = normalized,
        passed: Option<bool> = passed,
        passing_score: f64 = r.pass,
        attempt_number: i64 = r.number,
        /// null if there is no limit
        attempts_remaining: Option<i64> = r.remaining,
        submitted_at: Option<Time> = r.submitted_ms.map(Time),
        graded_at: Option<Time> = r.graded_ms.map(Time),
        feedback: LearningFeedback = r.feedback.into(),
    }

    pub struct LearningResult from AttemptResult as r
        let (passed, normalized, took_ms) = (r.passed(), r.normalized(), r.took_ms());
    {
        id: TextId = TextId(r.id),
        assessment_id: TextId = TextId(r.assessment),
        assessment_title: String = r.assessment_name,
        user_id: TextId = TextId(r.person),
        progress_id: TextId = TextId(r.enrollment),
        /// null before it is graded
        score: Option<f64> = r.score,
        max_score: f64 = r.total,
        normalized_score: Option<f64> = normalized,
        passed: Option<bool> = passed,
        passing_score: f64 = r.pass,
        attempt_number: i64 = r.number,
        submitted_at: Option<Time> = r.submitted_ms.map(Time),
        graded_at: Option<Time> = r.graded_ms.map(Time),
        time_spent: Option<Duration> = took_ms.map(|ms| Duration::of_seconds(ms / SECOND_MS)),
        answers: Vec<LearningAnsweredQuestion> = each(r.answers),
        feedback: LearningFeedback = r.feedback.into(),
    }

    pub struct LearningAnsweredQuestion from AnsweredQuestion as answered {
        question_id: TextId = TextId(answered.question),
        question: String = answered.text,
        /// null if it was not answered, or by a program
        your_answer: Option<String> = answered.answer,
        /// null until the assessment is passed, or no try is left
        correct_answer: Option<String> = answered.right_answer,
        is_correct: bool = answered.is_right,
        points: f64 = answered.points,
        earned_points: f64 = answered.earned,
    }

    pub struct LearningHistory from AttemptHistory as history
        let (total, pass) = (history.assessment.total, history.assessment.pass);
    {
        assessment_id: TextId = TextId(history.assessment.id),
        assessment_title: String = history.assessment.name,
        attempts_allowed: Option<i64> = history.assessment.attempts_allowed,
        /// The newest ones, at most 100, the newest first
        attempts: Vec<LearningAttempt> = history.attempts.into_iter().map(|one| (one, total, pass).into()).collect(),
        /// The number of all
        total_attempts: i64 = history.closed,
        /// Of all
        best_score: f64 = history.best,
        average_score: f64 = history.average,
        can_retake: bool = history.can_retake,
        attempts_remaining: Option<i64> = history.remaining,
    }

    pub struct LearningAttempt from (PastAttempt, f64, f64) as (attempt, total, pass) {
        result_id: TextId = TextId(attempt.id),
        attempt_number: i64 = attempt.number,
        score: Option<f64> = attempt.score,
        max_score: f64 = total,
        passed: Option<bool> = attempt.score.map(|score| score >= pass),
        /// Is it the attempt that the grade is made of? The first that passes is, or else the best one; those after it are practice
        counts: bool = attempt.counts,
        submitted_at: Option<Time> = attempt.submitted_ms.map(Time),
    }

    pub struct LearningStatistics from AssessmentStatistics as s
        let pass_rate = s.pass_rate();
    {
        assessment_id: TextId = TextId(s.assessment),
        assessment_title: String = s.name,
        total_attempts: i64 = s.numbers.attempts,
        unique_students: i64 = s.numbers.people,
        /// The share of graded attempts that passed, 0 to 1
        pass_rate: f64 = pass_rate,
        average_score: f64 = rounded(s.numbers.average, 2),
        median_score: f64 = s.median,
        score_distribution: LearningScores = (&s.numbers).into(),
        average_time_spent: Duration = Duration::of_seconds(s.numbers.took_ms as i64 / SECOND_MS),
        /// At most ten that fewer than 60 % of attempts get right, the most difficult first
        difficult_questions: Vec<LearningDifficultQuestion> = each(s.difficult),
    }

    /// Numbers of attempts by their score on a scale to 100.
    pub struct LearningScores from &AssessmentNumbers as n {
        #[serde(rename = "0-20")]
        up_to_20: i64 = n.up_to_20,
        #[serde(rename = "21-40")]
        up_to_40: i64 = n.up_to_40,
        #[serde(rename = "41-60")]
        up_to_60: i64 = n.up_to_60,
        #[serde(rename = "61-80")]
        up_to_80: i64 = n.up_to_80,
        #[serde(rename = "81-100")]
        up_to_100: i64 = n.up_to_100,
    }

    pub struct LearningDifficultQuestion from DifficultQuestion as q {
        question_id: TextId = TextId(q.id),
        question: String = q.text,
        /// 0 to 1
        correct_rate: f64 = rounded(q.rate, 4),
    }
}

/// Adds an assessment, with questions or without (staff of the course).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/courses/{course_id}/assessments",
    request_body = LearningNewAssessment, responses((status = 201, body = LearningAssessmentMade)))]
pub async fn create(
    app: School,
    caller: Caller,
    Path(TextId(course)): Path<TextId>,
    Json(sent): Json<LearningNewAssessment>,
) -> Created<LearningAssessmentMade> {
    let (name, kind, unit, questions, first) = sent.parts();
    let new = NewAssessment { course, class: None, unit, name, kind, mission: None, first };
    let made = authoring::create_assessment(&app, &caller, new, questions.unwrap_or_default()).await?;
    created(made)
}

/// Adds questions behind those that are there, until someone has tried the assessment (staff of the course).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/questions",
    request_body = LearningNewQuestions, responses((status = 201, body = LearningAssessmentMade)))]
pub async fn add_questions(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningNewQuestions>,
) -> Created<LearningAssessmentMade> {
    let QuestionsSent { questions } = sent.into();
    created(authoring::add(&app, &caller, id, questions).await?)
}

/// The questions with their right answers (staff of the course).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/questions",
    responses((status = 200, body = LearningQuestions)))]
pub async fn questions(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningQuestions> {
    ok(questions::of_assessment(&app, &caller, id).await?)
}

/// An assessment (staff of the course; those in it, while it is active).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/assessments/{assessment_id}",
    responses((status = 200, body = LearningAssessment)))]
pub async fn view(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningAssessment> {
    ok(assessments::by_id(&app, &caller, id).await?)
}

/// Begins an attempt, or goes on with the open one (those in the course).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/start",
    responses((status = 200, body = LearningSitting)))]
pub async fn start(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningSitting> {
    ok(sitting::start(&app, &caller, id).await?)
}

/// Saves answers of an open attempt, so that a phone that dies loses nothing (its learner).
#[utoipa::path(patch, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/answers",
    request_body = LearningSheet, responses((status = 200, body = LearningSaved)))]
pub async fn save(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningSheet>,
) -> Answer<LearningSaved> {
    ok(sitting::save(&app, &caller, id, sent.into()).await?)
}

/// Hands an attempt in; the same again answers the same result (its learner).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/submit",
    request_body = LearningSubmission, responses((status = 200, body = LearningOutcome)))]
pub async fn submit(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningSubmission>,
) -> Answer<LearningOutcome> {
    ok(sitting::submit(&app, &caller, id, sent.into()).await?)
}

/// A result, question by question (the learner's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/results/{result_id}",
    responses((status = 200, body = LearningResult)))]
pub async fn result(
    app: School,
    caller: Caller,
    Path((TextId(assessment), TextId(id))): Path<(TextId, TextId)>,
) -> Answer<LearningResult> {
    ok(results::by_id(&app, &caller, assessment, id).await?)
}

/// One's own attempts, the newest first.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/my-history",
    responses((status = 200, body = LearningHistory)))]
pub async fn my_history(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningHistory> {
    ok(results::my_history(&app, &caller, id).await?)
}

/// Statistics over all closed attempts (staff of the course).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/assessments/{assessment_id}/statistics",
    responses((status = 200, body = LearningStatistics)))]
pub async fn statistics(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningStatistics> {
    ok(statistics::of_assessment(&app, &caller, id).await?)
}
