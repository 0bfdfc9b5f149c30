//! Portone by its second API. Our name for an order is the name of its payment there, so that `imp_uid` and `merchant_uid` are the
//! same text.

use hyper::Method;
use hyper::header::{AUTHORIZATION, HeaderName};
use serde_json::{Value, json};

use super::forms::{
    GatewayPayment, GatewayRefund, GatewayState, OrderAtGateway, RETRY_AFTER_S, WON, amount, away, message, receipt_url,
};
use super::signatures::{self, SignedNotice};
use crate::config::{PaymentSettings, SecretText, Switch};
use crate::error::{Error, Result};
use crate::outside::http_client::{HttpAnswer, HttpClient};

pub struct PortoneV2 {
    client: HttpClient,
    authorization: String,
    webhook_secret: SecretText,
    store: Option<String>,
    is_test: bool,
}

impl PortoneV2 {
    pub fn new(client: HttpClient, settings: &PaymentSettings) -> Result<PortoneV2> {
        let secrets = settings.portone_secret.as_ref().zip(settings.portone_webhook_secret.clone());
        let (secret, webhook_secret) = secrets.ok_or_else(|| Error::internal("the secrets of Portone are missing"))?;
        let authorization = format!("PortOne {}", secret.text());
        let (store, is_test) = (settings.portone_store.clone(), settings.portone_test == Switch::On);
        Ok(PortoneV2 { client, authorization, webhook_secret, store, is_test })
    }

    pub async fn prepare(&self, order: &OrderAtGateway<'_>) -> Result<()> {
        let path = format!("/payments/{}/pre-register", order.merchant_uid);
        let body = json!({ "totalAmount": order.amount, "currency": WON });
        done(self.ask(Method::POST, &path, None, Some(self.of_store(body))).await?).map(drop)
    }

    pub async fn look_up(&self, order: &OrderAtGateway<'_>) -> Result<Option<GatewayPayment>> {
        let path = format!("/payments/{}", order.imp_uid.unwrap_or(order.merchant_uid));
        let answer = self.ask(Method::GET, &path, None, None).await?;
        if answer.status == 404 && answer.json["type"].is_string() {
            return Ok(None);
        }
        self.payment(&done(answer)?).map(Some)
    }

    pub async fn give_back(&self, refund: &GatewayRefund<'_>) -> Result<()> {
        let path = format!("/payments/{}/cancel", refund.imp_uid);
        let body = json!({ "amount": refund.amount, "reason": refund.reason,
            "currentCancellableAmount": refund.remains });
        let told = done(self.ask(Method::POST, &path, Some(refund.key), Some(self.of_store(body))).await?)?;
        match told["cancellation"]["status"].as_str() {
            Some("SUCCEEDED") => Ok(()),
            Some("FAILED") => Err(Error::GatewayRefused { why: "the cancellation failed".into() }),
            // REQUESTED: it goes back later, and the payment tells then.
            Some(_) => Err(Error::GatewayAway { retry_after_s: RETRY_AFTER_S }),
            None => Err(not_understood()),
        }
    }

    /// Adds the store to a body, if the settings name one.
    fn of_store(&self, mut body: Value) -> Value {
        if let Some(store) = &self.store {
            body["storeId"] = json!(store);
        }
        body
    }

    /// Fails unless the service has signed the notice, not long ago.
    pub fn check(&self, notice: &SignedNotice<'_>, now_ms: i64) -> Result<()> {
        signatures::check(self.webhook_secret.text(), notice, now_ms)
    }

    fn payment(&self, told: &Value) -> Result<GatewayPayment> {
        let read = || {
            let id = told["id"].as_str()?.to_owned();
            Some(GatewayPayment {
                imp_uid: id.clone(),
                merchant_uid: id,
                state: match told["status"].as_str()? {
                    "PAID" | "PARTIAL_CANCELLED" => GatewayState::Paid,
                    "FAILED" => GatewayState::Failed,
                    "CANCELLED" => GatewayState::Cancelled,
                    // READY, PENDING, PAY_PENDING, VIRTUAL_ACCOUNT_ISSUED, and what may be added: nothing is decided yet.
                    _ => GatewayState::Open,
                },
                amount: amount(&told["amount"]["total"])?,
                cancelled: amount(&told["amount"]["cancelled"]).unwrap_or(0),
                goes_back: goes_back(&told["cancellations"]),
                currency: told["currency"].as_str()?.to_owned(),
                is_in_our_mode: told["channel"]["type"] == if self.is_test { "TEST" } else { "LIVE" },
                receipt_url: receipt_url(&told["receiptUrl"]),
            })
        };
        read().ok_or_else(not_understood)
    }

    /// Asks; with a key, a request that came before is not carried out again.
    async fn ask(&self, method: Method, path: &str, key: Option<&str>, body: Option<Value>) -> Result<HttpAnswer> {
        let key = key.map(|key| format!("\"{key}\""));
        let key = key.as_deref().map(|key| (HeaderName::from_static("idempotency-key"), key));
        let headers: Vec<(HeaderName, &str)> =
            [(AUTHORIZATION, self.authorization.as_str())].into_iter().chain(key).collect();
        self.client.ask(method, path, &headers, body.as_ref()).await.map_err(away)
    }
}

/// Adds up what was asked back and is not back yet.
fn goes_back(cancellations: &Value) -> i64 {
    let all = cancellations.as_array().into_iter().flatten();
    all.filter(|one| one["status"] == "REQUESTED").filter_map(|one| amount(&one["totalAmount"])).sum()
}

fn done(answer: HttpAnswer) -> Result<Value> {
    match answer.status {
        200 if answer.json.is_object() => Ok(answer.json),
        401 => {
            tracing::error!("Portone refuses the secret of the school: check GYOSIL_PORTONE_SECRET");
            Err(Error::GatewayAway { retry_after_s: RETRY_AFTER_S })
        }
        400..=428 if answer.json["type"].is_string() => {
            let told = if answer.json["message"].is_string() { &answer.json["message"] } else { &answer.json["type"] };
            Err(Error::GatewayRefused { why: message(told) })
        }
        _ => Err(not_understood()),
    }
}

fn not_understood() -> Error {
    tracing::warn!("Portone gave an answer that is not understood");
    Error::GatewayAway { retry_after_s: RETRY_AFTER_S }
}
