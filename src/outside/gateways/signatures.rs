//! Signatures of webhooks, by the rules of Standard Webhooks: HMAC-SHA256 over the id, the time and the body, under a secret that is
//! written as `whsec_` and base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::error::{Error, Result};

/// The time by which a notice may be older, or newer, than our clock says.
const DRIFT_MAX_MS: i64 = 5 * MINUTE_MS;

/// A notice as it came, with its headers.
#[derive(Debug, Clone, Copy)]
pub struct SignedNotice<'a> {
    pub id: &'a str,
    /// Seconds since 1970.
    pub timestamp: &'a str,
    /// One or more of `v1,<base64>`, with spaces between them.
    pub signature: &'a str,
    pub body: &'a [u8],
}

pub(super) fn check(secret: &str, notice: &SignedNotice<'_>, now_ms: i64) -> Result<()> {
    let sent_ms = notice.timestamp.parse::<i64>().ok().and_then(|s| s.checked_mul(SECOND_MS));
    let is_now = sent_ms.is_some_and(|sent_ms| now_ms.abs_diff(sent_ms) <= DRIFT_MAX_MS.unsigned_abs());
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| {
        tracing::error!("GYOSIL_PORTONE_WEBHOOK_SECRET is no secret of webhooks: no webhook is taken");
        Error::NotYours
    })?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(Error::internal)?;
    mac.update(format!("{}.{}.", notice.id, notice.timestamp).as_bytes());
    mac.update(notice.body);
    let signed = |one: &str| {
        let bytes = one.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        bytes.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    };
    let is_signed = notice.signature.split(' ').any(signed);
    if is_now && is_signed && !notice.id.is_empty() { Ok(()) } else { Err(Error::NotYours) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOTICE: SignedNotice<'static> = SignedNotice {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        body: br#"{"test": 2432232314}"#,
    };
    const NOW_MS: i64 = 1_614_265_330_000;

    #[test]
    fn a_notice_is_known_by_its_signature_and_its_time() {
        let is_taken = |notice, now_ms| check(SECRET, &notice, now_ms).is_ok();
        assert!(is_taken(NOTICE, NOW_MS));
        let several = format!("v1,AAAA v2,BBBB {}", NOTICE.signature);
        assert!(is_taken(SignedNotice { signature: &several, ..NOTICE }, NOW_MS));
        for forged in [
            SignedNotice { body: br#"{"test": 2432232315}"#, ..NOTICE },
            SignedNotice { id: "msg_other", ..NOTICE },
            SignedNotice { timestamp: "1614265331", ..NOTICE },
            SignedNotice { timestamp: "soon", ..NOTICE },
            SignedNotice { signature: "", ..NOTICE },
            SignedNotice { signature: "v1,", ..NOTICE },
            SignedNotice { signature: &NOTICE.signature[3..], ..NOTICE },
        ] {
            assert!(!is_taken(forged, NOW_MS), "{forged:?}");
        }
        assert!(is_taken(NOTICE, NOW_MS + DRIFT_MAX_MS) && !is_taken(NOTICE, NOW_MS + DRIFT_MAX_MS + 1));
        assert!(!is_taken(NOTICE, NOW_MS - DRIFT_MAX_MS - 1));
        assert!(check("whsec_c2VjcmV0", &NOTICE, NOW_MS).is_err() && check("whsec_!", &NOTICE, NOW_MS).is_err());
    }
}
