//! Certificates of courses and units: one's own, the paper, and the check that anyone can make.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::wire::{AcademyPage, AcademyPages};
use super::{Caller, ClientAddress, GetOnly, Json, Result};
use crate::app::School;
use crate::error::Error;
use crate::school::certificates::learner::{self, CertifiedPart, OwnCertificate};
use crate::school::certificates::{CertificateState, ShownCertificate, public_by_uuid};
use crate::surfaces::certificates::{is_browser, is_uuid, page};
use crate::surfaces::extract::Path;
use crate::surfaces::headers::quiet;
use crate::surfaces::keys::*;
use crate::surfaces::pdf;
use crate::surfaces::request_url::RequestUrl;
use crate::web;

/// The kind of a category, and its id, as they stand in a path.
type CertifiedPath = Path<(String, i64)>;

fn part(Path((kind, id)): CertifiedPath) -> Result<CertifiedPart> {
    match kind.as_str() {
        MAJOR => Ok(CertifiedPart::Course(id)),
        MINOR => Ok(CertifiedPart::Unit(id)),
        _ => Err(Error::bad_as_sent("course_type", "major or minor is needed")),
    }
}

const MAJOR: &str = "major";
const MINOR: &str = "minor";

/// The `content_type_id` of a major category, and of a minor one.
const CONTENT_TYPES: [i64; 2] = [1, 2];

fn status_word(state: CertificateState) -> String {
    state.word().to_lowercase()
}

answer! {
    #[schema(example = json!({"id": 1, "user_id": 2, "content_type_id": 1, "object_id": 1,
        "issued_at": "2026-11-21T10:00:00Z", "certificate_id": "7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b",
        "encrypted_data": "x0Yk…", "course_type": "major", "major_category_id": 1, "major_category_name": "파이썬 기초",
        "minor_category_name": null, "status": "valid", "certificate_number": "CERT-20261121-ACDEFG",
        "verification_code": "VER-ACDEFGHJKMNP", "expires_at": null, "revoked_at": null,
        "preview_url": "/certificates/preview/major/1/", "download_url": "/certificates/download/major/1/",
        "verify_url": "/certificates/verify/7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b/"}))]
    pub struct AcademyCertificate from OwnCertificate as c
        let kind = if c.unit.is_some() { MINOR } else { MAJOR };
        let object = c.unit.unwrap_or(c.course);
        let (certificate, facts, status) = match c.issued {
            Some(it) => (Some(it.certificate), Some(it.facts), status_word(it.state)),
            None => (None, None, "available".to_owned()),
        };
        let (course_name, unit_name) = facts.map_or((c.course_title, c.unit_title), |it| (it.course, it.unit));
        let certificate = certificate.as_ref();
    {
        /// null until the first download, which issues it
        id: Option<i64> = certificate.map(|it| it.id),
        user_id: i64 = c.person,
        /// 1: a major category; 2: a minor one
        content_type_id: i64 = CONTENT_TYPES[usize::from(c.unit.is_some())],
        /// The id of the category
        object_id: i64 = object,
        issued_at: Option<Instant> = certificate.map(|it| Instant(it.created_ms)),
        certificate_id: Option<String> = certificate.map(|it| it.uuid.clone()),
        /// The signature of the printed facts, in base64
        encrypted_data: Option<String> = certificate.map(|it| it.signature.clone()),
        /// major or minor
        course_type: String = kind.into(),
        major_category_id: i64 = c.course,
        major_category_name: String = course_name,
        minor_category_name: Option<String> = unit_name,
        /// available (it can be downloaded, which issues it), valid, expired or revoked
        status: String = status,
        certificate_number: Option<String> = certificate.map(|it| it.number.clone()),
        verification_code: Option<String> = certificate.map(|it| it.code.clone()),
        expires_at: Option<Instant> = certificate.and_then(|it| it.expires_ms).map(Instant),
        revoked_at: Option<Instant> = certificate.and_then(|it| it.revoked_ms).map(Instant),
        preview_url: String = format!("/certificates/preview/{kind}/{object}/"),
        download_url: String = format!("/certificates/download/{kind}/{object}/"),
        verify_url: Option<String> = certificate.map(|it| format!("/certificates/verify/{}/", it.uuid)),
    }

    #[schema(example = json!({"is_valid": true, "status": "valid", "certificate_id": "7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b",
        "certificate_number": "CERT-20261121-ACDEFG", "verification_code": "VER-ACDEFGHJKMNP", "course_type": "major",
        "object_id": 1, "major_category_name": "파이썬 기초", "minor_category_name": null, "user_name": "김학생",
        "completed_on": "2026-11-20", "issued_at": "2026-11-21T10:00:00Z", "expires_at": null, "revoked_at": null,
        "facts": "{\"number\":…}", "encrypted_data": "x0Yk…",
        "pdf_url": "/certificates/7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b.pdf"}))]
    pub struct AcademyVerifiedCertificate from ShownCertificate as it
        let ShownCertificate { certificate, facts, state } = it;
    {
        /// False if it is expired or revoked
        is_valid: bool = state == CertificateState::Valid,
        /// valid, expired or revoked
        status: String = status_word(state),
        certificate_id: String = certificate.uuid.clone(),
        certificate_number: String = certificate.number,
        verification_code: String = certificate.code,
        /// major or minor
        course_type: String = if certificate.unit.is_some() { MINOR } else { MAJOR }.into(),
        /// The id of the category
        object_id: i64 = certificate.unit.unwrap_or(certificate.course),
        major_category_name: String = facts.course,
        minor_category_name: Option<String> = facts.unit,
        user_name: String = facts.name,
        completed_on: String = facts.completed,
        issued_at: Instant = Instant(certificate.created_ms),
        expires_at: Option<Instant> = certificate.expires_ms.map(Instant),
        revoked_at: Option<Instant> = certificate.revoked_ms.map(Instant),
        /// The signed text, byte for byte: all that is printed
        facts: String = certificate.facts,
        /// The signature of `facts`, in base64; the key is at /certificates/key
        encrypted_data: String = certificate.signature,
        pdf_url: String = format!("/certificates/{}.pdf", certificate.uuid),
    }
}

paged! {
    pub struct AcademyCertificates of OwnCertificate, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyCertificate
    }
}

/// Lists one's own certificates, and those that one could have. A browser without a token gets the page on which anyone checks a
/// certificate: that of `number` and `code` (as in the QR), or else it asks for them.
#[utoipa::path(get, path = "/certificates/",
    params(AcademyPages, ("number" = Option<String>, Query, description = "For the page"), ("code" = Option<String>, Query, description = "For the page")),
    responses((status = 200, description = "The list, or the page",
        content((AcademyCertificates = "application/json"), (String = "text/html")))), security((), ("bearer" = [])))]
pub async fn list(
    app: School,
    caller: Option<Caller>,
    headers: HeaderMap,
    pages: AcademyPages,
    url: RequestUrl,
) -> Result<Response> {
    match caller {
        Some(caller) => {
            let own = learner::list(&app, &caller, pages.into()).await?.must_exist()?;
            Ok(quiet(Json(AcademyCertificates::from((own, url))).into_response()))
        }
        None if wants_json(&headers) => Err(Error::SignInNeeded),
        None => Ok(page(&headers)),
    }
}

/// Tells whether a program asks that names JSON. Whoever accepts anything gets the page.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.contains("json") && !is_browser(headers)
}

/// Shows the paper of a course (major) or a unit (minor): the certificate, or a preview without number, code and QR while it is not
/// issued. Issues nothing. A 409 names what is `missing`.
#[utoipa::path(get, path = "/certificates/preview/{course_type}/{course_id}/",
    params(("course_type" = String, Path, description = "major or minor", pattern = "^(major|minor)$")),
    responses((status = 200, description = "The paper", content_type = "application/pdf", body = Vec<u8>)))]
pub async fn preview(app: School, caller: Caller, path: CertifiedPath) -> Result<Response> {
    let (issued, bytes) = learner::preview(&app, &caller, part(path)?).await?;
    Ok(pdf::answer("inline", issued.as_ref().map_or("preview", |it| &it.number), bytes))
}

/// Returns the paper of a course (major) or a unit (minor). The first download issues the certificate, and every later one returns
/// the same. A 409 names what is `missing`.
#[utoipa::path(get, path = "/certificates/download/{course_type}/{course_id}/",
    params(("course_type" = String, Path, description = "major or minor", pattern = "^(major|minor)$")),
    responses((status = 200, description = "The paper", content_type = "application/pdf", body = Vec<u8>)))]
pub async fn download(app: School, _: GetOnly, caller: Caller, path: CertifiedPath) -> Result<Response> {
    let (issued, bytes) = learner::download(&app, &caller, part(path)?).await?;
    Ok(pdf::answer("attachment", &issued.number, bytes))
}

/// Checks a certificate by its UUID. Anyone can; a browser gets the page.
#[utoipa::path(get, path = "/certificates/verify/{certificate_id}/", params(("certificate_id" = String, Path)),
    responses((status = 200, description = "The certificate",
        content((AcademyVerifiedCertificate = "application/json"), (String = "text/html")))), security(()))]
pub async fn verify(
    app: School,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    Path(uuid): Path<String>,
) -> Result<Response> {
    if is_browser(&headers) {
        return Ok(if is_uuid(&uuid) { page(&headers) } else { web::nothing_here(&Error::NoSuchPath) });
    }
    let found = public_by_uuid(&app, &uuid, from).await?.shown(app.now_ms())?;
    Ok(quiet(Json(AcademyVerifiedCertificate::from(found)).into_response()))
}
