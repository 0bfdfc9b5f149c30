//! Portone by its first API. Each answer is `{code, message, response}`, and one with another code than 0 is a failure, whatever
//! its status. The access token is good for half an hour.

use hyper::Method;
use hyper::header::AUTHORIZATION;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::forms::{
    GatewayPayment, GatewayRefund, GatewayState, OrderAtGateway, RETRY_AFTER_S, amount, away, message, receipt_url,
};
use crate::clock::{Clock, SECOND_MS};
use crate::config::{PaymentSettings, SecretText, Switch};
use crate::error::{Error, Result};
use crate::outside::http_client::HttpClient;

/// The time before its end at which a token is no longer used.
const TOKEN_MARGIN_MS: i64 = 60 * SECOND_MS;
/// The time that a token lives if the service does not tell.
const TOKEN_USUALLY_S: i64 = 30 * 60;

pub struct PortoneV1 {
    client: HttpClient,
    key: SecretText,
    secret: SecretText,
    is_test: bool,
    clock: Clock,
    /// The token, and until when it is used, by the running clock. Held while a new one is fetched: one fetches for all.
    token: Mutex<Option<(String, i64)>>,
}

/// Answer of the service to a request: carried out, or why not.
enum Reply {
    Done(Value),
    NotFound,
    TokenRefused,
    Refused(String),
}

impl PortoneV1 {
    pub fn new(client: HttpClient, settings: &PaymentSettings, clock: Clock) -> Result<PortoneV1> {
        let (Some(key), Some(secret)) = (settings.portone_key.clone(), settings.portone_secret.clone()) else {
            return Err(Error::internal("the keys of Portone are missing"));
        };
        let is_test = settings.portone_test == Switch::On;
        Ok(PortoneV1 { client, key, secret, is_test, clock, token: Mutex::new(None) })
    }

    pub async fn prepare(&self, order: &OrderAtGateway<'_>) -> Result<()> {
        let body = json!({ "merchant_uid": order.merchant_uid, "amount": order.amount });
        done(self.ask(Method::POST, "/payments/prepare", Some(body)).await?).map(drop)
    }

    pub async fn look_up(&self, order: &OrderAtGateway<'_>) -> Result<Option<GatewayPayment>> {
        if let Some(imp_uid) = order.imp_uid {
            return self.find(imp_uid).await;
        }
        // Of several tries to pay an order the one that was paid, or else the newest.
        match self.find(&format!("find/{}/paid", order.merchant_uid)).await? {
            Some(paid) => Ok(Some(paid)),
            None => self.find(&format!("find/{}", order.merchant_uid)).await,
        }
    }

    async fn find(&self, which: &str) -> Result<Option<GatewayPayment>> {
        let path = format!("/payments/{which}?include_sandbox={}", self.is_test);
        match self.ask(Method::GET, &path, None).await? {
            Reply::NotFound => Ok(None),
            reply => self.payment(&done(reply)?).map(Some),
        }
    }

    pub async fn give_back(&self, refund: &GatewayRefund<'_>) -> Result<()> {
        let body = json!({ "imp_uid": refund.imp_uid, "amount": refund.amount, "checksum": refund.remains,
            "reason": refund.reason });
        done(self.ask(Method::POST, "/payments/cancel", Some(body)).await?).map(drop)
    }

    fn payment(&self, told: &Value) -> Result<GatewayPayment> {
        let text = |key: &str| told[key].as_str().map(str::to_owned);
        let read = || {
            Some(GatewayPayment {
                imp_uid: text("imp_uid")?,
                merchant_uid: text("merchant_uid")?,
                state: match told["status"].as_str()? {
                    "paid" => GatewayState::Paid,
                    "ready" => GatewayState::Open,
                    "failed" => GatewayState::Failed,
                    "cancelled" => GatewayState::Cancelled,
                    _ => return None,
                },
                amount: amount(&told["amount"])?,
                cancelled: amount(&told["cancel_amount"]).unwrap_or(0),
                goes_back: 0,
                currency: text("currency")?,
                is_in_our_mode: told["sandbox"].as_bool().unwrap_or(false) == self.is_test,
                receipt_url: receipt_url(&told["receipt_url"]),
            })
        };
        read().ok_or_else(not_understood)
    }

    /// Asks with the token, and once more with a new one if it is refused.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Reply> {
        let token = self.token(None).await?;
        let reply = self.ask_with(&token, method.clone(), path, body.as_ref()).await?;
        if !matches!(reply, Reply::TokenRefused) {
            return Ok(reply);
        }
        let token = self.token(Some(&token)).await?;
        self.ask_with(&token, method, path, body.as_ref()).await
    }

    async fn ask_with(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Result<Reply> {
        let answer = self.client.ask(method, path, &[(AUTHORIZATION, token)], body).await.map_err(away)?;
        read(answer.status, answer.json)
    }

    /// Returns the token that is used now, or a new one if there is none, if its time is over, or if it is `refused`.
    async fn token(&self, refused: Option<&str>) -> Result<String> {
        let mut held = self.token.lock().await;
        let now_ms = self.clock.monotonic_ms();
        if let Some((token, until_ms)) = held.as_ref()
            && *until_ms > now_ms
            && refused != Some(token.as_str())
        {
            return Ok(token.clone());
        }
        *held = None;
        let keys = json!({ "imp_key": self.key.text(), "imp_secret": self.secret.text() });
        let answer = self.client.ask(Method::POST, "/users/getToken", &[], Some(&keys)).await.map_err(away)?;
        let Reply::Done(told) = read(answer.status, answer.json)? else {
            tracing::error!(
                "Portone refuses the keys of the school: check GYOSIL_PORTONE_KEY and GYOSIL_PORTONE_SECRET"
            );
            return Err(Error::GatewayAway { retry_after_s: RETRY_AFTER_S });
        };
        let token = told["access_token"].as_str().ok_or_else(not_understood)?.to_owned();
        // By the service's own clock, which may differ from ours.
        let lives_s = told["expired_at"].as_i64().zip(told["now"].as_i64()).map(|(end, now)| end - now);
        let lives_ms = lives_s.unwrap_or(TOKEN_USUALLY_S).clamp(0, TOKEN_USUALLY_S) * SECOND_MS;
        *held = Some((token.clone(), now_ms + lives_ms - TOKEN_MARGIN_MS));
        Ok(token)
    }
}

fn read(status: u16, mut json: Value) -> Result<Reply> {
    match (status, json["code"].as_i64()) {
        (200, Some(0)) => Ok(Reply::Done(json["response"].take())),
        (401, _) => Ok(Reply::TokenRefused),
        (404, Some(_)) => Ok(Reply::NotFound),
        (200 | 400..=428, Some(_)) => Ok(Reply::Refused(message(&json["message"]))),
        _ => Err(not_understood()),
    }
}

fn done(reply: Reply) -> Result<Value> {
    match reply {
        Reply::Done(told) => Ok(told),
        Reply::NotFound => Err(Error::GatewayRefused { why: "the payment is not known there".into() }),
        Reply::Refused(why) => Err(Error::GatewayRefused { why }),
        Reply::TokenRefused => Err(Error::GatewayAway { retry_after_s: RETRY_AFTER_S }),
    }
}

fn not_understood() -> Error {
    tracing::warn!("Portone gave an answer that is not understood");
    Error::GatewayAway { retry_after_s: RETRY_AFTER_S }
}
