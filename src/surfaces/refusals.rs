//! Turns errors into answers. Handlers and extractors reject with the school's `Error`; one layer gives it the status and the
//! body of the dialect of the path. What goes wrong outside a handler (an unknown path, a wrong method, a panic, a time limit)
//! goes through the same table.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, response};
use utoipa::{IntoResponses, ToSchema};

use super::{attendance, live, portal};
use crate::error::{Error, ErrorKind};
use crate::web;

type RefusalFn = fn(&Error) -> Response;

/// Refusal function of each dialect, by base path. The first base path that fits counts.
const DIALECTS: [(&str, RefusalFn); 6] = [
    ("/api/v1", portal::refusal::refuse),
    ("/api/attendance", attendance::refusal::refuse),
    ("/api", live::refusal::refuse),
    ("/ws", live::refusal::refuse),
    ("/qr", live::refusal::refuse),
    ("/certificates.json", live::refusal::refuse),
];

/// Carries an error from the place where it happened to the layer that knows the path.
#[derive(Clone)]
struct CarriedError(Error);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(self.kind()).into_response();
        response.extensions_mut().insert(CarriedError(self));
        response
    }
}

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
    if dialect(path).is_some() { refused(path, error) } else { web::nothing_here(error) }
}

fn dialect(path: &str) -> Option<RefusalFn> {
    DIALECTS.iter().find(|(base, _)| is_below(path, base)).map(|(_, refuse)| *refuse)
}

fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Makes the answer of a refusal from its body, with the usual status of the error's kind.
pub fn answer(error: &Error, body: impl Serialize) -> Response {
    (status(error.kind()), axum::Json(body)).into_response()
}

pub fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::BadInput => StatusCode::BAD_REQUEST,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorKind::Unknown => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The body of a dialect's refusals, with the statuses that the OpenAPI document shows for each of its operations.
pub trait DocumentedRefusal: ToSchema {
    /// Pairs of a status and what it means.
    const STATUSES: &'static [(&'static str, &'static str)] = &[
        ("400", "What was sent cannot be read; `details.field` names where."),
        (
            "401",
            "No token, or one that is no longer good: TOKEN_EXPIRED asks for a refresh, LOGIN_ENDED for a new login.",
        ),
        ("403", "Not yours."),
        ("404", "Not there."),
        ("409", "A wrong move; `details.status` names the state that forbids it."),
        ("413", "The body is larger than it may be; the message says the limit."),
        ("415", "Not JSON."),
        ("429", "Too many failures; `Retry-After` says when to try again."),
        ("503", "Too busy; `Retry-After` says when to try again."),
    ];
}

/// The refusals of a dialect as responses of an operation in the document.
pub struct Refusals<Body>(PhantomData<Body>);

impl<Body: DocumentedRefusal> IntoResponses for Refusals<Body> {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let refusal = |(status, meaning): &(&str, &str)| {
            let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name()))).build();
            let response = ResponseBuilder::new().description(*meaning).content("application/json", body).build();
            (status.to_string(), response.into())
        };
        Body::STATUSES.iter().map(refusal).collect()
    }
}
