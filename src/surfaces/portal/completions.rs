//! Completions and certificates (3-33 … 3-40).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::refusal::WORDS;
use super::wire::{Done, Pages, Paging, WHOLE_PAGE};
use super::{Answer, Caller, Created, Id, Ids, Json, Path, created, done};
use crate::app::School;
use crate::error::{Error, Requirement, Result};
use crate::school::certificates::{self, Certificate, CertificateFacts, ShownCertificate};
use crate::school::completions::batch::{self, BatchResult, CompletionBatch, STUDENTS_MAX};
use crate::school::completions::standing::{self, LearnerStanding, StandingCertificate};
use crate::school::completions::{self, Completion, CompletionChanges, CompletionStatus, GivenScores, NewCompletion};
use crate::surfaces::keys::*;
use crate::surfaces::language;

words!(pub enum PortalCompletionStatus for CompletionStatus { Completed, Incomplete, Revoked });

words!(
    /// The status of a new completion, which cannot be REVOKED.
    pub enum PortalNewCompletionStatus for CompletionStatus { Completed, Incomplete }
);

body! {
    #[schema(example = json!({"enrollment_id": 1, "completion_date": "2025-06-30", "completion_status": "COMPLETED",
        "total_score": 92.5, "attendance_score": 100, "assessment_score": 90, "progress_score": 95, "memo": "우수",
        "force": false}))]
    create pub struct CompletionSent;
    #[schema(example = json!({"completion_status": "REVOKED", "memo": "부정행위 확인"}))]
    change pub struct ChangeCompletion for CompletionChanges;
    beside {
        enrollment_id: i64,
        completion_status: Option<PortalNewCompletionStatus>,
    }
    needed {}
    optional {
        /// Of a new one: today when left out
        completion_date: Option<Day> => date,
        /// Of a new one: taken from the grade when left out
        total_score: Option<Percent> => scores
            = scores([total_score, attendance_score, assessment_score, progress_score]),
        attendance_score: Option<Percent>,
        assessment_score: Option<Percent>,
        progress_score: Option<Percent>,
        memo: Patch<Prose> => memo,
        /// Completes although the rule is not met; `memo` gives the reason
        force: Option<bool> => force = force.unwrap_or(false),
    }
    changed { completion_status: Option<PortalCompletionStatus> => status, }
}

fn scores(sent: [Option<Percent>; 4]) -> GivenScores {
    let [total, attendance, assessment, progress] = sent.map(SentValue::plain);
    GivenScores { total, attendance, assessment, progress }
}

answer! {
    #[schema(example = json!({"completion_id": 1, "enrollment_id": 1, "user_id": 1,
        "user_name": "김학생", "course_id": 1, "course_title": "생활체육 지도자 기초", "class_id": 1, "class_name": "1차",
        "completion_date": "2025-06-30", "completion_status": "COMPLETED", "total_score": 92.5, "attendance_score": 100.0,
        "assessment_score": 90.0, "progress_score": 95.0, "is_by_hand": true, "memo": "우수",
        "certificate_no": "CERT-20250630-A3F7K9", "created_at": "2025-06-30T10:00:00Z", "updated_at": "2025-06-30T10:00:00Z"}))]
    pub struct PortalCompletion from Completion as c {
        completion_id: i64 = c.id,
        enrollment_id: i64 = c.enrollment,
        user_id: i64 = c.person,
        user_name: String = c.name,
        course_id: i64 = c.course,
        course_title: String = c.course_title,
        class_id: i64 = c.class,
        class_name: String = c.class_name,
        completion_date: String = c.date,
        completion_status: String = c.status,
        total_score: Option<f64> = c.total_score,
        attendance_score: Option<f64> = c.attendance_score,
        assessment_score: Option<f64> = c.assessment_score,
        progress_score: Option<f64> = c.progress_score,
        is_by_hand: bool = c.by_hand,
        memo: Option<String> = c.memo,
        certificate_no: Option<String> = c.certificate_no,
        created_at: Instant = Instant(c.created_ms),
        updated_at: Instant = Instant(c.updated_ms),
    }

    pub struct CompletionMade from Completion as row { completion_id: i64 = row.id, completion: PortalCompletion = row.into() }

    pub struct OneCompletion from Completion as row { completion: PortalCompletion = row.into() }
}

paged! { pub struct Completions of Completion { paging: Paging, completions: PortalCompletion } }

query!(
    pub struct CompletionsQuery {
        completion_status: Option<PortalCompletionStatus>,
    }
);

body! {
    #[schema(example = json!({"course_id": 1, "class_id": 1, "completion_date": "2025-06-30",
        "student_ids": [1, 2], "issue_certificates": true}))]
    pub struct PortalCompletionBatch for CompletionBatch;
    needed {
        course_id: i64 => course,
        class_id: i64 => class,
    }
    optional {
        /// Today when left out
        completion_date: Option<Day> => date,
        /// `user_id`s; everyone who is APPROVED in the class when left out
        student_ids: Option<BoundedList<i64, 1, { STUDENTS_MAX }>> => students,
        /// Give those who complete their certificates at once (false)
        issue_certificates: Option<bool> => issue = issue_certificates.unwrap_or(false),
    }
}

answer! {
    #[schema(example = json!({"processed": 18, "certificates_issued": 17, "not_completed": [{"user_id": 2,
        "code": "REQUIREMENTS_NOT_MET", "missing": ["attendance"], "reason": "수료 조건을 채우지 못했습니다: 출석률"}],
        "remaining": []}))]
    pub struct BatchDone from BatchResult as judged {
        processed: i64 = judged.processed,
        /// Guests get theirs when they claim their account
        certificates_issued: i64 = judged.issued,
        not_completed: Vec<NotCompleted> = each(judged.refused),
        /// The `user_id`s for which there was no time: send them again
        remaining: Vec<i64> = judged.remaining,
    }

    pub struct NotCompleted from (i64, Error) as (user, why) {
        user_id: i64 = user,
        code: &'static str = why.code(),
        reason: String = language::error(&why, WORDS),
        missing: Vec<&'static str> = if let Error::NotMet { missing } = why { Requirement::words(&missing) } else { Vec::new() },
    }

    #[schema(example = json!({"certificate_no": "CERT-20250630-A3F7K9",
        "certificate_url": "http://192.168.0.10:8080/certificates/0b9c6a54-3d1e-4c57-9b5e-0c8a4f1d2e3f"}))]
    pub struct CertificateMade from (Certificate, &str) as (c, public_url) {
        certificate_no: String = c.number,
        certificate_url: String = format!("{public_url}/certificates/{}", c.uuid),
    }

    pub struct PortalCertificate from (ShownCertificate, &str) as (shown, public_url)
        let ShownCertificate { certificate: c, facts, state } = shown;
    {
        certificate_no: String = c.number,
        certificate_url: String = format!("{public_url}/certificates/{}", c.uuid),
        pdf_url: String = format!("{public_url}/certificates/{}.pdf", c.uuid),
        uuid: String = c.uuid,
        verification_code: String = c.code,
        /// VALID, EXPIRED or REVOKED
        status: &'static str = state.word(),
        issued_at: Instant = Instant(c.created_ms),
        expires_at: Option<Instant> = c.expires_ms.map(Instant),
        revoked_at: Option<Instant> = c.revoked_ms.map(Instant),
        signature: String = c.signature,
        /// The printed facts
        #[schema(value_type = Object)]
        facts: CertificateFacts = facts,
    }

    pub struct PortalCertificateCourse from &Completion as c {
        course_id: i64 = c.course,
        title: String = c.course_title.clone(),
        class_id: i64 = c.class,
        class_name: String = c.class_name.clone(),
    }

    pub struct PortalCertificateUser from &Completion as c { user_id: i64 = c.person, name: String = c.name.clone() }

    pub struct CertificateView from (PortalCertificate, Completion) as (certificate, completion) {
        certificate: PortalCertificate = certificate,
        course: PortalCertificateCourse = (&completion).into(),
        user: PortalCertificateUser = (&completion).into(),
        completion: PortalCompletion = completion.into(),
    }

    /// The attendance that a completion needs, beside all required steps and assessments.
    pub struct PortalCompletionRule from f64 as needed_rate {
        /// In per cent
        attendance_rate: f64 = needed_rate,
    }

    pub struct PortalStandingCertificate from (StandingCertificate, &str) as (paper, public_url) {
        certificate_no: String = paper.number,
        /// VALID, EXPIRED or REVOKED
        status: &'static str = paper.state.word(),
        certificate_url: String = format!("{public_url}/certificates/{}", paper.uuid),
        pdf_url: String = format!("{public_url}/certificates/{}.pdf", paper.uuid),
    }

    #[schema(example = json!({"enrollment_id": 1, "user_id": 1, "user_name": "김학생", "namesake": 1, "is_guest": false,
        "missing": ["attendance", "progress"], "attendance_score": 60.0, "steps_left": 2, "assessments_left": 0,
        "completion_id": null, "completion_status": null, "completion_date": null, "memo": null, "certificate": null}))]
    pub struct PortalStanding from (LearnerStanding, &str, i64) as (learner, public_url, now_ms)
        let certificate = learner.standing.certificate(now_ms).map(|paper| (paper, public_url).into());
    {
        enrollment_id: i64 = learner.standing.enrollment,
        user_id: i64 = learner.standing.person,
        /// The parts of the rule that are not met: attendance, progress, assessment
        missing: Vec<&'static str> = Requirement::words(&learner.standing.missing()),
        user_name: String = learner.standing.name,
        /// The number among the people of this name in the course, from 1
        namesake: i64 = learner.namesake,
        /// A guest gets no certificate before they have claimed their account
        is_guest: bool = learner.standing.guest,
        /// In per cent; null in a class without meetings
        attendance_score: Option<f64> = learner.standing.attendance,
        /// Required steps that are not done
        steps_left: i64 = learner.standing.undone,
        /// Required assessments that are not passed
        assessments_left: i64 = learner.standing.unpassed,
        completion_id: Option<i64> = learner.standing.completion,
        /// COMPLETED, INCOMPLETE or REVOKED
        completion_status: Option<String> = learner.standing.completion_status,
        completion_date: Option<String> = learner.standing.date,
        memo: Option<String> = learner.standing.memo,
        certificate: Option<PortalStandingCertificate> = certificate,
    }

    pub struct PortalStandings from (f64, Page<LearnerStanding>, &str, i64) as (needed_rate, page, public_url, now_ms) {
        rule: PortalCompletionRule = needed_rate.into(),
        paging: Paging = Paging::from((page.window, page.total)),
        /// Everyone who is APPROVED in the class or has completed it, by name
        learners: Vec<PortalStanding> = page.rows.into_iter().map(|one| (one, public_url, now_ms).into()).collect(),
    }
}

query!(
    pub struct PapersQuery {
        /// The number of the file of 200 certificates, from 1 (1)
        part: Option<Within<1, 100>>,
    }
);

/// 3-33 수료 등록: judged by the rule, unless it is forced (staff of the course).
#[utoipa::path(post, path = "/api/v1/completions", request_body = CompletionSent,
    responses((status = 201, body = Done<CompletionMade>)))]
pub async fn register(app: School, caller: Caller, Json(sent): Json<CompletionSent>) -> Created<CompletionMade> {
    let (enrollment, status, first) = sent.parts();
    let new = NewCompletion { enrollment, first: CompletionChanges { status, ..first } };
    created("수료 정보가 등록되었습니다.", completions::register(&app, &caller, new).await?)
}

/// 3-34 수료 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/completions/{completion_id}",
    responses((status = 200, body = Done<OneCompletion>)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<OneCompletion> {
    done("수료 정보를 조회했습니다.", completions::by_id(&app, &caller, id).await?)
}

/// 3-35 수강신청별 수료 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/completions/enrollment/{enrollment_id}",
    responses((status = 200, body = Done<OneCompletion>)))]
pub async fn of_enrollment(app: School, caller: Caller, Id(id): Id) -> Answer<OneCompletion> {
    done("수료 정보를 조회했습니다.", completions::of_enrollment(&app, &caller, id).await?)
}

/// 3-36 과정 차수별 수료 목록 (staff of the course).
#[utoipa::path(get, path = "/api/v1/completions/course/{course_id}/class/{class_id}", params(CompletionsQuery, Pages),
    responses((status = 200, body = Done<Completions>)))]
pub async fn of_class(
    app: School,
    caller: Caller,
    Ids(course, class): Ids,
    query: CompletionsQuery,
    pages: Pages,
) -> Answer<Completions> {
    let status = query.completion_status.plain();
    let found = completions::of_class(&app, &caller, (course, class), status, pages.into()).await?;
    done("수료 목록을 조회했습니다.", found)
}

/// 3-37 수료 정보 수정: changes the keys that are in the body (staff of the course).
#[utoipa::path(put, path = "/api/v1/completions/{completion_id}", request_body = ChangeCompletion,
    responses((status = 200, body = Done<OneCompletion>)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<ChangeCompletion>,
) -> Answer<OneCompletion> {
    done("수료 정보가 수정되었습니다.", completions::change(&app, &caller, id, sent.into()).await?)
}

/// 3-38 수료증 발급: a repeat returns the same one (staff of the course).
#[utoipa::path(post, path = "/api/v1/completions/{completion_id}/certificate",
    responses((status = 200, body = Done<CertificateMade>), (status = 201, body = Done<CertificateMade>)))]
pub async fn certify(app: School, caller: Caller, Id(id): Id) -> Created<CertificateMade> {
    let (certificate, is_new) = certificates::issue(&app, &caller, id).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, done("수료증이 발급되었습니다.", (certificate, app.public_url.as_str()))?))
}

/// 3-39 수료증 조회 (the student's own; staff of the course). Anyone else verifies it at `/certificates`.
#[utoipa::path(get, path = "/api/v1/completions/certificate/{certificate_no}", params(("certificate_no" = String, Path)),
    responses((status = 200, body = Done<CertificateView>)))]
pub async fn certificate(app: School, caller: Caller, Path(number): Path<String>) -> Answer<CertificateView> {
    let certificate = certificates::by_number(&app, &caller, &number).await?;
    let completion = completions::of_enrollment(&app, &caller, certificate.enrollment).await?;
    let certificate = PortalCertificate::from((certificate.shown(app.now_ms())?, app.public_url.as_str()));
    done("수료증을 조회했습니다.", (certificate, completion))
}

/// 3-40 일괄 수료 처리: completes those who meet the rule, and gives the reason for the others (staff of the course). After
/// 20 s it stops and names those who remain: send them again.
#[utoipa::path(post, path = "/api/v1/completions/batch", request_body = PortalCompletionBatch,
    responses((status = 200, body = Done<BatchDone>)))]
pub async fn complete_all(app: School, caller: Caller, Json(sent): Json<PortalCompletionBatch>) -> Answer<BatchDone> {
    done("일괄 수료 처리가 끝났습니다.", batch::complete(&app, &caller, sent.into()).await?)
}

/// Lists who of a class meets the rule of completion, and what the others lack (staff of the course).
#[utoipa::path(get, path = "/api/v1/completions/course/{course_id}/class/{class_id}/standing", params(Pages),
    responses((status = 200, body = Done<PortalStandings>)))]
pub async fn standing_of_class(
    app: School,
    caller: Caller,
    Ids(course, class): Ids,
    pages: Pages,
) -> Answer<PortalStandings> {
    let (needed_rate, found) = standing::of_class(&app, &caller, (course, class), pages.window(WHOLE_PAGE)).await?;
    done("수료 목록을 조회했습니다.", (needed_rate, found, app.public_url.as_str(), app.now_ms()))
}

/// Prints the valid certificates of a class, one on a page, 200 in a file (staff of the course).
#[utoipa::path(get, path = "/api/v1/completions/course/{course_id}/class/{class_id}/certificates.pdf",
    params(PapersQuery), responses((status = 200, content_type = "application/pdf", body = Vec<u8>)))]
pub async fn papers_of_class(
    app: School,
    caller: Caller,
    Ids(course, class): Ids,
    query: PapersQuery,
) -> Result<Response> {
    let part = query.part.plain().unwrap_or(1);
    let bytes = certificates::class_pdf(&app, &caller, (course, class), part).await?;
    let named = format!("attachment; filename=\"certificates-{class}-{part}.pdf\"");
    let head = [(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, named.as_str())];
    Ok((head, bytes).into_response())
}
