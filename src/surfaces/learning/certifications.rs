//! Certificates: issuing one, reading one's own, and the check that anyone can make.

use axum::http::StatusCode;

use super::wire::Time;
use super::{Answer, Caller, Json, Path, ok};
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::certificates::{self, Certificate, CertificateFacts, CertificateState, ShownCertificate};
use crate::school::completions::issuing::{self, CertificateRequest};
use crate::surfaces::extract::ClientAddress;
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;
use crate::surfaces::language::Language;

words!(
    pub enum CertificationStatus for CertificateState in "snake_case" { #[serde(rename = "active")] Valid, Expired, Revoked }
);

query! {
    pub struct CertificationsQuery { status: Option<CertificationStatus> }
}

query! {
    pub struct VerificationQuery {
        #[serde(rename = "verificationCode")]
        code: NeededText,
    }
}

body! {
    #![serde(rename_all = "camelCase")]

    #[schema(example = json!({"userId": "2", "courseId": "1", "progressId": "1", "score": 85, "expiryDate": null}))]
    pub struct LearningNewCertification for CertificateRequest;
    needed { progress_id: TextId => enrollment, }
    optional {
        /// The learner of this progress: that of another one is not found
        user_id: Option<TextId> => person,
        /// The course of this progress
        course_id: Option<TextId> => course,
        /// The assessment score to print, 0 to 100; that of the grade when left out. It counts only where nothing is
        /// completed yet
        score: Option<Percent> => score,
        /// When it ends; never when left out
        expiry_date: Option<Instant> => expires_ms,
    }
}

fn status_word(state: CertificateState) -> &'static str {
    match state {
        CertificateState::Valid => "active",
        CertificateState::Expired => "expired",
        CertificateState::Revoked => "revoked",
    }
}

answer! {
    #![serde(rename_all = "camelCase")]

    pub struct CertificationMetadata from &ShownCertificate as it {
        course_name: String = it.facts.course.clone(),
        instructor_name: String = it.facts.instructor.clone(),
        /// For staff of the course
        revocation_reason: Option<String> = it.certificate.reason.clone(),
    }

    pub struct Certification from ShownCertificate as it
        let metadata = CertificationMetadata::from(&it);
        let ShownCertificate { certificate, facts, state } = it;
    {
        id: TextId = TextId(certificate.id),
        certificate_number: String = certificate.number.clone(),
        user_id: TextId = TextId(certificate.person),
        user_name: String = facts.name,
        course_id: TextId = TextId(certificate.course),
        course_title: String = facts.course,
        instructor_name: String = facts.instructor,
        progress_id: TextId = TextId(certificate.enrollment),
        /// The weighted score of the assessments, 0 to 100
        score: f64 = facts.assessment_score.unwrap_or(0.0),
        issue_date: Time = Time(certificate.created_ms),
        expiry_date: Option<Time> = certificate.expires_ms.map(Time),
        /// active, expired or revoked
        status: String = status_word(state).into(),
        credential_url: String = format!("/certificates/{}/verify", certificate.number),
        verification_code: String = certificate.code,
        metadata: CertificationMetadata = metadata,
    }

    pub struct MyCertification from ShownCertificate as it {
        id: TextId = TextId(it.certificate.id),
        certificate_number: String = it.certificate.number,
        course_title: String = it.facts.course,
        instructor_name: String = it.facts.instructor,
        score: f64 = it.facts.assessment_score.unwrap_or(0.0),
        issue_date: Time = Time(it.certificate.created_ms),
        expiry_date: Option<Time> = it.certificate.expires_ms.map(Time),
        status: String = status_word(it.state).into(),
    }

    pub struct MyCertifications from Vec<ShownCertificate> as all { certifications: Vec<MyCertification> = each(all) }

    /// The keys behind `reason` are null where number and code belong to no certificate.
    #[schema(example = json!({"valid": true, "reason": null, "certificateNumber": "CERT-20251104-A1B2C3",
        "userName": "鈴木一郎", "courseTitle": "TypeScript基礎コース", "issueDate": "2025-11-04T13:00:00.000Z",
        "expiryDate": null, "status": "active"}))]
    pub struct CertificationCheck from Option<ShownCertificate> as found
        let state = found.as_ref().map(|it| it.state);
        let (certificate, facts) = found.map(|it| (it.certificate, it.facts)).unzip();
    {
        valid: bool = state == Some(CertificateState::Valid),
        reason: Option<String> = why_invalid(state).map(Into::into),
        certificate_number: Option<String> = certificate.as_ref().map(|it: &Certificate| it.number.clone()),
        user_name: Option<String> = facts.as_ref().map(|it: &CertificateFacts| it.name.clone()),
        course_title: Option<String> = facts.as_ref().map(CertificateFacts::completed_part),
        issue_date: Option<Time> = certificate.as_ref().map(|it| Time(it.created_ms)),
        expiry_date: Option<Time> = certificate.as_ref().and_then(|it| it.expires_ms).map(Time),
        status: Option<String> = state.map(|state| status_word(state).into()),
    }
}

fn why_invalid(state: Option<CertificateState>) -> Option<&'static str> {
    let texts = match state {
        Some(CertificateState::Valid) => return None,
        Some(CertificateState::Expired) => {
            ["This certificate has expired", "유효 기간이 지난 수료증입니다.", "有効期限が切れています。"]
        }
        Some(CertificateState::Revoked) => {
            ["This certificate was revoked", "취소된 수료증입니다.", "取り消された証明書です。"]
        }
        None => [
            "Certificate not found or verification code mismatch",
            "수료증을 찾을 수 없거나 확인 코드가 맞지 않습니다.",
            "証明書が見つからないか、検証コードが一致しません。",
        ],
    };
    Some(Language::spoken().choose(texts))
}

/// Issues the certificate of a progress that meets the rule (administrators). One that was issued before is answered with 200.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/certifications/issue", request_body = LearningNewCertification,
    responses((status = 200, body = Certification), (status = 201, body = Certification)))]
pub async fn issue(
    app: School,
    caller: Caller,
    Json(sent): Json<LearningNewCertification>,
) -> Result<(StatusCode, Json<Certification>)> {
    let (certificate, is_new) = issuing::issue(&app, &caller, sent.into()).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(certificate.shown(app.now_ms())?.into())))
}

/// Returns a certificate (one's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/certifications/{certification_id}",
    responses((status = 200, body = Certification)))]
pub async fn view(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<Certification> {
    ok(certificates::by_id(&app, &caller, id).await?.shown(app.now_ms())?)
}

/// Lists one's own certificates, the newest first.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/my-certifications", params(CertificationsQuery),
    responses((status = 200, body = MyCertifications)))]
pub async fn mine(app: School, caller: Caller, query: CertificationsQuery) -> Answer<MyCertifications> {
    let all = certificates::of_caller(&app, &caller, query.status.plain()).await?;
    let shown = all.into_iter().map(|certificate| certificate.shown(app.now_ms()));
    ok(shown.collect::<Result<Vec<_>>>()?)
}

/// Checks a certificate by the number and the code that are printed on it. Anyone can.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/certifications/verify/{certificate_number}",
    params(("certificate_number" = String, Path), VerificationQuery),
    responses((status = 200, body = CertificationCheck)), security(()))]
pub async fn verify(
    app: School,
    ClientAddress(from): ClientAddress,
    Path(number): Path<String>,
    query: VerificationQuery,
) -> Answer<CertificationCheck> {
    match certificates::public_by_code(&app, &number, &query.code.plain(), from).await {
        Ok(certificate) => ok(Some(certificate.shown(app.now_ms())?)),
        Err(Error::NotFound(_)) => ok(None),
        Err(error) => Err(error),
    }
}
