//! Public check of certificates, `/certificates…`: a page for people, JSON for programs, and the PDF for printing. One's own
//! certificates stand beside them (`academy/certificates.rs`).

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::academy::refusal::AcademyRefusal;
use super::bare::{Answer, ok};
use super::extract::{ClientAddress, Json, Path};
use super::headers::quiet;
use super::keys::*;
use super::live::refusal::Refusal;
use super::pdf;
use super::refusals::Refusals;
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::certificates::{self, Certificate, CertificateFacts, PublicCertificate, ShownCertificate};
use crate::web;

const PAGE: &str = "check/certificate.html";

/// Routes of the public check. `/certificates`, `/certificates/preview`, `/certificates/download` and `/certificates/verify` are the
/// academy's. Fixed paths win over `{file}`.
pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new()
        .routes(routes!(check)) // /certificates.json
        .routes(routes!(key)) // /certificates/key
        .routes(routes!(one)) // /certificates/{file}
        .route("/certificates/{file}/", get(one))
        .routes(routes!(page_of_number)) // /certificates/{certificate_number}/verify
        .route("/certificates/{certificate_number}/verify/", get(page_of_number))
}

query! {
    pub struct CertificateQuery {
        /// CERT-YYYYMMDD-XXXXXX
        number: NeededText,
        /// VER-XXXXXXXXXXXX
        code: Option<SearchText>,
    }
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum CertificateAnswer {
    Full(Box<FullCertificate>),
    Masked(MaskedCertificate),
}

answer! {
    #[schema(example = json!({"state": "VALID", "number": "CERT-20261121-ACDEFG", "course": "스마트폰 첫걸음",
        "unit": null, "name": "김*자", "is_masked": true}))]
    pub struct MaskedCertificate from PublicCertificate as certificate {
        /// VALID, EXPIRED or REVOKED
        state: String = certificate.state.word().into(),
        number: String = certificate.number,
        course: String = certificate.course,
        /// null for the whole course
        unit: Option<String> = certificate.unit,
        name: String = certificate.masked_name,
        is_masked: bool = true,
    }

    /// Everything that is printed, and the proof.
    #[schema(example = json!({"state": "VALID", "revoked_at": null, "expires_at": null, "printed": {
            "number": "CERT-20261121-ACDEFG", "uuid": "7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b", "code": "VER-ACDEFGHJKMNP",
            "name": "김민자", "course": "스마트폰 첫걸음", "unit": null, "class": null, "starts": "2026-09-01", "ends": "2026-11-20",
            "minutes": 1230, "total_score": 92.5, "attendance_score": 100.0, "progress_score": 95.0, "assessment_score": null,
            "completed": "2026-11-20", "issued": "2026-11-21", "expires": null, "issuer": "교실", "instructor": "박강사"},
        "pdf": "/certificates/7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b.pdf", "facts": "{\"number\":…}", "signature": "…",
        "key": {"algorithm": "Ed25519", "public_key": "…", "signs": "…"}}))]
    pub struct FullCertificate from (ShownCertificate, &School) as (shown, app)
        let ShownCertificate { certificate, facts, state } = shown;
    {
        /// VALID, EXPIRED or REVOKED
        state: String = state.word().into(),
        revoked_at: Option<Instant> = certificate.revoked_ms.map(Instant),
        expires_at: Option<Instant> = certificate.expires_ms.map(Instant),
        printed: Line = facts.into(),
        pdf: String = format!("/certificates/{}.pdf", certificate.uuid),
        /// The signed text, byte for byte; `printed` has the same facts
        facts: String = certificate.facts,
        /// The signature of `facts`, in base64
        signature: String = certificate.signature,
        key: PublicKey = app.into(),
    }

    /// The printed facts. A fact that is null is not printed.
    pub struct Line from CertificateFacts as facts {
        number: String = facts.number,
        uuid: String = facts.uuid,
        code: String = facts.code,
        name: String = facts.name,
        course: String = facts.course,
        /// The unit of the course; null for the whole course
        unit: Option<String> = facts.unit,
        class: Option<String> = facts.class,
        starts: Option<String> = facts.starts,
        ends: Option<String> = facts.ends,
        minutes: Option<i64> = facts.minutes,
        total_score: Option<f64> = facts.total_score,
        attendance_score: Option<f64> = facts.attendance_score,
        progress_score: Option<f64> = facts.progress_score,
        assessment_score: Option<f64> = facts.assessment_score,
        completed: String = facts.completed,
        issued: String = facts.issued,
        expires: Option<String> = facts.expires,
        issuer: String = facts.issuer,
        instructor: String = facts.instructor,
    }

    #[schema(example = json!({"algorithm": "Ed25519", "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "signs": "…"}))]
    pub struct PublicKey from &School as app {
        algorithm: String = app.certificate_key.algorithm().into(),
        /// 32 bytes in base64
        public_key: String = app.certificate_key.public_key(),
        signs: String = "the UTF-8 bytes of the string `facts` in /certificates/{uuid}.json".into(),
    }
}

/// Returns the page that shows what anyone may see for a number alone: `credentialUrl` of the learning surface leads here.
#[utoipa::path(
    get, path = "/certificates/{certificate_number}/verify", tag = "certificates",
    params(("certificate_number" = String, Path)),
    responses((status = 200, description = "The page", content_type = "text/html", body = String),
        (status = 500, description = "Something went wrong on our side.", body = AcademyRefusal),
        (status = 503, description = "Too busy.", body = AcademyRefusal)),
    security(()),
)]
async fn page_of_number(headers: HeaderMap) -> Response {
    page(&headers)
}

/// Answers with the page on which anyone checks a certificate.
pub fn page(headers: &HeaderMap) -> Response {
    quiet(web::page(PAGE, headers))
}

/// Returns a certificate as JSON. With the number alone it shows the state, the course and a masked name.
#[utoipa::path(
    get, path = "/certificates.json", tag = "certificates", params(CertificateQuery),
    responses((status = 200, body = CertificateAnswer), Refusals<Refusal>), security(()),
)]
async fn check(app: School, ClientAddress(from): ClientAddress, query: CertificateQuery) -> Result<Response> {
    let number = query.number.plain();
    let found = match query.code.plain() {
        Some(code) => CertificateAnswer::Full(Box::new(full(
            &app,
            certificates::public_by_code(&app, &number, &code, from).await?,
        )?)),
        None => CertificateAnswer::Masked(certificates::public_by_number(&app, &number, from).await?.into()),
    };
    Ok(quiet(Json(found).into_response()))
}

/// Returns the public key of certificates, for verifying one without this server.
#[utoipa::path(
    get, path = "/certificates/key", tag = "certificates",
    responses((status = 200, body = PublicKey),
        (status = 500, description = "Something went wrong on our side.", body = AcademyRefusal),
        (status = 503, description = "Too busy.", body = AcademyRefusal)),
    security(()),
)]
async fn key(app: School) -> Answer<PublicKey> {
    ok(&app)
}

/// Returns a certificate by its UUID: the page, or with `.json` or `.pdf` the data or the printed sheet. With its number alone it is
/// the page that shows what anyone may see for a number.
#[utoipa::path(
    get, path = "/certificates/{file}", tag = "certificates",
    params(("file" = String, Path, description = "The UUID, alone or with .json or .pdf; or the number")),
    responses((status = 200, description = "The certificate",
        content((FullCertificate = "application/json"), (Vec<u8> = "application/pdf"), (String = "text/html"))), Refusals<AcademyRefusal>),
    security(()),
)]
async fn one(
    app: School,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Response> {
    match file.rsplit_once('.') {
        None if is_uuid(&file) || is_number(&file) => Ok(page(&headers)),
        Some((uuid, "json")) => {
            let found = certificates::public_by_uuid(&app, uuid, from).await?;
            Ok(quiet(Json(full(&app, found)?).into_response()))
        }
        Some((uuid, "pdf")) => match certificates::pdf(&app, uuid, from).await {
            Ok((found, bytes)) => Ok(pdf::answer("inline", &found.number, bytes)),
            Err(Error::NotFound(_)) if is_browser(&headers) => Ok(web::nothing_here(&Error::NoSuchPath)),
            Err(error) => Err(error),
        },
        _ if is_browser(&headers) => Ok(web::nothing_here(&Error::NoSuchPath)),
        _ => Err(Error::NoSuchPath),
    }
}

fn full(app: &School, found: Certificate) -> Result<FullCertificate> {
    Ok((found.shown(app.now_ms())?, app).into())
}

pub fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// Tells whether a text looks like the number of a certificate, in capital or small letters.
fn is_number(text: &str) -> bool {
    let mut parts = text.split('-');
    let is = |part: Option<&str>, length: usize, is_fit: fn(&u8) -> bool| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|b| is_fit(&b)))
    };
    parts.next().is_some_and(|part| part.eq_ignore_ascii_case("CERT"))
        && is(parts.next(), 8, u8::is_ascii_digit)
        && is(parts.next(), 6, u8::is_ascii_alphanumeric)
        && parts.next().is_none()
}

/// Returns whether a browser asks. It gets a page also where there is no such certificate.
pub fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}
