//! Answers of this surface.

use axum::http::StatusCode;

use super::wire::Done;
use crate::error::Result;
use crate::surfaces::extract::Json;
use crate::surfaces::language;

/// An answer with status 200.
pub(super) type Answer<T> = Result<Json<Done<T>>>;
/// An answer with status 201, for a new record.
pub(super) type Created<T> = Result<(StatusCode, Json<Done<T>>)>;

pub(super) fn done<T>(message: &'static str, what: impl Into<T>) -> Answer<T> {
    Ok(Json(Done { success: true, message: language::translate(message), what: what.into() }))
}

pub(super) fn created<T>(message: &'static str, what: impl Into<T>) -> Created<T> {
    Ok((StatusCode::CREATED, done(message, what)?))
}
