//! Content security policies: what a page may load, and where it may send what it has.

use crate::outside::gateways::GatewayKind;

/// The policy of everything that is served, but the page on which one pays where a payment service brings a script of its own.
pub const USUAL: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Addresses of a payment service that the page on which one pays needs.
pub struct PaymentWindow {
    /// Address of the script that opens the payment window.
    pub script: &'static str,
    /// Origin of the script.
    origin: &'static str,
    /// Origins that the script talks to.
    connects: &'static str,
}

const PORTONE_V1: PaymentWindow = PaymentWindow {
    script: "https://cdn.iamport.kr/v1/iamport.js",
    origin: "https://cdn.iamport.kr",
    connects: "https://service.iamport.kr",
};

const PORTONE_V2: PaymentWindow = PaymentWindow {
    script: "https://cdn.portone.io/v2/browser-sdk.js",
    origin: "https://cdn.portone.io",
    connects: "https://checkout-service.prod.iamport.co https://tx-gateway-service.prod.iamport.co \
        https://payment-bridge.prod.iamport.co https://coretelemetry.prod.iamport.co https://service.iamport.kr",
};

impl PaymentWindow {
    /// Returns `None` for the sandbox, which has no payment window.
    pub fn of(kind: GatewayKind) -> Option<&'static PaymentWindow> {
        match kind {
            GatewayKind::Sandbox => None,
            GatewayKind::PortoneV1 => Some(&PORTONE_V1),
            GatewayKind::PortoneV2 => Some(&PORTONE_V2),
        }
    }

    /// Returns the policy of the page. Scripts come from the service and from `more` origins only. The window itself is a frame or a
    /// page of the bank or card company that the buyer chooses, of which nobody has a list: frames and forms may go to any of them.
    pub fn policy(&self, more: &[String]) -> String {
        let PaymentWindow { origin, connects, .. } = self;
        let more: String = more.iter().map(|origin| format!(" {origin}")).collect();
        format!(
            "default-src 'self'; script-src 'self' {origin}{more}; connect-src 'self' {origin} {connects}{more}; \
            style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:{more}; frame-src https:; object-src 'none'; base-uri 'none'; \
            form-action 'self' https:; frame-ancestors 'none'"
        )
    }
}
