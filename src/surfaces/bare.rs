//! Answers that are the object itself, with nothing around it, or nothing at all.

use axum::http::StatusCode;

use crate::error::Result;
use crate::surfaces::extract::Json;

/// Answer with 200.
pub type Answer<T> = Result<Json<T>>;
/// Answer with 201, for what was created.
pub type Created<T> = Result<(StatusCode, Json<T>)>;

pub fn ok<T>(shown: impl Into<T>) -> Answer<T> {
    Ok(Json(shown.into()))
}

pub fn created<T>(shown: impl Into<T>) -> Created<T> {
    Ok((StatusCode::CREATED, Json(shown.into())))
}

/// Answers with 204, for what was deleted.
pub fn gone() -> Result<StatusCode> {
    Ok(StatusCode::NO_CONTENT)
}
