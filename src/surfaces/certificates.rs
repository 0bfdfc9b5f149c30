//! Public check of certificates, `/certificates…`: a page for people, JSON for programs, and the PDF for printing.

use axum::Json as Answer;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{ClientAddress, Path, Query};
use super::live::refusal::Refusal;
use super::refusals::Refusals;
use super::texts::{Instant, NeededText, SearchText};
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::certificates::{self, Certificate, CertificateFacts, PublicCertificate};
use crate::web;

const PAGE: &str = "check/certificate.html";
/// Headers of answers that name people: no search engine may list it, and no cache may keep it.
const QUIET: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Routes of everything under `/certificates`, in one place, to show which paths are taken. Fixed paths win over `{file}`.
pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new().routes(routes!(page)).routes(routes!(check)).routes(routes!(key)).routes(routes!(one))
}

/// Returns the page that shows the certificate of `number` and `code` (as in the QR), or else asks for them.
#[utoipa::path(
    get, path = "/certificates", tag = "certificates",
    params(("number" = Option<String>, Query), ("code" = Option<String>, Query)),
    responses((status = 200, description = "The page", content_type = "text/html", body = String)), security(()),
)]
async fn page(headers: HeaderMap) -> Response {
    quiet(web::page(PAGE, &headers))
}

/// Returns a certificate as JSON. With the number alone it shows the state, the course and a masked name.
#[utoipa::path(
    get, path = "/certificates.json", tag = "certificates", params(Printed),
    responses((status = 200, body = Found), Refusals<Refusal>), security(()),
)]
async fn check(app: School, ClientAddress(from): ClientAddress, Query(printed): Query<Printed>) -> Result<Response> {
    let number = printed.number.ok_or(Error::bad_as_sent("number", "the number of a certificate is needed"))?.0.0;
    let found = match printed.code {
        Some(SearchText(code)) => {
            Found::Whole(Box::new(Whole::of(&app, certificates::public_by_code(&app, &number, &code, from).await?)?))
        }
        None => Found::Masked(certificates::public_by_number(&app, &number, from).await?.into()),
    };
    Ok(quiet(Answer(found).into_response()))
}

/// Returns the public key of certificates, for verifying one without this server.
#[utoipa::path(
    get, path = "/certificates/key", tag = "certificates", responses((status = 200, body = PublicKey)), security(()),
)]
async fn key(app: School) -> Answer<PublicKey> {
    Answer(PublicKey::of(&app))
}

/// Returns a certificate by its UUID: the page, or with `.json` or `.pdf` the data or the printed sheet.
#[utoipa::path(
    get, path = "/certificates/{file}", tag = "certificates",
    params(("file" = String, Path, description = "The UUID, alone or with .json or .pdf")),
    responses((status = 200, description = "The certificate",
        content((Whole = "application/json"), (Vec<u8> = "application/pdf"), (String = "text/html"))), Refusals<Refusal>),
    security(()),
)]
async fn one(
    app: School,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Response> {
    match file.rsplit_once('.') {
        None if is_uuid(&file) => Ok(quiet(web::page(PAGE, &headers))),
        Some((uuid, "json")) => {
            let found = certificates::public_by_uuid(&app, uuid, from).await?;
            Ok(quiet(Answer(Whole::of(&app, found)?).into_response()))
        }
        Some((uuid, "pdf")) => match certificates::pdf(&app, uuid, from).await {
            Ok((found, bytes)) => Ok(pdf(&found, bytes)),
            Err(Error::NotFound(_)) if is_browser(&headers) => Ok(web::nothing_here(&Error::NoSuchPath)),
            Err(error) => Err(error),
        },
        _ if is_browser(&headers) => Ok(web::nothing_here(&Error::NoSuchPath)),
        _ => Err(Error::NoSuchPath),
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// Returns whether a browser asks. It gets a page also where there is no such certificate.
fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

fn quiet(mut response: Response) -> Response {
    response.headers_mut().extend(QUIET);
    response
}

fn pdf(found: &Certificate, bytes: Vec<u8>) -> Response {
    let named = format!("inline; filename=\"{}.pdf\"", found.number);
    let head = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, named.as_str()),
        // Replaces the policy for our pages: it says what a page may load, which means nothing to a PDF viewer.
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ];
    quiet((head, bytes).into_response())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Printed {
    /// CERT-YYYYMMDD-XXXXXX
    #[param(inline, required = true)]
    pub number: Option<NeededText>,
    /// VER-XXXXXXXXXXXX
    #[param(inline)]
    pub code: Option<SearchText>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Found {
    Whole(Box<Whole>),
    Masked(Masked),
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"state": "VALID", "number": "CERT-20261121-ACDEFG", "course": "스마트폰 첫걸음", "name": "김*자",
    "is_masked": true}))]
pub struct Masked {
    /// VALID, EXPIRED or REVOKED
    pub state: String,
    pub number: String,
    pub course: String,
    pub name: String,
    pub is_masked: bool,
}

impl From<PublicCertificate> for Masked {
    fn from(g: PublicCertificate) -> Masked {
        Masked {
            state: g.state.word().into(),
            number: g.number,
            course: g.course,
            name: g.masked_name,
            is_masked: true,
        }
    }
}

/// Everything that is printed, and the proof.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"state": "VALID", "revoked_at": null, "expires_at": null, "printed": {
        "number": "CERT-20261121-ACDEFG", "uuid": "7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b", "code": "VER-ACDEFGHJKMNP",
        "name": "김민자", "course": "스마트폰 첫걸음", "class": null, "starts": "2026-09-01", "ends": "2026-11-20",
        "minutes": 1230, "total_score": 92.5, "attendance_score": 100.0, "progress_score": 95.0, "assessment_score": null,
        "completed": "2026-11-20", "issued": "2026-11-21", "expires": null, "issuer": "교실", "instructor": "박강사"},
    "pdf": "/certificates/7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b.pdf", "facts": "{\"number\":…}", "signature": "…",
    "key": {"algorithm": "Ed25519", "public_key": "…", "signs": "…"}}))]
pub struct Whole {
    /// VALID, EXPIRED or REVOKED
    pub state: String,
    pub revoked_at: Option<Instant>,
    pub expires_at: Option<Instant>,
    pub printed: Line,
    pub pdf: String,
    /// The signed text, byte for byte; `printed` has the same facts
    pub facts: String,
    /// The signature of `facts`, in base64
    pub signature: String,
    pub key: PublicKey,
}

/// The printed facts. A fact that is null is not printed.
#[derive(Serialize, ToSchema)]
pub struct Line {
    pub number: String,
    pub uuid: String,
    pub code: String,
    pub name: String,
    pub course: String,
    pub class: Option<String>,
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub minutes: Option<i64>,
    pub total_score: Option<f64>,
    pub attendance_score: Option<f64>,
    pub progress_score: Option<f64>,
    pub assessment_score: Option<f64>,
    pub completed: String,
    pub issued: String,
    pub expires: Option<String>,
    pub issuer: String,
    pub instructor: String,
}

impl From<CertificateFacts> for Line {
    fn from(f: CertificateFacts) -> Line {
        Line {
            number: f.number,
            uuid: f.uuid,
            code: f.code,
            name: f.name,
            course: f.course,
            class: f.class,
            starts: f.starts,
            ends: f.ends,
            minutes: f.minutes,
            total_score: f.total_score,
            attendance_score: f.attendance_score,
            progress_score: f.progress_score,
            assessment_score: f.assessment_score,
            completed: f.completed,
            issued: f.issued,
            expires: f.expires,
            issuer: f.issuer,
            instructor: f.instructor,
        }
    }
}

impl Whole {
    fn of(app: &School, found: Certificate) -> Result<Whole> {
        Ok(Whole {
            state: found.state(app.now_ms()).word().into(),
            revoked_at: found.revoked_ms.map(Instant),
            expires_at: found.expires_ms.map(Instant),
            printed: found.printed()?.into(),
            pdf: format!("/certificates/{}.pdf", found.uuid),
            facts: found.facts,
            signature: found.signature,
            key: PublicKey::of(app),
        })
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"algorithm": "Ed25519", "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "signs": "…"}))]
pub struct PublicKey {
    pub algorithm: String,
    /// 32 bytes in base64
    pub public_key: String,
    pub signs: String,
}

impl PublicKey {
    fn of(app: &School) -> PublicKey {
        PublicKey {
            algorithm: app.certificate_key.algorithm().into(),
            public_key: app.certificate_key.public_key(),
            signs: "the UTF-8 bytes of the string `facts` in /certificates/{uuid}.json".into(),
        }
    }
}
