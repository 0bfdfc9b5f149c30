//! Answers of this surface.

use axum::http::StatusCode;

use crate::error::Result;
use crate::surfaces::extract::Json;

/// Answer with 200.
pub(super) type Answer<T> = Result<Json<T>>;
/// Answer with 201, for what was created.
pub(super) type Created<T> = Result<(StatusCode, Json<T>)>;

pub(super) fn ok<T>(shown: impl Into<T>) -> Answer<T> {
    Ok(Json(shown.into()))
}

pub(super) fn created<T>(shown: impl Into<T>) -> Created<T> {
    Ok((StatusCode::CREATED, Json(shown.into())))
}
