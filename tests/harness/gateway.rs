//! A stand-in of a payment service on loopback. It speaks Portone's first and second API, moves no money, and misbehaves on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

use super::School;
use super::people::Reply;

const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    V1,
    V2,
}

/// Answer of the service to the next requests whose path contains a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An answer by the rules of its API that says no.
    Refuses,
    /// Status 502 and a page.
    Breaks,
    /// Nothing is carried out, and no answer comes.
    Hangs,
    /// The request is carried out, and the answer is lost.
    LosesAnswer,
    /// The money is promised back, and comes when the stand-in `gives_back_later`.
    Later,
    /// The same, since someone else has asked for the money first: this request is refused.
    LaterToAnother,
}

#[derive(Debug, Clone)]
pub struct PaidThere {
    pub imp_uid: String,
    pub merchant_uid: String,
    /// In the words of the first API: ready, paid, failed, cancelled.
    pub status: String,
    pub amount: i64,
    pub cancelled: i64,
    /// Sum that was asked back and is not back yet.
    pub goes_back: i64,
    pub currency: String,
    pub is_test: bool,
}

#[derive(Default)]
struct Books {
    payments: Vec<PaidThere>,
    prepared: BTreeMap<String, i64>,
    /// The token that is good; each new one ends the one before.
    token: String,
    tokens_given: usize,
    faults: Vec<(&'static str, Fault, usize)>,
    /// Each request that came: method and path.
    asked: Vec<String>,
}

#[derive(Clone)]
pub struct PaymentService {
    api: Api,
    url: String,
    books: Arc<Mutex<Books>>,
}

impl PaymentService {
    pub async fn opens(api: Api) -> PaymentService {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = PaymentService { api, url, books: Arc::default() };
        let router = Router::new().fallback(answer).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        service
    }

    /// The settings of a school that uses this service.
    pub fn flags(&self) -> Vec<String> {
        let name = if self.api == Api::V1 { "portone-v1" } else { "portone-v2" };
        let words =
            ["--payments", name, "--portone-url", &self.url, "--portone-key", "key", "--portone-secret", "secret"];
        let more = ["--portone-webhook-secret", WEBHOOK_SECRET, "--payment-within-ms", "2000"];
        let page = ["--portone-store", "store-1", "--portone-channel", "channel-1"];
        words.iter().chain(&more).chain(&page).map(|word| word.to_string()).collect()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Someone pays an order, or tries to: its payment there gets this status. Returns the service's name for it.
    pub fn receives(&self, merchant_uid: &str, amount: i64, status: &str) -> String {
        self.receives_as(merchant_uid, |paid| {
            paid.amount = amount;
            paid.status = status.to_owned();
        })
    }

    pub fn receives_as(&self, merchant_uid: &str, change: impl FnOnce(&mut PaidThere)) -> String {
        let mut books = self.books();
        let imp_uid = match self.api {
            Api::V1 => format!("imp_{:012}", books.payments.len() + 1),
            Api::V2 => merchant_uid.to_owned(),
        };
        let mut paid = PaidThere {
            imp_uid: imp_uid.clone(),
            merchant_uid: merchant_uid.to_owned(),
            status: "paid".into(),
            amount: 0,
            cancelled: 0,
            goes_back: 0,
            currency: "KRW".into(),
            is_test: false,
        };
        change(&mut paid);
        books.payments.push(paid);
        imp_uid
    }

    /// Changes a payment beside the API, as the owner of the store does on the service's own pages.
    pub fn changes(&self, imp_uid: &str, change: impl FnOnce(&mut PaidThere)) {
        change(self.books().payments.iter_mut().find(|paid| paid.imp_uid == imp_uid).unwrap());
    }

    pub fn gives_back_later(&self, imp_uid: &str) {
        self.changes(imp_uid, |paid| {
            paid.cancelled += std::mem::take(&mut paid.goes_back);
            paid.status = if paid.cancelled == paid.amount { "cancelled" } else { "paid" }.into();
        });
    }

    pub fn payment(&self, imp_uid: &str) -> PaidThere {
        self.books().payments.iter().find(|paid| paid.imp_uid == imp_uid).unwrap().clone()
    }

    pub fn prepared(&self, merchant_uid: &str) -> Option<i64> {
        self.books().prepared.get(merchant_uid).copied()
    }

    /// The next `times` requests whose path contains the word are answered so.
    pub fn misbehaves(&self, word: &'static str, fault: Fault, times: usize) {
        self.books().faults.push((word, fault, times));
    }

    pub fn behaves(&self) {
        self.books().faults.clear();
    }

    /// The token that was given last is no longer good.
    pub fn ends_token(&self) {
        self.books().token.clear();
    }

    pub fn tokens_given(&self) -> usize {
        self.books().tokens_given
    }

    /// Counts the requests whose method and path contain the word.
    pub fn was_asked(&self, word: &str) -> usize {
        self.books().asked.iter().filter(|asked| asked.contains(word)).count()
    }

    /// Sends the notice about a payment to the school.
    pub async fn notifies(&self, school: &School, imp_uid: &str) -> Reply {
        let paid = self.payment(imp_uid);
        match self.api {
            Api::V1 => {
                let notice = json!({ "imp_uid": imp_uid, "merchant_uid": paid.merchant_uid, "status": paid.status });
                school.nobody().post("/payment/webhook/", notice).await
            }
            Api::V2 => self.signs(school, &paid.merchant_uid, WEBHOOK_SECRET, "msg_1").await,
        }
    }

    /// Sends a notice about a payment that is signed with this secret.
    pub async fn signs(&self, school: &School, payment: &str, secret: &str, id: &str) -> Reply {
        let data = json!({ "storeId": "store-1", "paymentId": payment, "transactionId": "tx-1" });
        self.signs_type(school, "Transaction.Paid", data, secret, id).await
    }

    /// Sends a notice of another type, signed as it must be.
    pub async fn notifies_of(&self, school: &School, kind: &str, data: Value) -> Reply {
        self.signs_type(school, kind, data, WEBHOOK_SECRET, "msg_2").await
    }

    async fn signs_type(&self, school: &School, kind: &str, data: Value, secret: &str, id: &str) -> Reply {
        let body = json!({ "type": kind, "timestamp": "2025-10-28T10:00:00Z", "data": data }).to_string();
        let seconds = (school.app.now_ms() / 1_000).to_string();
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let headers =
            [("webhook-id", id), ("webhook-timestamp", seconds.as_str()), ("webhook-signature", signature.as_str())];
        let body: Value = serde_json::from_str(&body).unwrap();
        school.nobody().asks(reqwest::Method::POST, "/payment/webhook/", Some(body), &headers).await
    }
}

async fn answer(State(service): State<PaymentService>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let token = parts.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bytes: Bytes = axum::body::to_bytes(body, 100_000).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let fault = {
        let mut books = service.books();
        books.asked.push(format!("{method} {path}"));
        let fault = books.faults.iter_mut().find(|(word, _, times)| *times > 0 && path.contains(word));
        fault.map(|(_, fault, times)| {
            *times -= 1;
            *fault
        })
    };
    match fault {
        Some(Fault::Breaks) => return (StatusCode::BAD_GATEWAY, "<html>bad gateway</html>").into_response(),
        Some(Fault::Hangs) => std::future::pending::<()>().await,
        Some(Fault::Refuses) if service.api == Api::V1 => return told(200, refusal("한도를 초과했습니다")),
        Some(Fault::Refuses) => return told(409, json!({ "type": "PG_PROVIDER", "message": "한도를 초과했습니다" })),
        Some(Fault::LosesAnswer | Fault::Later | Fault::LaterToAnother) | None => {}
    }
    let (status, body) = match service.api {
        Api::V1 => first_api(&mut service.books(), &method, &path, &token, &body),
        Api::V2 => second_api(&mut service.books(), &method, &path, &token, &body, fault),
    };
    if fault == Some(Fault::LosesAnswer) {
        std::future::pending::<()>().await;
    }
    told(status, body)
}

fn told(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

fn refusal(message: &str) -> Value {
    json!({ "code": 1, "message": message, "response": null })
}

fn granted(response: Value) -> (u16, Value) {
    (200, json!({ "code": 0, "message": null, "response": response }))
}

fn first_api(books: &mut Books, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
    if (method, path) == ("POST", "/users/getToken") {
        if body != &json!({ "imp_key": "key", "imp_secret": "secret" }) {
            return (401, json!({ "code": -1, "message": "인증에 실패하였습니다.", "response": null }));
        }
        books.tokens_given += 1;
        books.token = format!("token-{}", books.tokens_given);
        let now = 1_761_613_200;
        return granted(json!({ "access_token": books.token, "now": now, "expired_at": now + 1_800 }));
    }
    if token != books.token || token.is_empty() {
        return (401, json!({ "code": -1, "message": "Unauthorized", "response": null }));
    }
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("POST", ["payments", "prepare"]) => {
            let (uid, amount) = (body["merchant_uid"].as_str().unwrap(), body["amount"].as_i64().unwrap());
            assert!(uid.len() <= 40, "{uid}");
            books.prepared.insert(uid.to_owned(), amount);
            granted(json!({ "merchant_uid": uid, "amount": amount }))
        }
        ("POST", ["payments", "cancel"]) => {
            let found = books.payments.iter_mut().find(|paid| body["imp_uid"] == paid.imp_uid);
            let Some(paid) = found else { return (200, refusal("존재하지 않는 결제정보입니다.")) };
            match cancel(paid, body["amount"].as_i64(), body["checksum"].as_i64()) {
                Ok(()) => granted(first_form(paid)),
                Err(why) => (200, refusal(why)),
            }
        }
        ("GET", ["payments", "find", uid, status]) => {
            let mut tries = books.payments.iter().rev().filter(|paid| paid.merchant_uid == *uid);
            shown(tries.find(|paid| paid.status == *status))
        }
        ("GET", ["payments", "find", uid]) => shown(books.payments.iter().rev().find(|paid| paid.merchant_uid == *uid)),
        ("GET", ["payments", uid]) => shown(books.payments.iter().find(|paid| paid.imp_uid == *uid)),
        _ => (405, refusal("no such method")),
    }
}

fn shown(paid: Option<&PaidThere>) -> (u16, Value) {
    match paid {
        Some(paid) => granted(first_form(paid)),
        None => (404, json!({ "code": -1, "message": "존재하지 않는 결제정보입니다.", "response": null })),
    }
}

fn first_form(paid: &PaidThere) -> Value {
    json!({ "imp_uid": paid.imp_uid, "merchant_uid": paid.merchant_uid, "status": paid.status, "amount": paid.amount,
        "cancel_amount": paid.cancelled, "currency": paid.currency, "sandbox": paid.is_test, "paid_at": 1_761_613_200,
        "receipt_url": format!("https://receipts.example.com/{}", paid.imp_uid) })
}

/// Gives back all or a part, if what remains is what the caller says.
fn cancel(paid: &mut PaidThere, amount: Option<i64>, checksum: Option<i64>) -> Result<(), &'static str> {
    let remains = paid.amount - paid.cancelled;
    if paid.status != "paid" {
        return Err("취소할 수 있는 상태가 아닙니다.");
    }
    if checksum.is_some_and(|said| said != remains) {
        return Err("취소 가능 금액이 일치하지 않습니다.");
    }
    let amount = amount.filter(|amount| *amount > 0).unwrap_or(remains);
    if amount > remains {
        return Err("취소 가능 금액을 초과했습니다.");
    }
    paid.cancelled += amount;
    if paid.cancelled == paid.amount {
        paid.status = "cancelled".into();
    }
    Ok(())
}

fn second_api(
    books: &mut Books,
    method: &str,
    path: &str,
    token: &str,
    body: &Value,
    fault: Option<Fault>,
) -> (u16, Value) {
    if token != "PortOne secret" {
        return (401, json!({ "type": "UNAUTHORIZED", "message": "no secret" }));
    }
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let unknown = (404, json!({ "type": "PAYMENT_NOT_FOUND", "message": "no such payment" }));
    match (method, parts.as_slice()) {
        ("POST", ["payments", id, "pre-register"]) => {
            assert_eq!(body["currency"], "KRW");
            books.prepared.insert(id.to_string(), body["totalAmount"].as_i64().unwrap());
            (200, json!({}))
        }
        ("POST", ["payments", id, "cancel"]) => {
            let Some(paid) = books.payments.iter_mut().find(|paid| paid.imp_uid == *id) else { return unknown };
            if fault == Some(Fault::Later) {
                paid.goes_back += body["amount"].as_i64().unwrap();
                return (200, json!({ "cancellation": { "status": "REQUESTED", "totalAmount": body["amount"] } }));
            }
            if fault == Some(Fault::LaterToAnother) {
                paid.goes_back += body["amount"].as_i64().unwrap();
                return (409, json!({ "type": "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", "message": "no such sum" }));
            }
            match cancel(paid, body["amount"].as_i64(), body["currentCancellableAmount"].as_i64()) {
                Ok(()) => (200, json!({ "cancellation": { "status": "SUCCEEDED", "totalAmount": body["amount"] } })),
                Err(why) => (409, json!({ "type": "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", "message": why })),
            }
        }
        ("GET", ["payments", id]) => {
            let Some(paid) = books.payments.iter().rev().find(|paid| paid.imp_uid == *id) else { return unknown };
            let status = match paid.status.as_str() {
                "paid" if paid.cancelled > 0 => "PARTIAL_CANCELLED",
                "ready" => "VIRTUAL_ACCOUNT_ISSUED",
                other => &other.to_uppercase(),
            };
            let later = json!([{ "status": "REQUESTED", "totalAmount": paid.goes_back }]);
            let form = json!({ "id": paid.imp_uid, "transactionId": "tx-1", "status": status, "currency": paid.currency,
                "amount": { "total": paid.amount, "cancelled": paid.cancelled, "paid": paid.amount - paid.cancelled },
                "channel": { "type": if paid.is_test { "TEST" } else { "LIVE" } },
                "cancellations": if paid.goes_back > 0 { later } else { json!([]) },
                "receiptUrl": format!("https://receipts.example.com/{id}") });
            (200, form)
        }
        _ => (404, json!({ "type": "NOT_FOUND", "message": "no such path" })),
    }
}
