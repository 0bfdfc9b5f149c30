//! Refusals of all dialects: how an `Error` travels to the layer that answers it, its usual status, and how refusals stand in
//! the OpenAPI document.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, response};
use utoipa::{IntoResponses, ToSchema};

use crate::error::{Error, ErrorKind};

/// Carries an error from the place where it happened to the layer that knows the path.
#[derive(Clone)]
pub(super) struct CarriedError(pub(super) Error);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(self.kind()).into_response();
        response.extensions_mut().insert(CarriedError(self));
        response
    }
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

/// The body of a dialect's refusals, with what the OpenAPI document shows for each operation of the dialect.
pub trait DocumentedRefusal: ToSchema {
    /// Whether ids are texts in this dialect (`TextId`). They are numbers in others.
    const HAS_TEXT_IDS: bool = false;
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
