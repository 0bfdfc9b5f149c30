//! Portone by its second API. Our name for an order is the name of its payment there, so that `imp_uid` and `merchant_uid` are the
//! same text.

use hyper::Method;
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
        let body = json!({ "storeId": self.store, "totalAmount": order.amount, "currency": WON });
        done(self.ask(Method::POST, &path, Some(body)).await?).map(drop)
    }

    pub async fn look_up(&self, order: &OrderAtGateway<'_>) -> Result<Option<GatewayPayment>> {
        let path = format!("/payments/{}", order.imp_uid.unwrap_or(order.merchant_uid));
        let answer = self.ask(Method::GET, &path, None).await?;
        if answer.status == 404 && answer.json["type"].is_string() {
            return Ok(None);
        }
        self.payment(&done(answer)?).map(Some)
    }

    pub async fn give_back(&self, refund: &GatewayRefund<'_>) -> Result<()> {
        let path = format!("/payments/{}/cancel", refund.imp_uid);
        let body = json!({ "storeId": self.store, "amount": refund.amount, "reason": refund.reason,
            "currentCancellableAmount": refund.remains });
        done(self.ask(Method::POST, &path, Some(body)).await?).map(drop)
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
                currency: told["currency"].as_str()?.to_owned(),
                is_in_our_mode: (told["channel"]["type"].as_str() == Some("TEST")) == self.is_test,
                receipt_url: receipt_url(&told["receiptUrl"]),
            })
        };
        read().ok_or_else(not_understood)
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<HttpAnswer> {
        self.client.ask(method, path, Some(&self.authorization), body.as_ref()).await.map_err(away)
    }
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
