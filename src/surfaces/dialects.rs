//! Turns errors into answers. Handlers and extractors reject with the school's `Error`; one layer gives it the status and the
//! body of the dialect of the path. What goes wrong outside a handler (an unknown path, a wrong method, a panic, a time limit)
//! goes through the same table.

use axum::response::Response;

use super::refusals::CarriedError;
use super::{attendance, live, portal};
use crate::error::Error;
use crate::web;

type RefusalFn = fn(&Error) -> Response;

/// Refusal function of each dialect, by base path. The longest base path that fits counts.
const DIALECTS: [(&str, RefusalFn); 6] = [
    ("/api/v1", portal::refusal::refuse),
    ("/api/attendance", attendance::refusal::refuse),
    ("/api", live::refusal::refuse),
    ("/ws", live::refusal::refuse),
    ("/qr", live::refusal::refuse),
    ("/certificates.json", live::refusal::refuse),
];

/// Gives an answer that carries an error the form of the dialect of `path`, and keeps the headers that were added to it. Other
/// answers stay as they are.
pub fn in_dialect(path: &str, mut response: Response) -> Response {
    let Some(CarriedError(error)) = response.extensions_mut().remove() else { return response };
    let mut refused = refused(path, &error);
    refused.headers_mut().extend(std::mem::take(response.headers_mut()));
    refused
}

/// Refuses in the dialect of `path`.
pub fn refused(path: &str, error: &Error) -> Response {
    if let Error::Internal(what) = error {
        tracing::error!(what, "a request failed on our side");
    }
    let refuse = dialect(path).unwrap_or(live::refusal::refuse);
    let mut response = refuse(error);
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// Refuses a path that no handler answers. Outside the dialects' base paths the answer is a page, since people open such paths.
pub fn not_answered(path: &str, error: &Error) -> Response {
    if is_api(path) { refused(path, error) } else { web::nothing_here(error) }
}

/// Tells whether a path is one of the API.
pub fn is_api(path: &str) -> bool {
    dialect(path).is_some()
}

fn dialect(path: &str) -> Option<RefusalFn> {
    let fitting = DIALECTS.iter().filter(|(base, _)| is_below(path, base));
    fitting.max_by_key(|(base, _)| base.len()).map(|(_, refuse)| *refuse)
}

fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
