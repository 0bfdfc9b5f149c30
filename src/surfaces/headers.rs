//! Headers of requests, and of answers that name people.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

/// Headers of answers that name people: no search engine may list it, and no cache may keep it.
const QUIET: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Returns the token that a request carries.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Adds the headers of answers that name people.
pub fn quiet(mut response: Response) -> Response {
    for (name, value) in QUIET {
        response.headers_mut().insert(name, value);
    }
    response
}
