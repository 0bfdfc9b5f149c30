//! Services that take payments, behind one interface: the sandbox, which moves no money, and Portone by its two APIs. The school
//! decides what a payment is worth; a gateway only tells what it knows of one, and gives money back.

mod forms;
mod portone_v1;
mod portone_v2;
mod signatures;

use std::time::Duration;

pub use self::forms::{GatewayPayment, GatewayRefund, GatewayState, OrderAtGateway};
use self::forms::{REASON_MAX_CHARS, RETRY_AFTER_S, WON};
use self::portone_v1::PortoneV1;
use self::portone_v2::PortoneV2;
pub use self::signatures::SignedNotice;
use crate::clock::Clock;
use crate::config::{PaymentService, PaymentSettings};
use crate::error::{Error, Result};
use crate::outside::http_client::HttpClient;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayKind {
    Sandbox,
    PortoneV1,
    PortoneV2,
}

impl GatewayKind {
    const ALL: [GatewayKind; 3] = [GatewayKind::Sandbox, GatewayKind::PortoneV1, GatewayKind::PortoneV2];

    /// Returns the word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            GatewayKind::Sandbox => "SANDBOX",
            GatewayKind::PortoneV1 => "PORTONE_V1",
            GatewayKind::PortoneV2 => "PORTONE_V2",
        }
    }

    pub fn parse(word: &str) -> Option<GatewayKind> {
        GatewayKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

pub enum Gateway {
    Sandbox,
    PortoneV1(PortoneV1),
    PortoneV2(PortoneV2),
}

/// The gateway of the school, and the public settings with which a page begins a payment there.
pub struct Gateways {
    gateway: Gateway,
    pub store: Option<String>,
    pub channel: Option<String>,
}

impl Gateways {
    pub fn open(settings: &PaymentSettings, clock: Clock) -> Result<Gateways> {
        let within = Duration::from_millis(settings.payment_within_ms);
        let client = |usual: &str| HttpClient::new(settings.portone_url.as_deref().unwrap_or(usual), within);
        let gateway = match settings.payments {
            PaymentService::Sandbox => Gateway::Sandbox,
            PaymentService::PortoneV1 => {
                Gateway::PortoneV1(PortoneV1::new(client("https://api.iamport.kr")?, settings, clock)?)
            }
            PaymentService::PortoneV2 => {
                Gateway::PortoneV2(PortoneV2::new(client("https://api.portone.io")?, settings)?)
            }
        };
        let (store, channel) = (settings.portone_store.clone(), settings.portone_channel.clone());
        Ok(Gateways { gateway, store, channel })
    }

    /// Returns the gateway for new orders.
    pub fn current(&self) -> &Gateway {
        &self.gateway
    }

    /// Returns the gateway that pays money of an order back. The sandbox has none, and gives it back whatever the school has by now.
    pub fn for_refund(&self, kind: &str) -> Result<&Gateway> {
        if kind == GatewayKind::Sandbox.word() { Ok(&Gateway::Sandbox) } else { self.of(kind) }
    }

    /// Returns the gateway of an order. Fails if the school has another one by now: an order of the sandbox buys nothing once money is
    /// real.
    pub fn of(&self, kind: &str) -> Result<&Gateway> {
        let is_current = self.gateway.kind().word() == kind;
        is_current.then_some(&self.gateway).ok_or(Error::GatewayAway { retry_after_s: RETRY_AFTER_S })
    }
}

impl Gateway {
    pub fn kind(&self) -> GatewayKind {
        match self {
            Gateway::Sandbox => GatewayKind::Sandbox,
            Gateway::PortoneV1(_) => GatewayKind::PortoneV1,
            Gateway::PortoneV2(_) => GatewayKind::PortoneV2,
        }
    }

    /// Fixes the amount of an order, so that nobody can pay another one.
    pub async fn prepare(&self, order: &OrderAtGateway<'_>) -> Result<()> {
        match self {
            Gateway::Sandbox => Ok(()),
            Gateway::PortoneV1(portone) => portone.prepare(order).await,
            Gateway::PortoneV2(portone) => portone.prepare(order).await,
        }
    }

    /// Finds a payment: by the gateway's name for it, or else by ours. `None` if the gateway knows of none.
    pub async fn look_up(&self, order: &OrderAtGateway<'_>) -> Result<Option<GatewayPayment>> {
        if !order.imp_uid.into_iter().chain([order.merchant_uid]).all(is_plain) {
            return Ok(None);
        }
        match self {
            Gateway::Sandbox => Ok(order.imp_uid.map(|imp_uid| play(imp_uid, order))),
            Gateway::PortoneV1(portone) => portone.look_up(order).await,
            Gateway::PortoneV2(portone) => portone.look_up(order).await,
        }
    }

    /// Gives money back. `GatewayRefused` is final; after `GatewayAway` nobody knows what happened.
    pub async fn give_back(&self, refund: &GatewayRefund<'_>) -> Result<()> {
        let reason: String = refund.reason.chars().filter(|c| !c.is_control()).take(REASON_MAX_CHARS).collect();
        let refund = GatewayRefund { reason: &reason, ..*refund };
        match self {
            Gateway::Sandbox => Ok(()),
            Gateway::PortoneV1(portone) => portone.give_back(&refund).await,
            Gateway::PortoneV2(portone) => portone.give_back(&refund).await,
        }
    }
}

/// Returns a payment of the sandbox: every order was paid in full.
fn play(imp_uid: &str, order: &OrderAtGateway<'_>) -> GatewayPayment {
    GatewayPayment {
        imp_uid: imp_uid.to_owned(),
        merchant_uid: order.merchant_uid.to_owned(),
        state: GatewayState::Paid,
        amount: order.amount,
        cancelled: 0,
        goes_back: 0,
        currency: WON.to_owned(),
        is_in_our_mode: true,
        receipt_url: None,
    }
}

/// Tells whether a name of a payment can stand in a path as it is.
fn is_plain(uid: &str) -> bool {
    let is_known = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
    (1..=100).contains(&uid.len()) && uid.bytes().all(is_known) && uid.bytes().any(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_amount_in_won_fits_an_order() {
        let order = OrderAtGateway { merchant_uid: "order-1", imp_uid: None, amount: 50_000 };
        let paid = play("imp_1", &order);
        assert!(paid.fits(50_000) && paid.remains() == 50_000);
        for wrong in [
            GatewayPayment { amount: 100, ..paid.clone() },
            GatewayPayment { cancelled: 1, ..paid.clone() },
            GatewayPayment { currency: "USD".into(), ..paid.clone() },
            GatewayPayment { is_in_our_mode: false, ..paid.clone() },
        ] {
            assert!(!wrong.fits(50_000), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn a_name_that_is_no_word_is_never_asked_for() {
        for imp_uid in ["", "..", "../users", "a/b", "a?b", "a b", "가"] {
            let order = OrderAtGateway { merchant_uid: "order-1", imp_uid: Some(imp_uid), amount: 1 };
            assert!(Gateway::Sandbox.look_up(&order).await.unwrap().is_none(), "{imp_uid}");
        }
    }
}
