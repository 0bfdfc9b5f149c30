//! Payments as gateways tell of them, and the reading of their words.

use serde_json::Value;

use crate::error::Error;
use crate::outside::http_client::NoAnswer;

pub(super) const RETRY_AFTER_S: u64 = 30;
pub(super) const WON: &str = "KRW";
const RECEIPT_URL_MAX_BYTES: usize = 2_000;
pub(super) const REASON_MAX_CHARS: usize = 200;

/// An order of ours, as a gateway is asked about it.
#[derive(Debug, Clone, Copy)]
pub struct OrderAtGateway<'a> {
    /// Our name for the order.
    pub merchant_uid: &'a str,
    /// The gateway's name for its payment, if it is known.
    pub imp_uid: Option<&'a str>,
    pub amount: i64,
}

/// A payment, as a gateway tells of it.
#[derive(Debug, Clone)]
pub struct GatewayPayment {
    pub imp_uid: String,
    pub merchant_uid: String,
    pub state: GatewayState,
    pub amount: i64,
    /// The part of the amount that was given back.
    pub cancelled: i64,
    /// The part that is on its way back.
    pub goes_back: i64,
    pub currency: String,
    /// True if it was made in the mode of the school: with real money, or in a test channel.
    pub is_in_our_mode: bool,
    pub receipt_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayState {
    /// Begun, and nothing was paid yet.
    Open,
    /// Paid in full. A part may have been given back since.
    Paid,
    Failed,
    /// All of it was given back, or it was called off.
    Cancelled,
}

impl GatewayPayment {
    /// Tells whether it is worth the order: all of the amount, in won, with none of it given back.
    pub fn fits(&self, amount: i64) -> bool {
        self.amount == amount && self.cancelled == 0 && self.currency == WON && self.is_in_our_mode
    }

    /// Returns what was given back.
    pub fn went_back(&self) -> i64 {
        if self.state == GatewayState::Cancelled { self.amount } else { self.cancelled }
    }

    /// Returns what can still be given back.
    pub fn remains(&self) -> i64 {
        (self.amount - self.went_back()).max(0)
    }
}

/// Money to give back. The gateway refuses if `remains` is not what it has left, so that nothing is given back twice.
#[derive(Debug, Clone, Copy)]
pub struct GatewayRefund<'a> {
    /// A name of this refund that is the same at each try.
    pub key: &'a str,
    pub imp_uid: &'a str,
    pub amount: i64,
    pub remains: i64,
    pub reason: &'a str,
}

pub(super) fn away(NoAnswer(why): NoAnswer) -> Error {
    tracing::warn!(why, "the payment service gave no answer");
    Error::GatewayAway { retry_after_s: RETRY_AFTER_S }
}

/// Reads an amount. A service may write it with a fraction of zero.
pub(super) fn amount(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64))
}

/// Reads the address of a receipt. It is shown as a link, so it is one of the web or none.
pub(super) fn receipt_url(value: &Value) -> Option<String> {
    let fits = |url: &&str| url.len() <= RECEIPT_URL_MAX_BYTES && url.bytes().all(|b| b.is_ascii_graphic());
    value.as_str().filter(|url| url.starts_with("https://")).filter(fits).map(str::to_owned)
}

/// Reads a message of the service, for people: short, and of one line.
pub(super) fn message(value: &Value) -> String {
    let text = value.as_str().unwrap_or("no reason was given");
    text.chars().filter(|c| !c.is_control()).take(REASON_MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_service_tells_is_taken_only_in_its_form() {
        assert_eq!(
            [json!(5), json!(5.0), json!(5.5), json!("5"), json!(null)].map(|v| amount(&v)).to_vec(),
            [Some(5), Some(5), None, None, None]
        );
        for (url, is_taken) in [("https://a.kr/r?1", true), ("javascript:alert(1)", false), ("https://a b", false)] {
            assert_eq!(receipt_url(&json!(url)).is_some(), is_taken, "{url}");
        }
        assert_eq!(message(&json!("한도\u{7} 초과\n")), "한도 초과");
    }
}
