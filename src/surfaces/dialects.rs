//! Turns errors into answers. Handlers and extractors reject with the school's `Error`; one layer gives it the status and the
//! body of the dialect of the path. What goes wrong outside a handler (an unknown path, a wrong method, a panic, a time limit)
//! goes through the same table.

use axum::response::Response;

use super::refusals::CarriedError;
use super::{academy, attendance, learning, live, portal};
use crate::error::Error;
use crate::surfaces::language::{Language, usually_now};
use crate::web;

/// A dialect: how it refuses, and its language for callers who ask for none.
type Dialect = (fn(&Error) -> Response, Language);

/// The dialects, by base path. The longest base path that fits counts.
const DIALECTS: [(&str, Dialect); 15] = [
    ("/api/v1", (portal::refusal::refuse, Language::Korean)),
    ("/api/v1/bc-006/learning", (learning::refusal::refuse, Language::Japanese)),
    ("/api/attendance", (attendance::refusal::refuse, Language::Korean)),
    ("/api", LIVE),
    ("/ws", LIVE),
    ("/qr", LIVE),
    ("/certificates.json", LIVE),
    ("/accounts", ACADEMY),
    ("/certificates", ACADEMY),
    ("/courses", ACADEMY),
    ("/dashboards", ACADEMY),
    ("/missions", ACADEMY),
    ("/payment", ACADEMY),
    ("/progress", ACADEMY),
    ("/videos", ACADEMY),
];

/// The refusals of this dialect are in English for callers who ask for no language, as in its seed.
const LIVE: Dialect = (live::refusal::refuse, Language::Korean);

const ACADEMY: Dialect = (academy::refusal::refuse, Language::Korean);

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
    let (refuse, usual) = dialect(path).unwrap_or(LIVE);
    let mut response = usually_now(usual, || refuse(error));
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// Refuses a path that no handler answers. Outside the dialects' base paths the answer is a page, since people open such paths; also
/// below `/certificates`, where they type what is on a paper.
pub fn not_answered(path: &str, error: &Error) -> Response {
    let is_typed = matches!(error, Error::NoSuchPath)
        && is_below(path, "/certificates")
        && !PROGRAMS_ONLY.iter().any(|base| is_below(path, base));
    if is_api(path) && !is_typed { refused(path, error) } else { web::nothing_here(error) }
}

/// Paths below `/certificates` that stand on no paper.
const PROGRAMS_ONLY: [&str; 2] = ["/certificates/preview", "/certificates/download"];

/// Tells whether a path is one of the API.
pub fn is_api(path: &str) -> bool {
    dialect(path).is_some()
}

/// Returns the language below `path` for callers who ask for none.
pub fn language(path: &str) -> Language {
    dialect(path).unwrap_or(LIVE).1
}

fn dialect(path: &str) -> Option<Dialect> {
    let fitting = DIALECTS.iter().filter(|(base, _)| is_below(path, base));
    fitting.max_by_key(|(base, _)| base.len()).map(|(_, dialect)| *dialect)
}

fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
