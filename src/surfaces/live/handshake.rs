//! Opening handshake of a WebSocket (RFC 6455, section 4), and the token in it.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tungstenite::handshake::derive_accept_key;

use crate::error::{Error, Result};
use crate::surfaces::headers::bearer;

const VERSION: &str = "13";
/// Sixteen bytes in base64: these letters, then `==`.
const KEY_LETTERS: usize = 22;

/// Finds the token: in the Authorization header, in the sub-protocol `bearer, <token>` (browsers cannot set headers), or in the
/// address. Returns also whether it was in the sub-protocol.
pub fn token(headers: &HeaderMap, in_query: Option<&str>) -> Option<(String, bool)> {
    if let Some(token) = bearer(headers) {
        return Some((token.to_owned(), false));
    }
    let mut offered = words(headers, &header::SEC_WEBSOCKET_PROTOCOL);
    let by_protocol = offered.any(|word| word == "bearer").then(|| offered.next()).flatten();
    let in_query = in_query.map(|token| (token.to_owned(), false));
    by_protocol.map(|token| (token.to_owned(), true)).or(in_query)
}

/// Checks that a request is a WebSocket handshake, and returns its key.
pub fn key(request: &Request) -> Result<String> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(Error::WrongMethod);
    }
    let has = |name, word: &str| words(headers, &name).any(|w| w.eq_ignore_ascii_case(word));
    if !has(header::CONNECTION, "upgrade") || !has(header::UPGRADE, "websocket") {
        return Err(Error::bad_as_sent("Upgrade", "this address is a WebSocket"));
    }
    if only(headers, &header::SEC_WEBSOCKET_VERSION) != Some(VERSION) {
        return Err(Error::bad_as_sent("Sec-WebSocket-Version", "13 is needed"));
    }
    let key = only(headers, &header::SEC_WEBSOCKET_KEY).filter(|key| is_key(key));
    key.map(str::to_owned)
        .ok_or_else(|| Error::bad_as_sent("Sec-WebSocket-Key", "one key of 16 bytes in base64 is needed"))
}

/// Returns the comma-separated words of all headers of this name.
fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim)
}

/// Returns the value of a header that must be present exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    values.next().is_none().then_some(value)
}

fn is_key(key: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    key.strip_suffix("==").is_some_and(|letters| letters.len() == KEY_LETTERS && letters.bytes().all(is_letter))
}

/// Answers with 101: after it the connection is a WebSocket.
pub fn switching(key: &str, by_protocol: bool) -> Response {
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if by_protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("bearer"));
    }
    response
}

/// Adds to a refusal the WebSocket version that we support: clients of another version must be told it.
pub fn name_version(mut refusal: Response) -> Response {
    refusal.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        assert!(is_key("dGhlIHNhbXBsZSBub25jZQ=="));
        for key in [
            "",
            "==",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "SGVsbG8sIHdvcmxkIQ==",
            "x".repeat(24).as_str(),
        ] {
            assert!(!is_key(key), "{key}");
        }
        assert!(!is_key("dGhlIHNhbXBsZSBub25j-Q==") && !is_key("dGhlIHNhbXBsZSBub25jZQ== "));
    }
}
