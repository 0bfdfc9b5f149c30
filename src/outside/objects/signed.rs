//! Signs URLs and knows them again, by the rules of S3: Signature Version 4 of AWS, in the query.

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};

use crate::clock::SECOND_MS;
use crate::error::{Error, Result};

const DATE_FORM: &str = "%Y%m%dT%H%M%SZ";

/// A request for an object, as it came: its path is `/objects/{key}`.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    pub key: &'a str,
    pub query: &'a str,
}

/// Signs URLs with one key for one host. A URL works at this host only.
pub(super) struct UrlSigner {
    pub key_id: String,
    pub secret: String,
    pub region: String,
    pub host: String,
}

/// The use that a URL allows: of a whole object or of one part, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedUse {
    /// The upload and the number of the part, if it is about a part.
    pub part: Option<(String, u16)>,
    pub signed_ms: i64,
    pub for_s: u32,
}

impl UrlSigner {
    /// Returns the query of the URL that allows one method on a path: what is allowed, until when, and the signature.
    pub fn query(&self, method: &str, path: &str, allowed: &SignedUse) -> Result<String> {
        let (query, mac) = self.prepare(method, path, allowed)?;
        Ok(format!("{query}&X-Amz-Signature={}", hex(&mac.finalize().into_bytes())))
    }

    /// Reads the query of a URL of ours. Refuses it if it is for another method or path, or was changed in any way: the same
    /// use is signed again, and must give the same text. Refuses it after its time.
    pub fn check(&self, method: &str, path: &str, query: &str, now_ms: i64) -> Result<SignedUse> {
        let allowed = read_use(query).ok_or(Error::NotYours)?;
        let (expected, mac) = self.prepare(method, path, &allowed)?;
        let signature = query.strip_prefix(&expected).and_then(|rest| rest.strip_prefix("&X-Amz-Signature="));
        let signature = signature.and_then(from_hex).ok_or(Error::NotYours)?;
        mac.verify_slice(&signature).map_err(|_| Error::NotYours)?;
        let ends_ms = allowed.signed_ms.saturating_add(i64::from(allowed.for_s) * SECOND_MS);
        if now_ms < ends_ms { Ok(allowed) } else { Err(Error::NotYours) }
    }

    fn prepare(&self, method: &str, path: &str, allowed: &SignedUse) -> Result<(String, Hmac<Sha256>)> {
        let signed = Timestamp::from_millisecond(allowed.signed_ms).map_err(Error::internal)?;
        let date = signed.strftime(DATE_FORM).to_string();
        let day = &date[..8];
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let credential = format!("{}/{scope}", self.key_id).replace('/', "%2F");
        let for_s = allowed.for_s;
        let mut query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={date}&X-Amz-Expires={for_s}\
             &X-Amz-SignedHeaders=host"
        );
        if let Some((upload, number)) = &allowed.part {
            query += &format!("&partNumber={number}&uploadId={upload}");
        }
        let request = format!("{method}\n{path}\n{query}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD", self.host);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request)));
        let secret = format!("AWS4{}", self.secret);
        let mut key = mac(secret.as_bytes(), day)?.finalize().into_bytes();
        for word in [&self.region, "s3", "aws4_request"] {
            key = mac(&key, word)?.finalize().into_bytes();
        }
        Ok((query, mac(&key, &text)?))
    }
}

fn read_use(query: &str) -> Option<SignedUse> {
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let signed = DateTime::strptime(DATE_FORM, value("X-Amz-Date")?).ok()?;
    let signed_ms = signed.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
    let part = match (value("uploadId"), value("partNumber")) {
        (Some(upload), Some(number)) => Some((upload.to_owned(), number.parse().ok()?)),
        _ => None,
    };
    Some(SignedUse { part, signed_ms, for_s: value("X-Amz-Expires")?.parse().ok()? })
}

fn mac(key: &[u8], text: &str) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
    mac.update(text.as_bytes());
    Ok(mac)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pairs = digits.chunks_exact(2).map(|pair| {
        let pair = str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u8::from_str_radix(pair, 16).ok()
    });
    if digits.len().is_multiple_of(2) { pairs.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> UrlSigner {
        UrlSigner {
            key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
            host: "examplebucket.s3.amazonaws.com".into(),
        }
    }

    const EXAMPLE_MS: i64 = 1_369_353_600_000;

    #[test]
    fn the_example_of_aws_has_the_signature_of_aws() {
        let allowed = SignedUse { part: None, signed_ms: EXAMPLE_MS, for_s: 86_400 };
        let query = example().query("GET", "/test.txt", &allowed).unwrap();
        assert_eq!(
            query,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
        let check = |query: &str, now_ms| example().check("GET", "/test.txt", query, now_ms);
        assert_eq!(check(&query, EXAMPLE_MS).unwrap(), allowed);
        assert!(check(&query, EXAMPLE_MS + 86_400_000 - 1).is_ok());
        assert!(check(&query, EXAMPLE_MS + 86_400_000).is_err());
    }

    #[test]
    fn a_query_that_was_changed_anywhere_is_refused() {
        let part = Some(("an-upload".to_owned(), 12));
        let allowed = SignedUse { part, signed_ms: EXAMPLE_MS, for_s: 60 };
        let query = example().query("PUT", "/objects/a.mp4", &allowed).unwrap();
        let check = |method: &str, path: &str, query: &str| example().check(method, path, query, EXAMPLE_MS).is_ok();
        assert!(check("PUT", "/objects/a.mp4", &query));
        assert!(!check("GET", "/objects/a.mp4", &query) && !check("PUT", "/objects/b.mp4", &query));
        for at in 0..query.len() {
            let mut changed = query.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            assert!(!check("PUT", "/objects/a.mp4", str::from_utf8(&changed).unwrap()), "{at}");
            assert!(!check("PUT", "/objects/a.mp4", &query[..at]), "{at}");
        }
        for more in ["&", "&x=1", "&partNumber=13", "0"] {
            assert!(!check("PUT", "/objects/a.mp4", &format!("{query}{more}")), "{more}");
        }
    }
}
