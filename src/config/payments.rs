//! Settings of payments, and the secrets that they need.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use hyper::Uri;

use super::secret::{SecretText, secret};
use super::switch::Switch;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaymentService {
    /// No money moves: an order counts as paid when it is said to be
    Sandbox,
    PortoneV1,
    PortoneV2,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Payments")]
pub struct PaymentSettings {
    /// The service that takes payments; with the sandbox no money moves
    #[arg(long, global = true, env = "GYOSIL_PAYMENTS", default_value = "sandbox")]
    pub payments: PaymentService,
    /// Portone's name for the store, for pages on which one pays: the code (V1) or the store id (V2)
    #[arg(long, global = true, env = "GYOSIL_PORTONE_STORE")]
    pub portone_store: Option<String>,
    /// The key of the store's channel, for pages on which one pays
    #[arg(long, global = true, env = "GYOSIL_PORTONE_CHANNEL")]
    pub portone_channel: Option<String>,
    /// Origins, separated by commas, whose scripts the page on which one pays may load besides Portone's: some channels need those of
    /// their payment company
    #[arg(long, global = true, env = "GYOSIL_PORTONE_ORIGINS", value_delimiter = ',', value_parser = api_url)]
    pub portone_origins: Vec<String>,
    /// The REST API key (V1); @FILE reads it from a file
    #[arg(long, global = true, env = "GYOSIL_PORTONE_KEY", hide_env_values = true, value_parser = secret)]
    pub portone_key: Option<SecretText>,
    /// The REST API secret (V1) or the API secret (V2); @FILE reads it from a file
    #[arg(long, global = true, env = "GYOSIL_PORTONE_SECRET", hide_env_values = true, value_parser = secret)]
    pub portone_secret: Option<SecretText>,
    /// The secret that signs webhooks (V2), as Portone shows it: whsec_…; @FILE reads it from a file
    #[arg(long, global = true, env = "GYOSIL_PORTONE_WEBHOOK_SECRET", hide_env_values = true, value_parser = secret)]
    pub portone_webhook_secret: Option<SecretText>,
    /// Take payments of Portone's test channels, and refuse real ones
    #[arg(long, global = true, env = "GYOSIL_PORTONE_TEST", default_value = "off")]
    pub portone_test: Switch,
    /// The address of Portone's API (default: its own)
    #[arg(long, global = true, env = "GYOSIL_PORTONE_URL", value_parser = api_url)]
    pub portone_url: Option<String>,
    /// Milliseconds that the payment service may take for one answer
    #[arg(long, global = true, env = "GYOSIL_PAYMENT_WITHIN_MS", default_value_t = 7_000, value_parser = clap::value_parser!(u64).range(100..=8_000))]
    pub payment_within_ms: u64,
    /// Days after a payment in which a learner may take it back
    #[arg(long, global = true, env = "GYOSIL_REFUND_DAYS", default_value_t = 7, value_parser = clap::value_parser!(i64).range(0..=3_650))]
    pub refund_days: i64,
    /// The percentage of a course from which on a learner takes no payment back
    #[arg(long, global = true, env = "GYOSIL_REFUND_WATCHED_PERCENT", default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..=100))]
    pub refund_watched_percent: i64,
}

impl PaymentSettings {
    /// Returns the setting that the service needs and does not have, or that a secret is none. Secrets are not repeated.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        let secrets = [&self.portone_key, &self.portone_secret, &self.portone_webhook_secret];
        if secrets.into_iter().flatten().any(|secret| !secret.is_plain()) {
            return Some("a GYOSIL_PORTONE_… secret must be one line of ASCII without spaces");
        }
        let is_key_missing = self.portone_key.is_none() || self.portone_secret.is_none();
        let is_secret_missing = self.portone_secret.is_none() || self.portone_webhook_secret.is_none();
        let is_blank = |name: &Option<String>| name.as_ref().is_none_or(|name| name.trim().is_empty());
        let is_page_incomplete = is_blank(&self.portone_store) || is_blank(&self.portone_channel);
        match self.payments {
            PaymentService::PortoneV1 if is_key_missing => {
                Some("--payments portone-v1 needs GYOSIL_PORTONE_KEY and GYOSIL_PORTONE_SECRET")
            }
            PaymentService::PortoneV2 if is_secret_missing => {
                Some("--payments portone-v2 needs GYOSIL_PORTONE_SECRET and GYOSIL_PORTONE_WEBHOOK_SECRET")
            }
            PaymentService::PortoneV2 if !self.can_check_webhooks() => {
                Some("GYOSIL_PORTONE_WEBHOOK_SECRET must be whsec_ and base64, as Portone shows it")
            }
            PaymentService::PortoneV1 if is_page_incomplete => {
                Some("--payments portone-v1 needs GYOSIL_PORTONE_STORE (the store's code) and GYOSIL_PORTONE_CHANNEL")
            }
            PaymentService::PortoneV2 if is_page_incomplete => {
                Some("--payments portone-v2 needs GYOSIL_PORTONE_STORE (the store's id) and GYOSIL_PORTONE_CHANNEL")
            }
            _ => None,
        }
    }

    fn can_check_webhooks(&self) -> bool {
        let secret = self.portone_webhook_secret.as_ref().map(SecretText::text).unwrap_or_default();
        STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).is_ok()
    }
}

/// Reads the origin of an API or of scripts. Secrets go there, and strangers' code comes from there: without TLS only on this machine.
fn api_url(text: &str) -> Result<String, String> {
    let bare = text.trim_end_matches('/');
    let fits = bare.parse::<Uri>().is_ok_and(|uri| match uri.scheme_str() {
        Some("https") => uri.host().is_some_and(|host| !host.is_empty()),
        Some("http") => uri.host().is_some_and(|host| ["127.0.0.1", "[::1]", "localhost"].contains(&host)),
        _ => false,
    });
    let is_bare = bare.parse::<Uri>().is_ok_and(|uri| uri.path() == "/" && uri.query().is_none());
    if fits && is_bare { Ok(bare.into()) } else { Err("an address such as https://api.iamport.kr is needed".into()) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct OnlyPayments {
        #[command(flatten)]
        paying: PaymentSettings,
    }

    #[test]
    fn each_payment_service_needs_its_keys_its_store_and_its_channel() {
        let setting = |name: &str| {
            (format!("--portone-{name}"), format!("GYOSIL_PORTONE_{}", name.replace('-', "_").to_uppercase()))
        };
        for (service, needed) in [
            ("portone-v1", ["key", "secret", "store", "channel"]),
            ("portone-v2", ["secret", "webhook-secret", "store", "channel"]),
        ] {
            let flaw = |left_out: &str, blank: &str| {
                let given = needed.into_iter().filter(|name| *name != left_out);
                let flags = given.flat_map(|name| {
                    let value = if name == blank { " " } else { "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
                    [setting(name).0, value.to_owned()]
                });
                let words = ["gyosil", "--payments", service].map(str::to_owned).into_iter().chain(flags);
                OnlyPayments::parse_from(words).paying.flaw().unwrap_or_default()
            };
            assert_eq!(flaw("", ""), "");
            for name in needed {
                let said = flaw(name, "");
                assert!(said.contains(service) && said.contains(&setting(name).1), "{name}: {said}");
            }
            for name in ["store", "channel"] {
                assert_eq!(flaw("", name), flaw(name, ""));
            }
        }
    }

    #[test]
    fn secrets_leave_this_machine_only_by_tls() {
        for (text, fits) in [
            ("https://api.iamport.kr", true),
            ("https://api.portone.io/", true),
            ("http://127.0.0.1:8081", true),
            ("http://[::1]:8081", true),
            ("http://api.iamport.kr", false),
            ("http://127.0.0.1.example.com", false),
            ("https://api.iamport.kr/users", false),
            ("ftp://127.0.0.1", false),
            ("api.iamport.kr", false),
        ] {
            assert_eq!(api_url(text).is_ok(), fits, "{text}");
        }
    }
}
