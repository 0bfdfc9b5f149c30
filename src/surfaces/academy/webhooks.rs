//! Notices of payment gateways: by JSON or as a form, signed or not.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Uri, header};
use serde_json::Value;

use super::wire::AcademyDone;
use super::{Answer, ok};
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::payments::noticing::{PlainNotice, SignedNotice, take_plain, take_signed};
use crate::surfaces::extract::{parse_object, read};
use crate::surfaces::keys::*;
use crate::surfaces::query;

/// A notice is a few hundred bytes long.
const NOTICE_MAX_BYTES: usize = 16 * 1024;

body! {
    #[schema(example = json!({"imp_uid": "imp_123456789012", "merchant_uid": "gyosil-0b51c2f4a87d4c1e9a3ff05d7c6e2a10", "status": "paid"}))]
    pub struct AcademyNotice for PlainNotice;
    needed {
        imp_uid: Word => imp_uid,
        merchant_uid: Word => merchant_uid,
        status: Word => status,
    }
}

/// A notice as it came.
pub struct SentNotice {
    headers: HeaderMap,
    body: axum::body::Bytes,
}

impl FromRequest<School> for SentNotice {
    type Rejection = Error;
    async fn from_request(request: Request, _: &School) -> Result<SentNotice> {
        let (parts, body) = request.into_parts();
        Ok(SentNotice { headers: parts.headers, body: read(body, NOTICE_MAX_BYTES).await? })
    }
}

impl SentNotice {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn plain(&self) -> Result<AcademyNotice> {
        let kind = self.header(header::CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            _ if self.body.is_empty() => parse_object(b"{}"),
            "application/json" => parse_object(&self.body),
            "application/x-www-form-urlencoded" => self.form(),
            _ => Err(Error::NotJson),
        }
    }

    /// Reads a form, which is written like a query.
    fn form(&self) -> Result<AcademyNotice> {
        let unreadable = || Error::unreadable("it is no form");
        let text = std::str::from_utf8(&self.body).map_err(|_| unreadable())?;
        let uri: Uri = format!("/?{text}").parse().map_err(|_| unreadable())?;
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| unreadable())?;
        Ok(query::read(&pairs.0)?)
    }
}

/// Takes a notice of the payment gateway. It is a hint to ask the gateway what became of an order, and nothing else: of Portone V1
/// as JSON or as a form, of Portone V2 as JSON with the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, without which
/// it is refused. A notice about an order that is not known is ignored.
#[utoipa::path(post, path = "/payment/webhook/", request_body = AcademyNotice,
    responses((status = 200, body = AcademyDone)), security(()))]
pub async fn take(app: School, sent: SentNotice) -> Answer<AcademyDone> {
    let signature = sent.header("webhook-signature");
    if signature.is_empty() {
        take_plain(&app, sent.plain()?.into()).await?;
    } else {
        let (id, timestamp) = (sent.header("webhook-id"), sent.header("webhook-timestamp"));
        let told: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        let order = told["data"]["paymentId"].as_str();
        let notice = SignedNotice { id, timestamp, signature, body: &sent.body };
        take_signed(&app, notice, order).await?;
    }
    ok("알림을 받았습니다")
}
