//! Completions and certificates.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Paging;
use crate::school::Page;
use crate::school::certificates::{Certificate, CertificateFacts};
use crate::school::completions::batch::{BatchResult, CompletionBatch, NotCompletedReason, STUDENTS_MAX};
use crate::school::completions::standing::LearnerStanding;
use crate::school::completions::{Completion, CompletionChanges, CompletionStatus, GivenScores, NewCompletion};
use crate::surfaces::answer::{answer, each};
use crate::surfaces::language::{korean, translate, translate_with};
use crate::surfaces::texts::{BoundedList, Day, Instant, Percent, Prose, Within, named};

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PortalCompletionStatus {
    Completed,
    Incomplete,
    Revoked,
}

impl From<PortalCompletionStatus> for CompletionStatus {
    fn from(word: PortalCompletionStatus) -> CompletionStatus {
        match word {
            PortalCompletionStatus::Completed => CompletionStatus::Completed,
            PortalCompletionStatus::Incomplete => CompletionStatus::Incomplete,
            PortalCompletionStatus::Revoked => CompletionStatus::Revoked,
        }
    }
}

/// The status of a new completion, which cannot be REVOKED.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PortalNewCompletionStatus {
    Completed,
    Incomplete,
}

impl From<PortalNewCompletionStatus> for CompletionStatus {
    fn from(word: PortalNewCompletionStatus) -> CompletionStatus {
        match word {
            PortalNewCompletionStatus::Completed => CompletionStatus::Completed,
            PortalNewCompletionStatus::Incomplete => CompletionStatus::Incomplete,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "completion_date": "2025-06-30", "completion_status": "COMPLETED",
    "total_score": 92.5, "attendance_score": 100, "assessment_score": 90, "progress_score": 95, "memo": "우수",
    "force": false}))]
pub struct CompletionSent {
    pub enrollment_id: i64,
    /// Today when left out
    pub completion_date: Option<Day>,
    pub completion_status: Option<PortalNewCompletionStatus>,
    /// Taken from the grade when left out
    pub total_score: Option<Percent>,
    pub attendance_score: Option<Percent>,
    pub assessment_score: Option<Percent>,
    pub progress_score: Option<Percent>,
    pub memo: Option<Prose>,
    /// Completes although the rule is not met; `memo` gives the reason
    pub force: Option<bool>,
}

/// Reads the scores from a body; the bodies for creating and changing have the same keys.
macro_rules! scores {
    ($sent:expr) => {
        GivenScores {
            total: $sent.total_score.map(|score| score.0),
            attendance: $sent.attendance_score.map(|score| score.0),
            assessment: $sent.assessment_score.map(|score| score.0),
            progress: $sent.progress_score.map(|score| score.0),
        }
    };
}

impl From<CompletionSent> for NewCompletion {
    fn from(n: CompletionSent) -> NewCompletion {
        NewCompletion {
            enrollment: n.enrollment_id,
            date: n.completion_date.map(|day| day.0),
            status: n.completion_status.map_or(CompletionStatus::Completed, CompletionStatus::from),
            scores: scores!(n),
            memo: n.memo.map(String::from),
            force: n.force.unwrap_or(false),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"completion_status": "REVOKED", "memo": "부정행위 확인"}))]
pub struct ChangeCompletion {
    pub completion_date: Option<Day>,
    pub completion_status: Option<PortalCompletionStatus>,
    pub total_score: Option<Percent>,
    pub attendance_score: Option<Percent>,
    pub assessment_score: Option<Percent>,
    pub progress_score: Option<Percent>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Prose>)]
    pub memo: Option<Option<Prose>>,
    pub force: Option<bool>,
}

impl From<ChangeCompletion> for CompletionChanges {
    fn from(c: ChangeCompletion) -> CompletionChanges {
        CompletionChanges {
            date: c.completion_date.map(|day| day.0),
            status: c.completion_status.map(CompletionStatus::from),
            scores: scores!(c),
            memo: c.memo.map(|memo| memo.map(String::from)),
            force: c.force.unwrap_or(false),
        }
    }
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
}

answer! {
    pub struct CompletionMade from Completion as row {
        completion_id: i64 = row.id,
        completion: PortalCompletion = row.into(),
    }
}

answer! {
    pub struct OneCompletion from Completion as row {
        completion: PortalCompletion = row.into(),
    }
}

answer! {
    pub struct Completions from Page<Completion> as page {
        paging: Paging = Paging::from(&page),
        completions: Vec<PortalCompletion> = each(page.rows),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompletionsQuery {
    #[param(inline)]
    pub completion_status: Option<PortalCompletionStatus>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"course_id": 1, "class_id": 1, "completion_date": "2025-06-30",
    "student_ids": [1, 2], "issue_certificates": true}))]
pub struct PortalCompletionBatch {
    pub course_id: i64,
    pub class_id: i64,
    /// Today when left out
    pub completion_date: Option<Day>,
    /// `user_id`s; everyone who is APPROVED in the class when left out
    pub student_ids: Option<BoundedList<i64, 1, { STUDENTS_MAX }>>,
    /// Give those who complete their certificates at once (false)
    pub issue_certificates: Option<bool>,
}

impl From<PortalCompletionBatch> for CompletionBatch {
    fn from(sent: PortalCompletionBatch) -> CompletionBatch {
        CompletionBatch {
            course: sent.course_id,
            class: sent.class_id,
            date: sent.completion_date.map(|day| day.0),
            students: sent.student_ids.map(|students| students.0),
            issue: sent.issue_certificates.unwrap_or(false),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"processed": 18, "certificates_issued": 17, "not_completed": [{"user_id": 2, "code": "REQUIREMENTS_NOT_MET",
    "missing": ["attendance"], "reason": "수료 조건을 채우지 못했습니다: 출석률"}], "remaining": []}))]
pub struct BatchDone {
    pub processed: i64,
    /// Guests get none before they have claimed their account
    pub certificates_issued: i64,
    pub not_completed: Vec<NotCompleted>,
    /// The `user_id`s for which there was no time: send them again
    pub remaining: Vec<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct NotCompleted {
    pub user_id: i64,
    pub code: &'static str,
    pub missing: Vec<&'static str>,
    pub reason: String,
}

impl From<BatchResult> for BatchDone {
    fn from(judged: BatchResult) -> BatchDone {
        let line = |(user_id, why): (i64, NotCompletedReason)| match why {
            NotCompletedReason::NotInClass => NotCompleted {
                user_id,
                code: "NOT_ENROLLED",
                missing: Vec::new(),
                reason: translate("이 차수의 수강생이 아닙니다.").into(),
            },
            NotCompletedReason::State(state) => NotCompleted {
                user_id,
                code: "INVALID_STATE",
                missing: Vec::new(),
                reason: translate_with("지금 상태({})에서는 수료할 수 없습니다.", &state),
            },
            NotCompletedReason::NotMet(missing) => {
                let parts: Vec<&str> = missing.iter().map(|part| translate(korean::requirement(part))).collect();
                let reason = translate_with("수료 조건을 채우지 못했습니다: {}", &parts.join(", "));
                NotCompleted { user_id, code: "REQUIREMENTS_NOT_MET", missing, reason }
            }
        };
        BatchDone {
            processed: judged.processed,
            certificates_issued: judged.issued,
            not_completed: judged.refused.into_iter().map(line).collect(),
            remaining: judged.remaining,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"certificate_no": "CERT-20250630-A3F7K9",
    "certificate_url": "http://192.168.0.10:8080/certificates/0b9c6a54-3d1e-4c57-9b5e-0c8a4f1d2e3f"}))]
pub struct CertificateMade {
    pub certificate_no: String,
    pub certificate_url: String,
}

impl CertificateMade {
    pub fn of(c: &Certificate, public_url: &str) -> CertificateMade {
        let certificate_url = format!("{public_url}/certificates/{}", c.uuid);
        CertificateMade { certificate_no: c.number.clone(), certificate_url }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PortalCertificate {
    pub certificate_no: String,
    pub certificate_url: String,
    pub pdf_url: String,
    pub uuid: String,
    pub verification_code: String,
    /// VALID, EXPIRED or REVOKED
    pub status: &'static str,
    pub issued_at: Instant,
    pub expires_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
    pub signature: String,
    /// The printed facts
    #[schema(value_type = Object)]
    pub facts: CertificateFacts,
}

#[derive(Serialize, ToSchema)]
pub struct PortalCertificateCourse {
    pub course_id: i64,
    pub title: String,
    pub class_id: i64,
    pub class_name: String,
}

#[derive(Serialize, ToSchema)]
pub struct PortalCertificateUser {
    pub user_id: i64,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct CertificateView {
    pub certificate: PortalCertificate,
    pub completion: PortalCompletion,
    pub course: PortalCertificateCourse,
    pub user: PortalCertificateUser,
}

impl CertificateView {
    pub fn of(
        c: Certificate,
        completion: Completion,
        public_url: &str,
        now_ms: i64,
    ) -> Result<CertificateView, crate::error::Error> {
        let CertificateMade { certificate_no, certificate_url } = CertificateMade::of(&c, public_url);
        let certificate = PortalCertificate {
            certificate_no,
            pdf_url: format!("{certificate_url}.pdf"),
            certificate_url,
            status: c.state(now_ms).word(),
            facts: c.printed()?,
            uuid: c.uuid,
            verification_code: c.code,
            issued_at: Instant(c.created_ms),
            expires_at: c.expires_ms.map(Instant),
            revoked_at: c.revoked_ms.map(Instant),
            signature: c.signature,
        };
        let course = PortalCertificateCourse {
            course_id: completion.course,
            title: completion.course_title.clone(),
            class_id: completion.class,
            class_name: completion.class_name.clone(),
        };
        let user = PortalCertificateUser { user_id: completion.person, name: completion.name.clone() };
        Ok(CertificateView { certificate, completion: completion.into(), course, user })
    }
}

/// The attendance that a completion needs, beside all required steps and assessments.
#[derive(Serialize, ToSchema)]
pub struct PortalCompletionRule {
    /// In per cent
    pub attendance_rate: f64,
}

#[derive(Serialize, ToSchema)]
pub struct PortalStandingCertificate {
    pub certificate_no: String,
    /// VALID, EXPIRED or REVOKED
    pub status: &'static str,
    pub certificate_url: String,
    pub pdf_url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "user_id": 1, "user_name": "김학생", "namesake": 1, "is_guest": false,
    "missing": ["attendance", "progress"], "attendance_score": 60.0, "steps_left": 2, "assessments_left": 0,
    "completion_id": null, "completion_status": null, "completion_date": null, "memo": null, "certificate": null}))]
pub struct PortalStanding {
    pub enrollment_id: i64,
    pub user_id: i64,
    pub user_name: String,
    /// The number among the people of this name in the course, from 1
    pub namesake: i64,
    /// A guest gets no certificate before they have claimed their account
    pub is_guest: bool,
    /// The parts of the rule that are not met: attendance, progress, assessment
    pub missing: Vec<&'static str>,
    /// In per cent; null in a class without meetings
    pub attendance_score: Option<f64>,
    /// Required steps that are not done
    pub steps_left: i64,
    /// Required assessments that are not passed
    pub assessments_left: i64,
    pub completion_id: Option<i64>,
    /// COMPLETED, INCOMPLETE or REVOKED
    pub completion_status: Option<String>,
    pub completion_date: Option<String>,
    pub memo: Option<String>,
    pub certificate: Option<PortalStandingCertificate>,
}

#[derive(Serialize, ToSchema)]
pub struct PortalStandings {
    pub rule: PortalCompletionRule,
    /// Everyone who is APPROVED in the class or has completed it, by name
    pub learners: Vec<PortalStanding>,
    pub paging: Paging,
}

impl PortalStanding {
    fn of(learner: LearnerStanding, public_url: &str, now_ms: i64) -> PortalStanding {
        let LearnerStanding { standing: s, namesake } = learner;
        let missing = s.missing();
        let state = s.certificate_state(now_ms);
        let paper = s.certificate_no.zip(s.certificate_uuid).zip(state);
        let certificate = paper.map(|((certificate_no, uuid), state)| PortalStandingCertificate {
            certificate_no,
            status: state.word(),
            certificate_url: format!("{public_url}/certificates/{uuid}"),
            pdf_url: format!("{public_url}/certificates/{uuid}.pdf"),
        });
        PortalStanding {
            enrollment_id: s.enrollment,
            user_id: s.person,
            user_name: s.name,
            namesake,
            is_guest: s.guest,
            missing,
            attendance_score: s.attendance,
            steps_left: s.undone,
            assessments_left: s.unpassed,
            completion_id: s.completion,
            completion_status: s.completion_status,
            completion_date: s.date,
            memo: s.memo,
            certificate,
        }
    }
}

impl PortalStandings {
    pub fn of(needed_rate: f64, page: Page<LearnerStanding>, public_url: &str, now_ms: i64) -> PortalStandings {
        let paging = Paging::from(&page);
        let learners = page.rows.into_iter().map(|one| PortalStanding::of(one, public_url, now_ms)).collect();
        PortalStandings { rule: PortalCompletionRule { attendance_rate: needed_rate }, learners, paging }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PapersQuery {
    /// The number of the file of 200 certificates, from 1 (1)
    #[param(inline)]
    pub part: Option<Within<1, 100>>,
}
